/* The network against a plain one in double precision that lives here: triple loops, no tiles. */
#include <math.h>
#include <omp.h>
#include <string.h>

#include "base/error.h"
#include "check_network.h"

#define MAX_LAYERS 4

/* A plain network in double precision: parameters[], gradients[] as in network.h, and for one
   sample at a time the outputs of all layers and the derivatives with respect to them. */
typedef struct {
  PetscInt n_layers, width[MAX_LAYERS + 1], count;
  double  *parameters, *gradients;
  double   out[MAX_LAYERS + 1][512], dout[MAX_LAYERS + 1][512];
} Plain;

/* A plain network of the given widths. */
static PetscErrorCode CreatePlain(PetscInt n_layers, const PetscInt *width, LodNetwork **network) {
  const LodNetworkShape shape = LodNetworkPlainShape(n_layers, width);
  return LodNetworkCreate(&shape, network);
}

/* A plain network with random parameters. */
static LodNetwork *RandomNetwork(PetscInt n_layers, const PetscInt *width, uint64_t seed) {
  LodNetwork *network;
  assert_ok(CreatePlain(n_layers, width, &network));
  randomise_network(network, seed);
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

/* Asserts that the network's gradient agrees with the plain one's, block by block: weight and bias
   of each layer. */
static void AssertGradients(LodNetworkRun *run, const Plain *plain, double tolerance) {
  PetscInt place = 0;
  for (PetscInt l = 0; l < plain->n_layers; l++)
    for (int part = 0; part < 2; part++) {
      PetscInt count = part ? plain->width[l + 1] : plain->width[l] * plain->width[l + 1];
      double error = block_error(count, LodNetworkGradients(run) + place, plain->gradients + place);
      ck_assert_msg(error < tolerance, "%s of layer %d: relative error %.2e",
                    part ? "bias" : "weight", (int)l, error);
      place += count;
    }
}

START_TEST(forward_matches_plain_loops) {
  const PetscInt width[] = {37, 130, 65, 10}, batch = 300;
  uint64_t       seed = test_seed();
  LodNetwork    *network = RandomNetwork(3, width, seed);
  LodNetworkRun *run = run_of(network, 300);
  Plain         *plain = PlainCopy(network);
  float         *inp = malloc((size_t)(batch * 37) * sizeof *inp);
  float         *out = malloc((size_t)(batch * 10) * sizeof *out);
  fill_random(batch * 37, seed, 1, inp);
  assert_ok(LodNetworkForward(run, batch, inp, out));
  for (PetscInt b = 0; b < batch; b++) {
    PlainForward(plain, inp + b * 37);
    for (PetscInt o = 0; o < 10; o++)
      ck_assert_double_eq_tol((double)out[b * 10 + o], plain->out[3][o], 1e-5);
  }
  PlainFree(plain);
  free(inp);
  free(out);
  assert_ok(LodNetworkRunDestroy(&run));
  ck_assert_ptr_null(run);
  assert_ok(LodNetworkDestroy(&network));
  ck_assert_ptr_null(network);
}
END_TEST

/* Every entry of every block of a small network. The differences are taken of the plain network in
   double precision, where they are exact to 1e-8; the network is compared with them. */
START_TEST(gradient_is_that_of_finite_differences) {
  const PetscInt width[] = {7, 11, 9, 5, 3}, batch = 13;
  uint64_t       seed = test_seed();
  LodNetwork    *network = RandomNetwork(4, width, seed);
  LodNetworkRun *run = run_of(network, 20);
  Plain         *plain = PlainCopy(network);
  float          inp[13 * 7], target[13 * 3];
  double         loss;
  fill_random(13 * 7, seed, 1, inp);
  fill_random(13 * 3, seed, 2, target);
  assert_ok(LodNetworkBackward(run, batch, inp, target, NULL, &loss));
  ck_assert_double_eq_tol(loss, PlainLoss(plain, batch, inp, target), 1e-5 * (1 + loss));
  for (PetscInt i = 0; i < plain->count; i++) {
    const double kept = plain->parameters[i], step = 1e-6;
    plain->parameters[i] = kept + step;
    const double above = PlainLoss(plain, batch, inp, target);
    plain->parameters[i] = kept - step;
    const double below = PlainLoss(plain, batch, inp, target);
    plain->parameters[i] = kept;
    plain->gradients[i] = (above - below) / (2 * step);
    ck_assert_double_eq_tol((double)LodNetworkGradients(run)[i], plain->gradients[i], 2e-4);
  }
  AssertGradients(run, plain, 1e-4);
  PlainFree(plain);
  destroy_network(run, network);
}
END_TEST

/* Batches that fill no, one, and several tiles of samples and of neurons. The tolerance leaves room
   for a unit or two that single precision puts on the other side of the ReLU's kink. */
START_TEST(gradient_matches_plain_loops_over_several_tiles) {
  const PetscInt width[] = {37, 200, 140, 10}, batches[] = {1, 128, 300};
  uint64_t       seed = test_seed();
  LodNetwork    *network = RandomNetwork(3, width, seed);
  LodNetworkRun *run = run_of(network, 300);
  Plain         *plain = PlainCopy(network);
  float         *inp = malloc((size_t)(300 * 37) * sizeof *inp);
  float         *target = malloc((size_t)(300 * 10) * sizeof *target);
  double         loss;
  fill_random(300 * 37, seed, 1, inp);
  fill_random(300 * 10, seed, 2, target);
  for (int i = 0; i < 3; i++) {
    assert_ok(LodNetworkBackward(run, batches[i], inp, target, NULL, &loss));
    ck_assert_double_eq_tol(loss, PlainLoss(plain, batches[i], inp, target), 1e-5 * (1 + loss));
    PlainBackward(plain, batches[i], inp, target);
    AssertGradients(run, plain, 1e-2);
  }
  PlainFree(plain);
  free(inp);
  free(target);
  destroy_network(run, network);
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
  assert_ok(CreatePlain(3, width, &network));
  LodNetworkRun *run = run_of(network, batch);
  assert_ok(LodNetworkInitialize(network, (PetscInt64)seed));
  const size_t count = (size_t)LodNetworkParameterCount(network);
  float       *inp = malloc((size_t)(batch * 70) * sizeof *inp);
  float       *target = malloc((size_t)(batch * 36) * sizeof *target);
  float       *moments = calloc(2 * count, sizeof *moments);
  *length = 2 * count + (size_t)(batch * 36) + 1;
  float *bytes = malloc(*length * sizeof *bytes);
  fill_random(batch * 70, seed, 1, inp);
  fill_random(batch * 36, seed, 2, target);
  for (PetscInt64 step = 1; step <= 3; step++) {
    assert_ok(LodNetworkBackward(run, batch, inp, target, NULL, &loss));
    assert_ok(LodNetworkAdam(network, LodNetworkGradients(run), &settings, 1e-3, step, moments,
                             moments + count));
  }
  memcpy(bytes, LodNetworkParameters(network), count * sizeof *bytes);
  memcpy(bytes + count, LodNetworkGradients(run), count * sizeof *bytes);
  assert_ok(LodNetworkForward(run, batch, inp, bytes + 2 * count));
  bytes[*length - 1] = (float)loss;
  free(inp);
  free(target);
  free(moments);
  destroy_network(run, network);
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
  LodNetwork    *network = RandomNetwork(2, width, seed);
  LodNetworkRun *run = run_of(network, 150), *wide;
  float         *inp = malloc((size_t)(batch * 50) * sizeof *inp);
  float         *out = malloc((size_t)(batch * 20) * sizeof *out);
  float         *other = malloc((size_t)(batch * 20) * sizeof *other);
  fill_random(batch * 50, seed, 1, inp);
  assert_ok(LodNetworkForward(run, batch, inp, out));
  for (PetscInt b = 0; b < batch; b += 7) {
    assert_ok(LodNetworkForward(run, 1, inp + b * 50, other));
    ck_assert_mem_eq(other, out + b * 20, 20 * sizeof *out);
  }
  wide = run_of(network, 1000); /* another cut into pieces */
  assert_ok(LodNetworkForward(wide, batch, inp, other));
  ck_assert_mem_eq(other, out, (size_t)(batch * 20) * sizeof *out);
  free(inp);
  free(out);
  free(other);
  assert_ok(LodNetworkRunDestroy(&wide));
  destroy_network(run, network);
}
END_TEST

/* A network that is only read has no gradients, and nothing in it exceeds its bound. */
START_TEST(reading_needs_no_gradients_and_stays_below_the_bound) {
  const PetscInt width[] = {7, 30, 20, 5};
  uint64_t       seed = test_seed();
  LodNetwork    *network = RandomNetwork(3, width, seed);
  LodNetworkRun *run = run_of(network, 8);
  float          inp[7 * 8], out[5 * 8], largest = 0;
  fill_random(7 * 8, seed, 5, inp);
  for (int i = 0; i < 7 * 8; i++)
    largest = fmaxf(largest, fabsf(inp[i]));
  assert_ok(LodNetworkForward(run, 8, inp, out));
  ck_assert_ptr_null(run->gradients);
  ck_assert_ptr_null(run->dvalues);
  const double bound = LodNetworkHeadBound(network, (double)largest);
  for (int i = 0; i < 5 * 8; i++)
    ck_assert_double_le(fabs((double)out[i]), bound);
  ck_assert_double_gt(LodNetworkHeadBound(network, 1e38), 3.5e38);
  LodNetworkParameters(network)[3] = NAN;
  ck_assert(isinf(LodNetworkHeadBound(network, 1)));
  ck_assert_ptr_nonnull(LodNetworkGradients(run));
  destroy_network(run, network);
}
END_TEST

START_TEST(adam_is_algorithm_1) {
  const PetscInt width[] = {60, 70, 5}; /* more than one piece of the update */
  const LodAdam  settings = {.beta1 = 0.9, .beta2 = 0.99, .epsilon = 1e-8};
  const double   rate = 3e-3;
  uint64_t       seed = test_seed();
  LodNetwork    *network = RandomNetwork(2, width, seed);
  LodNetworkRun *run = run_of(network, 8);
  const PetscInt count = (PetscInt)LodNetworkParameterCount(network);
  float         *moments = calloc((size_t)(2 * count), sizeof *moments);
  double        *theta = calloc((size_t)(3 * count), sizeof *theta);
  double        *m = theta + count, *v = m + count;
  for (PetscInt i = 0; i < count; i++)
    theta[i] = (double)LodNetworkParameters(network)[i];
  for (PetscInt64 t = 1; t <= 20; t++) {
    fill_random(count, seed, 100 + (uint64_t)t, LodNetworkGradients(run));
    assert_ok(LodNetworkAdam(network, LodNetworkGradients(run), &settings, rate, t, moments,
                             moments + count));
    for (PetscInt i = 0; i < count; i++) {
      const double g = (double)LodNetworkGradients(run)[i];
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
  destroy_network(run, network);
}
END_TEST

START_TEST(glorot_weights_fill_their_interval_and_biases_are_zero) {
  const PetscInt width[] = {40, 60, 20};
  uint64_t       seed = test_seed();
  LodNetwork    *network, *again;
  assert_ok(CreatePlain(2, width, &network));
  assert_ok(CreatePlain(2, width, &again));
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
  LodNetworkRun *run;
  float          number = 0;
  double         loss;
  ck_assert_int_ne(CreatePlain(2, width, &network), 0);
  ck_assert_ptr_null(network);
  ck_assert_int_ne(CreatePlain(0, width, &network), 0);
  LodErrorClear();
  assert_ok(CreatePlain(1, (PetscInt[]){1, 1}, &network));
  ck_assert_int_ne(LodNetworkRunCreate(network, 0, &run), 0);
  ck_assert_ptr_null(run);
  LodErrorClear();
  assert_ok(LodNetworkRunCreate(network, 2, &run));
  ck_assert_int_ne(LodNetworkBackward(run, 3, &number, &number, NULL, &loss), 0);
  LodErrorClear();
  assert_ok(LodNetworkRunDestroy(&run));
  assert_ok(LodNetworkRunDestroy(&run));
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
  tcase_add_test(tests, glorot_weights_fill_their_interval_and_biases_are_zero);
  tcase_add_test(tests, impossible_sizes_are_refused);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
