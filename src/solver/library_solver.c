/* Solvers of lodnet.h: create, set a coefficient, solve. */
#include "solver/library_solver_private.h"

#include <string.h>

#include "base/error.h"
#include "fem/boundary.h"
#include "solver/bounds.h"
#include "solver/library.h"
#include "solver/solve.h"

_Static_assert((int)LODNET_METHOD_LOD == (int)LOD_METHOD_LOD &&
                   (int)LODNET_METHOD_DNN == (int)LOD_METHOD_DNN &&
                   (int)LODNET_METHOD_FINE == (int)LOD_METHOD_FINE &&
                   (int)LODNET_METHOD_COARSE == (int)LOD_METHOD_COARSE,
               "the methods of lodnet.h are those of method_system.h");

PetscErrorCode LodSolverCheck(const LodSolver *solver, const char *where) {
  return LodPointerCheck(solver, where, "solver");
}

PetscErrorCode LodCheckSolverIsSet(const LodSolver *solver, const char *where) {
  PetscFunctionBeginUser;
  LodCheckInput(solver->is_set,
                "%s: no coefficient is set since the solver was made or its conditions changed: "
                "call LodSolverSetCoefficient or LodSolverSetMedium first",
                where);
  PetscFunctionReturn(0);
}

/* Checks the options and takes them over. */
static PetscErrorCode TakeOptions(const LodSolverOptions *options, const char *where,
                                  LodSolver *solver) {
  const int method = options ? (int)options->method : 0;
  PetscFunctionBeginUser;
  LodCheckInput(method >= 0 && method <= (int)LODNET_METHOD_COARSE,
                "%s: options.method is %d, must be one of LodSolverMethod", where, method);
  solver->method = (LodMethod)method;
  solver->cells = LodMethodCells(solver->method, &solver->grid);
  solver->n_nodes = (size_t)LodNodeCount(solver->grid.dim, solver->cells);
  if (solver->method != LOD_METHOD_DNN) PetscFunctionReturn(0);
  LodCheckInput(options->model, "%s: options.model is NULL; the method dnn needs a model", where);
  solver->model = options->model;
  solver->average = (PetscBool)(options->average != 0);
  solver->allow_range = (PetscBool)(options->allow_range != 0);
  PetscCall(LodModelFitsMesh(solver->model, "options.model", &solver->grid, where));
  PetscFunctionReturn(0);
}

/* Checks that the ranks have chosen the same: with different methods they would wait for each other
   for ever. */
static PetscErrorCode CheckSameChoices(const LodSolver *solver) {
  const int choices[] = {(int)solver->method, (int)solver->allow_range, (int)solver->average};
  PetscFunctionBeginUser;
  PetscCall(LodRanksCheckSame(solver->comm, &solver->grid, sizeof solver->grid, "mesh"));
  PetscCall(LodRanksCheckSame(solver->comm, choices, sizeof choices, "options"));
  PetscFunctionReturn(0);
}

PetscErrorCode LodSolverMakeSystem(LodSolver *solver) {
  const LodSolveOptions options = {.model = solver->model, .average = solver->average};
  PetscFunctionBeginUser;
  PetscCall(LodMethodSystemDestroy(&solver->system));
  PetscCall(LodSparseDestroy(&solver->mass));
  PetscCall(LodMethodSystemCreate(solver->comm, &solver->grid, solver->method, &options,
                                  &solver->system));
  PetscFunctionReturn(0);
}

/* Makes what does not depend on the coefficient. */
static PetscErrorCode SetUp(LodSolver *solver) {
  PetscFunctionBeginUser;
  PetscCall(
      LodSolveForesee(solver->comm, &solver->grid,
                      &(LodSolveWork){.method = solver->method, .coefficients = 1, .n_rhs = 1}));
  PetscCall(LodSolverMakeSystem(solver));
  PetscFunctionReturn(0);
}

