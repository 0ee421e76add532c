/* What is known of every local operator before anything is computed: rows of nodes outside D
   vanish, row and column sums vanish, the symmetries of the cube permute it. */
#ifndef LODNET_LOD_STRUCTURE_H
#define LODNET_LOD_STRUCTURE_H

#include "grid/grid.h"

/* Nodes of the patch of `cell` that lie in the closure of D, as a box within the (2l+2)^d nodes of
   the uncut patch. Patches that are cut alike have the same box. */
LodBox LodGridInsideNodes(const LodGrid *grid, PetscInt cell);

/* Sets the rows of nodes outside the box of operators[z][j] to 0; z over (2l+2)^d nodes. */
void LodOperatorClearOutside(PetscInt ell, const LodBox *inside, double *operators);

/* Replaces the rows inside of operators[z][j] by the nearest ones (in the sum of squares) whose row
   sums and column sums vanish, as those of every exact operator do. Never further from the exact
   operator than before. The rows outside are left alone. */
void LodOperatorZeroSums(PetscInt ell, const LodBox *inside, double *operators);

/* The symmetries of the cube in `dim` dimensions, 2^dim dim! of them; number 0 is the identity. A
   symmetry g turns a coefficient A into A' = A o g. */
PetscInt LodSymmetryCount(PetscInt dim);

/* Where the entries of an array over size^dim points come from when it is turned: entry i of the
   new one is entry table[i] of the old one. Serves values of A, nodes and corners alike; operators
   of turned coefficients are S'[z][j] = S[table of nodes [z]][table of corners [j]]. */
void LodSymmetryTable(PetscInt dim, PetscInt symmetry, PetscInt size, PetscInt *table);

/* The box of LodGridInsideNodes of the turned patch. */
LodBox LodSymmetryBox(PetscInt symmetry, PetscInt size, const LodBox *box);

/* The number of the symmetry that undoes `symmetry`. */
PetscInt LodSymmetryInverse(PetscInt dim, PetscInt symmetry);

#endif
