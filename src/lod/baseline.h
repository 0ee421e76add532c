/* Operators of the constant coefficient 1. */
#ifndef LODNET_LOD_BASELINE_H
#define LODNET_LOD_BASELINE_H

#include "grid/grid.h"

/* Operators of the constant coefficient 1: those of a mesh with as few cells as show every way in
   which patches of the grid are cut. values[cell of that mesh][z][j]; the caller frees it. */
PetscErrorCode LodBaselineCreate(const LodGrid *grid, double **values);

/* The one of a patch that is cut as `inside` says, and that the boundary of D does not touch where
   it does not cut. (If it does, S_T differs by the tail of a corrector; R_T does not tell either.)
 */
const double *LodBaselineFind(const LodGrid *grid, const double *values, const LodBox *inside);

#endif
