/* What the shared elimination will cost, from formulas, before anything is planned.

   The plans know the exact numbers (exact_cost.c), but where patches are large planning alone takes
   memory and time. Here variables are counted: the boxes of cells that a step merges have, seen
   along the axes b < a of finished windows, m_b blocks; along axis a, i blocks; along later axes
   one cell, of r_b = F/N fine cells each. Natural faces count as others. Windows along an axis are
   sampled at a few centres, and long windows at some of their steps. */
#include <math.h>
#include <omp.h>

#include "base/memory.h"
#include "base/progress.h"
#include "lod/cell_condensation_private.h"
#include "lod/exact_cost_private.h"
#include "lod/front_private.h"

enum { MOST_CENTRES = 8, MOST_STEPS = 32 };

/* Bytes that a merge's plan takes, about. */
#define PLAN_BYTES 4096

/* The part of an estimate of memory that is needed for certain. */
#define CERTAIN 0.5

/* Flops per second of a thread where nothing depends on it, and flops that take a moment at most.
 */
#define ASSUMED_RATE 1e10
#define A_MOMENT 2e10

/* What filling fronts, small ones and waiting for other threads add to the time. */
#define OVERHEAD 1.5

/* A front of so many doubles does not stay in a cache; then bytes pass at this rate, a second and
   thread: the front is cleared, filled, eliminated and packed, 24 bytes an entry. */
#define CACHE_DOUBLES 131072
#define FRONT_BYTES 24
#define ASSUMED_BANDWIDTH 1e10

/* Doubles that the workspace and the result of windows take, largest of all seen. */
typedef struct {
  double steps, front, packed;
} WindowSize;

/* Sum over i < n_eliminated of (n - i)^2: LodFrontFlops without the loop. */
static double FrontFlops(double n_eliminated, double n) {
  const double k = n_eliminated;
  return k * n * n - n * k * (k - 1) + (k - 1) * k * (2 * k - 1) / 6;
}

/* n, as fronts pad it. */
static double Padded(double n) {
  return n + (double)(LodFrontWidth() - 1) / 2;
}

/* How many ends of a window are faces of D. */
static double Faces(const LodWindowKind *kind) {
  return (double)kind->at_low + (double)kind->at_high;
}

/* Blocks of a window. */
static double Blocks(const LodWindowKind *kind) {
  return (double)(kind->n_low + 1 + kind->n_high);
}

/* Nodes of one cell along the axes after `axis`: all (`ends` = 1), or those inside (-1). */
static double LaterNodes(const LodGrid *grid, PetscInt axis, double ends) {
  double nodes = 1;
  for (PetscInt later = axis + 1; later < grid->dim; later++)
    nodes *= (double)LodGridFineRatio(grid, later) + ends;
  return nodes;
}

/* Variables that are kept when i blocks along `axis` are merged, of whose ends `open` are open. */
static double Kept(const LodGrid *grid, PetscInt axis, const LodWindowKind kinds[], double i,
                   double open) {
  const double later = (double)(grid->dim - 1 - axis);
  const double all = LaterNodes(grid, axis, 1), inside = LaterNodes(grid, axis, -1);
  const double faces = open > 0 ? 0 : Faces(&kinds[axis]);
  double       nodes = (i * (double)LodGridFineRatio(grid, axis) - 1) * (all - inside) + open * all;
  double       functionals = (i + 1 - faces) * pow(2, later);
  double       tests = (i + 1) * pow(2, later), inner = i + 1 - (open > 0 ? 1 : 2);
  for (PetscInt b = 0; b < axis; b++) {
    const double m = Blocks(&kinds[b]);
    nodes *= m * (double)LodGridFineRatio(grid, b) - 1;
    functionals *= m + 1 - Faces(&kinds[b]);
    tests *= m + 1;
    inner *= m - 1;
  }
  if (later == 0) tests -= inner; /* rows of S_T that are multipliers need no test */
  return nodes + functionals + tests + (double)LodGridCorners(grid);
}

/* Fine nodes between two blocks that their merge eliminates. */
static double Eliminated(const LodGrid *grid, PetscInt axis, const LodWindowKind kinds[]) {
  double nodes = LaterNodes(grid, axis, -1);
  for (PetscInt b = 0; b < axis; b++)
    nodes *= Blocks(&kinds[b]) * (double)LodGridFineRatio(grid, b) - 1;
  return nodes;
}

/* Adds `times` merges that eliminate `gone` variables and keep `kept`; returns doubles of the
 * fronts.
 */
