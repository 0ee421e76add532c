/* Many solutions in one file, written one by one. */
#include "io/mesh_attributes.h"
#include "io/solution_private.h"

/* Makes dataset and axes in the open file. */
static PetscErrorCode CreateDatasets(LodHdf5 *file, const LodSolution *kind, PetscInt samples,
                                     PetscInt n_rhs) {
  hsize_t dims[2 + LOD_MAX_DIM] = {(hsize_t)samples, (hsize_t)n_rhs};
  hsize_t most[2 + LOD_MAX_DIM] = {1, 1}; /* samples come one by one */

  PetscFunctionBeginUser;
  LodMeshShape(kind->grid->dim, kind->cells, 1, dims + 2);
  LodMeshShape(kind->grid->dim, kind->cells, 1, most + 2);
  PetscCall(LodHdf5CreateChunked(file, "solution", H5T_NATIVE_DOUBLE, 2 + (int)kind->grid->dim,
                                 dims, most, 0));
  PetscCall(LodSolutionWriteAxes(kind, file));
  if (kind->n_quantities > 0) {
    const hsize_t shape[3] = {(hsize_t)samples, (hsize_t)n_rhs, (hsize_t)kind->n_quantities};
    PetscCall(LodHdf5CreateChunked(file, "quantities", H5T_NATIVE_DOUBLE, 3, shape,
                                   (const hsize_t[3]){1, shape[1], shape[2]}, 0));
    PetscCall(LodSolutionWriteQuantityNames(kind, file));
  }
  PetscFunctionReturn(0);
}

PetscErrorCode LodSolutionSeriesBegin(const char *path, const LodSolution *kind, PetscInt samples,
                                      PetscInt n_rhs, LodSolutionSeries *series) {
  PetscFunctionBeginUser;
  PetscCall(LodHdf5StreamBegin(path, series));
  PetscErrorCode error = CreateDatasets(series->file, kind, samples, n_rhs);
  if (error) PetscCall(LodHdf5StreamAbort(series));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodSolutionSeriesWrite(LodSolutionSeries *series, PetscInt sample,
                                      const double *values) {
  PetscFunctionBeginUser;
  PetscCall(
      LodHdf5WriteRows(series->file, "solution", H5T_NATIVE_DOUBLE, (hsize_t)sample, 1, values));
  PetscFunctionReturn(0);
}

PetscErrorCode LodSolutionSeriesWriteQuantities(LodSolutionSeries *series, PetscInt sample,
                                                const double *quantities) {
  PetscFunctionBeginUser;
  PetscCall(LodHdf5WriteRows(series->file, "quantities", H5T_NATIVE_DOUBLE, (hsize_t)sample, 1,
                             quantities));
  PetscFunctionReturn(0);
}

PetscErrorCode LodSolutionSeriesCommit(LodSolutionSeries *series, const LodSolution *kind) {
  PetscFunctionBeginUser;
  PetscErrorCode error = LodSolutionWriteAttributes(kind, series->file);
  if (error) PetscCall(LodHdf5StreamAbort(series));
  PetscCall(error);
  PetscCall(LodHdf5StreamCommit(series));
  PetscFunctionReturn(0);
}
