/* Loads of lodnet.h: from expressions, functions, nodal and cell values. */
#include <omp.h>

#include "base/error.h"
#include "fem/load.h"
#include "fem/nodal.h"
#include "solver/library.h"
#include "solver/library_solver_private.h"

/* Checks what all of them take. */
static PetscErrorCode CheckLoad(const LodSolver *solver, const double *load, const char *where) {
  PetscFunctionBeginUser;
  PetscCall(LodSolverCheck(solver, where));
  PetscCall(LodPointerCheck(load, where, "load"));
  PetscFunctionReturn(0);
}

/* The ways to the load on the fine mesh. */
typedef struct {
  LodField     *field;       /* else */
  const double *fine_values; /* else */
  const double *cell_values;
} Source;

/* The load on the solver's nodes, by way of that on the fine mesh. */
static PetscErrorCode LoadFrom(const LodSolver *solver, const Source *source, double *load) {
  const LodGrid *grid = &solver->grid;
  PetscErrorCode error;
  double        *fine = load;
  PetscFunctionBeginUser;
  if (!LodCellsEqual(grid->dim, solver->cells, grid->fine))
    PetscCall(PetscMalloc1(LodNodeCount(grid->dim, grid->fine), &fine));
  if (source->field)
    error = LodFieldLoad(grid, source->field, fine);
  else if (source->fine_values)
    error = LodLoadFromNodes(grid, grid->fine, source->fine_values, fine);
  else
    error = LodCellLoad(grid, source->cell_values, fine);
  if (fine != load) {
    if (!error) error = LodLoadRestrict(grid, fine, solver->cells, load);
    PetscCall(PetscFree(fine));
  }
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* LoadFrom a field, which it destroys. */
static PetscErrorCode LoadFromField(const LodSolver *solver, LodField *field, double *load) {
  PetscFunctionBeginUser;
  PetscErrorCode error = LoadFrom(solver, &(Source){.field = field}, load);
  PetscCall(LodFieldDestroy(&field));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* LodSolverLoadExpression. */
static PetscErrorCode LoadExpression(LodSolver *solver, const char *expression, double *load) {
  static const char where[] = "LodSolverLoadExpression";
  LodField         *field;
  PetscFunctionBeginUser;
  PetscCall(CheckLoad(solver, load, where));
  PetscCall(LodPointerCheck(expression, where, "expression"));
  PetscCall(LodFieldFromText(expression, solver->grid.dim, where, omp_get_max_threads(), &field));
  PetscCall(LoadFromField(solver, field, load));
  PetscFunctionReturn(0);
}

int LodSolverLoadExpression(LodSolver *solver, const char *expression, double *load) {
  LOD_LIBRARY_CALL(LoadExpression(solver, expression, load));
}

/* LodSolverLoadFunction. */
static PetscErrorCode LoadFunction(LodSolver *solver, LodFunction function, void *context,
                                   int serial, double *load) {
  static const char where[] = "LodSolverLoadFunction";
  LodField         *field;
  PetscFunctionBeginUser;
  PetscCall(CheckLoad(solver, load, where));
  LodCheckInput(function, "%s: function is NULL", where);
  PetscCall(LodFieldFromFunction(function, context, solver->grid.dim, where,
                                 serial ? 1 : omp_get_max_threads(), &field));
  PetscCall(LoadFromField(solver, field, load));
  PetscFunctionReturn(0);
}

int LodSolverLoadFunction(LodSolver *solver, LodFunction function, void *context, int serial,
                          double *load) {
  LOD_LIBRARY_CALL(LoadFunction(solver, function, context, serial, load));
}

/* LodSolverLoadNodes. */
static PetscErrorCode LoadNodes(LodSolver *solver, const double *fine_values, double *load) {
  static const char where[] = "LodSolverLoadNodes";
  PetscFunctionBeginUser;
  PetscCall(CheckLoad(solver, load, where));
  PetscCall(LodArrayCheckFinite((size_t)LodNodeCount(solver->grid.dim, solver->grid.fine),
                                fine_values, where, "fine_values"));
  PetscCall(LoadFrom(solver, &(Source){.fine_values = fine_values}, load));
  PetscFunctionReturn(0);
}

int LodSolverLoadNodes(LodSolver *solver, const double *fine_values, double *load) {
  LOD_LIBRARY_CALL(LoadNodes(solver, fine_values, load));
}

/* LodSolverLoadCells. */
static PetscErrorCode LoadCells(LodSolver *solver, const double *cell_values, double *load) {
  static const char where[] = "LodSolverLoadCells";
  PetscFunctionBeginUser;
  PetscCall(CheckLoad(solver, load, where));
  PetscCall(LodArrayCheckFinite((size_t)LodCellCount(solver->grid.dim, solver->grid.coefficient),
                                cell_values, where, "cell_values"));
  PetscCall(LoadFrom(solver, &(Source){.cell_values = cell_values}, load));
  PetscFunctionReturn(0);
}

int LodSolverLoadCells(LodSolver *solver, const double *cell_values, double *load) {
  LOD_LIBRARY_CALL(LoadCells(solver, cell_values, load));
}
