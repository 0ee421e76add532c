/* Exact local operators by shared elimination, the default path.

   For every layer of cells along the last axis: each cell once (cell_condensation.c), then along
   each axis but the last the windows of 2l+1 neighbours, each once (window.c), kept for the 2l+1
   layers that patches still need; then, per patch, the window along the last axis, and from the
   dense block that is left, the local operator (patch_finish.c). Memory: 2l+1 layers of windows and
   one of cells. Local loads are one more column of all that, which cells carry that have a source
   and windows from their centre. */
#include <omp.h>

#include "base/events.h"
#include "lod/exact_cost_private.h"
#include "lod/exact_shared_private.h"

/* State of the path. */
typedef struct {
  const LodCoefficient *coefficient;               /* borrowed */
  LodSharedPlan        *plans[LOD_SHARED_USES];    /* those of operators are always there */
  int                   perturbed;                 /* how often */
  double                seconds[LOD_EXACT_PHASES]; /* in the latest call of Compute */
} SharedPath;

void        LodSharedFail(LodSharedJob *job, PetscInt position, const char *stage) {
#pragma omp critical(lod_shared_failure)
  if (job->failed < 0 || position < job->failed) job->failed = position, job->failed_stage = stage;
}

/* Raises the error of a failure, if there was one. */
static PetscErrorCode CheckFailure(const LodSharedJob *job) {
  LodBox   mesh = LodBoxCells(job->plan->grid->dim, job->plan->grid->coarse);
  PetscInt index[LOD_MAX_DIM];
  double   smallest, largest;
  PetscFunctionBeginUser;
  if (job->failed < 0) PetscFunctionReturn(0);
  LodBoxIndex(&mesh, job->failed, index);
  PetscCall(LodCoefficientRange(job->coefficient, &smallest, &largest));
  SETERRQ(PETSC_COMM_SELF, PETSC_ERR_MAT_CH_ZRPVT,
          "coarse cell (x %" PetscInt_FMT ", y %" PetscInt_FMT ", z %" PetscInt_FMT
          "): a pivot is not positive when %s: the contrast of the coefficient (%.3g) is too large "
          "for double precision, or the fine mesh too coarse for the constraints",
          index[0], index[1], index[2], job->failed_stage, largest / smallest);
}

const double *LodSharedSource(const LodSharedJob *job, PetscInt cell) {
  if (!job->sources || cell < job->first || cell >= job->last) return NULL;
  return job->sources + (size_t)(cell - job->first) * (size_t)LodSourceSize(job->plan->grid);
}

void LodSharedCondenseLayer(LodSharedJob *job, PetscInt layer) {
  const LodSharedPlan *plan = job->plan;
  LodBox               mesh = LodBoxCells(plan->grid->dim, plan->grid->coarse);
  PetscInt             first = layer * LodSharedLayerSize(plan->grid);
#pragma omp parallel for schedule(dynamic, 1)
  for (PetscInt cell = first; cell < first + LodSharedLayerSize(plan->grid); cell++) {
    PetscInt index[LOD_MAX_DIM];
    if (!plan->needed[0][cell]) continue;
    LodBoxIndex(&mesh, cell, index);
    int failed = LodCellCondensationCompute(
        plan->cells, job->coefficient, index, LodSharedSource(job, cell),
        LodSharedThreadRoom(plan).front, LodSharedStored(plan, 0, index));
    if (failed >= 0) LodSharedFail(job, cell, "condensing the cell");
  }
}

void LodSharedMergeLayer(LodSharedJob *job, PetscInt axis, PetscInt layer) {
  const LodSharedPlan *plan = job->plan;
  LodBox               mesh = LodBoxCells(plan->grid->dim, plan->grid->coarse);
  PetscInt             first = layer * LodSharedLayerSize(plan->grid);
#pragma omp parallel for schedule(dynamic, 1)
  for (PetscInt position = first; position < first + LodSharedLayerSize(plan->grid); position++) {
    const LodSharedRoom room = LodSharedThreadRoom(plan);
    PetscInt            centre[LOD_MAX_DIM];
    LodBlock            result;
    if (!plan->needed[axis + 1][position]) continue;
    LodBoxIndex(&mesh, position, centre);
    if (LodSharedMerge(plan, axis, centre, &room, &result) >= 0) {
      LodSharedFail(job, position, "merging a line of cells");
      continue;
    }
    LodBlockPack(&result, LodWindowVariables(LodSharedWindow(plan, axis, centre))->n,
                 LodSharedStored(plan, axis + 1, centre));
  }
}

