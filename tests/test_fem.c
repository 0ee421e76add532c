/* Q1 elements, loads, norms and the two plain solves against what is known in closed form. */
#include <math.h>

#include "base/random.h"
#include "check_lodnet.h"
#include "fem/element.h"
#include "fem/load.h"
#include "fem/nodal.h"
#include "fem/q1_system.h"

static const double pi = 3.14159265358979323846;

/* Nodal values of an expression on a mesh; the caller frees them. */
static double *nodal(const char *text, PetscInt dim, PetscInt cells) {
  LodExpression *expression;
  double        *values = malloc((size_t)LodNodeCount(dim, LOD_CUBE(cells)) * sizeof(double));
  assert_ok(LodExpressionCreate(text, dim, "test", &expression));
  assert_ok(LodNodesEvaluate(expression, &(LodGrid){LOD_UNIT_CUBE(dim, 1, 1, 1)}, LOD_CUBE(cells),
                             values));
  assert_ok(LodExpressionDestroy(&expression));
  return values;
}

/* A coefficient of one value. */
static LodCoefficient constant_coefficient(const LodGrid *grid, double value) {
  LodCoefficient coefficient;
  assert_ok(LodCoefficientCreate(grid->dim, grid->coefficient, &coefficient));
  for (PetscInt i = 0; i < LodCellCount(grid->dim, grid->coefficient); i++)
    coefficient.values[i] = value;
  return coefficient;
}

/* Element matrices: known entries in 2D, rows of the stiffness sum to zero, the mass to the volume.
 */
START_TEST(element_matrices_are_known) {
  double stiffness[64], mass[64];
  LodElementStiffness(2, (double[]){0.25, 0.25, 0.25}, stiffness);
  ck_assert_double_eq_tol(stiffness[0], 2.0 / 3, 1e-15);
  ck_assert_double_eq_tol(stiffness[1], -1.0 / 6, 1e-15);
  ck_assert_double_eq_tol(stiffness[3], -1.0 / 3, 1e-15);
  for (PetscInt dim = 1; dim <= 3; dim++) {
    PetscInt corners = 1 << dim;
    double   total = 0;
    LodElementStiffness(dim, (double[]){0.5, 0.5, 0.5}, stiffness);
    LodElementMass(dim, (double[]){0.5, 0.5, 0.5}, mass);
    for (PetscInt a = 0; a < corners; a++) {
      double sum = 0;
      for (PetscInt b = 0; b < corners; b++) {
        sum += stiffness[a * corners + b];
        total += mass[a * corners + b];
      }
      ck_assert_double_eq_tol(sum, 0, 1e-14);
    }
    ck_assert_double_eq_tol(total, pow(0.5, dim), 1e-15);
  }
}
END_TEST

/* The L2 norm of a Q1 function: |xy...| = 3^(-d/2). */
START_TEST(norm_of_products_is_exact) {
  static const char *products[] = {"x", "x*y", "x*y*z"};
  for (PetscInt dim = 1; dim <= 3; dim++) {
    double *values = nodal(products[dim - 1], dim, 5), norm;
    assert_ok(LodNodesNormL2(&(LodGrid){LOD_UNIT_CUBE(dim, 1, 1, 1)}, LOD_CUBE(5), values, &norm));
    ck_assert_double_eq_tol(norm, pow(3, -0.5 * (double)dim), 1e-14);
    free(values);
  }
}
END_TEST

/* A function that is Q1 on the coarse mesh is reproduced, and its coarse load is the coarse mass
   matrix times its values: summed over all nodes, (f, 1) = 1/2^d for f = xy... */
START_TEST(prolongation_and_load_are_exact) {
  LodGrid grid = {LOD_UNIT_CUBE(2, 3, 6, 12), .ell = 1};
  double *coarse = nodal("x*y", 2, 3), *fine = nodal("x*y", 2, 12),
         *prolongated = nodal("0", 2, 12);
  double load[16], total = 0;
  assert_ok(LodNodesProlongate(2, LOD_CUBE(3), coarse, LOD_CUBE(12), prolongated));
  for (PetscInt i = 0; i < 169; i++)
    ck_assert_double_eq_tol(prolongated[i], fine[i], 1e-15);
  assert_ok(LodLoadFromNodes(&grid, LOD_CUBE(12), fine, fine));
  assert_ok(LodLoadRestrict(&grid, fine, LOD_CUBE(3), load));
  assert_ok(LodLoadFromNodes(&grid, LOD_CUBE(3), coarse, coarse));
  for (PetscInt i = 0; i < 16; i++) {
    ck_assert_double_eq_tol(load[i], coarse[i], 1e-15);
    total += load[i];
  }
  ck_assert_double_eq_tol(total, 0.25, 1e-15);
  free(coarse);
  free(fine);
  free(prolongated);
}
END_TEST

