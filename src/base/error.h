/* Errors. Every function of the library returns a PetscErrorCode and is called through PetscCall.
   What a user can cause (a bad file, a bad number, an option that does not fit) is raised by
   LodInputError or LodCheckInput with the code LOD_ERR_INPUT and a message of the form
   `FILE: PLACE: what is wrong`; everything else that fails uses PETSc's own codes. Nothing is
   printed where an error is raised: the first message is kept, for each thread its own, and
   LodProgramEnd prints it once, as `PROGRAM: MESSAGE`, and chooses the exit status (2 for
   LOD_ERR_INPUT, 1 for the rest). OpenMP's further threads raise no errors: what fails there is
   counted or noted, and the thread that has called raises it. */
#ifndef LODNET_BASE_ERROR_H
#define LODNET_BASE_ERROR_H

#include <petscsys.h>

/* Code of every error that a user's input caused. */
#define LOD_ERR_INPUT PETSC_ERR_USER_INPUT

/* Longest message kept. */
#define LOD_MESSAGE_MAX 2048

/* Keeps the message of an error and returns its code; by hand only where a macro cannot return. The
   message is what PETSc's printing makes of the format. Works before PETSc has started. */
PetscErrorCode LodErrorRaise(PetscErrorCode code, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Raises an input error from a function that returns PetscErrorCode; the message is printf's. */
#define LodInputError(...) return LodErrorRaise(LOD_ERR_INPUT, __VA_ARGS__)

/* Raises an input error unless `requirement` holds. */
#define LodCheckInput(requirement, ...)                                                            \
  do {                                                                                             \
    if (!(requirement)) LodInputError(__VA_ARGS__);                                                \
  } while (0)

/* This thread's first message since the last LodErrorClear; "" if none. */
const char *LodErrorMessage(void);

/* The same, and forgets it: the text stays until the thread's next call of this. */
const char *LodErrorTake(void);

/* Forgets the kept message (after an error that the caller handled). */
void LodErrorClear(void);

/* Makes all ranks of `comm` agree: returns the largest error code any rank passed. Use it after
   work that ranks do by themselves (reading and checking input, writing a file), so that no rank
   waits for another that has left: a rank that had no error of its own leaves too, and keeps no
   message. Collective. */
PetscErrorCode LodErrorAgree(MPI_Comm comm, PetscErrorCode error);

/* Checks that data[bytes] is the same on all ranks, by its hash; if not, all of them raise an input
   error on `what` (a file, an option). Collective. */
PetscErrorCode LodRanksCheckSame(MPI_Comm comm, const void *data, size_t bytes, const char *what);

/* The share first <= i < last of 0 <= i < count that this rank has; shares follow each other in the
   order of the ranks. */
PetscErrorCode LodRanksShare(MPI_Comm comm, PetscInt64 count, PetscInt *first, PetscInt *last);

/* values[count] summed over the ranks, on every rank; any count. Collective. */
PetscErrorCode LodRanksSum(MPI_Comm comm, size_t count, double *values);

#endif
