/* Lognormal coefficients by circulant embedding.

   The covariance matrix of a stationary field on a regular grid is a block of a circulant matrix on
   a larger, periodic grid, which the discrete Fourier transform diagonalizes. If its eigenvalues
   are nonnegative, F (sqrt(lambda / n) (xi_1 + i xi_2)) with independent standard normal xi has
   exactly the wanted covariance in its real part. Source: C. R. Dietrich, G. N. Newsam, "Fast and
   exact simulation of stationary Gaussian processes through circulant embedding of the covariance
   matrix", SIAM J. Sci. Comput. 18 (1997), section 2; clipping negative eigenvalues and scaling the
   rest: A. T. A. Wood, G. Chan, J. Comput. Graph. Stat. 3 (1994), section 4. */
#include <fftw3.h>
#include <math.h>

#include "base/error.h"
#include "base/random.h"
#include "sample/sample.h"
#include "sample/sample_private.h"

/* Embeddings are enlarged up to this many points (256 MiB), not beyond. */
#define MOST_POINTS ((double)(1 << 24))

/* Negative eigenvalues whose sum is below this part of the variance are rounding errors; a larger
   part than the second number would change the field visibly, and is refused. */
#define PART_ROUNDING 1e-12
#define PART_REFUSED 1e-2

/* The periodic grid of size[dim] points; after Transform, the real parts of data[] (x fastest) are
   the eigenvalues. */
typedef struct {
  PetscInt dim, size[LOD_MAX_DIM], count;
  double (*data)[2]; /* real and imaginary parts, from fftw_malloc */
  double clipped;    /* sum of the negative eigenvalues' sizes over the sum of all */
} Embedding;

/* Smallest even number >= `least` with no prime factor above 7, which FFTW transforms fast. */
static PetscInt FastSize(PetscInt least) {
  for (PetscInt size = least + least % 2;; size += 2) {
    PetscInt rest = size;
    for (PetscInt prime = 2; prime <= 7; prime++)
      while (rest % prime == 0)
        rest /= prime;
    if (rest == 1) return size;
  }
}

/* Forward transform of data[] in place. FFTW_ESTIMATE does no timing, so that the plan and with it
   the bytes of the result are the same each time. */
static PetscErrorCode Transform(Embedding *embedding) {
  int           sizes[LOD_MAX_DIM];
  fftw_complex *data = (fftw_complex *)embedding->data;

  PetscFunctionBeginUser;
  for (PetscInt axis = 0; axis < embedding->dim; axis++)
    sizes[embedding->dim - 1 - axis] = (int)embedding->size[axis]; /* slowest first */
  /* FFTW's planner is one for all threads, those of the program around us included; only executing
     a plan may overlap. */
  fftw_plan plan;
#pragma omp critical(lod_fftw_planner)
  plan = fftw_plan_dft((int)embedding->dim, sizes, data, data, FFTW_FORWARD, FFTW_ESTIMATE);
  PetscCheck(plan, PETSC_COMM_SELF, PETSC_ERR_LIB, "FFTW made no plan for size %d", sizes[0]);
  fftw_execute(plan);
#pragma omp critical(lod_fftw_planner)
  fftw_destroy_plan(plan);
  PetscFunctionReturn(0);
}

/* Fills data[] with the covariance between grid point 0 and every other, distances taken around the
   periodic grid, whose points lie as far apart as the cells of D. */
static void FillCovariance(const LodSampleSettings *settings, const PetscInt cells[],
                           Embedding *embedding) {
  const double along_x = (double)cells[0] / settings->extent[0];
  const double unit = 1 / (along_x * settings->correlation_length);
  double       stretch[LOD_MAX_DIM] = {1, 1, 1}; /* distances along an axis, to those along x */
  for (PetscInt axis = 1; axis < embedding->dim; axis++)
    stretch[axis] = along_x * settings->extent[axis] / (double)cells[axis];

#pragma omp parallel for schedule(static) if (embedding->count > LOD_SAMPLE_PARALLEL)
  for (PetscInt i = 0; i < embedding->count; i++) {
    PetscInt rest = i;
    double   squares = 0;
    for (PetscInt axis = 0; axis < embedding->dim; axis++) {
      const PetscInt size = embedding->size[axis], at = rest % size;
      const double   offset = stretch[axis] * (double)PetscMin(at, size - at);
      squares += offset * offset;
      rest /= size;
    }
    embedding->data[i][0] = settings->variance * exp(-unit * sqrt(squares));
    embedding->data[i][1] = 0;
  }
}

/* Sets negative eigenvalues to 0, scales the others so that their sum, n times the variance, stays,
   and notes how large the negative ones were. */
static void Clip(Embedding *embedding) {
  double positive = 0, negative = 0;

  for (PetscInt i = 0; i < embedding->count; i++) {
    if (embedding->data[i][0] > 0)
      positive += embedding->data[i][0];
    else
      negative -= embedding->data[i][0];
  }
  const double scale = positive > 0 ? (positive - negative) / positive : 0;
  embedding->clipped = positive > negative ? negative / (positive - negative) : 0;
  for (PetscInt i = 0; i < embedding->count; i++)
    embedding->data[i][0] = scale * fmax(0, embedding->data[i][0]);
}

/* Points of a periodic grid, of which there may be more than an index counts. */
static double Points(PetscInt dim, const PetscInt size[]) {
  double points = 1;
  for (PetscInt axis = 0; axis < dim; axis++)
    points *= (double)size[axis];
  return points;
}

