/* Fluxes -A grad u of Q1 functions. */
#ifndef LODNET_FEM_FLUX_H
#define LODNET_FEM_FLUX_H

#include "grid/coefficient.h"

/* The mean of -A grad u over each cell of the coefficient mesh: flux[cell][d], the components along
   x, y, z. u is the Q1 function with the values u[nodes] of the mesh of cells[], which along all
   axes refines the coefficient mesh or is refined by it. 0 in cells outside the mask. OpenMP
   threads; the result does not depend on their number. */
PetscErrorCode LodCellFlux(const LodGrid *grid, const LodCoefficient *coefficient,
                           const PetscInt cells[], const double *u, double *flux);

/* The gradient of u, the Q1 function with u[nodes] on the mesh of cells[], in the middle of the
   cell with the multi-index `index`: its mean there. */
void LodCellGradient(const LodGrid *grid, const PetscInt cells[], const double *u,
                     const PetscInt index[LOD_MAX_DIM], double gradient[LOD_MAX_DIM]);

/* product = A gradient, A of coefficient cell number `cell`; entries of axes >= d are 0. */
void LodCoefficientApply(const LodCoefficient *coefficient, PetscInt cell, const double gradient[],
                         double product[LOD_MAX_DIM]);

#endif
