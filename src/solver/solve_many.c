/* Many coefficients, many right-hand sides, one method. */
#include <math.h>
#include <string.h>

#include "base/events.h"
#include "base/progress.h"
#include "fem/boundary.h"
#include "fem/nodal.h"
#include "solver/bounds.h"
#include "solver/solve_many.h"

/* What serves all coefficients. */
typedef struct {
  const LodManySettings *settings;
  const PetscInt        *cells; /* of the mesh that solutions live on */
  PetscInt               n_nodes;
  LodMethodSystem       *system;
  LodData               *data;      /* [n_rhs] */
  double                *loads;     /* [n_rhs][n_nodes] */
  double                *boundary;  /* [n_nodes], or NULL: u = 0 */
  LodBounds             *bounds;    /* [n_rhs] */
  double                *solutions; /* [n_rhs][n_nodes] */
  double                *form;      /* [n_nodes] */
  double                 left_by;   /* the largest LodBoundsLeftBy */
  char                  *all_rhs;   /* the right-hand sides, one a line */
  LodQuantityParts      *parts;     /* [n_rhs] */
  double                *values;    /* [n_rhs][n_quantities] */
  PetscInt               n_quantities;
  char                  *names; /* of quantities */
  const char            *of;
  char                  *boundary_text, *wells_text; /* of the conditions */
} Many;

/* Integrates the data of the problems: their loads on the mesh of the solutions, their bounds, and
   boundary values, which are the same for all. */
