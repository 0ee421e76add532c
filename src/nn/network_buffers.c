/* A run of a network: its buffers and oneDNN objects; what runs on them is network_run.c. */
#include <stdlib.h>

#include "base/memory.h"
#include "nn/network_private.h"

/* Sizes and strides of layer l. */
static LodLayer LayerOf(const LodNetworkRun *run, PetscInt l) {
  const LodNetworkShape *shape = &run->network->shape;
  const LodAffine       *affine = &run->network->layers[l];
  LodLayer               layer = {.n_inp = affine->n_inp,
                                  .n_out = affine->n_out,
                                  .inp_stride = affine->n_inp,
                                  .out_stride = affine->n_out,
                                  .pieces = l < shape->n_encoder ? shape->n_pieces : 1,
                                  .tile_rows = run->tile_rows,
                                  .activation = shape->activation,
                                  .weight = affine->weight,
                                  .bias = affine->bias};
  layer.active = (PetscBool)(l + 1 != shape->n_encoder && l + 1 < run->network->n_layers);
  if (l == 0 && shape->n_encoder) layer.inp_stride += shape->n_extras;
  return layer;
}

/* Sizes and strides of all layers and buffers. */
static void SetSizes(LodNetworkRun *run) {
  const LodNetworkShape *shape = &run->network->shape;
  run->length[0] = (size_t)LodNetworkInputs(shape);
  run->length[LodNetworkBuffer(run->network, shape->n_encoder)] =
      (size_t)LodNetworkHeadInputs(shape);
  for (PetscInt l = 0; l < run->network->n_layers; l++) {
    run->layers[l] = LayerOf(run, l);
    run->length[LodNetworkBuffer(run->network, l) + 1] =
        (size_t)run->layers[l].pieces * (size_t)run->layers[l].out_stride;
  }
  for (PetscInt piece = 0; piece < shape->n_pieces && shape->n_encoder; piece++)
    run->taken[piece] = LodNetworkTaken(shape, piece);
}

/* Floats that one sample takes in all buffers. */
static size_t SampleLength(const LodNetworkRun *run) {
  size_t length = 0;
  for (PetscInt b = 0; b < run->n_buffers; b++)
    length += run->length[b];
  return length;
}

/* Checks that there is memory for the buffers, before any of them is there. */
static PetscErrorCode CheckBuffers(const LodNetworkRun *run) {
  const double   samples = (double)run->n_tiles * (double)run->tile_rows;
  const PetscInt n_pieces = run->network->shape.n_pieces;
  PetscFunctionBeginUser;
  PetscCall(LodMemoryCheck(sizeof(float) * samples * (double)SampleLength(run), "network",
                           "choose a smaller batch, fewer neurons or fewer layers (ell)"));
  PetscCheck((double)run->n_tiles * (double)n_pieces <= (double)PETSC_MAX_INT, PETSC_COMM_SELF,
             PETSC_ERR_ARG_OUTOFRANGE,
             "%" PetscInt_FMT " tiles of %" PetscInt_FMT
             " pieces are more than an index can number",
             run->n_tiles, n_pieces);
  PetscFunctionReturn(0);
}

/* Allocates what all buffers take in one block, and points buffer[] into it. */
static PetscErrorCode CreateBuffers(const LodNetworkRun *run, float **block, float **buffer) {
  const size_t samples = (size_t)run->n_tiles * (size_t)run->tile_rows;
  size_t       place = 0;
  PetscFunctionBeginUser;
  PetscCall(LodAllocateFloats(samples * SampleLength(run), block));
  for (PetscInt b = 0; b < run->n_buffers; b++) {
    buffer[b] = *block + place;
    place += samples * run->length[b];
  }
  PetscFunctionReturn(0);
}

