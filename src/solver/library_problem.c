/* Problems of lodnet.h: solutions, the fine-scale field, its flux, flows, effective tensors. */
#include <math.h>
#include <omp.h>
#include <string.h>

#include "base/error.h"
#include "fem/flux.h"
#include "fem/mesh_field.h"
#include "solver/effective.h"
#include "solver/library.h"
#include "solver/library_solver_private.h"
#include "solver/quantities.h"

/* f from values[] on a mesh of the solver, copied. */
static PetscErrorCode FieldFromArray(const LodGrid *grid, const double *values, PetscBool at_nodes,
                                     const char *where, LodField **field) {
  const PetscInt *cells = at_nodes ? grid->fine : grid->coefficient;
  const char     *name = at_nodes ? "fine_values" : "cell_values";
  const size_t    count =
      (size_t)(at_nodes ? LodNodeCount(grid->dim, cells) : LodCellCount(grid->dim, cells));
  double *copy;
  PetscFunctionBeginUser;
  PetscCall(LodArrayCheckFinite(count, values, where, name));
  PetscCall(PetscMalloc1(count, &copy));
  PetscCall(PetscArraycpy(copy, values, count));
  PetscCall(LodFieldFromMesh(grid->dim, grid->extent, cells, at_nodes, copy, where, name,
                             omp_get_max_threads(), field));
  PetscFunctionReturn(0);
}

/* f as a field, in whichever way it is given. */
static PetscErrorCode FieldOf(const LodSolver *solver, const LodSource *f, const char *where,
                              LodValue *value) {
  const LodGrid *grid = &solver->grid;
  const int      ways = (f->expression != NULL) + (f->function != NULL) + (f->fine_values != NULL) +
                   (f->cell_values != NULL);
  PetscFunctionBeginUser;
  *value = (LodValue){0};
  LodCheckInput(ways <= 1, "%s: f is given in %d ways, must be in one", where, ways);
  if (f->function)
    PetscCall(LodFieldFromFunction(f->function, f->context, grid->dim, where,
                                   f->serial ? 1 : omp_get_max_threads(), &value->field));
  else if (f->fine_values || f->cell_values)
    PetscCall(FieldFromArray(grid, f->fine_values ? f->fine_values : f->cell_values,
                             (PetscBool)(f->fine_values != NULL), where, &value->field));
  else
    PetscCall(LodValueCreate(grid, f->expression ? f->expression : "0", where, value));
  PetscFunctionReturn(0);
}

/* Integrates the data of a problem: on one rank. */
static PetscErrorCode MakeData(LodSolver *solver, const LodSource *f, const double *solution,
                               const char *where) {
  LodValue value;
  PetscFunctionBeginUser;
  PetscCall(LodCheckSolverIsSet(solver, where));
  PetscCall(LodPointerCheck(f, where, "f"));
  PetscCall(LodPointerCheck(solution, where, "solution"));
  LodCheckInput(!f->correct || solver->method != LOD_METHOD_DNN,
                "%s: f.correct: a network has no load correctors: use LODNET_METHOD_LOD", where);
  PetscCall(LodSolverForgetProblem(solver));
  PetscCall(FieldOf(solver, f, where, &value));
  PetscErrorCode error =
      LodDataCreateOf(&solver->grid, &solver->coefficient, &solver->conditions, value.field,
                      (PetscBool)(f->correct && solver->method == LOD_METHOD_LOD), &solver->data);
  PetscCall(LodValueDestroy(&value));
  PetscCall(error);
  if (!f->function && !f->fine_values && !f->cell_values)
    PetscCall(PetscStrallocpy(f->expression ? f->expression : "0", &solver->rhs));
  PetscFunctionReturn(0);
}

