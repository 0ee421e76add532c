/* What a solution cannot be, by the maximum principle. */
#ifndef LODNET_SOLVER_BOUNDS_H
#define LODNET_SOLVER_BOUNDS_H

#include "solver/method_system.h"

/* Where no source is negative, u is nowhere smaller than its values on Dirichlet faces, or than 0
   where these are positive and c or r pull it there; likewise with the other sign. Infinite where
   nothing is known: with a mask, where coarse values are those of functions that go on into holes,
   too. */
typedef struct {
  double low, high;
} LodBounds;

/* The bounds of the solution for load[] and boundary[] (NULL: 0) on the nodes of a mesh. */
LodBounds LodBoundsOf(const LodGrid *grid, const LodCoefficient *coefficient,
                      const PetscInt cells[], const double *load, const double *boundary);

/* By how much a compressed solution leaves them, relative to its largest value: a bound from below
   of its error. LodBoundsWarn says so to the user if that is above 1 %. */
double LodBoundsLeftBy(LodBounds bounds, size_t n_nodes, const double *solution);
void   LodBoundsWarn(LodMethod method, double left_by);

#endif
