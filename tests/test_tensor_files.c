/* Tensors, reaction and Robin rates in files. */
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "io/coefficient_file.h"
#include "io/solution.h"
#include "pairs/coefficient_series.h"
#include "random_medium.h"

static char directory[64]; /* of the files of this run */

/* The path of a file in it; of the latest call. */
static const char *path_of(const char *name) {
  static char path[128];
  snprintf(path, sizeof path, "%s/%s", directory, name);
  return path;
}

/* Writes `coefficient` of a shape, with the attribute `dimension` unless that is 0. */
static const char *write_shape(int rank, const hsize_t *shape, PetscInt dimension,
                               const double *values) {
  const char *path = path_of("shape.h5");
  LodHdf5     file;
  assert_ok(LodHdf5Create(path, &file));
  assert_ok(LodHdf5WriteArray(&file, "coefficient", H5T_NATIVE_DOUBLE, rank, shape, values));
  if (dimension) assert_ok(LodHdf5WriteInt(&file, "coefficient", "dimension", dimension));
  assert_ok(LodHdf5Commit(&file));
  return path;
}

/* Asserts that a call refuses its input, whatever was refused before. */
#define refuses(call, text)                                                                        \
  do {                                                                                             \
    LodErrorClear();                                                                               \
    assert_refuses(call, text);                                                                    \
    LodErrorClear();                                                                               \
  } while (0)

/* What a shape is read as. */
typedef struct {
  int      rank;
  hsize_t  shape[5];
  PetscInt dimension; /* the attribute; 0: none */
  PetscInt dim, cells[LOD_MAX_DIM], components;
} Shape;

static const Shape shapes[] = {
    {3, {4, 3, 2}, 0, 2, {3, 4, 1}, 2},       {3, {4, 3, 2}, 2, 2, {3, 4, 1}, 2},
    {3, {4, 3, 2}, 3, 3, {2, 3, 4}, 1},       {3, {2, 2, 2}, 0, 3, {2, 2, 2}, 1},
    {3, {2, 2, 2}, 2, 2, {2, 2, 1}, 2},       {3, {1, 5, 2}, 0, 2, {5, 1, 1}, 2},
    {3, {4, 2, 3}, 0, 3, {3, 2, 4}, 1},       {4, {4, 3, 2, 2}, 0, 2, {3, 4, 1}, 3},
    {4, {2, 2, 2, 2}, 0, 2, {2, 2, 1}, 3},    {4, {4, 2, 5, 3}, 0, 3, {5, 2, 4}, 3},
    {5, {2, 3, 2, 3, 3}, 0, 3, {2, 3, 2}, 6}, {5, {1, 1, 4, 3, 3}, 3, 3, {4, 1, 1}, 6},
    {2, {3, 2}, 0, 2, {2, 3, 1}, 1},          {2, {1, 6}, 1, 1, {6, 1, 1}, 1},
    {2, {1, 6}, 2, 2, {6, 1, 1}, 1},          {1, {6}, 1, 1, {6, 1, 1}, 1},
};
enum { N_SHAPES = sizeof shapes / sizeof shapes[0], MOST = 256 };

/* Values of a shape: 3 on diagonals of symmetric tensors and 1 beside them, else 1, 2, .. */
static void fill_shape(const Shape *shape, double values[MOST]) {
  const PetscInt dim = shape->dim;
  for (PetscInt i = 0; i < MOST; i++)
    values[i] = shape->components <= dim ? 1 + i : i % (dim * dim) % (dim + 1) ? 1 : 3;
}

/* Checks a coefficient read from such a shape, whose numbers begin at `first`. */
static void check_shape(const Shape *shape, const LodCoefficient *found, double first) {
  ck_assert_int_eq(found->dim, shape->dim);
  ck_assert(LodCellsEqual(3, found->cells, shape->cells));
  ck_assert_int_eq(found->components, shape->components);
  for (size_t i = 0; i < LodCoefficientCount(found); i++) {
    const PetscInt component = (PetscInt)i % found->components;
    PetscBool      diagonal = PETSC_FALSE;
    for (PetscInt p = 0; p < shape->dim; p++)
      if (component == LodTensorComponent(shape->dim, p, p)) diagonal = PETSC_TRUE;
    const double wanted = shape->components <= shape->dim ? first + (double)i : diagonal ? 3 : 1;
    ck_assert_double_eq(found->values[i], wanted);
  }
}

START_TEST(shapes_tell_cells_from_tensors) {
  const Shape   *shape = &shapes[_i];
  LodCoefficient found;
  double         values[MOST];
  fill_shape(shape, values);
  assert_ok(LodCoefficientRead(write_shape(shape->rank, shape->shape, shape->dimension, values),
                               NULL, &found));
  check_shape(shape, &found, 1);
  assert_ok(LodCoefficientDestroy(&found));
}
END_TEST