/* Makes oneDNN's objects: engine, streams, layers, and the tiles of each layer. */
static PetscErrorCode CreatePrimitives(LodNetworkRun *run) {
  const size_t n_streams = (size_t)run->n_tiles * (size_t)run->network->shape.n_pieces;
  PetscFunctionBeginUser;
  PetscCall(PetscCalloc1(n_streams, &run->streams));
  LodDnnlCall(dnnl_engine_create(&run->engine, dnnl_cpu, 0));
  for (size_t t = 0; t < n_streams; t++)
    LodDnnlCall(dnnl_stream_create(&run->streams[t], run->engine, dnnl_stream_default_flags));
  for (PetscInt l = 0; l < run->network->n_layers; l++) {
    LodLayer    *layer = &run->layers[l];
    const size_t inp = (size_t)layer->tile_rows * (size_t)layer->inp_stride;
    const size_t out = (size_t)layer->tile_rows * (size_t)layer->out_stride;
    float      **buffer = run->out + LodNetworkBuffer(run->network, l);
    PetscCall(LodLayerSetUp(layer, run->engine));
    PetscCall(PetscCalloc1((size_t)(run->n_tiles * layer->pieces), &run->tiles[l]));
    for (PetscInt t = 0; t < run->n_tiles * layer->pieces; t++)
      PetscCall(LodLayerTileSetUp(layer, run->engine, buffer[0] + (size_t)t * inp,
                                  buffer[1] + (size_t)t * out, &run->tiles[l][t]));
  }
  PetscFunctionReturn(0);
}

/* Samples in one tile. Each tile packs the weights anew: with 96 rows that costs about 10 % of the
   product's time on the paper's widths, with 24 rows more than a third; but a small batch must
   still make several tiles for threads to share. Multiples of 24, so of the 4 or 6 rows that
   oneDNN's kernels without AVX-512 take at a time: a row computed in a kernel for what is left over
   may differ from others in its last bit. Depends on the batch alone, not on the number of threads.
 */
static PetscInt ChooseTileRows(PetscInt max_batch) {
  return max_batch >= 512 ? 96 : 24;
}

/* Makes all that a cleared run has. */
static PetscErrorCode SetUp(const LodNetwork *network, PetscInt max_batch, LodNetworkRun *run) {
  const size_t n_layers = (size_t)network->n_layers;
  PetscFunctionBeginUser;
  run->network = network;
  run->n_buffers = LodNetworkBuffer(network, network->n_layers) + 1;
  run->max_batch = max_batch;
  run->tile_rows = ChooseTileRows(max_batch);
  run->n_tiles = (max_batch - 1) / run->tile_rows + 1;
  PetscCall(PetscCalloc6(n_layers, &run->layers, n_layers, &run->tiles, run->n_buffers,
                         &run->length, run->n_buffers, &run->out, run->n_buffers, &run->dout,
                         network->shape.n_pieces, &run->taken));
  SetSizes(run);
  PetscCall(CheckBuffers(run));
  PetscCall(CreateBuffers(run, &run->values, run->out));
  PetscCall(CreatePrimitives(run));
  PetscFunctionReturn(0);
}

PetscErrorCode LodNetworkRunCreate(const LodNetwork *network, PetscInt max_batch,
                                   LodNetworkRun **run) {
  LodNetworkRun *made;
  PetscFunctionBeginUser;
  *run = NULL;
  PetscCheck(max_batch >= 1, PETSC_COMM_SELF, PETSC_ERR_ARG_OUTOFRANGE,
             "a batch has at least 1 sample, not %" PetscInt_FMT, max_batch);
  PetscCall(PetscNew(&made));
  PetscErrorCode error = SetUp(network, max_batch, made);
  if (error) PetscCall(LodNetworkRunDestroy(&made));
  PetscCall(error);
  *run = made;
  PetscFunctionReturn(0);
}

/* Frees what only training needs. */
static PetscErrorCode DestroyTraining(LodNetworkRun *run) {
  PetscFunctionBeginUser;
  free(run->gradients);
  free(run->dvalues);
  run->gradients = run->dvalues = NULL;
  PetscCall(PetscFree(run->sample_loss));
  PetscCall(PetscFree(run->weight_tiles));
  run->n_weight_tiles = 0;
  PetscFunctionReturn(0);
}