/* Frees a solver; the libraries are locked. */
static PetscErrorCode Free(LodSolver *solver) {
  PetscFunctionBeginUser;
  PetscCall(LodMethodSystemDestroy(&solver->system));
  PetscCall(LodSolverForgetCoefficient(solver));
  PetscCall(LodSparseDestroy(&solver->mass));
  PetscCall(LodConditionsDestroy(&solver->conditions));
  PetscCall(PetscCommDestroy(&solver->comm));
  PetscCall(PetscFree(solver));
  PetscFunctionReturn(0);
}

/* Checks the arguments, the same on all ranks, and makes the solver; the libraries are locked. */
static PetscErrorCode Make(MPI_Comm comm, const LodMesh *mesh, const LodSolverOptions *options,
                           const char *where, LodSolver **solver) {
  LodSolver *made;
  PetscFunctionBeginUser;
  PetscCall(PetscNew(&made));
  PetscErrorCode error = PetscCommDuplicate(comm, &made->comm, NULL);
  if (error) {
    PetscCall(PetscFree(made));
    PetscCall(error);
  }
  const PetscBool fine = (PetscBool)(options && options->method == LODNET_METHOD_FINE);
  error = LodMeshToGrid(mesh, where, fine, &made->grid);
  memcpy(made->natural, made->grid.natural, sizeof made->natural);
  if (!error) error = TakeOptions(options, where, made);
  error = LodErrorAgree(made->comm, error);
  if (!error) error = CheckSameChoices(made);
  if (!error) error = SetUp(made);
  if (error)
    PetscCall(Free(made));
  else
    *solver = made;
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* LodSolverCreate. */
static PetscErrorCode Create(MPI_Comm comm, const LodMesh *mesh, const LodSolverOptions *options,
                             LodSolver **solver) {
  static const char where[] = "LodSolverCreate";
  PetscFunctionBeginUser;
  PetscCall(LodPointerCheck(solver, where, "solver"));
  *solver = NULL;
  LodCheckInput(comm != MPI_COMM_NULL, "%s: comm is MPI_COMM_NULL", where);
  LodLibrariesLock();
  const PetscErrorCode error = Make(comm, mesh, options, where, solver);
  LodLibrariesUnlock();
  PetscCall(error);
  PetscFunctionReturn(0);
}

int LodSolverCreate(MPI_Comm comm, const LodMesh *mesh, const LodSolverOptions *options,
                    LodSolver **solver) {
  LOD_LIBRARY_CALL(Create(comm, mesh, options, solver));
}

/* LodSolverDestroy. */
static PetscErrorCode Destroy(LodSolver **solver) {
  PetscFunctionBeginUser;
  if (!solver || !*solver) PetscFunctionReturn(0);
  LodLibrariesLock();
  const PetscErrorCode error = Free(*solver);
  LodLibrariesUnlock();
  *solver = NULL;
  PetscCall(error);
  PetscFunctionReturn(0);
}

int LodSolverDestroy(LodSolver **solver) {
  LOD_LIBRARY_CALL(Destroy(solver));
}

/* LodSolverNodes. */
static PetscErrorCode Nodes(const LodSolver *solver, int nodes[3], size_t *count) {
  static const char where[] = "LodSolverNodes";
  PetscFunctionBeginUser;
  PetscCall(LodSolverCheck(solver, where));
  for (int axis = 0; axis < 3 && nodes; axis++)
    nodes[axis] = axis < solver->grid.dim ? (int)solver->cells[axis] + 1 : 1;
  if (count) *count = solver->n_nodes;
  PetscFunctionReturn(0);
}

int LodSolverNodes(const LodSolver *solver, int nodes[3], size_t *count) {
  LOD_LIBRARY_CALL(Nodes(solver, nodes, count));
}

/* Checks the arguments of LodSolverSolve on one rank. */
static PetscErrorCode CheckSolve(const LodSolver *solver, int n_rhs, const double *loads,
                                 const double *solutions, const char *where) {
  PetscFunctionBeginUser;
  PetscCall(LodCheckSolverIsSet(solver, where));
  LodCheckInput(!solver->coefficient.mask,
                "%s: loads do not know of holes in D: call LodSolverSolveProblem", where);
  LodCheckInput(n_rhs >= 1, "%s: n_rhs is %d, must be at least 1", where, n_rhs);
  PetscCall(LodPointerCheck(solutions, where, "solutions"));
  PetscCall(LodArrayCheckFinite((size_t)n_rhs * solver->n_nodes, loads, where, "loads"));
  PetscFunctionReturn(0);
}

/* loads[n_rhs][n_nodes] and in each what the conditions give; the caller frees them. */
static PetscErrorCode AddConditions(const LodSolver *solver, int n_rhs, const double *loads,
                                    double **added) {
  const size_t n_nodes = solver->n_nodes;
  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1((size_t)n_rhs * n_nodes, added));
  for (size_t i = 0; i < (size_t)n_rhs * n_nodes; i++)
    (*added)[i] = loads[i] + (solver->load ? solver->load[i % n_nodes] : 0);
  PetscFunctionReturn(0);
}

