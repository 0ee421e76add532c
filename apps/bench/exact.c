/* Speed of the exact local operators. */
#include <omp.h>
#include <string.h>
#include <sys/resource.h>

#include "base/progress.h"
#include "bench/bench_private.h"

/* Cells first <= T < last, which stand for `weight` ranges that cost the same. */
typedef struct {
  PetscInt first, last, weight;
} Range;

/* A measurement under way. */
typedef struct {
  const LodBenchExactSettings *settings;
  LodLocalOperators           *operators;
  PetscInt                     n_ranges;
  Range                       *ranges;
  double                      *output, *loads;         /* of the largest range */
  double                      *source, *coarse, *fine; /* a load, u_H, and its reconstruction */
  double                      *seconds, *phase[LOD_EXACT_PHASES]; /* [repeat], per cell */
} Measurement;

static const char *const path_names[] = {"shared", "patch"};

const char *LodBenchPathName(LodBenchPath path) {
  return path_names[path];
}

PetscErrorCode LodBenchPathFromName(const char *name, const char *where, LodBenchPath *path) {
  PetscFunctionBeginUser;
  for (int i = 0; i < 2; i++)
    if (!strcmp(name, path_names[i])) {
      *path = (LodBenchPath)i;
      PetscFunctionReturn(0);
    }
  LodInputError("%s: unknown method; known: shared, patch", where);
}

/* The position along an axis that stands for `position`: the same distance from the boundary on the
   low side, or the middle if the boundary of D neither cuts nor touches patches there. */
static PetscInt Representative(const LodGrid *grid, PetscInt axis, PetscInt position) {
  const PetscInt last = grid->coarse[axis] - 1, distance = PetscMin(position, last - position);
  return distance <= grid->ell ? distance : last / 2;
}

/* Lists one line of cells along x of each kind, with how many there are. */
static PetscErrorCode ListLines(const LodGrid *grid, Measurement *m) {
  LodBox    lines = LodBoxCells(grid->dim, grid->coarse);
  PetscInt *weights, n_lines;
  PetscFunctionBeginUser;
  lines.size[0] = 1;
  n_lines = LodBoxCount(&lines);
  PetscCall(PetscCalloc1(n_lines, &weights));
  PetscCall(PetscMalloc1(n_lines, &m->ranges));
  for (PetscInt line = 0; line < n_lines; line++) {
    PetscInt index[LOD_MAX_DIM];
    LodBoxIndex(&lines, line, index);
    for (PetscInt axis = 1; axis < grid->dim; axis++)
      index[axis] = Representative(grid, axis, index[axis]);
    weights[LodBoxPosition(&lines, index)]++;
  }
  for (PetscInt line = 0; line < n_lines; line++)
    if (weights[line] > 0)
      m->ranges[m->n_ranges++] =
          (Range){line * grid->coarse[0], (line + 1) * grid->coarse[0], weights[line]};
  PetscCall(PetscFree(weights));
  PetscFunctionReturn(0);
}

/* Makes the path, the ranges and the arrays. */
static PetscErrorCode Begin(const LodBenchExactSettings *settings, Measurement *m) {
  const LodGrid *grid = &settings->grid;
  PetscInt       most = 0;
  PetscFunctionBeginUser;
  *m = (Measurement){.settings = settings};
  if (settings->path == LOD_BENCH_PATCH && !settings->whole) {
    PetscCall(ListLines(grid, m));
  } else {
    PetscCall(PetscMalloc1(1, &m->ranges));
    m->ranges[m->n_ranges++] = (Range){0, LodGridCells(grid), 1};
  }
  for (PetscInt i = 0; i < m->n_ranges; i++)
    most = PetscMax(most, m->ranges[i].last - m->ranges[i].first);
  PetscCall(PetscMalloc1((size_t)most * (size_t)LodGridOperatorSize(grid), &m->output));
  PetscCall(PetscMalloc1((size_t)most * (size_t)LodGridPatchNodes(grid), &m->loads));
  PetscCall(PetscMalloc1(settings->repeats, &m->seconds));
  for (int phase = 0; phase < LOD_EXACT_PHASES; phase++)
    PetscCall(PetscMalloc1(settings->repeats, &m->phase[phase]));
  if (settings->path == LOD_BENCH_SHARED)
    PetscCall(LodExactSharedCreate(grid, &m->operators));
  else
    PetscCall(LodExactPatchCreate(grid, &m->operators));
  PetscFunctionReturn(0);
}

