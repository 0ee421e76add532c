/* The public library: results. */
#include <math.h>
#include <unistd.h>

#include "library_calls.h"

/* max |u - v| / max |v|. */
static double distance(size_t count, const double *u, const double *v) {
  double difference = 0, largest = 0;
  for (size_t i = 0; i < count; i++) {
    difference = fmax(difference, fabs(u[i] - v[i]));
    largest = fmax(largest, fabs(v[i]));
  }
  return difference / largest;
}

/* For A = 1 and f = 1 in one dimension plain Q1 is x(1 - x)/2 at all nodes. */
START_TEST(one_dimension_is_exact_at_the_nodes) {
  LodMesh    mesh = small_mesh(1);
  LodSolver *solver = create(&mesh, _i ? LODNET_METHOD_FINE : LODNET_METHOD_COARSE, NULL);
  const int  n = _i ? 64 : 4;
  double     values[32], load[65], u[65];
  for (int i = 0; i < 32; i++)
    values[i] = 1;
  ck_assert_uint_eq(count_nodes(solver), (size_t)n + 1);
  assert_done(LodSolverSetCoefficient(solver, values));
  assert_done(LodSolverLoadExpression(solver, "1", load));
  assert_done(LodSolverSolve(solver, 1, load, u));
  for (int i = 0; i <= n; i++)
    ck_assert_double_eq_tol(u[i], (double)i / n * (1 - (double)i / n) / 2, 1e-11);
  assert_done(LodSolverDestroy(&solver));
  ck_assert_ptr_null(solver);
}
END_TEST

/* lod is near fine, at the nodes that they share. */
START_TEST(methods_agree) {
  LodMesh    mesh = small_mesh(_i);
  double    *values = draw_values(&mesh, common_seed);
  LodSolver *lod = create(&mesh, LODNET_METHOD_LOD, NULL);
  LodSolver *fine = create(&mesh, LODNET_METHOD_FINE, NULL);
  int        coarse_nodes[3], fine_nodes[3];
  double *load = malloc(count_nodes(lod) * sizeof *load), *u = malloc(count_nodes(lod) * sizeof *u);
  double *fine_load = malloc(count_nodes(fine) * sizeof *load);
  double *v = malloc(count_nodes(fine) * sizeof *v), difference = 0, largest = 0;
  assert_done(LodSolverNodes(lod, coarse_nodes, NULL));
  assert_done(LodSolverNodes(fine, fine_nodes, NULL));
  assert_done(LodSolverSetCoefficient(lod, values));
  assert_done(LodSolverSetCoefficient(fine, values));
  assert_done(LodSolverLoadExpression(lod, "1 + x", load));
  assert_done(LodSolverLoadExpression(fine, "1 + x", fine_load));
  assert_done(LodSolverSolve(lod, 1, load, u));
  assert_done(LodSolverSolve(fine, 1, fine_load, v));
  const int ratio = (fine_nodes[0] - 1) / (coarse_nodes[0] - 1);
  for (int i = 0; i < coarse_nodes[0] * coarse_nodes[1] * coarse_nodes[2]; i++) {
    const int x = i % coarse_nodes[0], y = i / coarse_nodes[0] % coarse_nodes[1];
    const int z = i / coarse_nodes[0] / coarse_nodes[1];
    const int place = (z * ratio * fine_nodes[1] + y * ratio) * fine_nodes[0] + x * ratio;
    difference = fmax(difference, fabs(u[i] - v[place]));
    largest = fmax(largest, fabs(v[place]));
  }
  ck_assert_double_gt(largest, 0);
  ck_assert_msg(difference < 0.2 * largest, "d = %d: %g of %g", _i, difference, largest);
  assert_done(LodSolverDestroy(&lod));
  assert_done(LodSolverDestroy(&fine));
  free(values), free(load), free(u), free(fine_load), free(v);
}
END_TEST

/* 1 + 2x, which every way of giving a load integrates exactly but LodSolverLoadCells. */
static double linear(void *context, const double point[3]) {
  return *(const double *)context + 2 * point[0];
}

