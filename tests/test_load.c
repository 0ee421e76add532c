/* Loads of right-hand sides given as text, against integrals in closed form. */
#include <math.h>
#include <omp.h>
#include <string.h>

#include "base/error.h"
#include "base/random.h"
#include "check_lodnet.h"
#include "fem/load.h"
#include "fem/nodal.h"
#include "fem/q1_system.h"

/* The mesh of F fine cells per axis; the others do not matter here. */
static LodGrid mesh(PetscInt dim, PetscInt fine) {
  return (LodGrid){LOD_UNIT_CUBE(dim, 2, 2, fine), .ell = 1};
}

/* The fine load of a text; the caller frees it. */
static double *fine_load(const LodGrid *grid, const char *text) {
  double *load = malloc((size_t)LodNodeCount(grid->dim, grid->fine) * sizeof(double));
  assert_ok(LodLoadFromText(grid, text, "f", load));
  return load;
}

/* The sum of a fine load: the integral of f. */
static double integral(PetscInt dim, PetscInt fine, const char *text) {
  const LodGrid grid = mesh(dim, fine);
  double       *load = fine_load(&grid, text), sum = 0;
  for (PetscInt node = 0; node < LodNodeCount(dim, LOD_CUBE(fine)); node++)
    sum += load[node];
  free(load);
  return sum;
}

/* The integral of x^n times the hat function of node `node` of a mesh of `cells` cells. */
static double power_load(PetscInt cells, PetscInt node, int n) {
  const double h = 1 / (double)cells, middle = (double)node * h;
  double       sum = 0;
  for (int side = -1; side <= 1; side += 2) {
    const double end = middle + side * h;
    if (end < -h / 2 || end > 1 + h / 2) continue;
    /* hat = |end - x| / h between the middle and the end */
    const double first = (pow(end, n + 1) - pow(middle, n + 1)) / (n + 1);
    const double second = (pow(end, n + 2) - pow(middle, n + 2)) / (n + 2);
    sum += fabs(end * first - second) / h;
  }
  return sum;
}

/* f = x^3 y^2 z, 1, and their coarse loads: products of integrals of one variable. */
START_TEST(polynomials_are_exact_on_all_meshes) {
  static const char *texts[] = {"x^3", "x^3*y^2", "x^3*y^2*z"};
  static const int   powers[] = {3, 2, 1};
  for (PetscInt dim = 1; dim <= 3; dim++)
    for (int constant = 0; constant < 2; constant++) {
      const LodGrid grid = mesh(dim, 12);
      double *fine = fine_load(&grid, constant ? "2 + 1" : texts[dim - 1]), load[13 * 13 * 13];
      for (PetscInt cells = 1; cells <= 12; cells += cells < 4 ? 1 : cells < 6 ? 2 : 6) {
        const LodBox nodes = LodBoxNodes(dim, LOD_CUBE(cells));
        assert_ok(LodLoadRestrict(&grid, fine, LOD_CUBE(cells), load));
        for (PetscInt i = 0; i < LodBoxCount(&nodes); i++) {
          PetscInt node[LOD_MAX_DIM];
          double   expected = constant ? 3 : 1;
          LodBoxIndex(&nodes, i, node);
          for (PetscInt axis = 0; axis < dim; axis++)
            expected *= power_load(cells, node[axis], constant ? 0 : powers[axis]);
          ck_assert_double_eq_tol(load[i], expected, 1e-14);
        }
      }
      free(fine);
    }
}
END_TEST

START_TEST(meshes_that_do_not_divide_are_refused) {
  const LodGrid grid = mesh(1, 4);
  double        fine[5] = {0}, load[5];
  for (PetscInt cells = -1; cells <= 0; cells++)
    ck_assert_int_eq(LodLoadRestrict(&grid, fine, LOD_CUBE(cells), load), PETSC_ERR_ARG_SIZ);
  ck_assert_int_eq(LodLoadRestrict(&grid, fine, LOD_CUBE(3), load), PETSC_ERR_ARG_SIZ);
  LodErrorClear();
}
END_TEST

/* f that no node of the mesh sees, or sees only. */
START_TEST(what_lies_between_nodes_is_integrated) {
  for (PetscInt dim = 1; dim <= 3; dim++) {
    const PetscInt fine = dim == 3 ? 8 : 32;
    ck_assert_double_eq_tol(integral(dim, fine, "sin(64*pi*x)^2"), 0.5, 1e-7);
    ck_assert_double_eq_tol(integral(dim, fine, "x > 0.3 && x < 0.34"), 0.04, 1e-6);
    ck_assert_double_eq_tol(integral(dim, fine, "abs(x - 0.5) < 0.02 ? 25 : 0"), 1, 1e-6);
    ck_assert_double_eq_tol(integral(dim, fine, "exp(-1e4*(x - 0.3)^2)"), sqrt(M_PI) / 100, 1e-8);
  }
  ck_assert_double_eq_tol(integral(2, 64, "x > 0.3 && x < 0.34 && y < 0.7"), 0.028, 1e-6);
  ck_assert_double_eq_tol(integral(2, 64, "(x - 0.5)^2 + (y - 0.5)^2 < 0.09"), 0.09 * M_PI, 1e-5);
  ck_assert_double_eq_tol(integral(2, 64, "x + y < 0.31"), 0.31 * 0.31 / 2, 1e-5);
  ck_assert_double_eq_tol(integral(3, 8, "(x - 0.5)^2 + (y - 0.5)^2 + (z - 0.5)^2 < 0.09"),
                          0.036 * M_PI, 1e-3);
}
END_TEST

