/* Whether the digits of an exact compressed solution stand. */
#include "solver/exact_digits.h"

#include "fem/digits.h"
#include "lod/exact.h"
#include "system/coarse_system.h"

/* Solves with the coefficient given, everything rounded otherwise, into again[]. */
static PetscErrorCode SolveAgain(MPI_Comm comm, const LodGrid *grid,
                                 const LodCoefficient *coefficient, const double *rhs,
                                 double *again) {
  LodLocalOperators *operators = NULL;
  LodCoarseSystem   *system = NULL;
  PetscFunctionBeginUser;
  PetscCall(LodExactCreate(grid, &operators));
  operators->quiet = PETSC_TRUE;
  PetscErrorCode error = operators->perturb(operators);
  if (!error) error = operators->set_coefficient(operators, coefficient);
  if (!error) error = LodCoarseSystemCreate(comm, grid, &system);
  if (!error) error = LodCoarseSystemAssemble(system, operators);
  if (!error) error = LodCoarseSystemSolve(system, rhs, again);
  PetscCall(LodCoarseSystemDestroy(&system));
  PetscCall(LodLocalOperatorsDestroy(&operators));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodExactCheckDigits(MPI_Comm comm, const LodGrid *grid,
                                   const LodCoefficient *coefficient, const double *rhs,
                                   const double *solution) {
  const PetscInt count = LodCellCount(grid->dim, grid->coefficient);
  LodCoefficient scaled;
  PetscBool      doubt;
  double        *again;
  PetscFunctionBeginUser;
  PetscCall(LodDigitsAreInDoubt(grid, coefficient, grid->fine, &doubt));
  if (!doubt) PetscFunctionReturn(0);
  PetscCall(LodCoefficientCreate(grid->dim, grid->coefficient, &scaled));
  for (PetscInt i = 0; i < count; i++)
    scaled.values[i] = coefficient->values[i] * LOD_DIGITS_FACTOR;
  PetscCall(PetscMalloc1(LodNodeCount(grid->dim, grid->coarse), &again));
  PetscErrorCode error = SolveAgain(comm, grid, &scaled, rhs, again);
  if (!error)
    error = LodDigitsCompare("exact compressed (LOD)", grid->dim, grid->coarse, coefficient,
                             solution, again);
  PetscCall(PetscFree(again));
  PetscCall(LodCoefficientDestroy(&scaled));
  PetscCall(error);
  PetscFunctionReturn(0);
}
