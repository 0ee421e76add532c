/* Boundary data, sources and correction: every method on problems of every kind. */
#include "random_problem.h"

#include "base/report.h"
#include "common/terminal.h"
#include "fem/load_layout.h"
#include "fem/nodal.h"
#include "io/hdf5_file.h"
#include "solver/bounds.h"

/* A seed that all ranks know. */
static unsigned long long common_seed(void) {
  unsigned long long seed = test_seed();
  MPI_Bcast(&seed, 1, MPI_UNSIGNED_LONG_LONG, 0, PETSC_COMM_WORLD);
  return seed;
}

/* Random faces disagree where they meet, which is said every time: heard by nobody. */
static void hear_nothing(void) {
  LodReportTo(NULL);
  assert_ok(PetscOptionsSetValue(NULL, "-fine_ksp_rtol", "1e-13"));
  assert_ok(PetscOptionsSetValue(NULL, "-coarse_ksp_rtol", "1e-13"));
}

static void hear_again(void) {
  LodReportTo(&lod_terminal_reporter);
  assert_ok(PetscOptionsClearValue(NULL, "-fine_ksp_rtol"));
  assert_ok(PetscOptionsClearValue(NULL, "-coarse_ksp_rtol"));
  assert_ok(PetscOptionsClearValue(NULL, "-lod_exact"));
}

/* The energy error of the corrected field of random problem `number` against the fine solution. */
static double error_of_random(unsigned long long seed, PetscInt dim, int number, PetscBool closed) {
  static const char *const paths[] = {"shared", "patch"};
  const PetscInt           components[] = {1, dim, dim * (dim + 1) / 2};
  double                   error;
  RandomProblem problem = random_problem(seed, (uint64_t)(100 * dim + number + (closed ? 50 : 0)),
                                         dim, components[number % 3], closed);
  assert_ok(PetscOptionsSetValue(NULL, "-lod_exact", paths[number / 3 % 2]));
  LodSolveResult fine = solve_problem(&problem, LOD_METHOD_FINE, PETSC_FALSE);
  LodSolveResult lod = solve_problem(&problem, LOD_METHOD_LOD, PETSC_TRUE);
  assert_ok(
      LodFineRelativeEnergy(&problem.grid, &problem.coefficient, lod.fine, fine.fine, &error));
  ck_assert_msg(error <= 1e-9, "d = %d, problem %d, %d components, %s: %.2e", (int)dim, number,
                (int)components[number % 3], paths[number / 3 % 2], error);
  assert_ok(LodSolveResultDestroy(&lod));
  assert_ok(LodSolveResultDestroy(&fine));
  destroy_problem(&problem);
  return error;
}

/* Where patches cover D, the corrected field is the fine solution: whatever is wrong anywhere, in
   loads, correctors, boundary values, tensors or sums, shows here. */
START_TEST(covering_patches_give_the_fine_solution) {
  static const int         draws[] = {3, 6, 6}; /* three kinds of A, two paths */
  const unsigned long long seed = common_seed();
  double                   worst = 0;
  hear_nothing();
  for (PetscInt dim = 1; dim <= 3; dim++)
    for (int number = 0; number < draws[dim - 1]; number++)
      worst = fmax(worst, error_of_random(seed, dim, number, PETSC_FALSE));
  printf("largest energy error of u_ms against the fine solution: %.2e\n", worst);
}
END_TEST

/* The same where u is given nowhere: K of the patches is singular then. */
START_TEST(covering_patches_give_the_fine_solution_of_closed_problems) {
  const unsigned long long seed = common_seed();
  double                   worst = 0;
  hear_nothing();
  for (PetscInt dim = 1; dim <= 3; dim++)
    for (int number = 0; number < 6; number++)
      worst = fmax(worst, error_of_random(seed, dim, number, PETSC_TRUE));
  printf("largest energy error of u_ms against the fine solution: %.2e\n", worst);
}
END_TEST

/* What a problem is beside its meshes, for tests of single things. */
typedef struct {
  const char *faces[LOD_MAX_DIM][2]; /* "value", "value;rate" of Robin, with a leading letter: u, q,
                                        r or n */
  const char *rhs, *reaction;
} Given;

