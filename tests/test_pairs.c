/* Pairs: what they hold, how they are shared out, how fast they are read. */
#include <math.h>
#include <omp.h>
#include <string.h>
#include <unistd.h>

#include "base/progress.h"
#include "base/random.h"
#include "io/coefficient_file.h"
#include "lod/exact.h"
#include "pairs_files.h"

START_TEST(operators_and_patches_belong_to_their_coefficient) {
  LodConfig          config = small_config(test_seed());
  LodPairs          *pairs;
  LodLocalOperators *exact;
  LodGrid            grid;
  PetscInt64         total = 0;
  clean();
  assert_ok(LodConfigMakePairs(&config, pairs_path(), PETSC_TRUE));
  ck_assert_int_ne(access(partial_path(), F_OK), 0);
  assert_ok(LodPairsOpen(pairs_path(), &pairs));
  assert_ok(LodPairsGrid(pairs, &grid));
  ck_assert_mem_eq(&grid, &config.grid, sizeof grid);
  assert_ok(LodExactCreate(&grid, &exact));
  const PetscInt size = LodGridOperatorSize(&grid), length = LodGridPatchValues(&grid);
  const PetscInt cells = LodGridCells(&grid);
  double        *operators = malloc((size_t)(cells * size) * sizeof *operators);
  float         *patch = malloc((size_t)length * sizeof *patch);
  for (int split = 0; split < 3; split++) {
    float     *inp, *target;
    PetscInt64 count = gather_all(pairs, (LodSplit)split, &inp, &target);
    for (PetscInt64 sample = 0; sample * cells < count; sample++, total++) {
      LodCoefficient coefficient;
      assert_ok(LodPairsCoefficient(pairs, (LodSplit)split, sample, &coefficient));
      assert_ok(LodLocalOperatorsSetCoefficient(exact, &coefficient));
      assert_ok(LodLocalOperatorsCompute(exact, 0, cells, NULL, operators));
      for (PetscInt cell = 0; cell < cells; cell++) {
        assert_ok(LodCoefficientRestrict(&coefficient, &grid, cell, patch));
        ck_assert_mem_eq(patch, inp + (sample * cells + cell) * length,
                         (size_t)length * sizeof *patch);
      }
      for (PetscInt i = 0; i < cells * size; i++)
        ck_assert_float_eq((float)operators[i], target[sample * cells * size + i]);
      assert_ok(LodCoefficientDestroy(&coefficient));
    }
    free(inp);
    free(target);
  }
  ck_assert_int_eq(total, 9);
  free(operators);
  free(patch);
  assert_ok(LodLocalOperatorsDestroy(&exact));
  assert_ok(LodPairsClose(&pairs));
  ck_assert_ptr_null(pairs);
}
END_TEST

START_TEST(gather_from_file_equals_gather_from_memory) {
  LodConfig config = small_config(test_seed());
  LodPairs *memory, *file;
  clean();
  assert_ok(LodConfigMakePairs(&config, pairs_path(), PETSC_TRUE));
  assert_ok(LodPairsOpen(pairs_path(), &memory));
  assert_ok(LodPairsOpenWithin(pairs_path(), 0, &file));
  check_same_pairs(memory, file);
  float            inp[9 * 36], target[64];
  const PetscInt64 far = 1000, below = -1;
  ck_assert_int_ne(LodPairsGather(memory, LOD_SPLIT_TRAIN, 1, &far, inp, target), 0);
  ck_assert_int_ne(LodPairsGather(memory, LOD_SPLIT_TRAIN, 1, &below, inp, target), 0);
  LodErrorClear();
  assert_ok(LodPairsClose(&memory));
  assert_ok(LodPairsClose(&file));
}
END_TEST

/* How many samples a config asks for, which family one of them is of, and how they are shared out.
 */
static PetscInt samples_of(const LodConfig *config) {
  const LodPairsPlan plan = LodConfigPairsPlan(config, "");
  return LodPairsSamples(&plan);
}
static PetscInt family_of(const LodConfig *config, PetscInt sample) {
  const LodPairsPlan plan = LodConfigPairsPlan(config, "");
  return LodPairsFamily(&plan, sample);
}
static PetscErrorCode share(const LodConfig *config, int32_t *split) {
  const LodPairsPlan plan = LodConfigPairsPlan(config, "");
  return LodPairsShare(&plan, split);
}

/* Counts the members of each split for a family, and for one scale of it if `scale` is not 0. */
static void count_splits(const LodConfig *config, const int32_t *split, PetscInt family,
                         PetscInt scale, int count[3]) {
  memset(count, 0, 3 * sizeof *count);
  for (PetscInt i = 0; i < samples_of(config); i++) {
    const LodSampleSettings *settings = &config->families[family];
    if (family_of(config, i) != family) continue;
    if (scale && LodSampleScale(settings, config->grid.coefficient[0], i) != scale) continue;
    count[split[i]]++;
  }
}

