/* The fine-scale part of a solution by shared elimination and back substitution.

   Every patch carries one column, l_T - sum of u_H[T_j] b_j, through cells, windows and its own
   last window, whose fronts are then still in the thread's workspace: its solution goes back from
   the multipliers to the traces on its windows. What a window gives to its blocks, and a cell to
   its inside, is linear in the values of its variables; so these are summed over all patches first
   and substituted once. When the last patch that needs a layer is done, the windows and cells of
   the layer are eliminated once more, with the values in hand, from the last axis to the first:
   what is kept are values, not factors. Sums are taken in the order of the cells. */
#include "lod/exact_shared_private.h"

/* Adds values of the blocks of a window along `axis` to the blocks' own. */
static void AddBlockValues(const LodSharedPlan *plan, PetscInt axis, const PetscInt centre[],
                           const double *blocks) {
  const LodWindow *window = LodSharedWindow(plan, axis, centre);
  const size_t     stride = plan->n_values[axis];
  PetscInt         index[LOD_MAX_DIM] = {centre[0], centre[1], centre[2]};
  for (int b = 0; b < window->n_blocks; b++) {
    index[axis] = centre[axis] - window->kinds[axis].n_low + b;
    double *values = LodSharedValues(plan, axis, index);
    for (size_t i = 0; i < stride; i++)
      values[i] += blocks[(size_t)b * stride + i];
  }
}

/* Solves for the multipliers of the patch of a centre, whose window has been merged. */
static int SolvePatch(const LodSharedPlan *plan, const PetscInt centre[], const LodSharedRoom *room,
                      const LodBlock *result) {
  return LodPatchFinishMultipliers(LodSharedFinish(plan, centre), result, room->finish, room->kept);
}

/* Merges the needed windows along `axis` with centres first <= position < last and substitutes back
   to their blocks: patches, which solve for their multipliers, or windows whose values are there.
 */
static void SubstituteWindows(LodSharedJob *job, PetscInt axis, PetscInt first, PetscInt last) {
  const LodSharedPlan *plan = job->plan;
  const PetscBool      patches = (PetscBool)(axis == plan->grid->dim - 1);
  LodBox               mesh = LodBoxCells(plan->grid->dim, plan->grid->coarse);
  PetscInt             before = (PetscInt)job->progress.done, done = 0;
#pragma omp parallel for ordered schedule(dynamic, 1)
  for (PetscInt position = first; position < last; position++) {
    const LodSharedRoom room = LodSharedThreadRoom(plan);
    const PetscBool     needed = plan->needed[axis + 1][position];
    PetscInt            centre[LOD_MAX_DIM];
    LodBlock            result;
    int                 failed = -1;
    LodBoxIndex(&mesh, position, centre);
    if (needed) failed = LodSharedMerge(plan, axis, centre, &room, &result);
    if (needed && patches && failed < 0) failed = SolvePatch(plan, centre, &room, &result);
    if (needed && failed < 0)
      LodWindowSubstitute(LodSharedWindow(plan, axis, centre), room.steps, room.front,
                          patches ? room.kept : LodSharedValues(plan, axis + 1, centre),
                          room.values, room.blocks, plan->n_values[axis]);
    if (failed >= 0) LodSharedFail(job, position, "correcting");
#pragma omp ordered
    if (needed && failed < 0) AddBlockValues(plan, axis, centre, room.blocks);
    if (needed && patches) LodSharedCountPatch(job, before, &done);
  }
}

/* Implements LodSharedJob.patches. */
static void SubstitutePatches(LodSharedJob *job, PetscInt first, PetscInt last) {
  SubstituteWindows(job, job->plan->grid->dim - 1, first, last);
}

/* Adds the function on a closed cell to fine[], nodes on a face between two cells by the upper one.
   The function there is the same in both; in a cell that no patch needs it is 0. */
static void AddCell(const LodGrid *grid, PetscInt cell, const double *values, double *fine) {
  const LodBox all = LodBoxNodes(grid->dim, grid->fine), closed = LodCellFineNodes(grid, cell);
  for (PetscInt i = 0; i < LodBoxCount(&closed); i++) {
    PetscBool owned = PETSC_TRUE;
    PetscInt  node[LOD_MAX_DIM];
    LodBoxIndex(&closed, i, node);
    for (PetscInt axis = 0; axis < grid->dim; axis++)
      if (node[axis] == closed.first[axis] + closed.size[axis] - 1 && node[axis] < grid->fine[axis])
        owned = PETSC_FALSE;
    if (owned) fine[LodBoxPosition(&all, node)] += values[i];
  }
}

