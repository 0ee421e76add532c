/* How a network is trained. */
#ifndef LODNET_TRAIN_SETTINGS_H
#define LODNET_TRAIN_SETTINGS_H

#include "nn/network.h"

#define LOD_MAX_STEPS 16

/* What training minimises (src/train/loss.h). */
typedef enum { LOD_LOSS_ENTRIES, LOD_LOSS_ENERGY, LOD_LOSS_MOMENTS } LodLossKind;

typedef struct {
  /* 36; more, up to 300, if there are so few pairs that steps would be below 2000. */
  PetscInt epochs;
  PetscInt batch; /* pairs per mini-batch; 512, less, down to 32, below 32 pairs for each of it */
  /* Step-size schedule: rate[i] from epoch from[i] (0 = first) on; 1e-3 falling to 1e-5 in six
     steps over the epochs. */
  PetscInt    n_steps;
  PetscInt    step_from[LOD_MAX_STEPS];
  double      step_rate[LOD_MAX_STEPS];
  LodAdam     adam;               /* 0.9, 0.999, 1e-8 */
  double      checkpoint_minutes; /* at most that long between checkpoints; 0: every step; 5 */
  LodLossKind loss;          /* moments; energy needs zero_sums; entries if operators are large */
  double      moment_weight; /* of the moments in the loss of that name; 30 */
} LodTrainingSettings;

#endif
