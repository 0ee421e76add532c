/* Exact local operators by shared elimination, the default path.

   For every layer of cells along the last axis: each cell once (cell_condensation.c), then along
   each axis but the last the windows of 2l+1 neighbours, each once (window.c), kept for the 2l+1
   layers that patches still need; then, per patch, the window along the last axis, and from the
   dense block that is left, the local operator (patch_finish.c). Memory: 2l+1 layers of windows and
   one of cells. */
#include <omp.h>
#include <string.h>

#include "base/events.h"
#include "base/progress.h"
#include "lod/cell_condensation_private.h"
#include "lod/exact_cost_private.h"
#include "lod/patch_finish_private.h"

/* All windows along one axis, one for each combination of kinds along the axes so far. */
typedef struct {
  PetscInt    n;
  LodWindow **windows;
  size_t      front;  /* doubles of the largest front */
  size_t      packed; /* and of the largest packed result */
} Level;

/* State of the path. */
typedef struct {
  const LodCoefficient *coefficient; /* borrowed */
  LodCellCondensation  *cells;
  PetscInt              n_kinds[LOD_MAX_DIM];
  LodWindowKind        *kinds[LOD_MAX_DIM];   /* the different kinds along an axis */
  PetscInt             *kind_of[LOD_MAX_DIM]; /* [centre] -> number of its kind */
  Level                 levels[LOD_MAX_DIM];
  LodPatchFinish      **finishes;            /* for each window of the last level */
  double               *stored[LOD_MAX_DIM]; /* [0] condensed cells, [a] windows along axis a-1 */
  PetscBool            *needed[LOD_MAX_DIM + 1]; /* [0] cells, [a] windows along axis a-1, [cell] */
  double               *workspaces;              /* one a thread */
  size_t                workspace;               /* doubles a thread */
  LodBlock             *blocks; /* [thread][2][most blocks]: of a window and of its steps */
  PetscInt              n_threads;
  double                seconds[LOD_EXACT_PHASES]; /* in the latest call of Compute */
} SharedPath;

/* The first failure any thread met. */
typedef struct {
  PetscInt    position; /* of the cell or centre in the mesh; -1: none */
  const char *stage;
} Failure;

/* Lists the different kinds of windows along an axis. */
static PetscErrorCode ListKinds(const LodGrid *grid, SharedPath *path, PetscInt axis) {
  const PetscInt coarse = grid->coarse[axis];
  PetscInt      *n_kinds = &path->n_kinds[axis];
  PetscFunctionBeginUser;
  PetscCall(PetscMalloc2(coarse, &path->kinds[axis], coarse, &path->kind_of[axis]));
  for (PetscInt centre = 0; centre < coarse; centre++) {
    LodWindowKind kind = LodWindowKindOf(grid, axis, centre);
    PetscInt      number = 0;
    while (number < *n_kinds && !LodWindowKindEqual(&kind, &path->kinds[axis][number]))
      number++;
    if (number == *n_kinds) path->kinds[axis][(*n_kinds)++] = kind;
    path->kind_of[axis][centre] = number;
  }
  PetscFunctionReturn(0);
}

/* Plans all windows along `axis`; combination number = sum over axes b <= axis of
   kind_b times the numbers of kinds along the axes below b. */
static PetscErrorCode CreateLevel(const LodGrid *grid, SharedPath *path, PetscInt axis) {
  Level   *level = &path->levels[axis];
  PetscInt below = axis > 0 ? path->levels[axis - 1].n : 1;
  PetscFunctionBeginUser;
  level->n = below * path->n_kinds[axis];
  PetscCall(PetscCalloc1(level->n, &level->windows));
  for (PetscInt number = 0; number < level->n; number++) {
    LodWindowKind       kinds[LOD_MAX_DIM];
    const LodVariables *block = LodCellVariables(path->cells);
    for (PetscInt a = 0, rest = number; a <= axis; rest /= path->n_kinds[a++])
      kinds[a] = path->kinds[a][rest % path->n_kinds[a]];
    if (axis > 0) block = LodWindowVariables(path->levels[axis - 1].windows[number % below]);
    PetscCall(LodWindowCreate(grid, axis, kinds, block, &level->windows[number]));
    level->front = PetscMax(level->front, LodWindowSize(level->windows[number]));
    level->packed =
        PetscMax(level->packed, LodPackedSize(LodWindowVariables(level->windows[number])->n));
    path->workspace = PetscMax(path->workspace, level->windows[number]->workspace);
  }
  PetscFunctionReturn(0);
}

