/* Networks with an encoder against a plain one in double precision: triple loops, piece by piece.
 */
#include <math.h>
#include <string.h>

#include "check_network.h"

/* Three pieces of 6 values and 2 extras; codes of 4 numbers, of which the head takes 3 of the outer
   pieces. */
static LodNetworkShape Encoded(LodActivation activation) {
  return (LodNetworkShape){.activation = activation,
                           .n_encoder = 2,
                           .encoder = {6, 9, 4},
                           .dim = 1,
                           .n_rings = 2,
                           .taken = {4, 3},
                           .n_pieces = 3,
                           .n_extras = 2,
                           .n_head = 2,
                           .head = {16, 11, 5}};
}
/* Where the head's input of each piece begins. */
static const int encoded_place[] = {0, 5, 11}, encoded_taken[] = {3, 4, 3};

/* The activation of a test that runs for both. */
static LodActivation ActivationOf(int i) {
  return i ? LOD_ACTIVATION_ELU : LOD_ACTIVATION_RELU;
}

/* One affine layer in double precision; *parameter moves on. */
static void PlainLayer(PetscInt n_inp, PetscInt n_out, const LodActivation *activation,
                       const double **parameter, const double *inp, double *out) {
  const double *weight = *parameter, *bias = weight + n_inp * n_out;
  for (PetscInt o = 0; o < n_out; o++) {
    out[o] = bias[o];
    for (PetscInt i = 0; i < n_inp; i++)
      out[o] += weight[o * n_inp + i] * inp[i];
    if (activation && out[o] < 0) out[o] = *activation == LOD_ACTIVATION_ELU ? exp(out[o]) - 1 : 0;
  }
  *parameter = bias + n_out;
}

/* The network of shape Encoded on one sample, piece by piece. */
static void PlainEncoded(LodActivation activation, const double *parameters, const float *inp,
                         double out[5]) {
  double        inner[16], code[4], values[6], hidden[11];
  const double *parameter = parameters;
  for (int p = 0; p < 3; p++) {
    double *place = inner + encoded_place[p];
    parameter = parameters;
    for (int i = 0; i < 6; i++)
      values[i] = (double)inp[8 * p + i];
    PlainLayer(6, 9, &activation, &parameter, values, hidden);
    PlainLayer(9, 4, NULL, &parameter, hidden, code);
    memcpy(place, code, (size_t)encoded_taken[p] * sizeof *code);
    place[encoded_taken[p]] = (double)inp[8 * p + 6];
    place[encoded_taken[p] + 1] = (double)inp[8 * p + 7];
  }
  PlainLayer(16, 11, &activation, &parameter, inner, hidden);
  PlainLayer(11, 5, NULL, &parameter, hidden, out);
}

/* Implements LodNetworkLoss.apply: 1/2 |P d|^2, P the projection onto vectors of mean 0. */
static double WithoutMean(const void *context, PetscInt sample, float *difference) {
  double mean = 0, sum = 0;
  (void)context, (void)sample;
  for (int o = 0; o < 5; o++)
    mean += (double)difference[o] / 5;
  for (int o = 0; o < 5; o++) {
    const double rest = (double)difference[o] - mean;
    sum += 0.5 * rest * rest;
    difference[o] = (float)rest;
  }
  return sum;
}

/* Samples at the end of a batch that are anchors, if it has any. */
#define ANCHORS 4

/* Mean over the batch of 1/2 |Psi - target|^2; if `anchored`, over those before the anchors of
   1/2 |P (Psi - Psi of anchor b % ANCHORS - target)|^2, P as WithoutMean. */
static double PlainEncodedLoss(LodActivation activation, const double *parameters, PetscInt batch,
                               const float *inp, const float *target, PetscBool anchored) {
  const PetscInt judged = anchored ? batch - ANCHORS : batch;
  double         loss = 0;
  for (PetscInt b = 0; b < judged; b++) {
    double out[5], anchor[5] = {0}, mean = 0;
    PlainEncoded(activation, parameters, inp + b * 24, out);
    if (anchored) PlainEncoded(activation, parameters, inp + (judged + b % ANCHORS) * 24, anchor);
    for (int o = 0; o < 5; o++) {
      out[o] -= anchor[o] + (double)target[b * 5 + o];
      mean += out[o] / 5;
    }
    for (int o = 0; o < 5; o++)
      loss += 0.5 * pow(out[o] - (anchored ? mean : 0), 2) / judged;
  }
  return loss;
}

