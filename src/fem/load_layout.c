/* Where the integrals of a load stand. */
#include "fem/load_layout.h"

size_t LodLoadCount(const LodGrid *grid, LodLoadLayout layout) {
  const LodBox own = LodBoxClosed(LodFineInside(grid));
  switch (layout) {
  case LOD_LOAD_NODES:
    return (size_t)LodNodeCount(grid->dim, grid->fine);
  case LOD_LOAD_CELLS:
    return (size_t)LodGridCells(grid) * (size_t)LodBoxCount(&own);
  default:
    return (size_t)LodCellCount(grid->dim, grid->coefficient);
  }
}

LodLoadMap LodLoadMapOf(const LodGrid *grid, LodLoadLayout layout) {
  const PetscInt *outer = layout == LOD_LOAD_PIECES ? grid->coefficient : grid->coarse;
  LodLoadMap      map = {.layout = layout,
                         .dim = grid->dim,
                         .all = LodBoxNodes(grid->dim, grid->fine),
                         .own = LodBoxClosed(LodFineInside(grid)),
                         .outer = LodBoxCells(grid->dim, outer)};
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    map.ratio[axis] = grid->fine[axis] / outer[axis];
  return map;
}

void LodLoadPlaces(const LodLoadMap *map, const PetscInt cell[LOD_MAX_DIM],
                   size_t place[LOD_MAX_CORNERS]) {
  const PetscInt corners = (PetscInt)1 << map->dim;
  PetscInt       outer[LOD_MAX_DIM] = {0};
  for (PetscInt axis = 0; axis < map->dim; axis++)
    outer[axis] = cell[axis] / map->ratio[axis];
  const size_t whole = (size_t)LodBoxPosition(&map->outer, outer);
  for (PetscInt corner = 0; corner < corners; corner++) {
    PetscInt node[LOD_MAX_DIM], inner[LOD_MAX_DIM] = {0};
    LodCornerNode(cell, corner, node);
    for (PetscInt axis = 0; axis < map->dim; axis++)
      inner[axis] = node[axis] - outer[axis] * map->ratio[axis];
    if (map->layout == LOD_LOAD_NODES)
      place[corner] = (size_t)LodBoxPosition(&map->all, node);
    else if (map->layout == LOD_LOAD_CELLS)
      place[corner] =
          whole * (size_t)LodBoxCount(&map->own) + (size_t)LodBoxPosition(&map->own, inner);
    else
      place[corner] = whole;
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
