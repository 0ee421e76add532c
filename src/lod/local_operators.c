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
  operators->coefficient = coefficient;
  if (operators->set_coefficient) PetscCall(operators->set_coefficient(operators, coefficient));
  PetscFunctionReturn(0);
}

/* Raises an error if there are no correctors behind these operators. */
static PetscErrorCode CheckCorrects(const LodLocalOperators *operators) {
  PetscFunctionBeginUser;
  PetscCheck(
      operators->correct, PETSC_COMM_SELF, PETSC_ERR_SUP,
      "these local operators (%s) have no correctors: load correction and reconstruction need "
      "the exact ones, not averaged",
      operators->name);
  PetscFunctionReturn(0);
}

PetscErrorCode LodLocalOperatorsCompute(LodLocalOperators *operators, PetscInt first, PetscInt last,
                                        const LodComputeOptions *options, double *values) {
  const LodComputeOptions all = {.wanted = NULL};
  PetscFunctionBeginUser;
  if (options && options->source) PetscCall(CheckCorrects(operators));
  if (first < last)
    PetscCall(operators->compute(operators, first, last, options ? options : &all, values));
  PetscFunctionReturn(0);
}

PetscErrorCode LodLocalOperatorsCorrect(LodLocalOperators *operators, PetscInt first, PetscInt last,
                                        const double *coarse, const double *source, PetscBool quiet,
                                        double *fine) {
  PetscFunctionBeginUser;
  PetscCall(CheckCorrects(operators));
  if (first < last)
    PetscCall(operators->correct(operators, first, last,
                                 &(LodComputeOptions){.quiet = quiet, .source = source}, coarse,
                                 fine));
  PetscFunctionReturn(0);
}

PetscErrorCode LodLocalOperatorsDestroy(LodLocalOperators **operators) {
  PetscFunctionBeginUser;
  if (!*operators) PetscFunctionReturn(0);
  if ((*operators)->destroy) PetscCall((*operators)->destroy(*operators));
  PetscCall(PetscFree(*operators));
  PetscFunctionReturn(0);
}
