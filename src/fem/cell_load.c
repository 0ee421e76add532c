/* Loads of right-hand sides that are constant on the coefficient cells, in closed form. */
#include "fem/load.h"

void LodConstantLoad(const LodGrid *grid, double value, double *load) {
  const LodBox   nodes = LodBoxNodes(grid->dim, grid->fine);
  const PetscInt across = grid->fine[0];
  const double   cell = LodGridVolume(grid) / (double)LodCellCount(grid->dim, grid->fine);
  for (PetscInt line = 0; line < LodBoxCount(&nodes); line += across + 1) {
    PetscInt index[LOD_MAX_DIM];
    double   inside = value * cell;
    LodBoxIndex(&nodes, line, index);
    for (PetscInt axis = 1; axis < grid->dim; axis++)
      if (index[axis] == 0 || index[axis] == grid->fine[axis]) inside /= 2;
    for (PetscInt i = 0; i <= across; i++)
      load[line + i] = inside;
    load[line] = load[line + across] = inside / 2;
  }
}

PetscErrorCode LodCellIntegrate(const LodGrid *grid, const double *values, LodLoadLayout layout,
                                double *integrals) {
  const LodBox     cells = LodBoxCells(grid->dim, grid->fine);
  const LodBox     pieces = LodBoxCells(grid->dim, grid->coefficient);
  const LodLoadMap map = LodLoadMapOf(grid, layout);
  const double     share = LodGridVolume(grid) / ((double)LodBoxCount(&cells) *
                                              (double)LodGridCorners(grid)); /* a corner's */
  PetscFunctionBeginUser;
  PetscCall(PetscArrayzero(integrals, LodLoadCount(grid, layout)));
  for (PetscInt cell = 0; cell < LodBoxCount(&cells); cell++) {
    PetscInt index[LOD_MAX_DIM], piece[LOD_MAX_DIM];
    size_t   place[LOD_MAX_CORNERS];
    LodBoxIndex(&cells, cell, index);
    for (PetscInt axis = 0; axis < LOD_MAX_DIM; axis++)
      piece[axis] = axis < grid->dim ? LodGridPiece(grid, axis, index[axis]) : 0;
    const double part = share * values[LodBoxPosition(&pieces, piece)];
    LodLoadPlaces(&map, index, place);
    for (PetscInt corner = 0; corner < LodGridCorners(grid); corner++)
      integrals[place[corner]] += part;
  }
  PetscFunctionReturn(0);
}

PetscErrorCode LodCellLoad(const LodGrid *grid, const double *values, double *load) {
  PetscFunctionBeginUser;
  PetscCall(LodCellIntegrate(grid, values, LOD_LOAD_NODES, load));
  PetscFunctionReturn(0);
}
