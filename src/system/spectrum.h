/* Extreme singular values and eigenvalues of coarse matrices, by SLEPc. All functions are
   collective and start from the same vector for any number of ranks. */
#ifndef LODNET_SYSTEM_SPECTRUM_H
#define LODNET_SYSTEM_SPECTRUM_H

#include "system/coarse_system.h"

/* |matrix - other|_2 and |matrix|_2 of two matrices whose entries are about 1. What is not finite
   in them is not finite in the norms. */
PetscErrorCode LodMatrixNormDifference(Mat matrix, Mat other, double *difference, double *norm);

/* |S - S_hat|_2 and |S|_2 of two systems on one mesh. */
PetscErrorCode LodCoarseSystemNormDifference(LodCoarseSystem *system, LodCoarseSystem *other,
                                             double *difference, double *norm);

/* The smallest c with part v = c stiffness v for some v, both symmetric, the second positive
   definite; infinity without unknowns. Options with prefix -check_ lie on top. */
PetscErrorCode LodSmallestEigenvalue(Mat part, Mat stiffness, double *smallest);

#endif
