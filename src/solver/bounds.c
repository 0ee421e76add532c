/* What a solution cannot be, by the maximum principle. */
#include "solver/bounds.h"

#include <math.h>

#include "base/report.h"

/* Largest part of a solution's size by which it may leave its bounds without a word. */
#define MOST_LEFT 0.01

/* Whether something pulls u to 0 inside or on a face that is not Dirichlet. */
static PetscBool IsPulled(const LodCoefficient *coefficient) {
  return (PetscBool)(coefficient->reaction || LodCoefficientHasRobin(coefficient));
}

/* The range of u on Dirichlet faces; with 0 where that pulls. */
static LodBounds BoundaryRange(const LodGrid *grid, const LodCoefficient *coefficient,
                               const PetscInt cells[], const double *boundary) {
  const LodBox nodes = LodBoxNodes(grid->dim, cells), free_nodes = LodGridFreeNodes(grid, cells);
  LodBounds    range = {HUGE_VAL, -HUGE_VAL};
  if (!boundary || IsPulled(coefficient)) range = (LodBounds){0, 0};
  for (PetscInt i = 0; i < LodBoxCount(&nodes) && boundary; i++) {
    PetscInt node[LOD_MAX_DIM];
    LodBoxIndex(&nodes, i, node);
    if (LodBoxPosition(&free_nodes, node) >= 0) continue;
    range.low = fmin(range.low, boundary[i]);
    range.high = fmax(range.high, boundary[i]);
  }
  return range;
}

LodBounds LodBoundsOf(const LodGrid *grid, const LodCoefficient *coefficient,
                      const PetscInt cells[], const double *load, const double *boundary) {
  LodBounds bounds = {-HUGE_VAL, HUGE_VAL};
  double    least = 0, most = 0;
  if (LodConstantsAreFree(grid, coefficient)) return bounds;
  if (coefficient->mask) return bounds; /* projections from parts of cells go on beyond them */
  const LodBounds range = BoundaryRange(grid, coefficient, cells, boundary);
  for (PetscInt i = 0; i < LodNodeCount(grid->dim, cells); i++) {
    least = fmin(least, load[i]);
    most = fmax(most, load[i]);
  }
  if (least == 0) bounds.low = range.low;
  if (most == 0) bounds.high = range.high;
  return bounds;
}

double LodBoundsLeftBy(LodBounds bounds, size_t n_nodes, const double *solution) {
  double below = 0, above = 0, size = 0;
  for (size_t i = 0; i < n_nodes; i++) {
    below = fmax(below, bounds.low - solution[i]);
    above = fmax(above, solution[i] - bounds.high);
    size = fmax(size, fabs(solution[i]));
  }
  return size > 0 ? fmax(below, above) / size : 0;
}

void LodBoundsWarn(LodMethod method, double left_by) {
  if (left_by <= MOST_LEFT) return;
  LodWarn(
      "the solution leaves the range that sources and boundary data allow by up to %.2g %% of its "
      "size, and is wrong by at least that: %s; compare with --method fine",
      100 * left_by,
      method == LOD_METHOD_DNN ? "the network does not fit this coefficient"
                               : "the contrast in thin structures is high, and the localised "
                                 "operator may have lost its coercivity (other N or ell may "
                                 "help)");
}