/* The problem on a mesh with A = 1; `extent` along every axis. */
static RandomProblem given_problem(PetscInt dim, PetscInt coarse, PetscInt fine,
                                   const Given *given) {
  RandomProblem problem = {.grid = {LOD_UNIT_CUBE(dim, coarse, fine, fine)}};
  problem.grid.ell = LodGridCoveringLayers(&problem.grid);
  assert_ok(LodCoefficientOfOnes(dim, problem.grid.coefficient, &problem.coefficient));
  for (PetscInt axis = 0; axis < dim; axis++)
    for (int side = 0; side < 2; side++) {
      const char *text = given->faces[axis][side], *name = lod_face_names[axis][side];
      char        value[160] = "", *rate = NULL;
      if (!text) continue;
      const LodFaceKind kind = *text == 'u'   ? LOD_FACE_DIRICHLET
                               : *text == 'q' ? LOD_FACE_FLUX
                               : *text == 'r' ? LOD_FACE_ROBIN
                                              : LOD_FACE_NATURAL;
      (void)snprintf(value, sizeof value, "%s", text + 1);
      rate = strchr(value, ';');
      if (rate) *rate++ = '\0';
      assert_ok(LodConditionsSetFace(&problem.conditions, dim, name, kind,
                                     kind == LOD_FACE_NATURAL ? NULL : value, rate, name));
    }
  if (given->reaction)
    assert_ok(LodConditionsSetReaction(&problem.conditions, given->reaction, "reaction"));
  (void)snprintf(problem.rhs, sizeof problem.rhs, "%s", given->rhs);
  assert_ok(LodConditionsApply(&problem.conditions, &problem.grid, &problem.coefficient));
  return problem; /* integrate_problem is the caller's, who may change A before */
}

/* Largest difference of a solution and an expression at the nodes of its mesh. */
static double difference_from(const LodGrid *grid, const PetscInt cells[], const double *values,
                              const char *text) {
  const PetscInt count = LodNodeCount(grid->dim, cells);
  double        *expected = malloc((size_t)count * sizeof *expected), largest = 0;
  LodExpression *expression;
  assert_ok(LodExpressionCreate(text, grid->dim, "expected", &expression));
  assert_ok(LodNodesEvaluate(expression, grid, cells, expected));
  assert_ok(LodExpressionDestroy(&expression));
  for (PetscInt i = 0; i < count; i++)
    largest = fmax(largest, fabs(values[i] - expected[i]));
  free(expected);
  return largest;
}

/* u = 2 + x - 3 y + z is linear: every method has it exactly, whatever the faces say it by. */
static const Given linear[] = {
    {{{"u2 + x - 3*y + z", "u2 + x - 3*y + z"},
      {"u2 + x - 3*y + z", "u2 + x - 3*y + z"},
      {"u2 + x - 3*y + z", "u2 + x - 3*y + z"}},
     "0",
     NULL},
    {{{"u2 + x - 3*y + z", "q1"}, {"q3", "u2 + x - 3*y + z"}, {"q-1", "u2 + x - 3*y + z"}},
     "0",
     NULL},
    {{{"r2 + x - 3*y + z - 1/4;4", "r2 + x - 3*y + z + 1/2;2"},
      {"q3", "r2 + x - 3*y + z - 3/2;2"},
      {"q-1", "q1"}},
     "0",
     NULL},
    {{{"q-1", "q1"}, {"q3", "q-3"}, {"q-1", "q1"}}, "2 + x - 3*y + z", "1"},
};
enum { N_LINEAR = sizeof linear / sizeof linear[0] };

