/* One affine layer on oneDNN. The weights stay as the network stores them: oneDNN packs what it
   needs while it multiplies, which costs less here than keeping reordered copies up to date. */
#include "nn/layer_private.h"

#include <omp.h>
#include <string.h>

/* Description of a float matrix [rows][columns]: row major (dnnl_ab) or column major (dnnl_ba). */
static PetscErrorCode DescribeMatrix(PetscInt rows, PetscInt columns, dnnl_format_tag_t tag,
                                     dnnl_memory_desc_t *shape) {
  dnnl_dims_t dims = {rows, columns};
  PetscFunctionBeginUser;
  LodDnnlCall(dnnl_memory_desc_init_by_tag(shape, 2, dims, dnnl_f32, tag));
  PetscFunctionReturn(0);
}

/* Description of rows of `columns` floats that are `stride` apart. */
static PetscErrorCode DescribeRows(PetscInt rows, PetscInt columns, PetscInt stride,
                                   dnnl_memory_desc_t *shape) {
  dnnl_dims_t dims = {rows, columns}, strides = {stride, 1};
  PetscFunctionBeginUser;
  LodDnnlCall(dnnl_memory_desc_init_by_strides(shape, 2, dims, dnnl_f32, strides));
  PetscFunctionReturn(0);
}

/* Has the activation follow the product. */
static PetscErrorCode AppendActivation(LodActivation activation, dnnl_primitive_attr_t attributes) {
  static const dnnl_alg_kind_t kinds[] = {
      [LOD_ACTIVATION_RELU] = dnnl_eltwise_relu, [LOD_ACTIVATION_ELU] = dnnl_eltwise_elu};
  static const float alphas[] = {[LOD_ACTIVATION_RELU] = 0, [LOD_ACTIVATION_ELU] = 1};
  dnnl_post_ops_t    after;
  PetscFunctionBeginUser;
  LodDnnlCall(dnnl_post_ops_create(&after));
  dnnl_status_t status =
      dnnl_post_ops_append_eltwise(after, 1.f, kinds[activation], alphas[activation], 0.f);
  if (status == dnnl_success) status = dnnl_primitive_attr_set_post_ops(attributes, after);
  LodDnnlCall(dnnl_post_ops_destroy(after));
  LodDnnlCall(status);
  PetscFunctionReturn(0);
}

/* Creates layer->forward of a product and asks how much scratch memory it needs, which comes from
   us: the library's own would be shared by all threads that run the primitive. */
static PetscErrorCode CreatePrimitive(LodLayer *layer, dnnl_engine_t engine,
                                      const dnnl_matmul_desc_t *product,
                                      dnnl_primitive_attr_t     attributes) {
  dnnl_primitive_desc_t description = NULL;
  dnnl_status_t         status = dnnl_success;
  PetscFunctionBeginUser;
  LodDnnlCall(dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user));
  if (layer->active) PetscCall(AppendActivation(layer->activation, attributes));
    /* oneDNN chooses its blocking for the number of threads at this moment. Each tile is computed
       by one thread, and the blocking must not depend on how many others there are. What is set
       inside the region of one thread ends with it. */
#pragma omp parallel num_threads(1)
  {
    omp_set_num_threads(1);
    status = dnnl_primitive_desc_create(&description, product, attributes, engine, NULL);
    if (status == dnnl_success) status = dnnl_primitive_create(&layer->forward, description);
  }
  if (status == dnnl_success)
    layer->scratch_shape = *dnnl_primitive_desc_query_md(description, dnnl_query_scratchpad_md, 0);
  if (description) LodDnnlCall(dnnl_primitive_desc_destroy(description));
  LodDnnlCall(status);
  PetscFunctionReturn(0);
}

