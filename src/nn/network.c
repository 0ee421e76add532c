/* The network's shape, blocks of memory and oneDNN objects; what runs on them is network_run.c. */
#include "nn/network.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "nn/network_private.h"

LodNetworkShape LodNetworkPlainShape(PetscInt n_layers, const PetscInt *width) {
  LodNetworkShape shape = {.n_pieces = 1, .n_head = n_layers};
  for (PetscInt l = 0; l <= n_layers && l < LOD_MAX_LAYERS + 2; l++)
    shape.head[l] = width[l];
  return shape;
}

PetscInt LodNetworkInputs(const LodNetworkShape *shape) {
  return shape->n_encoder ? shape->n_pieces * (shape->encoder[0] + shape->n_extras)
                          : shape->head[0];
}

/* How many pieces away from the middle one a piece is. */
static PetscInt Ring(const LodNetworkShape *shape, PetscInt piece) {
  const PetscInt middle = shape->n_rings - 1;
  const LodBox   cube = LodBoxCube(shape->dim, 2 * middle + 1);
  PetscInt       index[LOD_MAX_DIM], ring = 0;
  LodBoxIndex(&cube, piece, index);
  for (PetscInt axis = 0; axis < shape->dim; axis++)
    ring = PetscMax(ring, PetscAbsInt(index[axis] - middle));
  return ring;
}

PetscInt LodNetworkTaken(const LodNetworkShape *shape, PetscInt piece) {
  return shape->taken[Ring(shape, piece)];
}

PetscInt LodNetworkHeadInputs(const LodNetworkShape *shape) {
  PetscInt count = shape->n_pieces * shape->n_extras;
  if (shape->n_encoder == 0) return shape->head[0];
  for (PetscInt piece = 0; piece < shape->n_pieces; piece++)
    count += LodNetworkTaken(shape, piece);
  return count;
}

/* Checks one chain of widths. */
static PetscErrorCode CheckWidths(const char *part, PetscInt n_layers, const PetscInt *width) {
  PetscFunctionBeginUser;
  PetscCheck(n_layers <= LOD_MAX_LAYERS + 1, PETSC_COMM_SELF, PETSC_ERR_ARG_OUTOFRANGE,
             "the %s of a network has at most %d layers, not %" PetscInt_FMT, part,
             LOD_MAX_LAYERS + 1, n_layers);
  for (PetscInt l = 0; l <= n_layers; l++)
    PetscCheck(width[l] >= 1, PETSC_COMM_SELF, PETSC_ERR_ARG_OUTOFRANGE,
               "width %" PetscInt_FMT " of the %s of a network must be at least 1, not "
               "%" PetscInt_FMT,
               l, part, width[l]);
  PetscFunctionReturn(0);
}

/* Checks what the head takes of the codes. */
static PetscErrorCode CheckRings(const LodNetworkShape *shape) {
  const PetscInt code = shape->encoder[shape->n_encoder];
  PetscFunctionBeginUser;
  PetscCheck(shape->n_rings >= 1 && shape->n_rings <= LOD_MAX_RINGS &&
                 shape->n_pieces == LodPower(2 * shape->n_rings - 1, shape->dim),
             PETSC_COMM_SELF, PETSC_ERR_ARG_OUTOFRANGE,
             "%" PetscInt_FMT " pieces are not a cube of %" PetscInt_FMT " rings", shape->n_pieces,
             shape->n_rings);
  for (PetscInt ring = 0; ring < shape->n_rings; ring++)
    PetscCheck(shape->taken[ring] >= 1 && shape->taken[ring] <= code, PETSC_COMM_SELF,
               PETSC_ERR_ARG_OUTOFRANGE,
               "the head takes %" PetscInt_FMT " numbers of a code of %" PetscInt_FMT,
               shape->taken[ring], code);
  PetscFunctionReturn(0);
}