/* MakeData on all ranks; the libraries are locked. */
static PetscErrorCode MakeSameData(LodSolver *solver, const LodSource *f, const double *solution,
                                   const char *where) {
  const LodGrid *grid = &solver->grid;
  PetscFunctionBeginUser;
  PetscCall(LodErrorAgree(solver->comm, MakeData(solver, f, solution, where)));
  PetscCall(LodRanksCheckSame(solver->comm, solver->data.load,
                              (size_t)LodNodeCount(grid->dim, grid->fine) * sizeof(double),
                              "LodSolverSolveProblem: f"));
  const int corrects = solver->data.source != NULL;
  PetscCall(LodRanksCheckSame(solver->comm, &corrects, sizeof corrects,
                              "LodSolverSolveProblem: f.correct"));
  PetscFunctionReturn(0);
}

/* The operator, if need be with load correctors; without the lock. */
static PetscErrorCode Assemble(LodSolver *solver) {
  PetscFunctionBeginUser;
  if (!solver->data.source) {
    PetscCall(LodSolverAssemble(solver));
    PetscFunctionReturn(0);
  }
  solver->is_assembled = PETSC_FALSE;
  PetscCall(LodMethodSystemAssemble(solver->system, &solver->coefficient, solver->data.source));
  solver->is_assembled = PETSC_TRUE;
  PetscFunctionReturn(0);
}

/* LodSolverSolveProblem. */
static PetscErrorCode SolveProblem(LodSolver *solver, const LodSource *f, double *solution) {
  static const char where[] = "LodSolverSolveProblem";
  PetscFunctionBeginUser;
  PetscCall(LodSolverCheck(solver, where));
  LodLibrariesLock();
  PetscErrorCode error = MakeSameData(solver, f, solution, where);
  LodLibrariesUnlock();
  PetscCall(error);
  PetscCall(Assemble(solver));
  LodLibrariesLock();
  error =
      LodSolveAssembled(solver->system, solver->method, &solver->grid, &solver->coefficient,
                        &solver->data, (PetscBool)(solver->data.source != NULL), &solver->result);
  LodLibrariesUnlock();
  PetscCall(error);
  PetscCall(PetscArraycpy(solution, solver->result.values, solver->n_nodes));
  PetscFunctionReturn(0);
}

int LodSolverSolveProblem(LodSolver *solver, const LodSource *f, double *solution) {
  LOD_LIBRARY_CALL(SolveProblem(solver, f, solution));
}

/* Makes the solution on the fine mesh unless there is one; without the lock. Every function that
   tells of the latest problem begins with it. */
