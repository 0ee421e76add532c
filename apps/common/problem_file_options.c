/* What a problem file says in place of options. */
#include "base/error.h"
#include "common/options.h"

PetscErrorCode LodProblemOptionsReadFile(LodProblemOptions *options) {
  PetscFunctionBeginUser;
  if (!options->problem) PetscFunctionReturn(0);
  PetscCall(PetscNew(&options->file));
  PetscCall(LodProblemFileRead(options->problem, options->file));
  PetscFunctionReturn(0);
}

/* Takes cells per axis. */
static void TakeCells(const LodPlacedNumbers *said, PetscInt cells[LOD_MAX_DIM],
                      const char **where) {
  if (cells[0] || said->n == 0) return;
  for (PetscInt axis = 0; axis < said->n; axis++)
    cells[axis] = (PetscInt)said->numbers[axis];
  *where = said->where;
}

/* Takes the mesh. */
static void TakeMesh(const LodProblemFile *file, LodMeshOptions *mesh) {
  if (!mesh->mesh && file->mesh[0]) mesh->mesh = file->mesh;
  TakeCells(&file->coarse, mesh->coarse, &mesh->coarse_where);
  TakeCells(&file->fine, mesh->fine, &mesh->fine_where);
  if (!mesh->ell) mesh->ell = file->ell;
  if (mesh->extent[0] > 0 || file->extent.n == 0) return;
  for (PetscInt axis = 0; axis < file->extent.n; axis++)
    mesh->extent[axis] = file->extent.numbers[axis];
  mesh->extent_where = file->extent.where;
}

/* Takes what cells A is put on. */
static void TakeResample(const LodProblemFile *file, LodResampleOptions *resample) {
  if (resample->cells[0] || resample->pad) return;
  for (PetscInt axis = 0; axis < file->resample.n; axis++)
    resample->cells[axis] = (PetscInt)file->resample.numbers[axis];
  if (!resample->mean && file->resample_mean[0]) resample->mean = file->resample_mean;
  resample->pad = file->pad;
}

PetscErrorCode LodProblemOptionsTakeFile(LodProblemOptions *options, PetscBool learned) {
  const LodProblemFile *file = options->file;
  PetscFunctionBeginUser;
  if (!file) PetscFunctionReturn(0);
  if (!options->coefficient && file->coefficient[0]) {
    options->coefficient = file->coefficient;
    if (!options->dataset && file->dataset[0]) options->dataset = file->dataset;
  }
  LodCheckInput(options->coefficient,
                "%s: has no coefficient: give [coefficient] a file, or the command line one",
                file->path);
  TakeMesh(file, &options->mesh);
  TakeResample(file, &options->resample);
  if (!options->mask && file->mask[0]) options->mask = file->mask;
  if (!options->walls && file->walls.text[0]) {
    options->walls = file->walls.text;
    options->walls_where = file->walls.where;
  }
  if (options->n_rhs == 0 && file->rhs.text[0]) {
    options->rhs[0] = file->rhs.text;
    options->rhs_where = file->rhs.where;
  }
  if (!learned) PetscFunctionReturn(0);
  if (!options->model && file->model[0]) options->model = file->model;
  options->average = (PetscBool)(options->average || file->average);
  options->allow_range = (PetscBool)(options->allow_range || file->allow_range);
  PetscFunctionReturn(0);
}

PetscErrorCode LodProblemOptionsDestroy(LodProblemOptions *options) {
  PetscFunctionBeginUser;
  PetscCall(PetscFree(options->file));
  PetscFunctionReturn(0);
}

PetscErrorCode LodProblemPrintKeys(void) {
  PetscMPIInt rank;
  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(PETSC_COMM_WORLD, &rank));
  if (rank == 0) PetscCall(LodProblemFileWriteKeys(stdout));
  PetscFunctionReturn(0);
}
