/* Boxes whose sides and cells differ from axis to axis. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/random.h"
#include "check_lodnet.h"
#include "exact_properties.h"
#include "fem/load.h"
#include "fem/nodal.h"
#include "fem/q1_system.h"
#include "io/coefficient_file.h"
#include "lod/exact.h"
#include "nn/learned.h"
#include "sample/sample.h"
#include "structured_model.h"
#include "system/coarse_system.h"

#define N_ORACLES 7

static const OperatorsCreate paths[2] = {LodExactSharedCreate, LodExactPatchCreate};

/* A grid from ratios: E = N k, F = N k q. */
static LodGrid box(PetscInt dim, const PetscInt coarse[], const PetscInt k[], const PetscInt q[],
                   const double extent[], PetscInt ell) {
  LodGrid grid = {.dim = dim, .ell = ell};
  for (PetscInt axis = 0; axis < dim; axis++) {
    grid.coarse[axis] = coarse[axis];
    grid.coefficient[axis] = coarse[axis] * k[axis];
    grid.fine[axis] = grid.coefficient[axis] * q[axis];
    grid.extent[axis] = extent[axis];
  }
  return grid;
}

/* A random box: some axes have one coarse cell, some faces are natural. */
static LodGrid random_box(PetscInt dim, uint64_t seed, uint64_t stream) {
  PetscInt coarse[3], k[3], q[3];
  double   extent[3];
  uint64_t next = 0;
  for (PetscInt axis = 0; axis < dim; axis++) {
    coarse[axis] = 1 + (PetscInt)(LodRandomBits(seed, stream, next++) % (dim < 3 ? 6 : 3));
    k[axis] = 1 + (PetscInt)(LodRandomBits(seed, stream, next++) % (dim < 3 ? 4 : 2));
    q[axis] = 2 + (PetscInt)(LodRandomBits(seed, stream, next++) % 2);
    extent[axis] = exp(2 * LodRandomUniform(seed, stream, next++) - 1);
  }
  LodGrid grid =
      box(dim, coarse, k, q, extent, 1 + (PetscInt)(LodRandomBits(seed, stream, next++) % 2));
  for (PetscInt axis = 0; axis < dim; axis++)
    for (int side = 0; side < 2; side++)
      grid.natural[axis][side] = (PetscBool)(LodRandomBits(seed, stream, next++) % 4 == 0);
  grid.natural[0][0] = PETSC_FALSE;
  return grid;
}

/* Largest difference over largest entry. */
static double relative_difference(size_t count, const double *a, const double *b) {
  double difference = 0, largest = 0;
  for (size_t i = 0; i < count; i++) {
    difference = fmax(difference, fabs(a[i] - b[i]));
    largest = fmax(largest, fabs(b[i]));
  }
  return largest > 0 ? difference / largest : difference;
}

/* Numbers in all local operators of a grid. */
static size_t operator_count(const LodGrid *grid) {
  return (size_t)LodGridCells(grid) * (size_t)LodGridOperatorSize(grid);
}

/* The fine load of the Q1 interpolant of an expression; the caller frees it. */
static double *load_of(const LodGrid *grid, const char *text) {
  double        *load = malloc((size_t)LodNodeCount(grid->dim, grid->fine) * sizeof *load);
  LodExpression *expression;
  assert_ok(LodExpressionCreate(text, grid->dim, "test", &expression));
  assert_ok(LodNodesEvaluate(expression, grid, grid->fine, load));
  assert_ok(LodLoadFromNodes(grid, grid->fine, load, load));
  assert_ok(LodExpressionDestroy(&expression));
  return load;
}

/* Reads a list of dim numbers. */
static void read_list(LodHdf5 *file, const char *group, const char *name, PetscInt dim,
                      PetscInt numbers[]) {
  PetscInt64 list[LOD_MAX_DIM];
  assert_ok(LodHdf5ReadInts(file, group, name, 0, 1000, (int)dim, list));
  for (PetscInt i = 0; i < dim; i++)
    numbers[i] = (PetscInt)list[i];
}

/* Compares a dataset with values. */
static void check_dataset(LodHdf5 *file, const char *group, const char *name, size_t count,
                          const double *values, double tolerance) {
  double *expected = malloc(count * sizeof *expected);
  char    path[64];
  snprintf(path, sizeof path, "%s/%s", group, name);
  assert_ok(LodHdf5ReadArray(file, path, H5T_NATIVE_DOUBLE, expected));
  const double difference = relative_difference(count, values, expected);
  printf("%s %.1e\n", path, difference);
  ck_assert_double_le(difference, tolerance);
  free(expected);
}

