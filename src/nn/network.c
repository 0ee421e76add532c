/* The network: its blocks of memory, forward and backward over tiles of the batch.

   Threads share the tiles out among themselves. What is in a tile does not depend on their number
   (see layer_private.h), and sums over tiles are taken in a fixed order. */
#include "nn/network_private.h"
#include <stdlib.h>
#include <string.h>

/* Floats in one row of all activations, input included. */
static size_t ActivationWidth(const LodNetwork *network) {
  size_t width = 0;
  for (PetscInt l = 0; l <= network->n_layers; l++)
    width += (size_t)network->width[l];
  return width;
}

/* Allocates `count` floats, zero, aligned to a cache line. */
static PetscErrorCode AllocateFloats(size_t count, float **block) {
  const size_t bytes = (count * sizeof(float) + 63) / 64 * 64;
  PetscFunctionBeginUser;
  *block = aligned_alloc(64, bytes);
  PetscCheck(*block, PETSC_COMM_SELF, PETSC_ERR_MEM, "no memory for %.3g MB of network",
             (double)bytes * 1e-6);
  memset(*block, 0, bytes);
  PetscFunctionReturn(0);
}

/* Allocates the blocks and points out[], dout[] and the layers' arrays into them. */
static PetscErrorCode CreateBlocks(LodNetwork *network) {
  const size_t samples = (size_t)network->n_tiles * (size_t)network->tile_rows;
  size_t       place = 0;
  PetscFunctionBeginUser;
  PetscCall(AllocateFloats((size_t)network->n_parameters, &network->parameters));
  PetscCall(AllocateFloats((size_t)network->n_parameters, &network->gradients));
  PetscCall(AllocateFloats(samples * ActivationWidth(network), &network->activation));
  PetscCall(AllocateFloats(samples * ActivationWidth(network), &network->dactivation));
  for (PetscInt l = 0; l <= network->n_layers; l++) {
    network->out[l] = network->activation + place;
    network->dout[l] = network->dactivation + place;
    place += samples * (size_t)network->width[l];
  }
  place = 0;
  for (PetscInt l = 0; l < network->n_layers; l++) {
    LodLayer    *layer = &network->layers[l];
    const size_t weights = (size_t)layer->n_out * (size_t)layer->n_inp;
    layer->weight = network->parameters + place;
    layer->bias = layer->weight + weights;
    layer->dweight = network->gradients + place;
    layer->dbias = layer->dweight + weights;
    place += weights + (size_t)layer->n_out;
  }
  PetscFunctionReturn(0);
}

/* Makes oneDNN's objects: engine, one stream a tile, layers, and the tiles of each layer. */
static PetscErrorCode CreatePrimitives(LodNetwork *network) {
  PetscFunctionBeginUser;
  LodCallDnnl(dnnl_engine_create(&network->engine, dnnl_cpu, 0));
  for (PetscInt l = 0; l < network->n_layers; l++)
    PetscCall(LodLayerSetUp(&network->layers[l], network->engine));
  for (PetscInt t = 0; t < network->n_tiles; t++) {
    LodCallDnnl(
        dnnl_stream_create(&network->streams[t], network->engine, dnnl_stream_default_flags));
    for (PetscInt l = 0; l < network->n_layers; l++) {
      const size_t sample = (size_t)t * (size_t)network->tile_rows;
      PetscCall(LodLayerTileSetUp(&network->layers[l], network->engine,
                                  network->out[l] + sample * (size_t)network->width[l],
                                  network->out[l + 1] + sample * (size_t)network->width[l + 1],
                                  &network->tiles[t * network->n_layers + l]));
    }
  }
  PetscFunctionReturn(0);
}

