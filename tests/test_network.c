/* The network against a plain one in double precision that lives here: triple loops, no tiles. */
#include <math.h>
#include <omp.h>
#include <string.h>

#include "base/error.h"
#include "base/random.h"
#include "nn/network_private.h"
#include "check_lodnet.h"

#define MAX_LAYERS 4

/* A plain network in double precision: parameters[], gradients[] as in network.h, and for one
   sample at a time the outputs of all layers and the derivatives with respect to them. */
typedef struct {
  PetscInt n_layers, width[MAX_LAYERS + 1], count;
  double  *parameters, *gradients;
  double   out[MAX_LAYERS + 1][512], dout[MAX_LAYERS + 1][512];
} Plain;

/* Fills values[count] with numbers in [-1, 1]. */
static void Fill(PetscInt count, uint64_t seed, uint64_t stream, float *values) {
  for (PetscInt i = 0; i < count; i++)
    values[i] = (float)(2 * LodRandomUniform(seed, stream, (uint64_t)i) - 1);
}

/* A plain network of the given widths. */
static PetscErrorCode CreatePlain(PetscInt n_layers, const PetscInt *width, PetscInt max_batch,
                                  LodNetwork **network) {
  const LodNetworkShape shape = LodNetworkPlainShape(n_layers, width);
  return LodNetworkCreate(&shape, max_batch, network);
}

/* Fills weights *and* biases with random numbers, so that no term of any formula is hidden by a
   zero. */
static void Randomise(LodNetwork *network, uint64_t seed) {
  float *parameter = LodNetworkParameters(network);
  assert_ok(LodNetworkInitialize(network, (PetscInt64)seed));
  for (PetscInt l = 0; l < LodNetworkLayers(network); l++) {
    PetscInt n_inp, n_out;
    LodNetworkLayerSize(network, l, &n_inp, &n_out);
    Fill(n_out, seed, 900 + (uint64_t)l, parameter + n_inp * n_out);
    parameter += (n_inp + 1) * n_out;
  }
}

/* A plain network with random parameters. */
static LodNetwork *RandomNetwork(PetscInt n_layers, const PetscInt *width, PetscInt max_batch,
                                 uint64_t seed) {
  LodNetwork *network;
  assert_ok(CreatePlain(n_layers, width, max_batch, &network));
  Randomise(network, seed);
  return network;
}

/* The plain network with the parameters of `network`. */
static Plain *PlainCopy(LodNetwork *network) {
  Plain *plain = calloc(1, sizeof *plain);
  plain->n_layers = LodNetworkLayers(network);
  memcpy(plain->width, LodNetworkShapeOf(network)->head,
         (size_t)(plain->n_layers + 1) * sizeof *plain->width);
  plain->count = (PetscInt)LodNetworkParameterCount(network);
  plain->parameters = calloc((size_t)plain->count, sizeof(double));
  plain->gradients = calloc((size_t)plain->count, sizeof(double));
  for (PetscInt i = 0; i < plain->count; i++)
    plain->parameters[i] = (double)LodNetworkParameters(network)[i];
  return plain;
}

static void PlainFree(Plain *plain) {
  free(plain->parameters);
  free(plain->gradients);
  free(plain);
}

/* out[n_layers] for one sample. */
static void PlainForward(Plain *plain, const float *inp) {
  const double *weight = plain->parameters;
  for (PetscInt i = 0; i < plain->width[0]; i++)
    plain->out[0][i] = (double)inp[i];
  for (PetscInt l = 0; l < plain->n_layers; l++) {
    const PetscInt n_inp = plain->width[l], n_out = plain->width[l + 1];
    const double  *bias = weight + n_inp * n_out;
    for (PetscInt o = 0; o < n_out; o++) {
      double sum = bias[o];
      for (PetscInt i = 0; i < n_inp; i++)
        sum += weight[o * n_inp + i] * plain->out[l][i];
      plain->out[l + 1][o] = l + 1 < plain->n_layers ? fmax(sum, 0) : sum;
    }
    weight = bias + n_out;
  }
}

