/* The attributes of a file that tell its mesh. */
#include "io/mesh_attributes.h"

#include "base/error.h"

/* Writes cells per axis. */
static PetscErrorCode WriteCells(LodHdf5 *file, const char *name, PetscInt dim,
                                 const PetscInt cells[]) {
  PetscInt64 numbers[LOD_MAX_DIM];
  PetscFunctionBeginUser;
  for (PetscInt axis = 0; axis < dim; axis++)
    numbers[axis] = cells[axis];
  PetscCall(LodHdf5WriteInts(file, "/", name, LodCellsAreCube(dim, cells) ? 1 : (int)dim, numbers));
  PetscFunctionReturn(0);
}

PetscErrorCode LodMeshAttributesWrite(LodHdf5 *file, const LodGrid *grid) {
  PetscBool unit = PETSC_TRUE, cube = PETSC_TRUE;
  PetscFunctionBeginUser;
  for (PetscInt axis = 0; axis < grid->dim; axis++) {
    if (grid->extent[axis] != 1) unit = PETSC_FALSE;
    if (grid->extent[axis] != grid->extent[0]) cube = PETSC_FALSE;
  }
  PetscCall(WriteCells(file, "coarse", grid->dim, grid->coarse));
  PetscCall(WriteCells(file, "coefficient_cells", grid->dim, grid->coefficient));
  PetscCall(WriteCells(file, "fine", grid->dim, grid->fine));
  PetscCall(LodHdf5WriteInt(file, "/", "ell", grid->ell));
  if (!unit)
    PetscCall(LodHdf5WriteDoubles(file, "/", "extent", cube ? 1 : (int)grid->dim, grid->extent));
  PetscFunctionReturn(0);
}

/* Reads cells per axis. */
static PetscErrorCode ReadCells(LodHdf5 *file, const char *name, PetscInt dim, PetscInt cells[]) {
  PetscInt64 numbers[LOD_MAX_DIM];
  PetscFunctionBeginUser;
  PetscCall(LodHdf5ReadInts(file, "/", name, 0, PETSC_MAX_INT, (int)dim, numbers));
  for (PetscInt axis = 0; axis < LOD_MAX_DIM; axis++)
    cells[axis] = axis < dim ? (PetscInt)numbers[axis] : 1;
  PetscFunctionReturn(0);
}

PetscErrorCode LodMeshAttributesRead(LodHdf5 *file, LodGrid *grid) {
  PetscInt64 ell;
  PetscBool  has_extent;
  PetscFunctionBeginUser;
  LodCheckInput(grid->dim >= 1 && grid->dim <= LOD_MAX_DIM,
                "%s: the dimension must be 1, 2 or 3, not %" PetscInt_FMT, file->path, grid->dim);
  PetscCall(ReadCells(file, "coarse", grid->dim, grid->coarse));
  PetscCall(ReadCells(file, "coefficient_cells", grid->dim, grid->coefficient));
  PetscCall(ReadCells(file, "fine", grid->dim, grid->fine));
  PetscCall(LodHdf5ReadBounded(file, "/", "ell", 0, PETSC_MAX_INT, &ell));
  grid->ell = (PetscInt)ell;
  for (PetscInt axis = 0; axis < LOD_MAX_DIM; axis++)
    grid->extent[axis] = 1;
  PetscCall(LodHdf5HasAttribute(file, "/", "extent", &has_extent));
  if (has_extent) PetscCall(LodHdf5ReadDoubles(file, "/", "extent", (int)grid->dim, grid->extent));
  PetscFunctionReturn(0);
}

void LodMeshShape(PetscInt dim, const PetscInt cells[], PetscInt ends, hsize_t shape[]) {
  for (PetscInt axis = 0; axis < dim; axis++)
    shape[dim - 1 - axis] = (hsize_t)(cells[axis] + ends);
}
