/* Media of lodnet.h: what D is made of, with the conditions that hold from then on. */
#include <string.h>

#include "base/error.h"
#include "fem/boundary.h"
#include "fem/nodal.h"
#include "grid/domain.h"
#include "solver/library.h"
#include "solver/library_solver_private.h"

PetscErrorCode LodSolverForgetProblem(LodSolver *solver) {
  PetscFunctionBeginUser;
  if (solver->system) LodMethodSystemForgetSource(solver->system);
  PetscCall(LodDataDestroy(&solver->data));
  PetscCall(LodSolveResultDestroy(&solver->result));
  PetscCall(PetscFree(solver->rhs));
  PetscFunctionReturn(0);
}

PetscErrorCode LodSolverForgetCoefficient(LodSolver *solver) {
  PetscFunctionBeginUser;
  solver->is_set = solver->is_assembled = PETSC_FALSE;
  PetscCall(LodSolverForgetProblem(solver));
  PetscCall(LodSparseDestroy(&solver->matrix));
  PetscCall(LodCoefficientDestroy(&solver->coefficient));
  PetscCall(PetscFree(solver->load));
  PetscCall(PetscFree(solver->boundary));
  PetscFunctionReturn(0);
}

PetscErrorCode LodSolverAssemble(LodSolver *solver) {
  PetscFunctionBeginUser;
  if (solver->is_assembled) PetscFunctionReturn(0);
  PetscCall(LodMethodSystemAssemble(solver->system, &solver->coefficient, NULL));
  solver->is_assembled = PETSC_TRUE;
  PetscFunctionReturn(0);
}

/* Copies A. */
static PetscErrorCode TakeTensor(LodSolver *solver, const LodMedium *medium, const char *where) {
  const LodGrid *grid = &solver->grid;
  const PetscInt dim = grid->dim, n = medium->components ? medium->components : 1;
  PetscFunctionBeginUser;
  PetscCall(LodPointerCheck(medium->values, where, "values"));
  LodCheckInput(n == 1 || n == dim || n == dim * (dim + 1) / 2,
                "%s: medium.components is %d, must be 1, %d or %d in %d dimensions", where,
                medium->components, (int)dim, (int)(dim * (dim + 1) / 2), (int)dim);
  PetscCall(LodCoefficientCreateTensor(dim, grid->coefficient, n, &solver->coefficient));
  PetscCall(PetscArraycpy(solver->coefficient.values, medium->values,
                          LodCoefficientCount(&solver->coefficient)));
  PetscFunctionReturn(0);
}

/* Copies c. */
static PetscErrorCode TakeReaction(LodSolver *solver, const LodMedium *medium) {
  const PetscInt count = LodCoefficientCells(&solver->coefficient);
  PetscBool      any = PETSC_FALSE;
  PetscFunctionBeginUser;
  for (PetscInt cell = 0; cell < count && medium->reaction && !any; cell++)
    any = (PetscBool)(medium->reaction[cell] != 0);
  if (!any) PetscFunctionReturn(0);
  PetscCall(PetscMalloc1(count, &solver->coefficient.reaction));
  PetscCall(PetscArraycpy(solver->coefficient.reaction, medium->reaction, count));
  PetscFunctionReturn(0);
}

