/* The corrector problem of one patch by one sparse Cholesky factorisation.

   For a patch with K (stiffness on its unknowns), C (one row a constraint: the value of I_h at a
   coarse node of the closed patch that is not Dirichlet) and columns b_j = a_T(Lam_j, .), one for
   each corner, and for local loads one more, l_T:
     1. K = L L^T (CHOLMOD; analysis reused for patches of one shape),
     2. [Y W] = K^-1 [C^T b],
     3. (C Y) lam = C W, dense and symmetric positive definite,
     4. Q = W - Y lam,
     5. S_T[z,j] = a_T(Lam_j, phi_z) - a(Q_j, phi_z), and L_T alike.

   The part of a reconstruction that a cell adds has one column, l_T - sum of coarse[T_j] b_j, and
   ends with step 4. */
#include "lod/patch_problem_private.h"

#include <stdlib.h>
#include <string.h>

#include "fem/element.h"
#include "fem/stencil.h"
#include "lod/interpolation_private.h"
#include "lod/local_operators.h"
#include "lod/masked_private.h"
#include "lod/patch.h"

/* The source of the fine mesh's cell matrices. */
static LodCellMatrices FineMatrices(const LodPatchProblem *problem) {
  return (LodCellMatrices){problem->grid, problem->coefficient, problem->grid->fine,
                           &problem->tables, NULL};
}

/* Whether position `i` among the patch's unknowns is one where a mask leaves none. */
static PetscBool IsHeld(const LodPatch *patch, const LodPatchWorkspace *work, PetscInt i) {
  return (PetscBool)(patch->masked && work->held[i]);
}

/* The unknown of a fine node; -1 if there is none. */
static PetscInt UnknownOf(const LodPatch *patch, const LodPatchWorkspace *work,
                          const PetscInt node[LOD_MAX_DIM]) {
  const PetscInt position = LodBoxPosition(&patch->unknowns, node);
  return position >= 0 && IsHeld(patch, work, position) ? -1 : position;
}

/* Notes in work->held which of the patch's unknowns are none, if a mask touches it. */
static LodPatchStatus MarkHeld(const LodPatchProblem *problem, const LodPatch *patch,
                               LodPatchWorkspace *work) {
  const size_t n = (size_t)LodBoxCount(&patch->unknowns);
  if (!patch->masked) return LOD_PATCH_OK;
  unsigned char *held = realloc(work->held, n);
  if (!held) return LOD_PATCH_NO_MEMORY;
  work->held = held;
  for (PetscInt i = 0; i < LodBoxCount(&patch->unknowns); i++) {
    PetscInt node[LOD_MAX_DIM];
    LodBoxIndex(&patch->unknowns, i, node);
    held[i] = LodMaskedHolds(problem->grid, problem->coefficient, patch, node);
  }
  return LOD_PATCH_OK;
}

/* Writes the upper triangle of K on the patch's unknowns into `matrix`, with 1 on the diagonal
   where a mask leaves none; with `pattern` the column pointers and row indices too. */
static void FillMatrix(const LodPatchProblem *problem, const LodPatch *patch,
                       const LodPatchWorkspace *work, PetscBool pattern, cholmod_sparse *matrix) {
  const LodGrid  *grid = problem->grid;
  LodCellMatrices source = FineMatrices(problem);
  PetscInt        width = LodPower(3, grid->dim), n = LodBoxCount(&patch->unknowns);
  int            *start = matrix->p, *rows = matrix->i, filled = 0;
  double         *values = matrix->x;
  for (PetscInt column = 0; column < n; column++) {
    double   stencil[LOD_MAX_STENCIL];
    PetscInt node[LOD_MAX_DIM], neighbours[LOD_MAX_STENCIL];
    LodBoxIndex(&patch->unknowns, column, node);
    LodRowStencil(&source, node, stencil);
    LodRowNeighbours(&patch->unknowns, node, neighbours);
    if (pattern) start[column] = filled;
    for (PetscInt i = 0; i < width; i++) {
      if (neighbours[i] < 0 || neighbours[i] > column) continue;
      if (pattern) rows[filled] = neighbours[i];
      if (IsHeld(patch, work, column) || IsHeld(patch, work, neighbours[i]))
        stencil[i] = neighbours[i] == column ? 1 : 0;
      values[filled++] = stencil[i];
    }
  }
  if (pattern) start[n] = filled;
}

