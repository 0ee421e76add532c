/* The inside of a network: layers over contiguous blocks. */
#ifndef LODNET_NN_NETWORK_PRIVATE_H
#define LODNET_NN_NETWORK_PRIVATE_H

#include "nn/layer_private.h"
#include "nn/network.h"

/* A piece of dweight and dbias: rows first <= o < last of one layer. */
typedef struct {
  PetscInt layer, first, last;
} LodWeightTile;

struct LodNetwork {
  LodNetworkShape shape;
  PetscInt        n_layers;  /* encoder and head */
  PetscInt        n_buffers; /* inputs and outputs of encoder and head, one after the other */
  PetscInt        max_batch, tile_rows, n_tiles, n_weight_tiles;
  PetscInt64      n_parameters;
  LodLayer       *layers;     /* [n_layers] */
  float          *parameters; /* [n_parameters], layer after layer: weight, bias */
  float          *values;     /* all buffers */
  size_t         *length;     /* length[b]: floats of one sample in buffer b */
  float         **out;        /* out[b][n_tiles * tile_rows][length[b]]; out[0]: input */
  PetscInt       *taken;      /* [n_pieces]: LodNetworkTaken; without encoder NULL */
  LodLayerTile  **tiles;      /* tiles[l][n_tiles * pieces of layer l], tile_rows rows each */
  dnnl_engine_t   engine;
  dnnl_stream_t  *streams; /* [n_tiles * n_pieces]: tiles run at the same time */
  /* Of training, NULL until they are used: a network that is only read needs none. */
  float         *gradients;    /* as the parameters */
  float         *dvalues;      /* derivatives of the loss with respect to the values */
  float        **dout;         /* as out[]; an array from the beginning */
  double        *sample_loss;  /* [max_batch] */
  LodWeightTile *weight_tiles; /* [n_weight_tiles] */
};

/* The buffer that layer l takes; it gives the next one. */
static inline PetscInt LodNetworkBuffer(const LodNetwork *network, PetscInt l) {
  const PetscInt n_encoder = network->shape.n_encoder;
  return l + (n_encoder > 0 && l >= n_encoder);
}

/* Allocates what the backward pass needs unless it is there. */
PetscErrorCode LodNetworkPrepareBackward(LodNetwork *network);

#endif
