/* Averages over the symmetries of the cube. */
#include "lod/average.h"

#include "base/error.h"
#include "lod/structure.h"

/* State of an averaging source. */
typedef struct {
  LodLocalOperators    *source;      /* owned */
  const LodCoefficient *coefficient; /* borrowed */
  LodCoefficient        turned;
  double               *operators; /* [cell][z][j] of the turned coefficient */
  PetscBool            *wanted;    /* [cell]: of its cells, those that the caller wants */
  PetscInt *values, *cells, *nodes, *corners; /* LodSymmetryTable of the present symmetry */
} Average;

/* Implements LodLocalOperators.set_coefficient. */
static PetscErrorCode SetCoefficient(LodLocalOperators *self, const LodCoefficient *coefficient) {
  Average *average = self->data;
  PetscFunctionBeginUser;
  PetscCall(LodCoefficientCheckPlain(coefficient, "averaging over the symmetries", "the medium"));
  average->coefficient = coefficient;
  PetscFunctionReturn(0);
}

/* Has the source compute the wanted operators of the coefficient turned by one symmetry. */
static PetscErrorCode ComputeTurned(const LodLocalOperators *self, PetscInt first, PetscInt last,
                                    const LodComputeOptions *options, PetscInt symmetry) {
  Average           *average = self->data;
  LodLocalOperators *source = average->source;
  const LodGrid     *grid = &self->grid;
  PetscFunctionBeginUser;
  LodSymmetryTable(grid->dim, symmetry, grid->coefficient[0], average->values);
  LodSymmetryTable(grid->dim, symmetry, grid->coarse[0], average->cells);
  LodSymmetryTable(grid->dim, symmetry, 2 * grid->ell + 2, average->nodes);
  LodSymmetryTable(grid->dim, symmetry, 2, average->corners);
  for (PetscInt i = 0; i < LodCellCount(grid->dim, grid->coefficient); i++)
    average->turned.values[i] = average->coefficient->values[average->values[i]];
  for (PetscInt t = 0; t < LodGridCells(grid); t++) {
    const PetscInt cell = average->cells[t];
    average->wanted[t] =
        (PetscBool)(cell >= first && cell < last && LodComputeIsWanted(options, cell));
  }
  PetscCall(LodLocalOperatorsSetCoefficient(source, &average->turned));
  PetscCall(LodLocalOperatorsCompute(
      source, 0, LodGridCells(grid),
      &(LodComputeOptions){.wanted = average->wanted, .quiet = options->quiet},
      average->operators));
  PetscFunctionReturn(0);
}

/* Implements LodLocalOperators.compute. */
static PetscErrorCode Compute(LodLocalOperators *self, PetscInt first, PetscInt last,
                              const LodComputeOptions *options, double *operators) {
  const Average *average = self->data;
  const PetscInt corners = LodGridCorners(&self->grid), size = LodGridOperatorSize(&self->grid);
  const PetscInt count = LodSymmetryCount(self->grid.dim);
  PetscFunctionBeginUser;
  PetscCheck(average->coefficient, PETSC_COMM_SELF, PETSC_ERR_ORDER, "no coefficient is set");
  for (PetscInt cell = first; cell < last; cell++)
    if (LodComputeIsWanted(options, cell))
      PetscCall(PetscArrayzero(operators + (size_t)(cell - first) * (size_t)size, size));
  for (PetscInt s = 0; s < count; s++) {
    PetscCall(ComputeTurned(self, first, last, options, s));
#pragma omp parallel for schedule(static)
    for (PetscInt t = 0; t < LodGridCells(&self->grid); t++) {
      if (!average->wanted[t]) continue;
      const double *turned = average->operators + (size_t)t * (size_t)size;
      double       *own = operators + (size_t)(average->cells[t] - first) * (size_t)size;
      for (PetscInt i = 0; i < size; i++)
        own[average->nodes[i / corners] * corners + average->corners[i % corners]] +=
            turned[i] / (double)count;
    }
  }
  PetscFunctionReturn(0);
}

/* Implements LodLocalOperators.destroy. */
static PetscErrorCode Destroy(LodLocalOperators *self) {
  Average *average = self->data;
  PetscFunctionBeginUser;
  PetscCall(LodLocalOperatorsDestroy(&average->source));
  PetscCall(LodCoefficientDestroy(&average->turned));
  PetscCall(PetscFree6(average->operators, average->wanted, average->values, average->cells,
                       average->nodes, average->corners));
  PetscCall(PetscFree(self->data));
  PetscFunctionReturn(0);
}

PetscErrorCode LodAveragedCreate(LodLocalOperators *source, LodLocalOperators **averaged) {
  const LodGrid  *grid = &source->grid;
  const size_t    n_cells = (size_t)LodGridCells(grid);
  const PetscBool turns = (PetscBool)!LodGridHasNaturalFaces(grid), cube = LodGridIsCube(grid);
  const LodLocalOperators kind = {.name = source->name,
                                  .set_coefficient = SetCoefficient,
                                  .compute = Compute,
                                  .destroy = Destroy};
  LodLocalOperators      *made;
  PetscFunctionBeginUser;
  *averaged = NULL;
  PetscErrorCode error = LodLocalOperatorsCreate(grid, &kind, sizeof(Average), &made);
  if (error) PetscCall(LodLocalOperatorsDestroy(&source));
  PetscCall(error);
  Average *average = made->data;
  average->source = source;
  error = LodCoefficientCreate(grid->dim, grid->coefficient, &average->turned);
  if (!error)
    error = PetscMalloc6(n_cells * (size_t)LodGridOperatorSize(grid), &average->operators, n_cells,
                         &average->wanted, LodCellCount(grid->dim, grid->coefficient),
                         &average->values, n_cells, &average->cells, LodGridPatchNodes(grid),
                         &average->nodes, LodGridCorners(grid), &average->corners);
  if (error || !turns || !cube) PetscCall(LodLocalOperatorsDestroy(&made));
  PetscCall(error);
  LodCheckInput(cube,
                "averaging over the symmetries needs a square or a cube as domain, with as many "
                "cells along every axis");
  LodCheckInput(turns, "averaging over the symmetries needs u = 0 on all faces of the mesh");
  *averaged = made;
  PetscFunctionReturn(0);
}
