/* Parts of a training run that its files share, and that tests look at. */
#ifndef LODNET_TRAIN_STATE_H
#define LODNET_TRAIN_STATE_H

#include "nn/model.h"
#include "train/settings.h"

/* Where a training run stands, beside the model's parameters and history. The order of pairs and
   how they are turned follow from seed, epoch and place, so that no other random state is needed.
 */
typedef struct {
  PetscInt64 begin;          /* next pair of the present epoch's order */
  PetscInt64 step;           /* steps of Adam so far */
  double     sum;            /* of the losses of the pairs before `begin` */
  double     seconds;        /* of all runs before this one */
  double     best_loss;      /* of the history's best epoch */
  float     *first, *second; /* Adam's moments */
  float     *best;           /* parameters of the best epoch */
} LodTrainingState;

/* Writes a checkpoint, atomically, and reads it into a prepared model, whose history has room for
   `epochs` rows, and state. One that belongs to another config is an input error that names the
   first setting that differs. */
PetscErrorCode LodCheckpointWrite(const char *path, const LodModel *model,
                                  const LodTrainingState *state);
PetscErrorCode LodCheckpointRead(const char *path, PetscInt epochs, LodModel *model,
                                 LodTrainingState *state);

/* Step size of an epoch, counted from 0: that of the last step of the schedule that has begun. */
double LodTrainingRate(const LodTrainingSettings *settings, PetscInt epoch);

#endif
