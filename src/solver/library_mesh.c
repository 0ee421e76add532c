/* Meshes and models of lodnet.h. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "nn/model.h"
#include "solver/library.h"

PetscErrorCode LodMeshToGrid(const LodMesh *mesh, const char *where, PetscBool any_coarse,
                             LodGrid *grid) {
  char place[96], text[LOD_CELLS_TEXT];
  PetscFunctionBeginUser;
  PetscCall(LodPointerCheck(mesh, where, "mesh"));
  LodCheckInput(mesh->dim >= 1 && mesh->dim <= LOD_MAX_DIM, "%s: mesh.dim is %d, must be 1, 2 or 3",
                where, mesh->dim);
  for (int axis = 0; axis < mesh->dim; axis++)
    LodCheckInput(isfinite(mesh->extent[axis]) && mesh->extent[axis] > 0,
                  "%s: mesh.extent[%d] is %g, must be finite and greater than 0", where, axis,
                  mesh->extent[axis]);
  memset(grid, 0, sizeof *grid); /* its padding too: grids of ranks are compared byte by byte */
  grid->dim = mesh->dim;
  grid->ell = mesh->ell;
  for (int axis = 0; axis < mesh->dim; axis++) {
    grid->coarse[axis] = mesh->coarse[axis];
    grid->coefficient[axis] = mesh->coefficient[axis];
    grid->fine[axis] = mesh->fine[axis];
    grid->extent[axis] = mesh->extent[axis];
    for (int side = 0; side < 2; side++)
      grid->natural[axis][side] = (PetscBool)(mesh->natural[axis][side] != 0);
  }
  if (any_coarse) LodGridAnyCoarse(grid);
  for (int axis = 0; axis < mesh->dim; axis++)
    LodCheckInput(grid->coarse[axis] != 0,
                  "%s: mesh.coarse[%d] is 0: no rule divides %s coefficient cells: choose coarse "
                  "cells (coarse) that do",
                  where, axis, LodCellsText(grid->dim, grid->coefficient, text));
  (void)snprintf(place, sizeof place, "%s: mesh", where);
  PetscCall(LodGridValidate(grid, place));
  PetscFunctionReturn(0);
}

/* Takes ratios, layers and faces from the model that is to serve the mesh. */
static PetscErrorCode TakeSignature(const LodSignature *signature, const char *where,
                                    LodMesh *mesh) {
  const int ratio = (int)signature->ratio, fine_ratio = (int)signature->fine_ratio;
  PetscFunctionBeginUser;
  LodCheckInput(signature->dim == mesh->dim,
                "%s: dim is %d, but the model was trained for dimension %d", where, mesh->dim,
                (int)signature->dim);
  mesh->ell = (int)signature->ell;
  for (int axis = 0; axis < mesh->dim; axis++) {
    const int n = mesh->coefficient[axis];
    LodCheckInput(n % ratio == 0,
                  "%s: cells[%d] is %d, not a multiple of the model's %d cells per coarse cell",
                  where, axis, n, ratio);
    LodCheckInput(n <= PETSC_MAX_INT / fine_ratio,
                  "%s: cells[%d] is %d, too many for %d fine cells in each", where, axis, n,
                  fine_ratio);
    mesh->coarse[axis] = n / ratio;
    mesh->fine[axis] = n * fine_ratio;
    for (int side = 0; side < 2; side++)
      mesh->natural[axis][side] = (int)signature->natural[axis][side];
  }
  PetscFunctionReturn(0);
}

/* LodMeshDefaults. */
static PetscErrorCode MeshDefaults(int dim, const int *cells, const LodModel *model,
                                   LodMesh *mesh) {
  static const char where[] = "LodMeshDefaults";
  PetscInt          coefficient[LOD_MAX_DIM] = {1, 1, 1};
  LodGrid           grid;
  PetscFunctionBeginUser;
  PetscCall(LodPointerCheck(mesh, where, "mesh"));
  PetscCall(LodMeshCheckCells(dim, cells, where));
  for (int axis = 0; axis < dim; axis++)
    coefficient[axis] = cells[axis];
  (void)LodGridDefaults(dim, coefficient, &grid);
  *mesh = (LodMesh){.dim = dim, .ell = (int)grid.ell};
  for (int axis = 0; axis < LOD_MAX_DIM; axis++) {
    mesh->coarse[axis] = (int)grid.coarse[axis];
    mesh->coefficient[axis] = (int)grid.coefficient[axis];
    mesh->fine[axis] = (int)grid.fine[axis];
    mesh->extent[axis] = grid.extent[axis];
  }
  if (model) PetscCall(TakeSignature(&model->signature, where, mesh));
  PetscFunctionReturn(0);
}

int LodMeshDefaults(int dim, const int *cells, const LodModel *model, LodMesh *mesh) {
  LOD_LIBRARY_CALL(MeshDefaults(dim, cells, model, mesh));
}

/* LodModelOpen. */
static PetscErrorCode ModelOpen(const char *path, LodModel **model) {
  char found[LOD_PATH_MAX];

  PetscFunctionBeginUser;
  PetscCall(LodPointerCheck(model, "LodModelOpen", "model"));
  *model = NULL;
  if (!path) PetscCall(LodModelDefaultPath(found));
  LodLibrariesLock(); /* HDF5 */
  const PetscErrorCode error = LodModelRead(path ? path : found, model);
  LodLibrariesUnlock();
  PetscCall(error);
  PetscFunctionReturn(0);
}

int LodModelOpen(const char *path, LodModel **model) {
  LOD_LIBRARY_CALL(ModelOpen(path, model));
}

int LodModelClose(LodModel **model) {
  LOD_LIBRARY_CALL(model ? LodModelDestroy(model) : 0);
}
