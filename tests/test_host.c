/* lodnet inside a process that is somebody else's: one that runs MPI and PETSc itself, has handlers
   and settings of its own, and threads. */
#include <cblas.h>
#include <fenv.h>
#include <hdf5.h>
#include <locale.h>
#include <malloc.h>
#include <omp.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/expression.h"
#include "base/report.h"
#include "base/session.h"
#include "base/start.h"
#include "check_lodnet.h"
#include "io/coefficient_file.h"
#include "lod/exact.h"
#include "nn/model.h"
#include "sample/sample.h"

/* What a process has that a guest must leave. */
typedef struct {
  struct sigaction signals[NSIG];
  H5E_auto2_t      print;
  void            *print_context;
  int              blas_threads, omp_threads, omp_levels, rounding, exceptions;
  char             locale[128];
} Process;

static Process process_now(void) {
  Process now;
  memset(&now, 0, sizeof now);
  for (int number = 1; number < NSIG; number++)
    (void)sigaction(number, NULL, &now.signals[number]);
  H5Eget_auto2(H5E_DEFAULT, &now.print, &now.print_context);
  now.blas_threads = openblas_get_num_threads();
  now.omp_threads = omp_get_max_threads();
  now.omp_levels = omp_get_max_active_levels();
  now.rounding = fegetround();
  now.exceptions = fegetexcept();
  (void)snprintf(now.locale, sizeof now.locale, "%s", setlocale(LC_ALL, NULL));
  return now;
}

static void assert_same_process(const Process *before) {
  const Process now = process_now();
  for (int number = 1; number < NSIG; number++)
    ck_assert_msg(before->signals[number].sa_handler == now.signals[number].sa_handler,
                  "the handler of signal %d has changed", number);
  ck_assert(before->print == now.print && before->print_context == now.print_context);
  ck_assert_int_eq(before->blas_threads, now.blas_threads);
  ck_assert_int_eq(before->omp_threads, now.omp_threads);
  ck_assert_int_eq(before->omp_levels, now.omp_levels);
  ck_assert_int_eq(before->rounding, now.rounding);
  ck_assert_int_eq(before->exceptions, now.exceptions);
  ck_assert_str_eq(before->locale, now.locale);
}

/* The host's handler of PETSc's errors. */
static int            errors_of_host;
static PetscErrorCode count_error(MPI_Comm comm, int line, const char *function, const char *file,
                                  PetscErrorCode code, PetscErrorType type, const char *message,
                                  void *context) {
  (void)comm, (void)line, (void)function, (void)file, (void)type, (void)message;
  ck_assert_ptr_eq(context, &errors_of_host);
  errors_of_host++;
  return code;
}

/* An error that the host raises; whether its own handler was called, once. */
static int host_hears_its_error(void) {
  const int before = errors_of_host;
  (void)PetscError(PETSC_COMM_SELF, __LINE__, __func__, __FILE__, PETSC_ERR_LIB,
                   PETSC_ERROR_INITIAL, "the host's own");
  return errors_of_host == before + 1;
}

