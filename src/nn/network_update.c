/* Where parameters come from and how they move: Glorot initialisation and Adam. */
#include <math.h>
#include <string.h>

#include "base/random.h"
#include "nn/adam_private.h"
#include "nn/network_private.h"

/* Streams of random numbers from here on (plus the layer) belong to the weights, so that a seed
   shared with the sampling of coefficients gives other numbers. */
#define WEIGHT_STREAM UINT64_C(0x7765696768747300)

/* Parameters updated by one thread at a time. The loop over one such piece is compiled once, so a
   parameter's arithmetic does not depend on where threads share the block out. */
#define PIECE 4096

PetscErrorCode LodNetworkInitialize(LodNetwork *network, PetscInt64 seed) {
  PetscFunctionBeginUser;
  for (PetscInt l = 0; l < network->n_layers; l++) {
    LodLayer        *layer = &network->layers[l];
    const PetscInt64 n_weights = (PetscInt64)layer->n_out * layer->n_inp;
    /* Glorot and Bengio, eq. 16: uniform in +- sqrt(6 / (n_inp + n_out)). */
    const double bound = sqrt(6.0 / ((double)layer->n_inp + (double)layer->n_out));
#pragma omp parallel for schedule(static)
    for (PetscInt64 i = 0; i < n_weights; i++) {
      const double uniform =
          LodRandomUniform((uint64_t)seed, WEIGHT_STREAM + (uint64_t)l, (uint64_t)i);
      layer->weight[i] = (float)(bound * (2 * uniform - 1));
    }
    memset(layer->bias, 0, (size_t)layer->n_out * sizeof(float));
  }
  PetscFunctionReturn(0);
}

PetscErrorCode LodNetworkAdam(LodNetwork *network, const LodAdam *adam, double rate,
                              PetscInt64 step, float *first, float *second) {
  const LodAdamStep constants = {.beta1 = (float)adam->beta1,
                                 .beta2 = (float)adam->beta2,
                                 .rest1 = (float)(1 - adam->beta1),
                                 .rest2 = (float)(1 - adam->beta2),
                                 .correction1 = (float)(1 - pow(adam->beta1, (double)step)),
                                 .correction2 = (float)(1 - pow(adam->beta2, (double)step)),
                                 .rate = (float)rate,
                                 .epsilon = (float)adam->epsilon};
  const PetscInt64  count = network->n_parameters;
  PetscFunctionBeginUser;
  PetscCheck(network->gradients, PETSC_COMM_SELF, PETSC_ERR_ORDER,
             "Adam before any backward pass: there are no gradients");
  PetscCheck(step >= 1, PETSC_COMM_SELF, PETSC_ERR_ARG_OUTOFRANGE, "Adam counts its steps from 1");
#pragma omp parallel for schedule(static)
  for (PetscInt64 piece = 0; piece < count; piece += PIECE)
    LodAdamKernelHere()->update(&constants, piece, PetscMin(piece + PIECE, count),
                                network->gradients, network->parameters, first, second);
  PetscFunctionReturn(0);
}
