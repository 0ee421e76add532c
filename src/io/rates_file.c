/* The reaction and the rates of Robin faces beside a coefficient in a file. */
#include "grid/faces.h"
#include "io/coefficient_file.h"

/* The shape of a dataset over a box of cells: x is last. */
static void BoxShape(const LodBox *box, hsize_t shape[LOD_MAX_DIM]) {
  for (PetscInt axis = 0; axis < box->dim; axis++)
    shape[box->dim - 1 - axis] = (hsize_t)box->size[axis];
}

/* Writes one dataset, if there is one. */
static PetscErrorCode WriteRates(LodHdf5 *file, const char *name, const LodBox *box,
                                 const double *rates) {
  hsize_t shape[LOD_MAX_DIM];

  PetscFunctionBeginUser;
  if (!rates) PetscFunctionReturn(0);
  BoxShape(box, shape);
  PetscCall(LodHdf5WriteArray(file, name, H5T_NATIVE_DOUBLE, (int)box->dim, shape, rates));
  PetscFunctionReturn(0);
}

/* Reads one dataset, if the file has it. */
static PetscErrorCode ReadRates(LodHdf5 *file, const char *name, const LodBox *box,
                                double **rates) {
  hsize_t   shape[LOD_MAX_DIM];
  PetscBool exists;

  PetscFunctionBeginUser;
  PetscCall(LodHdf5Exists(file, name, &exists));
  if (!exists) PetscFunctionReturn(0);
  BoxShape(box, shape);
  PetscCall(LodHdf5CheckShape(file, name, (int)box->dim, shape));
  PetscCall(PetscMalloc1((size_t)LodBoxCount(box), rates));
  PetscCall(LodHdf5ReadArray(file, name, H5T_NATIVE_DOUBLE, *rates));
  PetscFunctionReturn(0);
}

/* "robin_left" of the face at `side` of `axis`. */
static const char *RobinName(PetscInt axis, PetscInt side, char name[32]) {
  (void)snprintf(name, 32, "robin_%s", lod_face_names[axis][side]);
  return name;
}

PetscErrorCode LodRatesWriteTo(const LodCoefficient *coefficient, LodHdf5 *file) {
  const LodBox all = LodBoxCells(coefficient->dim, coefficient->cells);
  char         name[32];

  PetscFunctionBeginUser;
  PetscCall(WriteRates(file, "reaction", &all, coefficient->reaction));
  for (PetscInt axis = 0; axis < coefficient->dim; axis++)
    for (PetscInt side = 0; side < 2; side++) {
      const LodBox face = LodCoefficientFaceBox(coefficient, axis, side);
      PetscCall(
          WriteRates(file, RobinName(axis, side, name), &face, coefficient->robin[axis][side]));
    }
  PetscFunctionReturn(0);
}

PetscErrorCode LodRatesReadFrom(LodHdf5 *file, LodCoefficient *coefficient) {
  const LodBox all = LodBoxCells(coefficient->dim, coefficient->cells);
  char         name[32];

  PetscFunctionBeginUser;
  PetscCall(ReadRates(file, "reaction", &all, &coefficient->reaction));
  for (PetscInt axis = 0; axis < coefficient->dim; axis++)
    for (PetscInt side = 0; side < 2; side++) {
      const LodBox face = LodCoefficientFaceBox(coefficient, axis, side);
      PetscCall(
          ReadRates(file, RobinName(axis, side, name), &face, &coefficient->robin[axis][side]));
    }
  PetscCall(LodCoefficientValidate(coefficient, file->path));
  PetscFunctionReturn(0);
}
