/* Partial Cholesky elimination of one dense front, the kernel that all shared elimination rests on.
 */
#ifndef LODNET_LOD_FRONT_PRIVATE_H
#define LODNET_LOD_FRONT_PRIVATE_H

#include <stddef.h>

#include "base/cpu.h"

/* What depends on the processor: sizes of fronts are multiples of `width`; `eliminate` is
   LodFrontEliminate. */
typedef struct {
  int width;
  int (*eliminate)(double *front, ptrdiff_t stride, int n_eliminated, int n);
} LodFrontKernel;
LOD_KERNEL(LodFrontKernel)

/* The width, and the next multiple of it. */
static inline int LodFrontWidth(void) {
  return LodFrontKernelHere()->width;
}
static inline int LodFrontPad(int n) {
  return (n + LodFrontWidth() - 1) / LodFrontWidth() * LodFrontWidth();
}

/* Eliminates the first `n_eliminated` of the n variables of the symmetric matrix whose upper
   triangle is front[i * stride + j], i <= j (row-major; n and n_eliminated multiples of
   LodFrontWidth(), stride >= n). On return the eliminated rows hold U with U^T U = the leading
   block (and U^-T times the rest), the others the upper triangle of the Schur complement, which
   need not be definite. Returns -1, or the number of the first pivot that is not positive. Flops:
   K^3/3 + K^2 m + K m^2 for K eliminated and m kept variables. */
static inline int LodFrontEliminate(double *front, ptrdiff_t stride, int n_eliminated, int n) {
  return LodFrontKernelHere()->eliminate(front, stride, n_eliminated, n);
}

#endif
