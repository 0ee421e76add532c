/* The plans and the memory of the shared elimination. */
#include <omp.h>
#include <string.h>

#include "lod/exact_cost_private.h"
#include "lod/exact_shared_private.h"

/* Lists the different kinds of windows along an axis. */
static PetscErrorCode ListKinds(LodSharedPlan *plan, PetscInt axis) {
  const LodGrid *grid = plan->grid;
  const PetscInt coarse = grid->coarse[axis];
  PetscInt      *n_kinds = &plan->n_kinds[axis];
  PetscFunctionBeginUser;
  PetscCall(PetscMalloc2(coarse, &plan->kinds[axis], coarse, &plan->kind_of[axis]));
  for (PetscInt centre = 0; centre < coarse; centre++) {
    LodWindowKind kind = LodWindowKindOf(grid, axis, centre);
    PetscInt      number = 0;
    while (number < *n_kinds && !LodWindowKindEqual(&kind, &plan->kinds[axis][number]))
      number++;
    if (number == *n_kinds) plan->kinds[axis][(*n_kinds)++] = kind;
    plan->kind_of[axis][centre] = number;
  }
  PetscFunctionReturn(0);
}

/* Plans all windows along `axis`; combination number = sum over axes b <= axis of
   kind_b times the numbers of kinds along the axes below b. */
static PetscErrorCode CreateLevel(LodSharedPlan *plan, PetscInt axis) {
  const LodColumns columns =
      plan->use == LOD_SHARED_CORRECTIONS ? LOD_COLUMNS_CORRECTION : LOD_COLUMNS_OPERATOR;
  LodSharedLevel *level = &plan->levels[axis];
  LodSharedSizes *sizes = &plan->sizes;
  PetscInt        below = axis > 0 ? plan->levels[axis - 1].n : 1;
  PetscFunctionBeginUser;
  level->n = below * plan->n_kinds[axis];
  PetscCall(PetscCalloc1(level->n, &level->windows));
  for (PetscInt number = 0; number < level->n; number++) {
    LodWindowKind       kinds[LOD_MAX_DIM];
    const LodVariables *block = LodCellVariables(plan->cells);
    for (PetscInt a = 0, rest = number; a <= axis; rest /= plan->n_kinds[a++])
      kinds[a] = plan->kinds[a][rest % plan->n_kinds[a]];
    if (axis > 0) block = LodWindowVariables(plan->levels[axis - 1].windows[number % below]);
    PetscCall(LodWindowCreate(plan->grid, axis, kinds, block, columns, &level->windows[number]));
    const LodWindow *window = level->windows[number];
    const PetscInt   n = LodWindowVariables(window)->n;
    level->packed = PetscMax(level->packed, LodPackedSize(n));
    sizes->front = PetscMax(sizes->front, LodWindowSize(window));
    sizes->steps = PetscMax(sizes->steps, window->workspace);
    sizes->values = PetscMax(sizes->values, LodWindowValues(window));
    sizes->kept = PetscMax(sizes->kept, (size_t)n);
    plan->n_values[axis] = PetscMax(plan->n_values[axis], (size_t)block->n);
    sizes->blocks = PetscMax(sizes->blocks, (size_t)window->n_blocks * plan->n_values[axis]);
  }
  PetscFunctionReturn(0);
}

/* Plans the last stage of every kind of patch, and sums up the workspace of a thread. */
static PetscErrorCode CreateFinishes(LodSharedPlan *plan) {
  const LodSharedLevel *level = &plan->levels[plan->grid->dim - 1];
  LodSharedSizes       *sizes = &plan->sizes;
  size_t                cell = LodCellWorkspace(plan->cells);
  PetscFunctionBeginUser;
  PetscCall(PetscCalloc1(level->n, &plan->finishes));
  for (PetscInt i = 0; i < level->n; i++) {
    PetscCall(LodPatchFinishCreate(plan->grid, level->windows[i], &plan->finishes[i]));
    sizes->finish = PetscMax(sizes->finish, LodPatchFinishWorkspace(plan->finishes[i]));
  }
  if (plan->use == LOD_SHARED_CORRECTIONS) {
    plan->workspace =
        sizes->front + sizes->steps + sizes->finish + sizes->values + sizes->kept + sizes->blocks;
    cell =
        PetscMax(cell, LodCellSubstituteWorkspace(plan->cells) + (size_t)LodSourceSize(plan->grid));
  } else {
    plan->workspace = sizes->front + PetscMax(sizes->steps, sizes->finish);
  }
  plan->workspace = PetscMax(plan->workspace, cell);
  plan->workspace = (plan->workspace + 63) / 64 * 64; /* threads do not share cache lines */
  PetscFunctionReturn(0);
}

