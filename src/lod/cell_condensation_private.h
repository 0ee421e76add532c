/* Static condensation of one coarse cell onto its boundary nodes and its 2^d functionals, once a
   coefficient, shared by all (2l+1)^d patches that contain the cell.

   The fine nodes inside go by nested dissection: the cell is halved until its pieces have at most
   four fine cells a side, these are assembled and condensed, and merged back. Afterwards the test
   columns are appended: p_j = [S_bb Lam_b ; S_mb Lam_b - e_j].

   Cells with sources have one more column, l_T, which comes before the tests and is 0 where no
   source[] is given: [fine nodes of the closed cell], x fastest (local_operators.h). */
#ifndef LODNET_LOD_CELL_CONDENSATION_PRIVATE_H
#define LODNET_LOD_CELL_CONDENSATION_PRIVATE_H

#include "lod/exact.h"
#include "lod/merge_private.h"

/* Pieces of at most this many fine cells a side are assembled at once. */
enum { LOD_CELL_LEAF = 4 };

/* What is the same for all cells and all coefficients; read by all threads. */
typedef struct LodCellCondensation LodCellCondensation;

PetscErrorCode LodCellCondensationCreate(const LodGrid *grid, PetscBool has_source,
                                         LodCellCondensation **condensation);
PetscErrorCode LodCellCondensationDestroy(LodCellCondensation **condensation);

/* Changes the last digits of the fine cells' stiffness (digits.h, LodDigitsPerturb). */
void LodCellPerturb(LodCellCondensation *condensation);

/* The variables of a condensed cell: boundary nodes, functionals, the source if there is one, test
   columns (borrowed), the doubles its packed matrix takes, and those of workspace a thread needs.
 */
const LodVariables *LodCellVariables(const LodCellCondensation *condensation);
size_t              LodCellSize(const LodCellCondensation *condensation);
size_t              LodCellWorkspace(const LodCellCondensation *condensation);

/* Condenses the cell with multi-index `index` into matrix[] (a packed block); source NULL: 0, or
   there is no such column. Returns -1, or the number of the pivot that failed. */
int LodCellCondensationCompute(const LodCellCondensation *condensation,
                               const LodCoefficient *coefficient, const PetscInt index[LOD_MAX_DIM],
                               const double *source, double *workspace, double *matrix);

/* Back substitution (merge_private.h) into a cell with a source column: kept[] are the values of
   its variables, values[fine nodes of the closed cell] becomes the function. It condenses the cell
   once more, in a workspace of LodCellSubstituteWorkspace doubles. Returns as above. */
int    LodCellSubstitute(const LodCellCondensation *condensation, const LodCoefficient *coefficient,
                         const PetscInt index[LOD_MAX_DIM], const double *source, const double *kept,
                         double *workspace, double *values);
size_t LodCellSubstituteWorkspace(const LodCellCondensation *condensation);

/* residual[fine nodes of the closed cell] = source (NULL: 0) - a_T(sum of values[j] Lam_j, .); the
   two may be the same array. */
void LodCellResidual(const LodCellCondensation *condensation, const LodCoefficient *coefficient,
                     const PetscInt index[LOD_MAX_DIM], const double values[LOD_MAX_CORNERS],
                     const double *source, double *residual);

/* sums[j] = l_T(Lam_j) of a source. */
void LodCellSourceSums(const LodCellCondensation *condensation, const double *source,
                       double sums[LOD_MAX_CORNERS]);

/* stiffness[z][j] = a_T(Lam_j, Lam_z) of that cell, where A is a number from tables. */
void LodCellCornerStiffness(const LodCellCondensation *condensation,
                            const LodCoefficient *coefficient, const PetscInt index[LOD_MAX_DIM],
                            double *stiffness);

/* Work of LodCellCondensationCompute, and the bytes that the object holds. */
LodExactWork LodCellWork(const LodCellCondensation *condensation);
size_t       LodCellMemory(const LodCellCondensation *condensation);

#endif
