/* The public library: every wrong argument is refused with a message that names it, and what has
   failed leaves nothing behind. */
#include <malloc.h>
#include <math.h>
#include <sys/wait.h>
#include <unistd.h>

#include "library_calls.h"

/* A mesh with one thing wrong in it is refused by name. */
START_TEST(meshes_are_refused_by_name) {
  const LodMesh good = small_mesh(2);
  LodMesh       mesh = good;
  LodSolver    *solver = (LodSolver *)&mesh;
  assert_refuses(LodSolverCreate(MPI_COMM_SELF, NULL, NULL, &solver), "LodSolverCreate", "mesh");
  ck_assert_ptr_null(solver);
  assert_refuses(LodSolverCreate(MPI_COMM_NULL, &mesh, NULL, &solver), "LodSolverCreate", "comm");
  assert_refuses(LodSolverCreate(MPI_COMM_SELF, &mesh, NULL, NULL), "LodSolverCreate", "solver");
  mesh.dim = 4;
  assert_refuses(LodSolverCreate(MPI_COMM_SELF, &mesh, NULL, &solver), "LodSolverCreate", "dim");
  mesh = good, mesh.coarse[0] = mesh.coarse[1] = 5;
  assert_refuses(LodSolverCreate(MPI_COMM_SELF, &mesh, NULL, &solver), "LodSolverCreate", "coarse");
  mesh = good, mesh.fine[0] = mesh.fine[1] = 33;
  assert_refuses(LodSolverCreate(MPI_COMM_SELF, &mesh, NULL, &solver), "LodSolverCreate", "fine");
  mesh = good, mesh.coefficient[0] = mesh.coefficient[1] = -32;
  assert_refuses(LodSolverCreate(MPI_COMM_SELF, &mesh, NULL, &solver), "LodSolverCreate",
                 "coefficient");
  mesh = good, mesh.ell = 0;
  assert_refuses(LodSolverCreate(MPI_COMM_SELF, &mesh, NULL, &solver), "LodSolverCreate", "ell");
  mesh = good, mesh.extent[1] = 0;
  assert_refuses(LodSolverCreate(MPI_COMM_SELF, &mesh, NULL, &solver), "LodSolverCreate", "extent");
  mesh = good, mesh.extent[0] = NAN;
  assert_refuses(LodSolverCreate(MPI_COMM_SELF, &mesh, NULL, &solver), "LodSolverCreate", "extent");
  ck_assert_ptr_null(solver);
}
END_TEST

/* Options, models and default meshes. */
START_TEST(options_are_refused_by_name) {
  LodMesh          mesh = small_mesh(2);
  LodSolver       *solver = NULL;
  LodModel        *model = NULL;
  LodSolverOptions options = {.method = LODNET_METHOD_DNN};
  const int        cells[3] = {32, 32, 32}, none[3] = {32, 0, 32}, odd[3] = {31, 31, 31};
  assert_refuses(LodSolverCreate(MPI_COMM_SELF, &mesh, &options, &solver), "LodSolverCreate",
                 "model");
  options.method = (LodSolverMethod)7;
  assert_refuses(LodSolverCreate(MPI_COMM_SELF, &mesh, &options, &solver), "LodSolverCreate",
                 "method");
  assert_refuses(LodModelOpen("/nowhere/model.h5", &model), "/nowhere/model.h5", "No such file");
  assert_refuses(LodModelOpen(NULL, NULL), "LodModelOpen", "model");
  assert_done(LodModelOpen(NULL, &model));
  mesh.ell = 1;
  options = (LodSolverOptions){.method = LODNET_METHOD_DNN, .model = model};
  assert_refuses(LodSolverCreate(MPI_COMM_SELF, &mesh, &options, &solver), "model", "ell");
  assert_refuses(LodMeshDefaults(3, cells, model, &mesh), "LodMeshDefaults", "dim");
  assert_refuses(LodMeshDefaults(0, cells, NULL, &mesh), "LodMeshDefaults", "dim");
  assert_refuses(LodMeshDefaults(2, NULL, NULL, &mesh), "LodMeshDefaults", "cells");
  assert_refuses(LodMeshDefaults(2, none, NULL, &mesh), "LodMeshDefaults", "cells[1]");
  assert_refuses(LodMeshDefaults(2, odd, model, &mesh), "LodMeshDefaults", "31");
  assert_refuses(LodMeshDefaults(2, cells, NULL, NULL), "LodMeshDefaults", "mesh");
  const int box[2] = {60, 220}, prime[2] = {13, 11};
  assert_done(LodMeshDefaults(2, box, NULL, &mesh));
  ck_assert(mesh.coarse[0] == 15 && mesh.coarse[1] == 55 && mesh.fine[1] == 440);
  assert_done(LodMeshDefaults(2, prime, NULL, &mesh));
  assert_refuses(LodSolverCreate(MPI_COMM_SELF, &mesh, NULL, &solver), "coarse[0] is 0", "13x11");
  options = (LodSolverOptions){.method = LODNET_METHOD_FINE};
  assert_done(LodSolverCreate(MPI_COMM_SELF, &mesh, &options, &solver));
  assert_done(LodSolverDestroy(&solver));
  assert_done(LodModelClose(&model));
  assert_done(LodModelClose(&model));
  assert_done(LodModelClose(NULL));
}
END_TEST

