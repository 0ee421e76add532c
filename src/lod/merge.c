/* Condensed blocks and their merging: the multifrontal step. */
#include "lod/merge_private.h"

#include <cblas.h>
#include <stdlib.h>
#include <string.h>

#include "lod/front_private.h"

/* A variable of the front while it is being planned, with its sorting key. */
typedef struct {
  LodVariable variable;
  PetscBool   eliminated;
  PetscInt    face; /* which sides of the merged box a node lies on, base 3 */
} Entry;

/* Order: eliminated first, then by kind, then face by face, then x fastest within a face. */
static int CompareEntries(const void *left, const void *right) {
  const Entry *a = left, *b = right;
  if (a->eliminated != b->eliminated) return a->eliminated ? -1 : 1;
  if (a->variable.kind != b->variable.kind) return a->variable.kind < b->variable.kind ? -1 : 1;
  if (a->face != b->face) return a->face < b->face ? -1 : 1;
  for (int axis = LOD_MAX_DIM - 1; axis >= 0; axis--)
    if (a->variable.index[axis] != b->variable.index[axis])
      return a->variable.index[axis] < b->variable.index[axis] ? -1 : 1;
  return 0;
}

/* The entry of a variable. */
static Entry MakeEntry(PetscInt dim, const PetscInt extent[], const LodVariable *variable,
                       PetscBool (*is_eliminated)(const void *, const LodVariable *),
                       const void *context) {
  Entry entry = {.variable = *variable};
  if (variable->kind != LOD_NODE) return entry;
  entry.eliminated = is_eliminated(context, variable);
  for (PetscInt axis = dim - 1; axis >= 0; axis--) {
    PetscInt side = variable->index[axis] == 0 ? 0 : variable->index[axis] == extent[axis] ? 2 : 1;
    entry.face = 3 * entry.face + side;
  }
  return entry;
}

/* Sorts the entries of all images and removes repetitions; *n becomes how many remain. */
static void SortUnique(Entry *entries, PetscInt *n) {
  PetscInt kept = 0;
  qsort(entries, (size_t)*n, sizeof *entries, CompareEntries);
  for (PetscInt i = 0; i < *n; i++)
    if (kept == 0 || CompareEntries(&entries[kept - 1], &entries[i])) entries[kept++] = entries[i];
  *n = kept;
}

/* Cuts one child's images, in their order, into runs. targets[] holds each image's place. */
static PetscErrorCode MakeRuns(PetscInt n_images, const LodImage *images, const int *targets,
                               int *n_runs, LodRun **runs) {
  PetscFunctionBeginUser;
  *n_runs = 0;
  PetscCall(PetscMalloc1(n_images, runs));
  for (PetscInt i = 0; i < n_images; i++) {
    LodRun *last = *n_runs > 0 ? &(*runs)[*n_runs - 1] : NULL;
    if (last && images[i].source == last->source + last->length &&
        targets[i] == last->target + last->length && images[i].scale == last->scale)
      last->length++;
    else
      (*runs)[(*n_runs)++] = (LodRun){images[i].source, targets[i], 1, images[i].scale};
  }
  PetscCall(PetscRealloc((size_t)*n_runs * sizeof **runs, runs));
  PetscFunctionReturn(0);
}

/* The variables whose images a plan merges: those of two blocks, or of one. */
typedef struct {
  PetscInt         dim, n_children;
  const PetscInt  *extent, *n_images;
  LodImage *const *images;
  PetscBool (*is_eliminated)(const void *, const LodVariable *);
  const void *context;
} Children;

/* The entry of image i of a child. */
static Entry EntryOf(const Children *all, PetscInt child, PetscInt i) {
  return MakeEntry(all->dim, all->extent, &all->images[child][i].variable, all->is_eliminated,
                   all->context);
}

