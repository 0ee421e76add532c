/* Tensors A, the reaction c and Robin rates in cell matrices and fine solutions. */
#include <string.h>

#include "fem/element.h"
#include "fem/q1_system.h"
#include "lod/interpolation_private.h"
#include "random_medium.h"
#include "tensor_meshes.h"

/* Value (axis < 0) or derivative along an axis of corner function c of the unit cell. */
static double corner_function(PetscInt dim, PetscInt c, PetscInt axis, const double point[]) {
  double product = 1;
  for (PetscInt a = 0; a < dim; a++) {
    const int high = (int)(c >> a & 1);
    product *= a == axis ? (high ? 1 : -1) : (high ? point[a] : 1 - point[a]);
  }
  return product;
}

/* The integrand of the form of two corner functions at a point of the cell; volume or, with the
   rate r, face. */
static double integrand(PetscInt dim, const double side[], double tensor[][LOD_MAX_DIM], double c,
                        PetscInt a, PetscInt b, const double point[]) {
  double sum = c * corner_function(dim, a, -1, point) * corner_function(dim, b, -1, point);
  for (PetscInt p = 0; p < dim; p++)
    for (PetscInt q = 0; q < dim; q++)
      sum += tensor[p][q] * corner_function(dim, a, p, point) / side[p] *
             corner_function(dim, b, q, point) / side[q];
  return sum;
}

/* Integral over the unit cell, or its face at `at` of `flat` (>= 0), by Gauss points that are exact
   for squares. */
static double quadrature(PetscInt dim, PetscInt flat, double at, const double side[],
                         double tensor[][LOD_MAX_DIM], double c, PetscInt a, PetscInt b) {
  static const double gauss[2] = {0.21132486540518713, 0.7886751345948129};
  double              sum = 0;
  for (PetscInt number = 0; number < LodPower(2, dim); number++) {
    double    point[LOD_MAX_DIM] = {0}, weight = 1;
    PetscBool counted = PETSC_TRUE;
    for (PetscInt axis = 0; axis < dim; axis++) {
      point[axis] = axis == flat ? at : gauss[number >> axis & 1];
      if (axis == flat && number >> axis & 1) counted = PETSC_FALSE;
      if (axis != flat) weight *= side[axis] / 2;
    }
    if (counted) sum += weight * integrand(dim, side, tensor, c, a, b, point);
  }
  return sum;
}

/* One fine cell's matrix against the quadrature; returns the largest difference over the largest
   entry. */
static double matrix_difference(const LodGrid *grid, const LodCoefficient *medium,
                                const LodCellTables *tables, const PetscInt fine[]) {
  const PetscInt dim = grid->dim, corners = LodGridCorners(grid);
  const LodBox   all = LodBoxCells(dim, grid->coefficient);
  PetscInt       own[LOD_MAX_DIM] = {0};
  double         side[LOD_MAX_DIM], tensor[LOD_MAX_DIM][LOD_MAX_DIM],
      none[LOD_MAX_DIM][LOD_MAX_DIM] = {{0}};
  double matrix[LOD_MAX_CORNERS_SQUARED], difference = 0, largest = 0;
  for (PetscInt axis = 0; axis < dim; axis++)
    own[axis] = fine[axis] / LodGridRefinement(grid, axis);
  const PetscInt position = LodBoxPosition(&all, own);
  LodGridSides(grid, grid->fine, side);
  LodCoefficientTensor(medium, position, tensor);
  LodCellMatrix(tables, medium, fine, matrix);
  for (PetscInt a = 0; a < corners; a++)
    for (PetscInt b = 0; b < corners; b++) {
      double wanted = quadrature(dim, -1, 0, side, tensor,
                                 medium->reaction ? medium->reaction[position] : 0, a, b);
      for (PetscInt axis = 0; axis < dim; axis++)
        for (PetscInt s = 0; s < 2; s++) {
          const LodBox face = LodCoefficientFaceBox(medium, axis, s);
          if (!medium->robin[axis][s] || fine[axis] != (s ? grid->fine[axis] - 1 : 0)) continue;
          const double rate = medium->robin[axis][s][LodBoxPosition(&face, own)];
          wanted += quadrature(dim, axis, (double)s, side, none, rate, a, b);
        }
      difference = fmax(difference, fabs(matrix[a * corners + b] - wanted));
      largest = fmax(largest, fabs(wanted));
    }
  return difference / largest;
}

START_TEST(cell_matrix_is_the_integral) {
  const unsigned long long seed = test_seed();
  const LodGrid           *grid = &meshes[_i];
  for (int kind = 0; kind < N_KINDS; kind++) {
    const LodBox   cells = LodBoxCells(grid->dim, grid->fine);
    LodCoefficient medium = medium_of_kind(grid, kind, seed);
    LodCellTables  tables;
    LodCellTablesInit(grid, grid->fine, &tables);
    for (PetscInt cell = kind; cell < LodBoxCount(&cells); cell += N_KINDS) {
      PetscInt fine[LOD_MAX_DIM];
      LodBoxIndex(&cells, cell, fine);
      ck_assert_double_le(matrix_difference(grid, &medium, &tables, fine), 1e-13);
    }
    assert_ok(LodCoefficientDestroy(&medium));
  }
}
END_TEST

