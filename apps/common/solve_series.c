/* Many coefficients of one file, one method. */
#include <string.h>

#include "base/error.h"
#include "common/solve.h"
#include "solver/solve_many.h"

/* Mean and standard deviation of each quantity, for every right-hand side. */
static void PrintQuantities(const LodManySettings *settings, PetscInt n_coefficients,
                            const LodManyResult *result) {
  for (PetscInt f = 0; f < settings->n_rhs && result->names; f++) {
    const double *mean = result->mean + f * result->n_quantities;
    const double *deviation = result->deviation + f * result->n_quantities;
    printf("quantities of %s, mean and standard deviation over %d coefficients", result->of,
           (int)n_coefficients);
    printf(settings->n_rhs > 1 ? ", f = %s\n" : "\n", settings->rhs[f]);
    const char *name = result->names;
    for (PetscInt i = 0; i < result->n_quantities; i++) {
      const int length = (int)strcspn(name, "\n");
      printf("%-14.*s%16.9g +- %.3g\n", length, name, mean[i], deviation[i]);
      name += length + (name[length] != '\0');
    }
  }
}

/* Says how many were solved, and how fast. */
static void PrintSummary(const LodSolveCommand *command, const LodProblem *problem,
                         PetscInt n_coefficients, const LodManySettings *settings,
                         const LodManyResult *result) {
  printf("method    %s, %d right-hand side%s\n", LodMethodName(command->method),
         (int)settings->n_rhs, settings->n_rhs == 1 ? "" : "s");
  printf("boundary  ");
  LodConditionsPrint(stdout, &problem->conditions, &problem->grid);
  putchar('\n');
  printf("solved    %d coefficients in %.3g s, %.4g per second\n", (int)n_coefficients,
         result->seconds, (double)n_coefficients / result->seconds);
  printf("operator  %.3g s\nsolve     %.3g s\n", result->seconds_operator, result->seconds_solve);
  PrintQuantities(settings, n_coefficients, result);
  printf("file      %s\n", command->output);
}

PetscErrorCode LodSolveCheckOneProcess(void) {
  PetscMPIInt n_ranks;
  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_size(PETSC_COMM_WORLD, &n_ranks));
  LodCheckInput(n_ranks == 1,
                "--many: runs as one process on many threads: start it without mpiexec");
  PetscFunctionReturn(0);
}

PetscErrorCode LodSolveSeries(const LodSolveCommand *command) {
  const LodProblemOptions *given = &command->problem;
  LodCoefficientSeries     series;
  LodProblem               problem;
  LodManyResult            result;

  PetscFunctionBeginUser;
  PetscCall(LodSolveCheckOneProcess());
  PetscCall(LodProblemRead(given, &series, &problem));
  PetscCall(LodSolveCommandCheckValues(command, &problem));
  PetscCall(LodSolveQuantitiesCheck(command, &problem));
  const LodQuantityRequest request = LodSolveQuantitiesRequest(command);
  const LodManySettings    settings = {.method = command->method,
                                       .grid = &problem.grid,
                                       .model = problem.model,
                                       .model_path = given->model,
                                       .allow_range = given->allow_range,
                                       .average = given->average,
                                       .n_rhs = PetscMax(1, given->n_rhs),
                                       .rhs = given->rhs,
                                       .rhs_where = given->rhs_where,
                                       .conditions = &problem.conditions,
                                       .quantities = command->quantities.wanted,
                                       .request = &request,
                                       .output = command->output,
                                       .quiet = given->quiet};
  PetscErrorCode           error = LodManySolve(&series, &settings, &result);
  if (!error && !given->quiet) PrintSummary(command, &problem, series.count, &settings, &result);
  PetscCall(LodManyResultDestroy(&result));
  PetscCall(LodProblemDestroy(&problem));
  PetscCall(LodCoefficientSeriesClose(&series));
  PetscCall(error);
  PetscFunctionReturn(0);
}
