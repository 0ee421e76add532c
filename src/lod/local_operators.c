/* What is common to all sources of local operators. */
#include "lod/local_operators.h"

PetscErrorCode LodLocalOperatorsCreate(const LodGrid *grid, const LodLocalOperators *kind,
                                       size_t bytes, LodLocalOperators **operators) {
  LodLocalOperators *made;
  PetscFunctionBeginUser;
  *operators = NULL;
  PetscCall(PetscNew(&made));
  *made = *kind;
  made->grid = *grid;
  PetscErrorCode error = PetscCalloc(bytes, &made->data);
  if (error) PetscCall(PetscFree(made));
  PetscCall(error);
  *operators = made;
  PetscFunctionReturn(0);
}

PetscErrorCode LodLocalOperatorsSetCoefficient(LodLocalOperators    *operators,
                                               const LodCoefficient *coefficient) {
  PetscFunctionBeginUser;
  PetscCall(LodCoefficientCheckFits(coefficient, &operators->grid));
  if (operators->set_coefficient) PetscCall(operators->set_coefficient(operators, coefficient));
  PetscFunctionReturn(0);
}

PetscErrorCode LodLocalOperatorsCompute(LodLocalOperators *operators, PetscInt first, PetscInt last,
                                        const LodComputeOptions *options, double *values) {
  const LodComputeOptions all = {NULL, PETSC_FALSE};
  PetscFunctionBeginUser;
  if (first < last)
    PetscCall(operators->compute(operators, first, last, options ? options : &all, values));
  PetscFunctionReturn(0);
}

PetscErrorCode LodLocalOperatorsDestroy(LodLocalOperators **operators) {
  PetscFunctionBeginUser;
  if (!*operators) PetscFunctionReturn(0);
  if ((*operators)->destroy) PetscCall((*operators)->destroy(*operators));
  PetscCall(PetscFree(*operators));
  PetscFunctionReturn(0);
}