/* The shape of the patch if this workspace has met it, else NULL. */
static LodPatchShape *KnownShape(const LodPatch *patch, const LodPatchWorkspace *work) {
  for (LodPatchShape *shape = work->shapes; shape; shape = shape->next)
    if (!memcmp(shape->size, patch->unknowns.size, sizeof shape->size)) return shape;
  return NULL;
}

/* The shape of the patch, analysed if it is new to this workspace; NULL without memory. */
static LodPatchShape *FindShape(const LodPatchProblem *problem, const LodPatch *patch,
                                LodPatchWorkspace *work) {
  const LodGrid *grid = problem->grid;
  LodPatchShape *shape = KnownShape(patch, work);
  if (shape) return shape;
  size_t n = (size_t)LodBoxCount(&patch->unknowns), most = n * (size_t)LodPower(3, grid->dim);
  shape = calloc(1, sizeof(LodPatchShape));
  if (!shape) return NULL;
  memcpy(shape->size, patch->unknowns.size, sizeof shape->size);
  shape->matrix = cholmod_allocate_sparse(n, n, most, 1, 1, 1, CHOLMOD_REAL, &work->common);
  if (shape->matrix) FillMatrix(problem, patch, work, PETSC_TRUE, shape->matrix);
  shape->factor = shape->matrix ? cholmod_analyze(shape->matrix, &work->common) : NULL;
  shape->factor_flops = work->common.fl;
  shape->factor_entries = work->common.lnz;
  shape->next = work->shapes;
  work->shapes = shape;
  return shape->factor ? shape : NULL;
}

/* Makes right[] an n x columns zero matrix, keeping its memory if it is large enough. */
static LodPatchStatus ShapeRightHandSides(LodPatchWorkspace *work, size_t n, size_t columns) {
  if (!work->right || work->right->nzmax < n * columns) {
    cholmod_free_dense(&work->right, &work->common);
    work->right = cholmod_zeros(n, columns, CHOLMOD_REAL, &work->common);
    if (!work->right) return LOD_PATCH_NO_MEMORY;
  }
  work->right->nrow = work->right->d = n;
  work->right->ncol = columns;
  memset(work->right->x, 0, n * columns * sizeof(double));
  return LOD_PATCH_OK;
}

/* Numbers the constraints: for each coarse node of the patch its row of C, or -1 at Dirichlet nodes
   and outside of D. Returns how many there are. */
static PetscInt NumberConstraints(const LodPatchProblem *problem, const LodPatch *patch,
                                  PetscInt row[]) {
  const LodGrid *grid = problem->grid;
  PetscInt       n_constraints = 0;
  for (PetscInt z = 0; z < LodBoxCount(&patch->coarse_nodes); z++) {
    PetscInt node[LOD_MAX_DIM];
    LodBoxIndex(&patch->coarse_nodes, z, node);
    row[z] =
        LodGridIsDirichlet(grid, grid->coarse, node) ||
                LodDomainNode(grid, problem->coefficient, grid->coarse, node) != LOD_NODE_INSIDE
            ? -1
            : n_constraints++;
  }
  return n_constraints;
}

/* Adds one coarse cell's part to a row of C: column[unknown] += weight * functional of corner a. */
static void AddFunctional(const LodGrid *grid, double *const functional[], const LodPatch *patch,
                          const PetscInt cell[LOD_MAX_DIM], PetscInt corner, double weight,
                          double *column) {
  const LodBox local = LodBoxClosed(LodFineInside(grid));
  for (PetscInt i = 0; i < LodBoxCount(&local); i++) {
    PetscInt node[LOD_MAX_DIM];
    double   product = weight;
    LodBoxIndex(&local, i, node);
    for (PetscInt axis = 0; axis < grid->dim; axis++) {
      product *= functional[axis][(corner >> axis & 1) * local.size[axis] + node[axis]];
      node[axis] += cell[axis] * (local.size[axis] - 1);
    }
    PetscInt unknown = LodBoxPosition(&patch->unknowns, node);
    if (unknown >= 0) column[unknown] += product;
  }
}

