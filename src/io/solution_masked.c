/* Solutions with holes in files: what is outside of D is not a number there, which ParaView and
   matplotlib leave blank. */
#include <math.h>

#include "grid/domain.h"
#include "io/solution_private.h"

/* A copy of nodal values with NaN outside of D; NULL of NULL. */
static PetscErrorCode CopyNodes(const LodSolution *solution, const PetscInt cells[],
                                const double *values, double **copy) {
  const PetscInt n = LodNodeCount(solution->grid->dim, cells);
  PetscFunctionBeginUser;
  if (!values) PetscFunctionReturn(0);
  PetscCall(PetscMalloc1(n, copy));
  PetscCall(PetscArraycpy(*copy, values, n));
  LodDomainFillNodes(solution->grid, solution->coefficient, cells, NAN, 0, *copy);
  PetscFunctionReturn(0);
}

/* A copy of the fluxes of coefficient cells, likewise. */
static PetscErrorCode CopyFlux(const LodSolution *solution, const double *flux, double **copy) {
  const PetscInt n_cells = LodCoefficientCells(solution->coefficient), dim = solution->grid->dim;
  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1((size_t)n_cells * (size_t)dim, copy));
  for (PetscInt i = 0; i < n_cells * dim; i++)
    (*copy)[i] = solution->coefficient->mask[i / dim] ? flux[i] : NAN;
  PetscFunctionReturn(0);
}

/* A view of the coefficient with A in an array of its own. */
static PetscErrorCode CopyCoefficient(const LodSolution *solution, LodSolutionMasked *masked) {
  const LodCoefficient *coefficient = solution->coefficient;
  const size_t          count = LodCoefficientCount(coefficient);
  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(count, &masked->a));
  for (size_t i = 0; i < count; i++)
    masked->a[i] =
        coefficient->mask[i / (size_t)coefficient->components] ? coefficient->values[i] : NAN;
  masked->coefficient = *coefficient;
  masked->coefficient.values = masked->a;
  masked->solution.coefficient = &masked->coefficient;
  PetscFunctionReturn(0);
}

/* LodSolutionMaskedBegin, leaving what is made in *masked. */
static PetscErrorCode CopyArrays(const LodSolution *solution, LodSolutionMasked *masked) {
  const LodSolutionFields *fields = solution->fields;
  PetscFunctionBeginUser;
  PetscCall(CopyNodes(solution, solution->cells, solution->values, &masked->values));
  masked->solution.values = masked->values;
  PetscCall(CopyCoefficient(solution, masked));
  if (!fields) PetscFunctionReturn(0);
  masked->fields = *fields;
  masked->solution.fields = &masked->fields;
  PetscCall(CopyNodes(solution, solution->grid->fine, fields->fine, &masked->fine));
  PetscCall(CopyNodes(solution, solution->grid->fine, fields->interpolated, &masked->interpolated));
  PetscCall(CopyFlux(solution, fields->flux, &masked->flux));
  masked->fields.fine = masked->fine;
  masked->fields.interpolated = masked->interpolated;
  masked->fields.flux = masked->flux;
  PetscFunctionReturn(0);
}

PetscErrorCode LodSolutionMaskedBegin(const LodSolution *solution, LodSolutionMasked *masked) {
  PetscFunctionBeginUser;
  *masked = (LodSolutionMasked){.solution = *solution};
  if (!solution->coefficient || !solution->coefficient->mask) PetscFunctionReturn(0);
  PetscErrorCode error = CopyArrays(solution, masked);
  if (error) PetscCall(LodSolutionMaskedEnd(masked));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodSolutionMaskedEnd(LodSolutionMasked *masked) {
  PetscFunctionBeginUser;
  PetscCall(PetscFree(masked->values));
  PetscCall(PetscFree(masked->fine));
  PetscCall(PetscFree(masked->interpolated));
  PetscCall(PetscFree(masked->flux));
  PetscCall(PetscFree(masked->a));
  PetscFunctionReturn(0);
}
