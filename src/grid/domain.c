/* Domains that are not all of the box: places of nodes, masks and their checks. */
#include "grid/domain.h"

#include <math.h>
#include <string.h>

#include "base/error.h"

/* The coefficient cells that a cell of a mesh meets: those inside it, or the one it lies in. */
static LodBox CoefficientCellsOf(const LodCoefficient *coefficient, const PetscInt cells[],
                                 const PetscInt index[LOD_MAX_DIM]) {
  LodBox box = LodBoxCube(coefficient->dim, 1);
  for (PetscInt axis = 0; axis < coefficient->dim; axis++) {
    const PetscInt own = coefficient->cells[axis];
    if (cells[axis] > own) {
      box.first[axis] = index[axis] / (cells[axis] / own);
    } else {
      box.size[axis] = own / cells[axis];
      box.first[axis] = index[axis] * box.size[axis];
    }
  }
  return box;
}

/* How many cells of a box of coefficient cells lie in D. */
static PetscInt CountInside(const LodCoefficient *coefficient, const LodBox *box) {
  const LodBox   all = LodBoxCells(coefficient->dim, coefficient->cells);
  const PetscInt count = LodBoxCount(box);
  PetscInt       inside = 0;
  if (!coefficient->mask) return count;
  for (PetscInt i = 0; i < count; i++) {
    PetscInt cell[LOD_MAX_DIM];
    LodBoxIndex(box, i, cell);
    inside += coefficient->mask[LodBoxPosition(&all, cell)] != 0;
  }
  return inside;
}

/* Whether some cell of a mesh around the node meets D, and whether all of them lie in it. */
static void LookAround(const LodCoefficient *coefficient, const PetscInt cells[],
                       const PetscInt node[LOD_MAX_DIM], PetscBool *some, PetscBool *all) {
  const LodBox mesh = LodBoxCells(coefficient->dim, cells);
  *some = PETSC_FALSE, *all = PETSC_TRUE;
  for (PetscInt corner = 0; corner < (PetscInt)1 << coefficient->dim; corner++) {
    PetscInt cell[LOD_MAX_DIM];
    LodCornerCell(node, corner, cell);
    if (LodBoxPosition(&mesh, cell) < 0) continue;
    const LodBox   box = CoefficientCellsOf(coefficient, cells, cell);
    const PetscInt inside = CountInside(coefficient, &box);
    if (inside > 0) *some = PETSC_TRUE;
    if (inside < LodBoxCount(&box)) *all = PETSC_FALSE;
  }
}

LodNodePlace LodDomainFineNode(const LodCoefficient *coefficient, const PetscInt cells[],
                               const PetscInt node[LOD_MAX_DIM]) {
  PetscBool some, all;
  if (!coefficient->mask) return LOD_NODE_INSIDE;
  LookAround(coefficient, cells, node, &some, &all);
  if (!some) return LOD_NODE_OUTSIDE;
  return all || !coefficient->dirichlet_walls ? LOD_NODE_INSIDE : LOD_NODE_WALL;
}

LodNodePlace LodDomainNode(const LodGrid *grid, const LodCoefficient *coefficient,
                           const PetscInt cells[], const PetscInt node[LOD_MAX_DIM]) {
  PetscInt place[LOD_MAX_DIM] = {0, 0, 0};
  if (!coefficient->dirichlet_walls) return LodDomainFineNode(coefficient, cells, node);
  for (PetscInt axis = 0; axis < grid->dim; axis++) /* the same point as a fine node */
    place[axis] = node[axis] * (grid->fine[axis] / cells[axis]);
  return LodDomainFineNode(coefficient, grid->fine, place);
}

PetscInt LodDomainCoarseCell(const LodGrid *grid, const LodCoefficient *coefficient,
                             const PetscInt index[LOD_MAX_DIM]) {
  const LodBox box = CoefficientCellsOf(coefficient, grid->coarse, index);
  return CountInside(coefficient, &box);
}

PetscBool LodDomainHasFineCell(const LodGrid *grid, const LodCoefficient *coefficient,
                               const PetscInt index[LOD_MAX_DIM]) {
  if (!coefficient->mask) return PETSC_TRUE;
  const LodBox box = CoefficientCellsOf(coefficient, grid->fine, index);
  return (PetscBool)(CountInside(coefficient, &box) > 0);
}

void LodDomainFillNodes(const LodGrid *grid, const LodCoefficient *coefficient,
                        const PetscInt cells[], double outside, double wall, double *values) {
  const LodBox nodes = LodBoxNodes(grid->dim, cells);
  if (!coefficient->mask) return;
  for (PetscInt i = 0; i < LodBoxCount(&nodes); i++) {
    PetscInt node[LOD_MAX_DIM];
    LodBoxIndex(&nodes, i, node);
    const LodNodePlace place = LodDomainNode(grid, coefficient, cells, node);
    if (place == LOD_NODE_OUTSIDE) values[i] = outside;
    if (place == LOD_NODE_WALL) values[i] = wall;
  }
}

