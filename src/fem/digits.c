/* How many digits of a solution rounding has left. */
#include "fem/digits.h"

#include <math.h>

#include "fem/nodal.h"

/* A second solution may differ by this much, relative L2. */
#define MOST_DIFFERENCE 1e-6

/* Relative size of what is added to diagonals: four units in the last place. */
#define DIAGONAL 0x1p-50

/* What counts beside the contrast: digits.h. */
static double Growth(const LodGrid *grid, const PetscInt cells[]) {
  const double all = (double)LodCellCount(grid->dim, cells);
  double       growth = 1, side[LOD_MAX_DIM], shortest = HUGE_VAL, longest = 0;
  LodGridSides(grid, cells, side);
  for (PetscInt axis = 0; axis < grid->dim; axis++) {
    const double n = (double)cells[axis], across = all / n;
    growth = fmax(growth, n / (across * LOD_SAFE_CELLS));
    shortest = fmin(shortest, side[axis]);
    longest = fmax(longest, side[axis]);
  }
  return growth * (longest / shortest) * (longest / shortest);
}

PetscErrorCode LodDigitsAreInDoubt(const LodGrid *grid, const LodCoefficient *coefficient,
                                   const PetscInt cells[], PetscBool *doubt) {
  const double growth = Growth(grid, cells);
  double       smallest, largest;
  PetscFunctionBeginUser;
  PetscCall(LodCoefficientRange(coefficient, &smallest, &largest));
  *doubt = (PetscBool)(!(largest / smallest * growth <= LOD_SAFE_CONTRAST));
  PetscFunctionReturn(0);
}

void LodDigitsPerturb(PetscInt corners, PetscInt n_matrices, double factor, double *matrices) {
  for (PetscInt m = 0; m < n_matrices; m++, matrices += corners * corners)
    for (PetscInt i = 0; i < corners * corners; i++)
      matrices[i] *= i % (corners + 1) == 0 ? factor * (1 + DIAGONAL) : factor;
}

void LodDigitsPerturbTables(double factor, LodCellTables *tables) {
  const PetscInt dim = tables->dim, corners = tables->corners;
  /* The diagonals of mixed derivatives have no sign; those beside them are at least half as large
     as what they add up to. */
  for (PetscInt table = 0; table < LOD_N_TABLES; table++)
    LodDigitsPerturb(corners, 1, factor, tables->table[table]);
  for (PetscInt p = 0; p < dim; p++)
    for (PetscInt q = p + 1; q < dim; q++) {
      double *mixed = tables->table[LOD_COMPONENT + LodTensorComponent(dim, p, q)];
      for (PetscInt a = 0; a < corners; a++)
        mixed[a * (corners + 1)] /= 1 + DIAGONAL;
    }
}

void LodDigitsDivide(size_t count, const double *boundary, double *divided) {
  for (size_t i = 0; i < count && boundary; i++)
    divided[i] = boundary[i] / LOD_DIGITS_FACTOR;
}

PetscErrorCode LodDigitsCompare(const char *what, PetscInt dim, const PetscInt cells[],
                                const LodCoefficient *coefficient, const double *solution,
                                double *again) {
  const size_t count = (size_t)LodNodeCount(dim, cells);
  double       smallest, largest, difference;
  PetscFunctionBeginUser;
  for (size_t i = 0; i < count; i++)
    again[i] *= LOD_DIGITS_FACTOR;
  PetscCall(LodNodesRelativeL2(dim, cells, again, solution, &difference));
  PetscCall(LodCoefficientRange(coefficient, &smallest, &largest));
  PetscCheck(difference <= MOST_DIFFERENCE, PETSC_COMM_SELF, PETSC_ERR_FP,
             "the %s solution is lost in rounding: solved again with the last digits changed it "
             "differs by %.1e; the contrast of the coefficient (%.3g) is too large for double "
             "precision where it stands: raise the smallest or cut the largest values",
             what, difference, largest / smallest);
  PetscFunctionReturn(0);
}
