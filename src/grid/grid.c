/* The nested meshes and their index sets. */
#include "grid/grid.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"

/* Cells whose longest side is so many times the shortest are refused: Q1 on them is of no use. */
#define MOST_STRETCHED 1e6

/* Checks that a mesh has at most 2^31 - 1 nodes. */
static PetscErrorCode CheckIndexable(PetscInt dim, const PetscInt cells[], const char *where) {
  char   text[LOD_CELLS_TEXT];
  double nodes = 1;
  PetscFunctionBeginUser;
  for (PetscInt axis = 0; axis < dim; axis++)
    nodes *= (double)cells[axis] + 1;
  LodCheckInput(nodes < (double)PETSC_MAX_INT,
                "%s: %s cells %sin %" PetscInt_FMT
                " dimensions are more nodes than a 32-bit index can number",
                where, LodCellsText(dim, cells, text),
                LodCellsAreCube(dim, cells) ? "per axis " : "", dim);
  PetscFunctionReturn(0);
}

/* Checks that what is counted by layers l of cells fits an index: cells and nodes of an uncut
   patch, the values of A in it, and the numbers of a local operator. In double precision, which no
   input can overflow. */
static PetscErrorCode CheckPatch(const LodGrid *grid, const char *where) {
  const double dim = (double)grid->dim, layers = (double)grid->ell;
  const double numbers = pow(4 * (layers + 1), dim);
  double       values = 1;
  PetscFunctionBeginUser;
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    values *= (2 * layers + 1) * (double)LodGridCoefficientRatio(grid, axis);
  LodCheckInput(values <= (double)PETSC_MAX_INT && numbers <= (double)PETSC_MAX_INT,
                "%s: a patch of ell = %" PetscInt_FMT " layers has %.15g coefficient values and "
                "%.15g operator entries, must be at most %lld each: choose fewer layers",
                where, grid->ell, values, numbers, (long long)PETSC_MAX_INT);
  PetscFunctionReturn(0);
}

PetscInt LodGridDefaults(PetscInt dim, const PetscInt cells[], LodGrid *grid) {
  static const PetscInt ratios[] = {8, 4, 2, 7, 5, 3};
  const PetscInt        n = LodCellsAreCube(dim, cells) ? 1 : 6;
  PetscInt              ratio = 0;
  for (PetscInt i = 0; i < n && ratio == 0; i++) {
    ratio = ratios[i];
    for (PetscInt axis = 0; axis < dim; axis++)
      if (cells[axis] % ratios[i] != 0) ratio = 0;
  }
  memset(grid, 0, sizeof *grid); /* its padding too: grids of ranks are compared byte by byte */
  grid->dim = dim;
  grid->ell = dim < 3 ? 2 : 1;
  for (PetscInt axis = 0; axis < LOD_MAX_DIM; axis++) {
    const PetscInt here = axis < dim ? cells[axis] : 1;
    grid->coarse[axis] = axis >= dim ? 1 : ratio ? here / ratio : 0;
    grid->coefficient[axis] = here;
    grid->fine[axis] = axis >= dim || here > PETSC_MAX_INT / 2 ? here : 2 * here;
    grid->extent[axis] = 1;
  }
  return ratio;
}

void LodGridAnyCoarse(LodGrid *grid) {
  for (PetscInt axis = 0; axis < grid->dim; axis++) {
    const PetscInt cells = grid->coefficient[axis];
    PetscInt      *coarse = &grid->coarse[axis];
    if (*coarse != 0) continue;
    *coarse = PetscMax(1, cells / 8);
    while (cells % *coarse != 0)
      --*coarse;
  }
}

PetscInt LodGridCoveringLayers(const LodGrid *grid) {
  PetscInt layers = 1;
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    layers = PetscMax(layers, grid->coarse[axis] - 1);
  return layers;
}

PetscBool LodCellsEqual(PetscInt dim, const PetscInt cells[], const PetscInt other[]) {
  for (PetscInt axis = 0; axis < dim; axis++)
    if (cells[axis] != other[axis]) return PETSC_FALSE;
  return PETSC_TRUE;
}

PetscBool LodCellsAreCube(PetscInt dim, const PetscInt cells[]) {
  return LodCellsEqual(dim, cells, LOD_CUBE(cells[0]));
}

PetscBool LodGridHasCubicCells(const LodGrid *grid) {
  double side[LOD_MAX_DIM];
  LodGridSides(grid, grid->coarse, side);
  for (PetscInt axis = 1; axis < grid->dim; axis++)
    if (fabs(side[axis] - side[0]) > 1e-9 * side[0] ||
        LodGridCoefficientRatio(grid, axis) != LodGridCoefficientRatio(grid, 0) ||
        LodGridRefinement(grid, axis) != LodGridRefinement(grid, 0))
      return PETSC_FALSE;
  return PETSC_TRUE;
}

