/* MPI and PETSc: started if nobody has, ended if they were started here. */
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "base/process.h"

/* Counts are checked against 32-bit indices, and arrays of double are handed to PETSc as they are.
 */
_Static_assert(sizeof(PetscInt) == 4, "lodnet needs a PETSc with 32-bit indices");
_Static_assert(sizeof(PetscScalar) == sizeof(double) && sizeof(PetscReal) == sizeof(double),
               "lodnet needs a PETSc of real numbers in double precision");

/* What was started here and has not been ended; `failed`: the start of PETSc that was tried. */
static struct {
  PetscBool      mpi, petsc, at_exit;
  PetscErrorCode failed;
} started;

/* The process in which lodnet was first used; 0: it has not been. */
static pid_t home;

/* Whether this is the child of a fork of a process that has used lodnet: neither MPI nor OpenMP's
   threads are there, and waiting for these would last for ever. */
static PetscBool IsForked(void) {
  return (PetscBool)(home != 0 && home != getpid());
}

/* A process that was started without mpiexec needs no daemon of Open MPI's: it starts twice as fast
   and does not fail where the daemon's own files do not fit. Nor does it need a session directory:
   all such processes of a user would share one, and one that ends removes it under one that starts.
 */
static void SettleMpi(void) {
  if (getenv("OMPI_COMM_WORLD_SIZE")) return;
  setenv("OMPI_MCA_ess_singleton_isolated", "1", 0);
  setenv("OMPI_MCA_orte_create_session_dirs", "0", 0);
}

/* Starts MPI unless it runs. */
static PetscErrorCode StartMpi(int *argc, char ***argv) {
  int running = 0, ended = 0, provided = 0;
  MPI_Initialized(&running);
  MPI_Finalized(&ended);
  if (ended)
    return LodErrorRaise(PETSC_ERR_ORDER,
                         "MPI has been ended in this process: it cannot start again");
  if (running) return 0;
  SettleMpi();
  if (MPI_Init_thread(argc, argv, MPI_THREAD_SERIALIZED, &provided) != MPI_SUCCESS)
    return LodErrorRaise(PETSC_ERR_MPI, "MPI cannot be started");
  started.mpi = PETSC_TRUE;
  return 0;
}

/* Starts PETSc unless it runs. */
static PetscErrorCode StartPetsc(int *argc, char ***argv) {
  PetscBool running = PETSC_FALSE;
  PetscInitialized(&running);
  if (running) return 0;
  started.petsc = PETSC_TRUE;
  /* PETSc's handler of SIGSEGV can wait for ever; the system's ends the process. */
  PetscErrorCode error = PetscOptionsSetValue(NULL, "-no_signal_handler", "true");
  if (!error) error = PetscInitialize(argc, argv, NULL, NULL);
  started.failed = error;
  return error;
}

/* At exit of the process: ends what nobody has ended. */
static void EndAtExit(void) {
  (void)LodSessionEndRuntime();
}

PetscErrorCode LodRuntimeStart(int *argc, char ***argv) {
  if (IsForked())
    return LodErrorRaise(PETSC_ERR_ORDER,
                         "this process was forked from one that has used lodnet, whose MPI and "
                         "threads it does not have: fork before the first use, or start a new "
                         "program (Python: multiprocessing with the method 'spawn')");
  PetscErrorCode error = StartMpi(argc, argv);
  if (error) return error;
  home = getpid();
  if (started.failed) return LodErrorRaise(started.failed, "PETSc could not be started");
  error = StartPetsc(argc, argv);
  if ((started.mpi || started.petsc) && !started.at_exit)
    started.at_exit = (PetscBool)(atexit(EndAtExit) == 0);
  return error;
}

PetscErrorCode LodRuntimeEnd(void) {
  PetscBool      running = PETSC_FALSE;
  int            ended = 0;
  PetscErrorCode error = 0;
  if (IsForked()) return 0; /* what was started is the parent's */
  PetscInitialized(&running);
  MPI_Finalized(&ended);
  if (started.petsc && running && !ended) error = PetscFinalize();
  if (started.mpi && !ended) MPI_Finalize();
  started.mpi = started.petsc = PETSC_FALSE;
  return error;
}
