/* Forward and backward over tiles of the batch (network_buffers.c makes them).

   Threads share the tiles out among themselves. What is in a tile does not depend on their number
   (see layer_private.h), and sums over tiles are taken in a fixed order. A tile that is not full is
   filled up with zeros: every sample sees the same computation. */
#include "nn/network_run.h"

#include <string.h>

#include "nn/network_private.h"

/* Samples of a batch that lie in tile `tile`. */
static PetscInt TileRows(const LodNetworkRun *run, PetscInt batch, PetscInt tile) {
  return PetscMin(run->tile_rows, batch - tile * run->tile_rows);
}

/* Floats of the rows of a buffer before tile `tile` of samples. */
static size_t TilePlace(const LodNetworkRun *run, PetscInt buffer, PetscInt tile) {
  return (size_t)tile * (size_t)run->tile_rows * run->length[buffer];
}

/* Copies `rows` samples inp[rows][length] into tile `tile` of a buffer, and zeros behind them. */
static void FillTile(LodNetworkRun *run, PetscInt buffer, PetscInt tile, PetscInt rows,
                     const float *inp) {
  const size_t length = run->length[buffer], used = (size_t)rows * length;
  float       *own = run->out[buffer] + TilePlace(run, buffer, tile);
  memcpy(own, inp, used * sizeof(float));
  memset(own + used, 0, ((size_t)run->tile_rows * length - used) * sizeof(float));
}

/* Makes the head's input of a tile: of each piece what it takes of the code, and the extras. */
static void TakeCodes(LodNetworkRun *run, PetscInt tile) {
  const LodNetworkShape *shape = &run->network->shape;
  const PetscInt         n_encoder = shape->n_encoder;
  const size_t rows = (size_t)(run->tile_rows * shape->n_pieces), extras = (size_t)shape->n_extras;
  const size_t n_values = (size_t)shape->encoder[0], n_code = (size_t)shape->encoder[n_encoder];
  const float *inp = run->out[0] + TilePlace(run, 0, tile);
  const float *code = run->out[n_encoder] + TilePlace(run, n_encoder, tile);
  float       *out = run->out[n_encoder + 1] + TilePlace(run, n_encoder + 1, tile);
  for (size_t row = 0; row < rows; row++, inp += n_values + extras, code += n_code) {
    const size_t taken = (size_t)run->taken[row % (size_t)shape->n_pieces];
    memcpy(out, code, taken * sizeof(float));
    memcpy(out + taken, inp + n_values, extras * sizeof(float));
    out += taken + extras;
  }
}

/* The way back: the derivatives with respect to the codes of the first `rows` samples of a tile. */
static void BackwardCodes(LodNetworkRun *run, PetscInt tile, PetscInt rows) {
  const LodNetworkShape *shape = &run->network->shape;
  const PetscInt         n_encoder = shape->n_encoder;
  const size_t n_code = (size_t)shape->encoder[n_encoder], n = (size_t)(rows * shape->n_pieces);
  const float *dout = run->dout[n_encoder + 1] + TilePlace(run, n_encoder + 1, tile);
  float       *dcode = run->dout[n_encoder] + TilePlace(run, n_encoder, tile);
  for (size_t row = 0; row < n; row++, dcode += n_code) {
    const size_t taken = (size_t)run->taken[row % (size_t)shape->n_pieces];
    memcpy(dcode, dout, taken * sizeof(float));
    memset(dcode + taken, 0, (n_code - taken) * sizeof(float));
    dout += taken + (size_t)shape->n_extras;
  }
}

/* Takes one tile of samples through the layers first <= l < last. */
static int RunLayers(LodNetworkRun *run, PetscInt tile, PetscInt first, PetscInt last) {
  const PetscInt pieces = run->network->shape.n_pieces;
  int            status = 0;
  for (PetscInt l = first; l < last; l++) {
    const LodLayer *layer = &run->layers[l];
    if (l == run->network->shape.n_encoder && l > first) TakeCodes(run, tile);
    for (PetscInt t = tile * layer->pieces; t < (tile + 1) * layer->pieces; t++)
      status |= LodLayerForward(layer, run->streams[tile * pieces], &run->tiles[l][t]);
  }
  return status;
}

