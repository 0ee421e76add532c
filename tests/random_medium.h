/* Random media: tensors, a reaction, Robin faces. */
#ifndef LODNET_TESTS_RANDOM_MEDIUM_H
#define LODNET_TESTS_RANDOM_MEDIUM_H

#include <math.h>

#include "base/random.h"
#include "check_lodnet.h"
#include "grid/coefficient.h"

/* What a random medium has beside A. */
enum { MEDIUM_REACTION = 1, MEDIUM_ROBIN = 2 };

/* A uniform number in [0, 1), the next of a stream. */
static inline double next_random(unsigned long long seed, uint64_t stream, uint64_t *counter) {
  return LodRandomUniform(seed, stream, (*counter)++);
}

/* Fills A of one cell: L L^T + 0.2 for a random L, or the diagonal of one. */
static inline void fill_tensor(PetscInt dim, PetscInt components, unsigned long long seed,
                               uint64_t stream, uint64_t *counter, double *values) {
  double lower[LOD_MAX_DIM][LOD_MAX_DIM];
  for (PetscInt p = 0; p < LOD_MAX_DIM; p++)
    for (PetscInt q = 0; q < LOD_MAX_DIM; q++)
      lower[p][q] = 4 * next_random(seed, stream, counter) - 2;
  for (PetscInt p = 0; p < dim; p++)
    for (PetscInt q = p; q < dim; q++) {
      double product = p == q ? 0.2 : 0;
      for (PetscInt k = 0; k < dim; k++)
        product += lower[p][k] * lower[q][k];
      if (components == dim * (dim + 1) / 2)
        values[LodTensorComponent(dim, p, q)] = product;
      else if (p == q && p < components)
        values[p] = product;
    }
}

/* A random medium on the coefficient mesh of a grid; Robin faces are among its natural ones. */
static inline LodCoefficient random_medium(const LodGrid *grid, PetscInt components, int has,
                                           unsigned long long seed, uint64_t stream) {
  LodCoefficient medium;
  uint64_t       counter = 0;
  assert_ok(LodCoefficientCreateTensor(grid->dim, grid->coefficient, components, &medium));
  const PetscInt count = LodCoefficientCells(&medium);
  for (PetscInt i = 0; i < count; i++)
    fill_tensor(grid->dim, components, seed, stream, &counter, medium.values + i * components);
  if (has & MEDIUM_REACTION) assert_ok(PetscMalloc1(count, &medium.reaction));
  for (PetscInt i = 0; i < count && (has & MEDIUM_REACTION); i++)
    medium.reaction[i] = 50 * next_random(seed, stream, &counter);
  for (PetscInt axis = 0; axis < grid->dim && (has & MEDIUM_ROBIN); axis++)
    for (int side = 0; side < 2; side++) {
      const LodBox face = LodCoefficientFaceBox(&medium, axis, side);
      if (!grid->natural[axis][side]) continue;
      assert_ok(PetscMalloc1(LodBoxCount(&face), &medium.robin[axis][side]));
      for (PetscInt i = 0; i < LodBoxCount(&face); i++)
        medium.robin[axis][side][i] = 3 * next_random(seed, stream, &counter);
    }
  return medium;
}

#endif