/* Number of the combination of kinds at a centre, over the axes 0..axis. */
static PetscInt Combination(const SharedPath *path, PetscInt axis, const PetscInt centre[]) {
  PetscInt number = 0;
  for (PetscInt a = axis; a >= 0; a--)
    number = number * path->n_kinds[a] + path->kind_of[a][centre[a]];
  return number;
}

/* Blocks in one layer along the last axis. */
static PetscInt LayerSize(const LodGrid *grid) {
  return LodCellCount(grid->dim - 1, grid->coarse);
}

/* Doubles of one stored block before windows along `axis` are made. */
static size_t BlockSize(const SharedPath *path, PetscInt axis) {
  return axis == 0 ? LodCellSize(path->cells) : path->levels[axis - 1].packed;
}

/* How many layers of blocks for windows along `axis` are kept: those of a window, 2l+1 or all N,
   for the last axis, else one. */
static PetscInt KeptLayers(const LodGrid *grid, PetscInt axis) {
  return axis == grid->dim - 1 ? LodWindowMostBlocks(grid, axis) : 1;
}

/* Where the block for windows along `axis` at `index` is stored. */
static double *StoredBlock(const LodGrid *grid, const SharedPath *path, PetscInt axis,
                           const PetscInt index[]) {
  PetscInt position = index[grid->dim - 1] % KeptLayers(grid, axis);
  for (PetscInt a = grid->dim - 2; a >= 0; a--)
    position = position * grid->coarse[a] + index[a];
  return path->stored[axis] + (size_t)position * BlockSize(path, axis);
}

/* The same, as a block. */
static LodBlock BlockAt(const LodGrid *grid, const SharedPath *path, PetscInt axis,
                        const PetscInt index[]) {
  const double *place = StoredBlock(grid, path, axis, index);
  if (axis == 0) return (LodBlock){place, LodCellVariables(path->cells)->n, PETSC_TRUE};
  const Level *level = &path->levels[axis - 1];
  return (LodBlock){
      place, LodWindowVariables(level->windows[Combination(path, axis - 1, index)])->n, PETSC_TRUE};
}

/* Most blocks of a window along any axis. */
static PetscInt MostBlocks(const LodGrid *grid) {
  PetscInt most = 1;
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    most = PetscMax(most, LodWindowMostBlocks(grid, axis));
  return most;
}

/* This thread's list of the blocks of a window; that of its steps follows. */
static LodBlock *ThreadBlocks(const LodGrid *grid, const SharedPath *path) {
  return path->blocks + (size_t)omp_get_thread_num() * 2 * (size_t)MostBlocks(grid);
}

/* Collects the blocks of the window along `axis` around `centre`. */
static void CollectBlocks(const LodGrid *grid, const SharedPath *path, PetscInt axis,
                          const PetscInt centre[], LodBlock blocks[]) {
  const LodWindowKind *kind = &path->kinds[axis][path->kind_of[axis][centre[axis]]];
  PetscInt             index[LOD_MAX_DIM] = {centre[0], centre[1], centre[2]};
  PetscInt             n_blocks = kind->n_low + 1 + kind->n_high;
  for (PetscInt i = 0; i < n_blocks; i++) {
    index[axis] = centre[axis] - kind->n_low + i;
    blocks[i] = BlockAt(grid, path, axis, index);
  }
}

/* Notes a failure; the smallest position wins, so that the message is the same for any threads. */
static void NoteFailure(Failure *failure, PetscInt position, const char *stage) {
#pragma omp critical(lod_shared_failure)
  if (failure->position < 0 || position < failure->position) *failure = (Failure){position, stage};
}

/* Notes what the wanted ones (wanted[cell], NULL: all) of the patches first <= T < last need: the
   patches themselves, then, from the last axis to the first, the blocks of every window that is
   needed. */