/* Takes a batch that fits through the layers from `first` to the last. */
static PetscErrorCode ForwardBatch(LodNetworkRun *run, PetscInt first, PetscInt batch,
                                   const float *inp, float *out) {
  const PetscInt n_tiles = (batch - 1) / run->tile_rows + 1, n_layers = run->network->n_layers;
  const PetscInt from = LodNetworkBuffer(run->network, first), to = run->n_buffers - 1;
  const size_t   n_out = run->length[to];
  int            failed = 0;
  PetscFunctionBeginUser;
#pragma omp parallel for schedule(dynamic, 1) reduction(| : failed)
  for (PetscInt t = 0; t < n_tiles; t++) {
    const PetscInt rows = TileRows(run, batch, t);
    const size_t   place = TilePlace(run, to, t);
    FillTile(run, from, t, rows, inp + TilePlace(run, from, t));
    failed |= RunLayers(run, t, first, n_layers);
    memcpy(out + place, run->out[to] + place, (size_t)rows * n_out * sizeof(float));
  }
  PetscCheck(!failed, PETSC_COMM_SELF, PETSC_ERR_LIB, "oneDNN failed in the forward pass");
  PetscFunctionReturn(0);
}

/* Any batch, in pieces that fit, through the layers from `first` to the last. */
static PetscErrorCode ForwardFrom(LodNetworkRun *run, PetscInt first, PetscInt batch,
                                  const float *inp, float *out) {
  const size_t n_inp = run->length[LodNetworkBuffer(run->network, first)];
  const size_t n_out = run->length[run->n_buffers - 1];
  PetscFunctionBeginUser;
  for (PetscInt begin = 0; begin < batch; begin += run->max_batch)
    PetscCall(ForwardBatch(run, first, PetscMin(run->max_batch, batch - begin),
                           inp + (size_t)begin * n_inp, out + (size_t)begin * n_out));
  PetscFunctionReturn(0);
}

PetscErrorCode LodNetworkForward(LodNetworkRun *run, PetscInt batch, const float *inp, float *out) {
  PetscFunctionBeginUser;
  PetscCall(ForwardFrom(run, 0, batch, inp, out));
  PetscFunctionReturn(0);
}

PetscErrorCode LodNetworkHead(LodNetworkRun *run, PetscInt batch, const float *inp, float *out) {
  PetscFunctionBeginUser;
  PetscCall(ForwardFrom(run, run->network->shape.n_encoder, batch, inp, out));
  PetscFunctionReturn(0);
}

/* Encodes tile_rows pieces or fewer, in tile `tile` of the encoder's layers. */
static int EncodeTile(LodNetworkRun *run, PetscInt tile, PetscInt rows, const float *values,
                      float *codes) {
  const PetscInt  n_encoder = run->network->shape.n_encoder;
  const LodLayer *from = &run->layers[0], *to = &run->layers[n_encoder - 1];
  const size_t    first = (size_t)tile * (size_t)run->tile_rows;
  float          *inp = run->out[0] + first * (size_t)from->inp_stride;
  const float    *out = run->out[n_encoder] + first * (size_t)to->out_stride;
  int             status = 0;
  memset(inp, 0, (size_t)run->tile_rows * (size_t)from->inp_stride * sizeof(float));
  for (size_t row = 0; row < (size_t)rows; row++)
    memcpy(inp + row * (size_t)from->inp_stride, values + row * (size_t)from->n_inp,
           (size_t)from->n_inp * sizeof(float));
  for (PetscInt l = 0; l < n_encoder; l++)
    status |= LodLayerForward(&run->layers[l], run->streams[tile], &run->tiles[l][tile]);
  for (size_t row = 0; row < (size_t)rows; row++)
    memcpy(codes + row * (size_t)to->n_out, out + row * (size_t)to->out_stride,
           (size_t)to->n_out * sizeof(float));
  return status;
}

