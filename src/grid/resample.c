/* Coefficients on other cells.

   The mean of g(A), with g = log A, A or 1/A, over a box is taken along one axis after the other:
   weights are products of what intervals share. Those are counted in integers, in parts of 1/(E E')
   of D, so that cells which touch do not share anything by rounding. */
#include "grid/resample.h"

#include <math.h>
#include <string.h>

#include "base/error.h"

static const char *const mean_names[] = {[LOD_MEAN_GEOMETRIC] = "geometric",
                                         [LOD_MEAN_ARITHMETIC] = "arithmetic",
                                         [LOD_MEAN_HARMONIC] = "harmonic"};
enum { n_means = sizeof mean_names / sizeof mean_names[0] };

const char *LodMeanName(LodMean mean) {
  return mean_names[mean];
}

PetscErrorCode LodMeanFromName(const char *name, const char *where, LodMean *mean) {
  PetscFunctionBeginUser;
  for (int i = 0; i < n_means; i++)
    if (strcmp(name, mean_names[i]) == 0) {
      *mean = (LodMean)i;
      PetscFunctionReturn(0);
    }
  LodInputError("%s: no mean '%s'; the means are geometric, arithmetic, harmonic", where, name);
}

/* g, whose arithmetic mean is taken, and its inverse. */
static double Transform(LodMean mean, double value) {
  return mean == LOD_MEAN_GEOMETRIC ? log(value) : mean == LOD_MEAN_HARMONIC ? 1 / value : value;
}
static double Inverse(LodMean mean, double value) {
  return mean == LOD_MEAN_GEOMETRIC ? exp(value) : mean == LOD_MEAN_HARMONIC ? 1 / value : value;
}

LodMeans LodCoefficientVolumeMeans(const LodCoefficient *coefficient) {
  const PetscInt count = LodCoefficientCells(coefficient);
  double         sum[n_means] = {0};
  for (PetscInt i = 0; i < count; i++)
    for (int mean = 0; mean < n_means; mean++)
      sum[mean] += Transform((LodMean)mean, coefficient->values[i]) / count;
  return (LodMeans){.arithmetic = Inverse(LOD_MEAN_ARITHMETIC, sum[LOD_MEAN_ARITHMETIC]),
                    .geometric = Inverse(LOD_MEAN_GEOMETRIC, sum[LOD_MEAN_GEOMETRIC]),
                    .harmonic = Inverse(LOD_MEAN_HARMONIC, sum[LOD_MEAN_HARMONIC])};
}

/* A change from `before` to `after` in per cent, 0 where it is rounding. */
static double PerCent(double before, double after) {
  const double part = after / before - 1;
  return fabs(part) < 1e-9 ? 0 : 100 * part;
}

void LodMeansCompare(const LodCoefficient *before, const LodCoefficient *after, char text[256]) {
  const LodMeans old = LodCoefficientVolumeMeans(before), now = LodCoefficientVolumeMeans(after);
  (void)snprintf(text, 256,
                 "arithmetic %.6g, was %.6g (%+.2g %%), geometric %.6g, was %.6g (%+.2g %%), "
                 "harmonic %.6g, was %.6g (%+.2g %%)",
                 now.arithmetic, old.arithmetic, PerCent(old.arithmetic, now.arithmetic),
                 now.geometric, old.geometric, PerCent(old.geometric, now.geometric), now.harmonic,
                 old.harmonic, PerCent(old.harmonic, now.harmonic));
}

/* Refuses what there are no such means of. */
static PetscErrorCode CheckNumbers(const LodCoefficient *from, const char *where) {
  PetscFunctionBeginUser;
  LodCheckInput(
      LodCoefficientIsPlain(from),
      "%s: only a number A per cell, without mask, reaction and Robin rates, can be put on "
      "other cells",
      where);
  PetscFunctionReturn(0);
}

/* Arithmetic means along one axis, from inp[outer][n][inner] to out[outer][m][inner]. */
static void AverageAxis(PetscInt outer, PetscInt n, PetscInt m, PetscInt inner, const double *inp,
                        double *out) {
  memset(out, 0, (size_t)outer * (size_t)m * (size_t)inner * sizeof *out);
  for (PetscInt o = 0; o < outer; o++)
    for (PetscInt i = 0; i < m; i++) {
      const PetscInt64 begin = (PetscInt64)i * n, end = begin + n; /* new cell i; old ones have m */
      double          *target = out + ((size_t)o * (size_t)m + (size_t)i) * (size_t)inner;
      for (PetscInt64 j = begin / m; j * m < end; j++) {
        const PetscInt64 shared = PetscMin(end, (j + 1) * m) - PetscMax(begin, j * m);
        const double     weight = (double)shared / (double)n;
        const double    *source = inp + ((size_t)o * (size_t)n + (size_t)j) * (size_t)inner;
        for (PetscInt k = 0; k < inner; k++)
          target[k] += weight * source[k];
      }
    }
}

PetscErrorCode LodCoefficientResample(const LodCoefficient *from, const PetscInt cells[],
                                      LodMean mean, const char *where, LodCoefficient *to) {
  const PetscInt dim = from->dim;
  PetscInt       size[LOD_MAX_DIM]; /* cells so far */
  PetscInt       most = 1;
  PetscBool      refines = PETSC_TRUE;
  double        *now, *next;

  PetscFunctionBeginUser;
  PetscCall(CheckNumbers(from, where));
  PetscCall(LodCoefficientCreate(dim, cells, to));
  for (PetscInt axis = 0; axis < dim; axis++) {
    size[axis] = from->cells[axis];
    most *= PetscMax(cells[axis], from->cells[axis]);
    if (cells[axis] % from->cells[axis] != 0) refines = PETSC_FALSE;
  }
  if (refines) mean = LOD_MEAN_ARITHMETIC; /* all means are the same, this one without rounding */
  PetscCall(PetscMalloc1(most, &now));
  PetscCall(PetscMalloc1(most, &next));
  for (PetscInt i = 0; i < LodCoefficientCells(from); i++)
    now[i] = Transform(mean, from->values[i]);
  for (PetscInt axis = 0; axis < dim; axis++) {
    PetscInt inner = 1, outer = 1;
    for (PetscInt other = 0; other < dim; other++) {
      if (other < axis) inner *= size[other];
      if (other > axis) outer *= size[other];
    }
    AverageAxis(outer, size[axis], cells[axis], inner, now, next);
    size[axis] = cells[axis];
    double *swap = now;
    now = next;
    next = swap;
  }
  for (PetscInt i = 0; i < LodCoefficientCells(to); i++)
    to->values[i] = Inverse(mean, now[i]);
  PetscCall(PetscFree(now));
  PetscCall(PetscFree(next));
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoefficientPad(const LodCoefficient *from, const PetscInt cells[],
                                 const char *where, LodCoefficient *to) {
  const LodBox old = LodBoxCells(from->dim, from->cells), new = LodBoxCells(from->dim, cells);
  PetscInt     index[LOD_MAX_DIM];

  PetscFunctionBeginUser;
  PetscCall(CheckNumbers(from, where));
  PetscCall(LodCoefficientCreate(from->dim, cells, to));
  for (PetscInt i = 0; i < LodCoefficientCells(to); i++) {
    LodBoxIndex(&new, i, index);
    for (PetscInt axis = 0; axis < from->dim; axis++)
      index[axis] = PetscMin(index[axis], from->cells[axis] - 1);
    to->values[i] = from->values[LodBoxPosition(&old, index)];
  }
  PetscFunctionReturn(0);
}
