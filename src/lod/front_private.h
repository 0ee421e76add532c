/* Partial Cholesky elimination of one dense front, the kernel that all shared elimination rests on.
 */
#ifndef LODNET_LOD_FRONT_PRIVATE_H
#define LODNET_LOD_FRONT_PRIVATE_H

#include <stddef.h>

/* Sizes of fronts are multiples of this: the doubles in one 512-bit register. */
#define LOD_FRONT_WIDTH 8

/* The next multiple of the width. */
static inline int LodFrontPad(int n) {
  return (n + LOD_FRONT_WIDTH - 1) / LOD_FRONT_WIDTH * LOD_FRONT_WIDTH;
}

/* Eliminates the first `n_eliminated` of the n variables of the symmetric matrix whose upper
   triangle is front[i * stride + j], i <= j (row-major; n, n_eliminated multiples of
   LOD_FRONT_WIDTH, stride
   >= n). On return the eliminated rows hold U with U^T U = the leading block (and U^-T times the
   rest), the others the upper triangle of the Schur complement, which need not be definite. Returns
   -1, or the number of the first pivot that is not positive. Flops: K^3/3 + K^2 m + K m^2 for K
   eliminated and m kept variables. */
int LodFrontEliminate(double *front, ptrdiff_t stride, int n_eliminated, int n);

#endif
