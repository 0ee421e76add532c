/* Counting of work and memory from the plans of the shared elimination. */
#include "lod/exact_cost_private.h"

double LodFrontFlops(PetscInt n_eliminated, PetscInt n) {
  double flops = 0;
  for (PetscInt i = 0; i < n_eliminated; i++)
    flops += (double)(n - i) * (double)(n - i);
  return flops;
}

double LodTriangleBytes(PetscInt n) {
  return (double)(LodPackedSize(n) * sizeof(double));
}

void LodWorkAdd(LodExactWork *sum, double times, LodExactWork part) {
  sum->flops += times * part.flops;
  sum->flops_padded += times * part.flops_padded;
  sum->bytes += times * part.bytes;
}

LodExactWork LodFrontWork(const LodMergePlan *plan) {
  return (LodExactWork){
      .flops = LodFrontFlops(plan->n_eliminated_used, plan->n_eliminated_used + plan->kept.n),
      .flops_padded = LodFrontFlops(plan->n_eliminated, plan->n),
      .bytes = 2 * LodTriangleBytes(plan->n)};
}

/* Variables of a child that have a place in the front, twice if they have two. */
static PetscInt ImageCount(const LodMergePlan *plan, int child) {
  PetscInt count = 0;
  for (int r = 0; r < plan->n_runs[child]; r++)
    count += plan->runs[child][r].length;
  return count;
}

LodExactWork LodMergeWork(const LodMergePlan *plan) {
  LodExactWork work = LodFrontWork(plan);
  work.bytes += LodTriangleBytes(plan->n); /* cleared */
  for (int child = 0; child < 2; child++)  /* its entry read, the front's read and written */
    work.bytes += 3 * LodTriangleBytes(ImageCount(plan, child));
  return work;
}

LodExactWork LodWindowWork(const LodWindow *window) {
  LodExactWork work = {0, 0, 0};
  for (int s = 0; s < window->n_steps; s++)
    LodWorkAdd(&work, 1, LodMergeWork(window->steps[s].plan));
  return work;
}

size_t LodMergeMemory(const LodMergePlan *plan) {
  size_t bytes = sizeof *plan;
  if (plan->kept.variables) bytes += (size_t)plan->kept.n * sizeof *plan->kept.variables;
  for (int child = 0; child < 2; child++)
    bytes += (size_t)plan->n_runs[child] * sizeof(LodRun);
  return bytes;
}

size_t LodWindowMemory(const LodWindow *window) {
  size_t bytes = sizeof *window + (size_t)window->n_steps * sizeof *window->steps;
  for (int s = 0; s < window->n_steps; s++)
    bytes += LodMergeMemory(window->steps[s].plan);
  return bytes;
}