START_TEST(linear_solutions_are_exact) {
  const Given *given = &linear[_i];
  hear_nothing();
  for (PetscInt dim = 1; dim <= 3; dim++) {
    Given       own = *given;
    const char *exact = dim == 3 ? "2 + x - 3*y + z" : dim == 2 ? "2 + x - 3*y" : "2 + x";
    /* The same in fewer dimensions: y and z are 0. */
    char texts[8][160];
    int  used = 0;
    for (int face = 0; face < 6; face++) {
      const char **text = &own.faces[face / 2][face % 2];
      (void)snprintf(texts[used], sizeof texts[used], "%s", *text);
      for (char *c = texts[used]; dim < 3 && *c; c++)
        if (*c == 'z' || (dim == 1 && *c == 'y')) *c = '0';
      *text = texts[used++];
    }
    (void)snprintf(texts[used], sizeof texts[used], "%s", own.rhs);
    for (char *c = texts[used]; dim < 3 && *c; c++)
      if (*c == 'z' || (dim == 1 && *c == 'y')) *c = '0';
    own.rhs = texts[used];
    RandomProblem problem = given_problem(dim, 2, dim == 3 ? 4 : 8, &own);
    integrate_problem(&problem);
    for (int method = 0; method < 3; method++) {
      static const LodMethod methods[] = {LOD_METHOD_LOD, LOD_METHOD_FINE, LOD_METHOD_COARSE};
      LodSolveResult         result =
          solve_problem(&problem, methods[method], (PetscBool)(methods[method] == LOD_METHOD_LOD));
      const double off = difference_from(&problem.grid, problem.grid.fine, result.fine, exact);
      ck_assert_msg(off < 1e-10, "d = %d, case %d, %s: off by %.2e", (int)dim, _i,
                    LodMethodName(methods[method]), off);
      assert_ok(LodSolveResultDestroy(&result));
    }
    destroy_problem(&problem);
  }
  hear_again();
}
END_TEST

/* The error of the fine solution of u = cos(2 x) exp(y) on n^2 cells: reaction, flux and Robin
   faces that vary. */
static double smooth_error(PetscInt n) {
  static const Given given = {{{"ucos(2*x)*exp(y)", "q-2*sin(2*x)*exp(y)"},
                               {"rcos(2*x)*exp(y)*(1 - 1/(1 + x));1 + x", "ucos(2*x)*exp(y)"}},
                              "(3 + 2 + x)*cos(2*x)*exp(y)",
                              "2 + x"};
  RandomProblem      problem = given_problem(2, 2, n, &given);
  integrate_problem(&problem);
  LodSolveResult result = solve_problem(&problem, LOD_METHOD_FINE, PETSC_FALSE);
  const double   error =
      difference_from(&problem.grid, problem.grid.fine, result.fine, "cos(2*x)*exp(y)");
  assert_ok(LodSolveResultDestroy(&result));
  destroy_problem(&problem);
  return error;
}

START_TEST(smooth_solutions_converge_with_second_order) {
  const double rough = smooth_error(16), good = smooth_error(32);
  printf("errors %.2e, %.2e\n", rough, good);
  ck_assert_double_lt(good, 1e-3);
  ck_assert_double_gt(rough, 3.5 * good);
}
END_TEST

/* Reads numbers of the oracle. */
static void read_oracle(const char *name, double *values) {
  LodHdf5 file;
  assert_ok(LodHdf5Open("data/flow_left_right.h5", &file));
  assert_ok(LodHdf5ReadArray(&file, name, H5T_NATIVE_DOUBLE, values));
  assert_ok(LodHdf5Close(&file));
}

/* sqrt of the sum of squares of the difference, relative to that of b. */
static double relative_difference(PetscInt count, const double *a, const double *b) {
  double difference = 0, size = 0;
  for (PetscInt i = 0; i < count; i++) {
    difference += (a[i] - b[i]) * (a[i] - b[i]);
    size += b[i] * b[i];
  }
  return sqrt(difference / size);
}

/* u = 1 on the left, 0 on the right, closed above and below, f = 1: an independent implementation
   of the method without correction. */
