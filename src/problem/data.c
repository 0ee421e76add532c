/* Loads and boundary values of a problem. */
#include "problem/data.h"

#include "base/error.h"
#include "fem/load.h"

PetscErrorCode LodConditionsApply(const LodConditions *conditions, LodGrid *grid,
                                  LodCoefficient *coefficient) {
  (void)coefficient;
  PetscFunctionBeginUser;
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    for (int side = 0; side < 2; side++) {
      const LodFaceKind kind = conditions->faces[axis][side].kind;
      if (kind != LOD_FACE_UNSET)
        grid->natural[axis][side] = (PetscBool)(kind != LOD_FACE_DIRICHLET);
    }
  PetscFunctionReturn(0);
}

PetscErrorCode LodDataDestroy(LodData *data) {
  PetscFunctionBeginUser;
  PetscCall(PetscFree(data->load));
  PetscCall(PetscFree(data->source));
  PetscCall(PetscFree(data->boundary));
  PetscFunctionReturn(0);
}

PetscErrorCode LodDataCreate(const LodGrid *grid, const LodCoefficient *coefficient,
                             const LodConditions *conditions, const char *rhs,
                             const char *rhs_where, PetscBool source, LodData *data) {
  (void)coefficient, (void)conditions, (void)source;
  PetscFunctionBeginUser;
  *data = (LodData){0};
  PetscCall(PetscMalloc1(LodNodeCount(grid->dim, grid->fine), &data->load));
  PetscErrorCode error = LodLoadFromText(grid, rhs, rhs_where, data->load);
  if (error) PetscCall(LodDataDestroy(data));
  PetscCall(error);
  PetscFunctionReturn(0);
}
