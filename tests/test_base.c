/* The ground: random numbers against published values, atomic files, error messages. */
#include "check_lodnet.h"

#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

/* Known answers of Philox4x32-10 for all-zero and all-one counter and key (Salmon et al.). */
START_TEST(random_bits_match_published_vector) {
  ck_assert_uint_eq(LodRandomBits(0, 0, 0), 0xe169c58d6627e8d5ull);
  ck_assert_uint_eq(LodRandomBits(~0ull, ~0ull, ~0ull), 0x41c83b0e408f276dull);
}
END_TEST

/* Means and variances of many draws lie within five standard errors. */
START_TEST(random_moments_are_right) {
  unsigned long long seed = test_seed();
  enum { N = 200000 };
  double mean = 0, normal_mean = 0, normal_square = 0;
  for (uint64_t i = 0; i < N; i++) {
    double u = LodRandomUniform(seed, 3, i), z = LodRandomNormal(seed, 4, i);
    ck_assert(u >= 0 && u < 1);
    mean += u / N, normal_mean += z / N, normal_square += z * z / N;
  }
  ck_assert_double_lt(fabs(mean - 0.5), 5 * sqrt(1.0 / 12 / N));
  ck_assert_double_lt(fabs(normal_mean), 5 / sqrt(N));
  ck_assert_double_lt(fabs(normal_square - 1), 5 * sqrt(2.0 / N));
}
END_TEST

/* Writes `text` to a file. */
static void put(const char *path, const char *text) {
  FILE *file = fopen(path, "w");
  ck_assert_ptr_nonnull(file);
  fputs(text, file);
  ck_assert_int_eq(fclose(file), 0);
}

/* The first word of a file must be `text`. */
static void expect(const char *path, const char *text) {
  char  word[64] = "";
  FILE *file = fopen(path, "r");
  ck_assert_ptr_nonnull(file);
  ck_assert_int_eq(fscanf(file, "%63s", word), 1);
  fclose(file);
  ck_assert_str_eq(word, text);
}

START_TEST(atomic_file_is_whole_or_absent) {
  char directory[] = "/tmp/lodnet-test-XXXXXX", path[64];
  ck_assert_ptr_nonnull(mkdtemp(directory));
  snprintf(path, sizeof path, "%s/file", directory);
  LodAtomicFile file;
  assert_ok(LodAtomicFileBegin(&file, path));
  put(file.temporary, "first");
  ck_assert_int_ne(access(path, F_OK), 0);
  assert_ok(LodAtomicFileCommit(&file));
  expect(path, "first");
  assert_ok(LodAtomicFileBegin(&file, path));
  put(file.temporary, "second");
  assert_ok(LodAtomicFileAbort(&file));
  expect(path, "first");
  ck_assert_int_ne(access(file.temporary, F_OK), 0);
  unlink(path);
  rmdir(directory);
}
END_TEST

START_TEST(unwritable_places_are_refused) {
  LodAtomicFile file;
  assert_refuses(LodAtomicFileBegin(&file, "/dev/null/x/y"), "/dev/null/x/y: cannot be written");
  LodErrorClear();
  assert_refuses(LodAtomicFileBegin(&file, "/tmp"), "is a directory");
  LodErrorClear();
  assert_refuses(LodMakeDirectory("/dev/null/x"), "/dev/null/x");
  LodErrorClear();
}
END_TEST

/* Raises one error inside another. */
static PetscErrorCode fail_twice(void) {
  PetscFunctionBeginUser;
  LodInputError("file.h5: cell [%d]: %s", 7, "wrong");
}

START_TEST(first_message_is_kept) {
  ck_assert_int_eq(fail_twice(), LOD_ERR_INPUT);
  ck_assert_str_eq(LodErrorMessage(), "file.h5: cell [7]: wrong");
  LodErrorClear();
  ck_assert_str_eq(LodErrorMessage(), "");
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("base");
  TCase *tests = tcase_create("base");
  tcase_add_test(tests, random_bits_match_published_vector);
  tcase_add_test(tests, random_moments_are_right);
  tcase_add_test(tests, atomic_file_is_whole_or_absent);
  tcase_add_test(tests, unwritable_places_are_refused);
  tcase_add_test(tests, first_message_is_kept);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