START_TEST(series_of_tensors_are_read_alike) {
  const Shape         *shape = &shapes[_i];
  hsize_t              many[6] = {2};
  LodCoefficientSeries series;
  LodCoefficient       found;
  double               values[2 * MOST];
  size_t               count = 1;
  if (shape->rank == 5) return; /* more numbers than fit here */
  for (int axis = 0; axis < shape->rank; axis++)
    count *= (many[axis + 1] = shape->shape[axis]);
  for (size_t i = 0; i < 2 * count; i++)
    values[i] = 1 + (double)i;
  if (shape->components > shape->dim) fill_shape(shape, values), fill_shape(shape, values + count);
  assert_ok(LodCoefficientSeriesOpen(write_shape(shape->rank + 1, many, shape->dimension, values),
                                     NULL, &series));
  ck_assert_int_eq(series.count, 2);
  assert_ok(LodCoefficientSeriesCreate(&series, &found));
  assert_ok(LodCoefficientSeriesRead(&series, 1, &found));
  check_shape(shape, &found, 1 + (double)count);
  assert_ok(LodCoefficientDestroy(&found));
  assert_ok(LodCoefficientSeriesClose(&series));
}
END_TEST

/* Asserts that a tensor in the second of four cells, the others being 1, is refused with a message.
 */
static void refuses_tensor(const double tensor[4], const char *text) {
  double         values[16] = {1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1};
  LodCoefficient found;
  memcpy(values + 4, tensor, 4 * sizeof *values);
  refuses(LodCoefficientRead(write_shape(4, (hsize_t[]){2, 2, 2, 2}, 0, values), NULL, &found),
          text);
}

START_TEST(rejects_tensors_with_place) {
  const double nan_at[4] = {1, (double)NAN, (double)NAN, 1};
  refuses_tensor((double[4]){1, 0.5, 0.25, 1}, "coefficient: cell [0][1]: A is not symmetric");
  refuses_tensor((double[4]){1, 2, 2, 1}, "cell [0][1]: A has the eigenvalue -1;");
  refuses_tensor((double[4]){-1, 0, 0, -1}, "cell [0][1]: A has the eigenvalue -1;");
  refuses_tensor((double[4]){1, 1, 1, 1}, "cell [0][1]: A has the eigenvalue 0;");
  refuses_tensor(nan_at, "cell [0][1]: component 1 of A is nan");
  double         diagonal[8] = {1, 1, 1, 1, 1, -2, 1, 1};
  LodCoefficient found;
  refuses(LodCoefficientRead(write_shape(3, (hsize_t[]){4, 1, 2}, 0, diagonal), NULL, &found),
          "cell [2][0]: A has the eigenvalue -2;");
}
END_TEST

START_TEST(rejects_shapes_that_do_not_fit_the_dimension) {
  double         values[MOST];
  LodCoefficient found;
  for (int i = 0; i < MOST; i++)
    values[i] = 1;
  const struct {
    int         rank;
    hsize_t     shape[5];
    PetscInt    dimension;
    const char *says;
  } bad[] = {{3, {4, 4, 3}, 2, "dimension is 2, which shape (4, 4, 3) does not fit"},
             {4, {2, 2, 2, 3}, 2, "dimension is 2"},
             {2, {3, 4}, 3, "dimension is 3"},
             {2, {3, 2}, 1, "dimension is 1"},
             {4, {2, 2, 2, 4}, 0, "has 4 axes"},
             {2, {2, 2}, 4, "dimension"}};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
    refuses(LodCoefficientRead(write_shape(bad[i].rank, bad[i].shape, bad[i].dimension, values),
                               NULL, &found),
            bad[i].says);
}
END_TEST

START_TEST(rounding_is_no_asymmetry) {
  LodCoefficient found;
  const double   values[4] = {1, 0.1 + 0.2, 0.3, 1};
  assert_ok(LodCoefficientRead(write_shape(4, (hsize_t[]){1, 1, 2, 2}, 0, values), NULL, &found));
  ck_assert_double_eq_tol(found.values[1], 0.3, 1e-16);
  assert_ok(LodCoefficientDestroy(&found));
}
END_TEST

START_TEST(what_is_written_is_read) {
  const unsigned long long seed = test_seed();
  static const PetscInt    cells[][LOD_MAX_DIM] = {{5, 1, 1}, {2, 3, 1}, {2, 3, 4}};
  for (PetscInt dim = 1; dim <= 3; dim++)
    for (PetscInt components = 1; components <= dim * (dim + 1) / 2; components++) {
      LodGrid        grid = {.dim = dim};
      LodCoefficient made, found;
      if (components > 1 && components != dim && components != dim * (dim + 1) / 2) continue;
      memcpy(grid.coefficient, cells[dim - 1], sizeof grid.coefficient);
      made = random_medium(&grid, components, 0, seed, (uint64_t)(10 * dim + components));
      assert_ok(LodCoefficientWrite(&made, path_of("made.h5"), "a test"));
      assert_ok(LodCoefficientRead(path_of("made.h5"), NULL, &found));
      ck_assert_int_eq(found.dim, dim);
      ck_assert_int_eq(found.components, components);
      ck_assert(LodCellsEqual(dim, found.cells, made.cells));
      ck_assert_mem_eq(found.values, made.values, LodCoefficientCount(&made) * sizeof(double));
      assert_ok(LodCoefficientDestroy(&made));
      assert_ok(LodCoefficientDestroy(&found));
    }
}
END_TEST

