/* Many coefficients in one dataset. */
#include "io/coefficient_many.h"

#include "io/mesh_attributes.h"

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
static PetscErrorCode CreateDataset(LodHdf5 *file, PetscInt count, PetscInt dim,
                                    const PetscInt cells[], const char *made_by) {
  hsize_t dims[1 + LOD_MAX_DIM] = {(hsize_t)count}, most[1 + LOD_MAX_DIM] = {1};

  PetscFunctionBeginUser;
  LodMeshShape(dim, cells, 0, dims + 1);
  LodMeshShape(dim, cells, 0, most + 1);
  PetscCall(
      LodHdf5CreateChunked(file, "coefficients", H5T_NATIVE_DOUBLE, 1 + (int)dim, dims, most, 0));
  if (dim == 2 && PetscMin(cells[0], cells[1]) == 1)
    PetscCall(LodHdf5WriteInt(file, "coefficients", "dimension", 2));
  PetscCall(LodHdf5WriteText(file, "/", "made_by", made_by));
  PetscCall(LodHdf5WriteText(file, "/", "version", LODNET_VERSION));
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoefficientsBegin(const char *path, PetscInt count, PetscInt dim,
                                    const PetscInt cells[], const char *made_by,
                                    LodHdf5Stream *stream) {
  PetscFunctionBeginUser;
  PetscCall(LodHdf5StreamBegin(path, stream));
  PetscErrorCode error = CreateDataset(stream->file, count, dim, cells, made_by);
  if (error) PetscCall(LodHdf5StreamAbort(stream));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoefficientsWrite(LodHdf5Stream *stream, PetscInt number,
                                    const LodCoefficient *coefficient) {
  PetscFunctionBeginUser;
  PetscCall(LodHdf5WriteRows(stream->file, "coefficients", H5T_NATIVE_DOUBLE, (hsize_t)number, 1,
                             coefficient->values));
  PetscFunctionReturn(0);
}
