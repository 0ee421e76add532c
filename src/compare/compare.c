/* The comparison itself: four solutions of one problem and the distances between them. */
#include "compare/compare.h"

#include <math.h>

#include "base/error.h"
#include "base/progress.h"
#include "compare/compare_private.h"
#include "compare/side_by_side_private.h"
#include "fem/boundary.h"
#include "fem/nodal.h"
#include "fem/q1_system.h"
#include "lod/exact.h"
#include "solver/exact_digits.h"
#include "solver/solve.h"
#include "system/spectrum.h"

/* What the operators of a coefficient show by themselves: checks and distance. */
static PetscErrorCode MeasureOperators(LodSideBySide *both, const LodCoefficient *coefficient,
                                       const LodModel *model, LodComparison *common) {
  PetscFunctionBeginUser;
  for (int i = 0; i < 2; i++) {
    common->seconds_operator[i] = both->seconds_operator[i];
    PetscCall(LodChecksCompute(both->system[i], &both->grid, &common->checks[i]));
  }
  PetscCall(LodModelOutOfRange(model, &both->grid, coefficient, &common->out_of_range));
  PetscCall(LodCoarseSystemNormDifference(both->system[0], both->system[1],
                                          &common->norm_difference, &common->norm));
  PetscFunctionReturn(0);
}

/* What comparisons of one coefficient work with; everything is borrowed. */
typedef struct {
  MPI_Comm                    comm;
  const LodGrid              *grid;
  const LodCoefficient       *coefficient;
  const LodComparisonOptions *options;
  PetscInt                    n_rhs;
  size_t                      n_fine, n_coarse; /* nodes */
  const double               *fine, *coarse;    /* loads, [n_rhs][nodes] */
  const double               *boundary;         /* at coarse nodes, or NULL */
  double                     *corrected;        /* room for the coarse load with load correctors */
} Task;

/* The fine-scale fields of both solutions of a comparison. */
static PetscErrorCode Reconstruct(const Task *task, LodSideBySide *both, LodComparison *found) {
  const double *const solution[2] = {found->lod, found->dnn};
  PetscFunctionBeginUser;
  for (int i = 0; i < 2; i++) {
    const double start = LodSeconds();
    PetscCall(PetscMalloc1(task->n_fine, &found->field[i]));
    PetscCall(LodSideBySideReconstruct(both, i, solution[i], task->options->boundary,
                                       task->options->quiet, found->field[i]));
    found->errors.seconds[i] = LodSeconds() - start;
  }
  PetscFunctionReturn(0);
}

/* Both operators for the coefficient, and their solutions for all loads; fills comparisons[n_rhs],
   in which nothing is, and *digits, which is NULL. */
static PetscErrorCode CompareOperators(const Task *task, LodSideBySide *both,
                                       LodExactDigits **digits, LodComparison comparisons[]) {
  LodComparison common = {.average = task->options->average,
                          .correct = (PetscBool)(task->options->source != NULL)};
  PetscFunctionBeginUser;
  PetscCall(
      LodSideBySideAssemble(both, task->coefficient, task->options->source, task->options->quiet));
  if (task->options->source) PetscCall(LodSideBySideLoad(both, task->corrected));
  PetscCall(MeasureOperators(both, task->coefficient, task->options->model, &common));
  PetscCall(LodExactDigitsCreate(task->comm, task->grid, task->coefficient, digits));
  for (PetscInt f = 0; f < task->n_rhs; f++) {
    const double *load =
        task->options->source ? task->corrected : task->coarse + (size_t)f * task->n_coarse;
    LodComparison *found = &comparisons[f];
    *found = common;
    PetscCall(PetscMalloc1(task->n_coarse, &found->lod));
    PetscCall(PetscMalloc1(task->n_coarse, &found->dnn));
    PetscCall(
        LodSideBySideSolve(both, load, task->boundary, found->lod, found->dnn, &found->dnn_lod));
    for (int i = 0; i < 2; i++)
      found->seconds_solve[i] = both->seconds_solve[i];
    PetscCall(LodExactDigitsCheck(*digits, load, task->boundary, found->lod));
    if (f < task->options->n_fields) PetscCall(Reconstruct(task, both, found));
  }
  PetscFunctionReturn(0);
}

