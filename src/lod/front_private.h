/* Partial Cholesky elimination of one dense front, the kernel that all shared elimination rests on.
 */
#ifndef LODNET_LOD_FRONT_PRIVATE_H
#define LODNET_LOD_FRONT_PRIVATE_H

#include <stddef.h>

/* Sizes of fronts are multiples of LOD_FRONT_WIDTH, the doubles in one register and the rows of a
   tile; LOD_FRONT_VECTORS registers make a row of a tile. A tile fills the register file: 24 of 32
   registers with AVX-512, 12 of 16 with AVX; without either a register holds 2 doubles, and 4 rows
   of 4 doubles take 8. */
#if defined __AVX512F__
#define LOD_FRONT_WIDTH 8
#define LOD_FRONT_VECTORS 3
#elif defined __AVX__
#define LOD_FRONT_WIDTH 4
#define LOD_FRONT_VECTORS 3
#else
#define LOD_FRONT_WIDTH 4
#define LOD_FRONT_VECTORS 1
#endif

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
