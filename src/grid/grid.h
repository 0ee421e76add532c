/* The nested Cartesian meshes on the box D = (0,extent[0]) x .. and the index arithmetic on them.

   Axis 0 is x, axis 1 is y, axis 2 is z; x is fastest everywhere. A multi-index is an array
   `PetscInt index[3]` in the order x, y, z; entries of axes >= dim are 0 for an index, 1 for a
   size of a box, and ignored in the arrays of a LodGrid. A mesh is named by its cells per axis,
   `const PetscInt cells[dim]`. The 2^d corners of a cell are numbered with x fastest: corner c has
   offset (c >> axis) & 1. */
#ifndef LODNET_GRID_GRID_H
#define LODNET_GRID_GRID_H

#include <petscsys.h>

#define LOD_MAX_DIM 3
#define LOD_MAX_CORNERS 8

typedef struct {
  PetscInt  dim;                      /* d: 1, 2 or 3 */
  PetscInt  coarse[LOD_MAX_DIM];      /* N: cells of T_h along each axis */
  PetscInt  coefficient[LOD_MAX_DIM]; /* E = N*k: cells of T_eps */
  PetscInt  fine[LOD_MAX_DIM];        /* F = E*q: cells of T_eta */
  PetscInt  ell;                      /* l: layers of coarse cells around T in its patch */
  PetscBool natural[LOD_MAX_DIM][2];  /* [axis][low, high]: A grad u . n = 0 there, else u = 0 */
  double    extent[LOD_MAX_DIM];      /* side lengths of D */
} LodGrid;

/* n cells along each of `dim` axes, 1 along the others, as an initialiser; and those of the members
   of a LodGrid that make meshes of the unit cube: (LodGrid){LOD_UNIT_CUBE(2, 4, 8, 16), .ell = 1}.
 */
#define LOD_ALONG(dim, n)                                                                          \
  { (n), (dim) > 1 ? (n) : 1, (dim) > 2 ? (n) : 1 }
#define LOD_UNIT_CUBE(d, n_coarse, n_coefficient, n_fine)                                          \
  .dim = (d), .coarse = LOD_ALONG(d, n_coarse), .coefficient = LOD_ALONG(d, n_coefficient),        \
  .fine = LOD_ALONG(d, n_fine), .extent = {1, 1, 1}

/* n cells along every axis, as an argument. */
#define LOD_CUBE(n) ((const PetscInt[LOD_MAX_DIM]){(n), (n), (n)})

/* Checks that 1 <= dim <= 3, N, ell >= 1, E a multiple of N and F a multiple of E along every axis,
   that extents are positive and finite and cells not too thin, that nodes of the fine mesh, values
   of A in an uncut patch and numbers of a local operator each fit an index, so that all counts
   below are right. Each failure is an input error that begins
   with `where` (a file name, or "--coarse 7") and names the numbers. Products of two counts, as
   cells times numbers of an operator, may not fit: they are computed in size_t. */
PetscErrorCode LodGridValidate(const LodGrid *grid, const char *where);

/* The same where N need not divide E, nor E divide F, but N has to divide F: enough for plain Q1 on
   the coarse mesh, whose cell matrices are sums over parts of coefficient cells, and whose loads
   come from the fine mesh. LodGridIsNested: whether both divide. */
PetscErrorCode LodGridValidateCoarse(const LodGrid *grid, const char *where);
PetscBool      LodGridIsNested(const LodGrid *grid);

/* The mesh by rule for a coefficient of cells[dim] cells, on the unit box with u = 0 on all faces:
   N = E/k with k = 8 where there are as many cells along every axis, elsewhere the first k of 8, 4,
   2, 7, 5, 3 that divides them along every axis; F = 2E (E, where 2E is no index); l = 2, in three
   dimensions 1, every layer costing ten times the one before. Returns k; 0 if none divides, and N
   is 0 then. */
PetscInt LodGridDefaults(PetscInt dim, const PetscInt cells[], LodGrid *grid);

/* Where N is 0 and does not matter: along every axis the largest divisor of E that is at most E/8,
   or 1. */
void LodGridAnyCoarse(LodGrid *grid);

/* The fewest layers with which every patch is all of D: the largest N - 1, and at least 1. With
   more of them the solution is the same, only the arrays are larger. */
