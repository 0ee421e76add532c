/* A feedforward network in single precision on oneDNN: affine layers, an activation between,
   identity last.
   Parameters, gradients and Adam moments are one contiguous block each, layer after layer,
   weight[out][in] then bias[out]; the encoder's layers come first. */
#ifndef LODNET_NN_NETWORK_H
#define LODNET_NN_NETWORK_H

#include "nn/settings.h"

typedef struct LodNetwork LodNetwork;

/* What a network looks like. A sample is a row of n_pieces pieces, each encoder[0] values and then
   n_extras numbers that pass the encoder by. One encoder takes the values of every piece to its
   code; the head takes the codes, each followed by its piece's extras, to the output. The pieces
   fill a cube of 2 n_rings - 1 pieces per axis in `dim` dimensions, x fastest; of a piece that is r
   pieces away from the middle one (in the maximum norm) the head takes the first taken[r] numbers
   of the code. Without an encoder the head takes the sample as it is. The code is the encoder's
   last affine layer, without activation. */
typedef struct {
  LodActivation activation;
  PetscInt      n_encoder; /* layers of the encoder, 0: none */
  PetscInt      encoder[LOD_MAX_LAYERS + 2];
  PetscInt      dim, n_rings, taken[LOD_MAX_RINGS]; /* without encoder: 0, 0 */
  PetscInt      n_pieces, n_extras;                 /* without encoder: 1, 0 */
  PetscInt      n_head;                             /* layers of the head */
  PetscInt      head[LOD_MAX_LAYERS + 2];
} LodNetworkShape;

/* The shape of a plain network, a head alone: width[0] inputs, width[n_layers] outputs. */
LodNetworkShape LodNetworkPlainShape(PetscInt n_layers, const PetscInt *width);

/* Length of a sample's row, and of the head's input. */
PetscInt LodNetworkInputs(const LodNetworkShape *shape);
PetscInt LodNetworkHeadInputs(const LodNetworkShape *shape);

/* How many numbers of the code of piece `piece` the head takes. */
PetscInt LodNetworkTaken(const LodNetworkShape *shape, PetscInt piece);

/* A network of the given shape. Buffers for batches of up to `max_batch` samples are allocated
   here; gradients and all else that only training needs, when they are first used. Parameters are
   0. */
PetscErrorCode LodNetworkCreate(const LodNetworkShape *shape, PetscInt max_batch,
                                LodNetwork **network);
PetscErrorCode LodNetworkDestroy(LodNetwork **network);

/* Glorot-uniform weights (X. Glorot, Y. Bengio, AISTATS 2010, eq. 16), zero biases; depends on the
   seed alone. */
PetscErrorCode LodNetworkInitialize(LodNetwork *network, PetscInt64 seed);

/* The shape (borrowed), number of layers and sizes of one of them, number of parameters, and the
   blocks (borrowed); gradients are there once somebody asks for them (NULL: no memory for them). */
const LodNetworkShape *LodNetworkShapeOf(const LodNetwork *network);
PetscInt               LodNetworkLayers(const LodNetwork *network);
void       LodNetworkLayerSize(const LodNetwork *network, PetscInt layer, PetscInt *n_inp,
                               PetscInt *n_out);
PetscInt64 LodNetworkParameterCount(const LodNetwork *network);
float     *LodNetworkParameters(LodNetwork *network);
float     *LodNetworkGradients(LodNetwork *network);

/* out[batch][n_out] = Psi(inp[batch][n_in]); any batch size (it is cut into pieces of max_batch).
   The result for one sample does not depend on the others or on the number of threads. */
PetscErrorCode LodNetworkForward(LodNetwork *network, PetscInt batch, const float *inp, float *out);

/* The two stages apart, so that a piece that lies in many samples is encoded once:
   codes[n][code length] of values[n][encoder[0]], and out[batch][n_out] of inp[batch][..], for each
   piece what the head takes of its code, then its extras. Any n and batch. The same numbers as
   LodNetworkForward. */
PetscErrorCode LodNetworkEncode(LodNetwork *network, PetscInt n, const float *values, float *codes);
PetscErrorCode LodNetworkHead(LodNetwork *network, PetscInt batch, const float *inp, float *out);

/* A bound for every number that the encoder, or the head, computes from inputs of at most `largest`
   in absolute value. Where it exceeds what a float holds, numbers that are not finite may arise,
   and an activation may hide them again. */
double LodNetworkEncoderBound(const LodNetwork *network, double largest);
double LodNetworkHeadBound(const LodNetwork *network, double largest);

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
PetscErrorCode LodNetworkBackward(LodNetwork *network, PetscInt batch, const float *inp,
                                  const float *target, const LodNetworkLoss *loss, double *mean);

/* One step of Adam (D. Kingma, J. Ba, ICLR 2015, algorithm 1); `step` counts from 1; first[] and
   second[] are the moments, as long as the parameters. */
typedef struct {
  double beta1, beta2, epsilon;
} LodAdam;
PetscErrorCode LodNetworkAdam(LodNetwork *network, const LodAdam *adam, double rate,
                              PetscInt64 step, float *first, float *second);

#endif