/* Mean over the batch of 1/2 |Psi - target|^2. */
static double PlainLoss(Plain *plain, PetscInt batch, const float *inp, const float *target) {
  const PetscInt n_inp = plain->width[0], n_out = plain->width[plain->n_layers];
  double         loss = 0;
  for (PetscInt b = 0; b < batch; b++) {
    PlainForward(plain, inp + b * n_inp);
    for (PetscInt o = 0; o < n_out; o++)
      loss += 0.5 * pow(plain->out[plain->n_layers][o] - (double)target[b * n_out + o], 2);
  }
  return loss / batch;
}

/* Gradient of PlainLoss. */
static void PlainBackward(Plain *plain, PetscInt batch, const float *inp, const float *target) {
  const PetscInt L = plain->n_layers, *width = plain->width;
  memset(plain->gradients, 0, (size_t)plain->count * sizeof(double));
  for (PetscInt b = 0; b < batch; b++) {
    PlainForward(plain, inp + b * width[0]);
    for (PetscInt o = 0; o < width[L]; o++)
      plain->dout[L][o] = (plain->out[L][o] - (double)target[b * width[L] + o]) / batch;
    PetscInt place = plain->count;
    for (PetscInt l = L - 1; l >= 0; l--) {
      const PetscInt n_inp = width[l], n_out = width[l + 1];
      place -= (n_inp + 1) * n_out;
      memset(plain->dout[l], 0, sizeof plain->dout[l]);
      for (PetscInt o = 0; o < n_out; o++) {
        double dout = plain->dout[l + 1][o];
        if (l + 1 < L && plain->out[l + 1][o] <= 0) dout = 0;
        for (PetscInt i = 0; i < n_inp; i++) {
          plain->gradients[place + o * n_inp + i] += dout * plain->out[l][i];
          plain->dout[l][i] += dout * plain->parameters[place + o * n_inp + i];
        }
        plain->gradients[place + n_inp * n_out + o] += dout;
      }
    }
  }
}

/* |a - b| / |b| over one block of parameters. */
static double BlockError(PetscInt count, const float *a, const double *b) {
  double difference = 0, norm = 0;
  for (PetscInt i = 0; i < count; i++) {
    difference += pow((double)a[i] - b[i], 2);
    norm += b[i] * b[i];
  }
  return sqrt(difference / norm);
}

/* Asserts that the network's gradient agrees with the plain one's, block by block: weight and bias
   of each layer. */
static void AssertGradients(LodNetwork *network, const Plain *plain, double tolerance) {
  PetscInt place = 0;
  for (PetscInt l = 0; l < plain->n_layers; l++)
    for (int part = 0; part < 2; part++) {
      PetscInt count = part ? plain->width[l + 1] : plain->width[l] * plain->width[l + 1];
      double   error =
          BlockError(count, LodNetworkGradients(network) + place, plain->gradients + place);
      ck_assert_msg(error < tolerance, "%s of layer %d: relative error %.2e",
                    part ? "bias" : "weight", (int)l, error);
      place += count;
    }
}

START_TEST(forward_matches_plain_loops) {
  const PetscInt width[] = {37, 130, 65, 10}, batch = 300;
  uint64_t       seed = test_seed();
  LodNetwork    *network = RandomNetwork(3, width, 300, seed);
  Plain         *plain = PlainCopy(network);
  float         *inp = malloc((size_t)(batch * 37) * sizeof *inp);
  float         *out = malloc((size_t)(batch * 10) * sizeof *out);
  Fill(batch * 37, seed, 1, inp);
  assert_ok(LodNetworkForward(network, batch, inp, out));
  for (PetscInt b = 0; b < batch; b++) {
    PlainForward(plain, inp + b * 37);
    for (PetscInt o = 0; o < 10; o++)
      ck_assert_double_eq_tol((double)out[b * 10 + o], plain->out[3][o], 1e-5);
  }
  PlainFree(plain);
  free(inp);
  free(out);
  assert_ok(LodNetworkDestroy(&network));
  ck_assert_ptr_null(network);
}
END_TEST