/* The same, with everything made and destroyed. */
static PetscErrorCode SolveCompressed(const Task *task, LodComparison comparisons[]) {
  LodLocalOperators *exact = NULL;
  LodSideBySide     *both = NULL;
  LodExactDigits    *digits = NULL;
  PetscFunctionBeginUser;
  PetscErrorCode error = LodExactCreate(task->grid, &exact);
  if (!error)
    error =
        LodSideBySideCreate(task->comm, exact, task->options->model, task->options->average, &both);
  if (!error) error = CompareOperators(task, both, &digits, comparisons);
  PetscCall(LodExactDigitsDestroy(&digits));
  PetscCall(LodSideBySideDestroy(&both));
  PetscCall(LodLocalOperatorsDestroy(&exact));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* One of the reference solutions for all loads, solutions[n_rhs][nodes], and their time. */
static PetscErrorCode SolveReference(const Task *task, LodQ1Mesh mesh, double *solutions,
                                     double *seconds) {
  const double      *loads = mesh == LOD_Q1_FINE ? task->fine : task->coarse;
  LodQ1System       *system = NULL;
  LodSolveStatistics statistics = {0};
  PetscFunctionBeginUser;
  PetscErrorCode error = LodQ1SystemCreate(task->comm, task->grid, mesh, &system);
  if (!error) error = LodQ1SystemAssemble(system, task->coefficient);
  if (!error)
    error = LodQ1SystemSolveLoads(system, task->n_rhs, loads,
                                  mesh == LOD_Q1_FINE ? task->options->boundary : task->boundary,
                                  solutions, &statistics);
  PetscCall(LodQ1SystemDestroy(&system));
  PetscCall(error);
  *seconds = statistics.seconds_assembly + statistics.seconds_setup + statistics.seconds_solve;
  PetscFunctionReturn(0);
}

/* Copies the solutions of all loads, [n_rhs][nodes], to one array a comparison. */
static PetscErrorCode KeepReference(const Task *task, LodQ1Mesh mesh, const double *solutions,
                                    double seconds, LodComparison comparisons[]) {
  const PetscBool fine = (PetscBool)(mesh == LOD_Q1_FINE);
  const size_t    n = fine ? task->n_fine : task->n_coarse;
  PetscFunctionBeginUser;
  for (PetscInt f = 0; f < task->n_rhs; f++) {
    double **values = fine ? &comparisons[f].fine : &comparisons[f].coarse;
    *(fine ? &comparisons[f].seconds_fine : &comparisons[f].seconds_coarse) = seconds;
    PetscCall(PetscMalloc1(n, values));
    PetscCall(PetscArraycpy(*values, solutions + (size_t)f * n, n));
  }
  PetscFunctionReturn(0);
}

/* Both reference solutions of all comparisons. */
static PetscErrorCode SolveReferences(const Task *task, LodComparison comparisons[]) {
  static const LodQ1Mesh meshes[] = {LOD_Q1_COARSE, LOD_Q1_FINE};
  double                *solutions;
  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1((size_t)task->n_rhs * task->n_fine, &solutions));
  PetscErrorCode error = 0;
  for (int i = 0; i < 2 && !error; i++) {
    double seconds = 0;
    error = SolveReference(task, meshes[i], solutions, &seconds);
    if (!error) error = KeepReference(task, meshes[i], solutions, seconds, comparisons);
  }
  PetscCall(PetscFree(solutions));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Errors of the coarse solutions and of the fine-scale fields against the fine solution. */
static PetscErrorCode MeasureErrors(const Task *task, LodComparison *comparison) {
  const LodGrid *grid = task->grid;
  const double  *coarse[3] = {comparison->lod, comparison->dnn, comparison->coarse};
  double *error[3] = {&comparison->lod_fine, &comparison->dnn_fine, &comparison->coarse_fine};
  double *interpolated;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(task->n_fine, &interpolated));
  for (int i = 0; i < 3; i++) {
    PetscCall(LodNodesProlongate(grid->dim, grid->coarse, coarse[i], grid->fine, interpolated));
    PetscCall(LodNodesRelativeL2(grid->dim, grid->fine, interpolated, comparison->fine, error[i]));
  }
  if (comparison->field[0]) /* of the coarse solution */
    PetscCall(LodFineRelativeEnergy(grid, task->coefficient, interpolated, comparison->fine,
                                    &comparison->errors.coarse_energy));
  PetscCall(PetscFree(interpolated));
  for (int i = 0; i < 2 && comparison->field[0]; i++) {
    PetscCall(LodNodesRelativeL2(grid->dim, grid->fine, comparison->field[i], comparison->fine,
                                 &comparison->errors.l2[i]));
    PetscCall(LodFineRelativeEnergy(grid, task->coefficient, comparison->field[i], comparison->fine,
                                    &comparison->errors.energy[i]));
  }
  PetscFunctionReturn(0);
}

/* Refuses findings that are not finite: a comparison with them would say nothing. */
static PetscErrorCode CheckFindings(const LodComparison *found) {
  const struct {
    const char *name;
    double      value;
  } findings[] = {{"|S - S_hat|", found->norm_difference},
                  {"|S|", found->norm},
                  {"the L2 error of lod to fine", found->lod_fine},
                  {"the L2 error of dnn to fine", found->dnn_fine},
                  {"the L2 error of coarse to fine", found->coarse_fine},
                  {"the L2 error of dnn to lod", found->dnn_lod},
                  {"the L2 error of u_ms of lod", found->errors.l2[0]},
                  {"the L2 error of u_ms of dnn", found->errors.l2[1]},
                  {"the energy error of u_ms of lod", found->errors.energy[0]},
                  {"the energy error of u_ms of dnn", found->errors.energy[1]},
                  {"the energy error of coarse", found->errors.coarse_energy},
                  {"the kernel residual of lod", found->checks[0].kernel_residual},
                  {"the kernel residual of dnn", found->checks[1].kernel_residual},
                  {"the symmetry defect of lod", found->checks[0].symmetry_defect},
                  {"the symmetry defect of dnn", found->checks[1].symmetry_defect}};
  PetscFunctionBeginUser;
  for (size_t i = 0; i < sizeof findings / sizeof findings[0]; i++)
    PetscCheck(isfinite(findings[i].value), PETSC_COMM_SELF, PETSC_ERR_FP, "%s is %.6g",
               findings[i].name, findings[i].value);
  PetscFunctionReturn(0);
}

