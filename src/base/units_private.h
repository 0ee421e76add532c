/* Loops of units that depend on the processor. */
#ifndef LODNET_BASE_UNITS_PRIVATE_H
#define LODNET_BASE_UNITS_PRIVATE_H

#include <stddef.h>
#include <stdint.h>

#include "base/cpu.h"

/* LodUnitsLargest; LodLargestSingle, but NaN of NaN; and to[] = (half rest) from[], in two steps,
   of arrays that are the same or do not overlap. */
typedef struct {
  double (*largest)(size_t count, const double *values);
  float (*largest_single)(size_t count, const float *values);
  void (*scale)(double half, double rest, size_t count, const double *from, double *to);
} LodUnitsKernel;
LOD_KERNEL(LodUnitsKernel)

#endif
