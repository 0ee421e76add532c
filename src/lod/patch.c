/* The patch N^l(T) and its index sets. */
#include "lod/patch.h"

LodPatch LodGridPatch(const LodGrid *grid, PetscInt cell) {
  LodPatch patch = {.cell = cell};
  LodBox   mesh = LodBoxCells(grid->dim, grid->coarse);
  LodBoxIndex(&mesh, cell, patch.cell_index);
  patch.cells = LodGridPatchBox(grid, cell);
  patch.uncut_nodes = LodBoxClosed(LodGridUncutPatchBox(grid, cell));
  patch.unknowns = patch.cells;
  patch.coarse_nodes = LodBoxClosed(patch.cells);
  for (PetscInt axis = 0; axis < grid->dim; axis++) {
    const PetscInt ratio = LodGridFineRatio(grid, axis);
    PetscInt       low = patch.cells.first[axis], high = low + patch.cells.size[axis];
    /* A corrector vanishes on the patch boundary, except on natural faces of D. */
    PetscInt keeps_low = low == 0 && grid->natural[axis][0];
    PetscInt keeps_high = high == grid->coarse[axis] && grid->natural[axis][1];
    patch.unknowns.first[axis] = low * ratio + (keeps_low ? 0 : 1);
    patch.unknowns.size[axis] = high * ratio + (keeps_high ? 1 : 0) - patch.unknowns.first[axis];
  }
  return patch;
}

PetscBool LodPatchFloats(const LodGrid *grid, const LodPatch *patch) {
  if (patch->masked) return PETSC_FALSE; /* LodDomainCheck: something holds every part of D */
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    if (patch->unknowns.size[axis] != patch->cells.size[axis] * LodGridFineRatio(grid, axis) + 1)
      return PETSC_FALSE;
  return PETSC_TRUE;
}