/* Cuts the rows of all weights into tiles. */
static PetscErrorCode CreateWeightTiles(LodNetwork *network) {
  PetscInt n_tiles = 0;
  PetscFunctionBeginUser;
  for (PetscInt l = 0; l < network->n_layers; l++)
    n_tiles += (network->layers[l].n_out + LOD_TILE_NEURONS - 1) / LOD_TILE_NEURONS;
  PetscCall(PetscMalloc1(n_tiles, &network->weight_tiles));
  for (PetscInt l = 0; l < network->n_layers; l++)
    for (PetscInt first = 0; first < network->layers[l].n_out; first += LOD_TILE_NEURONS)
      network->weight_tiles[network->n_weight_tiles++] =
          (LodWeightTile){l, first, PetscMin(first + LOD_TILE_NEURONS, network->layers[l].n_out)};
  PetscFunctionReturn(0);
}

/* Samples in one tile. Each tile packs the weights anew: with 128 rows that costs less than 10 % of
   the product's time on the paper's widths, with 32 rows a third; but a small batch must still make
   several tiles for threads to share. Depends on the batch alone, not on the number of threads. */
static PetscInt ChooseTileRows(PetscInt max_batch) {
  return max_batch >= 512 ? 128 : 32;
}

PetscErrorCode LodNetworkCreate(PetscInt n_layers, const PetscInt *width, PetscInt max_batch,
                                LodNetwork **network) {
  LodNetwork *made;
  PetscFunctionBeginUser;
  *network = NULL;
  PetscCheck(n_layers >= 1, PETSC_COMM_SELF, PETSC_ERR_ARG_OUTOFRANGE,
             "a network has at least 1 layer, not %" PetscInt_FMT, n_layers);
  for (PetscInt l = 0; l <= n_layers; l++)
    PetscCheck(width[l] >= 1, PETSC_COMM_SELF, PETSC_ERR_ARG_OUTOFRANGE,
               "width %" PetscInt_FMT " of a network must be at least 1, not %" PetscInt_FMT, l,
               width[l]);
  PetscCheck(max_batch >= 1, PETSC_COMM_SELF, PETSC_ERR_ARG_OUTOFRANGE,
             "a batch has at least 1 sample, not %" PetscInt_FMT, max_batch);
  PetscCall(PetscNew(&made));
  *network = made;
  made->n_layers = n_layers;
  made->max_batch = max_batch;
  made->tile_rows = ChooseTileRows(max_batch);
  made->n_tiles = (max_batch - 1) / made->tile_rows + 1;
  PetscCall(PetscMalloc1(n_layers + 1, &made->width));
  PetscCall(PetscArraycpy(made->width, width, n_layers + 1));
  PetscCall(PetscCalloc1(n_layers, &made->layers));
  PetscCall(PetscCalloc2(n_layers + 1, &made->out, n_layers + 1, &made->dout));
  PetscCall(PetscCalloc2((size_t)(made->n_tiles * n_layers), &made->tiles, made->n_tiles,
                         &made->streams));
  PetscCall(PetscMalloc1(max_batch, &made->sample_loss));
  for (PetscInt l = 0; l < n_layers; l++) {
    LodLayer *layer = &made->layers[l];
    layer->n_inp = width[l];
    layer->n_out = width[l + 1];
    layer->tile_rows = made->tile_rows;
    layer->relu = (PetscBool)(l + 1 < n_layers);
    made->n_parameters += ((PetscInt64)width[l] + 1) * width[l + 1];
  }
  PetscCall(CreateBlocks(made));
  PetscCall(CreatePrimitives(made));
  PetscCall(CreateWeightTiles(made));
  PetscFunctionReturn(0);
}

