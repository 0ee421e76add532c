/* Checks of compressed operators, on operators of which the answer is known. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/random.h"
#include "compare/checks.h"
#include "exact_properties.h"
#include "fem/element.h"
#include "lod/exact.h"

/* A source whose S_T is factor[T] times the Q1 stiffness of T, plus `skew` in one entry. */
typedef struct {
  double factor[64], skew;
} Fake;

static PetscErrorCode fake_compute(LodLocalOperators *self, PetscInt first, PetscInt last,
                                   const LodComputeOptions *options, double *operators) {
  const Fake    *fake = self->data;
  const LodGrid *grid = &self->grid;
  const PetscInt corners = LodGridCorners(grid), size = LodGridOperatorSize(grid);
  const LodBox   nodes = LodBoxCube(grid->dim, 2 * grid->ell + 2);
  double         element[LOD_MAX_CORNERS * LOD_MAX_CORNERS], side[LOD_MAX_DIM];
  LodGridSides(grid, grid->coarse, side);
  LodElementStiffness(grid->dim, side, element);
  (void)options;
  memset(operators, 0, (size_t)(last - first) * (size_t)size * sizeof *operators);
  for (PetscInt cell = first; cell < last; cell++) {
    double *own = operators + (cell - first) * size;
    for (PetscInt a = 0; a < corners; a++) {
      PetscInt index[LOD_MAX_DIM] = {0, 0, 0};
      for (PetscInt axis = 0; axis < grid->dim; axis++)
        index[axis] = grid->ell + (a >> axis & 1);
      for (PetscInt b = 0; b < corners; b++)
        own[LodBoxPosition(&nodes, index) * corners + b] =
            fake->factor[cell] * element[a * corners + b];
      if (a == 0) own[LodBoxPosition(&nodes, index) * corners + 1] += fake->skew;
    }
  }
  return 0;
}

static LodChecks checks_of(const LodGrid *grid, LodLocalOperators *operators) {
  LodCoarseSystem *system;
  LodChecks        checks;
  assert_ok(LodCoarseSystemCreate(PETSC_COMM_SELF, grid, &system));
  assert_ok(LodCoarseSystemAssemble(system, operators, NULL, PETSC_TRUE));
  assert_ok(LodChecksCompute(system, grid, &checks));
  assert_ok(LodCoarseSystemDestroy(&system));
  return checks;
}

static const LodGrid grids[] = {
    {LOD_UNIT_CUBE(1, 8, 16, 32), .ell = 1},
    {LOD_UNIT_CUBE(2, 8, 16, 32), .ell = 2},
    {LOD_UNIT_CUBE(3, 4, 4, 8), .ell = 1},
};

START_TEST(the_stiffness_itself_has_constant_one) {
  const LodGrid    *grid = &grids[_i];
  Fake              fake = {.skew = 0};
  LodLocalOperators operators = {.grid = *grid, .compute = fake_compute, .data = &fake};
  for (int cell = 0; cell < 64; cell++)
    fake.factor[cell] = 3;
  LodChecks checks = checks_of(grid, &operators);
  ck_assert_double_le(checks.kernel_residual, 1e-14);
  ck_assert_double_le(checks.symmetry_defect, 1e-14);
  ck_assert_double_eq_tol(checks.coercivity, 3, 1e-10);
  /* A cell of the other sign: in the energy of a hat function around it the neighbours prevail only
     if it is weak. */
  fake.factor[0] = -100;
  checks = checks_of(grid, &operators);
  ck_assert_double_lt(checks.coercivity, 0);
}
END_TEST

/* Factors in [2, 7]: the constant lies there, and near the least if that holds almost everywhere.
 */
START_TEST(the_constant_is_a_bound_of_the_energy) {
  const LodGrid    *grid = &grids[1];
  uint64_t          seed = test_seed();
  Fake              fake = {.skew = 1e-3};
  LodLocalOperators operators = {.grid = *grid, .compute = fake_compute, .data = &fake};
  for (int cell = 0; cell < 64; cell++)
    fake.factor[cell] = cell == 27 ? 7 : 2 + 1e-3 * LodRandomUniform(seed, 1, (uint64_t)cell);
  const LodChecks checks = checks_of(grid, &operators);
  ck_assert_double_gt(checks.kernel_residual, 1e-5);
  ck_assert_double_gt(checks.symmetry_defect, 1e-5);
  ck_assert_double_gt(checks.coercivity, 1.9);
  ck_assert_double_lt(checks.coercivity, 2.1);
}
END_TEST

