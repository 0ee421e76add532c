/* coefficient.h5: reading with every defect named, writing. */
#include "io/coefficient_file.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "io/hdf5_private.h"
#include "io/mesh_attributes.h"

/* Reads and validates one dataset of an open file. */
static PetscErrorCode ReadDataset(LodHdf5Dataset *dataset, const LodMaskSource *mask,
                                  LodCoefficient *coefficient) {
  LodCoefficientLayout layout;
  double              *stored;
  char                 where[LOD_PATH_MAX + 512];

  PetscFunctionBeginUser;
  (void)snprintf(where, sizeof where, "%s: %s", dataset->file->path, dataset->name);
  PetscCall(LodCoefficientCheckLayout(dataset, where, PETSC_FALSE, &layout));
  const size_t    count = (size_t)LodCellCount(layout.dim, layout.cells) * (size_t)layout.stored;
  const PetscBool direct = (PetscBool)(layout.stored == layout.components);
  PetscCall(LodMemoryCheck((direct ? 1. : 2.) * (double)count * sizeof(double), where, ""));
  PetscCall(LodCoefficientCreateTensor(layout.dim, layout.cells, layout.components, coefficient));
  if (direct)
    stored = coefficient->values;
  else
    PetscCall(PetscMalloc1(count, &stored));
  PetscErrorCode error = LodHdf5DatasetRead(dataset, H5T_NATIVE_DOUBLE, stored);
  if (!error) error = LodCoefficientFromStored(&layout, stored, where, coefficient);
  if (!direct) PetscCall(PetscFree(stored));
  PetscCall(error);
  if (layout.boolean) PetscCall(PetscStrlcat(where, LOD_BOOLEANS_NOTE, sizeof where));
  PetscCall(LodMaskReadFrom(dataset->file, mask, coefficient));
  PetscCall(LodCoefficientValidate(coefficient, where));
  PetscFunctionReturn(0);
}

/* Of a file that has other datasets than the one that is taken if none is named says how to name
   one; what else is wrong with a name LodHdf5DatasetOpen says. */
static PetscErrorCode CheckDefault(LodHdf5 *file, const char *name) {
  PetscBool exists;
  char      reason[512];
  PetscFunctionBeginUser;
  PetscCall(LodHdf5Exists(file, name, &exists));
  LodCheckInput(exists || !file->datasets[0] || LodHdf5LinkReason(file, name, reason),
                "%s: no dataset '%s': the file holds %s; --dataset says which to take", file->path,
                name, file->datasets);
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoefficientReadFrom(LodHdf5 *file, const char *dataset, const LodMaskSource *mask,
                                      LodCoefficient *coefficient) {
  LodHdf5Dataset opened;

  PetscFunctionBeginUser;
  memset(coefficient, 0, sizeof *coefficient);
  if (!dataset) PetscCall(CheckDefault(file, "coefficient"));
  PetscErrorCode error = LodHdf5DatasetOpen(file, dataset ? dataset : "coefficient", &opened);
  if (!error) error = ReadDataset(&opened, mask, coefficient);
  PetscCall(LodHdf5DatasetClose(&opened));
  if (error) PetscCall(LodCoefficientDestroy(coefficient));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoefficientReadMasked(const char *path, const char *dataset,
                                        const LodMaskSource *mask, LodCoefficient *coefficient) {
  LodHdf5 file;

  PetscFunctionBeginUser;
  memset(coefficient, 0, sizeof *coefficient);
  PetscCall(LodHdf5Open(path, &file));
  PetscErrorCode error = LodCoefficientReadFrom(&file, dataset, mask, coefficient);
  PetscCall(LodHdf5Close(&file));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoefficientRead(const char *path, const char *dataset,
                                  LodCoefficient *coefficient) {
  PetscFunctionBeginUser;
  PetscCall(LodCoefficientReadMasked(path, dataset, NULL, coefficient));
  PetscFunctionReturn(0);
}

/* Whether a reader of the file would take the coefficient for another but for the attribute. */
static PetscBool NeedsDimension(const LodCoefficient *coefficient) {
  const PetscInt *cells = coefficient->cells;
  return (PetscBool)(coefficient->components > 1 ||
                     (coefficient->dim == 2 && PetscMin(cells[0], cells[1]) == 1) ||
                     (coefficient->dim == 3 && cells[0] == 2));
}

int LodCoefficientStoredShape(const LodCoefficient *coefficient, hsize_t shape[LOD_MAX_DIM + 2]) {
  const PetscInt dim = coefficient->dim;
  int            rank = (int)dim;
  LodMeshShape(dim, coefficient->cells, 0, shape);
  if (coefficient->components > 1) shape[rank++] = (hsize_t)dim;
  if (coefficient->components > dim) shape[rank++] = (hsize_t)dim;
  return rank;
}

PetscErrorCode LodCoefficientToStored(const LodCoefficient *coefficient, double **stored) {
  const PetscInt dim = coefficient->dim, cells = LodCoefficientCells(coefficient);
  const size_t   entries = (size_t)(dim * dim);

  PetscFunctionBeginUser;
  *stored = coefficient->values;
  if (coefficient->components <= dim) PetscFunctionReturn(0);
  PetscCall(PetscMalloc1((size_t)cells * entries, stored));
  for (PetscInt i = 0; i < cells; i++) {
    double tensor[LOD_MAX_DIM][LOD_MAX_DIM];
    LodCoefficientTensor(coefficient, i, tensor);
    for (size_t p = 0; p < entries; p++)
      (*stored)[(size_t)i * entries + p] = tensor[p / (size_t)dim][p % (size_t)dim];
  }
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoefficientLabel(const LodCoefficient *coefficient, const char *dataset,
                                   LodHdf5 *file) {
  PetscFunctionBeginUser;
  if (NeedsDimension(coefficient))
    PetscCall(LodHdf5WriteInt(file, dataset, "dimension", coefficient->dim));
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoefficientWriteTo(const LodCoefficient *coefficient, LodHdf5 *file) {
  double   *stored;
  hsize_t   shape[LOD_MAX_DIM + 2];
  const int rank = LodCoefficientStoredShape(coefficient, shape);

  PetscFunctionBeginUser;
  PetscCall(LodCoefficientToStored(coefficient, &stored));
  PetscErrorCode error =
      LodHdf5WriteArray(file, "coefficient", H5T_NATIVE_DOUBLE, rank, shape, stored);
  if (stored != coefficient->values) PetscCall(PetscFree(stored));
  PetscCall(error);
  PetscCall(LodCoefficientLabel(coefficient, "coefficient", file));
  PetscCall(LodMaskWriteTo(coefficient, file));
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoefficientWrite(const LodCoefficient *coefficient, const char *path,
                                   const char *made_by) {
  LodHdf5 file;

  PetscFunctionBeginUser;
  PetscCall(LodHdf5Create(path, &file));
  PetscErrorCode error = LodCoefficientWriteTo(coefficient, &file);
  if (!error) error = LodHdf5WriteText(&file, "/", "made_by", made_by);
  if (!error) error = LodHdf5WriteText(&file, "/", "version", LODNET_VERSION);
  if (error) PetscCall(LodHdf5Abort(&file));
  PetscCall(error);
  PetscCall(LodHdf5Commit(&file));
  PetscFunctionReturn(0);
}
