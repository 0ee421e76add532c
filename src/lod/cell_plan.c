/* Plans for the condensation of a coarse cell by nested dissection. */
#include "lod/cell_plan_private.h"

#include "fem/digits.h"
#include "lod/exact_cost_private.h"
#include "lod/interpolation_private.h"
#include "lod/patch.h"

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

/* The images of a leaf: all its nodes, x fastest, then the functionals, then the source. */
static void LeafImages(const LodBox *box, PetscBool has_source, LodImage *images) {
  const LodBox   nodes = LodBoxNodes(box->dim, box->size), offsets = LodBoxCube(box->dim, 2);
  const PetscInt n_nodes = LodBoxCount(&nodes), corners = (PetscInt)1 << box->dim;
  for (PetscInt i = 0; i < n_nodes + corners; i++) {
    LodImage *image = &images[i];
    *image = (LodImage){.source = i, .scale = 1};
    image->variable.kind = i < n_nodes ? LOD_NODE : LOD_FUNCTIONAL;
    if (i < n_nodes)
      LodBoxIndex(&nodes, i, image->variable.index);
    else
      LodBoxIndex(&offsets, i - n_nodes, image->variable.index);
  }
  if (has_source)
    images[n_nodes + corners] =
        (LodImage){n_nodes + corners, {.kind = LOD_SOURCE, .index = {0, 0, 0}}, 1};
}

/* Whether a leaf owns its node: one on the common boundary of two leaves belongs to the upper one,
   so that each weight and each source is counted once. */
static PetscBool LeafOwns(const LodCellCondensation *c, const LodCellPiece *leaf,
                          const PetscInt node[LOD_MAX_DIM]) {
  for (PetscInt axis = 0; axis < c->grid.dim; axis++) {
    const PetscInt end = leaf->box.first[axis] + leaf->box.size[axis];
    if (node[axis] == end && end < c->inside.size[axis]) return PETSC_FALSE;
  }
  return PETSC_TRUE;
}

/* Writes the functionals into a leaf's template. place[] is where each leaf variable stands. */
static void FillTemplate(const LodCellCondensation *c, LodCellPiece *leaf, PetscInt n_nodes,
                         const int *place) {
  const LodBox nodes = LodBoxClosed(leaf->box);
  const int    n = leaf->plan->n;
  for (PetscInt i = 0; i < n_nodes; i++) {
    PetscInt node[LOD_MAX_DIM];
    LodBoxIndex(&nodes, i, node);
    if (!LeafOwns(c, leaf, node)) continue;
    for (PetscInt a = 0; a < LodGridCorners(&c->grid); a++) {
      int row = PetscMin(place[i], place[n_nodes + a]),
          column = PetscMax(place[i], place[n_nodes + a]);
      leaf->start[(size_t)row * (size_t)n + (size_t)column] = FunctionalWeight(c, a, node);
    }
  }
}

/* Notes where the entries of each fine cell's stiffness go in a leaf's front. */
static void FillPlaces(LodCellPiece *leaf, const int *place) {
  const LodBox   cells = leaf->box, nodes = LodBoxClosed(cells);
  const PetscInt corners = (PetscInt)1 << cells.dim;
  int           *next = leaf->places, n = leaf->plan->n;
  for (PetscInt cell = 0; cell < LodBoxCount(&cells); cell++) {
    int      at[LOD_MAX_CORNERS];
    PetscInt index[LOD_MAX_DIM], node[LOD_MAX_DIM];
    LodBoxIndex(&cells, cell, index);
    for (PetscInt a = 0; a < corners; a++) {
      LodCornerNode(index, a, node);
      at[a] = place[LodBoxPosition(&nodes, node)];
    }
    for (PetscInt a = 0; a < corners; a++)
      for (PetscInt b = a; b < corners; b++)
        *next++ = PetscMin(at[a], at[b]) * n + PetscMax(at[a], at[b]);
  }
}

/* Lists the nodes of a leaf of cells with sources. */
static PetscErrorCode ListLeafNodes(const LodCellCondensation *c, LodCellPiece *leaf,
                                    PetscInt n_nodes, const int *place) {
  const LodBox nodes = LodBoxClosed(leaf->box), closed = LodBoxClosed(c->inside);
  const int    n = leaf->plan->n, source = place[n_nodes + LodGridCorners(&c->grid)];
  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(n_nodes, &leaf->nodes));
  for (PetscInt i = 0; i < n_nodes; i++) {
    PetscInt node[LOD_MAX_DIM];
    LodBoxIndex(&nodes, i, node);
    const int entry = PetscMin(place[i], source) * n + PetscMax(place[i], source);
    leaf->nodes[i] = (LodLeafNode){place[i], LeafOwns(c, leaf, node) ? entry : -1,
                                   LodBoxPosition(&closed, node)};
  }
  PetscFunctionReturn(0);
}

/* CreateLeaf with its n_images images, the nodes first; images[] and place[] are room for them. */
static PetscErrorCode PlanLeaf(const LodCellCondensation *c, LodCellPiece *leaf, PetscInt n_nodes,
                               PetscInt n_images, LodImage *images, int *place) {
  const PetscInt corners = LodGridCorners(&c->grid);
  PetscFunctionBeginUser;
  LeafImages(&leaf->box, c->has_source, images);
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
  if (c->has_source) PetscCall(ListLeafNodes(c, leaf, n_nodes, place));
  PetscFunctionReturn(0);
}