/* What a solver is given. */
START_TEST(data_are_refused_by_name) {
  LodMesh       mesh = small_mesh(2);
  LodSolver    *solver = create(&mesh, LODNET_METHOD_LOD, NULL);
  double       *values = draw_values(&mesh, common_seed), load[25] = {0}, u[25];
  LodSparse     matrix;
  int64_t       first, last;
  const double *operators;
  assert_refuses(LodSolverSolve(solver, 1, load, u), "LodSolverSolve", "no coefficient");
  assert_refuses(LodSolverMatrix(solver, &matrix), "LodSolverMatrix", "no coefficient");
  assert_refuses(LodSolverLocalOperators(solver, &first, &last, &operators),
                 "LodSolverLocalOperators", "no coefficient");
  assert_refuses(LodSolverSetCoefficient(solver, NULL), "LodSolverSetCoefficient", "values");
  assert_refuses(LodSolverSetCoefficient(NULL, values), "LodSolverSetCoefficient", "solver");
  assert_done(LodSolverSetCoefficient(solver, values));
  values[33] = 0;
  assert_refuses(LodSolverSetCoefficient(solver, values), "LodSolverSetCoefficient", "[1][1]");
  assert_refuses(LodSolverSolve(solver, 1, load, u), "LodSolverSolve", "no coefficient");
  values[33] = INFINITY;
  assert_refuses(LodSolverSetCoefficient(solver, values), "LodSolverSetCoefficient", "[1][1]");
  values[33] = 1;
  assert_done(LodSolverSetCoefficient(solver, values));
  assert_refuses(LodSolverSolve(solver, 0, load, u), "LodSolverSolve", "n_rhs");
  assert_refuses(LodSolverSolve(solver, 1, NULL, u), "LodSolverSolve", "loads");
  assert_refuses(LodSolverSolve(solver, 1, load, NULL), "LodSolverSolve", "solutions");
  load[7] = NAN;
  assert_refuses(LodSolverSolve(solver, 1, load, u), "LodSolverSolve", "loads[7]");
  assert_refuses(LodSolverMatrix(solver, NULL), "LodSolverMatrix", "matrix");
  assert_refuses(LodSolverMass(NULL, &matrix), "LodSolverMass", "solver");
  assert_refuses(LodSolverNodes(NULL, NULL, NULL), "LodSolverNodes", "solver");
  assert_refuses(LodSolverLocalOperators(solver, NULL, &last, &operators),
                 "LodSolverLocalOperators", "first");
  assert_done(LodSolverDestroy(&solver));
  assert_done(LodSolverDestroy(&solver));
  assert_done(LodSolverDestroy(NULL));
  solver = create(&mesh, LODNET_METHOD_COARSE, NULL);
  assert_done(LodSolverSetCoefficient(solver, values));
  assert_refuses(LodSolverLocalOperators(solver, &first, &last, &operators),
                 "LodSolverLocalOperators", "coarse");
  assert_done(LodSolverDestroy(&solver));
  free(values);
}
END_TEST

