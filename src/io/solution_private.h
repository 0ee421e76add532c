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

#endif
