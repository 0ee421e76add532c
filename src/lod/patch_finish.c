/* From the dense block that is left of a patch to its local operator. */
#include "lod/patch_finish_private.h"

#include <string.h>

#include "lod/exact_cost_private.h"
#include "lod/front_private.h"

struct LodPatchFinish {
  PetscInt  n_constraints, n_tests, corners, n_nodes; /* n_nodes: of the uncut patch */
  PetscInt  n_loads;                                  /* columns: b_j and the source's */
  PetscInt  n_held;         /* 1 if the patch floats: its node that is left, the first variable */
  int       eliminated, n;  /* the front, padded: constraints, then tests, loads and held node */
  PetscInt *constraint_row; /* row of S_T of each constraint, -1: has a test column instead */
  PetscInt *test_row;       /* row of S_T of each test column */
  PetscInt corner_row[LOD_MAX_CORNERS]; /* rows of T's corners if they have test columns, else -1 */
};

/* Row of S_T of the coarse node with `index` relative to the cut patch. */
static PetscInt OperatorRow(const LodGrid *grid, const LodWindow *window,
                            const PetscInt index[LOD_MAX_DIM]) {
  LodBox   uncut = LodBoxCube(grid->dim, 2 * grid->ell + 2);
  PetscInt node[LOD_MAX_DIM] = {0, 0, 0};
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    node[axis] = index[axis] + grid->ell - window->kinds[axis].n_low;
  return LodBoxPosition(&uncut, node);
}

/* Whether the node's row comes from a test column rather than a multiplier. */
static PetscBool HasTest(const LodGrid *grid, const LodWindow *window,
                         const PetscInt index[LOD_MAX_DIM]) {
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    if (LodWindowCloses(grid, axis, &window->kinds[axis], index[axis])) return PETSC_TRUE;
  return PETSC_FALSE;
}

/* Makes all that a cleared one has. */
static PetscErrorCode SetUp(const LodGrid *grid, const LodWindow *window, LodPatchFinish *f) {
  const LodVariables *variables = LodWindowVariables(window);
  PetscFunctionBeginUser;
  f->corners = LodGridCorners(grid);
  f->n_nodes = LodGridPatchNodes(grid);
  PetscCall(PetscMalloc2(variables->n, &f->constraint_row, variables->n, &f->test_row));
  for (PetscInt i = 0; i < variables->n; i++) {
    const LodVariable *variable = &variables->variables[i];
    PetscInt           row = OperatorRow(grid, window, variable->index);
    if (variable->kind == LOD_NODE) f->n_held++;
    if (variable->kind == LOD_FUNCTIONAL)
      f->constraint_row[f->n_constraints++] = HasTest(grid, window, variable->index) ? -1 : row;
    if (variable->kind == LOD_TEST) f->test_row[f->n_tests++] = row;
    if (variable->kind == LOD_LOAD || variable->kind == LOD_SOURCE) f->n_loads++;
  }
  PetscCheck(f->n_held == (LodWindowFloats(grid, window->kinds) ? 1 : 0) &&
                 (f->n_held == 0 || f->n_tests == 0),
             PETSC_COMM_SELF, PETSC_ERR_PLIB, "fine nodes are left in a finished patch");
  for (PetscInt corner = 0; corner < f->corners; corner++) {
    PetscInt index[LOD_MAX_DIM] = {0, 0, 0};
    for (PetscInt axis = 0; axis < grid->dim; axis++)
      index[axis] = window->kinds[axis].n_low + (corner >> axis & 1);
    f->corner_row[corner] = HasTest(grid, window, index) ? OperatorRow(grid, window, index) : -1;
  }
  f->eliminated = LodFrontPad((int)f->n_constraints);
  f->n = f->eliminated + LodFrontPad((int)(f->n_tests + f->n_loads + f->n_held));
  PetscFunctionReturn(0);
}