/* Loads. */
START_TEST(loads_are_refused_by_name) {
  LodMesh    mesh = small_mesh(1);
  LodSolver *solver = create(&mesh, LODNET_METHOD_COARSE, NULL);
  double     load[5], fine[65] = {0}, cells[32] = {0};
  assert_refuses(LodSolverLoadExpression(solver, NULL, load), "LodSolverLoadExpression",
                 "expression");
  assert_refuses(LodSolverLoadExpression(solver, "1 + y", load), "LodSolverLoadExpression", "y");
  assert_refuses(LodSolverLoadExpression(solver, "log(x - 2)", load), "LodSolverLoadExpression",
                 "point");
  assert_refuses(LodSolverLoadExpression(solver, "1", NULL), "LodSolverLoadExpression", "load");
  assert_refuses(LodSolverLoadFunction(solver, NULL, NULL, 0, load), "LodSolverLoadFunction",
                 "function");
  fine[3] = INFINITY;
  assert_refuses(LodSolverLoadNodes(solver, fine, load), "LodSolverLoadNodes", "fine_values[3]");
  cells[31] = NAN;
  assert_refuses(LodSolverLoadCells(solver, cells, load), "LodSolverLoadCells", "cell_values[31]");
  assert_refuses(LodSolverLoadCells(solver, NULL, load), "LodSolverLoadCells", "cell_values");
  assert_done(LodSolverDestroy(&solver));
}
END_TEST

/* Samplers and files. */
START_TEST(samplers_and_files_are_refused_by_name) {
  LodSampler sampler;
  const int  cells[3] = {8, 8, 8};
  double     values[64] = {0}, *read = NULL;
  int        dim, found[3];
  assert_refuses(LodSamplerDefaults("fractal", &sampler), "LodSamplerDefaults", "fractal");
  assert_refuses(LodSamplerDefaults(NULL, &sampler), "LodSamplerDefaults", "family");
  assert_refuses(LodSamplerDefaults("iid", NULL), "LodSamplerDefaults", "sampler");
  assert_done(LodSamplerDefaults("iid", &sampler));
  assert_refuses(LodSamplerDraw(&sampler, 2, cells, 1, -1, values), "sample -1", "number");
  assert_refuses(LodSamplerDraw(&sampler, 2, cells, 1, 0, NULL), "LodSamplerDraw", "values");
  assert_refuses(LodSamplerDraw(&sampler, 2, NULL, 1, 0, values), "LodSamplerDraw", "cells");
  sampler.scale = 3;
  assert_refuses(LodSamplerDraw(&sampler, 2, cells, 1, 0, values), "scale", "3");
  assert_done(LodSamplerDefaults("channels", &sampler));
  sampler.channels = 2147483647;
  assert_refuses(LodSamplerDraw(&sampler, 2, cells, 1, 0, values), "channels", "2147483647");
  assert_done(LodSamplerDefaults("iid", &sampler));
  sampler.alpha = -1;
  assert_refuses(LodSamplerDraw(&sampler, 2, cells, 1, 0, values), "alpha", "-1");
  sampler.family = NULL;
  assert_refuses(LodSamplerDraw(&sampler, 2, cells, 1, 0, values), "LodSamplerDraw", "family");
  assert_refuses(LodCoefficientFileRead("/nowhere/a.h5", NULL, &dim, found, &read), "/nowhere/a.h5",
                 "No such file");
  assert_refuses(LodCoefficientFileRead(NULL, NULL, &dim, found, &read), "LodCoefficientFileRead",
                 "path");
  ck_assert_ptr_null(read);
  assert_refuses(LodCoefficientFileWrite("/tmp/never.h5", 2, cells, values),
                 "LodCoefficientFileWrite", "[0][0]");
  assert_refuses(LodCoefficientFileWrite(NULL, 2, cells, values), "LodCoefficientFileWrite",
                 "path");
}
END_TEST

