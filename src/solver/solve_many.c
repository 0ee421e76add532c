/* Many coefficients, many right-hand sides, one method. */
#include <string.h>

#include "base/events.h"
#include "base/progress.h"
#include "fem/q1_system.h"
#include "lod/exact.h"
#include "nn/learned.h"
#include "solver/exact_digits.h"
#include "solver/solve.h"

/* What serves all coefficients. */
typedef struct {
  const LodManySettings *settings;
  const PetscInt        *cells; /* of the mesh that solutions live on */
  PetscInt               n_nodes;
  LodLocalOperators     *operators; /* lod, dnn */
  LodCoarseSystem       *system;
  double                *rhs;        /* loads, [n_rhs][fine nodes] */
  double                *solutions;  /* [n_rhs][n_nodes] */
  double                 wrong_sign; /* the largest LodWrongSign */
  char                  *all_rhs;    /* the right-hand sides, one a line */
} Many;

/* Makes all that, for so many coefficients. */
static PetscErrorCode Begin(const LodManySettings *settings, PetscInt n_coefficients, Many *many) {
  const LodGrid *grid = settings->grid;
  const size_t   n_fine = (size_t)LodNodeCount(grid->dim, grid->fine);
  const size_t   n_rhs = (size_t)settings->n_rhs;
  PetscFunctionBeginUser;
  *many = (Many){.settings = settings};
  PetscCall(LodSolveForesee(PETSC_COMM_SELF, grid,
                            &(LodSolveWork){.method = settings->method,
                                            .coefficients = n_coefficients,
                                            .n_rhs = settings->n_rhs,
                                            .quiet = settings->quiet}));
  many->cells = settings->method == LOD_METHOD_FINE ? grid->fine : grid->coarse;
  many->n_nodes = LodNodeCount(grid->dim, many->cells);
  size_t length = 1;
  for (PetscInt f = 0; f < settings->n_rhs; f++)
    length += strlen(settings->rhs[f]) + 1;
  PetscCall(
      PetscMalloc2(n_rhs * n_fine, &many->rhs, n_rhs * (size_t)many->n_nodes, &many->solutions));
  PetscCall(PetscCalloc1(length, &many->all_rhs));
  char *end = many->all_rhs; /* PetscStrlcat cuts texts that nearly fill the room */
  for (PetscInt f = 0; f < settings->n_rhs; f++) {
    PetscCall(LodRightHandSide(grid, settings->rhs[f], many->rhs + (size_t)f * n_fine));
    if (f > 0) *end++ = '\n';
    end = stpcpy(end, settings->rhs[f]);
  }
  if (settings->method == LOD_METHOD_LOD) PetscCall(LodExactCreate(grid, &many->operators));
  if (settings->method == LOD_METHOD_DNN)
    PetscCall(LodLearnedCreate(grid, settings->model, &many->operators));
  if (!many->operators) PetscFunctionReturn(0);
  many->operators->quiet = PETSC_TRUE;
  PetscCall(LodCoarseSystemCreate(PETSC_COMM_SELF, grid, &many->system));
  PetscFunctionReturn(0);
}

/* Frees it. */
static PetscErrorCode End(Many *many) {
  PetscFunctionBeginUser;
  PetscCall(LodCoarseSystemDestroy(&many->system));
  PetscCall(LodLocalOperatorsDestroy(&many->operators));
  PetscCall(PetscFree2(many->rhs, many->solutions));
  PetscCall(PetscFree(many->all_rhs));
  PetscFunctionReturn(0);
}

/* Solves for one coefficient and right-hand side by one of the two reference methods. */
static PetscErrorCode SolveReference(const Many *many, const LodCoefficient *coefficient,
                                     const double *rhs, double *solution, LodManyResult *result) {
  const LodManySettings *settings = many->settings;
  LodSolveStatistics     statistics;
  PetscFunctionBeginUser;
  if (settings->method == LOD_METHOD_FINE)
    PetscCall(
        LodFineSolve(PETSC_COMM_SELF, settings->grid, coefficient, rhs, solution, &statistics));
  else
    PetscCall(
        LodCoarseQ1Solve(PETSC_COMM_SELF, settings->grid, coefficient, rhs, solution, &statistics));
  result->seconds_operator += statistics.seconds_assembly + statistics.seconds_setup;
  result->seconds_solve += statistics.seconds_solve;
  PetscFunctionReturn(0);
}

