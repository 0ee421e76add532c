/* Merging of 2l+1 neighbouring blocks along one axis, with the ends closed: a window.

   The windows along axis 0 of the cells of one line, those along axis 1 of the results, and so on:
   after the last axis the window is a patch with all its fine nodes eliminated. A window along axis
   a is shared by all patches whose centre has the same indices along the axes 0..a. The blocks are
   merged from both ends towards the middle. */
#ifndef LODNET_LOD_WINDOW_PRIVATE_H
#define LODNET_LOD_WINDOW_PRIVATE_H

#include "lod/merge_private.h"

/* What a window looks like: how many blocks stand on each side of its centre, and which of its ends
   are faces of D. Two windows of one kind have the same plans. */
typedef struct {
  PetscInt  n_low, n_high;
  PetscBool at_low, at_high;
} LodWindowKind;

/* Most blocks in a window along an axis: 2l+1, or all N if these are fewer. */
static inline PetscInt LodWindowMostBlocks(const LodGrid *grid, PetscInt axis) {
  const PetscInt coarse = grid->coarse[axis];
  return grid->ell < coarse / 2 ? 2 * grid->ell + 1 : coarse;
}

/* The kind of the window along an axis around block `centre` of N, and whether two kinds are the
 * same. */
LodWindowKind LodWindowKindOf(const LodGrid *grid, PetscInt axis, PetscInt centre);
PetscBool     LodWindowKindEqual(const LodWindowKind *a, const LodWindowKind *b);

/* One merge of a window: each operand is a raw block (its position in the window) or the result of
   an earlier step. One operand only if the window is a single block. */
typedef struct {
  LodMergePlan *plan;
  int           raw[2];  /* position of a raw block, or -1 */
  int           step[2]; /* else the earlier step */
  size_t        start;   /* of its front in the workspace */
} LodWindowStep;

/* Which columns windows carry: for local operators tests and loads, and the sources of cells that
   have one; for corrections the sources alone. */
typedef enum { LOD_COLUMNS_OPERATOR, LOD_COLUMNS_CORRECTION } LodColumns;

/* A window worked out. The last step's front is the result's; it is not in the workspace. */
typedef struct {
  LodWindowKind  kinds[LOD_MAX_DIM]; /* along the axes 0..axis */
  PetscInt       axis;
  LodColumns     columns;
  int            n_blocks, n_steps;
  LodWindowStep *steps;
  size_t         workspace; /* doubles, for the fronts of all steps but the last */
} LodWindow;

/* Plans the window of kinds[axis] along `axis` over blocks with the given variables; kinds[] of the
   axes below are those the blocks were made with (the last axis needs them: of the test columns it
   keeps only those of nodes on the patch boundary, whose rows of S_T are not multipliers). */
PetscErrorCode LodWindowCreate(const LodGrid *grid, PetscInt axis, const LodWindowKind kinds[],
                               const LodVariables *block, LodColumns columns, LodWindow **window);
PetscErrorCode LodWindowDestroy(LodWindow **window);

/* The variables of the result (borrowed), and the doubles its front takes. */
const LodVariables *LodWindowVariables(const LodWindow *window);
size_t              LodWindowSize(const LodWindow *window);

/* Merges blocks[0..n_blocks); the result lives in front[]. steps[n_blocks] is workspace for the
   results on the way. Returns -1, or the pivot that failed. */
int LodWindowMerge(const LodWindow *window, const LodBlock blocks[], LodBlock steps[],
                   double *workspace, double *front, LodBlock *result);

/* Back substitution (merge_private.h) in a window that has just been merged, its fronts being in
   workspace[] and front[]: kept[] are the values of its variables, blocks[i * stride] becomes those
   of the variables of its block i, of at most `stride`. values[] is room for LodWindowValues
   numbers. */
size_t LodWindowValues(const LodWindow *window);
void   LodWindowSubstitute(const LodWindow *window, const double *workspace, const double *front,
                           const double *kept, double *values, double *blocks, size_t stride);

/* Whether the patch whose kinds of windows these are floats (patch.h): its fine node in the low
   corner is then not eliminated, so that what is factored stays definite. */
PetscBool LodWindowFloats(const LodGrid *grid, const LodWindowKind kinds[]);

/* Whether coarse node `index` (relative to the patch's low corner) has coordinate on an end of the
   window along `axis` where correctors vanish: the patch boundary inside D or a Dirichlet face. */
PetscBool LodWindowCloses(const LodGrid *grid, PetscInt axis, const LodWindowKind *kind,
                          PetscInt index);

#endif
