/* The bounds of Voigt and Reuss. */
#include <math.h>

#include "solver/effective.h"

/* The inverse of a symmetric positive definite matrix by Gauss-Jordan steps, which need no pivots
   then. */
static void Invert(PetscInt dim, double matrix[LOD_MAX_DIM][LOD_MAX_DIM]) {
  for (PetscInt k = 0; k < dim; k++) {
    const double pivot = 1 / matrix[k][k];
    matrix[k][k] = 1;
    for (PetscInt j = 0; j < dim; j++)
      matrix[k][j] *= pivot;
    for (PetscInt i = 0; i < dim; i++) {
      if (i == k) continue;
      const double factor = matrix[i][k];
      matrix[i][k] = 0;
      for (PetscInt j = 0; j < dim; j++)
        matrix[i][j] -= factor * matrix[k][j];
    }
  }
}

/* The mean over D's box of A, which is 0 in holes; or of A^-1. */
static void Mean(const LodCoefficient *coefficient, PetscBool inverse,
                 double mean[LOD_MAX_DIM][LOD_MAX_DIM]) {
  const PetscInt dim = coefficient->dim, n_cells = LodCoefficientCells(coefficient);
  double         tensor[LOD_MAX_DIM][LOD_MAX_DIM] = {{0}};
  for (PetscInt cell = 0; cell < n_cells; cell++) {
    if (!LodCoefficientHasCell(coefficient, cell)) continue;
    LodCoefficientTensor(coefficient, cell, tensor);
    if (inverse) Invert(dim, tensor);
    for (PetscInt i = 0; i < dim; i++)
      for (PetscInt j = 0; j < dim; j++)
        mean[i][j] += tensor[i][j] / (double)n_cells; /* the sum may leave double precision */
  }
}

void LodEffectiveBoundsCompute(const LodCoefficient *coefficient, LodEffectiveBounds *bounds) {
  PetscBool has_holes = PETSC_FALSE;
  *bounds = (LodEffectiveBounds){0};
  for (PetscInt cell = 0; cell < LodCoefficientCells(coefficient); cell++)
    if (!LodCoefficientHasCell(coefficient, cell)) has_holes = PETSC_TRUE;
  Mean(coefficient, PETSC_FALSE, bounds->voigt);
  if (has_holes) return; /* the mean of A^-1 is infinite */
  Mean(coefficient, PETSC_TRUE, bounds->reuss);
  for (PetscInt i = 0; i < coefficient->dim; i++)
    bounds->least[i] = 1 / bounds->reuss[i][i];
  Invert(coefficient->dim, bounds->reuss);
}

double LodEffectiveOutsideBy(PetscInt dim, const LodEffective *effective,
                             const LodEffectiveBounds *bounds) {
  double outside = 0;
  for (PetscInt i = 0; i < dim; i++) {
    const double here = effective->tensor[i][i];
    outside = PetscMax(outside, here / bounds->voigt[i][i] - 1);
    if (bounds->least[i] > 0) outside = PetscMax(outside, 1 - here / bounds->least[i]);
  }
  return outside;
}
