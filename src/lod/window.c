/* Merging of 2l+1 neighbouring blocks along one axis, with the ends closed. */
#include "lod/window_private.h"

#include <string.h>

#include "lod/patch.h"

LodWindowKind LodWindowKindOf(const LodGrid *grid, PetscInt axis, PetscInt centre) {
  const PetscInt last = grid->coarse[axis] - 1;
  LodWindowKind  kind;
  kind.n_low = PetscMin(grid->ell, centre);
  kind.n_high = PetscMin(grid->ell, last - centre);
  kind.at_low = centre - kind.n_low == 0;
  kind.at_high = centre + kind.n_high == last;
  return kind;
}

PetscBool LodWindowKindEqual(const LodWindowKind *a, const LodWindowKind *b) {
  return a->n_low == b->n_low && a->n_high == b->n_high && a->at_low == b->at_low &&
         a->at_high == b->at_high;
}

/* How many blocks a window of this kind has. */
static PetscInt KindBlocks(const LodWindowKind *kind) {
  return kind->n_low + 1 + kind->n_high;
}

/* Whether correctors vanish on the low or high end of the window. */
static PetscBool EndCloses(const LodGrid *grid, PetscInt axis, const LodWindowKind *kind, int end) {
  PetscBool at_face = end ? kind->at_high : kind->at_low;
  return at_face && grid->natural[axis][end] ? PETSC_FALSE : PETSC_TRUE;
}

PetscBool LodWindowCloses(const LodGrid *grid, PetscInt axis, const LodWindowKind *kind,
                          PetscInt index) {
  if (index == 0) return EndCloses(grid, axis, kind, 0);
  if (index == KindBlocks(kind)) return EndCloses(grid, axis, kind, 1);
  return PETSC_FALSE;
}

PetscBool LodWindowFloats(const LodGrid *grid, const LodWindowKind kinds[]) {
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    for (int end = 0; end < 2; end++)
      if (EndCloses(grid, axis, &kinds[axis], end)) return PETSC_FALSE;
  return PETSC_TRUE;
}

/* Which nodes a step of a window eliminates: those inside along all later axes that are not on an
   open interface of the blocks merged so far, nor in the low corner of a patch that floats. */
typedef struct {
  PetscInt  dim, axis;
  LodBox    block;               /* fine cells of a coarse cell */
  PetscInt  open_low, open_high; /* fine coordinates along the axis; -1: closed */
  PetscBool floats;              /* the patch; known on the last axis, before nobody asks */
} StepContext;

static PetscBool IsEliminated(const void *context, const LodVariable *node) {
  const StepContext *step = context;
  if (node->index[step->axis] == step->open_low || node->index[step->axis] == step->open_high)
    return PETSC_FALSE;
  if (step->floats && node->index[0] == 0 && node->index[1] == 0 && node->index[2] == 0)
    return PETSC_FALSE;
  for (PetscInt axis = step->axis + 1; axis < step->dim; axis++)
    if (node->index[axis] == 0 || node->index[axis] == step->block.size[axis]) return PETSC_FALSE;
  return PETSC_TRUE;
}

/* Image of a fine node of raw block `position`; PETSC_FALSE: dropped. */
static PetscBool NodeImage(const LodGrid *grid, const LodWindow *window, PetscInt position,
                           LodImage *image) {
  PetscInt             axis = window->axis, ratio = LodGridFineRatio(grid, axis);
  const LodWindowKind *kind = &window->kinds[axis];
  PetscInt            *index = &image->variable.index[axis];
  *index += position * ratio;
  if (*index == 0) return !EndCloses(grid, axis, kind, 0);
  if (*index == KindBlocks(kind) * ratio) return !EndCloses(grid, axis, kind, 1);
  return PETSC_TRUE;
}

/* Image of a functional: averaged over the cells of D along this axis, dropped at Dirichlet nodes.
 */
static PetscBool FunctionalImage(const LodGrid *grid, const LodWindow *window, PetscInt position,
                                 LodImage *image) {
  PetscInt             axis = window->axis;
  const LodWindowKind *kind = &window->kinds[axis];
  PetscInt            *index = &image->variable.index[axis];
  *index += position;
  PetscBool on_low = *index == 0 && kind->at_low;
  PetscBool on_high = *index == KindBlocks(kind) && kind->at_high;
  if (!on_low && !on_high) image->scale = 0.5;
  return !(on_low && !grid->natural[axis][0]) && !(on_high && !grid->natural[axis][1]);
}

/* Image of a test column; on the last axis only nodes of the patch boundary keep theirs. */
static PetscBool TestImage(const LodGrid *grid, const LodWindow *window, PetscInt position,
                           LodImage *image) {
  image->variable.index[window->axis] += position;
  if (window->axis < grid->dim - 1) return PETSC_TRUE;
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    if (LodWindowCloses(grid, axis, &window->kinds[axis], image->variable.index[axis]))
      return PETSC_TRUE;
  return PETSC_FALSE;
}

