/* One problem, one method, one solution file. */
#include "base/error.h"
#include "base/events.h"
#include "common/solve.h"
#include "grid/domain.h"
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

/* What is computed from a solution. */
typedef struct {
  LodFluxes          fluxes;
  LodSolveQuantities quantities;
} Findings;

/* Computes it. */
static PetscErrorCode Find(const LodSolveCommand *command, const LodProblem *problem,
                           const LodData *data, const LodSolveResult *result, Findings *findings) {
  PetscFunctionBeginUser;
  *findings = (Findings){0};
  if (result->fine)
    PetscCall(LodFluxesCompute(&problem->grid, &problem->coefficient, &problem->conditions,
                               command->problem.rhs[0], command->problem.rhs_where, data, result,
                               &findings->fluxes));
  PetscErrorCode error =
      LodSolveQuantitiesCompute(command, problem, data, result, &findings->quantities);
  if (error) PetscCall(LodFluxesDestroy(&findings->fluxes));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Writes the solution file. */
static PetscErrorCode WriteSolution(const LodSolveCommand *command, const LodProblem *problem,
                                    const LodSolveResult *result, const Findings *findings) {
  const LodSolutionFields fields = LodFluxesFields(&findings->fluxes, result);

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
  LodSolveQuantitiesInFile(&findings->quantities, &solution);
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

/* Prints what the mask leaves out. */
static void PrintMask(const LodCoefficient *coefficient) {
  PetscInt outside = 0;
  if (!coefficient->mask) return;
  for (PetscInt cell = 0; cell < LodCoefficientCells(coefficient); cell++)
    outside += !coefficient->mask[cell];
  printf("\nmask      %d of %d cells of A outside, %s walls", (int)outside,
         (int)LodCoefficientCells(coefficient),
         coefficient->dirichlet_walls ? "Dirichlet" : "natural");
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
  PrintMask(&problem->coefficient);
  printf("\nboundary  ");
  LodConditionsPrint(stdout, conditions, &problem->grid);
  putchar('\n');
  if (problem->model)
    printf("model     %s%s\n", command->problem.model,
           command->problem.average ? ", averaged over the symmetries" : "");
}

/* Prints the range of values[nodes of a mesh] in D. */
static void PrintRange(const char *what, const LodProblem *problem, const PetscInt cells[],
                       const double *values) {
  const LodBox all = LodBoxNodes(problem->grid.dim, cells);
  PetscInt     nodes = 0;
  double       smallest = PETSC_MAX_REAL, largest = -PETSC_MAX_REAL;
  for (PetscInt i = 0; i < LodBoxCount(&all); i++) {
    PetscInt node[LOD_MAX_DIM];
    LodBoxIndex(&all, i, node);
    if (LodDomainNode(&problem->grid, &problem->coefficient, cells, node) == LOD_NODE_OUTSIDE)
      continue;
    nodes++;
    smallest = PetscMin(smallest, values[i]);
    largest = PetscMax(largest, values[i]);
  }
  printf("%-10sfrom %.9g to %.9g at %lld nodes\n", what, smallest, largest, (long long)nodes);
}

/* Prints what there is of the fine-scale field. */
static void PrintFields(const LodProblem *problem, const LodSolveResult *result,
                        const LodFluxes *fluxes) {
  if (!result->fine) return;
  PrintRange("fine", problem, problem->grid.fine, result->fine);
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
                                   const LodSolveResult *result, const Findings *findings) {
  char vtk[LOD_PATH_MAX];

  PetscFunctionBeginUser;
  PrintProblem(command, problem);
  if (command->previous)
    printf("previous  %s: %d of %d cells computed anew\n", command->previous,
           (int)result->n_computed, (int)LodGridCells(&problem->grid));
  printf("operator  %.3g s\nsolve     %.3g s\n", result->seconds_operator, result->seconds_solve);
  if (result->fine) printf("field     %.3g s\n", result->seconds_reconstruct);
  PrintRange("solution", problem, result->cells, result->values);
  PrintFields(problem, result, &findings->fluxes);
  LodSolveQuantitiesPrint(command, problem, &findings->quantities);
  printf("file      %s", command->output);
  PetscCall(LodSolutionVtkPath(command->output, vtk));
  if (vtk[0]) printf(" (ParaView: %s)", vtk);
  putchar('\n');
  PetscFunctionReturn(0);
}

/* Fluxes, quantities, files and a summary, by one rank. */
static PetscErrorCode Finish(const LodSolveCommand *command, const LodProblem *problem,
                             const LodData *data, const LodSolveResult *result) {
  Findings findings;

  PetscFunctionBeginUser;
  PetscCall(Find(command, problem, data, result, &findings));
  PetscErrorCode error = WriteSolution(command, problem, result, &findings);
  if (!error) error = LodSolveQuantitiesReport(command, problem, result, &findings.quantities);
  if (!error && !command->problem.quiet) error = PrintSummary(command, problem, result, &findings);
  PetscCall(LodFluxesDestroy(&findings.fluxes));
  PetscCall(LodSolveQuantitiesDestroy(&findings.quantities));
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
  PetscCall(LodSolveQuantitiesCheckOutput(command));
  PetscCall(LodProblemRead(&command->problem, NULL, &problem));
  PetscCall(LodSolveCommandCheckValues(command, &problem));
  LodCheckInput(!command->reconstruct || LodGridIsNested(&problem.grid),
                "--reconstruct: fluxes need coarse cells (--coarse) that divide the coefficient "
                "cells, and fine cells (--fine) that are a multiple of them");
  PetscCall(LodErrorAgree(PETSC_COMM_WORLD, LodSolveQuantitiesCheck(command, &problem)));
  PetscCall(Solve(command, &problem, &data, &result));
  if (rank == 0) error = Finish(command, &problem, &data, &result);
  PetscCall(LodErrorAgree(PETSC_COMM_WORLD, error));
  PetscCall(LodDataDestroy(&data));
  PetscCall(LodSolveResultDestroy(&result));
  PetscCall(LodProblemDestroy(&problem));
  PetscFunctionReturn(0);
}