/* What is not a number at one place. */
static double spoilt(void *context, const double point[3]) {
  (void)context;
  return point[0] > 0.5 ? NAN : 1;
}

/* The four ways to a load agree, on both meshes. */
START_TEST(loads_agree) {
  LodMesh      mesh = small_mesh(2);
  LodSolver   *solver = create(&mesh, _i ? LODNET_METHOD_FINE : LODNET_METHOD_COARSE, NULL);
  const size_t n = count_nodes(solver), n_fine = 65 * 65;
  double      *expected = malloc(n * sizeof(double)), *load = malloc(n * sizeof(double)), one = 1;
  double      *nodal = malloc(n_fine * sizeof(double)), *cells = malloc(32 * 32 * sizeof(double));
  double       whole = 0;
  for (size_t i = 0; i < n_fine; i++)
    nodal[i] = 1 + 2 * (double)(i % 65) / 64;
  for (size_t i = 0; i < 32 * 32; i++)
    cells[i] = 1 + 2 * ((double)(i % 32) + 0.5) / 32;
  assert_done(LodSolverLoadExpression(solver, "1 + 2*x", expected));
  for (int serial = 0; serial < 2; serial++) {
    assert_done(LodSolverLoadFunction(solver, linear, &one, serial, load));
    ck_assert_double_lt(distance(n, load, expected), 1e-13);
  }
  assert_done(LodSolverLoadNodes(solver, nodal, load));
  ck_assert_double_lt(distance(n, load, expected), 1e-13);
  assert_done(LodSolverLoadCells(solver, cells, load));
  for (size_t i = 0; i < n; i++)
    whole += load[i];
  ck_assert_double_eq_tol(whole, 2, 1e-13); /* the integral of f */
  ck_assert_double_lt(distance(n, load, expected), 0.05);
  assert_refuses(LodSolverLoadFunction(solver, spoilt, NULL, 0, load), "LodSolverLoadFunction",
                 "point");
  assert_done(LodSolverDestroy(&solver));
  free(expected), free(load), free(nodal), free(cells);
}
END_TEST

/* y = matrix x at the nodes of this rank's rows; what belongs to nodes that are not free is 0. */
static void multiply(const LodSparse *matrix, const double *x, double *y) {
  int64_t *node = calloc((size_t)matrix->n, sizeof *node); /* of every column, of all ranks */
  memcpy(node + matrix->first_row, matrix->nodes, (size_t)matrix->n_rows * sizeof *node);
  MPI_Allreduce(MPI_IN_PLACE, node, (int)matrix->n, MPI_INT64_T, MPI_MAX, MPI_COMM_WORLD);
  for (int64_t r = 0; r < matrix->n_rows; r++) {
    double sum = 0;
    for (int64_t e = matrix->offsets[r]; e < matrix->offsets[r + 1]; e++)
      sum += matrix->values[e] * x[node[matrix->columns[e]]];
    y[matrix->nodes[r]] = sum;
  }
  free(node);
}

/* The sum over all ranks. */
static double sum_of_ranks(double value) {
  MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  return value;
}

/* The matrix times the solution is the load; columns ascend; every method. */
START_TEST(matrix_times_solution_is_load) {
  LodMesh mesh = small_mesh(2);
  mesh.natural[0][1] = 1;
  double    *values = draw_values(&mesh, common_seed + 1);
  LodModel  *model = NULL;
  LodSolver *solver;
  if (_i == LODNET_METHOD_DNN) {
    mesh.natural[0][1] = 0;
    assert_done(LodModelOpen(NULL, &model));
  }
  solver = create(&mesh, (LodSolverMethod)_i, model);
  const size_t n = count_nodes(solver);
  double      *work = calloc(6 * n, sizeof *work), *loads = work, *solutions = work + 2 * n;
  double      *product = work + 4 * n;
  LodSparse    matrix, again;
  assert_done(LodSolverSetCoefficient(solver, values));
  assert_done(LodSolverLoadExpression(solver, "1", loads));
  assert_done(LodSolverLoadExpression(solver, "sin(7*x) + y", loads + n));
  assert_done(LodSolverSolve(solver, 2, loads, solutions));
  assert_done(LodSolverMatrix(solver, &matrix));
  ck_assert_double_eq(sum_of_ranks((double)matrix.n_rows), (double)matrix.n);
  for (int64_t r = 0; r < matrix.n_rows; r++)
    for (int64_t e = matrix.offsets[r] + 1; e < matrix.offsets[r + 1]; e++)
      ck_assert_int_lt(matrix.columns[e - 1], matrix.columns[e]);
  for (int f = 0; f < 2; f++) {
    const double *load = loads + (size_t)f * n;
    multiply(&matrix, solutions + (size_t)f * n, product);
    for (int64_t r = 0; r < matrix.n_rows; r++)
      ck_assert_double_eq_tol(product[matrix.nodes[r]], load[matrix.nodes[r]],
                              1e-8 * fabs(load[n / 2]));
  }
  assert_done(LodSolverMatrix(solver, &again));
  ck_assert_ptr_eq(matrix.values, again.values);
  assert_done(LodSolverDestroy(&solver));
  assert_done(LodModelClose(&model));
  free(values), free(work);
}
END_TEST

