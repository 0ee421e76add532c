/* The solvers of the compressed system: the same solution whichever is chosen, on few and on many
   unknowns, with values of A that differ by 1e16. */
#include <math.h>
#include <string.h>

#include "base/random.h"
#include "exact_properties.h"
#include "fem/element.h"
#include "fem/nodal.h"
#include "io/coefficient_file.h"
#include "lod/exact.h"
#include "system/coarse_system.h"

/* A source whose S_T is the Q1 stiffness of T times a value of its own, plus a part that is not
   symmetric. */
static PetscErrorCode simple_compute(LodLocalOperators *self, PetscInt first, PetscInt last,
                                     const LodComputeOptions *options, double *operators) {
  const LodGrid *grid = &self->grid;
  const PetscInt corners = LodGridCorners(grid), size = LodGridOperatorSize(grid);
  const LodBox   nodes = LodBoxCube(grid->dim, 2 * grid->ell + 2);
  const uint64_t seed = *(const unsigned long long *)self->data;
  double         element[LOD_MAX_CORNERS * LOD_MAX_CORNERS], side[LOD_MAX_DIM];
  LodGridSides(grid, grid->coarse, side);
  LodElementStiffness(grid->dim, side, element);
  memset(operators, 0, (size_t)(last - first) * (size_t)size * sizeof *operators);
  (void)options;
  for (PetscInt cell = first; cell < last; cell++) {
    const double value = exp(3 * LodRandomUniform(seed, 1, (uint64_t)cell));
    double      *own = operators + (size_t)(cell - first) * (size_t)size;
    for (PetscInt a = 0; a < corners; a++) {
      PetscInt index[LOD_MAX_DIM] = {0, 0, 0};
      for (PetscInt axis = 0; axis < grid->dim; axis++)
        index[axis] = grid->ell + (a >> axis & 1);
      for (PetscInt b = 0; b < corners; b++)
        own[LodBoxPosition(&nodes, index) * corners + b] =
            value * (element[a * corners + b] + (a == 0 ? 0.02 * (b == 1) - 0.02 * (b == 0) : 0));
    }
  }
  return 0;
}

/* Solves with the options that are set; solution[(N+1)^d] is the caller's. */
static void solve(LodLocalOperators *operators, double *solution) {
  const LodGrid   *grid = &operators->grid;
  const PetscInt   n_fine = LodNodeCount(grid->dim, grid->fine);
  double          *rhs = calloc((size_t)n_fine, sizeof *rhs);
  LodCoarseSystem *system;
  rhs[n_fine / 2] = rhs[n_fine / 3] = 1;
  assert_ok(LodCoarseSystemCreate(PETSC_COMM_SELF, grid, &system));
  assert_ok(LodCoarseSystemAssemble(system, operators, NULL, PETSC_TRUE));
  assert_ok(LodCoarseSystemSolve(system, rhs, solution));
  assert_ok(LodCoarseSystemDestroy(&system));
  free(rhs);
}

/* Asserts that the default solver's solution is that of a sparse direct solver. */
static void assert_direct(LodLocalOperators *operators, double tolerance) {
  const LodGrid *grid = &operators->grid;
  const size_t   count = (size_t)LodNodeCount(grid->dim, grid->coarse);
  double        *found = malloc(count * sizeof *found), *direct = malloc(count * sizeof *direct);
  double         difference;
  solve(operators, found);
  assert_ok(PetscOptionsSetValue(NULL, "-lod_pc_type", "lu"));
  assert_ok(PetscOptionsSetValue(NULL, "-lod_pc_factor_mat_solver_type", "umfpack"));
  solve(operators, direct);
  assert_ok(PetscOptionsClearValue(NULL, "-lod_pc_type"));
  assert_ok(PetscOptionsClearValue(NULL, "-lod_pc_factor_mat_solver_type"));
  assert_ok(LodNodesRelativeL2(grid->dim, grid->coarse, found, direct, &difference));
  printf("d = %d, N = %d: %.1e\n", (int)grid->dim, (int)grid->coarse[0], difference);
  ck_assert_double_le(difference, tolerance);
  free(found);
  free(direct);
}

/* Two below the limit where multigrid begins, one above. */
START_TEST(every_size_is_solved_as_by_a_direct_solver) {
  static const LodGrid grids[] = {
      {LOD_UNIT_CUBE(2, 12, 12, 24), .ell = 1},
      {LOD_UNIT_CUBE(3, 8, 8, 16), .ell = 1},
      {LOD_UNIT_CUBE(2, 150, 150, 300), .ell = 1},
  };
  unsigned long long seed = test_seed();
  LodLocalOperators  operators = {.grid = grids[_i], .compute = simple_compute, .data = &seed};
  assert_direct(&operators, 1e-9);
}
END_TEST

/* A block of 1e-16 in values of about 1. */
START_TEST(tiny_values_beside_large_ones_are_no_zero_pivots) {
  LodCoefficient     coefficient;
  LodLocalOperators *exact;
  LodGrid            grid = {LOD_UNIT_CUBE(2, 4, 16, 32), .ell = 2};
  assert_ok(LodCoefficientRead("data/block-1e-16.h5", NULL, &coefficient));
  assert_ok(LodExactCreate(&grid, &exact));
  assert_ok(LodLocalOperatorsSetCoefficient(exact, &coefficient));
  assert_direct(exact, 1e-10);
  assert_ok(LodLocalOperatorsDestroy(&exact));
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("coarse_solver");
  TCase *tests = tcase_create("coarse_solver");
  tcase_set_timeout(tests, 60);
  tcase_add_loop_test(tests, every_size_is_solved_as_by_a_direct_solver, 0, 3);
  tcase_add_test(tests, tiny_values_beside_large_ones_are_no_zero_pivots);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
