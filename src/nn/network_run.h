/* Forward and backward through a network on oneDNN. What that takes beside the parameters lies in a
   run: buffers, primitives, and, once they are asked for, gradients. A run is for one caller at a
   time; different runs of one network may work in different threads at the same time. */
#ifndef LODNET_NN_NETWORK_RUN_H
#define LODNET_NN_NETWORK_RUN_H

#include "nn/network.h"

typedef struct LodNetworkRun LodNetworkRun;

/* A run with buffers for batches of up to `max_batch` samples; gradients and all else that only
   training needs are allocated when they are first used. The network is borrowed; its parameters
   may change between calls. */
PetscErrorCode LodNetworkRunCreate(const LodNetwork *network, PetscInt max_batch,
                                   LodNetworkRun **run);
PetscErrorCode LodNetworkRunDestroy(LodNetworkRun **run);

/* The gradient block, as long as the parameters (borrowed); NULL: no memory for it. */
float *LodNetworkGradients(LodNetworkRun *run);

/* out[batch][n_out] = Psi(inp[batch][n_in]); any batch size (it is cut into pieces of max_batch).
   The result for one sample does not depend on the others or on the number of threads. */
PetscErrorCode LodNetworkForward(LodNetworkRun *run, PetscInt batch, const float *inp, float *out);

/* The two stages apart, so that a piece that lies in many samples is encoded once:
   codes[n][code length] of values[n][encoder[0]], and out[batch][n_out] of inp[batch][..], for each
   piece what the head takes of its code, then its extras. Any n and batch. The same numbers as
   LodNetworkForward. */
PetscErrorCode LodNetworkEncode(LodNetworkRun *run, PetscInt n, const float *values, float *codes);
PetscErrorCode LodNetworkHead(LodNetworkRun *run, PetscInt batch, const float *inp, float *out);

/* The loss of one sample of a batch: takes the difference d[n_out] of its output and target in
   place to the gradient of J(d) and returns J(d). May be called by several threads. The last
   n_anchors samples of a batch, if any, are anchors: they have no target and no loss of their own,
   and of the output of each other sample that of anchor number anchor[sample] is subtracted. */
typedef struct {
  double (*apply)(const void *context, PetscInt sample, float *difference);
  const void     *context;
  PetscInt        n_anchors;
  const PetscInt *anchor; /* [batch - n_anchors], or NULL if there are none */
} LodNetworkLoss;

/* The mean over the samples with a loss of J(Psi(inp) - target) and its gradient with respect to
   every parameter, written to the gradient block (batch <= max_batch, anchors counted); J is
   `loss`, or 1/2 |d|^2 if that is NULL. Bitwise the same for any number of threads. */
PetscErrorCode LodNetworkBackward(LodNetworkRun *run, PetscInt batch, const float *inp,
                                  const float *target, const LodNetworkLoss *loss, double *mean);

#endif
