/* The quasi-interpolation I_h: L2 projection on every coarse cell, then averages at the coarse
   nodes (Kroepfl, Maier, Peterseim 2022, section 2.3). */
#include "lod/interpolation_private.h"

/* functional[a][i] along one axis, i = 0..ratio. */
static void ProjectionFunctional(PetscInt ratio, double *functional) {
  double side = 1.0 / (double)ratio;
  for (PetscInt i = 0; i <= ratio; i++) {
    /* The integral of fine hat i against t, from the fine mass matrix; the one against 1 - t
       follows from the total, the integral of the hat. */
    double t = (double)i * side;
    double with_t = side * t, total = side;
    if (i == 0) with_t = side * side / 6, total = side / 2;
    if (i == ratio) with_t = side * (0.5 - side / 6), total = side / 2;
    double with_rest = total - with_t;
    /* The inverse of the unit interval's mass matrix [2 1; 1 2]/6 is [4 -2; -2 4]. */
    functional[i] = 4 * with_rest - 2 * with_t;
    functional[ratio + 1 + i] = 4 * with_t - 2 * with_rest;
  }
}

PetscErrorCode LodProjectionFunctionals(const LodGrid *grid, double *functional[LOD_MAX_DIM]) {
  PetscFunctionBeginUser;
  for (PetscInt axis = 0; axis < grid->dim; axis++) {
    const PetscInt ratio = LodGridFineRatio(grid, axis);
    PetscCall(PetscMalloc1(2 * ((size_t)ratio + 1), &functional[axis]));
    ProjectionFunctional(ratio, functional[axis]);
  }
  PetscFunctionReturn(0);
}

PetscInt LodGridCellsAtNode(const LodGrid *grid, const PetscInt node[LOD_MAX_DIM]) {
  PetscInt count = 1;
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    if (node[axis] > 0 && node[axis] < grid->coarse[axis]) count *= 2;
  return count;
}

PetscBool LodGridIsDirichlet(const LodGrid *grid, const PetscInt cells[],
                             const PetscInt node[LOD_MAX_DIM]) {
  LodBox free_nodes = LodGridFreeNodes(grid, cells);
  return LodBoxPosition(&free_nodes, node) < 0 ? PETSC_TRUE : PETSC_FALSE;
}
