/* Calls of the library by threads of other people's processes. */
#ifndef LODNET_BASE_SESSION_H
#define LODNET_BASE_SESSION_H

#include <petscsys.h>

/* LodSessionBegin: first call of a library function by this thread (nesting allowed): starts MPI
   and PETSc once if nobody has, and clears this thread's message. LodSessionEnd maps the error to
   0, LODNET_FAILED or LODNET_INPUT; it is called whether Begin succeeded or not. */
PetscErrorCode LodSessionBegin(void);
int            LodSessionEnd(PetscErrorCode error);

/* Recursive process-wide mutex around PETSc objects, MPI and HDF5, which are not thread-safe here;
   local operators are computed without it. */
void LodLockLibraries(void);
void LodUnlockLibraries(void);

#endif
