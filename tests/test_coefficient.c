/* Coefficients: what is read back, what is refused, and the restriction R_T. */
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/random.h"
#include "check_lodnet.h"
#include "io/coefficient_file.h"
#include "pairs/coefficient_series.h"

/* A directory of this process for the files of the tests; removed by main. */
static char directory[64];

/* directory/name in a buffer that the next call overwrites. */
static const char *path_of(const char *name) {
  static char path[256];
  snprintf(path, sizeof path, "%s/%s", directory, name);
  return path;
}

/* Writes an HDF5 file with one dataset of the given type and shape. */
static const char *write_dataset(const char *dataset, hid_t type, int rank, const hsize_t *dims,
                                 const void *data) {
  LodHdf5     file;
  const char *path = path_of("bad.h5");
  assert_ok(LodHdf5Create(path, &file));
  assert_ok(LodHdf5WriteArray(&file, dataset, type, rank, dims, data));
  assert_ok(LodHdf5Commit(&file));
  return path;
}

/* Writes a text file. */
static const char *write_text(const char *text) {
  const char *path = path_of("text.h5");
  FILE       *file = fopen(path, "w");
  ck_assert_ptr_nonnull(file);
  fputs(text, file);
  fclose(file);
  return path;
}

/* Reads a file that must be refused; the message must begin with its name and contain `text`. */
static void refuses(const char *path, const char *text) {
  LodCoefficient coefficient;
  LodErrorClear();
  assert_refuses(LodCoefficientRead(path, NULL, &coefficient), text);
  ck_assert_int_eq(strncmp(LodErrorMessage(), path, strlen(path)), 0);
  ck_assert_ptr_null(coefficient.values);
  LodErrorClear();
}

START_TEST(reads_back_what_it_wrote) {
  unsigned long long seed = test_seed();
  for (PetscInt dim = 1; dim <= 3; dim++) {
    LodCoefficient made, found;
    PetscInt       cells = 3 + (PetscInt)(LodRandomBits(seed, 1, (uint64_t)dim) % 5);
    assert_ok(LodCoefficientCreate(dim, LOD_CUBE(cells), &made));
    for (PetscInt i = 0; i < LodCellCount(dim, LOD_CUBE(cells)); i++)
      made.values[i] = 1 + LodRandomUniform(seed, (uint64_t)dim, (uint64_t)i);
    assert_ok(LodCoefficientWrite(&made, path_of("c.h5"), "a test"));
    assert_ok(LodCoefficientRead(path_of("c.h5"), NULL, &found));
    ck_assert_int_eq(found.dim, dim);
    ck_assert_int_eq(found.cells[0], cells);
    ck_assert_mem_eq(found.values, made.values,
                     (size_t)LodCellCount(dim, LOD_CUBE(cells)) * sizeof *made.values);
    assert_ok(LodCoefficientDestroy(&made));
    assert_ok(LodCoefficientDestroy(&found));
    ck_assert_ptr_null(found.values);
  }
}
END_TEST

START_TEST(same_values_same_bytes_at_another_time) {
  double         values[4] = {1, 2, 3, 4};
  LodCoefficient coefficient = {.dim = 2, .cells = {2, 2, 1}, .components = 1, .values = values};
  static char    bytes[2][65536];
  size_t         size[2];
  for (int i = 0; i < 2; i++) {
    assert_ok(LodCoefficientWrite(&coefficient, path_of("c.h5"), "a test"));
    FILE *file = fopen(path_of("c.h5"), "rb");
    ck_assert_ptr_nonnull(file);
    size[i] = fread(bytes[i], 1, sizeof bytes[i], file);
    fclose(file);
    if (i == 0) usleep(1100000); /* HDF5 would note the second in which a dataset is made */
  }
  ck_assert_uint_eq(size[0], size[1]);
  ck_assert_mem_eq(bytes[0], bytes[1], size[0]);
}
END_TEST

START_TEST(reads_single_precision_and_other_dataset_name) {
  float          values[4] = {1, 2, 3, 4.5F};
  LodCoefficient found;
  const char    *path = write_dataset("group/a", H5T_NATIVE_FLOAT, 2, (hsize_t[]){2, 2}, values);
  assert_ok(LodCoefficientRead(path, "group/a", &found));
  for (int i = 0; i < 4; i++)
    ck_assert_double_eq(found.values[i], (double)values[i]);
  assert_ok(LodCoefficientDestroy(&found));
}
END_TEST