/* -div(3 grad u) = f with u = product of sines: fine Q1 errors in L2 fall with order 2. */
START_TEST(fine_solution_converges_with_order_two) {
  double error[2];
  for (PetscInt dim = 1; dim <= 3; dim++) {
    for (int level = 0; level < 2; level++) {
      PetscInt           cells = (dim == 3 ? 8 : 16) << level;
      LodGrid            grid = {LOD_UNIT_CUBE(dim, 4, 4, cells), .ell = 1};
      static const char *sines[] = {"sin(pi*x)", "sin(pi*x)*sin(pi*y)",
                                    "sin(pi*x)*sin(pi*y)*sin(pi*z)"};
      LodCoefficient     coefficient = constant_coefficient(&grid, 3);
      double            *exact = nodal(sines[dim - 1], dim, cells);
      double            *rhs = nodal(sines[dim - 1], dim, cells), *u = nodal("0", dim, cells);
      for (PetscInt i = 0; i < LodNodeCount(dim, LOD_CUBE(cells)); i++)
        rhs[i] *= 3 * (double)dim * pi * pi;
      assert_ok(LodLoadFromNodes(&grid, LOD_CUBE(cells), rhs, rhs));
      assert_ok(LodQ1FineSolve(PETSC_COMM_SELF, &grid, &coefficient, rhs, u, NULL));
      assert_ok(LodNodesRelativeL2(dim, LOD_CUBE(cells), u, exact, &error[level]));
      assert_ok(LodCoefficientDestroy(&coefficient));
      free(exact);
      free(rhs);
      free(u);
    }
    ck_assert_double_gt(log2(error[0] / error[1]), 1.8);
  }
}
END_TEST

/* The plain coarse matrix of a coefficient that is constant on coarse cells is the fine one of the
   same mesh: with F = N both solves agree. A natural face is kept in both. */
START_TEST(coarse_and_fine_solves_agree_on_one_mesh) {
  LodGrid        coarse = {LOD_UNIT_CUBE(2, 8, 8, 16), .ell = 1};
  LodGrid        fine = {LOD_UNIT_CUBE(2, 4, 8, 8), .ell = 1};
  LodCoefficient coefficient = constant_coefficient(&fine, 1);
  double         error;
  coarse.natural[0][1] = fine.natural[0][1] = PETSC_TRUE;
  for (PetscInt i = 0; i < 64; i++)
    coefficient.values[i] = 1 + (double)(i * 37 % 11);
  double *rhs_coarse = nodal("1", 2, 16), *rhs_fine = nodal("1", 2, 8);
  double *u = nodal("0", 2, 8), *v = nodal("0", 2, 8);
  assert_ok(LodLoadFromNodes(&coarse, LOD_CUBE(16), rhs_coarse, rhs_coarse));
  assert_ok(LodLoadFromNodes(&fine, LOD_CUBE(8), rhs_fine, rhs_fine));
  assert_ok(LodQ1CoarseSolve(PETSC_COMM_SELF, &coarse, &coefficient, rhs_coarse, u, NULL));
  assert_ok(LodQ1FineSolve(PETSC_COMM_SELF, &fine, &coefficient, rhs_fine, v, NULL));
  assert_ok(LodNodesRelativeL2(2, LOD_CUBE(8), u, v, &error));
  ck_assert_double_lt(error, 1e-9);
  assert_ok(LodCoefficientDestroy(&coefficient));
  free(rhs_coarse);
  free(rhs_fine);
  free(u);
  free(v);
}
END_TEST

/* One system that has served other coefficients and loads gives, to the last digit, what one made
   for the problem gives: on both meshes, and where solutions are checked for their digits, after
   which the matrix is again that of the coefficient. */