/* What the conditions give to every load, and u on the boundary, on the mesh of solutions. */
static PetscErrorCode TakeLoads(LodSolver *solver) {
  const LodGrid       *grid = &solver->grid;
  const LodConditions *conditions = &solver->conditions;
  PetscBool            any = (PetscBool)(conditions->n_wells > 0);
  LodData              data;
  PetscFunctionBeginUser;
  for (PetscInt face = 0; face < 2 * grid->dim; face++)
    if (conditions->faces[face / 2][face % 2].value) any = PETSC_TRUE;
  if (!any) PetscFunctionReturn(0);
  PetscCall(LodDataCreateOf(grid, &solver->coefficient, conditions, NULL, PETSC_FALSE, &data));
  PetscErrorCode error = PetscMalloc1(solver->n_nodes, &solver->load);
  if (!error) error = LodLoadRestrict(grid, data.load, solver->cells, solver->load);
  if (!error && data.boundary) error = PetscMalloc1(solver->n_nodes, &solver->boundary);
  if (!error && data.boundary) LodBoundaryOn(grid, data.boundary, solver->cells, solver->boundary);
  PetscCall(LodDataDestroy(&data));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Copies the medium, applies the conditions, and checks what has come about: on one rank. */
static PetscErrorCode TakeMedium(LodSolver *solver, const LodMedium *medium, const char *where) {
  LodCoefficient *coefficient = &solver->coefficient;
  char            values[96], mask[96];
  PetscFunctionBeginUser;
  (void)snprintf(values, sizeof values, "%s: values", where);
  (void)snprintf(mask, sizeof mask, "%s: mask", where);
  PetscCall(LodPointerCheck(medium, where, "medium"));
  LodCheckInput(medium->mask || !medium->dirichlet_walls,
                "%s: medium.dirichlet_walls: there is no mask that has walls", where);
  PetscCall(TakeTensor(solver, medium, where));
  memcpy(solver->grid.natural, solver->natural, sizeof solver->natural);
  PetscCall(LodConditionsApply(&solver->conditions, &solver->grid, coefficient));
  PetscCall(TakeReaction(solver, medium));
  if (medium->mask)
    PetscCall(LodDomainSetMask(coefficient, medium->mask, (PetscBool)(medium->dirichlet_walls != 0),
                               mask));
  PetscCall(LodCoefficientValidate(coefficient, values));
  PetscCall(LodDomainCheck(&solver->grid, coefficient, mask));
  if (solver->method == LOD_METHOD_DNN)
    PetscCall(LodModelFits(solver->model, "the model", &solver->grid, coefficient, values,
                           solver->allow_range));
  PetscCall(TakeLoads(solver));
  PetscFunctionReturn(0);
}

/* Checks that the ranks have all of it the same; conditions by their numbers and texts. */
static PetscErrorCode CheckSame(const LodSolver *solver, const char *where) {
  const LodCoefficient *coefficient = &solver->coefficient;
  const size_t          cells = (size_t)LodCoefficientCells(coefficient);
  const size_t          nodes = solver->n_nodes * sizeof(double);
  MPI_Comm              comm = solver->comm;
  char                  values[96], *text;
  PetscFunctionBeginUser;
  (void)snprintf(values, sizeof values, "%s: values", where);
  PetscCall(LodRanksCheckSame(comm, coefficient->values,
                              LodCoefficientCount(coefficient) * sizeof(double), values));
  PetscCall(LodRanksCheckSame(comm, coefficient->reaction,
                              coefficient->reaction ? cells * sizeof(double) : 0, "reaction"));
  PetscCall(LodRanksCheckSame(comm, coefficient->mask, coefficient->mask ? cells : 0, "mask"));
  PetscErrorCode error = LodConditionsBoundaryText(&solver->conditions, &solver->grid, &text);
  PetscCall(LodErrorAgree(comm, error));
  error = LodRanksCheckSame(comm, text, strlen(text), "LodSolverSetFace");
  PetscCall(PetscFree(text));
  PetscCall(error);
  PetscCall(LodRanksCheckSame(comm, solver->load, solver->load ? nodes : 0, "LodSolverSetWells"));
  PetscCall(
      LodRanksCheckSame(comm, solver->boundary, solver->boundary ? nodes : 0, "LodSolverSetFace"));
  PetscFunctionReturn(0);
}

/* TakeMedium on all ranks, and a system for its faces; the libraries are locked. */
static PetscErrorCode TakeSameMedium(LodSolver *solver, const LodMedium *medium,
                                     const char *where) {
  PetscBool before[LOD_MAX_DIM][2];
  PetscFunctionBeginUser;
  memcpy(before, solver->grid.natural, sizeof before);
  PetscCall(LodSolverForgetCoefficient(solver));
  PetscErrorCode error = TakeMedium(solver, medium, where);
  if (error) memcpy(solver->grid.natural, before, sizeof before); /* those of the system */
  PetscCall(LodErrorAgree(solver->comm, error));
  PetscCall(CheckSame(solver, where));
  if (memcmp(before, solver->grid.natural, sizeof before) != 0)
    PetscCall(LodSolverMakeSystem(solver));
  solver->is_set = PETSC_TRUE;
  PetscFunctionReturn(0);
}

/* Takes a medium, and computes the operator if `now`, which is done without the lock. */
static PetscErrorCode SetMedium(LodSolver *solver, const LodMedium *medium, PetscBool now,
                                const char *where) {
  PetscFunctionBeginUser;
  PetscCall(LodSolverCheck(solver, where));
  LodLibrariesLock();
  const PetscErrorCode error = TakeSameMedium(solver, medium, where);
  LodLibrariesUnlock();
  PetscCall(error);
  if (now) PetscCall(LodSolverAssemble(solver));
  PetscFunctionReturn(0);
}

int LodSolverSetMedium(LodSolver *solver, const LodMedium *medium) {
  LOD_LIBRARY_CALL(SetMedium(solver, medium, PETSC_FALSE, "LodSolverSetMedium"));
}

int LodSolverSetCoefficient(LodSolver *solver, const double *values) {
  LOD_LIBRARY_CALL(
      SetMedium(solver, &(LodMedium){.values = values}, PETSC_TRUE, "LodSolverSetCoefficient"));
}
