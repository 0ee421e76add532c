/* Static condensation of one coarse cell by nested dissection. */
#include <string.h>

#include "lod/cell_plan_private.h"
#include "lod/front_private.h"

/* The matrix of a fine cell, as *scale times the one returned: where A is a number and nothing else
   there is, the table itself, elsewhere own[], which is computed anew when *known, the coefficient
   cell that it is of, or a Robin face says so. fine[] is the cell in D. */
static inline const double *FineMatrix(const LodCellCondensation *c,
                                       const LodCoefficient *coefficient, PetscBool plain,
                                       const PetscInt fine[LOD_MAX_DIM], PetscInt *known,
                                       double *own, double *scale) {
  const PetscInt position = LodCellPosition(&c->tables, coefficient, fine);
  if (plain) {
    *scale = coefficient->values[position];
    return c->tables.table[LOD_LAPLACE];
  }
  *scale = 1;
  const PetscBool on_robin = LodCellIsOnRobin(&c->tables, coefficient, fine);
  if (on_robin || position != *known) LodCellMatrix(&c->tables, coefficient, fine, own);
  *known = on_robin ? -1 : position;
  return own;
}

/* A cell to condense. */
typedef struct {
  const LodCellCondensation *plan;
  const LodCoefficient      *coefficient;
  const PetscInt            *index;  /* of the coarse cell */
  const double              *source; /* NULL: 0 */
  double                    *workspace;
  PetscBool                  keeps; /* the fronts of all pieces stay in the workspace */
} Task;

/* Assembles and condenses a leaf. */
static int CondenseLeaf(const Task *task, const LodCellPiece *leaf, double *front,
                        LodBlock *result) {
  const LodCellCondensation *c = task->plan;
  const PetscInt             corners = LodGridCorners(&c->grid), cells = LodBoxCount(&leaf->box);
  const PetscBool            plain = LodCoefficientIsPlain(task->coefficient);
  const int                 *place = leaf->places;
  const int                  n = leaf->plan->n;
  PetscInt                   known = -1;
  double                     own[LOD_MAX_CORNERS_SQUARED], scale;
  memcpy(front, leaf->start, LodMergeSize(leaf->plan) * sizeof(double));
  for (PetscInt cell = 0; cell < cells; cell++) {
    PetscInt fine[LOD_MAX_DIM];
    LodBoxIndex(&leaf->box, cell, fine);
    for (PetscInt axis = 0; axis < c->grid.dim; axis++)
      fine[axis] += task->index[axis] * c->inside.size[axis];
    const double *matrix = FineMatrix(c, task->coefficient, plain, fine, &known, own, &scale);
    for (PetscInt a = 0; a < corners; a++)
      for (PetscInt b = a; b < corners; b++)
        front[*place++] += scale * matrix[a * corners + b];
  }
  if (task->source) {
    const LodBox nodes = LodBoxClosed(leaf->box);
    for (PetscInt i = 0; i < LodBoxCount(&nodes); i++)
      if (leaf->nodes[i].entry >= 0)
        front[leaf->nodes[i].entry] = task->source[leaf->nodes[i].node];
  }
  *result = (LodBlock){front + (ptrdiff_t)leaf->plan->n_eliminated * (n + 1), n, PETSC_FALSE};
  return LodFrontEliminate(front, n, leaf->plan->n_eliminated, n);
}

/* Condenses piece `number`; `side` says which of the depth's two fronts it may use, if fronts are
   not kept. */
static int CondensePiece(const Task *task, int number, int side, LodBlock *result) {
  const LodCellCondensation *c = task->plan;
  const LodCellPiece        *piece = &c->pieces[number];
  double                    *front = task->workspace + piece->front;
  LodBlock                   halves[2];
  if (!task->keeps)
    front =
        task->workspace + c->depth_start[piece->depth] + (side ? c->depth_size[piece->depth] : 0);
  if (piece->half[0] < 0) return CondenseLeaf(task, piece, front, result);
  for (int h = 0; h < 2; h++) {
    int failed = CondensePiece(task, piece->half[h], h, &halves[h]);
    if (failed >= 0) return failed;
  }
  return LodMergeBlocks(piece->plan, halves, front, result);
}