/* Plans a leaf and makes its template. */
static PetscErrorCode CreateLeaf(const LodCellCondensation *c, LodCellPiece *leaf) {
  PetscInt  dim = c->grid.dim, corners = LodGridCorners(&c->grid), n_nodes = 1, n_images;
  LodImage *images;
  int      *place;
  PetscFunctionBeginUser;
  for (PetscInt axis = 0; axis < dim; axis++)
    n_nodes *= leaf->box.size[axis] + 1;
  n_images = n_nodes + corners + (c->has_source ? 1 : 0);
  PetscCall(PetscMalloc2(n_images, &images, n_images, &place));
  PetscErrorCode error = PlanLeaf(c, leaf, n_nodes, n_images, images, place);
  PetscCall(PetscFree2(images, place));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* The images of a half of a piece that was cut at `axis`. */
static void HalfImages(const LodCellPiece *piece, const LodCellPiece *half, PetscInt axis,
                       LodImage *images) {
  const LodVariables *kept = &half->plan->kept;
  for (PetscInt i = 0; i < kept->n; i++) {
    images[i] = (LodImage){i, kept->variables[i], 1};
    if (kept->variables[i].kind == LOD_NODE)
      images[i].variable.index[axis] += half->box.first[axis] - piece->box.first[axis];
  }
}

/* Plans the merge of a piece's halves, `axis` being where it was cut. */
static PetscErrorCode CreateMerge(LodCellCondensation *c, LodCellPiece *piece, PetscInt axis) {
  const LodCellPiece *halves[] = {&c->pieces[piece->half[0]], &c->pieces[piece->half[1]]};
  const PetscInt      n_images[] = {halves[0]->plan->kept.n, halves[1]->plan->kept.n};
  LodImage           *images[2];
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
  LodCellPiece *piece = &c->pieces[number];
  PetscInt      longest = 0;
  PetscFunctionBeginUser;
  for (PetscInt axis = 1; axis < piece->box.dim; axis++)
    if (piece->box.size[axis] > piece->box.size[longest]) longest = axis;
  piece->half[0] = piece->half[1] = -1;
  if (piece->box.size[longest] <= LOD_CELL_LEAF) {
    PetscCall(CreateLeaf(c, piece));
  } else {
    PetscInt lower = piece->box.size[longest] / 2;
    for (int h = 0; h < 2; h++) {
      int           half = c->n_pieces++;
      LodCellPiece *part = &c->pieces[half];
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
  piece->front = c->all_fronts;
  c->all_fronts += LodMergeSize(piece->plan);
  piece->values = c->all_values;
  c->all_values += (size_t)piece->plan->n;
  PetscFunctionReturn(0);
}

/* Lists the variables of the finished cell, and Lam_j at its boundary nodes. */
static PetscErrorCode ListVariables(LodCellCondensation *c) {
  const LodVariables *kept = &c->pieces[0].plan->kept;
  PetscInt            corners = LodGridCorners(&c->grid);
  LodBox              offsets = LodBoxCube(c->grid.dim, 2);
  PetscFunctionBeginUser;
  c->n_nodes = kept->n - corners - (c->has_source ? 1 : 0);
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
      c->corner[b * corners + j] = LodCornerFunction(&c->inside, j, kept->variables[b].index);
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
static PetscErrorCode SetUp(const LodGrid *grid, PetscBool has_source, LodCellCondensation *c) {
  const LodBox   inside = LodCellInside(grid);
  const PetscInt parts = LodBoxCount(&inside), size = LodPower(4, grid->dim);
  double         side[LOD_MAX_DIM];
  PetscFunctionBeginUser;
  c->grid = *grid;
  c->has_source = has_source;
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
  for (int depth = 0; depth < LOD_CELL_MOST_DEPTH; depth++) {
    c->depth_start[depth] = c->workspace;
    c->workspace += 2 * c->depth_size[depth];
  }
  PetscCall(ListVariables(c));
  c->workspace += (size_t)(c->variables.n * LodGridCorners(grid));
  PetscFunctionReturn(0);
}

PetscErrorCode LodCellCondensationCreate(const LodGrid *grid, PetscBool has_source,
                                         LodCellCondensation **condensation) {
  PetscFunctionBeginUser;
  PetscCall(PetscNew(condensation));
  PetscErrorCode error = SetUp(grid, has_source, *condensation);
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
    PetscCall(PetscFree(c->pieces[i].nodes));
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
size_t LodCellSubstituteWorkspace(const LodCellCondensation *c) {
  return c->all_fronts + c->all_values;
}

LodExactWork LodCellWork(const LodCellCondensation *c) {
  LodExactWork work = {.bytes = 2 * (double)LodCellSize(c) * sizeof(double)}; /* packed */
  for (int i = 0; i < c->n_pieces; i++) {
    const LodCellPiece *piece = &c->pieces[i];
    PetscInt            corners = LodGridCorners(&c->grid);
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
    const LodCellPiece *piece = &c->pieces[i];
    bytes += LodMergeMemory(piece->plan);
    if (!piece->start) continue;
    bytes += LodMergeSize(piece->plan) * sizeof(double);
    bytes += (size_t)LodBoxCount(&piece->box) * corners * (corners + 1) / 2 * sizeof(int);
    const LodBox nodes = LodBoxClosed(piece->box);
    if (piece->nodes) bytes += (size_t)LodBoxCount(&nodes) * sizeof *piece->nodes;
  }
  return bytes;
}
