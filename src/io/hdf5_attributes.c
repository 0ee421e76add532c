/* Attributes, and what there is in an HDF5 file. */
#include <string.h>

#include "io/hdf5_private.h"

/* Writes one attribute of a given type, replacing an old one of that name. */
static PetscErrorCode WriteAttribute(LodHdf5 *file, const char *object, const char *name,
                                     hid_t stored, hid_t type, const void *value) {
  PetscFunctionBeginUser;
  if (H5Aexists_by_name(file->id, object, name, H5P_DEFAULT) > 0)
    H5Adelete_by_name(file->id, object, name, H5P_DEFAULT);
  hid_t space = H5Screate(H5S_SCALAR);
  hid_t attribute = H5Acreate_by_name(file->id, object, name, stored, space, H5P_DEFAULT,
                                      H5P_DEFAULT, H5P_DEFAULT);
  LodHdf5CheckWritten(attribute, file, name);
  LodHdf5CheckWritten(H5Awrite(attribute, type, value), file, name);
  LodHdf5CheckWritten(H5Aclose(attribute), file, name);
  H5Sclose(space);
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5WriteDouble(LodHdf5 *file, const char *object, const char *name,
                                  double value) {
  PetscFunctionBeginUser;
  PetscCall(WriteAttribute(file, object, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &value));
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5WriteInt(LodHdf5 *file, const char *object, const char *name,
                               PetscInt64 value) {
  int64_t number = value;

  PetscFunctionBeginUser;
  PetscCall(WriteAttribute(file, object, name, H5T_STD_I64LE, H5T_NATIVE_INT64, &number));
  PetscFunctionReturn(0);
}

/* A new string type, UTF-8, of variable length (which h5py reads as str). The caller closes it. */
static hid_t TextType(void) {
  hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, H5T_VARIABLE);
  H5Tset_cset(type, H5T_CSET_UTF8);
  return type;
}

PetscErrorCode LodHdf5WriteText(LodHdf5 *file, const char *object, const char *name,
                                const char *value) {
  PetscFunctionBeginUser;
  hid_t type = TextType();
  PetscCall(WriteAttribute(file, object, name, type, type, &value));
  H5Tclose(type);
  PetscFunctionReturn(0);
}

/* "attribute NAME" or "attribute OBJECT/NAME" for messages. */
static void AttributePlace(const char *object, const char *name, char place[256]) {
  if (strcmp(object, "/") == 0)
    snprintf(place, 256, "attribute %s", name);
  else
    snprintf(place, 256, "attribute %s of %s", name, object);
}

/* Opens an attribute; input errors if it is missing or not of the wanted classes (a text, or a
   number). */
static PetscErrorCode OpenAttribute(LodHdf5 *file, const char *object, const char *name,
                                    PetscBool is_text, hid_t *attribute) {
  char      place[256];
  PetscBool exists;

  PetscFunctionBeginUser;
  AttributePlace(object, name, place);
  PetscCall(LodHdf5Exists(file, object, &exists));
  LodCheckInput(exists && H5Aexists_by_name(file->id, object, name, H5P_DEFAULT) > 0,
                "%s: %s is missing", file->path, place);
  *attribute = H5Aopen_by_name(file->id, object, name, H5P_DEFAULT, H5P_DEFAULT);
  LodCheckInput(*attribute >= 0, "%s: %s cannot be read", file->path, place);
  hid_t type = H5Aget_type(*attribute), space = H5Aget_space(*attribute);
  H5T_class_t class = H5Tget_class(type);
  PetscBool fits = is_text ? class == H5T_STRING : class == H5T_INTEGER || class == H5T_FLOAT;
  fits = fits && H5Sget_simple_extent_npoints(space) == 1;
  H5Sclose(space);
  H5Tclose(type);
  if (!fits) H5Aclose(*attribute);
  LodCheckInput(fits, "%s: %s is not one %s", file->path, place, is_text ? "text" : "number");
  PetscFunctionReturn(0);
}

/* Reads one number as `type` in memory. */
static PetscErrorCode ReadNumber(LodHdf5 *file, const char *object, const char *name, hid_t type,
                                 void *value) {
  hid_t attribute;

  PetscFunctionBeginUser;
  PetscCall(OpenAttribute(file, object, name, PETSC_FALSE, &attribute));
  herr_t status = H5Aread(attribute, type, value);
  H5Aclose(attribute);
  LodCheckInput(status >= 0, "%s: attribute %s cannot be read", file->path, name);
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5ReadDouble(LodHdf5 *file, const char *object, const char *name,
                                 double *value) {
  PetscFunctionBeginUser;
  PetscCall(ReadNumber(file, object, name, H5T_NATIVE_DOUBLE, value));
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5ReadInt(LodHdf5 *file, const char *object, const char *name,
                              PetscInt64 *value) {
  int64_t number = 0;

  PetscFunctionBeginUser;
  PetscCall(ReadNumber(file, object, name, H5T_NATIVE_INT64, &number));
  *value = number;
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5ReadText(LodHdf5 *file, const char *object, const char *name, char **value) {
  hid_t attribute;

  PetscFunctionBeginUser;
  PetscCall(OpenAttribute(file, object, name, PETSC_TRUE, &attribute));
  hid_t  stored = H5Aget_type(attribute);
  herr_t status;
  if (H5Tis_variable_str(stored) > 0) {
    char *text = NULL;
    hid_t type = TextType();
    H5Tset_cset(type, H5Tget_cset(stored));
    status = H5Aread(attribute, type, &text);
    H5Tclose(type);
    if (status >= 0) PetscCall(PetscStrallocpy(text ? text : "", value));
    if (text) H5free_memory(text);
  } else {
    size_t size = H5Tget_size(stored);
    PetscCall(PetscCalloc1(size + 1, value));
    status = H5Aread(attribute, stored, *value);
    if (status < 0) PetscCall(PetscFree(*value));
  }
  H5Tclose(stored);
  H5Aclose(attribute);
  LodCheckInput(status >= 0, "%s: attribute %s cannot be read", file->path, name);
  PetscFunctionReturn(0);
}

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

/* What ListDatasets collects: names separated by commas, as many as fit. */
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

/* Opens dataset `name`; an input error lists the datasets that are there if there is none. */
static PetscErrorCode OpenDataset(LodHdf5 *file, const char *name, hid_t *dataset) {
  PetscBool exists;
  NameList  list = {{0}, 0};

  PetscFunctionBeginUser;
  PetscCall(LodHdf5Exists(file, name, &exists));
  *dataset = exists ? H5Dopen2(file->id, name, H5P_DEFAULT) : H5I_INVALID_HID;
  if (*dataset < 0) {
    H5Ovisit2(file->id, H5_INDEX_NAME, H5_ITER_INC, AppendDataset, &list, H5O_INFO_BASIC);
    LodCheckInput(list.used, "%s: no dataset '%s': the file holds no dataset", file->path, name);
    LodInputError("%s: no dataset '%s': the file holds %s", file->path, name, list.names);
  }
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5Shape(LodHdf5 *file, const char *name, int *rank, hsize_t dims[8]) {
  hsize_t all[H5S_MAX_RANK];
  hid_t   dataset;

  PetscFunctionBeginUser;
  PetscCall(OpenDataset(file, name, &dataset));
  hid_t space = H5Dget_space(dataset);
  H5S_class_t class = H5Sget_simple_extent_type(space);
  *rank = H5Sget_simple_extent_dims(space, all, NULL);
  H5Sclose(space);
  H5Dclose(dataset);
  LodCheckInput(class != H5S_NULL, "%s: %s: the dataset is empty", file->path, name);
  LodCheckInput(*rank >= 0 && *rank <= 8, "%s: %s: has %d axes, more than 8", file->path, name,
                *rank);
  for (int axis = 0; axis < *rank; axis++)
    dims[axis] = all[axis];
  PetscFunctionReturn(0);
}

/* Class of the elements of a dataset. */
static PetscErrorCode ElementClass(LodHdf5 *file, const char *name, H5T_class_t *class) {
  hid_t dataset;

  PetscFunctionBeginUser;
  PetscCall(OpenDataset(file, name, &dataset));
  hid_t type = H5Dget_type(dataset);
  *class = H5Tget_class(type);
  H5Tclose(type);
  H5Dclose(dataset);
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5IsFloat(LodHdf5 *file, const char *name, PetscBool *is_float) {
  H5T_class_t class = H5T_NO_CLASS;

  PetscFunctionBeginUser;
  PetscCall(ElementClass(file, name, &class));
  *is_float = (PetscBool)(class == H5T_FLOAT);
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5CheckNumbers(LodHdf5 *file, const char *name) {
  H5T_class_t class = H5T_NO_CLASS;

  PetscFunctionBeginUser;
  PetscCall(ElementClass(file, name, &class));
  LodCheckInput(class == H5T_FLOAT || class == H5T_INTEGER, "%s: %s: does not hold numbers",
                file->path, name);
  PetscFunctionReturn(0);
}
