/* Start and end of the library: MPI, PETSc, threads. */
#ifndef LODNET_BASE_START_H
#define LODNET_BASE_START_H

#include <petscsys.h>

/* Starts lodnet in a process that is its own, for the calling thread: a session (session.h) that
   lasts until LodFinalize, and what only the owner of a process may do: allocations of PETSc that
   say what they wanted (unless PETSc runs already), a limit for the number of threads
   (LodThreadsMost), and events (events.h). argc and argv are main's. Programs call it through
   LodProgramBegin, tests directly; functions of the library open a session only. */
PetscErrorCode LodInitialize(int *argc, char ***argv);

/* Ends MPI and PETSc, each only if lodnet has started it, and the session. May be called without
   LodInitialize and again. */
PetscErrorCode LodFinalize(void);

/* Most threads that can be of use here: eight for each processor that this process may use. A
   program whose environment asks for more starts with so many, and a warning. */
PetscInt LodThreadsMost(void);

#endif
