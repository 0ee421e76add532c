/* Opening, creating and closing HDF5 files. What is in them: hdf5_dataset.c, hdf5_attributes.c.

   A new file is made in memory and written to the disk in one piece by LodHdf5Commit: HDF5 does not
   recover from a write that fails (on a full disk its cleanup reads freed memory), so it never sees
   one. */
#include "io/hdf5_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "io/hdf5_private.h"

/* A file access list with which closing a file closes whatever is still open in it, so that an
   early return on an error leaves no handle behind. */
static hid_t AccessList(void) {
  hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  if (access >= 0) H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
  return access;
}

/* A creation list for a file. */
static hid_t FileList(void) {
  const hid_t properties = H5Pcreate(H5P_FILE_CREATE);
  LodHdf5SetHeaders(properties);
  return properties;
}

/* Starts file->path and clears the rest; an input error if the name is empty or too long. */
static PetscErrorCode SetPath(const char *path, LodHdf5 *file) {
  PetscFunctionBeginUser;
  memset(file, 0, sizeof *file);
  file->id = H5I_INVALID_HID;
  LodCheckInput(path[0], "a file name is empty");
  LodCheckInput(strlen(path) < sizeof file->path, "%.60s...: the file name is too long", path);
  PetscCall(PetscStrncpy(file->path, path, sizeof file->path));
  PetscFunctionReturn(0);
}

/* Growth of a file image in memory, bytes. */
#define IMAGE_STEP ((size_t)1 << 20)

PetscErrorCode LodHdf5Create(const char *path, LodHdf5 *file) {
  char reason[256];

  PetscFunctionBeginUser;
  PetscCall(SetPath(path, file));
  PetscCall(LodAtomicFileBegin(&file->atomic, path));
  file->writing = PETSC_TRUE;
  hid_t access = AccessList(), properties = FileList();
  H5Pset_fapl_core(access, IMAGE_STEP, 0);
  file->id = H5Fcreate(file->atomic.temporary, H5F_ACC_TRUNC, properties, access);
  if (file->id < 0) (void)LodHdf5Reason(reason);
  H5Pclose(properties);
  H5Pclose(access);
  if (file->id < 0) {
    PetscCall(LodHdf5Abort(file));
    SETERRQ(PETSC_COMM_SELF, PETSC_ERR_FILE_OPEN, "%s: cannot create: %s", path, reason);
  }
  PetscFunctionReturn(0);
}