/* Reads the mesh of an oracle. */
static LodGrid oracle_grid(LodHdf5 *file, const char *group, const LodCoefficient *coefficient) {
  LodGrid    grid = {.dim = coefficient->dim};
  PetscInt64 natural[2 * LOD_MAX_DIM], ell;
  read_list(file, group, "coarse", grid.dim, grid.coarse);
  read_list(file, group, "fine_cells", grid.dim, grid.fine);
  memcpy(grid.coefficient, coefficient->cells, sizeof grid.coefficient);
  assert_ok(LodHdf5ReadDoubles(file, group, "extent", (int)grid.dim, grid.extent));
  assert_ok(LodHdf5ReadInts(file, group, "natural", 0, 1, 2 * (int)grid.dim, natural));
  assert_ok(LodHdf5ReadInt(file, group, "ell", &ell));
  grid.ell = (PetscInt)ell;
  for (PetscInt i = 0; i < 2 * grid.dim; i++)
    grid.natural[i / 2][i % 2] = (PetscBool)natural[i];
  return grid;
}

/* Operators of both paths and solutions of all methods against tests/data/boxes.py; `_i` is the
   problem. */
START_TEST(matches_oracle) {
  LodHdf5        file;
  LodCoefficient coefficient;
  char           group[16], path[64];
  snprintf(group, sizeof group, "%d", _i);
  snprintf(path, sizeof path, "%d/coefficient", _i);
  assert_ok(LodCoefficientRead("data/boxes.h5", path, &coefficient));
  assert_ok(LodHdf5Open("data/boxes.h5", &file));
  const LodGrid grid = oracle_grid(&file, group, &coefficient);
  const size_t  n_coarse = (size_t)LodNodeCount(grid.dim, grid.coarse);
  const size_t  n_fine = (size_t)LodNodeCount(grid.dim, grid.fine);
  double       *rhs = load_of(&grid, "x + 0.5"), *u = malloc(n_fine * sizeof *u);
  for (int p = 0; p < 2; p++) {
    double *operators = all_operators(paths[p], &grid, &coefficient);
    check_dataset(&file, group, "local_operators", operator_count(&grid), operators, 1e-10);
    double *lod = solve_lod(paths[p], &grid, &coefficient, rhs);
    check_dataset(&file, group, "lod", n_coarse, lod, 1e-9);
    free(operators);
    free(lod);
  }
  assert_ok(LodQ1FineSolve(PETSC_COMM_SELF, &grid, &coefficient, rhs, u, NULL));
  check_dataset(&file, group, "fine", n_fine, u, 1e-8);
  assert_ok(LodQ1CoarseSolve(PETSC_COMM_SELF, &grid, &coefficient, rhs, u, NULL));
  check_dataset(&file, group, "coarse", n_coarse, u, 1e-8);
  assert_ok(LodHdf5Close(&file));
  assert_ok(LodCoefficientDestroy(&coefficient));
  free(rhs);
  free(u);
}
END_TEST

START_TEST(paths_agree_on_random_boxes) {
  const uint64_t seed = test_seed();
  for (uint64_t draw = 0; draw < 12; draw++) {
    const LodGrid  grid = random_box(1 + (PetscInt)(draw % 3), seed, draw);
    LodCoefficient coefficient = random_coefficient(&grid, seed, 100 + draw, 50);
    double        *shared = all_operators(LodExactSharedCreate, &grid, &coefficient);
    double        *patch = all_operators(LodExactPatchCreate, &grid, &coefficient);
    ck_assert_double_le(relative_difference(operator_count(&grid), shared, patch), 1e-10);
    free(shared);
    free(patch);
    assert_ok(LodCoefficientDestroy(&coefficient));
  }
}
END_TEST

/* S_T scales as L^(d-2) with all lengths. */
START_TEST(operators_scale_with_the_size_of_the_box) {
  const uint64_t seed = test_seed();
  for (PetscInt dim = 1; dim <= 3; dim++) {
    LodGrid        grid = random_box(dim, seed, (uint64_t)dim);
    LodCoefficient coefficient = random_coefficient(&grid, seed, 10, 10);
    double        *first = all_operators(LodExactSharedCreate, &grid, &coefficient);
    const size_t   count = operator_count(&grid);
    for (PetscInt axis = 0; axis < dim; axis++)
      grid.extent[axis] *= 37;
    double *second = all_operators(LodExactSharedCreate, &grid, &coefficient);
    for (size_t i = 0; i < count; i++)
      second[i] /= pow(37, (double)(dim - 2));
    ck_assert_double_le(relative_difference(count, second, first), 1e-12);
    free(first);
    free(second);
    assert_ok(LodCoefficientDestroy(&coefficient));
  }
}
END_TEST

