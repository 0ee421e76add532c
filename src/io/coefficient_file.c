/* coefficient.h5: reading with every defect named, writing. */
#include "io/coefficient_file.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "io/mesh_attributes.h"

/* "(8, 9)" for messages; shape[rank], rank <= 8. */
static void ShapeText(int rank, const hsize_t *shape, char text[256]) {
  size_t used = (size_t)snprintf(text, 256, "(");
  for (int axis = 0; axis < rank; axis++)
    used += (size_t)snprintf(text + used, 256 - used, "%s%llu", axis ? ", " : "",
                             (unsigned long long)shape[axis]);
  snprintf(text + used, 256 - used, ")");
}

/* Finds the dimension and cells per axis that the last axes of a shape make, x being the last;
   (1, n) and (n, 1), which is how MATLAB writes lists, are n cells in one dimension unless `keep`.
 */
static PetscErrorCode FindCells(const char *where, const char *text, int n_axes,
                                const hsize_t *shape, PetscBool keep,
                                LodCoefficientLayout *layout) {
  double values = 1;

  PetscFunctionBeginUser;
  for (int axis = 0; axis < n_axes; axis++) {
    LodCheckInput(shape[axis] > 0, "%s: shape %s: the dataset is empty", where, text);
    values *= (double)shape[axis];
  }
  LodCheckInput(values < (double)PETSC_MAX_INT, "%s: shape %s: too many cells", where, text);
  layout->dim = n_axes;
  for (int axis = 0; axis < LOD_MAX_DIM; axis++)
    layout->cells[axis] = axis < n_axes ? (PetscInt)shape[n_axes - 1 - axis] : 1;
  if (!keep && n_axes == 2 && shape[0] != shape[1] && PetscMin(shape[0], shape[1]) == 1) {
    layout->dim = 1;
    layout->cells[0] = (PetscInt)values;
    layout->cells[1] = 1;
  }
  PetscFunctionReturn(0);
}

/* Whether a dataset says of itself that it is a strip of cells in two dimensions. */
static PetscErrorCode IsStrip(const LodHdf5Dataset *dataset, int n_axes, PetscBool *strip) {
  PetscInt64 dim;
  PetscFunctionBeginUser;
  *strip = PETSC_FALSE;
  if (n_axes != 2) PetscFunctionReturn(0);
  PetscCall(LodHdf5HasAttribute(dataset->file, dataset->name, "dimension", strip));
  if (!*strip) PetscFunctionReturn(0);
  PetscCall(LodHdf5ReadInt(dataset->file, dataset->name, "dimension", &dim));
  *strip = (PetscBool)(dim == 2);
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoefficientCheckLayout(const LodHdf5Dataset *dataset, const char *where,
                                         PetscBool many, LodCoefficientLayout *layout) {
  const int first = many ? 1 : 0; /* axis of the coefficient */
  const int rank = dataset->rank;
  PetscBool strip;
  char      text[256];

  PetscFunctionBeginUser;
  LodCheckInput(rank <= 8, "%s: has %d axes; a coefficient has 1, 2 or 3 (its dimension)", where,
                rank);
  ShapeText(rank, dataset->dims, text);
  LodCheckInput(rank >= first + 1 && rank <= first + 3,
                "%s: shape %s has %d axes; a coefficient has 1, 2 or 3 (its dimension)%s", where,
                text, rank,
                many        ? ", many have one more in front"
                : rank == 4 ? "; for many use --many"
                            : "");
  *layout = (LodCoefficientLayout){.count = 1, .boolean = (PetscBool)(dataset->kind == H5T_ENUM)};
  if (many) {
    LodCheckInput(dataset->dims[0] > 0, "%s: shape %s: the dataset is empty", where, text);
    LodCheckInput(dataset->dims[0] < PETSC_MAX_INT, "%s: shape %s: too many coefficients", where,
                  text);
    layout->count = (PetscInt)dataset->dims[0];
  }
  PetscCall(IsStrip(dataset, rank - first, &strip));
  PetscCall(FindCells(where, text, rank - first, dataset->dims + first, strip, layout));
  PetscFunctionReturn(0);
}

/* Reads and validates one dataset of an open file. */
static PetscErrorCode ReadDataset(LodHdf5Dataset *dataset, LodCoefficient *coefficient) {
  LodCoefficientLayout layout;
  char                 where[LOD_PATH_MAX + 512];

  PetscFunctionBeginUser;
  (void)snprintf(where, sizeof where, "%s: %s", dataset->file->path, dataset->name);
  PetscCall(LodCoefficientCheckLayout(dataset, where, PETSC_FALSE, &layout));
  PetscCall(
      LodMemoryCheck(sizeof(double) * (double)LodCellCount(layout.dim, layout.cells), where, ""));
  PetscCall(LodCoefficientCreate(layout.dim, layout.cells, coefficient));
  PetscCall(LodHdf5DatasetRead(dataset, H5T_NATIVE_DOUBLE, coefficient->values));
  if (layout.boolean) PetscCall(PetscStrlcat(where, LOD_BOOLEANS_NOTE, sizeof where));
  PetscCall(LodCoefficientValidate(coefficient, where));
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoefficientRead(const char *path, const char *dataset,
                                  LodCoefficient *coefficient) {
  LodHdf5        file;
  LodHdf5Dataset opened;

  PetscFunctionBeginUser;
  memset(coefficient, 0, sizeof *coefficient);
  PetscCall(LodHdf5Open(path, &file));
  PetscErrorCode error = LodHdf5DatasetOpen(&file, dataset ? dataset : "coefficient", &opened);
  if (!error) error = ReadDataset(&opened, coefficient);
  PetscCall(LodHdf5DatasetClose(&opened));
  if (error) PetscCall(LodCoefficientDestroy(coefficient));
  PetscCall(LodHdf5Close(&file));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoefficientWrite(const LodCoefficient *coefficient, const char *path,
                                   const char *made_by) {
  LodHdf5 file;
  hsize_t shape[LOD_MAX_DIM];

  PetscFunctionBeginUser;
  LodMeshShape(coefficient->dim, coefficient->cells, 0, shape);
  PetscCall(LodHdf5Create(path, &file));
  PetscErrorCode error = LodHdf5WriteArray(&file, "coefficient", H5T_NATIVE_DOUBLE,
                                           (int)coefficient->dim, shape, coefficient->values);
  if (!error && coefficient->dim == 2 &&
      PetscMin(coefficient->cells[0], coefficient->cells[1]) == 1)
    error = LodHdf5WriteInt(&file, "coefficient", "dimension", 2);
  if (!error) error = LodHdf5WriteText(&file, "/", "made_by", made_by);
  if (!error) error = LodHdf5WriteText(&file, "/", "version", LODNET_VERSION);
  if (error) PetscCall(LodHdf5Abort(&file));
  PetscCall(error);
  PetscCall(LodHdf5Commit(&file));
  PetscFunctionReturn(0);
}
