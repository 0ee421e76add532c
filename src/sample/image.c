/* Grey values of a picture as a coefficient. */
#include <math.h>

#include "sample/png_private.h"
#include "sample/sample_private.h"

/* Averages of n pixels along one line over `cells` equal intervals: average[c] is the mean of the
   piecewise constant function pixel[0], pixel[stride], ... over [c/cells, (c+1)/cells]. Exact for
   any ratio, finer or coarser. */
static void AverageLine(PetscInt n, PetscInt stride, const double *pixel, PetscInt cells,
                        double *average) {
  for (PetscInt cell = 0; cell < cells; cell++) {
    const double begin = (double)cell * (double)n / (double)cells;
    const double end = (double)(cell + 1) * (double)n / (double)cells;
    double       sum = 0, weight = 0;
    for (PetscInt i = (PetscInt)begin; i < n && (double)i < end; i++) {
      const double part = fmin(end, (double)(i + 1)) - fmax(begin, (double)i);
      if (part <= 0) continue;
      sum += part * pixel[(size_t)i * (size_t)stride];
      weight += part;
    }
    average[cell] = sum / weight;
  }
}

/* Resamples grey[height][width], row 0 at the top, to values[cells[1]][cells[0]], row 0 at the
   bottom (y = 0): first along x, then along y. */
static PetscErrorCode Resample(PetscInt width, PetscInt height, const double *grey,
                               const PetscInt cells[], double *values) {
  const PetscInt n_x = cells[0], n_y = cells[1];
  double        *rows, *column;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc2((size_t)height * (size_t)n_x, &rows, n_y, &column));
  for (PetscInt y = 0; y < height; y++)
    AverageLine(width, 1, grey + (size_t)y * (size_t)width, n_x, rows + (size_t)y * (size_t)n_x);
  for (PetscInt x = 0; x < n_x; x++) {
    AverageLine(height, n_x, rows + x, n_y, column);
    for (PetscInt y = 0; y < n_y; y++)
      values[(n_y - 1 - y) * n_x + x] = column[y];
  }
  PetscCall(PetscFree2(rows, column));
  PetscFunctionReturn(0);
}

PetscErrorCode LodSampleImage(const LodSampleSettings *settings, const PetscInt cells[],
                              double *values) {
  const double alpha = settings->alpha, beta = settings->beta;
  PetscInt     width, height;
  double      *grey;

  PetscFunctionBeginUser;
  PetscCall(LodPngReadGrey(settings->image, &width, &height, &grey));
  PetscCall(Resample(width, height, grey, cells, values));
  PetscCall(PetscFree(grey));
  for (PetscInt i = 0; i < cells[0] * cells[1]; i++) {
    const double g = fmin(1, fmax(0, values[i]));
    values[i] = settings->logarithmic ? alpha * pow(beta / alpha, g) : alpha + (beta - alpha) * g;
  }
  PetscFunctionReturn(0);
}
