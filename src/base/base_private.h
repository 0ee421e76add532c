#ifndef LODNET_BASE_PRIVATE_H
#define LODNET_BASE_PRIVATE_H

#include <petscsys.h>

/* Removes the temporary file of every atomic file that is begun and not committed. Safe in a signal
   handler. */
void LodAtomicFilesRemove(void);

/* Makes and locks a new, empty file `name`, TARGET.xxxxxxxx.tmp, that this process alone has, and
   notes it for LodAtomicFilesRemove until LodTemporaryForget. The lock lasts as long as
   *descriptor is open. Returns 0 or an errno. */
int  LodTemporaryCreate(const char *target, unsigned mode, char name[PETSC_MAX_PATH_LEN],
                        int *descriptor);
void LodTemporaryForget(const char *name);

/* Removes the temporary files of `target` whose processes have died without removing them (kill
   -9): those whose lock nobody holds. */
void LodTemporaryRemoveAbandoned(const char *target);

/* Makes sure that descriptors 0 to 2 are taken, so that no file that is opened later is mistaken
   for standard output, and that the program ends with status 1 and a message if what it printed
   could not be written. */
void LodStandardStreamsBegin(void);

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

/* PetscInitialize, without its signal handlers. Where it fails, MPI runs all the same. */
PetscErrorCode LodPetscStart(int *argc, char ***argv);

/* PetscFinalize; where that fails, or PETSc never started, MPI alone is ended. */
PetscErrorCode LodPetscEnd(void);

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

#endif
