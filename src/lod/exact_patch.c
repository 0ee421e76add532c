/* Exact local operators, the reference path: every patch by itself, patches shared out to threads.
 */
#include <math.h>
#include <omp.h>

#include "base/events.h"
#include "base/progress.h"
#include "fem/digits.h"
#include "lod/exact_cost_private.h"
#include "lod/interpolation_private.h"
#include "lod/masked_private.h"
#include "lod/patch.h"
#include "lod/patch_problem_private.h"

/* State of the path. */
typedef struct {
  LodPatchProblem    problem;
  PetscInt           n_workspaces; /* those in use; one a thread */
  LodPatchWorkspace *workspaces;
} PatchPath;

/* Frees the workspaces. */
static PetscErrorCode DestroyWorkspaces(PatchPath *path) {
  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < path->n_workspaces; i++)
    LodPatchWorkspaceEnd(&path->workspaces[i]);
  PetscCall(PetscFree(path->workspaces));
  path->n_workspaces = 0;
  PetscFunctionReturn(0);
}

/* Makes a workspace for each thread, unless they are there. */
static PetscErrorCode EnsureWorkspaces(const LodGrid *grid, PatchPath *path) {
  PetscInt n_threads = omp_get_max_threads();
  PetscFunctionBeginUser;
  if (path->n_workspaces == n_threads) PetscFunctionReturn(0);
  PetscCall(DestroyWorkspaces(path));
  PetscCall(PetscCalloc1(n_threads, &path->workspaces));
  while (path->n_workspaces < n_threads) /* counted before, so that one half made ends, too */
    PetscCheck(LodPatchWorkspaceBegin(grid, &path->workspaces[path->n_workspaces++]) ==
                   LOD_PATCH_OK,
               PETSC_COMM_SELF, PETSC_ERR_MEM,
               "out of memory: the patch problems of %" PetscInt_FMT " threads", n_threads);
  PetscFunctionReturn(0);
}

/* Implements LodLocalOperators.set_coefficient. */
static PetscErrorCode SetCoefficient(LodLocalOperators *self, const LodCoefficient *coefficient) {
  PatchPath *path = self->data;
  PetscFunctionBeginUser;
  path->problem.coefficient = coefficient;
  PetscFunctionReturn(0);
}

/* Turns a patch's failure into an error that names the cell and the contrast. */
static PetscErrorCode RaiseFailure(const LodLocalOperators *self, PetscInt cell,
                                   LodPatchStatus status) {
  const PatchPath *path = self->data;
  LodBox           cells = LodBoxCells(self->grid.dim, self->grid.coarse);
  PetscInt         index[LOD_MAX_DIM];
  double           smallest, largest;
  const char      *why = status == LOD_PATCH_NO_MEMORY ? "no memory for its factorisation"
                         : status == LOD_PATCH_CONSTRAINTS
                             ? "its constraints are linearly dependent: the fine mesh is too coarse"
                             : "its stiffness matrix is not positive definite in double precision";
  PetscFunctionBeginUser;
  LodBoxIndex(&cells, cell, index);
  PetscCall(LodCoefficientRange(path->problem.coefficient, &smallest, &largest));
  SETERRQ(PETSC_COMM_SELF, status == LOD_PATCH_NO_MEMORY ? PETSC_ERR_MEM : PETSC_ERR_MAT_CH_ZRPVT,
          "patch of coarse cell (x %" PetscInt_FMT ", y %" PetscInt_FMT ", z %" PetscInt_FMT
          "): %s (contrast of the coefficient: %.3g)",
          index[0], index[1], index[2], why, largest / smallest);
}

