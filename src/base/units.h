/* Units of powers of two, in which systems are solved. */
#ifndef LODNET_BASE_UNITS_H
#define LODNET_BASE_UNITS_H

#include <petscsys.h>

/* Units. A and f come in any units (1e-15 m^2, 1e9 Pa), but the libraries below have thresholds
   that are absolute numbers, and squares leave double precision from 1e154 on. Systems are
   therefore solved in units of powers of two, in which their largest numbers are about 1; nothing
   is rounded by that.

   LodUnitsLargest gives the largest |values[i]| (0 of none); it is not finite if one of them is
   not, which fmax would hide; LodLargestSingle that of floats, then infinite. LodUnitsExponent
   gives e with 2^e <= largest < 2^(e+1), at most 1000 in size; 0 for 0 and for what is not finite.
   LodUnitsScale gives to[] = 2^exponent from[]; the two may be the same array, but not overlap
   otherwise. LodSolutionToUnits does that to the solution of system `what` ("fine") and makes an
   error of one that is not finite, or that is lost because it is smaller than double precision can
   say. */
double         LodUnitsLargest(size_t count, const double *values);
float          LodLargestSingle(size_t count, const float *values);
int            LodUnitsExponent(double largest);
void           LodUnitsScale(int exponent, size_t count, const double *from, double *to);
PetscErrorCode LodSolutionToUnits(const char *what, int exponent, size_t count, double *values);

#endif
