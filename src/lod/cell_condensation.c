/* Static condensation of one coarse cell by nested dissection. */
#include "lod/cell_condensation_private.h"

#include <string.h>

#include "fem/digits.h"
#include "fem/element.h"
#include "lod/exact_cost_private.h"
#include "lod/front_private.h"
#include "lod/interpolation_private.h"
#include "lod/patch.h"

/* Most times that a cell is halved. */
enum { MAX_DEPTH = 48 };

/* One piece of the cell. A leaf has a template of its front (functionals and padding in place) and,
   for every fine cell and corner pair, the place of its entry; another piece has two halves and a
   plan. */
typedef struct {
  LodBox        box;     /* fine cells, relative to the coarse cell */
  int           half[2]; /* numbers of the halves; -1: a leaf */
  int           depth;
  LodMergePlan *plan;   /* owned by this piece */
  double       *start;  /* leaf: the front before stiffness is added */
  int          *places; /* leaf: [fine cell][pair a <= b] */
} Piece;

struct LodCellCondensation {
  LodGrid      grid;
  LodBox       inside; /* fine cells of a coarse cell, r = F/N along each axis */
  LodCellTables tables; /* of the fine mesh */
  double      *functional[LOD_MAX_DIM]; /* interpolation_private.h */
  double      *parts;  /* [coefficient cell][z][j]: corner stiffness for A = 1 there */
  double      *corner; /* [boundary node][j]: Lam_j at the boundary nodes */
  int          n_pieces;
  Piece       *pieces;                                        /* pieces[0] is the whole cell */
  size_t       depth_start[MAX_DEPTH], depth_size[MAX_DEPTH]; /* workspace: two fronts a depth */
  size_t       workspace;
  LodVariables variables;
  PetscInt     n_nodes; /* boundary nodes, the first of the variables */
};

/* Nodes strictly inside a box of the size that `context` points to go. */
static PetscBool IsInside(const void *context, const LodVariable *node) {
  const LodBox *box = context;
  for (PetscInt axis = 0; axis < box->dim; axis++)
    if (node->index[axis] == 0 || node->index[axis] == box->size[axis]) return PETSC_FALSE;
  return PETSC_TRUE;
}

/* Weight of corner a's functional at a fine node of the coarse cell. */
static double FunctionalWeight(const LodCellCondensation *c, PetscInt corner,
                               const PetscInt node[LOD_MAX_DIM]) {
  double product = 1;
  for (PetscInt axis = 0; axis < c->grid.dim; axis++)
    product *= c->functional[axis][(corner >> axis & 1) * (c->inside.size[axis] + 1) + node[axis]];
  return product;
}

/* Value of corner function a at a fine node of the coarse cell. */
static double CornerValue(const LodCellCondensation *c, PetscInt corner,
                          const PetscInt node[LOD_MAX_DIM]) {
  double product = 1;
  for (PetscInt axis = 0; axis < c->grid.dim; axis++) {
    double t = (double)node[axis] / (double)c->inside.size[axis];
    product *= corner >> axis & 1 ? t : 1 - t;
  }
  return product;
}

/* The images of a leaf: all its nodes, x fastest, then the functionals. */
static void LeafImages(const LodBox *box, LodImage *images) {
  LodBox   nodes = *box;
  PetscInt n_nodes, corners = (PetscInt)1 << box->dim;
  LodBox   offsets = LodBoxCube(box->dim, 2);
  for (PetscInt axis = 0; axis < box->dim; axis++)
    nodes.first[axis] = 0, nodes.size[axis]++;
  n_nodes = LodBoxCount(&nodes);
  for (PetscInt i = 0; i < n_nodes + corners; i++) {
    LodImage *image = &images[i];
    *image = (LodImage){.source = i, .scale = 1};
    image->variable.kind = i < n_nodes ? LOD_NODE : LOD_FUNCTIONAL;
    if (i < n_nodes)
      LodBoxIndex(&nodes, i, image->variable.index);
    else
      LodBoxIndex(&offsets, i - n_nodes, image->variable.index);
  }
}

/* Writes the functionals into a leaf's template. A node on the common boundary of two leaves
   belongs to the upper one, so that each weight is counted once. place[] is where each leaf
   variable stands. */