PetscInt LodGridCoveringLayers(const LodGrid *grid);

/* Whether two meshes have the same cells, and whether one has as many along every axis. */
PetscBool LodCellsEqual(PetscInt dim, const PetscInt cells[], const PetscInt other[]);
PetscBool LodCellsAreCube(PetscInt dim, const PetscInt cells[]);

/* Whether all coarse cells are cubes that are divided alike along every axis, as those are that
   models learn from; and whether moreover D is a cube, which looks the same after every symmetry of
   the cube (faces aside). */
PetscBool LodGridHasCubicCells(const LodGrid *grid);
PetscBool LodGridIsCube(const LodGrid *grid);

/* Side lengths of the cells of a mesh of D. */
void LodGridSides(const LodGrid *grid, const PetscInt cells[], double side[LOD_MAX_DIM]);

/* The volume of D. */
double LodGridVolume(const LodGrid *grid);

/* The cells of a mesh as options write them: "64" if there are as many along every axis, else
   "60x220". Returns text[], for use in messages. */
#define LOD_CELLS_TEXT 72
const char *LodCellsText(PetscInt dim, const PetscInt cells[], char text[LOD_CELLS_TEXT]);

/* The side lengths of D, as LodCellsText gives cells; "" if D is the unit cube. */
const char *LodExtentText(const LodGrid *grid, char text[LOD_CELLS_TEXT]);

/* Whether every face of D is natural. */
PetscBool LodGridIsClosed(const LodGrid *grid);

/* Whether some face of D is natural. Where none is, D looks the same from all its sides. */
PetscBool LodGridHasNaturalFaces(const LodGrid *grid);

/* base^exponent for small non-negative exponents. */
static inline PetscInt LodPower(PetscInt base, PetscInt exponent) {
  PetscInt power = 1;
  for (PetscInt i = 0; i < exponent; i++)
    power *= base;
  return power;
}

/* Cells and nodes of a mesh. */
static inline PetscInt LodCellCount(PetscInt dim, const PetscInt cells[]) {
  PetscInt count = 1;
  for (PetscInt axis = 0; axis < dim; axis++)
    count *= cells[axis];
  return count;
}
static inline PetscInt LodNodeCount(PetscInt dim, const PetscInt cells[]) {
  PetscInt count = 1;
  for (PetscInt axis = 0; axis < dim; axis++)
    count *= cells[axis] + 1;
  return count;
}

/* How many cells of a mesh lie along an axis of a cell of a coarser one: k = E/N, q = F/E, F/N. */
static inline PetscInt LodGridCoefficientRatio(const LodGrid *grid, PetscInt axis) {
  return grid->coefficient[axis] / grid->coarse[axis];
}
static inline PetscInt LodGridRefinement(const LodGrid *grid, PetscInt axis) {
  return grid->fine[axis] / grid->coefficient[axis];
}
/* The coefficient cell along an axis in which fine cell `index` begins; the whole cell lies in it
   where E divides F. */
static inline PetscInt LodGridPiece(const LodGrid *grid, PetscInt axis, PetscInt index) {
  return (PetscInt)((PetscInt64)index * grid->coefficient[axis] / grid->fine[axis]);
}
static inline PetscInt LodGridFineRatio(const LodGrid *grid, PetscInt axis) {
  return grid->fine[axis] / grid->coarse[axis];
}

/* 2^d corners of a cell; coarse cells; (2l+1)^d cells and (2l+2)^d nodes of the uncut patch;
   numbers in one local operator, (2l+2)^d * 2^d (index [z][j], nodes z of the uncut patch
   x-fastest, j the corner of T). */
static inline PetscInt LodGridCorners(const LodGrid *grid) {
  return (PetscInt)1 << grid->dim;
}
static inline PetscInt LodGridCells(const LodGrid *grid) {
  return LodCellCount(grid->dim, grid->coarse);
}
static inline PetscInt LodGridPatchCells(const LodGrid *grid) {
  return LodPower(2 * grid->ell + 1, grid->dim);
}
static inline PetscInt LodGridPatchNodes(const LodGrid *grid) {
  return LodPower(2 * grid->ell + 2, grid->dim);
}
static inline PetscInt LodGridOperatorSize(const LodGrid *grid) {
  return LodGridPatchNodes(grid) * LodGridCorners(grid);
}
/* Coefficient cells in the uncut patch, (2l+1)k along each axis: the length of R_T(A). */
static inline PetscInt LodGridPatchValues(const LodGrid *grid) {
  PetscInt count = LodGridPatchCells(grid);
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    count *= LodGridCoefficientRatio(grid, axis);
  return count;
}