void LodCellCornerStiffness(const LodCellCondensation *c, const LodCoefficient *coefficient,
                            const PetscInt index[LOD_MAX_DIM], double *stiffness) {
  const PetscInt size = LodPower(4, c->grid.dim);
  const LodBox   all = LodBoxCells(c->grid.dim, c->grid.coefficient);
  LodBox         inside = LodCellInside(&c->grid);
  if (!LodCoefficientIsPlain(coefficient)) {
    LodCellStiffness(&c->grid, coefficient, index, stiffness);
    return;
  }
  for (PetscInt axis = 0; axis < c->grid.dim; axis++)
    inside.first[axis] = index[axis] * inside.size[axis];
  for (PetscInt i = 0; i < size; i++)
    stiffness[i] = 0;
  for (PetscInt part = 0; part < LodBoxCount(&inside); part++) {
    PetscInt cell[LOD_MAX_DIM];
    LodBoxIndex(&inside, part, cell);
    double        value = coefficient->values[LodBoxPosition(&all, cell)];
    const double *table = c->parts + (size_t)part * (size_t)size;
    for (PetscInt i = 0; i < size; i++)
      stiffness[i] += value * table[i];
  }
}

/* Appends the test columns to the packed matrix of the cell: p_j = [S_bb Lam_b ; S_mb Lam_b - e_j ;
   S_sb Lam_b - l_T(Lam_j)], s being the source column, and among themselves Lam_b^T S_bb Lam_b -
   a_T(Lam, Lam). sums[j] = l_T(Lam_j); tests[] is workspace, variables x corners. */
static void AppendTests(const LodCellCondensation *c, const LodBlock *block,
                        const double *stiffness, const double *sums, double *tests,
                        double *matrix) {
  PetscInt corners = LodGridCorners(&c->grid), n_nodes = c->n_nodes, n = c->variables.n;
  PetscInt others = corners + (c->has_source ? 1 : 0), first = n_nodes + others; /* of the tests */
  memset(tests, 0, (size_t)(first * corners) * sizeof(double));
  for (PetscInt b = 0; b < n_nodes; b++) {
    const double *row = LodBlockRow(block, b), *at_b = c->corner + b * corners;
    double        sum[LOD_MAX_CORNERS] = {0};
    for (PetscInt o = b + 1; o < n_nodes; o++)
      for (PetscInt j = 0; j < corners; j++) {
        sum[j] += row[o] * c->corner[o * corners + j];
        tests[o * corners + j] += row[o] * at_b[j];
      }
    for (PetscInt j = 0; j < corners; j++)
      tests[b * corners + j] += sum[j] + row[b] * at_b[j];
    for (PetscInt m = 0; m < others; m++)
      for (PetscInt j = 0; j < corners; j++)
        tests[(n_nodes + m) * corners + j] += row[n_nodes + m] * at_b[j];
  }
  for (PetscInt m = 0; m < corners; m++)
    tests[(n_nodes + m) * corners + m] -= 1;
  for (PetscInt j = 0; j < corners && c->has_source; j++)
    tests[(n_nodes + corners) * corners + j] -= sums[j];
  LodBlock whole = {matrix, n, PETSC_TRUE};
  for (PetscInt i = 0; i < first; i++)
    for (PetscInt j = 0; j < corners; j++)
      ((double *)LodBlockRow(&whole, i))[first + j] = tests[i * corners + j];
  for (PetscInt i = 0; i < corners; i++)
    for (PetscInt j = i; j < corners; j++) {
      double sum = -stiffness[i * corners + j];
      for (PetscInt b = 0; b < n_nodes; b++)
        sum += c->corner[b * corners + i] * tests[b * corners + j];
      ((double *)LodBlockRow(&whole, first + i))[first + j] = sum;
    }
}

int LodCellCondensationCompute(const LodCellCondensation *c, const LodCoefficient *coefficient,
                               const PetscInt index[LOD_MAX_DIM], const double *source,
                               double *workspace, double *matrix) {
  const Task task = {c, coefficient, index, source, workspace, PETSC_FALSE};
  double     stiffness[LOD_MAX_CORNERS_SQUARED], sums[LOD_MAX_CORNERS] = {0};
  LodBlock   block, whole = {matrix, c->variables.n, PETSC_TRUE};
  PetscInt   kept = c->pieces[0].plan->kept.n;
  int        failed = CondensePiece(&task, 0, 0, &block);
  if (failed >= 0) return failed;
  for (PetscInt i = 0; i < kept; i++)
    memcpy((double *)LodBlockRow(&whole, i) + i, LodBlockRow(&block, i) + i,
           (size_t)(kept - i) * sizeof(double));
  LodCellCornerStiffness(c, coefficient, index, stiffness);
  if (source) LodCellSourceSums(c, source, sums);
  AppendTests(c, &block, stiffness, sums,
              workspace + c->workspace - c->variables.n * LodGridCorners(&c->grid), matrix);
  return -1;
}

