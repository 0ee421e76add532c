/* A dense feedforward network in single precision on oneDNN: affine layers, ReLU between, identity
   last. Parameters, gradients and Adam moments are one contiguous block each, layer after layer,
   weight[out][in] then bias[out]. */
#ifndef LODNET_NETWORK_H
#define LODNET_NETWORK_H

#include <lodnet/base.h>
#include <lodnet/config.h>

typedef struct LodNetwork LodNetwork;

/* A network of the given widths: width[0] inputs, width[n_layers] outputs. Buffers for batches of
   up to `max_batch` samples are allocated here, none later. Parameters are 0. */
PetscErrorCode LodNetworkCreate(PetscInt n_layers, const PetscInt *width, PetscInt max_batch,
                                LodNetwork **network);
PetscErrorCode LodNetworkDestroy(LodNetwork **network);

/* Glorot-uniform weights (X. Glorot, Y. Bengio, AISTATS 2010, eq. 16), zero biases; depends on the
   seed alone. */
PetscErrorCode LodNetworkInitialize(LodNetwork *network, PetscInt64 seed);

/* Number of layers, their widths (borrowed), number of parameters, and the blocks (borrowed). */
PetscInt        LodNetworkLayers(const LodNetwork *network);
const PetscInt *LodNetworkWidths(const LodNetwork *network);
PetscInt64      LodNetworkParameterCount(const LodNetwork *network);
float          *LodNetworkParameters(LodNetwork *network);
float          *LodNetworkGradients(LodNetwork *network);

/* out[batch][n_out] = Psi(inp[batch][n_in]); any batch size (it is cut into pieces of max_batch).
   The result for one sample does not depend on the others or on the number of threads. */
PetscErrorCode LodNetworkForward(LodNetwork *network, PetscInt batch, const float *inp, float *out);

/* Loss J = mean over the batch of 1/2 |Psi(inp) - target|^2 and its gradient with respect to every
   parameter, written to the gradient block (batch <= max_batch). Bitwise the same for any number of
   threads. */
PetscErrorCode LodNetworkBackward(LodNetwork *network, PetscInt batch, const float *inp,
                                  const float *target, double *loss);

/* One step of Adam (D. Kingma, J. Ba, ICLR 2015, algorithm 1); `step` counts from 1; first[] and
   second[] are the moments, as long as the parameters. */
PetscErrorCode LodNetworkAdam(LodNetwork *network, const LodTrainingSettings *settings, double rate,
                              PetscInt64 step, float *first, float *second);

#endif