/* A box of integer multi-indices, first[a] <= index[a] < first[a] + size[a]. Every tensor-product
   index set of the library (cells of a patch, its nodes, the free nodes of a mesh) is one, and
   every numbering is the position in a box, x fastest. */
typedef struct {
  PetscInt dim;
  PetscInt first[LOD_MAX_DIM];
  PetscInt size[LOD_MAX_DIM];
} LodBox;

/* Number of indices in the box. */
static inline PetscInt LodBoxCount(const LodBox *box) {
  PetscInt count = 1;
  for (PetscInt axis = 0; axis < box->dim; axis++)
    count *= box->size[axis];
  return count;
}

/* Position of `index` in the box, or -1 if it lies outside. */
static inline PetscInt LodBoxPosition(const LodBox *box, const PetscInt index[LOD_MAX_DIM]) {
  PetscInt position = 0;
  for (PetscInt axis = box->dim - 1; axis >= 0; axis--) {
    PetscInt offset = index[axis] - box->first[axis];
    if (offset < 0 || offset >= box->size[axis]) return -1;
    position = position * box->size[axis] + offset;
  }
  return position;
}

/* The multi-index at `position`; axes >= dim get 0. */
static inline void LodBoxIndex(const LodBox *box, PetscInt position, PetscInt index[LOD_MAX_DIM]) {
  for (PetscInt axis = 0; axis < LOD_MAX_DIM; axis++) {
    index[axis] = 0;
    if (axis >= box->dim) continue;
    index[axis] = box->first[axis] + position % box->size[axis];
    position /= box->size[axis];
  }
}

/* The node of a mesh at a corner of one of its cells, 0 <= corner < 2^d, bit a of which is the side
   along axis a; and the cell of which a node is that corner, which may lie outside of the mesh. */
static inline void LodCornerNode(const PetscInt cell[LOD_MAX_DIM], PetscInt corner,
                                 PetscInt node[LOD_MAX_DIM]) {
  for (PetscInt axis = 0; axis < LOD_MAX_DIM; axis++)
    node[axis] = cell[axis] + (corner >> axis & 1);
}
static inline void LodCornerCell(const PetscInt node[LOD_MAX_DIM], PetscInt corner,
                                 PetscInt cell[LOD_MAX_DIM]) {
  for (PetscInt axis = 0; axis < LOD_MAX_DIM; axis++)
    cell[axis] = node[axis] - (corner >> axis & 1);
}

/* "[z][y][x]" of the index at `position`, as files have it. Returns text[], for use in messages. */
#define LOD_PLACE_TEXT 64
const char *LodBoxPlace(const LodBox *box, PetscInt position, char text[LOD_PLACE_TEXT]);

/* The box [0, size)^d; the cells and the nodes of a mesh. */
LodBox LodBoxCube(PetscInt dim, PetscInt size);
LodBox LodBoxCells(PetscInt dim, const PetscInt cells[]);
LodBox LodBoxNodes(PetscInt dim, const PetscInt cells[]);

/* The nodes of the cells of a box. */
LodBox LodBoxClosed(LodBox cells);

/* The box of fine cells in a coarse cell, [0, F/N) along each axis. */
LodBox LodFineInside(const LodGrid *grid);

/* The fine nodes of closed coarse cell number `cell`, as a box of the fine nodes of D. */
LodBox LodCellFineNodes(const LodGrid *grid, PetscInt cell);

/* Cells of the patch N^l(T) of coarse cell number `cell`, cut at the boundary of D. */
LodBox LodGridPatchBox(const LodGrid *grid, PetscInt cell);

/* The same without the cut: indices may be negative or >= N. */
LodBox LodGridUncutPatchBox(const LodGrid *grid, PetscInt cell);

/* Nodes of a mesh that do not lie on a Dirichlet face. Its positions are the numbering of unknowns
   in every matrix over that mesh. */
LodBox LodGridFreeNodes(const LodGrid *grid, const PetscInt cells[]);

#endif
