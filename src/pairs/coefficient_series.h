/* Many coefficients in one dataset, those of training pairs among them. */
#ifndef LODNET_PAIRS_COEFFICIENT_SERIES_H
#define LODNET_PAIRS_COEFFICIENT_SERIES_H

#include "grid/coefficient.h"

/* Many coefficients in one dataset of shape (count, E_x), (count, E_y, E_x) or (count, E_z, E_y,
   E_x), read one by one. */
typedef struct {
  struct LodHdf5        *file;    /* owned */
  struct LodHdf5Dataset *rows;    /* the dataset, open; owned */
  struct LodPairsRows   *pairs;   /* the same of training pairs, with checksums, else NULL; owned */
  const char            *dataset; /* its name; borrowed */
  PetscInt               count, dim, cells[LOD_MAX_DIM];
} LodCoefficientSeries;

/* Opens a file for that, without `dataset` the one of LodCoefficientDataset; defects as
   LodCoefficientRead. Read fills a coefficient that was created
   with dim and cells; a bad value is an input error that names dataset and number. */
PetscErrorCode LodCoefficientSeriesOpen(const char *path, const char *dataset,
                                        LodCoefficientSeries *series);
PetscErrorCode LodCoefficientSeriesRead(LodCoefficientSeries *series, PetscInt number,
                                        LodCoefficient *coefficient);
PetscErrorCode LodCoefficientSeriesClose(LodCoefficientSeries *series);

#endif
