/* Means of -A grad u over coefficient cells. */
#include <math.h>
#include <string.h>

#include "base/random.h"
#include "check_lodnet.h"
#include "fem/flux.h"

/* Components of A of each kind in d dimensions: a number, a diagonal, a symmetric matrix. */
static PetscInt components_of(PetscInt dim, int kind) {
  return kind == 0 || dim == 1 ? 1 : kind == 1 ? dim : dim * (dim + 1) / 2;
}

/* Entry (row, column) of A in a cell, from the layout that files of tensors have. */
static double entry_of(const LodCoefficient *coefficient, PetscInt cell, PetscInt row,
                       PetscInt column) {
  static const int place[LOD_MAX_DIM + 1][3][3] = {
      {{0}}, {{0}}, {{0, 1}, {1, 2}}, {{0, 1, 2}, {1, 3, 4}, {2, 4, 5}}};
  const PetscInt n = coefficient->components;
  const double  *value = coefficient->values + cell * n;
  if (n <= coefficient->dim) return row == column ? value[n == 1 ? 0 : row] : 0;
  return value[place[coefficient->dim][row][column]];
}

/* Random A; every third cell is a hole if `holes`. */
static LodCoefficient random_coefficient(const LodGrid *grid, int kind, PetscBool holes,
                                         uint64_t seed) {
  LodCoefficient coefficient;
  const size_t   n_cells = (size_t)LodCellCount(grid->dim, grid->coefficient);
  assert_ok(LodCoefficientCreateTensor(grid->dim, grid->coefficient, components_of(grid->dim, kind),
                                       &coefficient));
  for (size_t i = 0; i < n_cells * (size_t)coefficient.components; i++)
    coefficient.values[i] = 1 + LodRandomUniform(seed, 1, i);
  if (!holes) return coefficient;
  assert_ok(PetscMalloc1(n_cells, &coefficient.mask));
  for (size_t i = 0; i < n_cells; i++)
    coefficient.mask[i] = i % 3 != 0;
  return coefficient;
}

/* The derivative along `axis` of x (1 + 2 y) (3 + z) + y - z. */
static double derivative(PetscInt dim, PetscInt axis, const double point[]) {
  const double x = point[0], y = dim > 1 ? point[1] : 0, z = dim > 2 ? point[2] : 0;
  const double all[LOD_MAX_DIM] = {(1 + 2 * y) * (3 + z), 2 * x * (3 + z) + 1, x * (1 + 2 * y) - 1};
  return all[axis];
}

/* Values at all nodes of a mesh; the caller frees them. */
static double *values_on(const LodGrid *grid, const PetscInt cells[]) {
  const LodBox nodes = LodBoxNodes(grid->dim, cells);
  double      *values = malloc((size_t)LodBoxCount(&nodes) * sizeof *values);
  for (PetscInt i = 0; i < LodBoxCount(&nodes); i++) {
    PetscInt index[LOD_MAX_DIM];
    double   p[LOD_MAX_DIM] = {0};
    LodBoxIndex(&nodes, i, index);
    for (PetscInt axis = 0; axis < grid->dim; axis++)
      p[axis] = grid->extent[axis] * (double)index[axis] / (double)cells[axis];
    values[i] = p[0] * (1 + 2 * p[1]) * (3 + p[2]) + p[1] - p[2];
  }
  return values;
}

/* A multilinear function has the same fluxes whatever the mesh that it is given on: its derivatives
   in the middle of the cells times A, and 0 in holes. */
static void check_fluxes(const LodGrid *grid, const LodCoefficient *coefficient,
                         const PetscInt cells[]) {
  const LodBox all = LodBoxCells(grid->dim, grid->coefficient);
  double      *u = values_on(grid, cells);
  double      *flux = malloc((size_t)(LodBoxCount(&all) * grid->dim) * sizeof *flux);
  assert_ok(LodCellFlux(grid, coefficient, cells, u, flux));
  for (PetscInt cell = 0; cell < LodBoxCount(&all); cell++) {
    PetscInt index[LOD_MAX_DIM];
    double   middle[LOD_MAX_DIM] = {0};
    LodBoxIndex(&all, cell, index);
    for (PetscInt axis = 0; axis < grid->dim; axis++)
      middle[axis] =
          grid->extent[axis] * ((double)index[axis] + 0.5) / (double)grid->coefficient[axis];
    for (PetscInt row = 0; row < grid->dim; row++) {
      double expected = 0;
      for (PetscInt column = 0; column < grid->dim; column++)
        expected -=
            entry_of(coefficient, cell, row, column) * derivative(grid->dim, column, middle);
      if (coefficient->mask && !coefficient->mask[cell]) expected = 0;
      ck_assert_double_eq_tol(flux[cell * grid->dim + row], expected, 1e-12);
    }
  }
  free(u);
  free(flux);
}

START_TEST(multilinear_functions_have_the_flux_of_the_formula) {
  const uint64_t seed = test_seed();
  for (PetscInt dim = 1; dim <= 3; dim++)
    for (int kind = 0; kind < 3; kind++) {
      const LodGrid  grid = {.dim = dim,
                             .coarse = {2, dim > 1 ? 3 : 1, dim > 2 ? 2 : 1},
                             .coefficient = {4, dim > 1 ? 6 : 1, dim > 2 ? 2 : 1},
                             .fine = {12, dim > 1 ? 6 : 1, dim > 2 ? 4 : 1},
                             .ell = 1,
                             .extent = {1, 2, 0.5}};
      LodCoefficient coefficient = random_coefficient(&grid, kind, (PetscBool)(kind > 0), seed);
      check_fluxes(&grid, &coefficient, grid.fine);
      check_fluxes(&grid, &coefficient, grid.coefficient);
      check_fluxes(&grid, &coefficient, grid.coarse);
      assert_ok(LodCoefficientDestroy(&coefficient));
    }
}
END_TEST

/* The mean of the fluxes through two fine cells that u crosses in one dimension: only its values at
   the ends of the coefficient cell count. */
START_TEST(flux_is_the_mean_over_the_coefficient_cell) {
  const LodGrid  grid = {LOD_UNIT_CUBE(1, 1, 1, 3), .ell = 1};
  LodCoefficient coefficient;
  const double   u[4] = {2, -7, 100, 5};
  double         flux;
  assert_ok(LodCoefficientCreate(1, grid.coefficient, &coefficient));
  coefficient.values[0] = 2;
  assert_ok(LodCellFlux(&grid, &coefficient, grid.fine, u, &flux));
  ck_assert_double_eq_tol(flux, -2 * (5 - 2), 1e-12);
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("flux");
  TCase *tests = tcase_create("flux");
  tcase_add_test(tests, multilinear_functions_have_the_flux_of_the_formula);
  tcase_add_test(tests, flux_is_the_mean_over_the_coefficient_cell);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
