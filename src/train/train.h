/* Training: pairs in, model out. */
#ifndef LODNET_TRAIN_TRAIN_H
#define LODNET_TRAIN_TRAIN_H

#include "base/error.h"
#include "nn/model.h"
#include "pairs/pairs.h"
#include "train/settings.h"

/* What training needs of a config (borrowed): `path` is what messages call it, `text` is kept in
   the model. */
typedef struct {
  const char              *path, *text;
  PetscInt64               seed;
  LodGrid                  grid;
  PetscInt                 n_families;
  const LodSampleSettings *families; /* [n_families] */
  LodNetworkSettings       network;
  LodTrainingSettings      training;
} LodTrainPlan;

/* How a training run is to go. */
typedef struct {
  const char *directory; /* for history.csv and checkpoint.h5 */
  PetscBool   resume;    /* go on from `directory`/checkpoint.h5 if it is there */
  PetscBool   quiet;
} LodTrainOptions;

/* Trains plan->network on the training split with Adam, validates after each epoch and keeps the
   parameters of the best epoch (if there are no validation pairs: of the lowest training loss).
   Writes history.csv as it goes, and checkpoint.h5 after each epoch and every checkpoint_minutes: a
   run that was killed and resumes ends with the same bytes as one that was not. Says one line an
   epoch (report.h) unless `quiet`. Losses are in units of S_T / s (model.h), whatever the
   normalisation, so that runs compare; those said are relative to history.trivial, the loss
   of a network whose output is 0, that is of the operators of a constant coefficient if baseline,
   else of none: 1 means that nothing was learned. Same config and pairs, same parameters, for any
   number of threads. A loss that is not finite, or ten times that of the first epoch, stops with an
   error that names epoch and step; the last good checkpoint stays. */
PetscErrorCode LodModelTrain(const LodTrainPlan *plan, LodPairs *pairs,
                             const LodTrainOptions *options, LodModel **model);

/* What to try if the trained model is bad: one line of hints from its plan and history. */
void LodTrainingAdvice(const LodTrainPlan *plan, const LodHistory *history,
                       char advice[LOD_MESSAGE_MAX]);

/* The checkpoint of runs in a directory; whoever has saved the trained model deletes it. */
PetscErrorCode LodCheckpointPath(const char *directory, char path[LOD_PATH_MAX]);

/* Fills in a cleared model before training: network with Glorot weights, signature and
   normalisation from the training pairs, plan, seed. */
PetscErrorCode LodModelPrepare(const LodTrainPlan *plan, LodPairs *pairs, LodModel *model);

#endif
