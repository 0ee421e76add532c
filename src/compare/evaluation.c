/* A trained model on a set of coefficients: draws, compares, collects. */
#include "compare/evaluation.h"

#include <math.h>
#include <string.h>

#include "base/report.h"
#include "compare/compare_private.h"
#include "config/config.h"
#include "fem/nodal.h"
#include "sample/sample.h"
#include "solver/solve.h"

const char *LodEvaluationRhs(PetscInt dim, int f) {
  static const char *const rhs[] = {"1", "x", "sin(pi*x)*sin(pi*y)"};
  return f == 2 && dim == 1 ? "sin(pi*x)" : rhs[f];
}

/* The mesh that a model was trained on. */
static LodGrid ModelGrid(const LodSignature *signature) {
  const PetscInt cells = signature->coarse * signature->ratio;
  LodGrid        grid = {
             LOD_UNIT_CUBE(signature->dim, signature->coarse, cells, cells * signature->fine_ratio),
             .ell = signature->ell};
  memcpy(grid.natural, signature->natural, sizeof grid.natural);
  return grid;
}

/* What an evaluation of a set works with; everything is borrowed. */
typedef struct {
  const LodModel  *model;
  PetscBool        average;
  LodGrid          grid; /* of the model */
  const LodConfig *set;
  const double    *rhs;       /* loads, [LOD_EVALUATION_RHS][fine nodes] */
  const char      *directory; /* of cross sections; NULL: none are wanted */
  PetscBool        quiet;
} Task;

/* Takes over into a row what was found for one right-hand side; cross sections of the first go to
   `directory` unless that is empty. */
static PetscErrorCode FillRow(const Task *task, const LodCoefficient *coefficient, int f,
                              const LodComparison *found, const char *directory,
                              LodEvaluationRow *row) {
  PetscFunctionBeginUser;
  row->norm_difference = found->norm_difference;
  row->norm = found->norm;
  row->dnn_lod[f] = found->dnn_lod;
  row->lod_fine[f] = found->lod_fine;
  row->dnn_fine[f] = found->dnn_fine;
  if (f == 0) {
    row->errors = found->errors;
    row->errors.seconds[0] = row->errors.seconds[1] = 0; /* the only numbers that do not repeat */
  }
  PetscCall(
      LodNodesRelativeEnergy(&task->grid, coefficient, found->dnn, found->lod, &row->energy[f]));
  PetscCheck(isfinite(row->energy[f]), PETSC_COMM_SELF, PETSC_ERR_FP,
             "%s: f = %s: the relative energy error is %.9g", row->name,
             LodEvaluationRhs(task->grid.dim, f), row->energy[f]);
  if (f == 0 && directory[0]) {
    PetscCall(LodDirectoryMake(directory));
    PetscCall(LodCrossSectionsWrite(found, &task->grid, directory));
  }
  PetscFunctionReturn(0);
}

