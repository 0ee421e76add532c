/* Start and end of a program, and the one place where errors become messages and exit statuses. */
#include <cblas.h>
#include <errno.h>
#include <hdf5.h>
#include <lodnet/base.h>
#include <lodnet/events.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base_private.h"

/* The first message since the last LodErrorClear. It is process-wide because an error passes
   through functions that know nothing of the program around them, PETSc's own included. */
static char first_message[LOD_MESSAGE_MAX];

/* Whether that error has passed through a function that reads PETSc's options. */
static PetscBool of_options;

/* PETSc's error handler, called where an error is raised and in every function that it leaves:
   keeps the first message, prints nothing. Arguments as PETSc gives them. */
static PetscErrorCode KeepFirstMessage(MPI_Comm comm, int line, const char *function,
                                       const char *file, PetscErrorCode code, PetscErrorType type,
                                       const char *message, void *context) {
  (void)comm, (void)line, (void)file, (void)context;
  if (LodPetscReadsOptions(function)) of_options = PETSC_TRUE;
  if (type != PETSC_ERROR_INITIAL || first_message[0]) return code;
  if (message && message[0]) {
    snprintf(first_message, sizeof first_message, "%s", message);
  } else {
    const char *general = NULL;
    PetscErrorMessage(code, &general, NULL);
    snprintf(first_message, sizeof first_message, "%s in %s", general ? general : "error",
             function ? function : "an unnamed function");
  }
  return code;
}

const char *LodErrorMessage(void) {
  return first_message;
}

void LodErrorClear(void) {
  first_message[0] = 0;
  of_options = PETSC_FALSE;
}

/* Ctrl-C and TERM: removes the temporary files, then dies of the same signal. */
static void DieOfSignal(int signal_number) {
  LodAtomicFilesRemove();
  signal(signal_number, SIG_DFL);
  raise(signal_number);
}

/* Installs what must be in place before user files are touched. */
static void SetUpHandlers(void) {
  signal(SIGINT, DieOfSignal);
  signal(SIGTERM, DieOfSignal);
  signal(SIGHUP, DieOfSignal);
  signal(SIGXFSZ, SIG_IGN); /* a write past the size limit fails with EFBIG, and says so */
  signal(SIGPIPE, SIG_IGN);
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  openblas_set_num_threads(1); /* threads are OpenMP's, over cells and tiles */
}

PetscErrorCode LodInitialize(int *argc, char ***argv) {
  /* A program started without mpiexec needs no daemon of Open MPI's: it starts twice as fast and
     does not fail where the daemon's own files do not fit. Nor does it need a session directory:
     all such programs of a user would share one, and one that ends removes it under one that
     starts. */
  if (!getenv("OMPI_COMM_WORLD_SIZE")) {
    setenv("OMPI_MCA_ess_singleton_isolated", "1", 0);
    setenv("OMPI_MCA_orte_create_session_dirs", "0", 0);
  }
  /* Before PETSc starts and after it has ended: it reads options files first, and writes its logs
     last. */
  PetscErrorCode error = PetscPushErrorHandler(KeepFirstMessage, NULL);
  if (!error) error = LodPetscStart(argc, argv);
  if (error) return error;
  PetscFunctionBeginUser;
  PetscCall(LodMemoryHandlers());
  SetUpHandlers();
  LodThreadsLimit();
  PetscCall(LodEventsRegister());
  PetscFunctionReturn(0);
}

PetscErrorCode LodFinalize(void) {
  PetscErrorCode error = LodPetscEnd(), popped = PetscPopErrorHandler();
  return error ? error : popped;
}

/* How many words stand before the first `--`. */
static int CountOwnArguments(int argc, char **argv) {
  for (int i = 1; i < argc; i++)
    if (!strcmp(argv[i], "--")) return i;
  return argc;
}

int LodProgramOwnArguments(int argc, char **argv) {
  LodStandardStreamsBegin();
  return CountOwnArguments(argc, argv);
}

