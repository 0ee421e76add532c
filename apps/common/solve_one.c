/* One problem, one method, one solution file. */
#include "base/error.h"
#include "base/events.h"
#include "common/solve.h"
#include "solver/fluxes.h"

/* The same as CheckOutput for the solution's companion. */
static PetscErrorCode CheckCompanion(const LodSolveCommand *command) {
  char vtk[LOD_PATH_MAX];

  PetscFunctionBeginUser;
  PetscCall(LodSolutionVtkPath(command->output, vtk));
  if (vtk[0]) PetscCall(LodSolveCommandCheckOutput(command, vtk));
  PetscFunctionReturn(0);
}

/* Reads the operators of an earlier run on every rank. Collective. */
static PetscErrorCode ReadPrevious(const LodSolveCommand *command, const LodGrid *grid,
                                   LodPrevious *previous) {
  PetscFunctionBeginUser;
  PetscCall(LodEventBegin(LOD_EVENT_READ));
  PetscErrorCode error = LodPreviousRead(command->previous, grid, previous);
  PetscCall(LodEventEnd(LOD_EVENT_READ));
  PetscCall(LodErrorAgree(PETSC_COMM_WORLD, error));
  PetscCall(LodRanksCheckSame(PETSC_COMM_WORLD, previous->operators,
                              (size_t)LodGridCells(grid) * (size_t)LodGridOperatorSize(grid) *
                                  sizeof *previous->operators,
                              command->previous));
  PetscFunctionReturn(0);
}

