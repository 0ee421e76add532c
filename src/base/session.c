/* What holds while threads are inside lodnet. */
#include "base/session.h"

#include <cblas.h>
#include <hdf5.h>
#include <pthread.h>

#include "base/error.h"
#include "base/process.h"

/* How deep in sessions this thread is; 0: outside. */
static _Thread_local int depth;

/* Guards `inside`, `found` and the start and the end of MPI and PETSc. Recursive, since PETSc's
   handler of a host may call lodnet. Taken before `libraries`, never while having that, except by a
   thread that is inside, for which others have long counted it. */
static pthread_mutex_t process = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_mutex_t libraries = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

/* How many threads are inside. */
static int inside;

/* What the first one found. HDF5's old and new way of printing errors are different functions. */
static struct {
  unsigned    is_new;
  H5E_auto1_t old_print;
  H5E_auto2_t new_print;
  void       *context;
  int         blas_threads;
} found;

void LodLibrariesLock(void) {
  (void)pthread_mutex_lock(&libraries);
}

void LodLibrariesUnlock(void) {
  (void)pthread_mutex_unlock(&libraries);
}

PetscBool LodSessionIsInside(void) {
  return (PetscBool)(depth > 0);
}

/* Sets what holds inside, and notes what was there. */
static PetscErrorCode SetProcess(void) {
  LodLibrariesLock();
  const PetscErrorCode error = PetscPushErrorHandler(LodErrorKeep, NULL);
  found.is_new = 1;
  (void)H5Eauto_is_v2(H5E_DEFAULT, &found.is_new);
  if (found.is_new)
    (void)H5Eget_auto2(H5E_DEFAULT, &found.new_print, &found.context);
  else
    (void)H5Eget_auto1(&found.old_print, &found.context);
  (void)H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  found.blas_threads = openblas_get_num_threads();
  if (found.blas_threads != 1) openblas_set_num_threads(1);
  LodLibrariesUnlock();
  return error;
}

/* Restores what was there. */
static void RestoreProcess(void) {
  LodLibrariesLock();
  if (found.blas_threads != 1) openblas_set_num_threads(found.blas_threads);
  if (found.is_new)
    (void)H5Eset_auto2(H5E_DEFAULT, found.new_print, found.context);
  else
    (void)H5Eset_auto1(found.old_print, found.context);
  (void)PetscPopErrorHandler();
  LodLibrariesUnlock();
}

PetscErrorCode LodSessionEnter(int *argc, char ***argv) {
  PetscErrorCode error = 0;
  if (depth++ > 0) return 0;
  LodErrorClear();
  (void)pthread_mutex_lock(&process);
  if (inside++ == 0) error = SetProcess();
  if (!error) error = LodRuntimeStart(argc, argv);
  (void)pthread_mutex_unlock(&process);
  return error;
}

PetscErrorCode LodSessionBegin(void) {
  return LodSessionEnter(NULL, NULL);
}

void LodSessionLeave(void) {
  if (depth == 0 || --depth > 0) return;
  (void)pthread_mutex_lock(&process);
  if (--inside == 0) RestoreProcess();
  (void)pthread_mutex_unlock(&process);
}

int LodSessionEnd(PetscErrorCode error) {
  error = LodErrorConclude(error);
  LodSessionLeave();
  return LodErrorStatus(error);
}

PetscErrorCode LodSessionEndRuntime(void) {
  PetscErrorCode error = 0;
  (void)pthread_mutex_lock(&process);
  if (inside > (depth > 0))
    error = LodErrorRaise(PETSC_ERR_ORDER, "another thread is inside lodnet: it cannot end now");
  else
    error = LodRuntimeEnd();
  (void)pthread_mutex_unlock(&process);
  return error;
}

PetscErrorCode LodSessionPassToHost(MPI_Comm comm, int line, const char *function, const char *file,
                                    PetscErrorCode code, PetscErrorType type, const char *message) {
  (void)pthread_mutex_lock(&process);
  /* PETSc does not tell which handler it has had before: it is asked itself. */
  (void)PetscPopErrorHandler();
  const PetscErrorCode result =
      message ? PetscError(comm, line, function, file, code, type, "%s", message)
              : PetscError(comm, line, function, file, code, type, NULL);
  (void)PetscPushErrorHandler(LodErrorKeep, NULL);
  (void)pthread_mutex_unlock(&process);
  return result;
}
