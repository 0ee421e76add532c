/* The shared elimination: plans (exact_shared_plan.c), the passing of layers and operators
   (exact_shared.c), corrections (exact_reconstruct.c). */
#ifndef LODNET_LOD_EXACT_SHARED_PRIVATE_H
#define LODNET_LOD_EXACT_SHARED_PRIVATE_H

#include "base/progress.h"
#include "lod/cell_condensation_private.h"
#include "lod/patch_finish_private.h"

/* What a plan is for: local operators; these and local loads; corrections, which carry the one
   column l_T - sum of u_H[T_j] b_j of a patch and substitute back. */
typedef enum {
  LOD_SHARED_OPERATORS,
  LOD_SHARED_LOADS,
  LOD_SHARED_CORRECTIONS,
  LOD_SHARED_USES
} LodSharedUse;

/* All windows along one axis, one for each combination of kinds along the axes so far. */
typedef struct {
  PetscInt    n;
  LodWindow **windows;
  size_t      packed; /* doubles of the largest packed result */
} LodSharedLevel;

/* Doubles of the parts of a thread's workspace: the front of a window, those of its steps, of the
   last stage of a patch; and for corrections the values of its fronts, of its own variables and of
   those of its blocks. Operators need steps and last stage one after the other, in one place. */
typedef struct {
  size_t front, steps, finish, values, kept, blocks;
} LodSharedSizes;

/* The same parts of one thread. */
typedef struct {
  double *front, *steps, *finish, *values, *kept, *blocks;
} LodSharedRoom;

/* Plans and memory for one use. Blocks are numbered by the axis along which windows are made of
   them: 0 are condensed cells, a are windows along axis a-1. */
typedef struct {
  const LodGrid       *grid; /* borrowed */
  LodSharedUse         use;
  LodCellCondensation *cells;
  PetscInt             n_kinds[LOD_MAX_DIM];
  LodWindowKind       *kinds[LOD_MAX_DIM];   /* the different kinds along an axis */
  PetscInt            *kind_of[LOD_MAX_DIM]; /* [centre] -> number of its kind */
  LodSharedLevel       levels[LOD_MAX_DIM];
  LodPatchFinish     **finishes;                /* for each window of the last level */
  PetscBool           *needed[LOD_MAX_DIM + 1]; /* blocks, and last patches, [cell] */
  LodSharedSizes       sizes;
  size_t               n_values[LOD_MAX_DIM]; /* variables of a block at most */
  double              *stored[LOD_MAX_DIM];   /* packed blocks of the layers that are kept */
  double              *values[LOD_MAX_DIM];   /* corrections: values of their variables */
  size_t               workspace;             /* doubles a thread */
  double              *workspaces;            /* one a thread */
  LodBlock            *blocks; /* [thread][2][most blocks]: of a window and of its steps */
  PetscInt             n_threads;
} LodSharedPlan;

/* Makes the plans; `grid` must stay. After an error *plan is NULL. */
PetscErrorCode LodSharedPlanCreate(const LodGrid *grid, LodSharedUse use, LodSharedPlan **plan);
PetscErrorCode LodSharedPlanDestroy(LodSharedPlan **plan);

/* Allocates workspaces, one a thread, and stored blocks, unless they are there. Whether there is
   memory for them is asked before, not found out in the middle of the work. Release frees them
   again, LodSharedMemory says how many bytes all of the plan takes with them. */
PetscErrorCode LodSharedPlanAllocate(LodSharedPlan *plan);
PetscErrorCode LodSharedPlanRelease(LodSharedPlan *plan);
size_t         LodSharedPlanMemory(const LodSharedPlan *plan);

/* Blocks in one layer along the last axis. */
PetscInt LodSharedLayerSize(const LodGrid *grid);

/* The window along `axis` around a centre, and for the last axis how its patch is finished. */
const LodWindow *LodSharedWindow(const LodSharedPlan *plan, PetscInt axis, const PetscInt centre[]);
const LodPatchFinish *LodSharedFinish(const LodSharedPlan *plan, const PetscInt centre[]);

/* Where the block for windows along `axis` at `index` is stored, and the values of its variables.
 */
double *LodSharedStored(const LodSharedPlan *plan, PetscInt axis, const PetscInt index[]);
double *LodSharedValues(const LodSharedPlan *plan, PetscInt axis, const PetscInt index[]);

/* Sets the values of all blocks of a layer 0. */
void LodSharedClearValues(const LodSharedPlan *plan, PetscInt axis, PetscInt layer);

/* Notes what the wanted ones (wanted[cell], NULL: all) of the patches first <= T < last need: the
   patches themselves, then, from the last axis to the first, the blocks of every window that is
   needed. */
void LodSharedMarkNeeded(const LodSharedPlan *plan, PetscInt first, PetscInt last,
                         const PetscBool *wanted);

/* The calling thread's workspace. */
LodSharedRoom LodSharedThreadRoom(const LodSharedPlan *plan);

/* Merges the window along `axis` around a centre in this thread's workspace, where its fronts stay.
   Returns -1, or the pivot that failed. */
int LodSharedMerge(const LodSharedPlan *plan, PetscInt axis, const PetscInt centre[],
                   const LodSharedRoom *room, LodBlock *result);

/* One call of Compute or Correct. */
typedef struct LodSharedJob LodSharedJob;
struct LodSharedJob {
  LodSharedPlan        *plan;
  const LodCoefficient *coefficient;
  PetscInt              first, last; /* patches */
  const double         *sources;     /* [T - first][fine nodes of the closed cell], or NULL */
  double               *operators, *loads, *fine;

  /* What is done with the patches first <= T < last of one layer when the layers that they need are
     there; and with a layer that no patch needs any more (NULL: nothing). */
  void (*patches)(LodSharedJob *job, PetscInt first, PetscInt last);
  void (*leave)(LodSharedJob *job, PetscInt layer);

  LodProgress progress;
  double      seconds[LOD_EXACT_PHASES];
  PetscInt    failed; /* the first cell or centre, by position, where a pivot was bad; -1: none */
  const char *failed_stage;
};

/* Runs a job: layers pass by, patches are finished as soon as the last of their layers is there. */
PetscErrorCode LodSharedRun(LodSharedJob *job, const PetscBool *wanted, const char *what,
                            PetscBool quiet);

/* The source of a cell, NULL if it has none. */
const double *LodSharedSource(const LodSharedJob *job, PetscInt cell);

/* Condenses the needed cells of a layer, and makes its needed windows along `axis`, not the last.
 */
void LodSharedCondenseLayer(LodSharedJob *job, PetscInt layer);
void LodSharedMergeLayer(LodSharedJob *job, PetscInt axis, PetscInt layer);

/* Notes a failure; the smallest position wins, so that the message is the same for any threads. */
void LodSharedFail(LodSharedJob *job, PetscInt position, const char *stage);

/* Counts a finished patch, *done of this layer, `before` in earlier ones. */
void LodSharedCountPatch(LodSharedJob *job, PetscInt before, PetscInt *done);

/* Implements LodLocalOperators.correct with a plan for that. */
PetscErrorCode LodSharedCorrect(LodSharedPlan *plan, const LodCoefficient *coefficient,
                                PetscInt first, PetscInt last, const LodComputeOptions *options,
                                const double *coarse, double *fine);

#endif
