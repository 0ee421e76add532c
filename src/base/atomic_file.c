/* Files that are either whole or absent, and the rules that hold for every file that is written. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/process.h"

/* Most symbolic links that are followed one after the other, as in Linux. */
#define MOST_LINKS 40

PetscBool LodOutputIsFile(const char *path) {
  struct stat status;
  return (PetscBool)(stat(path, &status) != 0 || S_ISREG(status.st_mode));
}

PetscErrorCode LodPathFollowLinks(const char *path, char target[LOD_PATH_MAX]) {
  char link[LOD_PATH_MAX], joined[2 * LOD_PATH_MAX];

  PetscFunctionBeginUser;
  PetscCall(PetscStrncpy(target, path, LOD_PATH_MAX));
  for (int links = 0;; links++) {
    const ssize_t length = readlink(target, link, sizeof link - 1);
    if (length < 0) break; /* no link, or nothing at all */
    link[length] = 0;
    LodCheckInput(links < MOST_LINKS, "%s: cannot be written: %s", path, strerror(ELOOP));
    const char *slash = link[0] == '/' ? NULL : strrchr(target, '/');
    snprintf(joined, sizeof joined, "%.*s%s", slash ? (int)(slash - target) + 1 : 0, target, link);
    LodCheckInput(strlen(joined) < LOD_PATH_MAX, "%s: cannot be written: %s", path,
                  strerror(ENAMETOOLONG));
    PetscCall(PetscStrncpy(target, joined, LOD_PATH_MAX));
  }
  PetscFunctionReturn(0);
}

/* Checks that `path` may be written and tells what is there: 0, or the mode of what exists. A file
   that nobody may write is refused although root, or a new file under its name, could pass. */
static PetscErrorCode CheckTarget(const char *path, mode_t *mode) {
  struct stat status;

  PetscFunctionBeginUser;
  *mode = 0;
  LodCheckInput(path[0], "output: the file name is empty");
  LodCheckInput(strlen(path) + 32 < LOD_PATH_MAX, "%.64s...: the file name is longer than %d bytes",
                path, LOD_PATH_MAX - 32);
  if (stat(path, &status) != 0) PetscFunctionReturn(0);
  LodCheckInput(!S_ISDIR(status.st_mode), "%s: is a directory, not a file", path);
  LodCheckInput(!S_ISSOCK(status.st_mode), "%s: is a socket, not a file", path);
  LodCheckInput((status.st_mode & 0222) && access(path, W_OK) == 0,
                "%s: is write-protected (mode %03o): choose another name or make it writable", path,
                (unsigned)status.st_mode & 0777);
  *mode = status.st_mode;
  PetscFunctionReturn(0);
}

/* Where the temporary file stands whose content is to go to a device: as `path` would be. */
static void PathForDevices(char path[LOD_PATH_MAX]) {
  const char *directory = getenv("TMPDIR");
  snprintf(path, LOD_PATH_MAX, "%.*s/lodnet-output", LOD_PATH_MAX - 32,
           directory && directory[0] ? directory : "/tmp");
}

PetscErrorCode LodAtomicFileBegin(LodAtomicFile *file, const char *path) {
  char   beside[LOD_PATH_MAX];
  mode_t mode;

  PetscFunctionBeginUser;
  memset(file, 0, sizeof *file);
  PetscCall(CheckTarget(path, &mode));
  PetscCall(PetscStrncpy(file->path, path, sizeof file->path));
  PetscCall(PetscStrncpy(file->target, path, sizeof file->target));
  file->replaces = (PetscBool)(mode == 0 || S_ISREG(mode));
  if (file->replaces) {
    PetscCall(LodPathFollowLinks(path, file->target));
    PetscCall(PetscStrncpy(beside, file->target, sizeof beside));
  } else {
    PathForDevices(beside);
  }
  LodTemporaryRemoveAbandoned(beside);
  /* What replaces a file is for nobody else until it has that file's mode. */
  const int reason =
      LodTemporaryCreate(beside, mode ? 0600 : 0666, file->temporary, &file->descriptor);
  LodCheckInput(!reason, "%s: cannot be written: %s", file->replaces ? path : beside,
                strerror(reason));
  file->begun = PETSC_TRUE;
  PetscFunctionReturn(0);
}