/* Adds one coarse cell's part to all rows of C where a mask touches the patch; work->functionals is
   room for them. */
static LodPatchStatus AddMaskedCell(const LodPatchProblem *problem, const LodPatch *patch,
                                    const PetscInt cell[LOD_MAX_DIM], LodPatchWorkspace *work) {
  const LodGrid *grid = problem->grid;
  const PetscInt n_nodes = LodSourceSize(grid);
  const LodBox   mesh = LodBoxCells(grid->dim, grid->coarse);
  const LodBox   nodes = LodCellFineNodes(grid, LodBoxPosition(&mesh, cell));
  if (LodDomainCoarseCell(grid, problem->coefficient, cell) == 0) return LOD_PATCH_OK;
  if (!LodMaskedFunctionals(grid, problem->coefficient, cell, work->functionals))
    return LOD_PATCH_CONSTRAINTS;
  for (PetscInt corner = 0; corner < LodGridCorners(grid); corner++) {
    PetscInt node[LOD_MAX_DIM];
    LodCornerNode(cell, corner, node);
    const PetscInt row = work->constraint_row[LodBoxPosition(&patch->coarse_nodes, node)];
    if (row < 0) continue;
    const double weight = LodMaskedWeight(grid, problem->coefficient, cell, node);
    double      *column = (double *)work->right->x + (size_t)row * work->right->d;
    for (PetscInt i = 0; i < n_nodes; i++) {
      LodBoxIndex(&nodes, i, node);
      const PetscInt unknown = UnknownOf(patch, work, node);
      if (unknown >= 0) column[unknown] += weight * work->functionals[corner * n_nodes + i];
    }
  }
  return LOD_PATCH_OK;
}

/* Fills the columns C^T of the right-hand sides: the functionals of all cells of the patch,
   averaged at the coarse nodes. */
static LodPatchStatus FillConstraints(const LodPatchProblem *problem, const LodPatch *patch,
                                      LodPatchWorkspace *work) {
  const LodGrid  *grid = problem->grid;
  const PetscInt *row = work->constraint_row;
  LodPatchStatus  status = LOD_PATCH_OK;
  for (PetscInt c = 0; c < LodBoxCount(&patch->cells); c++) {
    PetscInt cell[LOD_MAX_DIM];
    LodBoxIndex(&patch->cells, c, cell);
    if (patch->masked) {
      status = AddMaskedCell(problem, patch, cell, work);
      if (status) return status;
      continue;
    }
    for (PetscInt corner = 0; corner < LodGridCorners(grid); corner++) {
      PetscInt node[LOD_MAX_DIM];
      LodCornerNode(cell, corner, node);
      PetscInt z = LodBoxPosition(&patch->coarse_nodes, node);
      if (row[z] < 0) continue;
      AddFunctional(grid, problem->functional, patch, cell, corner,
                    1.0 / (double)LodGridCellsAtNode(grid, node),
                    (double *)work->right->x + (size_t)row[z] * work->right->d);
    }
  }
  return status;
}

/* Whether Dirichlet walls leave no corner function at a corner of a coarse cell. */
static PetscBool IsCutAway(const LodPatchProblem *problem, const PetscInt cell[LOD_MAX_DIM],
                           PetscInt corner) {
  PetscInt node[LOD_MAX_DIM];
  if (!problem->coefficient->dirichlet_walls) return PETSC_FALSE;
  LodCornerNode(cell, corner, node);
  return (PetscBool)(LodDomainNode(problem->grid, problem->coefficient, problem->grid->coarse,
                                   node) != LOD_NODE_INSIDE);
}

