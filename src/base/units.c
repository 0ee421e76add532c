/* Powers of two as units: numbers of any size are brought to about 1 without rounding. */
#include "base/units.h"

#include <float.h>
#include <math.h>

#include "base/units_private.h"

/* 2^-1000 to 2^1000 can be multiplied by and divided by without leaving the normal numbers. */
enum { MOST_EXPONENT = 1000 };

double LodUnitsLargest(size_t count, const double *values) {
  return LodUnitsKernelHere()->largest(count, values);
}

float LodLargestSingle(size_t count, const float *values) {
  const float largest = LodUnitsKernelHere()->largest_single(count, values);
  return largest <= FLT_MAX ? largest : HUGE_VALF;
}

int LodUnitsExponent(double largest) {
  if (!(largest > 0) || largest > DBL_MAX) return 0;
  return PetscMax(-MOST_EXPONENT, PetscMin(MOST_EXPONENT, ilogb(largest)));
}

void LodUnitsScale(int exponent, size_t count, const double *from, double *to) {
  /* In two steps: the power itself may lie outside of double precision. */
  const double half = ldexp(1, exponent / 2), rest = ldexp(1, exponent - exponent / 2);
  if (exponent == 0 && from == to) return;
  LodUnitsKernelHere()->scale(half, rest, count, from, to);
}

PetscErrorCode LodSolutionToUnits(const char *what, int exponent, size_t count, double *values) {
  const double before = LodUnitsLargest(count, values);
  PetscFunctionBeginUser;
  LodUnitsScale(exponent, count, values, values);
  const double largest = LodUnitsLargest(count, values);
  PetscCheck(isfinite(largest), PETSC_COMM_SELF, PETSC_ERR_FP, "the %s solution is not finite%s",
             what,
             isfinite(before) ? ": it is too large for double precision; scale A or f"
                              : ", its system is singular in double precision");
  PetscCheck(before == 0 || largest >= DBL_MIN, PETSC_COMM_SELF, PETSC_ERR_FP,
             "the %s solution is too small for double precision: scale A or f", what);
  PetscFunctionReturn(0);
}
