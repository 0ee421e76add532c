/* A network's output without a run that lasts. */
#ifndef LODNET_TESTS_CHECK_NETWORK_H
#define LODNET_TESTS_CHECK_NETWORK_H

#include "check_lodnet.h"
#include "nn/network_run.h"

/* out[batch][n_out] = Psi(inp[batch][n_in]). */
static inline void network_forward(const LodNetwork *network, PetscInt batch, const float *inp,
                                   float *out) {
  LodNetworkRun *run;
  assert_ok(LodNetworkRunCreate(network, batch, &run));
  assert_ok(LodNetworkForward(run, batch, inp, out));
  assert_ok(LodNetworkRunDestroy(&run));
}

#endif