static double AddMerges(LodExactWork *work, double times, double gone, double kept) {
  const double front = Padded(gone + kept) * Padded(gone + kept);
  work->flops += times * FrontFlops(gone, gone + kept);
  if (front > CACHE_DOUBLES) work->bytes += times * FRONT_BYTES * front;
  return times * front;
}

/* Adds the work of `times` windows; their sizes go into *most. */
static void AddWindows(const LodGrid *grid, PetscInt axis, const LodWindowKind kinds[],
                       double times, LodExactWork *work, WindowSize *most) {
  const PetscInt n_blocks = (PetscInt)Blocks(&kinds[axis]), middle = n_blocks / 2;
  const PetscInt stride = 1 + middle / MOST_STEPS;
  const double   gone = n_blocks > 1 ? Eliminated(grid, axis, kinds) : 0;
  const double   kept = Kept(grid, axis, kinds, (double)n_blocks, 0);
  double         steps = 0;
  for (PetscInt i = 2; i <= middle + 1 && i < n_blocks; i += stride) {
    const PetscInt alike = stride * (1 + (i < n_blocks - middle)); /* from the low and high ends */
    const double   doubles =
        AddMerges(work, times * (double)alike, gone, Kept(grid, axis, kinds, (double)i, 1));
    steps += doubles / times;
  }
  const double front = AddMerges(work, times, gone, kept) / times;
  most->steps = fmax(most->steps, steps);
  most->front = fmax(most->front, front);
  most->packed = fmax(most->packed, kept * (kept + 1) / 2);
}

/* Flops of the last stage of a patch; doubles of its front go into *front. */
static double FinishFlops(const LodGrid *grid, const LodWindowKind kinds[], double *front) {
  const double n = Kept(grid, grid->dim - 1, kinds, Blocks(&kinds[grid->dim - 1]), 0);
  double       constraints = 1;
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    constraints *= Blocks(&kinds[axis]) + 1 - Faces(&kinds[axis]);
  *front = fmax(*front, Padded(n) * Padded(n));
  return FrontFlops(constraints, n) +
         (double)LodGridCorners(grid) * constraints * constraints; /* back substitution */
}

/* Flops of condensing one cell; the doubles of its block, of the workspace, and of what is kept of
   its leaves become *packed, *workspace and *leaves. */
static double CellFlops(const LodGrid *grid, double *packed, double *workspace, double *leaves) {
  const double corners = (double)LodGridCorners(grid);
  double       flops = 0, pieces = 1, side[LOD_MAX_DIM] = {1, 1, 1};
  *workspace = 0;
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    side[axis] = (double)LodGridFineRatio(grid, axis);
  for (PetscBool is_leaf = PETSC_FALSE; !is_leaf; pieces *= 2) {
    double   all = 1, inside = 1, cut = 1;
    PetscInt longest = 0;
    for (PetscInt axis = 0; axis < grid->dim; axis++) {
      if (side[axis] > side[longest]) longest = axis;
      all *= side[axis] + 1;
      inside *= side[axis] - 1;
    }
    is_leaf = (PetscBool)(side[longest] <= LOD_CELL_LEAF);
    for (PetscInt axis = 0; axis < grid->dim; axis++)
      if (axis != longest) cut *= side[axis] - 1;
    const double gone = is_leaf ? inside : cut, n = all - inside + corners + gone;
    flops += pieces * FrontFlops(gone, n);
    *workspace += 2 * Padded(n) * Padded(n);
    *leaves = pieces * Padded(n) * Padded(n);
    if (pieces == 1) {
      const double kept = n - gone;
      flops += 2 * corners * kept * kept; /* test columns */
      *packed = (kept + corners) * (kept + corners + 1) / 2;
    }
    side[longest] /= 2;
  }
  return flops;
}

/* The centres that stand for all N along an axis, equally many each; returns how many. */
static PetscInt SampleKinds(const LodGrid *grid, PetscInt axis, LodWindowKind kinds[MOST_CENTRES]) {
  const PetscInt coarse = grid->coarse[axis], n = PetscMin(coarse, MOST_CENTRES);
  for (PetscInt i = 0; i < n; i++)
    kinds[i] =
        LodWindowKindOf(grid, axis, (PetscInt)(((double)i + 0.5) * (double)coarse / (double)n));
  return n;
}