PetscErrorCode LodNetworkDestroy(LodNetwork **network) {
  LodNetwork *old = *network;
  PetscFunctionBeginUser;
  *network = NULL;
  if (!old) PetscFunctionReturn(0);
  for (PetscInt i = 0; i < old->n_tiles * old->n_layers; i++)
    PetscCall(LodLayerTileEnd(&old->tiles[i]));
  for (PetscInt t = 0; t < old->n_tiles; t++)
    if (old->streams[t]) LodCallDnnl(dnnl_stream_destroy(old->streams[t]));
  for (PetscInt l = 0; l < old->n_layers; l++)
    PetscCall(LodLayerEnd(&old->layers[l]));
  if (old->engine) LodCallDnnl(dnnl_engine_destroy(old->engine));
  free(old->parameters);
  free(old->gradients);
  free(old->activation);
  free(old->dactivation);
  PetscCall(PetscFree2(old->out, old->dout));
  PetscCall(PetscFree2(old->tiles, old->streams));
  PetscCall(PetscFree(old->width));
  PetscCall(PetscFree(old->layers));
  PetscCall(PetscFree(old->sample_loss));
  PetscCall(PetscFree(old->weight_tiles));
  PetscCall(PetscFree(old));
  PetscFunctionReturn(0);
}

PetscInt LodNetworkLayers(const LodNetwork *network) {
  return network->n_layers;
}

const PetscInt *LodNetworkWidths(const LodNetwork *network) {
  return network->width;
}

PetscInt64 LodNetworkParameterCount(const LodNetwork *network) {
  return network->n_parameters;
}

float *LodNetworkParameters(LodNetwork *network) {
  return network->parameters;
}

float *LodNetworkGradients(LodNetwork *network) {
  return network->gradients;
}

/* Samples of a batch that lie in tile `tile`. */
static PetscInt TileRows(const LodNetwork *network, PetscInt batch, PetscInt tile) {
  return PetscMin(network->tile_rows, batch - tile * network->tile_rows);
}

/* Takes inp[rows][width[0]] of one tile through all layers; the result is in out[n_layers]. A tile
   that is not full is filled up with zeros: every sample sees the same computation. */
static int ForwardTile(LodNetwork *network, PetscInt tile, PetscInt rows, const float *inp) {
  const size_t n_inp = (size_t)network->width[0], used = (size_t)rows * n_inp;
  float       *own = network->out[0] + (size_t)tile * (size_t)network->tile_rows * n_inp;
  int          status = 0;
  memcpy(own, inp, used * sizeof(float));
  memset(own + used, 0, ((size_t)network->tile_rows * n_inp - used) * sizeof(float));
  for (PetscInt l = 0; l < network->n_layers && !status; l++)
    status = LodLayerForward(&network->layers[l], network->streams[tile],
                             &network->tiles[tile * network->n_layers + l]);
  return status;
}

/* Forward for one batch that fits: batch <= n_tiles * tile_rows. */
static PetscErrorCode ForwardBatch(LodNetwork *network, PetscInt batch, const float *inp,
                                   float *out) {
  const PetscInt n_tiles = (batch - 1) / network->tile_rows + 1;
  const size_t   n_inp = (size_t)network->width[0];
  const size_t   n_out = (size_t)network->width[network->n_layers];
  int            failed = 0;
  PetscFunctionBeginUser;
#pragma omp parallel for schedule(dynamic, 1) reduction(| : failed)
  for (PetscInt t = 0; t < n_tiles; t++) {
    const size_t sample = (size_t)t * (size_t)network->tile_rows,
                 rows = (size_t)TileRows(network, batch, t);
    failed |= ForwardTile(network, t, (PetscInt)rows, inp + sample * n_inp);
    memcpy(out + sample * n_out, network->out[network->n_layers] + sample * n_out,
           rows * n_out * sizeof(float));
  }
  PetscCheck(!failed, PETSC_COMM_SELF, PETSC_ERR_LIB, "oneDNN failed in the forward pass");
  PetscFunctionReturn(0);
}