/* Every entry of every block of a small network. The differences are taken of the plain network in
   double precision, where they are exact to 1e-8; the network is compared with them. */
START_TEST(gradient_is_that_of_finite_differences) {
  const PetscInt width[] = {7, 11, 9, 5, 3}, batch = 13;
  uint64_t       seed = test_seed();
  LodNetwork    *network = RandomNetwork(4, width, 20, seed);
  Plain         *plain = PlainCopy(network);
  float          inp[13 * 7], target[13 * 3];
  double         loss;
  Fill(13 * 7, seed, 1, inp);
  Fill(13 * 3, seed, 2, target);
  assert_ok(LodNetworkBackward(network, batch, inp, target, NULL, &loss));
  ck_assert_double_eq_tol(loss, PlainLoss(plain, batch, inp, target), 1e-5 * (1 + loss));
  for (PetscInt i = 0; i < plain->count; i++) {
    const double kept = plain->parameters[i], step = 1e-6;
    plain->parameters[i] = kept + step;
    const double above = PlainLoss(plain, batch, inp, target);
    plain->parameters[i] = kept - step;
    const double below = PlainLoss(plain, batch, inp, target);
    plain->parameters[i] = kept;
    plain->gradients[i] = (above - below) / (2 * step);
    ck_assert_double_eq_tol((double)LodNetworkGradients(network)[i], plain->gradients[i], 2e-4);
  }
  AssertGradients(network, plain, 1e-4);
  PlainFree(plain);
  assert_ok(LodNetworkDestroy(&network));
}
END_TEST

/* Batches that fill no, one, and several tiles of samples and of neurons. The tolerance leaves room
   for a unit or two that single precision puts on the other side of the ReLU's kink. */
START_TEST(gradient_matches_plain_loops_over_several_tiles) {
  const PetscInt width[] = {37, 200, 140, 10}, batches[] = {1, 128, 300};
  uint64_t       seed = test_seed();
  LodNetwork    *network = RandomNetwork(3, width, 300, seed);
  Plain         *plain = PlainCopy(network);
  float         *inp = malloc((size_t)(300 * 37) * sizeof *inp);
  float         *target = malloc((size_t)(300 * 10) * sizeof *target);
  double         loss;
  Fill(300 * 37, seed, 1, inp);
  Fill(300 * 10, seed, 2, target);
  for (int i = 0; i < 3; i++) {
    assert_ok(LodNetworkBackward(network, batches[i], inp, target, NULL, &loss));
    ck_assert_double_eq_tol(loss, PlainLoss(plain, batches[i], inp, target), 1e-5 * (1 + loss));
    PlainBackward(plain, batches[i], inp, target);
    AssertGradients(network, plain, 1e-2);
  }
  PlainFree(plain);
  free(inp);
  free(target);
  assert_ok(LodNetworkDestroy(&network));
}
END_TEST

/* Everything a training step computes, as one block: three steps of Adam from Glorot weights, then
   loss, gradients, parameters and a forward pass. */
static float *TrainingBytes(uint64_t seed, int threads, size_t *length) {
  const PetscInt width[] = {70, 300, 150, 36}, batch = 500;
  const LodAdam  settings = {.beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8};
  LodNetwork    *network;
  double         loss = 0;
  omp_set_num_threads(threads);
  assert_ok(CreatePlain(3, width, batch, &network));
  assert_ok(LodNetworkInitialize(network, (PetscInt64)seed));
  const size_t count = (size_t)LodNetworkParameterCount(network);
  float       *inp = malloc((size_t)(batch * 70) * sizeof *inp);
  float       *target = malloc((size_t)(batch * 36) * sizeof *target);
  float       *moments = calloc(2 * count, sizeof *moments);
  *length = 2 * count + (size_t)(batch * 36) + 1;
  float *bytes = malloc(*length * sizeof *bytes);
  Fill(batch * 70, seed, 1, inp);
  Fill(batch * 36, seed, 2, target);
  for (PetscInt64 step = 1; step <= 3; step++) {
    assert_ok(LodNetworkBackward(network, batch, inp, target, NULL, &loss));
    assert_ok(LodNetworkAdam(network, &settings, 1e-3, step, moments, moments + count));
  }
  memcpy(bytes, LodNetworkParameters(network), count * sizeof *bytes);
  memcpy(bytes + count, LodNetworkGradients(network), count * sizeof *bytes);
  assert_ok(LodNetworkForward(network, batch, inp, bytes + 2 * count));
  bytes[*length - 1] = (float)loss;
  free(inp);
  free(target);
  free(moments);
  assert_ok(LodNetworkDestroy(&network));
  return bytes;
}

