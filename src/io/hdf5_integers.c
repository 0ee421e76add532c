/* Integers as they are in a file: HDF5 by itself cuts 2.5 to 2, and 10^30 to the largest integer.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "io/hdf5_private.h"

hid_t LodHdf5ExactType(hid_t stored) {
  if (H5Tget_class(stored) != H5T_INTEGER || H5Tget_size(stored) > 8) return H5T_NATIVE_DOUBLE;
  return H5Tget_sign(stored) == H5T_SGN_NONE ? H5T_NATIVE_UINT64 : H5T_NATIVE_INT64;
}

PetscBool LodHdf5ToInteger(hid_t exact, const void *number, PetscInt64 *integer, char words[32]) {
  if (H5Tequal(exact, H5T_NATIVE_UINT64) > 0) {
    uint64_t natural;
    memcpy(&natural, number, sizeof natural);
    (void)snprintf(words, 32, "%" PRIu64, natural);
    *integer = (PetscInt64)(natural & INT64_MAX);
    return (PetscBool)(natural <= INT64_MAX);
  }
  if (H5Tequal(exact, H5T_NATIVE_INT64) > 0) {
    memcpy(integer, number, sizeof *integer);
    (void)snprintf(words, 32, "%lld", (long long)*integer);
    return PETSC_TRUE;
  }
  double real;
  memcpy(&real, number, sizeof real);
  const PetscBool fits = (PetscBool)(real == trunc(real) && fabs(real) < 0x1p63);
  (void)snprintf(words, 32, "%.17g", real);
  if (fits) *integer = (PetscInt64)real;
  return fits;
}

PetscErrorCode LodHdf5ReadIntegers(LodHdf5 *file, const char *name, PetscInt64 least,
                                   PetscInt64 most, PetscInt64 count, PetscInt64 *values) {
  LodHdf5Dataset dataset;
  char           words[32];

  PetscFunctionBeginUser;
  PetscCall(LodHdf5DatasetOpen(file, name, &dataset));
  const hid_t stored = H5Dget_type(dataset.id), exact = LodHdf5ExactType(stored);
  H5Tclose(stored);
  hsize_t entries = 1;
  for (int axis = 0; axis < dataset.rank; axis++)
    entries *= dataset.dims[axis];
  PetscErrorCode error = 0;
  if (entries == (hsize_t)count) error = LodHdf5DatasetRead(&dataset, exact, values);
  PetscCall(LodHdf5DatasetClose(&dataset));
  PetscCall(error);
  LodCheckInput(entries == (hsize_t)count, "%s: %s: has %llu entries, must have %lld", file->path,
                name, (unsigned long long)entries, (long long)count);
  for (PetscInt64 i = 0; i < count; i++) {
    PetscInt64      value = 0; /* every exact type has 64 bits: values[] is converted in place */
    const PetscBool fits = LodHdf5ToInteger(exact, &values[i], &value, words);
    LodCheckInput(fits && value >= least && value <= most,
                  "%s: %s: entry %lld is %s; it must be an integer from %lld to %lld", file->path,
                  name, (long long)i, words, (long long)least, (long long)most);
    values[i] = value;
  }
  PetscFunctionReturn(0);
}
