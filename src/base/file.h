/* Files that are either whole or absent. */
#ifndef LODNET_BASE_FILE_H
#define LODNET_BASE_FILE_H

#include <petscsys.h>

#include "base/lengths.h"

/* A file that is either whole or absent. Begin fills `temporary` with a name to write to, or Write
   appends to it; Commit flushes it to the disk and gives it its name, Abort removes it. Every
   writer goes this way, so that these rules hold for all of them:
   - Symbolic links are followed, those too that lead to nothing yet; the links stay.
   - A file that replaces another keeps its mode and, if that is allowed, its owner. A file that is
     write-protected is refused, for root too.
   - What is no regular file (a device, a FIFO) is never replaced: Commit copies the temporary
   there, which then stands in $TMPDIR or /tmp. Begin also checks that the directory exists and is
   writable: an input error if not.

   Temporaries stand beside the file, TARGET.xxxxxxxx.tmp, and are locked while they are in use. A
   signal (Ctrl-C, TERM) removes them; what a kill -9 leaves is removed by the next Begin for the
   same file. */
typedef struct {
  char      path[LOD_PATH_MAX];      /* as it was given */
  char      target[LOD_PATH_MAX];    /* the same, links followed */
  char      temporary[LOD_PATH_MAX]; /* what to write to */
  int       descriptor;              /* of the temporary */
  PetscBool replaces;                /* the target is a file or not there yet */
  PetscBool begun, renamed;
} LodAtomicFile;

PetscErrorCode LodAtomicFileBegin(LodAtomicFile *file, const char *path);
PetscErrorCode LodAtomicFileWrite(LodAtomicFile *file, const void *bytes, size_t size);
PetscErrorCode LodAtomicFileCommit(LodAtomicFile *file);
PetscErrorCode LodAtomicFileAbort(LodAtomicFile *file);

/* Gives a finished file that was written under another name in the same directory its own name, by
   the same rules; `to` is what LodPathFollowLinks says. */
PetscErrorCode LodFileRename(const char *from, const char *to);

/* Where symbolic links lead from `path`; need not exist. */
PetscErrorCode LodPathFollowLinks(const char *path, char target[LOD_PATH_MAX]);

/* Whether what is written to `path` makes or replaces a regular file: not a device, say. */
PetscBool LodOutputIsFile(const char *path);

/* Finds out before the work whether files can be written after it: names[n_names], in `directory`
   or, if that is NULL, paths. Input errors as LodAtomicFileBegin, and if one of them is the same
   file as one of inputs[n_inputs] (entries may be NULL, or no files), by whatever path or link, or
   as another one of them. */
PetscErrorCode LodOutputsCheck(const char *directory, PetscInt n_names, const char *const names[],
                               PetscInt n_inputs, const char *const inputs[]);

/* Makes directory `path` and its parents unless they exist; an input error if that is impossible.
 */
PetscErrorCode LodDirectoryMake(const char *path);

#endif
