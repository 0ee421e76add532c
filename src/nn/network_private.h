/* The inside of a network, and of a run: layers over contiguous blocks. */
#ifndef LODNET_NN_NETWORK_PRIVATE_H
#define LODNET_NN_NETWORK_PRIVATE_H

#include "nn/layer_private.h"
#include "nn/network_run.h"

/* The parameters of a layer: weight[n_out][n_inp], bias[n_out]. */
typedef struct {
  PetscInt n_inp, n_out;
  float   *weight, *bias; /* in the network's block */
} LodAffine;

struct LodNetwork {
  LodNetworkShape shape;
  PetscInt        n_layers; /* encoder and head */
  PetscInt64      n_parameters;
  LodAffine      *layers;     /* [n_layers] */
  float          *parameters; /* [n_parameters], layer after layer: weight, bias */
};

/* A piece of dweight and dbias: rows first <= o < last of one layer. */
typedef struct {
  PetscInt layer, first, last;
} LodWeightTile;

struct LodNetworkRun {
  const LodNetwork *network;   /* borrowed */
  PetscInt          n_buffers; /* inputs and outputs of encoder and head, one after the other */
  PetscInt          max_batch, tile_rows, n_tiles, n_weight_tiles;
  LodLayer         *layers; /* [layers of the network] */
  float            *values; /* all buffers */
  size_t           *length; /* length[b]: floats of one sample in buffer b */
  float           **out;    /* out[b][n_tiles * tile_rows][length[b]]; out[0]: input */
  PetscInt         *taken;  /* [n_pieces]: LodNetworkTaken; without encoder NULL */
  LodLayerTile    **tiles;  /* tiles[l][n_tiles * pieces of layer l], tile_rows rows each */
  dnnl_engine_t     engine;
  dnnl_stream_t    *streams; /* [n_tiles * n_pieces]: tiles run at the same time */
  /* Of training, NULL until they are used: a network that is only read needs none. */
  float         *gradients;    /* as the parameters */
  float         *dvalues;      /* derivatives of the loss with respect to the values */
  float        **dout;         /* as out[]; an array from the beginning */
  double        *sample_loss;  /* [max_batch] */
  LodWeightTile *weight_tiles; /* [n_weight_tiles] */
};

/* Allocates `count` floats, zero, aligned to a cache line; freed by free. */
PetscErrorCode LodAllocateFloats(size_t count, float **block);

/* The buffer that layer l takes; it gives the next one. */
static inline PetscInt LodNetworkBuffer(const LodNetwork *network, PetscInt l) {
  const PetscInt n_encoder = network->shape.n_encoder;
  return l + (n_encoder > 0 && l >= n_encoder);
}

/* Allocates what the backward pass needs unless it is there. */
PetscErrorCode LodNetworkPrepareBackward(LodNetworkRun *run);

#endif