/* Writes size bytes. Returns 0 or an errno. */
static int WriteBytes(int descriptor, const char *bytes, size_t size) {
  while (size > 0) {
    const ssize_t written = write(descriptor, bytes, size);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    if (written == 0) return EIO; /* and so it would be the next time */
    bytes += written;
    size -= (size_t)written;
  }
  return 0;
}

PetscErrorCode LodAtomicFileWrite(LodAtomicFile *file, const void *bytes, size_t size) {
  PetscFunctionBeginUser;
  const int reason = WriteBytes(file->descriptor, bytes, size);
  PetscCheck(!reason, PETSC_COMM_SELF, PETSC_ERR_FILE_WRITE, "%s: cannot be written: %s",
             file->path, strerror(reason));
  PetscFunctionReturn(0);
}

/* Gives an open file the mode and, if that is allowed, the owner of the file that it replaces. A
   group that cannot be given does not hand its rights to another one. */
static void KeepAccess(int descriptor, const struct stat *old) {
  mode_t mode = old->st_mode & 0777;
  if (fchown(descriptor, old->st_uid, old->st_gid) != 0 &&
      fchown(descriptor, (uid_t)-1, old->st_gid) != 0)
    mode &= (mode_t)(0707 | (mode & 0007) << 3);
  (void)fchmod(descriptor, mode); /* some file systems have no modes */
}

/* Brings an open file to the disk and renames it from `from` to `to`. Returns 0 or an errno. */
static int FlushAndRename(int descriptor, const char *from, const char *to) {
  struct stat old;
  if (stat(to, &old) == 0 && S_ISREG(old.st_mode)) KeepAccess(descriptor, &old);
  if (fsync(descriptor) != 0 || rename(from, to) != 0) return errno;
  return 0;
}

/* Writes everything that is in an open file to the device `path`. Returns 0 or an errno. */
static int CopyToDevice(int descriptor, const char *path) {
  char      piece[1 << 16];
  off_t     done = 0;
  ssize_t   count;
  int       reason = 0;
  const int device = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC); /* waits for a FIFO's reader */
  if (device < 0) return errno;
  while (!reason && (count = pread(descriptor, piece, sizeof piece, done)) != 0) {
    reason = count < 0 ? errno : WriteBytes(device, piece, (size_t)count);
    done += count;
  }
  if (close(device) != 0 && !reason) reason = errno;
  return reason;
}

PetscErrorCode LodAtomicFileCommit(LodAtomicFile *file) {
  PetscFunctionBeginUser;
  const int reason = file->replaces
                         ? FlushAndRename(file->descriptor, file->temporary, file->target)
                         : CopyToDevice(file->descriptor, file->target);
  file->renamed = (PetscBool)(!reason && file->replaces);
  PetscCall(LodAtomicFileAbort(file));
  PetscCheck(!reason, PETSC_COMM_SELF, PETSC_ERR_FILE_WRITE, "%s: cannot be written: %s",
             file->path, strerror(reason));
  PetscFunctionReturn(0);
}

PetscErrorCode LodAtomicFileAbort(LodAtomicFile *file) {
  PetscFunctionBeginUser;
  if (file->begun && !file->renamed) unlink(file->temporary);
  if (file->begun) LodTemporaryForget(file->temporary);
  if (file->begun) close(file->descriptor); /* and with it goes the lock */
  file->begun = PETSC_FALSE;
  PetscFunctionReturn(0);
}

PetscErrorCode LodFileRename(const char *from, const char *to) {
  PetscFunctionBeginUser;
  const int descriptor = open(from, O_RDONLY | O_CLOEXEC);
  const int reason = descriptor < 0 ? errno : FlushAndRename(descriptor, from, to);
  if (descriptor >= 0) close(descriptor);
  PetscCheck(!reason, PETSC_COMM_SELF, PETSC_ERR_FILE_WRITE, "%s: cannot be written: %s", to,
             strerror(reason));
  PetscFunctionReturn(0);
}