/* Implements LodLocalOperators.compute. */
static PetscErrorCode Compute(LodLocalOperators *self, PetscInt first, PetscInt last,
                              const LodComputeOptions *options, double *operators) {
  PatchPath     *path = self->data;
  PetscInt       size = LodGridOperatorSize(&self->grid), done = 0, failed_cell = -1;
  const size_t   source_size = (size_t)LodSourceSize(&self->grid);
  const size_t   nodes = (size_t)LodGridPatchNodes(&self->grid);
  LodPatchStatus failure = LOD_PATCH_OK;
  LodProgress    progress;
  PetscFunctionBeginUser;
  PetscCheck(path->problem.coefficient, PETSC_COMM_SELF, PETSC_ERR_ORDER, "no coefficient is set");
  PetscCall(EnsureWorkspaces(&self->grid, path));
  PetscCall(LodProgressBegin(&progress, "exact operators", "cells", last - first, options->quiet));
  PetscCall(LodEventBegin(LOD_EVENT_PATCHES));
#pragma omp        parallel for schedule(dynamic, 1)
  for (PetscInt cell = first; cell < last; cell++) {
           int      thread = omp_get_thread_num();
           double  *own = operators + (size_t)(cell - first) * (size_t)size;
           PetscInt done_now;
           if (!LodComputeIsWanted(options, cell)) continue;
    const double  *source = options->source ? options->source + (size_t)cell * source_size : NULL;
           double        *loads = source ? options->loads + (size_t)(cell - first) * nodes : NULL;
           LodPatchStatus status =
               LodPatchCompute(&path->problem, &path->workspaces[thread], cell, source, own, loads);
#pragma omp atomic capture
    done_now = ++done;
    if (status) {
#pragma omp critical
      if (failed_cell < 0 || cell < failed_cell) failed_cell = cell, failure = status;
    }
    if (thread == 0) (void)LodProgressUpdate(&progress, done_now);
  }
  PetscCall(LodEventEnd(LOD_EVENT_PATCHES));
  PetscCall(LodProgressEnd(&progress));
  if (failure) PetscCall(RaiseFailure(self, failed_cell, failure));
  PetscFunctionReturn(0);
}

/* Adds q_T, given at the unknowns of the patch of `cell`, to fine[fine nodes]. */
static void AddCorrection(const LodPatchProblem *problem, PetscInt cell, const double *q,
                          double *fine) {
  const LodGrid *grid = problem->grid;
  const LodPatch patch = LodMaskedPatch(grid, problem->coefficient, cell);
  const LodBox   nodes = LodBoxNodes(grid->dim, grid->fine);
  for (PetscInt row = 0; row < LodBoxCount(&patch.unknowns); row += patch.unknowns.size[0]) {
    PetscInt node[LOD_MAX_DIM];
    LodBoxIndex(&patch.unknowns, row, node);
    double *target = fine + LodBoxPosition(&nodes, node);
    for (PetscInt i = 0; i < patch.unknowns.size[0]; i++)
      target[i] += q[row + i];
  }
}

/* Implements LodLocalOperators.correct: patches in any order, their sums in that of the cells. */
static PetscErrorCode Correct(LodLocalOperators *self, PetscInt first, PetscInt last,
                              const LodComputeOptions *options, const double *coarse,
                              double *fine) {
  const size_t   source_size = (size_t)LodSourceSize(&self->grid);
  PatchPath     *path = self->data;
  PetscInt       failed_cell = -1;
  LodPatchStatus failure = LOD_PATCH_OK;
  LodProgress    progress;
  PetscFunctionBeginUser;
  PetscCheck(path->problem.coefficient, PETSC_COMM_SELF, PETSC_ERR_ORDER, "no coefficient is set");
  PetscCall(EnsureWorkspaces(&self->grid, path));
  PetscCall(LodProgressBegin(&progress, "correctors", "cells", last - first, options->quiet));
  PetscCall(LodEventBegin(LOD_EVENT_PATCHES));
#pragma omp parallel for ordered schedule(dynamic, 1)
  for (PetscInt cell = first; cell < last; cell++) {
    const double  *q = NULL;
    const double  *own = options->source ? options->source + (size_t)cell * source_size : NULL;
    LodPatchStatus status = LOD_PATCH_OK;
    if (!LodComputeIsWanted(options, cell)) continue; /* its turn among the ordered ones passes */
    status = LodPatchCorrect(&path->problem, &path->workspaces[omp_get_thread_num()], cell, coarse,
                             own, &q);
#pragma omp ordered
    {
      if (status && !failure) failed_cell = cell, failure = status;
      if (!failure) AddCorrection(&path->problem, cell, q, fine);
      if (omp_get_thread_num() == 0) (void)LodProgressUpdate(&progress, cell - first + 1);
    }
  }
  PetscCall(LodEventEnd(LOD_EVENT_PATCHES));
  PetscCall(LodProgressEnd(&progress));
  if (failure) PetscCall(RaiseFailure(self, failed_cell, failure));
  PetscFunctionReturn(0);
}

