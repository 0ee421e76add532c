/* Rows of pairs.h5 with their checksums: one CRC-32 a sample for its coefficient and one for its
   operators, in a dataset beside them. (HDF5's own checksums would be one a chunk in the middle of
   the data, which a kill could leave half written, and would make a single operator as costly to
   read as a whole sample.) */
#include <zlib.h>

#include "base/error.h"
#include "pairs/pairs_private.h"

/* Columns of the dataset `checksums`. */
enum { COEFFICIENTS, OPERATORS, COLUMNS };

PetscErrorCode LodPairsCreateChecksums(LodHdf5 *file, PetscInt samples) {
  PetscFunctionBeginUser;
  PetscCall(LodHdf5CreateRows(file, "checksums", H5T_NATIVE_UINT32, 2,
                              (hsize_t[]){(hsize_t)samples, COLUMNS}));
  PetscFunctionReturn(0);
}

PetscErrorCode LodPairsWriteChecksums(LodHdf5 *file, PetscInt sample, const void *coefficient,
                                      size_t coefficient_bytes, const void *operators,
                                      size_t operators_bytes) {
  uint32_t  row[COLUMNS];
  PetscBool exists;

  PetscFunctionBeginUser;
  PetscCall(LodHdf5Exists(file, "checksums", &exists));
  if (!exists) PetscFunctionReturn(0); /* an earlier version began the file */
  row[COEFFICIENTS] = (uint32_t)crc32_z(0, coefficient, coefficient_bytes);
  row[OPERATORS] = (uint32_t)crc32_z(0, operators, operators_bytes);
  PetscCall(LodHdf5WriteRows(file, "checksums", H5T_NATIVE_UINT32, (hsize_t)sample, 1, row));
  PetscFunctionReturn(0);
}

/* Opens the datasets for LodPairsRowsOpen. */
static PetscErrorCode OpenRows(LodHdf5 *file, LodPairsRows *rows) {
  const char *const name = rows->column == COEFFICIENTS ? "coefficients" : "operators";
  PetscInt64        samples;
  PetscBool         exists;

  PetscFunctionBeginUser;
  PetscCall(LodHdf5DatasetOpen(file, name, &rows->dataset));
  samples = (PetscInt64)rows->dataset.dims[0];
  rows->wide = (PetscBool)(rows->dataset.size > sizeof(float));
  rows->count = 1;
  for (int axis = 1; axis < rows->dataset.rank; axis++)
    rows->count *= (size_t)rows->dataset.dims[axis];
  PetscCall(LodHdf5Exists(file, "checksums", &exists));
  if (!exists) PetscFunctionReturn(0);
  PetscCall(PetscMalloc1(samples * COLUMNS, &rows->checksums));
  PetscCall(
      LodHdf5ReadIntegers(file, "checksums", 0, UINT32_MAX, samples * COLUMNS, rows->checksums));
  PetscFunctionReturn(0);
}

PetscErrorCode LodPairsRowsOpen(LodHdf5 *file, PetscBool operators, LodPairsRows *rows) {
  PetscFunctionBeginUser;
  *rows = (LodPairsRows){.dataset = {.id = H5I_INVALID_HID},
                         .column = operators ? OPERATORS : COEFFICIENTS};
  PetscErrorCode error = OpenRows(file, rows);
  if (error) PetscCall(LodPairsRowsClose(rows));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodPairsRowsRead(LodPairsRows *rows, PetscInt sample, void *row) {
  const size_t bytes = rows->count * (rows->wide ? sizeof(double) : sizeof(float));

  PetscFunctionBeginUser;
  PetscCall(LodHdf5DatasetReadRows(
      &rows->dataset, rows->wide ? H5T_NATIVE_DOUBLE : H5T_NATIVE_FLOAT, (hsize_t)sample, 1, row));
  if (!rows->checksums) PetscFunctionReturn(0);
  LodCheckInput((PetscInt64)crc32_z(0, row, bytes) ==
                    rows->checksums[sample * COLUMNS + rows->column],
                "%s: %s: sample %" PetscInt_FMT " is not as it was written: the file is damaged; "
                "delete it, then the pairs are computed again",
                rows->dataset.file->path, rows->dataset.name, sample);
  PetscFunctionReturn(0);
}

PetscErrorCode LodPairsRowsClose(LodPairsRows *rows) {
  PetscFunctionBeginUser;
  PetscCall(LodHdf5DatasetClose(&rows->dataset));
  PetscCall(PetscFree(rows->checksums));
  PetscFunctionReturn(0);
}