/* Frees what Begin made. */
static PetscErrorCode End(Measurement *m) {
  PetscFunctionBeginUser;
  PetscCall(LodLocalOperatorsDestroy(&m->operators));
  for (int phase = 0; phase < LOD_EXACT_PHASES; phase++)
    PetscCall(PetscFree(m->phase[phase]));
  PetscCall(PetscFree(m->seconds));
  PetscCall(PetscFree(m->output));
  PetscCall(PetscFree(m->loads));
  PetscCall(PetscFree3(m->source, m->coarse, m->fine));
  PetscCall(PetscFree(m->ranges));
  PetscFunctionReturn(0);
}

/* Makes the load 1 at every fine node of every cell, and u_H with other values at all nodes. */
static PetscErrorCode BeginCorrections(Measurement *m) {
  const LodGrid *grid = &m->settings->grid;
  const size_t   n_source = (size_t)LodGridCells(grid) * (size_t)LodSourceSize(grid);
  const PetscInt n_coarse = LodNodeCount(grid->dim, grid->coarse);
  PetscFunctionBeginUser;
  PetscCall(PetscCalloc3(n_source, &m->source, n_coarse, &m->coarse,
                         LodNodeCount(grid->dim, grid->fine), &m->fine));
  for (size_t i = 0; i < n_source; i++)
    m->source[i] = 1;
  for (PetscInt i = 0; i < n_coarse; i++)
    m->coarse[i] = 1 / (double)(1 + i);
  PetscFunctionReturn(0);
}

/* Computes operators and local loads of all ranges, or corrects in all ranges, once; *seconds are
   per cell of the whole mesh. */
static PetscErrorCode CorrectOnce(Measurement *m, PetscBool corrects, double *seconds) {
  const double n_cells = (double)LodGridCells(&m->settings->grid);
  PetscFunctionBeginUser;
  *seconds = 0;
  for (PetscInt i = 0; i < m->n_ranges; i++) {
    const Range *range = &m->ranges[i];
    const double start = LodSeconds();
    if (corrects)
      PetscCall(LodLocalOperatorsCorrect(m->operators, range->first, range->last, m->coarse,
                                         m->source, PETSC_TRUE, m->fine));
    else
      PetscCall(LodLocalOperatorsCompute(
          m->operators, range->first, range->last,
          &(LodComputeOptions){.quiet = PETSC_TRUE, .source = m->source, .loads = m->loads},
          m->output));
    *seconds += (LodSeconds() - start) * (double)range->weight / n_cells;
  }
  PetscFunctionReturn(0);
}

/* Warms up, then repeats one of the two. */
static PetscErrorCode RepeatCorrections(Measurement *m, PetscBool corrects, LodSpread *seconds) {
  double warm_up;
  PetscFunctionBeginUser;
  PetscCall(CorrectOnce(m, corrects, &warm_up));
  for (PetscInt i = 0; i < m->settings->repeats; i++)
    PetscCall(CorrectOnce(m, corrects, &m->seconds[i]));
  *seconds = LodSpreadCompute(m->settings->repeats, m->seconds);
  PetscFunctionReturn(0);
}

/* Computes all ranges once; *seconds and phases[] are per cell of the whole mesh. */
static PetscErrorCode ComputeOnce(Measurement *m, double *seconds,
                                  double phases[LOD_EXACT_PHASES]) {
  double n_cells = (double)LodGridCells(&m->settings->grid);
  PetscFunctionBeginUser;
  *seconds = 0;
  PetscCall(PetscArrayzero(phases, LOD_EXACT_PHASES));
  for (PetscInt i = 0; i < m->n_ranges; i++) {
    const Range *range = &m->ranges[i];
    double       part[LOD_EXACT_PHASES] = {0}, start = LodSeconds(), elapsed;
    PetscCall(LodLocalOperatorsCompute(m->operators, range->first, range->last,
                                       &(LodComputeOptions){.quiet = PETSC_TRUE}, m->output));
    elapsed = LodSeconds() - start;
    if (m->settings->path == LOD_BENCH_SHARED)
      PetscCall(LodExactSharedSeconds(m->operators, part));
    else
      part[LOD_EXACT_PATCHES] = elapsed;
    *seconds += elapsed * (double)range->weight / n_cells;
    for (int phase = 0; phase < LOD_EXACT_PHASES; phase++)
      phases[phase] += part[phase] * (double)range->weight / n_cells;
  }
  PetscFunctionReturn(0);
}