START_TEST(one_system_serves_many_coefficients_and_loads) {
  static const double contrasts[] = {5, 3e6};
  const LodGrid       grid = {LOD_UNIT_CUBE(2, 4, 8, 16), .ell = 1};
  const LodQ1Mesh     mesh = _i % 2 ? LOD_Q1_COARSE : LOD_Q1_FINE;
  const size_t        n = mesh == LOD_Q1_FINE ? 289 : 25;
  unsigned long long  seed = test_seed();
  LodCoefficient      coefficient[2];
  LodQ1System        *system;
  double              rhs[2][289], u[2][289], once[289];
  PetscReal           before, after;
  Mat                 matrix;
  int                 exponent;
  assert_ok(LodQ1SystemCreate(PETSC_COMM_SELF, &grid, mesh, &system));
  for (uint64_t c = 0; c < 2; c++) {
    for (uint64_t i = 0; i < 289; i++)
      rhs[c][i] = LodRandomUniform(seed, c, i);
    coefficient[c] = constant_coefficient(&grid, contrasts[_i / 2]);
    for (uint64_t i = 0; i < 32; i++) /* the upper half: no thin structures */
      coefficient[c].values[i] = 1 + LodRandomUniform(seed, 2 + c, i);
  }
  for (uint64_t c = 0; c < 4; c++) {
    const LodCoefficient *now = &coefficient[c % 2];
    assert_ok(LodQ1SystemAssemble(system, now));
    assert_ok(LodQ1SystemMatrix(system, &matrix, &exponent));
    assert_ok(MatNorm(matrix, NORM_FROBENIUS, &before));
    assert_ok(LodQ1SystemSolve(system, 2, rhs[0], u[0], NULL));
    for (int f = 0; f < 2; f++) {
      assert_ok((mesh == LOD_Q1_FINE ? LodQ1FineSolve : LodQ1CoarseSolve)(PETSC_COMM_SELF, &grid,
                                                                          now, rhs[f], once, NULL));
      ck_assert_mem_eq(u[0] + (size_t)f * n, once, n * sizeof(double));
    }
    assert_ok(LodQ1SystemMatrix(system, &matrix, &exponent));
    assert_ok(MatNorm(matrix, NORM_FROBENIUS, &after));
    ck_assert(before == after);
  }
  assert_ok(LodQ1SystemDestroy(&system));
  for (int c = 0; c < 2; c++)
    assert_ok(LodCoefficientDestroy(&coefficient[c]));
}
END_TEST

/* In one dimension the energy of a Q1 function is a sum over cells that can be written down. */
START_TEST(relative_energy_is_that_of_the_formula) {
  const LodGrid      grid = {LOD_UNIT_CUBE(1, 4, 8, 16), .ell = 1};
  unsigned long long seed = test_seed();
  LodCoefficient     coefficient;
  double             u[5], v[5], difference = 0, norm = 0, error;
  assert_ok(LodCoefficientCreate(1, LOD_CUBE(8), &coefficient));
  for (PetscInt i = 0; i < 8; i++)
    coefficient.values[i] = 1 + LodRandomUniform(seed, 1, (uint64_t)i);
  for (int i = 0; i < 5; i++) {
    u[i] = LodRandomNormal(seed, 2, (uint64_t)i);
    v[i] = LodRandomNormal(seed, 3, (uint64_t)i);
  }
  for (int c = 0; c < 4; c++) {
    const double mean = (coefficient.values[2 * c] + coefficient.values[2 * c + 1]) / 2;
    difference += mean * 4 * pow(u[c + 1] - v[c + 1] - u[c] + v[c], 2);
    norm += mean * 4 * pow(v[c + 1] - v[c], 2);
  }
  assert_ok(LodNodesRelativeEnergy(&grid, &coefficient, u, v, &error));
  ck_assert_double_eq_tol(error, sqrt(difference / norm), 1e-12);
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

/* Coarse functions have the same energy on the fine mesh. */
START_TEST(energy_on_the_fine_mesh_is_that_on_the_coarse_one) {
  const uint64_t seed = test_seed();
  for (PetscInt dim = 1; dim <= 3; dim++) {
    const LodGrid  grid = {LOD_UNIT_CUBE(dim, 2, 4, 8), .ell = 1};
    LodCoefficient coefficient = constant_coefficient(&grid, 1);
    double         u[27], v[27], fine_u[729], fine_v[729], coarse, fine;
    for (PetscInt i = 0; i < LodPower(4, dim); i++)
      coefficient.values[i] = 1 + LodRandomUniform(seed, 1, (uint64_t)i);
    for (PetscInt i = 0; i < LodPower(3, dim); i++) {
      u[i] = LodRandomNormal(seed, 2, (uint64_t)i);
      v[i] = LodRandomNormal(seed, 3, (uint64_t)i);
    }
    assert_ok(LodNodesProlongate(dim, grid.coarse, u, grid.fine, fine_u));
    assert_ok(LodNodesProlongate(dim, grid.coarse, v, grid.fine, fine_v));
    assert_ok(LodNodesRelativeEnergy(&grid, &coefficient, u, v, &coarse));
    assert_ok(LodFineRelativeEnergy(&grid, &coefficient, fine_u, fine_v, &fine));
    ck_assert_double_eq_tol(fine, coarse, 1e-12 * coarse);
    assert_ok(LodCoefficientDestroy(&coefficient));
  }
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("fem");
  TCase *tests = tcase_create("fem");
  tcase_add_test(tests, element_matrices_are_known);
  tcase_add_test(tests, norm_of_products_is_exact);
  tcase_add_test(tests, prolongation_and_load_are_exact);
  tcase_add_test(tests, fine_solution_converges_with_order_two);
  tcase_add_test(tests, coarse_and_fine_solves_agree_on_one_mesh);
  tcase_add_loop_test(tests, one_system_serves_many_coefficients_and_loads, 0, 4);
  tcase_add_test(tests, relative_energy_is_that_of_the_formula);
  tcase_add_test(tests, energy_on_the_fine_mesh_is_that_on_the_coarse_one);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