/* Back substitution into piece `number`, whose kept variables have their values; all[] are the
   values of all pieces. */
static void SubstitutePiece(const Task *task, int number, double *all, double *values) {
  const LodCellPiece *piece = &task->plan->pieces[number];
  double             *own = all + piece->values;
  LodMergeSubstitute(piece->plan, task->workspace + piece->front, own);
  if (piece->half[0] < 0) {
    const LodBox nodes = LodBoxClosed(piece->box);
    for (PetscInt i = 0; i < LodBoxCount(&nodes); i++)
      values[piece->nodes[i].node] = own[piece->nodes[i].place];
    return;
  }
  for (int h = 0; h < 2; h++) {
    const LodCellPiece *half = &task->plan->pieces[piece->half[h]];
    LodMergeScatter(piece->plan, h, own, all + half->values + half->plan->n_eliminated);
    SubstitutePiece(task, piece->half[h], all, values);
  }
}

int LodCellSubstitute(const LodCellCondensation *c, const LodCoefficient *coefficient,
                      const PetscInt index[LOD_MAX_DIM], const double *source, const double *kept,
                      double *workspace, double *values) {
  const Task          task = {c, coefficient, index, source, workspace, PETSC_TRUE};
  const LodMergePlan *plan = c->pieces[0].plan;
  double             *all = workspace + c->all_fronts;
  LodBlock            block;
  int                 failed = CondensePiece(&task, 0, 0, &block);
  if (failed >= 0) return failed;
  memset(all, 0, c->all_values * sizeof *all);
  memcpy(all + c->pieces[0].values + plan->n_eliminated, kept, (size_t)plan->kept.n * sizeof *kept);
  SubstitutePiece(&task, 0, all, values);
  return -1;
}

void LodCellResidual(const LodCellCondensation *c, const LodCoefficient *coefficient,
                     const PetscInt index[LOD_MAX_DIM], const double values[LOD_MAX_CORNERS],
                     const double *source, double *residual) {
  const PetscInt corners = LodGridCorners(&c->grid);
  const LodBox   closed = LodBoxClosed(c->inside);
  for (PetscInt i = 0; i < LodBoxCount(&closed) && residual != source; i++)
    residual[i] = source ? source[i] : 0;
  for (PetscInt cell = 0; cell < LodBoxCount(&c->inside); cell++) {
    double   matrix[LOD_MAX_CORNERS_SQUARED], nodal[LOD_MAX_CORNERS] = {0};
    PetscInt local[LOD_MAX_DIM], fine[LOD_MAX_DIM] = {0, 0, 0}, place[LOD_MAX_CORNERS];
    LodBoxIndex(&c->inside, cell, local);
    for (PetscInt axis = 0; axis < c->grid.dim; axis++)
      fine[axis] = index[axis] * c->inside.size[axis] + local[axis];
    LodCellMatrix(&c->tables, coefficient, fine, matrix);
    for (PetscInt a = 0; a < corners; a++) {
      PetscInt node[LOD_MAX_DIM];
      LodCornerNode(local, a, node);
      place[a] = LodBoxPosition(&closed, node);
      for (PetscInt j = 0; j < corners; j++)
        nodal[a] += LodCornerFunction(&c->inside, j, node) * values[j];
    }
    for (PetscInt a = 0; a < corners; a++)
      for (PetscInt b = 0; b < corners; b++)
        residual[place[a]] -= matrix[a * corners + b] * nodal[b];
  }
}

void LodCellSourceSums(const LodCellCondensation *c, const double *source,
                       double sums[LOD_MAX_CORNERS]) {
  const LodBox closed = LodBoxClosed(c->inside);
  for (PetscInt j = 0; j < LodGridCorners(&c->grid); j++) {
    sums[j] = 0;
    for (PetscInt i = 0; i < LodBoxCount(&closed); i++) {
      PetscInt node[LOD_MAX_DIM];
      LodBoxIndex(&closed, i, node);
      sums[j] += source[i] * LodCornerFunction(&c->inside, j, node);
    }
  }
}
