/* Meshes and models of lodnet.h. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "nn/model.h"
#include "solver/library.h"

PetscErrorCode LodMeshToGrid(const LodMesh *mesh, const char *where, LodGrid *grid) {
  char place[96];
  PetscFunctionBeginUser;
  PetscCall(LodCheckPointer(mesh, where, "mesh"));
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
  (void)snprintf(place, sizeof place, "%s: mesh", where);
  PetscCall(LodGridValidate(grid, place));
  PetscFunctionReturn(0);
}

/* The largest number up to 8 that divides the cells of every axis: coefficient cells per coarse
   cell. */
static int DefaultRatio(int dim, const int *cells) {
  for (int ratio = 8; ratio > 1; ratio--) {
    int divides = 1;
    for (int axis = 0; axis < dim; axis++)
      divides = divides && cells[axis] % ratio == 0;
    if (divides) return ratio;
  }
  return 1;
}

/* LodMeshDefaults. */
static PetscErrorCode MeshDefaults(int dim, const int *cells, const LodModel *model,
                                   LodMesh *mesh) {
  static const char where[] = "LodMeshDefaults";
  PetscFunctionBeginUser;
  PetscCall(LodCheckPointer(mesh, where, "mesh"));
  PetscCall(LodCheckCells(dim, cells, where));
  *mesh = (LodMesh){.dim = dim, .ell = dim < 3 ? 2 : 1, .extent = {1, 1, 1}};
  int ratio = DefaultRatio(dim, cells), fine_ratio = 2;
  if (model) {
    LodCheckInput(model->signature.dim == dim,
                  "%s: dim is %d, but the model was trained for dimension %d", where, dim,
                  (int)model->signature.dim);
    ratio = (int)model->signature.ratio;
    fine_ratio = (int)model->signature.fine_ratio;
    mesh->ell = (int)model->signature.ell;
  }
  for (int axis = 0; axis < 3; axis++) {
    const int n = axis < dim ? cells[axis] : ratio;
    LodCheckInput(n % ratio == 0,
                  "%s: cells[%d] is %d, not a multiple of the model's %d cells per coarse cell",
                  where, axis, n, ratio);
    LodCheckInput(n <= PETSC_MAX_INT / fine_ratio,
                  "%s: cells[%d] is %d, too many for %d fine cells in each", where, axis, n,
                  fine_ratio);
    mesh->coefficient[axis] = axis < dim ? n : 1;
    mesh->coarse[axis] = n / ratio;
    mesh->fine[axis] = axis < dim ? n * fine_ratio : 1;
    for (int side = 0; side < 2 && model; side++)
      mesh->natural[axis][side] = (int)model->signature.natural[axis][side];
  }
  PetscFunctionReturn(0);
}

int LodMeshDefaults(int dim, const int *cells, const LodModel *model, LodMesh *mesh) {
  LOD_LIBRARY_CALL(MeshDefaults(dim, cells, model, mesh));
}

/* LodModelOpen. */
static PetscErrorCode ModelOpen(const char *path, LodModel **model) {
  char found[LOD_PATH_MAX];

  PetscFunctionBeginUser;
  PetscCall(LodCheckPointer(model, "LodModelOpen", "model"));
  *model = NULL;
  if (!path) PetscCall(LodModelDefaultPath(found));
  LodLockLibraries(); /* HDF5 */
  const PetscErrorCode error = LodModelRead(path ? path : found, model);
  LodUnlockLibraries();
  PetscCall(error);
  PetscFunctionReturn(0);
}

int LodModelOpen(const char *path, LodModel **model) {
  LOD_LIBRARY_CALL(ModelOpen(path, model));
}

int LodModelClose(LodModel **model) {
  LOD_LIBRARY_CALL(model ? LodModelDestroy(model) : 0);
}
