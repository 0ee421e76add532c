/* Element by element through a layer; compiled once per level (base/cpu.h). */
#include "nn/layer_private.h"

/* Implements LodLayerKernel.activation. */
static void Activation(float rest, size_t n, const float *restrict out, float *restrict dout) {
  for (size_t i = 0; i < n; i++) {
    const float below = rest * (out[i] + 1);
    dout[i] *= out[i] > 0 ? 1.f : below;
  }
}

/* Implements LodLayerKernel.add. */
static void Add(size_t n, const float *restrict row, float *restrict sum) {
  for (size_t i = 0; i < n; i++)
    sum[i] += row[i];
}

const LodLayerKernel LOD_AT_LEVEL(LodLayerKernel) = {.activation = Activation, .add = Add};