/* Solves for whole loads, with a warning of solutions that are certainly wrong. */
static PetscErrorCode SolveLoads(LodSolver *solver, int n_rhs, const double *loads,
                                 double *solutions) {
  const size_t n_nodes = solver->n_nodes;
  double       wrong = 0;
  PetscFunctionBeginUser;
  for (int f = 0; f < n_rhs && LodConstantsAreFree(&solver->grid, &solver->coefficient); f++)
    PetscCall(LodLoadCheckBalance(n_nodes, loads + (size_t)f * n_nodes));
  PetscCall(LodMethodSystemSolve(solver->system, n_rhs, loads, solver->boundary, solutions));
  for (int f = 0; f < n_rhs && LodMethodCompresses(solver->method); f++) {
    const size_t    place = (size_t)f * n_nodes;
    const LodBounds bounds = LodBoundsOf(&solver->grid, &solver->coefficient, solver->cells,
                                         loads + place, solver->boundary);
    wrong = PetscMax(wrong, LodBoundsLeftBy(bounds, n_nodes, solutions + place));
  }
  LodBoundsWarn(solver->method, wrong);
  PetscFunctionReturn(0);
}

/* All right-hand sides; the libraries are locked. */
static PetscErrorCode SolveAll(LodSolver *solver, int n_rhs, const double *loads,
                               double *solutions) {
  double *added;
  PetscFunctionBeginUser;
  PetscCall(LodRanksCheckSame(solver->comm, loads, (size_t)n_rhs * solver->n_nodes * sizeof(double),
                              "LodSolverSolve: loads"));
  if (!solver->load) {
    PetscCall(SolveLoads(solver, n_rhs, loads, solutions));
    PetscFunctionReturn(0);
  }
  PetscCall(LodErrorAgree(solver->comm, AddConditions(solver, n_rhs, loads, &added)));
  PetscErrorCode error = SolveLoads(solver, n_rhs, added, solutions);
  PetscCall(PetscFree(added));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* LodSolverSolve. */
static PetscErrorCode Solve(LodSolver *solver, int n_rhs, const double *loads, double *solutions) {
  static const char where[] = "LodSolverSolve";
  PetscFunctionBeginUser;
  PetscCall(LodSolverCheck(solver, where));
  LodLibrariesLock();
  PetscErrorCode error =
      LodErrorAgree(solver->comm, CheckSolve(solver, n_rhs, loads, solutions, where));
  LodLibrariesUnlock();
  PetscCall(error);
  PetscCall(LodSolverAssemble(solver));
  LodLibrariesLock();
  error = SolveAll(solver, n_rhs, loads, solutions);
  LodLibrariesUnlock();
  PetscCall(error);
  PetscFunctionReturn(0);
}

int LodSolverSolve(LodSolver *solver, int n_rhs, const double *loads, double *solutions) {
  LOD_LIBRARY_CALL(Solve(solver, n_rhs, loads, solutions));
}
