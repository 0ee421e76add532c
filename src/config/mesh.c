/* Mesh files and faces by name. */
#include "config/tables_private.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

PetscErrorCode LodGridSetFace(LodGrid *grid, const char *face, const char *where) {
  char   known[128] = "";
  size_t used = 0;

  PetscFunctionBeginUser;
  for (PetscInt axis = 0; axis < PetscMin(grid->dim, LOD_MAX_DIM); axis++)
    for (int side = 0; side < 2; side++) {
      const char *name = lod_face_names[axis][side];
      if (strcmp(face, name) == 0) {
        grid->natural[axis][side] = PETSC_TRUE;
        PetscFunctionReturn(0);
      }
      used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", used ? ", " : "", name);
    }
  LodInputError("%s: no face \"%.200s\"; the faces in %d dimension%s are %s", where, face,
                (int)grid->dim, grid->dim == 1 ? "" : "s", known);
}

PetscErrorCode LodGridSetNatural(LodGrid *grid, const char *faces, const char *where) {
  char face[LOD_TEXT_MAX];
  PetscFunctionBeginUser;
  for (const char *begin = faces;; begin++) {
    begin += strspn(begin, " ");
    const size_t length = strcspn(begin, ",");
    size_t       end = length;
    while (end > 0 && begin[end - 1] == ' ')
      end--;
    (void)snprintf(face, sizeof face, "%.*s", (int)PetscMin(end, sizeof face - 1), begin);
    PetscCall(LodGridSetFace(grid, face, where));
    begin += length;
    if (!*begin) break;
  }
  PetscFunctionReturn(0);
}

/* Writes "DIRECTORY/NAME ENDING" to path[LOD_PATH_MAX] and tells whether there is such a file. */
static PetscBool Exists(const char *directory, const char *name, const char *ending, char *path) {
  const int length = snprintf(path, LOD_PATH_MAX, "%s%s%s%s", directory ? directory : "",
                              directory ? "/" : "", name, ending);
  return (PetscBool)(length < LOD_PATH_MAX && access(path, F_OK) == 0);
}

/* Finds the file of mesh `name` and writes it to path[LOD_PATH_MAX]. */
static PetscErrorCode FindMesh(const char *name, const char *directory, const char *where,
                               char *path) {
  const char  *variable = getenv("LODNET_MESHES");
  const size_t length = strlen(name);

  PetscFunctionBeginUser;
  if (strchr(name, '/') || (length > 5 && strcmp(name + length - 5, ".toml") == 0)) {
    if (directory && name[0] != '/' && Exists(directory, name, "", path)) PetscFunctionReturn(0);
    if (Exists(NULL, name, "", path)) PetscFunctionReturn(0);
    LodInputError("%s: no mesh file \"%.1000s\"", where, name);
  }
  if (Exists("meshes", name, ".toml", path)) PetscFunctionReturn(0);
  if (variable && Exists(variable, name, ".toml", path)) PetscFunctionReturn(0);
  if (Exists(LODNET_DATA_DIR "/meshes", name, ".toml", path)) PetscFunctionReturn(0);
  LodInputError("%s: no mesh \"%.200s\": no file %.200s.toml in meshes, %s%s%s/meshes", where, name,
                name, variable ? variable : "", variable ? " or " : "", LODNET_DATA_DIR);
}

/* Reads and checks an open mesh file. Whether its layers are too many is for who uses it to say:
   networks take them as they are, the rest no more than cover D. */
static PetscErrorCode ReadMesh(const LodSettingsFile *file, LodGrid *grid) {
  LodGrid mesh = {0}, covered;
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