static void MarkNeeded(const LodLocalOperators *self, PetscInt first, PetscInt last,
                       const PetscBool *wanted) {
  const LodGrid    *grid = &self->grid;
  const SharedPath *path = self->data;
  LodBox            mesh = LodBoxCells(grid->dim, grid->coarse);
  PetscInt          n_cells = LodGridCells(grid), stride = LodCellCount(grid->dim, grid->coarse);
  for (PetscInt cell = 0; cell < n_cells; cell++)
    path->needed[grid->dim][cell] =
        (PetscBool)(cell >= first && cell < last && (!wanted || wanted[cell]));
  for (PetscInt axis = grid->dim - 1; axis >= 0; axis--) {
    const PetscBool *windows = path->needed[axis + 1];
    PetscBool       *blocks = path->needed[axis];
    stride /= grid->coarse[axis]; /* between neighbours along the axis */
    memset(blocks, 0, (size_t)n_cells * sizeof *blocks);
    for (PetscInt centre = 0; centre < n_cells; centre++) {
      PetscInt index[LOD_MAX_DIM];
      if (!windows[centre]) continue;
      LodBoxIndex(&mesh, centre, index);
      const LodWindowKind *kind = &path->kinds[axis][path->kind_of[axis][index[axis]]];
      for (PetscInt i = -kind->n_low; i <= kind->n_high; i++)
        blocks[centre + i * stride] = PETSC_TRUE;
    }
  }
}

/* Condenses the needed cells of a layer. */
static void CondenseLayer(const LodGrid *grid, SharedPath *path, PetscInt layer, Failure *failure) {
  LodBox   mesh = LodBoxCells(grid->dim, grid->coarse);
  PetscInt first = layer * LayerSize(grid), last = first + LayerSize(grid);
#pragma omp parallel for schedule(dynamic, 1)
  for (PetscInt cell = first; cell < last; cell++) {
    double  *work = path->workspaces + (size_t)omp_get_thread_num() * path->workspace;
    PetscInt index[LOD_MAX_DIM];
    if (!path->needed[0][cell]) continue;
    LodBoxIndex(&mesh, cell, index);
    int failed = LodCellCondensationCompute(path->cells, path->coefficient, index, work,
                                            StoredBlock(grid, path, 0, index));
    if (failed >= 0) NoteFailure(failure, cell, "condensing the cell");
  }
}

/* Makes the needed windows along `axis` (not the last) of a layer. */
static void MergeLayer(const LodGrid *grid, SharedPath *path, PetscInt axis, PetscInt layer,
                       Failure *failure) {
  LodBox   mesh = LodBoxCells(grid->dim, grid->coarse);
  PetscInt first = layer * LayerSize(grid), last = first + LayerSize(grid);
#pragma omp parallel for schedule(dynamic, 1)
  for (PetscInt position = first; position < last; position++) {
    double   *work = path->workspaces + (size_t)omp_get_thread_num() * path->workspace;
    LodBlock *blocks = ThreadBlocks(grid, path), *steps = blocks + MostBlocks(grid), result;
    PetscInt  centre[LOD_MAX_DIM];
    if (!path->needed[axis + 1][position]) continue;
    LodBoxIndex(&mesh, position, centre);
    const LodWindow *window = path->levels[axis].windows[Combination(path, axis, centre)];
    CollectBlocks(grid, path, axis, centre, blocks);
    double *front = work, *rest = work + path->levels[axis].front;
    if (LodWindowMerge(window, blocks, steps, rest, front, &result) >= 0) {
      NoteFailure(failure, position, "merging a line of cells");
      continue;
    }
    LodBlockPack(&result, LodWindowVariables(window)->n, StoredBlock(grid, path, axis + 1, centre));
  }
}

/* Counts a finished patch, *done of this layer, `before` in earlier ones. */
static void CountPatch(PetscInt before, PetscInt *done, LodProgress *progress) {
  PetscInt now;
#pragma omp atomic capture
  now = ++*done;
  if (omp_get_thread_num() == 0) (void)LodProgressUpdate(progress, before + now);
}