/* Makes all plans. */
static PetscErrorCode SetUp(LodSharedPlan *plan) {
  const LodGrid  *grid = plan->grid;
  const PetscBool has_source = (PetscBool)(plan->use != LOD_SHARED_OPERATORS);
  PetscFunctionBeginUser;
  for (PetscInt axis = 0; axis <= grid->dim; axis++)
    PetscCall(PetscMalloc1(LodGridCells(grid), &plan->needed[axis]));
  PetscCall(LodCellCondensationCreate(grid, has_source, &plan->cells));
  for (PetscInt axis = 0; axis < grid->dim; axis++) {
    PetscCall(ListKinds(plan, axis));
    PetscCall(CreateLevel(plan, axis));
  }
  PetscCall(CreateFinishes(plan));
  PetscFunctionReturn(0);
}

PetscErrorCode LodSharedPlanCreate(const LodGrid *grid, LodSharedUse use, LodSharedPlan **plan) {
  PetscFunctionBeginUser;
  PetscCall(PetscNew(plan));
  (*plan)->grid = grid;
  (*plan)->use = use;
  PetscErrorCode error = SetUp(*plan);
  if (error) PetscCall(LodSharedPlanDestroy(plan));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodSharedPlanRelease(LodSharedPlan *plan) {
  PetscFunctionBeginUser;
  for (PetscInt axis = 0; axis < plan->grid->dim; axis++) {
    PetscCall(PetscFree(plan->stored[axis]));
    PetscCall(PetscFree(plan->values[axis]));
  }
  PetscCall(PetscFree(plan->workspaces));
  PetscCall(PetscFree(plan->blocks));
  plan->n_threads = 0;
  PetscFunctionReturn(0);
}

PetscErrorCode LodSharedPlanDestroy(LodSharedPlan **plan) {
  LodSharedPlan *p = *plan;
  PetscFunctionBeginUser;
  if (!p) PetscFunctionReturn(0);
  PetscCall(LodSharedPlanRelease(p));
  for (PetscInt i = 0; p->finishes && i < p->levels[p->grid->dim - 1].n; i++)
    PetscCall(LodPatchFinishDestroy(&p->finishes[i]));
  PetscCall(PetscFree(p->finishes));
  for (PetscInt axis = 0; axis < p->grid->dim; axis++) {
    LodSharedLevel *level = &p->levels[axis];
    for (PetscInt i = 0; level->windows && i < level->n; i++)
      PetscCall(LodWindowDestroy(&level->windows[i]));
    PetscCall(PetscFree(level->windows));
    PetscCall(PetscFree2(p->kinds[axis], p->kind_of[axis]));
  }
  for (PetscInt axis = 0; axis <= p->grid->dim; axis++)
    PetscCall(PetscFree(p->needed[axis]));
  PetscCall(LodCellCondensationDestroy(&p->cells));
  PetscCall(PetscFree(*plan));
  PetscFunctionReturn(0);
}

/* Number of the combination of kinds at a centre, over the axes 0..axis. */
static PetscInt Combination(const LodSharedPlan *plan, PetscInt axis, const PetscInt centre[]) {
  PetscInt number = 0;
  for (PetscInt a = axis; a >= 0; a--)
    number = number * plan->n_kinds[a] + plan->kind_of[a][centre[a]];
  return number;
}

const LodWindow *LodSharedWindow(const LodSharedPlan *plan, PetscInt axis,
                                 const PetscInt centre[]) {
  return plan->levels[axis].windows[Combination(plan, axis, centre)];
}

const LodPatchFinish *LodSharedFinish(const LodSharedPlan *plan, const PetscInt centre[]) {
  return plan->finishes[Combination(plan, plan->grid->dim - 1, centre)];
}

PetscInt LodSharedLayerSize(const LodGrid *grid) {
  return LodCellCount(grid->dim - 1, grid->coarse);
}

/* Doubles of one stored block before windows along `axis` are made. */
static size_t BlockSize(const LodSharedPlan *plan, PetscInt axis) {
  return axis == 0 ? LodCellSize(plan->cells) : plan->levels[axis - 1].packed;
}

/* How many layers of blocks for windows along `axis` are kept: those of a window, 2l+1 or all N,
   for the last axis, else one. */
static PetscInt KeptLayers(const LodGrid *grid, PetscInt axis) {
  return axis == grid->dim - 1 ? LodWindowMostBlocks(grid, axis) : 1;
}

/* The place of the block at `index` among those that are kept. */
static size_t Place(const LodGrid *grid, PetscInt axis, const PetscInt index[]) {
  PetscInt position = index[grid->dim - 1] % KeptLayers(grid, axis);
  for (PetscInt a = grid->dim - 2; a >= 0; a--)
    position = position * grid->coarse[a] + index[a];
  return (size_t)position;
}

double *LodSharedStored(const LodSharedPlan *plan, PetscInt axis, const PetscInt index[]) {
  return plan->stored[axis] + Place(plan->grid, axis, index) * BlockSize(plan, axis);
}

double *LodSharedValues(const LodSharedPlan *plan, PetscInt axis, const PetscInt index[]) {
  return plan->values[axis] + Place(plan->grid, axis, index) * plan->n_values[axis];
}

void LodSharedClearValues(const LodSharedPlan *plan, PetscInt axis, PetscInt layer) {
  PetscInt first[LOD_MAX_DIM] = {0, 0, 0};
  first[plan->grid->dim - 1] = layer;
  memset(LodSharedValues(plan, axis, first), 0,
         (size_t)LodSharedLayerSize(plan->grid) * plan->n_values[axis] * sizeof(double));
}

/* Most blocks of a window along any axis. */
static PetscInt MostBlocks(const LodGrid *grid) {
  PetscInt most = 1;
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    most = PetscMax(most, LodWindowMostBlocks(grid, axis));
  return most;
}

LodSharedRoom LodSharedThreadRoom(const LodSharedPlan *plan) {
  const LodSharedSizes *sizes = &plan->sizes;
  LodSharedRoom         room;
  room.front = plan->workspaces + (size_t)omp_get_thread_num() * plan->workspace;
  room.steps = room.finish = room.front + sizes->front;
  if (plan->use == LOD_SHARED_CORRECTIONS) room.finish += sizes->steps;
  room.values = room.finish + sizes->finish;
  room.kept = room.values + sizes->values;
  room.blocks = room.kept + sizes->kept;
  return room;
}

int LodSharedMerge(const LodSharedPlan *plan, PetscInt axis, const PetscInt centre[],
                   const LodSharedRoom *room, LodBlock *result) {
  const LodGrid       *grid = plan->grid;
  const LodWindowKind *kind = &plan->kinds[axis][plan->kind_of[axis][centre[axis]]];
  const PetscInt       most = MostBlocks(grid), n_blocks = kind->n_low + 1 + kind->n_high;
  LodBlock            *blocks = plan->blocks + (size_t)omp_get_thread_num() * 2 * (size_t)most;
  PetscInt             index[LOD_MAX_DIM] = {centre[0], centre[1], centre[2]};
  for (PetscInt i = 0; i < n_blocks; i++) {
    index[axis] = centre[axis] - kind->n_low + i;
    const LodVariables *variables =
        axis == 0 ? LodCellVariables(plan->cells)
                  : LodWindowVariables(LodSharedWindow(plan, axis - 1, index));
    blocks[i] = (LodBlock){LodSharedStored(plan, axis, index), variables->n, PETSC_TRUE};
  }
  return LodWindowMerge(LodSharedWindow(plan, axis, centre), blocks, blocks + most, room->steps,
                        room->front, result);
}

void LodSharedMarkNeeded(const LodSharedPlan *plan, PetscInt first, PetscInt last,
                         const PetscBool *wanted) {
  const LodGrid *grid = plan->grid;
  LodBox         mesh = LodBoxCells(grid->dim, grid->coarse);
  PetscInt       n_cells = LodGridCells(grid), stride = LodCellCount(grid->dim, grid->coarse);
  for (PetscInt cell = 0; cell < n_cells; cell++)
    plan->needed[grid->dim][cell] =
        (PetscBool)(cell >= first && cell < last && (!wanted || wanted[cell]));
  for (PetscInt axis = grid->dim - 1; axis >= 0; axis--) {
    const PetscBool *windows = plan->needed[axis + 1];
    PetscBool       *blocks = plan->needed[axis];
    stride /= grid->coarse[axis]; /* between neighbours along the axis */
    memset(blocks, 0, (size_t)n_cells * sizeof *blocks);
    for (PetscInt centre = 0; centre < n_cells; centre++) {
      PetscInt index[LOD_MAX_DIM];
      if (!windows[centre]) continue;
      LodBoxIndex(&mesh, centre, index);
      const LodWindowKind *kind = &plan->kinds[axis][plan->kind_of[axis][index[axis]]];
      for (PetscInt i = -kind->n_low; i <= kind->n_high; i++)
        blocks[centre + i * stride] = PETSC_TRUE;
    }
  }
}

/* Doubles that are stored for windows along `axis`: blocks and, for corrections, values. */
static size_t StoredBlocks(const LodSharedPlan *plan, PetscInt axis) {
  return (size_t)(LodSharedLayerSize(plan->grid) * KeptLayers(plan->grid, axis));
}

size_t LodSharedPlanMemory(const LodSharedPlan *plan) {
  const LodGrid *grid = plan->grid;
  size_t         threads = (size_t)PetscMax(plan->n_threads, (PetscInt)omp_get_max_threads());
  size_t         bytes = sizeof *plan + LodCellMemory(plan->cells);
  bytes += threads * plan->workspace * sizeof(double);
  bytes += (size_t)(grid->dim + 1) * (size_t)LodGridCells(grid) * sizeof(PetscBool);
  for (PetscInt axis = 0; axis < grid->dim; axis++) {
    const LodSharedLevel *level = &plan->levels[axis];
    size_t                each = BlockSize(plan, axis);
    if (plan->use == LOD_SHARED_CORRECTIONS) each += plan->n_values[axis];
    bytes += StoredBlocks(plan, axis) * each * sizeof(double);
    for (PetscInt i = 0; i < level->n; i++) {
      bytes += LodWindowMemory(level->windows[i]);
      if (axis == grid->dim - 1) bytes += LodPatchFinishMemory(plan->finishes[i]);
    }
  }
  return bytes;
}

PetscErrorCode LodSharedPlanAllocate(LodSharedPlan *plan) {
  const PetscInt n_threads = omp_get_max_threads();
  PetscFunctionBeginUser;
  if (!plan->workspaces) PetscCall(LodExactCheckMemory((double)LodSharedPlanMemory(plan)));
  if (plan->n_threads < n_threads) {
    plan->n_threads = 0; /* until both are there */
    PetscCall(PetscFree(plan->workspaces));
    PetscCall(PetscFree(plan->blocks));
    PetscCall(PetscMalloc1((size_t)n_threads * plan->workspace, &plan->workspaces));
    PetscCall(PetscMalloc1(2 * (size_t)n_threads * (size_t)MostBlocks(plan->grid), &plan->blocks));
    plan->n_threads = n_threads;
  }
  for (PetscInt axis = 0; axis < plan->grid->dim; axis++) {
    const size_t blocks = StoredBlocks(plan, axis);
    if (!plan->stored[axis])
      PetscCall(PetscMalloc1(blocks * BlockSize(plan, axis), &plan->stored[axis]));
    if (!plan->values[axis] && plan->use == LOD_SHARED_CORRECTIONS)
      PetscCall(PetscMalloc1(blocks * plan->n_values[axis], &plan->values[axis]));
  }
  PetscFunctionReturn(0);
}
