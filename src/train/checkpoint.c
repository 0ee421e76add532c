/* checkpoint.h5: everything that a training run needs to go on as if it had not stopped. */
#include <math.h>

#include "base/error.h"
#include "io/hdf5_file.h"
#include "io/history.h"
#include "io/settings_text.h"
#include "train/state.h"

/* Writes the arrays over all parameters. */
static PetscErrorCode WriteArrays(LodHdf5 *file, const LodModel *model,
                                  const LodTrainingState *state) {
  const hsize_t count = (hsize_t)LodNetworkParameterCount(model->network);
  const hsize_t shape[] = {(hsize_t)model->history.epochs, LOD_HISTORY_COLUMNS};
  PetscFunctionBeginUser;
  PetscCall(LodHdf5WriteArray(file, "parameters", H5T_NATIVE_FLOAT, 1, &count,
                              LodNetworkParameters(model->network)));
  PetscCall(LodHdf5WriteArray(file, "first_moment", H5T_NATIVE_FLOAT, 1, &count, state->first));
  PetscCall(LodHdf5WriteArray(file, "second_moment", H5T_NATIVE_FLOAT, 1, &count, state->second));
  PetscCall(LodHdf5WriteArray(file, "best", H5T_NATIVE_FLOAT, 1, &count, state->best));
  if (shape[0])
    PetscCall(
        LodHdf5WriteArray(file, "history", H5T_NATIVE_DOUBLE, 2, shape, model->history.history));
  PetscFunctionReturn(0);
}

/* Writes everything. */
static PetscErrorCode WriteContents(LodHdf5 *file, const LodModel *model,
                                    const LodTrainingState *state) {
  PetscFunctionBeginUser;
  PetscCall(WriteArrays(file, model, state));
  PetscCall(LodHdf5WriteText(file, "/", "config", model->config));
  PetscCall(LodHdf5WriteText(file, "/", "version", LODNET_VERSION));
  PetscCall(LodHdf5WriteInt(file, "/", "epochs", model->history.epochs));
  PetscCall(LodHdf5WriteInt(file, "/", "best_epoch", model->history.best_epoch));
  PetscCall(LodHdf5WriteInt(file, "/", "begin", state->begin));
  PetscCall(LodHdf5WriteInt(file, "/", "step", state->step));
  PetscCall(LodHdf5WriteDouble(file, "/", "sum", state->sum));
  PetscCall(LodHdf5WriteDouble(file, "/", "seconds", state->seconds));
  PetscCall(LodHdf5WriteDouble(file, "/", "best_loss", state->best_loss));
  PetscFunctionReturn(0);
}

PetscErrorCode LodCheckpointWrite(const char *path, const LodModel *model,
                                  const LodTrainingState *state) {
  LodHdf5 file;
  PetscFunctionBeginUser;
  PetscCall(LodHdf5Create(path, &file));
  PetscErrorCode error = WriteContents(&file, model, state);
  if (error) PetscCall(LodHdf5Abort(&file));
  PetscCall(error);
  PetscCall(LodHdf5Commit(&file));
  PetscFunctionReturn(0);
}

/* Reads one array of numbers, one a parameter, all finite. */
static PetscErrorCode ReadParameters(LodHdf5 *file, const char *name, PetscInt64 count,
                                     float *values) {
  hsize_t   shape[8];
  int       rank;
  PetscBool finite = PETSC_TRUE;
  PetscFunctionBeginUser;
  PetscCall(LodHdf5Shape(file, name, &rank, shape));
  LodCheckInput(rank == 1 && shape[0] == (hsize_t)count, "%s: %s: must have %lld numbers",
                file->path, name, (long long)count);
  PetscCall(LodHdf5ReadArray(file, name, H5T_NATIVE_FLOAT, values));
  for (PetscInt64 i = 0; i < count; i++)
    if (!isfinite(values[i])) finite = PETSC_FALSE;
  LodCheckInput(finite, "%s: %s: not every number is finite", file->path, name);
  PetscFunctionReturn(0);
}

/* Reads history and its best epoch; the rows that a run of `most` epochs can have are allocated. */
static PetscErrorCode ReadHistory(LodHdf5 *file, PetscInt most, LodHistory *history) {
  PetscInt64 epochs, best;
  hsize_t    shape[8];
  int        rank;
  PetscFunctionBeginUser;
  PetscCall(LodHdf5ReadBounded(file, "/", "epochs", 0, most, &epochs));
  PetscCall(LodHdf5ReadBounded(file, "/", "best_epoch", 0, epochs, &best));
  history->epochs = (PetscInt)epochs;
  history->best_epoch = (PetscInt)best;
  if (epochs == 0) PetscFunctionReturn(0);
  PetscCall(LodHdf5Shape(file, "history", &rank, shape));
  LodCheckInput(rank == 2 && shape[0] == (hsize_t)epochs && shape[1] == LOD_HISTORY_COLUMNS,
                "%s: history: must have %lld rows of %d numbers", file->path, (long long)epochs,
                LOD_HISTORY_COLUMNS);
  PetscCall(LodHdf5ReadArray(file, "history", H5T_NATIVE_DOUBLE, history->history));
  PetscFunctionReturn(0);
}

/* Checks whose checkpoint it is. */
static PetscErrorCode CheckConfig(LodHdf5 *file, const LodModel *model) {
  char *text = NULL;
  PetscFunctionBeginUser;
  PetscCall(LodHdf5ReadText(file, "/", "config", &text));
  PetscErrorCode error = LodTextCheckSame(file->path, text, model->config,
                                          "choose another --output or train without --resume");
  PetscCall(PetscFree(text));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Reads everything. */
static PetscErrorCode ReadContents(LodHdf5 *file, PetscInt epochs, LodModel *model,
                                   LodTrainingState *state) {
  const PetscInt64 count = LodNetworkParameterCount(model->network);
  PetscFunctionBeginUser;
  PetscCall(CheckConfig(file, model));
  PetscCall(ReadParameters(file, "parameters", count, LodNetworkParameters(model->network)));
  PetscCall(ReadParameters(file, "first_moment", count, state->first));
  PetscCall(ReadParameters(file, "second_moment", count, state->second));
  PetscCall(ReadParameters(file, "best", count, state->best));
  PetscCall(ReadHistory(file, epochs, &model->history));
  PetscCall(LodHdf5ReadBounded(file, "/", "begin", 0, INT64_MAX, &state->begin));
  PetscCall(LodHdf5ReadBounded(file, "/", "step", 0, INT64_MAX, &state->step));
  PetscCall(LodHdf5ReadFinite(file, "/", "sum", PETSC_FALSE, &state->sum));
  PetscCall(LodHdf5ReadFinite(file, "/", "seconds", PETSC_FALSE, &state->seconds));
  PetscCall(LodHdf5ReadFinite(file, "/", "best_loss", PETSC_FALSE, &state->best_loss));
  PetscFunctionReturn(0);
}

PetscErrorCode LodCheckpointRead(const char *path, PetscInt epochs, LodModel *model,
                                 LodTrainingState *state) {
  LodHdf5 file;
  PetscFunctionBeginUser;
  PetscCall(LodHdf5Open(path, &file));
  PetscErrorCode error = ReadContents(&file, epochs, model, state);
  PetscCall(LodHdf5Close(&file));
  PetscCall(error);
  PetscFunctionReturn(0);
}
