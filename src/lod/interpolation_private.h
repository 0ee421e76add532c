/* The quasi-interpolation I_h, one-dimensional factors. */
#ifndef LODNET_LOD_INTERPOLATION_PRIVATE_H
#define LODNET_LOD_INTERPOLATION_PRIVATE_H

#include "grid/grid.h"

/* The L2 projection onto Q1 on one coarse cell, in one dimension: functional[a][i] is the value at
   corner a of the projection of the fine hat function i, i = 0..ratio, `ratio` fine cells in the
   coarse cell. In d dimensions the functional of corner a is the product over the axes; it does not
   depend on the mesh width. functional[] is 2 x (ratio + 1). */
void LodProjectionFunctional(PetscInt ratio, double *functional);

/* How many cells of D share the coarse node: I_h averages the cellwise projections over them. */
PetscInt LodCellsAtNode(const LodGrid *grid, const PetscInt node[LOD_MAX_DIM]);

/* Whether the node lies on a Dirichlet face of the mesh of `cells` cells per axis. */
PetscBool LodIsDirichlet(const LodGrid *grid, PetscInt cells, const PetscInt node[LOD_MAX_DIM]);

#endif
