/* Training: pairs in, model out. */
#ifndef LODNET_TRAIN_H
#define LODNET_TRAIN_H

#include <lodnet/config.h>
#include <lodnet/model.h>
#include <lodnet/pairs.h>

/* Trains config->network on the training split with Adam, validates after each epoch and keeps the
   parameters of the best epoch (if there are no validation pairs: of the lowest training loss).
   Writes `directory`/history.csv as it goes. Prints one line an epoch to stdout unless `quiet`.
   Losses are in units of S_T, whatever the normalisation, so that runs compare. Same config and
   pairs, same parameters, for any number of threads. A loss that is not finite stops with an error
   that names epoch and step. */
PetscErrorCode LodTrain(const LodConfig *config, LodPairs *pairs, const char *directory,
                        PetscBool quiet, LodModel **model);

/* How well a model does on the coefficients of a split: for f = 1, relative L2 difference of the
   solution with learned operators to that with the exact ones of pairs.h5. errors[n] is allocated
   with PetscMalloc; the caller frees it. */
PetscErrorCode LodEvaluate(LodPairs *pairs, LodSplit split, LodModel *model, PetscBool quiet,
                           PetscInt *n, double **errors);

/* The exact local operators of the sample that *sample names, as pairs.h5 holds them (single
   precision); set_coefficient is not needed. Both arguments are borrowed. */
PetscErrorCode LodStoredCreate(LodPairs *pairs, LodSplit split, const PetscInt64 *sample,
                               LodLocalOperators **operators);

#endif
