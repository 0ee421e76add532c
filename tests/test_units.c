/* Results do not depend on the units of A and f: u(c A, f) = u / c and u(A, c f) = c u for c from
   1e-200 to 1e200, by every method, in one to three dimensions, by one process or several. */
#include <math.h>

#include "base/error.h"
#include "base/random.h"
#include "base/units.h"
#include "exact_properties.h"
#include "fem/nodal.h"
#include "solver/solve.h"
#include "structured_model.h"

static const LodGrid meshes[] = {
    {LOD_UNIT_CUBE(1, 6, 18, 36), .ell = 1},
    {LOD_UNIT_CUBE(2, 4, 12, 12), .ell = 1},
    {LOD_UNIT_CUBE(3, 3, 6, 6), .ell = 1},
};

static const double units[] = {1e-200, 1e-30, 1e-16, 1e16, 1e49, 1e200};
enum { N_UNITS = sizeof units / sizeof units[0] };

/* One problem, the same on all ranks. */
typedef struct {
  const LodGrid *grid;
  LodCoefficient coefficient;
  LodModel      *model; /* for LOD_METHOD_DNN */
  double        *rhs;
  size_t         n_values, n_rhs;
} Problem;

/* A seed that all ranks know. */
static unsigned long long common_seed(void) {
  unsigned long long seed = test_seed();
  MPI_Bcast(&seed, 1, MPI_UNSIGNED_LONG_LONG, 0, PETSC_COMM_WORLD);
  return seed;
}

static Problem create_problem(const LodGrid *grid, unsigned long long seed) {
  Problem problem = {.grid = grid, .coefficient = random_coefficient(grid, seed, 1, 20)};
  problem.n_values = (size_t)LodCellCount(grid->dim, grid->coefficient);
  problem.n_rhs = (size_t)LodNodeCount(grid->dim, grid->fine);
  problem.model = structured_model(grid, PETSC_FALSE, 0.01, seed);
  problem.rhs = malloc(problem.n_rhs * sizeof *problem.rhs);
  assert_ok(LodLoadOfRhs(grid, grid->dim > 1 ? "1 + x*y" : "1 + x", problem.rhs));
  return problem;
}

static void destroy_problem(Problem *problem) {
  assert_ok(LodModelDestroy(&problem->model));
  assert_ok(LodCoefficientDestroy(&problem->coefficient));
  free(problem->rhs);
}

/* The solution; the caller destroys it. */
static LodSolveResult solve(const Problem *problem, LodMethod method) {
  const LodSolveOptions options = {.model = method == LOD_METHOD_DNN ? problem->model : NULL,
                                   .quiet = PETSC_TRUE};
  LodSolveResult        result;
  assert_ok(LodMethodSolve(PETSC_COMM_WORLD, method, problem->grid, &problem->coefficient,
                           &(LodData){.load = problem->rhs}, &options, &result));
  return result;
}

/* Asserts that the solution is `factor` times `plain`. */
static void assert_multiple(const Problem *problem, LodMethod method, const LodSolveResult *plain,
                            double factor, const char *of, double c) {
  const size_t   count = (size_t)LodNodeCount(problem->grid->dim, plain->cells);
  LodSolveResult result = solve(problem, method);
  double         difference = 0;
  for (size_t i = 0; i < count; i++) {
    ck_assert(isfinite(result.values[i]));
    difference = fmax(difference, fabs(result.values[i] / factor - plain->values[i]));
  }
  difference /= LodUnitsLargest(count, plain->values);
  /* Networks take A in single precision. */
  ck_assert_msg(difference <= (method == LOD_METHOD_DNN ? 1e-6 : 1e-10),
                "d = %d, %s, %s times %g: %.1e off", (int)problem->grid->dim, LodMethodName(method),
                of, c, difference);
  assert_ok(LodSolveResultDestroy(&result));
}

static void multiply(double factor, size_t count, double *values) {
  for (size_t i = 0; i < count; i++)
    values[i] *= factor;
}

