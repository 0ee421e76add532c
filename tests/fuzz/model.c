/* Trained models. */
#include <math.h>
#include <unistd.h>

#include "config/config.h"
#include "io/history.h"
#include "hdf5_changes.h"
#include "training_files.h"

const char fuzz_hdf5_seeds[] = "tests/fuzz/seeds/model/*.h5";

PetscBool FuzzHdf5Base(size_t number, const char *path) {
  static LodConfig config;
  char             pairs_path[LOD_PATH_MAX];
  LodPairs        *pairs;
  LodModel        *model;
  if (number > 1) return PETSC_FALSE;
  FuzzConfig((PetscBool)number, &config);
  FuzzPath("pairs.h5", pairs_path);
  FuzzPairs(&config, pairs_path);
  FuzzOk(LodPairsOpen(pairs_path, &pairs));
  FuzzOk(PetscNew(&model));
  FuzzOk(LodConfigPrepareModel(&config, pairs, 4, model));
  model->history.epochs = model->history.best_epoch = 1;
  FuzzOk(PetscCalloc1(LOD_HISTORY_COLUMNS, &model->history.history));
  FuzzOk(LodModelWrite(model, path));
  FuzzOk(LodModelDestroy(&model));
  FuzzOk(LodPairsClose(&pairs));
  unlink(pairs_path);
  return PETSC_TRUE;
}

void FuzzHdf5Read(const char *path) {
  LodModel *model;
  if (!FuzzAccepted(LodModelRead(path, 4, &model))) return;
  const float *parameters = LodNetworkParameters(model->network);
  for (PetscInt64 i = 0; i < LodNetworkParameterCount(model->network); i++)
    if (!isfinite(parameters[i])) FuzzFail("parameter %lld is not finite", (long long)i);
  FuzzOk(LodModelDestroy(&model));
}