/* Warms up, then repeats. */
static PetscErrorCode Repeat(Measurement *m, LodBenchExactResult *result) {
  double phases[LOD_EXACT_PHASES], warm_up;
  PetscFunctionBeginUser;
  PetscCall(ComputeOnce(m, &warm_up, phases));
  for (PetscInt i = 0; i < m->settings->repeats; i++) {
    PetscCall(ComputeOnce(m, &m->seconds[i], phases));
    for (int phase = 0; phase < LOD_EXACT_PHASES; phase++)
      m->phase[phase][i] = phases[phase];
  }
  result->seconds = LodSpreadCompute(m->settings->repeats, m->seconds);
  for (int phase = 0; phase < LOD_EXACT_PHASES; phase++)
    result->phase_seconds[phase] = LodSpreadCompute(m->settings->repeats, m->phase[phase]);
  PetscFunctionReturn(0);
}

/* Adds up what the cost model says of one repeat. */
static PetscErrorCode SumCost(const Measurement *m, LodBenchExactResult *result) {
  double n_cells = (double)LodGridCells(&m->settings->grid);
  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < m->n_ranges; i++) {
    const Range *range = &m->ranges[i];
    LodExactCost cost;
    if (m->settings->path == LOD_BENCH_SHARED)
      PetscCall(LodExactSharedCost(m->operators, range->first, range->last, &cost));
    else
      PetscCall(LodExactPatchCost(m->operators, range->first, range->last, &cost));
    result->cells_computed += range->last - range->first;
    result->peak_bytes = PetscMax(result->peak_bytes, cost.memory);
    for (int phase = 0; phase < LOD_EXACT_PHASES; phase++) {
      LodExactWork *sum = &result->work[phase], part = cost.work[phase];
      sum->flops += part.flops * (double)range->weight / n_cells;
      sum->flops_padded += part.flops_padded * (double)range->weight / n_cells;
      sum->bytes += part.bytes * (double)range->weight / n_cells;
    }
  }
  for (int phase = 0; phase < LOD_EXACT_PHASES; phase++) {
    result->flops += result->work[phase].flops;
    result->flops_padded += result->work[phase].flops_padded;
  }
  PetscFunctionReturn(0);
}

/* Most memory the process has had, in bytes. */
static size_t PeakResident(void) {
  struct rusage usage;
  if (getrusage(RUSAGE_SELF, &usage)) return 0;
  return (size_t)usage.ru_maxrss * 1024;
}

PetscErrorCode LodBenchExact(const LodBenchExactSettings *settings, LodBenchExactResult *result) {
  int            threads_before = omp_get_max_threads();
  Measurement    m;
  LodCoefficient coefficient;
  PetscFunctionBeginUser;
  *result = (LodBenchExactResult){0};
  PetscCall(LodGridValidate(&settings->grid, "mesh"));
  PetscCheck(settings->threads >= 1 && settings->repeats >= 1, PETSC_COMM_SELF,
             PETSC_ERR_ARG_OUTOFRANGE, "threads and repeats must be at least 1");
  omp_set_num_threads((int)settings->threads);
  PetscCall(LodBenchCoefficient(&settings->grid, &coefficient));
  size_t resident = PeakResident();
  PetscCall(Begin(settings, &m));
  PetscCall(LodLocalOperatorsSetCoefficient(m.operators, &coefficient));
  PetscCall(Repeat(&m, result));
  result->resident_bytes = PeakResident() - resident;
  PetscCall(SumCost(&m, result));
  PetscCall(BeginCorrections(&m));
  PetscCall(RepeatCorrections(&m, PETSC_FALSE, &result->loads_seconds));
  PetscCall(RepeatCorrections(&m, PETSC_TRUE, &result->correct_seconds));
  PetscCall(End(&m));
  PetscCall(LodCoefficientDestroy(&coefficient));
  /* After the path is measured: the products' memory must not count as its own. */
  PetscCall(LodGemmRate(settings->threads, &result->gemm_rate));
  result->gemm_share = result->flops / result->seconds.median / result->gemm_rate;
  result->gemm_share_padded = result->flops_padded / result->seconds.median / result->gemm_rate;
  omp_set_num_threads(threads_before);
  PetscFunctionReturn(0);
}