START_TEST(flow_through_agrees_with_an_independent_implementation) {
  static const Given given = {{{"u1", "u0"}, {"n", "n"}}, "1", NULL};
  enum { COARSE = 9 * 9, FINE = 65 * 65 };
  static double expected[FINE];
  double        flow_left, flow_right, flow[2] = {0, 0};
  hear_nothing();
  RandomProblem problem = given_problem(2, 8, 64, &given);
  problem.grid.ell = 2;
  read_oracle("coefficient", problem.coefficient.values);
  integrate_problem(&problem);
  LodSolveResult lod = solve_problem(&problem, LOD_METHOD_LOD, PETSC_FALSE);
  LodSolveResult fine = solve_problem(&problem, LOD_METHOD_FINE, PETSC_FALSE);
  read_oracle("petrov_coarse", expected);
  ck_assert_double_lt(relative_difference(COARSE, lod.values, expected), 1e-9);
  read_oracle("petrov_ms", expected);
  ck_assert_double_lt(relative_difference(FINE, lod.fine, expected), 1e-9);
  read_oracle("fine_solution", expected);
  ck_assert_double_lt(relative_difference(FINE, fine.fine, expected), 1e-9);
  read_oracle("petrov_flow_left", &flow_left);
  read_oracle("petrov_flow_right", &flow_right);
  for (int row = 0; row < 9; row++)
    for (int side = 0; side < 2; side++)
      flow[side] += lod.form[9 * row + 8 * side] - lod.load[9 * row + 8 * side];
  ck_assert_double_eq_tol(flow[0], flow_left, 1e-9);
  ck_assert_double_eq_tol(flow[1], flow_right, 1e-9);
  assert_ok(LodSolveResultDestroy(&lod));
  assert_ok(LodSolveResultDestroy(&fine));
  destroy_problem(&problem);
  hear_again();
}
END_TEST

/* Without reaction and Robin faces what flows in through the faces balances the sources, for every
   method, and free nodes are in balance one by one. */
START_TEST(inflow_balances_the_sources) {
  static const LodMethod   methods[] = {LOD_METHOD_LOD, LOD_METHOD_FINE, LOD_METHOD_COARSE};
  const unsigned long long seed = common_seed();
  hear_nothing();
  for (PetscInt dim = 1; dim <= 3; dim++)
    for (int way = 0; way < 4; way++) {
      const LodMethod    method = methods[way % 3];
      const PetscBool    correct = (PetscBool)(way == 3);
      static const Given given = {{{"u1", "q2"}, {"uy", "n"}, {"n", "usin(5*x)"}}, "1 + x", NULL};
      Given              own = given;
      if (dim == 1) own.faces[0][1] = "u3 + x";
      RandomProblem problem = given_problem(dim, 3, dim == 3 ? 6 : 12, &own);
      problem.grid.ell = 1;
      for (PetscInt i = 0; i < LodCoefficientCells(&problem.coefficient); i++)
        problem.coefficient.values[i] = pow(100, LodRandomUniform(seed, 5, (uint64_t)i));
      integrate_problem(&problem);
      LodSolveResult result = solve_problem(&problem, method, correct);
      const LodBox   nodes = LodBoxNodes(dim, result.cells);
      const LodBox   free_nodes = LodGridFreeNodes(&problem.grid, result.cells);
      double         inflow = 0, source = 0, size = 0;
      for (PetscInt i = 0; i < LodBoxCount(&nodes); i++) {
        PetscInt node[LOD_MAX_DIM];
        LodBoxIndex(&nodes, i, node);
        size = fmax(size, fabs(result.form[i]));
        source += result.load[i];
        if (LodBoxPosition(&free_nodes, node) < 0)
          inflow += result.form[i] - result.load[i];
        else
          ck_assert_double_le(fabs(result.form[i] - result.load[i]), 1e-9 * (1 + size));
      }
      ck_assert_double_le(fabs(inflow + source), 1e-10 * (size + fabs(source)));
      assert_ok(LodSolveResultDestroy(&result));
      destroy_problem(&problem);
    }
  hear_again();
}
END_TEST

/* Pure Neumann: u = cos(pi x) + cos(2 pi y) - c and fluxes that belong to u = x + ..; every method
   gives the solution of mean 0, whatever the patches. */
static const Given closed[] = {
    {{{"n", "n"}, {"n", "n"}, {"n", "n"}}, "pi^2*cos(pi*x)", NULL},
    {{{"q-1", "q1"}, {"n", "n"}, {"n", "n"}}, "0", NULL},
    {{{"q-1", "n"}, {"q1", "n"}, {"n", "n"}}, "0", NULL},
};
static const char *const closed_solution[] = {"cos(pi*x)", "x - 0.5", NULL};
enum { N_CLOSED = sizeof closed / sizeof closed[0] };

