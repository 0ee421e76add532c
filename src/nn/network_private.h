/* The inside of a network: layers over contiguous blocks. */
#ifndef LODNET_NN_NETWORK_PRIVATE_H
#define LODNET_NN_NETWORK_PRIVATE_H

#include "nn/layer_private.h"
#include <lodnet/network.h>

/* A piece of dweight and dbias: rows first <= o < last of one layer. */
typedef struct {
  PetscInt layer, first, last;
} LodWeightTile;

struct LodNetwork {
  LodNetworkShape shape;
  PetscInt        n_layers; /* encoder and head */
  PetscInt        max_batch, tile_rows, n_tiles, n_weight_tiles;
  PetscInt64      n_parameters;
  LodLayer       *layers;       /* [n_layers] */
  float          *parameters;   /* [n_parameters], layer after layer: weight, bias */
  float          *gradients;    /* the same */
  float          *activation;   /* out of all layers and the input, see out[] */
  float          *dactivation;  /* derivatives of the loss with respect to them */
  size_t         *length;       /* length[l]: floats of one sample in out[l], l <= n_layers */
  float         **out, **dout;  /* out[l][n_tiles * tile_rows][length[l]]; out[0]: input */
  double         *sample_loss;  /* [max_batch] */
  LodLayerTile  **tiles;        /* tiles[l][n_tiles * pieces of layer l], tile_rows rows each */
  LodWeightTile  *weight_tiles; /* [n_weight_tiles] */
  dnnl_engine_t   engine;
  dnnl_stream_t  *streams; /* [n_tiles * n_pieces]: tiles run at the same time */
};

#endif
