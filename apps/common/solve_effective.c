/* The effective tensor of one coefficient. */
#include <string.h>

#include "base/error.h"
#include "base/progress.h"
#include "common/solve.h"
#include "solver/effective.h"

PetscErrorCode LodSolveEffectiveCheck(const LodSolveCommand *command) {
  const LodProblemOptions *problem = &command->problem;
  PetscFunctionBeginUser;
  if (!command->quantities.effective) PetscFunctionReturn(0);
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

/* Work of one run: the tensors of all samples and their bounds. */
typedef struct {
  PetscInt            samples, n;
  LodEffective       *effective; /* [samples][n] */
  LodEffectiveBounds *bounds;    /* [samples] */
} Tensors;

/* Computes all tensors of one sample, the coefficient of the problem. Collective. */
static PetscErrorCode ComputeSample(const LodSolveCommand *command, const LodProblem *problem,
                                    PetscInt sample, const LodEffective kinds[],
                                    const Tensors *tensors) {
  const LodSolveOptions options = {.model = problem->model,
                                   .average = command->problem.average,
                                   .quiet = (PetscBool)(command->problem.quiet || command->many)};
  PetscFunctionBeginUser;
  LodEffectiveBoundsCompute(&problem->coefficient, &tensors->bounds[sample]);
  for (PetscInt k = 0; k < tensors->n; k++)
    PetscCall(LodEffectiveCompute(PETSC_COMM_WORLD, &problem->grid, &problem->coefficient,
                                  command->method, &options, kinds[k].kind,
                                  &tensors->effective[sample * tensors->n + k]));
  PetscFunctionReturn(0);
}

/* The same for all samples of a series. */
static PetscErrorCode ComputeSeries(const LodSolveCommand *command, LodCoefficientSeries *series,
                                    LodProblem *problem, const LodEffective kinds[],
                                    const Tensors *tensors) {
  const LodProblemOptions *given = &command->problem;
  LodProgress              progress;
  PetscErrorCode           error = 0;
  PetscFunctionBeginUser;
  PetscCall(LodProgressBegin(&progress, "effective tensors", "coefficients", tensors->samples,
                             given->quiet));
  for (PetscInt sample = 0; sample < tensors->samples && !error; sample++) {
    error = LodCoefficientSeriesRead(series, sample, &problem->coefficient);
    if (!error && problem->model)
      error = LodModelFits(problem->model, given->model, &problem->grid, &problem->coefficient,
                           series->dataset, given->allow_range);
    if (!error) error = ComputeSample(command, problem, sample, kinds, tensors);
    if (!error) error = LodProgressUpdate(&progress, sample + 1);
  }
  PetscCall(LodProgressEnd(&progress));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Prints and writes what was found: rank 0's. */
static PetscErrorCode Tell(const LodSolveCommand *command, const LodProblem *problem,
                           const Tensors *tensors) {
  const LodEffectiveFindings findings = {.grid = &problem->grid,
                                         .coefficient = command->problem.coefficient,
                                         .method = LodMethodName(command->method),
                                         .model = command->problem.model,
                                         .samples = tensors->samples,
                                         .n = tensors->n,
                                         .effective = tensors->effective,
                                         .bounds = tensors->bounds};
  PetscFunctionBeginUser;
  LodEffectiveWarn(&findings);
  if (command->quantities.report)
    PetscCall(LodEffectiveReport(&findings, command->quantities.report));
  if (command->problem.quiet) PetscFunctionReturn(0);
  printf("method    %s\nmesh      ", findings.method);
  LodProblemPrintMesh(problem);
  putchar('\n');
  if (command->many) printf("samples   %d\n", (int)tensors->samples);
  LodEffectivePrint(&findings);
  if (command->quantities.report) printf("report    %s\n", command->quantities.report);
  PetscFunctionReturn(0);
}

/* Computes, and rank 0 says what was found. Collective. */
static PetscErrorCode ComputeAndTell(const LodSolveCommand *command, LodCoefficientSeries *series,
                                     LodProblem *problem, const LodEffective kinds[],
                                     const Tensors *tensors) {
  PetscMPIInt    rank;
  PetscErrorCode error = 0;
  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(PETSC_COMM_WORLD, &rank));
  PetscCall(LodErrorAgree(PETSC_COMM_WORLD, CheckConditions(problem)));
  PetscCall(LodSolveForesee(PETSC_COMM_WORLD, &problem->grid,
                            &(LodSolveWork){.method = command->method,
                                            .coefficients = tensors->samples * tensors->n,
                                            .n_rhs = 1,
                                            .quiet = command->problem.quiet}));
  if (command->many)
    PetscCall(ComputeSeries(command, series, problem, kinds, tensors));
  else
    PetscCall(ComputeSample(command, problem, 0, kinds, tensors));
  if (rank == 0) error = Tell(command, problem, tensors);
  PetscCall(LodErrorAgree(PETSC_COMM_WORLD, error));
  PetscFunctionReturn(0);
}

PetscErrorCode LodSolveEffective(const LodSolveCommand *command) {
  const char          *text = command->quantities.kinds ? command->quantities.kinds : "periodic";
  LodEffective         kinds[LOD_EFFECTIVE_KINDS];
  Tensors              tensors = {.samples = 1};
  LodCoefficientSeries series;
  LodProblem           problem;

  PetscFunctionBeginUser;
  PetscCall(LodErrorAgree(PETSC_COMM_WORLD, ParseKinds(text, &tensors.n, kinds)));
  if (command->many) PetscCall(LodSolveCheckOneProcess());
  PetscCall(LodProblemRead(&command->problem, command->many ? &series : NULL, &problem));
  if (command->many) tensors.samples = series.count;
  PetscErrorCode error = PetscMalloc2((size_t)tensors.samples * (size_t)tensors.n,
                                      &tensors.effective, (size_t)tensors.samples, &tensors.bounds);
  if (!error)
    error = ComputeAndTell(command, command->many ? &series : NULL, &problem, kinds, &tensors);
  PetscCall(PetscFree2(tensors.effective, tensors.bounds));
  PetscCall(LodProblemDestroy(&problem));
  if (command->many) PetscCall(LodCoefficientSeriesClose(&series));
  PetscCall(error);
  PetscFunctionReturn(0);
}
