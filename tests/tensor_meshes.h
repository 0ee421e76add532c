/* Meshes and media of the tests of tensors. */
#ifndef LODNET_TESTS_TENSOR_MESHES_H
#define LODNET_TESTS_TENSOR_MESHES_H

#include "exact_properties.h"
#include "random_medium.h"

/* Meshes of boxes with every kind of face. */
static const LodGrid meshes[] = {
    {.dim = 1,
     .coarse = {5, 1, 1},
     .coefficient = {10, 1, 1},
     .fine = {30, 1, 1},
     .ell = 1,
     .extent = {2, 1, 1},
     .natural = {{0, 1}}},
    {.dim = 2,
     .coarse = {4, 3, 1},
     .coefficient = {12, 6, 1},
     .fine = {24, 12, 1},
     .ell = 1,
     .extent = {1, 0.6, 1}},
    {.dim = 2,
     .coarse = {5, 4, 1},
     .coefficient = {10, 12, 1},
     .fine = {20, 24, 1},
     .ell = 1,
     .extent = {1.5, 1, 1},
     .natural = {{1, 0}, {0, 1}}},
    {.dim = 2,
     .coarse = {3, 3, 1},
     .coefficient = {3, 6, 1},
     .fine = {15, 12, 1},
     .ell = 2,
     .extent = {1, 1, 1},
     .natural = {{1, 1}, {1, 0}}},
    {.dim = 3,
     .coarse = {3, 2, 3},
     .coefficient = {3, 4, 3},
     .fine = {6, 4, 6},
     .ell = 1,
     .extent = {1, 0.5, 1},
     .natural = {{1, 0}, {0, 1}, {0, 0}}},
    {.dim = 3,
     .coarse = {2, 3, 2},
     .coefficient = {4, 3, 2},
     .fine = {8, 6, 4},
     .ell = 1,
     .extent = {1, 1, 1},
     .natural = {{1, 0}, {1, 1}, {1, 1}}},
};
enum { N_MESHES = sizeof meshes / sizeof meshes[0] };

/* The numbers of components that A can have, [dim - 1][..]; and media to try: that, and what else
   there is. */
static const PetscInt components_of[][3] = {{1, 1, 1}, {1, 2, 3}, {1, 3, 6}};
static const struct {
  int components, has;
} kinds[] = {
    {0, MEDIUM_REACTION}, {0, MEDIUM_ROBIN}, {1, 0}, {2, 0}, {2, MEDIUM_REACTION | MEDIUM_ROBIN}};
enum { N_KINDS = sizeof kinds / sizeof kinds[0] };

/* A random medium of one of these kinds. */
static inline LodCoefficient medium_of_kind(const LodGrid *grid, int kind,
                                            unsigned long long seed) {
  return random_medium(grid, components_of[grid->dim - 1][kinds[kind].components], kinds[kind].has,
                       seed, (uint64_t)kind);
}

/* Largest difference of two arrays over the largest entry of the second; NaN if one is in them. */
static inline double relative_difference(PetscInt count, const double *found,
                                         const double *wanted) {
  double difference = 0, spoilt = 0;
  for (PetscInt i = 0; i < count; i++) {
    difference = fmax(difference, fabs(found[i] - wanted[i]));
    spoilt += 0 * (found[i] - wanted[i]);
  }
  return difference / largest_entry(count, wanted) + spoilt;
}

#endif
