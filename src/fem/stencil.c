/* Rows of a Q1 stiffness matrix. */
#include "fem/stencil.h"

/* Place in a stencil of a cell's corner a if corner 0 is in place 0. */
static const PetscInt corner_place[LOD_MAX_CORNERS] = {0, 1, 3, 4, 9, 10, 12, 13};

/* Row a of the matrix of one cell; row[] is room for it. */
static inline const double *CellRow(const LodCellMatrices *source,
                                    const PetscInt index[LOD_MAX_DIM], PetscInt a,
                                    double row[LOD_MAX_CORNERS]) {
  const PetscInt dim = source->grid->dim;
  const LodBox   mesh = LodBoxCells(dim, source->cells);
  if (!source->tables)
    return source->matrix + (size_t)LodBoxPosition(&mesh, index) * (size_t)LodPower(4, dim) +
           (a << dim);
  LodCellRow(source->tables, source->coefficient, index, a, row);
  return row;
}

void LodRowStencil(const LodCellMatrices *source, const PetscInt node[LOD_MAX_DIM],
                   double stencil[LOD_MAX_STENCIL]) {
  const PetscInt dim = source->grid->dim, corners = (PetscInt)1 << dim, n = LodPower(3, dim);
  for (PetscInt i = 0; i < n; i++)
    stencil[i] = 0;
  for (PetscInt a = 0; a < corners; a++) { /* the cell that has `node` as its corner a */
    double    own[LOD_MAX_CORNERS];
    PetscInt  cell[LOD_MAX_DIM];
    PetscBool inside = PETSC_TRUE;
    LodCornerCell(node, a, cell);
    for (PetscInt axis = 0; axis < dim; axis++)
      if (cell[axis] < 0 || cell[axis] >= source->cells[axis]) inside = PETSC_FALSE;
    if (!inside) continue;
    const double *row = CellRow(source, cell, a, own);
    double       *place = stencil + n / 2 - corner_place[a]; /* of the cell's corner 0 */
    for (PetscInt b = 0; b < corners; b++)
      place[corner_place[b]] += row[b];
  }
}

void LodMatrixStencil(const LodCellMatrices *source, const PetscInt node[LOD_MAX_DIM],
                      double stencil[LOD_MAX_STENCIL]) {
  const PetscInt middle = LodPower(3, source->grid->dim) / 2;
  LodRowStencil(source, node, stencil);
  if (source->coefficient->mask && stencil[middle] == 0) stencil[middle] = 1;
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
