/* Many coefficients in one dataset. */
#include "pairs/coefficient_series.h"

#include <string.h>

#include "io/coefficient_many.h"
#include "pairs/pairs_private.h"

/* Opens the checksums of a series that is that of training pairs; of other files there are none. */
static PetscErrorCode OpenChecksums(LodCoefficientSeries *series) {
  PetscBool operators, checksums;

  PetscFunctionBeginUser;
  if (strcmp(series->dataset, "coefficients") != 0) PetscFunctionReturn(0);
  PetscCall(LodHdf5Exists(series->file, "operators", &operators));
  PetscCall(LodHdf5Exists(series->file, "checksums", &checksums));
  if (!operators || !checksums) PetscFunctionReturn(0);
  PetscCall(PetscNew(&series->pairs));
  PetscCall(LodPairsRowsOpen(series->file, PETSC_FALSE, series->pairs));
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoefficientSeriesOpen(const char *path, const char *dataset,
                                        LodCoefficientSeries *series) {
  LodCoefficientLayout layout;
  char                 where[LOD_PATH_MAX + 512];

  PetscFunctionBeginUser;
  memset(series, 0, sizeof *series);
  PetscCall(PetscNew(&series->file));
  PetscCall(PetscNew(&series->rows));
  series->rows->id = H5I_INVALID_HID;
  PetscErrorCode error = LodHdf5Open(path, series->file);
  if (!error) error = LodCoefficientDataset(series->file, dataset, &series->dataset);
  if (!error) error = LodHdf5DatasetOpen(series->file, series->dataset, series->rows);
  (void)snprintf(where, sizeof where, "%s: %s", path, series->dataset);
  if (!error) error = LodCoefficientCheckLayout(series->rows, where, PETSC_TRUE, &layout);
  if (!error) error = OpenChecksums(series);
  if (error) PetscCall(LodCoefficientSeriesClose(series));
  PetscCall(error);
  series->count = layout.count;
  series->dim = layout.dim;
  memcpy(series->cells, layout.cells, sizeof series->cells);
  series->layout = layout;
  error = PetscMalloc1((size_t)LodCellCount(layout.dim, layout.cells) * (size_t)layout.stored,
                       &series->stored);
  if (error) PetscCall(LodCoefficientSeriesClose(series));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoefficientSeriesCreate(const LodCoefficientSeries *series,
                                          LodCoefficient             *coefficient) {
  PetscFunctionBeginUser;
  PetscCall(LodCoefficientCreateTensor(series->dim, series->cells, series->layout.components,
                                       coefficient));
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoefficientSeriesRead(LodCoefficientSeries *series, PetscInt number,
                                        LodCoefficient *coefficient) {
  char where[LOD_PATH_MAX + 512];

  PetscFunctionBeginUser;
  /* A row as it is stored has at most the size of one in double precision; the next line converts.
   */
  if (series->pairs) PetscCall(LodPairsRowsRead(series->pairs, number, series->stored));
  PetscCall(
      LodHdf5DatasetReadRows(series->rows, H5T_NATIVE_DOUBLE, (hsize_t)number, 1, series->stored));
  (void)snprintf(where, sizeof where, "%s: %s[%" PetscInt_FMT "]%s", series->file->path,
                 series->dataset, number, series->rows->kind == H5T_ENUM ? LOD_BOOLEANS_NOTE : "");
  PetscCall(LodCoefficientFromStored(&series->layout, series->stored, where, coefficient));
  PetscCall(LodCoefficientValidate(coefficient, where));
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoefficientSeriesClose(LodCoefficientSeries *series) {
  PetscFunctionBeginUser;
  if (series->pairs) PetscCall(LodPairsRowsClose(series->pairs));
  PetscCall(PetscFree(series->pairs));
  if (series->rows) PetscCall(LodHdf5DatasetClose(series->rows));
  if (series->file) PetscCall(LodHdf5Close(series->file));
  PetscCall(PetscFree(series->rows));
  PetscCall(PetscFree(series->file));
  PetscCall(PetscFree(series->stored));
  PetscFunctionReturn(0);
}
