/* A model on coefficients it has not seen: learned against exact operators, both through the same
   coarse system. */
#include <math.h>

#include "base/progress.h"
#include "fem/load.h"
#include "fem/nodal.h"
#include "nn/learned.h"
#include "system/coarse_system.h"
#include "train/train.h"

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
  LodGrid grid;
  Stored *stored;
  PetscFunctionBeginUser;
  PetscCall(LodPairsGrid(pairs, &grid));
  const size_t n_cells = (size_t)LodGridCells(&grid);
  PetscCall(PetscNew(&stored));
  PetscCall(PetscMalloc3(n_cells, &stored->index, n_cells * (size_t)LodGridPatchValues(&grid),
                         &stored->inp, n_cells * (size_t)LodGridOperatorSize(&grid),
                         &stored->target));
  stored->pairs = pairs;
  stored->split = split;
  stored->sample = sample;
  PetscCall(PetscNew(operators));
  **operators = (LodLocalOperators){.grid = grid,
                                    .name = "lod",
                                    .compute = StoredCompute,
                                    .destroy = StoredDestroy,
                                    .data = stored};
  PetscFunctionReturn(0);
}

/* Assembles with one source of local operators and solves for the load f[fine nodes] into u[coarse
 * nodes].
 */
static PetscErrorCode Solve(LodCoarseSystem *system, LodLocalOperators *operators,
                            const LodCoefficient *coefficient, const double *f, double *u) {
  PetscFunctionBeginUser;
  PetscCall(LodLocalOperatorsSetCoefficient(operators, coefficient));
  PetscCall(LodCoarseSystemAssemble(system, operators, PETSC_TRUE));
  PetscCall(LodCoarseSystemSolve(system, f, u));
  PetscFunctionReturn(0);
}

/* errors[n] of LodEvaluate, with everything it needs made. */
static PetscErrorCode EvaluateSamples(LodPairs *pairs, LodSplit split, LodModel *model,
                                      PetscBool quiet, PetscInt n, double *errors) {
  LodGrid            grid;
  LodCoarseSystem   *system;
  LodLocalOperators *exact, *learned;
  LodCoefficient     coefficient;
  LodProgress        progress;
  PetscInt64         sample;
  double            *f, *u, *u_hat;
  PetscFunctionBeginUser;
  PetscCall(LodPairsGrid(pairs, &grid));
  const PetscInt n_fine = LodNodeCount(grid.dim, grid.fine);
  const PetscInt n_nodes = LodNodeCount(grid.dim, grid.coarse);
  PetscCall(PetscMalloc3(n_fine, &f, n_nodes, &u, n_nodes, &u_hat));
  PetscCall(LodFineLoad(&grid, "1", "f", f));
  PetscCall(LodStoredCreate(pairs, split, &sample, &exact));
  PetscCall(LodLearnedCreate(&grid, model, &learned));
  PetscCall(LodCoarseSystemCreate(PETSC_COMM_SELF, &grid, &system));
  PetscCall(LodProgressBegin(&progress, "evaluating", "coefficients", n, quiet));
  for (sample = 0; sample < n; sample++) {
    PetscCall(LodPairsCoefficient(pairs, split, sample, &coefficient));
    PetscCall(Solve(system, exact, &coefficient, f, u));
    PetscCall(Solve(system, learned, &coefficient, f, u_hat));
    PetscCall(LodRelativeL2(grid.dim, grid.coarse, u_hat, u, &errors[sample]));
    PetscCheck(isfinite(errors[sample]), PETSC_COMM_SELF, PETSC_ERR_FP,
               "coefficient %lld of the split: the relative error of the learned solution is %g",
               (long long)sample + 1, errors[sample]);
    PetscCall(LodCoefficientDestroy(&coefficient));
    PetscCall(LodProgressUpdate(&progress, sample + 1));
  }
  PetscCall(LodProgressEnd(&progress));
  PetscCall(LodCoarseSystemDestroy(&system));
  PetscCall(LodLocalOperatorsDestroy(&learned));
  PetscCall(LodLocalOperatorsDestroy(&exact));
  PetscCall(PetscFree3(f, u, u_hat));
  PetscFunctionReturn(0);
}

PetscErrorCode LodEvaluate(LodPairs *pairs, LodSplit split, LodModel *model, PetscBool quiet,
                           PetscInt *n, double **errors) {
  PetscInt64 samples, count;
  PetscFunctionBeginUser;
  PetscCall(LodPairsCount(pairs, split, &samples, &count));
  *n = (PetscInt)samples;
  PetscCall(PetscCalloc1(*n + 1, errors));
  if (*n > 0) PetscCall(EvaluateSamples(pairs, split, model, quiet, *n, *errors));
  PetscFunctionReturn(0);
}
