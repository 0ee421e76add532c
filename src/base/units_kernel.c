/* Largest numbers of arrays; compiled once per level (base/cpu.h). */
#include <math.h>
#include <string.h>

#include "base/units_private.h"

/* Implements LodUnitsKernel.largest. */
static double Largest(size_t count, const double *values) {
  double largest = 0, spoilt = 0; /* 0 * x is 0, or NaN if x is not finite */
#pragma omp simd reduction(max : largest) reduction(+ : spoilt)
  for (size_t i = 0; i < count; i++) {
    const double size = fabs(values[i]);
    largest = size > largest ? size : largest;
    spoilt += 0 * size;
  }
  return largest + spoilt;
}

/* Implements LodUnitsKernel.largest_single: the bits of a float without sign are ordered as its
   values. */
static float LargestSingle(size_t count, const float *values) {
  uint32_t most = 0;
  float    largest;
  for (size_t i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, values + i, sizeof bits);
    bits &= 0x7fffffffu;
    most = bits > most ? bits : most;
  }
  memcpy(&largest, &most, sizeof largest);
  return largest;
}

/* Implements LodUnitsKernel.scale. */
static void Scale(double half, double rest, size_t count, const double *from, double *to) {
#pragma omp simd
  for (size_t i = 0; i < count; i++)
    to[i] = from[i] * half * rest;
}

const LodUnitsKernel LOD_AT_LEVEL(LodUnitsKernel) = {
    .largest = Largest, .largest_single = LargestSingle, .scale = Scale};