START_TEST(results_are_bitwise_the_same_for_any_number_of_threads) {
  uint64_t seed = test_seed();
  size_t   length;
  int      threads = omp_get_max_threads();
  float   *one = TrainingBytes(seed, 1, &length);
  for (int n = 2; n <= 5; n++) {
    float *many = TrainingBytes(seed, n, &length);
    ck_assert_msg(!memcmp(one, many, length * sizeof *one), "%d threads differ from 1", n);
    free(many);
  }
  free(one);
  omp_set_num_threads(threads);
}
END_TEST

START_TEST(result_of_a_sample_does_not_depend_on_the_others) {
  const PetscInt width[] = {50, 129, 20}, batch = 333;
  uint64_t       seed = test_seed();
  LodNetwork    *network = RandomNetwork(2, width, 150, seed), *wide;
  float         *inp = malloc((size_t)(batch * 50) * sizeof *inp);
  float         *out = malloc((size_t)(batch * 20) * sizeof *out);
  float         *other = malloc((size_t)(batch * 20) * sizeof *other);
  Fill(batch * 50, seed, 1, inp);
  assert_ok(LodNetworkForward(network, batch, inp, out));
  for (PetscInt b = 0; b < batch; b += 7) {
    assert_ok(LodNetworkForward(network, 1, inp + b * 50, other));
    ck_assert_mem_eq(other, out + b * 20, 20 * sizeof *out);
  }
  wide = RandomNetwork(2, width, 1000, seed); /* another cut into pieces */
  assert_ok(LodNetworkForward(wide, batch, inp, other));
  ck_assert_mem_eq(other, out, (size_t)(batch * 20) * sizeof *out);
  free(inp);
  free(out);
  free(other);
  assert_ok(LodNetworkDestroy(&network));
  assert_ok(LodNetworkDestroy(&wide));
}
END_TEST

/* A network that is only read has no gradients, and nothing in it exceeds its bound. */
START_TEST(reading_needs_no_gradients_and_stays_below_the_bound) {
  const PetscInt width[] = {7, 30, 20, 5};
  uint64_t       seed = test_seed();
  LodNetwork    *network = RandomNetwork(3, width, 8, seed);
  float          inp[7 * 8], out[5 * 8], largest = 0;
  Fill(7 * 8, seed, 5, inp);
  for (int i = 0; i < 7 * 8; i++)
    largest = fmaxf(largest, fabsf(inp[i]));
  assert_ok(LodNetworkForward(network, 8, inp, out));
  ck_assert_ptr_null(network->gradients);
  ck_assert_ptr_null(network->dvalues);
  const double bound = LodNetworkHeadBound(network, (double)largest);
  for (int i = 0; i < 5 * 8; i++)
    ck_assert_double_le(fabs((double)out[i]), bound);
  ck_assert_double_gt(LodNetworkHeadBound(network, 1e38), 3.5e38);
  LodNetworkParameters(network)[3] = NAN;
  ck_assert(isinf(LodNetworkHeadBound(network, 1)));
  ck_assert_ptr_nonnull(LodNetworkGradients(network));
  assert_ok(LodNetworkDestroy(&network));
}
END_TEST