static PetscErrorCode Reconstruct(LodSolver *solver, const void *output, const char *name,
                                  const char *where) {
  PetscFunctionBeginUser;
  PetscCall(LodSolverCheck(solver, where));
  PetscCall(LodPointerCheck(output, where, name));
  LodCheckInput(solver->is_set && solver->result.values,
                "%s: there is no solution of the present medium and conditions: call "
                "LodSolverSolveProblem first",
                where);
  if (solver->result.fine) PetscFunctionReturn(0);
  double *fine;
  PetscCall(PetscMalloc1(LodNodeCount(solver->grid.dim, solver->grid.fine), &fine));
  PetscErrorCode error = LodMethodSystemReconstruct(solver->system, solver->result.values,
                                                    solver->data.boundary, fine);
  if (error)
    PetscCall(PetscFree(fine));
  else
    solver->result.fine = fine;
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* LodSolverFineSolution. */
static PetscErrorCode FineSolution(LodSolver *solver, double *fine) {
  PetscFunctionBeginUser;
  PetscCall(Reconstruct(solver, fine, "fine", "LodSolverFineSolution"));
  PetscCall(
      PetscArraycpy(fine, solver->result.fine, LodNodeCount(solver->grid.dim, solver->grid.fine)));
  PetscFunctionReturn(0);
}

int LodSolverFineSolution(LodSolver *solver, double *fine) {
  LOD_LIBRARY_CALL(FineSolution(solver, fine));
}

/* LodSolverFlux. */
static PetscErrorCode Flux(LodSolver *solver, double *flux) {
  PetscFunctionBeginUser;
  PetscCall(Reconstruct(solver, flux, "flux", "LodSolverFlux"));
  PetscCall(LodCellFlux(&solver->grid, &solver->coefficient, solver->grid.fine, solver->result.fine,
                        flux));
  PetscFunctionReturn(0);
}

int LodSolverFlux(LodSolver *solver, double *flux) {
  LOD_LIBRARY_CALL(Flux(solver, flux));
}

/* The value of a quantity that may be left out. */
static double ValueOf(const LodQuantities *quantities, const char *name) {
  const double value = LodQuantitiesValue(quantities, name);
  return isnan(value) ? 0 : value;
}

/* What the user sees of quantities. */
static void ShowFlows(const LodQuantities *quantities, const LodGrid *grid, LodFlows *flows) {
  char name[96];
  *flows = (LodFlows){.inflow_walls = ValueOf(quantities, "inflow_walls"),
                      .source = ValueOf(quantities, "source"),
                      .wells = ValueOf(quantities, "wells"),
                      .reaction = ValueOf(quantities, "reaction"),
                      .balance = ValueOf(quantities, "balance"),
                      .energy = ValueOf(quantities, "energy"),
                      .load = ValueOf(quantities, "load")};
  for (PetscInt face = 0; face < 2 * grid->dim; face++) {
    (void)snprintf(name, sizeof name, "inflow_%s", lod_face_names[face / 2][face % 2]);
    flows->inflow[face / 2][face % 2] = ValueOf(quantities, name);
  }
}

/* LodSolverFlows. */
static PetscErrorCode Flows(LodSolver *solver, LodFlows *flows) {
  static const char        where[] = "LodSolverFlows";
  const LodQuantityProblem problem = {.grid = &solver->grid,
                                      .coefficient = &solver->coefficient,
                                      .conditions = &solver->conditions,
                                      .data = &solver->data,
                                      .rhs = solver->rhs,
                                      .rhs_where = where};
  LodQuantityParts         parts;
  LodQuantities            quantities;
  PetscFunctionBeginUser;
  PetscCall(Reconstruct(solver, flows, "flows", where));
  LodCheckInput(solver->rhs || !solver->coefficient.dirichlet_walls,
                "%s: where walls of holes have u = 0, only for f given as an expression", where);
  LodLibrariesLock(); /* conditions may be read from files */
  PetscErrorCode error = LodQuantityPartsCompute(&problem, &parts);
  LodLibrariesUnlock();
  PetscCall(error);
  PetscCall(LodQuantitiesCompute(&problem, &parts, &solver->result, &quantities));
  ShowFlows(&quantities, &solver->grid, flows);
  PetscCall(LodQuantitiesDestroy(&quantities));
  PetscFunctionReturn(0);
}

int LodSolverFlows(LodSolver *solver, LodFlows *flows) {
  LOD_LIBRARY_CALL(Flows(solver, flows));
}

/* LodSolverEffective. */
static PetscErrorCode Effective(LodSolver *solver, const char *kind, double tensor[3][3]) {
  static const char     where[] = "LodSolverEffective";
  const LodSolveOptions options = {.model = solver ? solver->model : NULL,
                                   .average = solver ? solver->average : PETSC_FALSE};
  LodEffectiveKind      found;
  LodEffective          effective;
  char                  place[64];
  PetscFunctionBeginUser;
  PetscCall(LodSolverCheck(solver, where));
  PetscCall(LodPointerCheck(kind, where, "kind"));
  PetscCall(LodPointerCheck(tensor, where, "tensor"));
  PetscCall(LodCheckSolverIsSet(solver, where));
  (void)snprintf(place, sizeof place, "%s: kind \"%.16s\"", where, kind);
  PetscCall(LodEffectiveFromName(kind, place, &found));
  LodCheckInput(!solver->load, "%s: the boundary is part of what it means: set no conditions",
                where);
  LodLibrariesLock();
  PetscErrorCode error = LodEffectiveCompute(solver->comm, &solver->grid, &solver->coefficient,
                                             solver->method, &options, found, &effective);
  LodLibrariesUnlock();
  PetscCall(error);
  memcpy(tensor, effective.tensor, sizeof effective.tensor);
  PetscFunctionReturn(0);
}

int LodSolverEffective(LodSolver *solver, const char *kind, double tensor[3][3]) {
  LOD_LIBRARY_CALL(Effective(solver, kind, tensor));
}