/* Checks that a shape makes sense. */
static PetscErrorCode CheckShape(const LodNetworkShape *shape) {
  PetscFunctionBeginUser;
  PetscCheck(shape->n_head >= 1 && shape->n_encoder >= 0, PETSC_COMM_SELF, PETSC_ERR_ARG_OUTOFRANGE,
             "a network has at least 1 layer in its head, not %" PetscInt_FMT, shape->n_head);
  PetscCall(CheckWidths("head", shape->n_head, shape->head));
  PetscCheck(shape->n_pieces >= 1 && shape->n_extras >= 0, PETSC_COMM_SELF,
             PETSC_ERR_ARG_OUTOFRANGE,
             "a sample has at least 1 piece and 0 extras, not %" PetscInt_FMT " and %" PetscInt_FMT,
             shape->n_pieces, shape->n_extras);
  if (shape->n_encoder == 0) PetscFunctionReturn(0);
  PetscCall(CheckWidths("encoder", shape->n_encoder, shape->encoder));
  PetscCall(CheckRings(shape));
  PetscCheck(shape->head[0] == LodNetworkHeadInputs(shape), PETSC_COMM_SELF, PETSC_ERR_ARG_INCOMP,
             "the head of a network takes %" PetscInt_FMT " numbers, the codes are %" PetscInt_FMT,
             shape->head[0], LodNetworkHeadInputs(shape));
  PetscFunctionReturn(0);
}