PetscErrorCode LodNetworkEncode(LodNetworkRun *run, PetscInt n, const float *values, float *codes) {
  const LodNetworkShape *shape = &run->network->shape;
  const PetscInt         rows = run->tile_rows, most = run->n_tiles * shape->n_pieces * rows;
  int                    failed = 0;
  PetscFunctionBeginUser;
  PetscCheck(shape->n_encoder > 0, PETSC_COMM_SELF, PETSC_ERR_ARG_WRONGSTATE,
             "the network has no encoder");
  for (PetscInt begin = 0; begin < n; begin += most) {
    const PetscInt end = PetscMin(n, begin + most);
#pragma omp parallel for schedule(dynamic, 1) reduction(| : failed)
    for (PetscInt first = begin; first < end; first += rows)
      failed |= EncodeTile(run, (first - begin) / rows, PetscMin(rows, end - first),
                           values + (size_t)first * (size_t)shape->encoder[0],
                           codes + (size_t)first * (size_t)shape->encoder[shape->n_encoder]);
  }
  PetscCheck(!failed, PETSC_COMM_SELF, PETSC_ERR_LIB, "oneDNN failed in the encoder");
  PetscFunctionReturn(0);
}

/* Implements LodNetworkLoss.apply: 1/2 |d|^2; context: the length of d, a size_t. */
static double HalfSquare(const void *context, PetscInt sample, float *difference) {
  const size_t n_out = *(const size_t *)context;
  double       sum = 0;
  (void)sample;
  for (size_t o = 0; o < n_out; o++)
    sum += (double)difference[o] * (double)difference[o];
  return 0.5 * sum;
}

/* What a call of LodNetworkBackward works on. */
typedef struct {
  PetscInt              batch, n_judged; /* n_judged: samples that are not anchors */
  const float          *inp, *target;
  const LodNetworkLoss *loss;
} Lesson;

/* Fills one tile and takes it forward. */
static int ForwardTile(LodNetworkRun *run, PetscInt tile, const Lesson *lesson) {
  FillTile(run, 0, tile, TileRows(run, lesson->batch, tile), lesson->inp + TilePlace(run, 0, tile));
  return RunLayers(run, tile, 0, run->network->n_layers);
}

/* The loss of one sample, and its derivative with respect to the output, as part of the mean. */
static void JudgeSample(LodNetworkRun *run, const Lesson *lesson, PetscInt sample) {
  const LodNetworkLoss *loss = lesson->loss;
  const PetscInt        last = run->n_buffers - 1;
  const size_t          n_out = run->length[last], place = (size_t)sample * n_out;
  const float          *outputs = run->out[last], *target = lesson->target + place;
  const float           weight = 1.f / (float)lesson->n_judged;
  float                *dout = run->dout[last] + place;
  for (size_t o = 0; o < n_out; o++)
    dout[o] = outputs[place + o] - target[o];
  if (loss->n_anchors) {
    const float *anchor = outputs + (size_t)(lesson->n_judged + loss->anchor[sample]) * n_out;
    for (size_t o = 0; o < n_out; o++)
      dout[o] -= anchor[o];
  }
  run->sample_loss[sample] = loss->apply(loss->context, sample, dout);
  for (size_t o = 0; o < n_out; o++)
    dout[o] *= weight;
}

/* The derivative of the mean with respect to the output of one anchor. */
static void JudgeAnchor(LodNetworkRun *run, const Lesson *lesson, PetscInt anchor) {
  const PetscInt last = run->n_buffers - 1;
  const size_t   n_out = run->length[last];
  const float   *dout = run->dout[last];
  float         *danchor = run->dout[last] + (size_t)(lesson->n_judged + anchor) * n_out;
  memset(danchor, 0, n_out * sizeof *danchor);
  for (PetscInt sample = 0; sample < lesson->n_judged; sample++) {
    if (lesson->loss->anchor[sample] != anchor) continue;
    for (size_t o = 0; o < n_out; o++)
      danchor[o] -= dout[(size_t)sample * n_out + o];
  }
}

