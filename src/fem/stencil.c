/* Rows of a Q1 stiffness matrix. */
#include "fem/stencil.h"

/* The matrix of one cell and its scale. */
static void CellMatrix(const LodCellMatrices *source, const PetscInt index[LOD_MAX_DIM],
                       const double **matrix, double *scale) {
  PetscInt dim = source->grid->dim;
  if (!source->shared) {
    LodBox mesh = LodBoxCells(dim, source->cells);
    *matrix = source->matrix + (size_t)LodBoxPosition(&mesh, index) * (size_t)LodPower(4, dim);
    *scale = 1;
    return;
  }
  const PetscInt *per_axis = source->coefficient->cells;
  PetscInt        position = 0;
  for (PetscInt axis = dim - 1; axis >= 0; axis--)
    position = position * per_axis[axis] + index[axis] / (source->cells[axis] / per_axis[axis]);
  *matrix = source->matrix;
  *scale = source->coefficient->values[position];
}

void LodRowStencil(const LodCellMatrices *source, const PetscInt node[LOD_MAX_DIM],
                   double stencil[LOD_MAX_STENCIL]) {
  PetscInt dim = source->grid->dim, corners = (PetscInt)1 << dim;
  for (PetscInt i = 0; i < LodPower(3, dim); i++)
    stencil[i] = 0;
  for (PetscInt a = 0; a < corners; a++) { /* the cell that has `node` as its corner a */
    const double *matrix;
    double        scale;
    PetscInt      cell[LOD_MAX_DIM] = {0, 0, 0};
    PetscBool     inside = PETSC_TRUE;
    for (PetscInt axis = 0; axis < dim; axis++) {
      cell[axis] = node[axis] - (a >> axis & 1);
      if (cell[axis] < 0 || cell[axis] >= source->cells[axis]) inside = PETSC_FALSE;
    }
    if (!inside) continue;
    CellMatrix(source, cell, &matrix, &scale);
    for (PetscInt b = 0; b < corners; b++) {
      PetscInt position = 0;
      for (PetscInt axis = dim - 1; axis >= 0; axis--)
        position = 3 * position + 1 + (b >> axis & 1) - (a >> axis & 1);
      stencil[position] += scale * matrix[a * corners + b];
    }
  }
}

void LodRowNeighbours(const LodBox *box, const PetscInt node[LOD_MAX_DIM],
                      PetscInt neighbours[LOD_MAX_STENCIL]) {
  LodBox around = LodBoxCube(box->dim, 3);
  for (PetscInt axis = 0; axis < box->dim; axis++)
    around.first[axis] = node[axis] - 1;
  for (PetscInt i = 0; i < LodBoxCount(&around); i++) {
    PetscInt neighbour[LOD_MAX_DIM];
    LodBoxIndex(&around, i, neighbour);
    neighbours[i] = LodBoxPosition(box, neighbour);
  }
}