/* A child of a fork has neither MPI nor threads: it is refused, it does not wait. */
START_TEST(children_of_forks_are_refused) {
  LodMesh     mesh = small_mesh(2);
  int         status = 0;
  const pid_t child = fork();
  ck_assert_int_ge(child, 0);
  if (child == 0) {
    LodSolver *solver = NULL;
    const int  code = LodSolverCreate(MPI_COMM_SELF, &mesh, NULL, &solver);
    _exit(code == LODNET_FAILED && !solver && strstr(LodLastError(), "forked") ? 0 : 1);
  }
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert_int_eq(status, 0);
  LodSolver *solver = create(&mesh, LODNET_METHOD_COARSE, NULL);
  assert_done(LodSolverDestroy(&solver));
}
END_TEST

/* Counts warnings of long cells. */
static void count_long(void *context, const char *label, int64_t done, int64_t total) {
  (void)done;
  if (total == 0 && strstr(label, "longest side")) ++*(int *)context;
}

/* Coarse cells so long that lod is worse than coarse are told of, others not. */
START_TEST(long_cells_are_warned_of) {
  LodMesh mesh = small_mesh(2);
  int     count = 0;
  LodSetReport(count_long, &count);
  mesh.extent[0] = 8;
  LodSolver *solver = create(&mesh, LODNET_METHOD_LOD, NULL);
  assert_done(LodSolverDestroy(&solver));
  ck_assert_int_eq(count, 0);
  mesh.extent[0] = 40;
  solver = create(&mesh, LODNET_METHOD_LOD, NULL);
  assert_done(LodSolverDestroy(&solver));
  ck_assert_int_eq(count, 1);
  LodSetReport(NULL, NULL);
}
END_TEST

/* One round of everything that can fail. */
static void fail_once(const LodMesh *good, double *values) {
  LodMesh    bad = *good;
  LodSolver *solver = NULL;
  LodModel  *model = NULL;
  double     load[25];
  bad.coarse[0] = bad.coarse[1] = 3;
  ck_assert_int_eq(LodSolverCreate(MPI_COMM_SELF, &bad, NULL, &solver), LODNET_INPUT);
  ck_assert_int_eq(LodModelOpen("/nowhere/model.h5", &model), LODNET_INPUT);
  solver = create(good, LODNET_METHOD_LOD, NULL);
  values[0] = NAN;
  ck_assert_int_eq(LodSolverSetCoefficient(solver, values), LODNET_INPUT);
  values[0] = 1;
  assert_done(LodSolverSetCoefficient(solver, values));
  ck_assert_int_eq(LodSolverLoadExpression(solver, "1/(x - x)", load), LODNET_INPUT);
  ck_assert_int_eq(LodSolverLoadExpression(solver, "1 +", load), LODNET_INPUT);
  assert_done(LodSolverDestroy(&solver));
}

/* Rounds of failures take no memory. */
START_TEST(failures_leave_nothing) {
  LodMesh mesh = small_mesh(2);
  double *values = draw_values(&mesh, common_seed);
  for (int i = 0; i < 5; i++)
    fail_once(&mesh, values);
  const size_t before = mallinfo2().uordblks;
  for (int i = 0; i < 10; i++)
    fail_once(&mesh, values);
  const size_t after = mallinfo2().uordblks;
  ck_assert_msg(after <= before, "%zu bytes more after ten rounds", after - before);
  free(values);
}
END_TEST

int main(int argc, char **argv) {
  /* Without malloc's caches, whose content counts as used. */
  if (argc > 0 && !getenv("GLIBC_TUNABLES")) {
    setenv("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0", 1);
    execv("/proc/self/exe", argv);
  }
  TCase *tcase = tcase_create("arguments");
  tcase_add_test(tcase, meshes_are_refused_by_name);
  tcase_add_test(tcase, options_are_refused_by_name);
  tcase_add_test(tcase, data_are_refused_by_name);
  tcase_add_test(tcase, loads_are_refused_by_name);
  tcase_add_test(tcase, samplers_and_files_are_refused_by_name);
  tcase_add_test(tcase, children_of_forks_are_refused);
  tcase_add_test(tcase, long_cells_are_warned_of);
  tcase_add_test(tcase, failures_leave_nothing);
  return run(tcase);
}