/* Along an axis with natural faces nothing depends on the cells there if A and f do not: solutions
   on n x m cells are those on n, m = 1 and m = 3. */
START_TEST(strips_are_one_dimensional) {
  const uint64_t seed = test_seed();
  const PetscInt n[] = {7}, k[] = {3}, q[] = {2};
  const LodGrid  line = box(1, n, k, q, (double[]){4}, 2);
  LodCoefficient a = random_coefficient(&line, seed, 0, 100);
  double        *rhs = load_of(&line, "1 + x"), u[43];
  double        *lod = solve_lod(LodExactSharedCreate, &line, &a, rhs);
  assert_ok(LodQ1FineSolve(PETSC_COMM_SELF, &line, &a, rhs, u, NULL));
  for (int draw = 0; draw < 4; draw++) {
    const PetscInt across = draw / 2 ? 3 : 1, x = draw % 2, y = 1 - x;
    PetscInt       cells[2], ks[2], qs[2];
    double         extent[2];
    cells[x] = 7, ks[x] = 3, qs[x] = 2, extent[x] = 4;
    cells[y] = across, ks[y] = 2, qs[y] = 2, extent[y] = 0.3;
    LodGrid grid = box(2, cells, ks, qs, extent, 2);
    grid.natural[y][0] = grid.natural[y][1] = PETSC_TRUE;
    LodCoefficient b;
    assert_ok(LodCoefficientCreate(2, grid.coefficient, &b));
    const LodBox all = LodBoxCells(2, b.cells), nodes = LodBoxNodes(2, grid.coarse);
    for (PetscInt i = 0; i < LodBoxCount(&all); i++) {
      PetscInt index[LOD_MAX_DIM];
      LodBoxIndex(&all, i, index);
      b.values[i] = a.values[index[x]];
    }
    double *f = load_of(&grid, x == 0 ? "1 + x" : "1 + y");
    double *v = solve_lod(draw % 3 ? LodExactSharedCreate : LodExactPatchCreate, &grid, &b, f);
    for (PetscInt i = 0; i < LodBoxCount(&nodes); i++) {
      PetscInt index[LOD_MAX_DIM];
      LodBoxIndex(&nodes, i, index);
      ck_assert_double_eq_tol(v[i], lod[index[x]], 1e-9 * fabs(u[21]));
    }
    const LodBox fine = LodBoxNodes(2, grid.fine);
    double      *w = malloc((size_t)LodBoxCount(&fine) * sizeof *w);
    assert_ok(LodQ1FineSolve(PETSC_COMM_SELF, &grid, &b, f, w, NULL));
    for (PetscInt i = 0; i < LodBoxCount(&fine); i++) {
      PetscInt index[LOD_MAX_DIM];
      LodBoxIndex(&fine, i, index);
      ck_assert_double_eq_tol(w[i], u[index[x]], 1e-7 * fabs(u[21]));
    }
    free(f);
    free(v);
    free(w);
    assert_ok(LodCoefficientDestroy(&b));
  }
  free(rhs);
  free(lod);
  assert_ok(LodCoefficientDestroy(&a));
}
END_TEST