/* sum[a][b] += the form of the coarse corner functions on one fine cell, through its own matrix. */
static void add_fine_cell(const LodGrid *grid, const LodCoefficient *medium,
                          const LodCellTables *tables, const PetscInt coarse[],
                          const PetscInt local[], double *sum) {
  const PetscInt dim = grid->dim, corners = LodGridCorners(grid);
  PetscInt       fine[LOD_MAX_DIM] = {0};
  double         matrix[LOD_MAX_CORNERS_SQUARED], value[LOD_MAX_CORNERS][LOD_MAX_CORNERS];
  for (PetscInt axis = 0; axis < dim; axis++)
    fine[axis] = coarse[axis] * LodGridFineRatio(grid, axis) + local[axis];
  LodCellMatrix(tables, medium, fine, matrix);
  for (PetscInt c = 0; c < corners; c++) { /* [corner of the fine cell][coarse function] */
    double point[LOD_MAX_DIM];
    for (PetscInt axis = 0; axis < dim; axis++)
      point[axis] = (double)(local[axis] + (c >> axis & 1)) / (double)LodGridFineRatio(grid, axis);
    for (PetscInt a = 0; a < corners; a++)
      value[c][a] = corner_function(dim, a, -1, point);
  }
  for (PetscInt i = 0; i < corners * corners; i++)
    for (PetscInt k = 0; k < corners * corners; k++)
      sum[i] += value[k / corners][i / corners] * matrix[k] * value[k % corners][i % corners];
}

START_TEST(coarse_matrix_is_the_sum_of_fine_ones) {
  const unsigned long long seed = test_seed();
  const LodGrid           *grid = &meshes[_i];
  const LodBox             cells = LodBoxCells(grid->dim, grid->coarse);
  const LodBox             inside = LodFineInside(grid);
  const PetscInt           size = LodPower(4, grid->dim);
  for (int kind = 0; kind < N_KINDS; kind++) {
    LodCoefficient medium = medium_of_kind(grid, kind, seed);
    LodCellTables  tables;
    LodCellTablesInit(grid, grid->fine, &tables);
    for (PetscInt cell = 0; cell < LodBoxCount(&cells); cell++) {
      double   matrix[LOD_MAX_CORNERS_SQUARED], sum[LOD_MAX_CORNERS_SQUARED] = {0};
      PetscInt coarse[LOD_MAX_DIM], local[LOD_MAX_DIM];
      LodBoxIndex(&cells, cell, coarse);
      for (PetscInt i = 0; i < LodBoxCount(&inside); i++) {
        LodBoxIndex(&inside, i, local);
        add_fine_cell(grid, &medium, &tables, coarse, local, sum);
      }
      LodCellStiffness(grid, &medium, coarse, matrix);
      ck_assert_double_le(relative_difference(size, matrix, sum), 1e-12);
    }
    assert_ok(LodCoefficientDestroy(&medium));
  }
}
END_TEST

/* The energy of the fine solution with u = x / L on the faces left and right and the others
   natural: the flow through it times L. */
static double energy_of_flow(const LodGrid *grid, const LodCoefficient *medium) {
  const LodBox   nodes = LodBoxNodes(grid->dim, grid->fine);
  const PetscInt n = LodBoxCount(&nodes);
  double        *boundary = calloc((size_t)n, sizeof *boundary), *load = calloc((size_t)n, 8);
  double        *u = malloc((size_t)n * sizeof *u), *form = malloc((size_t)n * sizeof *form);
  double         energy = 0;
  LodQ1System   *system;
  for (PetscInt i = 0; i < n; i++)
    boundary[i] = i % nodes.size[0] == nodes.size[0] - 1;
  assert_ok(LodQ1SystemCreate(PETSC_COMM_SELF, grid, LOD_Q1_FINE, &system));
  assert_ok(LodQ1SystemAssemble(system, medium));
  assert_ok(LodQ1SystemSolveLoads(system, 1, load, boundary, u, NULL));
  assert_ok(LodQ1SystemApply(system, u, form));
  for (PetscInt i = 0; i < n; i++)
    energy += u[i] * form[i];
  assert_ok(LodQ1SystemDestroy(&system));
  free(boundary), free(load), free(u), free(form);
  return energy;
}

