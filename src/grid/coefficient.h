/* The diffusion coefficient A: one positive number per cell of the coefficient mesh. */
#ifndef LODNET_GRID_COEFFICIENT_H
#define LODNET_GRID_COEFFICIENT_H

#include "grid/grid.h"

typedef struct {
  PetscInt dim;
  PetscInt cells[LOD_MAX_DIM]; /* E: cells along each axis, 1 along those >= dim */
  double  *values;             /* [z][y][x]; owned */
} LodCoefficient;

/* Allocates a coefficient of zeros. */
PetscErrorCode LodCoefficientCreate(PetscInt dim, const PetscInt cells[],
                                    LodCoefficient *coefficient);

/* The same with A = 1. */
PetscErrorCode LodCoefficientOfOnes(PetscInt dim, const PetscInt cells[],
                                    LodCoefficient *coefficient);

/* How many values it has. */
static inline PetscInt LodCoefficientCount(const LodCoefficient *coefficient) {
  return LodCellCount(coefficient->dim, coefficient->cells);
}

/* Raises an error unless it has as many cells as the grid wants. */
PetscErrorCode LodCoefficientCheckFits(const LodCoefficient *coefficient, const LodGrid *grid);

/* Frees the values and clears the structure; a cleared structure is accepted. */
PetscErrorCode LodCoefficientDestroy(LodCoefficient *coefficient);

/* Smallest and largest value; neither is finite if a value is not. */
PetscErrorCode LodCoefficientRange(const LodCoefficient *coefficient, double *smallest,
                                   double *largest);

/* Checks that every value is finite and > 0; an input error names `where` and the first bad cell as
   [z][y][x] with its value. */
PetscErrorCode LodCoefficientValidate(const LodCoefficient *coefficient, const char *where);

/* R_T: gathers the values, (2l+1)k along each axis, of the uncut patch of coarse cell `cell`, 0
   outside D, into values[] (x fastest) in single precision, as the network takes them. */
PetscErrorCode LodCoefficientRestrict(const LodCoefficient *coefficient, const LodGrid *grid,
                                      PetscInt cell, float *values);

/* The loop of R_T itself, for callers that hold the values as an array in double (`wide`) or,
   if not NULL, single precision (`narrow`). Safe inside a parallel region. */
void LodPatchGather(const LodGrid *grid, PetscInt cell, const double *wide, const float *narrow,
                    float *values);

#endif
