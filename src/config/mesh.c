/* Mesh files and faces by name. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/data.h"
#include "config/tables_private.h"

/* Writes "DIRECTORY/NAME" to path[LOD_PATH_MAX] and tells whether there is such a file. */
static PetscBool Exists(const char *directory, const char *name, char *path) {
  const int length = snprintf(path, LOD_PATH_MAX, "%s%s%s", directory ? directory : "",
                              directory ? "/" : "", name);
  return (PetscBool)(length < LOD_PATH_MAX && access(path, F_OK) == 0);
}

/* Finds the file of mesh `name` and writes it to path[LOD_PATH_MAX]. */
static PetscErrorCode FindMesh(const char *name, const char *directory, const char *where,
                               char *path) {
  char         file[LOD_TEXT_MAX];
  const size_t length = strlen(name);

  PetscFunctionBeginUser;
  if (strchr(name, '/') || (length > 5 && strcmp(name + length - 5, ".toml") == 0)) {
    if (directory && name[0] != '/' && Exists(directory, name, path)) PetscFunctionReturn(0);
    if (Exists(NULL, name, path)) PetscFunctionReturn(0);
    LodInputError("%s: no mesh file \"%.1000s\"", where, name);
  }
  LodCheckInput(snprintf(file, sizeof file, "%s.toml", name) < (int)sizeof file,
                "%s: the mesh's name is too long", where);
  PetscCall(LodDataPath(LOD_DATA_MESH, file, where, path));
  PetscFunctionReturn(0);
}

/* Reads and checks an open mesh file. Whether its layers are too many is for who uses it to say:
   networks take them as they are, the rest no more than cover D. */
static PetscErrorCode ReadMesh(const LodSettingsFile *file, LodGrid *grid) {
  LodGrid mesh = {.extent = {1, 1, 1}}, covered;
  PetscFunctionBeginUser;
  PetscCall(LodSettingsRead(file, LodTomlRoot(file->document), &lod_mesh_table, &mesh));
  covered = mesh;
  covered.ell = PetscMin(mesh.ell, LodGridCoveringLayers(&mesh));
  PetscCall(LodGridValidate(&covered, file->path));
  *grid = mesh;
  PetscFunctionReturn(0);
}

PetscErrorCode LodMeshReadFrom(const char *name, const char *directory, const char *where,
                               LodGrid *grid) {
  char            path[LOD_PATH_MAX];
  LodSettingsFile file;

  PetscFunctionBeginUser;
  PetscCall(FindMesh(name, directory, where, path));
  PetscCall(LodSettingsOpen(path, &file));
  PetscErrorCode error = ReadMesh(&file, grid);
  PetscCall(LodSettingsClose(&file));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodMeshRead(const char *name, LodGrid *grid) {
  PetscFunctionBeginUser;
  PetscCall(LodMeshReadFrom(name, NULL, name, grid));
  PetscFunctionReturn(0);
}