START_TEST(closed_problems_have_the_solution_of_mean_zero) {
  static const LodMethod methods[] = {LOD_METHOD_LOD, LOD_METHOD_FINE, LOD_METHOD_COARSE};
  const Given           *given = &closed[_i];
  hear_nothing();
  for (PetscInt dim = _i == 2 ? 2 : 1; dim <= 3; dim++)
    for (int way = 0; way < 4; way++) {
      RandomProblem problem = given_problem(dim, 4, dim == 3 ? 8 : 16, given);
      problem.grid.ell = 1;
      integrate_problem(&problem);
      LodSolveResult result = solve_problem(&problem, methods[way % 3],
                                            (PetscBool)(methods[way % 3] == LOD_METHOD_LOD));
      ck_assert_double_le(fabs(LodNodesMean(dim, problem.grid.fine, result.fine)), 1e-13);
      ck_assert_double_le(fabs(LodNodesMean(dim, result.cells, result.values)), 1e-13);
      if (closed_solution[_i]) {
        const double off =
            difference_from(&problem.grid, problem.grid.fine, result.fine, closed_solution[_i]);
        const double most = _i == 0 ? (way == 2 ? 0.2 : 0.03) : way % 3 == 0 ? 0.02 : 1e-10;
        ck_assert_msg(off <= most, "d = %d, case %d, way %d: %.2e", (int)dim, _i, way, off);
      }
      assert_ok(LodSolveResultDestroy(&result));
      destroy_problem(&problem);
    }
  hear_again();
}
END_TEST

/* values[count] = 2^exponent values[count]. */
static void scale(PetscInt count, int exponent, double *values) {
  for (PetscInt i = 0; i < count && values; i++)
    values[i] = ldexp(values[i], exponent);
}

/* A, c and r times 2^-400, g times 2^300, sources times both: the same digits in other units. */
START_TEST(units_do_not_matter) {
  static const LodMethod methods[] = {LOD_METHOD_LOD, LOD_METHOD_FINE, LOD_METHOD_COARSE};
  enum { MEDIUM = -400, VALUES = 300 };
  const unsigned long long seed = common_seed();
  hear_nothing();
  RandomProblem  problem = random_problem(seed, 500, 2, 3, PETSC_FALSE);
  const LodGrid *grid = &problem.grid;
  LodSolveResult plain[3];
  for (int m = 0; m < 3; m++)
    plain[m] = solve_problem(&problem, methods[m], (PetscBool)(m == 0));
  LodCoefficientScale(&problem.coefficient, ldexp(1, MEDIUM));
  scale((PetscInt)LodLoadCount(grid, LOD_LOAD_NODES), MEDIUM + VALUES, problem.data.load);
  scale((PetscInt)LodLoadCount(grid, LOD_LOAD_CELLS), MEDIUM + VALUES, problem.data.source);
  scale((PetscInt)LodLoadCount(grid, LOD_LOAD_NODES), VALUES, problem.data.boundary);
  for (int m = 0; m < 3; m++) {
    LodSolveResult result = solve_problem(&problem, methods[m], (PetscBool)(m == 0));
    const PetscInt n = LodNodeCount(2, result.cells), n_fine = LodNodeCount(2, grid->fine);
    scale(n, -VALUES, result.values);
    scale(n, -MEDIUM - VALUES, result.form);
    scale(n_fine, -VALUES, result.fine);
    ck_assert_double_le(relative_difference(n, result.values, plain[m].values), 1e-12);
    ck_assert_double_le(relative_difference(n, result.form, plain[m].form), 1e-12);
    ck_assert_double_le(relative_difference(n_fine, result.fine, plain[m].fine), 1e-12);
    assert_ok(LodSolveResultDestroy(&result));
    assert_ok(LodSolveResultDestroy(&plain[m]));
  }
  destroy_problem(&problem);
  hear_again();
}
END_TEST

/* Through a laminate of contrast 1e7 across the flow: digits are checked, with boundary values too,
   and what is left is the harmonic mean. */
