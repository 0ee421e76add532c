/* The HDF5 layer: attributes, rows, and that a failure leaves what was there. */
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/random.h"
#include "io/hdf5_file.h"
#include "check_lodnet.h"

/* A directory of this process for the files; removed by main. */
static char directory[64];

/* directory/f.h5. */
static const char *file_path(void) {
  static char path[128];
  snprintf(path, sizeof path, "%s/f.h5", directory);
  return path;
}

/* Writes a file with one dataset `a` of n numbers 0, 1, 2, ... plus `add`. */
static PetscErrorCode write_numbers(PetscInt n, double add) {
  LodHdf5 file;
  double *values;
  hsize_t dims[] = {(hsize_t)n};

  PetscFunctionBeginUser;
  PetscCall(LodHdf5Create(file_path(), &file));
  PetscCall(PetscMalloc1(n, &values));
  for (PetscInt i = 0; i < n; i++)
    values[i] = i + add;
  PetscErrorCode error = LodHdf5WriteArray(&file, "a", H5T_NATIVE_DOUBLE, 1, dims, values);
  PetscCall(PetscFree(values));
  if (error) PetscCall(LodHdf5Abort(&file));
  PetscCall(error);
  PetscCall(LodHdf5Commit(&file));
  PetscFunctionReturn(0);
}

START_TEST(attributes_come_back) {
  LodHdf5    file;
  double     number, value = 0.5;
  PetscInt64 integer;
  char      *text;
  assert_ok(LodHdf5Create(file_path(), &file));
  assert_ok(LodHdf5WriteArray(&file, "layers/0/weight", H5T_NATIVE_DOUBLE, 0, NULL, &value));
  assert_ok(LodHdf5WriteDouble(&file, "/", "pi", 3.25));
  assert_ok(LodHdf5WriteDouble(&file, "/", "pi", 3.125)); /* replaces */
  assert_ok(LodHdf5WriteInt(&file, "layers/0", "width", -((PetscInt64)1 << 40)));
  assert_ok(LodHdf5WriteText(&file, "layers/0/weight", "text", "L\xc3\xa4nge\n[x]"));
  assert_ok(LodHdf5WriteText(&file, "/", "empty", ""));
  assert_ok(LodHdf5Commit(&file));
  assert_ok(LodHdf5Open(file_path(), &file));
  assert_ok(LodHdf5ReadDouble(&file, "/", "pi", &number));
  ck_assert_double_eq(number, 3.125);
  assert_ok(LodHdf5ReadInt(&file, "layers/0", "width", &integer));
  ck_assert_int_eq(integer, -((PetscInt64)1 << 40));
  assert_ok(LodHdf5ReadText(&file, "layers/0/weight", "text", &text));
  ck_assert_str_eq(text, "L\xc3\xa4nge\n[x]");
  assert_ok(PetscFree(text));
  assert_ok(LodHdf5ReadText(&file, "/", "empty", &text));
  ck_assert_str_eq(text, "");
  assert_ok(PetscFree(text));
  assert_refuses(LodHdf5ReadText(&file, "/", "pi", &text), "attribute pi is not one text");
  LodErrorClear();
  assert_refuses(LodHdf5ReadInt(&file, "/", "none", &integer), "attribute none is missing");
  LodErrorClear();
  assert_refuses(LodHdf5ReadInt(&file, "layers/1", "width", &integer), "layers/1 is missing");
  LodErrorClear();
  assert_ok(LodHdf5Close(&file));
}
END_TEST

START_TEST(exists_follows_groups) {
  LodHdf5     file;
  PetscBool   exists;
  double      value = 0.5;
  const char *there[] = {"/", "a", "a/b", "a/b/c"}, *absent[] = {"b", "a/c", "a/b/c/d", "x/y"};
  assert_ok(LodHdf5Create(file_path(), &file));
  assert_ok(LodHdf5WriteArray(&file, "a/b/c", H5T_NATIVE_DOUBLE, 0, NULL, &value));
  for (int i = 0; i < 4; i++) {
    assert_ok(LodHdf5Exists(&file, there[i], &exists));
    ck_assert_msg(exists, "%s", there[i]);
    assert_ok(LodHdf5Exists(&file, absent[i], &exists));
    ck_assert_msg(!exists, "%s", absent[i]);
  }
  assert_ok(LodHdf5Abort(&file));
  assert_ok(LodHdf5Abort(&file));
}
END_TEST

