/* Properties that every exact source of local operators has, as checks on one random problem each.
 */
#ifndef LODNET_TESTS_EXACT_PROPERTIES_H
#define LODNET_TESTS_EXACT_PROPERTIES_H

#include <math.h>

#include "base/random.h"
#include "check_lodnet.h"
#include "lod/local_operators.h"
#include "system/coarse_system.h"

/* A constructor of a source of local operators. */
typedef PetscErrorCode (*OperatorsCreate)(const LodGrid *, LodLocalOperators **);

/* A coefficient of independent values exp(log(contrast) * uniform). */
static inline LodCoefficient random_coefficient(const LodGrid *grid, unsigned long long seed,
                                                uint64_t stream, double contrast) {
  LodCoefficient coefficient;
  assert_ok(LodCoefficientCreate(grid->dim, grid->coefficient, &coefficient));
  for (PetscInt i = 0; i < LodCellCount(grid->dim, grid->coefficient); i++)
    coefficient.values[i] = exp(log(contrast) * LodRandomUniform(seed, stream, (uint64_t)i));
  return coefficient;
}

/* All local operators of a coefficient; the caller frees them. */
static inline double *all_operators(OperatorsCreate create, const LodGrid *grid,
                                    const LodCoefficient *coefficient) {
  LodLocalOperators *source;
  PetscInt           cells = LodGridCells(grid), size = LodGridOperatorSize(grid);
  double            *operators = malloc((size_t)cells * (size_t)size * sizeof(double));
  assert_ok(create(grid, &source));
  assert_ok(LodLocalOperatorsSetCoefficient(source, coefficient));
  assert_ok(LodLocalOperatorsCompute(source, 0, cells, NULL, operators));
  assert_ok(LodLocalOperatorsDestroy(&source));
  return operators;
}

/* Largest absolute value. */
static inline double largest_entry(PetscInt count, const double *values) {
  double largest = 0;
  for (PetscInt i = 0; i < count; i++)
    largest = fmax(largest, fabs(values[i]));
  return largest;
}

/* Fact 2 of the method: sum_z S_T[z,j] = 0 and sum_j S_T[z,j] = 0 for every cell, cut patches too.
 */
static inline void check_sums(OperatorsCreate create, const LodGrid *grid, unsigned long long seed,
                              double contrast, double tolerance) {
  LodCoefficient coefficient = random_coefficient(grid, seed, 1, contrast);
  double        *operators = all_operators(create, grid, &coefficient);
  PetscInt       nodes = LodGridPatchNodes(grid), corners = LodGridCorners(grid);
  double         largest = largest_entry(LodGridCells(grid) * nodes * corners, operators);
  for (PetscInt cell = 0; cell < LodGridCells(grid); cell++) {
    const double *entries = operators + cell * nodes * corners;
    for (PetscInt j = 0; j < corners; j++) {
      double sum = 0;
      for (PetscInt z = 0; z < nodes; z++)
        sum += entries[z * corners + j];
      ck_assert_double_le(fabs(sum), tolerance * largest);
    }
    for (PetscInt z = 0; z < nodes; z++) {
      double sum = 0;
      for (PetscInt j = 0; j < corners; j++)
        sum += entries[z * corners + j];
      ck_assert_double_le(fabs(sum), tolerance * largest);
    }
  }
  free(operators);
  assert_ok(LodCoefficientDestroy(&coefficient));
}

/* Fact 3: S_T(c A) = c S_T(A). */
static inline void check_scaling(OperatorsCreate create, const LodGrid *grid,
                                 unsigned long long seed, double contrast, double tolerance) {
  LodCoefficient coefficient = random_coefficient(grid, seed, 2, contrast);
  PetscInt       count = LodGridCells(grid) * LodGridOperatorSize(grid);
  double         factor = exp(6 * LodRandomUniform(seed, 3, 0) - 3), difference = 0;
  double        *operators = all_operators(create, grid, &coefficient);
  for (PetscInt i = 0; i < LodCellCount(grid->dim, grid->coefficient); i++)
    coefficient.values[i] *= factor;
  double *scaled = all_operators(create, grid, &coefficient);
  for (PetscInt i = 0; i < count; i++)
    difference = fmax(difference, fabs(scaled[i] - factor * operators[i]));
  ck_assert_double_le(difference, tolerance * largest_entry(count, scaled));
  free(operators);
  free(scaled);
  assert_ok(LodCoefficientDestroy(&coefficient));
}

