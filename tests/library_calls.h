/* What the tests of the public library share: nothing but <lodnet.h> is included. */
#ifndef LODNET_TESTS_LIBRARY_CALLS_H
#define LODNET_TESTS_LIBRARY_CALLS_H

#include <check.h>
#include <lodnet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Asserts that a call succeeds. */
#define assert_done(call)                                                                          \
  do {                                                                                             \
    int assert_done_code = (call);                                                                 \
    ck_assert_msg(assert_done_code == 0, "%s: %d: %s", #call, assert_done_code, LodLastError());   \
  } while (0)

/* Asserts that a call refuses its input with a message that contains all of two texts. */
#define assert_refuses(call, function, quantity)                                                   \
  do {                                                                                             \
    int         assert_refuses_code = (call);                                                      \
    const char *assert_refuses_text = LodLastError();                                              \
    ck_assert_msg(assert_refuses_code == LODNET_INPUT, "%s: %d, \"%s\"", #call,                    \
                  assert_refuses_code, assert_refuses_text);                                       \
    ck_assert_msg(strstr(assert_refuses_text, function) && strstr(assert_refuses_text, quantity),  \
                  "%s: message \"%s\" lacks \"%s\" or \"%s\"", #call, assert_refuses_text,         \
                  function, quantity);                                                             \
    ck_assert_str_eq(LodLastError(), "");                                                          \
  } while (0)

static unsigned long long common_seed; /* of this run, printed */

/* Uniform in [1, 5], by a generator of the test's own. */
static inline double draw(unsigned long long *state) {
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return 1 + 4 * (double)(*state >> 33) / 2147483648.0;
}

/* A small mesh: 32 coefficient cells along each of `dim` axes, in three dimensions 8. */
static inline LodMesh small_mesh(int dim) {
  const int n = dim < 3 ? 32 : 8, cells[3] = {n, n, n};
  LodMesh   mesh;
  assert_done(LodMeshDefaults(dim, cells, NULL, &mesh));
  if (dim == 3)
    for (int axis = 0; axis < 3; axis++)
      mesh.coarse[axis] = 2;
  return mesh;
}

/* Coefficient cells of a mesh. */
static inline size_t count_cells(const LodMesh *mesh) {
  size_t count = 1;
  for (int axis = 0; axis < mesh->dim; axis++)
    count *= (size_t)mesh->coefficient[axis];
  return count;
}

/* Random values of A; the caller frees them. */
static inline double *draw_values(const LodMesh *mesh, unsigned long long seed) {
  const size_t count = count_cells(mesh);
  double      *values = malloc(count * sizeof *values);
  for (size_t i = 0; i < count; i++)
    values[i] = draw(&seed);
  return values;
}

/* A solver on a mesh. */
static inline LodSolver *create(const LodMesh *mesh, LodSolverMethod method,
                                const LodModel *model) {
  const LodSolverOptions options = {.method = method, .model = model};
  LodSolver             *solver = NULL;
  assert_done(LodSolverCreate(MPI_COMM_WORLD, mesh, &options, &solver));
  ck_assert_ptr_nonnull(solver);
  return solver;
}

/* Nodes of a solver. */
static inline size_t count_nodes(const LodSolver *solver) {
  size_t count = 0;
  assert_done(LodSolverNodes(solver, NULL, &count));
  return count;
}

/* Runs one test case in this process (MPI does not survive a fork), ends the library and returns
   main's exit status. */
static inline int run(TCase *tcase) {
  const char *text = getenv("LODNET_TEST_SEED");
  Suite      *suite = suite_create("library");
  common_seed = text ? strtoull(text, NULL, 10) : (unsigned long long)time(NULL);
  printf("seed: LODNET_TEST_SEED=%llu\n", common_seed);
  fflush(stdout);
  tcase_set_timeout(tcase, 100);
  suite_add_tcase(suite, tcase);
  SRunner *runner = srunner_create(suite);
  srunner_set_fork_status(runner, CK_NOFORK);
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner), n = srunner_ntests_run(runner);
  srunner_free(runner);
  return LodLibraryEnd() || failed || n == 0;
}

#endif
