/* Opening, creating and closing HDF5 files; whole arrays and rows of arrays. Attributes and the
   questions about what a file holds are in hdf5_attributes.c.

   A new file is made in memory and written to the disk in one piece by LodHdf5Commit: HDF5 does not
   recover from a write that fails (on a full disk its cleanup reads freed memory), so it never sees
   one. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/hdf5_private.h"

/* Callback of H5Ewalk2: keeps in `context` (char[256]) the operating system's own words, which HDF5
   puts into one of its messages as "error message = '...'". */
static herr_t FindReason(unsigned level, const H5E_error2_t *entry, void *context) {
  char       *reason = context;
  const char *marker = "error message = '";
  const char *found = entry->desc ? strstr(entry->desc, marker) : NULL;
  (void)level;
  if (found) {
    found += strlen(marker);
    snprintf(reason, 256, "%.*s", (int)strcspn(found, "'"), found);
  }
  return 0;
}

void LodHdf5Reason(char reason[256]) {
  snprintf(reason, 256, "HDF5 could not complete the operation");
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, FindReason, reason);
}

/* A file access list with which closing a file closes whatever is still open in it, so that an
   early return on an error leaves no handle behind. */
static hid_t AccessList(void) {
  hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  if (access >= 0) H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
  return access;
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
  hid_t access = AccessList();
  H5Pset_fapl_core(access, IMAGE_STEP, 0);
  file->id = H5Fcreate(file->atomic.temporary, H5F_ACC_TRUNC, H5P_DEFAULT, access);
  if (file->id < 0) LodHdf5Reason(reason);
  H5Pclose(access);
  if (file->id < 0) {
    PetscCall(LodHdf5Abort(file));
    SETERRQ(PETSC_COMM_SELF, PETSC_ERR_FILE_OPEN, "%s: cannot create: %s", path, reason);
  }
  PetscFunctionReturn(0);
}

/* Writes size bytes to an existing file. Returns 0 or errno. */
static int WriteBytes(const char *path, const char *bytes, size_t size) {
  int reason = 0;
  int descriptor = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
  if (descriptor < 0) return errno;
  while (size > 0 && !reason) {
    const ssize_t written = write(descriptor, bytes, size);
    if (written < 0 && errno != EINTR) reason = errno;
    if (written <= 0) continue;
    bytes += written;
    size -= (size_t)written;
  }
  if (close(descriptor) != 0 && !reason) reason = errno;
  return reason;
}

