/* solution.h5 and its ParaView companion. */
#ifndef LODNET_SOLUTION_H
#define LODNET_SOLUTION_H

#include <lodnet/base.h>
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
   method, coarse, coefficient_cells, fine, ell, natural (names of the natural faces), rhs,
   seconds_operator, seconds_solve, version, and `local_operators` if given. In two and three
   dimensions also the file of LodSolutionXdmfPath, which ParaView opens. */
PetscErrorCode LodSolutionWrite(const LodSolution *solution, const char *path);

/* The name of the ParaView companion of `path`: .xdmf in place of .h5 or .hdf5 (else appended). */
PetscErrorCode LodSolutionXdmfPath(const char *path, char xdmf[LOD_PATH_MAX]);

#endif