void LodSharedCountPatch(LodSharedJob *job, PetscInt before, PetscInt *done) {
  PetscInt now;
#pragma omp atomic capture
  now = ++*done;
  if (omp_get_thread_num() == 0) (void)LodProgressUpdate(&job->progress, before + now);
}

/* Computes the needed ones of the patches first <= T < last, all in one layer. */
static void FinishPatches(LodSharedJob *job, PetscInt first, PetscInt last) {
  const LodSharedPlan *plan = job->plan;
  const LodGrid       *grid = plan->grid;
  const size_t         size = (size_t)LodGridOperatorSize(grid);
  const size_t         nodes = (size_t)LodGridPatchNodes(grid);
  LodBox               mesh = LodBoxCells(grid->dim, grid->coarse);
  PetscInt             before = (PetscInt)job->progress.done, done = 0;
#pragma omp parallel for schedule(dynamic, 1)
  for (PetscInt cell = first; cell < last; cell++) {
    const LodSharedRoom room = LodSharedThreadRoom(plan);
    const size_t        own = (size_t)(cell - job->first);
    const double       *source = LodSharedSource(job, cell);
    double              stiffness[LOD_MAX_CORNERS * LOD_MAX_CORNERS], sums[LOD_MAX_CORNERS] = {0};
    PetscInt            centre[LOD_MAX_DIM];
    LodBlock            result;
    if (!plan->needed[grid->dim][cell]) continue;
    LodBoxIndex(&mesh, cell, centre);
    int failed = LodSharedMerge(plan, grid->dim - 1, centre, &room, &result);
    if (failed >= 0) {
      LodSharedFail(job, cell, "eliminating the patch");
      continue;
    }
    LodCellCornerStiffness(plan->cells, job->coefficient, centre, stiffness);
    if (source) LodCellSourceSums(plan->cells, source, sums);
    failed = LodPatchFinishCompute(LodSharedFinish(plan, centre), &result, stiffness, sums,
                                   room.finish, job->operators + own * size,
                                   source ? job->loads + own * nodes : NULL);
    if (failed >= 0) LodSharedFail(job, cell, "solving for the multipliers");
    LodSharedCountPatch(job, before, &done);
  }
}

/* Makes a layer ready for patches: cells, then windows along all axes but the last. */
static PetscErrorCode MakeLayer(LodSharedJob *job, PetscInt layer) {
  const PetscInt last_axis = job->plan->grid->dim - 1;
  double         start = LodSeconds();
  PetscFunctionBeginUser;
  PetscCall(LodEventBegin(LOD_EVENT_CELLS));
  LodSharedCondenseLayer(job, layer);
  PetscCall(LodEventEnd(LOD_EVENT_CELLS));
  double condensed = LodSeconds();
  PetscCall(LodEventBegin(LOD_EVENT_WINDOWS));
  for (PetscInt axis = 0; axis < last_axis; axis++)
    if (job->failed < 0) LodSharedMergeLayer(job, axis, layer);
  if (job->plan->values[last_axis]) LodSharedClearValues(job->plan, last_axis, layer);
  PetscCall(LodEventEnd(LOD_EVENT_WINDOWS));
  job->seconds[LOD_EXACT_CELLS] += condensed - start;
  job->seconds[LOD_EXACT_WINDOWS] += LodSeconds() - condensed;
  PetscFunctionReturn(0);
}

