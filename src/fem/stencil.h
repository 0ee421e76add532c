/* Rows of a Q1 stiffness matrix, one node at a time. */
#ifndef LODNET_FEM_STENCIL_H
#define LODNET_FEM_STENCIL_H

#include "fem/element.h"

/* Entries of one row: the 3^d neighbours of a node. */
#define LOD_MAX_STENCIL 27

/* Where the cell matrices of a mesh come from: the tables of a mesh that refines the coefficient
   mesh, or one matrix a cell (coarse mesh). Everything is borrowed. */
typedef struct {
  const LodGrid        *grid;
  const LodCoefficient *coefficient;
  const PetscInt       *cells;  /* of the mesh, per axis */
  const LodCellTables  *tables; /* NULL: there are matrices */
  const double         *matrix; /* [cell][a][b] */
} LodCellMatrices;

/* The row of `node` in the stiffness matrix, summed over the cells of D around it: stencil[] is
   indexed by the neighbour's offset + 1 along each axis, x fastest. LodMatrixStencil: the same for
   a matrix that is to be inverted, with 1 in the middle where a mask leaves no cell of D around the
   node, or a Dirichlet wall holds it: the load is 0 there, and so is u. */
void LodRowStencil(const LodCellMatrices *source, const PetscInt node[LOD_MAX_DIM],
                   double stencil[LOD_MAX_STENCIL]);
void LodMatrixStencil(const LodCellMatrices *source, const PetscInt node[LOD_MAX_DIM],
                      double stencil[LOD_MAX_STENCIL]);

/* The numbers of the neighbours of `node` in the box (-1 outside), in the order of the stencil. */
void LodRowNeighbours(const LodBox *box, const PetscInt node[LOD_MAX_DIM],
                      PetscInt neighbours[LOD_MAX_STENCIL]);

#endif
