/* The attributes of a file that tell its mesh. */
#ifndef LODNET_IO_MESH_ATTRIBUTES_H
#define LODNET_IO_MESH_ATTRIBUTES_H

#include "grid/grid.h"
#include "io/hdf5_file.h"

/* Writes `coarse`, `coefficient_cells` and `fine`, each one integer if it is the same along every
   axis, else a list in the order x, y, z; `ell`; and `extent`, likewise, unless D is the unit cube.
 */
PetscErrorCode LodMeshAttributesWrite(LodHdf5 *file, const LodGrid *grid);

/* Reads them into a grid whose `dim` is set; one number is that along every axis, no extent 1. An
   attribute that is missing or out of range is an input error. */
PetscErrorCode LodMeshAttributesRead(LodHdf5 *file, LodGrid *grid);

/* The shape of a dataset over the cells (ends = 0) or nodes (ends = 1) of a mesh, in C order: x is
   last. */
void LodMeshShape(PetscInt dim, const PetscInt cells[], PetscInt ends, hsize_t shape[]);

#endif