START_TEST(rows_and_blocks_are_the_right_ones) {
  LodHdf5 file;
  int32_t row[6], block[4];
  assert_ok(LodHdf5OpenUpdate(file_path(), PETSC_TRUE, &file));
  assert_ok(LodHdf5CreateRows(&file, "r", H5T_NATIVE_INT32, 3, (hsize_t[]){5, 2, 3}));
  for (hsize_t first = 0; first < 5; first++) {
    for (int i = 0; i < 6; i++)
      row[i] = (int32_t)(100 * first) + i;
    assert_ok(LodHdf5WriteRows(&file, "r", H5T_NATIVE_INT32, first, 1, row));
  }
  assert_ok(LodHdf5Flush(&file));
  assert_ok(LodHdf5Close(&file));
  assert_ok(LodHdf5OpenUpdate(file_path(), PETSC_FALSE, &file));
  assert_ok(LodHdf5ReadRows(&file, "r", H5T_NATIVE_INT32, 3, 1, row));
  for (int i = 0; i < 6; i++)
    ck_assert_int_eq(row[i], 300 + i);
  assert_ok(LodHdf5ReadBlock(&file, "r", H5T_NATIVE_INT32, (hsize_t[]){1, 1, 1},
                             (hsize_t[]){2, 1, 2}, block));
  ck_assert_int_eq(block[0], 104);
  ck_assert_int_eq(block[1], 105);
  ck_assert_int_eq(block[2], 204);
  ck_assert_int_eq(block[3], 205);
  assert_refuses(LodHdf5ReadRows(&file, "r", H5T_NATIVE_INT32, 5, 1, row), "smaller");
  LodErrorClear();
  assert_refuses(LodHdf5ReadRows(&file, "s", H5T_NATIVE_INT32, 0, 1, row), "holds 'r'");
  LodErrorClear();
  assert_ok(LodHdf5Close(&file));
}
END_TEST

START_TEST(a_file_that_another_run_writes_is_left_alone) {
  LodHdf5 file;
  assert_ok(write_numbers(10, 0));
  int other = open(file_path(), O_RDWR); /* holds a lock as another process would */
  ck_assert_int_eq(flock(other, LOCK_EX), 0);
  assert_refuses(LodHdf5OpenUpdate(file_path(), PETSC_TRUE, &file), "another run");
  LodErrorClear();
  close(other);
  double values[10];
  assert_ok(LodHdf5Open(file_path(), &file));
  assert_ok(LodHdf5ReadArray(&file, "a", H5T_NATIVE_DOUBLE, values));
  ck_assert_double_eq(values[9], 9);
  assert_ok(LodHdf5Close(&file));
}
END_TEST

START_TEST(a_write_that_fails_leaves_the_old_file) {
  struct rlimit before, small = {100000, 100000};
  LodHdf5       file;
  double        values[10];
  assert_ok(write_numbers(10, 0.5));
  ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
  small.rlim_max = before.rlim_max;
  ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
  PetscErrorCode error = write_numbers(100000, 0);
  ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
  ck_assert_int_ne(error, 0);
  ck_assert_ptr_nonnull(strstr(LodErrorMessage(), "File too large"));
  ck_assert_ptr_nonnull(strstr(LodErrorMessage(), file_path()));
  LodErrorClear();
  assert_ok(LodHdf5Open(file_path(), &file));
  assert_ok(LodHdf5ReadArray(&file, "a", H5T_NATIVE_DOUBLE, values));
  ck_assert_double_eq(values[9], 9.5);
  assert_ok(LodHdf5Close(&file));
}
END_TEST

