/* One period of a periodic medium: the compressed or the plain Q1 problem on a torus. */
#ifndef LODNET_SYSTEM_PERIODIC_SYSTEM_H
#define LODNET_SYSTEM_PERIODIC_SYSTEM_H

#include "grid/grid.h"

/* The mesh of one period: cells per axis and their sides. Every cell T has an operator S_T[z][j], z
   over the (2l+2)^d nodes around it, x fastest, j over its 2^d corners; ell = 0 makes that the cell
   matrix of Q1. */
typedef struct {
  PetscInt         dim, cells[LOD_MAX_DIM], ell;
  double           side[LOD_MAX_DIM];
  const PetscBool *inside; /* [cells]: those that meet D, the others having operators of zeros and
                              their nodes no unknowns; NULL: all; borrowed while one is created */
} LodPeriodicMesh;

/* The matrix over the nodes of the torus, on which nodes N and 0 of an axis are one, for any number
   of operators of one mesh. Cells are shared out to the ranks in contiguous ranges. Create and
   Destroy are collective, as all functions here. */
typedef struct LodPeriodicSystem LodPeriodicSystem;
PetscErrorCode                   LodPeriodicSystemCreate(MPI_Comm comm, const LodPeriodicMesh *mesh,
                                                         LodPeriodicSystem **system);
PetscErrorCode                   LodPeriodicSystemDestroy(LodPeriodicSystem **system);

/* The cells first <= T < last of this rank and the place of their operators, [T - first][z][j],
   which the caller fills. */
void LodPeriodicSystemCells(LodPeriodicSystem *system, PetscInt *first, PetscInt *last,
                            double **operators);

/* Numbers in one operator, and bytes that the system takes for one. */
size_t LodPeriodicOperatorSize(const LodPeriodicMesh *mesh);
double LodPeriodicOperatorBytes(const LodPeriodicMesh *mesh);

/* The effective tensor K of the operators as they are, on every rank: the correctors w_j, periodic
   with S (x_j + w_j) = 0, then K ("Effective tensors" in src/README.md). Row and column sums of the
   operators must vanish: the matrix has the constants as its kernel on both sides, D hanging
   together, and w_j is 0 at the first node of D. Entries beyond the dimension are 0. An operator
   that is not finite is an error. */
PetscErrorCode LodPeriodicSystemTensor(LodPeriodicSystem *system,
                                       double             tensor[LOD_MAX_DIM][LOD_MAX_DIM]);

#endif