static void FillTemplate(const LodCellCondensation *c, Piece *leaf, PetscInt n_nodes,
                         const int *place) {
  LodBox nodes = leaf->box;
  int    n = leaf->plan->n;
  for (PetscInt axis = 0; axis < nodes.dim; axis++)
    nodes.size[axis]++;
  for (PetscInt i = 0; i < n_nodes; i++) {
    PetscInt  node[LOD_MAX_DIM];
    PetscBool owned = PETSC_TRUE;
    LodBoxIndex(&nodes, i, node);
    for (PetscInt axis = 0; axis < nodes.dim; axis++) {
      PetscInt end = leaf->box.first[axis] + leaf->box.size[axis];
      if (node[axis] == end && end < c->inside.size[axis]) owned = PETSC_FALSE;
    }
    if (!owned) continue;
    for (PetscInt a = 0; a < LodGridCorners(&c->grid); a++) {
      int row = PetscMin(place[i], place[n_nodes + a]),
          column = PetscMax(place[i], place[n_nodes + a]);
      leaf->start[(size_t)row * (size_t)n + (size_t)column] = FunctionalWeight(c, a, node);
    }
  }
}

/* Notes where the entries of each fine cell's stiffness go in a leaf's front. */
static void FillPlaces(Piece *leaf, const int *place) {
  LodBox   cells = leaf->box, nodes = leaf->box;
  PetscInt dim = cells.dim, corners = (PetscInt)1 << dim;
  int     *next = leaf->places, n = leaf->plan->n;
  for (PetscInt axis = 0; axis < dim; axis++)
    nodes.size[axis]++;
  for (PetscInt cell = 0; cell < LodBoxCount(&cells); cell++) {
    int      at[LOD_MAX_CORNERS];
    PetscInt index[LOD_MAX_DIM], node[LOD_MAX_DIM];
    LodBoxIndex(&cells, cell, index);
    for (PetscInt a = 0; a < corners; a++) {
      for (PetscInt axis = 0; axis < LOD_MAX_DIM; axis++)
        node[axis] = index[axis] + (a >> axis & 1);
      at[a] = place[LodBoxPosition(&nodes, node)];
    }
    for (PetscInt a = 0; a < corners; a++)
      for (PetscInt b = a; b < corners; b++)
        *next++ = PetscMin(at[a], at[b]) * n + PetscMax(at[a], at[b]);
  }
}

/* CreateLeaf with its n_images images, the nodes first; images[] and place[] are room for them. */
static PetscErrorCode PlanLeaf(const LodCellCondensation *c, Piece *leaf, PetscInt n_nodes,
                               PetscInt n_images, LodImage *images, int *place) {
  const PetscInt corners = LodGridCorners(&c->grid);
  PetscFunctionBeginUser;
  LeafImages(&leaf->box, images);
  PetscCall(LodMergePlanCreate(c->grid.dim, leaf->box.size, 1, &n_images, &images, IsInside,
                               &leaf->box, &leaf->plan));
  for (int r = 0; r < leaf->plan->n_runs[0]; r++) {
    const LodRun *run = &leaf->plan->runs[0][r];
    for (int i = 0; i < run->length; i++)
      place[run->source + i] = run->target + i;
  }
  PetscCall(PetscCalloc1(LodMergeSize(leaf->plan), &leaf->start));
  LodMergeClear(leaf->plan, leaf->start);
  FillTemplate(c, leaf, n_nodes, place);
  PetscCall(
      PetscMalloc1((size_t)(LodBoxCount(&leaf->box) * corners * (corners + 1) / 2), &leaf->places));
  FillPlaces(leaf, place);
  PetscFunctionReturn(0);
}

