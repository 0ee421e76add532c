/* What writing and reading solution files share. */
#ifndef LODNET_IO_SOLUTION_PRIVATE_H
#define LODNET_IO_SOLUTION_PRIVATE_H

#include "io/solution.h"

/* Shape of local_operators[cell][z..][j]: (N^d, 2l+2 per axis, 2^d). Returns its rank. */
int LodSolutionOperatorsShape(const LodGrid *grid, hsize_t dims[LOD_MAX_DIM + 2]);

/* The names of the natural faces, separated by commas. */
PetscErrorCode LodSolutionNaturalFaces(const LodGrid *grid, char faces[64]);

/* Writes the axes x, y, z of the mesh that a solution lives on; and what it is of, as attributes.
 */
PetscErrorCode LodSolutionWriteAxes(const LodSolution *solution, LodHdf5 *file);
PetscErrorCode LodSolutionWriteAttributes(const LodSolution *solution, LodHdf5 *file);

/* Writes what the dataset `quantities` holds, as its attributes. */
PetscErrorCode LodSolutionWriteQuantityNames(const LodSolution *solution, LodHdf5 *file);

/* Writes the nodal values as the file through which ParaView and meshio show them. */
PetscErrorCode LodSolutionWriteVtk(const LodSolution *solution, const char *path);

/* A solution as files show it: NaN at nodes and in cells outside of a mask. Without a mask
   `solution` is the one given. Where fields are used the copy must stay where it is. End frees. */
typedef struct {
  LodSolution       solution;
  LodSolutionFields fields;
  LodCoefficient    coefficient;                             /* but for A that of the given one */
  double           *values, *fine, *interpolated, *flux, *a; /* owned; NULL: the given ones */
} LodSolutionMasked;

PetscErrorCode LodSolutionMaskedBegin(const LodSolution *solution, LodSolutionMasked *masked);
PetscErrorCode LodSolutionMaskedEnd(LodSolutionMasked *masked);

#endif