/* Fills the columns b_j = a_T(Lam_j, phi_i): loads[j * d + i] over the unknowns i. */
static void FillLoads(const LodPatchProblem *problem, const LodPatch *patch,
                      const LodPatchWorkspace *work, size_t stride, double *loads) {
  const LodGrid *grid = problem->grid;
  PetscInt       dim = grid->dim, corners = LodGridCorners(grid);
  const LodBox   inside = LodFineInside(grid);
  for (PetscInt c = 0; c < LodBoxCount(&inside); c++) {
    double   corner_values[LOD_MAX_CORNERS][LOD_MAX_CORNERS]; /* [b][j]: Lam_j at fine corner b */
    double   matrix[LOD_MAX_CORNERS_SQUARED];
    PetscInt local[LOD_MAX_DIM], global[LOD_MAX_DIM] = {0, 0, 0}, node[LOD_MAX_DIM];
    LodBoxIndex(&inside, c, local);
    for (PetscInt axis = 0; axis < dim; axis++)
      global[axis] = patch->cell_index[axis] * inside.size[axis] + local[axis];
    LodCellMatrix(&problem->tables, problem->coefficient, global, matrix);
    for (PetscInt b = 0; b < corners; b++) {
      LodCornerNode(local, b, node);
      for (PetscInt j = 0; j < corners; j++)
        corner_values[b][j] = LodCornerFunction(&inside, j, node);
    }
    for (PetscInt a = 0; a < corners; a++) {
      LodCornerNode(global, a, node);
      PetscInt unknown = UnknownOf(patch, work, node);
      if (unknown < 0) continue;
      for (PetscInt b = 0; b < corners; b++)
        for (PetscInt j = 0; j < corners; j++)
          loads[(size_t)j * stride + (size_t)unknown] +=
              matrix[a * corners + b] * corner_values[b][j];
    }
  }
  for (PetscInt j = 0; j < corners; j++)
    if (IsCutAway(problem, patch->cell_index, j))
      memset(loads + (size_t)j * stride, 0, stride * sizeof *loads);
}

/* Adds l_T to a column over the unknowns: source[] is over the fine nodes of the closed cell. */
static void AddSource(const LodGrid *grid, const LodPatch *patch, const LodPatchWorkspace *work,
                      const double *source, double *column) {
  const LodBox nodes = LodCellFineNodes(grid, patch->cell);
  for (PetscInt i = 0; i < LodBoxCount(&nodes); i++) {
    PetscInt node[LOD_MAX_DIM];
    LodBoxIndex(&nodes, i, node);
    const PetscInt unknown = UnknownOf(patch, work, node);
    if (unknown >= 0) column[unknown] += source[i];
  }
}

/* Step 5 for one coarse cell of the patch: subtracts its part of a(Q_j, phi_z) from
   entries[z][columns], of at most 2^d columns. q[] holds Q_j at the unknowns, column j from
   q + j * stride. */
static void SubtractCell(const LodPatchProblem *problem, const LodPatch *patch,
                         const PetscInt cell[LOD_MAX_DIM], PetscInt columns, const double *q,
                         size_t stride, double *entries) {
  const LodGrid *grid = problem->grid;
  PetscInt       dim = grid->dim, corners = LodGridCorners(grid);
  const LodBox   inside = LodFineInside(grid);
  double         sum[LOD_MAX_CORNERS][LOD_MAX_CORNERS] = {{0}}; /* [coarse corner][j] */
  PetscInt       node[LOD_MAX_DIM];
  for (PetscInt c = 0; c < LodBoxCount(&inside); c++) {
    double   nodal[LOD_MAX_CORNERS][LOD_MAX_CORNERS]; /* [fine corner][j] */
    double   matrix[LOD_MAX_CORNERS_SQUARED];
    PetscInt local[LOD_MAX_DIM], global[LOD_MAX_DIM] = {0, 0, 0};
    LodBoxIndex(&inside, c, local);
    for (PetscInt axis = 0; axis < dim; axis++)
      global[axis] = cell[axis] * inside.size[axis] + local[axis];
    LodCellMatrix(&problem->tables, problem->coefficient, global, matrix);
    for (PetscInt b = 0; b < corners; b++) {
      LodCornerNode(global, b, node);
      PetscInt unknown = LodBoxPosition(&patch->unknowns, node);
      for (PetscInt j = 0; j < columns; j++)
        nodal[b][j] = unknown < 0 ? 0 : q[(size_t)j * stride + (size_t)unknown];
    }
    for (PetscInt a = 0; a < corners; a++) {
      double flux[LOD_MAX_CORNERS] = {0};
      for (PetscInt b = 0; b < corners; b++)
        for (PetscInt j = 0; j < columns; j++)
          flux[j] += matrix[a * corners + b] * nodal[b][j];
      LodCornerNode(local, a, node);
      for (PetscInt z = 0; z < corners; z++) {
        double value = LodCornerFunction(&inside, z, node);
        for (PetscInt j = 0; j < columns; j++)
          sum[z][j] += value * flux[j];
      }
    }
  }
  for (PetscInt z = 0; z < corners; z++) {
    if (IsCutAway(problem, cell, z)) continue;
    LodCornerNode(cell, z, node);
    double *row = entries + LodBoxPosition(&patch->uncut_nodes, node) * columns;
    for (PetscInt j = 0; j < columns; j++)
      row[j] -= sum[z][j];
  }
}