/* Computes the needed patches with centres first <= T < last, all in one layer. */
static void FinishPatches(const LodGrid *grid, SharedPath *path, PetscInt first, PetscInt last,
                          double *operators, Failure *failure, LodProgress *progress) {
  LodBox   mesh = LodBoxCells(grid->dim, grid->coarse);
  PetscInt axis = grid->dim - 1, size = LodGridOperatorSize(grid), done = 0;
  PetscInt before = (PetscInt)progress->done;
#pragma omp parallel for schedule(dynamic, 1)
  for (PetscInt cell = first; cell < last; cell++) {
    double   *work = path->workspaces + (size_t)omp_get_thread_num() * path->workspace;
    LodBlock *blocks = ThreadBlocks(grid, path), *steps = blocks + MostBlocks(grid);
    LodBlock  result;
    PetscInt  centre[LOD_MAX_DIM];
    double    stiffness[LOD_MAX_CORNERS * LOD_MAX_CORNERS];
    if (!path->needed[grid->dim][cell]) continue;
    LodBoxIndex(&mesh, cell, centre);
    PetscInt         number = Combination(path, axis, centre);
    const LodWindow *window = path->levels[axis].windows[number];
    CollectBlocks(grid, path, axis, centre, blocks);
    double *front = work, *rest = work + path->levels[axis].front;
    int     failed = LodWindowMerge(window, blocks, steps, rest, front, &result);
    if (failed >= 0) {
      NoteFailure(failure, cell, "eliminating the patch");
      continue;
    }
    LodCellCornerStiffness(path->cells, path->coefficient, centre, stiffness);
    failed = LodPatchFinishCompute(path->finishes[number], &result, stiffness, rest,
                                   operators + (size_t)(cell - first) * (size_t)size);
    if (failed >= 0) NoteFailure(failure, cell, "solving for the multipliers");
    CountPatch(before, &done, progress);
  }
}

/* Raises the error of a failure, if there was one. */
static PetscErrorCode CheckFailure(const LodLocalOperators *self, const Failure *failure) {
  const SharedPath *path = self->data;
  LodBox            mesh = LodBoxCells(self->grid.dim, self->grid.coarse);
  PetscInt          index[LOD_MAX_DIM];
  double            smallest, largest;
  PetscFunctionBeginUser;
  if (failure->position < 0) PetscFunctionReturn(0);
  LodBoxIndex(&mesh, failure->position, index);
  PetscCall(LodCoefficientRange(path->coefficient, &smallest, &largest));
  SETERRQ(PETSC_COMM_SELF, PETSC_ERR_MAT_CH_ZRPVT,
          "coarse cell (x %" PetscInt_FMT ", y %" PetscInt_FMT ", z %" PetscInt_FMT
          "): a pivot is not positive when %s: the contrast of the coefficient (%.3g) is too large "
          "for double precision, or the fine mesh too coarse for the constraints",
          index[0], index[1], index[2], failure->stage, largest / smallest);
}

/* Implements LodLocalOperators.set_coefficient. */
static PetscErrorCode SetCoefficient(LodLocalOperators *self, const LodCoefficient *coefficient) {
  SharedPath *path = self->data;
  PetscFunctionBeginUser;
  path->coefficient = coefficient;
  PetscFunctionReturn(0);
}

/* Bytes that the path holds when all its memory is allocated. */
static size_t PathMemory(const LodGrid *grid, const SharedPath *path) {
  size_t threads = (size_t)PetscMax(path->n_threads, (PetscInt)omp_get_max_threads());
  size_t bytes = sizeof *path + LodCellMemory(path->cells);
  bytes += threads * path->workspace * sizeof(double);
  bytes += (size_t)(grid->dim + 1) * (size_t)LodGridCells(grid) * sizeof(PetscBool);
  for (PetscInt axis = 0; axis < grid->dim; axis++) {
    const Level *level = &path->levels[axis];
    size_t       blocks = (size_t)(LayerSize(grid) * KeptLayers(grid, axis));
    bytes += blocks * BlockSize(path, axis) * sizeof(double);
    for (PetscInt i = 0; i < level->n; i++) {
      bytes += LodWindowMemory(level->windows[i]);
      if (axis == grid->dim - 1) bytes += LodPatchFinishMemory(path->finishes[i]);
    }
  }
  return bytes;
}

/* Allocates the workspaces, one a thread, unless they are there; and the stored blocks. Whether
   there is memory for them is asked before, not found out in the middle of the work. */
static PetscErrorCode EnsureMemory(const LodGrid *grid, SharedPath *path) {
  PetscInt n_threads = omp_get_max_threads();
  PetscFunctionBeginUser;
  if (!path->workspaces) PetscCall(LodExactCheckMemory((double)PathMemory(grid, path)));
  if (path->n_threads < n_threads) {
    path->n_threads = 0; /* until both are there */
    PetscCall(PetscFree(path->workspaces));
    PetscCall(PetscFree(path->blocks));
    PetscCall(PetscMalloc1((size_t)n_threads * path->workspace, &path->workspaces));
    PetscCall(PetscMalloc1(2 * (size_t)n_threads * (size_t)MostBlocks(grid), &path->blocks));
    path->n_threads = n_threads;
  }
  for (PetscInt axis = 0; axis < grid->dim; axis++) {
    if (path->stored[axis]) continue;
    size_t blocks = (size_t)(LayerSize(grid) * KeptLayers(grid, axis));
    PetscCall(PetscMalloc1(blocks * BlockSize(path, axis), &path->stored[axis]));
  }
  PetscFunctionReturn(0);
}