/* Implements LodLocalOperators.perturb. */
static PetscErrorCode Perturb(LodLocalOperators *self) {
  LodDigitsPerturbTables(1, &((PatchPath *)self->data)->problem.tables);
  return 0;
}

/* Implements LodLocalOperators.destroy. */
static PetscErrorCode Destroy(LodLocalOperators *self) {
  PatchPath *path = self->data;
  PetscFunctionBeginUser;
  PetscCall(DestroyWorkspaces(path));
  for (PetscInt axis = 0; axis < self->grid.dim; axis++)
    PetscCall(PetscFree(path->problem.functional[axis]));
  PetscCall(PetscFree(self->data));
  PetscFunctionReturn(0);
}

PetscErrorCode LodExactPatchCreate(const LodGrid *grid, LodLocalOperators **operators) {
  static const LodLocalOperators kind = {.name = "lod",
                                         .set_coefficient = SetCoefficient,
                                         .compute = Compute,
                                         .correct = Correct,
                                         .perturb = Perturb,
                                         .destroy = Destroy};
  PetscFunctionBeginUser;
  *operators = NULL;
  PetscCall(LodGridValidate(grid, "mesh"));
  PetscCall(LodLocalOperatorsCreate(grid, &kind, sizeof(PatchPath), operators));
  PatchPath *path = (*operators)->data;
  path->problem.grid = &(*operators)->grid;
  LodCellTablesInit(grid, grid->fine, &path->problem.tables);
  PetscErrorCode error = LodProjectionFunctionals(grid, path->problem.functional);
  if (error) PetscCall(LodLocalOperatorsDestroy(operators));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Flops of a cell's patch, by whichever thread has met its shape; -1: none has. */
static double CellFlops(const PatchPath *path, PetscInt cell) {
  double flops = -1;
  for (PetscInt i = 0; i < path->n_workspaces && flops < 0; i++)
    flops = LodPatchFlops(&path->problem, &path->workspaces[i], cell);
  return flops;
}

PetscErrorCode LodExactPatchCost(const LodLocalOperators *operators, PetscInt first, PetscInt last,
                                 LodExactCost *cost) {
  const PatchPath *path = operators->data;
  LodExactWork    *work = &cost->work[LOD_EXACT_PATCHES];
  PetscFunctionBeginUser;
  PetscCheck(operators->compute == Compute, PETSC_COMM_SELF, PETSC_ERR_ARG_WRONG,
             "the operators must come from LodExactPatchCreate");
  *cost = (LodExactCost){.memory = sizeof *path};
  for (PetscInt i = 0; i < path->n_workspaces; i++)
    cost->memory += LodPatchMemory(&operators->grid, &path->workspaces[i]);
  for (PetscInt cell = first; cell < last; cell++) {
    double flops = CellFlops(path, cell);
    PetscCheck(flops >= 0, PETSC_COMM_SELF, PETSC_ERR_ORDER,
               "no patch of the shape of cell %" PetscInt_FMT "'s has been computed yet", cell);
    LodWorkAdd(work, 1, (LodExactWork){flops, flops, NAN});
  }
  PetscFunctionReturn(0);
}