START_TEST(earlier_solutions_bring_their_medium) {
  const LodGrid  grid = {LOD_UNIT_CUBE(2, 2, 4, 4), .ell = 1, .natural = {{0, 1}, {1, 0}}};
  LodCoefficient medium = random_medium(&grid, 3, MEDIUM_REACTION | MEDIUM_ROBIN, test_seed(), 1);
  double         values[9] = {0}, *operators = calloc(4 * (size_t)LodGridOperatorSize(&grid), 8);
  LodSolution    solution = {.grid = &grid,
                             .method = "lod",
                             .rhs = "1",
                             .cells = grid.coarse,
                             .values = values,
                             .operators = operators,
                             .coefficient = &medium};
  LodPrevious    previous;
  assert_ok(LodSolutionWrite(&solution, path_of("solution.h5")));
  assert_ok(LodPreviousRead(path_of("solution.h5"), &grid, &previous));
  ck_assert_int_eq(previous.coefficient.components, 3);
  ck_assert_mem_eq(previous.coefficient.values, medium.values, 48 * sizeof(double));
  ck_assert_mem_eq(previous.coefficient.reaction, medium.reaction, 16 * sizeof(double));
  ck_assert_mem_eq(previous.coefficient.robin[0][1], medium.robin[0][1], 4 * sizeof(double));
  ck_assert_mem_eq(previous.coefficient.robin[1][0], medium.robin[1][0], 4 * sizeof(double));
  ck_assert_ptr_null(previous.coefficient.robin[0][0]);
  assert_ok(LodPreviousDestroy(&previous));
  medium.reaction[6] = -1;
  assert_ok(LodSolutionWrite(&solution, path_of("solution.h5")));
  refuses(LodPreviousRead(path_of("solution.h5"), &grid, &previous),
          "cell [1][2]: the reaction c is -1, must be finite and not negative");
  medium.reaction[6] = 1;
  medium.robin[0][1][2] = (double)NAN;
  assert_ok(LodSolutionWrite(&solution, path_of("solution.h5")));
  refuses(LodPreviousRead(path_of("solution.h5"), &grid, &previous),
          "cell [2][3]: the rate of Robin face right is nan");
  assert_ok(LodCoefficientDestroy(&medium));
  free(operators);
}
END_TEST

START_TEST(learned_operators_refuse_by_name) {
  const LodGrid  grid = {LOD_UNIT_CUBE(2, 2, 4, 4), .ell = 1, .natural = {{0, 1}, {0, 0}}};
  const PetscInt components[] = {2, 1, 1};
  const int      has[] = {0, MEDIUM_REACTION, MEDIUM_ROBIN};
  const char    *says[] = {"dnn: takes a number A per cell; a.h5 has tensors: use lod",
                           "a.h5 has a reaction c", "a.h5 has Robin faces"};
  for (int i = 0; i < 3; i++) {
    LodCoefficient medium = random_medium(&grid, components[i], has[i], 1, 1);
    ck_assert(!LodCoefficientIsPlain(&medium));
    refuses(LodCoefficientCheckPlain(&medium, "dnn", "a.h5"), says[i]);
    assert_ok(LodCoefficientDestroy(&medium));
  }
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("tensor_files");
  TCase *tests = tcase_create("tensor_files");
  snprintf(directory, sizeof directory, "/tmp/lodnet-test-XXXXXX");
  if (!mkdtemp(directory)) return 1;
  tcase_add_loop_test(tests, shapes_tell_cells_from_tensors, 0, N_SHAPES);
  tcase_add_loop_test(tests, series_of_tensors_are_read_alike, 0, N_SHAPES);
  tcase_add_test(tests, rejects_tensors_with_place);
  tcase_add_test(tests, rejects_shapes_that_do_not_fit_the_dimension);
  tcase_add_test(tests, rounding_is_no_asymmetry);
  tcase_add_test(tests, what_is_written_is_read);
  tcase_add_test(tests, earlier_solutions_bring_their_medium);
  tcase_add_test(tests, learned_operators_refuse_by_name);
  suite_add_tcase(suite, tests);
  int         failed = test_run(suite, argc, argv);
  const char *names[] = {"shape.h5", "made.h5", "solution.h5", "solution.vtk"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    unlink(path_of(names[i]));
  rmdir(directory);
  return failed;
}
