/* Speed of the network on the paper's layer widths, batch 1000, against single-precision matrix
   products of the same number of threads: forward, and a whole step (forward, backward, Adam).
   Numbers in percent are of the product's rate. */
#include <lodnet/network.h>
#include <math.h>
#include <omp.h>
#include <oneapi/dnnl/dnnl.h>
#include <stdlib.h>

#define SIZE 1600
#define SAMPLES 1000
#define REPEAT 5

/* Floating-point operations per second of SIZE^3 products, one a thread at the same time. */
static double ProductRate(const float *a, float *c) {
  double best = HUGE_VAL;
  for (int i = 0; i < REPEAT; i++) {
    double start = LodSeconds();
#pragma omp parallel
    dnnl_sgemm('N', 'T', SIZE, SIZE, SIZE, 1.f, a, SIZE, a, SIZE, 0.f,
               c + (size_t)omp_get_thread_num() * SIZE * SIZE, SIZE);
    best = fmin(best, LodSeconds() - start);
  }
  return 2.0 * SIZE * SIZE * SIZE * omp_get_max_threads() / best;
}

/* Prints one line: seconds, and the rate in percent of the product's. */
static void Report(const char *what, double seconds, double operations, double product) {
  printf("%-34s %8.2f ms  %6.1f Gflop/s  %3.0f %%\n", what, 1e3 * seconds,
         1e-9 * operations / seconds, 100 * operations / seconds / product);
}

/* The measurement. */
static PetscErrorCode Run(void) {
  const PetscInt      width[] = {1600, 1600, 800, 800, 400, 400, 144, 144, 144};
  LodTrainingSettings settings = {.beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8};
  LodNetwork         *network;
  double              loss, forward = HUGE_VAL, step = HUGE_VAL, weights = 0, first_layer;
  PetscFunctionBeginUser;
  for (int l = 0; l < 8; l++)
    weights += (double)width[l] * (double)width[l + 1];
  first_layer = (double)width[0] * (double)width[1];
  const LodNetworkShape shape = LodNetworkPlainShape(8, width);
  PetscCall(LodNetworkCreate(&shape, SAMPLES, &network));
  PetscCall(LodNetworkInitialize(network, 1));
  size_t count = (size_t)LodNetworkParameterCount(network);
  float *inp = calloc((size_t)SAMPLES * SIZE, sizeof *inp);
  float *out = calloc((size_t)SAMPLES * 144, sizeof *out);
  float *moments = calloc(2 * count, sizeof *moments);
  float *c = calloc((size_t)omp_get_max_threads() * SIZE * SIZE, sizeof *c);
  for (size_t i = 0; i < (size_t)SAMPLES * SIZE; i++)
    inp[i] = (float)LodRandomUniform(1, 1, i);
  double product = ProductRate(LodNetworkParameters(network), c);
  for (int i = 0; i < REPEAT; i++) {
    double start = LodSeconds();
    PetscCall(LodNetworkForward(network, SAMPLES, inp, out));
    forward = fmin(forward, LodSeconds() - start);
    start = LodSeconds();
    PetscCall(LodNetworkBackward(network, SAMPLES, inp, out, NULL, &loss));
    PetscCall(LodNetworkAdam(network, &settings, 1e-4, i + 1, moments, moments + count));
    step = fmin(step, LodSeconds() - start);
  }
  printf("%d threads, batch %d; products of %d^3: %.1f Gflop/s\n", omp_get_max_threads(), SAMPLES,
         SIZE, 1e-9 * product);
  Report("forward", forward, 2.0 * SAMPLES * weights, product);
  Report("forward, backward, Adam", step, 2.0 * SAMPLES * (3 * weights - first_layer), product);
  free(inp);
  free(out);
  free(moments);
  free(c);
  PetscCall(LodNetworkDestroy(&network));
  PetscFunctionReturn(0);
}

int main(int argc, char **argv) {
  PetscErrorCode error = LodProgramBegin(argc, argv);
  if (!error) error = Run();
  return LodProgramEnd("bench_network", error);
}
