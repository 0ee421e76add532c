#ifndef LODNET_BASE_PRIVATE_H
#define LODNET_BASE_PRIVATE_H

#include <petscsys.h>

/* Removes the temporary file of every atomic file that is begun and not committed. Safe in a signal
   handler. */
void LodAtomicFilesRemove(void);

/* Makes PETSc's allocations say, where they fail, what was wanted and what there is; leaves those
   of -malloc_debug alone. After PetscInitialize. */
PetscErrorCode LodMemoryHandlers(void);

#endif