/* Cuts the rows of all weights into tiles. */
static PetscErrorCode CreateWeightTiles(LodNetworkRun *run) {
  const PetscInt n_layers = run->network->n_layers;
  PetscInt       n_tiles = 0;
  PetscFunctionBeginUser;
  for (PetscInt l = 0; l < n_layers; l++)
    n_tiles += (run->layers[l].n_out + LOD_TILE_NEURONS - 1) / LOD_TILE_NEURONS;
  PetscCall(PetscMalloc1(n_tiles, &run->weight_tiles));
  for (PetscInt l = 0; l < n_layers; l++)
    for (PetscInt first = 0; first < run->layers[l].n_out; first += LOD_TILE_NEURONS)
      run->weight_tiles[run->n_weight_tiles++] =
          (LodWeightTile){l, first, PetscMin(first + LOD_TILE_NEURONS, run->layers[l].n_out)};
  PetscFunctionReturn(0);
}

/* Allocates what only training needs. */
static PetscErrorCode CreateTraining(LodNetworkRun *run) {
  const LodNetwork *network = run->network;
  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(run->max_batch, &run->sample_loss));
  PetscCall(CreateBuffers(run, &run->dvalues, run->dout));
  PetscCall(CreateWeightTiles(run));
  PetscCall(LodAllocateFloats((size_t)network->n_parameters, &run->gradients));
  for (PetscInt l = 0; l < network->n_layers; l++) {
    run->layers[l].dweight = run->gradients + (network->layers[l].weight - network->parameters);
    run->layers[l].dbias = run->gradients + (network->layers[l].bias - network->parameters);
  }
  PetscFunctionReturn(0);
}

PetscErrorCode LodNetworkPrepareBackward(LodNetworkRun *run) {
  PetscFunctionBeginUser;
  if (run->gradients) PetscFunctionReturn(0);
  PetscErrorCode error = CreateTraining(run);
  if (error) PetscCall(DestroyTraining(run));
  PetscCall(error);
  PetscFunctionReturn(0);
}

float *LodNetworkGradients(LodNetworkRun *run) {
  return LodNetworkPrepareBackward(run) ? NULL : run->gradients;
}

/* Destroys oneDNN's objects of one layer. */
static PetscErrorCode DestroyLayer(LodNetworkRun *run, PetscInt l) {
  const PetscInt n_tiles = run->n_tiles * run->layers[l].pieces;
  PetscFunctionBeginUser;
  for (PetscInt t = 0; run->tiles[l] && t < n_tiles; t++)
    PetscCall(LodLayerTileEnd(&run->tiles[l][t]));
  PetscCall(PetscFree(run->tiles[l]));
  PetscCall(LodLayerEnd(&run->layers[l]));
  PetscFunctionReturn(0);
}

PetscErrorCode LodNetworkRunDestroy(LodNetworkRun **run) {
  LodNetworkRun *old = *run;
  PetscFunctionBeginUser;
  *run = NULL;
  if (!old) PetscFunctionReturn(0);
  for (PetscInt l = 0; old->layers && l < old->network->n_layers; l++)
    PetscCall(DestroyLayer(old, l));
  for (PetscInt t = 0; old->streams && t < old->n_tiles * old->network->shape.n_pieces; t++)
    if (old->streams[t]) LodDnnlCall(dnnl_stream_destroy(old->streams[t]));
  if (old->engine) LodDnnlCall(dnnl_engine_destroy(old->engine));
  free(old->values);
  PetscCall(DestroyTraining(old));
  PetscCall(PetscFree6(old->layers, old->tiles, old->length, old->out, old->dout, old->taken));
  PetscCall(PetscFree(old->streams));
  PetscCall(PetscFree(old));
  PetscFunctionReturn(0);
}
