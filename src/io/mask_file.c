/* Masks in HDF5 files. */
#include "io/mask_file.h"

#include <string.h>

#include "base/error.h"
#include "grid/domain.h"
#include "io/mesh_attributes.h"

PetscErrorCode LodWallsFromName(const char *name, const char *where, LodWalls *walls) {
  PetscFunctionBeginUser;
  LodCheckInput(strcmp(name, "natural") == 0 || strcmp(name, "dirichlet") == 0,
                "%s: walls are \"natural\" or \"dirichlet\", not \"%.40s\"", where, name);
  *walls = name[0] == 'n' ? LOD_WALLS_NATURAL : LOD_WALLS_DIRICHLET;
  PetscFunctionReturn(0);
}

/* The walls that the dataset says; natural if it says nothing. */
static PetscErrorCode StoredWalls(LodHdf5 *file, const char *name, const char *where,
                                  LodWalls *walls) {
  PetscBool exists;
  char     *text = NULL;

  PetscFunctionBeginUser;
  *walls = LOD_WALLS_NATURAL;
  PetscCall(LodHdf5HasAttribute(file, name, "walls", &exists));
  if (!exists) PetscFunctionReturn(0);
  PetscCall(LodHdf5ReadText(file, name, "walls", &text));
  PetscErrorCode error = LodWallsFromName(text, where, walls);
  PetscCall(PetscFree(text));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Reads a dataset of an open file into the coefficient. */
static PetscErrorCode ReadMask(LodHdf5 *file, const char *name, LodWalls walls,
                               LodCoefficient *coefficient) {
  const PetscInt n_cells = LodCoefficientCells(coefficient);
  hsize_t        shape[LOD_MAX_DIM];
  PetscInt64    *numbers = NULL;
  unsigned char *mask = NULL;
  char           where[LOD_PATH_MAX + 512];

  PetscFunctionBeginUser;
  (void)snprintf(where, sizeof where, "%s: %s", file->path, name);
  if (walls == LOD_WALLS_AS_STORED) PetscCall(StoredWalls(file, name, where, &walls));
  LodMeshShape(coefficient->dim, coefficient->cells, 0, shape);
  PetscCall(LodHdf5CheckShape(file, name, (int)coefficient->dim, shape));
  PetscCall(PetscMalloc1(n_cells, &numbers));
  PetscErrorCode error =
      LodHdf5ReadIntegers(file, name, -PETSC_MAX_INT, PETSC_MAX_INT, n_cells, numbers);
  if (!error) error = PetscMalloc1(n_cells, &mask);
  for (PetscInt cell = 0; cell < n_cells && !error; cell++)
    mask[cell] = numbers[cell] != 0;
  PetscCall(PetscFree(numbers));
  if (!error)
    error = LodDomainSetMask(coefficient, mask, (PetscBool)(walls == LOD_WALLS_DIRICHLET), where);
  PetscCall(PetscFree(mask));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodMaskPath(const char *text, char path[LOD_PATH_MAX], char name[LOD_PATH_MAX]) {
  const size_t length = strlen(text);

  PetscFunctionBeginUser;
  LodHdf5SplitName(text, path, name);
  LodCheckInput(path[0] && length < LOD_PATH_MAX && text[length - 1] != ':',
                "--mask %.64s: must be FILE or FILE:DATASET", text);
  PetscFunctionReturn(0);
}

/* Reads the mask that "FILE" or "FILE:DATASET" names. */
static PetscErrorCode ReadNamed(const LodMaskSource *source, LodCoefficient *coefficient) {
  char    path[LOD_PATH_MAX], name[LOD_PATH_MAX];
  LodHdf5 file;

  PetscFunctionBeginUser;
  PetscCall(LodMaskPath(source->text, path, name));
  PetscCall(LodHdf5Open(path, &file));
  PetscErrorCode error = ReadMask(&file, name[0] ? name : "mask", source->walls, coefficient);
  PetscCall(LodHdf5Close(&file));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodMaskReadFrom(LodHdf5 *file, const LodMaskSource *source,
                               LodCoefficient *coefficient) {
  const LodMaskSource none = {NULL, LOD_WALLS_AS_STORED};
  PetscBool           exists;

  PetscFunctionBeginUser;
  if (!source) source = &none;
  if (source->text) {
    PetscCall(ReadNamed(source, coefficient));
    PetscFunctionReturn(0);
  }
  PetscCall(LodHdf5Exists(file, "mask", &exists));
  LodCheckInput(exists || source->walls == LOD_WALLS_AS_STORED,
                "--walls: %s has no dataset mask whose walls these could be: name one by --mask",
                file->path);
  if (exists) PetscCall(ReadMask(file, "mask", source->walls, coefficient));
  PetscFunctionReturn(0);
}

PetscErrorCode LodMaskRefuse(LodHdf5 *file, const char *who) {
  PetscBool exists;

  PetscFunctionBeginUser;
  PetscCall(LodHdf5Exists(file, "mask", &exists));
  LodCheckInput(!exists, "%s: %s has a mask, which only lod-solve takes, with one coefficient", who,
                file->path);
  PetscFunctionReturn(0);
}

PetscErrorCode LodMaskWriteTo(const LodCoefficient *coefficient, LodHdf5 *file) {
  hsize_t shape[LOD_MAX_DIM];

  PetscFunctionBeginUser;
  if (!coefficient->mask) PetscFunctionReturn(0);
  LodMeshShape(coefficient->dim, coefficient->cells, 0, shape);
  PetscCall(LodHdf5WriteArray(file, "mask", H5T_NATIVE_UCHAR, (int)coefficient->dim, shape,
                              coefficient->mask));
  PetscCall(LodHdf5WriteText(file, "mask", "walls",
                             coefficient->dirichlet_walls ? "dirichlet" : "natural"));
  PetscFunctionReturn(0);
}
