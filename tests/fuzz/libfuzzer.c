/* Front end for Clang's libFuzzer: its names for what a target offers. */
#include <stdlib.h>
#include <string.h>

#include "base/start.h"
#include "fuzz.h"

int    LLVMFuzzerInitialize(int *argc, char ***argv);
int    LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed);

/* Starts the library, which is to see none of libFuzzer's arguments. */
int LLVMFuzzerInitialize(int *argc, char ***argv) {
  static char *names[] = {NULL, NULL}; /* PETSc keeps the pointer */
  char       **own = names;
  int          one = 1;
  (void)argc;
  names[0] = (*argv)[0];
  FuzzOk(LodInitialize(&one, &own));
  FuzzFolderMake();
  atexit(FuzzFolderRemove);
  FuzzStart();
  return 0;
}

/* libFuzzer starts from nothing unless it is given a folder of inputs: an empty input stands for
   the first seed. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  FuzzOne(data, size);
  return 0;
}

/* One change; an empty input becomes one of the seeds. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed) {
  static uint8_t buffer[FUZZ_INPUT_MAX];
  FuzzRandom     random = {.seed = seed};
  size_t         n_seeds = 0;
  if (size <= 1) {
    while (FuzzSeed(n_seeds, buffer, sizeof buffer))
      n_seeds++;
    size = FuzzSeed(FuzzBelow(&random, n_seeds), buffer, sizeof buffer);
  } else {
    memcpy(buffer, data, PetscMin(size, sizeof buffer));
  }
  size = FuzzMutate(&random, buffer, PetscMin(size, sizeof buffer), sizeof buffer);
  size = PetscMin(size, most);
  memcpy(data, buffer, size);
  return size;
}