/* Plans a leaf and makes its template. */
static PetscErrorCode CreateLeaf(const LodCellCondensation *c, Piece *leaf) {
  PetscInt  dim = c->grid.dim, corners = LodGridCorners(&c->grid), n_nodes = 1, n_images;
  LodImage *images;
  int      *place;
  PetscFunctionBeginUser;
  for (PetscInt axis = 0; axis < dim; axis++)
    n_nodes *= leaf->box.size[axis] + 1;
  n_images = n_nodes + corners;
  PetscCall(PetscMalloc2(n_images, &images, n_images, &place));
  PetscErrorCode error = PlanLeaf(c, leaf, n_nodes, n_images, images, place);
  PetscCall(PetscFree2(images, place));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* The images of a half of a piece that was cut at `axis`. */
static void HalfImages(const Piece *piece, const Piece *half, PetscInt axis, LodImage *images) {
  const LodVariables *kept = &half->plan->kept;
  for (PetscInt i = 0; i < kept->n; i++) {
    images[i] = (LodImage){i, kept->variables[i], 1};
    if (kept->variables[i].kind == LOD_NODE)
      images[i].variable.index[axis] += half->box.first[axis] - piece->box.first[axis];
  }
}

/* Plans the merge of a piece's halves, `axis` being where it was cut. */
static PetscErrorCode CreateMerge(LodCellCondensation *c, Piece *piece, PetscInt axis) {
  const Piece   *halves[] = {&c->pieces[piece->half[0]], &c->pieces[piece->half[1]]};
  const PetscInt n_images[] = {halves[0]->plan->kept.n, halves[1]->plan->kept.n};
  LodImage      *images[2];
  PetscFunctionBeginUser;
  PetscCall(PetscMalloc2(n_images[0], &images[0], n_images[1], &images[1]));
  for (int h = 0; h < 2; h++)
    HalfImages(piece, halves[h], axis, images[h]);
  PetscErrorCode error = LodMergePlanCreate(c->grid.dim, piece->box.size, 2, n_images, images,
                                            IsInside, &piece->box, &piece->plan);
  PetscCall(PetscFree2(images[0], images[1]));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Makes piece `number` and everything below it. The array of pieces is large enough. */
static PetscErrorCode CreatePiece(LodCellCondensation *c, int number) {
  Piece   *piece = &c->pieces[number];
  PetscInt longest = 0;
  PetscFunctionBeginUser;
  for (PetscInt axis = 1; axis < piece->box.dim; axis++)
    if (piece->box.size[axis] > piece->box.size[longest]) longest = axis;
  piece->half[0] = piece->half[1] = -1;
  if (piece->box.size[longest] <= LOD_CELL_LEAF) {
    PetscCall(CreateLeaf(c, piece));
  } else {
    PetscInt lower = piece->box.size[longest] / 2;
    for (int h = 0; h < 2; h++) {
      int    half = c->n_pieces++;
      Piece *part = &c->pieces[half];
      piece->half[h] = half;
      part->box = piece->box;
      part->depth = piece->depth + 1;
      part->box.size[longest] = h ? piece->box.size[longest] - lower : lower;
      part->box.first[longest] += h ? lower : 0;
      PetscCall(CreatePiece(c, half));
    }
    PetscCall(CreateMerge(c, piece, longest));
  }
  size_t *most = &c->depth_size[piece->depth];
  *most = PetscMax(*most, LodMergeSize(piece->plan));
  PetscFunctionReturn(0);
}

/* Lists the variables of the finished cell, and Lam_j at its boundary nodes. */
static PetscErrorCode ListVariables(LodCellCondensation *c) {
  const LodVariables *kept = &c->pieces[0].plan->kept;
  PetscInt            corners = LodGridCorners(&c->grid);
  LodBox              offsets = LodBoxCube(c->grid.dim, 2);
  PetscFunctionBeginUser;
  c->n_nodes = kept->n - corners;
  c->variables.n = kept->n + corners;
  PetscCall(PetscMalloc1(c->variables.n, &c->variables.variables));
  PetscCall(PetscArraycpy(c->variables.variables, kept->variables, kept->n));
  for (PetscInt j = 0; j < corners; j++) {
    LodVariable *variable = &c->variables.variables[kept->n + j];
    variable->kind = LOD_TEST;
    LodBoxIndex(&offsets, j, variable->index);
  }
  PetscCall(PetscMalloc1((size_t)(c->n_nodes * corners), &c->corner));
  for (PetscInt b = 0; b < c->n_nodes; b++)
    for (PetscInt j = 0; j < corners; j++)
      c->corner[b * corners + j] = CornerValue(c, j, kept->variables[b].index);
  PetscFunctionReturn(0);
}

/* How many pieces a box falls into. */
static int CountPieces(LodBox box) {
  PetscInt longest = 0;
  for (PetscInt axis = 1; axis < box.dim; axis++)
    if (box.size[axis] > box.size[longest]) longest = axis;
  if (box.size[longest] <= LOD_CELL_LEAF) return 1;
  LodBox low = box, high = box;
  low.size[longest] = box.size[longest] / 2;
  high.size[longest] -= low.size[longest];
  return 1 + CountPieces(low) + CountPieces(high);
}

/* Makes all that a cleared condensation has. */
static PetscErrorCode SetUp(const LodGrid *grid, LodCellCondensation *c) {
  const LodBox   inside = LodCellInside(grid);
  const PetscInt parts = LodBoxCount(&inside), size = LodPower(4, grid->dim);
  double         side[LOD_MAX_DIM];
  PetscFunctionBeginUser;
  c->grid = *grid;
  c->inside = LodFineInside(grid);
  LodCellTablesInit(grid, grid->fine, &c->tables);
  PetscCall(LodProjectionFunctionals(grid, c->functional));
  PetscCall(PetscCalloc1((size_t)parts * (size_t)size, &c->parts));
  LodGridSides(grid, grid->coarse, side);
  for (PetscInt part = 0; part < parts; part++)
    LodCellStiffnessPart(&inside, side, part, 1, c->parts + (size_t)part * (size_t)size);
  PetscCall(PetscCalloc1(CountPieces(c->inside), &c->pieces));
  c->pieces[0].box = c->inside;
  c->n_pieces = 1;
  PetscCall(CreatePiece(c, 0));
  for (int depth = 0; depth < MAX_DEPTH; depth++) {
    c->depth_start[depth] = c->workspace;
    c->workspace += 2 * c->depth_size[depth];
  }
  PetscCall(ListVariables(c));
  c->workspace += (size_t)(c->variables.n * LodGridCorners(grid));
  PetscFunctionReturn(0);
}

PetscErrorCode LodCellCondensationCreate(const LodGrid *grid, LodCellCondensation **condensation) {
  PetscFunctionBeginUser;
  PetscCall(PetscNew(condensation));
  PetscErrorCode error = SetUp(grid, *condensation);
  if (error) PetscCall(LodCellCondensationDestroy(condensation));
  PetscCall(error);
  PetscFunctionReturn(0);
}

void LodCellPerturb(LodCellCondensation *c) {
  LodDigitsPerturbTables(1, &c->tables);
}

PetscErrorCode LodCellCondensationDestroy(LodCellCondensation **condensation) {
  LodCellCondensation *c = *condensation;
  PetscFunctionBeginUser;
  if (!c) PetscFunctionReturn(0);
  for (int i = 0; i < c->n_pieces; i++) {
    PetscCall(LodMergePlanDestroy(&c->pieces[i].plan));
    PetscCall(PetscFree(c->pieces[i].start));
    PetscCall(PetscFree(c->pieces[i].places));
  }
  PetscCall(PetscFree(c->pieces));
  for (PetscInt axis = 0; axis < c->grid.dim; axis++)
    PetscCall(PetscFree(c->functional[axis]));
  PetscCall(PetscFree(c->parts));
  PetscCall(PetscFree(c->corner));
  PetscCall(PetscFree(c->variables.variables));
  PetscCall(PetscFree(*condensation));
  PetscFunctionReturn(0);
}

const LodVariables *LodCellVariables(const LodCellCondensation *c) {
  return &c->variables;
}
size_t LodCellSize(const LodCellCondensation *c) {
  return LodPackedSize(c->variables.n);
}
size_t LodCellWorkspace(const LodCellCondensation *c) {
  return c->workspace;
}

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

/* Assembles and condenses a leaf. `index` is the coarse cell. */
static int CondenseLeaf(const LodCellCondensation *c, const Piece *leaf,
                        const LodCoefficient *coefficient, const PetscInt index[LOD_MAX_DIM],
                        double *front, LodBlock *result) {
  const PetscInt  corners = LodGridCorners(&c->grid), cells = LodBoxCount(&leaf->box);
  const PetscBool plain = LodCoefficientIsPlain(coefficient);
  const int      *place = leaf->places;
  const int       n = leaf->plan->n;
  PetscInt        known = -1;
  double          own[LOD_MAX_CORNERS_SQUARED], scale;
  memcpy(front, leaf->start, LodMergeSize(leaf->plan) * sizeof(double));
  for (PetscInt cell = 0; cell < cells; cell++) {
    PetscInt fine[LOD_MAX_DIM];
    LodBoxIndex(&leaf->box, cell, fine);
    for (PetscInt axis = 0; axis < c->grid.dim; axis++)
      fine[axis] += index[axis] * c->inside.size[axis];
    const double *matrix = FineMatrix(c, coefficient, plain, fine, &known, own, &scale);
    for (PetscInt a = 0; a < corners; a++)
      for (PetscInt b = a; b < corners; b++)
        front[*place++] += scale * matrix[a * corners + b];
  }
  *result = (LodBlock){front + (ptrdiff_t)leaf->plan->n_eliminated * (n + 1), n, PETSC_FALSE};
  return LodFrontEliminate(front, n, leaf->plan->n_eliminated, n);
}

/* Condenses piece `number`; `side` says which of the depth's two fronts it may use. */
static int CondensePiece(const LodCellCondensation *c, int number, int side,
                         const LodCoefficient *coefficient, const PetscInt index[LOD_MAX_DIM],
                         double *workspace, LodBlock *result) {
  const Piece *piece = &c->pieces[number];
  double      *front =
      workspace + c->depth_start[piece->depth] + (side ? c->depth_size[piece->depth] : 0);
  LodBlock halves[2];
  if (piece->half[0] < 0) return CondenseLeaf(c, piece, coefficient, index, front, result);
  for (int h = 0; h < 2; h++) {
    int failed = CondensePiece(c, piece->half[h], h, coefficient, index, workspace, &halves[h]);
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

/* Appends the test columns to the packed matrix of the cell: p_j = [S_bb Lam_b ; S_mb Lam_b - e_j],
   and among themselves Lam_b^T S_bb Lam_b - a_T(Lam, Lam). tests[] is workspace, variables x
   corners. */
static void AppendTests(const LodCellCondensation *c, const LodBlock *block,
                        const double *stiffness, double *tests, double *matrix) {
  PetscInt corners = LodGridCorners(&c->grid), n_nodes = c->n_nodes, n = c->variables.n;
  PetscInt first = n_nodes + corners; /* of the test columns */
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
    for (PetscInt m = 0; m < corners; m++)
      for (PetscInt j = 0; j < corners; j++)
        tests[(n_nodes + m) * corners + j] += row[n_nodes + m] * at_b[j];
  }
  for (PetscInt m = 0; m < corners; m++)
    tests[(n_nodes + m) * corners + m] -= 1;
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
                               const PetscInt index[LOD_MAX_DIM], double *workspace,
                               double *matrix) {
  double   stiffness[LOD_MAX_CORNERS * LOD_MAX_CORNERS];
  LodBlock block, whole = {matrix, c->variables.n, PETSC_TRUE};
  PetscInt kept = c->pieces[0].plan->kept.n;
  int      failed = CondensePiece(c, 0, 0, coefficient, index, workspace, &block);
  if (failed >= 0) return failed;
  for (PetscInt i = 0; i < kept; i++)
    memcpy((double *)LodBlockRow(&whole, i) + i, LodBlockRow(&block, i) + i,
           (size_t)(kept - i) * sizeof(double));
  LodCellCornerStiffness(c, coefficient, index, stiffness);
  AppendTests(c, &block, stiffness,
              workspace + c->workspace - c->variables.n * LodGridCorners(&c->grid), matrix);
  return -1;
}

LodExactWork LodCellWork(const LodCellCondensation *c) {
  LodExactWork work = {.bytes = 2 * (double)LodCellSize(c) * sizeof(double)}; /* packed */
  for (int i = 0; i < c->n_pieces; i++) {
    const Piece *piece = &c->pieces[i];
    PetscInt     corners = LodGridCorners(&c->grid);
    if (piece->half[0] >= 0) {
      LodWorkAdd(&work, 1, LodMergeWork(piece->plan));
      continue;
    }
    LodWorkAdd(&work, 1, LodFrontWork(piece->plan));
    work.bytes += 2 * (double)LodMergeSize(piece->plan) * sizeof(double); /* template copied */
    work.bytes += (double)(LodBoxCount(&piece->box) * corners * (corners + 1) / 2) *
                  (2 * sizeof(double) + sizeof *piece->places); /* stiffness added */
  }
  return work;
}

size_t LodCellMemory(const LodCellCondensation *c) {
  const LodBox inside = LodCellInside(&c->grid);
  size_t       corners = (size_t)LodGridCorners(&c->grid), parts = (size_t)LodBoxCount(&inside);
  size_t       bytes = sizeof *c + (size_t)c->n_pieces * sizeof *c->pieces, functionals = 0;
  for (PetscInt axis = 0; axis < c->grid.dim; axis++)
    functionals += 2 * ((size_t)c->inside.size[axis] + 1);
  bytes += (size_t)c->variables.n * sizeof *c->variables.variables;
  bytes +=
      sizeof(double) * (functionals + parts * corners * corners + (size_t)c->n_nodes * corners);
  for (int i = 0; i < c->n_pieces; i++) {
    const Piece *piece = &c->pieces[i];
    bytes += LodMergeMemory(piece->plan);
    if (!piece->start) continue;
    bytes += LodMergeSize(piece->plan) * sizeof(double);
    bytes += (size_t)LodBoxCount(&piece->box) * corners * (corners + 1) / 2 * sizeof(int);
  }
  return bytes;
}