/* Copies the image of the file to its temporary name on the disk. */
static PetscErrorCode WriteImage(LodHdf5 *file) {
  char *image;

  PetscFunctionBeginUser;
  LodHdf5CheckWritten(H5Fflush(file->id, H5F_SCOPE_LOCAL), file, "the file");
  const ssize_t size = H5Fget_file_image(file->id, NULL, 0);
  LodHdf5CheckWritten(size, file, "the file");
  PetscCall(PetscMalloc1((size_t)size, &image));
  const ssize_t  got = H5Fget_file_image(file->id, image, (size_t)size);
  PetscErrorCode error = PETSC_ERR_LIB;
  if (got == size) error = LodAtomicFileWrite(&file->atomic, image, (size_t)size);
  PetscCall(PetscFree(image));
  LodHdf5CheckWritten(got == size ? 0 : -1, file, "the file");
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5Commit(LodHdf5 *file) {
  PetscFunctionBeginUser;
  PetscErrorCode error = WriteImage(file);
  if (error) PetscCall(LodHdf5Abort(file));
  PetscCall(error);
  H5Fclose(file->id); /* in memory only */
  file->id = H5I_INVALID_HID;
  file->writing = PETSC_FALSE;
  PetscCall(LodAtomicFileCommit(&file->atomic));
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5Abort(LodHdf5 *file) {
  PetscFunctionBeginUser;
  if (file->id >= 0) H5Fclose(file->id); /* whether that succeeds no longer matters */
  file->id = H5I_INVALID_HID;
  if (file->writing) PetscCall(LodAtomicFileAbort(&file->atomic));
  file->writing = PETSC_FALSE;
  PetscFunctionReturn(0);
}

/* Checks that `path` is a regular file that may be read (and written, if `mode` has W_OK) and
   begins as an HDF5 file does. */
static PetscErrorCode CheckFile(const char *path, int mode) {
  struct stat status;

  PetscFunctionBeginUser;
  LodCheckInput(stat(path, &status) == 0, "%s: %s", path, strerror(errno));
  LodCheckInput(!S_ISDIR(status.st_mode), "%s: is a directory, not an HDF5 file", path);
  LodCheckInput(S_ISREG(status.st_mode), "%s: is no regular file, as an HDF5 file must be", path);
  LodCheckInput(access(path, mode) == 0, "%s: %s", path, strerror(errno));
  LodCheckInput(status.st_size > 0, "%s: the file is empty, not an HDF5 file", path);
  LodCheckInput(H5Fis_hdf5(path) > 0, "%s: not an HDF5 file", path);
  PetscFunctionReturn(0);
}

/* Opens an existing file, reading only or not, after a look at it. */
static PetscErrorCode OpenExisting(unsigned flags, LodHdf5 *file) {
  PetscBool locking = PETSC_FALSE;
  char      reason[256] = "";

  PetscFunctionBeginUser;
  PetscCall(CheckFile(file->path, flags == H5F_ACC_RDONLY ? R_OK : R_OK | W_OK));
  PetscCall(LodHdf5Probe(file->path, file->datasets));
  hid_t access = AccessList();
  file->id = H5Fopen(file->path, flags, access);
  if (file->id < 0) locking = LodHdf5Reason(reason);
  H5Pclose(access);
  LodCheckInput(!locking,
                "%s: cannot be locked: %s: another program is writing it, or its file system has "
                "no locks (then set HDF5_USE_FILE_LOCKING=FALSE)",
                file->path, reason);
  LodCheckInput(file->id >= 0, "%s: damaged or truncated HDF5 file: %s", file->path, reason);
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5Open(const char *path, LodHdf5 *file) {
  PetscFunctionBeginUser;
  PetscCall(SetPath(path, file));
  PetscCall(OpenExisting(H5F_ACC_RDONLY, file));
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5CheckUnlocked(const char *path) {
  PetscFunctionBeginUser;
  int descriptor = open(path, O_RDWR | O_CLOEXEC);
  if (descriptor >= 0) {
    int locked = flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    close(descriptor);
    LodCheckInput(!locked, "%s: another run is writing this file", path);
  }
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5OpenUpdate(const char *path, PetscBool create, LodHdf5 *file) {
  char reason[256];

  PetscFunctionBeginUser;
  PetscCall(SetPath(path, file));
  PetscCall(LodHdf5CheckUnlocked(path));
  if (!create) {
    PetscCall(OpenExisting(H5F_ACC_RDWR, file));
    PetscFunctionReturn(0);
  }
  hid_t access = AccessList(), properties = FileList();
  file->id = H5Fcreate(path, H5F_ACC_TRUNC, properties, access);
  if (file->id < 0) (void)LodHdf5Reason(reason);
  H5Pclose(properties);
  H5Pclose(access);
  LodCheckInput(file->id >= 0, "%s: cannot create: %s", path, reason);
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5Flush(LodHdf5 *file) {
  PetscFunctionBeginUser;
  LodHdf5CheckWritten(H5Fflush(file->id, H5F_SCOPE_LOCAL), file, "the file");
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5Close(LodHdf5 *file) {
  PetscFunctionBeginUser;
  if (file->id >= 0) {
    hid_t id = file->id;
    file->id = H5I_INVALID_HID;
    unsigned intent = H5F_ACC_RDWR;
    (void)H5Fget_intent(id, &intent);
    const herr_t closed = H5Fclose(id);
    /* What was only read is done with, though HDF5 may find the end of a damaged file odd. */
    if (intent & H5F_ACC_RDWR) LodHdf5CheckWritten(closed, file, "the file");
  }
  PetscFunctionReturn(0);
}

void LodHdf5SplitName(const char *text, char path[LOD_PATH_MAX], char dataset[LOD_PATH_MAX]) {
  const char *colon = access(text, F_OK) == 0 ? NULL : strrchr(text, ':');
  dataset[0] = '\0';
  (void)PetscStrncpy(path, text, LOD_PATH_MAX);
  if (!colon) return;
  path[PetscMin(colon - text, LOD_PATH_MAX - 1)] = '\0';
  (void)PetscStrncpy(dataset, colon + 1, LOD_PATH_MAX);
}

const char *LodHdf5ShapeText(int rank, const hsize_t *shape, char text[LOD_SHAPE_TEXT]) {
  size_t used = (size_t)snprintf(text, LOD_SHAPE_TEXT, "(");
  for (int axis = 0; axis < rank && used < LOD_SHAPE_TEXT; axis++)
    used += (size_t)snprintf(text + used, LOD_SHAPE_TEXT - used, "%s%llu", axis ? ", " : "",
                             (unsigned long long)shape[axis]);
  if (used < LOD_SHAPE_TEXT) (void)snprintf(text + used, LOD_SHAPE_TEXT - used, ")");
  return text;
}