/* Not a number compares as no larger than anything: no check may pass because of it. */
START_TEST(an_operator_that_is_not_finite_passes_no_check) {
  static const double values[] = {NAN, INFINITY, -INFINITY};
  const LodGrid      *grid = &grids[_i];
  LodCoarseSystem    *system;
  LodChecks           checks;
  for (int v = 0; v < 3; v++) {
    Fake              fake = {.skew = 0};
    LodLocalOperators operators = {.grid = *grid, .compute = fake_compute, .data = &fake};
    for (int cell = 0; cell < 64; cell++)
      fake.factor[cell] = cell == 5 ? values[v] : 1;
    LodErrorClear();
    assert_ok(LodCoarseSystemCreate(PETSC_COMM_SELF, grid, &system));
    PetscErrorCode error = LodCoarseSystemAssemble(system, &operators, NULL, PETSC_TRUE);
    if (!error) error = LodChecksCompute(system, grid, &checks);
    ck_assert_int_eq(error, PETSC_ERR_FP);
    ck_assert_msg(strstr(LodErrorMessage(), "5"), "%s", LodErrorMessage());
    LodErrorClear();
    assert_ok(LodCoarseSystemDestroy(&system));
  }
}
END_TEST

START_TEST(exact_operators_are_coercive) {
  const LodGrid     *grid = &grids[_i];
  LodCoefficient     coefficient = random_coefficient(grid, test_seed(), 1, 10);
  LodLocalOperators *exact;
  assert_ok(LodExactCreate(grid, &exact));
  assert_ok(LodLocalOperatorsSetCoefficient(exact, &coefficient));
  const LodChecks checks = checks_of(grid, exact);
  ck_assert_double_le(checks.kernel_residual, 1e-11);
  ck_assert_double_gt(checks.coercivity, 0.1);
  ck_assert_double_lt(checks.coercivity, 10);
  assert_ok(LodLocalOperatorsDestroy(&exact));
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

/* One value of another magnitude is in the patches of (2 l + 1)^2 cells, fewer at the boundary. */
START_TEST(patches_outside_the_range_are_counted) {
  const LodGrid  grid = grids[1];
  LodModel       model = {.signature = {.dim = 2, .smallest = 1, .largest = 5}};
  LodCoefficient coefficient;
  double         fraction;
  assert_ok(LodCoefficientCreate(2, LOD_CUBE(16), &coefficient));
  for (int i = 0; i < 256; i++)
    coefficient.values[i] = i % 2 ? 1 : 5;
  assert_ok(LodModelOutOfRange(&model, &grid, &coefficient, &fraction));
  ck_assert_double_eq(fraction, 0);
  coefficient.values[8 * 16 + 8] = 6;
  assert_ok(LodModelOutOfRange(&model, &grid, &coefficient, &fraction));
  ck_assert_double_eq(fraction, 25.0 / 64);
  for (int i = 0; i < 256; i++)
    coefficient.values[i] *= 1000;
  assert_ok(LodModelOutOfRange(&model, &grid, &coefficient, &fraction));
  ck_assert_double_eq(fraction, 1);
  model.structure.scale_equivariant = PETSC_TRUE;
  assert_ok(LodModelOutOfRange(&model, &grid, &coefficient, &fraction));
  ck_assert_double_eq(fraction, 25.0 / 64);
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("checks");
  TCase *tests = tcase_create("checks");
  tcase_add_loop_test(tests, the_stiffness_itself_has_constant_one, 0, 3);
  tcase_add_test(tests, the_constant_is_a_bound_of_the_energy);
  tcase_add_loop_test(tests, an_operator_that_is_not_finite_passes_no_check, 0, 3);
  tcase_add_loop_test(tests, exact_operators_are_coercive, 0, 3);
  tcase_add_test(tests, patches_outside_the_range_are_counted);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
