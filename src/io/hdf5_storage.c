/* Whether a dataset's numbers are in the file. HDF5 takes the shape of a dataset for granted and
   reads what was never written as fill values: a small file can claim any size. */
#include <string.h>

#include "io/hdf5_private.h"

/* zlib compresses a byte to 1/1032 at best ("maximum compression factor" of its documentation), the
   other filters that are known here by less. */
#define MOST_COMPRESSION 1032.

/* What a file says of one dataset. */
typedef struct {
  int       rank;
  hsize_t   dims[H5S_MAX_RANK];
  double    claimed, stored, file; /* bytes of its numbers, of these in the file, of the file */
  PetscBool filtered, bounded;     /* by filters of which the best compression is known */
} Storage;

/* Finds out whether there are filters, and whether all are known. */
static void LookAtFilters(hid_t properties, Storage *storage) {
  const int n_filters = H5Pget_nfilters(properties);
  unsigned  flags, what;

  storage->filtered = (PetscBool)(n_filters > 0);
  storage->bounded = PETSC_TRUE;
  for (int i = 0; i < n_filters; i++) {
    size_t             n_values = 0; /* in and out */
    const H5Z_filter_t filter =
        H5Pget_filter2(properties, (unsigned)i, &flags, &n_values, NULL, 0, NULL, &what);
    const H5Z_filter_t lzf = 32000; /* h5py's */
    if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE &&
        filter != H5Z_FILTER_FLETCHER32 && filter != lzf)
      storage->bounded = PETSC_FALSE;
  }
}

/* Compares the chunks that the shape needs with those that are there. */
static PetscBool ChunkDefect(hid_t dataset, hid_t space, hid_t properties, const Storage *storage,
                             char defect[256]) {
  hsize_t chunk[H5S_MAX_RANK], found = 0;
  double  needed = 1;

  if (H5Pget_chunk(properties, H5S_MAX_RANK, chunk) != storage->rank) {
    (void)snprintf(defect, 256, "its chunks do not have the axes of its shape");
    return PETSC_TRUE;
  }
  for (int axis = 0; axis < storage->rank; axis++)
    needed *= (double)(storage->dims[axis] / chunk[axis] + (storage->dims[axis] % chunk[axis] > 0));
  if (H5Dget_num_chunks(dataset, space, &found) < 0) found = 0;
  if ((double)found < needed)
    (void)snprintf(defect, 256, "was not written whole: %.0f of %.0f chunks are in the file",
                   (double)found, needed);
  return (PetscBool)((double)found < needed);
}

/* Compares the sizes, in bytes. */
static PetscBool SizeDefect(const Storage *storage, char defect[256]) {
  const double most = storage->filtered ? MOST_COMPRESSION * storage->stored : storage->stored;

  if (storage->claimed > most && (!storage->filtered || storage->bounded)) {
    if (storage->stored > 0)
      (void)snprintf(defect, 256, "its shape claims %.0f bytes, the file holds %.0f of them",
                     storage->claimed, storage->stored);
    else
      (void)snprintf(defect, 256, "was never written: the file holds none of its %.0f bytes",
                     storage->claimed);
    return PETSC_TRUE;
  }
  if (storage->stored > storage->file) {
    (void)snprintf(defect, 256, "claims %.0f bytes of a file of %.0f", storage->stored,
                   storage->file);
    return PETSC_TRUE;
  }
  return PETSC_FALSE;
}

/* LodHdf5StorageDefect with the dataset's handles at hand. */
static PetscBool FindDefect(hid_t dataset, hid_t space, hid_t properties, hid_t type,
                            char defect[256]) {
  Storage            storage = {.rank = H5Sget_simple_extent_ndims(space)};
  H5D_fill_value_t   fill = H5D_FILL_VALUE_ERROR;
  const H5D_layout_t layout = H5Pget_layout(properties);
  hsize_t            bytes = 0;

  if (H5Sget_simple_extent_type(space) == H5S_NULL) return PETSC_FALSE;
  H5Sget_simple_extent_dims(space, storage.dims, NULL);
  storage.claimed = (double)H5Tget_size(type);
  for (int axis = 0; axis < storage.rank; axis++)
    storage.claimed *= (double)storage.dims[axis];
  if (storage.claimed == 0 || layout == H5D_VIRTUAL || H5Pget_external_count(properties) > 0)
    return PETSC_FALSE;
  /* What is missing has the value that the writer chose. */
  H5Pfill_value_defined(properties, &fill);
  if (fill == H5D_FILL_VALUE_USER_DEFINED) return PETSC_FALSE;
  storage.stored = (double)H5Dget_storage_size(dataset);
  const hid_t file = H5Iget_file_id(dataset);
  H5Fget_filesize(file, &bytes);
  H5Fclose(file);
  storage.file = (double)bytes;
  LookAtFilters(properties, &storage);
  if (layout == H5D_CHUNKED && ChunkDefect(dataset, space, properties, &storage, defect))
    return PETSC_TRUE;
  return SizeDefect(&storage, defect);
}

PetscBool LodHdf5StorageDefect(hid_t dataset, char defect[256]) {
  const hid_t space = H5Dget_space(dataset), type = H5Dget_type(dataset);
  const hid_t properties = H5Dget_create_plist(dataset);
  PetscBool   found = PETSC_TRUE;

  (void)snprintf(defect, 256, "its description cannot be read");
  if (space >= 0 && type >= 0 && properties >= 0)
    found = FindDefect(dataset, space, properties, type, defect);
  if (properties >= 0) H5Pclose(properties);
  if (type >= 0) H5Tclose(type);
  if (space >= 0) H5Sclose(space);
  return found;
}