/* Reading y for x, the same problem: solutions are turned. */
START_TEST(turned_boxes_have_turned_solutions) {
  const uint64_t seed = test_seed();
  const LodGrid  grid = random_box(2, seed, 3);
  LodGrid        turned = grid;
  LodCoefficient a = random_coefficient(&grid, seed, 4, 100), b;
  for (int axis = 0; axis < 2; axis++) {
    turned.coarse[axis] = grid.coarse[1 - axis];
    turned.coefficient[axis] = grid.coefficient[1 - axis];
    turned.fine[axis] = grid.fine[1 - axis];
    turned.extent[axis] = grid.extent[1 - axis];
    memcpy(turned.natural[axis], grid.natural[1 - axis], sizeof grid.natural[0]);
  }
  assert_ok(LodCoefficientCreate(2, turned.coefficient, &b));
  for (PetscInt y = 0; y < a.cells[1]; y++)
    for (PetscInt x = 0; x < a.cells[0]; x++)
      b.values[x * a.cells[1] + y] = a.values[y * a.cells[0] + x];
  double        *f = load_of(&grid, "1 + x*x + 2*y"), *g = load_of(&turned, "1 + y*y + 2*x");
  double        *u = solve_lod(LodExactSharedCreate, &grid, &a, f);
  double        *v = solve_lod(LodExactSharedCreate, &turned, &b, g);
  const PetscInt n_x = grid.coarse[0] + 1, n_y = grid.coarse[1] + 1;
  double         largest = 0;
  for (PetscInt i = 0; i < n_x * n_y; i++)
    largest = fmax(largest, fabs(u[i]));
  for (PetscInt y = 0; y < n_y; y++)
    for (PetscInt x = 0; x < n_x; x++)
      /* A strip of one cell may have no free node: both are 0 then. */
      ck_assert_double_eq_tol(v[x * n_y + y], u[y * n_x + x], fmax(1e-9 * largest, DBL_MIN));
  free(f);
  free(g);
  free(u);
  free(v);
  assert_ok(LodCoefficientDestroy(&a));
  assert_ok(LodCoefficientDestroy(&b));
}
END_TEST

/* Loads of polynomials, whose sum is their integral over D; the norm of 1 is the root of |D|. */
START_TEST(loads_and_norms_are_in_the_units_of_the_extents) {
  const LodGrid grid = box(3, (PetscInt[]){2, 3, 1}, (PetscInt[]){2, 1, 3}, (PetscInt[]){2, 2, 1},
                           (double[]){2, 5, 0.5}, 1);
  const size_t  count = (size_t)LodNodeCount(3, grid.fine);
  double       *load = malloc(count * sizeof *load), sum = 0, norm;
  assert_ok(LodLoadFromText(&grid, "x*y^2 + z", "test", load));
  for (size_t i = 0; i < count; i++)
    sum += load[i];
  ck_assert_double_eq_tol(sum, 2 * (125.0 / 3) * 0.5 + 2 * 5 * 0.125, 1e-10);
  assert_ok(LodLoadFromText(&grid, "3", "test", load));
  sum = 0;
  for (size_t i = 0; i < count; i++)
    sum += load[i];
  ck_assert_double_eq_tol(sum, 15, 1e-12);
  for (size_t i = 0; i < count; i++)
    load[i] = 1;
  assert_ok(LodNodesNormL2(&grid, grid.fine, load, &norm));
  ck_assert_double_eq_tol(norm, sqrt(5), 1e-12);
  free(load);
}
END_TEST

/* A learned operator on L times the unit cube is L^(d-2) times the one on the unit cube. */
START_TEST(learned_operators_scale_with_the_size_of_the_box) {
  const uint64_t seed = test_seed();
  for (PetscInt dim = 1; dim <= 3; dim++) {
    LodGrid        grid = {LOD_UNIT_CUBE(dim, 3, 6, 12), .ell = 1};
    LodModel      *model = structured_model(&grid, PETSC_TRUE, 0.3, seed);
    LodCoefficient coefficient = random_coefficient(&grid, seed, 5, 3);
    const size_t   count = operator_count(&grid);
    double        *found[2];
    for (int i = 0; i < 2; i++) {
      LodLocalOperators *learned;
      for (PetscInt axis = 0; axis < dim && i; axis++)
        grid.extent[axis] = 12.5;
      found[i] = malloc(count * sizeof(double));
      assert_ok(LodModelFits(model, "m.h5", &grid, &coefficient, "a.h5", PETSC_TRUE));
      assert_ok(LodLearnedCreate(&grid, model, PETSC_FALSE, &learned));
      assert_ok(LodLocalOperatorsSetCoefficient(learned, &coefficient));
      assert_ok(LodLocalOperatorsCompute(learned, 0, LodGridCells(&grid), NULL, found[i]));
      assert_ok(LodLocalOperatorsDestroy(&learned));
    }
    for (size_t i = 0; i < count; i++)
      found[1][i] /= pow(12.5, (double)(dim - 2));
    ck_assert_double_le(relative_difference(count, found[1], found[0]), 1e-12);
    free(found[0]);
    free(found[1]);
    assert_ok(LodCoefficientDestroy(&coefficient));
    assert_ok(LodModelDestroy(&model));
  }
}
END_TEST

/* Models serve a rectangle of square cells, patch by patch as in the square; other cells, and
   averages on what is no square, are refused with what to do. */
