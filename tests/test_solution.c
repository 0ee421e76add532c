/* Solution files: what is written is read back, in one to three dimensions, with the companion that
   ParaView opens. */
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/error.h"
#include "base/random.h"
#include "check_lodnet.h"
#include "io/solution.h"

/* A fresh directory, and a file name in it. */
static void Place(char directory[64], char path[LOD_PATH_MAX], const char *name) {
  snprintf(directory, 64, "/tmp/lodnet-solution-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(directory));
  snprintf(path, LOD_PATH_MAX, "%s/%s", directory, name);
}

/* n numbers in [0,1) drawn from a stream of this run's seed; the caller frees them. */
static double *Draw(unsigned long long seed, uint64_t stream, size_t n) {
  double *values = malloc(n * sizeof *values);
  for (size_t i = 0; i < n; i++)
    values[i] = LodRandomUniform(seed, stream, i);
  return values;
}

/* Checks that dataset `name` has this shape and exactly these values. */
static void CheckArray(LodHdf5 *file, const char *name, int rank, const hsize_t *dims,
                       const double *expected) {
  int     found_rank;
  hsize_t found[8];
  size_t  count = 1;
  assert_ok(LodHdf5Shape(file, name, &found_rank, found));
  ck_assert_int_eq(found_rank, rank);
  for (int i = 0; i < rank; i++) {
    ck_assert_uint_eq(found[i], dims[i]);
    count *= dims[i];
  }
  double *values = malloc(count * sizeof *values);
  assert_ok(LodHdf5ReadArray(file, name, H5T_NATIVE_DOUBLE, values));
  ck_assert_int_eq(memcmp(values, expected, count * sizeof *values), 0);
  free(values);
}

/* Checks a text attribute of the file. */
static void CheckText(LodHdf5 *file, const char *name, const char *expected) {
  char *text;
  assert_ok(LodHdf5ReadText(file, "/", name, &text));
  ck_assert_str_eq(text, expected);
  assert_ok(PetscFree(text));
}

/* Checks an integer attribute of the file. */
static void CheckInt(LodHdf5 *file, const char *name, PetscInt64 expected) {
  PetscInt64 value;
  assert_ok(LodHdf5ReadInt(file, "/", name, &value));
  ck_assert_int_eq(value, expected);
}

/* Checks a legacy VTK file of structured points: its head, and nodes^dim big-endian values, bit by
   bit, x fastest, with nothing behind but the end of the line. */
static void CheckVtk(const char *path, PetscInt dim, PetscInt nodes, const double *expected) {
  char   text[8192], shape[128];
  FILE  *stream = fopen(path, "rb");
  size_t count = (size_t)LodPower(nodes, dim);
  ck_assert_msg(stream != NULL, "%s is missing", path);
  size_t size = fread(text, 1, sizeof text - 1, stream);
  fclose(stream);
  text[size] = 0;
  ck_assert_int_eq(strncmp(text, "# vtk DataFile Version 3.0\n", 27), 0);
  ck_assert_ptr_nonnull(strstr(text, "\nBINARY\nDATASET STRUCTURED_POINTS\n"));
  snprintf(shape, sizeof shape, "\nDIMENSIONS %d %d %d\nORIGIN 0 0 0\nSPACING %.17g ", (int)nodes,
           dim > 1 ? (int)nodes : 1, dim > 2 ? (int)nodes : 1, 1 / (double)(nodes - 1));
  ck_assert_msg(strstr(text, shape) != NULL, "no %s in %s", shape, text);
  const char *values = strstr(text, "LOOKUP_TABLE default\n");
  ck_assert_ptr_nonnull(values);
  values += strlen("LOOKUP_TABLE default\n");
  ck_assert_uint_eq((size_t)(text + size - values), 8 * count + 1);
  for (size_t i = 0; i < count; i++) {
    uint64_t bits = 0;
    double   value;
    for (size_t byte = 0; byte < 8; byte++)
      bits = bits << 8 | (unsigned char)values[8 * i + byte];
    memcpy(&value, &bits, sizeof value);
    ck_assert(value == expected[i]);
  }
}

/* Checks what RoundTrip says of its solution: attributes, and axes as many as there are. */
static void CheckDescription(LodHdf5 *file, PetscInt dim) {
  PetscBool has_last_axis, has_next_axis;
  double    seconds;
  CheckText(file, "method", "lod");
  CheckText(file, "rhs", "x < 1 & 2");
  CheckText(file, "natural", "right");
  CheckText(file, "version", LODNET_VERSION);
  CheckInt(file, "coarse", 3);
  CheckInt(file, "coefficient_cells", 6);
  CheckInt(file, "fine", 12);
  CheckInt(file, "ell", 1);
  assert_ok(LodHdf5ReadDouble(file, "/", "seconds_operator", &seconds));
  ck_assert_double_eq(seconds, 1.5);
  assert_ok(LodHdf5ReadDouble(file, "/", "seconds_solve", &seconds));
  ck_assert_double_eq(seconds, 0.25);
  assert_ok(LodHdf5Exists(file, dim == 1 ? "x" : dim == 2 ? "y" : "z", &has_last_axis));
  assert_ok(LodHdf5Exists(file, dim == 1 ? "y" : dim == 2 ? "z" : "w", &has_next_axis));
  ck_assert(has_last_axis && !has_next_axis);
}

/* Writes a random solution with operators in `dim` dimensions, reads all of it back. */
static void RoundTrip(PetscInt dim, unsigned long long seed) {
  char    directory[64], path[LOD_PATH_MAX], vtk[LOD_PATH_MAX];
  LodGrid grid = {LOD_UNIT_CUBE(dim, 3, 6, 12), .ell = 1};
  grid.natural[0][1] = PETSC_TRUE;
  hsize_t node_dims[3] = {4, 4, 4}, operator_dims[5] = {(hsize_t)LodGridCells(&grid), 4};
  double *values = Draw(seed, (uint64_t)dim, 64);
  double *operators =
      Draw(seed, 10, (size_t)LodGridCells(&grid) * (size_t)LodGridOperatorSize(&grid));
  LodCoefficient coefficient;
  assert_ok(LodCoefficientCreate(dim, LOD_CUBE(6), &coefficient));
  for (PetscInt i = 0; i < LodPower(6, dim); i++)
    coefficient.values[i] = 1 + LodRandomUniform(seed, 11, (uint64_t)i);
  LodSolution solution = {.grid = &grid,
                          .method = "lod",
                          .rhs = "x < 1 & 2",
                          .cells = LOD_CUBE(3),
                          .values = values,
                          .seconds_operator = 1.5,
                          .seconds_solve = 0.25,
                          .operators = operators,
                          .coefficient = &coefficient};
  LodPrevious previous;
  LodHdf5     file;

  for (PetscInt axis = 0; axis < dim; axis++)
    operator_dims[1 + axis] = 4;
  operator_dims[1 + dim] = (hsize_t)LodGridCorners(&grid);
  Place(directory, path, "u.h5");
  assert_ok(LodSolutionWrite(&solution, path));
  assert_ok(LodHdf5Open(path, &file));
  CheckArray(&file, "solution", (int)dim, node_dims, values);
  CheckArray(&file, "x", 1, node_dims, (double[]){0, 1 / 3., 2 / 3., 1});
  CheckArray(&file, "local_operators", (int)dim + 2, operator_dims, operators);
  CheckDescription(&file, dim);
  assert_ok(LodHdf5Close(&file));
  assert_ok(LodPreviousRead(path, &grid, &previous));
  ck_assert_mem_eq(previous.operators, operators,
                   (size_t)(LodGridCells(&grid) * LodGridOperatorSize(&grid)) * sizeof(double));
  ck_assert_mem_eq(previous.coefficient.values, coefficient.values,
                   (size_t)LodPower(6, dim) * sizeof(double));
  assert_ok(LodPreviousDestroy(&previous));
  assert_ok(LodCoefficientDestroy(&coefficient));
  ck_assert_int_eq(unlink(path), 0);
  assert_ok(LodSolutionVtkPath(path, vtk));
  CheckVtk(vtk, dim, 4, values);
  ck_assert_int_eq(unlink(vtk), 0);
  ck_assert_int_eq(rmdir(directory), 0);
  free(values);
  free(operators);
}

START_TEST(reads_back_in_every_dimension) {
  unsigned long long seed = test_seed();
  for (PetscInt dim = 1; dim <= 3; dim++)
    RoundTrip(dim, seed);
}
END_TEST

START_TEST(operators_are_left_out_unless_given) {
  char        directory[64], path[LOD_PATH_MAX], vtk[LOD_PATH_MAX];
  LodGrid     grid = {LOD_UNIT_CUBE(2, 1, 1, 2), .ell = 1};
  double      values[9] = {0};
  LodSolution solution = {
      .grid = &grid, .method = "fine", .rhs = "1", .cells = LOD_CUBE(2), .values = values};
  LodHdf5   file;
  PetscBool exists;

  Place(directory, path, "u");
  assert_ok(LodSolutionWrite(&solution, path));
  assert_ok(LodHdf5Open(path, &file));
  assert_ok(LodHdf5Exists(&file, "local_operators", &exists));
  ck_assert(!exists);
  CheckArray(&file, "solution", 2, (hsize_t[]){3, 3}, values); /* on the fine mesh */
  assert_ok(LodHdf5Close(&file));
  assert_ok(LodSolutionVtkPath(path, vtk));
  ck_assert_str_eq(vtk + strlen(path), ".vtk");
  ck_assert_int_eq(unlink(path), 0);
  ck_assert_int_eq(unlink(vtk), 0);
  ck_assert_int_eq(rmdir(directory), 0);
}
END_TEST

/* Fields of the fine scale: shapes and values; what the companion holds is read by meshio in
   tests/commands/paraview.sh. */
START_TEST(fields_have_their_shapes) {
  enum { NODES = 9 * 5, CELLS = 4 * 2, FACES_X = 3 * 2, FACES_Y = 2 * 3 };
  const unsigned long long seed = test_seed();
  char                     directory[64], path[LOD_PATH_MAX], vtk[LOD_PATH_MAX];
  const LodGrid            grid = {.dim = 2,
                                   .coarse = {2, 2, 1},
                                   .coefficient = {4, 2, 1},
                                   .fine = {8, 4, 1},
                                   .ell = 1,
                                   .extent = {2, 1, 1}};
  LodCoefficient           coefficient;
  double                  *fine = Draw(seed, 1, NODES), *flux = Draw(seed, 2, 2 * CELLS), imbalance;
  double *face[2] = {Draw(seed, 3, FACES_X), Draw(seed, 4, FACES_Y)}, *values = Draw(seed, 5, 9);
  const LodSolutionFields fields = {.fine = fine,
                                    .flux = flux,
                                    .face_flux = {face[0], face[1]},
                                    .face_cells = grid.coarse,
                                    .imbalance = 3e-15};
  LodHdf5                 file;
  assert_ok(LodCoefficientOfOnes(2, grid.coefficient, &coefficient));
  LodSolution solution = {.grid = &grid,
                          .method = "lod",
                          .rhs = "1",
                          .cells = grid.coarse,
                          .values = values,
                          .coefficient = &coefficient,
                          .fields = &fields};
  Place(directory, path, "u.h5");
  assert_ok(LodSolutionWrite(&solution, path));
  assert_ok(LodHdf5Open(path, &file));
  CheckArray(&file, "fine_solution", 2, (hsize_t[]){5, 9}, fine);
  CheckArray(&file, "flux", 3, (hsize_t[]){2, 4, 2}, flux);
  CheckArray(&file, "face_flux_x", 2, (hsize_t[]){2, 3}, face[0]);
  CheckArray(&file, "face_flux_y", 2, (hsize_t[]){3, 2}, face[1]);
  CheckArray(&file, "coefficient", 2, (hsize_t[]){2, 4}, coefficient.values);
  assert_ok(LodHdf5ReadDouble(&file, "face_flux_y", "imbalance", &imbalance));
  ck_assert_double_eq(imbalance, 3e-15);
  assert_ok(LodHdf5Close(&file));
  assert_ok(LodSolutionVtkPath(path, vtk));
  ck_assert_int_eq(unlink(path), 0);
  ck_assert_int_eq(unlink(vtk), 0);
  ck_assert_int_eq(rmdir(directory), 0);
  assert_ok(LodCoefficientDestroy(&coefficient));
  free(fine), free(flux), free(face[0]), free(face[1]), free(values);
}
END_TEST

START_TEST(companion_is_named_after_the_file_and_not_made_beside_a_device) {
  static const char *const names[][2] = {{"a/u.h5", "a/u.vtk"},
                                         {"u.hdf5", "u.vtk"},
                                         {"u.vtk", "u.vtk.vtk"},
                                         {".h5", ".h5.vtk"},
                                         {"a&b<c>\"'.h5", "a&b<c>\"'.vtk"},
                                         {"/dev/null", ""}};
  char                     vtk[LOD_PATH_MAX];
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    assert_ok(LodSolutionVtkPath(names[i][0], vtk));
    ck_assert_str_eq(vtk, names[i][1]);
  }
}
END_TEST

