/* The public library in several threads: two of them, each with a solver of its own, exact or with
   one model for both, find what one alone finds; messages belong to their thread. */
#include <pthread.h>

#include "library_calls.h"

#define ROUNDS 40

/* One thread's work: solves of two coefficients in turn. */
typedef struct {
  const LodMesh  *mesh;
  const LodModel *model;     /* NULL: exact */
  const double   *values[2]; /* two coefficients */
  const double   *expected[2];
  int             first;  /* the one it begins with */
  int             rounds; /* what it has to do */
  int             right;  /* and has done right */
} Work;

/* Solves for one coefficient into u. */
static int solve(LodSolver *solver, const double *values, double *u) {
  double load[25];
  return LodSolverSetCoefficient(solver, values) ||
         LodSolverLoadExpression(solver, "1 + x", load) || LodSolverSolve(solver, 1, load, u);
}

/* A thread. */
static void *run_work(void *argument) {
  Work                  *work = argument;
  const LodSolverOptions options = {.method = work->model ? LODNET_METHOD_DNN : LODNET_METHOD_LOD,
                                    .model = work->model};
  LodSolver             *solver = NULL;
  double                 u[25];
  if (LodSolverCreate(MPI_COMM_SELF, work->mesh, &options, &solver)) return NULL;
  for (int round = 0; round < work->rounds; round++) {
    const int which = (work->first + round) % 2;
    work->right +=
        !solve(solver, work->values[which], u) && !memcmp(u, work->expected[which], sizeof u);
  }
  LodSolverDestroy(&solver);
  return NULL;
}

/* Test _i: 0 exact, 1 one model for all. Bit for bit what one thread finds alone. */
START_TEST(threads_find_what_one_finds) {
  LodMesh   mesh = small_mesh(2);
  LodModel *model = NULL;
  double   *values[2], expected[2][25];
  pthread_t threads[2];
  Work      work[2];
  if (_i) assert_done(LodModelOpen(NULL, &model));
  LodSolver *alone = create(&mesh, _i ? LODNET_METHOD_DNN : LODNET_METHOD_LOD, model);
  for (int c = 0; c < 2; c++) {
    values[c] = draw_values(&mesh, common_seed + (unsigned long long)c);
    assert_done(solve(alone, values[c], expected[c]));
  }
  for (int t = 0; t < 2; t++) {
    work[t] =
        (Work){&mesh, model, {values[0], values[1]}, {expected[0], expected[1]}, t, ROUNDS / 2, 0};
    ck_assert_int_eq(pthread_create(&threads[t], NULL, run_work, &work[t]), 0);
  }
  for (int t = 0; t < 2; t++)
    pthread_join(threads[t], NULL);
  ck_assert_int_eq(work[0].right + work[1].right, ROUNDS);
  assert_done(LodSolverDestroy(&alone));
  assert_done(LodModelClose(&model));
  free(values[0]), free(values[1]);
}
END_TEST

/* A thread that fails, and reads its own message. */
static void *fail_alone(void *argument) {
  char *message = argument;
  LodModelOpen("/nowhere/of-the-thread.h5", &(LodModel *){NULL});
  (void)snprintf(message, 256, "%s", LodLastError());
  return NULL;
}

/* The message of a call is that of its own thread, and reading clears it. */
START_TEST(messages_belong_to_their_thread) {
  LodModel *model = NULL;
  char      message[256];
  pthread_t thread;
  ck_assert_int_eq(LodModelOpen("/nowhere/of-main.h5", &model), LODNET_INPUT);
  ck_assert_int_eq(pthread_create(&thread, NULL, fail_alone, message), 0);
  pthread_join(thread, NULL);
  ck_assert_ptr_nonnull(strstr(message, "of-the-thread"));
  ck_assert_ptr_nonnull(strstr(LodLastError(), "of-main"));
  ck_assert_str_eq(LodLastError(), "");
}
END_TEST

int main(void) {
  TCase *tcase = tcase_create("threads");
  tcase_add_test(tcase, messages_belong_to_their_thread);
  tcase_add_loop_test(tcase, threads_find_what_one_finds, 0, 2);
  return run(tcase);
}
