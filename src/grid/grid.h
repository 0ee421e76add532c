/* The nested Cartesian meshes on (0,1)^d and the index arithmetic on them.

   Axis 0 is x, axis 1 is y, axis 2 is z; x is fastest everywhere. A multi-index is an array
   `PetscInt index[3]` in the order x, y, z; entries of axes >= dim are 0 for an index, 1 for a
   size. The 2^d corners of a cell are numbered with x fastest: corner c has offset (c >> axis) & 1.
 */
#ifndef LODNET_GRID_GRID_H
#define LODNET_GRID_GRID_H

#include <petscsys.h>

#define LOD_MAX_DIM 3
#define LOD_MAX_CORNERS 8

typedef struct {
  PetscInt  dim;                     /* d: 1, 2 or 3 */
  PetscInt  coarse;                  /* N: cells of T_h per axis */
  PetscInt  coefficient;             /* E = N*k: cells of T_eps per axis */
  PetscInt  fine;                    /* F = E*q: cells of T_eta per axis */
  PetscInt  ell;                     /* l: layers of coarse cells around T in its patch */
  PetscBool natural[LOD_MAX_DIM][2]; /* [axis][low, high]: A grad u . n = 0 there, else u = 0 */
} LodGrid;

/* Checks that 1 <= dim <= 3, N, ell >= 1, E a multiple of N and F a multiple of E, that nodes of
   the fine mesh, values of A in an uncut patch and numbers of a local operator each fit an index,
   so that all counts below are right, and that not every face is natural. Each failure is an input
   error that begins with `where` (a file name, or "--coarse 7") and names the numbers. Products of
   two counts, as cells times numbers of an operator, may not fit: they are computed in size_t. */
PetscErrorCode LodGridValidate(const LodGrid *grid, const char *where);

/* The fewest layers with which every patch is all of D: N - 1, and at least 1. With more of them
   the solution is the same, only the arrays are larger. */
PetscInt LodGridCoveringLayers(const LodGrid *grid);

/* Whether some face of D is natural. Where none is, D looks the same from all its sides. */
PetscBool LodGridHasNaturalFaces(const LodGrid *grid);

/* base^exponent for small non-negative exponents. */
static inline PetscInt LodPower(PetscInt base, PetscInt exponent) {
  PetscInt power = 1;
  for (PetscInt i = 0; i < exponent; i++)
    power *= base;
  return power;
}

/* 2^d corners of a cell; N^d coarse cells; (2l+1)^d cells and (2l+2)^d nodes of the uncut patch;
   k = E/N, q = F/E and F/N; numbers in one local operator, (2l+2)^d * 2^d (index [z][j], nodes z of
   the uncut patch x-fastest, j the corner of T). */
static inline PetscInt LodGridCorners(const LodGrid *grid) {
  return (PetscInt)1 << grid->dim;
}
static inline PetscInt LodGridCells(const LodGrid *grid) {
  return LodPower(grid->coarse, grid->dim);
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
/* Coefficient cells in the uncut patch, ((2l+1)k)^d: the length of R_T(A). */
static inline PetscInt LodGridPatchValues(const LodGrid *grid) {
  return LodPower((2 * grid->ell + 1) * (grid->coefficient / grid->coarse), grid->dim);
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

/* The box [0, size)^d. */
LodBox LodBoxCube(PetscInt dim, PetscInt size);

/* Cells of the patch N^l(T) of coarse cell number `cell`, cut at the boundary of D. */
LodBox LodGridPatchBox(const LodGrid *grid, PetscInt cell);

/* The same without the cut: indices may be negative or >= N. */
LodBox LodGridUncutPatchBox(const LodGrid *grid, PetscInt cell);

/* Nodes of a mesh of `cells` cells per axis that do not lie on a Dirichlet face. Its positions are
   the numbering of unknowns in every matrix over that mesh. */
LodBox LodGridFreeNodes(const LodGrid *grid, PetscInt cells);

#endif
