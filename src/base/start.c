/* Start and end of the library. */
#include "base/start.h"

#include <cblas.h>
#include <hdf5.h>
#include <signal.h>
#include <stdlib.h>

#include "base/events.h"
#include "base/process.h"

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
  PetscErrorCode error = PetscPushErrorHandler(LodErrorKeep, NULL);
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
