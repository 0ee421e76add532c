/* Static condensation of one coarse cell onto its boundary nodes and its 2^d functionals, once a
   coefficient, shared by all (2l+1)^d patches that contain the cell.

   The fine nodes inside go by nested dissection: the cell is halved until its pieces have at most
   four fine cells a side, these are assembled and condensed, and merged back. Afterwards the test
   columns are appended: p_j = [S_bb Lam_b ; S_mb Lam_b - e_j]. */
#ifndef LODNET_LOD_CELL_CONDENSATION_PRIVATE_H
#define LODNET_LOD_CELL_CONDENSATION_PRIVATE_H

#include "lod/exact.h"
#include "lod/merge_private.h"

/* Pieces of at most this many fine cells a side are assembled at once. */
enum { LOD_CELL_LEAF = 4 };

/* What is the same for all cells and all coefficients; read by all threads. */
typedef struct LodCellCondensation LodCellCondensation;

PetscErrorCode LodCellCondensationCreate(const LodGrid *grid, LodCellCondensation **condensation);
PetscErrorCode LodCellCondensationDestroy(LodCellCondensation **condensation);

/* Changes the last digits of the fine cells' stiffness (digits.h, LodDigitsPerturb). */
void LodCellPerturb(LodCellCondensation *condensation);

/* The variables of a condensed cell: boundary nodes, functionals, test columns (borrowed), the
   doubles its packed matrix takes, and those of workspace a thread needs. */
const LodVariables *LodCellVariables(const LodCellCondensation *condensation);
size_t              LodCellSize(const LodCellCondensation *condensation);
size_t              LodCellWorkspace(const LodCellCondensation *condensation);

/* Condenses the cell with multi-index `index` into matrix[] (a packed block). Returns -1, or the
   number of the pivot that failed. */
int LodCellCondensationCompute(const LodCellCondensation *condensation,
                               const LodCoefficient *coefficient, const PetscInt index[LOD_MAX_DIM],
                               double *workspace, double *matrix);

/* stiffness[z][j] = a_T(Lam_j, Lam_z) of that cell, where A is a number from tables. */
void LodCellCornerStiffness(const LodCellCondensation *condensation,
                            const LodCoefficient *coefficient, const PetscInt index[LOD_MAX_DIM],
                            double *stiffness);

/* Work of LodCellCondensationCompute, and the bytes that the object holds. */
LodExactWork LodCellWork(const LodCellCondensation *condensation);
size_t       LodCellMemory(const LodCellCondensation *condensation);

#endif