/* Makes an embedding of the given size with its eigenvalues; the caller frees data. */
static PetscErrorCode CreateEmbedding(const LodSampleSettings *settings, PetscInt dim,
                                      const PetscInt cells[], const PetscInt size[],
                                      Embedding *embedding) {
  char text[LOD_CELLS_TEXT];
  PetscFunctionBeginUser;
  LodCheckInput(Points(dim, size) < (double)PETSC_MAX_INT,
                "lognormal: %s cells per axis are too many in %" PetscInt_FMT " dimensions",
                LodCellsText(dim, cells, text), dim);
  *embedding = (Embedding){.dim = dim, .count = LodCellCount(dim, size)};
  PetscCall(PetscArraycpy(embedding->size, size, dim));
  embedding->data = fftw_malloc((size_t)embedding->count * sizeof *embedding->data);
  PetscCheck(embedding->data, PETSC_COMM_SELF, PETSC_ERR_MEM,
             "no memory for a Gaussian field of %" PetscInt_FMT " points", embedding->count);
  FillCovariance(settings, cells, embedding);
  PetscCall(Transform(embedding));
  Clip(embedding);
  PetscFunctionReturn(0);
}

/* Finds the smallest embedding, growing by a half each time, whose eigenvalues are nonnegative; the
   largest allowed one if there is none. */
static PetscErrorCode FindEmbedding(const LodSampleSettings *settings, PetscInt dim,
                                    const PetscInt cells[], Embedding *embedding) {
  PetscInt size[LOD_MAX_DIM] = {1, 1, 1};
  char     text[LOD_CELLS_TEXT];

  PetscFunctionBeginUser;
  for (PetscInt axis = 0; axis < dim; axis++)
    size[axis] = FastSize(2 * cells[axis]);
  PetscCall(CreateEmbedding(settings, dim, cells, size, embedding));
  while (embedding->clipped > PART_ROUNDING) {
    for (PetscInt axis = 0; axis < dim; axis++)
      size[axis] = FastSize(size[axis] + size[axis] / 2);
    if (Points(dim, size) > MOST_POINTS) break;
    fftw_free(embedding->data);
    PetscCall(CreateEmbedding(settings, dim, cells, size, embedding));
  }
  const double clipped = embedding->clipped;
  if (clipped > PART_REFUSED) fftw_free(embedding->data);
  LodCheckInput(clipped <= PART_REFUSED,
                "lognormal: correlation length %.6g is too large for %s cells per axis: the "
                "Gaussian field would be wrong by %.2g of its variance; choose"
                " a shorter one",
                settings->correlation_length, LodCellsText(dim, cells, text), clipped);
  PetscFunctionReturn(0);
}

PetscErrorCode LodLognormalEmbedding(const LodSampleSettings *settings, PetscInt dim,
                                     const PetscInt cells[], PetscInt size[], double *clipped) {
  Embedding embedding;

  PetscFunctionBeginUser;
  PetscCall(FindEmbedding(settings, dim, cells, &embedding));
  PetscCall(PetscArraycpy(size, embedding.size, dim));
  *clipped = embedding.clipped > PART_ROUNDING ? embedding.clipped : 0;
  fftw_free(embedding.data);
  PetscFunctionReturn(0);
}

/* Replaces the eigenvalues in data[] by sqrt(lambda / n) (xi_1 + i xi_2). */
static void DrawNoise(uint64_t seed, uint64_t stream, Embedding *embedding) {
#pragma omp parallel for schedule(static) if (embedding->count > LOD_SAMPLE_PARALLEL)
  for (PetscInt i = 0; i < embedding->count; i++) {
    const double scale = sqrt(embedding->data[i][0] / (double)embedding->count);
    embedding->data[i][0] = scale * LodRandomNormal(seed, stream, 2 * (uint64_t)i);
    embedding->data[i][1] = scale * LodRandomNormal(seed, stream, 2 * (uint64_t)i + 1);
  }
}

PetscErrorCode LodSampleGaussian(const LodSampleSettings *settings, PetscInt dim,
                                 const PetscInt cells[], PetscInt64 seed, PetscInt64 number,
                                 double *field, double *second) {
  Embedding      embedding;
  const LodBox   all = LodBoxCells(dim, cells);
  const PetscInt count = LodBoxCount(&all);

  PetscFunctionBeginUser;
  PetscCall(FindEmbedding(settings, dim, cells, &embedding));
  DrawNoise((uint64_t)seed, LodSampleStream(number), &embedding);
  PetscCall(Transform(&embedding));
  const LodBox periodic = LodBoxCells(dim, embedding.size);
  PetscInt     index[LOD_MAX_DIM];
  for (PetscInt i = 0; i < count; i++) {
    LodBoxIndex(&all, i, index);
    const double *value = embedding.data[LodBoxPosition(&periodic, index)];
    field[i] = value[0];
    if (second) second[i] = value[1];
  }
  fftw_free(embedding.data);
  PetscFunctionReturn(0);
}

PetscErrorCode LodSampleLognormal(const LodSampleSettings *settings, PetscInt dim,
                                  const PetscInt cells[], PetscInt64 seed, PetscInt64 number,
                                  double *values) {
  PetscFunctionBeginUser;
  PetscCall(LodSampleGaussian(settings, dim, cells, seed, number, values, NULL));
  for (PetscInt i = 0; i < LodCellCount(dim, cells); i++)
    values[i] = exp(values[i]);
  PetscFunctionReturn(0);
}