/* The mass matrix times the nodal values of x(1-x) y(1-y), which vanish where u does, is near the
   load, and its entries have a known sum where all faces but one are natural. */
START_TEST(mass_integrates) {
  LodMesh mesh = small_mesh(_i);
  mesh.natural[0][1] = 1;
  for (int axis = 1; axis < _i; axis++)
    mesh.natural[axis][0] = mesh.natural[axis][1] = 1;
  LodSolver *solver = create(&mesh, LODNET_METHOD_COARSE, NULL);
  LodSparse  mass;
  double     sum = 0;
  int        nodes[3];
  assert_done(LodSolverNodes(solver, nodes, NULL));
  assert_done(LodSolverMass(solver, &mass));
  for (int64_t e = 0; e < mass.offsets[mass.n_rows]; e++)
    sum += mass.values[e];
  /* The integral of w^2, w the Q1 function that is 1 at all nodes but those of x = 0. */
  const double h = 1.0 / (nodes[0] - 1);
  ck_assert_double_eq_tol(sum_of_ranks(sum), 1 - 2 * h / 3, 1e-13);
  assert_done(LodSolverDestroy(&solver));
}
END_TEST

/* Rows and columns of every local operator sum to 0; the matrix of units 2^600 is that of 1,
 * scaled. */
START_TEST(local_operators_have_vanishing_sums) {
  LodMesh       mesh = small_mesh(2);
  LodSolver    *solver = create(&mesh, LODNET_METHOD_LOD, NULL);
  double       *values = draw_values(&mesh, common_seed + 2);
  const double *operators;
  int64_t       first, last;
  LodSparse     matrix;
  assert_done(LodSolverSetCoefficient(solver, values));
  assert_done(LodSolverLocalOperators(solver, &first, &last, &operators));
  ck_assert_double_eq(sum_of_ranks((double)(last - first)), 16);
  for (int64_t row = 0; row < (last - first) * 36; row++) {
    const double *o = operators + 4 * row;
    ck_assert_double_eq_tol(o[0] + o[1] + o[2] + o[3], 0, 1e-11);
  }
  assert_done(LodSolverMatrix(solver, &matrix));
  const double plain = matrix.values[0];
  for (size_t i = 0; i < count_cells(&mesh); i++)
    values[i] = ldexp(values[i], 600);
  assert_done(LodSolverSetCoefficient(solver, values));
  assert_done(LodSolverMatrix(solver, &matrix));
  ck_assert_double_eq_tol(ldexp(matrix.values[0], -600), plain, 1e-12 * fabs(plain));
  for (size_t i = 0; i < count_cells(&mesh); i++)
    values[i] = ldexp(values[i], 421); /* up to 5 * 2^1021: no entry of S is a number */
  ck_assert_int_eq(LodSolverSetCoefficient(solver, values), LODNET_FAILED);
  ck_assert_str_ne(LodLastError(), "");
  assert_done(LodSolverDestroy(&solver));
  free(values);
}
END_TEST