static PetscErrorCode SetUpLoads(const LodManySettings *settings, const LodCoefficient *coefficient,
                                 Many *many) {
  const LodGrid *grid = settings->grid;
  PetscFunctionBeginUser;
  for (PetscInt f = 0; f < settings->n_rhs; f++) {
    LodData *data = &many->data[f];
    PetscCall(LodDataCreate(grid, coefficient, settings->conditions, settings->rhs[f],
                            settings->rhs_where, PETSC_FALSE, data));
    many->bounds[f] = LodBoundsOf(grid, coefficient, grid->fine, data->load, data->boundary);
    PetscCall(LodLoadRestrict(grid, data->load, many->cells,
                              many->loads + (size_t)f * (size_t)many->n_nodes));
  }
  if (!many->data[0].boundary) PetscFunctionReturn(0);
  PetscCall(PetscMalloc1(many->n_nodes, &many->boundary));
  LodBoundaryOn(grid, many->data[0].boundary, many->cells, many->boundary);
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

/* The quantities of solution number f, values[n_quantities]; the names too if there are none yet.
 */
static PetscErrorCode Quantities(Many *many, const LodCoefficient *coefficient, PetscInt f) {
  const LodManySettings   *settings = many->settings;
  const LodQuantityProblem problem = {.grid = settings->grid,
                                      .coefficient = coefficient,
                                      .conditions = settings->conditions,
                                      .data = &many->data[f],
                                      .request = settings->request};
  const size_t             first = (size_t)f * (size_t)many->n_nodes;
  LodSolveResult           result = {.method = settings->method,
                                     .values = many->solutions + first,
                                     .load = many->loads + first,
                                     .form = many->form};
  LodQuantities            quantities;
  PetscErrorCode           error = 0;
  PetscFunctionBeginUser;
  PetscCall(PetscArraycpy(result.cells, many->cells, LOD_MAX_DIM));
  PetscCall(LodQuantitiesCompute(&problem, &many->parts[f], &result, &quantities));
  if (!many->names) {
    many->n_quantities = quantities.n;
    many->of = quantities.of;
    error = LodQuantitiesNames(&quantities, &many->names);
    if (!error) error = PetscMalloc1((size_t)settings->n_rhs * (size_t)quantities.n, &many->values);
  }
  if (!error)
    LodQuantitiesValues(&quantities, many->values + (size_t)f * (size_t)many->n_quantities);
  PetscCall(LodQuantitiesDestroy(&quantities));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* The parts of all loads, and the names of the quantities, by those of a solution of zeros. */
static PetscErrorCode SetUpQuantities(const LodManySettings *settings,
                                      const LodCoefficient *coefficient, Many *many) {
  PetscFunctionBeginUser;
  if (!settings->quantities) PetscFunctionReturn(0);
  PetscCall(PetscCalloc1(many->n_nodes, &many->form));
  PetscCall(PetscMalloc1(settings->n_rhs, &many->parts));
  for (PetscInt f = 0; f < settings->n_rhs; f++)
    PetscCall(LodQuantityPartsCompute(&(LodQuantityProblem){.grid = settings->grid,
                                                            .coefficient = coefficient,
                                                            .conditions = settings->conditions,
                                                            .data = &many->data[f],
                                                            .rhs = settings->rhs[f],
                                                            .rhs_where = settings->rhs_where},
                                      &many->parts[f]));
  PetscCall(Quantities(many, coefficient, 0));
  PetscFunctionReturn(0);
}

/* Makes all that, for so many coefficients, of which one is given; what is made stays in *many,
   also if there is an error. */
static PetscErrorCode Begin(const LodManySettings *settings, PetscInt n_coefficients,
                            const LodCoefficient *coefficient, Many *many) {
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
  PetscCall(PetscCalloc4(count, &many->loads, count, &many->solutions, (size_t)settings->n_rhs,
                         &many->bounds, (size_t)settings->n_rhs, &many->data));
  PetscCall(SetUpLoads(settings, coefficient, many));
  PetscCall(SetUpQuantities(settings, coefficient, many));
  PetscCall(JoinTexts(settings, &many->all_rhs));
  PetscCall(
      LodMethodSystemCreate(PETSC_COMM_SELF, grid, settings->method, &options, &many->system));
  PetscFunctionReturn(0);
}

/* Frees it. */
static PetscErrorCode End(Many *many) {
  PetscFunctionBeginUser;
  PetscCall(LodMethodSystemDestroy(&many->system));
  for (PetscInt f = 0; many->data && f < many->settings->n_rhs; f++)
    PetscCall(LodDataDestroy(&many->data[f]));
  PetscCall(PetscFree4(many->loads, many->solutions, many->bounds, many->data));
  PetscCall(PetscFree(many->boundary));
  PetscCall(PetscFree(many->form));
  PetscCall(PetscFree(many->parts));
  PetscCall(PetscFree(many->values));
  PetscCall(PetscFree(many->names));
  PetscCall(PetscFree(many->all_rhs));
  PetscCall(PetscFree(many->boundary_text));
  PetscCall(PetscFree(many->wells_text));
  PetscFunctionReturn(0);
}

/* Solves for one coefficient and all right-hand sides. */
static PetscErrorCode SolveOne(Many *many, const LodCoefficient *coefficient,
                               LodManyResult *result) {
  const LodManySettings *settings = many->settings;
  const size_t           n_nodes = (size_t)many->n_nodes;
  PetscFunctionBeginUser;
  PetscCall(LodMethodSystemAssemble(many->system, coefficient, NULL));
  PetscCall(LodMethodSystemSolve(many->system, settings->n_rhs, many->loads, many->boundary,
                                 many->solutions));
  const LodMethodWork work = LodMethodSystemWork(many->system);
  result->seconds_operator += work.seconds_operator;
  result->seconds_solve += work.seconds_solve;
  for (PetscInt f = 0; f < settings->n_rhs; f++) {
    const double *solution = many->solutions + (size_t)f * n_nodes;
    if (LodMethodCompresses(settings->method))
      many->left_by = PetscMax(many->left_by, LodBoundsLeftBy(many->bounds[f], n_nodes, solution));
    if (!settings->quantities) continue;
    PetscCall(LodMethodSystemApply(many->system, solution, many->form));
    PetscCall(Quantities(many, coefficient, f));
  }
  PetscFunctionReturn(0);
}

/* Takes the quantities of sample number `number`, counted from 0, into their means and sums of
   squares of deviations, which result->deviation holds until all are there (Welford's way, which
   does not cancel). */
static void AddQuantities(const Many *many, PetscInt number, LodManyResult *result) {
  const PetscInt count = many->settings->n_rhs * many->n_quantities;
  for (PetscInt i = 0; i < count; i++) {
    const double off = many->values[i] - result->mean[i];
    result->mean[i] += off / (double)(number + 1);
    result->deviation[i] += off * (many->values[i] - result->mean[i]);
  }
}

/* Hands the names of the quantities to the result, and makes room for their statistics. */
static PetscErrorCode BeginStatistics(const Many *many, LodManyResult *result) {
  const size_t count = (size_t)many->settings->n_rhs * (size_t)many->n_quantities;
  PetscFunctionBeginUser;
  if (!many->settings->quantities) PetscFunctionReturn(0);
  result->of = many->of;
  result->n_quantities = many->n_quantities;
  PetscCall(PetscStrallocpy(many->names, &result->names));
  PetscCall(PetscCalloc1(count, &result->mean));
  PetscCall(PetscCalloc1(count, &result->deviation));
  PetscFunctionReturn(0);
}

/* Standard deviations from sums of squares over so many samples. */
static void EndStatistics(PetscInt samples, PetscInt n_rhs, LodManyResult *result) {
  for (PetscInt i = 0; i < n_rhs * result->n_quantities; i++)
    result->deviation[i] = sqrt(result->deviation[i] / (double)PetscMax(1, samples - 1));
}

PetscErrorCode LodManyResultDestroy(LodManyResult *result) {
  PetscFunctionBeginUser;
  PetscCall(PetscFree(result->names));
  PetscCall(PetscFree(result->mean));
  PetscCall(PetscFree(result->deviation));
  *result = (LodManyResult){0};
  PetscFunctionReturn(0);
}

/* Reads one coefficient, solves, and writes what was found. */
static PetscErrorCode ReadSolveWrite(Many *many, LodCoefficientSeries *series, PetscInt number,
                                     LodCoefficient *coefficient, LodSolutionSeries *output,
                                     LodManyResult *result) {
  const LodManySettings *settings = many->settings;
  PetscFunctionBeginUser;
  PetscCall(LodEventBegin(LOD_EVENT_READ));
  PetscCall(LodCoefficientSeriesRead(series, number, coefficient));
  PetscCall(LodEventEnd(LOD_EVENT_READ));
  if (settings->method == LOD_METHOD_DNN)
    PetscCall(LodModelFits(settings->model, settings->model_path, settings->grid, coefficient,
                           series->dataset, settings->allow_range));
  PetscCall(SolveOne(many, coefficient, result));
  PetscCall(LodEventBegin(LOD_EVENT_WRITE));
  PetscCall(LodSolutionSeriesWrite(output, number, many->solutions));
  if (settings->quantities)
    PetscCall(LodSolutionSeriesWriteQuantities(output, number, many->values));
  AddQuantities(many, number, result);
  PetscCall(LodEventEnd(LOD_EVENT_WRITE));
  PetscFunctionReturn(0);
}

/* All coefficients, with everything made. */
static PetscErrorCode SolveAll(Many *many, LodCoefficientSeries *series,
                               LodCoefficient *coefficient, LodSolutionSeries *output,
                               LodManyResult *result) {
  LodProgress    progress;
  PetscErrorCode error = 0;
  PetscFunctionBeginUser;
  PetscCall(
      LodProgressBegin(&progress, "solving", "coefficients", series->count, many->settings->quiet));
  for (PetscInt number = 0; number < series->count && !error; number++) {
    error = ReadSolveWrite(many, series, number, coefficient, output, result);
    if (!error) error = LodProgressUpdate(&progress, number + 1);
  }
  PetscCall(LodProgressEnd(&progress));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* LodManySolve with a coefficient that has c and r, to be filled with one A after the other. */
static PetscErrorCode SolveSeries(LodCoefficientSeries *series, const LodManySettings *settings,
                                  LodCoefficient *coefficient, Many *many, LodManyResult *result) {
  LodSolutionSeries output;
  PetscFunctionBeginUser;
  PetscCall(Begin(settings, series->count, coefficient, many));
  PetscCall(BeginStatistics(many, result));
  if (settings->conditions) {
    PetscCall(
        LodConditionsBoundaryText(settings->conditions, settings->grid, &many->boundary_text));
    PetscCall(LodConditionsWellsText(settings->conditions, settings->grid->dim, &many->wells_text));
  }
  LodSolution kind = {.grid = settings->grid,
                      .method = LodMethodName(settings->method),
                      .average = settings->average,
                      .rhs = many->all_rhs,
                      .boundary = many->boundary_text,
                      .wells = many->wells_text,
                      .reaction = settings->conditions ? settings->conditions->reaction : NULL,
                      .cells = many->cells,
                      .n_quantities = many->n_quantities,
                      .quantity_names = many->names,
                      .quantities_of = many->of};
  PetscCall(
      LodSolutionSeriesBegin(settings->output, &kind, series->count, settings->n_rhs, &output));
  PetscErrorCode error = SolveAll(many, series, coefficient, &output, result);
  kind.seconds_operator = result->seconds_operator;
  kind.seconds_solve = result->seconds_solve;
  if (error)
    PetscCall(LodHdf5StreamAbort(&output));
  else
    error = LodSolutionSeriesCommit(&output, &kind);
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodManySolve(LodCoefficientSeries *series, const LodManySettings *settings,
                            LodManyResult *result) {
  const double   start = LodSeconds();
  LodGrid        grid = *settings->grid; /* to which the conditions have been applied */
  Many           many = {.settings = settings};
  LodCoefficient coefficient;
  PetscFunctionBeginUser;
  *result = (LodManyResult){0};
  PetscCall(LodCoefficientSeriesCreate(series, &coefficient));
  PetscErrorCode error =
      settings->conditions ? LodConditionsApply(settings->conditions, &grid, &coefficient) : 0;
  if (!error) error = SolveSeries(series, settings, &coefficient, &many, result);
  const double left_by = many.left_by;
  PetscCall(End(&many));
  PetscCall(LodCoefficientDestroy(&coefficient));
  if (error) PetscCall(LodManyResultDestroy(result));
  PetscCall(error);
  EndStatistics(series->count, settings->n_rhs, result);
  LodBoundsWarn(settings->method, left_by); /* of the worst: once, not for every coefficient */
  result->seconds = LodSeconds() - start;
  PetscFunctionReturn(0);
}
