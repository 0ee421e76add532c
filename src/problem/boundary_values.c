/* Values on Dirichlet faces. */
#include <math.h>

#include "base/error.h"
#include "base/numbers.h"
#include "base/report.h"
#include "fem/face_load.h"
#include "grid/domain.h"
#include "grid/faces.h"
#include "problem/data_private.h"
#include "problem/value.h"

/* A face, and what is done about those that meet. */
typedef struct {
  const LodGrid *grid;
  PetscBool      done[LOD_MAX_DIM][2]; /* faces whose values are there */
  PetscBool      warned;
  double        *boundary; /* [fine nodes] */
} Boundary;

/* Warns, once, of a node to which this face gives another value than `other`, done before it. */
static void WarnOfConflict(Boundary *boundary, const PetscInt node[LOD_MAX_DIM], const char *other,
                           double before, const char *face, double now) {
  const LodGrid *grid = boundary->grid;
  double         point[LOD_MAX_DIM];
  char           place[LOD_POINT_TEXT];
  if (boundary->warned) return;
  boundary->warned = PETSC_TRUE;
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    point[axis] = grid->extent[axis] * (double)node[axis] / (double)grid->fine[axis];
  LodWarn("u is %.6g on the face %s and %.6g on the face %s at the point (%s), where they meet: "
          "what %s says counts",
          before, other, now, face, LodPointText(grid->dim, point, place), face);
}

/* Writes the values of one face, values[fine nodes of the face] or 0, over those of others. */
static void WriteFace(Boundary *boundary, PetscInt axis, PetscInt side, const double *values) {
  const LodGrid *grid = boundary->grid;
  const LodGrid  face = LodFaceGrid(grid, axis);
  const LodBox   on_face = LodBoxNodes(face.dim, face.fine);
  const LodBox   all = LodBoxNodes(grid->dim, grid->fine);
  for (PetscInt i = 0; i < LodBoxCount(&on_face); i++) {
    PetscInt index[LOD_MAX_DIM], node[LOD_MAX_DIM];
    LodBoxIndex(&on_face, i, index);
    LodFaceIndex(grid->dim, axis, side ? grid->fine[axis] : 0, index, node);
    double      *place = &boundary->boundary[LodBoxPosition(&all, node)];
    const double now = values ? values[i] : 0;
    for (PetscInt other = 0; other < grid->dim; other++)
      for (int end = 0; end < 2; end++)
        if (boundary->done[other][end] && node[other] == (end ? grid->fine[other] : 0) &&
            fabs(now - *place) > 1e-9 * fmax(fabs(now), fabs(*place)))
          WarnOfConflict(boundary, node, lod_face_names[other][end], *place,
                         lod_face_names[axis][side], now);
    *place = now;
  }
  boundary->done[axis][side] = PETSC_TRUE;
}

/* Evaluates g on a face and writes it. */
static PetscErrorCode EvaluateFace(Boundary *boundary, PetscInt axis, PetscInt side,
                                   const LodFaceCondition *condition) {
  const LodGrid *grid = boundary->grid;
  const LodGrid  face = LodFaceGrid(grid, axis);
  LodValue       value;
  double        *values = NULL;
  PetscFunctionBeginUser;
  PetscCall(LodValueCreateOnFace(grid, axis, side, condition->value, condition->where, &value));
  PetscErrorCode error = PetscMalloc1(LodNodeCount(face.dim, face.fine), &values);
  if (!error && value.by_cells)
    error =
        LodErrorRaise(LOD_ERR_INPUT,
                      "%s: %s: has a value per cell; u on a face needs values at nodes (one more "
                      "than cells along each axis)",
                      condition->where, condition->value);
  if (!error) error = LodFaceValues(grid, axis, value.field, values);
  if (!error) WriteFace(boundary, axis, side, values);
  PetscCall(PetscFree(values));
  PetscCall(LodValueDestroy(&value));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Writes all Dirichlet faces, those without a value first. */
static PetscErrorCode WriteFaces(const LodConditions *conditions, Boundary *boundary) {
  const LodGrid *grid = boundary->grid;
  PetscFunctionBeginUser;
  for (int given = 0; given < 2; given++)
    for (PetscInt axis = 0; axis < grid->dim; axis++)
      for (PetscInt side = 0; side < 2; side++) {
        const LodFaceCondition *condition = &conditions->faces[axis][side];
        if (grid->natural[axis][side] || (condition->kind == LOD_FACE_DIRICHLET) != given) continue;
        if (given && condition->value)
          PetscCall(EvaluateFace(boundary, axis, side, condition));
        else
          WriteFace(boundary, axis, side, NULL);
      }
  PetscFunctionReturn(0);
}

PetscErrorCode LodBoundaryCreate(const LodGrid *grid, const LodCoefficient *coefficient,
                                 const LodConditions *conditions, double **boundary) {
  const PetscInt n_nodes = LodNodeCount(grid->dim, grid->fine);
  Boundary       made = {.grid = grid};
  PetscBool      zero = PETSC_TRUE;
  PetscFunctionBeginUser;
  *boundary = NULL;
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    for (int side = 0; side < 2; side++)
      if (conditions->faces[axis][side].kind == LOD_FACE_DIRICHLET &&
          conditions->faces[axis][side].value)
        zero = PETSC_FALSE;
  if (zero) PetscFunctionReturn(0);
  zero = PETSC_TRUE; /* until a value is found that is not */
  PetscCall(PetscCalloc1(n_nodes, &made.boundary));
  PetscErrorCode error = WriteFaces(conditions, &made);
  LodDomainFillNodes(grid, coefficient, grid->fine, 0, 0, made.boundary);
  for (PetscInt node = 0; node < n_nodes && !error; node++)
    if (made.boundary[node] != 0) zero = PETSC_FALSE;
  if (error || zero) PetscCall(PetscFree(made.boundary));
  PetscCall(error);
  *boundary = made.boundary;
  PetscFunctionReturn(0);
}
