/* The ground: random numbers against published values, atomic files, error messages. */
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/random.h"
#include "check_lodnet.h"

/* write(2) of this program: while the flag is set it takes nothing and gives no reason. */
static volatile int write_takes_nothing;

ssize_t write(int descriptor, const void *bytes, size_t size);
ssize_t write(int descriptor, const void *bytes, size_t size) {
  return write_takes_nothing ? 0 : syscall(SYS_write, descriptor, bytes, size);
}

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

/* Makes a folder of our own in `directory`. */
static void make_folder(char directory[64]) {
  snprintf(directory, 64, "/tmp/lodnet-test-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(directory));
}

/* Removes it with all that is in it. */
static void remove_folder(const char *directory) {
  char command[96];
  snprintf(command, sizeof command, "rm -r '%s'", directory);
  ck_assert_int_eq(system(command), 0);
}

/* Writes `text` to `path` as every writer does. */
static void write_atomically(const char *path, const char *text) {
  LodAtomicFile file;
  assert_ok(LodAtomicFileBegin(&file, path));
  assert_ok(LodAtomicFileWrite(&file, text, strlen(text)));
  assert_ok(LodAtomicFileCommit(&file));
}

START_TEST(links_are_followed_and_modes_kept) {
  char        directory[64], link_path[96], target[96];
  struct stat status;
  make_folder(directory);
  snprintf(link_path, sizeof link_path, "%s/link", directory);
  snprintf(target, sizeof target, "%s/target", directory);
  ck_assert_int_eq(symlink("target", link_path), 0);
  write_atomically(link_path, "first"); /* the link led to nothing */
  expect(target, "first");
  for (mode_t mode = 0600; mode <= 0777; mode += 011) {
    ck_assert_int_eq(chmod(target, mode), 0);
    write_atomically(link_path, "second");
    expect(target, "second");
    ck_assert_int_eq(stat(target, &status), 0);
    ck_assert_uint_eq(status.st_mode & 0777, mode);
    ck_assert_int_eq(lstat(link_path, &status), 0);
    ck_assert(S_ISLNK(status.st_mode));
  }
  ck_assert_int_eq(chmod(target, 0444), 0);
  LodAtomicFile file;
  assert_refuses(LodAtomicFileBegin(&file, link_path), "link: is write-protected (mode 444)");
  LodErrorClear();
  remove_folder(directory);
}
END_TEST

START_TEST(fifo_is_written_to) {
  char        directory[64], path[96], text[8] = "";
  struct stat status;
  make_folder(directory);
  snprintf(path, sizeof path, "%s/fifo", directory);
  ck_assert_int_eq(mkfifo(path, 0600), 0);
  const int reader = open(path, O_RDONLY | O_NONBLOCK);
  ck_assert_int_ge(reader, 0);
  write_atomically(path, "text");
  ck_assert_int_eq(read(reader, text, sizeof text), 4);
  ck_assert_str_eq(text, "text");
  close(reader);
  ck_assert_int_eq(lstat(path, &status), 0);
  ck_assert(S_ISFIFO(status.st_mode));
  remove_folder(directory);
}
END_TEST

/* Only what has exactly the name of a temporary file of the same target, and no owner. */
START_TEST(abandoned_temporary_files_are_removed) {
  static const char *const abandoned[] = {"f.01234567.tmp", "f.89abcdef.tmp"};
  static const char *const others[] = {"f.tmp",           "f.0123456.tmp",  "f.0123456z.tmp",
                                       "f.01234567.tmp2", "g.01234567.tmp", "ff.01234567.tmp"};
  char                     directory[64], path[96], name[128];
  LodAtomicFile            living, file;
  make_folder(directory);
  snprintf(path, sizeof path, "%s/f", directory);
  assert_ok(LodAtomicFileBegin(&living, path));
  for (size_t i = 0; i < 2 + 6; i++) {
    snprintf(name, sizeof name, "%s/%s", directory, i < 2 ? abandoned[i] : others[i - 2]);
    put(name, "x");
  }
  snprintf(name, sizeof name, "%s/f.00000000.tmp", directory);
  ck_assert_int_eq(symlink("g.01234567.tmp", name), 0);
  assert_ok(LodAtomicFileBegin(&file, path));
  ck_assert_str_ne(file.temporary, living.temporary);
  for (size_t i = 0; i < 2 + 6; i++) {
    snprintf(name, sizeof name, "%s/%s", directory, i < 2 ? abandoned[i] : others[i - 2]);
    ck_assert_msg((access(name, F_OK) == 0) == (i >= 2), "%s", name);
  }
  put(living.temporary, "living");
  assert_ok(LodAtomicFileAbort(&file));
  assert_ok(LodAtomicFileCommit(&living));
  expect(path, "living");
  remove_folder(directory);
}
END_TEST

START_TEST(write_that_takes_nothing_is_an_error) {
  char          directory[64], path[96];
  LodAtomicFile file;
  make_folder(directory);
  snprintf(path, sizeof path, "%s/f", directory);
  assert_ok(LodAtomicFileBegin(&file, path));
  write_takes_nothing = 1;
  const PetscErrorCode error = LodAtomicFileWrite(&file, "text", 4);
  write_takes_nothing = 0;
  ck_assert_int_eq(error, PETSC_ERR_FILE_WRITE);
  ck_assert_ptr_nonnull(strstr(LodErrorMessage(), "f: cannot be written: "));
  LodErrorClear();
  assert_ok(LodAtomicFileAbort(&file));
  remove_folder(directory);
}
END_TEST

START_TEST(outputs_that_are_inputs_are_refused) {
  char              directory[64], input[96], hard[96], soft[96];
  const char *const names[] = {"new", "hard"}, *const soft_name[] = {"soft"};
  make_folder(directory);
  snprintf(input, sizeof input, "%s/input", directory);
  snprintf(hard, sizeof hard, "%s/hard", directory);
  snprintf(soft, sizeof soft, "%s/soft", directory);
  const char *const inputs[] = {NULL, "/nonexistent/input", input};
  put(input, "x");
  ck_assert_int_eq(link(input, hard), 0);
  ck_assert_int_eq(symlink("input", soft), 0);
  assert_ok(LodOutputsCheck(directory, 2, names, 2, inputs));
  assert_ok(LodOutputsCheck(directory, 1, names, 3, inputs));
  assert_refuses(LodOutputsCheck(directory, 2, names, 3, inputs), "hard: is also read in this run");
  LodErrorClear();
  assert_refuses(LodOutputsCheck(directory, 1, soft_name, 3, inputs), "soft: is also read");
  LodErrorClear();
  remove_folder(directory);
}
END_TEST

START_TEST(unwritable_places_are_refused) {
  LodAtomicFile file;
  assert_refuses(LodAtomicFileBegin(&file, "/dev/null/x/y"), "/dev/null/x/y: cannot be written");
  LodErrorClear();
  assert_refuses(LodAtomicFileBegin(&file, "/tmp"), "is a directory");
  LodErrorClear();
  assert_refuses(LodDirectoryMake("/dev/null/x"), "/dev/null/x");
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
  tcase_add_test(tests, links_are_followed_and_modes_kept);
  tcase_add_test(tests, fifo_is_written_to);
  tcase_add_test(tests, abandoned_temporary_files_are_removed);
  tcase_add_test(tests, write_that_takes_nothing_is_an_error);
  tcase_add_test(tests, outputs_that_are_inputs_are_refused);
  tcase_add_test(tests, unwritable_places_are_refused);
  tcase_add_test(tests, first_message_is_kept);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
