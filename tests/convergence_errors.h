/* Errors of the LOD solution, its fine-scale field and the plain coarse solution, for the
   convergence test and tables. */
#ifndef LODNET_TESTS_CONVERGENCE_ERRORS_H
#define LODNET_TESTS_CONVERGENCE_ERRORS_H

#include <stdlib.h>

#include "fem/load.h"
#include "fem/nodal.h"
#include "fem/q1_system.h"
#include "lod/exact.h"
#include "solver/solve.h"
#include "system/coarse_system.h"

/* Errors in relative L2 against the fine solution, f = 1. */
typedef struct {
  double lod, coarse;
} Errors;

/* Solves on one mesh by LOD, by plain coarse elements and on the fine mesh, and compares. */
static inline PetscErrorCode solve_errors(const LodGrid *grid, const LodCoefficient *coefficient,
                                          Errors *errors) {
  LodLocalOperators *exact;
  LodCoarseSystem   *system;
  PetscInt           n_fine = LodNodeCount(2, grid->fine), n_coarse = LodNodeCount(2, grid->coarse);
  size_t             bytes = (size_t)n_fine * sizeof(double);
  double            *rhs = malloc(bytes), *fine = malloc(bytes), *prolongated = malloc(bytes);
  double            *coarse = malloc((size_t)n_coarse * sizeof(double));
  PetscFunctionBeginUser;
  PetscCall(LodLoadFromText(grid, "1", "f", rhs));
  PetscCall(LodQ1FineSolve(PETSC_COMM_SELF, grid, coefficient, rhs, fine, NULL));
  PetscCall(LodExactCreate(grid, &exact));
  PetscCall(LodLocalOperatorsSetCoefficient(exact, coefficient));
  PetscCall(LodCoarseSystemCreate(PETSC_COMM_SELF, grid, &system));
  PetscCall(LodCoarseSystemAssemble(system, exact, NULL, PETSC_TRUE));
  PetscCall(LodCoarseSystemSolve(system, rhs, coarse));
  PetscCall(LodNodesProlongate(2, grid->coarse, coarse, grid->fine, prolongated));
  PetscCall(LodNodesRelativeL2(2, grid->fine, prolongated, fine, &errors->lod));
  PetscCall(LodQ1CoarseSolve(PETSC_COMM_SELF, grid, coefficient, rhs, coarse, NULL));
  PetscCall(LodNodesProlongate(2, grid->coarse, coarse, grid->fine, prolongated));
  PetscCall(LodNodesRelativeL2(2, grid->fine, prolongated, fine, &errors->coarse));
  PetscCall(LodCoarseSystemDestroy(&system));
  PetscCall(LodLocalOperatorsDestroy(&exact));
  free(rhs);
  free(fine);
  free(prolongated);
  free(coarse);
  PetscFunctionReturn(0);
}

/* Relative errors of one solve: energy and L2 of u_ms, L2 of u_H. */
typedef struct {
  double energy, field, coarse;
} FieldErrors;

/* Solves with or without correction, and compares with the fine solution. */
static inline PetscErrorCode solve_field_errors(const LodGrid        *grid,
                                                const LodCoefficient *coefficient,
                                                const LodData *data, PetscBool correct,
                                                const double *fine, FieldErrors *errors) {
  const LodSolveOptions options = {
      .correct = correct, .reconstruct = PETSC_TRUE, .quiet = PETSC_TRUE};
  LodSolveResult result;
  double        *interpolated;
  PetscFunctionBeginUser;
  PetscCall(
      LodMethodSolve(PETSC_COMM_SELF, LOD_METHOD_LOD, grid, coefficient, data, &options, &result));
  PetscCall(LodFineRelativeEnergy(grid, coefficient, result.fine, fine, &errors->energy));
  PetscCall(LodNodesRelativeL2(grid->dim, grid->fine, result.fine, fine, &errors->field));
  PetscCall(PetscMalloc1(LodNodeCount(grid->dim, grid->fine), &interpolated));
  PetscCall(LodNodesProlongate(grid->dim, grid->coarse, result.values, grid->fine, interpolated));
  PetscCall(LodNodesRelativeL2(grid->dim, grid->fine, interpolated, fine, &errors->coarse));
  PetscCall(PetscFree(interpolated));
  PetscCall(LodSolveResultDestroy(&result));
  PetscFunctionReturn(0);
}

/* Values of the sine coefficient 2 + sin(2 pi x) sin(2 pi y) at cell midpoints. */
static inline void fill_sine(LodCoefficient *coefficient) {
  PetscInt cells = coefficient->cells[0];
  for (PetscInt i = 0; i < cells * cells; i++) {
    double x = ((double)(i % cells) + 0.5) / (double)cells;
    double y = ((double)(i / cells) + 0.5) / (double)cells;
    coefficient->values[i] = 2 + PetscSinReal(2 * PETSC_PI * x) * PetscSinReal(2 * PETSC_PI * y);
  }
}

#endif