/* Storage in 16, 32 and 64 bits, compressed and not: the same pairs, up to the rounding of each;
   none of 64 bits against operators computed here in double precision. */
START_TEST(storage_rounds_and_does_nothing_else) {
  static const PetscInt bits[] = {16, 32, 64};
  static const double   rounding[] = {1.0 / 256, 1.2e-7, 0};
  const PetscInt        compression = 3 * (_i % 2);
  LodConfig             config = small_config(test_seed());
  LodLocalOperators    *exact;
  LodCoefficient        coefficient;
  LodHdf5               file;
  const size_t count = (size_t)(LodGridCells(&config.grid) * LodGridOperatorSize(&config.grid));
  double *stored = malloc(count * sizeof *stored), *expected = malloc(count * sizeof *expected);
  config.pairs = (LodPairsSettings){.bits = bits[_i / 2], .compression = compression};
  clean();
  assert_ok(LodConfigMakePairs(&config, pairs_path(), PETSC_TRUE));
  assert_ok(LodExactCreate(&config.grid, &exact));
  assert_ok(LodCoefficientCreate(2, LOD_CUBE(6), &coefficient));
  assert_ok(LodHdf5Open(pairs_path(), &file));
  for (hsize_t sample = 0; sample < 9; sample++) {
    assert_ok(
        LodHdf5ReadRows(&file, "coefficients", H5T_NATIVE_DOUBLE, sample, 1, coefficient.values));
    assert_ok(LodHdf5ReadRows(&file, "operators", H5T_NATIVE_DOUBLE, sample, 1, stored));
    assert_ok(LodLocalOperatorsSetCoefficient(exact, &coefficient));
    assert_ok(LodLocalOperatorsCompute(exact, 0, LodGridCells(&config.grid), NULL, expected));
    for (size_t i = 0; i < count; i++)
      ck_assert_double_eq_tol(stored[i], expected[i], rounding[_i / 2] * fabs(expected[i]) + 1e-37);
  }
  assert_ok(LodHdf5Close(&file));
  assert_ok(LodCoefficientDestroy(&coefficient));
  assert_ok(LodLocalOperatorsDestroy(&exact));
  free(stored), free(expected);
  clean();
}
END_TEST

START_TEST(split_has_every_family_and_scale_in_proportion) {
  unsigned long long seed = test_seed();
  int32_t            split[800], again[800];
  for (uint64_t trial = 0; trial < 20; trial++) {
    LodConfig config = small_config(seed + trial);
    config.families[0].count = 100 + (PetscInt)(LodRandomBits(seed, trial, 0) % 400);
    config.families[1].count = 20 + (PetscInt)(LodRandomBits(seed, trial, 1) % 200);
    config.train = 0.8;
    config.validation = config.test = 0.1;
    const PetscInt n = samples_of(&config);
    int            total[3] = {0, 0, 0}, count[3];
    assert_ok(share(&config, split));
    assert_ok(share(&config, again));
    ck_assert_mem_eq(split, again, (size_t)n * sizeof *split);
    for (PetscInt i = 0; i < n; i++)
      total[split[i]]++;
    ck_assert_int_eq(total[LOD_SPLIT_VALIDATION], (int)lround(0.1 * n));
    ck_assert_int_eq(total[LOD_SPLIT_TEST], (int)lround(0.1 * n));
    for (PetscInt part = 0; part < 3; part++) {
      const PetscInt family = part == 2 ? 1 : 0, scale = part == 2 ? 0 : 6 - 3 * part;
      count_splits(&config, split, family, scale, count);
      const double size = count[0] + count[1] + count[2];
      ck_assert_double_eq_tol(count[LOD_SPLIT_TEST], 0.1 * size, 1.6);
      ck_assert_double_eq_tol(count[LOD_SPLIT_VALIDATION], 0.1 * size, 1.8);
    }
    config.seed++;
    assert_ok(share(&config, again));
    ck_assert_mem_ne(split, again, (size_t)n * sizeof *split);
  }
}
END_TEST

START_TEST(small_splits_have_at_least_one_sample_each) {
  LodConfig config = small_config(test_seed());
  int32_t   split[64];
  config.n_families = 1;
  config.train = 0.98;
  config.validation = config.test = 0.01;
  for (PetscInt n = 1; n <= 64; n++) {
    int total[3] = {0, 0, 0};
    config.families[0].count = n;
    assert_ok(share(&config, split));
    for (PetscInt i = 0; i < n; i++)
      total[split[i]]++;
    ck_assert_int_ge(total[LOD_SPLIT_TRAIN], 1);
    ck_assert_int_eq(total[LOD_SPLIT_VALIDATION], n >= 2);
    ck_assert_int_eq(total[LOD_SPLIT_TEST], n >= 3);
  }
}
END_TEST