/* Makes a cleared plan; entries[] and targets[] are room for all images. */
static PetscErrorCode Plan(const Children *all, Entry *entries, int *targets, LodMergePlan *p) {
  PetscInt n = 0;
  PetscFunctionBeginUser;
  for (PetscInt child = 0; child < all->n_children; child++)
    for (PetscInt i = 0; i < all->n_images[child]; i++)
      entries[n++] = EntryOf(all, child, i);
  SortUnique(entries, &n);
  while (p->n_eliminated_used < n && entries[p->n_eliminated_used].eliminated)
    p->n_eliminated_used++;
  p->n_eliminated = LodFrontPad(p->n_eliminated_used);
  p->kept.n = n - p->n_eliminated_used;
  p->n = p->n_eliminated + LodFrontPad(p->kept.n);
  PetscCall(PetscMalloc1(p->kept.n, &p->kept.variables));
  for (PetscInt i = 0; i < p->kept.n; i++)
    p->kept.variables[i] = entries[p->n_eliminated_used + i].variable;
  for (PetscInt child = 0; child < all->n_children; child++) {
    for (PetscInt i = 0; i < all->n_images[child]; i++) {
      Entry  key = EntryOf(all, child, i);
      Entry *found = bsearch(&key, entries, (size_t)n, sizeof *entries, CompareEntries);
      int    place = (int)(found - entries);
      if (place >= p->n_eliminated_used) place += p->n_eliminated - p->n_eliminated_used;
      targets[i] = place;
    }
    PetscCall(MakeRuns(all->n_images[child], all->images[child], targets, &p->n_runs[child],
                       &p->runs[child]));
  }
  PetscFunctionReturn(0);
}

PetscErrorCode LodMergePlanCreate(PetscInt dim, const PetscInt extent[LOD_MAX_DIM],
                                  PetscInt n_children, const PetscInt n_images[],
                                  LodImage *const images[],
                                  PetscBool (*is_eliminated)(const void *, const LodVariable *),
                                  const void *context, LodMergePlan **plan) {
  const Children all = {dim, n_children, extent, n_images, images, is_eliminated, context};
  const PetscInt n_all = n_images[0] + (n_children > 1 ? n_images[1] : 0);
  Entry         *entries = NULL;
  int           *targets = NULL;
  PetscFunctionBeginUser;
  PetscCall(PetscNew(plan));
  PetscErrorCode error = PetscMalloc2(n_all, &entries, n_all, &targets);
  if (!error) error = Plan(&all, entries, targets, *plan);
  PetscCall(PetscFree2(entries, targets));
  if (error) PetscCall(LodMergePlanDestroy(plan));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodMergePlanDestroy(LodMergePlan **plan) {
  PetscFunctionBeginUser;
  if (!*plan) PetscFunctionReturn(0);
  PetscCall(PetscFree((*plan)->runs[0]));
  PetscCall(PetscFree((*plan)->runs[1]));
  PetscCall(PetscFree((*plan)->kept.variables));
  PetscCall(PetscFree(*plan));
  PetscFunctionReturn(0);
}

void LodMergeClear(const LodMergePlan *plan, double *front) {
  const int n = plan->n, width = LodFrontWidth();
  for (int i = 0; i < n; i++) {
    int first = i / width * width; /* corners are read whole */
    memset(front + (size_t)i * (size_t)n + first, 0, (size_t)(n - first) * sizeof(double));
  }
  for (int i = plan->n_eliminated_used; i < plan->n_eliminated; i++)
    front[(size_t)i * (size_t)n + (size_t)i] = 1;
}

void LodBlockPack(const LodBlock *block, PetscInt n, double *packed) {
  for (PetscInt i = 0; i < n; i++) {
    const double *row = LodBlockRow(block, i);
    memcpy(packed, row + i, (size_t)(n - i) * sizeof(double));
    packed += n - i;
  }
}

int LodMergeBlocks(const LodMergePlan *plan, const LodBlock children[2], double *front,
                   LodBlock *result) {
  LodMergeClear(plan, front);
  for (int child = 0; child < 2; child++)
    if (plan->n_runs[child])
      LodMergeKernelHere()->add(plan->n_runs[child], plan->runs[child], &children[child], front,
                                plan->n);
  *result = (LodBlock){front + (ptrdiff_t)plan->n_eliminated * (plan->n + 1), plan->n, PETSC_FALSE};
  return LodFrontEliminate(front, plan->n, plan->n_eliminated, plan->n);
}

void LodMergeSubstitute(const LodMergePlan *plan, const double *front, double *values) {
  const int     gone = plan->n_eliminated, kept = plan->n - gone;
  const double *given = values + gone;
  if (gone == 0) return;
  cblas_dgemv(CblasRowMajor, CblasNoTrans, gone, kept, -1, front + gone, plan->n, given, 1, 0,
              values, 1);
  cblas_dtrsv(CblasRowMajor, CblasUpper, CblasNoTrans, CblasNonUnit, gone, front, plan->n, values,
              1);
}

void LodMergeScatter(const LodMergePlan *plan, int child, const double *values,
                     double *child_values) {
  for (int r = 0; r < plan->n_runs[child]; r++) {
    const LodRun *run = &plan->runs[child][r];
    for (int i = 0; i < run->length; i++)
      child_values[run->source + i] += run->scale * values[run->target + i];
  }
}
