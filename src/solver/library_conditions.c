/* Conditions of lodnet.h: what holds on faces, and wells. */
#include <math.h>

#include "base/error.h"
#include "solver/library.h"
#include "solver/library_solver_private.h"

/* The kinds of lodnet.h as the parts know them. */
static const LodFaceKind face_kind[] = {[LODNET_FACE_DIRICHLET] = LOD_FACE_DIRICHLET,
                                        [LODNET_FACE_NATURAL] = LOD_FACE_NATURAL,
                                        [LODNET_FACE_FLUX] = LOD_FACE_FLUX,
                                        [LODNET_FACE_ROBIN] = LOD_FACE_ROBIN};

/* Frees a condition: nothing is said of the face any more. */
static PetscErrorCode Clear(LodFaceCondition *condition) {
  PetscFunctionBeginUser;
  PetscCall(PetscFree(condition->value));
  PetscCall(PetscFree(condition->rate));
  PetscCall(PetscFree(condition->where));
  condition->kind = LOD_FACE_UNSET;
  PetscFunctionReturn(0);
}

/* LodSolverSetFace. */
static PetscErrorCode SetFace(LodSolver *solver, const char *face, LodSolverFace kind,
                              const char *value, const char *rate) {
  static const char function[] = "LodSolverSetFace";
  char              where[96];
  PetscInt          axis;
  int               side;
  PetscFunctionBeginUser;
  PetscCall(LodSolverCheck(solver, function));
  PetscCall(LodPointerCheck(face, function, "face"));
  (void)snprintf(where, sizeof where, "%s: face \"%.16s\"", function, face);
  PetscCall(LodFaceFind(solver->grid.dim, face, where, &axis, &side));
  LodCheckInput((int)kind >= 0 && kind <= LODNET_FACE_ROBIN,
                "%s: kind is %d, must be one of LodSolverFace", where, (int)kind);
  LodCheckInput(kind != LODNET_FACE_NATURAL || !value,
                "%s: a natural face has no value: with one it is LODNET_FACE_FLUX", where);
  LodCheckInput(kind != LODNET_FACE_FLUX || value, "%s: value, the flux, is NULL", where);
  LodCheckInput((kind == LODNET_FACE_ROBIN) == (rate != NULL),
                "%s: a rate belongs to LODNET_FACE_ROBIN, and to nothing else", where);
  solver->is_set = PETSC_FALSE;
  PetscCall(Clear(&solver->conditions.faces[axis][side]));
  PetscErrorCode error = LodConditionsSetFace(&solver->conditions, solver->grid.dim, face,
                                              face_kind[kind], value, rate, where);
  if (error) PetscCall(Clear(&solver->conditions.faces[axis][side])); /* not half of it */
  PetscCall(error);
  PetscFunctionReturn(0);
}

int LodSolverSetFace(LodSolver *solver, const char *face, LodSolverFace kind, const char *value,
                     const char *rate) {
  LOD_LIBRARY_CALL(SetFace(solver, face, kind, value, rate));
}

/* Checks that a well lies in the box and has a rate. */
static PetscErrorCode CheckWell(const LodGrid *grid, const double point[3], double rate,
                                const char *where) {
  PetscFunctionBeginUser;
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    LodCheckInput(point[axis] >= 0 && point[axis] <= grid->extent[axis],
                  "%s: coordinate %d is %.9g, outside of the box, whose side is %.9g", where,
                  (int)axis, point[axis], grid->extent[axis]);
  LodCheckInput(isfinite(rate), "%s: the rate is %.9g, must be finite", where, rate);
  PetscFunctionReturn(0);
}

/* LodSolverSetWells. */
static PetscErrorCode SetWells(LodSolver *solver, int n, const double (*points)[3],
                               const double *rates) {
  static const char function[] = "LodSolverSetWells";
  char              where[96];
  PetscFunctionBeginUser;
  PetscCall(LodSolverCheck(solver, function));
  LodCheckInput(n >= 0, "%s: n is %d, must be at least 0", function, n);
  for (int well = 0; well < n; well++) {
    PetscCall(LodPointerCheck(points, function, "points"));
    PetscCall(LodPointerCheck(rates, function, "rates"));
    (void)snprintf(where, sizeof where, "%s: well %d", function, well);
    PetscCall(CheckWell(&solver->grid, points[well], rates[well], where));
  }
  solver->is_set = PETSC_FALSE;
  PetscCall(LodConditionsClearWells(&solver->conditions));
  PetscErrorCode error = 0;
  for (int well = 0; well < n && !error; well++) {
    (void)snprintf(where, sizeof where, "%s: well %d", function, well);
    error = LodConditionsAddWell(&solver->conditions, points[well], rates[well], where);
  }
  if (error) PetscCall(LodConditionsClearWells(&solver->conditions));
  PetscCall(error);
  PetscFunctionReturn(0);
}

int LodSolverSetWells(LodSolver *solver, int n, const double (*points)[3], const double *rates) {
  LOD_LIBRARY_CALL(SetWells(solver, n, points, rates));
}
