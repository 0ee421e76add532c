/* The machine under the measurements: its name, its rate, and the spread of its times. */
#include <cblas.h>
#include <math.h>
#include <omp.h>
#include <oneapi/dnnl/dnnl.h>
#include <string.h>

#include "base/progress.h"
#include "bench/bench_private.h"
#include "sample/sample.h"

/* Size of the products that LodGemmRate times, and how many it tries. */
enum { GEMM_SIZE = 1152, GEMM_REPEATS = 12 };

PetscErrorCode LodBenchCoefficient(const LodGrid *grid, LodCoefficient *coefficient) {
  LodSampleSettings settings;
  PetscFunctionBeginUser;
  LodSampleDefaults(&settings);
  settings.family = LOD_FAMILY_IID;
  settings.alpha = 1;
  settings.beta = 5;
  PetscCall(LodSampleDraw(&settings, grid->dim, grid->coefficient, 1, 0, coefficient));
  PetscFunctionReturn(0);
}

/* Order of two doubles, for qsort. */
static int CompareDoubles(const void *left, const void *right) {
  double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

LodSpread LodSpreadCompute(PetscInt n, double values[]) {
  qsort(values, (size_t)n, sizeof *values, CompareDoubles);
  return (LodSpread){(values[(n - 1) / 2] + values[n / 2]) / 2, values[0], values[n - 1]};
}

PetscErrorCode LodGemmRate(PetscInt threads, double *rate) {
  const size_t size = (size_t)GEMM_SIZE * GEMM_SIZE;
  double      *matrices, best = HUGE_VAL;
  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(3 * size * (size_t)threads, &matrices));
  for (int repeat = 0; repeat < GEMM_REPEATS; repeat++) {
    double start = LodSeconds();
#pragma omp parallel num_threads(threads)
    {
      double *a = matrices + 3 * size * (size_t)omp_get_thread_num(), *b = a + size, *c = b + size;
      if (repeat == 0) /* also places the pages near the thread */
        for (size_t i = 0; i < 3 * size; i++)
          a[i] = 1.0 / (double)(1 + i % 7);
      cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, GEMM_SIZE, GEMM_SIZE, GEMM_SIZE, 1, a,
                  GEMM_SIZE, b, GEMM_SIZE, 0, c, GEMM_SIZE);
    }
    best = fmin(best, LodSeconds() - start);
  }
  PetscCall(PetscFree(matrices));
  *rate = 2.0 * GEMM_SIZE * (double)size * (double)threads / best;
  PetscFunctionReturn(0);
}

PetscErrorCode LodGemmRateSingle(PetscInt threads, double *rate) {
  const size_t size = (size_t)GEMM_SIZE * GEMM_SIZE;
  float       *matrices;
  double       best = HUGE_VAL;
  int          failed = 0;
  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(3 * size * (size_t)threads, &matrices));
  for (int repeat = 0; repeat < GEMM_REPEATS; repeat++) {
    double start = LodSeconds();
#pragma omp parallel num_threads(threads) reduction(| : failed)
    {
      float *a = matrices + 3 * size * (size_t)omp_get_thread_num(), *b = a + size, *c = b + size;
      if (repeat == 0) /* also places the pages near the thread */
        for (size_t i = 0; i < 3 * size; i++)
          a[i] = 1.F / (float)(1 + i % 7);
      failed |= (int)dnnl_sgemm('N', 'N', GEMM_SIZE, GEMM_SIZE, GEMM_SIZE, 1, a, GEMM_SIZE, b,
                                GEMM_SIZE, 0, c, GEMM_SIZE);
    }
    best = fmin(best, LodSeconds() - start);
  }
  PetscCall(PetscFree(matrices));
  PetscCheck(!failed, PETSC_COMM_SELF, PETSC_ERR_LIB, "oneDNN failed in sgemm");
  *rate = 2.0 * GEMM_SIZE * (double)size * (double)threads / best;
  PetscFunctionReturn(0);
}

void LodProcessorName(char name[256]) {
  char  line[256];
  FILE *file = fopen("/proc/cpuinfo", "r");
  (void)snprintf(name, 256, "unknown");
  while (file && fgets(line, sizeof line, file)) {
    const char *value = strchr(line, ':');
    if (strncmp(line, "model name", 10) != 0 || !value) continue;
    (void)snprintf(name, 256, "%s", value + 1 + strspn(value + 1, " \t"));
    name[strcspn(name, "\n")] = 0;
    break;
  }
  if (file) (void)fclose(file);
}