/* LodCompareMethods finds what two solvers find. */
START_TEST(comparison_is_that_of_two_solvers) {
  LodMesh               mesh = small_mesh(2);
  double               *values = draw_values(&mesh, common_seed + 3);
  double                load[25], u[25], u_hat[25], lod[25], dnn[25];
  LodModel             *model = NULL;
  LodReportOfComparison report;
  assert_done(LodModelOpen(NULL, &model));
  LodSolver *exact = create(&mesh, LODNET_METHOD_LOD, NULL);
  LodSolver *learned = create(&mesh, LODNET_METHOD_DNN, model);
  assert_done(LodSolverLoadExpression(exact, "1 + y", load));
  assert_done(LodSolverSetCoefficient(exact, values));
  assert_done(LodSolverSetCoefficient(learned, values));
  assert_done(LodSolverSolve(exact, 1, load, u));
  assert_done(LodSolverSolve(learned, 1, load, u_hat));
  assert_done(LodCompareMethods(&mesh, model, values, "1 + y", 0, &report, lod, dnn));
  ck_assert_double_lt(distance(25, lod, u), 1e-10);
  ck_assert_double_lt(distance(25, dnn, u_hat), 1e-10);
  ck_assert(report.dnn_lod > 0 && report.dnn_lod < 0.1);
  ck_assert(report.norm > 0 && report.norm_difference > 0 && report.lod_fine < 0.3);
  assert_done(LodSolverDestroy(&exact));
  assert_done(LodSolverDestroy(&learned));
  assert_done(LodModelClose(&model));
  ck_assert_ptr_null(model);
  free(values);
}
END_TEST

/* Draws are reproducible, in range, and survive a file. */
START_TEST(coefficients_are_drawn_written_and_read) {
  const int  cells[3] = {16, 16, 1};
  double     values[256], again[256], *read = NULL;
  int        dim = 0, found[3];
  char       path[] = "/tmp/test_library_XXXXXX"; /* every rank its own */
  LodSampler sampler;
  assert_done(LodSamplerDefaults("iid", &sampler));
  assert_done(LodSamplerDraw(&sampler, 2, cells, (int64_t)common_seed, 3, values));
  assert_done(LodSamplerDraw(&sampler, 2, cells, (int64_t)common_seed, 3, again));
  ck_assert_mem_eq(values, again, sizeof values);
  assert_done(LodSamplerDraw(&sampler, 2, cells, (int64_t)common_seed, 4, again));
  ck_assert_mem_ne(values, again, sizeof values);
  for (int i = 0; i < 256; i++)
    ck_assert(values[i] >= sampler.alpha && values[i] <= sampler.beta);
  assert_done(LodSamplerDefaults("expression", &sampler));
  sampler.expression = "1 + x";
  assert_done(LodSamplerDraw(&sampler, 2, cells, 1, 0, again));
  ck_assert_double_eq_tol(again[1], 1 + 1.5 / 16, 1e-14);
  const int file = mkstemp(path);
  ck_assert_int_ge(file, 0);
  close(file);
  assert_done(LodCoefficientFileWrite(path, 2, cells, values));
  assert_done(LodCoefficientFileRead(path, NULL, &dim, found, &read));
  ck_assert_int_eq(dim, 2);
  ck_assert_mem_eq(found, cells, sizeof found);
  ck_assert_mem_eq(read, values, sizeof values);
  LodFree(read);
  unlink(path);
}
END_TEST

int main(void) {
  TCase *tcase = tcase_create("results");
  tcase_add_loop_test(tcase, one_dimension_is_exact_at_the_nodes, 0, 2);
  tcase_add_loop_test(tcase, methods_agree, 1, 3);
  tcase_add_loop_test(tcase, loads_agree, 0, 2);
  tcase_add_loop_test(tcase, matrix_times_solution_is_load, 0, 4);
  tcase_add_loop_test(tcase, mass_integrates, 1, 4);
  tcase_add_test(tcase, local_operators_have_vanishing_sums);
  tcase_add_test(tcase, comparison_is_that_of_two_solvers);
  tcase_add_test(tcase, coefficients_are_drawn_written_and_read);
  return run(tcase);
}
