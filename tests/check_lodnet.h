/* What every Check program here shares: one main, PETSc started before the suite, and an assertion
   that a call of the library succeeds or fails as it should. */
#ifndef LODNET_TESTS_CHECK_LODNET_H
#define LODNET_TESTS_CHECK_LODNET_H

#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "base/error.h"
#include "base/start.h"
#include "common/terminal.h"

/* Asserts that a call of the library returns 0, showing the library's message if not. */
#define assert_ok(call)                                                                            \
  do {                                                                                             \
    PetscErrorCode assert_ok_error = (call);                                                       \
    ck_assert_msg(assert_ok_error == 0, "%s: %s", #call, LodErrorMessage());                       \
  } while (0)

/* Asserts that a call refuses its input (LOD_ERR_INPUT) with a message that contains `text`. */
#define assert_refuses(call, text)                                                                 \
  do {                                                                                             \
    PetscErrorCode assert_refuses_error = (call);                                                  \
    ck_assert_int_eq(assert_refuses_error, LOD_ERR_INPUT);                                         \
    ck_assert_msg(strstr(LodErrorMessage(), (text)) != NULL, "message \"%s\" lacks \"%s\"",        \
                  LodErrorMessage(), (text));                                                      \
  } while (0)

/* The seed of a property test: LODNET_TEST_SEED if set (to repeat a failure), else the clock. It is
   printed, so that a failing run can be repeated. */
static inline unsigned long long test_seed(void) {
  const char        *text = getenv("LODNET_TEST_SEED");
  unsigned long long seed = text ? strtoull(text, NULL, 10) : (unsigned long long)time(NULL);
  printf("seed: LODNET_TEST_SEED=%llu\n", seed);
  fflush(stdout);
  return seed;
}

/* Runs one suite in this process (MPI does not survive a fork) and returns main's exit status. */
static inline int test_run(Suite *suite, int argc, char **argv) {
  if (LodInitialize(&argc, &argv)) return 1;
  LodReportTo(&lod_terminal_reporter);
  signal(SIGXFSZ, SIG_IGN); /* as in programs: a file that grows too large is an error */
  SRunner *runner = srunner_create(suite);
  srunner_set_fork_status(runner, CK_NOFORK);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner), run = srunner_ntests_run(runner);
  srunner_free(runner);
  if (LodFinalize()) failed++;
  return failed > 0 || run == 0;
}

#endif
