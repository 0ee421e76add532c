/* Partial Cholesky elimination of one dense front; compiled once per level (base/cpu.h).

   Left-looking in rows of tiles, WIDTH rows by up to MOST_VECTORS * LANES columns. A tile is loaded
   once, updated by all eliminated rows above it while it stays in registers, in eliminated rows
   solved with the WIDTH x WIDTH corner of its row, and stored once. Both factors of the update are
   rows of U, contiguous as they stand, so nothing is packed. */
#include <math.h>

#include "lod/front_private.h"

/* Doubles in a register, rows of a tile, and the most registers that make a row of a tile. A tile
   fills the register file: 24 of 32 registers with AVX-512, 12 of 16 with AVX, and without either,
   where a register holds 2 doubles, 8 of 16. */
#if defined __AVX512F__
enum { LANES = 8, WIDTH = 8, MOST_VECTORS = 3 };
#elif defined __AVX__
enum { LANES = 4, WIDTH = 4, MOST_VECTORS = 3 };
#else
enum { LANES = 2, WIDTH = 4, MOST_VECTORS = 2 };
#endif

/* Part of a row of a tile, in a register; loads and stores need the alignment of a double only. */
typedef double Lanes __attribute__((vector_size(LANES * sizeof(double)), aligned(8), may_alias));

#define LOD_INLINE static inline __attribute__((always_inline))

/* tile -= (rows `row`.. of U^T) (columns of U), over the n_done eliminated rows. */
LOD_INLINE void UpdateTile(const double *front, ptrdiff_t stride, int n_done, int row, int column,
                           int n_vectors, Lanes tile[WIDTH][MOST_VECTORS]) {
  for (int k = 0; k < n_done; k++) {
    const double *left = front + k * stride + row, *right = front + k * stride + column;
    Lanes         across[MOST_VECTORS];
#pragma GCC unroll 3
    for (int v = 0; v < n_vectors; v++)
      across[v] = *(const Lanes *)(right + LANES * v);
#pragma GCC unroll 8
    for (int r = 0; r < WIDTH; r++)
#pragma GCC unroll 3
      for (int v = 0; v < n_vectors; v++)
        tile[r][v] -= left[r] * across[v];
  }
}

/* tile <- U_corner^-T tile, the corner being the factored block of the tile's rows. */
LOD_INLINE void SolveTile(const double *corner, ptrdiff_t stride, const double inverse[WIDTH],
                          int n_vectors, Lanes tile[WIDTH][MOST_VECTORS]) {
#pragma GCC     unroll 8
  for (int r = 0; r < WIDTH; r++) {
#pragma GCC unroll 3
    for (int v = 0; v < n_vectors; v++)
      tile[r][v] *= inverse[r];
#pragma GCC unroll 8
    for (int s = r + 1; s < WIDTH; s++)
#pragma GCC unroll 3
      for (int v = 0; v < n_vectors; v++)
        tile[s][v] -= corner[r * stride + s] * tile[r][v];
  }
}

/* Loads, updates, solves (if inverse is not NULL) and stores one tile. */
LOD_INLINE void ProcessTile(double *front, ptrdiff_t stride, int n_done, int row, int column,
                            int n_vectors, const double *inverse) {
  Lanes   tile[WIDTH][MOST_VECTORS];
  double *place = front + row * stride + column;
  for (int r = 0; r < WIDTH; r++)
    for (int v = 0; v < n_vectors; v++)
      tile[r][v] = *(const Lanes *)(place + r * stride + LANES * v);
  UpdateTile(front, stride, n_done, row, column, n_vectors, tile);
  if (inverse) SolveTile(front + row * stride + row, stride, inverse, n_vectors, tile);
  for (int r = 0; r < WIDTH; r++)
    for (int v = 0; v < n_vectors; v++)
      *(Lanes *)(place + r * stride + LANES * v) = tile[r][v];
}

/* All tiles of one row of tiles, columns [column, n). */
LOD_INLINE void ProcessRow(double *front, ptrdiff_t stride, int n_done, int row, int column, int n,
                           const double *inverse) {
  for (; column + MOST_VECTORS * LANES <= n; column += MOST_VECTORS * LANES)
    ProcessTile(front, stride, n_done, row, column, MOST_VECTORS, inverse);
  if (MOST_VECTORS > 2 && n - column == 2 * LANES)
    ProcessTile(front, stride, n_done, row, column, 2, inverse);
  if (MOST_VECTORS > 1 && n - column == LANES)
    ProcessTile(front, stride, n_done, row, column, 1, inverse);
}

/* Cholesky of an updated corner in place; inverse[r] = 1 / U_rr. Returns -1 or the bad pivot. */
static int FactorCorner(double *corner, ptrdiff_t stride, double inverse[WIDTH]) {
  for (int r = 0; r < WIDTH; r++) {
    double *row = corner + r * stride;
    if (!(row[r] > 0) || !isfinite(row[r])) return r;
    row[r] = sqrt(row[r]);
    inverse[r] = 1 / row[r];
    for (int s = r + 1; s < WIDTH; s++)
      row[s] *= inverse[r];
    for (int s = r + 1; s < WIDTH; s++)
      for (int t = s; t < WIDTH; t++)
        corner[s * stride + t] -= row[s] * row[t];
  }
  return -1;
}

/* Implements LodFrontEliminate. */
static int Eliminate(double *front, ptrdiff_t stride, int n_eliminated, int n) {
  double inverse[WIDTH];
  for (int row = 0; row < n_eliminated; row += WIDTH) {
    ProcessTile(front, stride, row, row, row, WIDTH / LANES, NULL);
    int bad = FactorCorner(front + row * stride + row, stride, inverse);
    if (bad >= 0) return row + bad;
    ProcessRow(front, stride, row, row, row + WIDTH, n, inverse);
  }
  for (int row = n_eliminated; row < n; row += WIDTH)
    ProcessRow(front, stride, n_eliminated, row, row, n, NULL);
  return -1;
}

const LodFrontKernel LOD_AT_LEVEL(LodFrontKernel) = {.width = WIDTH, .eliminate = Eliminate};
