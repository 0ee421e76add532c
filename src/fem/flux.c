/* Fluxes of Q1 functions, cell by cell. */
#include "fem/flux.h"

#include "fem/nodal.h"

void LodCellGradient(const LodGrid *grid, const PetscInt cells[], const double *u,
                     const PetscInt index[LOD_MAX_DIM], double gradient[LOD_MAX_DIM]) {
  const PetscInt dim = grid->dim, corners = (PetscInt)1 << dim;
  PetscInt       first = 0, step[LOD_MAX_DIM] = {1, 0, 0}; /* of u: first corner, along an axis */
  for (PetscInt axis = 1; axis < dim; axis++)
    step[axis] = step[axis - 1] * (cells[axis - 1] + 1);
  for (PetscInt axis = 0; axis < LOD_MAX_DIM; axis++)
    gradient[axis] = 0;
  for (PetscInt axis = 0; axis < dim; axis++)
    first += index[axis] * step[axis];
  for (PetscInt corner = 0; corner < corners; corner++) {
    PetscInt node = first;
    for (PetscInt axis = 0; axis < dim; axis++)
      node += (corner >> axis & 1) * step[axis];
    for (PetscInt axis = 0; axis < dim; axis++)
      gradient[axis] += corner >> axis & 1 ? u[node] : -u[node];
  }
  for (PetscInt axis = 0; axis < dim; axis++) /* the mean of 2^(d-1) differences over a side */
    gradient[axis] *= 2 * (double)cells[axis] / (grid->extent[axis] * (double)corners);
}

void LodCoefficientApply(const LodCoefficient *coefficient, PetscInt cell, const double gradient[],
                         double product[LOD_MAX_DIM]) {
  double tensor[LOD_MAX_DIM][LOD_MAX_DIM];
  LodCoefficientTensor(coefficient, cell, tensor);
  for (PetscInt row = 0; row < LOD_MAX_DIM; row++) {
    product[row] = 0;
    for (PetscInt column = 0; column < coefficient->dim && row < coefficient->dim; column++)
      product[row] += tensor[row][column] * gradient[column];
  }
}

/* LodCellFlux on a mesh that refines the coefficient mesh. */
static void MeanFlux(const LodGrid *grid, const LodCoefficient *coefficient, const PetscInt cells[],
                     const double *u, double *flux) {
  const PetscInt dim = grid->dim;
  const LodBox   all = LodBoxCells(dim, grid->coefficient);
  LodBox         inside = LodBoxCube(dim, 1); /* the mesh's cells in a coefficient cell */
  for (PetscInt axis = 0; axis < dim; axis++)
    inside.size[axis] = cells[axis] / grid->coefficient[axis];
  const PetscInt parts = LodBoxCount(&inside);
#pragma omp parallel for schedule(static)
  for (PetscInt cell = 0; cell < LodBoxCount(&all); cell++) {
    PetscInt index[LOD_MAX_DIM];
    double   mean[LOD_MAX_DIM] = {0}, product[LOD_MAX_DIM];
    LodBoxIndex(&all, cell, index);
    for (PetscInt part = 0; part < parts; part++) {
      PetscInt here[LOD_MAX_DIM];
      double   gradient[LOD_MAX_DIM];
      LodBoxIndex(&inside, part, here);
      for (PetscInt axis = 0; axis < dim; axis++)
        here[axis] += index[axis] * inside.size[axis];
      LodCellGradient(grid, cells, u, here, gradient);
      for (PetscInt axis = 0; axis < dim; axis++)
        mean[axis] += gradient[axis];
    }
    LodCoefficientApply(coefficient, cell, mean, product);
    const double factor = LodCoefficientHasCell(coefficient, cell) ? -1 / (double)parts : 0;
    for (PetscInt axis = 0; axis < dim; axis++)
      flux[cell * dim + axis] = factor * product[axis] + 0.; /* no -0 */
  }
}

PetscErrorCode LodCellFlux(const LodGrid *grid, const LodCoefficient *coefficient,
                           const PetscInt cells[], const double *u, double *flux) {
  PetscBool refines = PETSC_TRUE;
  double   *nodes;
  PetscFunctionBeginUser;
  PetscCall(LodCoefficientCheckFits(coefficient, grid));
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    if (cells[axis] % grid->coefficient[axis] != 0) refines = PETSC_FALSE;
  if (refines) {
    MeanFlux(grid, coefficient, cells, u, flux);
    PetscFunctionReturn(0);
  }
  PetscCall(PetscMalloc1(LodNodeCount(grid->dim, grid->coefficient), &nodes));
  PetscErrorCode error = LodNodesProlongate(grid->dim, cells, u, grid->coefficient, nodes);
  if (!error) MeanFlux(grid, coefficient, grid->coefficient, nodes, flux);
  PetscCall(PetscFree(nodes));
  PetscCall(error);
  PetscFunctionReturn(0);
}
