/* One affine layer, out = s(inp weight^T + bias), s an activation or the identity: forward and
   backward on tiles.

   Names are the same in both directions: inp[rows][n_inp], out[rows][n_out], weight[n_out][n_inp],
   bias[n_out], and dinp, dout, dweight, dbias, the derivatives of the loss with respect to them.
   Rows of inp and dinp are inp_stride floats apart, those of out and dout out_stride: the input of
   an encoder has numbers between that pass it by.

   Every function below runs on the calling thread alone. A caller that wants threads cuts the work
   into tiles whose number and bounds do not depend on how many threads there are, and calls from a
   parallel region; the numbers are then the same, to the last bit, for any number of threads. */
#ifndef LODNET_NN_LAYER_PRIVATE_H
#define LODNET_NN_LAYER_PRIVATE_H

#include <oneapi/dnnl/dnnl.h>

#include "base/cpu.h"
#include "nn/settings.h"

/* Rows of dweight in one tile. */
#define LOD_TILE_NEURONS 128

/* A layer; parameters are borrowed from the network's block, gradients from the run's. */
typedef struct {
  PetscInt           n_inp, n_out;
  PetscInt           inp_stride, out_stride;
  PetscInt           pieces;    /* rows that one sample has here */
  PetscInt           tile_rows; /* rows in one tile */
  PetscBool          active;    /* ends with the activation */
  LodActivation      activation;
  const float       *weight, *bias;   /* weight[n_out][n_inp], bias[n_out] */
  float             *dweight, *dbias; /* the same shapes */
  dnnl_primitive_t   forward;         /* one tile, activation fused */
  dnnl_memory_t      weight_memory, bias_memory;
  dnnl_memory_desc_t inp_shape, out_shape, scratch_shape;
} LodLayer;

/* What the forward primitive needs to work on one tile: its buffers, wrapped for oneDNN. */
typedef struct {
  dnnl_memory_t inp, out, scratch;
} LodLayerTile;

/* What depends on the processor, on n numbers of a row: `activation` multiplies dout by the
   derivative of the activation, 1 where out > 0 and rest (out + 1) elsewhere; `add` adds a row to
   sum[]. */
typedef struct {
  void (*activation)(float rest, size_t n, const float *out, float *dout);
  void (*add)(size_t n, const float *row, float *sum);
} LodLayerKernel;
LOD_KERNEL(LodLayerKernel)

/* Raises an error unless a oneDNN call succeeded: one of memory if that ran out. */
#define LodDnnlCall(call)                                                                          \
  do {                                                                                             \
    dnnl_status_t dnnl_status_ = (call);                                                           \
    PetscCheck(dnnl_status_ != dnnl_out_of_memory, PETSC_COMM_SELF, PETSC_ERR_MEM,                 \
               "out of memory: oneDNN in %s", #call);                                              \
    PetscCheck(dnnl_status_ == dnnl_success, PETSC_COMM_SELF, PETSC_ERR_LIB,                       \
               "oneDNN failed (status %d) in %s", (int)dnnl_status_, #call);                       \
  } while (0)

/* Makes the primitive of a layer whose sizes, activation and parameter arrays are set. */
PetscErrorCode LodLayerSetUp(LodLayer *layer, dnnl_engine_t engine);
PetscErrorCode LodLayerEnd(LodLayer *layer);

/* Wraps tile_rows rows of inp and out, which stay the caller's. */
PetscErrorCode LodLayerTileSetUp(const LodLayer *layer, dnnl_engine_t engine, float *inp,
                                 float *out, LodLayerTile *tile);
PetscErrorCode LodLayerTileEnd(LodLayerTile *tile);

/* out = s(inp weight^T + bias) for all tile_rows rows of the tile. Returns 0, or oneDNN's status.
 */
int LodLayerForward(const LodLayer *layer, dnnl_stream_t stream, const LodLayerTile *tile);

/* Takes dout back through the activation, in place: times its derivative, which follows from
   out[rows][n_out]. */
void LodLayerBackwardActivation(const LodLayer *layer, PetscInt rows, const float *restrict out,
                                float *restrict dout);

/* dinp[rows][n_inp] = dout[rows][n_out] weight, dout already taken back through the activation.
   Returns 0, or oneDNN's status. */
int LodLayerBackwardInput(const LodLayer *layer, PetscInt rows, const float *dout, float *dinp);

/* Rows first <= o < last of dweight = dout^T inp, and of dbias = sum over the rows of dout; inp is
   [rows][n_inp], dout [rows][n_out]. Returns 0, or oneDNN's status. */
int LodLayerBackwardWeight(const LodLayer *layer, PetscInt first, PetscInt last, PetscInt rows,
                           const float *inp, const float *dout);

#endif
