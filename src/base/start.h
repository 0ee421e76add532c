/* Start and end of the library: MPI, PETSc, threads. */
#ifndef LODNET_BASE_START_H
#define LODNET_BASE_START_H

#include <petscsys.h>

/* Starts MPI and PETSc and installs the error handler that keeps the first message and prints
   nothing; also silences HDF5's own printing, fixes BLAS to one thread, limits the others
   (LodThreadsMost) and registers the events (events.h). Programs call it through LodProgramBegin,
   tests directly. */
PetscErrorCode LodInitialize(int *argc, char ***argv);

/* Ends PETSc and MPI. */
PetscErrorCode LodFinalize(void);

/* Most threads that can be of use here: eight for each processor that this process may use. A
   program whose environment asks for more starts with so many, and a warning. */
PetscInt LodThreadsMost(void);

#endif