PetscErrorCode LodNetworkForward(LodNetwork *network, PetscInt batch, const float *inp,
                                 float *out) {
  const size_t n_inp = (size_t)network->width[0];
  const size_t n_out = (size_t)network->width[network->n_layers];
  PetscFunctionBeginUser;
  for (PetscInt first = 0; first < batch; first += network->max_batch)
    PetscCall(ForwardBatch(network, PetscMin(network->max_batch, batch - first),
                           inp + (size_t)first * n_inp, out + (size_t)first * n_out));
  PetscFunctionReturn(0);
}

/* The derivative of J with respect to the output, (Psi - target) / batch, and each sample's
   1/2 |Psi - target|^2, for one tile; target[rows][n_out]. */
static void LossTile(LodNetwork *network, PetscInt tile, PetscInt rows, PetscInt batch,
                     const float *target) {
  const size_t n_out = (size_t)network->width[network->n_layers];
  const size_t first = (size_t)tile * (size_t)network->tile_rows;
  const float *out = network->out[network->n_layers] + first * n_out;
  float       *dout = network->dout[network->n_layers] + first * n_out;
  const float  weight = 1.f / (float)batch;
  for (size_t row = 0; row < (size_t)rows; row++) {
    double sum = 0;
    for (size_t o = row * n_out; o < (row + 1) * n_out; o++) {
      const float difference = out[o] - target[o];
      dout[o] = weight * difference;
      sum += (double)difference * (double)difference;
    }
    network->sample_loss[first + row] = 0.5 * sum;
  }
}

/* Takes one tile forward, through the loss and back to dout[1]. */
static int BackwardTile(LodNetwork *network, PetscInt tile, PetscInt batch, const float *inp,
                        const float *target) {
  const PetscInt rows = TileRows(network, batch, tile);
  const size_t   first = (size_t)tile * (size_t)network->tile_rows;
  const PetscInt n_layers = network->n_layers, *width = network->width;
  int            status = ForwardTile(network, tile, rows, inp + first * (size_t)width[0]);
  LossTile(network, tile, rows, batch, target + first * (size_t)width[n_layers]);
  for (PetscInt l = n_layers - 1; l >= 0 && !status; l--) {
    float *dout = network->dout[l + 1] + first * (size_t)width[l + 1];
    LodLayerBackwardRelu(&network->layers[l], rows,
                         network->out[l + 1] + first * (size_t)width[l + 1], dout);
    if (l > 0)
      status = LodLayerBackwardInput(&network->layers[l], rows, dout,
                                     network->dout[l] + first * (size_t)width[l]);
  }
  return status;
}

PetscErrorCode LodNetworkBackward(LodNetwork *network, PetscInt batch, const float *inp,
                                  const float *target, double *loss) {
  const PetscInt n_tiles = (batch - 1) / network->tile_rows + 1;
  double         sum = 0;
  int            failed = 0;
  PetscFunctionBeginUser;
  PetscCheck(batch >= 1 && batch <= network->max_batch, PETSC_COMM_SELF, PETSC_ERR_ARG_OUTOFRANGE,
             "a batch of %" PetscInt_FMT " samples; this network takes 1 to %" PetscInt_FMT, batch,
             network->max_batch);
#pragma omp parallel reduction(| : failed)
  {
#pragma omp for schedule(dynamic, 1)
    for (PetscInt t = 0; t < n_tiles; t++)
      failed |= BackwardTile(network, t, batch, inp, target);
#pragma omp for schedule(dynamic, 1)
    for (PetscInt t = 0; t < network->n_weight_tiles; t++) {
      const LodWeightTile *tile = &network->weight_tiles[t];
      failed |=
          LodLayerBackwardWeight(&network->layers[tile->layer], tile->first, tile->last, batch,
                                 network->out[tile->layer], network->dout[tile->layer + 1]);
    }
  }
  PetscCheck(!failed, PETSC_COMM_SELF, PETSC_ERR_LIB, "oneDNN failed in the backward pass");
  for (PetscInt sample = 0; sample < batch; sample++)
    sum += network->sample_loss[sample];
  *loss = sum / (double)batch;
  PetscFunctionReturn(0);
}