PetscBool LodGridIsCube(const LodGrid *grid) {
  return (PetscBool)(LodGridHasCubicCells(grid) && LodCellsAreCube(grid->dim, grid->coarse));
}

void LodGridSides(const LodGrid *grid, const PetscInt cells[], double side[LOD_MAX_DIM]) {
  for (PetscInt axis = 0; axis < LOD_MAX_DIM; axis++)
    side[axis] = axis < grid->dim ? grid->extent[axis] / (double)cells[axis] : 1;
}

double LodGridVolume(const LodGrid *grid) {
  double volume = 1;
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    volume *= grid->extent[axis];
  return volume;
}

const char *LodCellsText(PetscInt dim, const PetscInt cells[], char text[LOD_CELLS_TEXT]) {
  const PetscInt shown = LodCellsAreCube(dim, cells) ? 1 : dim;
  size_t         used = 0;
  for (PetscInt axis = 0; axis < shown; axis++)
    used += (size_t)snprintf(text + used, LOD_CELLS_TEXT - used, "%s%" PetscInt_FMT,
                             axis ? "x" : "", cells[axis]);
  return text;
}

PetscBool LodGridIsClosed(const LodGrid *grid) {
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    if (!grid->natural[axis][0] || !grid->natural[axis][1]) return PETSC_FALSE;
  return PETSC_TRUE;
}

PetscBool LodGridHasNaturalFaces(const LodGrid *grid) {
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    if (grid->natural[axis][0] || grid->natural[axis][1]) return PETSC_TRUE;
  return PETSC_FALSE;
}

const char *LodExtentText(const LodGrid *grid, char text[LOD_CELLS_TEXT]) {
  PetscBool unit = PETSC_TRUE;
  size_t    used = 0;
  for (PetscInt axis = 0; axis < grid->dim; axis++) {
    if (grid->extent[axis] != 1) unit = PETSC_FALSE;
    used += (size_t)snprintf(text + used, LOD_CELLS_TEXT - used, "%s%.9g", axis ? "x" : "",
                             grid->extent[axis]);
  }
  if (unit) text[0] = 0;
  return text;
}

/* Checks that the cells of all meshes along one axis are multiples of each other. */
static PetscErrorCode CheckAxis(const LodGrid *grid, PetscInt axis, const char *where) {
  const PetscInt coarse = grid->coarse[axis], coefficient = grid->coefficient[axis];
  const PetscInt fine = grid->fine[axis];
  PetscFunctionBeginUser;
  LodCheckInput(coefficient >= coarse && coefficient % coarse == 0,
                "%s: coefficient cells (%" PetscInt_FMT
                ") must be a multiple of coarse cells (%" PetscInt_FMT ")",
                where, coefficient, coarse);
  LodCheckInput(fine >= coefficient && fine % coefficient == 0,
                "%s: fine cells (%" PetscInt_FMT
                ") must be a multiple of coefficient cells (%" PetscInt_FMT ")",
                where, fine, coefficient);
  PetscFunctionReturn(0);
}

/* Checks that fine cells along one axis are a multiple of the coarse ones. */
static PetscErrorCode CheckFine(const LodGrid *grid, PetscInt axis, const char *where) {
  const PetscInt coarse = grid->coarse[axis], fine = grid->fine[axis];
  PetscFunctionBeginUser;
  LodCheckInput(fine / 2 >= coarse,
                "%s: fine cells (%" PetscInt_FMT
                ") must be at least twice the coarse cells (%" PetscInt_FMT ")",
                where, fine, coarse);
  LodCheckInput(fine % coarse == 0,
                "%s: fine cells (%" PetscInt_FMT
                ") must be a multiple of coarse cells (%" PetscInt_FMT ")",
                where, fine, coarse);
  PetscFunctionReturn(0);
}

/* Checks the extents and the shape of the cells. */
static PetscErrorCode CheckExtent(const LodGrid *grid, const char *where) {
  double side[LOD_MAX_DIM], shortest = HUGE_VAL, longest = 0;
  PetscFunctionBeginUser;
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    LodCheckInput(grid->extent[axis] > 1e-100 && grid->extent[axis] < 1e100,
                  "%s: an extent must be a positive number between 1e-100 and 1e100, not %.6g",
                  where, grid->extent[axis]);
  LodGridSides(grid, grid->coarse, side);
  for (PetscInt axis = 0; axis < grid->dim; axis++) {
    shortest = fmin(shortest, side[axis]);
    longest = fmax(longest, side[axis]);
  }
  LodCheckInput(
      longest <= MOST_STRETCHED * shortest,
      "%s: coarse cells of sides %.6g to %.6g are too thin: choose cells so that the sides "
      "differ less than %.6g times",
      where, shortest, longest, MOST_STRETCHED);
  PetscFunctionReturn(0);
}

