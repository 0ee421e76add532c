/* A trained model on a set of coefficients that its training never saw.

   The set is a file with the [[sample]] tables and the seed of a training config; `count`
   coefficients of each family are drawn on the model's own mesh, scales that do not fit it left
   out. For each, and for the right-hand sides 1, x and sin(pi x) sin(pi y) (sin(pi x) in one
   dimension), learned, exact and fine solutions are compared. */
#ifndef LODNET_COMPARE_EVALUATION_H
#define LODNET_COMPARE_EVALUATION_H

#include "compare/compare.h"
#include "pairs/pairs.h"

#define LOD_EVALUATION_RHS 3
#define LOD_EVALUATION_NAME 128

/* What was found for one coefficient; [f] are the right-hand sides, all errors relative. */
typedef struct {
  char      name[LOD_EVALUATION_NAME];   /* family and what tells it from all others */
  double    smallest, largest;           /* values of A */
  PetscBool in_range;                    /* of the training: LodModelInRange */
  double    norm_difference, norm;       /* |S - S_hat|_2, |S|_2 */
  double    dnn_lod[LOD_EVALUATION_RHS]; /* u_hat against u, L2 */
  double    energy[LOD_EVALUATION_RHS];  /* the same in the energy norm (LodNodesRelativeEnergy) */
  double    lod_fine[LOD_EVALUATION_RHS], dnn_fine[LOD_EVALUATION_RHS]; /* u_H to fine, L2 */
  LodFieldErrors errors;                                                /* of u_ms, for f = 1 */
} LodEvaluationRow;

typedef struct {
  PetscInt          n_rows;
  PetscBool         average; /* whether operators were averaged over symmetries */
  LodEvaluationRow *rows;    /* owned */
} LodEvaluation;

/* Evaluates a model, with `average` as in LodLearnedCreate; `set` is read by LodConfigRead, its
   mesh does not matter. Cross sections of the solutions for f = 1, as data and pictures, go to
   `directory`/NAME/ if `pictures`. Says a line a coefficient (report.h) unless `quiet`. The same
   model and set give the same numbers. */
PetscErrorCode LodEvaluationCompute(const LodModel *model, PetscBool average, const char *set,
                                    const char *directory, PetscBool pictures, PetscBool quiet,
                                    LodEvaluation *evaluation);
PetscErrorCode LodEvaluationDestroy(LodEvaluation *evaluation);

/* Writes evaluation.csv, a row for each coefficient and right-hand side, and evaluation.md, the
   table for people, to `directory`. */
PetscErrorCode LodEvaluationWrite(const LodEvaluation *evaluation, PetscInt dim,
                                  const char *model_path, const char *directory);

/* How well a model does on the coefficients of a split of its pairs: for f = 1, relative L2
   difference of the solution with learned operators to that with the exact ones of pairs.h5.
   errors[n] is allocated with PetscMalloc; the caller frees it. One that is not finite is an error.
 */
PetscErrorCode LodModelEvaluatePairs(LodPairs *pairs, LodSplit split, const LodModel *model,
                                     PetscBool quiet, PetscInt *n, double **errors);

/* The expression of right-hand side number `f`. */
const char *LodEvaluationRhs(PetscInt dim, int f);

#endif
