/* solution.h5 and its ParaView companion. */
#ifndef LODNET_SOLUTION_H
#define LODNET_SOLUTION_H

#include <lodnet/grid.h>

typedef struct {
  const LodGrid *grid;
  const char    *method; /* lod, dnn, fine or coarse */
  const char    *rhs;    /* the expression */
  PetscInt       cells;  /* of the mesh the solution lives on: N, or F for fine */
  const double  *values; /* values[cells+1 per axis], x fastest */
  double         seconds_operator, seconds_solve;
  const double  *operators; /* local operators of all cells [cell][z][j], or NULL */
} LodSolution;

/* Writes DESIGN section 4's solution.h5, atomically: `solution`, axes `x`, `y`, `z`, attributes
   method, coarse, coefficient_cells, fine, ell, rhs, seconds_operator, seconds_solve, version, and
   `local_operators` if given. */
PetscErrorCode LodSolutionWrite(const LodSolution *solution, const char *path);

#endif