/* Compares for all right-hand sides. */
static PetscErrorCode CompareAll(const Task *task, const LodCoefficient *coefficient,
                                 const char *directory, LodEvaluationRow *row) {
  LodComparison  found[LOD_EVALUATION_RHS];
  PetscErrorCode error = 0;
  PetscFunctionBeginUser;
  PetscCall(LodComparisonCompute(
      PETSC_COMM_SELF, &task->grid, coefficient, LOD_EVALUATION_RHS, task->rhs,
      &(LodComparisonOptions){
          .model = task->model, .average = task->average, .n_fields = 1, .quiet = PETSC_TRUE},
      found));
  for (int f = 0; f < LOD_EVALUATION_RHS && !error; f++)
    error = FillRow(task, coefficient, f, &found[f], directory, row);
  for (int f = 0; f < LOD_EVALUATION_RHS; f++)
    PetscCall(LodComparisonDestroy(&found[f]));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Checks that model and mesh fit together, and finds out whether the model was trained for such
   values. */
static PetscErrorCode FindRange(const LodModel *model, const LodGrid *grid,
                                const LodCoefficient *coefficient, LodEvaluationRow *row) {
  PetscFunctionBeginUser;
  PetscCall(LodModelFits(model, "model", grid, coefficient, row->name, PETSC_TRUE));
  PetscCall(LodCoefficientRange(coefficient, &row->smallest, &row->largest));
  PetscCall(LodModelInRange(model, coefficient, &row->in_range));
  PetscFunctionReturn(0);
}

/* Prints the line of a row. */
static void PrintRow(const LodEvaluationRow *row) {
  printf("%-36.36s%s %9.3e %9.4f %% %9.4f %% %9.4f %%\n", row->name, row->in_range ? " " : "*",
         row->norm_difference / row->norm, 100 * row->dnn_lod[0], 100 * row->errors.l2[0],
         100 * row->errors.l2[1]);
  fflush(stdout);
}

/* Leaves out the scales that do not fit the mesh, and as many coefficients. */
static void FitScales(PetscInt cells, LodSampleSettings *family) {
  PetscInt kept = 0;
  for (PetscInt i = 0; i < family->n_scales; i++)
    if (cells % family->scales[i] == 0) family->scales[kept++] = family->scales[i];
  if (kept < family->n_scales) family->count = PetscMin(family->count, kept);
  family->n_scales = kept;
}

/* Leaves out a formula that asks for an axis which the model's mesh does not have, with a warning.
 */
static PetscErrorCode FitExpression(const LodConfig *set, PetscInt dim, LodSampleSettings *family) {
  LodExpression *expression = NULL;
  PetscFunctionBeginUser;
  if (family->family != LOD_FAMILY_EXPRESSION) PetscFunctionReturn(0);
  PetscErrorCode error = LodExpressionCreate(family->expression, dim, set->path, &expression);
  PetscCall(LodExpressionDestroy(&expression));
  if (error && error != LOD_ERR_INPUT) PetscCall(error);
  if (!error) PetscFunctionReturn(0);
  LodErrorClear();
  family->count = 0;
  LodWarn("%s: '%s' is no expression in the %" PetscInt_FMT
          " dimensions of the model and left out; another set is taken with --set",
          set->path, family->expression, dim);
  PetscFunctionReturn(0);
}

/* Fills all rows of one family, from evaluation->n_rows on. */
static PetscErrorCode EvaluateFamily(const Task *task, PetscInt f, LodEvaluation *evaluation) {
  const LodGrid    *grid = &task->grid;
  LodSampleSettings settings = task->set->families[f], *family = &settings;
  PetscFunctionBeginUser;
  FitScales(grid->coefficient[0], family);
  PetscCall(FitExpression(task->set, grid->dim, family));
  for (PetscInt number = 0; number < family->count; number++) {
    LodEvaluationRow *row = &evaluation->rows[evaluation->n_rows];
    LodCoefficient    coefficient;
    char              folder[LOD_EVALUATION_NAME], path[LOD_PATH_MAX] = "";
    PetscCall(LodSampleDraw(family, grid->dim, grid->coefficient, task->set->seed + f, number,
                            &coefficient));
    LodEvaluationName(family, grid->coefficient[0], number, evaluation->rows, evaluation->n_rows,
                      row->name);
    LodEvaluationFolder(row->name, folder);
    PetscErrorCode error = FindRange(task->model, grid, &coefficient, row);
    if (!error && task->directory)
      error = PetscSNPrintf(path, sizeof path, "%s/%s", task->directory, folder);
    if (!error) error = CompareAll(task, &coefficient, path, row);
    PetscCall(LodCoefficientDestroy(&coefficient));
    PetscCall(error);
    evaluation->n_rows++;
    if (!task->quiet) PrintRow(row);
  }
  PetscFunctionReturn(0);
}

/* Fills all rows, with everything made. */
static PetscErrorCode EvaluateFamilies(Task *task, LodEvaluation *evaluation) {
  const LodGrid *grid = &task->grid;
  const size_t   n_fine = (size_t)LodNodeCount(grid->dim, grid->fine);
  double        *rhs;
  PetscFunctionBeginUser;
  PetscCall(LodComparisonForesee(PETSC_COMM_SELF, grid, LOD_EVALUATION_RHS, PETSC_TRUE));
  PetscCall(PetscMalloc1(LOD_EVALUATION_RHS * n_fine, &rhs));
  PetscErrorCode error = 0;
  for (int f = 0; f < LOD_EVALUATION_RHS && !error; f++)
    error = LodLoadOfRhs(grid, LodEvaluationRhs(grid->dim, f), rhs + (size_t)f * n_fine);
  task->rhs = rhs;
  for (PetscInt f = 0; f < task->set->n_families && !error; f++)
    error = EvaluateFamily(task, f, evaluation);
  PetscCall(PetscFree(rhs));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodEvaluationCompute(const LodModel *model, PetscBool average, const char *set_path,
                                    const char *directory, PetscBool pictures, PetscBool quiet,
                                    LodEvaluation *evaluation) {
  LodConfig set;
  Task      task = {.model = model,
                    .average = average,
                    .grid = ModelGrid(&model->signature),
                    .set = &set,
                    .directory = pictures ? directory : NULL,
                    .quiet = quiet};
  PetscInt  count = 0;
  PetscFunctionBeginUser;
  *evaluation = (LodEvaluation){.average = average};
  PetscCall(LodConfigRead(set_path, &set));
  for (PetscInt f = 0; f < set.n_families; f++)
    count += set.families[f].count;
  PetscCall(PetscCalloc1(count, &evaluation->rows));
  if (!quiet)
    printf("%-37s %9s %11s %11s %11s\n", "coefficient (*: outside the training)", "|S-S^|/|S|",
           "dnn to lod", "lod u_ms", "dnn u_ms");
  PetscErrorCode error = EvaluateFamilies(&task, evaluation);
  if (error) PetscCall(LodEvaluationDestroy(evaluation));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodEvaluationDestroy(LodEvaluation *evaluation) {
  PetscFunctionBeginUser;
  PetscCall(PetscFree(evaluation->rows));
  evaluation->n_rows = 0;
  PetscFunctionReturn(0);
}
