/* The nested meshes and their index sets. */
#include "grid/grid.h"

#include <math.h>

#include "base/error.h"

/* Checks that `cells` cells per axis give at most 2^31 - 1 nodes. */
static PetscErrorCode CheckIndexable(PetscInt dim, PetscInt cells, const char *where) {
  PetscFunctionBeginUser;
  LodCheckInput(pow((double)cells + 1, (double)dim) < (double)PETSC_MAX_INT,
                "%s: %" PetscInt_FMT " cells per axis in %" PetscInt_FMT
                " dimensions are more nodes than a 32-bit index can number",
                where, cells, dim);
  PetscFunctionReturn(0);
}

/* Checks that what is counted by layers l of cells fits an index: cells and nodes of an uncut
   patch, the values of A in it, and the numbers of a local operator. In double precision, which no
   input can overflow. */
static PetscErrorCode CheckPatch(const LodGrid *grid, const char *where) {
  const double dim = (double)grid->dim, layers = (double)grid->ell;
  const double ratio = (double)(grid->coefficient / grid->coarse);
  const double values = pow((2 * layers + 1) * ratio, dim), numbers = pow(4 * (layers + 1), dim);
  PetscFunctionBeginUser;
  LodCheckInput(values <= (double)PETSC_MAX_INT && numbers <= (double)PETSC_MAX_INT,
                "%s: a patch of ell = %" PetscInt_FMT " layers has %.15g coefficient values and "
                "%.15g operator entries, must be at most %lld each: choose fewer layers",
                where, grid->ell, values, numbers, (long long)PETSC_MAX_INT);
  PetscFunctionReturn(0);
}

PetscInt LodGridCoveringLayers(const LodGrid *grid) {
  return PetscMax(1, grid->coarse - 1);
}

PetscBool LodGridHasNaturalFaces(const LodGrid *grid) {
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    if (grid->natural[axis][0] || grid->natural[axis][1]) return PETSC_TRUE;
  return PETSC_FALSE;
}

PetscErrorCode LodGridValidate(const LodGrid *grid, const char *where) {
  PetscBool all_natural = PETSC_TRUE;
  PetscFunctionBeginUser;
  LodCheckInput(grid->dim >= 1 && grid->dim <= LOD_MAX_DIM,
                "%s: the dimension must be 1, 2 or 3, not %" PetscInt_FMT, where, grid->dim);
  LodCheckInput(grid->coarse >= 1,
                "%s: coarse cells per axis must be at least 1, not %" PetscInt_FMT, where,
                grid->coarse);
  LodCheckInput(grid->ell >= 1, "%s: ell must be at least 1, not %" PetscInt_FMT, where, grid->ell);
  LodCheckInput(grid->coefficient >= grid->coarse && grid->coefficient % grid->coarse == 0,
                "%s: coefficient cells (%" PetscInt_FMT
                ") must be a multiple of coarse cells (%" PetscInt_FMT ")",
                where, grid->coefficient, grid->coarse);
  LodCheckInput(grid->fine >= grid->coefficient && grid->fine % grid->coefficient == 0,
                "%s: fine cells (%" PetscInt_FMT
                ") must be a multiple of coefficient cells (%" PetscInt_FMT ")",
                where, grid->fine, grid->coefficient);
  LodCheckInput(grid->fine >= 2 * grid->coarse,
                "%s: fine cells (%" PetscInt_FMT
                ") must be at least twice the coarse cells (%" PetscInt_FMT ")",
                where, grid->fine, grid->coarse);
  PetscCall(CheckIndexable(grid->dim, grid->fine, where));
  PetscCall(CheckPatch(grid, where));
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    if (!grid->natural[axis][0] || !grid->natural[axis][1]) all_natural = PETSC_FALSE;
  LodCheckInput(!all_natural,
                "%s: every face is natural; at least one face needs u = 0 for a unique solution",
                where);
  PetscFunctionReturn(0);
}

LodBox LodBoxCube(PetscInt dim, PetscInt size) {
  LodBox box = {.dim = dim, .first = {0, 0, 0}, .size = {1, 1, 1}};
  for (PetscInt axis = 0; axis < dim; axis++)
    box.size[axis] = size;
  return box;
}

LodBox LodGridUncutPatchBox(const LodGrid *grid, PetscInt cell) {
  LodBox cells = LodBoxCube(grid->dim, grid->coarse);
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
    PetscInt end = PetscMin(box.first[axis] + box.size[axis], grid->coarse);
    box.first[axis] = first;
    box.size[axis] = end - first;
  }
  return box;
}

LodBox LodGridFreeNodes(const LodGrid *grid, PetscInt cells) {
  LodBox box = LodBoxCube(grid->dim, cells + 1);
  for (PetscInt axis = 0; axis < grid->dim; axis++) {
    if (!grid->natural[axis][0]) box.first[axis]++, box.size[axis]--;
    if (!grid->natural[axis][1]) box.size[axis]--;
  }
  return box;
}
