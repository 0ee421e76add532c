/* Recipes: making a changed HDF5 file, changing a recipe, and changes of bytes. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/lengths.h"
#include "hdf5_changes.h"

/* Steps of this kind and above change bytes, the ones below go through HDF5. */
enum { BYTES = 0xc0, MOST_BASES = 4, MOST_STEPS = 24 };

static const uint8_t signature[] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};

/* The valid files. */
static struct {
  uint8_t *data;
  size_t   size;
} bases[MOST_BASES];
static size_t n_bases;

/* The file in hand. */
static uint8_t bytes[FUZZ_INPUT_MAX];

void FuzzStart(void) {
  char path[LOD_PATH_MAX];
  FuzzPath("base.h5", path);
  while (n_bases < MOST_BASES && FuzzHdf5Base(n_bases, path)) {
    const size_t size = FuzzReadFile(path, bytes, sizeof bytes);
    bases[n_bases].data = malloc(size);
    if (!bases[n_bases].data) FuzzFail("no memory");
    memcpy(bases[n_bases].data, bytes, size);
    bases[n_bases++].size = size;
    unlink(path);
  }
}

size_t FuzzSeed(size_t number, uint8_t *data, size_t most) {
  const char *const patterns[] = {fuzz_hdf5_seeds, NULL};
  if (number >= n_bases) return FuzzSeedFile(patterns, number - n_bases, data, most);
  data[0] = (uint8_t)number;
  return 1;
}

/* A random step; of bytes if `raw`. */
static void RandomStep(FuzzRandom *random, PetscBool raw, uint8_t step[FUZZ_STEP]) {
  const uint64_t bits = FuzzBits(random);
  memcpy(step, &bits, FUZZ_STEP);
  step[0] = (uint8_t)(raw ? step[0] | BYTES : step[0] % BYTES);
}

size_t FuzzMutate(FuzzRandom *random, uint8_t *data, size_t size, size_t most) {
  static const char *const words[] = {"TREE", "HEAP", "SNOD", "GCOL", "\377\377\377\377", NULL};
  if (size >= sizeof signature && memcmp(data, signature, sizeof signature) == 0)
    return FuzzMutateBytes(random, words, data, size, most);
  if (size == 0) data[size++] = 0;
  const size_t steps =
      (size - 1) / FUZZ_STEP; /* behind the first byte; what is left over counts not */
  if (steps == 0 || (steps < MOST_STEPS && FuzzBelow(random, 3))) {
    /* The first byte stays alone, steps of bytes come last. */
    const PetscBool raw = (PetscBool)(FuzzBelow(random, 4) == 0);
    const size_t    place = raw ? 1 + steps * FUZZ_STEP : 1;
    memmove(data + place + FUZZ_STEP, data + place, size - place);
    RandomStep(random, raw, data + place);
    return size + FUZZ_STEP;
  }
  const size_t place = 1 + FUZZ_STEP * FuzzBelow(random, steps);
  if (FuzzBelow(random, 4) == 0) { /* a step less */
    memmove(data + place, data + place + FUZZ_STEP, size - place - FUZZ_STEP);
    return size - FUZZ_STEP;
  }
  data[place + 1 + FuzzBelow(random, FUZZ_STEP - 1)] = (uint8_t)FuzzBits(random);
  return size;
}

/* The place in the file that a step of bytes means: anywhere, or in the first kilobyte, or just
   behind the signature of one of the structures of the format. */
static size_t Place(const uint8_t step[FUZZ_STEP], size_t size) {
  static const char *const marks[] = {"TREE", "HEAP", "SNOD", "GCOL"};
  uint32_t                 where;
  memcpy(&where, step + 4, sizeof where);
  if (step[1] & 1) return where % size;
  if (step[1] & 2) return where % PetscMin(size, 1024);
  const uint8_t *found = memmem(bytes, size, marks[step[1] >> 2 & 3], 4);
  return (found ? (size_t)(found - bytes) + where % 256 : where) % size;
}

/* Changes the bytes of the file in hand; returns its new size. */
static size_t ChangeBytes(const uint8_t step[FUZZ_STEP], size_t size) {
  static const uint64_t values[] = {0, 1, 0xff, 0xffff, UINT32_MAX, UINT64_MAX, INT64_MAX, 1 << 20};
  if (!size) return 0;
  const size_t place = Place(step, size), length = PetscMin((size_t)step[3] + 1, size - place);
  switch (step[0] % 8) {
  case 0: /* the end is missing */
    return (step[3] & 3) ? size - size % (1 + place) % 512 : place;
  case 1:
    bytes[place] = step[2];
    return size;
  case 2:
    memcpy(bytes + place, &values[step[2] % 8], PetscMin(size - place, (size_t)1 << step[3] % 4));
    return size;
  case 3:
    memset(bytes + place, step[2], length);
    return size;
  case 4:
    memmove(bytes + place, bytes + (step[2] * 64U) % (size - length + 1), length);
    return size;
  default:
    bytes[place] ^= (uint8_t)(1U << step[2] % 8);
    return size;
  }
}

/* Makes the file of a recipe at `path`. */
static void Make(const uint8_t *recipe, size_t size, const char *path) {
  const size_t base = size ? recipe[0] % n_bases : 0;
  size_t       length = bases[base].size, step = 1;
  FuzzWriteFile(path, bases[base].data, length);
  for (; step + FUZZ_STEP <= size && recipe[step] < BYTES; step += FUZZ_STEP)
    FuzzHdf5Structure(path, recipe + step);
  if (step + FUZZ_STEP > size) return;
  length = FuzzReadFile(path, bytes, sizeof bytes);
  for (; step + FUZZ_STEP <= size; step += FUZZ_STEP)
    if (recipe[step] >= BYTES) length = ChangeBytes(recipe + step, length);
  FuzzWriteFile(path, bytes, length);
}

void FuzzOne(const uint8_t *data, size_t size) {
  char path[LOD_PATH_MAX];
  FuzzPath("case.h5", path);
  if (size >= sizeof signature && memcmp(data, signature, sizeof signature) == 0)
    FuzzWriteFile(path, data, size);
  else
    Make(data, size, path);
  FuzzHdf5Read(path);
  unlink(path);
}
