/* Boundary kinds, reaction and Robin rates as the meshes take them. */
#include <math.h>

#include "base/error.h"
#include "fem/face_load.h"
#include "fem/load.h"
#include "problem/data.h"
#include "problem/value.h"

/* Checks that no mean over a cell is negative; `cells` numbers them. All 0: frees *means. */
static PetscErrorCode CheckRates(const LodBox *cells, const char *where, const char *what,
                                 double **means) {
  double largest = 0;
  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < LodBoxCount(cells); i++) {
    char cell[LOD_PLACE_TEXT];
    largest = fmax(largest, (*means)[i]);
    if ((*means)[i] >= 0) continue;
    LodInputError("%s: %s is %.9g in cell %s of the coefficient, must be at least 0", where, what,
                  (*means)[i], LodBoxPlace(cells, i, cell));
  }
  if (largest == 0) PetscCall(PetscFree(*means));
  PetscFunctionReturn(0);
}

/* The grid for means over coefficient cells: itself, or with fine cells that lie in one each. */
static LodGrid MeanGrid(const LodGrid *grid) {
  LodGrid nested = *grid;
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    if (grid->fine[axis] % grid->coefficient[axis] != 0)
      nested.fine[axis] = 2 * grid->coefficient[axis];
  return nested;
}

/* The means of c over the coefficient cells. */
static PetscErrorCode ApplyReaction(const LodConditions *conditions, const LodGrid *grid,
                                    LodCoefficient *coefficient) {
  const LodBox cells = LodBoxCells(grid->dim, grid->coefficient);
  const double volume = LodGridVolume(grid) / (double)LodBoxCount(&cells);
  LodValue     value;
  PetscFunctionBeginUser;
  PetscCall(PetscFree(coefficient->reaction));
  if (!conditions->reaction) PetscFunctionReturn(0);
  PetscCall(LodValueCreate(grid, conditions->reaction, conditions->reaction_where, &value));
  PetscErrorCode error = PetscMalloc1(LodBoxCount(&cells), &coefficient->reaction);
  if (!error)
    error = LodFieldIntegrate(grid, value.field, LOD_LOAD_PIECES, NULL, coefficient->reaction);
  PetscCall(LodValueDestroy(&value));
  PetscCall(error);
  for (PetscInt cell = 0; cell < LodBoxCount(&cells); cell++)
    coefficient->reaction[cell] /= volume;
  PetscCall(CheckRates(&cells, conditions->reaction_where, "the reaction", &coefficient->reaction));
  PetscFunctionReturn(0);
}

/* The means of r over the coefficient cells of a face. */
static PetscErrorCode ApplyRobin(const LodFaceCondition *condition, const LodGrid *grid,
                                 PetscInt axis, PetscInt side, LodCoefficient *coefficient) {
  const LodBox cells = LodCoefficientFaceBox(coefficient, axis, side);
  double     **rate = &coefficient->robin[axis][side];
  LodValue     value;
  PetscFunctionBeginUser;
  PetscCall(PetscFree(*rate));
  if (condition->kind != LOD_FACE_ROBIN || !condition->rate) PetscFunctionReturn(0);
  PetscCall(LodValueCreateOnFace(grid, axis, side, condition->rate, condition->where, &value));
  PetscErrorCode error = PetscMalloc1(LodBoxCount(&cells), rate);
  if (!error) error = LodFaceMeans(grid, axis, value.field, *rate);
  PetscCall(LodValueDestroy(&value));
  PetscCall(error);
  PetscCall(CheckRates(&cells, condition->where, "the rate r", rate));
  PetscFunctionReturn(0);
}

PetscErrorCode LodConditionsApply(const LodConditions *conditions, LodGrid *grid,
                                  LodCoefficient *coefficient) {
  const LodGrid means = MeanGrid(grid);
  PetscFunctionBeginUser;
  PetscCall(ApplyReaction(conditions, &means, coefficient));
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    for (PetscInt side = 0; side < 2; side++) {
      const LodFaceCondition *condition = &conditions->faces[axis][side];
      if (condition->kind != LOD_FACE_UNSET)
        grid->natural[axis][side] = (PetscBool)(condition->kind != LOD_FACE_DIRICHLET);
      PetscCall(ApplyRobin(condition, &means, axis, side, coefficient));
    }
  PetscFunctionReturn(0);
}