/* An edge anywhere, also close to a node, in one dimension and along an axis of two. */
START_TEST(jumps_are_found_anywhere) {
  unsigned long long seed = test_seed();
  for (int i = 0; i < 8; i++) {
    const double place = LodRandomUniform(seed, 1, (uint64_t)i);
    char         text[64];
    (void)snprintf(text, sizeof text, "x < %.17g", place);
    ck_assert_double_eq_tol(integral(1, 24, text), place, 1e-7);
    (void)snprintf(text, sizeof text, "y < %.17g ? 1 : -1", place);
    ck_assert_double_eq_tol(integral(2, 24, text), 2 * place - 1, 2e-5);
  }
}
END_TEST

/* Infinite at a point of the boundary, but of finite integral; infinite at points inside. */
START_TEST(only_points_of_the_quadrature_must_be_finite) {
  const LodGrid grid = mesh(2, 6);
  double        load[49];
  ck_assert_double_eq_tol(integral(1, 16, "1/sqrt(x)"), 2, 1e-6);
  ck_assert_double_eq_tol(integral(2, 16, "1/sqrt(x)"), 2, 1e-5);
  assert_refuses(LodLoadFromText(&grid, "1/(x - x)", "f", load),
                 "f: expression '1/(x - x)': at the p");
  LodErrorClear();
  assert_refuses(LodLoadFromText(&grid, "1/0", "f", load), "not a finite number");
  LodErrorClear();
  assert_refuses(LodLoadFromText(&grid, "x < 0.6 ? x : sqrt(0.5 - x)", "f", load),
                 "at the point (0.6");
  LodErrorClear();
}
END_TEST

START_TEST(loads_scale_with_f) {
  const LodGrid grid = mesh(2, 8);
  for (int i = 0; i < 4; i++) {
    static const double scales[] = {1e-300, 1e-50, 1e50, 1e300};
    char                text[64];
    double             *one = fine_load(&grid, "x < 0.3 ? sin(20*y) : 0"), *scaled;
    (void)snprintf(text, sizeof text, "%g*(x < 0.3 ? sin(20*y) : 0)", scales[i]);
    scaled = fine_load(&grid, text);
    for (int node = 0; node < 81; node++)
      ck_assert_double_eq_tol(scaled[node] / scales[i], one[node], 1e-12);
    free(one);
    free(scaled);
  }
}
END_TEST

START_TEST(threads_do_not_change_the_bytes) {
  static const char *texts[] = {"1 + x*y", "sin(40*x*y)", "x^2 + y^2 < 0.5"};
  const LodGrid      grid = mesh(2, 64);
  const int          before = omp_get_max_threads();
  for (int i = 0; i < 3; i++) {
    double *load[2];
    for (int threads = 1; threads <= 2; threads++) {
      omp_set_num_threads(threads);
      load[threads - 1] = fine_load(&grid, texts[i]);
    }
    ck_assert_mem_eq(load[0], load[1], 65 * 65 * sizeof(double));
    free(load[0]);
    free(load[1]);
  }
  omp_set_num_threads(before);
}
END_TEST

/* -u'' = f in one dimension, u = 0 at the ends: Q1 is exact at the nodes, for any f and mesh. */
START_TEST(solutions_of_one_dimension_are_exact_at_nodes) {
  const LodGrid  grid = {LOD_UNIT_CUBE(1, 8, 32, 32), .ell = 2};
  LodCoefficient coefficient;
  double         u[33], v[9], *load;
  assert_ok(LodCoefficientCreate(1, LOD_CUBE(32), &coefficient));
  for (int i = 0; i < 32; i++)
    coefficient.values[i] = 1;
  for (int box = 0; box < 2; box++) {
    load = fine_load(&grid, box ? "x > 0.3 && x < 0.34" : "sin(64*pi*x)^2");
    assert_ok(LodQ1FineSolve(PETSC_COMM_SELF, &grid, &coefficient, load, u, NULL));
    assert_ok(LodQ1CoarseSolve(PETSC_COMM_SELF, &grid, &coefficient, load, v, NULL));
    for (int i = 0; i <= 32; i++) {
      const double x = i / 32., a = fmax(0, x - 0.3), b = fmax(0, x - 0.34);
      const double exact = box ? 0.5 * (x * (0.7 * 0.7 - 0.66 * 0.66) - a * a + b * b)
                               : x * (1 - x) / 4; /* whole periods in every cell */
      ck_assert_double_eq_tol(u[i], exact, 1e-8);
      if (i % 4 == 0) ck_assert_double_eq_tol(v[i / 4], u[i], 1e-8);
    }
    free(load);
  }
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("load");
  TCase *tests = tcase_create("load");
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, polynomials_are_exact_on_all_meshes);
  tcase_add_test(tests, meshes_that_do_not_divide_are_refused);
  tcase_add_test(tests, what_lies_between_nodes_is_integrated);
  tcase_add_test(tests, jumps_are_found_anywhere);
  tcase_add_test(tests, only_points_of_the_quadrature_must_be_finite);
  tcase_add_test(tests, loads_scale_with_f);
  tcase_add_test(tests, threads_do_not_change_the_bytes);
  tcase_add_test(tests, solutions_of_one_dimension_are_exact_at_nodes);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
