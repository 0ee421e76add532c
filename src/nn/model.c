/* A model in memory: destruction, and whether it fits a problem. */
#include "nn/model.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/error.h"

LodSignature LodSignatureOfGrid(const LodGrid *grid, double smallest, double largest) {
  LodSignature signature = {.dim = grid->dim,
                            .ell = grid->ell,
                            .ratio = LodGridCoefficientRatio(grid, 0),
                            .fine_ratio = LodGridRefinement(grid, 0),
                            .coarse = grid->coarse[0],
                            .smallest = smallest,
                            .largest = largest};
  memcpy(signature.natural, grid->natural, sizeof signature.natural);
  return signature;
}

PetscErrorCode LodModelDestroy(LodModel **model) {
  LodModel *old = *model;
  PetscFunctionBeginUser;
  *model = NULL;
  if (!old) PetscFunctionReturn(0);
  PetscCall(LodNetworkDestroy(&old->network));
  PetscCall(PetscFree(old->history.history));
  PetscCall(PetscFree(old->config));
  PetscCall(PetscFree(old));
  PetscFunctionReturn(0);
}

PetscErrorCode LodModelFitsMesh(const LodModel *model, const char *model_path, const LodGrid *grid,
                                const char *coefficient_path) {
  const LodSignature *signature = &model->signature;
  const PetscInt      ratio = LodGridCoefficientRatio(grid, 0);
  const PetscInt      fine_ratio = LodGridRefinement(grid, 0);
  char                cells[LOD_CELLS_TEXT], coarse[LOD_CELLS_TEXT];
  PetscFunctionBeginUser;
  LodCheckInput(grid->dim == signature->dim,
                "%s: was trained for dimension %" PetscInt_FMT ", %s has dimension %" PetscInt_FMT,
                model_path, signature->dim, coefficient_path, grid->dim);
  LodCheckInput(grid->ell == signature->ell,
                "%s: was trained for ell = %" PetscInt_FMT ", the mesh for %s has ell = "
                "%" PetscInt_FMT,
                model_path, signature->ell, coefficient_path, grid->ell);
  LodCheckInput(ratio == signature->ratio,
                "%s: was trained for k = %" PetscInt_FMT
                " coefficient cells per coarse cell, %s has k = %" PetscInt_FMT
                " (%s cells per axis, N = %s)",
                model_path, signature->ratio, coefficient_path, ratio,
                LodCellsText(grid->dim, grid->coefficient, cells),
                LodCellsText(grid->dim, grid->coarse, coarse));
  LodCheckInput(fine_ratio == signature->fine_ratio,
                "%s: was trained for q = %" PetscInt_FMT
                " fine cells per coefficient cell, the mesh for %s has q = %" PetscInt_FMT,
                model_path, signature->fine_ratio, coefficient_path, fine_ratio);
  LodCheckInput(LodGridHasCubicCells(grid),
                "%s: was trained on coarse cells of equal sides, those of the mesh for %s are not: "
                "choose coarse cells and extents to make them so, or the method lod",
                model_path, coefficient_path);
  LodCheckInput(
      grid->dim == 2 || LodCellsEqual(grid->dim, grid->coarse, LOD_CUBE(signature->coarse)),
      "%s: was trained for N = %" PetscInt_FMT " coarse cells per axis, the mesh for %s has N = %s"
      " (only models of dimension 2 serve any N)",
      model_path, signature->coarse, coefficient_path,
      LodCellsText(grid->dim, grid->coarse, coarse));
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    for (int side = 0; side < 2; side++)
      LodCheckInput(grid->natural[axis][side] == signature->natural[axis][side],
                    "%s: was trained for a %s condition on the face %c = %d, the mesh for %s has a "
                    "%s one: take a model of a config that has these faces, `natural` in [mesh], "
                    "or the method lod",
                    model_path, signature->natural[axis][side] ? "natural" : "Dirichlet",
                    "xyz"[axis], side, coefficient_path,
                    grid -> natural[axis][side] ? "natural" : "Dirichlet");
  PetscFunctionReturn(0);
}

/* Values beyond the range of the training by this part of it are as good as in it. */
#define SLACK 1e-6

PetscBool LodModelTakes(const LodModel *model, double smallest, double largest) {
  const LodSignature *signature = &model->signature;
  /* Logarithms, because the contrast of values that can be written down may not be one of them. */
  if (model->structure.scale_equivariant)
    return (PetscBool)(log(largest) - log(smallest) <=
                       log(signature->largest) - log(signature->smallest) + SLACK);
  return (PetscBool)(smallest >= signature->smallest * (1 - SLACK) &&
                     largest <= signature->largest * (1 + SLACK));
}

PetscErrorCode LodModelInRange(const LodModel *model, const LodCoefficient *coefficient,
                               PetscBool *in_range) {
  double smallest, largest;
  PetscFunctionBeginUser;
  PetscCall(LodCoefficientRange(coefficient, &smallest, &largest));
  *in_range = LodModelTakes(model, smallest, largest);
  PetscFunctionReturn(0);
}

/* The ratio of two positive numbers for a message, where it overflows the largest number. */
static double Contrast(double smallest, double largest) {
  return PetscMin(largest / smallest, DBL_MAX);
}

/* Refuses a coefficient whose values are not in the model's range. */
static PetscErrorCode CheckRange(const LodModel *model, const char *model_path,
                                 const LodCoefficient *coefficient, const char *coefficient_path) {
  const LodSignature *signature = &model->signature;
  double              smallest, largest;
  PetscBool           in_range;
  PetscFunctionBeginUser;
  PetscCall(LodModelInRange(model, coefficient, &in_range));
  if (in_range) PetscFunctionReturn(0);
  PetscCall(LodCoefficientRange(coefficient, &smallest, &largest));
  LodCheckInput(!model->structure.scale_equivariant,
                "%s: was trained on a contrast of %.9g, that of %s is %.9g (allow-range uses the "
                "model all the same)",
                model_path, Contrast(signature->smallest, signature->largest), coefficient_path,
                Contrast(smallest, largest));
  const PetscBool below = (PetscBool) !(smallest >= signature->smallest * (1 - SLACK));
  LodInputError("%s: was trained on values from %.9g to %.9g, the %s value of %s is %.9g "
                "(allow-range uses the model all the same)",
                model_path, signature->smallest, signature->largest, below ? "smallest" : "largest",
                coefficient_path, below ? smallest : largest);
}

PetscErrorCode LodModelFits(const LodModel *model, const char *model_path, const LodGrid *grid,
                            const LodCoefficient *coefficient, const char *coefficient_path,
                            PetscBool allow_range) {
  PetscFunctionBeginUser;
  PetscCall(LodModelFitsMesh(model, model_path, grid, coefficient_path));
  PetscCall(LodCoefficientCheckPlain(coefficient, model_path, coefficient_path));
  if (!allow_range) PetscCall(CheckRange(model, model_path, coefficient, coefficient_path));
  PetscFunctionReturn(0);
}
