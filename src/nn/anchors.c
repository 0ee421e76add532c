/* Patches of a constant coefficient. */
#include "nn/anchors.h"

#include "lod/structure.h"
#include "nn/row.h"

/* How many a grid has. Along one axis a patch is cut by 1 to ell layers on one side or not at all,
   on meshes too small for that differently in every cell. */
static PetscInt CountAnchors(const LodGrid *grid) {
  PetscInt count = 1;
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    count *= PetscMin(grid->coarse[axis], 2 * grid->ell + 1);
  return count;
}

PetscInt LodAnchorsFind(const LodAnchors *anchors, const LodBox *inside) {
  for (PetscInt i = 0; i < anchors->n; i++) {
    PetscBool same = PETSC_TRUE;
    for (PetscInt axis = 0; axis < inside->dim; axis++)
      if (anchors->inside[i].first[axis] != inside->first[axis] ||
          anchors->inside[i].size[axis] != inside->size[axis])
        same = PETSC_FALSE;
    if (same) return i;
  }
  return -1;
}

/* Fills the rows of anchors that have room for `count`; patch[] is room for R_T. */
static PetscErrorCode FillRows(const LodGrid *grid, const LodModel *model, PetscInt count,
                               float *patch, LodAnchors *anchors) {
  const size_t   n_inp = (size_t)LodNetworkInputs(LodNetworkShapeOf(model->network));
  LodCoefficient one;
  LodRowOrder    order;
  double         scale;
  PetscFunctionBeginUser;
  PetscCall(LodCoefficientOfOnes(grid->dim, grid->coefficient, &one));
  PetscErrorCode error = LodRowOrderCreate(model, 0, &order);
  for (PetscInt cell = 0; !error && cell < LodGridCells(grid); cell++) {
    const LodBox inside = LodGridInsideNodes(grid, cell);
    if (anchors->n == count || LodAnchorsFind(anchors, &inside) >= 0) continue;
    LodPatchGather(grid, cell, one.values, NULL, patch);
    LodModelRow(model, &order, patch, anchors->rows + (size_t)anchors->n * n_inp, &scale);
    anchors->inside[anchors->n++] = inside;
  }
  PetscCall(LodRowOrderDestroy(&order));
  PetscCall(LodCoefficientDestroy(&one));
  PetscCall(error);
  PetscCheck(anchors->n == count, PETSC_COMM_SELF, PETSC_ERR_PLIB,
             "%" PetscInt_FMT " ways to cut a patch, not %" PetscInt_FMT, anchors->n, count);
  PetscFunctionReturn(0);
}

PetscErrorCode LodAnchorsCreate(const LodGrid *grid, const LodModel *model, LodAnchors *anchors) {
  const size_t   n_inp = (size_t)LodNetworkInputs(LodNetworkShapeOf(model->network));
  const PetscInt count = CountAnchors(grid);
  float         *patch = NULL;
  PetscFunctionBeginUser;
  *anchors = (LodAnchors){0};
  PetscCall(PetscMalloc2(count, &anchors->inside, (size_t)count * n_inp, &anchors->rows));
  PetscErrorCode error = PetscMalloc1(LodGridPatchValues(grid), &patch);
  if (!error) error = FillRows(grid, model, count, patch, anchors);
  PetscCall(PetscFree(patch));
  if (error) PetscCall(LodAnchorsDestroy(anchors));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodAnchorsDestroy(LodAnchors *anchors) {
  PetscFunctionBeginUser;
  PetscCall(PetscFree2(anchors->inside, anchors->rows));
  anchors->n = 0;
  PetscFunctionReturn(0);
}
