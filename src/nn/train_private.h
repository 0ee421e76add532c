/* Parts of a training run that tests look at too. */
#ifndef LODNET_NN_TRAIN_PRIVATE_H
#define LODNET_NN_TRAIN_PRIVATE_H

#include <lodnet/train.h>

/* Step size of an epoch, counted from 0: that of the last step of the schedule that has begun. */
double LodLearningRate(const LodTrainingSettings *settings, PetscInt epoch);

/* Writes history.csv, atomically. */
PetscErrorCode LodHistoryWrite(const LodHistory *history, const char *path);

/* Fills in a cleared model before training: network with Glorot weights, signature and
   normalisation from the training pairs, config, seed. */
PetscErrorCode LodModelPrepare(const LodConfig *config, LodPairs *pairs, PetscInt max_batch,
                               LodModel *model);

#endif