/* LodComparisonCompute, with what is made staying in comparisons[] if there is an error;
   loads[n_rhs + 2][coarse nodes] is room for those on the coarse mesh, boundary values and a
   corrected load. */
static PetscErrorCode Compare(Task *task, double *loads, LodComparison comparisons[]) {
  const LodGrid *grid = task->grid;
  double        *boundary = loads + (size_t)task->n_rhs * task->n_coarse;
  PetscFunctionBeginUser;
  for (PetscInt f = 0; f < task->n_rhs; f++)
    PetscCall(LodLoadRestrict(grid, task->fine + (size_t)f * task->n_fine, grid->coarse,
                              loads + (size_t)f * task->n_coarse));
  task->coarse = loads;
  task->corrected = boundary + task->n_coarse;
  if (task->options->boundary) {
    LodBoundaryOn(grid, task->options->boundary, grid->coarse, boundary);
    task->boundary = boundary;
  }
  PetscCall(SolveCompressed(task, comparisons));
  PetscCall(SolveReferences(task, comparisons));
  for (PetscInt f = 0; f < task->n_rhs; f++) {
    PetscCall(MeasureErrors(task, &comparisons[f]));
    PetscCall(CheckFindings(&comparisons[f]));
  }
  PetscFunctionReturn(0);
}

PetscErrorCode LodComparisonCompute(MPI_Comm comm, const LodGrid *grid,
                                    const LodCoefficient *coefficient, PetscInt n_rhs,
                                    const double *rhs, const LodComparisonOptions *options,
                                    LodComparison comparisons[]) {
  Task    task = {.comm = comm,
                  .grid = grid,
                  .coefficient = coefficient,
                  .options = options,
                  .n_rhs = n_rhs,
                  .n_fine = (size_t)LodNodeCount(grid->dim, grid->fine),
                  .n_coarse = (size_t)LodNodeCount(grid->dim, grid->coarse),
                  .fine = rhs};
  double *loads;
  PetscFunctionBeginUser;
  PetscCheck(!options->source || n_rhs == 1, PETSC_COMM_SELF, PETSC_ERR_ARG_INCOMP,
             "load correctors are those of one right-hand side");
  for (PetscInt f = 0; f < n_rhs; f++)
    comparisons[f] = (LodComparison){0};
  PetscCall(PetscMalloc1((size_t)(n_rhs + 2) * task.n_coarse, &loads));
  PetscErrorCode error = Compare(&task, loads, comparisons);
  PetscCall(PetscFree(loads));
  for (PetscInt f = 0; f < n_rhs && error; f++)
    PetscCall(LodComparisonDestroy(&comparisons[f]));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodComparisonForesee(MPI_Comm comm, const LodGrid *grid, PetscInt n_rhs,
                                    PetscBool quiet) {
  PetscFunctionBeginUser;
  for (int i = 0; i < 2; i++)
    PetscCall(LodSolveForesee(comm, grid,
                              &(LodSolveWork){.method = i ? LOD_METHOD_FINE : LOD_METHOD_LOD,
                                              .coefficients = 1,
                                              .n_rhs = 5 * n_rhs, /* load, two fine ones, fields */
                                              .quiet = quiet}));
  PetscFunctionReturn(0);
}

PetscErrorCode LodComparisonComputeText(MPI_Comm comm, const LodGrid *grid,
                                        const LodCoefficient *coefficient,
                                        const LodConditions *conditions, const char *rhs,
                                        const LodComparisonOptions *options,
                                        LodComparison              *comparison) {
  LodComparisonOptions with = *options;
  LodData              data;
  PetscFunctionBeginUser;
  *comparison = (LodComparison){0};
  PetscCall(LodComparisonForesee(comm, grid, 1, options->quiet));
  PetscCall(LodErrorAgree(comm, LodDataCreate(grid, coefficient, conditions, rhs,
                                              options->rhs_where ? options->rhs_where : "--rhs",
                                              options->correct, &data)));
  with.boundary = data.boundary;
  with.source = data.source;
  PetscErrorCode error =
      LodComparisonCompute(comm, grid, coefficient, 1, data.load, &with, comparison);
  PetscCall(LodDataDestroy(&data));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodComparisonDestroy(LodComparison *comparison) {
  PetscFunctionBeginUser;
  PetscCall(PetscFree(comparison->lod));
  PetscCall(PetscFree(comparison->dnn));
  PetscCall(PetscFree(comparison->coarse));
  PetscCall(PetscFree(comparison->fine));
  for (int i = 0; i < 2; i++)
    PetscCall(PetscFree(comparison->field[i]));
  PetscFunctionReturn(0);
}
