/* A trained model on coefficients of its pairs that were held back. */
#include <math.h>

#include "base/progress.h"
#include "compare/evaluation.h"
#include "compare/side_by_side_private.h"
#include "fem/load.h"
#include "fem/nodal.h"
#include "pairs/stored.h"

/* What serves all samples of a split. */
typedef struct {
  LodPairs          *pairs; /* borrowed */
  LodSplit           split;
  LodGrid            grid;
  PetscInt64         sample; /* the one that `exact` gives */
  LodLocalOperators *exact;
  LodSideBySide     *both;
  double            *load, *u, *u_hat; /* [coarse nodes] */
} Task;

/* The load of f = 1, load[coarse nodes]. */
static PetscErrorCode LoadOfOne(const LodGrid *grid, double *load) {
  double *fine;
  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(LodNodeCount(grid->dim, grid->fine), &fine));
  PetscErrorCode error = LodLoadFromText(grid, "1", "f", fine);
  if (!error) error = LodLoadRestrict(grid, fine, grid->coarse, load);
  PetscCall(PetscFree(fine));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Makes all that, in *task, which has pairs and split only; what is made stays there, also if there
   is an error. */
static PetscErrorCode Begin(const LodModel *model, Task *task) {
  PetscFunctionBeginUser;
  PetscCall(LodPairsGrid(task->pairs, &task->grid));
  const PetscInt n_nodes = LodNodeCount(task->grid.dim, task->grid.coarse);
  PetscCall(PetscMalloc3(n_nodes, &task->load, n_nodes, &task->u, n_nodes, &task->u_hat));
  PetscCall(LoadOfOne(&task->grid, task->load));
  PetscCall(LodStoredCreate(task->pairs, task->split, &task->sample, &task->exact));
  PetscCall(LodSideBySideCreate(PETSC_COMM_SELF, task->exact, model, PETSC_FALSE, &task->both));
  PetscFunctionReturn(0);
}

/* Frees it. */
static PetscErrorCode End(Task *task) {
  PetscFunctionBeginUser;
  PetscCall(LodSideBySideDestroy(&task->both));
  PetscCall(LodLocalOperatorsDestroy(&task->exact));
  PetscCall(PetscFree3(task->load, task->u, task->u_hat));
  PetscFunctionReturn(0);
}

/* The error of task->sample. */
static PetscErrorCode EvaluateSample(Task *task, double *error) {
  LodCoefficient coefficient;
  PetscFunctionBeginUser;
  PetscCall(LodPairsCoefficient(task->pairs, task->split, task->sample, &coefficient));
  PetscErrorCode failed = LodSideBySideAssemble(task->both, &coefficient, NULL, PETSC_TRUE);
  if (!failed)
    failed = LodSideBySideSolve(task->both, task->load, NULL, task->u, task->u_hat, error);
  PetscCall(LodCoefficientDestroy(&coefficient));
  PetscCall(failed);
  PetscCheck(isfinite(*error), PETSC_COMM_SELF, PETSC_ERR_FP,
             "coefficient %lld of the split: the relative error of the learned solution is %.6g",
             (long long)task->sample + 1, *error);
  PetscFunctionReturn(0);
}

/* errors[n] of all samples, with everything made. */
static PetscErrorCode EvaluateSamples(Task *task, PetscBool quiet, PetscInt n, double *errors) {
  LodProgress    progress;
  PetscErrorCode error = 0;
  PetscFunctionBeginUser;
  PetscCall(LodProgressBegin(&progress, "evaluating", "coefficients", n, quiet));
  for (task->sample = 0; task->sample < n && !error; task->sample++) {
    error = EvaluateSample(task, &errors[task->sample]);
    if (!error) error = LodProgressUpdate(&progress, task->sample + 1);
  }
  PetscCall(LodProgressEnd(&progress));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodModelEvaluatePairs(LodPairs *pairs, LodSplit split, const LodModel *model,
                                     PetscBool quiet, PetscInt *n, double **errors) {
  Task           task = {.pairs = pairs, .split = split};
  PetscInt64     samples, count;
  PetscErrorCode error = 0;
  PetscFunctionBeginUser;
  PetscCall(LodPairsCount(pairs, split, &samples, &count));
  *n = (PetscInt)samples;
  PetscCall(PetscCalloc1(*n + 1, errors));
  if (*n > 0) {
    error = Begin(model, &task);
    if (!error) error = EvaluateSamples(&task, quiet, *n, *errors);
    PetscCall(End(&task));
  }
  if (error) PetscCall(PetscFree(*errors));
  PetscCall(error);
  PetscFunctionReturn(0);
}
