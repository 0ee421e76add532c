/* The corrector problem of one patch: kernels without PETSc calls, for one thread each. */
#ifndef LODNET_LOD_PATCH_PROBLEM_PRIVATE_H
#define LODNET_LOD_PATCH_PROBLEM_PRIVATE_H

#include <suitesparse/cholmod.h>

#include "fem/element.h"
#include "lod/patch.h"

/* What a patch computation can return. PETSc's error handling is not for several threads, so
   kernels return one of these and the caller raises the error afterwards. */
typedef enum {
  LOD_PATCH_OK,
  LOD_PATCH_NO_MEMORY,
  LOD_PATCH_NOT_DEFINITE, /* K has no Cholesky factor: contrast beyond double precision */
  LOD_PATCH_CONSTRAINTS   /* C K^-1 C^T is singular: fine mesh too coarse for the constraints */
} LodPatchStatus;

/* What is the same for all patches; read by all threads. */
typedef struct {
  const LodGrid        *grid;                    /* borrowed */
  const LodCoefficient *coefficient;             /* borrowed */
  LodCellTables         tables;                  /* of the fine mesh */
  double               *functional[LOD_MAX_DIM]; /* interpolation_private.h; the owner's */
} LodPatchProblem;

/* CHOLMOD's analysis of one shape of patch: the number of unknowns along each axis tells it all. */
typedef struct LodPatchShape LodPatchShape;
struct LodPatchShape {
  PetscInt        size[LOD_MAX_DIM];
  cholmod_sparse *matrix; /* upper triangle; pattern fixed, values rewritten */
  cholmod_factor *factor;
  double          factor_flops, factor_entries; /* of one factorisation, by the analysis */
  LodPatchShape  *next;
};

/* One thread's memory. */
typedef struct {
  cholmod_common common;
  LodPatchShape *shapes;            /* one for each shape met so far */
  cholmod_dense *right;             /* [C^T b], unknowns x (constraints + columns) */
  cholmod_dense *solved;            /* [Y Q] */
  cholmod_dense *solve_y, *solve_e; /* CHOLMOD's own, kept between solves */
  double        *schur;             /* C Y, constraints x constraints */
  double        *multipliers;       /* lam, constraints x columns, column-major; two more where a
                                       node is pinned */
  PetscInt       pinned_node;       /* this unknown (patch_eliminate.c) */
  double        *pinned;            /* [C^T b K_p] in its row */
  unsigned char *held;              /* [unknowns] of a masked patch: no unknown is there */
  double        *functionals;       /* [corner][fine nodes of a closed coarse cell] */
  PetscInt      *constraint_row;    /* row of C of each coarse node of the patch, -1: Dirichlet */
} LodPatchWorkspace;

/* Allocates what does not depend on the shape; End frees everything (also after a failed Begin). */
LodPatchStatus LodPatchWorkspaceBegin(const LodGrid *grid, LodPatchWorkspace *work);
void           LodPatchWorkspaceEnd(LodPatchWorkspace *work);

/* S_T of coarse cell `cell` into entries[z][j], z over the nodes of the uncut patch; and if
   source[fine nodes of the closed cell] is not NULL, the local load L_T into loads[z]. */
LodPatchStatus LodPatchCompute(const LodPatchProblem *problem, LodPatchWorkspace *work,
                               PetscInt cell, const double *source, double *entries, double *loads);

/* q_T of coarse cell `cell`, R_T - sum of coarse[T_j] Q_j as in LodLocalOperatorsCorrect, *q over
   the patch's unknowns, in the workspace until its next use. */
LodPatchStatus LodPatchCorrect(const LodPatchProblem *problem, LodPatchWorkspace *work,
                               PetscInt cell, const double *coarse, const double *source,
                               const double **q);

/* For patch_problem.c. Pin: where the patch floats, before K is factored: the last unknown of
   `matrix` that has neighbours is pinned, its column of K goes to the given one of work->right.
   SolveColumns: steps 2 to 4 for the columns b in work->right, and K_p if there is one column more;
   *q is the first of the columns Q, work->solved->d apart. */
void           LodPatchPin(cholmod_sparse *matrix, size_t column, LodPatchWorkspace *work);
LodPatchStatus LodPatchSolveColumns(const LodPatch *patch, LodPatchWorkspace *work,
                                    const LodPatchShape *shape, PetscInt n_constraints,
                                    PetscInt columns, const double **q);

/* Flops of LodPatchCompute without a source, -1 if no call in this workspace has met a patch of
   this shape; and the most bytes that the workspace has held so far. */
double LodPatchFlops(const LodPatchProblem *problem, const LodPatchWorkspace *work, PetscInt cell);
size_t LodPatchMemory(const LodGrid *grid, const LodPatchWorkspace *work);

#endif
