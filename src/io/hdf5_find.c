/* What there is in an HDF5 file, and opening a dataset of it for reading. */
#include <string.h>

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

/* What AppendDataset collects: names separated by commas, as many as fit. */
typedef struct {
  char   names[512];
  size_t used;
} NameList;

/* Callback of H5Ovisit2: appends the name of a dataset. */
static herr_t AppendDataset(hid_t object, const char *name, const H5O_info_t *info, void *context) {
  NameList *list = context;
  (void)object;
  if (info->type != H5O_TYPE_DATASET) return 0;
  size_t room = sizeof list->names - list->used;
  if (strlen(name) + 8 > room) {
    snprintf(list->names + list->used, room, ", ...");
    return 1;
  }
  list->used +=
      (size_t)snprintf(list->names + list->used, room, "%s'%s'", list->used ? ", " : "", name);
  return 0;
}

/* Raises the input error for a dataset that cannot be opened: says what is behind its name, or
   lists the datasets that are there. */
static PetscErrorCode Missing(const LodHdf5 *file, const char *name) {
  NameList list = {{0}, 0};
  char     reason[512];

  PetscFunctionBeginUser;
  LodCheckInput(!LodHdf5LinkReason(file, name, reason), "%s: %s: %s", file->path, name, reason);
  H5Ovisit2(file->id, H5_INDEX_NAME, H5_ITER_INC, AppendDataset, &list, H5O_INFO_BASIC);
  LodCheckInput(list.used, "%s: no dataset '%s': the file holds no dataset", file->path, name);
  LodInputError("%s: no dataset '%s': the file holds %s", file->path, name, list.names);
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
  dataset->class = H5Tget_class(type);
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
  const PetscBool numbers = LodHdf5IsNumber(dataset->class);
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