START_TEST(adam_is_algorithm_1) {
  const PetscInt width[] = {60, 70, 5}; /* more than one piece of the update */
  const LodAdam  settings = {.beta1 = 0.9, .beta2 = 0.99, .epsilon = 1e-8};
  const double   rate = 3e-3;
  uint64_t       seed = test_seed();
  LodNetwork    *network = RandomNetwork(2, width, 8, seed);
  const PetscInt count = (PetscInt)LodNetworkParameterCount(network);
  float         *moments = calloc((size_t)(2 * count), sizeof *moments);
  double        *theta = calloc((size_t)(3 * count), sizeof *theta);
  double        *m = theta + count, *v = m + count;
  for (PetscInt i = 0; i < count; i++)
    theta[i] = (double)LodNetworkParameters(network)[i];
  for (PetscInt64 t = 1; t <= 20; t++) {
    Fill(count, seed, 100 + (uint64_t)t, LodNetworkGradients(network));
    assert_ok(LodNetworkAdam(network, &settings, rate, t, moments, moments + count));
    for (PetscInt i = 0; i < count; i++) {
      const double g = (double)LodNetworkGradients(network)[i];
      m[i] = 0.9 * m[i] + 0.1 * g;
      v[i] = 0.99 * v[i] + 0.01 * g * g;
      theta[i] -= rate * (m[i] / (1 - pow(0.9, (double)t))) /
                  (sqrt(v[i] / (1 - pow(0.99, (double)t))) + 1e-8);
    }
  }
  for (PetscInt i = 0; i < count; i++)
    ck_assert_double_eq_tol((double)LodNetworkParameters(network)[i], theta[i], 3e-6);
  free(moments);
  free(theta);
  assert_ok(LodNetworkDestroy(&network));
}
END_TEST

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
  assert_ok(LodNetworkCreate(&encoded, 33, &network));
  Randomise(network, seed);
  ck_assert_int_eq(LodNetworkParameterCount(network), 63 + 40 + 187 + 60);
  for (PetscInt i = 0; i < LodNetworkParameterCount(network); i++)
    parameters[i] = (double)LodNetworkParameters(network)[i];
  Fill(BATCH * 24, seed, 1, inp);
  for (int row = 0; row < BATCH * 3; row++)
    memcpy(values + 6 * row, inp + 8 * row, 6 * sizeof *values);
  assert_ok(LodNetworkForward(network, BATCH, inp, out));
  assert_ok(LodNetworkEncode(network, BATCH * 3, values, codes));
  for (int row = 0; row < BATCH * 3; row++) {
    const size_t taken = (size_t)encoded_taken[row % 3];
    float       *place = heads + row / 3 * 16 + encoded_place[row % 3];
    memcpy(place, codes + 4 * row, taken * sizeof *heads);
    memcpy(place + taken, inp + 8 * row + 6, 2 * sizeof *heads);
  }
  assert_ok(LodNetworkHead(network, BATCH, heads, staged));
  ck_assert_mem_eq(staged, out, sizeof out);
  for (int b = 0; b < BATCH; b++) {
    PlainEncoded(activation, parameters, inp + 24 * b, expected);
    for (int o = 0; o < 5; o++)
      ck_assert_double_eq_tol((double)out[5 * b + o], expected[o], 1e-5);
  }
  assert_ok(LodNetworkDestroy(&network));
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
  assert_ok(LodNetworkCreate(&encoded, 50, &network));
  Randomise(network, seed);
  const PetscInt count = (PetscInt)LodNetworkParameterCount(network);
  const float   *gradient = LodNetworkGradients(network);
  for (PetscInt i = 0; i < count; i++)
    parameters[i] = (double)LodNetworkParameters(network)[i];
  Fill(BATCH * 24, seed, 1, inp);
  Fill(BATCH * 5, seed, 2, target);
  for (PetscInt b = 0; b < BATCH - ANCHORS; b++)
    anchor[b] = b % ANCHORS;
  assert_ok(
      LodNetworkBackward(network, BATCH, inp, target, anchored ? &without_mean : NULL, &loss));
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
  assert_ok(LodNetworkDestroy(&network));
}
END_TEST