/* Solves for the data; the values are on every rank then. Collective. */
static PetscErrorCode SolveData(const LodSolveCommand *command, const LodProblem *problem,
                                const LodData *data, LodSolveResult *result) {
  const LodGrid  *grid = &problem->grid;
  LodPrevious     previous;
  LodSolveOptions solve = {.model = problem->model,
                           .average = command->problem.average,
                           .keep_operators = command->operators,
                           .correct = command->correct,
                           .reconstruct = command->reconstruct,
                           .quiet = command->problem.quiet};

  PetscFunctionBeginUser;
  if (command->previous) {
    PetscCall(ReadPrevious(command, grid, &previous));
    solve.previous = &previous;
  }
  PetscErrorCode error = LodMethodSolve(PETSC_COMM_WORLD, command->method, grid,
                                        &problem->coefficient, data, &solve, result);
  if (command->previous) PetscCall(LodPreviousDestroy(&previous));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Integrates the data and solves. Collective. */
static PetscErrorCode Solve(const LodSolveCommand *command, const LodProblem *problem,
                            LodData *data, LodSolveResult *result) {
  const LodProblemOptions *given = &command->problem;
  const PetscBool          source = (PetscBool)(command->correct || command->reconstruct);

  PetscFunctionBeginUser;
  PetscCall(LodSolveForesee(PETSC_COMM_WORLD, &problem->grid,
                            &(LodSolveWork){.method = command->method,
                                            .coefficients = 1,
                                            .n_rhs = 1,
                                            .keep_operators = command->operators,
                                            .reconstruct = command->reconstruct,
                                            .previous = (PetscBool)(command->previous != NULL),
                                            .quiet = given->quiet}));
  PetscErrorCode error = LodDataCreate(&problem->grid, &problem->coefficient, &problem->conditions,
                                       given->rhs[0], given->rhs_where, source, data);
  PetscCall(LodErrorAgree(PETSC_COMM_WORLD, error));
  error = SolveData(command, problem, data, result);
  if (error) PetscCall(LodDataDestroy(data));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Writes the solution file. */
static PetscErrorCode WriteSolution(const LodSolveCommand *command, const LodProblem *problem,
                                    const LodSolveResult *result, const LodFluxes *fluxes) {
  const LodSolutionFields fields = LodFluxesFields(fluxes, result);

  char       *boundary = NULL, *wells = NULL;
  LodSolution solution = {.grid = &problem->grid,
                          .method = LodMethodName(result->method),
                          .average = command->problem.average,
                          .correct = command->correct,
                          .rhs = command->problem.rhs[0],
                          .reaction = problem->conditions.reaction,
                          .cells = result->cells,
                          .values = result->values,
                          .seconds_operator = result->seconds_operator,
                          .seconds_solve = result->seconds_solve,
                          .operators = result->operators,
                          .coefficient = &problem->coefficient,
                          .fields = result->fine ? &fields : NULL};

  PetscFunctionBeginUser;
  PetscCall(LodConditionsBoundaryText(&problem->conditions, &problem->grid, &boundary));
  PetscCall(LodConditionsWellsText(&problem->conditions, problem->grid.dim, &wells));
  solution.boundary = boundary;
  solution.wells = wells;
  PetscCall(LodEventBegin(LOD_EVENT_WRITE));
  PetscErrorCode error = LodSolutionWrite(&solution, command->output);
  PetscCall(LodEventEnd(LOD_EVENT_WRITE));
  PetscCall(PetscFree(boundary));
  PetscCall(PetscFree(wells));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Prints what the problem is. */
static void PrintProblem(const LodSolveCommand *command, const LodProblem *problem) {
  const LodConditions *conditions = &problem->conditions;
  printf("method    %s%s, f = %s", LodMethodName(command->method),
         command->correct ? " with correction" : "", command->problem.rhs[0]);
  if (conditions->reaction) printf(", c = %s", conditions->reaction);
  if (conditions->n_wells)
    printf(", %d well%s", (int)conditions->n_wells, conditions->n_wells == 1 ? "" : "s");
  printf("\nmesh      ");
  LodProblemPrintMesh(problem);
  printf("\nboundary  ");
  LodConditionsPrint(stdout, conditions, &problem->grid);
  putchar('\n');
  if (problem->model)
    printf("model     %s%s\n", command->problem.model,
           command->problem.average ? ", averaged over the symmetries" : "");
}

/* Prints the range of values at the nodes of a mesh. */
static void PrintRange(const char *what, PetscInt n, const double *values) {
  double smallest = values[0], largest = values[0];
  for (PetscInt node = 1; node < n; node++) {
    smallest = PetscMin(smallest, values[node]);
    largest = PetscMax(largest, values[node]);
  }
  printf("%-10sfrom %.9g to %.9g at %lld nodes\n", what, smallest, largest, (long long)n);
}

/* Prints what there is of the fine-scale field. */
static void PrintFields(const LodGrid *grid, const LodSolveResult *result,
                        const LodFluxes *fluxes) {
  if (!result->fine) return;
  PrintRange("fine", LodNodeCount(grid->dim, grid->fine), result->fine);
  if (fluxes->no_faces)
    printf("fluxes    of cells; none of faces: %s\n", fluxes->no_faces);
  else
    printf(
        "fluxes    of cells, and of faces: out of each %s cell flows what it produces, to %.1e of "
        "the largest flux\n",
        result->method == LOD_METHOD_FINE ? "fine" : "coarse", fluxes->imbalance);
}

/* Prints what was done. */
static PetscErrorCode PrintSummary(const LodSolveCommand *command, const LodProblem *problem,
                                   const LodSolveResult *result, const LodFluxes *fluxes) {
  char vtk[LOD_PATH_MAX];

  PetscFunctionBeginUser;
  PrintProblem(command, problem);
  if (command->previous)
    printf("previous  %s: %d of %d cells computed anew\n", command->previous,
           (int)result->n_computed, (int)LodGridCells(&problem->grid));
  printf("operator  %.3g s\nsolve     %.3g s\n", result->seconds_operator, result->seconds_solve);
  if (result->fine) printf("field     %.3g s\n", result->seconds_reconstruct);
  PrintRange("solution", LodNodeCount(problem->grid.dim, result->cells), result->values);
  PrintFields(&problem->grid, result, fluxes);
  printf("file      %s", command->output);
  PetscCall(LodSolutionVtkPath(command->output, vtk));
  if (vtk[0]) printf(" (ParaView: %s)", vtk);
  putchar('\n');
  PetscFunctionReturn(0);
}

/* Fluxes and the solution file, by one rank. */
static PetscErrorCode Finish(const LodSolveCommand *command, const LodProblem *problem,
                             const LodData *data, const LodSolveResult *result) {
  LodFluxes fluxes = {0};

  PetscFunctionBeginUser;
  if (result->fine)
    PetscCall(LodFluxesCompute(&problem->grid, &problem->coefficient, &problem->conditions,
                               command->problem.rhs[0], command->problem.rhs_where, data, result,
                               &fluxes));
  PetscErrorCode error = WriteSolution(command, problem, result, &fluxes);
  if (!error && !command->problem.quiet) error = PrintSummary(command, problem, result, &fluxes);
  PetscCall(LodFluxesDestroy(&fluxes));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodSolveOne(const LodSolveCommand *command) {
  LodProblem     problem;
  LodData        data;
  LodSolveResult result;
  PetscMPIInt    rank;
  PetscErrorCode error = 0;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(PETSC_COMM_WORLD, &rank));
  PetscCall(CheckCompanion(command));
  PetscCall(LodProblemRead(&command->problem, NULL, &problem));
  PetscCall(Solve(command, &problem, &data, &result));
  if (rank == 0) error = Finish(command, &problem, &data, &result);
  PetscCall(LodErrorAgree(PETSC_COMM_WORLD, error));
  PetscCall(LodDataDestroy(&data));
  PetscCall(LodSolveResultDestroy(&result));
  PetscCall(LodProblemDestroy(&problem));
  PetscFunctionReturn(0);
}