/* Sizes and strides of all layers and buffers. */
static void SetSizes(LodNetwork *network) {
  const LodNetworkShape *shape = &network->shape;
  network->length[0] = (size_t)LodNetworkInputs(shape);
  network->length[LodNetworkBuffer(network, shape->n_encoder)] =
      (size_t)LodNetworkHeadInputs(shape);
  for (PetscInt l = 0; l < network->n_layers; l++) {
    LodLayer       *layer = &network->layers[l];
    const PetscBool encodes = (PetscBool)(l < shape->n_encoder);
    const PetscInt *width = encodes ? shape->encoder + l : shape->head + (l - shape->n_encoder);
    *layer =
        (LodLayer){.n_inp = width[0],
                   .n_out = width[1],
                   .inp_stride = width[0],
                   .out_stride = width[1],
                   .pieces = encodes ? shape->n_pieces : 1,
                   .tile_rows = network->tile_rows,
                   .active = (PetscBool)(l + 1 != shape->n_encoder && l + 1 < network->n_layers),
                   .activation = shape->activation};
    if (encodes && l == 0) layer->inp_stride += shape->n_extras;
    network->length[LodNetworkBuffer(network, l) + 1] =
        (size_t)layer->pieces * (size_t)layer->out_stride;
    network->n_parameters += ((PetscInt64)layer->n_inp + 1) * layer->n_out;
  }
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

/* Checks that there is memory for the blocks, before any of them is there. */
static PetscErrorCode CheckBlocks(const LodNetwork *network) {
  const double samples = (double)network->n_tiles * (double)network->tile_rows;
  double       length = 0;
  PetscFunctionBeginUser;
  for (PetscInt b = 0; b < network->n_buffers; b++)
    length += (double)network->length[b];
  PetscCall(LodCheckMemory(sizeof(float) * ((double)network->n_parameters + samples * length),
                           "network",
                           "choose a smaller batch, fewer neurons or fewer layers (ell)"));
  PetscCheck((double)network->n_tiles * (double)network->shape.n_pieces <= (double)PETSC_MAX_INT,
             PETSC_COMM_SELF, PETSC_ERR_ARG_OUTOFRANGE,
             "%" PetscInt_FMT " tiles of %" PetscInt_FMT
             " pieces are more than an index can number",
             network->n_tiles, network->shape.n_pieces);
  PetscFunctionReturn(0);
}

/* Allocates what all buffers take in one block, and points buffer[] into it. */
static PetscErrorCode CreateBuffers(const LodNetwork *network, float **block, float **buffer) {
  const size_t samples = (size_t)network->n_tiles * (size_t)network->tile_rows;
  size_t       place = 0, length = 0;
  PetscFunctionBeginUser;
  for (PetscInt b = 0; b < network->n_buffers; b++)
    length += network->length[b];
  PetscCall(AllocateFloats(samples * length, block));
  for (PetscInt b = 0; b < network->n_buffers; b++) {
    buffer[b] = *block + place;
    place += samples * network->length[b];
  }
  PetscFunctionReturn(0);
}

/* Allocates parameters and buffers, and points the layers' arrays into the former. */
static PetscErrorCode CreateBlocks(LodNetwork *network) {
  size_t place = 0;
  PetscFunctionBeginUser;
  PetscCall(AllocateFloats((size_t)network->n_parameters, &network->parameters));
  PetscCall(CreateBuffers(network, &network->values, network->out));
  for (PetscInt l = 0; l < network->n_layers; l++) {
    LodLayer    *layer = &network->layers[l];
    const size_t weights = (size_t)layer->n_out * (size_t)layer->n_inp;
    layer->weight = network->parameters + place;
    layer->bias = layer->weight + weights;
    place += weights + (size_t)layer->n_out;
  }
  PetscFunctionReturn(0);
}

/* Makes oneDNN's objects: engine, streams, layers, and the tiles of each layer. */
static PetscErrorCode CreatePrimitives(LodNetwork *network) {
  PetscFunctionBeginUser;
  LodCallDnnl(dnnl_engine_create(&network->engine, dnnl_cpu, 0));
  for (PetscInt t = 0; t < network->n_tiles * network->shape.n_pieces; t++)
    LodCallDnnl(
        dnnl_stream_create(&network->streams[t], network->engine, dnnl_stream_default_flags));
  for (PetscInt l = 0; l < network->n_layers; l++) {
    LodLayer    *layer = &network->layers[l];
    const size_t inp = (size_t)layer->tile_rows * (size_t)layer->inp_stride;
    const size_t out = (size_t)layer->tile_rows * (size_t)layer->out_stride;
    float      **buffer = network->out + LodNetworkBuffer(network, l);
    PetscCall(LodLayerSetUp(layer, network->engine));
    PetscCall(PetscCalloc1((size_t)(network->n_tiles * layer->pieces), &network->tiles[l]));
    for (PetscInt t = 0; t < network->n_tiles * layer->pieces; t++)
      PetscCall(LodLayerTileSetUp(layer, network->engine, buffer[0] + (size_t)t * inp,
                                  buffer[1] + (size_t)t * out, &network->tiles[l][t]));
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

PetscErrorCode LodNetworkPrepareBackward(LodNetwork *network) {
  size_t place = 0;
  PetscFunctionBeginUser;
  if (network->gradients) PetscFunctionReturn(0);
  PetscCall(PetscMalloc1(network->max_batch, &network->sample_loss));
  PetscCall(CreateBuffers(network, &network->dvalues, network->dout));
  PetscCall(CreateWeightTiles(network));
  PetscCall(AllocateFloats((size_t)network->n_parameters, &network->gradients));
  for (PetscInt l = 0; l < network->n_layers; l++) {
    LodLayer    *layer = &network->layers[l];
    const size_t weights = (size_t)layer->n_out * (size_t)layer->n_inp;
    layer->dweight = network->gradients + place;
    layer->dbias = layer->dweight + weights;
    place += weights + (size_t)layer->n_out;
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

PetscErrorCode LodNetworkCreate(const LodNetworkShape *shape, PetscInt max_batch,
                                LodNetwork **network) {
  LodNetwork *made;
  PetscFunctionBeginUser;
  *network = NULL;
  PetscCall(CheckShape(shape));
  PetscCheck(max_batch >= 1, PETSC_COMM_SELF, PETSC_ERR_ARG_OUTOFRANGE,
             "a batch has at least 1 sample, not %" PetscInt_FMT, max_batch);
  PetscCall(PetscNew(&made));
  *network = made;
  made->shape = *shape;
  made->n_layers = shape->n_encoder + shape->n_head;
  made->n_buffers = LodNetworkBuffer(made, made->n_layers) + 1;
  made->max_batch = max_batch;
  made->tile_rows = ChooseTileRows(max_batch);
  made->n_tiles = (max_batch - 1) / made->tile_rows + 1;
  const size_t n_layers = (size_t)made->n_layers, n_buffers = (size_t)made->n_buffers;
  PetscCall(PetscCalloc6(n_layers, &made->layers, n_layers, &made->tiles, n_buffers, &made->length,
                         n_buffers, &made->out, n_buffers, &made->dout, shape->n_pieces,
                         &made->taken));
  for (PetscInt piece = 0; piece < shape->n_pieces && shape->n_encoder; piece++)
    made->taken[piece] = LodNetworkTaken(shape, piece);
  SetSizes(made);
  PetscCall(CheckBlocks(made));
  PetscCall(PetscCalloc1((size_t)made->n_tiles * (size_t)shape->n_pieces, &made->streams));
  PetscCall(CreateBlocks(made));
  PetscCall(CreatePrimitives(made));
  PetscFunctionReturn(0);
}

/* Destroys oneDNN's objects of one layer. */
static PetscErrorCode DestroyLayer(LodNetwork *network, PetscInt l) {
  const PetscInt n_tiles = network->n_tiles * network->layers[l].pieces;
  PetscFunctionBeginUser;
  for (PetscInt t = 0; network->tiles[l] && t < n_tiles; t++)
    PetscCall(LodLayerTileEnd(&network->tiles[l][t]));
  PetscCall(PetscFree(network->tiles[l]));
  PetscCall(LodLayerEnd(&network->layers[l]));
  PetscFunctionReturn(0);
}

PetscErrorCode LodNetworkDestroy(LodNetwork **network) {
  LodNetwork *old = *network;
  PetscFunctionBeginUser;
  *network = NULL;
  if (!old) PetscFunctionReturn(0);
  for (PetscInt l = 0; l < old->n_layers; l++)
    PetscCall(DestroyLayer(old, l));
  for (PetscInt t = 0; old->streams && t < old->n_tiles * old->shape.n_pieces; t++)
    if (old->streams[t]) LodCallDnnl(dnnl_stream_destroy(old->streams[t]));
  if (old->engine) LodCallDnnl(dnnl_engine_destroy(old->engine));
  free(old->parameters);
  free(old->gradients);
  free(old->values);
  free(old->dvalues);
  PetscCall(PetscFree6(old->layers, old->tiles, old->length, old->out, old->dout, old->taken));
  PetscCall(PetscFree(old->streams));
  PetscCall(PetscFree(old->sample_loss));
  PetscCall(PetscFree(old->weight_tiles));
  PetscCall(PetscFree(old));
  PetscFunctionReturn(0);
}

const LodNetworkShape *LodNetworkShapeOf(const LodNetwork *network) {
  return &network->shape;
}

PetscInt LodNetworkLayers(const LodNetwork *network) {
  return network->n_layers;
}

void LodNetworkLayerSize(const LodNetwork *network, PetscInt layer, PetscInt *n_inp,
                         PetscInt *n_out) {
  *n_inp = network->layers[layer].n_inp;
  *n_out = network->layers[layer].n_out;
}

PetscInt64 LodNetworkParameterCount(const LodNetwork *network) {
  return network->n_parameters;
}

float *LodNetworkParameters(LodNetwork *network) {
  return network->parameters;
}

float *LodNetworkGradients(LodNetwork *network) {
  return LodNetworkPrepareBackward(network) ? NULL : network->gradients;
}