/* Checks the dimension, and that there are cells and layers. */
static PetscErrorCode CheckNumbers(const LodGrid *grid, const char *where) {
  PetscFunctionBeginUser;
  LodCheckInput(grid->dim >= 1 && grid->dim <= LOD_MAX_DIM,
                "%s: the dimension must be 1, 2 or 3, not %" PetscInt_FMT, where, grid->dim);
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    LodCheckInput(grid->coarse[axis] >= 1,
                  "%s: coarse cells per axis must be at least 1, not %" PetscInt_FMT, where,
                  grid->coarse[axis]);
  LodCheckInput(grid->ell >= 1, "%s: ell must be at least 1, not %" PetscInt_FMT, where, grid->ell);
  PetscFunctionReturn(0);
}

PetscBool LodGridIsNested(const LodGrid *grid) {
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    if (grid->coefficient[axis] % grid->coarse[axis] != 0 ||
        grid->fine[axis] % grid->coefficient[axis] != 0)
      return PETSC_FALSE;
  return PETSC_TRUE;
}

PetscErrorCode LodGridValidateCoarse(const LodGrid *grid, const char *where) {
  PetscFunctionBeginUser;
  PetscCall(CheckNumbers(grid, where));
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    PetscCall(CheckFine(grid, axis, where));
  PetscCall(CheckIndexable(grid->dim, grid->fine, where));
  PetscCall(CheckExtent(grid, where));
  PetscFunctionReturn(0);
}

PetscErrorCode LodGridValidate(const LodGrid *grid, const char *where) {
  PetscFunctionBeginUser;
  PetscCall(CheckNumbers(grid, where));
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    PetscCall(CheckAxis(grid, axis, where));
  PetscCall(LodGridValidateCoarse(grid, where));
  PetscCall(CheckPatch(grid, where));
  PetscFunctionReturn(0);
}

const char *LodBoxPlace(const LodBox *box, PetscInt position, char text[LOD_PLACE_TEXT]) {
  PetscInt index[LOD_MAX_DIM];
  size_t   used = 0;
  LodBoxIndex(box, position, index);
  for (PetscInt axis = box->dim - 1; axis >= 0; axis--)
    used +=
        (size_t)snprintf(text + used, LOD_PLACE_TEXT - used, "[%" PetscInt_FMT "]", index[axis]);
  return text;
}

LodBox LodBoxCube(PetscInt dim, PetscInt size) {
  LodBox box = {.dim = dim, .first = {0, 0, 0}, .size = {1, 1, 1}};
  for (PetscInt axis = 0; axis < dim; axis++)
    box.size[axis] = size;
  return box;
}

LodBox LodBoxCells(PetscInt dim, const PetscInt cells[]) {
  LodBox box = LodBoxCube(dim, 1);
  for (PetscInt axis = 0; axis < dim; axis++)
    box.size[axis] = cells[axis];
  return box;
}

LodBox LodBoxNodes(PetscInt dim, const PetscInt cells[]) {
  return LodBoxClosed(LodBoxCells(dim, cells));
}

LodBox LodBoxClosed(LodBox cells) {
  for (PetscInt axis = 0; axis < cells.dim; axis++)
    cells.size[axis]++;
  return cells;
}

LodBox LodFineInside(const LodGrid *grid) {
  LodBox inside = LodBoxCube(grid->dim, 1);
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    inside.size[axis] = LodGridFineRatio(grid, axis);
  return inside;
}

LodBox LodCellFineNodes(const LodGrid *grid, PetscInt cell) {
  const LodBox mesh = LodBoxCells(grid->dim, grid->coarse);
  LodBox       nodes = LodBoxClosed(LodFineInside(grid));
  LodBoxIndex(&mesh, cell, nodes.first);
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    nodes.first[axis] *= LodGridFineRatio(grid, axis);
  return nodes;
}

LodBox LodGridUncutPatchBox(const LodGrid *grid, PetscInt cell) {
  LodBox cells = LodBoxCells(grid->dim, grid->coarse);
  LodBox box = LodBoxCube(grid->dim, 2 * grid->ell + 1);
  LodBoxIndex(&cells, cell, box.first);
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    box.first[axis] -= grid->ell;
  return box;
}

LodBox LodGridPatchBox(const LodGrid *grid, PetscInt cell) {
  LodBox box = LodGridUncutPatchBox(grid, cell);
  for (PetscInt axis = 0; axis < grid->dim; axis++) {
    PetscInt first = PetscMax(box.first[axis], 0);
    PetscInt end = PetscMin(box.first[axis] + box.size[axis], grid->coarse[axis]);
    box.first[axis] = first;
    box.size[axis] = end - first;
  }
  return box;
}

LodBox LodGridFreeNodes(const LodGrid *grid, const PetscInt cells[]) {
  LodBox box = LodBoxNodes(grid->dim, cells);
  for (PetscInt axis = 0; axis < grid->dim; axis++) {
    if (!grid->natural[axis][0]) box.first[axis]++, box.size[axis]--;
    if (!grid->natural[axis][1]) box.size[axis]--;
  }
  return box;
}
