/* Patches of a constant coefficient, one for each way in which the patches of a grid are cut: what
   a network says of them is subtracted from what it says of others, so that the learned operator of
   a constant is exact (model.h, exact_constants). */
#ifndef LODNET_NN_ANCHORS_H
#define LODNET_NN_ANCHORS_H

#include "nn/model.h"

typedef struct {
  PetscInt n;
  LodBox  *inside; /* [n]: LodGridInsideNodes */
  float   *rows;   /* [n][LodNetworkInputs]: LodModelRow */
} LodAnchors;

/* The anchors of a grid for a model's network. */
PetscErrorCode LodAnchorsCreate(const LodGrid *grid, const LodModel *model, LodAnchors *anchors);
PetscErrorCode LodAnchorsDestroy(LodAnchors *anchors);

/* The number of the anchor that is cut as `inside` says; -1 if there is none. */
PetscInt LodAnchorsFind(const LodAnchors *anchors, const LodBox *inside);

#endif