START_TEST(learned_operators_need_square_cells) {
  const uint64_t     seed = test_seed();
  LodGrid            square = {LOD_UNIT_CUBE(2, 5, 10, 20), .ell = 1}, grid = square;
  LodModel          *model = structured_model(&square, PETSC_TRUE, 0.3, seed);
  LodLocalOperators *learned;
  grid.coarse[1] = 7, grid.coefficient[1] = 14, grid.fine[1] = 28;
  LodCoefficient coefficient = random_coefficient(&grid, seed, 6, 3);
  assert_refuses(LodModelFits(model, "m.h5", &grid, &coefficient, "a.h5", PETSC_TRUE),
                 "coarse cells of equal sides");
  LodErrorClear();
  assert_refuses(LodLearnedCreate(&grid, model, PETSC_FALSE, &learned),
                 "coarse cells of equal sides");
  LodErrorClear();
  grid.extent[0] = 10, grid.extent[1] = 14;
  assert_ok(LodModelFits(model, "m.h5", &grid, &coefficient, "a.h5", PETSC_TRUE));
  const size_t size = (size_t)LodGridOperatorSize(&grid);
  double      *tall = malloc(35 * size * sizeof *tall), *low = malloc(25 * size * sizeof *low);
  assert_ok(LodLearnedCreate(&grid, model, PETSC_FALSE, &learned));
  assert_ok(LodLocalOperatorsSetCoefficient(learned, &coefficient));
  assert_ok(LodLocalOperatorsCompute(learned, 0, 35, NULL, tall));
  assert_ok(LodLocalOperatorsDestroy(&learned));
  assert_ok(LodCoefficientDestroy(&coefficient));
  coefficient = random_coefficient(&grid, seed, 6, 3);
  memcpy(coefficient.cells, square.coefficient, sizeof coefficient.cells); /* its lower part */
  assert_ok(LodLearnedCreate(&square, model, PETSC_FALSE, &learned));
  assert_ok(LodLocalOperatorsSetCoefficient(learned, &coefficient));
  assert_ok(LodLocalOperatorsCompute(learned, 0, 25, NULL, low));
  assert_ok(LodLocalOperatorsDestroy(&learned));
  ck_assert_mem_eq(tall, low, 20 * size * sizeof *tall); /* but for the patches at the top */
  assert_refuses(LodLearnedCreate(&grid, model, PETSC_TRUE, &learned), "needs a square or a cube");
  LodErrorClear();
  free(tall);
  free(low);
  assert_ok(LodCoefficientDestroy(&coefficient));
  assert_ok(LodModelDestroy(&model));
}
END_TEST

/* Error in L2 of the solution by lod against the fine one, f = 1, on N coarse cells with l layers;
   both paths are the same to 1e-10. */
static double error_of_lod(LodGrid grid, PetscInt n_x, PetscInt n_y, PetscInt ell,
                           const LodCoefficient *coefficient, const double *rhs,
                           const double *fine) {
  const size_t n_fine = (size_t)LodNodeCount(2, grid.fine);
  double      *u = malloc(n_fine * sizeof *u), error;
  grid.coarse[0] = n_x, grid.coarse[1] = n_y, grid.ell = ell;
  double *lod = solve_lod(LodExactSharedCreate, &grid, coefficient, rhs);
  double *patch = solve_lod(LodExactPatchCreate, &grid, coefficient, rhs);
  ck_assert_double_le(relative_difference((size_t)LodNodeCount(2, grid.coarse), lod, patch), 1e-10);
  assert_ok(LodNodesProlongate(2, grid.coarse, lod, grid.fine, u));
  assert_ok(LodNodesRelativeL2(2, grid.fine, u, fine, &error));
  printf("%dx%d, l = %d: %.2f %%\n", (int)n_x, (int)n_y, (int)ell, 100 * error);
  free(lod), free(patch), free(u);
  return error;
}

static const double long_sides[] = {1200, 2200};

/* A lognormal coefficient on a box of these sides, its fine load and its fine solution; the caller
   frees them. */
static LodCoefficient rough_problem(const LodGrid *grid, double length, uint64_t seed, double **rhs,
                                    double **fine) {
  LodSampleSettings settings;
  LodCoefficient    coefficient;
  LodSampleDefaults(&settings);
  settings.family = LOD_FAMILY_LOGNORMAL;
  settings.correlation_length = length;
  memcpy(settings.extent, grid->extent, sizeof settings.extent);
  assert_ok(LodSampleDraw(&settings, 2, grid->coefficient, (PetscInt64)seed, 0, &coefficient));
  *rhs = load_of(grid, "1");
  *fine = malloc((size_t)LodNodeCount(2, grid->fine) * sizeof **fine);
  assert_ok(LodQ1FineSolve(PETSC_COMM_SELF, grid, &coefficient, *rhs, *fine, NULL));
  return coefficient;
}