/* All layers of a job whose memory is there. */
static PetscErrorCode RunLayers(LodSharedJob *job) {
  const LodGrid *grid = job->plan->grid;
  PetscInt       per_layer = LodSharedLayerSize(grid), most = grid->coarse[grid->dim - 1] - 1;
  PetscInt       first_layer = job->first / per_layer, last_layer = (job->last - 1) / per_layer;
  PetscInt       next_layer = PetscMax(first_layer - grid->ell, 0), left = next_layer;
  PetscFunctionBeginUser;
  for (PetscInt layer = first_layer; layer <= last_layer; layer++) {
    for (; next_layer <= PetscMin(layer + grid->ell, most); next_layer++)
      PetscCall(MakeLayer(job, next_layer));
    PetscCall(CheckFailure(job));
    PetscInt low = PetscMax(job->first, layer * per_layer);
    PetscInt high = PetscMin(job->last, (layer + 1) * per_layer);
    double   start = LodSeconds();
    PetscCall(LodEventBegin(LOD_EVENT_PATCHES));
    job->patches(job, low, high);
    const PetscInt stays = layer < last_layer ? layer - grid->ell + 1 : next_layer;
    for (; job->leave && left < stays && job->failed < 0; left++)
      job->leave(job, left);
    PetscCall(LodEventEnd(LOD_EVENT_PATCHES));
    job->seconds[LOD_EXACT_PATCHES] += LodSeconds() - start;
    PetscCall(CheckFailure(job));
    PetscCall(LodProgressUpdate(&job->progress, high - job->first));
  }
  PetscFunctionReturn(0);
}

PetscErrorCode LodSharedRun(LodSharedJob *job, const PetscBool *wanted, const char *what,
                            PetscBool quiet) {
  PetscFunctionBeginUser;
  PetscCheck(job->coefficient, PETSC_COMM_SELF, PETSC_ERR_ORDER, "no coefficient is set");
  PetscCall(LodSharedPlanAllocate(job->plan));
  LodSharedMarkNeeded(job->plan, job->first, job->last, wanted);
  job->failed = -1;
  PetscCall(LodProgressBegin(&job->progress, what, "cells", job->last - job->first, quiet));
  PetscCall(RunLayers(job));
  PetscCall(LodProgressEnd(&job->progress));
  PetscFunctionReturn(0);
}

/* The plan for a use, made if it is the first time; other plans' memory is freed. */
static PetscErrorCode UsePlan(LodLocalOperators *self, LodSharedUse use, LodSharedPlan **plan) {
  SharedPath *path = self->data;
  PetscFunctionBeginUser;
  for (int other = 0; other < LOD_SHARED_USES; other++)
    if (other != (int)use && path->plans[other])
      PetscCall(LodSharedPlanRelease(path->plans[other]));
  if (!path->plans[use]) {
    PetscCall(LodSharedPlanCreate(&self->grid, use, &path->plans[use]));
    for (int i = 0; i < path->perturbed; i++)
      LodCellPerturb(path->plans[use]->cells);
  }
  *plan = path->plans[use];
  PetscFunctionReturn(0);
}

/* Implements LodLocalOperators.set_coefficient. */
static PetscErrorCode SetCoefficient(LodLocalOperators *self, const LodCoefficient *coefficient) {
  SharedPath *path = self->data;
  PetscFunctionBeginUser;
  path->coefficient = coefficient;
  PetscFunctionReturn(0);
}

/* Implements LodLocalOperators.compute. */
static PetscErrorCode Compute(LodLocalOperators *self, PetscInt first, PetscInt last,
                              const LodComputeOptions *options, double *operators) {
  const size_t source_size = (size_t)LodSourceSize(&self->grid);
  SharedPath  *path = self->data;
  LodSharedJob job = {.coefficient = path->coefficient,
                      .first = first,
                      .last = last,
                      .operators = operators,
                      .loads = options->loads,
                      .patches = FinishPatches};
  PetscFunctionBeginUser;
  if (options->source) job.sources = options->source + (size_t)first * source_size;
  PetscCall(UsePlan(self, options->source ? LOD_SHARED_LOADS : LOD_SHARED_OPERATORS, &job.plan));
  PetscCall(LodSharedRun(&job, options->wanted, "exact operators", options->quiet));
  PetscCall(PetscArraycpy(path->seconds, job.seconds, LOD_EXACT_PHASES));
  PetscFunctionReturn(0);
}

/* Implements LodLocalOperators.correct. */
static PetscErrorCode Correct(LodLocalOperators *self, PetscInt first, PetscInt last,
                              const LodComputeOptions *options, const double *coarse,
                              double *fine) {
  const SharedPath *path = self->data;
  LodSharedPlan    *plan = NULL;
  PetscFunctionBeginUser;
  PetscCall(UsePlan(self, LOD_SHARED_CORRECTIONS, &plan));
  PetscCall(LodSharedCorrect(plan, path->coefficient, first, last, options, coarse, fine));
  PetscFunctionReturn(0);
}

