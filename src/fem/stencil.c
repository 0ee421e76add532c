/* Rows of a Q1 stiffness matrix. */
#include "fem/stencil.h"

/* Place in a stencil of a cell's corner a if corner 0 is in place 0. */
static const PetscInt corner_place[LOD_MAX_CORNERS] = {0, 1, 3, 4, 9, 10, 12, 13};

/* The matrix of one cell and its scale; ratio[] is, where one matrix serves all, how many cells of
   the mesh a coefficient cell has per axis. */
static inline const double *CellMatrix(const LodCellMatrices *source, const PetscInt ratio[],
                                       const PetscInt index[LOD_MAX_DIM], double *scale) {
  const PetscInt dim = source->grid->dim;
  if (!source->shared) {
    const LodBox mesh = LodBoxCells(dim, source->cells);
    *scale = 1;
    return source->matrix + (size_t)LodBoxPosition(&mesh, index) * (size_t)LodPower(4, dim);
  }
  PetscInt position = 0;
  for (PetscInt axis = dim - 1; axis >= 0; axis--)
    position = position * source->coefficient->cells[axis] + index[axis] / ratio[axis];
  *scale = source->coefficient->values[position];
  return source->matrix;
}

void LodRowStencil(const LodCellMatrices *source, const PetscInt node[LOD_MAX_DIM],
                   double stencil[LOD_MAX_STENCIL]) {
  const PetscInt dim = source->grid->dim, corners = (PetscInt)1 << dim, n = LodPower(3, dim);
  PetscInt       ratio[LOD_MAX_DIM] = {1, 1, 1};
  for (PetscInt i = 0; i < n; i++)
    stencil[i] = 0;
  for (PetscInt axis = 0; axis < dim && source->shared; axis++)
    ratio[axis] = source->cells[axis] / source->coefficient->cells[axis];
  for (PetscInt a = 0; a < corners; a++) { /* the cell that has `node` as its corner a */
    double    scale;
    PetscInt  cell[LOD_MAX_DIM] = {0, 0, 0};
    PetscBool inside = PETSC_TRUE;
    for (PetscInt axis = 0; axis < dim; axis++) {
      cell[axis] = node[axis] - (a >> axis & 1);
      if (cell[axis] < 0 || cell[axis] >= source->cells[axis]) inside = PETSC_FALSE;
    }
    if (!inside) continue;
    const double *row = CellMatrix(source, ratio, cell, &scale) + a * corners;
    double       *place = stencil + n / 2 - corner_place[a]; /* of the cell's corner 0 */
    for (PetscInt b = 0; b < corners; b++)
      place[corner_place[b]] += scale * row[b];
  }
}

void LodRowNeighbours(const LodBox *box, const PetscInt node[LOD_MAX_DIM],
                      PetscInt neighbours[LOD_MAX_STENCIL]) {
  PetscInt n = 1, stride = 1;
  neighbours[0] = 0;
  for (PetscInt axis = 0; axis < box->dim; axis++) { /* n of the axes below, each three times */
    for (PetscInt offset = 2; offset >= 0; offset--) {
      const PetscInt  along = node[axis] - box->first[axis] + offset - 1;
      const PetscBool inside = (PetscBool)(along >= 0 && along < box->size[axis]);
      for (PetscInt i = 0; i < n; i++)
        neighbours[offset * n + i] =
            inside && neighbours[i] >= 0 ? neighbours[i] + along * stride : -1;
    }
    n *= 3;
    stride *= box->size[axis];
  }
}