/* Makes attribute or dataset `name` of one number in an open file. */
static void put_number(LodHdf5 *file, const char *name, PetscBool attribute, hid_t type,
                       const void *value) {
  const hid_t space = H5Screate(H5S_SCALAR);
  if (attribute) {
    hid_t made = H5Acreate2(file->id, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    ck_assert_int_ge(H5Awrite(made, type, value), 0);
    H5Aclose(made);
  } else {
    assert_ok(LodHdf5WriteArray(file, name, type, 0, NULL, value));
  }
  H5Sclose(space);
}

/* However integers are stored, they are read exactly or refused, with the number and its place. */
START_TEST(integers_are_exact_or_refused) {
  const double   half = 2.5, whole = -3, large = 1e30, nothing = (double)NAN;
  const uint64_t most = UINT64_MAX;
  const struct {
    const char *name;
    hid_t       type;
    const void *value;
    const char *words; /* NULL: fine */
  } cases[] = {{"half", H5T_NATIVE_DOUBLE, &half, "is 2.5"},
               {"whole", H5T_NATIVE_DOUBLE, &whole, NULL},
               {"large", H5T_NATIVE_DOUBLE, &large, "is 1"},
               {"nothing", H5T_NATIVE_DOUBLE, &nothing, "is nan"},
               {"most", H5T_NATIVE_UINT64, &most, "is 18446744073709551615"}};
  char       name[32];
  LodHdf5    file;
  PetscInt64 value;
  for (int attribute = 0; attribute < 2; attribute++) {
    assert_ok(LodHdf5Create(file_path(), &file));
    for (int i = 0; i < 5; i++)
      put_number(&file, cases[i].name, attribute != 0, cases[i].type, cases[i].value);
    assert_ok(LodHdf5Commit(&file));
    assert_ok(LodHdf5Open(file_path(), &file));
    for (int i = 0; i < 5; i++) {
      PetscErrorCode error =
          attribute ? LodHdf5ReadInt(&file, "/", cases[i].name, &value)
                    : LodHdf5ReadIntegers(&file, cases[i].name, -9, INT64_MAX, 1, &value);
      ck_assert_int_eq(error, cases[i].words ? LOD_ERR_INPUT : 0);
      if (error) {
        snprintf(name, sizeof name, attribute ? "attribute %s" : ": %s: entry 0", cases[i].name);
        ck_assert_msg(strstr(LodErrorMessage(), name) != NULL, "%s", LodErrorMessage());
        ck_assert_msg(strstr(LodErrorMessage(), cases[i].words) != NULL, "%s", LodErrorMessage());
      } else {
        ck_assert_int_eq(value, -3);
      }
      LodErrorClear();
    }
    assert_ok(LodHdf5Close(&file));
  }
}
END_TEST

/* Reads the file that write_numbers(200, 0.25) made, with attribute pi = 3.25, and perhaps damaged
   since. Returns 0 if that is an error, 1 if it gives what was written, 2 if it gives anything
   else.
 */
static int read_spoilt(void) {
  LodHdf5        file;
  hsize_t        dims[8];
  int            rank, same = 1;
  double         values[200], number;
  PetscErrorCode error = LodHdf5Open(file_path(), &file);
  if (!error) error = LodHdf5ReadDouble(&file, "/", "pi", &number);
  if (!error) error = LodHdf5Shape(&file, "a", &rank, dims);
  if (!error && (rank != 1 || dims[0] != 200)) error = LOD_ERR_INPUT; /* as readers find out */
  if (!error) error = LodHdf5ReadArray(&file, "a", H5T_NATIVE_DOUBLE, values);
  (void)LodHdf5Close(&file);
  LodErrorClear();
  if (error) return 0;
  for (int i = 0; i < 200; i++)
    same = same && values[i] == i + 0.25;
  return same && number == 3.25 ? 1 : 2;
}

/* Changes one random bit of bytes[size] at a time, as a file. Returns 0 if all went well: never
   other numbers, and not always the right ones. */
static int spoil(unsigned long long seed, char *bytes, size_t size) {
  int n_noticed = 0;
  for (uint64_t trial = 0; trial < 300; trial++) {
    const size_t at = LodRandomBits(seed, 1, trial) % size;
    const char   bit = (char)(1 << LodRandomBits(seed, 2, trial) % 8);
    FILE        *stream = fopen(file_path(), "wb");
    bytes[at] = (char)(bytes[at] ^ bit);
    const size_t written = fwrite(bytes, 1, size, stream);
    fclose(stream);
    bytes[at] = (char)(bytes[at] ^ bit);
    const int found = read_spoilt();
    if (found == 2 || written != size) return 1;
    n_noticed += found == 0;
  }
  return n_noticed > 30 ? 0 : 2;
}

/* Whatever bit of a file changes, reading its numbers is an error or gives what was written. In a
   process of its own: HDF5 keeps memory of damaged files, which is no leak of ours. */
START_TEST(a_changed_bit_is_noticed) {
  unsigned long long seed = test_seed();
  static char        bytes[65536];
  LodHdf5            file;
  int                status = -1;
  assert_ok(write_numbers(200, 0.25));
  assert_ok(LodHdf5OpenUpdate(file_path(), PETSC_FALSE, &file));
  assert_ok(LodHdf5WriteDouble(&file, "/", "pi", 3.25));
  assert_ok(LodHdf5Close(&file));
  FILE        *stream = fopen(file_path(), "rb");
  const size_t size = fread(bytes, 1, sizeof bytes, stream);
  fclose(stream);
  ck_assert_uint_lt(size, sizeof bytes);
  const pid_t process = fork();
  if (process == 0) _exit(spoil(seed, bytes, size));
  ck_assert_int_eq(waitpid(process, &status, 0), process);
  ck_assert_int_eq(status, 0);
}
END_TEST

/* Makes dataset `a` of doubles in an open file without writing to it. */
static void claim(hid_t file, hid_t properties, int rank, const hsize_t *dims) {
  const hid_t space = H5Screate_simple(rank, dims, NULL);
  const hid_t dataset =
      H5Dcreate2(file, "a", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, properties, H5P_DEFAULT);
  ck_assert(dataset >= 0);
  H5Dclose(dataset);
  H5Sclose(space);
  H5Pclose(properties);
}

/* A shape that nothing was written for is no dataset, however it is laid out; HDF5 reads zeros. */
START_TEST(a_shape_without_numbers_is_refused) {
  static const hsize_t dims[] = {1 << 20, 1 << 10}, chunk[] = {64, 64};
  for (int kind = 0; kind < 3; kind++) {
    LodHdf5     file;
    hsize_t     found[8];
    int         rank;
    const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    if (kind > 0) H5Pset_chunk(properties, 2, chunk);
    if (kind > 1) H5Pset_deflate(properties, 6);
    assert_ok(LodHdf5Create(file_path(), &file));
    claim(file.id, properties, 2, dims);
    assert_ok(LodHdf5Commit(&file));
    assert_ok(LodHdf5Open(file_path(), &file));
    assert_refuses(LodHdf5Shape(&file, "a", &rank, found), "f.h5: a: was n");
    LodErrorClear();
    assert_ok(LodHdf5Close(&file));
  }
}
END_TEST

START_TEST(links_and_locks_are_told_as_what_they_are) {
  LodHdf5 file;
  hsize_t dims[8];
  int     rank;
  assert_ok(LodHdf5Create(file_path(), &file));
  H5Lcreate_external("gone.h5", "/k", file.id, "outer", H5P_DEFAULT, H5P_DEFAULT);
  H5Lcreate_soft("/nowhere", file.id, "inner", H5P_DEFAULT, H5P_DEFAULT);
  assert_ok(LodHdf5Commit(&file));
  assert_ok(LodHdf5Open(file_path(), &file));
  assert_refuses(LodHdf5Shape(&file, "outer", &rank, dims),
                 "outer: is a link to '/k' in the file 'gone.h5'");
  LodErrorClear();
  assert_refuses(LodHdf5Shape(&file, "inner", &rank, dims), "inner: is a link to '/nowhere'");
  LodErrorClear();
  assert_ok(LodHdf5Close(&file));
  assert_ok(write_numbers(10, 0));
  int other = open(file_path(), O_RDWR); /* holds a lock as another process would */
  ck_assert_int_eq(flock(other, LOCK_EX), 0);
  assert_refuses(LodHdf5Open(file_path(), &file), "cannot be locked");
  LodErrorClear();
  close(other);
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("hdf5");
  TCase *tests = tcase_create("hdf5");
  snprintf(directory, sizeof directory, "/tmp/lodnet-test-XXXXXX");
  if (!mkdtemp(directory)) return 1;
  tcase_add_test(tests, attributes_come_back);
  tcase_add_test(tests, exists_follows_groups);
  tcase_add_test(tests, rows_and_blocks_are_the_right_ones);
  tcase_add_test(tests, a_file_that_another_run_writes_is_left_alone);
  tcase_add_test(tests, a_write_that_fails_leaves_the_old_file);
  tcase_add_test(tests, integers_are_exact_or_refused);
  tcase_add_test(tests, a_changed_bit_is_noticed);
  tcase_add_test(tests, a_shape_without_numbers_is_refused);
  tcase_add_test(tests, links_and_locks_are_told_as_what_they_are);
  suite_add_tcase(suite, tests);
  int failed = test_run(suite, argc, argv);
  unlink(file_path());
  if (rmdir(directory)) failed = 1; /* a temporary file was left behind */
  return failed;
}