/* Implements LodLocalOperators.compute: layers pass by, patches are finished as soon as the last of
   their layers is there. */
static PetscErrorCode Compute(LodLocalOperators *self, PetscInt first, PetscInt last,
                              const LodComputeOptions *options, double *operators) {
  const LodGrid *grid = &self->grid;
  SharedPath    *path = self->data;
  PetscInt       per_layer = LayerSize(grid), size = LodGridOperatorSize(grid);
  PetscInt       first_layer = first / per_layer, last_layer = (last - 1) / per_layer;
  PetscInt       next_layer = PetscMax(first_layer - grid->ell, 0);
  Failure        failure = {-1, NULL};
  LodProgress    progress;
  PetscFunctionBeginUser;
  PetscCheck(path->coefficient, PETSC_COMM_SELF, PETSC_ERR_ORDER, "no coefficient is set");
  PetscCall(EnsureMemory(grid, path));
  MarkNeeded(self, first, last, options->wanted);
  PetscCall(PetscArrayzero(path->seconds, LOD_EXACT_PHASES));
  PetscCall(LodProgressBegin(&progress, "exact operators", "cells", last - first, options->quiet));
  for (PetscInt layer = first_layer; layer <= last_layer; layer++) {
    for (; next_layer <= PetscMin(layer + grid->ell, grid->coarse[grid->dim - 1] - 1);
         next_layer++) {
      double start = LodSeconds();
      PetscCall(LodEventBegin(LOD_EVENT_CELLS));
      CondenseLayer(grid, path, next_layer, &failure);
      PetscCall(LodEventEnd(LOD_EVENT_CELLS));
      double condensed = LodSeconds();
      PetscCall(LodEventBegin(LOD_EVENT_WINDOWS));
      for (PetscInt axis = 0; axis < grid->dim - 1; axis++)
        if (failure.position < 0) MergeLayer(grid, path, axis, next_layer, &failure);
      PetscCall(LodEventEnd(LOD_EVENT_WINDOWS));
      path->seconds[LOD_EXACT_CELLS] += condensed - start;
      path->seconds[LOD_EXACT_WINDOWS] += LodSeconds() - condensed;
    }
    PetscCall(CheckFailure(self, &failure));
    PetscInt low = PetscMax(first, layer * per_layer);
    PetscInt high = PetscMin(last, (layer + 1) * per_layer);
    double   start = LodSeconds();
    PetscCall(LodEventBegin(LOD_EVENT_PATCHES));
    FinishPatches(grid, path, low, high, operators + (size_t)(low - first) * (size_t)size, &failure,
                  &progress);
    PetscCall(LodEventEnd(LOD_EVENT_PATCHES));
    path->seconds[LOD_EXACT_PATCHES] += LodSeconds() - start;
    PetscCall(CheckFailure(self, &failure));
    PetscCall(LodProgressUpdate(&progress, high - first));
  }
  PetscCall(LodProgressEnd(&progress));
  PetscFunctionReturn(0);
}

/* Implements LodLocalOperators.perturb. */
static PetscErrorCode Perturb(LodLocalOperators *self) {
  LodCellPerturb(((SharedPath *)self->data)->cells);
  return 0;
}

/* Implements LodLocalOperators.destroy. */
static PetscErrorCode Destroy(LodLocalOperators *self) {
  SharedPath *path = self->data;
  PetscInt    n_patches = path->levels[self->grid.dim - 1].n;
  PetscFunctionBeginUser;
  for (PetscInt i = 0; path->finishes && i < n_patches; i++)
    PetscCall(LodPatchFinishDestroy(&path->finishes[i]));
  PetscCall(PetscFree(path->finishes));
  for (PetscInt axis = 0; axis < self->grid.dim; axis++) {
    Level *level = &path->levels[axis];
    for (PetscInt i = 0; level->windows && i < level->n; i++)
      PetscCall(LodWindowDestroy(&level->windows[i]));
    PetscCall(PetscFree(level->windows));
    PetscCall(PetscFree2(path->kinds[axis], path->kind_of[axis]));
    PetscCall(PetscFree(path->stored[axis]));
  }
  for (PetscInt axis = 0; axis <= self->grid.dim; axis++)
    PetscCall(PetscFree(path->needed[axis]));
  PetscCall(LodCellCondensationDestroy(&path->cells));
  PetscCall(PetscFree(path->workspaces));
  PetscCall(PetscFree(path->blocks));
  PetscCall(PetscFree(self->data));
  PetscFunctionReturn(0);
}

