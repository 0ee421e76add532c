/* The diffusion coefficient A: one positive number per cell of the coefficient mesh. */
#ifndef LODNET_GRID_COEFFICIENT_H
#define LODNET_GRID_COEFFICIENT_H

#include "grid/grid.h"

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

/* R_T: gathers the ((2l+1)k)^d values of the uncut patch of coarse cell `cell`, 0 outside D, into
   values[] (x fastest) in single precision, as the network takes them. */
PetscErrorCode LodCoefficientRestrict(const LodCoefficient *coefficient, const LodGrid *grid,
                                      PetscInt cell, float *values);

/* The loop of R_T itself, for callers that hold the E^d values as an array in double (`wide`) or,
   if not NULL, single precision (`narrow`). Safe inside a parallel region. */
void LodPatchGather(const LodGrid *grid, PetscInt cell, const double *wide, const float *narrow,
                    float *values);

#endif
