/* A trained model on a set of coefficients: draws, compares, collects. */
#include "compare/evaluation.h"

#include <math.h>
#include <string.h>

#include "base/file.h"
#include "compare/compare_private.h"
#include "config/config.h"
#include "fem/nodal.h"
#include "sample/sample.h"

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

/* Compares for one right-hand side; cross sections of the first go to `directory` unless that is
 * empty.
 */
static PetscErrorCode CompareRhs(LodModel *model, const LodGrid *grid,
                                 const LodCoefficient *coefficient, int f, const char *directory,
                                 LodEvaluationRow *row) {
  LodComparison found;
  PetscFunctionBeginUser;
  PetscCall(LodCompare(PETSC_COMM_SELF, grid, coefficient, model, LodEvaluationRhs(grid->dim, f),
                       PETSC_TRUE, &found));
  row->norm_difference = found.norm_difference;
  row->norm = found.norm;
  row->dnn_lod[f] = found.dnn_lod;
  row->lod_fine[f] = found.lod_fine;
  row->dnn_fine[f] = found.dnn_fine;
  PetscCall(LodRelativeEnergy(grid, coefficient, found.dnn, found.lod, &row->energy[f]));
  PetscCheck(isfinite(row->energy[f]), PETSC_COMM_SELF, PETSC_ERR_FP,
             "%s: f = %s: the relative energy error is %.9g", row->name,
             LodEvaluationRhs(grid->dim, f), row->energy[f]);
  if (f == 0 && directory[0]) {
    PetscCall(LodMakeDirectory(directory));
    PetscCall(LodCrossSectionsWrite(&found, grid, directory));
  }
  PetscCall(LodComparisonDestroy(&found));
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
         row->norm_difference / row->norm, 100 * row->dnn_lod[0], 100 * row->lod_fine[0],
         100 * row->dnn_fine[0]);
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
static PetscErrorCode EvaluateFamily(LodModel *model, const LodConfig *set, PetscInt f,
                                     const char *directory, PetscBool quiet,
                                     LodEvaluation *evaluation) {
  const LodGrid     grid = ModelGrid(&model->signature);
  LodSampleSettings settings = set->families[f], *family = &settings;
  PetscFunctionBeginUser;
  FitScales(grid.coefficient[0], family);
  PetscCall(FitExpression(set, grid.dim, family));
  for (PetscInt number = 0; number < family->count; number++) {
    LodEvaluationRow *row = &evaluation->rows[evaluation->n_rows];
    LodCoefficient    coefficient;
    char              folder[LOD_EVALUATION_NAME], path[LOD_PATH_MAX] = "";
    PetscCall(LodSample(family, grid.dim, grid.coefficient, set->seed + f, number, &coefficient));
    LodEvaluationName(family, grid.coefficient[0], number, evaluation->rows, evaluation->n_rows,
                      row->name);
    LodEvaluationFolder(row->name, folder);
    if (directory) PetscCall(PetscSNPrintf(path, sizeof path, "%s/%s", directory, folder));
    PetscErrorCode error = FindRange(model, &grid, &coefficient, row);
    for (int rhs = 0; rhs < LOD_EVALUATION_RHS && !error; rhs++)
      error = CompareRhs(model, &grid, &coefficient, rhs, path, row);
    PetscCall(LodCoefficientDestroy(&coefficient));
    PetscCall(error);
    evaluation->n_rows++;
    if (!quiet) PrintRow(row);
  }
  PetscFunctionReturn(0);
}

PetscErrorCode LodEvaluateModel(LodModel *model, const char *set_path, const char *directory,
                                PetscBool pictures, PetscBool quiet, LodEvaluation *evaluation) {
  LodConfig set;
  PetscInt  count = 0;
  PetscFunctionBeginUser;
  *evaluation = (LodEvaluation){.average = model->average};
  PetscCall(LodConfigRead(set_path, &set));
  for (PetscInt f = 0; f < set.n_families; f++)
    count += set.families[f].count;
  PetscCall(PetscCalloc1(count, &evaluation->rows));
  if (!quiet)
    printf("%-37s %9s %11s %11s %11s\n", "coefficient (*: outside the training)", "|S-S^|/|S|",
           "dnn to lod", "lod to fine", "dnn to fine");
  PetscErrorCode error = 0;
  for (PetscInt f = 0; f < set.n_families && !error; f++)
    error = EvaluateFamily(model, &set, f, pictures ? directory : NULL, quiet, evaluation);
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