/* Puts A of the cell in position `from` into all cells outside of D, and no reaction. */
static void FillOutside(LodCoefficient *coefficient, PetscInt from) {
  const size_t components = (size_t)coefficient->components;
  for (PetscInt cell = 0; cell < LodCoefficientCells(coefficient); cell++) {
    if (coefficient->mask[cell]) continue;
    memcpy(coefficient->values + (size_t)cell * components,
           coefficient->values + (size_t)from * components, components * sizeof(double));
    if (coefficient->reaction) coefficient->reaction[cell] = 0;
  }
}

PetscErrorCode LodDomainSetMask(LodCoefficient *coefficient, const unsigned char *mask,
                                PetscBool dirichlet_walls, const char *where) {
  const PetscInt n_cells = LodCoefficientCells(coefficient);
  PetscInt       first = -1, inside = 0;
  PetscFunctionBeginUser;
  for (PetscInt cell = n_cells - 1; cell >= 0; cell--)
    if (mask[cell]) first = cell, inside++;
  LodCheckInput(inside > 0,
                "%s: no cell is in D: the mask has 1 where there is material and 0 outside", where);
  PetscCall(PetscFree(coefficient->mask));
  coefficient->dirichlet_walls = PETSC_FALSE;
  if (inside == n_cells) PetscFunctionReturn(0);
  PetscCall(PetscMalloc1(n_cells, &coefficient->mask));
  for (PetscInt cell = 0; cell < n_cells; cell++)
    coefficient->mask[cell] = mask[cell] != 0;
  coefficient->dirichlet_walls = dirichlet_walls;
  FillOutside(coefficient, first);
  PetscFunctionReturn(0);
}

/* Whether a cell of D by itself makes the solution of its part unique: c > 0, or it lies on a
   Dirichlet face, or on a Robin face with r > 0. */
static PetscBool CellHasData(const LodGrid *grid, const LodCoefficient *coefficient,
                             PetscInt position, const PetscInt index[LOD_MAX_DIM]) {
  if (coefficient->reaction && coefficient->reaction[position] > 0) return PETSC_TRUE;
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    for (int side = 0; side < 2; side++) {
      if (index[axis] != (side ? coefficient->cells[axis] - 1 : 0)) continue;
      if (!grid->natural[axis][side]) return PETSC_TRUE;
      const LodBox  face = LodCoefficientFaceBox(coefficient, axis, side);
      const double *rates = coefficient->robin[axis][side];
      if (rates && rates[LodBoxPosition(&face, index)] > 0) return PETSC_TRUE;
    }
  return PETSC_FALSE;
}

/* Walks through the part of D that holds the cell in position `start`, marking its cells in met[];
   queue[] is workspace, an entry a cell. Whether something in it makes the solution unique. */
static PetscBool PartHasData(const LodGrid *grid, const LodCoefficient *coefficient, PetscInt start,
                             PetscBool *met, PetscInt *queue, PetscInt *n_part) {
  const LodBox all = LodBoxCells(grid->dim, coefficient->cells), around = LodBoxCube(grid->dim, 3);
  PetscBool    data = PETSC_FALSE;
  *n_part = 1;
  queue[0] = start;
  met[start] = PETSC_TRUE;
  for (PetscInt next = 0; next < *n_part; next++) {
    PetscInt index[LOD_MAX_DIM];
    LodBoxIndex(&all, queue[next], index);
    if (CellHasData(grid, coefficient, queue[next], index)) data = PETSC_TRUE;
    for (PetscInt i = 0; i < LodBoxCount(&around); i++) {
      PetscInt neighbour[LOD_MAX_DIM];
      LodBoxIndex(&around, i, neighbour);
      for (PetscInt axis = 0; axis < grid->dim; axis++)
        neighbour[axis] += index[axis] - 1;
      const PetscInt position = LodBoxPosition(&all, neighbour);
      if (position < 0 || met[position]) continue;
      if (!coefficient->mask[position]) {
        data = (PetscBool)(data || coefficient->dirichlet_walls);
        continue;
      }
      met[position] = PETSC_TRUE;
      queue[(*n_part)++] = position;
    }
  }
  return data;
}

PetscErrorCode LodDomainCheck(const LodGrid *grid, const LodCoefficient *coefficient,
                              const char *where) {
  const PetscInt n_cells = LodCoefficientCells(coefficient);
  const LodBox   all = LodBoxCells(grid->dim, coefficient->cells);
  PetscBool     *met;
  PetscInt      *queue, lost = -1, n_part = 0;
  char           cell[LOD_PLACE_TEXT];
  PetscFunctionBeginUser;
  if (!coefficient->mask) PetscFunctionReturn(0);
  PetscCall(PetscCalloc1(n_cells, &met));
  PetscErrorCode error = PetscMalloc1(n_cells, &queue);
  for (PetscInt start = 0; start < n_cells && !error && lost < 0; start++)
    if (coefficient->mask[start] && !met[start] &&
        !PartHasData(grid, coefficient, start, met, queue, &n_part))
      lost = start;
  PetscCall(PetscFree(met));
  PetscCall(error);
  PetscCall(PetscFree(queue));
  if (lost < 0) PetscFunctionReturn(0);
  LodInputError("%s: the part of D around cell %s, %" PetscInt_FMT
                " cells large, has no boundary data that make its solution unique: it needs a "
                "Dirichlet or Robin face, or c > 0; or leave it out of the mask",
                where, LodBoxPlace(&all, lost, cell), n_part);
}
