/* Start and end of lodnet in a process of its own. */
#include "base/start.h"

#include "base/events.h"
#include "base/process.h"

PetscErrorCode LodInitialize(int *argc, char ***argv) {
  PetscBool      hosted = PETSC_FALSE;
  PetscErrorCode error;
  PetscInitialized(&hosted);
  /* Before PETSc starts and after it has ended lodnet's error handler is there: PETSc reads options
     files first, and writes its logs last. */
  error = LodSessionEnter(argc, argv);
  if (error) return error;
  PetscFunctionBeginUser;
  if (!hosted) PetscCall(LodMemoryHandlers());
  LodThreadsLimit();
  PetscCall(LodEventsRegister());
  PetscFunctionReturn(0);
}

PetscErrorCode LodFinalize(void) {
  LodEventsForget();
  const PetscErrorCode error = LodSessionEndRuntime();
  LodSessionLeave();
  return error;
}
