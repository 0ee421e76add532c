/* Adding a block to a front; compiled once per level (base/cpu.h). */
#include "lod/merge_private.h"

/* Adds the entries between two different runs of a child. The child stores each entry once, with
   its lower-numbered variable first; so does the front. */
static void AddRunPair(const LodRun *a, const LodRun *b, const LodBlock *child, double *front,
                       ptrdiff_t n) {
  double scale = a->scale * b->scale;
  if (a->source > b->source) {
    const LodRun *swap = a;
    a = b, b = swap;
  }
  if (a->source + a->length <= b->source && a->target < b->target) {
    for (int i = 0; i < a->length; i++) {
      const double *restrict from = LodBlockRow(child, a->source + i) + b->source;
      double *restrict to = front + (a->target + i) * n + b->target;
      for (int j = 0; j < b->length; j++)
        to[j] += scale * from[j];
    }
    return;
  }
  if (a->source + a->length <= b->source) { /* the order turns round: transpose */
    for (int i = 0; i < a->length; i++) {
      const double *from = LodBlockRow(child, a->source + i) + b->source;
      double       *to = front + b->target * n + a->target + i;
      for (int j = 0; j < b->length; j++)
        to[j * n] += scale * from[j];
    }
    return;
  }
  for (int i = 0; i < a->length; i++) /* two images of the same variables */
    for (int j = 0; j < b->length; j++) {
      ptrdiff_t from_low = a->source + i, from_high = b->source + j;
      ptrdiff_t to_low = a->target + i, to_high = b->target + j;
      if (from_low > from_high) from_low = b->source + j, from_high = a->source + i;
      if (to_low > to_high) to_low = b->target + j, to_high = a->target + i;
      front[to_low * n + to_high] += scale * LodBlockRow(child, from_low)[from_high];
    }
}

/* Implements LodMergeKernel.add. */
static void Add(int n_runs, const LodRun *runs, const LodBlock *child, double *front, ptrdiff_t n) {
  for (int a = 0; a < n_runs; a++) {
    const LodRun *run = &runs[a];
    double        square = run->scale * run->scale;
    for (int i = 0; i < run->length; i++) {
      const double *from = LodBlockRow(child, run->source + i) + run->source;
      double       *to = front + (run->target + i) * n + run->target;
      for (int j = i; j < run->length; j++)
        to[j] += square * from[j];
    }
    for (int b = a + 1; b < n_runs; b++)
      AddRunPair(run, &runs[b], child, front, n);
  }
}

const LodMergeKernel LOD_AT_LEVEL(LodMergeKernel) = {.add = Add};
