/* Operators of the constant coefficient 1. */
#include "lod/baseline.h"

#include "lod/exact.h"

/* The mesh of the baseline: every way to cut a patch of `grid` occurs in it, and there is one patch
   that the boundary of D does not even touch. */
static LodGrid BaselineGrid(const LodGrid *grid) {
  LodGrid mesh = *grid;
  for (PetscInt axis = 0; axis < grid->dim; axis++) {
    mesh.coarse[axis] = PetscMin(grid->coarse[axis], 2 * grid->ell + 3);
    mesh.coefficient[axis] = mesh.coarse[axis];
    mesh.fine[axis] = mesh.coarse[axis] * LodGridFineRatio(grid, axis);
    /* cells of the same shape and size, as S_T is not the same on others */
    mesh.extent[axis] *= (double)mesh.coarse[axis] / (double)grid->coarse[axis];
  }
  return mesh;
}

PetscErrorCode LodBaselineCreate(const LodGrid *grid, double **values) {
  const LodGrid      mesh = BaselineGrid(grid);
  const size_t       count = (size_t)LodGridCells(&mesh) * (size_t)LodGridOperatorSize(&mesh);
  LodLocalOperators *exact = NULL;
  LodCoefficient     one;
  PetscFunctionBeginUser;
  *values = NULL;
  PetscErrorCode error = LodCoefficientOfOnes(mesh.dim, mesh.coefficient, &one);
  if (!error) error = PetscMalloc1(count, values);
  if (!error) error = LodExactCreate(&mesh, &exact);
  if (!error) error = LodLocalOperatorsSetCoefficient(exact, &one);
  if (!error)
    error = LodLocalOperatorsCompute(exact, 0, LodGridCells(&mesh),
                                     &(LodComputeOptions){.quiet = PETSC_TRUE}, *values);
  PetscCall(LodLocalOperatorsDestroy(&exact));
  PetscCall(LodCoefficientDestroy(&one));
  if (error) PetscCall(PetscFree(*values));
  PetscCall(error);
  PetscFunctionReturn(0);
}

const double *LodBaselineFind(const LodGrid *grid, const double *values, const LodBox *inside) {
  const LodGrid mesh = BaselineGrid(grid);
  const LodBox  cells = LodBoxCells(mesh.dim, mesh.coarse);
  PetscInt      index[LOD_MAX_DIM] = {0, 0, 0};
  /* T is cell l of its uncut patch. A patch cut below begins where D does, one cut above alone ends
     where D does, one that is not cut lies in the middle. */
  for (PetscInt axis = 0; axis < mesh.dim; axis++) {
    const PetscInt low = inside->first[axis], high = 2 * grid->ell + 2 - low - inside->size[axis];
    const PetscInt last = mesh.coarse[axis] - 1 - grid->ell;
    index[axis] = PetscMin(grid->ell + 1, last);
    if (high > 0) index[axis] = last + high;
    if (low > 0) index[axis] = grid->ell - low;
  }
  return values + (ptrdiff_t)LodBoxPosition(&cells, index) * LodGridOperatorSize(grid);
}
