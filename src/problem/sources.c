/* Loads of flux and Robin faces and of wells. */
#include <math.h>

#include "base/error.h"
#include "base/numbers.h"
#include "fem/face_load.h"
#include "grid/faces.h"
#include "problem/data_private.h"
#include "problem/value.h"

/* What q, or g, is multiplied by at the coefficient cells of a face: r on a Robin face, and 0
   outside of D. NULL if that is 1 everywhere; the caller frees it. */
static PetscErrorCode FaceFactor(const LodCoefficient *coefficient, PetscInt axis, PetscInt side,
                                 const double *rate, double **factor) {
  const LodBox all = LodBoxCells(coefficient->dim, coefficient->cells);
  const LodBox face = LodCoefficientFaceBox(coefficient, axis, side);
  PetscFunctionBeginUser;
  *factor = NULL;
  if (!rate && !coefficient->mask) PetscFunctionReturn(0);
  PetscCall(PetscMalloc1(LodBoxCount(&face), factor));
  for (PetscInt i = 0; i < LodBoxCount(&face); i++) {
    PetscInt cell[LOD_MAX_DIM];
    LodBoxIndex(&face, i, cell);
    (*factor)[i] = rate ? rate[i] : 1;
    if (!LodCoefficientHasCell(coefficient, LodBoxPosition(&all, cell))) (*factor)[i] = 0;
  }
  PetscFunctionReturn(0);
}

/* Adds the load of one face whose value is given. */
static PetscErrorCode AddFaceLoad(const LodGrid *grid, const LodCoefficient *coefficient,
                                  PetscInt axis, PetscInt side, const LodFaceCondition *condition,
                                  LodLoadLayout layout, double *load) {
  const double *rate = coefficient->robin[axis][side];
  LodValue      value;
  double       *factor = NULL;
  PetscFunctionBeginUser;
  if (condition->kind == LOD_FACE_ROBIN && !rate) PetscFunctionReturn(0);
  PetscErrorCode error =
      LodValueCreateOnFace(grid, axis, side, condition->value, condition->where, &value);
  if (!error)
    error = FaceFactor(coefficient, axis, side, condition->kind == LOD_FACE_ROBIN ? rate : NULL,
                       &factor);
  if (!error) error = LodFaceIntegrate(grid, axis, side, value.field, layout, factor, load);
  PetscCall(PetscFree(factor));
  PetscCall(LodValueDestroy(&value));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodFacesAddLoad(const LodGrid *grid, const LodCoefficient *coefficient,
                               const LodConditions *conditions, LodLoadLayout layout,
                               double *load) {
  PetscFunctionBeginUser;
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    for (PetscInt side = 0; side < 2; side++) {
      const LodFaceCondition *condition = &conditions->faces[axis][side];
      if ((condition->kind == LOD_FACE_FLUX || condition->kind == LOD_FACE_ROBIN) &&
          condition->value)
        PetscCall(AddFaceLoad(grid, coefficient, axis, side, condition, layout, load));
    }
  PetscFunctionReturn(0);
}

/* Checks a well, and finds the fine cell that it lies in: on a side between two, the upper one. */
static PetscErrorCode LocateWell(const LodGrid *grid, const LodCoefficient *coefficient,
                                 const LodWell *well, PetscInt cell[LOD_MAX_DIM]) {
  const LodBox pieces = LodBoxCells(grid->dim, grid->coefficient);
  PetscInt     piece[LOD_MAX_DIM] = {0};
  char         point[LOD_POINT_TEXT], extent[LOD_CELLS_TEXT];
  PetscFunctionBeginUser;
  (void)LodPointText(grid->dim, well->point, point);
  LodCheckInput(isfinite(well->rate), "%s: the rate is %.9g, must be a finite number", well->where,
                well->rate);
  (void)LodExtentText(grid, extent);
  for (PetscInt axis = 0; axis < grid->dim; axis++) {
    const double x = well->point[axis], end = grid->extent[axis];
    LodCheckInput(x >= 0 && x <= end,
                  "%s: the point (%s) lies outside of the domain, which is %s%s from the origin",
                  well->where, point, extent[0] ? extent : "1 along every axis",
                  extent[0] ? " along the axes" : "");
    for (int side = 0; side < 2; side++)
      LodCheckInput(grid->natural[axis][side] || x != (side ? end : 0),
                    "%s: the point (%s) lies on the face %s, where u is given: a source has no "
                    "effect there",
                    well->where, point, lod_face_names[axis][side]);
    cell[axis] = PetscMin((PetscInt)(x / end * (double)grid->fine[axis]), grid->fine[axis] - 1);
    piece[axis] = LodGridPiece(grid, axis, cell[axis]);
  }
  LodCheckInput(LodCoefficientHasCell(coefficient, LodBoxPosition(&pieces, piece)),
                "%s: the point (%s) lies in a hole of the domain", well->where, point);
  PetscFunctionReturn(0);
}

PetscErrorCode LodWellsAddLoad(const LodGrid *grid, const LodCoefficient *coefficient,
                               const LodConditions *conditions, LodLoadLayout layout,
                               double *load) {
  const LodLoadMap map = LodLoadMapOf(grid, layout);
  PetscFunctionBeginUser;
  for (PetscInt w = 0; w < conditions->n_wells; w++) {
    const LodWell *well = &conditions->wells[w];
    PetscInt       cell[LOD_MAX_DIM] = {0};
    size_t         place[LOD_MAX_CORNERS];
    PetscCall(LocateWell(grid, coefficient, well, cell));
    LodLoadPlaces(&map, cell, place);
    for (PetscInt corner = 0; corner < LodGridCorners(grid); corner++) {
      double hat = 1;
      for (PetscInt axis = 0; axis < grid->dim; axis++) {
        const double cells = (double)grid->fine[axis];
        const double part = well->point[axis] / grid->extent[axis] * cells - (double)cell[axis];
        hat *= corner >> axis & 1 ? part : 1 - part;
      }
      load[place[corner]] += well->rate * hat;
    }
  }
  PetscFunctionReturn(0);
}