/* Forward in one go and in two stages, against the plain loops; more samples than fit at once. */
START_TEST(encoder_and_head_match_plain_loops) {
  enum { BATCH = 70 };
  const LodActivation   activation = ActivationOf(_i);
  const LodNetworkShape encoded = Encoded(activation);
  uint64_t              seed = test_seed();
  LodNetwork           *network;
  double                parameters[512], expected[5];
  float                 inp[BATCH * 24], out[BATCH * 5], values[BATCH * 18], codes[BATCH * 12];
  float                 heads[BATCH * 16], staged[BATCH * 5];
  assert_ok(LodNetworkCreate(&encoded, &network));
  randomise_network(network, seed);
  LodNetworkRun *run = run_of(network, 33);
  ck_assert_int_eq(LodNetworkParameterCount(network), 63 + 40 + 187 + 60);
  for (PetscInt i = 0; i < LodNetworkParameterCount(network); i++)
    parameters[i] = (double)LodNetworkParameters(network)[i];
  fill_random(BATCH * 24, seed, 1, inp);
  for (int row = 0; row < BATCH * 3; row++)
    memcpy(values + 6 * row, inp + 8 * row, 6 * sizeof *values);
  assert_ok(LodNetworkForward(run, BATCH, inp, out));
  assert_ok(LodNetworkEncode(run, BATCH * 3, values, codes));
  for (int row = 0; row < BATCH * 3; row++) {
    const size_t taken = (size_t)encoded_taken[row % 3];
    float       *place = heads + row / 3 * 16 + encoded_place[row % 3];
    memcpy(place, codes + 4 * row, taken * sizeof *heads);
    memcpy(place + taken, inp + 8 * row + 6, 2 * sizeof *heads);
  }
  assert_ok(LodNetworkHead(run, BATCH, heads, staged));
  ck_assert_mem_eq(staged, out, sizeof out);
  for (int b = 0; b < BATCH; b++) {
    PlainEncoded(activation, parameters, inp + 24 * b, expected);
    for (int o = 0; o < 5; o++)
      ck_assert_double_eq_tol((double)out[5 * b + o], expected[o], 1e-5);
  }
  destroy_network(run, network);
}
END_TEST

/* Every entry of every block, encoder and head, for both activations, with and without
   projection and anchors; several tiles, the last one not full. */
START_TEST(gradient_through_encoder_and_loss_is_that_of_finite_differences) {
  enum { BATCH = 37 };
  const LodActivation   activation = ActivationOf(_i / 2);
  const LodNetworkShape encoded = Encoded(activation);
  const PetscBool       anchored = (PetscBool)(_i % 2);
  PetscInt              anchor[BATCH - ANCHORS];
  const LodNetworkLoss  without_mean = {
       .apply = WithoutMean, .n_anchors = ANCHORS, .anchor = anchor};
  uint64_t    seed = test_seed();
  LodNetwork *network;
  double      parameters[512], loss, largest = 0;
  float       inp[BATCH * 24], target[BATCH * 5];
  assert_ok(LodNetworkCreate(&encoded, &network));
  randomise_network(network, seed);
  LodNetworkRun *run = run_of(network, 50);
  const PetscInt count = (PetscInt)LodNetworkParameterCount(network);
  const float   *gradient = LodNetworkGradients(run);
  for (PetscInt i = 0; i < count; i++)
    parameters[i] = (double)LodNetworkParameters(network)[i];
  fill_random(BATCH * 24, seed, 1, inp);
  fill_random(BATCH * 5, seed, 2, target);
  for (PetscInt b = 0; b < BATCH - ANCHORS; b++)
    anchor[b] = b % ANCHORS;
  assert_ok(LodNetworkBackward(run, BATCH, inp, target, anchored ? &without_mean : NULL, &loss));
  ck_assert_double_eq_tol(
      loss, PlainEncodedLoss(activation, parameters, BATCH, inp, target, anchored), 1e-5 * loss);
  for (PetscInt i = 0; i < count; i++)
    largest = fmax(largest, fabs((double)gradient[i]));
  for (PetscInt i = 0; i < count; i++) {
    const double kept = parameters[i], step = 1e-6;
    parameters[i] = kept + step;
    const double above = PlainEncodedLoss(activation, parameters, BATCH, inp, target, anchored);
    parameters[i] = kept - step;
    const double below = PlainEncodedLoss(activation, parameters, BATCH, inp, target, anchored);
    parameters[i] = kept;
    ck_assert_msg(fabs((above - below) / (2 * step) - (double)gradient[i]) < 2e-5 * largest,
                  "parameter %d: %.6e, differences give %.6e", (int)i, (double)gradient[i],
                  (above - below) / (2 * step));
  }
  destroy_network(run, network);
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("encoder");
  TCase *tests = tcase_create("encoder");
  tcase_set_timeout(tests, 60);
  tcase_add_loop_test(tests, encoder_and_head_match_plain_loops, 0, 2);
  tcase_add_loop_test(tests, gradient_through_encoder_and_loss_is_that_of_finite_differences, 0, 4);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
