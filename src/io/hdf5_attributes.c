/* Attributes. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "io/hdf5_private.h"

/* Longer texts of fixed length are not read, bytes. */
#define TEXT_MAX ((size_t)1 << 24)

/* Writes one attribute of a given type, n numbers or one text, replacing an old one of that name.
 */
static PetscErrorCode WriteAttribute(LodHdf5 *file, const char *object, const char *name,
                                     hid_t stored, hid_t type, int n, const void *value) {
  const hsize_t length = (hsize_t)n;
  PetscFunctionBeginUser;
  if (H5Aexists_by_name(file->id, object, name, H5P_DEFAULT) > 0)
    H5Adelete_by_name(file->id, object, name, H5P_DEFAULT);
  hid_t space = n == 1 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &length, NULL);
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
  PetscCall(LodHdf5WriteDoubles(file, object, name, 1, &value));
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5WriteDoubles(LodHdf5 *file, const char *object, const char *name, int n,
                                   const double *values) {
  PetscFunctionBeginUser;
  PetscCall(WriteAttribute(file, object, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, n, values));
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5WriteInt(LodHdf5 *file, const char *object, const char *name,
                               PetscInt64 value) {
  PetscFunctionBeginUser;
  PetscCall(LodHdf5WriteInts(file, object, name, 1, &value));
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5WriteInts(LodHdf5 *file, const char *object, const char *name, int n,
                                const PetscInt64 *values) {
  PetscFunctionBeginUser;
  PetscCall(WriteAttribute(file, object, name, H5T_STD_I64LE, H5T_NATIVE_INT64, n, values));
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
  PetscCall(WriteAttribute(file, object, name, type, type, 1, &value));
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

PetscErrorCode LodHdf5HasAttribute(LodHdf5 *file, const char *object, const char *name,
                                   PetscBool *exists) {
  PetscFunctionBeginUser;
  *exists = (PetscBool)(H5Aexists_by_name(file->id, object, name, H5P_DEFAULT) > 0);
  PetscFunctionReturn(0);
}

/* Opens an attribute; input errors if it is missing or not of the wanted classes (a text, or a
   number), or neither one nor n of them. *found of them are there. */
static PetscErrorCode OpenAttribute(LodHdf5 *file, const char *object, const char *name,
                                    PetscBool is_text, int n, int *found, hid_t *attribute) {
  char      place[256];
  PetscBool exists;

  PetscFunctionBeginUser;
  AttributePlace(object, name, place);
  PetscCall(LodHdf5Exists(file, object, &exists));
  LodCheckInput(exists && H5Aexists_by_name(file->id, object, name, H5P_DEFAULT) > 0,
                "%s: %s is missing", file->path, place);
  *attribute = H5Aopen_by_name(file->id, object, name, H5P_DEFAULT, H5P_DEFAULT);
  LodCheckInput(*attribute >= 0, "%s: %s cannot be read", file->path, place);
  hid_t          type = H5Aget_type(*attribute), space = H5Aget_space(*attribute);
  H5T_class_t    kind = H5Tget_class(type);
  PetscBool      fits = is_text ? kind == H5T_STRING : kind == H5T_INTEGER || kind == H5T_FLOAT;
  const hssize_t points = H5Sget_simple_extent_npoints(space);
  fits = fits && (points == 1 || points == n);
  *found = (int)points;
  H5Sclose(space);
  H5Tclose(type);
  if (!fits) H5Aclose(*attribute);
  LodCheckInput(fits || n == 1, "%s: %s is not one number or %d", file->path, place, n);
  LodCheckInput(fits, "%s: %s is not one %s", file->path, place, is_text ? "text" : "number");
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5ReadDoubles(LodHdf5 *file, const char *object, const char *name, int n,
                                  double *values) {
  hid_t attribute;
  int   found;

  PetscFunctionBeginUser;
  PetscCall(OpenAttribute(file, object, name, PETSC_FALSE, n, &found, &attribute));
  herr_t status = H5Aread(attribute, H5T_NATIVE_DOUBLE, values);
  H5Aclose(attribute);
  LodCheckInput(status >= 0, "%s: attribute %s cannot be read", file->path, name);
  for (int i = found; i < n; i++)
    values[i] = values[0];
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5ReadDouble(LodHdf5 *file, const char *object, const char *name,
                                 double *value) {
  PetscFunctionBeginUser;
  PetscCall(LodHdf5ReadDoubles(file, object, name, 1, value));
  PetscFunctionReturn(0);
}

/* Reads up to n integers; *found of them are there. */
static PetscErrorCode ReadIntegers(LodHdf5 *file, const char *object, const char *name, int n,
                                   int *found, PetscInt64 *values) {
  hid_t    attribute;
  uint64_t numbers[LOD_HDF5_LIST] = {0}; /* or doubles or signed integers, as the type says */
  char     place[256], words[32];

  PetscFunctionBeginUser;
  AttributePlace(object, name, place);
  PetscCall(OpenAttribute(file, object, name, PETSC_FALSE, n, found, &attribute));
  const hid_t  stored = H5Aget_type(attribute), exact = LodHdf5ExactType(stored);
  const herr_t status = H5Aread(attribute, exact, numbers);
  H5Tclose(stored);
  H5Aclose(attribute);
  LodCheckInput(status >= 0, "%s: %s cannot be read", file->path, place);
  for (int i = 0; i < *found; i++)
    LodCheckInput(LodHdf5ToInteger(exact, &numbers[i], &values[i], words),
                  "%s: %s is %s; it must be an integer", file->path, place, words);
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5ReadInt(LodHdf5 *file, const char *object, const char *name,
                              PetscInt64 *value) {
  int found;
  PetscFunctionBeginUser;
  PetscCall(ReadIntegers(file, object, name, 1, &found, value));
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5ReadInts(LodHdf5 *file, const char *object, const char *name,
                               PetscInt64 least, PetscInt64 most, int n, PetscInt64 *values) {
  char place[256];
  int  found;

  PetscFunctionBeginUser;
  AttributePlace(object, name, place);
  PetscCall(ReadIntegers(file, object, name, n, &found, values));
  for (int i = 0; i < found; i++)
    LodCheckInput(values[i] >= least && values[i] <= most,
                  "%s: %s is %lld; it must lie between %lld and %lld", file->path, place,
                  (long long)values[i], (long long)least, (long long)most);
  for (int i = found; i < n; i++)
    values[i] = values[0];
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5ReadBounded(LodHdf5 *file, const char *object, const char *name,
                                  PetscInt64 least, PetscInt64 most, PetscInt64 *value) {
  PetscFunctionBeginUser;
  PetscCall(LodHdf5ReadInts(file, object, name, least, most, 1, value));
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5ReadFinite(LodHdf5 *file, const char *object, const char *name,
                                 PetscBool positive, double *value) {
  char place[256];

  PetscFunctionBeginUser;
  AttributePlace(object, name, place);
  PetscCall(LodHdf5ReadDouble(file, object, name, value));
  LodCheckInput(isfinite(*value) && (!positive || *value > 0),
                "%s: %s is %.9g; it must be finite%s", file->path, place, *value,
                positive ? " and greater than 0" : "");
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5ReadText(LodHdf5 *file, const char *object, const char *name, char **value) {
  hid_t attribute;
  int   found;

  PetscFunctionBeginUser;
  PetscCall(OpenAttribute(file, object, name, PETSC_TRUE, 1, &found, &attribute));
  hid_t          stored = H5Aget_type(attribute);
  herr_t         status = -1;
  PetscErrorCode error = 0;
  if (H5Tis_variable_str(stored) > 0) {
    char *text = NULL;
    hid_t type = TextType();
    H5Tset_cset(type, H5Tget_cset(stored));
    status = H5Aread(attribute, type, &text);
    H5Tclose(type);
    if (status >= 0) error = PetscStrallocpy(text ? text : "", value);
    if (text) H5free_memory(text);
  } else {
    const size_t size = PetscMin(H5Tget_size(stored), TEXT_MAX);
    error = PetscCalloc1(size + 1, value);
    if (!error && size < TEXT_MAX) status = H5Aread(attribute, stored, *value);
    if (!error && status < 0) error = PetscFree(*value);
  }
  H5Tclose(stored);
  H5Aclose(attribute);
  PetscCall(error);
  LodCheckInput(status >= 0, "%s: attribute %s cannot be read", file->path, name);
  PetscFunctionReturn(0);
}
