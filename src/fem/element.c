/* Element matrices of Q1 on boxes. Every one is a sum of tensor products of one-dimensional ones:
   stiffness = sum over axes of (stiffness on that axis) x (mass on the others). */
#include "fem/element.h"

/* The corner's offset, 0 or 1, along `axis`. */
static inline PetscInt CornerOffset(PetscInt corner, PetscInt axis) {
  return corner >> axis & 1;
}

/* Tensor product over axes of one-dimensional 2x2 matrices, the `chosen` axis from stiffness[axis],
   the others from mass[axis]; chosen < 0: mass on all. Gives entry (a, b). */
static double TensorEntry(PetscInt dim, PetscInt chosen, PetscInt a, PetscInt b,
                          const double stiffness[][2][2], const double mass[][2][2]) {
  double product = 1;
  for (PetscInt axis = 0; axis < dim; axis++) {
    PetscInt i = CornerOffset(a, axis), j = CornerOffset(b, axis);
    product *= axis == chosen ? stiffness[axis][i][j] : mass[axis][i][j];
  }
  return product;
}

/* matrix[a][b] += factor * (sum over axes of tensor products). */
static void AddTensorStiffness(PetscInt dim, double factor, const double stiffness[][2][2],
                               const double mass[][2][2], double matrix[]) {
  PetscInt corners = (PetscInt)1 << dim;
  for (PetscInt a = 0; a < corners; a++)
    for (PetscInt b = 0; b < corners; b++)
      for (PetscInt axis = 0; axis < dim; axis++)
        matrix[a * corners + b] += factor * TensorEntry(dim, axis, a, b, stiffness, mass);
}

/* One-dimensional integrals of the two hat functions of an interval of length `length` and of their
   derivatives over its sub-interval number `part` of `parts`. With t = part/parts, s =
   (part+1)/parts: the integrals of (1-x)^2, x(1-x), x^2 over [t, s], times length. */
static void IntervalMatrices(double length, PetscInt part, PetscInt parts, double stiffness[2][2],
                             double mass[2][2]) {
  double t = (double)part / (double)parts, s = (double)(part + 1) / (double)parts;
  double one = s - t, first = (s * s - t * t) / 2, second = (s * s * s - t * t * t) / 3;
  mass[0][0] = length * (one - 2 * first + second);
  mass[0][1] = mass[1][0] = length * (first - second);
  mass[1][1] = length * second;
  stiffness[0][0] = stiffness[1][1] = one / length;
  stiffness[0][1] = stiffness[1][0] = -one / length;
}

void LodElementStiffness(PetscInt dim, const double side[], double matrix[]) {
  double stiffness[LOD_MAX_DIM][2][2], mass[LOD_MAX_DIM][2][2];
  for (PetscInt axis = 0; axis < dim; axis++)
    IntervalMatrices(side[axis], 0, 1, stiffness[axis], mass[axis]);
  for (PetscInt i = 0; i < LodPower(4, dim); i++)
    matrix[i] = 0;
  AddTensorStiffness(dim, 1, stiffness, mass, matrix);
}

void LodElementMass(PetscInt dim, const double side[], double matrix[]) {
  double   stiffness[LOD_MAX_DIM][2][2], mass[LOD_MAX_DIM][2][2];
  PetscInt corners = (PetscInt)1 << dim;
  for (PetscInt axis = 0; axis < dim; axis++)
    IntervalMatrices(side[axis], 0, 1, stiffness[axis], mass[axis]);
  for (PetscInt a = 0; a < corners; a++)
    for (PetscInt b = 0; b < corners; b++)
      matrix[a * corners + b] = TensorEntry(dim, -1, a, b, stiffness, mass);
}

void LodCellStiffnessPart(const LodBox *inside, const double side[], PetscInt part, double factor,
                          double matrix[]) {
  double   stiffness[LOD_MAX_DIM][2][2], mass[LOD_MAX_DIM][2][2];
  PetscInt index[LOD_MAX_DIM];
  LodBoxIndex(inside, part, index);
  for (PetscInt axis = 0; axis < inside->dim; axis++)
    IntervalMatrices(side[axis], index[axis], inside->size[axis], stiffness[axis], mass[axis]);
  AddTensorStiffness(inside->dim, factor, stiffness, mass, matrix);
}

LodBox LodCellInside(const LodGrid *grid) {
  LodBox inside = LodBoxCube(grid->dim, 1);
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    inside.size[axis] = LodGridCoefficientRatio(grid, axis);
  return inside;
}

void LodCellStiffness(const LodGrid *grid, const LodCoefficient *coefficient,
                      const PetscInt index[LOD_MAX_DIM], double matrix[]) {
  const PetscInt dim = grid->dim;
  const LodBox   all = LodBoxCells(dim, grid->coefficient), inside = LodCellInside(grid);
  double         side[LOD_MAX_DIM];
  LodGridSides(grid, grid->coarse, side);
  for (PetscInt i = 0; i < LodPower(4, dim); i++)
    matrix[i] = 0;
  for (PetscInt part = 0; part < LodBoxCount(&inside); part++) {
    PetscInt cell[LOD_MAX_DIM];
    LodBoxIndex(&inside, part, cell);
    for (PetscInt axis = 0; axis < dim; axis++)
      cell[axis] += index[axis] * inside.size[axis];
    LodCellStiffnessPart(&inside, side, part, coefficient->values[LodBoxPosition(&all, cell)],
                         matrix);
  }
}
