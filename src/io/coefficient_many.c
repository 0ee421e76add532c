/* Many coefficients in one dataset. */
#include "io/coefficient_many.h"

#include "io/coefficient_file.h"

PetscErrorCode LodCoefficientDataset(LodHdf5 *file, const char *given, const char **name) {
  PetscBool one, many = PETSC_FALSE;

  PetscFunctionBeginUser;
  *name = given ? given : "coefficient";
  if (given) PetscFunctionReturn(0);
  PetscCall(LodHdf5Exists(file, "coefficient", &one));
  if (!one) PetscCall(LodHdf5Exists(file, "coefficients", &many));
  if (many) *name = "coefficients";
  PetscFunctionReturn(0);
}

/* Makes dataset and attributes in the open file. */
static PetscErrorCode CreateDataset(LodHdf5 *file, PetscInt count, const LodCoefficient *like,
                                    const char *made_by) {
  hsize_t   dims[LOD_MAX_DIM + 3] = {(hsize_t)count}, most[LOD_MAX_DIM + 3] = {1};
  const int rank = 1 + LodCoefficientStoredShape(like, dims + 1);

  PetscFunctionBeginUser;
  for (int axis = 1; axis < rank; axis++)
    most[axis] = dims[axis];
  PetscCall(LodHdf5CreateChunked(file, "coefficients", H5T_NATIVE_DOUBLE, rank, dims, most, 0));
  PetscCall(LodCoefficientLabel(like, "coefficients", file));
  PetscCall(LodHdf5WriteText(file, "/", "made_by", made_by));
  PetscCall(LodHdf5WriteText(file, "/", "version", LODNET_VERSION));
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoefficientsBegin(const char *path, PetscInt count, const LodCoefficient *like,
                                    const char *made_by, LodHdf5Stream *stream) {
  PetscFunctionBeginUser;
  PetscCall(LodHdf5StreamBegin(path, stream));
  PetscErrorCode error = CreateDataset(stream->file, count, like, made_by);
  if (error) PetscCall(LodHdf5StreamAbort(stream));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoefficientsWrite(LodHdf5Stream *stream, PetscInt number,
                                    const LodCoefficient *coefficient) {
  double *stored;

  PetscFunctionBeginUser;
  PetscCall(LodCoefficientToStored(coefficient, &stored));
  PetscErrorCode error =
      LodHdf5WriteRows(stream->file, "coefficients", H5T_NATIVE_DOUBLE, (hsize_t)number, 1, stored);
  if (stored != coefficient->values) PetscCall(PetscFree(stored));
  PetscCall(error);
  PetscFunctionReturn(0);
}
