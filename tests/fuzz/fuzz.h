/* Fuzz targets: what a target offers, and what the front ends and targets share.

   A target is one C file with the four functions below. Two front ends run it: driver.c, which
   needs no more than a C compiler, and libfuzzer.c, for Clang's libFuzzer. The library's contract
   is the same for both: whatever the input, a reader gives a result or an input error
   (LOD_ERR_INPUT) with a message; anything else, a crash or a loop without end is a failure. */
#ifndef LODNET_TESTS_FUZZ_H
#define LODNET_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/lengths.h"
#include "base/random.h"

/* Longest input, bytes. */
#define FUZZ_INPUT_MAX ((size_t)1 << 18)

/* A stream of random numbers; what it gives follows from `seed` and `stream`. */
typedef struct {
  uint64_t seed, stream, counter;
} FuzzRandom;

/* The next 64 random bits. */
static inline uint64_t FuzzBits(FuzzRandom *random) {
  return LodRandomBits(random->seed, random->stream, random->counter++);
}

/* The next random number below `n`; n >= 1. */
static inline size_t FuzzBelow(FuzzRandom *random, size_t n) {
  return (size_t)(FuzzBits(random) % n);
}

/* --- What a target offers. --- */

/* Makes what the target needs, once; the library is started and FuzzFolder exists. */
void FuzzStart(void);

/* Writes seed number `number` to data[most] and returns its length; 0 if there are no more. */
size_t FuzzSeed(size_t number, uint8_t *data, size_t most);

/* Changes data[size], which has room for `most` bytes; returns its new length. */
size_t FuzzMutate(FuzzRandom *random, uint8_t *data, size_t size, size_t most);

/* Gives one input to the library; fails by FuzzFail. */
void FuzzOne(const uint8_t *data, size_t size);

/* --- What targets use. --- */

/* Inputs that the library took, and refused. */
typedef struct {
  uint64_t accepted, refused;
} FuzzCounts;
extern FuzzCounts *fuzz_counts;

/* A folder of this process, in memory if the system has such a file system; the front ends make it
   and remove it. */
extern char fuzz_folder[64];
void        FuzzFolderMake(void);
void        FuzzFolderRemove(void);

/* Writes the path of file `name` in that folder to path[LOD_PATH_MAX]. */
void FuzzPath(const char *name, char path[LOD_PATH_MAX]);

/* Writes data[size] to file `path`; reads at most `most` bytes of it and returns how many. */
void   FuzzWriteFile(const char *path, const uint8_t *data, size_t size);
size_t FuzzReadFile(const char *path, uint8_t *data, size_t most);

/* Reads the file number `number` of those that match the patterns (of glob, relative to the source
   tree; the last is NULL) as a seed; 0 if there are fewer. */
size_t FuzzSeedFile(const char *const *patterns, size_t number, uint8_t *data, size_t most);

/* Prints why an input fails and dies of SIGABRT. */
void FuzzFail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* Whether a call of the library gave a result; fails unless that or an input error with a message
   is what it gave. */
PetscBool FuzzAccepted(PetscErrorCode error);

/* A call that prepares something and cannot fail. */
#define FuzzOk(call)                                                                               \
  do {                                                                                             \
    if (call) FuzzFail("%s: %s", #call, LodErrorMessage());                                        \
  } while (0)

/* Changes bytes, numbers and words of data[size], as FuzzMutate; `words` (the last is NULL) are
   what the format is made of. */
size_t FuzzMutateBytes(FuzzRandom *random, const char *const *words, uint8_t *data, size_t size,
                       size_t most);

#endif
