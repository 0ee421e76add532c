/* The diffusion coefficient A: one positive number per cell of the coefficient mesh. */
#ifndef LODNET_COEFFICIENT_H
#define LODNET_COEFFICIENT_H

#include <lodnet/grid.h>
#include <petscsys.h>

typedef struct {
  PetscInt dim;
  PetscInt cells;  /* E: cells per axis */
  double  *values; /* values[E^dim], shape (z, y, x) with x fastest; owned */
} LodCoefficient;

/* Allocates a coefficient of zeros. */
PetscErrorCode LodCoefficientCreate(PetscInt dim, PetscInt cells, LodCoefficient *coefficient);

/* Frees the values and clears the structure; a cleared structure is accepted. */
PetscErrorCode LodCoefficientDestroy(LodCoefficient *coefficient);

/* Smallest and largest value; neither is finite if a value is not. */
PetscErrorCode LodCoefficientRange(const LodCoefficient *coefficient, double *smallest,
                                   double *largest);

/* Checks that every value is finite and > 0; an input error names `where` and the first bad cell as
   [z][y][x] with its value. */
PetscErrorCode LodCoefficientValidate(const LodCoefficient *coefficient, const char *where);

/* Reads dataset `dataset` (NULL: "coefficient") of an HDF5 file: floating-point numbers or integers
   (booleans count as 0 and 1), shape (E), (E,E) or (E,E,E), all entries finite and > 0; (1,E) and
   (E,1) are one-dimensional. Every defect is an input error that names the file, the dataset and
   what was found (a wrong name lists the datasets that are there). */
PetscErrorCode LodCoefficientRead(const char *path, const char *dataset,
                                  LodCoefficient *coefficient);

/* Many coefficients in one dataset of shape (count, E), (count, E, E) or (count, E, E, E), read one
   by one. */
typedef struct {
  struct LodHdf5        *file;    /* owned */
  struct LodHdf5Dataset *rows;    /* the dataset, open; owned */
  struct LodPairsRows   *pairs;   /* the same of training pairs, with checksums, else NULL; owned */
  const char            *dataset; /* its name; borrowed */
  PetscInt               count, dim, cells;
} LodCoefficientSeries;

/* Opens a file for that; defects as LodCoefficientRead. Read fills a coefficient that was created
   with dim and cells; a bad value is an input error that names dataset and number. */
PetscErrorCode LodCoefficientSeriesOpen(const char *path, const char *dataset,
                                        LodCoefficientSeries *series);
PetscErrorCode LodCoefficientSeriesRead(LodCoefficientSeries *series, PetscInt number,
                                        LodCoefficient *coefficient);
PetscErrorCode LodCoefficientSeriesClose(LodCoefficientSeries *series);

/* Writes `coefficient` (float64) and the attributes `made_by` (the text given, e.g. the command
   line that made it) and `version`, atomically. */
PetscErrorCode LodCoefficientWrite(const LodCoefficient *coefficient, const char *path,
                                   const char *made_by);

/* R_T: gathers the ((2l+1)k)^d values of the uncut patch of coarse cell `cell`, 0 outside D, into
   values[] (x fastest) in single precision, as the network takes them. */
PetscErrorCode LodCoefficientRestrict(const LodCoefficient *coefficient, const LodGrid *grid,
                                      PetscInt cell, float *values);

/* The loop of R_T itself, for callers that hold the E^d values as an array in double (`wide`) or,
   if not NULL, single precision (`narrow`). Safe inside a parallel region. */
void LodPatchGather(const LodGrid *grid, PetscInt cell, const double *wide, const float *narrow,
                    float *values);

#endif
