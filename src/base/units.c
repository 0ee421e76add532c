/* Powers of two as units: numbers of any size are brought to about 1 without rounding. */
#include "base/units.h"

#include <float.h>
#include <math.h>

/* 2^-1000 to 2^1000 can be multiplied by and divided by without leaving the normal numbers. */
enum { MOST_EXPONENT = 1000 };

double LodLargest(size_t count, const double *values) {
  double largest = 0, spoilt = 0; /* 0 * x is 0, or NaN if x is not finite */
#pragma omp simd reduction(max : largest) reduction(+ : spoilt)
  for (size_t i = 0; i < count; i++) {
    const double size = fabs(values[i]);
    largest = size > largest ? size : largest;
    spoilt += 0 * size;
  }
  return largest + spoilt;
}

int LodExponent(double largest) {
  if (!(largest > 0) || largest > DBL_MAX) return 0;
  return PetscMax(-MOST_EXPONENT, PetscMin(MOST_EXPONENT, ilogb(largest)));
}

void LodScaleByPower(int exponent, size_t count, const double *from, double *to) {
  /* In two steps: the power itself may lie outside of double precision. */
  const double half = ldexp(1, exponent / 2), rest = ldexp(1, exponent - exponent / 2);
  if (exponent == 0 && from == to) return;
#pragma omp simd
  for (size_t i = 0; i < count; i++)
    to[i] = from[i] * half * rest;
}

PetscErrorCode LodSolutionToUnits(const char *what, int exponent, size_t count, double *values) {
  const double before = LodLargest(count, values);
  PetscFunctionBeginUser;
  LodScaleByPower(exponent, count, values, values);
  const double largest = LodLargest(count, values);
  PetscCheck(isfinite(largest), PETSC_COMM_SELF, PETSC_ERR_FP, "the %s solution is not finite%s",
             what,
             isfinite(before) ? ": it is too large for double precision; scale A or f"
                              : ", its system is singular in double precision");
  PetscCheck(before == 0 || largest >= DBL_MIN, PETSC_COMM_SELF, PETSC_ERR_FP,
             "the %s solution is too small for double precision: scale A or f", what);
  PetscFunctionReturn(0);
}