/* A symmetry of the square or cube: axis a of the image is axis source[a] of the original, reversed
   if flip[a]. */
typedef struct {
  PetscInt source[LOD_MAX_DIM], flip[LOD_MAX_DIM];
} Symmetry;

/* Position in the image of the original's position in a cube box of `size` per axis. */
static inline PetscInt symmetry_position(const Symmetry *symmetry, PetscInt dim, PetscInt size,
                                         PetscInt position) {
  LodBox   box = LodBoxCube(dim, size);
  PetscInt index[LOD_MAX_DIM], image[LOD_MAX_DIM] = {0, 0, 0};
  LodBoxIndex(&box, position, index);
  for (PetscInt axis = 0; axis < dim; axis++) {
    PetscInt i = index[symmetry->source[axis]];
    image[axis] = symmetry->flip[axis] ? size - 1 - i : i;
  }
  return LodBoxPosition(&box, image);
}

/* Fact 3: a symmetry of the domain permutes the entries of the local operators. */
static inline void check_symmetry(OperatorsCreate create, const LodGrid *grid,
                                  const Symmetry *symmetry, unsigned long long seed,
                                  double contrast, double tolerance) {
  LodCoefficient coefficient = random_coefficient(grid, seed, 4, contrast), image;
  PetscInt       dim = grid->dim, nodes = LodGridPatchNodes(grid), corners = LodGridCorners(grid);
  PetscInt       count = LodGridCells(grid) * nodes * corners;
  assert_ok(LodCoefficientCreate(dim, grid->coefficient, &image));
  for (PetscInt i = 0; i < LodCellCount(dim, grid->coefficient); i++)
    image.values[symmetry_position(symmetry, dim, grid->coefficient[0], i)] = coefficient.values[i];
  double *operators = all_operators(create, grid, &coefficient);
  double *images = all_operators(create, grid, &image);
  double  difference = 0;
  for (PetscInt i = 0; i < count; i++) {
    PetscInt cell = i / (nodes * corners), z = i / corners % nodes, j = i % corners;
    PetscInt cell_image = symmetry_position(symmetry, dim, grid->coarse[0], cell);
    PetscInt z_image = symmetry_position(symmetry, dim, 2 * grid->ell + 2, z);
    PetscInt j_image = symmetry_position(symmetry, dim, 2, j);
    double   other = images[(cell_image * nodes + z_image) * corners + j_image];
    difference = fmax(difference, fabs(operators[i] - other));
  }
  ck_assert_double_le(difference, tolerance * largest_entry(count, operators));
  free(operators);
  free(images);
  assert_ok(LodCoefficientDestroy(&coefficient));
  assert_ok(LodCoefficientDestroy(&image));
}

/* The compressed solution by one of the exact paths; the caller frees it. */
static inline double *solve_lod(OperatorsCreate create, const LodGrid *grid,
                                const LodCoefficient *coefficient, const double *rhs) {
  double *solution = calloc((size_t)LodNodeCount(grid->dim, grid->coarse), sizeof(double));
  LodLocalOperators *operators;
  LodCoarseSystem   *system;
  assert_ok(create(grid, &operators));
  assert_ok(LodLocalOperatorsSetCoefficient(operators, coefficient));
  assert_ok(LodCoarseSystemCreate(PETSC_COMM_SELF, grid, &system));
  assert_ok(LodCoarseSystemAssemble(system, operators, NULL, PETSC_TRUE));
  assert_ok(LodCoarseSystemSolve(system, rhs, solution));
  assert_ok(LodCoarseSystemDestroy(&system));
  assert_ok(LodLocalOperatorsDestroy(&operators));
  return solution;
}

#endif
