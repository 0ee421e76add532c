/* What rounding does to solutions at high contrast. */
#ifndef LODNET_FEM_DIGITS_H
#define LODNET_FEM_DIGITS_H

#include "fem/element.h"

/* Rounding. An assembled matrix holds the small values of A as differences of large ones: what is
   left of them after rounding may be nothing, and no residual shows it. Where the contrast is above
   LOD_SAFE_CONTRAST, solutions are therefore computed a second time, with A multiplied by a factor
   that changes all last digits and the diagonals of all cell matrices raised by 2^-50 of
   themselves, which is what rounding does at least; if the two differ by more than 1e-6 in relative
   L2, neither is given out. Below that contrast rounding takes at most about 1e-7
   (tests/test_contrast.c). Where few cells can cut D, as one does in one dimension, it also grows
   with the number n of cells along the axis that they cut: with m cells across, the contrast times
   n / (m LOD_SAFE_CELLS) counts. And cells that are not cubes have, by themselves, the contrast of
   their sides squared.

   LodDigitsAreInDoubt asks for that, on a mesh. LodDigitsPerturb raises the diagonals of cell
   matrices [m][a][b] and multiplies them by `factor`: LOD_DIGITS_FACTOR, or 1 if A is multiplied by
   that; LodDigitsPerturbTables does it to the tables of fine cells, whose sums cell matrices are.
   LodDigitsDivide gives the boundary values that the changed system has to be solved with (NULL:
   none). LodDigitsCompare compares a solution of system `what` with that of the
   changed one, again[], which it takes back to the units of the first; an error if they differ. */
#define LOD_SAFE_CONTRAST 1e6
#define LOD_SAFE_CELLS 128
#define LOD_DIGITS_FACTOR 0.7291203743 /* no power of two */
PetscErrorCode LodDigitsAreInDoubt(const LodGrid *grid, const LodCoefficient *coefficient,
                                   const PetscInt cells[], PetscBool *doubt);
void LodDigitsPerturb(PetscInt corners, PetscInt n_matrices, double factor, double *matrices);
void LodDigitsPerturbTables(double factor, LodCellTables *tables);
void LodDigitsDivide(size_t count, const double *boundary, double *divided);
PetscErrorCode LodDigitsCompare(const char *what, PetscInt dim, const PetscInt cells[],
                                const LodCoefficient *coefficient, const double *solution,
                                double *again);

#endif
