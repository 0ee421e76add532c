/* Files that are either whole or absent. */
#include <errno.h>
#include <fcntl.h>
#include <lodnet/base.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base_private.h"

/* Names of the temporary files that exist now. A signal handler has to find them, so they live
   here; an entry is in use while its flag is set, and the flag is set last and cleared first. */
enum { MAX_OPEN = 16 };
static char                  open_names[MAX_OPEN][LOD_PATH_MAX];
static volatile sig_atomic_t open_used[MAX_OPEN];

void LodAtomicFilesRemove(void) {
  for (int i = 0; i < MAX_OPEN; i++) {
    if (!open_used[i]) continue;
    unlink(open_names[i]);
    open_used[i] = 0;
  }
}

/* Notes a temporary file for removal; with too many open at once it is only not removed by signals.
 */
static void Register(const char *name) {
  for (int i = 0; i < MAX_OPEN; i++) {
    if (open_used[i]) continue;
    snprintf(open_names[i], LOD_PATH_MAX, "%s", name);
    open_used[i] = 1;
    return;
  }
}

/* Forgets a temporary file. */
static void Unregister(const char *name) {
  for (int i = 0; i < MAX_OPEN; i++)
    if (open_used[i] && !strcmp(open_names[i], name)) open_used[i] = 0;
}

PetscErrorCode LodAtomicFileBegin(LodAtomicFile *file, const char *path) {
  struct stat status;
  PetscFunctionBeginUser;
  memset(file, 0, sizeof *file);
  LodCheckInput(path[0], "output: the file name is empty");
  LodCheckInput(strlen(path) + 32 < LOD_PATH_MAX, "%.64s...: the file name is longer than %d bytes",
                path, LOD_PATH_MAX - 32);
  LodCheckInput(stat(path, &status) || !S_ISDIR(status.st_mode), "%s: is a directory, not a file",
                path);
  snprintf(file->path, sizeof file->path, "%s", path);
  snprintf(file->temporary, sizeof file->temporary, "%.*s.%ld.tmp", LOD_PATH_MAX - 32, path,
           (long)getpid());
  int descriptor = open(file->temporary, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0666);
  LodCheckInput(descriptor >= 0, "%s: cannot be written: %s", path, strerror(errno));
  close(descriptor);
  Register(file->temporary);
  PetscFunctionReturn(0);
}

PetscErrorCode LodAtomicFileCommit(LodAtomicFile *file) {
  PetscFunctionBeginUser;
  int descriptor = open(file->temporary, O_RDONLY | O_CLOEXEC);
  int failed = descriptor < 0 || fsync(descriptor) != 0;
  if (!failed) failed = rename(file->temporary, file->path) != 0;
  int reason = errno;
  if (descriptor >= 0) close(descriptor);
  if (failed) {
    PetscCall(LodAtomicFileAbort(file));
    SETERRQ(PETSC_COMM_SELF, PETSC_ERR_FILE_WRITE, "%s: cannot be written: %s", file->path,
            strerror(reason));
  }
  Unregister(file->temporary);
  PetscFunctionReturn(0);
}

PetscErrorCode LodAtomicFileAbort(LodAtomicFile *file) {
  PetscFunctionBeginUser;
  if (file->temporary[0]) {
    unlink(file->temporary);
    Unregister(file->temporary);
  }
  PetscFunctionReturn(0);
}

PetscErrorCode LodMakeDirectory(const char *path) {
  char        partial[LOD_PATH_MAX];
  struct stat status;
  PetscFunctionBeginUser;
  LodCheckInput(path[0] && strlen(path) < LOD_PATH_MAX, "\"%.64s\": not a usable directory name",
                path);
  snprintf(partial, sizeof partial, "%s", path);
  for (char *end = partial + 1;; end++) {
    if (*end && *end != '/') continue;
    char kept = *end;
    *end = 0;
    int made = mkdir(partial, 0777);
    LodCheckInput(made == 0 || errno == EEXIST, "%s: cannot make directory %s: %s", path, partial,
                  strerror(errno));
    *end = kept;
    if (!kept) break;
  }
  LodCheckInput(stat(path, &status) == 0 && S_ISDIR(status.st_mode), "%s: is not a directory",
                path);
  LodCheckInput(access(path, W_OK) == 0, "%s: directory cannot be written: %s", path,
                strerror(errno));
  PetscFunctionReturn(0);
}