START_TEST(rejects_files_that_are_not_hdf5) {
  refuses(path_of("missing.h5"), "No such file");
  refuses(directory, "is a directory");
  refuses(write_text("alpha = 1\n"), "not an HDF5 file");
  refuses(write_text(""), "empty");
  double values[4] = {1, 1, 1, 1};
  write_dataset("coefficient", H5T_NATIVE_DOUBLE, 2, (hsize_t[]){2, 2}, values);
  ck_assert_int_eq(truncate(path_of("bad.h5"), 600), 0);
  refuses(path_of("bad.h5"), "damaged or truncated");
}
END_TEST

START_TEST(rejects_wrong_name_and_lists_what_is_there) {
  double values[1] = {1};
  refuses(write_dataset("deep/kappa", H5T_NATIVE_DOUBLE, 2, (hsize_t[]){1, 1}, values),
          "no dataset 'coefficient': the file holds 'deep/kappa'; --dataset says which to take");
  LodHdf5 file;
  assert_ok(LodHdf5Create(path_of("empty.h5"), &file));
  assert_ok(LodHdf5Commit(&file));
  refuses(path_of("empty.h5"), "holds no dataset");
}
END_TEST

START_TEST(rejects_wrong_shapes) {
  double values[32];
  for (int i = 0; i < 32; i++)
    values[i] = 1;
  refuses(write_dataset("coefficient", H5T_NATIVE_DOUBLE, 0, NULL, values), "0 axes");
  refuses(write_dataset("coefficient", H5T_NATIVE_DOUBLE, 4, (hsize_t[]){2, 2, 2, 4}, values),
          "4 axes");
  refuses(write_dataset("coefficient", H5T_NATIVE_DOUBLE, 2, (hsize_t[]){0, 0}, values), "empty");
}
END_TEST

/* A dataset of shape (z, y, x) is a box of x, y, z cells. */
START_TEST(boxes_are_read_with_x_last) {
  double         values[36];
  LodCoefficient found;
  for (int i = 0; i < 36; i++)
    values[i] = 1 + i;
  assert_ok(LodCoefficientRead(
      write_dataset("coefficient", H5T_NATIVE_DOUBLE, 2, (hsize_t[]){4, 3}, values), NULL, &found));
  ck_assert_int_eq(found.dim, 2);
  ck_assert(LodCellsEqual(3, found.cells, (PetscInt[]){3, 4, 1}));
  ck_assert_mem_eq(found.values, values, 12 * sizeof *values);
  assert_ok(LodCoefficientDestroy(&found));
  assert_ok(LodCoefficientRead(
      write_dataset("coefficient", H5T_NATIVE_DOUBLE, 3, (hsize_t[]){4, 3, 3}, values), NULL,
      &found));
  ck_assert(LodCellsEqual(3, found.cells, (PetscInt[]){3, 3, 4}));
  assert_ok(LodCoefficientWrite(&found, path_of("c.h5"), "a test"));
  assert_ok(LodCoefficientDestroy(&found));
  assert_ok(LodCoefficientRead(path_of("c.h5"), NULL, &found));
  ck_assert(LodCellsEqual(3, found.cells, (PetscInt[]){3, 3, 4}));
  ck_assert_mem_eq(found.values, values, sizeof values);
  assert_ok(LodCoefficientDestroy(&found));
}
END_TEST

START_TEST(rejects_wrong_types) {
  char text[4] = "abc";
  refuses(write_dataset("coefficient", H5T_C_S1, 2, (hsize_t[]){2, 2}, text), "float32");
}
END_TEST