/* Implements LodLocalOperators.perturb. */
static PetscErrorCode Perturb(LodLocalOperators *self) {
  SharedPath *path = self->data;
  for (int use = 0; use < LOD_SHARED_USES; use++)
    if (path->plans[use]) LodCellPerturb(path->plans[use]->cells);
  path->perturbed++;
  return 0;
}

/* Implements LodLocalOperators.destroy. */
static PetscErrorCode Destroy(LodLocalOperators *self) {
  SharedPath *path = self->data;
  PetscFunctionBeginUser;
  for (int use = 0; use < LOD_SHARED_USES; use++)
    PetscCall(LodSharedPlanDestroy(&path->plans[use]));
  PetscCall(PetscFree(self->data));
  PetscFunctionReturn(0);
}

PetscErrorCode LodExactSharedCreate(const LodGrid *grid, LodLocalOperators **operators) {
  static const LodLocalOperators kind = {.name = "lod",
                                         .set_coefficient = SetCoefficient,
                                         .compute = Compute,
                                         .correct = Correct,
                                         .perturb = Perturb,
                                         .destroy = Destroy};
  LodExactCost                   estimate;
  LodSharedPlan                 *plan = NULL;
  PetscFunctionBeginUser;
  *operators = NULL;
  PetscCall(LodExactEstimateWithin(grid, 1, &estimate));
  PetscCall(LodLocalOperatorsCreate(grid, &kind, sizeof(SharedPath), operators));
  PetscErrorCode error = UsePlan(*operators, LOD_SHARED_OPERATORS, &plan);
  if (error) PetscCall(LodLocalOperatorsDestroy(operators));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Raises an error if `operators` are another path's. */
static PetscErrorCode CheckIsShared(const LodLocalOperators *operators) {
  PetscFunctionBeginUser;
  PetscCheck(operators->compute == Compute, PETSC_COMM_SELF, PETSC_ERR_ARG_WRONG,
             "the operators must come from LodExactSharedCreate");
  PetscFunctionReturn(0);
}

PetscErrorCode LodExactSharedSeconds(const LodLocalOperators *operators,
                                     double                   seconds[LOD_EXACT_PHASES]) {
  const SharedPath *path = operators->data;
  PetscFunctionBeginUser;
  PetscCall(CheckIsShared(operators));
  PetscCall(PetscArraycpy(seconds, path->seconds, LOD_EXACT_PHASES));
  PetscFunctionReturn(0);
}

PetscErrorCode LodExactSharedCost(const LodLocalOperators *operators, PetscInt first, PetscInt last,
                                  LodExactCost *cost) {
  const SharedPath    *path = operators->data;
  const LodSharedPlan *plan = path->plans[LOD_SHARED_OPERATORS];
  const LodGrid       *grid = &operators->grid;
  LodBox               mesh = LodBoxCells(grid->dim, grid->coarse);
  PetscInt             axis = grid->dim - 1, index[LOD_MAX_DIM];
  PetscFunctionBeginUser;
  PetscCall(CheckIsShared(operators));
  *cost = (LodExactCost){.memory = sizeof *path + LodSharedPlanMemory(plan)};
  LodSharedMarkNeeded(plan, first, last, NULL);
  for (PetscInt cell = 0; cell < LodGridCells(grid); cell++) {
    LodBoxIndex(&mesh, cell, index);
    if (plan->needed[0][cell])
      LodWorkAdd(&cost->work[LOD_EXACT_CELLS], 1, LodCellWork(plan->cells));
    for (PetscInt a = 0; a < axis; a++) {
      const LodWindow *window = LodSharedWindow(plan, a, index);
      if (!plan->needed[a + 1][cell]) continue;
      LodWorkAdd(&cost->work[LOD_EXACT_WINDOWS], 1, LodWindowWork(window));
      cost->work[LOD_EXACT_WINDOWS].bytes += 2 * LodTriangleBytes(LodWindowVariables(window)->n);
    }
    if (!plan->needed[grid->dim][cell]) continue;
    LodWorkAdd(&cost->work[LOD_EXACT_PATCHES], 1,
               LodWindowWork(LodSharedWindow(plan, axis, index)));
    LodWorkAdd(&cost->work[LOD_EXACT_PATCHES], 1, LodPatchFinishWork(LodSharedFinish(plan, index)));
  }
  PetscFunctionReturn(0);
}
