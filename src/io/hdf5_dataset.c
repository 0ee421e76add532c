/* Groups and datasets: making and writing them, and reading what is really there. */
#include <string.h>

#include "base/error.h"
#include "io/hdf5_private.h"

/* A chunk takes about this many bytes at most; HDF5 checks and decompresses chunk by chunk. */
#define CHUNK_BYTES ((hsize_t)1 << 20)

void LodHdf5SetHeaders(hid_t properties) {
  H5Pset_obj_track_times(properties, 0);
  H5Pset_attr_creation_order(properties, H5P_CRT_ORDER_TRACKED);
}

PetscErrorCode LodHdf5CreateGroup(LodHdf5 *file, const char *name) {
  PetscFunctionBeginUser;
  const hid_t properties = H5Pcreate(H5P_GROUP_CREATE);
  LodHdf5SetHeaders(properties);
  const hid_t group = H5Gcreate2(file->id, name, H5P_DEFAULT, properties, H5P_DEFAULT);
  LodHdf5CheckWritten(group, file, name);
  H5Pclose(properties);
  H5Gclose(group);
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
  LodHdf5SetHeaders(properties);
  *dataset = H5Dcreate2(file->id, name, stored, space, links, properties, H5P_DEFAULT);
  if (*dataset < 0) (void)LodHdf5Reason(reason);
  H5Pclose(properties);
  H5Pclose(links);
  H5Tclose(stored);
  PetscCheck(*dataset >= 0, PETSC_COMM_SELF, PETSC_ERR_FILE_WRITE, "%s: cannot write %s: %s",
             file->path, name, reason);
  PetscFunctionReturn(0);
}

/* A creation list of chunks with checksums; see LodHdf5CreateChunked. Trailing axes are whole as
   long as the chunk does not get too large. Without entries there are no chunks. */
static hid_t ChunkList(size_t size, int rank, const hsize_t *dims, const hsize_t *most,
                       PetscInt compression) {
  hsize_t     chunk[H5S_MAX_RANK], room = PetscMax(1, CHUNK_BYTES / size), entries = 1;
  const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
  for (int axis = rank - 1; axis >= 0; axis--) {
    entries *= dims[axis];
    chunk[axis] = PetscMin(dims[axis], room);
    if (most) chunk[axis] = PetscMin(chunk[axis], most[axis]);
    room = chunk[axis] < dims[axis] ? 1 : PetscMax(1, room / PetscMax(1, chunk[axis]));
  }
  if (rank == 0 || entries == 0) return properties;
  H5Pset_chunk(properties, rank, chunk);
  H5Pset_fill_time(properties, H5D_FILL_TIME_NEVER);
  if (compression > 0) {
    H5Pset_shuffle(properties);
    H5Pset_deflate(properties, (unsigned)compression);
  }
  H5Pset_fletcher32(properties);
  return properties;
}