/* Test _i: mesh _i / 4, method _i % 4. */
START_TEST(solutions_scale_with_coefficient_and_right_hand_side) {
  const LodMethod method = (LodMethod)(_i % 4);
  Problem         problem = create_problem(&meshes[_i / 4], common_seed());
  LodSolveResult  plain = solve(&problem, method);
  ck_assert_double_gt(
      LodUnitsLargest((size_t)LodNodeCount(problem.grid->dim, plain.cells), plain.values), 0);
  for (int i = 0; i < N_UNITS; i++) {
    const double c = units[i];
    multiply(c, problem.n_values, problem.coefficient.values);
    assert_multiple(&problem, method, &plain, 1 / c, "A", c);
    multiply(1 / c, problem.n_values, problem.coefficient.values);
    multiply(c, problem.n_rhs, problem.rhs);
    assert_multiple(&problem, method, &plain, c, "f", c);
    multiply(1 / c, problem.n_rhs, problem.rhs);
  }
  assert_ok(LodSolveResultDestroy(&plain));
  destroy_problem(&problem);
}
END_TEST

/* Norms and energies neither overflow nor vanish. */
START_TEST(relative_errors_do_not_depend_on_units) {
  const LodGrid *grid = &meshes[1];
  Problem        problem = create_problem(grid, common_seed());
  const size_t   count = (size_t)LodNodeCount(2, grid->coarse);
  double         u[25], v[25], l2, energy, error;
  for (size_t i = 0; i < count; i++) {
    v[i] = 1 + LodRandomUniform(3, 1, i);
    u[i] = v[i] + 0.1 * LodRandomUniform(3, 2, i);
  }
  assert_ok(LodNodesRelativeL2(2, grid->coarse, u, v, &l2));
  assert_ok(LodNodesRelativeEnergy(grid, &problem.coefficient, u, v, &energy));
  for (int i = 0; i < N_UNITS; i++) {
    multiply(units[i], problem.n_values, problem.coefficient.values);
    multiply(1 / units[i], count, u);
    multiply(1 / units[i], count, v);
    assert_ok(LodNodesRelativeL2(2, grid->coarse, u, v, &error));
    ck_assert_double_eq_tol(error, l2, 1e-12);
    assert_ok(LodNodesRelativeEnergy(grid, &problem.coefficient, u, v, &error));
    ck_assert_double_eq_tol(error, energy, 1e-12);
    multiply(1 / units[i], problem.n_values, problem.coefficient.values);
    multiply(units[i], count, u);
    multiply(units[i], count, v);
  }
  destroy_problem(&problem);
}
END_TEST

/* What is not finite is no solution and has no norm; a solution that double precision cannot hold
   is an error and not 0. */
START_TEST(nothing_that_is_not_finite_passes) {
  double values[5] = {0, 1, 2, 3, 0}, norm;
  LodErrorClear();
  ck_assert_double_eq(LodUnitsLargest(5, values), 3);
  assert_ok(LodSolutionToUnits("test", 3, 5, values));
  ck_assert_double_eq(values[3], 24);
  ck_assert_int_ne(LodSolutionToUnits("test", 1100, 5, values), 0);
  ck_assert_ptr_nonnull(strstr(LodErrorMessage(), "too large"));
  LodErrorClear();
  values[1] = values[2] = values[3] = 1;
  ck_assert_int_ne(LodSolutionToUnits("test", -1100, 5, values), 0);
  ck_assert_ptr_nonnull(strstr(LodErrorMessage(), "too small"));
  LodErrorClear();
  values[1] = 1, values[2] = NAN, values[3] = 3;
  ck_assert(!isfinite(LodUnitsLargest(5, values)));
  ck_assert_int_ne(
      LodNodesNormL2(&(LodGrid){LOD_UNIT_CUBE(1, 1, 1, 1)}, LOD_CUBE(4), values, &norm), 0);
  LodErrorClear();
  ck_assert_int_ne(LodSolutionToUnits("test", 0, 5, values), 0);
  LodErrorClear();
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("units");
  TCase *tests = tcase_create("units");
  tcase_set_timeout(tests, 60);
  tcase_add_loop_test(tests, solutions_scale_with_coefficient_and_right_hand_side, 0, 12);
  tcase_add_test(tests, relative_errors_do_not_depend_on_units);
  tcase_add_test(tests, nothing_that_is_not_finite_passes);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
