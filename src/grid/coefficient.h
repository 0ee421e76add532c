/* The medium: the diffusion coefficient A on every cell of the coefficient mesh, a positive number
   or a symmetric positive definite tensor, and beside it the reaction c, the rate r of Robin faces
   and the mask of the cells that are in D. */
#ifndef LODNET_GRID_COEFFICIENT_H
#define LODNET_GRID_COEFFICIENT_H

#include "grid/grid.h"

/* Components of a symmetric tensor in LOD_MAX_DIM dimensions. */
#define LOD_MAX_COMPONENTS 6

typedef struct {
  PetscInt dim;
  PetscInt cells[LOD_MAX_DIM]; /* E: cells along each axis, 1 along those >= dim */
  PetscInt components; /* of A in a cell: 1 (a number), d (the diagonal) or d(d+1)/2 (symmetric, the
                          upper triangle by rows: xx xy yy, xx xy xz yy yz zz); 1 if d = 1 */
  double *values;      /* A, [z][y][x][component]; owned */
  double *reaction;    /* c >= 0, [z][y][x]; NULL: 0; owned */
  double *robin[LOD_MAX_DIM][2];  /* r >= 0 at the cells of a face of D, numbered by
                                     LodCoefficientFaceBox; NULL: 0; owned */
  unsigned char *mask;            /* [z][y][x]: 1 in D, 0 outside; NULL: all are in D; owned */
  PetscBool      dirichlet_walls; /* u = 0 on the boundary of the mask; else natural */
} LodCoefficient;

/* Allocates a coefficient of zeros: of a number a cell, and of the components of A that are asked
   for. There is no c, r or mask: who wants one allocates it. */
PetscErrorCode LodCoefficientCreate(PetscInt dim, const PetscInt cells[],
                                    LodCoefficient *coefficient);
PetscErrorCode LodCoefficientCreateTensor(PetscInt dim, const PetscInt cells[], PetscInt components,
                                          LodCoefficient *coefficient);

/* The same with A = 1. */
PetscErrorCode LodCoefficientOfOnes(PetscInt dim, const PetscInt cells[],
                                    LodCoefficient *coefficient);

/* A copy of everything. */
PetscErrorCode LodCoefficientCopy(const LodCoefficient *coefficient, LodCoefficient *copy);

/* A, c and r times a factor: the whole form is. */
void LodCoefficientScale(LodCoefficient *coefficient, double factor);

/* Frees the arrays and clears the structure; a cleared structure is accepted. */
PetscErrorCode LodCoefficientDestroy(LodCoefficient *coefficient);

/* How many cells it has, and how many values: cells times components. */
static inline PetscInt LodCoefficientCells(const LodCoefficient *coefficient) {
  return LodCellCount(coefficient->dim, coefficient->cells);
}
static inline size_t LodCoefficientCount(const LodCoefficient *coefficient) {
  return (size_t)LodCoefficientCells(coefficient) * (size_t)coefficient->components;
}

/* The component of A in row p <= q of a symmetric tensor, in the order of the upper triangle. */
static inline PetscInt LodTensorComponent(PetscInt dim, PetscInt p, PetscInt q) {
  return p * (2 * dim - p - 1) / 2 + q;
}

/* A of the cell in a position, as a whole matrix. */
void LodCoefficientTensor(const LodCoefficient *coefficient, PetscInt position,
                          double tensor[LOD_MAX_DIM][LOD_MAX_DIM]);

/* means[z][y][x]: the trace of A over d, which is A where that is a number. For pictures. */
void LodCoefficientMeans(const LodCoefficient *coefficient, double *means);

/* Whether A is a number in every cell of the box, and there is no c and no r: what learned
   operators, pairs and averages take. LodCoefficientCheckPlain makes the rest an input error, "WHO:
   takes a number A per cell; WHERE has tensors: use lod". LodCoefficientKind names the tensor: "a
   number", "diagonal" or "symmetric". */
PetscBool      LodCoefficientIsPlain(const LodCoefficient *coefficient);
PetscErrorCode LodCoefficientCheckPlain(const LodCoefficient *coefficient, const char *who,
                                        const char *where);
const char    *LodCoefficientKind(const LodCoefficient *coefficient);

/* Whether r is positive on a face of D. */
PetscBool LodCoefficientHasRobin(const LodCoefficient *coefficient);

/* Whether the cell in a position is in D. */
static inline PetscBool LodCoefficientHasCell(const LodCoefficient *coefficient,
                                              PetscInt              position) {
  return (PetscBool)(!coefficient->mask || coefficient->mask[position]);
}

/* Whether constants are in the kernel of the form: no face of D, and no wall, has u given, and c
   and r are 0. A solution is then found up to a constant, where there is one. */
PetscBool LodConstantsAreFree(const LodGrid *grid, const LodCoefficient *coefficient);

/* The cells of the mesh at a face of D, and how they are numbered there. */
LodBox LodCoefficientFaceBox(const LodCoefficient *coefficient, PetscInt axis, PetscInt side);

/* Raises an error unless it has as many cells as the grid wants. */
PetscErrorCode LodCoefficientCheckFits(const LodCoefficient *coefficient, const LodGrid *grid);

/* Smallest and largest eigenvalue of A in D; neither is finite if a value is not. */
PetscErrorCode LodCoefficientRange(const LodCoefficient *coefficient, double *smallest,
                                   double *largest);

/* The exponent of the units (units.h) in which the largest number among A, c and r is about 1. */
int LodCoefficientExponent(const LodCoefficient *coefficient);

/* Checks that in D every value is finite, A positive definite and c and r are not negative; an
   input error names `where` and the first bad cell as [z][y][x] with its value or eigenvalue. */
PetscErrorCode LodCoefficientValidate(const LodCoefficient *coefficient, const char *where);

/* R_T: gathers the values, (2l+1)k along each axis, of the uncut patch of coarse cell `cell`, 0
   outside D, into values[] (x fastest) in single precision, as the network takes them. A must be a
   number. */
PetscErrorCode LodCoefficientRestrict(const LodCoefficient *coefficient, const LodGrid *grid,
                                      PetscInt cell, float *values);

/* The loop of R_T itself, for callers that hold the values as an array in double (`wide`) or,
   if not NULL, single precision (`narrow`). Safe inside a parallel region. */
void LodPatchGather(const LodGrid *grid, PetscInt cell, const double *wide, const float *narrow,
                    float *values);

#endif