START_TEST(integers_are_converted_and_booleans_if_no_value_is_false) {
  const int8_t   integers[4] = {1, 2, 3, 100};
  const int8_t   booleans[4] = {1, 1, 1, 1}, phases[4] = {1, 0, 1, 1}, no = 0, yes = 1;
  LodCoefficient found;
  const char *path = write_dataset("coefficient", H5T_NATIVE_INT8, 2, (hsize_t[]){2, 2}, integers);
  assert_ok(LodCoefficientRead(path, NULL, &found));
  for (int i = 0; i < 4; i++)
    ck_assert_double_eq(found.values[i], integers[i]);
  assert_ok(LodCoefficientDestroy(&found));
  /* As h5py stores them: an enumeration over 8-bit integers. */
  const hid_t type = H5Tenum_create(H5T_NATIVE_INT8);
  H5Tenum_insert(type, "FALSE", &no);
  H5Tenum_insert(type, "TRUE", &yes);
  path = write_dataset("coefficient", type, 2, (hsize_t[]){2, 2}, booleans);
  assert_ok(LodCoefficientRead(path, NULL, &found));
  for (int i = 0; i < 4; i++)
    ck_assert_double_eq(found.values[i], 1);
  assert_ok(LodCoefficientDestroy(&found));
  path = write_dataset("coefficient", type, 2, (hsize_t[]){2, 2}, phases);
  refuses(path, "false is 0, which is no coefficient");
  refuses(path, "cell [0][1] is 0");
  H5Tclose(type);
}
END_TEST

START_TEST(one_row_or_one_column_is_one_dimensional) {
  const double   values[5] = {1, 2, 3, 4, 5};
  const hsize_t  shapes[][2] = {{1, 5}, {5, 1}};
  LodCoefficient found;
  for (int i = 0; i < 2; i++) {
    const char *path = write_dataset("coefficient", H5T_NATIVE_DOUBLE, 2, shapes[i], values);
    assert_ok(LodCoefficientRead(path, NULL, &found));
    ck_assert_int_eq(found.dim, 1);
    ck_assert_int_eq(found.cells[0], 5);
    ck_assert_mem_eq(found.values, values, sizeof values);
    assert_ok(LodCoefficientDestroy(&found));
  }
  const char *path = write_dataset("coefficient", H5T_NATIVE_DOUBLE, 2, (hsize_t[]){1, 1}, values);
  assert_ok(LodCoefficientRead(path, NULL, &found));
  ck_assert_int_eq(found.dim, 2); /* one cell of a square */
  assert_ok(LodCoefficientDestroy(&found));
}
END_TEST

START_TEST(strips_of_our_own_stay_two_dimensional) {
  double values[5] = {1, 2, 3, 4, 5};
  for (int axis = 0; axis < 2; axis++) {
    LodCoefficient strip = {.dim = 2, .cells = {1, 1, 1}, .components = 1, .values = values};
    LodCoefficient found;
    strip.cells[axis] = 5;
    assert_ok(LodCoefficientWrite(&strip, path_of("strip.h5"), "a test"));
    assert_ok(LodCoefficientRead(path_of("strip.h5"), NULL, &found));
    ck_assert_int_eq(found.dim, 2);
    ck_assert(LodCellsEqual(2, found.cells, strip.cells));
    ck_assert_mem_eq(found.values, values, sizeof values);
    assert_ok(LodCoefficientDestroy(&found));
  }
}
END_TEST