PetscErrorCode LodExactEstimate(const LodGrid *grid, LodExactCost *cost) {
  const double n_cells = (double)LodGridCells(grid);
  const double layer =
      n_cells / (double)grid->coarse[PetscMin(PetscMax(grid->dim, 1), LOD_MAX_DIM) - 1];
  double        combinations = 1, tables = sizeof(double) * pow(4, (double)grid->dim);
  double        packed = 0, workspace = 0, leaves = 0, finish = 0, steps = 0, front = 0;
  LodWindowKind samples[LOD_MAX_DIM][MOST_CENTRES], kinds[LOD_MAX_DIM];
  PetscInt      n_samples[LOD_MAX_DIM], n = 1; /* n: combinations of samples */
  PetscFunctionBeginUser;
  PetscCall(LodGridValidate(grid, "mesh"));
  *cost = (LodExactCost){.memory = 0};
  cost->work[LOD_EXACT_CELLS].flops = n_cells * CellFlops(grid, &packed, &workspace, &leaves);
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    tables *= (double)LodGridCoefficientRatio(grid, axis);
  double memory = sizeof(double) * leaves + tables;
  for (PetscInt axis = 0; axis < grid->dim; axis++) {
    const PetscBool last = (PetscBool)(axis == grid->dim - 1);
    const double    most_blocks = (double)LodWindowMostBlocks(grid, axis);
    LodExactWork   *work = &cost->work[last ? LOD_EXACT_PATCHES : LOD_EXACT_WINDOWS];
    WindowSize      most = {0, 0, 0};
    n *= n_samples[axis] = SampleKinds(grid, axis, samples[axis]);
    combinations *= most_blocks;
    memory += sizeof(double) * layer * (last ? most_blocks : 1) * packed;
    for (PetscInt number = 0; number < n; number++) {
      for (PetscInt a = 0, rest = number; a <= axis; rest /= n_samples[a++])
        kinds[a] = samples[a][rest % n_samples[a]];
      AddWindows(grid, axis, kinds, n_cells / (double)n, work, &most);
      if (last) work->flops += n_cells / (double)n * FinishFlops(grid, kinds, &finish);
    }
    memory += combinations * (most_blocks * PLAN_BYTES + 32 * sqrt(most.packed));
    steps = fmax(steps, most.steps);
    front = fmax(front, most.front);
    packed = most.packed;
  }
  workspace = fmax(workspace, fmax(steps, finish) + front);
  cost->memory =
      (size_t)fmin(1e18, memory + sizeof(double) * workspace * (double)omp_get_max_threads());
  PetscFunctionReturn(0);
}

PetscErrorCode LodExactCheckMemory(double bytes) {
  PetscFunctionBeginUser;
  PetscCall(LodMemoryCheck(
      bytes, "exact operators",
      "choose fewer layers (ell) or fine cells (fine), or fewer threads (OMP_NUM_THREADS)"));
  PetscFunctionReturn(0);
}

PetscErrorCode LodExactEstimateWithin(const LodGrid *grid, PetscMPIInt n_ranks,
                                      LodExactCost *cost) {
  PetscFunctionBeginUser;
  PetscCall(LodExactEstimate(grid, cost));
  PetscCall(LodExactCheckMemory(CERTAIN * (double)cost->memory * (double)n_ranks));
  PetscFunctionReturn(0);
}

/* Flops per second of one elimination of a front of a size that no cache next to the core holds;
 * the best of three. */
static PetscErrorCode MeasureRate(double *rate) {
  enum { SIZE = 960 };
  double *front, best = HUGE_VAL;
  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1((size_t)SIZE * SIZE, &front));
  for (int repeat = 0; repeat < 3; repeat++) {
    for (int i = 0; i < SIZE * SIZE; i++)
      front[i] = i % (SIZE + 1) == 0 ? SIZE : 1;
    const double start = LodSeconds();
    PetscCheck(LodFrontEliminate(front, SIZE, SIZE / 2, SIZE) < 0, PETSC_COMM_SELF, PETSC_ERR_PLIB,
               "a definite front has a bad pivot");
    best = fmin(best, LodSeconds() - start);
  }
  PetscCall(PetscFree(front));
  *rate = FrontFlops(SIZE / 2, SIZE) / best;
  PetscFunctionReturn(0);
}

PetscErrorCode LodExactSecondsOf(const LodExactCost *cost, double *seconds) {
  double flops = 0, bytes = 0, rate = ASSUMED_RATE;
  PetscFunctionBeginUser;
  for (int phase = 0; phase < LOD_EXACT_PHASES; phase++) {
    flops += cost->work[phase].flops;
    bytes += cost->work[phase].bytes;
  }
  if (flops > A_MOMENT) PetscCall(MeasureRate(&rate));
  *seconds = OVERHEAD * (flops / rate + bytes / ASSUMED_BANDWIDTH) / (double)omp_get_max_threads();
  PetscFunctionReturn(0);
}
