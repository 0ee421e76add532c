/* Pairs: what they hold, how they are shared out, reuse, refusal, continuing after a kill. */
#include <math.h>
#include <omp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/progress.h"
#include "base/random.h"
#include "check_lodnet.h"
#include "config/config.h"
#include "io/coefficient_file.h"
#include "lod/exact.h"
#include "pairs/pairs_private.h"
#include "sample/sample.h"

/* A directory of this process for the files; removed by main. */
static char directory[64];

/* directory/pairs.h5 and its name while it is unfinished. */
static const char *pairs_path(void) {
  static char path[128];
  snprintf(path, sizeof path, "%s/pairs.h5", directory);
  return path;
}
static const char *partial_path(void) {
  static char path[128];
  snprintf(path, sizeof path, "%s/pairs.h5.partial", directory);
  return path;
}

/* A small dataset: two scales of iid, two lognormal coefficients and a sine, 9 in all. */
static LodConfig small_config(unsigned long long seed) {
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
static void clean(void) {
  unlink(pairs_path());
  unlink(partial_path());
  LodErrorClear();
}

/* All bytes of a file; the caller frees them. */
static char *bytes_of(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  ck_assert_ptr_nonnull(file);
  fseek(file, 0, SEEK_END);
  *size = (size_t)ftell(file);
  rewind(file);
  char *bytes = malloc(*size + 1);
  ck_assert_uint_eq(fread(bytes, 1, *size, file), *size);
  fclose(file);
  return bytes;
}

/* All pairs of one split, gathered; the caller frees both arrays. */
static PetscInt64 gather_all(LodPairs *pairs, LodSplit split, float **inp, float **target) {
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
static void check_same_pairs(LodPairs *left, LodPairs *right) {
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

START_TEST(same_settings_reuse_the_file_untouched) {
  LodConfig   config = small_config(test_seed());
  struct stat before, after;
  size_t      size;
  clean();
  assert_ok(LodConfigMakePairs(&config, pairs_path(), PETSC_TRUE));
  char *bytes = bytes_of(pairs_path(), &size);
  ck_assert_int_eq(stat(pairs_path(), &before), 0);
  assert_ok(LodConfigMakePairs(&config, pairs_path(), PETSC_TRUE));
  ck_assert_int_eq(stat(pairs_path(), &after), 0);
  ck_assert_int_eq(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
  ck_assert_uint_eq(before.st_ino, after.st_ino);
  /* And a second computation gives the same bytes. */
  unlink(pairs_path());
  assert_ok(LodConfigMakePairs(&config, pairs_path(), PETSC_TRUE));
  size_t size_again;
  char  *again = bytes_of(pairs_path(), &size_again);
  ck_assert_uint_eq(size, size_again);
  ck_assert_mem_eq(bytes, again, size);
  free(bytes);
  free(again);
}
END_TEST

START_TEST(other_settings_are_refused_by_name_and_leave_the_file) {
  LodConfig config = small_config(test_seed()), other = config;
  size_t    size, size_after;
  clean();
  assert_ok(LodConfigMakePairs(&config, pairs_path(), PETSC_TRUE));
  char *bytes = bytes_of(pairs_path(), &size);
  other.seed += 1;
  assert_refuses(LodConfigMakePairs(&other, pairs_path(), PETSC_TRUE), "seed");
  ck_assert_ptr_nonnull(strstr(LodErrorMessage(), "--output"));
  ck_assert_ptr_eq(strstr(LodErrorMessage(), pairs_path()), LodErrorMessage());
  LodErrorClear();
  other = config;
  other.families[1].variance = 0.125;
  assert_refuses(LodConfigMakePairs(&other, pairs_path(), PETSC_TRUE), "variance = 0.125");
  LodErrorClear();
  other = config;
  other.n_families = 2;
  assert_refuses(LodConfigMakePairs(&other, pairs_path(), PETSC_TRUE), "other settings");
  LodErrorClear();
  char *after = bytes_of(pairs_path(), &size_after);
  ck_assert_uint_eq(size, size_after);
  ck_assert_mem_eq(bytes, after, size);
  free(bytes);
  free(after);
}
END_TEST

/* Turns the finished file back into one that was killed after `complete` samples: later samples are
   overwritten with -1. */
static void kill_after(int64_t complete) {
  LodHdf5 file;
  float   operators[9 * 16 * 4], values[36];
  for (int i = 0; i < 9 * 16 * 4; i++)
    operators[i] = -1;
  for (int i = 0; i < 36; i++)
    values[i] = -1;
  ck_assert_int_eq(rename(pairs_path(), partial_path()), 0);
  assert_ok(LodHdf5OpenUpdate(partial_path(), PETSC_FALSE, &file));
  for (hsize_t sample = (hsize_t)complete; sample < 9; sample++) {
    assert_ok(LodHdf5WriteRows(&file, "operators", H5T_NATIVE_FLOAT, sample, 1, operators));
    assert_ok(LodHdf5WriteRows(&file, "coefficients", H5T_NATIVE_FLOAT, sample, 1, values));
  }
  assert_ok(LodHdf5WriteRows(&file, "complete", H5T_NATIVE_INT64, 0, 1, &complete));
  assert_ok(LodHdf5Close(&file));
}

START_TEST(a_killed_run_is_continued) {
  LodConfig config = small_config(test_seed());
  LodPairs *whole, *continued;
  char      kept[160];
  clean();
  snprintf(kept, sizeof kept, "%s.kept", pairs_path());
  assert_ok(LodConfigMakePairs(&config, pairs_path(), PETSC_TRUE));
  for (int64_t complete = 0; complete <= 9; complete += 3) {
    size_t size;
    char  *bytes = bytes_of(pairs_path(), &size);
    FILE  *copy = fopen(kept, "wb");
    ck_assert_uint_eq(fwrite(bytes, 1, size, copy), size);
    fclose(copy);
    free(bytes);
    kill_after(complete);
    if (complete < 9) assert_refuses(LodPairsOpen(partial_path(), &whole), "are complete");
    LodErrorClear();
    assert_ok(LodConfigMakePairs(&config, pairs_path(), PETSC_TRUE));
    assert_ok(LodPairsOpen(kept, &whole));
    assert_ok(LodPairsOpen(pairs_path(), &continued));
    check_same_pairs(whole, continued);
    assert_ok(LodPairsClose(&whole));
    assert_ok(LodPairsClose(&continued));
  }
  unlink(kept);
}
END_TEST

START_TEST(complete_samples_are_not_computed_again) {
  LodConfig config = small_config(test_seed());
  LodHdf5   file;
  float     values[36], found[36];
  clean();
  assert_ok(LodConfigMakePairs(&config, pairs_path(), PETSC_TRUE));
  kill_after(5);
  for (int i = 0; i < 36; i++)
    values[i] = 7;
  assert_ok(LodHdf5OpenUpdate(partial_path(), PETSC_FALSE, &file));
  assert_ok(LodHdf5WriteRows(&file, "coefficients", H5T_NATIVE_FLOAT, 4, 1, values));
  assert_ok(LodHdf5Close(&file));
  assert_ok(LodConfigMakePairs(&config, pairs_path(), PETSC_TRUE));
  assert_ok(LodHdf5Open(pairs_path(), &file));
  assert_ok(LodHdf5ReadRows(&file, "coefficients", H5T_NATIVE_FLOAT, 4, 1, found));
  ck_assert_mem_eq(values, found, sizeof values);
  assert_ok(LodHdf5ReadRows(&file, "coefficients", H5T_NATIVE_FLOAT, 5, 1, found));
  ck_assert(found[0] > 0);
  assert_ok(LodHdf5Close(&file));
}
END_TEST

START_TEST(an_unreadable_rest_is_made_anew_one_of_other_settings_is_refused) {
  LodConfig config = small_config(test_seed()), other = config;
  LodPairs *pairs;
  clean();
  FILE *file = fopen(partial_path(), "w");
  fputs("not an HDF5 file", file);
  fclose(file);
  assert_ok(LodConfigMakePairs(&config, pairs_path(), PETSC_TRUE));
  kill_after(4);
  other.families[0].beta = 9;
  assert_refuses(LodConfigMakePairs(&other, pairs_path(), PETSC_TRUE), "pairs.h5.partial: ");
  ck_assert_ptr_nonnull(strstr(LodErrorMessage(), "beta"));
  LodErrorClear();
  struct stat status;
  ck_assert_int_eq(stat(partial_path(), &status), 0);
  ck_assert_int_eq(truncate(partial_path(), status.st_size / 2), 0);
  assert_ok(LodConfigMakePairs(&config, pairs_path(), PETSC_TRUE));
  assert_ok(LodPairsOpen(pairs_path(), &pairs));
  assert_ok(LodPairsClose(&pairs));
}
END_TEST

START_TEST(a_sample_that_would_be_drawn_otherwise_now_is_refused) {
  LodConfig config = small_config(test_seed());
  LodHdf5   file;
  float     values[36];
  clean();
  assert_ok(LodConfigMakePairs(&config, pairs_path(), PETSC_TRUE));
  assert_ok(LodHdf5OpenUpdate(pairs_path(), PETSC_FALSE, &file));
  assert_ok(LodHdf5ReadRows(&file, "coefficients", H5T_NATIVE_FLOAT, 8, 1, values));
  values[17] *= 1.001F; /* the sine, as if another picture had been under the same name */
  assert_ok(LodHdf5WriteRows(&file, "coefficients", H5T_NATIVE_FLOAT, 8, 1, values));
  assert_ok(LodHdf5Close(&file));
  assert_refuses(LodConfigMakePairs(&config, pairs_path(), PETSC_TRUE), "sample 8 (sine) is not");
  LodErrorClear();
}
END_TEST

/* Adds 1 to the byte that is `place` bytes into the first row of a dataset that is written in
 * place.
 */
static void change_byte(const char *dataset, long place) {
  hid_t       file = H5Fopen(pairs_path(), H5F_ACC_RDONLY, H5P_DEFAULT);
  hid_t       opened = H5Dopen2(file, dataset, H5P_DEFAULT);
  haddr_t     address = 0;
  hsize_t     size = 0, offset[4];
  unsigned    filters;
  const hid_t space = H5Dget_space(opened);
  ck_assert_int_ge(H5Dget_chunk_info(opened, space, 0, offset, &filters, &address, &size), 0);
  H5Sclose(space);
  H5Dclose(opened);
  H5Fclose(file);
  FILE *stream = fopen(pairs_path(), "r+b");
  ck_assert_int_eq(fseek(stream, (long)address + place, SEEK_SET), 0);
  const int byte = fgetc(stream);
  ck_assert_int_eq(fseek(stream, (long)address + place, SEEK_SET), 0);
  fputc(byte ^ 1, stream);
  fclose(stream);
}

/* One bit of one number, which stays finite: whether the operators are kept in memory or not, and
   in the pass that compresses. */
START_TEST(a_changed_bit_of_a_sample_is_refused_by_name) {
  static const char *const names[] = {"coefficients", "operators"};
  LodConfig                config = small_config(test_seed());
  LodPairs                *pairs;
  config.pairs = (LodPairsSettings){.bits = 1 << _i}; /* 16, 32, 64 */
  for (int i = 0; i < 2; i++) {
    clean();
    assert_ok(LodConfigMakePairs(&config, pairs_path(), PETSC_TRUE));
    change_byte(names[i], 8);
    for (int kept = 0; kept < 2; kept++) {
      assert_refuses(LodPairsOpenWithin(pairs_path(), kept * 1e9, &pairs), names[i]);
      ck_assert_ptr_nonnull(strstr(LodErrorMessage(), "sample 0 is not as it was written"));
      LodErrorClear();
    }
  }
}
END_TEST

START_TEST(a_file_without_checksums_is_read_and_continued) {
  LodConfig config = small_config(test_seed());
  LodPairs *pairs;
  LodHdf5   file;
  clean();
  assert_ok(LodConfigMakePairs(&config, pairs_path(), PETSC_TRUE));
  assert_ok(LodHdf5OpenUpdate(pairs_path(), PETSC_FALSE, &file));
  ck_assert_int_ge(H5Ldelete(file.id, "checksums", H5P_DEFAULT), 0);
  assert_ok(LodHdf5Close(&file));
  kill_after(4);
  assert_ok(LodConfigMakePairs(&config, pairs_path(), PETSC_TRUE));
  assert_ok(LodPairsOpen(pairs_path(), &pairs));
  assert_ok(LodPairsClose(&pairs));
}
END_TEST

START_TEST(a_split_that_the_settings_do_not_give_is_refused) {
  LodConfig config = small_config(test_seed());
  LodHdf5   file;
  int32_t   split[9];
  clean();
  assert_ok(LodConfigMakePairs(&config, pairs_path(), PETSC_TRUE));
  assert_ok(LodHdf5OpenUpdate(pairs_path(), PETSC_FALSE, &file));
  assert_ok(LodHdf5ReadRows(&file, "split", H5T_NATIVE_INT32, 0, 9, split));
  split[3] = (split[3] + 1) % 3;
  assert_ok(LodHdf5WriteRows(&file, "split", H5T_NATIVE_INT32, 0, 9, split));
  assert_ok(LodHdf5Close(&file));
  assert_refuses(LodConfigMakePairs(&config, pairs_path(), PETSC_TRUE),
                 "split: sample 3 is not where");
  LodErrorClear();
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
  snprintf(directory, sizeof directory, "/tmp/lodnet-test-XXXXXX");
  if (!mkdtemp(directory)) return 1;
  tcase_add_test(tests, operators_and_patches_belong_to_their_coefficient);
  tcase_add_test(tests, gather_from_file_equals_gather_from_memory);
  tcase_add_loop_test(tests, storage_rounds_and_does_nothing_else, 0, 6);
  tcase_add_test(tests, split_has_every_family_and_scale_in_proportion);
  tcase_add_test(tests, small_splits_have_at_least_one_sample_each);
  tcase_add_test(tests, same_settings_reuse_the_file_untouched);
  tcase_add_test(tests, other_settings_are_refused_by_name_and_leave_the_file);
  tcase_add_test(tests, a_killed_run_is_continued);
  tcase_add_test(tests, complete_samples_are_not_computed_again);
  tcase_add_test(tests, an_unreadable_rest_is_made_anew_one_of_other_settings_is_refused);
  tcase_add_test(tests, a_sample_that_would_be_drawn_otherwise_now_is_refused);
  tcase_add_loop_test(tests, a_changed_bit_of_a_sample_is_refused_by_name, 4, 7);
  tcase_add_test(tests, a_file_without_checksums_is_read_and_continued);
  tcase_add_test(tests, a_split_that_the_settings_do_not_give_is_refused);
  tcase_add_test(tests, random_pairs_of_a_compressed_file_are_read_as_fast);
  tcase_add_test(tests, rejects_files_that_hold_no_pairs);
  suite_add_tcase(suite, tests);
  int failed = test_run(suite, argc, argv);
  clean();
  rmdir(directory);
  return failed;
}
