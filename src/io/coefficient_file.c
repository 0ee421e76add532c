/* coefficient.h5: reading with every defect named, writing. */
#include <lodnet/coefficient.h>
#include <lodnet/hdf5_file.h>
#include <string.h>

/* "(8, 9)" for messages; shape[rank], rank <= 8. */
static void ShapeText(int rank, const hsize_t *shape, char text[256]) {
  size_t used = (size_t)snprintf(text, 256, "(");
  for (int axis = 0; axis < rank; axis++)
    used += (size_t)snprintf(text + used, 256 - used, "%s%llu", axis ? ", " : "",
                             (unsigned long long)shape[axis]);
  snprintf(text + used, 256 - used, ")");
}

/* Checks that a dataset can be a coefficient, or with `count` a series of them along the first
   axis: floating point, 1 to 3 equal axes, not empty, not larger than an index can count. Returns
   the number of axes, cells per axis, and *count. */
static PetscErrorCode CheckShape(LodHdf5 *file, const char *name, PetscInt *count, PetscInt *dim,
                                 PetscInt *cells) {
  const int first = count ? 1 : 0; /* axis of the coefficient */
  hsize_t   shape[8];
  int       rank;
  char      text[256];
  PetscBool is_float;
  double    values = 1;

  PetscFunctionBeginUser;
  PetscCall(LodHdf5Shape(file, name, &rank, shape));
  ShapeText(rank, shape, text);
  LodCheckInput(rank >= first + 1 && rank <= first + 3,
                "%s: %s: shape %s has %d axes; a coefficient has 1, 2 or 3 (its dimension)%s",
                file->path, name, text, rank,
                count       ? ", many have one more in front"
                : rank == 4 ? "; for many use --many"
                            : "");
  for (int axis = 0; axis < rank; axis++) {
    LodCheckInput(shape[axis] > 0, "%s: %s: shape %s: the dataset is empty", file->path, name,
                  text);
    if (axis >= first) values *= (double)shape[axis];
  }
  for (int axis = first + 1; axis < rank; axis++)
    LodCheckInput(
        shape[axis] == shape[first],
        "%s: %s: shape %s is not square: a coefficient has as many cells along each axis%s",
        file->path, name, text, count ? "" : " (for many along the first use --many)");
  LodCheckInput(values < (double)PETSC_MAX_INT && shape[0] < PETSC_MAX_INT,
                "%s: %s: shape %s: too many cells", file->path, name, text);
  PetscCall(LodHdf5IsFloat(file, name, &is_float));
  LodCheckInput(is_float, "%s: %s: must hold float32 or float64 numbers", file->path, name);
  *dim = (PetscInt)(rank - first);
  *cells = (PetscInt)shape[first];
  if (count) *count = (PetscInt)shape[0];
  PetscFunctionReturn(0);
}

/* Reads and validates one dataset of an open file. */
static PetscErrorCode ReadDataset(LodHdf5 *file, const char *name, LodCoefficient *coefficient) {
  PetscInt dim = 0, cells = 0;
  char     where[LOD_PATH_MAX + 256];

  PetscFunctionBeginUser;
  PetscCall(CheckShape(file, name, NULL, &dim, &cells));
  PetscCall(LodCoefficientCreate(dim, cells, coefficient));
  PetscCall(LodHdf5ReadArray(file, name, H5T_NATIVE_DOUBLE, coefficient->values));
  snprintf(where, sizeof where, "%s: %s", file->path, name);
  PetscCall(LodCoefficientValidate(coefficient, where));
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoefficientRead(const char *path, const char *dataset,
                                  LodCoefficient *coefficient) {
  LodHdf5 file;

  PetscFunctionBeginUser;
  memset(coefficient, 0, sizeof *coefficient);
  PetscCall(LodHdf5Open(path, &file));
  PetscErrorCode error = ReadDataset(&file, dataset ? dataset : "coefficient", coefficient);
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
  for (PetscInt axis = 0; axis < coefficient->dim; axis++)
    shape[axis] = (hsize_t)coefficient->cells;
  PetscCall(LodHdf5Create(path, &file));
  PetscErrorCode error = LodHdf5WriteArray(&file, "coefficient", H5T_NATIVE_DOUBLE,
                                           (int)coefficient->dim, shape, coefficient->values);
  if (!error) error = LodHdf5WriteText(&file, "/", "made_by", made_by);
  if (!error) error = LodHdf5WriteText(&file, "/", "version", LODNET_VERSION);
  if (error) PetscCall(LodHdf5Abort(&file));
  PetscCall(error);
  PetscCall(LodHdf5Commit(&file));
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoefficientSeriesOpen(const char *path, const char *dataset,
                                        LodCoefficientSeries *series) {
  PetscFunctionBeginUser;
  memset(series, 0, sizeof *series);
  series->dataset = dataset ? dataset : "coefficient";
  PetscCall(PetscNew(&series->file));
  PetscErrorCode error = LodHdf5Open(path, series->file);
  if (error) PetscCall(PetscFree(series->file));
  PetscCall(error);
  error = CheckShape(series->file, series->dataset, &series->count, &series->dim, &series->cells);
  if (error) PetscCall(LodCoefficientSeriesClose(series));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoefficientSeriesRead(LodCoefficientSeries *series, PetscInt number,
                                        LodCoefficient *coefficient) {
  char where[LOD_PATH_MAX + 256];

  PetscFunctionBeginUser;
  PetscCall(LodHdf5ReadRows(series->file, series->dataset, H5T_NATIVE_DOUBLE, (hsize_t)number, 1,
                            coefficient->values));
  snprintf(where, sizeof where, "%s: %s[%" PetscInt_FMT "]", series->file->path, series->dataset,
           number);
  PetscCall(LodCoefficientValidate(coefficient, where));
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoefficientSeriesClose(LodCoefficientSeries *series) {
  PetscFunctionBeginUser;
  if (series->file) PetscCall(LodHdf5Close(series->file));
  PetscCall(PetscFree(series->file));
  PetscFunctionReturn(0);
}