PetscErrorCode LodPatchFinishCreate(const LodGrid *grid, const LodWindow *window,
                                    LodPatchFinish **finish) {
  PetscFunctionBeginUser;
  PetscCall(PetscNew(finish));
  PetscErrorCode error = SetUp(grid, window, *finish);
  if (error) PetscCall(LodPatchFinishDestroy(finish));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodPatchFinishDestroy(LodPatchFinish **finish) {
  PetscFunctionBeginUser;
  if (!*finish) PetscFunctionReturn(0);
  PetscCall(PetscFree2((*finish)->constraint_row, (*finish)->test_row));
  PetscCall(PetscFree(*finish));
  PetscFunctionReturn(0);
}

size_t LodPatchFinishWorkspace(const LodPatchFinish *finish) {
  return (size_t)finish->n * (size_t)finish->n;
}

/* Where the held node stands in the front. */
static ptrdiff_t HeldPlace(const LodPatchFinish *f) {
  return f->eliminated + f->n_tests + f->n_loads;
}

/* Copies -D into the front (its constraint block is positive definite), with padding. The held node
   comes last. */
static void CopyNegated(const LodPatchFinish *f, const LodBlock *block, double *front) {
  ptrdiff_t n = f->n, n_constraints = f->n_constraints;
  ptrdiff_t used = n_constraints + f->n_tests + f->n_loads, shift = f->eliminated - n_constraints;
  memset(front, 0, (size_t)(n * n) * sizeof(double));
  for (ptrdiff_t i = 0; i < used; i++) {
    const double *from = block->values + (i + f->n_held) * block->stride + f->n_held;
    double       *to = front + (i < n_constraints ? i : i + shift) * n;
    for (ptrdiff_t j = i; j < n_constraints; j++)
      to[j] = -from[j];
    for (ptrdiff_t j = PetscMax(i, n_constraints); j < used; j++)
      to[j + shift] = -from[j];
  }
  for (ptrdiff_t i = n_constraints; i < f->eliminated; i++)
    front[i * n + i] = 1;
  for (ptrdiff_t i = -1; i < used && f->n_held > 0; i++) { /* -1: the node itself */
    const ptrdiff_t place = i < 0 ? HeldPlace(f) : i < n_constraints ? i : i + shift;
    front[place * n + HeldPlace(f)] = -block->values[i + 1];
  }
}

/* Value at the held node for load column j: its row of the front, once the constraints are gone. */
static double HeldValue(const LodPatchFinish *f, const double *front, PetscInt j) {
  const ptrdiff_t held = HeldPlace(f), load = f->eliminated + f->n_tests + j;
  return front[load * f->n + held] / front[held * f->n + held];
}

/* Back substitution U lam = U^-T (D_Cb - D_Cp q_p), p being the held node, for the load columns
   only, in place. */
static void SolveMultipliers(const LodPatchFinish *f, double *front) {
  ptrdiff_t n = f->n, loads = f->eliminated + f->n_tests;
  for (ptrdiff_t i = f->n_constraints - 1; i >= 0; i--) {
    double *row = front + i * n;
    for (PetscInt j = 0; j < f->n_loads; j++) {
      double sum = row[loads + j];
      if (f->n_held > 0) sum -= row[HeldPlace(f)] * HeldValue(f, front, j);
      for (ptrdiff_t k = i + 1; k < f->n_constraints; k++)
        sum -= row[k] * front[k * n + loads + j];
      row[loads + j] = sum / row[i];
    }
  }
}

/* Eliminates the constraints and solves for the multipliers of all load columns. */
static int Eliminate(const LodPatchFinish *f, const LodBlock *block, double *front) {
  CopyNegated(f, block, front);
  int failed = LodFrontEliminate(front, f->n, f->eliminated, f->n);
  if (failed >= 0) return failed;
  if (f->n_held > 0 && !(front[HeldPlace(f) * (f->n + 1)] < 0)) return f->n_constraints;
  SolveMultipliers(f, front);
  return -1;
}

/* Writes entries[z][columns] from the load columns load.. of a front that has been eliminated;
   own[z][columns] are the parts of the corners z of T, which nodes with a test column need. */
static void WriteRows(const LodPatchFinish *f, const double *front, PetscInt load, PetscInt columns,
                      const double *own, double *entries) {
  const ptrdiff_t n = f->n, first = f->eliminated + f->n_tests + load;
  memset(entries, 0, (size_t)(f->n_nodes * columns) * sizeof *entries);
  for (PetscInt c = 0; c < f->n_constraints; c++)
    for (PetscInt j = 0; j < columns && f->constraint_row[c] >= 0; j++)
      entries[f->constraint_row[c] * columns + j] = front[c * n + first + j];
  for (PetscInt t = 0; t < f->n_tests; t++)
    for (PetscInt j = 0; j < columns; j++)
      entries[f->test_row[t] * columns + j] = -front[(f->eliminated + t) * n + first + j];
  for (PetscInt z = 0; z < f->corners; z++)
    for (PetscInt j = 0; j < columns && f->corner_row[z] >= 0; j++)
      entries[f->corner_row[z] * columns + j] += own[z * columns + j];
}

int LodPatchFinishCompute(const LodPatchFinish *f, const LodBlock *block, const double *corner,
                          const double *source, double *workspace, double *entries, double *loads) {
  int failed = Eliminate(f, block, workspace);
  if (failed >= 0) return failed;
  WriteRows(f, workspace, 0, f->corners, corner, entries);
  if (f->n_loads > f->corners) WriteRows(f, workspace, f->corners, 1, source, loads);
  return -1;
}

int LodPatchFinishMultipliers(const LodPatchFinish *f, const LodBlock *block, double *workspace,
                              double *values) {
  int failed = Eliminate(f, block, workspace);
  if (failed >= 0) return failed;
  if (f->n_held > 0) values[0] = HeldValue(f, workspace, 0);
  for (PetscInt c = 0; c < f->n_constraints; c++)
    values[f->n_held + c] = workspace[c * f->n + f->eliminated];
  values[f->n_held + f->n_constraints] = -1;
  return -1;
}

LodExactWork LodPatchFinishWork(const LodPatchFinish *f) {
  PetscInt     used = f->n_constraints + f->n_tests + f->n_loads;
  double       back = (double)f->n_loads * (double)f->n_constraints * (double)f->n_constraints;
  LodExactWork work = {.flops = LodFrontFlops(f->n_constraints, used) + back,
                       .flops_padded = LodFrontFlops(f->eliminated, f->n) + back};
  /* Block read, front cleared and written; then eliminated. */
  work.bytes = 2 * LodTriangleBytes(used) + (double)(LodPatchFinishWorkspace(f) * sizeof(double));
  work.bytes += 2 * LodTriangleBytes(f->n);
  return work;
}

size_t LodPatchFinishMemory(const LodPatchFinish *f) {
  PetscInt variables = f->n_constraints + f->n_tests + f->n_loads;
  return sizeof *f + 2 * (size_t)variables * sizeof(PetscInt);
}
