/* Calls of the library by threads of other people's processes. */
#include "base/session.h"

#include <pthread.h>

#include "base/error.h"
#include "base/start.h"

static pthread_mutex_t libraries = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

void LodLockLibraries(void) {
  pthread_mutex_lock(&libraries);
}

void LodUnlockLibraries(void) {
  pthread_mutex_unlock(&libraries);
}

PetscErrorCode LodSessionBegin(void) {
  PetscBool      running = PETSC_FALSE;
  PetscErrorCode error = 0;
  LodLockLibraries();
  PetscInitialized(&running);
  if (!running) error = LodInitialize(NULL, NULL);
  LodErrorClear();
  LodUnlockLibraries();
  return error;
}

int LodSessionEnd(PetscErrorCode error) {
  return error == 0 ? 0 : error == LOD_ERR_INPUT ? 2 : 1;
}
