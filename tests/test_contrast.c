/* Solutions at high contrast are right to 1e-6 or refused. contrast.h5 has references in 256-bit
   arithmetic (tests/data/contrast.py). */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/random.h"
#include "check_lodnet.h"
#include "fem/nodal.h"
#include "io/coefficient_file.h"
#include "solver/solve.h"

/* One problem of the file. */
typedef struct {
  char           name[64];
  LodGrid        grid;
  LodCoefficient coefficient;
  double        *lod, *fine; /* references */
} Case;

static double *read_nodes(LodHdf5 *file, const char *group, const char *name, PetscInt cells,
                          PetscInt dim) {
  char    path[64];
  double *values = malloc((size_t)LodNodeCount(dim, LOD_CUBE(cells)) * sizeof *values);
  snprintf(path, sizeof path, "%s/%s", group, name);
  assert_ok(LodHdf5ReadArray(file, path, H5T_NATIVE_DOUBLE, values));
  return values;
}

/* Reads problem number `number`. */
static Case read_case(int number) {
  Case       found = {.lod = NULL};
  LodHdf5    file;
  PetscInt64 coarse, fine, ell;
  char       group[16], path[64], *name;
  int        rank;
  hsize_t    shape[8];
  snprintf(group, sizeof group, "%d", number);
  snprintf(path, sizeof path, "%s/coefficient", group);
  assert_ok(LodHdf5Open("data/contrast.h5", &file));
  assert_ok(LodHdf5ReadInt(&file, group, "coarse", &coarse));
  assert_ok(LodHdf5ReadInt(&file, group, "fine_cells", &fine));
  assert_ok(LodHdf5ReadInt(&file, group, "ell", &ell));
  assert_ok(LodHdf5ReadText(&file, group, "name", &name));
  snprintf(found.name, sizeof found.name, "%s", name);
  assert_ok(PetscFree(name));
  assert_ok(LodHdf5Shape(&file, path, &rank, shape));
  found.grid = (LodGrid){LOD_UNIT_CUBE(rank, (PetscInt)coarse, (PetscInt)shape[0], (PetscInt)fine),
                         .ell = (PetscInt)ell};
  assert_ok(LodHdf5Close(&file));
  assert_ok(LodCoefficientRead("data/contrast.h5", path, &found.coefficient));
  assert_ok(LodHdf5Open("data/contrast.h5", &file));
  found.lod = read_nodes(&file, group, "lod", found.grid.coarse[0], rank);
  found.fine = read_nodes(&file, group, "fine", found.grid.fine[0], rank);
  assert_ok(LodHdf5Close(&file));
  return found;
}

static void destroy_case(Case *found) {
  assert_ok(LodCoefficientDestroy(&found->coefficient));
  free(found->lod);
  free(found->fine);
}

/* The relative L2 error of a method, or -1 if it refuses. */
static double error_of(const Case *problem, LodMethod method) {
  const LodGrid        *grid = &problem->grid;
  const LodSolveOptions options = {.quiet = PETSC_TRUE};
  const double         *reference = method == LOD_METHOD_FINE ? problem->fine : problem->lod;
  double               *rhs = malloc((size_t)LodNodeCount(grid->dim, grid->fine) * sizeof *rhs);
  double                error = -1;
  LodSolveResult        result;
  assert_ok(LodLoadOfRhs(grid, "1", rhs));
  if (LodMethodSolve(PETSC_COMM_SELF, method, grid, &problem->coefficient, &(LodData){.load = rhs},
                     &options, &result))
    LodErrorClear();
  else
    assert_ok(LodNodesRelativeL2(grid->dim, result.cells, result.values, reference, &error));
  assert_ok(LodSolveResultDestroy(&result));
  free(rhs);
  return error;
}

/* The name of the PETSc option's value, and what is computed with it. */
static const struct {
  const char *path;
  LodMethod   method;
} ways[] = {{"shared", LOD_METHOD_LOD}, {"patch", LOD_METHOD_LOD}, {"shared", LOD_METHOD_FINE}};

START_TEST(solutions_are_right_to_six_digits_or_refused) {
  Case problem = read_case(_i);
  for (int w = 0; w < 3; w++) {
    assert_ok(PetscOptionsSetValue(NULL, "-lod_exact", ways[w].path));
    const double error = error_of(&problem, ways[w].method);
    printf("d = %d, %s, %s %s: %.1e\n", (int)problem.grid.dim, problem.name, ways[w].path,
           LodMethodName(ways[w].method), error);
    ck_assert_double_le(error, 1e-6);
    /* What is told apart must not be refused wholesale. */
    if (strstr(problem.name, "100000")) ck_assert_double_ge(error, 0);
    if (strstr(problem.name, "block") && w != 1) ck_assert_double_ge(error, 0);
  }
  assert_ok(PetscOptionsClearValue(NULL, "-lod_exact"));
  destroy_case(&problem);
}
END_TEST

/* In one dimension rounding grows with the cells too: contrasts that are harmless on small meshes.
   The references are sums: u' = (1 - x) / A with a natural face at x = 1. */
START_TEST(long_intervals_are_right_to_six_digits_or_refused) {
  static const double      contrasts[] = {1e2, 1e4, 9e5};
  const LodGrid            grid = {LOD_UNIT_CUBE(1, 64, 4096, 65536), .ell = 1,
                                   .natural = {{PETSC_FALSE, PETSC_TRUE}}};
  const double             h = 1. / 65536;
  const LodSolveOptions    options = {.quiet = PETSC_TRUE};
  const unsigned long long seed = test_seed();
  double                  *rhs = malloc(65537 * sizeof *rhs), *u = malloc(65537 * sizeof *u), error;
  LodCoefficient           coefficient;
  LodSolveResult           result;
  assert_ok(LodCoefficientCreate(1, LOD_CUBE(4096), &coefficient));
  for (unsigned long long i = 0; i < 4096; i++)
    coefficient.values[i] = LodRandomUniform(seed, 1, i) < 0.5 ? 1 : contrasts[_i];
  assert_ok(LodLoadOfRhs(&grid, "1", rhs));
  u[0] = 0;
  for (int i = 0; i < 65536; i++)
    u[i + 1] = u[i] + h * (1 - (i + 0.5) * h) / coefficient.values[i / 16];
  if (LodMethodSolve(PETSC_COMM_SELF, LOD_METHOD_FINE, &grid, &coefficient, &(LodData){.load = rhs},
                     &options, &result)) {
    LodErrorClear();
    ck_assert_double_gt(contrasts[_i], 1e2); /* not refused wholesale */
  } else {
    assert_ok(LodNodesRelativeL2(1, LOD_CUBE(65536), result.values, u, &error));
    ck_assert_double_le(error, 1e-6);
    assert_ok(LodSolveResultDestroy(&result));
  }
  assert_ok(LodCoefficientDestroy(&coefficient));
  free(rhs);
  free(u);
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("contrast");
  TCase *tests = tcase_create("contrast");
  tcase_set_timeout(tests, 60);
  tcase_add_loop_test(tests, solutions_are_right_to_six_digits_or_refused, 0, 48);
  tcase_add_loop_test(tests, long_intervals_are_right_to_six_digits_or_refused, 0, 3);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