START_TEST(laminates_have_harmonic_and_arithmetic_means) {
  const unsigned long long seed = test_seed();
  for (PetscInt dim = 2; dim <= 3; dim++)
    for (PetscInt across = 0; across < 2; across++) { /* layers along y, then across the flow */
      const PetscInt cells = dim == 2 ? 8 : 4;
      LodGrid        grid = {LOD_UNIT_CUBE(dim, 2, 4, 8), .ell = 1};
      for (PetscInt axis = 0; axis < dim; axis++) {
        grid.coefficient[axis] = cells, grid.fine[axis] = 2 * cells;
        for (int side = 0; side < 2; side++)
          grid.natural[axis][side] = (PetscBool)(axis > 0);
      }
      LodCoefficient medium;
      double         arithmetic = 0, harmonic = 0;
      uint64_t       counter = 0;
      assert_ok(LodCoefficientCreateTensor(dim, grid.coefficient, dim, &medium));
      for (PetscInt layer = 0; layer < cells; layer++) {
        double tensor[LOD_MAX_DIM];
        fill_tensor(dim, dim, seed, (uint64_t)(10 * dim + across), &counter, tensor);
        arithmetic += tensor[0] / (double)cells;
        harmonic += 1 / tensor[0] / (double)cells;
        for (PetscInt i = 0; i < LodCoefficientCells(&medium); i++)
          if ((across ? i % cells : i / cells % cells) == layer)
            memcpy(medium.values + i * dim, tensor, (size_t)dim * sizeof *tensor);
      }
      const double wanted = across ? 1 / harmonic : arithmetic;
      ck_assert_double_eq_tol(energy_of_flow(&grid, &medium), wanted, 1e-10 * wanted);
      assert_ok(LodCoefficientDestroy(&medium));
    }
}
END_TEST

START_TEST(a_power_of_two_scales_all_of_the_form_without_rounding) {
  const unsigned long long seed = test_seed();
  const LodGrid           *grid = &meshes[_i];
  const PetscInt           n = LodNodeCount(grid->dim, grid->fine);
  double *rhs = malloc((size_t)n * sizeof *rhs), *plain = malloc((size_t)n * sizeof *plain);
  double *scaled = malloc((size_t)n * sizeof *scaled);
  for (PetscInt i = 0; i < n; i++)
    rhs[i] = LodRandomUniform(seed, 9, (uint64_t)i);
  LodCoefficient medium =
      random_medium(grid, components_of[grid->dim - 1][2], MEDIUM_REACTION | MEDIUM_ROBIN, seed, 1);
  assert_ok(LodQ1FineSolve(PETSC_COMM_SELF, grid, &medium, rhs, plain, NULL));
  LodCoefficientScale(&medium, 0x1p600);
  assert_ok(LodQ1FineSolve(PETSC_COMM_SELF, grid, &medium, rhs, scaled, NULL));
  for (PetscInt i = 0; i < n; i++)
    plain[i] = ldexp(plain[i], -600);
  ck_assert_mem_eq(scaled, plain, (size_t)n * sizeof *plain);
  free(rhs), free(plain), free(scaled);
  assert_ok(LodCoefficientDestroy(&medium));
}
END_TEST

START_TEST(digits_of_tensors_are_checked) {
  /* A contrast above LOD_SAFE_CONTRAST in the eigenvalues: solved twice, and it stands. */
  const LodGrid  grid = {LOD_UNIT_CUBE(2, 4, 8, 16), .ell = 1};
  LodCoefficient medium;
  double        *rhs, *u, *again;
  const size_t   n = (size_t)LodNodeCount(2, grid.fine);
  rhs = malloc(n * sizeof *rhs), u = malloc(n * sizeof *u), again = malloc(n * sizeof *again);
  for (size_t i = 0; i < n; i++)
    rhs[i] = 1;
  assert_ok(LodCoefficientCreateTensor(2, grid.coefficient, 3, &medium));
  for (PetscInt i = 0; i < LodCoefficientCells(&medium); i++) {
    medium.values[3 * i] = medium.values[3 * i + 2] = 0.5 + 0.5e-7;
    medium.values[3 * i + 1] = 0.5 - 0.5e-7; /* 1 along (1, 1), 1e-7 along (1, -1) */
  }
  double smallest, largest;
  assert_ok(LodCoefficientRange(&medium, &smallest, &largest));
  ck_assert_double_eq_tol(smallest, 1e-7, 1e-13);
  ck_assert_double_eq_tol(largest, 1, 1e-13);
  assert_ok(LodQ1FineSolve(PETSC_COMM_SELF, &grid, &medium, rhs, u, NULL));
  medium.values[1] = 0.5; /* now one cell is singular but for rounding */
  medium.values[0] = medium.values[2] = 0.5;
  LodErrorClear();
  assert_refuses(LodCoefficientValidate(&medium, "a"), "a: cell [0][0]: A has the eigenvalue");
  free(rhs), free(u), free(again);
  assert_ok(LodCoefficientDestroy(&medium));
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("tensor");
  TCase *tests = tcase_create("tensor");
  tcase_add_loop_test(tests, cell_matrix_is_the_integral, 0, N_MESHES);
  tcase_add_loop_test(tests, coarse_matrix_is_the_sum_of_fine_ones, 0, N_MESHES);
  tcase_add_test(tests, laminates_have_harmonic_and_arithmetic_means);
  tcase_add_loop_test(tests, a_power_of_two_scales_all_of_the_form_without_rounding, 0, N_MESHES);
  tcase_add_test(tests, digits_of_tensors_are_checked);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