START_TEST(missing_directory_is_refused) {
  LodGrid     grid = {LOD_UNIT_CUBE(1, 1, 1, 1), .ell = 1};
  double      values[2] = {0};
  LodSolution solution = {
      .grid = &grid, .method = "lod", .rhs = "1", .cells = LOD_CUBE(1), .values = values};
  assert_refuses(LodSolutionWrite(&solution, "/nonexistent/u.h5"), "/nonexistent/u.h5");
  LodErrorClear();
}
END_TEST

/* A limit on the size of files stands for a full disk. */
START_TEST(full_disk_leaves_the_old_files_intact) {
  enum { CELLS = 100, NODES = (CELLS + 1) * (CELLS + 1) };
  char        directory[64], path[LOD_PATH_MAX], vtk[LOD_PATH_MAX];
  LodGrid     grid = {LOD_UNIT_CUBE(2, CELLS, CELLS, CELLS), .ell = 1};
  double     *values = Draw(test_seed(), 20, NODES), *other = calloc(NODES, sizeof *other);
  LodSolution solution = {
      .grid = &grid, .method = "lod", .rhs = "1", .cells = LOD_CUBE(CELLS), .values = values};
  LodHdf5       file;
  struct rlimit before, small;

  Place(directory, path, "u.h5");
  assert_ok(LodSolutionWrite(&solution, path));
  ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
  small = (struct rlimit){.rlim_cur = 20000, .rlim_max = before.rlim_max};
  solution.values = other;
  ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
  PetscErrorCode error = LodSolutionWrite(&solution, path);
  ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
  ck_assert_int_ne(error, 0);
  ck_assert_ptr_nonnull(strstr(LodErrorMessage(), path));
  LodErrorClear();
  assert_ok(LodHdf5Open(path, &file));
  CheckArray(&file, "solution", 2, (hsize_t[]){CELLS + 1, CELLS + 1}, values);
  assert_ok(LodHdf5Close(&file));
  assert_ok(LodSolutionVtkPath(path, vtk));
  ck_assert_int_eq(unlink(path), 0);
  ck_assert_int_eq(unlink(vtk), 0);
  ck_assert_int_eq(rmdir(directory), 0); /* no temporary file is left */
  free(values);
  free(other);
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("solution");
  TCase *tests = tcase_create("solution");
  tcase_add_test(tests, reads_back_in_every_dimension);
  tcase_add_test(tests, operators_are_left_out_unless_given);
  tcase_add_test(tests, fields_have_their_shapes);
  tcase_add_test(tests, companion_is_named_after_the_file_and_not_made_beside_a_device);
  tcase_add_test(tests, full_disk_leaves_the_old_files_intact);
  tcase_add_test(tests, missing_directory_is_refused);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