/* Takes the derivatives of one tile back to dout[1]. */
static int BackwardTile(LodNetworkRun *run, PetscInt tile, const Lesson *lesson) {
  const PetscInt rows = TileRows(run, lesson->batch, tile);
  int            status = 0;
  for (PetscInt l = run->network->n_layers - 1; l >= 0 && !status; l--) {
    const LodLayer *layer = &run->layers[l];
    const PetscInt  buffer = LodNetworkBuffer(run->network, l);
    const size_t    place = TilePlace(run, buffer + 1, tile);
    float          *dout = run->dout[buffer + 1] + place;
    LodLayerBackwardActivation(layer, rows * layer->pieces, run->out[buffer + 1] + place, dout);
    if (l > 0)
      status = LodLayerBackwardInput(layer, rows * layer->pieces, dout,
                                     run->dout[buffer] + TilePlace(run, buffer, tile));
    if (l > 0 && l == run->network->shape.n_encoder) BackwardCodes(run, tile, rows);
  }
  return status;
}

/* dweight and dbias of one tile of weights. */
static int BackwardWeights(LodNetworkRun *run, const LodWeightTile *tile, const Lesson *lesson) {
  const LodLayer *layer = &run->layers[tile->layer];
  const PetscInt  buffer = LodNetworkBuffer(run->network, tile->layer);
  return LodLayerBackwardWeight(layer, tile->first, tile->last, lesson->batch * layer->pieces,
                                run->out[buffer], run->dout[buffer + 1]);
}

/* Runs all of a lesson; not 0 if oneDNN failed. */
static int Learn(LodNetworkRun *run, const Lesson *lesson) {
  const PetscInt n_tiles = (lesson->batch - 1) / run->tile_rows + 1;
  int            failed = 0;
#pragma omp parallel reduction(| : failed)
  {
#pragma omp for schedule(dynamic, 1)
    for (PetscInt t = 0; t < n_tiles; t++)
      failed |= ForwardTile(run, t, lesson);
#pragma omp for schedule(static)
    for (PetscInt sample = 0; sample < lesson->n_judged; sample++)
      JudgeSample(run, lesson, sample);
#pragma omp for schedule(static)
    for (PetscInt anchor = 0; anchor < lesson->loss->n_anchors; anchor++)
      JudgeAnchor(run, lesson, anchor);
#pragma omp for schedule(dynamic, 1)
    for (PetscInt t = 0; t < n_tiles; t++)
      failed |= BackwardTile(run, t, lesson);
#pragma omp for schedule(dynamic, 1)
    for (PetscInt t = 0; t < run->n_weight_tiles; t++)
      failed |= BackwardWeights(run, &run->weight_tiles[t], lesson);
  }
  return failed;
}

PetscErrorCode LodNetworkBackward(LodNetworkRun *run, PetscInt batch, const float *inp,
                                  const float *target, const LodNetworkLoss *loss, double *mean) {
  const LodNetworkLoss plain = {.apply = HalfSquare, .context = &run->length[run->n_buffers - 1]};
  Lesson               lesson = {.batch = batch, .inp = inp, .target = target, .loss = loss};
  double               sum = 0;
  PetscFunctionBeginUser;
  if (!loss) lesson.loss = &plain;
  lesson.n_judged = batch - lesson.loss->n_anchors;
  PetscCheck(lesson.n_judged >= 1 && batch <= run->max_batch, PETSC_COMM_SELF,
             PETSC_ERR_ARG_OUTOFRANGE,
             "a batch of %" PetscInt_FMT " samples and %" PetscInt_FMT
             " anchors; this network takes 1 to %" PetscInt_FMT " in all",
             lesson.n_judged, lesson.loss->n_anchors, run->max_batch);
  PetscCall(LodNetworkPrepareBackward(run));
  const int failed = Learn(run, &lesson);
  PetscCheck(!failed, PETSC_COMM_SELF, PETSC_ERR_LIB, "oneDNN failed in the backward pass");
  for (PetscInt sample = 0; sample < lesson.n_judged; sample++)
    sum += run->sample_loss[sample];
  *mean = sum / (double)lesson.n_judged;
  PetscFunctionReturn(0);
}
