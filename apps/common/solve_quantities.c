/* Quantities of interest of the solution of one problem. */
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "common/solve.h"

/* Where the report goes: what --report says, else beside the solution, .json in place of .h5; ""
   for nowhere: beside a device nothing belongs. */
static PetscErrorCode ReportPath(const LodSolveCommand *command, char path[LOD_PATH_MAX]) {
  const char *output = command->output;
  size_t      length = strlen(output);
  int         printed = 0;
  PetscFunctionBeginUser;
  path[0] = 0;
  if (!command->quantities.wanted) PetscFunctionReturn(0);
  if (command->quantities.report) {
    printed = snprintf(path, LOD_PATH_MAX, "%s", command->quantities.report);
  } else if (LodOutputIsFile(output)) {
    if (length > 3 && !strcmp(output + length - 3, ".h5")) length -= 3;
    printed = snprintf(path, LOD_PATH_MAX, "%.*s.json", (int)length, output);
  }
  LodCheckInput(printed < LOD_PATH_MAX, "%.64s...: the file name is too long", path);
  PetscFunctionReturn(0);
}

LodQuantityRequest LodSolveQuantitiesRequest(const LodSolveCommand *command) {
  const LodQuantityOptions *options = &command->quantities;
  return (LodQuantityRequest){.n_points = options->n_points,
                              .n_means = options->n_means,
                              .points = options->points,
                              .means = options->means};
}

PetscErrorCode LodSolveQuantitiesCheckOutput(const LodSolveCommand *command) {
  char path[LOD_PATH_MAX];
  PetscFunctionBeginUser;
  PetscCall(LodErrorAgree(PETSC_COMM_WORLD, ReportPath(command, path)));
  if (path[0]) PetscCall(LodSolveCommandCheckOutput(command, path));
  PetscFunctionReturn(0);
}

PetscErrorCode LodSolveQuantitiesCheck(const LodSolveCommand *command, const LodProblem *problem) {
  const LodQuantityRequest request = LodSolveQuantitiesRequest(command);
  PetscFunctionBeginUser;
  PetscCall(LodQuantityRequestCheck(&request, &problem->grid, &problem->coefficient));
  PetscFunctionReturn(0);
}

/* Whether the problem has data other than f. */
static PetscBool HasData(const LodProblem *problem) {
  const LodConditions *conditions = &problem->conditions;
  for (PetscInt axis = 0; axis < problem->grid.dim; axis++)
    for (int side = 0; side < 2; side++)
      if (conditions->faces[axis][side].value) return PETSC_TRUE;
  return (PetscBool)(conditions->n_wells > 0 || conditions->reaction);
}

PetscErrorCode LodSolveQuantitiesCompute(const LodSolveCommand *command, const LodProblem *problem,
                                         const LodData *data, const LodSolveResult *result,
                                         LodSolveQuantities *quantities) {
  const LodQuantityRequest request = LodSolveQuantitiesRequest(command);
  const LodQuantityProblem asked = {.grid = &problem->grid,
                                    .coefficient = &problem->coefficient,
                                    .conditions = &problem->conditions,
                                    .data = data,
                                    .rhs = command->problem.rhs[0],
                                    .rhs_where = command->problem.rhs_where,
                                    .request = &request};
  LodQuantityParts         parts;
  PetscFunctionBeginUser;
  *quantities = (LodSolveQuantities){.names = NULL};
  if (!command->quantities.wanted && !HasData(problem)) PetscFunctionReturn(0);
  PetscCall(LodQuantityPartsCompute(&asked, &parts));
  PetscErrorCode error = LodQuantitiesCompute(&asked, &parts, result, &quantities->quantities);
  if (!error) error = LodQuantitiesNames(&quantities->quantities, &quantities->names);
  if (!error) error = PetscMalloc1(quantities->quantities.n, &quantities->values);
  if (!error) LodQuantitiesValues(&quantities->quantities, quantities->values);
  if (error) PetscCall(LodSolveQuantitiesDestroy(quantities));
  PetscCall(error);
  PetscFunctionReturn(0);
}

void LodSolveQuantitiesInFile(const LodSolveQuantities *quantities, LodSolution *solution) {
  solution->n_quantities = quantities->quantities.n;
  solution->quantity_names = quantities->names;
  solution->quantities_of = quantities->quantities.of;
  solution->quantities = quantities->values;
}

PetscErrorCode LodSolveQuantitiesReport(const LodSolveCommand *command, const LodProblem *problem,
                                        const LodSolveResult     *result,
                                        const LodSolveQuantities *quantities) {
  char  path[LOD_PATH_MAX];
  char *boundary = NULL, *wells = NULL;
  PetscFunctionBeginUser;
  PetscCall(ReportPath(command, path));
  if (!path[0]) PetscFunctionReturn(0);
  PetscCall(LodConditionsBoundaryText(&problem->conditions, &problem->grid, &boundary));
  PetscCall(LodConditionsWellsText(&problem->conditions, problem->grid.dim, &wells));
  PetscErrorCode error =
      LodQuantitiesReport(&(LodQuantityFindings){.grid = &problem->grid,
                                                 .coefficient = command->problem.coefficient,
                                                 .method = LodMethodName(result->method),
                                                 .model = command->problem.model,
                                                 .rhs = command->problem.rhs[0],
                                                 .boundary = boundary,
                                                 .wells = wells,
                                                 .reaction = problem->conditions.reaction,
                                                 .correct = command->correct,
                                                 .quantities = &quantities->quantities,
                                                 .seconds_operator = result->seconds_operator,
                                                 .seconds_solve = result->seconds_solve},
                          path);
  PetscCall(PetscFree(boundary));
  PetscCall(PetscFree(wells));
  PetscCall(error);
  PetscFunctionReturn(0);
}

void LodSolveQuantitiesPrint(const LodSolveCommand *command, const LodProblem *problem,
                             const LodSolveQuantities *quantities) {
  char path[LOD_PATH_MAX];
  if (quantities->quantities.n == 0) return;
  LodQuantitiesPrint(&quantities->quantities, &problem->grid);
  if (!ReportPath(command, path) && path[0]) printf("report    %s\n", path);
}

PetscErrorCode LodSolveQuantitiesDestroy(LodSolveQuantities *quantities) {
  PetscFunctionBeginUser;
  PetscCall(LodQuantitiesDestroy(&quantities->quantities));
  PetscCall(PetscFree(quantities->names));
  PetscCall(PetscFree(quantities->values));
  PetscFunctionReturn(0);
}
