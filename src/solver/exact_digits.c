/* Whether the digits of an exact compressed solution stand. */
#include "solver/exact_digits.h"

#include "fem/digits.h"
#include "lod/exact.h"
#include "system/coarse_system.h"

struct LodExactDigits {
  LodGrid            grid;
  LodCoefficient     scaled; /* times LOD_DIGITS_FACTOR */
  LodLocalOperators *operators;
  LodCoarseSystem   *system;  /* NULL: there is no doubt */
  double            *again;   /* solution, [coarse nodes] */
  double            *divided; /* boundary values, [coarse nodes] */
};

/* Computes the system in another rounding. */
static PetscErrorCode SetUp(MPI_Comm comm, const LodCoefficient *coefficient,
                            LodExactDigits *digits) {
  const LodGrid *grid = &digits->grid;
  PetscBool      doubt;
  PetscFunctionBeginUser;
  PetscCall(LodDigitsAreInDoubt(grid, coefficient, grid->fine, &doubt));
  if (!doubt) PetscFunctionReturn(0);
  PetscCall(LodCoefficientCopy(coefficient, &digits->scaled));
  LodCoefficientScale(&digits->scaled, LOD_DIGITS_FACTOR);
  PetscCall(PetscMalloc1(LodNodeCount(grid->dim, grid->coarse), &digits->again));
  PetscCall(PetscMalloc1(LodNodeCount(grid->dim, grid->coarse), &digits->divided));
  PetscCall(LodExactCreate(grid, &digits->operators));
  PetscCall(digits->operators->perturb(digits->operators));
  PetscCall(LodLocalOperatorsSetCoefficient(digits->operators, &digits->scaled));
  PetscCall(LodCoarseSystemCreate(comm, grid, &digits->system));
  PetscCall(LodCoarseSystemAssemble(digits->system, digits->operators, NULL, PETSC_TRUE));
  PetscFunctionReturn(0);
}

PetscErrorCode LodExactDigitsCreate(MPI_Comm comm, const LodGrid *grid,
                                    const LodCoefficient *coefficient, LodExactDigits **digits) {
  PetscFunctionBeginUser;
  PetscCall(PetscNew(digits));
  (*digits)->grid = *grid;
  PetscErrorCode error = SetUp(comm, coefficient, *digits);
  if (error) PetscCall(LodExactDigitsDestroy(digits));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodExactDigitsDestroy(LodExactDigits **digits) {
  PetscFunctionBeginUser;
  if (!*digits) PetscFunctionReturn(0);
  PetscCall(LodCoarseSystemDestroy(&(*digits)->system));
  PetscCall(LodLocalOperatorsDestroy(&(*digits)->operators));
  PetscCall(LodCoefficientDestroy(&(*digits)->scaled));
  PetscCall(PetscFree((*digits)->again));
  PetscCall(PetscFree((*digits)->divided));
  PetscCall(PetscFree(*digits));
  PetscFunctionReturn(0);
}

PetscErrorCode LodExactDigitsCheck(LodExactDigits *digits, const double *load,
                                   const double *boundary, const double *solution) {
  PetscFunctionBeginUser;
  if (!digits->system) PetscFunctionReturn(0);
  LodDigitsDivide((size_t)LodNodeCount(digits->grid.dim, digits->grid.coarse), boundary,
                  digits->divided);
  PetscCall(LodCoarseSystemSolveLoad(digits->system, load, boundary ? digits->divided : NULL,
                                     digits->again));
  PetscCall(LodDigitsCompare("exact compressed (LOD)", digits->grid.dim, digits->grid.coarse,
                             &digits->scaled, solution, digits->again));
  PetscFunctionReturn(0);
}