/* Appends the images of raw block `position`. */
static PetscInt RawImages(const LodGrid *grid, const LodWindow *window, const LodVariables *block,
                          PetscInt position, LodImage *images) {
  PetscInt  n = 0, corners = LodGridCorners(grid);
  PetscBool is_centre = position == window->kinds[window->axis].n_low;
  for (PetscInt i = 0; i < block->n; i++) {
    LodImage  image = {i, block->variables[i], 1};
    PetscBool kept = is_centre; /* load and source columns come from the centre */
    if (image.variable.kind == LOD_NODE) kept = NodeImage(grid, window, position, &image);
    if (image.variable.kind == LOD_FUNCTIONAL)
      kept = FunctionalImage(grid, window, position, &image);
    if (image.variable.kind == LOD_TEST)
      kept = (PetscBool)(window->columns == LOD_COLUMNS_OPERATOR &&
                         TestImage(grid, window, position, &image));
    if (kept) images[n++] = image;
  }
  if (window->axis > 0 || !is_centre || window->columns == LOD_COLUMNS_CORRECTION) return n;
  /* A cell's test columns are its load columns too. */
  for (PetscInt i = block->n - corners; i < block->n; i++) {
    images[n] = (LodImage){i, block->variables[i], 1};
    images[n++].variable.kind = LOD_LOAD;
  }
  return n;
}

/* Appends the images of an earlier step's result: the names stay. */
static PetscInt StepImages(const LodWindowStep *step, LodImage *images) {
  const LodVariables *kept = &step->plan->kept;
  for (PetscInt i = 0; i < kept->n; i++)
    images[i] = (LodImage){i, kept->variables[i], 1};
  return kept->n;
}

/* How many images operand `o` of a step has at most, 0 if there is no such operand. */
static PetscInt MostImages(const LodGrid *grid, const LodWindow *window, const LodVariables *block,
                           const LodWindowStep *step, int o) {
  if (step->raw[o] >= 0) return block->n + LodGridCorners(grid);
  return step->step[o] >= 0 ? window->steps[step->step[o]].plan->kept.n : 0;
}

/* Plans step `number`, which merges the raw blocks first..last (their operands are set already). */
static PetscErrorCode PlanStep(const LodGrid *grid, LodWindow *window, const LodVariables *block,
                               int number, PetscInt first, PetscInt last) {
  LodWindowStep *step = &window->steps[number];
  PetscInt       ratio = LodGridFineRatio(grid, window->axis), n_images[2], n_operands = 0;
  PetscInt       extent[LOD_MAX_DIM] = {1, 1, 1};
  LodImage      *images[2];
  StepContext    context = {grid->dim, window->axis, LodFineInside(grid), -1, -1, PETSC_FALSE};
  PetscFunctionBeginUser;
  if (window->axis == grid->dim - 1) context.floats = LodWindowFloats(grid, window->kinds);
  if (first > 0) context.open_low = first * ratio;
  if (last < window->n_blocks - 1) context.open_high = (last + 1) * ratio;
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    extent[axis] = (axis <= window->axis ? KindBlocks(&window->kinds[axis]) : 1) *
                   LodGridFineRatio(grid, axis);
  PetscCall(PetscMalloc2(MostImages(grid, window, block, step, 0), &images[0],
                         MostImages(grid, window, block, step, 1), &images[1]));
  for (int o = 0; o < 2 && (step->raw[o] >= 0 || step->step[o] >= 0); o++, n_operands++)
    n_images[o] = step->raw[o] >= 0 ? RawImages(grid, window, block, step->raw[o], images[o])
                                    : StepImages(&window->steps[step->step[o]], images[o]);
  PetscErrorCode error = LodMergePlanCreate(grid->dim, extent, n_operands, n_images, images,
                                            IsEliminated, &context, &step->plan);
  PetscCall(PetscFree2(images[0], images[1]));
  PetscCall(error);
  step->start = window->workspace;
  if (number < window->n_steps - 1) window->workspace += LodMergeSize(step->plan);
  PetscFunctionReturn(0);
}

/* Appends a step to the schedule and returns its number. An operand is a raw block (>= 0) or,
   written -1 - s, the result of step s. */
static int AddStep(LodWindow *window, int next, int left, int right) {
  LodWindowStep *step = &window->steps[next];
  step->raw[0] = left >= 0 ? left : -1;
  step->step[0] = left >= 0 ? -1 : -1 - left;
  step->raw[1] = right >= 0 ? right : -1;
  step->step[1] = right >= 0 ? -1 : -1 - right;
  return -1 - next;
}