/* Creates layer->forward for the described matrices. */
static PetscErrorCode CreateForward(LodLayer *layer, dnnl_engine_t engine,
                                    const dnnl_memory_desc_t *weight_shape,
                                    const dnnl_memory_desc_t *bias_shape) {
  dnnl_matmul_desc_t    product;
  dnnl_primitive_attr_t attributes;
  PetscFunctionBeginUser;
  LodDnnlCall(dnnl_matmul_desc_init(&product, &layer->inp_shape, weight_shape, bias_shape,
                                    &layer->out_shape));
  LodDnnlCall(dnnl_primitive_attr_create(&attributes));
  PetscErrorCode error = CreatePrimitive(layer, engine, &product, attributes);
  LodDnnlCall(dnnl_primitive_attr_destroy(attributes));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodLayerSetUp(LodLayer *layer, dnnl_engine_t engine) {
  dnnl_memory_desc_t weight_shape, bias_shape;
  PetscFunctionBeginUser;
  PetscCall(DescribeRows(layer->tile_rows, layer->n_inp, layer->inp_stride, &layer->inp_shape));
  PetscCall(DescribeRows(layer->tile_rows, layer->n_out, layer->out_stride, &layer->out_shape));
  /* oneDNN wants weight^T, [n_inp][n_out]: our array read column by column. */
  PetscCall(DescribeMatrix(layer->n_inp, layer->n_out, dnnl_ba, &weight_shape));
  PetscCall(DescribeMatrix(1, layer->n_out, dnnl_ab, &bias_shape));
  PetscCall(CreateForward(layer, engine, &weight_shape, &bias_shape));
  /* oneDNN reads them only, but its arguments do not say so. */
  LodDnnlCall(
      dnnl_memory_create(&layer->weight_memory, &weight_shape, engine, (void *)layer->weight));
  LodDnnlCall(dnnl_memory_create(&layer->bias_memory, &bias_shape, engine, (void *)layer->bias));
  PetscFunctionReturn(0);
}

PetscErrorCode LodLayerEnd(LodLayer *layer) {
  PetscFunctionBeginUser;
  if (layer->forward) LodDnnlCall(dnnl_primitive_destroy(layer->forward));
  if (layer->weight_memory) LodDnnlCall(dnnl_memory_destroy(layer->weight_memory));
  if (layer->bias_memory) LodDnnlCall(dnnl_memory_destroy(layer->bias_memory));
  memset(layer, 0, sizeof *layer);
  PetscFunctionReturn(0);
}

PetscErrorCode LodLayerTileSetUp(const LodLayer *layer, dnnl_engine_t engine, float *inp,
                                 float *out, LodLayerTile *tile) {
  PetscFunctionBeginUser;
  LodDnnlCall(dnnl_memory_create(&tile->inp, &layer->inp_shape, engine, inp));
  LodDnnlCall(dnnl_memory_create(&tile->out, &layer->out_shape, engine, out));
  LodDnnlCall(
      dnnl_memory_create(&tile->scratch, &layer->scratch_shape, engine, DNNL_MEMORY_ALLOCATE));
  PetscFunctionReturn(0);
}

PetscErrorCode LodLayerTileEnd(LodLayerTile *tile) {
  PetscFunctionBeginUser;
  if (tile->inp) LodDnnlCall(dnnl_memory_destroy(tile->inp));
  if (tile->out) LodDnnlCall(dnnl_memory_destroy(tile->out));
  if (tile->scratch) LodDnnlCall(dnnl_memory_destroy(tile->scratch));
  memset(tile, 0, sizeof *tile);
  PetscFunctionReturn(0);
}

int LodLayerForward(const LodLayer *layer, dnnl_stream_t stream, const LodLayerTile *tile) {
  const dnnl_exec_arg_t arguments[] = {{DNNL_ARG_SRC, tile->inp},
                                       {DNNL_ARG_WEIGHTS, layer->weight_memory},
                                       {DNNL_ARG_BIAS, layer->bias_memory},
                                       {DNNL_ARG_DST, tile->out},
                                       {DNNL_ARG_SCRATCHPAD, tile->scratch}};
  return (int)dnnl_primitive_execute(layer->forward, stream, 5, arguments);
}

void LodLayerBackwardActivation(const LodLayer *layer, PetscInt rows, const float *restrict out,
                                float *restrict dout) {
  /* exp(x) = out + 1 where ELU's out is negative. */
  const float rest = layer->activation == LOD_ACTIVATION_ELU ? 1 : 0;
  if (!layer->active) return;
  const LodLayerKernel *kernel = LodLayerKernelHere();
  for (size_t row = 0; row < (size_t)rows; row++) {
    const size_t first = row * (size_t)layer->out_stride;
    kernel->activation(rest, (size_t)layer->n_out, out + first, dout + first);
  }
}

int LodLayerBackwardInput(const LodLayer *layer, PetscInt rows, const float *dout, float *dinp) {
  return (int)dnnl_sgemm('N', 'N', rows, layer->n_inp, layer->n_out, 1.f, dout, layer->out_stride,
                         layer->weight, layer->n_inp, 0.f, dinp, layer->inp_stride);
}

int LodLayerBackwardWeight(const LodLayer *layer, PetscInt first, PetscInt last, PetscInt rows,
                           const float *inp, const float *dout) {
  memset(layer->dbias + first, 0, (size_t)(last - first) * sizeof(float));
  const LodLayerKernel *kernel = LodLayerKernelHere();
  for (PetscInt row = 0; row < rows; row++)
    kernel->add((size_t)(last - first), dout + (size_t)row * (size_t)layer->out_stride + first,
                layer->dbias + first);
  return (int)dnnl_sgemm('T', 'N', last - first, layer->n_inp, rows, 1.f, dout + first,
                         layer->out_stride, inp, layer->inp_stride, 0.f,
                         layer->dweight + (size_t)first * (size_t)layer->n_inp, layer->n_inp);
}
