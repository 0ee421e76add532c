/* A feedforward network in single precision: affine layers, an activation between, identity last.
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

/* A network of the given shape: its parameters, which are 0. What computes with them
   (network_run.h) only reads them, so that one network serves any number of runs and threads. */
PetscErrorCode LodNetworkCreate(const LodNetworkShape *shape, LodNetwork **network);
PetscErrorCode LodNetworkDestroy(LodNetwork **network);

/* Glorot-uniform weights (X. Glorot, Y. Bengio, AISTATS 2010, eq. 16), zero biases; depends on the
   seed alone. */
PetscErrorCode LodNetworkInitialize(LodNetwork *network, PetscInt64 seed);

/* The shape (borrowed), number of layers and sizes of one of them, number of parameters, and their
   block (borrowed). */
const LodNetworkShape *LodNetworkShapeOf(const LodNetwork *network);
PetscInt               LodNetworkLayers(const LodNetwork *network);
void       LodNetworkLayerSize(const LodNetwork *network, PetscInt layer, PetscInt *n_inp,
                               PetscInt *n_out);
PetscInt64 LodNetworkParameterCount(const LodNetwork *network);
float     *LodNetworkParameters(LodNetwork *network);

/* A bound for every number that the encoder, or the head, computes from inputs of at most `largest`
   in absolute value. Where it exceeds what a float holds, numbers that are not finite may arise,
   and an activation may hide them again. */
double LodNetworkEncoderBound(const LodNetwork *network, double largest);
double LodNetworkHeadBound(const LodNetwork *network, double largest);

/* One step of Adam (D. Kingma, J. Ba, ICLR 2015, algorithm 1) along gradients[]; `step` counts from
   1; first[] and second[] are the moments. All are as long as the parameters. */
typedef struct {
  double beta1, beta2, epsilon;
} LodAdam;
PetscErrorCode LodNetworkAdam(LodNetwork *network, const float *gradients, const LodAdam *adam,
                              double rate, PetscInt64 step, float *first, float *second);

#endif
