/* Many coefficients, many right-hand sides, one method. */
#include <string.h>

#include "base/events.h"
#include "base/progress.h"
#include "fem/nodal.h"
#include "solver/solve.h"

/* What serves all coefficients. */
typedef struct {
  const LodManySettings *settings;
  const PetscInt        *cells; /* of the mesh that solutions live on */
  PetscInt               n_nodes;
  LodMethodSystem       *system;
  double                *loads;      /* [n_rhs][n_nodes] */
  int                   *signs;      /* [n_rhs]: LodLoadSign */
  double                *solutions;  /* [n_rhs][n_nodes] */
  double                 wrong_sign; /* the largest LodSignIsWrongBy */
  char                  *all_rhs;    /* the right-hand sides, one a line */
} Many;

/* Integrates the right-hand sides: their loads on the mesh of the solutions, and their signs. */
static PetscErrorCode SetUpLoads(const LodManySettings *settings, Many *many) {
  const LodGrid *grid = settings->grid;
  const size_t   n_fine = (size_t)LodNodeCount(grid->dim, grid->fine);
  PetscErrorCode error = 0;
  double        *rhs;
  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(n_fine, &rhs));
  for (PetscInt f = 0; f < settings->n_rhs && !error; f++) {
    error = LodLoadOfRhs(grid, settings->rhs[f], rhs);
    if (error) break;
    many->signs[f] = LodLoadSign(n_fine, rhs);
    error =
        LodLoadRestrict(grid, rhs, many->cells, many->loads + (size_t)f * (size_t)many->n_nodes);
  }
  PetscCall(PetscFree(rhs));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Joins the texts of the right-hand sides, one a line. */
static PetscErrorCode JoinTexts(const LodManySettings *settings, char **all) {
  size_t length = 1;
  PetscFunctionBeginUser;
  for (PetscInt f = 0; f < settings->n_rhs; f++)
    length += strlen(settings->rhs[f]) + 1;
  PetscCall(PetscCalloc1(length, all));
  char *end = *all; /* PetscStrlcat cuts texts that nearly fill the room */
  for (PetscInt f = 0; f < settings->n_rhs; f++) {
    if (f > 0) *end++ = '\n';
    end = stpcpy(end, settings->rhs[f]);
  }
  PetscFunctionReturn(0);
}

/* Makes all that, for so many coefficients; what is made stays in *many, also if there is an error.
 */
static PetscErrorCode Begin(const LodManySettings *settings, PetscInt n_coefficients, Many *many) {
  const LodGrid        *grid = settings->grid;
  const LodSolveOptions options = {
      .model = settings->model, .average = settings->average, .quiet = PETSC_TRUE};
  PetscFunctionBeginUser;
  PetscCall(LodSolveForesee(PETSC_COMM_SELF, grid,
                            &(LodSolveWork){.method = settings->method,
                                            .coefficients = n_coefficients,
                                            .n_rhs = settings->n_rhs,
                                            .quiet = settings->quiet}));
  many->cells = LodMethodCells(settings->method, grid);
  many->n_nodes = LodNodeCount(grid->dim, many->cells);
  const size_t count = (size_t)settings->n_rhs * (size_t)many->n_nodes;
  PetscCall(PetscMalloc3(count, &many->loads, count, &many->solutions, (size_t)settings->n_rhs,
                         &many->signs));
  PetscCall(SetUpLoads(settings, many));
  PetscCall(JoinTexts(settings, &many->all_rhs));
  PetscCall(
      LodMethodSystemCreate(PETSC_COMM_SELF, grid, settings->method, &options, &many->system));
  PetscFunctionReturn(0);
}

/* Frees it. */
static PetscErrorCode End(Many *many) {
  PetscFunctionBeginUser;
  PetscCall(LodMethodSystemDestroy(&many->system));
  PetscCall(PetscFree3(many->loads, many->solutions, many->signs));
  PetscCall(PetscFree(many->all_rhs));
  PetscFunctionReturn(0);
}

/* Solves for one coefficient and all right-hand sides. */
static PetscErrorCode SolveOne(Many *many, const LodCoefficient *coefficient,
                               LodManyResult *result) {
  const PetscInt n_rhs = many->settings->n_rhs;
  const size_t   n_nodes = (size_t)many->n_nodes;
  PetscFunctionBeginUser;
  PetscCall(LodMethodSystemAssemble(many->system, coefficient, NULL));
  PetscCall(LodMethodSystemSolve(many->system, n_rhs, many->loads, NULL, many->solutions));
  const LodMethodWork work = LodMethodSystemWork(many->system);
  result->seconds_operator += work.seconds_operator;
  result->seconds_solve += work.seconds_solve;
  for (PetscInt f = 0; f < n_rhs && LodMethodCompresses(many->settings->method); f++)
    many->wrong_sign =
        PetscMax(many->wrong_sign,
                 LodSignIsWrongBy(many->signs[f], n_nodes, many->solutions + (size_t)f * n_nodes));
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
  PetscCall(LodCoefficientSeriesCreate(series, &coefficient));
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

PetscErrorCode LodManySolve(LodCoefficientSeries *series, const LodManySettings *settings,
                            LodManyResult *result) {
  const double      start = LodSeconds();
  Many              many = {.settings = settings};
  LodSolutionSeries output;
  PetscFunctionBeginUser;
  *result = (LodManyResult){0};
  PetscErrorCode error = Begin(settings, series->count, &many);
  LodSolution    kind = {.grid = settings->grid,
                         .method = LodMethodName(settings->method),
                         .average = settings->average,
                         .rhs = many.all_rhs,
                         .cells = many.cells};
  if (!error)
    error =
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
  LodSignWarn(settings->method, wrong_sign); /* of the worst: once, not for every coefficient */
  result->seconds = LodSeconds() - start;
  PetscFunctionReturn(0);
}
