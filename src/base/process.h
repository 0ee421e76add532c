/* Parts of start, end and files that programs and the files of this folder share. */
#ifndef LODNET_BASE_PROCESS_H
#define LODNET_BASE_PROCESS_H

#include <petscsys.h>

/* Removes the temporary file of every atomic file that is begun and not committed. Safe in a signal
   handler. */
void LodAtomicFilesRemove(void);

/* How the program ends, the same on all ranks, and which rank says why. */
typedef struct {
  PetscErrorCode error;
  PetscBool      speaks; /* this rank prints the message */
  PetscBool      alone;  /* the other ranks have not come to their end: they must be aborted */
} LodEnding;

/* Makes the ranks end together: `error` is this rank's, `has_message` whether it can say why. A
   rank that has succeeded waits for the others; one that has failed waits a few seconds only, since
   the others may wait for it inside a collective call. Never fails. */
LodEnding LodRanksEnd(PetscErrorCode error, PetscBool has_message);

/* Starts MPI and PETSc, the latter without its signal handlers, unless they run already, and notes
   what was started; argc and argv are main's, or NULL. Where PETSc fails, MPI runs all the same,
   and further calls fail too. What was started is ended by LodRuntimeEnd, at the latest when the
   process exits; what the host has started stays. Neither fails if there is nothing to do. One
   thread at a time. */
PetscErrorCode LodRuntimeStart(int *argc, char ***argv);
PetscErrorCode LodRuntimeEnd(void);

/* LodSessionBegin for a program, with main's command line for MPI and PETSc. */
PetscErrorCode LodSessionEnter(int *argc, char ***argv);

/* LodSessionEnd, without judging an error. */
void LodSessionLeave(void);

/* LodRuntimeEnd, unless another thread is inside. */
PetscErrorCode LodSessionEndRuntime(void);

/* Gives an error of a thread that is not inside lodnet to the handler that was PETSc's before;
   returns what that returns. */
PetscErrorCode LodSessionPassToHost(MPI_Comm comm, int line, const char *function, const char *file,
                                    PetscErrorCode code, PetscErrorType type, const char *message);

/* Checks the words that were given to PETSc: words that are neither an option nor the value of one
   would be ignored. */
PetscErrorCode LodPetscCheckWords(int argc, char **argv);

/* Whether an error that has passed through `function` comes from PETSc's options. */
PetscBool LodPetscReadsOptions(const char *function);

/* Rewrites PETSc's message on its options as `FILE: line N: what is wrong`, or else
   `PETSc options: ...`, in place in message[LOD_MESSAGE_MAX]; one line of printable characters. */
void LodPetscDescribe(char *message);

/* Reduces the number of threads to one that the machine can bear, with a warning. */
void LodThreadsLimit(void);

/* Makes PETSc's allocations say, where they fail, what was wanted and what there is; leaves those
   of -malloc_debug alone. After PetscInitialize. */
PetscErrorCode LodMemoryHandlers(void);

/* Makes and locks a new, empty file `name`, TARGET.xxxxxxxx.tmp, that this process alone has, and
   notes it for LodAtomicFilesRemove until LodTemporaryForget. The lock lasts as long as
   *descriptor is open. Returns 0 or an errno. */
int  LodTemporaryCreate(const char *target, unsigned mode, char name[PETSC_MAX_PATH_LEN],
                        int *descriptor);
void LodTemporaryForget(const char *name);

/* Removes the temporary files of `target` whose processes have died without removing them (kill
   -9): those whose lock nobody holds. */
void LodTemporaryRemoveAbandoned(const char *target);

/* PETSc's error handler, called where an error is raised and in every function that it leaves:
   keeps the thread's first message, prints nothing. Arguments as PETSc gives them. */
PetscErrorCode LodErrorKeep(MPI_Comm comm, int line, const char *function, const char *file,
                            PetscErrorCode code, PetscErrorType type, const char *message,
                            void *context);

/* What an error is at its end: one of PETSc's options is the user's (LOD_ERR_INPUT) and says so,
   and one without a message gets one if `error` is not 0. Returns the error. */
PetscErrorCode LodErrorConclude(PetscErrorCode error);

/* 0, 1 (failed) or 2 (LOD_ERR_INPUT). */
int LodErrorStatus(PetscErrorCode error);

#endif
