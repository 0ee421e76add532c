/* A guest in somebody else's process: what holds while a thread is inside lodnet, and is as before
   when it has left.

   While any thread is inside, PETSc's error handler is ours (it keeps messages, per thread, and
   prints nothing; errors of threads that are not inside reach the handler that was there before),
   HDF5 prints nothing of its own, and BLAS computes with one thread, since the threads are
   OpenMP's. The first thread that comes in sets these, the last one that leaves restores them.
   Signal handlers, allocators, OpenMP's settings, the locale and the floating-point environment are
   not touched at all. */
#ifndef LODNET_BASE_SESSION_H
#define LODNET_BASE_SESSION_H

#include <petscsys.h>

/* Enters lodnet, for the calling thread; sessions may be nested. The outermost one forgets the
   thread's message and starts MPI (MPI_THREAD_SERIALIZED) and PETSc unless they run. An error if
   that is impossible. LodSessionEnd belongs to every LodSessionBegin, a failed one too:

     PetscErrorCode error = LodSessionBegin();
     if (!error) error = Work();
     return LodSessionEnd(error); */
PetscErrorCode LodSessionBegin(void);

/* Leaves. Returns what public functions return: 0, LODNET_FAILED (1) or LODNET_INPUT (2), as the
   exit statuses of programs. The message is kept for the thread (LodErrorMessage); it is never
   empty after an error. */
int LodSessionEnd(PetscErrorCode error);

/* Whether the calling thread is inside lodnet. */
PetscBool LodSessionIsInside(void);

/* What is not safe for several threads is used by one at a time: PETSc's objects, MPI, HDF5. The
   lock may be taken again by the thread that has it. Local operators are computed without it. */
void LodLibrariesLock(void);
void LodLibrariesUnlock(void);

#endif
