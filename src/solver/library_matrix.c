/* Matrices and local operators of lodnet.h. */
#include "base/error.h"
#include "solver/library.h"
#include "solver/library_solver_private.h"

/* What the user sees of the rows. */
static void Show(const LodSparseRows *rows, LodSparse *matrix) {
  *matrix = (LodSparse){.n = rows->n,
                        .first_row = rows->first_row,
                        .n_rows = rows->n_rows,
                        .offsets = rows->offsets,
                        .columns = rows->columns,
                        .nodes = rows->nodes,
                        .values = rows->values};
}

/* Copies the matrix of the present coefficient; the libraries are locked. */
static PetscErrorCode CopyMatrix(LodSolver *solver) {
  Mat matrix;
  int exponent;
  PetscFunctionBeginUser;
  PetscCall(LodMethodSystemMatrix(solver->system, &matrix, &exponent));
  PetscErrorCode error =
      LodSparseFromMatrix(&solver->grid, solver->cells, matrix, exponent, &solver->matrix);
  PetscCall(LodErrorAgree(solver->comm, error));
  PetscFunctionReturn(0);
}

/* Refuses domains with holes, of whose nodes outside the rows would tell too. */
static PetscErrorCode CheckWhole(const LodSolver *solver, const char *where) {
  PetscFunctionBeginUser;
  LodCheckInput(!solver->coefficient.mask, "%s: not of a domain with holes", where);
  PetscFunctionReturn(0);
}

/* LodSolverMatrix. */
static PetscErrorCode Matrix(LodSolver *solver, LodSparse *matrix) {
  static const char where[] = "LodSolverMatrix";
  PetscErrorCode    error = 0;
  PetscFunctionBeginUser;
  PetscCall(LodSolverCheck(solver, where));
  PetscCall(LodPointerCheck(matrix, where, "matrix"));
  PetscCall(LodCheckSolverIsSet(solver, where));
  PetscCall(CheckWhole(solver, where));
  LodCheckInput(!LodConstantsAreFree(&solver->grid, &solver->coefficient),
                "%s: the matrix is singular: every face is natural or has its flux given, and "
                "there is no reaction",
                where);
  PetscCall(LodSolverAssemble(solver));
  LodLibrariesLock();
  if (!solver->matrix.offsets) error = CopyMatrix(solver);
  LodLibrariesUnlock();
  PetscCall(error);
  Show(&solver->matrix, matrix);
  PetscFunctionReturn(0);
}

int LodSolverMatrix(LodSolver *solver, LodSparse *matrix) {
  LOD_LIBRARY_CALL(Matrix(solver, matrix));
}

/* LodSolverMass. */
static PetscErrorCode Mass(LodSolver *solver, LodSparse *mass) {
  static const char where[] = "LodSolverMass";
  PetscErrorCode    error = 0;
  PetscFunctionBeginUser;
  PetscCall(LodSolverCheck(solver, where));
  PetscCall(LodPointerCheck(mass, where, "mass"));
  PetscCall(CheckWhole(solver, where));
  LodLibrariesLock();
  if (!solver->mass.offsets)
    error = LodSparseMass(solver->comm, &solver->grid, solver->cells, &solver->mass);
  LodLibrariesUnlock();
  PetscCall(error);
  Show(&solver->mass, mass);
  PetscFunctionReturn(0);
}

int LodSolverMass(LodSolver *solver, LodSparse *mass) {
  LOD_LIBRARY_CALL(Mass(solver, mass));
}

/* LodSolverLocalOperators. */
static PetscErrorCode LocalOperators(LodSolver *solver, int64_t *first, int64_t *last,
                                     const double **operators) {
  static const char where[] = "LodSolverLocalOperators";
  PetscInt          begin, end;
  PetscFunctionBeginUser;
  PetscCall(LodSolverCheck(solver, where));
  PetscCall(LodPointerCheck(first, where, "first"));
  PetscCall(LodPointerCheck(last, where, "last"));
  PetscCall(LodPointerCheck(operators, where, "operators"));
  LodCheckInput(LodMethodCompresses(solver->method),
                "%s: the method %s has no local operators; lod and dnn do", where,
                LodMethodName(solver->method));
  PetscCall(LodCheckSolverIsSet(solver, where));
  PetscCall(LodSolverAssemble(solver));
  PetscCall(
      LodCoarseSystemOperators(LodMethodSystemCompressed(solver->system), &begin, &end, operators));
  *first = begin;
  *last = end;
  PetscFunctionReturn(0);
}

int LodSolverLocalOperators(LodSolver *solver, int64_t *first, int64_t *last,
                            const double **operators) {
  LOD_LIBRARY_CALL(LocalOperators(solver, first, last, operators));
}
