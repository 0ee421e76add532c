/* Attributes. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "io/hdf5_private.h"

/* Longer texts of fixed length are not read, bytes. */
#define TEXT_MAX ((size_t)1 << 24)

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
  hid_t       type = H5Aget_type(*attribute), space = H5Aget_space(*attribute);
  H5T_class_t kind = H5Tget_class(type);
  PetscBool   fits = is_text ? kind == H5T_STRING : kind == H5T_INTEGER || kind == H5T_FLOAT;
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
  hid_t    attribute;
  uint64_t number = 0; /* or a double or signed integer, as the type in memory says */
  char     place[256], words[32];

  PetscFunctionBeginUser;
  AttributePlace(object, name, place);
  PetscCall(OpenAttribute(file, object, name, PETSC_FALSE, &attribute));
  const hid_t  stored = H5Aget_type(attribute), exact = LodHdf5ExactType(stored);
  const herr_t status = H5Aread(attribute, exact, &number);
  H5Tclose(stored);
  H5Aclose(attribute);
  LodCheckInput(status >= 0, "%s: %s cannot be read", file->path, place);
  LodCheckInput(LodHdf5ToInteger(exact, &number, value, words),
                "%s: %s is %s; it must be an integer", file->path, place, words);
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5ReadBounded(LodHdf5 *file, const char *object, const char *name,
                                  PetscInt64 least, PetscInt64 most, PetscInt64 *value) {
  char place[256];

  PetscFunctionBeginUser;
  AttributePlace(object, name, place);
  PetscCall(LodHdf5ReadInt(file, object, name, value));
  LodCheckInput(*value >= least && *value <= most,
                "%s: %s is %lld; it must lie between %lld and %lld", file->path, place,
                (long long)*value, (long long)least, (long long)most);
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
    const size_t size = PetscMin(H5Tget_size(stored), TEXT_MAX);
    PetscCall(PetscCalloc1(size + 1, value));
    status = size < TEXT_MAX ? H5Aread(attribute, stored, *value) : -1;
    if (status < 0) PetscCall(PetscFree(*value));
  }
  H5Tclose(stored);
  H5Aclose(attribute);
  LodCheckInput(status >= 0, "%s: attribute %s cannot be read", file->path, name);
  PetscFunctionReturn(0);
}
