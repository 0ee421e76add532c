/* What the method promises, at small size: second order in the coarse mesh width for the LOD
   solution's L2 error, far smaller errors than plain coarse elements on a rough coefficient, and
   the energy error of the fine-scale field. The tables at full size are in results/convergence. */
#include <math.h>

#include "base/random.h"
#include "check_lodnet.h"
#include "convergence_errors.h"
#include "grid/coefficient.h"

/* Smooth coefficient: order at least 1.8 from N = 4 to N = 16 with l = 2, 2, 3 layers. */
START_TEST(order_is_two_for_a_smooth_coefficient) {
  static const PetscInt coarse[] = {4, 8, 16}, ell[] = {2, 2, 3};
  LodCoefficient        coefficient;
  double                error[3];
  assert_ok(LodCoefficientCreate(2, LOD_CUBE(64), &coefficient));
  fill_sine(&coefficient);
  for (int level = 0; level < 3; level++) {
    LodGrid grid = {LOD_UNIT_CUBE(2, coarse[level], 64, 128), .ell = ell[level]};
    Errors  errors;
    assert_ok(solve_errors(&grid, &coefficient, &errors));
    error[level] = errors.lod;
    printf("N = %d, l = %d: relative L2 error %.2e\n", (int)coarse[level], (int)ell[level],
           error[level]);
  }
  for (int level = 1; level < 3; level++)
    ck_assert_double_ge(log2(error[level - 1] / error[level]), 1.8);
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

/* Independent log-uniform values in [1, 20] on every coefficient cell: LOD at least ten times
   better than Q1. */
START_TEST(rough_coefficient_beats_coarse_elements_tenfold) {
  LodGrid            grid = {LOD_UNIT_CUBE(2, 16, 128, 256), .ell = 3};
  LodCoefficient     coefficient;
  unsigned long long seed = test_seed();
  assert_ok(LodCoefficientCreate(2, LOD_CUBE(128), &coefficient));
  for (PetscInt i = 0; i < 128 * 128; i++)
    coefficient.values[i] = pow(20, LodRandomUniform(seed, 1, (uint64_t)i));
  Errors errors;
  assert_ok(solve_errors(&grid, &coefficient, &errors));
  printf("relative L2 error: LOD %.2e, coarse Q1 %.2e\n", errors.lod, errors.coarse);
  ck_assert_double_ge(errors.coarse, 10 * errors.lod);
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

/* The energy error of the fine-scale field, A independent values in [1, 10]. */
static double energy_error(PetscInt coarse, PetscInt ell, PetscBool correct,
                           const LodCoefficient *coefficient, const double *fine) {
  const LodGrid grid = {LOD_UNIT_CUBE(2, coarse, 64, 128), .ell = ell};
  LodData       data;
  FieldErrors   errors;
  assert_ok(LodDataCreate(&grid, coefficient, NULL, "1", "f", PETSC_TRUE, &data));
  assert_ok(solve_field_errors(&grid, coefficient, &data, correct, fine, &errors));
  assert_ok(LodDataDestroy(&data));
  printf("N = %d, l = %d%s: relative energy error %.2e\n", (int)coarse, (int)ell,
         correct ? ", corrected" : "", errors.energy);
  return errors.energy;
}

/* In the mesh width with order one, in the layers exponentially, once the load is corrected. */
START_TEST(field_converges_in_energy) {
  const LodGrid  mesh = {LOD_UNIT_CUBE(2, 4, 64, 128), .ell = 2};
  LodCoefficient coefficient;
  LodData        data;
  double        *fine = malloc((size_t)LodNodeCount(2, mesh.fine) * sizeof *fine), error[3];
  assert_ok(LodCoefficientCreate(2, LOD_CUBE(64), &coefficient));
  for (PetscInt i = 0; i < 64 * 64; i++)
    coefficient.values[i] = 1 + 9 * LodRandomUniform(1, 1, (uint64_t)i);
  assert_ok(LodDataCreate(&mesh, &coefficient, NULL, "1", "f", PETSC_FALSE, &data));
  assert_ok(LodQ1FineSolve(PETSC_COMM_SELF, &mesh, &coefficient, data.load, fine, NULL));
  assert_ok(LodDataDestroy(&data));
  for (int level = 0; level < 3; level++)
    error[level] = energy_error(4 << level, 2, PETSC_FALSE, &coefficient, fine);
  for (int level = 1; level < 3; level++)
    ck_assert_double_ge(log2(error[level - 1] / error[level]), 1);
  for (int layers = 1; layers <= 3; layers++)
    error[layers - 1] = energy_error(8, layers, PETSC_TRUE, &coefficient, fine);
  for (int layers = 1; layers < 3; layers++)
    ck_assert_double_le(error[layers], error[layers - 1] / 4);
  assert_ok(LodCoefficientDestroy(&coefficient));
  free(fine);
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("convergence");
  TCase *tests = tcase_create("convergence");
  tcase_add_test(tests, order_is_two_for_a_smooth_coefficient);
  tcase_add_test(tests, rough_coefficient_beats_coarse_elements_tenfold);
  tcase_add_test(tests, field_converges_in_energy);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
