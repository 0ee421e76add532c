/* The operators of an earlier solution file, for a run that starts from them. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/units.h"
#include "io/coefficient_file.h"
#include "io/mesh_attributes.h"
#include "io/solution_private.h"

/* Checks one mesh of an earlier solution against the present one. */
static PetscErrorCode CheckCells(LodHdf5 *file, const char *name, PetscInt dim,
                                 const PetscInt found[], const PetscInt wanted[]) {
  char has[LOD_CELLS_TEXT], wants[LOD_CELLS_TEXT];

  PetscFunctionBeginUser;
  LodCheckInput(LodCellsEqual(dim, found, wanted),
                "%s: has %s = %s, this run %s: previous operators serve the same mesh only",
                file->path, name, LodCellsText(dim, found, has), LodCellsText(dim, wanted, wants));
  PetscFunctionReturn(0);
}

/* Checks an earlier solution's meshes against the present ones. */
static PetscErrorCode CheckMesh(LodHdf5 *file, const LodGrid *grid) {
  LodGrid found = {.dim = grid->dim};

  PetscFunctionBeginUser;
  PetscCall(LodMeshAttributesRead(file, &found));
  PetscCall(CheckCells(file, "coarse", grid->dim, found.coarse, grid->coarse));
  PetscCall(CheckCells(file, "coefficient_cells", grid->dim, found.coefficient, grid->coefficient));
  PetscCall(CheckCells(file, "fine", grid->dim, found.fine, grid->fine));
  PetscCall(CheckCells(file, "ell", 1, &found.ell, &grid->ell));
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    LodCheckInput(found.extent[axis] == grid->extent[axis],
                  "%s: has the extent %.9g along %c, this run %.9g: previous operators serve the "
                  "same mesh only",
                  file->path, found.extent[axis], "xyz"[axis], grid -> extent[axis]);
  PetscFunctionReturn(0);
}

/* Checks one text of an earlier solution. */
static PetscErrorCode CheckText(LodHdf5 *file, const char *name, const char *wanted) {
  char *found = NULL;

  PetscFunctionBeginUser;
  PetscCall(LodHdf5ReadText(file, "/", name, &found));
  const PetscBool same = (PetscBool)(strcmp(found, wanted) == 0);
  char            text[64];
  (void)snprintf(text, sizeof text, "%s", found);
  PetscCall(PetscFree(found));
  LodCheckInput(same,
                "%s: has %s '%s', this run '%s': previous operators serve the same problem "
                "only",
                file->path, name, text, wanted);
  PetscFunctionReturn(0);
}

/* Checks that an earlier solution has operators of this grid by the exact method. */
static PetscErrorCode CheckPrevious(LodHdf5 *file, const LodGrid *grid) {
  PetscBool exists;
  char      faces[64];
  hsize_t   shape[LOD_MAX_DIM + 2];
  const int rank = LodSolutionOperatorsShape(grid, shape);

  PetscFunctionBeginUser;
  PetscCall(LodHdf5Exists(file, "solution", &exists));
  LodCheckInput(exists, "%s: is not a solution that lod-solve wrote", file->path);
  PetscCall(CheckText(file, "method", "lod"));
  PetscCall(LodHdf5Exists(file, "local_operators", &exists));
  LodCheckInput(exists, "%s: holds no local operators; make it with lod-solve --operators",
                file->path);
  PetscCall(CheckMesh(file, grid));
  PetscCall(LodSolutionNaturalFaces(grid, faces));
  PetscCall(CheckText(file, "natural", faces));
  PetscCall(LodHdf5CheckShape(file, "local_operators", rank, shape));
  PetscFunctionReturn(0);
}

/* Reads the operators; every entry must be finite. */
static PetscErrorCode ReadOperators(LodHdf5 *file, const LodGrid *grid, double **operators) {
  const size_t count = (size_t)LodGridCells(grid) * (size_t)LodGridOperatorSize(grid);
  char         where[LOD_PATH_MAX + 32];

  PetscFunctionBeginUser;
  (void)snprintf(where, sizeof where, "%s: local_operators", file->path);
  PetscCall(LodMemoryCheck((double)count * sizeof **operators, where, ""));
  PetscCall(PetscMalloc1(count, operators));
  PetscCall(LodHdf5ReadArray(file, "local_operators", H5T_NATIVE_DOUBLE, *operators));
  LodCheckInput(isfinite(LodUnitsLargest(count, *operators)),
                "%s: local_operators: not every entry is finite", file->path);
  PetscFunctionReturn(0);
}

/* Checks that the coefficient has the shape that the mesh beside it says. */
static PetscErrorCode CheckCoefficient(const char *path, const LodGrid *grid,
                                       const LodCoefficient *coefficient) {
  char has[LOD_CELLS_TEXT], wants[LOD_CELLS_TEXT];

  PetscFunctionBeginUser;
  LodCheckInput(coefficient->dim == grid->dim &&
                    LodCellsEqual(grid->dim, coefficient->cells, grid->coefficient),
                "%s: coefficient: has %" PetscInt_FMT " axes of %s cells, its operators are of "
                "%" PetscInt_FMT " axes of %s",
                path, coefficient->dim, LodCellsText(coefficient->dim, coefficient->cells, has),
                grid->dim, LodCellsText(grid->dim, grid->coefficient, wants));
  PetscFunctionReturn(0);
}

PetscErrorCode LodPreviousRead(const char *path, const LodGrid *grid, LodPrevious *previous) {
  LodHdf5 file;

  PetscFunctionBeginUser;
  *previous = (LodPrevious){.operators = NULL};
  PetscCall(LodHdf5Open(path, &file));
  PetscErrorCode error = CheckPrevious(&file, grid);
  if (!error) error = ReadOperators(&file, grid, &previous->operators);
  if (!error) error = LodCoefficientReadFrom(&file, NULL, NULL, &previous->coefficient);
  if (!error) error = CheckCoefficient(path, grid, &previous->coefficient);
  if (!error) error = LodRatesReadFrom(&file, &previous->coefficient);
  PetscCall(LodHdf5Close(&file));
  if (error) PetscCall(LodPreviousDestroy(previous));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodPreviousDestroy(LodPrevious *previous) {
  PetscFunctionBeginUser;
  PetscCall(PetscFree(previous->operators));
  PetscCall(LodCoefficientDestroy(&previous->coefficient));
  PetscFunctionReturn(0);
}
