/* Condensed blocks and their merging: the multifrontal step.

   A block is a symmetric matrix over named variables: fine nodes on the boundary of a box of cells,
   the functionals of I_h, test columns g_z = K phi_z, load columns b_j = K_T Lam_j, and where there
   are sources, the source column l_T.
   Merging adds two blocks into a front, entries of the same variable together,
   and eliminates the nodes that no other block will touch. Where each entry goes is worked out once
   (a plan) and used for every pair of blocks of the same shapes. */
#ifndef LODNET_LOD_MERGE_PRIVATE_H
#define LODNET_LOD_MERGE_PRIVATE_H

#include "base/cpu.h"
#include "grid/grid.h"

typedef enum { LOD_NODE, LOD_FUNCTIONAL, LOD_TEST, LOD_LOAD, LOD_SOURCE } LodVariableKind;

/* A variable of a block. `index` is relative to the block's low corner: fine nodes for LOD_NODE,
   coarse nodes for LOD_FUNCTIONAL and LOD_TEST, the corner of the centre cell for LOD_LOAD, 0 for
   LOD_SOURCE. */
typedef struct {
  LodVariableKind kind;
  PetscInt        index[LOD_MAX_DIM];
} LodVariable;

/* An ordered list of variables; owned by whoever made it. */
typedef struct {
  PetscInt     n;
  LodVariable *variables;
} LodVariables;

/* How a child's variable appears in the merged block: under which name, with which factor. A
   variable without an image is dropped (its value is 0); one with two images counts as both. */
typedef struct {
  PetscInt    source; /* number in the child */
  LodVariable variable;
  double      scale;
} LodImage;

/* A stretch of the child's variables that keeps its order: source.. -> target.., one scale. */
typedef struct {
  int    source, target, length;
  double scale;
} LodRun;

/* A merge worked out. Variables of the front: the eliminated ones, padding, the kept ones, padding.
 */
typedef struct {
  int          n_eliminated_used, n_eliminated; /* without and with padding */
  int          n;                               /* of the front, with padding */
  int          n_runs[2];
  LodRun      *runs[2]; /* for each child */
  LodVariables kept;    /* the variables of the result */
} LodMergePlan;

/* A block in memory, upper triangle by rows. Borrowed. In a front the rows are `stride` apart; a
   block that is stored for later is packed: row i has only its entries from the diagonal on. */
typedef struct {
  const double *values;
  ptrdiff_t     stride; /* packed: the number of variables */
  PetscBool     packed;
} LodBlock;

/* Row i of a block: entry (i, j), i <= j, is row[j]. */
static inline const double *LodBlockRow(const LodBlock *block, ptrdiff_t i) {
  return block->values + i * block->stride - (block->packed ? i * (i + 1) / 2 : 0);
}

/* Doubles of a packed block of n variables, and packing: copies a block of n variables to packed[].
 */
static inline size_t LodPackedSize(PetscInt n) {
  return (size_t)n * ((size_t)n + 1) / 2;
}
void LodBlockPack(const LodBlock *block, PetscInt n, double *packed);

/* What depends on the processor: adds a child's runs into front[n * n], upper triangles both. */
typedef struct {
  void (*add)(int n_runs, const LodRun *runs, const LodBlock *child, double *front, ptrdiff_t n);
} LodMergeKernel;
LOD_KERNEL(LodMergeKernel)

/* Plans the merge of the images of one or two children. extent[] is the size of the merged box in
   fine cells (it groups the nodes face by face, which keeps runs long); is_eliminated(context,
   node) says which nodes go. */
PetscErrorCode LodMergePlanCreate(PetscInt dim, const PetscInt extent[LOD_MAX_DIM],
                                  PetscInt n_children, const PetscInt n_images[],
                                  LodImage *const images[],
                                  PetscBool (*is_eliminated)(const void *, const LodVariable *),
                                  const void *context, LodMergePlan **plan);
PetscErrorCode LodMergePlanDestroy(LodMergePlan **plan);

/* Doubles of memory a front of the plan takes. */
static inline size_t LodMergeSize(const LodMergePlan *plan) {
  return (size_t)plan->n * (size_t)plan->n;
}

/* Adds the children (children[1] is ignored if the plan has one child) into front[n * n],
   eliminates, and gives the result, which lives in the front. Returns -1, or the pivot that failed.
 */
int LodMergeBlocks(const LodMergePlan *plan, const LodBlock children[2], double *front,
                   LodBlock *result);

/* Prepares a front for adding: zeros in the upper triangle, ones on the padded pivots. */
void LodMergeClear(const LodMergePlan *plan, double *front);

/* Back substitution. A solution gives every variable a number: to nodes the function's value, to
   functionals the multiplier, to a column -1 if it is the right-hand side and 0 if not. The rows of
   eliminated variables then vanish.

   LodMergeSubstitute: values[] is over the front of the plan, the kept variables' (from
   n_eliminated on) are given, those of the eliminated ones are computed from the front that
   LodMergeBlocks left. LodMergeScatter adds to child_values[] what the variables of a child get
   from those of the front. */
void LodMergeSubstitute(const LodMergePlan *plan, const double *front, double *values);
void LodMergeScatter(const LodMergePlan *plan, int child, const double *values,
                     double *child_values);

#endif