/* Solves for one coefficient and all right-hand sides. */
static PetscErrorCode SolveOne(Many *many, const LodCoefficient *coefficient,
                               LodManyResult *result) {
  const LodGrid *grid = many->settings->grid;
  const size_t   n_fine = (size_t)LodNodeCount(grid->dim, grid->fine);
  PetscFunctionBeginUser;
  for (PetscInt f = 0; f < many->settings->n_rhs; f++) {
    const double *rhs = many->rhs + (size_t)f * n_fine;
    double       *solution = many->solutions + (size_t)f * (size_t)many->n_nodes;
    double        operators = 0, solve = 0, start = LodSeconds();
    if (!many->system) {
      PetscCall(SolveReference(many, coefficient, rhs, solution, result));
      continue;
    }
    if (f == 0) { /* the matrix serves the other right-hand sides too */
      PetscCall(LodSolveCompressed(many->system, many->operators, coefficient, rhs, solution,
                                   &operators, &solve));
    } else {
      PetscCall(LodCoarseSystemSolve(many->system, rhs, solution));
      solve = LodSeconds() - start;
    }
    if (many->settings->method == LOD_METHOD_LOD)
      PetscCall(LodExactCheckDigits(PETSC_COMM_SELF, grid, coefficient, rhs, solution));
    many->wrong_sign =
        PetscMax(many->wrong_sign, LodWrongSign(n_fine, rhs, (size_t)many->n_nodes, solution));
    result->seconds_operator += operators;
    result->seconds_solve += solve;
  }
  PetscFunctionReturn(0);
}

/* All coefficients, with everything made. */
static PetscErrorCode SolveAll(Many *many, LodCoefficientSeries *series, LodSolutionSeries *output,
                               LodManyResult *result) {
  const LodManySettings *settings = many->settings;
  LodCoefficient         coefficient;
  LodProgress            progress;
  PetscErrorCode         error = 0;
  PetscFunctionBeginUser;
  PetscCall(LodCoefficientCreate(series->dim, series->cells, &coefficient));
  PetscCall(LodProgressBegin(&progress, "solving", "coefficients", series->count, settings->quiet));
  for (PetscInt number = 0; number < series->count && !error; number++) {
    PetscCall(LodEventBegin(LOD_EVENT_READ));
    error = LodCoefficientSeriesRead(series, number, &coefficient);
    PetscCall(LodEventEnd(LOD_EVENT_READ));
    if (!error && settings->method == LOD_METHOD_DNN)
      error = LodModelFits(settings->model, settings->model_path, settings->grid, &coefficient,
                           series->dataset, settings->allow_range);
    if (!error) error = SolveOne(many, &coefficient, result);
    PetscCall(LodEventBegin(LOD_EVENT_WRITE));
    if (!error) error = LodSolutionSeriesWrite(output, number, many->solutions);
    PetscCall(LodEventEnd(LOD_EVENT_WRITE));
    if (!error) error = LodProgressUpdate(&progress, number + 1);
  }
  PetscCall(LodProgressEnd(&progress));
  PetscCall(LodCoefficientDestroy(&coefficient));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodSolveMany(LodCoefficientSeries *series, const LodManySettings *settings,
                            LodManyResult *result) {
  const double      start = LodSeconds();
  Many              many;
  LodSolutionSeries output;
  PetscFunctionBeginUser;
  *result = (LodManyResult){0};
  PetscCall(Begin(settings, series->count, &many));
  LodSolution    kind = {.grid = settings->grid,
                         .method = LodMethodName(settings->method),
                         .average = (PetscBool)(settings->model && settings->model->average),
                         .rhs = many.all_rhs,
                         .cells = many.cells};
  PetscErrorCode error =
      LodSolutionSeriesBegin(settings->output, &kind, series->count, settings->n_rhs, &output);
  if (!error) {
    error = SolveAll(&many, series, &output, result);
    kind.seconds_operator = result->seconds_operator;
    kind.seconds_solve = result->seconds_solve;
    if (error)
      PetscCall(LodSolutionSeriesAbort(&output));
    else
      error = LodSolutionSeriesCommit(&output, &kind);
  }
  const double wrong_sign = many.wrong_sign;
  PetscCall(End(&many));
  PetscCall(error);
  LodWarnOfSign(settings->method, wrong_sign); /* of the worst: once, not for every coefficient */
  result->seconds = LodSeconds() - start;
  PetscFunctionReturn(0);
}