/* Least seconds of a mini-batch of random pairs, read from the file. */
static double gather_seconds(const LodConfig *config, unsigned long long seed) {
  enum { BATCH = 1024 };
  PetscInt64 index[BATCH], samples, count;
  LodPairs  *pairs;
  double     least = 1e9;
  clean();
  assert_ok(LodConfigMakePairs(config, pairs_path(), PETSC_TRUE));
  assert_ok(LodPairsOpenWithin(pairs_path(), 0, &pairs));
  assert_ok(LodPairsCount(pairs, LOD_SPLIT_TRAIN, &samples, &count));
  float *inp = malloc(BATCH * (size_t)LodGridPatchValues(&config->grid) * sizeof *inp);
  float *target = malloc(BATCH * (size_t)LodGridOperatorSize(&config->grid) * sizeof *target);
  for (int repeat = 0; repeat < 15; repeat++) {
    for (int i = 0; i < BATCH; i++)
      index[i] = (PetscInt64)(LodRandomBits(seed, (uint64_t)repeat, (uint64_t)i) % (uint64_t)count);
    const double start = LodSeconds();
    assert_ok(LodPairsGather(pairs, LOD_SPLIT_TRAIN, BATCH, index, inp, target));
    least = fmin(least, LodSeconds() - start);
  }
  free(inp);
  free(target);
  assert_ok(LodPairsClose(&pairs));
  return least;
}

/* Compressed pairs that are not kept in memory: a random mini-batch must not decompress whole
   samples, which was 130 times slower. (What is asserted is what the noise of a loaded machine
   allows.) */
START_TEST(random_pairs_of_a_compressed_file_are_read_as_fast) {
  const unsigned long long seed = test_seed();
  const int                threads = omp_get_max_threads();
  LodConfig                config = small_config(seed);
  omp_set_num_threads(
      1); /* on a busy machine threads wait for each other longer than reading takes */
  config.grid = (LodGrid){LOD_UNIT_CUBE(2, 32, 64, 128), .ell = 2};
  config.n_families = 1;
  config.families[0].n_scales = 1;
  config.families[0].scales[0] = 64;
  config.families[0].count = 8;
  const double plain = gather_seconds(&config, seed);
  config.pairs.compression = 6;
  const double compressed = gather_seconds(&config, seed);
  omp_set_num_threads(threads);
  printf("plain %.3g s, compressed %.3g s, %.3g times\n", plain, compressed, compressed / plain);
  ck_assert_double_lt(compressed, 1.5 * plain + 1e-3);
}
END_TEST

START_TEST(rejects_files_that_hold_no_pairs) {
  LodConfig config = small_config(test_seed());
  LodPairs *pairs;
  clean();
  assert_refuses(LodPairsOpen(pairs_path(), &pairs), "No such file");
  ck_assert_ptr_null(pairs);
  LodErrorClear();
  double         one = 1;
  LodCoefficient coefficient = {.dim = 2, .cells = {1, 1, 1}, .components = 1, .values = &one};
  assert_ok(LodCoefficientWrite(&coefficient, pairs_path(), "a test"));
  assert_refuses(LodPairsOpen(pairs_path(), &pairs), "dimension");
  LodErrorClear();
  assert_refuses(LodConfigMakePairs(&config, pairs_path(), PETSC_TRUE), "complete");
  LodErrorClear();
  config = small_config(1);
  char path[160];
  snprintf(path, sizeof path, "%s/none/pairs.h5", directory);
  assert_refuses(LodConfigMakePairs(&config, path, PETSC_TRUE), "cannot be written");
  LodErrorClear();
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("pairs");
  TCase *tests = tcase_create("pairs");
  tcase_add_test(tests, operators_and_patches_belong_to_their_coefficient);
  tcase_add_test(tests, gather_from_file_equals_gather_from_memory);
  tcase_add_loop_test(tests, storage_rounds_and_does_nothing_else, 0, 6);
  tcase_add_test(tests, split_has_every_family_and_scale_in_proportion);
  tcase_add_test(tests, small_splits_have_at_least_one_sample_each);
  tcase_add_test(tests, random_pairs_of_a_compressed_file_are_read_as_fast);
  tcase_add_test(tests, rejects_files_that_hold_no_pairs);
  suite_add_tcase(suite, tests);
  return run_pairs_suite(suite, argc, argv);
}
