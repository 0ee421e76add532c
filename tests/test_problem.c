/* Boundary data, sources and correction: every method on problems of every kind. */
#include "random_problem.h"

#include "fem/nodal.h"
#include "io/hdf5_file.h"

/* A seed that all ranks know. */
static unsigned long long common_seed(void) {
  unsigned long long seed = test_seed();
  MPI_Bcast(&seed, 1, MPI_UNSIGNED_LONG_LONG, 0, PETSC_COMM_WORLD);
  return seed;
}

/* Where patches cover D, the corrected field is the fine solution: whatever is wrong anywhere, in
   loads, correctors, boundary values, tensors or sums, shows here. */
START_TEST(covering_patches_give_the_fine_solution) {
  static const int         draws[] = {12, 12, 6};
  static const char *const paths[] = {"shared", "patch"};
  const unsigned long long seed = common_seed();
  double                   worst = 0, error;
  for (PetscInt dim = 1; dim <= 3; dim++)
    for (int number = 0; number < draws[dim - 1]; number++) {
      const PetscInt components[] = {1, dim, dim * (dim + 1) / 2};
      RandomProblem  problem = random_problem(seed, (uint64_t)(100 * dim + number), dim,
                                              components[number % 3], PETSC_FALSE);
      LodSolveResult fine = solve_problem(&problem, LOD_METHOD_FINE, PETSC_FALSE);
      assert_ok(PetscOptionsSetValue(NULL, "-lod_exact", paths[number / 3 % 2]));
      LodSolveResult lod = solve_problem(&problem, LOD_METHOD_LOD, PETSC_TRUE);
      assert_ok(LodFineRelativeEnergy(&problem.grid, &problem.coefficient, lod.fine, fine.fine,
                                      &error));
      ck_assert_msg(error <= 1e-9, "d = %d, problem %d, %d components, %s: %.2e", (int)dim, number,
                    (int)components[number % 3], paths[number / 3 % 2], error);
      worst = fmax(worst, error);
      assert_ok(LodSolveResultDestroy(&lod));
      assert_ok(LodSolveResultDestroy(&fine));
      destroy_problem(&problem);
    }
  assert_ok(PetscOptionsClearValue(NULL, "-lod_exact"));
  printf("largest energy error of u_ms against the fine solution: %.2e\n", worst);
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("problem");
  TCase *tests = tcase_create("problem");
  tcase_set_timeout(tests, 120);
  tcase_add_test(tests, covering_patches_give_the_fine_solution);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