/* Makes and plans all steps of a window whose steps are cleared. */
static PetscErrorCode PlanSteps(const LodGrid *grid, LodWindow *w, const LodVariables *block) {
  const int n_blocks = (int)w->n_blocks, middle = n_blocks / 2;
  int       next = 0, low = 0, high = n_blocks - 1;
  PetscFunctionBeginUser;
  if (n_blocks == 1) {
    w->steps[0] = (LodWindowStep){.raw = {0, -1}, .step = {-1, -1}};
    PetscCall(PlanStep(grid, w, block, 0, 0, 0));
  }
  for (int i = 1; i <= middle; i++, next++) {
    low = AddStep(w, next, low, i);
    PetscCall(PlanStep(grid, w, block, next, 0, i));
  }
  for (int i = n_blocks - 2; i > middle; i--, next++) {
    high = AddStep(w, next, high, i);
    PetscCall(PlanStep(grid, w, block, next, i, n_blocks - 1));
  }
  if (middle < n_blocks - 1) {
    AddStep(w, next, low, high);
    PetscCall(PlanStep(grid, w, block, next, 0, n_blocks - 1));
  }
  for (int s = 0; s < w->n_steps - 1; s++) /* names have served; runs do the work */
    PetscCall(PetscFree(w->steps[s].plan->kept.variables));
  PetscFunctionReturn(0);
}

PetscErrorCode LodWindowCreate(const LodGrid *grid, PetscInt axis, const LodWindowKind kinds[],
                               const LodVariables *block, LodColumns columns, LodWindow **window) {
  PetscFunctionBeginUser;
  PetscCall(PetscNew(window));
  LodWindow *w = *window;
  w->axis = axis;
  w->columns = columns;
  w->n_blocks = (int)KindBlocks(&kinds[axis]);
  w->n_steps = PetscMax(1, w->n_blocks - 1);
  for (PetscInt a = 0; a <= axis; a++)
    w->kinds[a] = kinds[a];
  PetscErrorCode error = PetscCalloc1(w->n_steps, &w->steps);
  if (!error) error = PlanSteps(grid, w, block);
  if (error) PetscCall(LodWindowDestroy(window));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodWindowDestroy(LodWindow **window) {
  PetscFunctionBeginUser;
  if (!*window) PetscFunctionReturn(0);
  for (int i = 0; (*window)->steps && i < (*window)->n_steps; i++)
    PetscCall(LodMergePlanDestroy(&(*window)->steps[i].plan));
  PetscCall(PetscFree((*window)->steps));
  PetscCall(PetscFree(*window));
  PetscFunctionReturn(0);
}

/* The plan of the last step. */
static const LodMergePlan *LastPlan(const LodWindow *window) {
  return window->steps[window->n_steps - 1].plan;
}

const LodVariables *LodWindowVariables(const LodWindow *window) {
  return &LastPlan(window)->kept;
}

size_t LodWindowSize(const LodWindow *window) {
  return LodMergeSize(LastPlan(window));
}

int LodWindowMerge(const LodWindow *window, const LodBlock blocks[], LodBlock steps[],
                   double *workspace, double *front, LodBlock *result) {
  for (int s = 0; s < window->n_steps; s++) {
    const LodWindowStep *step = &window->steps[s];
    LodBlock             operands[2] = {{NULL, 0, PETSC_FALSE}, {NULL, 0, PETSC_FALSE}};
    for (int o = 0; o < 2; o++) {
      if (step->raw[o] >= 0)
        operands[o] = blocks[step->raw[o]];
      else if (step->step[o] >= 0)
        operands[o] = steps[step->step[o]];
    }
    double *place = s == window->n_steps - 1 ? front : workspace + step->start;
    int     failed = LodMergeBlocks(step->plan, operands, place, &steps[s]);
    if (failed >= 0) return failed;
  }
  *result = steps[window->n_steps - 1];
  return -1;
}

size_t LodWindowValues(const LodWindow *window) {
  size_t count = 0;
  for (int s = 0; s < window->n_steps; s++)
    count += (size_t)window->steps[s].plan->n;
  return count;
}

void LodWindowSubstitute(const LodWindow *window, const double *workspace, const double *front,
                         const double *kept, double *values, double *blocks, size_t stride) {
  const LodMergePlan *plan = LastPlan(window);
  const int           last = window->n_steps - 1;
  const size_t        count = LodWindowValues(window);
  double             *own = values + count - plan->n; /* of step s, those of the steps in order */
  memset(values, 0, count * sizeof *values);
  memset(blocks, 0, (size_t)window->n_blocks * stride * sizeof *blocks);
  memcpy(own + plan->n_eliminated, kept, (size_t)plan->kept.n * sizeof *kept);
  for (int s = last; s >= 0; s--) {
    const LodWindowStep *step = &window->steps[s];
    LodMergeSubstitute(step->plan, s == last ? front : workspace + step->start, own);
    for (int o = 0; o < 2; o++) {
      if (step->raw[o] >= 0)
        LodMergeScatter(step->plan, o, own, blocks + (size_t)step->raw[o] * stride);
      if (step->step[o] < 0) continue;
      double *earlier = own; /* of the step whose result the operand is */
      for (int between = s - 1; between >= step->step[o]; between--)
        earlier -= window->steps[between].plan->n;
      LodMergeScatter(step->plan, o, own,
                      earlier + window->steps[step->step[o]].plan->n_eliminated);
    }
    if (s > 0) own -= window->steps[s - 1].plan->n;
  }
}