START_TEST(a_series_has_one_coefficient_a_row) {
  double values[18];
  for (int i = 0; i < 18; i++)
    values[i] = i + 1;
  LodCoefficientSeries series;
  LodCoefficient       coefficient;
  const char          *path =
      write_dataset("coefficient", H5T_NATIVE_DOUBLE, 3, (hsize_t[]){3, 2, 3}, values);
  assert_ok(LodCoefficientSeriesOpen(path, NULL, &series));
  ck_assert_int_eq(series.count, 3);
  assert_ok(LodCoefficientSeriesCreate(&series, &coefficient));
  assert_ok(LodCoefficientSeriesRead(&series, 1, &coefficient));
  ck_assert_mem_eq(coefficient.values, values + 6, 6 * sizeof *values);
  assert_ok(LodCoefficientDestroy(&coefficient));
  assert_ok(LodCoefficientSeriesClose(&series));
  assert_ok(LodCoefficientRead(path, NULL, &coefficient)); /* else it is a box */
  ck_assert(LodCellsEqual(3, coefficient.cells, (PetscInt[]){3, 2, 3}));
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

START_TEST(rejects_values_with_place) {
  unsigned long long seed = test_seed();
  const double       bad[] = {(double)NAN, 0, -0.5, (double)INFINITY};
  const char        *says[] = {"nan", "is 0;", "is -0.5;", "inf"};
  for (int kind = 0; kind < 4; kind++) {
    double   values[48];
    uint64_t at = LodRandomBits(seed, 0, (uint64_t)kind) % 36;
    char     place[64];
    for (int i = 0; i < 36; i++)
      values[i] = 2;
    values[at] = bad[kind];
    snprintf(place, sizeof place, "cell [%d][%d] is", (int)at / 6, (int)at % 6);
    const char *path =
        write_dataset("coefficient", H5T_NATIVE_DOUBLE, 2, (hsize_t[]){6, 6}, values);
    refuses(path, place);
    refuses(path, says[kind]);
  }
}
END_TEST

START_TEST(range_is_smallest_and_largest) {
  double         values[4] = {3, 0.25, 9, 1}, smallest, largest;
  LodCoefficient coefficient = {.dim = 2, .cells = {2, 2, 1}, .components = 1, .values = values};
  assert_ok(LodCoefficientRange(&coefficient, &smallest, &largest));
  ck_assert_double_eq(smallest, 0.25);
  ck_assert_double_eq(largest, 9);
}
END_TEST

/* R_T from its definition, entry by entry. */
static float restricted(const LodCoefficient *coefficient, const LodGrid *grid, PetscInt cell,
                        PetscInt position) {
  PetscInt ratio = LodGridCoefficientRatio(grid, 0), side = (2 * grid->ell + 1) * ratio;
  PetscInt source = 0, stride = 1;
  for (PetscInt axis = 0; axis < grid->dim; axis++) {
    PetscInt at = (cell % grid->coarse[axis] - grid->ell) * ratio + position % side;
    if (at < 0 || at >= grid->coefficient[axis]) return 0;
    source += stride * at;
    stride *= grid->coefficient[axis];
    cell /= grid->coarse[axis];
    position /= side;
  }
  return (float)coefficient->values[source];
}

START_TEST(restriction_is_zero_outside_and_exact_inside) {
  unsigned long long seed = test_seed();
  for (PetscInt dim = 1; dim <= 3; dim++)
    for (PetscInt ell = 1; ell <= 3; ell++) {
      LodGrid        grid = {LOD_UNIT_CUBE(dim, 3, 6, 6), .ell = ell};
      LodCoefficient coefficient;
      assert_ok(LodCoefficientCreate(dim, LOD_CUBE(6), &coefficient));
      for (PetscInt i = 0; i < LodPower(6, dim); i++)
        coefficient.values[i] = 1 + LodRandomUniform(seed, 0, (uint64_t)i);
      PetscInt length = LodGridPatchValues(&grid);
      float   *values = malloc((size_t)length * sizeof *values);
      for (PetscInt cell = 0; cell < LodGridCells(&grid); cell++) {
        assert_ok(LodCoefficientRestrict(&coefficient, &grid, cell, values));
        for (PetscInt i = 0; i < length; i++)
          ck_assert_float_eq(values[i], restricted(&coefficient, &grid, cell, i));
      }
      free(values);
      assert_ok(LodCoefficientDestroy(&coefficient));
    }
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("coefficient");
  TCase *tests = tcase_create("coefficient");
  snprintf(directory, sizeof directory, "/tmp/lodnet-test-XXXXXX");
  if (!mkdtemp(directory)) return 1;
  tcase_add_test(tests, reads_back_what_it_wrote);
  tcase_add_test(tests, same_values_same_bytes_at_another_time);
  tcase_add_test(tests, reads_single_precision_and_other_dataset_name);
  tcase_add_test(tests, rejects_files_that_are_not_hdf5);
  tcase_add_test(tests, rejects_wrong_name_and_lists_what_is_there);
  tcase_add_test(tests, rejects_wrong_shapes);
  tcase_add_test(tests, boxes_are_read_with_x_last);
  tcase_add_test(tests, rejects_wrong_types);
  tcase_add_test(tests, integers_are_converted_and_booleans_if_no_value_is_false);
  tcase_add_test(tests, one_row_or_one_column_is_one_dimensional);
  tcase_add_test(tests, strips_of_our_own_stay_two_dimensional);
  tcase_add_test(tests, a_series_has_one_coefficient_a_row);
  tcase_add_test(tests, rejects_values_with_place);
  tcase_add_test(tests, range_is_smallest_and_largest);
  tcase_add_test(tests, restriction_is_zero_outside_and_exact_inside);
  suite_add_tcase(suite, tests);
  int         failed = test_run(suite, argc, argv);
  const char *names[] = {"c.h5", "bad.h5", "text.h5", "empty.h5", "strip.h5"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    unlink(path_of(names[i]));
  rmdir(directory);
  return failed;
}