START_TEST(digits_are_checked_with_boundary_values) {
  static const Given     given = {{{"u3", "u1"}, {"n", "n"}}, "0", NULL};
  static const LodMethod methods[] = {LOD_METHOD_LOD, LOD_METHOD_FINE, LOD_METHOD_COARSE};
  hear_nothing();
  RandomProblem problem = given_problem(2, 4, 16, &given);
  for (PetscInt i = 0; i < LodCoefficientCells(&problem.coefficient); i++)
    problem.coefficient.values[i] = i % 16 % 3 == 0 ? 1e7 : 1;
  integrate_problem(&problem);
  for (int m = 0; m < 2; m++) {
    LodSolveResult result = solve_problem(&problem, methods[m], PETSC_FALSE);
    const PetscInt across = result.cells[0] + 1;
    double         inflow = 0;
    for (PetscInt row = 0; row < result.cells[1] + 1; row++)
      inflow += result.form[row * across];
    /* 6 of 16 layers conduct. */
    ck_assert_double_eq_tol(inflow, 2 / (10. / 16 + 6e-7 / 16), 1e-6);
    assert_ok(LodSolveResultDestroy(&result));
  }
  destroy_problem(&problem);
  hear_again();
}
END_TEST

/* Bounds: of u on the faces where nothing is pulled to 0, else with 0; none of unknown sign. */
START_TEST(bounds_are_those_of_the_maximum_principle) {
  static const struct {
    Given  given;
    double low, high;
  } known[] = {
      {{{{"u2", "u1"}, {"n", "n"}}, "0", NULL}, 1, 2},
      {{{{"u2", "u1"}, {"n", "n"}}, "1", NULL}, 1, HUGE_VAL},
      {{{{"u2", "u1"}, {"q-1", "n"}}, "0", NULL}, -HUGE_VAL, 2},
      {{{{"u2", "u1"}, {"q1", "n"}}, "-1", NULL}, -HUGE_VAL, HUGE_VAL},
      {{{{"u2", "u1"}, {"n", "n"}}, "0", "3"}, 0, 2},
      {{{{"u2", "r0;1"}, {"n", "n"}}, "0", NULL}, 0, 2},
      {{{{"n", "n"}, {"n", "n"}}, "0", NULL}, -HUGE_VAL, HUGE_VAL},
  };
  hear_nothing();
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
    RandomProblem problem = given_problem(2, 2, 8, &known[i].given);
    integrate_problem(&problem);
    const LodBounds bounds = LodBoundsOf(&problem.grid, &problem.coefficient, problem.grid.fine,
                                         problem.data.load, problem.data.boundary);
    ck_assert(bounds.low == known[i].low && bounds.high == known[i].high);
    destroy_problem(&problem);
  }
  const double values[] = {1, 2, -0.5, 4};
  ck_assert_double_eq(LodBoundsLeftBy((LodBounds){0, 4}, 4, values), 0.125);
  ck_assert_double_eq(LodBoundsLeftBy((LodBounds){-1, 2}, 4, values), 0.5);
  ck_assert_double_eq(LodBoundsLeftBy((LodBounds){-HUGE_VAL, HUGE_VAL}, 4, values), 0);
  hear_again();
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("problem");
  TCase *tests = tcase_create("problem"), *ranks = tcase_create("ranks");
  tcase_set_timeout(tests, 120);
  tcase_set_timeout(ranks, 120);
  tcase_add_checked_fixture(tests, NULL, hear_again);
  tcase_add_checked_fixture(ranks, NULL, hear_again);
  /* Run once more by several ranks: commands/mpi.sh. */
  tcase_add_test(ranks, covering_patches_give_the_fine_solution);
  tcase_add_test(ranks, covering_patches_give_the_fine_solution_of_closed_problems);
  tcase_add_test(ranks, flow_through_agrees_with_an_independent_implementation);
  tcase_add_loop_test(ranks, closed_problems_have_the_solution_of_mean_zero, 0, N_CLOSED);
  tcase_add_loop_test(tests, linear_solutions_are_exact, 0, N_LINEAR);
  tcase_add_test(tests, smooth_solutions_converge_with_second_order);
  tcase_add_test(tests, inflow_balances_the_sources);
  tcase_add_test(tests, units_do_not_matter);
  tcase_add_test(tests, digits_are_checked_with_boundary_values);
  tcase_add_test(tests, bounds_are_those_of_the_maximum_principle);
  suite_add_tcase(suite, ranks);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
