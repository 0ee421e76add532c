/* Many problems, one method: what lod-solve --many does. */
#ifndef LODNET_SOLVER_SOLVE_MANY_H
#define LODNET_SOLVER_SOLVE_MANY_H

#include "solver/quantities.h"

/* Many coefficients and right-hand sides, by one process: what LodManySolve takes beside them. */
typedef struct {
  LodMethod                 method;
  const LodGrid            *grid;
  const LodModel           *model; /* for LOD_METHOD_DNN, named model_path in messages */
  const char               *model_path;
  PetscBool                 allow_range; /* see LodModelFits */
  PetscBool                 average;     /* its operators averaged over symmetries (average.h) */
  PetscInt                  n_rhs;
  const char *const        *rhs;        /* [n_rhs]: expressions */
  const char               *rhs_where;  /* what they are called in messages */
  const LodConditions      *conditions; /* of all of them, applied to the grid; NULL: none */
  PetscBool                 quantities; /* write quantities of interest, of these places too: */
  const LodQuantityRequest *request;
  const char               *output;
  PetscBool                 quiet;
} LodManySettings;

/* What it took, over all coefficients; and of quantities, if they are asked for, mean and standard
   deviation over these. LodManyResultDestroy frees it. */
typedef struct {
  double      seconds, seconds_operator, seconds_solve;
  const char *of; /* as of LodQuantities */
  PetscInt    n_quantities;
  char       *names;            /* a line each */
  double     *mean, *deviation; /* [n_rhs][n_quantities]; deviation of a sample, 0 of one alone */
} LodManyResult;

/* Solves for every coefficient of the series and every right-hand side and writes all solutions to
   settings->output (solution.h, LodSolutionSeries), with quantities of each if they are asked for.
   One coefficient is in memory at a time; the coarse matrix' structure, factorisation's memory and
   the network's buffers serve all. After an error *result is empty. */
PetscErrorCode LodManySolve(LodCoefficientSeries *series, const LodManySettings *settings,
                            LodManyResult *result);
PetscErrorCode LodManyResultDestroy(LodManyResult *result);

#endif