/* A name in the folder of this run, which main makes. */
static char        folder[] = "/tmp/lodnet-host-XXXXXX";
static const char *scratch(const char *name) {
  static char path[64];
  (void)snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

/* Work of every kind that succeeds: a field through FFTW, files, operators, a model. */
static PetscErrorCode work(void) {
  char               path[LOD_PATH_MAX];
  const LodGrid      grid = {LOD_UNIT_CUBE(2, 4, 16, 32), .ell = 1};
  const PetscInt     cells = LodGridCells(&grid);
  LodSampleSettings  settings;
  LodCoefficient     coefficient;
  LodLocalOperators *operators;
  LodModel          *model;
  double            *values;
  PetscFunctionBeginUser;
  LodSampleDefaults(&settings);
  settings.family = LOD_FAMILY_LOGNORMAL;
  PetscCall(LodSampleDraw(&settings, 2, LOD_CUBE(16), 1, 0, &coefficient));
  PetscCall(LodCoefficientWrite(&coefficient, scratch("a.h5"), "test_host"));
  PetscCall(LodCoefficientDestroy(&coefficient));
  PetscCall(LodCoefficientRead(scratch("a.h5"), NULL, &coefficient));
  PetscCall(PetscMalloc1((size_t)cells * (size_t)LodGridOperatorSize(&grid), &values));
  PetscCall(LodExactCreate(&grid, &operators));
  PetscCall(LodLocalOperatorsSetCoefficient(operators, &coefficient));
  PetscCall(LodLocalOperatorsCompute(operators, 0, cells, NULL, values));
  PetscCall(LodLocalOperatorsDestroy(&operators));
  PetscCall(PetscFree(values));
  PetscCall(LodCoefficientDestroy(&coefficient));
  PetscCall(LodModelDefaultPath(path));
  PetscCall(LodModelRead(path, &model));
  PetscCall(LodModelDestroy(&model));
  PetscFunctionReturn(0);
}

/* A call of lodnet as its public functions make it. */
static int call(PetscErrorCode (*function)(void)) {
  PetscErrorCode error = LodSessionBegin();
  if (!error) error = function();
  return LodSessionEnd(error);
}

static PetscErrorCode read_absent(void) {
  LodCoefficient coefficient;
  return LodCoefficientRead(scratch("absent.h5"), NULL, &coefficient);
}
static PetscErrorCode read_as_model(void) {
  LodModel *model = NULL;
  return LodModelRead(scratch("a.h5"), &model);
}
static PetscErrorCode read_other_dataset(void) {
  LodCoefficient coefficient;
  return LodCoefficientRead(scratch("a.h5"), "other", &coefficient);
}
static PetscErrorCode write_nowhere(void) {
  LodCoefficient coefficient;
  PetscErrorCode error = LodCoefficientCreate(2, LOD_CUBE(4), &coefficient), freed;
  if (!error) error = LodCoefficientWrite(&coefficient, scratch("no/such/a.h5"), "test_host");
  freed = LodCoefficientDestroy(&coefficient);
  return error ? error : freed;
}
static PetscErrorCode parse_nonsense(void) {
  LodExpression *expression;
  return LodExpressionCreate("1 + * x", 2, "f", &expression);
}
static PetscErrorCode operators_without_coefficient(void) {
  const LodGrid      grid = {LOD_UNIT_CUBE(1, 4, 8, 16), .ell = 1};
  LodLocalOperators *operators = NULL;
  double             values[4 * 8];
  PetscErrorCode     error = LodExactCreate(&grid, &operators), freed;
  if (!error) error = LodLocalOperatorsCompute(operators, 0, 4, NULL, values);
  freed = LodLocalOperatorsDestroy(&operators);
  return error ? error : freed;
}
static PetscErrorCode operators_of_no_grid(void) {
  const LodGrid      grid = {LOD_UNIT_CUBE(2, 4, 6, 12), .ell = 1};
  LodLocalOperators *operators = NULL;
  return LodExactCreate(&grid, &operators);
}

/* Calls that fail, with the code and a part of the message. */
static const struct {
  PetscErrorCode (*function)(void);
  int         status;
  const char *message;
} failures[] = {
    {read_absent, 2, "absent.h5: No such file"},
    {read_as_model, 2, "a.h5"},
    {read_other_dataset, 2, "other"},
    {write_nowhere, 2, "no/such/a.h5"},
    {parse_nonsense, 2, "f: expression '1 + * x': at position"},
    {operators_without_coefficient, 1, "no coefficient is set"},
    {operators_of_no_grid, 2, "multiple"},
};
enum { FAILURES = sizeof failures / sizeof failures[0] };

START_TEST(calls_leave_the_process_as_it_was) {
  const Process before = process_now();
  ck_assert_int_ne(before.blas_threads, 1);
  ck_assert_ptr_nonnull(before.print);
  ck_assert_msg(call(work) == 0, "%s", LodErrorMessage());
  assert_same_process(&before);
  ck_assert(host_hears_its_error());
  for (int i = 0; i < FAILURES; i++) {
    ck_assert_int_eq(call(failures[i].function), failures[i].status);
    ck_assert_msg(strstr(LodErrorMessage(), failures[i].message) != NULL, "%s lacks %s",
                  LodErrorMessage(), failures[i].message);
    assert_same_process(&before);
  }
  ck_assert(host_hears_its_error());
}
END_TEST

START_TEST(errors_of_lodnet_do_not_reach_the_host) {
  const int before = errors_of_host;
  for (int i = 0; i < FAILURES; i++)
    ck_assert_int_ne(call(failures[i].function), 0);
  ck_assert_int_eq(errors_of_host, before);
}
END_TEST

START_TEST(a_message_is_read_once_and_forgotten_by_the_next_call) {
  ck_assert_int_eq(call(read_absent), 2);
  ck_assert_ptr_nonnull(strstr(LodErrorTake(), "absent.h5"));
  ck_assert_str_eq(LodErrorTake(), "");
  ck_assert_int_eq(call(read_absent), 2);
  ck_assert_int_eq(call(work), 0);
  ck_assert_str_eq(LodErrorMessage(), "");
}
END_TEST

START_TEST(sessions_may_be_nested) {
  const Process before = process_now();
  ck_assert_int_eq(LodSessionBegin(), 0);
  ck_assert(LodSessionIsInside());
  ck_assert_int_eq(call(parse_nonsense), 2);
  ck_assert(LodSessionIsInside());
  ck_assert_int_eq(openblas_get_num_threads(), 1);
  ck_assert_int_eq(LodSessionEnd(0), 0);
  ck_assert(!LodSessionIsInside());
  assert_same_process(&before);
}
END_TEST

/* Two threads that meet: one stays inside lodnet while the other looks. */
static pthread_barrier_t meeting;

static void *stay_inside(void *unused) {
  (void)LodSessionBegin();
  (void)pthread_barrier_wait(&meeting);
  (void)pthread_barrier_wait(&meeting);
  return LodSessionEnd(0) ? unused : NULL;
}

START_TEST(a_host_keeps_its_handler_while_another_thread_is_inside) {
  const Process before = process_now();
  pthread_t     other;
  ck_assert_int_eq(pthread_barrier_init(&meeting, NULL, 2), 0);
  ck_assert_int_eq(pthread_create(&other, NULL, stay_inside, NULL), 0);
  (void)pthread_barrier_wait(&meeting);
  ck_assert(!LodSessionIsInside());
  ck_assert(host_hears_its_error());
  ck_assert(host_hears_its_error()); /* and lodnet's is back */
  ck_assert_int_eq(call(read_absent), 2);
  ck_assert_ptr_nonnull(strstr(LodErrorMessage(), "absent.h5"));
  ck_assert_int_eq(openblas_get_num_threads(), 1); /* still inside */
  (void)pthread_barrier_wait(&meeting);
  ck_assert_int_eq(pthread_join(other, NULL), 0);
  (void)pthread_barrier_destroy(&meeting);
  assert_same_process(&before);
  ck_assert(host_hears_its_error());
}
END_TEST

/* A thread that fails again and again in a way of its own; returns NULL if every message was its.
 */
enum { THREADS = 4, CALLS = 200 };
static void *fail_often(void *number) {
  for (int i = 0; i < CALLS; i++) {
    char           text[32];
    LodExpression *expression = NULL;
    (void)snprintf(text, sizeof text, "1 + * %d", *(const int *)number * CALLS + i);
    PetscErrorCode error = LodSessionBegin();
    if (!error) error = LodExpressionCreate(text, 1, "f", &expression);
    if (LodSessionEnd(error) != 2 || !strstr(LodErrorMessage(), text)) return number;
  }
  return NULL;
}

START_TEST(messages_are_those_of_the_thread) {
  const Process before = process_now();
  const int     heard = errors_of_host;
  pthread_t     threads[THREADS];
  int           numbers[THREADS];
  void         *wrong;
  for (int i = 0; i < THREADS; i++) {
    numbers[i] = i;
    ck_assert_int_eq(pthread_create(&threads[i], NULL, fail_often, &numbers[i]), 0);
  }
  for (int i = 0; i < THREADS; i++) {
    ck_assert_int_eq(pthread_join(threads[i], &wrong), 0);
    ck_assert_ptr_null(wrong);
  }
  ck_assert_int_eq(errors_of_host, heard);
  assert_same_process(&before);
}
END_TEST

/* PETSc's own count, with -malloc_debug, of the bytes in use is exact; the C library's counts
   pieces that wait for their next use, too. */
START_TEST(failing_does_not_grow_the_process) {
  PetscLogDouble petsc[2] = {0, 0};
  size_t         all = 0;
  for (int round = 0; round < 12; round++) { /* what is made once is made in the first two */
    if (round == 2) ck_assert_int_eq(PetscMallocGetCurrentUsage(&petsc[0]), 0);
    if (round == 2) all = mallinfo2().uordblks;
    ck_assert_int_eq(call(work), 0);
    for (int i = 0; i < FAILURES; i++)
      ck_assert_int_eq(call(failures[i].function), failures[i].status);
  }
  ck_assert_int_eq(PetscMallocGetCurrentUsage(&petsc[1]), 0);
  ck_assert_double_gt(petsc[0], 0);
  ck_assert_double_eq(petsc[0], petsc[1]);
  ck_assert_uint_le(mallinfo2().uordblks, all + 65536);
}
END_TEST

/* A host's reporter. */
static int  said;
static void count_saying(void *context, LodSaying kind, const char *text) {
  ck_assert_ptr_eq(context, &said);
  ck_assert_int_eq(kind, LOD_SAY_WARNING);
  ck_assert_str_eq(text, "A is 3");
  said++;
}

START_TEST(the_library_speaks_to_its_reporter_only) {
  const LodReporter reporter = {.say = count_saying, .context = &said};
  LodProgress       progress;
  LodReportTo(NULL);
  LodWarn("A is %d", 2);
  LodReportTo(&reporter);
  LodWarn("A is %d", 3);
  assert_ok(LodProgressBegin(&progress, "nothing", "steps", 1, PETSC_FALSE));
  assert_ok(LodProgressUpdate(&progress, 1));
  assert_ok(LodProgressEnd(&progress));
  LodReportTo(NULL);
  LodWarn("A is %d", 4);
  ck_assert_int_eq(said, 1);
}
END_TEST

START_TEST(what_the_host_has_started_goes_on) {
  PetscBool running;
  int       ended;
  for (int round = 0; round < 3; round++) {
    ck_assert_int_eq(LodFinalize(), 0);
    ck_assert_int_eq(PetscInitialized(&running), 0);
    ck_assert(running);
    ck_assert_int_eq(MPI_Finalized(&ended), MPI_SUCCESS);
    ck_assert(!ended);
    ck_assert_int_eq(call(work), 0);
  }
  ck_assert(host_hears_its_error());
}
END_TEST

/* Runs the tests in the middle of a program that has its own of everything, or the one of `memory`;
   returns how many failed. */
static int run(int memory) {
  Suite *suite = suite_create("host");
  TCase *tests = tcase_create("host");
  tcase_set_timeout(tests, 60);
  if (memory) {
    tcase_add_test(tests, failing_does_not_grow_the_process);
  } else {
    tcase_add_test(tests, calls_leave_the_process_as_it_was);
    tcase_add_test(tests, errors_of_lodnet_do_not_reach_the_host);
    tcase_add_test(tests, a_message_is_read_once_and_forgotten_by_the_next_call);
    tcase_add_test(tests, sessions_may_be_nested);
    tcase_add_test(tests, a_host_keeps_its_handler_while_another_thread_is_inside);
    tcase_add_test(tests, messages_are_those_of_the_thread);
    tcase_add_test(tests, the_library_speaks_to_its_reporter_only);
    tcase_add_test(tests, what_the_host_has_started_goes_on);
  }
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_set_fork_status(runner, CK_NOFORK);
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed;
}

static void handle(int number) {
  (void)number;
}

/* test_host [memory]: PETSc's counting of memory is not for several threads. */
int main(int argc, char **argv) {
  const int memory = argc > 1 && !strcmp(argv[1], "memory");
  if (!mkdtemp(folder)) return 1;
  if (MPI_Init(&argc, &argv) != MPI_SUCCESS) return 1;
  if (memory && PetscOptionsSetValue(NULL, "-malloc_debug", "1")) return 1;
  if (PetscInitialize(&argc, &argv, NULL, NULL)) return 1;
  (void)signal(SIGINT, handle);
  (void)signal(SIGTERM, handle);
  (void)signal(SIGUSR1, handle);
  omp_set_num_threads(3);
  openblas_set_num_threads(2);
  if (PetscPushErrorHandler(count_error, &errors_of_host)) return 1;
  const int failed = run(memory);
  (void)unlink(scratch("a.h5"));
  (void)rmdir(folder);
  if (PetscPopErrorHandler() || PetscFinalize() || MPI_Finalize() != MPI_SUCCESS) return 1;
  return failed > 0;
}
