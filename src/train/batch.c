/* Mini-batches: pairs as a model's network takes them. */
#include "train/batch.h"

#include <string.h>

#include "lod/baseline.h"
#include "lod/structure.h"

/* Plans the tables of one symmetry. */
static PetscErrorCode CreateTables(LodBatch *batch, PetscInt symmetry) {
  const LodGrid *grid = &batch->grid;
  PetscFunctionBeginUser;
  PetscCall(LodRowOrderCreate(batch->model, symmetry, &batch->order[symmetry]));
  PetscCall(PetscMalloc1(LodGridPatchNodes(grid), &batch->nodes[symmetry]));
  PetscCall(PetscMalloc1(LodGridCorners(grid), &batch->corners[symmetry]));
  LodSymmetryTable(grid->dim, symmetry, 2 * grid->ell + 2, batch->nodes[symmetry]);
  LodSymmetryTable(grid->dim, symmetry, 2, batch->corners[symmetry]);
  PetscFunctionReturn(0);
}

/* Makes all that, in a batch whose pairs, model and capacity are set. */
static PetscErrorCode SetUp(const LodTrainingSettings *settings, PetscBool symmetric,
                            LodBatch *batch) {
  const LodModel *model = batch->model;
  PetscFunctionBeginUser;
  PetscCall(LodPairsGrid(batch->pairs, &batch->grid));
  batch->n_patch = LodGridPatchValues(&batch->grid);
  batch->n_inp = LodNetworkInputs(LodNetworkShapeOf(model->network));
  batch->n_out = LodGridOperatorSize(&batch->grid);
  batch->n_symmetries = symmetric ? LodSymmetryCount(batch->grid.dim) : 1;
  const size_t n = (size_t)batch->capacity, n_patch = (size_t)batch->n_patch;
  PetscCall(PetscCalloc3(batch->n_symmetries, &batch->order, batch->n_symmetries, &batch->nodes,
                         batch->n_symmetries, &batch->corners));
  for (PetscInt s = 0; s < batch->n_symmetries; s++)
    PetscCall(CreateTables(batch, s));
  if (model->structure.baseline) PetscCall(LodBaselineCreate(&batch->grid, &batch->baseline));
  if (model->structure.exact_constants)
    PetscCall(LodAnchorsCreate(&batch->grid, model, &batch->anchors));
  const size_t n_rows = n + (size_t)batch->anchors.n;
  PetscCall(LodLossCreate(&batch->grid, settings, model->structure.zero_sums, &batch->loss));
  PetscCall(PetscMalloc6(n * n_patch, &batch->patch, n * (size_t)batch->n_out, &batch->raw,
                         n_rows * (size_t)batch->n_inp, &batch->inp, n * (size_t)batch->n_out,
                         &batch->target, n, &batch->inside, n, &batch->anchor));
  PetscFunctionReturn(0);
}

PetscErrorCode LodBatchCreate(LodPairs *pairs, const LodModel *model,
                              const LodTrainingSettings *settings, PetscInt capacity,
                              PetscBool symmetric, LodBatch *batch) {
  PetscFunctionBeginUser;
  *batch = (LodBatch){.pairs = pairs, .model = model, .capacity = capacity};
  PetscErrorCode error = SetUp(settings, symmetric, batch);
  if (error) PetscCall(LodBatchDestroy(batch));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodBatchDestroy(LodBatch *batch) {
  PetscFunctionBeginUser;
  for (PetscInt s = 0; s < batch->n_symmetries && batch->order; s++) {
    PetscCall(LodRowOrderDestroy(&batch->order[s]));
    PetscCall(PetscFree(batch->nodes[s]));
    PetscCall(PetscFree(batch->corners[s]));
  }
  PetscCall(PetscFree3(batch->order, batch->nodes, batch->corners));
  PetscCall(PetscFree(batch->baseline));
  PetscCall(LodLossDestroy(&batch->loss));
  PetscCall(LodAnchorsDestroy(&batch->anchors));
  PetscCall(PetscFree6(batch->patch, batch->raw, batch->inp, batch->target, batch->inside,
                       batch->anchor));
  PetscFunctionReturn(0);
}

/* Target of one pair: (S_T / s - B) / out_scale of the turned patch. */
static void MakeTarget(const LodBatch *batch, PetscInt symmetry, const LodBox *inside, double scale,
                       const float *raw, float *target) {
  const PetscInt  corners = LodGridCorners(&batch->grid), n_nodes = batch->n_out / corners;
  const PetscInt *node = batch->nodes[symmetry], *corner = batch->corners[symmetry];
  const double    factor = 1 / (scale * batch->model->out_scale);
  const double   *base =
      batch->baseline ? LodBaselineFind(&batch->grid, batch->baseline, inside) : NULL;
  for (PetscInt z = 0; z < n_nodes; z++)
    for (PetscInt j = 0; j < corners; j++) {
      double value = factor * (double)raw[node[z] * corners + corner[j]];
      if (base) value -= base[z * corners + j] / batch->model->out_scale;
      target[z * corners + j] = (float)value;
    }
}

PetscErrorCode LodBatchGather(LodBatch *batch, LodSplit split, PetscInt n, const PetscInt64 *index,
                              const PetscInt *symmetry) {
  const PetscInt64 cells = LodGridCells(&batch->grid);
  PetscFunctionBeginUser;
  PetscCheck(n <= batch->capacity, PETSC_COMM_SELF, PETSC_ERR_ARG_OUTOFRANGE,
             "a batch of %" PetscInt_FMT " pairs where %" PetscInt_FMT " fit", n, batch->capacity);
  PetscCall(LodPairsGather(batch->pairs, split, n, index, batch->patch, batch->raw));
#pragma omp parallel for schedule(static)
  for (PetscInt i = 0; i < n; i++) {
    const PetscInt s = symmetry ? symmetry[i] : 0;
    const LodBox   inside = LodGridInsideNodes(&batch->grid, (PetscInt)(index[i] % cells));
    double         scale;
    batch->inside[i] = LodSymmetryBox(s, 2 * batch->grid.ell + 2, &inside);
    LodModelRow(batch->model, &batch->order[s], batch->patch + (size_t)i * (size_t)batch->n_patch,
                batch->inp + (size_t)i * (size_t)batch->n_inp, &scale);
    MakeTarget(batch, s, &batch->inside[i], scale, batch->raw + (size_t)i * (size_t)batch->n_out,
               batch->target + (size_t)i * (size_t)batch->n_out);
    batch->anchor[i] = LodAnchorsFind(&batch->anchors, &batch->inside[i]);
  }
  PetscCall(PetscArraycpy(batch->inp + (size_t)n * (size_t)batch->n_inp, batch->anchors.rows,
                          (size_t)batch->anchors.n * (size_t)batch->n_inp));
  PetscFunctionReturn(0);
}

/* Implements LodNetworkLoss.apply. */
static double ApplyLoss(const void *context, PetscInt sample, float *difference) {
  const LodBatch *batch = context;
  return LodLossApply(batch->loss, &batch->inside[sample], difference);
}

LodNetworkLoss LodBatchLoss(const LodBatch *batch) {
  return (LodNetworkLoss){
      .apply = ApplyLoss, .context = batch, .n_anchors = batch->anchors.n, .anchor = batch->anchor};
}