/* Substitutes back into the needed cells of a layer. */
static void SubstituteCells(LodSharedJob *job, PetscInt layer) {
  const LodSharedPlan *plan = job->plan;
  const LodGrid       *grid = plan->grid;
  LodBox               mesh = LodBoxCells(grid->dim, grid->coarse);
  PetscInt             first = layer * LodSharedLayerSize(grid);
#pragma omp parallel for schedule(dynamic, 1)
  for (PetscInt cell = first; cell < first + LodSharedLayerSize(grid); cell++) {
    double  *workspace = LodSharedThreadRoom(plan).front;
    double  *values = workspace + LodCellSubstituteWorkspace(plan->cells);
    PetscInt index[LOD_MAX_DIM];
    if (!plan->needed[0][cell]) continue;
    LodBoxIndex(&mesh, cell, index);
    int failed = LodCellSubstitute(plan->cells, job->coefficient, index, LodSharedSource(job, cell),
                                   LodSharedValues(plan, 0, index), workspace, values);
    if (failed >= 0)
      LodSharedFail(job, cell, "correcting");
    else
      AddCell(grid, cell, values, job->fine);
  }
}

/* Implements LodSharedJob.leave: makes the blocks of the layer again, but those along the last
   axis, whose values are complete. */
static void LeaveLayer(LodSharedJob *job, PetscInt layer) {
  const PetscInt axes = job->plan->grid->dim - 1, size = LodSharedLayerSize(job->plan->grid);
  if (axes > 0) LodSharedCondenseLayer(job, layer);
  for (PetscInt axis = 0; axis < axes - 1; axis++)
    if (job->failed < 0) LodSharedMergeLayer(job, axis, layer);
  for (PetscInt axis = axes - 1; axis >= 0; axis--) {
    LodSharedClearValues(job->plan, axis, layer);
    if (job->failed < 0) SubstituteWindows(job, axis, layer * size, (layer + 1) * size);
  }
  if (job->failed < 0) SubstituteCells(job, layer);
}

/* residuals[T - first] = l_T - sum of u_H[T_j] b_j for the patches of a job. */
static void FillResiduals(const LodSharedJob *job, const double *coarse, const double *source,
                          double *residuals) {
  const LodGrid *grid = job->plan->grid;
  const size_t   size = (size_t)LodSourceSize(grid);
  const LodBox   mesh = LodBoxCells(grid->dim, grid->coarse);
  const LodBox   nodes = LodBoxNodes(grid->dim, grid->coarse);
#pragma omp parallel for schedule(static)
  for (PetscInt cell = job->first; cell < job->last; cell++) {
    PetscInt index[LOD_MAX_DIM], node[LOD_MAX_DIM];
    double   values[LOD_MAX_CORNERS];
    LodBoxIndex(&mesh, cell, index);
    for (PetscInt j = 0; j < LodGridCorners(grid); j++) {
      LodCornerNode(index, j, node);
      values[j] = coarse[LodBoxPosition(&nodes, node)];
    }
    LodCellResidual(job->plan->cells, job->coefficient, index, values,
                    source ? source + (size_t)cell * size : NULL,
                    residuals + (size_t)(cell - job->first) * size);
  }
}

PetscErrorCode LodSharedCorrect(LodSharedPlan *plan, const LodCoefficient *coefficient,
                                PetscInt first, PetscInt last, const LodComputeOptions *options,
                                const double *coarse, double *fine) {
  LodSharedJob job = {.plan = plan,
                      .coefficient = coefficient,
                      .first = first,
                      .last = last,
                      .fine = fine,
                      .patches = SubstitutePatches,
                      .leave = LeaveLayer};
  double      *residuals;
  PetscFunctionBeginUser;
  PetscCheck(coefficient, PETSC_COMM_SELF, PETSC_ERR_ORDER, "no coefficient is set");
  PetscCall(PetscMalloc1((size_t)(last - first) * (size_t)LodSourceSize(plan->grid), &residuals));
  FillResiduals(&job, coarse, options->source, residuals);
  job.sources = residuals;
  PetscErrorCode error = LodSharedRun(&job, options->wanted, "correctors", options->quiet);
  PetscCall(PetscFree(residuals));
  PetscCall(error);
  PetscFunctionReturn(0);
}