/* Copies the image of the file to its temporary name on the disk. */
static PetscErrorCode WriteImage(LodHdf5 *file) {
  char *image;

  PetscFunctionBeginUser;
  LodHdf5CheckWritten(H5Fflush(file->id, H5F_SCOPE_LOCAL), file, "the file");
  const ssize_t size = H5Fget_file_image(file->id, NULL, 0);
  LodHdf5CheckWritten(size, file, "the file");
  PetscCall(PetscMalloc1((size_t)size, &image));
  const ssize_t got = H5Fget_file_image(file->id, image, (size_t)size);
  const int reason = got == size ? WriteBytes(file->atomic.temporary, image, (size_t)size) : EIO;
  PetscCall(PetscFree(image));
  PetscCheck(!reason, PETSC_COMM_SELF, PETSC_ERR_FILE_WRITE, "%s: cannot be written: %s",
             file->path, strerror(reason));
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
  LodCheckInput(access(path, mode) == 0, "%s: %s", path, strerror(errno));
  LodCheckInput(status.st_size > 0, "%s: the file is empty, not an HDF5 file", path);
  LodCheckInput(H5Fis_hdf5(path) > 0, "%s: not an HDF5 file", path);
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5Open(const char *path, LodHdf5 *file) {
  PetscFunctionBeginUser;
  PetscCall(SetPath(path, file));
  PetscCall(CheckFile(path, R_OK));
  hid_t access = AccessList();
  file->id = H5Fopen(path, H5F_ACC_RDONLY, access);
  H5Pclose(access);
  LodCheckInput(file->id >= 0, "%s: damaged or truncated HDF5 file, or another run has it open",
                path);
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
  if (!create) PetscCall(CheckFile(path, R_OK | W_OK));
  hid_t access = AccessList();
  file->id = create ? H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, access)
                    : H5Fopen(path, H5F_ACC_RDWR, access);
  if (file->id < 0) LodHdf5Reason(reason);
  H5Pclose(access);
  LodCheckInput(file->id >= 0 || create, "%s: damaged or truncated HDF5 file", path);
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

/* Makes a dataset and returns its handle; `properties` is a creation list, which is closed. */
static PetscErrorCode CreateDataset(LodHdf5 *file, const char *name, hid_t type, hid_t space,
                                    hid_t properties, hid_t *dataset) {
  char reason[256] = "";

  PetscFunctionBeginUser;
  const hid_t stored = H5Tcopy(type), links = H5Pcreate(H5P_LINK_CREATE);
  H5Tset_order(stored, H5T_ORDER_LE);
  H5Pset_create_intermediate_group(links, 1);
  H5Pset_obj_track_times(properties, 0); /* the same data give the same bytes */
  *dataset = H5Dcreate2(file->id, name, stored, space, links, properties, H5P_DEFAULT);
  if (*dataset < 0) LodHdf5Reason(reason);
  H5Pclose(properties);
  H5Pclose(links);
  H5Tclose(stored);
  PetscCheck(*dataset >= 0, PETSC_COMM_SELF, PETSC_ERR_FILE_WRITE, "%s: cannot write %s: %s",
             file->path, name, reason);
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5WriteArray(LodHdf5 *file, const char *name, hid_t type, int rank,
                                 const hsize_t *dims, const void *data) {
  hid_t dataset;

  PetscFunctionBeginUser;
  hid_t space = rank ? H5Screate_simple(rank, dims, NULL) : H5Screate(H5S_SCALAR);
  PetscCall(CreateDataset(file, name, type, space, H5Pcreate(H5P_DATASET_CREATE), &dataset));
  LodHdf5CheckWritten(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data), file, name);
  LodHdf5CheckWritten(H5Dclose(dataset), file, name);
  H5Sclose(space);
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5BFloat16(hid_t *type) {
  PetscFunctionBeginUser;
  *type = H5Tcopy(H5T_IEEE_F32LE);
  PetscBool failed = (PetscBool)(*type < 0 || H5Tset_fields(*type, 15, 7, 8, 0, 7) < 0);
  failed = (PetscBool)(failed || H5Tset_precision(*type, 16) < 0 || H5Tset_ebias(*type, 127) < 0);
  failed = (PetscBool)(failed || H5Tset_size(*type, 2) < 0);
  PetscCheck(!failed, PETSC_COMM_SELF, PETSC_ERR_LIB, "HDF5 cannot make a 16-bit type");
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5CreateRows(LodHdf5 *file, const char *name, hid_t type, int rank,
                                 const hsize_t *dims, PetscInt compression) {
  hsize_t chunk[H5S_MAX_RANK], most[H5S_MAX_RANK];
  hid_t   dataset;

  PetscFunctionBeginUser;
  for (int axis = 0; axis < rank; axis++) {
    chunk[axis] = axis ? dims[axis] : 1;
    most[axis] = axis ? dims[axis] : H5S_UNLIMITED;
  }
  hid_t space = H5Screate_simple(rank, dims, most), properties = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_chunk(properties, rank, chunk);
  H5Pset_fill_time(properties, H5D_FILL_TIME_NEVER);
  if (compression == 0) {
    H5Pset_alloc_time(properties, H5D_ALLOC_TIME_EARLY);
  } else {
    H5Pset_shuffle(properties);
    H5Pset_deflate(properties, (unsigned)compression);
  }
  PetscCall(CreateDataset(file, name, type, space, properties, &dataset));
  LodHdf5CheckWritten(H5Dclose(dataset), file, name);
  H5Sclose(space);
  PetscFunctionReturn(0);
}

/* Opens a dataset without a chunk cache: rows are read straight to their place, and a single row of
   a large chunk does not pull in the whole chunk. */
static hid_t OpenDataset(LodHdf5 *file, const char *name) {
  hid_t access = H5Pcreate(H5P_DATASET_ACCESS);
  H5Pset_chunk_cache(access, 0, 0, 1.0);
  hid_t dataset = H5Dopen2(file->id, name, access);
  H5Pclose(access);
  return dataset;
}

/* Selects the block first[a] <= index[a] < first[a] + count[a] of a dataset, of all its axes, or
   with `rows` of the first axis only, and everything along the others. Returns the dataset's space
   and one for the memory; the caller closes both. */
static PetscErrorCode SelectBlock(LodHdf5 *file, const char *name, hid_t dataset, PetscBool rows,
                                  const hsize_t *first, const hsize_t *count, hid_t *space,
                                  hid_t *memory) {
  hsize_t   dims[H5S_MAX_RANK], start[H5S_MAX_RANK], size[H5S_MAX_RANK];
  PetscBool inside = PETSC_TRUE;

  PetscFunctionBeginUser;
  *space = H5Dget_space(dataset);
  const int rank = H5Sget_simple_extent_dims(*space, dims, NULL);
  for (int axis = 0; axis < rank; axis++) {
    const PetscBool whole = (PetscBool)(rows && axis > 0);
    start[axis] = whole ? 0 : first[axis];
    size[axis] = whole ? dims[axis] : count[axis];
    if (start[axis] > dims[axis] || size[axis] > dims[axis] - start[axis]) inside = PETSC_FALSE;
  }
  if (rank < 1 || !inside) H5Sclose(*space);
  LodCheckInput(rank >= 1 && inside, "%s: %s: is smaller than it should be", file->path, name);
  H5Sselect_hyperslab(*space, H5S_SELECT_SET, start, NULL, size, NULL);
  *memory = H5Screate_simple(rank, size, NULL);
  PetscFunctionReturn(0);
}

/* Reads a block (see SelectBlock). */
static PetscErrorCode ReadBlock(LodHdf5 *file, const char *name, hid_t type, PetscBool rows,
                                const hsize_t *first, const hsize_t *count, void *data) {
  hid_t space, memory;

  PetscFunctionBeginUser;
  PetscCall(LodHdf5CheckNumbers(file, name));
  const hid_t    dataset = OpenDataset(file, name);
  PetscErrorCode error = SelectBlock(file, name, dataset, rows, first, count, &space, &memory);
  herr_t         status = 0;
  if (!error) {
    status = H5Dread(dataset, type, memory, space, H5P_DEFAULT, data);
    H5Sclose(memory);
    H5Sclose(space);
  }
  H5Dclose(dataset);
  PetscCall(error);
  LodCheckInput(status >= 0, "%s: %s: cannot be read, the file is damaged", file->path, name);
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5WriteRows(LodHdf5 *file, const char *name, hid_t type, hsize_t first,
                                hsize_t count, const void *data) {
  hid_t space, memory;

  PetscFunctionBeginUser;
  const hid_t dataset = OpenDataset(file, name);
  LodHdf5CheckWritten(dataset, file, name);
  PetscCall(SelectBlock(file, name, dataset, PETSC_TRUE, &first, &count, &space, &memory));
  LodHdf5CheckWritten(H5Dwrite(dataset, type, memory, space, H5P_DEFAULT, data), file, name);
  LodHdf5CheckWritten(H5Dclose(dataset), file, name);
  H5Sclose(memory);
  H5Sclose(space);
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5ReadRows(LodHdf5 *file, const char *name, hid_t type, hsize_t first,
                               hsize_t count, void *data) {
  PetscFunctionBeginUser;
  PetscCall(ReadBlock(file, name, type, PETSC_TRUE, &first, &count, data));
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5ReadBlock(LodHdf5 *file, const char *name, hid_t type, const hsize_t *first,
                                const hsize_t *count, void *data) {
  PetscFunctionBeginUser;
  PetscCall(ReadBlock(file, name, type, PETSC_FALSE, first, count, data));
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5ReadArray(LodHdf5 *file, const char *name, hid_t type, void *data) {
  PetscFunctionBeginUser;
  PetscCall(LodHdf5CheckNumbers(file, name));
  hid_t  dataset = H5Dopen2(file->id, name, H5P_DEFAULT);
  herr_t status = H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data);
  H5Dclose(dataset);
  LodCheckInput(status >= 0, "%s: %s: cannot be read, the file is damaged", file->path, name);
  PetscFunctionReturn(0);
}
