/* Where the integrals of a load stand. */
#include "fem/load_layout.h"

/* Nodes of a closed coarse cell, as a box of their own. */
static LodBox OwnNodes(const LodGrid *grid) {
  PetscInt ratio[LOD_MAX_DIM] = {1, 1, 1};
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    ratio[axis] = LodGridFineRatio(grid, axis);
  return LodBoxNodes(grid->dim, ratio);
}

LodBox LodCellFineNodes(const LodGrid *grid, PetscInt coarse_cell) {
  const LodBox cells = LodBoxCells(grid->dim, grid->coarse);
  LodBox       nodes = OwnNodes(grid);
  LodBoxIndex(&cells, coarse_cell, nodes.first);
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    nodes.first[axis] *= LodGridFineRatio(grid, axis);
  return nodes;
}

size_t LodLoadCount(const LodGrid *grid, LodLoadLayout layout) {
  const LodBox own = OwnNodes(grid);
  switch (layout) {
  case LOD_LOAD_NODES:
    return (size_t)LodNodeCount(grid->dim, grid->fine);
  case LOD_LOAD_CELLS:
    return (size_t)LodGridCells(grid) * (size_t)LodBoxCount(&own);
  default:
    return (size_t)LodCellCount(grid->dim, grid->coefficient);
  }
}

/* The multi-index of the cell of a coarser mesh that a fine cell lies in. */
static void Enclosing(const LodGrid *grid, const PetscInt coarser[],
                      const PetscInt cell[LOD_MAX_DIM], PetscInt index[LOD_MAX_DIM]) {
  for (PetscInt axis = 0; axis < LOD_MAX_DIM; axis++)
    index[axis] = axis < grid->dim ? cell[axis] / (grid->fine[axis] / coarser[axis]) : 0;
}

void LodLoadPlaces(const LodGrid *grid, LodLoadLayout layout, const PetscInt cell[LOD_MAX_DIM],
                   size_t place[LOD_MAX_CORNERS]) {
  const PetscInt *coarser = layout == LOD_LOAD_PIECES ? grid->coefficient : grid->coarse;
  const LodBox    own = OwnNodes(grid), all = LodBoxNodes(grid->dim, grid->fine);
  const LodBox    coarser_cells = LodBoxCells(grid->dim, coarser);
  PetscInt        outer[LOD_MAX_DIM];
  Enclosing(grid, coarser, cell, outer);
  const size_t whole = (size_t)LodBoxPosition(&coarser_cells, outer);
  for (PetscInt corner = 0; corner < LodGridCorners(grid); corner++) {
    PetscInt node[LOD_MAX_DIM] = {0}, inner[LOD_MAX_DIM] = {0};
    for (PetscInt axis = 0; axis < grid->dim; axis++) {
      node[axis] = cell[axis] + (corner >> axis & 1);
      inner[axis] = node[axis] - outer[axis] * LodGridFineRatio(grid, axis);
    }
    place[corner] = layout == LOD_LOAD_NODES ? (size_t)LodBoxPosition(&all, node)
                    : layout == LOD_LOAD_CELLS
                        ? whole * (size_t)LodBoxCount(&own) + (size_t)LodBoxPosition(&own, inner)
                        : whole;
  }
}

PetscErrorCode LodLoadGather(const LodGrid *grid, const double *cells, double *load) {
  const LodBox all = LodBoxNodes(grid->dim, grid->fine);
  PetscFunctionBeginUser;
  PetscCall(PetscArrayzero(load, LodBoxCount(&all)));
  for (PetscInt cell = 0; cell < LodGridCells(grid); cell++) {
    const LodBox nodes = LodCellFineNodes(grid, cell);
    for (PetscInt i = 0; i < LodBoxCount(&nodes); i++, cells++) {
      PetscInt node[LOD_MAX_DIM];
      LodBoxIndex(&nodes, i, node);
      load[LodBoxPosition(&all, node)] += *cells;
    }
  }
  PetscFunctionReturn(0);
}
