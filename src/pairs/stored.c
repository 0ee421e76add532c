/* Exact local operators as pairs.h5 holds them. */
#include "pairs/stored.h"

/* State of the stored operators: buffers for the pairs of all cells of one sample. */
typedef struct {
  LodPairs         *pairs; /* borrowed */
  LodSplit          split;
  const PetscInt64 *sample; /* borrowed */
  PetscInt64       *index;
  float            *inp, *target;
} Stored;

/* Implements LodLocalOperators.compute. */
static PetscErrorCode StoredCompute(LodLocalOperators *self, PetscInt first, PetscInt last,
                                    const LodComputeOptions *options, double *operators) {
  Stored          *stored = self->data;
  const PetscInt64 n_cells = LodGridCells(&self->grid);
  const size_t     size = (size_t)LodGridOperatorSize(&self->grid);
  PetscFunctionBeginUser;
  (void)options; /* what is stored costs nothing */
  for (PetscInt cell = first; cell < last; cell++)
    stored->index[cell - first] = *stored->sample * n_cells + cell;
  PetscCall(LodPairsGather(stored->pairs, stored->split, last - first, stored->index, stored->inp,
                           stored->target));
  for (size_t i = 0; i < (size_t)(last - first) * size; i++)
    operators[i] = (double)stored->target[i];
  PetscFunctionReturn(0);
}

/* Implements LodLocalOperators.destroy. */
static PetscErrorCode StoredDestroy(LodLocalOperators *self) {
  Stored *stored = self->data;
  PetscFunctionBeginUser;
  PetscCall(PetscFree3(stored->index, stored->inp, stored->target));
  PetscCall(PetscFree(self->data));
  PetscFunctionReturn(0);
}

PetscErrorCode LodStoredCreate(LodPairs *pairs, LodSplit split, const PetscInt64 *sample,
                               LodLocalOperators **operators) {
  static const LodLocalOperators kind = {
      .name = "lod", .compute = StoredCompute, .destroy = StoredDestroy};
  LodGrid grid;
  PetscFunctionBeginUser;
  *operators = NULL;
  PetscCall(LodPairsGrid(pairs, &grid));
  const size_t n_cells = (size_t)LodGridCells(&grid);
  PetscCall(LodLocalOperatorsCreate(&grid, &kind, sizeof(Stored), operators));
  Stored        *stored = (*operators)->data;
  PetscErrorCode error =
      PetscMalloc3(n_cells, &stored->index, n_cells * (size_t)LodGridPatchValues(&grid),
                   &stored->inp, n_cells * (size_t)LodGridOperatorSize(&grid), &stored->target);
  if (error) PetscCall(LodLocalOperatorsDestroy(operators));
  PetscCall(error);
  stored->pairs = pairs;
  stored->split = split;
  stored->sample = sample;
  PetscFunctionReturn(0);
}