/* Checks that writing `output` would not overwrite the file `input`, whatever the two are called.
 */
static PetscErrorCode CheckNotInput(const char *output, const char *input) {
  struct stat written, read;

  PetscFunctionBeginUser;
  if (stat(output, &written) != 0 || stat(input, &read) != 0) PetscFunctionReturn(0);
  LodCheckInput(!S_ISREG(written.st_mode) || written.st_dev != read.st_dev ||
                    written.st_ino != read.st_ino,
                "%s: is also read in this run%s%s%s: choose another --output", output,
                strcmp(output, input) ? " (as " : "", strcmp(output, input) ? input : "",
                strcmp(output, input) ? ")" : "");
  PetscFunctionReturn(0);
}

/* Which folder and which name in it the file has that is written to `path`. */
static PetscErrorCode FindEntry(const char *path, struct stat *folder, char name[LOD_PATH_MAX]) {
  char target[LOD_PATH_MAX];

  PetscFunctionBeginUser;
  PetscCall(LodPathFollowLinks(path, target));
  char *slash = strrchr(target, '/');
  PetscCall(PetscStrncpy(name, slash ? slash + 1 : target, LOD_PATH_MAX));
  if (slash) slash[1] = 0;
  LodCheckInput(stat(slash ? target : ".", folder) == 0, "%s: cannot be written: %s", path,
                strerror(errno));
  PetscFunctionReturn(0);
}

/* Checks that what is written to one path does not replace what is written to the other. */
static PetscErrorCode CheckNotOutput(const char *path, const char *other) {
  struct stat folder, other_folder;
  char        name[LOD_PATH_MAX], other_name[LOD_PATH_MAX];

  PetscFunctionBeginUser;
  if (!LodOutputIsFile(path) || !LodOutputIsFile(other)) PetscFunctionReturn(0);
  PetscCall(FindEntry(path, &folder, name));
  PetscCall(FindEntry(other, &other_folder, other_name));
  LodCheckInput(strcmp(name, other_name) || folder.st_dev != other_folder.st_dev ||
                    folder.st_ino != other_folder.st_ino,
                "%s: is also written in this run%s%s%s: choose another name", path,
                strcmp(path, other) ? " (as " : "", strcmp(path, other) ? other : "",
                strcmp(path, other) ? ")" : "");
  PetscFunctionReturn(0);
}

/* The path of output `name`. */
static PetscErrorCode JoinPath(const char *directory, const char *name, char path[LOD_PATH_MAX]) {
  PetscFunctionBeginUser;
  const int length = snprintf(path, LOD_PATH_MAX, "%s%s%s", directory ? directory : "",
                              directory ? "/" : "", name);
  LodCheckInput(length >= 0 && length < LOD_PATH_MAX, "%.64s...: the file name is too long", path);
  PetscFunctionReturn(0);
}

PetscErrorCode LodOutputsCheck(const char *directory, PetscInt n_names, const char *const names[],
                               PetscInt n_inputs, const char *const inputs[]) {
  char          path[LOD_PATH_MAX], other[LOD_PATH_MAX];
  LodAtomicFile probe;

  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < n_names; i++) {
    PetscCall(JoinPath(directory, names[i], path));
    for (PetscInt j = 0; j < n_inputs; j++)
      if (inputs[j]) PetscCall(CheckNotInput(path, inputs[j]));
    PetscCall(LodAtomicFileBegin(&probe, path));
    PetscCall(LodAtomicFileAbort(&probe));
    for (PetscInt j = 0; j < i; j++) {
      PetscCall(JoinPath(directory, names[j], other));
      PetscCall(CheckNotOutput(path, other));
    }
  }
  PetscFunctionReturn(0);
}

PetscErrorCode LodDirectoryMake(const char *path) {
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
