/* Matrices by rows, in plain arrays with 64-bit indices. */
#ifndef LODNET_SOLVER_SPARSE_PRIVATE_H
#define LODNET_SOLVER_SPARSE_PRIVATE_H

#include <petscmat.h>
#include <stdint.h>

#include "grid/grid.h"

/* The rows of one rank over the free nodes of a mesh: offsets[n_rows + 1], columns[], values[], and
   nodes[n_rows], the position of each row's node among all nodes. Cleared by 0; owned. */
typedef struct {
  int64_t  n, first_row, n_rows;
  int64_t *offsets, *columns, *nodes;
  double  *values;
} LodSparseRows;

/* This rank's rows of a matrix that is in units of 2^exponent, in plain units; an entry that does
   not fit them is an error. `cells`: per axis, of the mesh. */
PetscErrorCode LodSparseFromMatrix(const LodGrid *grid, const PetscInt cells[], Mat matrix,
                                   int exponent, LodSparseRows *rows);

/* The mass matrix of Q1 on the mesh of cells[], its rows shared out to the ranks as those of every
   matrix over the mesh. */
PetscErrorCode LodSparseMass(MPI_Comm comm, const LodGrid *grid, const PetscInt cells[],
                             LodSparseRows *rows);

PetscErrorCode LodSparseDestroy(LodSparseRows *rows);

#endif