/* Step 5: entries[z][columns] from their definition; own[z][columns] are the parts of the corners z
   of T, a_T(Lam_j, Lam_z) or l_T(Lam_z). */
static void FillEntries(const LodPatchProblem *problem, const LodPatch *patch, PetscInt columns,
                        const double *own, const double *q, size_t stride, double *entries) {
  const LodGrid *grid = problem->grid;
  PetscInt       node[LOD_MAX_DIM];
  memset(entries, 0, (size_t)LodGridPatchNodes(grid) * (size_t)columns * sizeof *entries);
  for (PetscInt z = 0; z < LodGridCorners(grid); z++) {
    LodCornerNode(patch->cell_index, z, node);
    double *row = entries + LodBoxPosition(&patch->uncut_nodes, node) * columns;
    for (PetscInt j = 0; j < columns; j++)
      row[j] = own[z * columns + j];
  }
  for (PetscInt c = 0; c < LodBoxCount(&patch->cells); c++) {
    PetscInt cell[LOD_MAX_DIM];
    LodBoxIndex(&patch->cells, c, cell);
    SubtractCell(problem, patch, cell, columns, q, stride, entries);
  }
}

/* sums[z] = l_T(Lam_z) of the corner functions of T. */
static void SumSource(const LodPatchProblem *problem, const PetscInt cell[LOD_MAX_DIM],
                      const double *source, double *sums) {
  const LodGrid *grid = problem->grid;
  const LodBox   inside = LodFineInside(grid), nodes = LodBoxClosed(inside);
  for (PetscInt z = 0; z < LodGridCorners(grid); z++) {
    sums[z] = 0;
    if (IsCutAway(problem, cell, z)) continue;
    for (PetscInt i = 0; i < LodBoxCount(&nodes); i++) {
      PetscInt node[LOD_MAX_DIM];
      LodBoxIndex(&nodes, i, node);
      sums[z] += source[i] * LodCornerFunction(&inside, z, node);
    }
  }
}

/* Step 1, and room for right-hand sides of so many columns, of which those of the constraints and
   b_j are filled; where the patch floats, with a pinned node's behind them (patch_eliminate.c). */
static LodPatchStatus Factorise(const LodPatchProblem *problem, const LodPatch *patch,
                                LodPatchWorkspace *work, PetscInt columns, LodPatchShape **shape,
                                PetscInt *n_constraints) {
  const size_t    n = (size_t)LodBoxCount(&patch->unknowns);
  const PetscBool floats = LodPatchFloats(problem->grid, patch);
  LodPatchStatus  status = MarkHeld(problem, patch, work);
  if (status) return status;
  *n_constraints = NumberConstraints(problem, patch, work->constraint_row);
  const size_t all = (size_t)(*n_constraints + columns);
  *shape = FindShape(problem, patch, work);
  if (!*shape) return LOD_PATCH_NO_MEMORY;
  status = ShapeRightHandSides(work, n, all + (floats ? 1 : 0));
  if (status) return status;
  FillMatrix(problem, patch, work, PETSC_FALSE, (*shape)->matrix);
  if (floats) LodPatchPin((*shape)->matrix, all, work);
  cholmod_factorize((*shape)->matrix, (*shape)->factor, &work->common);
  if (work->common.status == CHOLMOD_OUT_OF_MEMORY) return LOD_PATCH_NO_MEMORY;
  if (work->common.status != CHOLMOD_OK) return LOD_PATCH_NOT_DEFINITE;
  status = FillConstraints(problem, patch, work);
  if (status) return status;
  FillLoads(problem, patch, work, n, (double *)work->right->x + (size_t)*n_constraints * n);
  return LOD_PATCH_OK;
}

