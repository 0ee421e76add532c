/* Local operators and solutions against an independent implementation (tests/data). */
#include <math.h>
#include <string.h>

#include "check_lodnet.h"
#include "fem/load.h"
#include "fem/nodal.h"
#include "io/coefficient_file.h"
#include "lod/exact.h"
#include "system/coarse_system.h"

/* One oracle file in memory. */
typedef struct {
  LodGrid        grid;
  LodCoefficient coefficient;
  double        *operators, *solution_one, *solution_x;
} Oracle;

/* Reads a whole dataset of `count` numbers. */
static double *read_array(LodHdf5 *file, const char *name, PetscInt count) {
  double *values = malloc((size_t)count * sizeof(double));
  assert_ok(LodHdf5ReadArray(file, name, H5T_NATIVE_DOUBLE, values));
  return values;
}

static Oracle read_oracle(const char *path) {
  Oracle     oracle = {0};
  LodGrid   *grid = &oracle.grid;
  LodHdf5    file;
  PetscInt64 dim, coarse, ratio, ell;
  int        natural[2 * LOD_MAX_DIM];
  assert_ok(LodHdf5Open(path, &file));
  assert_ok(LodHdf5ReadInt(&file, "/", "dim", &dim));
  assert_ok(LodHdf5ReadInt(&file, "/", "coarse", &coarse));
  assert_ok(LodHdf5ReadInt(&file, "/", "ratio", &ratio));
  assert_ok(LodHdf5ReadInt(&file, "/", "ell", &ell));
  *grid = (LodGrid){LOD_UNIT_CUBE((PetscInt)dim, (PetscInt)coarse, (PetscInt)(coarse * ratio),
                                  (PetscInt)(coarse * ratio)),
                    .ell = (PetscInt)ell};
  hid_t attribute = H5Aopen(file.id, "neumann_faces", H5P_DEFAULT);
  ck_assert_int_ge(H5Aread(attribute, H5T_NATIVE_INT, natural), 0);
  H5Aclose(attribute);
  for (PetscInt i = 0; i < 2 * grid->dim; i++)
    grid->natural[i / 2][i % 2] = natural[i] != 0;
  oracle.operators =
      read_array(&file, "local_operators", LodGridCells(grid) * LodGridOperatorSize(grid));
  oracle.solution_one = read_array(&file, "solution_f_one", LodNodeCount(grid->dim, grid->coarse));
  oracle.solution_x = read_array(&file, "solution_f_x1", LodNodeCount(grid->dim, grid->coarse));
  assert_ok(LodHdf5Close(&file));
  assert_ok(LodCoefficientRead(path, NULL, &oracle.coefficient));
  return oracle;
}

static void free_oracle(Oracle *oracle) {
  assert_ok(LodCoefficientDestroy(&oracle->coefficient));
  free(oracle->operators);
  free(oracle->solution_one);
  free(oracle->solution_x);
}

/* Largest difference over largest entry. */
static double relative_difference(PetscInt count, const double *a, const double *b) {
  double difference = 0, largest = 0;
  for (PetscInt i = 0; i < count; i++) {
    difference = fmax(difference, fabs(a[i] - b[i]));
    largest = fmax(largest, fabs(b[i]));
  }
  return difference / largest;
}

/* Solves S u = M f and compares. */
static void check_solution(LodCoarseSystem *system, const LodGrid *grid, const char *rhs,
                           const double *expected) {
  LodExpression *expression;
  PetscInt       n_nodes = LodNodeCount(grid->dim, grid->coarse);
  double        *values = malloc((size_t)LodNodeCount(grid->dim, grid->fine) * sizeof(double));
  double        *solution = malloc((size_t)n_nodes * sizeof(double));
  assert_ok(LodExpressionCreate(rhs, grid->dim, "rhs", &expression));
  assert_ok(LodNodesEvaluate(expression, grid, grid->fine, values));
  assert_ok(LodLoadFromNodes(grid, grid->fine, values, values));
  assert_ok(LodCoarseSystemSolve(system, values, solution));
  double difference = relative_difference(n_nodes, solution, expected);
  printf("  f = %s: solution differs by %.1e\n", rhs, difference);
  ck_assert_double_le(difference, 1e-9);
  assert_ok(LodExpressionDestroy(&expression));
  free(values);
  free(solution);
}

/* Operators to 1e-10 of the largest entry, solutions to 1e-9, by one of the exact paths. */
static void check_path(const char *path, const char *name,
                       PetscErrorCode (*create)(const LodGrid *, LodLocalOperators **)) {
  Oracle             oracle = read_oracle(path);
  LodGrid           *grid = &oracle.grid;
  LodLocalOperators *exact;
  LodCoarseSystem   *system;
  const double      *operators;
  PetscInt           first, last;
  assert_ok(create(grid, &exact));
  assert_ok(LodLocalOperatorsSetCoefficient(exact, &oracle.coefficient));
  assert_ok(LodCoarseSystemCreate(PETSC_COMM_SELF, grid, &system));
  assert_ok(LodCoarseSystemAssemble(system, exact, NULL, PETSC_TRUE));
  assert_ok(LodCoarseSystemOperators(system, &first, &last, &operators));
  double difference = relative_difference(LodGridCells(grid) * LodGridOperatorSize(grid), operators,
                                          oracle.operators);
  printf("%s, %s: operators differ by %.1e\n", path, name, difference);
  ck_assert_double_le(difference, 1e-10);
  check_solution(system, grid, "1", oracle.solution_one);
  check_solution(system, grid, "x", oracle.solution_x);
  assert_ok(LodCoarseSystemDestroy(&system));
  assert_ok(LodLocalOperatorsDestroy(&exact));
  free_oracle(&oracle);
}

/* Both paths. */
static void check_oracle(const char *path) {
  check_path(path, "patch by patch", LodExactPatchCreate);
  check_path(path, "shared", LodExactSharedCreate);
}

START_TEST(matches_oracle_d1_uniform) {
  check_oracle("data/d1_uniform.h5");
}
END_TEST
START_TEST(matches_oracle_d2_uniform) {
  check_oracle("data/d2_uniform.h5");
}
END_TEST
START_TEST(matches_oracle_d2_contrast1000) {
  check_oracle("data/d2_contrast1000.h5");
}
END_TEST
START_TEST(matches_oracle_d2_neumann_right) {
  check_oracle("data/d2_neumann_right.h5");
}
END_TEST
START_TEST(matches_oracle_d2_sine_paper) {
  check_oracle("data/d2_sine_paper.h5");
}
END_TEST
START_TEST(matches_oracle_d3_uniform) {
  check_oracle("data/d3_uniform.h5");
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("oracle");
  TCase *tests = tcase_create("oracle");
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, matches_oracle_d1_uniform);
  tcase_add_test(tests, matches_oracle_d2_uniform);
  tcase_add_test(tests, matches_oracle_d2_contrast1000);
  tcase_add_test(tests, matches_oracle_d2_neumann_right);
  tcase_add_test(tests, matches_oracle_d3_uniform);
  tcase_add_test(tests, matches_oracle_d2_sine_paper);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