PetscErrorCode LodHdf5WriteArray(LodHdf5 *file, const char *name, hid_t type, int rank,
                                 const hsize_t *dims, const void *data) {
  hid_t dataset;

  PetscFunctionBeginUser;
  const hid_t space = rank ? H5Screate_simple(rank, dims, NULL) : H5Screate(H5S_SCALAR);
  const hid_t properties = ChunkList(H5Tget_size(type), rank, dims, NULL, 0);
  PetscCall(CreateDataset(file, name, type, space, properties, &dataset));
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
                                 const hsize_t *dims) {
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
  H5Pset_alloc_time(properties, H5D_ALLOC_TIME_EARLY);
  PetscCall(CreateDataset(file, name, type, space, properties, &dataset));
  LodHdf5CheckWritten(H5Dclose(dataset), file, name);
  H5Sclose(space);
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5CreateChunked(LodHdf5 *file, const char *name, hid_t type, int rank,
                                    const hsize_t *dims, const hsize_t *most,
                                    PetscInt compression) {
  hid_t dataset;

  PetscFunctionBeginUser;
  const hid_t space = H5Screate_simple(rank, dims, NULL);
  const hid_t properties = ChunkList(H5Tget_size(type), rank, dims, most, compression);
  PetscCall(CreateDataset(file, name, type, space, properties, &dataset));
  LodHdf5CheckWritten(H5Dclose(dataset), file, name);
  H5Sclose(space);
  PetscFunctionReturn(0);
}

hid_t LodHdf5OpenUncached(const LodHdf5 *file, const char *name) {
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

PetscErrorCode LodHdf5WriteRows(LodHdf5 *file, const char *name, hid_t type, hsize_t first,
                                hsize_t count, const void *data) {
  hid_t space, memory;

  PetscFunctionBeginUser;
  const hid_t dataset = LodHdf5OpenUncached(file, name);
  LodHdf5CheckWritten(dataset, file, name);
  PetscCall(SelectBlock(file, name, dataset, PETSC_TRUE, &first, &count, &space, &memory));
  LodHdf5CheckWritten(H5Dwrite(dataset, type, memory, space, H5P_DEFAULT, data), file, name);
  LodHdf5CheckWritten(H5Dclose(dataset), file, name);
  H5Sclose(memory);
  H5Sclose(space);
  PetscFunctionReturn(0);
}

/* Raises an input error if a dataset could not be read. */
static PetscErrorCode CheckRead(const LodHdf5Dataset *dataset, herr_t status) {
  char reason[256];

  PetscFunctionBeginUser;
  if (status >= 0) PetscFunctionReturn(0);
  LodHdf5ReadReason(dataset->id, reason);
  LodInputError("%s: %s: cannot be read: %s%s", dataset->file->path, dataset->name, reason,
                strstr(reason, "checksum") ? ": the file is damaged" : "");
}

/* Reads a block (see SelectBlock). */
static PetscErrorCode ReadBlock(LodHdf5Dataset *dataset, hid_t type, PetscBool rows,
                                const hsize_t *first, const hsize_t *count, void *data) {
  hid_t space, memory;

  PetscFunctionBeginUser;
  PetscCall(
      SelectBlock(dataset->file, dataset->name, dataset->id, rows, first, count, &space, &memory));
  PetscErrorCode error =
      CheckRead(dataset, H5Dread(dataset->id, type, memory, space, H5P_DEFAULT, data));
  H5Sclose(memory);
  H5Sclose(space);
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5DatasetRead(LodHdf5Dataset *dataset, hid_t type, void *data) {
  PetscFunctionBeginUser;
  PetscCall(CheckRead(dataset, H5Dread(dataset->id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data)));
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5DatasetReadRows(LodHdf5Dataset *dataset, hid_t type, hsize_t first,
                                      hsize_t count, void *data) {
  PetscFunctionBeginUser;
  PetscCall(ReadBlock(dataset, type, PETSC_TRUE, &first, &count, data));
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5DatasetReadBlock(LodHdf5Dataset *dataset, hid_t type, const hsize_t *first,
                                       const hsize_t *count, void *data) {
  PetscFunctionBeginUser;
  PetscCall(ReadBlock(dataset, type, PETSC_FALSE, first, count, data));
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5ReadRows(LodHdf5 *file, const char *name, hid_t type, hsize_t first,
                               hsize_t count, void *data) {
  LodHdf5Dataset dataset;

  PetscFunctionBeginUser;
  PetscCall(LodHdf5DatasetOpen(file, name, &dataset));
  PetscErrorCode error = LodHdf5DatasetReadRows(&dataset, type, first, count, data);
  PetscCall(LodHdf5DatasetClose(&dataset));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5ReadBlock(LodHdf5 *file, const char *name, hid_t type, const hsize_t *first,
                                const hsize_t *count, void *data) {
  LodHdf5Dataset dataset;

  PetscFunctionBeginUser;
  PetscCall(LodHdf5DatasetOpen(file, name, &dataset));
  PetscErrorCode error = LodHdf5DatasetReadBlock(&dataset, type, first, count, data);
  PetscCall(LodHdf5DatasetClose(&dataset));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5ReadArray(LodHdf5 *file, const char *name, hid_t type, void *data) {
  LodHdf5Dataset dataset;

  PetscFunctionBeginUser;
  PetscCall(LodHdf5DatasetOpen(file, name, &dataset));
  PetscErrorCode error = LodHdf5DatasetRead(&dataset, type, data);
  PetscCall(LodHdf5DatasetClose(&dataset));
  PetscCall(error);
  PetscFunctionReturn(0);
}