/* Solutions by lod come nearer to the fine one with every layer and every finer coarse mesh, on a
   box of oblong cells. */
START_TEST(lod_converges_to_the_fine_solution) {
  const uint64_t seed = test_seed();
  const LodGrid  grid = box(2, (PetscInt[]){3, 11}, LOD_CUBE(8), LOD_CUBE(2), long_sides, 1);
  double        *rhs, *fine;
  LodCoefficient coefficient = rough_problem(&grid, 200, seed, &rhs, &fine);
  const double   first = error_of_lod(grid, 3, 11, 2, &coefficient, rhs, fine);
  const double   second = error_of_lod(grid, 6, 22, 2, &coefficient, rhs, fine);
  const double   third = error_of_lod(grid, 12, 44, 2, &coefficient, rhs, fine);
  ck_assert_double_le(second, 0.7 * first);
  ck_assert_double_le(third, 0.7 * second);
  ck_assert_double_lt(third, error_of_lod(grid, 12, 44, 1, &coefficient, rhs, fine));
  assert_ok(LodCoefficientDestroy(&coefficient));
  free(rhs);
  free(fine);
}
END_TEST

/* 60 x 220 cells of 20 x 10, as results/boxes has them. */
START_TEST(a_long_box_of_thirteen_thousand_cells) {
  const uint64_t seed = test_seed();
  const LodGrid  grid = box(2, (PetscInt[]){15, 55}, LOD_CUBE(4), LOD_CUBE(2), long_sides, 2);
  double        *rhs, *fine;
  LodCoefficient coefficient = rough_problem(&grid, 100, seed, &rhs, &fine);
  ck_assert_double_lt(error_of_lod(grid, 15, 55, 2, &coefficient, rhs, fine), 0.06);
  assert_ok(LodCoefficientDestroy(&coefficient));
  free(rhs);
  free(fine);
}
END_TEST

START_TEST(impossible_boxes_are_refused) {
  LodGrid grid = {LOD_UNIT_CUBE(2, 3, 6, 12), .ell = 1};
  grid.coefficient[1] = 7;
  assert_refuses(LodGridValidate(&grid, "here"), "here: coefficient cells (7) must be a multiple");
  LodErrorClear();
  grid.coefficient[1] = 6, grid.extent[1] = -1;
  assert_refuses(LodGridValidate(&grid, "here"), "an extent must be a positive number");
  LodErrorClear();
  grid.extent[1] = NAN;
  assert_refuses(LodGridValidate(&grid, "here"), "an extent must be a positive number");
  LodErrorClear();
  grid.extent[1] = 1e7;
  assert_refuses(LodGridValidate(&grid, "here"), "too thin");
  LodErrorClear();
  grid = (LodGrid){.dim = 2,
                   .coarse = {1, 1 << 20},
                   .coefficient = {1, 1 << 20},
                   .fine = {1 << 11, 1 << 21},
                   .ell = 1,
                   .extent = {1, 1}};
  assert_refuses(LodGridValidate(&grid, "here"), "2048x2097152 cells");
  LodErrorClear();
  ck_assert_int_eq(LodGridCoveringLayers(&grid), (1 << 20) - 1);
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("boxes");
  TCase *tests = tcase_create("all");
  tcase_set_timeout(tests, 120);
  tcase_add_loop_test(tests, matches_oracle, 0, N_ORACLES);
  tcase_add_test(tests, paths_agree_on_random_boxes);
  tcase_add_test(tests, operators_scale_with_the_size_of_the_box);
  tcase_add_test(tests, lod_converges_to_the_fine_solution);
  tcase_add_test(tests, a_long_box_of_thirteen_thousand_cells);
  tcase_add_test(tests, strips_are_one_dimensional);
  tcase_add_test(tests, turned_boxes_have_turned_solutions);
  tcase_add_test(tests, loads_and_norms_are_in_the_units_of_the_extents);
  tcase_add_test(tests, learned_operators_scale_with_the_size_of_the_box);
  tcase_add_test(tests, learned_operators_need_square_cells);
  tcase_add_test(tests, impossible_boxes_are_refused);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
