/* Pairs that are there: reuse, refusal, continuing after a kill. */
#include <string.h>
#include <sys/stat.h>

#include "io/hdf5_file.h"
#include "pairs_files.h"

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

int main(int argc, char **argv) {
  Suite *suite = suite_create("pairs kept");
  TCase *tests = tcase_create("pairs kept");
  tcase_add_test(tests, same_settings_reuse_the_file_untouched);
  tcase_add_test(tests, other_settings_are_refused_by_name_and_leave_the_file);
  tcase_add_test(tests, a_killed_run_is_continued);
  tcase_add_test(tests, complete_samples_are_not_computed_again);
  tcase_add_test(tests, an_unreadable_rest_is_made_anew_one_of_other_settings_is_refused);
  tcase_add_test(tests, a_sample_that_would_be_drawn_otherwise_now_is_refused);
  tcase_add_loop_test(tests, a_changed_bit_of_a_sample_is_refused_by_name, 4, 7);
  tcase_add_test(tests, a_file_without_checksums_is_read_and_continued);
  tcase_add_test(tests, a_split_that_the_settings_do_not_give_is_refused);
  suite_add_tcase(suite, tests);
  return run_pairs_suite(suite, argc, argv);
}
