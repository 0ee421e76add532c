/* How large the numbers inside a network can get. */
#include <math.h>

#include "nn/network_private.h"

/* Largest |weight| row sum and |bias| of a layer: |out| <= sum * |inp| + bias. Sums of products
   that a float takes in any order stay below this bound too. */
static double LayerBound(const LodAffine *layer, double largest) {
  double most = 0;
  for (PetscInt o = 0; o < layer->n_out; o++) {
    const float *weight = layer->weight + (size_t)o * (size_t)layer->n_inp;
    double       sum = 0;
    for (PetscInt i = 0; i < layer->n_inp; i++)
      sum += fabs((double)weight[i]);
    const double bound = sum * largest + fabs((double)layer->bias[o]);
    if (!(bound <= most)) most = bound;
    if (isnan(most)) return HUGE_VAL;
  }
  return PetscMax(most, 1); /* what ELU gives below 0 */
}

/* The bound over the layers first <= l < last. */
static double LayersBound(const LodNetwork *network, PetscInt first, PetscInt last,
                          double largest) {
  double most = largest;
  for (PetscInt l = first; l < last; l++) {
    largest = LayerBound(&network->layers[l], largest);
    most = PetscMax(most, largest);
  }
  return most;
}

double LodNetworkEncoderBound(const LodNetwork *network, double largest) {
  return LayersBound(network, 0, network->shape.n_encoder, largest);
}

double LodNetworkHeadBound(const LodNetwork *network, double largest) {
  return LayersBound(network, network->shape.n_encoder, network->n_layers, largest);
}
