/* The quasi-interpolation I_h, one-dimensional factors. */
#ifndef LODNET_LOD_INTERPOLATION_PRIVATE_H
#define LODNET_LOD_INTERPOLATION_PRIVATE_H

#include "grid/grid.h"

/* The L2 projection onto Q1 on one coarse cell, in one dimension: functional[axis][a][i] is the
   value at corner a of the projection of the fine hat function i, i = 0..r, r = F/N fine cells in
   the coarse cell along the axis. In d dimensions the functional of corner a is the product over
   the axes; it does not depend on the mesh width. functional[axis] is 2 x (r + 1); the caller frees
   it. */
PetscErrorCode LodProjectionFunctionals(const LodGrid *grid, double *functional[LOD_MAX_DIM]);

/* How many cells of D share the coarse node: I_h averages the cellwise projections over them. */
PetscInt LodGridCellsAtNode(const LodGrid *grid, const PetscInt node[LOD_MAX_DIM]);

/* Whether the node lies on a Dirichlet face, in a mesh of cells[]. */
PetscBool LodGridIsDirichlet(const LodGrid *grid, const PetscInt cells[],
                             const PetscInt node[LOD_MAX_DIM]);

#endif
