/* Errors. Every function of the library returns a PetscErrorCode and is called through PetscCall.
   What a user can cause (a bad file, a bad number, an option that does not fit) is raised by
   LodInputError or LodCheckInput with the code LOD_ERR_INPUT and a message of the form
   `FILE: PLACE: what is wrong`; everything else that fails uses PETSc's own codes. Nothing is
   printed where an error is raised: the first message is kept and LodProgramEnd prints it once, as
   `PROGRAM: MESSAGE`, and chooses the exit status (2 for LOD_ERR_INPUT, 1 for the rest). */
#ifndef LODNET_BASE_ERROR_H
#define LODNET_BASE_ERROR_H

#include <petscsys.h>

/* Code of every error that a user's input caused. */
#define LOD_ERR_INPUT PETSC_ERR_USER_INPUT

/* Longest message kept. */
#define LOD_MESSAGE_MAX 2048

/* Raises an input error from a function that returns PetscErrorCode; the message is printf's. */
#define LodInputError(...) SETERRQ(PETSC_COMM_SELF, LOD_ERR_INPUT, __VA_ARGS__)

/* Raises an input error unless `requirement` holds. */
#define LodCheckInput(requirement, ...)                                                            \
  PetscCheck(requirement, PETSC_COMM_SELF, LOD_ERR_INPUT, __VA_ARGS__)

/* The first message raised since the last call that succeeded in clearing it; "" if none. */
const char *LodErrorMessage(void);

/* Forgets the kept message (after an error that the caller handled). */
void LodErrorClear(void);

/* Makes all ranks of `comm` agree: returns the largest error code any rank passed. Use it after
   work that ranks do by themselves (reading and checking input, writing a file), so that no rank
   waits for another that has left: a rank that had no error of its own leaves too, and keeps no
   message. Collective. */
PetscErrorCode LodErrorAgree(MPI_Comm comm, PetscErrorCode error);

/* Checks that data[bytes] is the same on all ranks, by its hash; if not, all of them raise an input
   error on `what` (a file, an option). Collective. */
PetscErrorCode LodCheckSameOnRanks(MPI_Comm comm, const void *data, size_t bytes, const char *what);

/* Prints `PROGRAM: warning: ...` on stderr, on rank 0 only: what was done is not what was asked
   for, or cannot be trusted; the message (printf's, without newline) says what to do about it. */
void LodWarn(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