START_TEST(glorot_weights_fill_their_interval_and_biases_are_zero) {
  const PetscInt width[] = {40, 60, 20};
  uint64_t       seed = test_seed();
  LodNetwork    *network, *again;
  assert_ok(CreatePlain(2, width, 1, &network));
  assert_ok(CreatePlain(2, width, 1, &again));
  assert_ok(LodNetworkInitialize(network, (PetscInt64)seed));
  assert_ok(LodNetworkInitialize(again, (PetscInt64)seed));
  ck_assert_mem_eq(LodNetworkParameters(network), LodNetworkParameters(again),
                   (size_t)LodNetworkParameterCount(network) * sizeof(float));
  const float *parameter = LodNetworkParameters(network);
  for (PetscInt l = 0; l < 2; l++) {
    const PetscInt n_weights = width[l] * width[l + 1];
    const double   bound = sqrt(6.0 / (width[l] + width[l + 1]));
    double         largest = 0, mean = 0, square = 0;
    for (PetscInt i = 0; i < n_weights; i++) {
      const double weight = (double)*parameter++;
      largest = fmax(largest, fabs(weight));
      mean += weight / n_weights;
      square += weight * weight / n_weights;
    }
    ck_assert_double_le(largest, bound * (1 + 1e-6));
    ck_assert_double_ge(largest, 0.97 * bound);
    ck_assert_double_le(fabs(mean), 6 * bound / sqrt(3.0 * n_weights));
    ck_assert_double_eq_tol(square, bound * bound / 3, 0.15 * bound * bound / 3);
    for (PetscInt o = 0; o < width[l + 1]; o++)
      ck_assert(*parameter++ == 0);
  }
  assert_ok(LodNetworkInitialize(again, (PetscInt64)seed + 1));
  ck_assert_mem_ne(LodNetworkParameters(network), LodNetworkParameters(again), 40);
  assert_ok(LodNetworkDestroy(&network));
  assert_ok(LodNetworkDestroy(&again));
}
END_TEST

START_TEST(impossible_sizes_are_refused) {
  const PetscInt width[] = {4, 0, 2};
  LodNetwork    *network;
  float          number = 0;
  double         loss;
  ck_assert_int_ne(CreatePlain(2, width, 1, &network), 0);
  ck_assert_ptr_null(network);
  ck_assert_int_ne(CreatePlain(0, width, 1, &network), 0);
  ck_assert_int_ne(CreatePlain(1, (PetscInt[]){1, 1}, 0, &network), 0);
  LodErrorClear();
  assert_ok(CreatePlain(1, (PetscInt[]){1, 1}, 2, &network));
  ck_assert_int_ne(LodNetworkBackward(network, 3, &number, &number, NULL, &loss), 0);
  LodErrorClear();
  assert_ok(LodNetworkDestroy(&network));
  assert_ok(LodNetworkDestroy(&network));
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("network");
  TCase *tests = tcase_create("network");
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, forward_matches_plain_loops);
  tcase_add_test(tests, gradient_is_that_of_finite_differences);
  tcase_add_test(tests, gradient_matches_plain_loops_over_several_tiles);
  tcase_add_test(tests, results_are_bitwise_the_same_for_any_number_of_threads);
  tcase_add_test(tests, result_of_a_sample_does_not_depend_on_the_others);
  tcase_add_test(tests, reading_needs_no_gradients_and_stays_below_the_bound);
  tcase_add_test(tests, adam_is_algorithm_1);
  tcase_add_loop_test(tests, encoder_and_head_match_plain_loops, 0, 2);
  tcase_add_loop_test(tests, gradient_through_encoder_and_loss_is_that_of_finite_differences, 0, 4);
  tcase_add_test(tests, glorot_weights_fill_their_interval_and_biases_are_zero);
  tcase_add_test(tests, impossible_sizes_are_refused);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
