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

#endif
