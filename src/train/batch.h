/* Mini-batches: pairs as a model's network takes them. */
#ifndef LODNET_TRAIN_BATCH_H
#define LODNET_TRAIN_BATCH_H

#include "nn/anchors.h"
#include "nn/network_run.h"
#include "nn/row.h"
#include "pairs/pairs.h"
#include "train/loss.h"

/* Buffers for batches of up to `capacity` pairs. The rows of the anchors, if any, follow those of
   the pairs in `inp`, so that the network must take capacity + anchors.n samples. Model and pairs
   are borrowed. */
typedef struct {
  LodPairs       *pairs;
  const LodModel *model;
  LodGrid         grid;
  PetscInt        capacity, n_patch, n_inp, n_out;
  PetscInt        n_symmetries;     /* how many `order` and `turn` are there for: all, or 1 */
  LodRowOrder    *order;            /* [symmetry] */
  PetscInt      **nodes, **corners; /* [symmetry]: tables of LodSymmetryTable */
  double         *baseline;         /* LodBaselineCreate, or NULL */
  float          *patch, *raw; /* [capacity][n_patch], [capacity][n_out]: as the file has them */
  float  *inp, *target; /* [capacity + anchors.n][n_inp], [capacity][n_out]: as the network does */
  LodBox *inside;       /* [capacity] */
  LodAnchors anchors;   /* none (n = 0) unless the model is exact for constants */
  PetscInt  *anchor;    /* [capacity]: number of each sample's anchor */
  LodLoss   *loss;
} LodBatch;

/* `symmetric`: batches can be turned by all symmetries of the cube. Of the settings only the loss
   matters. */
PetscErrorCode LodBatchCreate(LodPairs *pairs, const LodModel *model,
                              const LodTrainingSettings *settings, PetscInt capacity,
                              PetscBool symmetric, LodBatch *batch);
PetscErrorCode LodBatchDestroy(LodBatch *batch);

/* Fills inp, target and inside with pairs index[0..n) of a split, pair i turned by symmetry[i];
   NULL: none is turned. */
PetscErrorCode LodBatchGather(LodBatch *batch, LodSplit split, PetscInt n, const PetscInt64 *index,
                              const PetscInt *symmetry);

/* The loss of the samples in `batch`, which is borrowed, and its anchors. */
LodNetworkLoss LodBatchLoss(const LodBatch *batch);

#endif
