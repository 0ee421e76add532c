/* Networks in tests: random ones, runs, outputs without a run that lasts. */
#ifndef LODNET_TESTS_CHECK_NETWORK_H
#define LODNET_TESTS_CHECK_NETWORK_H

#include <math.h>

#include "base/random.h"
#include "check_lodnet.h"
#include "nn/network_private.h"

/* out[batch][n_out] = Psi(inp[batch][n_in]). */
static inline void network_forward(const LodNetwork *network, PetscInt batch, const float *inp,
                                   float *out) {
  LodNetworkRun *run;
  assert_ok(LodNetworkRunCreate(network, batch, &run));
  assert_ok(LodNetworkForward(run, batch, inp, out));
  assert_ok(LodNetworkRunDestroy(&run));
}

/* Fills values[count] with numbers in [-1, 1]. */
static inline void fill_random(PetscInt count, uint64_t seed, uint64_t stream, float *values) {
  for (PetscInt i = 0; i < count; i++)
    values[i] = (float)(2 * LodRandomUniform(seed, stream, (uint64_t)i) - 1);
}

/* A run with room for `max_batch` samples. */
static inline LodNetworkRun *run_of(const LodNetwork *network, PetscInt max_batch) {
  LodNetworkRun *run;
  assert_ok(LodNetworkRunCreate(network, max_batch, &run));
  return run;
}

/* Destroys both. */
static inline void destroy_network(LodNetworkRun *run, LodNetwork *network) {
  assert_ok(LodNetworkRunDestroy(&run));
  assert_ok(LodNetworkDestroy(&network));
}

/* Fills weights *and* biases with random numbers, so that no term of any formula is hidden by a
   zero. */
static inline void randomise_network(LodNetwork *network, uint64_t seed) {
  float *parameter = LodNetworkParameters(network);
  assert_ok(LodNetworkInitialize(network, (PetscInt64)seed));
  for (PetscInt l = 0; l < LodNetworkLayers(network); l++) {
    PetscInt n_inp, n_out;
    LodNetworkLayerSize(network, l, &n_inp, &n_out);
    fill_random(n_out, seed, 900 + (uint64_t)l, parameter + n_inp * n_out);
    parameter += (n_inp + 1) * n_out;
  }
}

/* |a - b| / |b| over one block of parameters. */
static inline double block_error(PetscInt count, const float *a, const double *b) {
  double difference = 0, norm = 0;
  for (PetscInt i = 0; i < count; i++) {
    difference += pow((double)a[i] - b[i], 2);
    norm += b[i] * b[i];
  }
  return sqrt(difference / norm);
}

#endif
