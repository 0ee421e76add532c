/* Small files of pairs, in a directory of the test's own. */
#ifndef LODNET_TESTS_PAIRS_FILES_H
#define LODNET_TESTS_PAIRS_FILES_H

#include <unistd.h>

#include "check_lodnet.h"
#include "config/config.h"
#include "pairs/pairs_private.h"
#include "sample/sample.h"

/* A directory of this process for the files; removed by main. */
static char directory[64];

/* directory/pairs.h5 and its name while it is unfinished. */
static inline const char *pairs_path(void) {
  static char path[128];
  snprintf(path, sizeof path, "%s/pairs.h5", directory);
  return path;
}
static inline const char *partial_path(void) {
  static char path[128];
  snprintf(path, sizeof path, "%s/pairs.h5.partial", directory);
  return path;
}

/* A small dataset: two scales of iid, two lognormal coefficients and a sine, 9 in all. */
static inline LodConfig small_config(unsigned long long seed) {
  LodConfig config;
  LodConfigDefaults(&config);
  config.seed = (PetscInt64)(seed % 1000000);
  config.grid = (LodGrid){LOD_UNIT_CUBE(2, 3, 6, 12), .ell = 1};
  config.n_families = 3;
  for (int f = 0; f < 3; f++)
    LodSampleDefaults(&config.families[f]);
  config.families[0].count = 6;
  config.families[0].n_scales = 2;
  config.families[0].scales[0] = 6;
  config.families[0].scales[1] = 3;
  config.families[1].family = LOD_FAMILY_LOGNORMAL;
  config.families[1].count = 2;
  config.families[2].family = LOD_FAMILY_SINE;
  config.train = 0.6;
  config.validation = config.test = 0.2;
  return config;
}

/* Removes what earlier tests made. */
static inline void clean(void) {
  unlink(pairs_path());
  unlink(partial_path());
  LodErrorClear();
}

/* All pairs of one split, gathered; the caller frees both arrays. */
static inline PetscInt64 gather_all(LodPairs *pairs, LodSplit split, float **inp, float **target) {
  LodGrid    grid;
  PetscInt64 samples, count;
  assert_ok(LodPairsGrid(pairs, &grid));
  assert_ok(LodPairsCount(pairs, split, &samples, &count));
  PetscInt64 *index = malloc((size_t)(count + 1) * sizeof *index);
  for (PetscInt64 i = 0; i < count; i++)
    index[i] = i;
  *inp = malloc((size_t)(count * LodGridPatchValues(&grid) + 1) * sizeof **inp);
  *target = malloc((size_t)(count * LodGridOperatorSize(&grid) + 1) * sizeof **target);
  assert_ok(LodPairsGather(pairs, split, (PetscInt)count, index, *inp, *target));
  free(index);
  return count;
}

/* Asserts that two pair files hold the same pairs in the same splits. */
static inline void check_same_pairs(LodPairs *left, LodPairs *right) {
  LodGrid grid;
  assert_ok(LodPairsGrid(left, &grid));
  for (int split = 0; split < 3; split++) {
    float     *inp[2], *target[2];
    PetscInt64 count = gather_all(left, (LodSplit)split, &inp[0], &target[0]);
    ck_assert_int_eq(gather_all(right, (LodSplit)split, &inp[1], &target[1]), count);
    ck_assert_mem_eq(inp[0], inp[1], (size_t)(count * LodGridPatchValues(&grid)) * sizeof *inp[0]);
    ck_assert_mem_eq(target[0], target[1],
                     (size_t)(count * LodGridOperatorSize(&grid)) * sizeof *target[0]);
    for (int side = 0; side < 2; side++) {
      free(inp[side]);
      free(target[side]);
    }
  }
}

/* Runs a suite whose tests make such files, and returns main's exit status. */
static inline int run_pairs_suite(Suite *suite, int argc, char **argv) {
  snprintf(directory, sizeof directory, "/tmp/lodnet-test-XXXXXX");
  if (!mkdtemp(directory)) return 1;
  int failed = test_run(suite, argc, argv);
  clean();
  rmdir(directory);
  return failed;
}

#endif