/* Plans the last stage of every kind of patch, and sums up the workspace of a thread. */
static PetscErrorCode CreateFinishes(const LodGrid *grid, SharedPath *path) {
  const Level *level = &path->levels[grid->dim - 1];
  size_t       finish = 0, front = 0;
  PetscFunctionBeginUser;
  PetscCall(PetscCalloc1(level->n, &path->finishes));
  for (PetscInt i = 0; i < level->n; i++) {
    PetscCall(LodPatchFinishCreate(grid, level->windows[i], &path->finishes[i]));
    finish = PetscMax(finish, LodPatchFinishWorkspace(path->finishes[i]));
  }
  path->workspace = PetscMax(path->workspace, finish);
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    front = PetscMax(front, path->levels[axis].front);
  path->workspace += front;
  path->workspace = PetscMax(path->workspace, LodCellWorkspace(path->cells));
  path->workspace = (path->workspace + 63) / 64 * 64; /* threads do not share cache lines */
  PetscFunctionReturn(0);
}

/* Makes all plans. */
static PetscErrorCode SetUp(const LodGrid *grid, SharedPath *path) {
  PetscFunctionBeginUser;
  for (PetscInt axis = 0; axis <= grid->dim; axis++)
    PetscCall(PetscMalloc1(LodGridCells(grid), &path->needed[axis]));
  PetscCall(LodCellCondensationCreate(grid, &path->cells));
  for (PetscInt axis = 0; axis < grid->dim; axis++) {
    PetscCall(ListKinds(grid, path, axis));
    PetscCall(CreateLevel(grid, path, axis));
  }
  PetscCall(CreateFinishes(grid, path));
  PetscFunctionReturn(0);
}

PetscErrorCode LodExactSharedCreate(const LodGrid *grid, LodLocalOperators **operators) {
  static const LodLocalOperators kind = {.name = "lod",
                                         .set_coefficient = SetCoefficient,
                                         .compute = Compute,
                                         .perturb = Perturb,
                                         .destroy = Destroy};
  LodExactCost                   estimate;
  PetscFunctionBeginUser;
  *operators = NULL;
  PetscCall(LodExactEstimateWithin(grid, 1, &estimate));
  PetscCall(LodLocalOperatorsCreate(grid, &kind, sizeof(SharedPath), operators));
  PetscErrorCode error = SetUp(grid, (*operators)->data);
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
  const SharedPath *path = operators->data;
  const LodGrid    *grid = &operators->grid;
  LodBox            mesh = LodBoxCells(grid->dim, grid->coarse);
  PetscInt          axis = grid->dim - 1, index[LOD_MAX_DIM];
  PetscFunctionBeginUser;
  PetscCall(CheckIsShared(operators));
  *cost = (LodExactCost){.memory = PathMemory(grid, path)};
  MarkNeeded(operators, first, last, NULL);
  for (PetscInt cell = 0; cell < LodGridCells(grid); cell++) {
    LodBoxIndex(&mesh, cell, index);
    if (path->needed[0][cell])
      LodWorkAdd(&cost->work[LOD_EXACT_CELLS], 1, LodCellWork(path->cells));
    for (PetscInt a = 0; a < axis; a++) {
      const LodWindow *window = path->levels[a].windows[Combination(path, a, index)];
      if (!path->needed[a + 1][cell]) continue;
      LodWorkAdd(&cost->work[LOD_EXACT_WINDOWS], 1, LodWindowWork(window));
      cost->work[LOD_EXACT_WINDOWS].bytes += 2 * LodTriangleBytes(LodWindowVariables(window)->n);
    }
    if (!path->needed[grid->dim][cell]) continue;
    PetscInt number = Combination(path, axis, index);
    LodWorkAdd(&cost->work[LOD_EXACT_PATCHES], 1,
               LodWindowWork(path->levels[axis].windows[number]));
    LodWorkAdd(&cost->work[LOD_EXACT_PATCHES], 1, LodPatchFinishWork(path->finishes[number]));
  }
  PetscFunctionReturn(0);
}
