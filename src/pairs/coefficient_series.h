/* Many coefficients in one dataset, those of training pairs among them. */
#ifndef LODNET_PAIRS_COEFFICIENT_SERIES_H
#define LODNET_PAIRS_COEFFICIENT_SERIES_H

#include "io/coefficient_file.h"

/* Many coefficients in one dataset, one more axis in front of the shapes of LodCoefficientRead,
   read one by one. */
typedef struct {
  struct LodHdf5        *file;    /* owned */
  struct LodHdf5Dataset *rows;    /* the dataset, open; owned */
  struct LodPairsRows   *pairs;   /* the same of training pairs, with checksums, else NULL; owned */
  const char            *dataset; /* its name; borrowed */
  PetscInt               count, dim, cells[LOD_MAX_DIM];
  LodCoefficientLayout   layout; /* the same and more */
  double                *stored; /* one coefficient as the file has it; owned */
} LodCoefficientSeries;

/* Opens a file for that, without `dataset` the one of LodCoefficientDataset; defects as
   LodCoefficientRead. Create makes a coefficient of its cells and components, and Read fills its A;
   a bad value is an input error that names dataset and number. */
PetscErrorCode LodCoefficientSeriesOpen(const char *path, const char *dataset,
                                        LodCoefficientSeries *series);
PetscErrorCode LodCoefficientSeriesCreate(const LodCoefficientSeries *series,
                                          LodCoefficient             *coefficient);
PetscErrorCode LodCoefficientSeriesRead(LodCoefficientSeries *series, PetscInt number,
                                        LodCoefficient *coefficient);
PetscErrorCode LodCoefficientSeriesClose(LodCoefficientSeries *series);

#endif
