/* Spectral norms of coarse matrices. */
#include <math.h>

#include "system/coarse_system.h"

/* |matrix|_2, the largest singular value, by power iteration on B^T B from a fixed start that has a
   part in every direction; stops when the value changes by less than 1e-8 of itself, which bounds
   the error well below the digits that tables show. */
static PetscErrorCode SpectralNorm(Mat matrix, double *norm) {
  Vec       direction, image;
  PetscInt  first, last;
  PetscReal length, previous = 0;
  PetscFunctionBeginUser;
  PetscCall(MatCreateVecs(matrix, &direction, &image));
  PetscCall(VecGetOwnershipRange(direction, &first, &last));
  for (PetscInt i = first; i < last; i++) {
    double x = PetscSinReal(1.0 + 12.9898 * (double)i) * 43758.5453; /* scattered, deterministic */
    PetscCall(VecSetValue(direction, i, x - PetscFloorReal(x) - 0.5, INSERT_VALUES));
  }
  PetscCall(VecAssemblyBegin(direction));
  PetscCall(VecAssemblyEnd(direction));
  PetscCall(VecNormalize(direction, &length));
  for (PetscInt step = 0; step < 5000; step++) {
    PetscCall(MatMult(matrix, direction, image));
    PetscCall(VecNorm(image, NORM_2, norm));
    if (*norm == 0 || (step > 10 && PetscAbsReal(*norm - previous) <= 1e-8 * *norm)) break;
    previous = *norm;
    PetscCall(MatMultTranspose(matrix, image, direction));
    PetscCall(VecNormalize(direction, &length));
  }
  PetscCall(VecDestroy(&direction));
  PetscCall(VecDestroy(&image));
  PetscFunctionReturn(0);
}

PetscErrorCode LodMatrixNormDifference(Mat matrix, Mat other, double *difference, double *norm) {
  Mat gap;
  PetscFunctionBeginUser;
  PetscCall(MatDuplicate(matrix, MAT_COPY_VALUES, &gap));
  PetscCall(MatAXPY(gap, -1, other, SAME_NONZERO_PATTERN));
  PetscCall(SpectralNorm(gap, difference));
  PetscCall(SpectralNorm(matrix, norm));
  PetscCall(MatDestroy(&gap));
  PetscFunctionReturn(0);
}

PetscErrorCode LodSpectralNormDifference(LodCoarseSystem *system, LodCoarseSystem *other,
                                         double *difference, double *norm) {
  Mat matrix, other_matrix, scaled;
  int exponent, other_exponent;
  PetscFunctionBeginUser;
  PetscCall(LodCoarseSystemMatrix(system, &matrix, &exponent));
  PetscCall(LodCoarseSystemMatrix(other, &other_matrix, &other_exponent));
  PetscCall(MatDuplicate(other_matrix, MAT_COPY_VALUES, &scaled));
  PetscCall(MatScale(scaled, ldexp(1, other_exponent - exponent)));
  PetscCall(LodMatrixNormDifference(matrix, scaled, difference, norm));
  PetscCall(MatDestroy(&scaled));
  *difference = ldexp(*difference, exponent);
  *norm = ldexp(*norm, exponent);
  PetscFunctionReturn(0);
}
