/* Checkpoints of a training run. */
#include <math.h>
#include <unistd.h>

#include "config/config.h"
#include "io/history.h"
#include "train/state.h"
#include "hdf5_changes.h"
#include "training_files.h"

const char fuzz_hdf5_seeds[] = "tests/fuzz/seeds/checkpoint/*.h5";

enum { N_MODELS = 2 };
static struct {
  LodConfig        config;
  LodModel        *model;
  LodTrainingState state;
} runs[N_MODELS];

PetscBool FuzzHdf5Base(size_t number, const char *path) {
  char      pairs_path[LOD_PATH_MAX];
  LodPairs *pairs;
  if (number >= N_MODELS) return PETSC_FALSE;
  LodConfig        *config = &runs[number].config;
  LodTrainingState *state = &runs[number].state;
  FuzzConfig((PetscBool)number, config);
  FuzzPath("pairs.h5", pairs_path);
  FuzzPairs(config, pairs_path);
  FuzzOk(LodPairsOpen(pairs_path, &pairs));
  FuzzOk(PetscNew(&runs[number].model));
  LodModel *model = runs[number].model;
  FuzzOk(LodConfigPrepareModel(config, pairs, 4, model));
  const size_t count = (size_t)LodNetworkParameterCount(model->network);
  FuzzOk(PetscCalloc3(count, &state->first, count, &state->second, count, &state->best));
  FuzzOk(PetscCalloc1(config->training.epochs * LOD_HISTORY_COLUMNS, &model->history.history));
  model->history.epochs = 2;
  model->history.best_epoch = 1;
  FuzzOk(LodCheckpointWrite(path, model, state));
  FuzzOk(LodPairsClose(&pairs));
  unlink(pairs_path);
  return PETSC_TRUE;
}

/* Reads it as the checkpoint of one of the runs. */
static void ReadAs(size_t number, const char *path) {
  const PetscInt    epochs = runs[number].config.training.epochs;
  LodTrainingState *state = &runs[number].state;
  LodModel         *model = runs[number].model;
  if (!FuzzAccepted(LodCheckpointRead(path, epochs, model, state))) return;
  if (model->history.epochs < 0 || model->history.epochs > epochs || state->begin < 0)
    FuzzFail("a place that no run has");
  if (!isfinite(state->sum) || !isfinite(state->seconds)) FuzzFail("a sum that is not finite");
  const float *parameters = LodNetworkParameters(model->network);
  for (PetscInt64 i = 0; i < LodNetworkParameterCount(model->network); i++)
    if (!isfinite(parameters[i])) FuzzFail("parameter %lld is not finite", (long long)i);
}

void FuzzHdf5Read(const char *path) {
  for (size_t number = 0; number < N_MODELS; number++)
    ReadAs(number, path);
}