PetscErrorCode LodProgramBegin(int argc, char **argv) {
  int          own = CountOwnArguments(argc, argv);
  int          petsc_argc = own < argc ? argc - own : 1;
  char       **petsc_argv = own < argc ? argv + own : argv;
  static char *no_options[2]; /* PETSc keeps the pointer */
  no_options[0] = argv[0];
  if (own == argc) petsc_argv = no_options;
  argv[own < argc ? own : 0] = argv[0]; /* PETSc takes word 0 for the program's name */
  PetscErrorCode error = LodInitialize(&petsc_argc, &petsc_argv);
  return error ? error : LodPetscCheckWords(petsc_argc, petsc_argv);
}

void LodWarn(const char *format, ...) {
  va_list     arguments;
  PetscMPIInt rank = 0;
  MPI_Comm_rank(PETSC_COMM_WORLD, &rank);
  if (rank != 0) return;
  fflush(stdout);
  fprintf(stderr, "%s: warning: ", program_invocation_short_name);
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fputc('\n', stderr);
}

/* Says which of the options after `--` nothing has asked for: most often a typing error. */
static PetscErrorCode WarnOfUnusedOptions(void) {
  PetscInt n_left = 0;
  char   **names, **values;

  PetscFunctionBeginUser;
  PetscCall(PetscOptionsLeftGet(NULL, &n_left, &names, &values));
  for (PetscInt i = 0; i < n_left; i++)
    LodWarn("-%s: PETSc option not used by this run", names[i]);
  PetscCall(PetscOptionsLeftRestore(NULL, &n_left, &names, &values));
  PetscFunctionReturn(0);
}

/* Whether the error is one of PETSc's options, or of what they choose. */
static PetscBool IsOfOptions(PetscErrorCode error) {
  return (PetscBool)(error == PETSC_ERR_ARG_UNKNOWN_TYPE || error == PETSC_ERR_MISSING_FACTOR ||
                     (of_options && error != LOD_ERR_INPUT && error != PETSC_ERR_MEM));
}

/* Exit status of a program that ends with `error`. */
static int ExitStatus(PetscErrorCode error) {
  return error == 0 ? 0 : error == LOD_ERR_INPUT ? 2 : 1;
}

/* Prints the kept message, once for all ranks, and makes *error the same on all of them. */
static void Report(const char *name, PetscErrorCode *error) {
  if (*error && IsOfOptions(*error)) {
    *error = LOD_ERR_INPUT;
    LodPetscDescribe(first_message);
  }
  const LodEnding ending = LodRanksEnd(*error, (PetscBool)(first_message[0] != 0));
  *error = ending.error;
  if (!*error) return;
  if (ending.speaks && first_message[0]) fprintf(stderr, "%s: %s\n", name, first_message);
  if (ending.speaks && !first_message[0])
    fprintf(stderr, "%s: failed (code %d)\n", name, (int)*error);
  fflush(stderr);
  LodAtomicFilesRemove();
  if (ending.alone) MPI_Abort(MPI_COMM_WORLD, ExitStatus(*error));
}

int LodProgramEnd(const char *name, PetscErrorCode error) {
  int running = 0;
  fflush(stdout);
  MPI_Initialized(&running);
  if (!running) {
    fprintf(stderr, "%s: could not start MPI and PETSc\n", name);
    return 1;
  }
  Report(name, &error);
  if (!error) WarnOfUnusedOptions();
  LodAtomicFilesRemove();
  const PetscErrorCode last = LodFinalize();
  if (last && !error) { /* logs that cannot be written */
    error = IsOfOptions(last) ? LOD_ERR_INPUT : last;
    if (error == LOD_ERR_INPUT) LodPetscDescribe(first_message);
    fprintf(stderr, "%s: %s\n", name, first_message);
  }
  return ExitStatus(error);
}
