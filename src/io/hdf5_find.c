/* What there is in an HDF5 file, and opening a dataset of it for reading. */
#include <string.h>

#include "base/error.h"
#include "io/hdf5_private.h"

PetscErrorCode LodHdf5Exists(LodHdf5 *file, const char *name, PetscBool *exists) {
  char part[LOD_PATH_MAX];

  PetscFunctionBeginUser;
  *exists = PETSC_TRUE;
  PetscCall(PetscStrncpy(part, name, sizeof part));
  /* HDF5 wants every group on the way checked before the last link. */
  for (size_t end = 1; *exists && end <= strlen(name); end++) {
    if (name[end] != '/' && name[end] != '\0') continue;
    part[end] = '\0';
    if (strcmp(part, "/") != 0)
      *exists = (PetscBool)(H5Lexists(file->id, part, H5P_DEFAULT) > 0 &&
                            H5Oexists_by_name(file->id, part, H5P_DEFAULT) > 0);
    part[end] = name[end];
  }
  PetscFunctionReturn(0);
}

/* Raises the input error for a dataset that cannot be opened: says what is behind its name, or
   lists the datasets that are there, as the look at the file found them: of a damaged file HDF5's
   own listing may read past its memory. */
static PetscErrorCode Missing(const LodHdf5 *file, const char *name) {
  char reason[512];

  PetscFunctionBeginUser;
  LodCheckInput(!LodHdf5LinkReason(file, name, reason), "%s: %s: %s", file->path, name, reason);
  LodInputError("%s: no dataset '%s': the file holds %s", file->path, name,
                file->datasets[0] ? file->datasets : "no dataset");
}

/* Opens dataset `name`, whatever it holds, and notes its shape; all of it is in the file. */
static PetscErrorCode OpenAny(LodHdf5 *file, const char *name, LodHdf5Dataset *dataset) {
  PetscBool exists;
  char      defect[256];

  PetscFunctionBeginUser;
  *dataset = (LodHdf5Dataset){.file = file, .id = H5I_INVALID_HID};
  (void)snprintf(dataset->name, sizeof dataset->name, "%s", name);
  PetscCall(LodHdf5Exists(file, name, &exists));
  if (exists) dataset->id = LodHdf5OpenUncached(file, name);
  if (dataset->id < 0) PetscCall(Missing(file, name));
  const hid_t       space = H5Dget_space(dataset->id), type = H5Dget_type(dataset->id);
  const H5S_class_t extent = H5Sget_simple_extent_type(space);
  dataset->rank = H5Sget_simple_extent_dims(space, dataset->dims, NULL);
  dataset->kind = H5Tget_class(type);
  dataset->size = H5Tget_size(type);
  H5Tclose(type);
  H5Sclose(space);
  LodCheckInput(extent != H5S_NULL, "%s: %s: the dataset is empty", file->path, name);
  LodCheckInput(!LodHdf5StorageDefect(dataset->id, defect), "%s: %s: %s", file->path, name, defect);
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5DatasetOpen(LodHdf5 *file, const char *name, LodHdf5Dataset *dataset) {
  PetscFunctionBeginUser;
  PetscErrorCode  error = OpenAny(file, name, dataset);
  const PetscBool numbers = LodHdf5IsNumber(dataset->kind);
  if (error || !numbers) PetscCall(LodHdf5DatasetClose(dataset));
  PetscCall(error);
  LodCheckInput(numbers, "%s: %s: must hold numbers: float32 or float64, integers, or booleans",
                file->path, name);
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5DatasetClose(LodHdf5Dataset *dataset) {
  PetscFunctionBeginUser;
  if (dataset->id >= 0) H5Dclose(dataset->id);
  dataset->id = H5I_INVALID_HID;
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5Shape(LodHdf5 *file, const char *name, int *rank, hsize_t dims[8]) {
  LodHdf5Dataset dataset;

  PetscFunctionBeginUser;
  PetscErrorCode error = OpenAny(file, name, &dataset);
  PetscCall(LodHdf5DatasetClose(&dataset));
  PetscCall(error);
  *rank = dataset.rank;
  LodCheckInput(*rank >= 0 && *rank <= 8, "%s: %s: has %d axes, more than 8", file->path, name,
                *rank);
  for (int axis = 0; axis < *rank; axis++)
    dims[axis] = dataset.dims[axis];
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5CheckShape(LodHdf5 *file, const char *name, int rank,
                                 const hsize_t expected[]) {
  static const char *const numbers[] = {"rows", "columns"};
  hsize_t                  found[8];
  int                      found_rank;

  PetscFunctionBeginUser;
  PetscCall(LodHdf5Shape(file, name, &found_rank, found));
  LodCheckInput(found_rank == rank, "%s: %s has %d axes, not %d", file->path, name, found_rank,
                rank);
  for (int axis = 0; axis < rank; axis++) {
    char along[32];
    (void)snprintf(along, sizeof along, "entries along axis %d", axis);
    LodCheckInput(found[axis] == expected[axis], "%s: %s has %llu %s, not %llu", file->path, name,
                  (unsigned long long)found[axis], rank <= 2 ? numbers[axis] : along,
                  (unsigned long long)expected[axis]);
  }
  PetscFunctionReturn(0);
}
