/* Start and end of a program, and the one place where errors become messages and exit statuses. */
#include "common/program.h"

#include <cblas.h>
#include <errno.h>
#include <hdf5.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/process.h"
#include "base/start.h"
#include "common/terminal.h"

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
  LodReportTo(&lod_terminal_reporter);
  const PetscErrorCode error = LodInitialize(&petsc_argc, &petsc_argv);
  LodProgramCatchSignals(); /* after MPI has started, which has handlers of its own */
  return error ? error : LodPetscCheckWords(petsc_argc, petsc_argv);
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

/* Prints the kept message, once for all ranks, and makes *error the same on all of them. */
static void Report(const char *name, PetscErrorCode *error) {
  const PetscBool has_message = (PetscBool)(LodErrorMessage()[0] != 0);
  *error = LodErrorConclude(*error);
  const LodEnding ending = LodRanksEnd(*error, has_message);
  *error = ending.error;
  if (!*error) return;
  if (ending.speaks) fprintf(stderr, "%s: %s\n", name, LodErrorMessage());
  fflush(stderr);
  LodAtomicFilesRemove();
  if (ending.alone) MPI_Abort(MPI_COMM_WORLD, LodErrorStatus(*error));
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
    error = LodErrorConclude(last);
    fprintf(stderr, "%s: %s\n", name, LodErrorMessage());
  }
  return LodErrorStatus(error);
}
