/* The parts of LodDataCreate. */
#ifndef LODNET_PROBLEM_DATA_PRIVATE_H
#define LODNET_PROBLEM_DATA_PRIVATE_H

#include "fem/load_layout.h"
#include "problem/data.h"

/* Adds to load[], in either layout, what flux and Robin faces give, and the wells. */
PetscErrorCode LodFacesAddLoad(const LodGrid *grid, const LodCoefficient *coefficient,
                               const LodConditions *conditions, LodLoadLayout layout, double *load);
PetscErrorCode LodWellsAddLoad(const LodGrid *grid, const LodCoefficient *coefficient,
                               const LodConditions *conditions, LodLoadLayout layout, double *load);

/* A new array of g at fine Dirichlet nodes, 0 elsewhere; NULL if g = 0. Where two Dirichlet faces
   meet, what is given counts more than the default 0, and of two given ones the later, in the order
   left, right, bottom, top, front, back; it warns where they differ. */
PetscErrorCode LodBoundaryCreate(const LodGrid *grid, const LodCoefficient *coefficient,
                                 const LodConditions *conditions, double **boundary);

/* source[coarse cell][node of the closed cell] -= a_T(e, .), e from the boundary values. */
PetscErrorCode LodSourceSubtractRest(const LodGrid *grid, const LodCoefficient *coefficient,
                                     const double *boundary, double *source);

/* Where constants are free (LodConstantsAreFree): an input error unless the load's sum vanishes but
   for what quadrature may leave, which is taken away evenly. */
PetscErrorCode LodDataBalance(const LodGrid *grid, const LodCoefficient *coefficient,
                              LodData *data);

#endif
