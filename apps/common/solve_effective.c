/* The effective tensor of one coefficient. */
#include <string.h>

#include "base/error.h"
#include "common/solve.h"
#include "solver/effective.h"

PetscErrorCode LodSolveEffectiveCheck(const LodSolveCommand *command) {
  const LodProblemOptions *problem = &command->problem;
  PetscFunctionBeginUser;
  if (!command->quantities.effective) PetscFunctionReturn(0);
  LodCheckInput(!command->many, "--effective: is for one coefficient: leave --many out");
  LodCheckInput(!command->operators && !command->correct && !command->reconstruct &&
                    !command->previous,
                "--effective: writes no solution and starts from none: leave %s out",
                command->operators  ? "--operators"
                : command->correct  ? "--correct"
                : command->previous ? "--previous"
                                    : "--reconstruct");
  LodCheckInput(problem->n_rhs == 0, "--effective: f is 0: leave --rhs out");
  LodCheckInput(command->quantities.n_points == 0 && command->quantities.n_means == 0,
                "--effective: has no point values: leave --point and --mean out");
  LodCheckInput(!command->output,
                "%s: --effective writes no solution; --report R.json takes what it finds",
                command->output);
  PetscFunctionReturn(0);
}

/* Reads the list of kinds. */
static PetscErrorCode ParseKinds(const char *text, PetscInt *n,
                                 LodEffective effective[LOD_EFFECTIVE_KINDS]) {
  char where[LOD_TEXT_MAX], name[32];
  PetscFunctionBeginUser;
  *n = 0;
  (void)snprintf(where, sizeof where, "--effective=%.64s", text);
  for (const char *begin = text;; begin++) {
    const size_t length = strcspn(begin, ",");
    LodCheckInput(*n < LOD_EFFECTIVE_KINDS, "%s: names more than %d kinds", where,
                  LOD_EFFECTIVE_KINDS);
    (void)snprintf(name, sizeof name, "%.*s", (int)PetscMin(length, sizeof name - 1), begin);
    PetscCall(LodEffectiveFromName(name, where, &effective[(*n)++].kind));
    begin += length;
    if (!*begin) break;
  }
  PetscFunctionReturn(0);
}

/* Refuses conditions of the problem, which are part of what a kind means. */
static PetscErrorCode CheckConditions(const LodProblem *problem) {
  const LodConditions *conditions = &problem->conditions;
  PetscFunctionBeginUser;
  for (PetscInt axis = 0; axis < problem->grid.dim; axis++)
    for (int side = 0; side < 2; side++) {
      const LodFaceCondition *face = &conditions->faces[axis][side];
      LodCheckInput(face->kind == LOD_FACE_UNSET,
                    "%s: --effective says by itself what holds on the faces: leave it out",
                    face->where);
    }
  LodCheckInput(conditions->n_wells == 0, "%s: --effective has no wells: leave them out",
                conditions->wells[0].where);
  LodCheckInput(!conditions->reaction, "%s: the effective tensor is one of A alone: leave it out",
                conditions->reaction_where);
  PetscFunctionReturn(0);
}

/* Computes all tensors. Collective. */
static PetscErrorCode Compute(const LodSolveCommand *command, const LodProblem *problem, PetscInt n,
                              LodEffective *effective) {
  const LodSolveOptions options = {.model = problem->model,
                                   .average = command->problem.average,
                                   .quiet = command->problem.quiet};
  PetscFunctionBeginUser;
  PetscCall(LodErrorAgree(PETSC_COMM_WORLD, CheckConditions(problem)));
  PetscCall(LodSolveForesee(PETSC_COMM_WORLD, &problem->grid,
                            &(LodSolveWork){.method = command->method,
                                            .coefficients = n,
                                            .n_rhs = 1,
                                            .quiet = command->problem.quiet}));
  for (PetscInt k = 0; k < n; k++)
    PetscCall(LodEffectiveCompute(PETSC_COMM_WORLD, &problem->grid, &problem->coefficient,
                                  command->method, &options, effective[k].kind, &effective[k]));
  PetscFunctionReturn(0);
}

/* Prints and writes what was found: rank 0's. */
static PetscErrorCode Tell(const LodSolveCommand *command, const LodProblem *problem, PetscInt n,
                           const LodEffective *effective) {
  LodEffectiveBounds bounds;
  PetscFunctionBeginUser;
  LodEffectiveBoundsCompute(&problem->coefficient, &bounds);
  const LodEffectiveFindings findings = {.grid = &problem->grid,
                                         .coefficient = command->problem.coefficient,
                                         .method = LodMethodName(command->method),
                                         .model = command->problem.model,
                                         .n = n,
                                         .effective = effective,
                                         .bounds = &bounds};
  LodEffectiveWarn(&findings);
  if (command->quantities.report)
    PetscCall(LodEffectiveReport(&findings, command->quantities.report));
  if (command->problem.quiet) PetscFunctionReturn(0);
  printf("method    %s\nmesh      ", findings.method);
  LodProblemPrintMesh(problem);
  putchar('\n');
  LodEffectivePrint(&findings);
  if (command->quantities.report) printf("report    %s\n", command->quantities.report);
  PetscFunctionReturn(0);
}

PetscErrorCode LodSolveEffective(const LodSolveCommand *command) {
  const char    *kinds = command->quantities.kinds ? command->quantities.kinds : "periodic";
  LodEffective   effective[LOD_EFFECTIVE_KINDS];
  LodProblem     problem;
  PetscInt       n;
  PetscMPIInt    rank;
  PetscErrorCode error = 0;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(PETSC_COMM_WORLD, &rank));
  PetscCall(LodErrorAgree(PETSC_COMM_WORLD, ParseKinds(kinds, &n, effective)));
  if (command->quantities.report)
    PetscCall(LodSolveCommandCheckOutput(command, command->quantities.report));
  PetscCall(LodProblemRead(&command->problem, NULL, &problem));
  PetscCall(Compute(command, &problem, n, effective));
  if (rank == 0) error = Tell(command, &problem, n, effective);
  PetscCall(LodErrorAgree(PETSC_COMM_WORLD, error));
  PetscCall(LodProblemDestroy(&problem));
  PetscFunctionReturn(0);
}