LodPatchStatus LodPatchCompute(const LodPatchProblem *problem, LodPatchWorkspace *work,
                               PetscInt cell, const double *source, double *entries,
                               double *loads) {
  const LodGrid *grid = problem->grid;
  const LodPatch patch = LodMaskedPatch(grid, problem->coefficient, cell);
  const PetscInt corners = LodGridCorners(grid), columns = corners + (source ? 1 : 0);
  double         own[LOD_MAX_CORNERS * LOD_MAX_CORNERS];
  LodPatchShape *shape;
  PetscInt       n_constraints;
  const double  *q;
  LodPatchStatus status = Factorise(problem, &patch, work, columns, &shape, &n_constraints);
  if (status) return status;
  if (source)
    AddSource(grid, &patch, work, source,
              (double *)work->right->x + (size_t)(n_constraints + corners) * work->right->d);
  status = LodPatchSolveColumns(&patch, work, shape, n_constraints, columns, &q);
  if (status) return status;
  const size_t stride = work->solved->d;
  LodCellStiffness(grid, problem->coefficient, patch.cell_index, own);
  FillEntries(problem, &patch, corners, own, q, stride, entries);
  if (!source) return LOD_PATCH_OK;
  SumSource(problem, patch.cell_index, source, own);
  FillEntries(problem, &patch, 1, own, q + (size_t)corners * stride, stride, loads);
  return LOD_PATCH_OK;
}

LodPatchStatus LodPatchCorrect(const LodPatchProblem *problem, LodPatchWorkspace *work,
                               PetscInt cell, const double *coarse, const double *source,
                               const double **q) {
  const LodGrid *grid = problem->grid;
  const LodPatch patch = LodMaskedPatch(grid, problem->coefficient, cell);
  const LodBox   coarse_nodes = LodBoxNodes(grid->dim, grid->coarse);
  LodPatchShape *shape;
  PetscInt       n_constraints;
  LodPatchStatus status =
      Factorise(problem, &patch, work, LodGridCorners(grid), &shape, &n_constraints);
  if (status) return status;
  const size_t n = work->right->d;
  double      *columns = (double *)work->right->x + (size_t)n_constraints * n;
  for (PetscInt j = 0; j < LodGridCorners(grid); j++) { /* all into the first column */
    PetscInt node[LOD_MAX_DIM];
    LodCornerNode(patch.cell_index, j, node);
    const double factor = -coarse[LodBoxPosition(&coarse_nodes, node)];
    for (size_t i = 0; i < n; i++)
      columns[i] = factor * columns[(size_t)j * n + i] + (j > 0 ? columns[i] : 0);
  }
  if (source) AddSource(grid, &patch, work, source, columns);
  work->right->ncol -= (size_t)LodGridCorners(grid) - 1;
  if (LodPatchFloats(grid, &patch)) /* K_p follows */
    memcpy(columns + n, columns + (size_t)LodGridCorners(grid) * n, n * sizeof *columns);
  return LodPatchSolveColumns(&patch, work, shape, n_constraints, 1, q);
}

double LodPatchFlops(const LodPatchProblem *problem, const LodPatchWorkspace *work, PetscInt cell) {
  LodPatch             patch = LodMaskedPatch(problem->grid, problem->coefficient, cell);
  const LodPatchShape *shape = KnownShape(&patch, work);
  if (!shape) return -1;
  double n = (double)LodBoxCount(&patch.unknowns), corners = (double)LodGridCorners(problem->grid);
  double m = (double)NumberConstraints(problem, &patch, work->constraint_row);
  double flops = shape->factor_flops;
  flops += 4 * shape->factor_entries * (m + corners); /* step 2, each entry used twice a column */
  flops += 2 * n * m * (m + corners);                 /* step 3: C Y and C W */
  flops += m * m * m / 3 + 2 * m * m * corners;       /* its factorisation and solves */
  return flops + 2 * n * m * corners;                 /* step 4 */
}
