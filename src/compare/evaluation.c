/* A trained model on a set of coefficients: draws, compares, collects. */
#include <lodnet/compare.h>
#include <lodnet/evaluation.h>
#include <lodnet/fem.h>
#include <lodnet/sample.h>

#include <string.h>

#include "compare/compare_private.h"

const char *LodEvaluationRhs(PetscInt dim, int f) {
  static const char *const rhs[] = {"1", "x", "sin(pi*x)*sin(pi*y)"};
  return f == 2 && dim == 1 ? "sin(pi*x)" : rhs[f];
}

/* The mesh that a model was trained on. */
static LodGrid ModelGrid(const LodSignature *signature) {
  LodGrid grid = {.dim = signature->dim,
                  .coarse = signature->coarse,
                  .coefficient = signature->coarse * signature->ratio,
                  .fine = signature->coarse * signature->ratio * signature->fine_ratio,
                  .ell = signature->ell};
  memcpy(grid.natural, signature->natural, sizeof grid.natural);
  return grid;
}

/* Names draw number `number` of a family: "iid 8", "lognormal variance 1", the expression itself.
 */
static void NameRow(const LodSampleSettings *family, PetscInt cells, PetscInt number,
                    char name[LOD_EVALUATION_NAME]) {
  const char *kind = LodFamilyName(family->family);
  switch (family->family) {
  case LOD_FAMILY_IID:
    snprintf(name, LOD_EVALUATION_NAME, "%s [%g, %g] on %d", kind, family->alpha, family->beta,
             (int)LodSampleScale(family, cells, number));
    break;
  case LOD_FAMILY_LOGNORMAL:
    snprintf(name, LOD_EVALUATION_NAME, "%s variance %g", kind, family->variance);
    break;
  case LOD_FAMILY_CHANNELS:
    snprintf(name, LOD_EVALUATION_NAME, "%s [%g, %g] width %d%s", kind, family->alpha, family->beta,
             (int)family->channel_width, family->channel_low ? " low" : "");
    break;
  case LOD_FAMILY_EXPRESSION:
    snprintf(name, LOD_EVALUATION_NAME, "%.120s", family->expression);
    break;
  default:
    snprintf(name, LOD_EVALUATION_NAME, "%s [%g, %g]", kind, family->alpha, family->beta);
  }
}

/* A row's name as the name of a folder: letters, digits and points stay, the rest becomes dashes.
 */
static void FolderName(const char *name, char folder[LOD_EVALUATION_NAME]) {
  size_t length = 0;
  for (; *name; name++) {
    const PetscBool plain = (PetscBool)(strchr("+*/^()[], ", *name) == NULL);
    if (!plain && (length == 0 || folder[length - 1] == '-')) continue;
    folder[length++] = plain ? *name : '-';
  }
  while (length > 1 && folder[length - 1] == '-')
    length--;
  folder[length] = 0;
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
  if (f == 0 && directory[0]) {
    PetscCall(LodMakeDirectory(directory));
    PetscCall(LodCrossSectionsWrite(&found, grid, directory));
  }
  PetscCall(LodComparisonDestroy(&found));
  PetscFunctionReturn(0);
}

/* Whether the model was trained for such values. */
static PetscErrorCode FindRange(const LodModel *model, const LodGrid *grid,
                                const LodCoefficient *coefficient, LodEvaluationRow *row) {
  PetscFunctionBeginUser;
  PetscCall(LodCoefficientRange(coefficient, &row->smallest, &row->largest));
  row->in_range =
      (PetscBool)(LodModelFits(model, "model", grid, coefficient, row->name, PETSC_FALSE) == 0);
  if (!row->in_range) LodErrorClear();
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

/* Fills all rows of one family, from evaluation->n_rows on. */
static PetscErrorCode EvaluateFamily(LodModel *model, const LodConfig *set, PetscInt f,
                                     const char *directory, PetscBool quiet,
                                     LodEvaluation *evaluation) {
  const LodGrid     grid = ModelGrid(&model->signature);
  LodSampleSettings settings = set->families[f], *family = &settings;
  PetscFunctionBeginUser;
  FitScales(grid.coefficient, family);
  for (PetscInt number = 0; number < family->count; number++) {
    LodEvaluationRow *row = &evaluation->rows[evaluation->n_rows];
    LodCoefficient    coefficient;
    char              folder[LOD_EVALUATION_NAME], path[LOD_PATH_MAX] = "";
    PetscCall(LodSample(family, grid.dim, grid.coefficient, set->seed + f, number, &coefficient));
    NameRow(family, grid.coefficient, number, row->name);
    FolderName(row->name, folder);
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
  *evaluation = (LodEvaluation){0};
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
