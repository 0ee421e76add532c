/* Training: pairs in, model out. */
#ifndef LODNET_TRAIN_H
#define LODNET_TRAIN_H

#include <lodnet/config.h>
#include <lodnet/model.h>
#include <lodnet/pairs.h>

/* Trains config->network on the training split with Adam, validates after each epoch and keeps the
   parameters of the best epoch. Writes `directory`/history.csv as it goes. Prints one line an epoch
   to stdout unless `quiet`. Same config and pairs, same bytes, for any number of threads. A loss
   that is not finite stops with an error that names epoch and step. */
PetscErrorCode LodTrain(const LodConfig *config, LodPairs *pairs, const char *directory,
                        PetscBool quiet, LodModel **model);

#endif
