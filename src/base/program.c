/* Start and end of a program, and the one place where errors become messages and exit statuses. */
#include <cblas.h>
#include <errno.h>
#include <hdf5.h>
#include <lodnet/base.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base_private.h"

/* The first message since the last LodErrorClear. It is process-wide because an error passes
   through functions that know nothing of the program around them, PETSc's own included. */
static char first_message[LOD_MESSAGE_MAX];

/* PETSc's error handler: keeps the first message, prints nothing. Arguments as PETSc gives them. */
static PetscErrorCode KeepFirstMessage(MPI_Comm comm, int line, const char *function,
                                       const char *file, PetscErrorCode code, PetscErrorType type,
                                       const char *message, void *context) {
  (void)comm, (void)line, (void)file, (void)context;
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
}

PetscErrorCode LodErrorAgree(MPI_Comm comm, PetscErrorCode error) {
  int mine = (int)error, largest = 0;
  if (MPI_Allreduce(&mine, &largest, 1, MPI_INT, MPI_MAX, comm) != MPI_SUCCESS)
    return PETSC_ERR_LIB;
  return (PetscErrorCode)largest;
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
  PetscErrorCode error = PetscInitialize(argc, argv, NULL, NULL);
  if (error) return error;
  PetscFunctionBeginUser;
  PetscCall(PetscPopSignalHandler());
  PetscCall(PetscPushErrorHandler(KeepFirstMessage, NULL));
  SetUpHandlers();
  PetscFunctionReturn(0);
}

PetscErrorCode LodFinalize(void) {
  PetscFunctionBeginUser;
  PetscCall(PetscPopErrorHandler());
  PetscCall(PetscFinalize());
  return 0;
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
  int    own = CountOwnArguments(argc, argv);
  int    petsc_argc = own < argc ? argc - own : 1;
  char **petsc_argv = own < argc ? argv + own : argv;
  if (own < argc) {
    argv[own] = argv[0]; /* PETSc takes word 0 for the program's name */
    return LodInitialize(&petsc_argc, &petsc_argv);
  }
  static char *no_options[2]; /* PETSc keeps the pointer */
  no_options[0] = argv[0];
  petsc_argv = no_options;
  return LodInitialize(&petsc_argc, &petsc_argv);
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
static PetscErrorCode WarnOfUnusedOptions(const char *name) {
  PetscInt    n_left = 0;
  char      **names, **values;
  PetscMPIInt rank;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(PETSC_COMM_WORLD, &rank));
  PetscCall(PetscOptionsLeftGet(NULL, &n_left, &names, &values));
  for (PetscInt i = 0; i < n_left && rank == 0; i++)
    fprintf(stderr, "%s: -%s: PETSc option not used by this run\n", name, names[i]);
  PetscCall(PetscOptionsLeftRestore(NULL, &n_left, &names, &values));
  PetscFunctionReturn(0);
}

/* Prints the kept message: an input error once (all ranks have read the same input, the lowest rank
   with a message speaks), any other error on every rank that has one. */
static void Report(const char *name, PetscErrorCode error) {
  int         n_ranks = 1, rank = 0, speaker;
  const char *message = first_message[0] ? first_message : NULL;
  MPI_Comm_size(PETSC_COMM_WORLD, &n_ranks);
  MPI_Comm_rank(PETSC_COMM_WORLD, &rank);
  speaker = message ? rank : n_ranks;
  if (error == LOD_ERR_INPUT)
    MPI_Allreduce(MPI_IN_PLACE, &speaker, 1, MPI_INT, MPI_MIN, PETSC_COMM_WORLD);
  if (speaker == rank && message) fprintf(stderr, "%s: %s\n", name, message);
  if (!message && n_ranks == 1) fprintf(stderr, "%s: failed (code %d)\n", name, (int)error);
  fflush(stderr);
  LodAtomicFilesRemove();
  if (error != LOD_ERR_INPUT && n_ranks > 1) MPI_Abort(PETSC_COMM_WORLD, 1);
}

int LodProgramEnd(const char *name, PetscErrorCode error) {
  PetscBool running = PETSC_FALSE;
  fflush(stdout);
  PetscInitialized(&running);
  if (!running) {
    fprintf(stderr, "%s: could not start MPI and PETSc\n", name);
    return 1;
  }
  if (error)
    Report(name, error);
  else
    WarnOfUnusedOptions(name);
  LodAtomicFilesRemove();
  if (LodFinalize() && !error) return 1;
  return error == 0 ? 0 : error == LOD_ERR_INPUT ? 2 : 1;
}
