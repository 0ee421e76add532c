/* Exact training pairs on disk: every sample's coefficient and its local operators for every cell.

   pairs.h5: `coefficients` (samples, E, E) and `operators` (samples, N^d, (2l+2)^d, 2^d), float32
   or float64, or operators as bfloat16 (config: [pairs] bits), one chunk a sample, shuffled and
   deflated by [pairs] compression; `split` (samples), 0 train, 1 validation, 2 test; `complete`,
   how many samples are done; attribute `config`, the text of LodConfigWritePairs, and the mesh. The
   split is by coefficient, each family and scale in proportion. While samples are missing the file
   is called pairs.h5.partial; a killed run loses the sample in flight at most. Whatever is stored,
   reading for training gives single precision. */
#ifndef LODNET_PAIRS_PAIRS_H
#define LODNET_PAIRS_PAIRS_H

#include "grid/coefficient.h"
#include "sample/settings.h"

/* How pairs.h5 is stored. */
typedef struct {
  PetscInt bits;        /* of each number: 32 (default) or 64; 16: operators as bfloat16 */
  PetscInt compression; /* level of shuffle and deflate, 0 (none, default) to 9 */
} LodPairsSettings;

/* What determines the pairs, as a config says it (borrowed): `text` is the same for the same pairs,
   `path` what messages call the config. */
typedef struct {
  const char              *path, *text;
  PetscInt64               seed;
  LodGrid                  grid;
  PetscInt                 n_families;
  const LodSampleSettings *families;                /* [n_families] */
  double                   train, validation, test; /* parts of the coefficients; sum 1 */
  LodPairsSettings         pairs;
} LodPairsPlan;

typedef enum { LOD_SPLIT_TRAIN = 0, LOD_SPLIT_VALIDATION = 1, LOD_SPLIT_TEST = 2 } LodSplit;

/* Makes `path` hold all pairs of the plan: samples the coefficients, computes their operators and
   appends them. A file that the same settings made is reused, an unfinished one continued; one made
   with other settings is an input error that names the first setting that differs. Each operator
   belongs to exactly the coefficient beside it. */
PetscErrorCode LodPairsMake(const LodPairsPlan *plan, const char *path, PetscBool quiet);

/* Pairs opened for reading. Patches are gathered on demand from the coefficients (never stored). */
typedef struct LodPairs LodPairs;

PetscErrorCode LodPairsOpen(const char *path, LodPairs **pairs);
PetscErrorCode LodPairsClose(LodPairs **pairs);

/* The grid, and how many samples (coefficients) and pairs (samples * N^d) a split has. */
PetscErrorCode LodPairsGrid(LodPairs *pairs, LodGrid *grid);
PetscErrorCode LodPairsCount(LodPairs *pairs, LodSplit split, PetscInt64 *samples,
                             PetscInt64 *count);

/* Gathers pairs index[0..n) of a split (pair = sample_in_split * N^d + cell) into
   inp[n][((2l+1)k)^d] and target[n][(2l+2)^d * 2^d]. */
PetscErrorCode LodPairsGather(LodPairs *pairs, LodSplit split, PetscInt n, const PetscInt64 *index,
                              float *inp, float *target);

/* Coefficient number `sample` of a split, as a new coefficient. */
PetscErrorCode LodPairsCoefficient(LodPairs *pairs, LodSplit split, PetscInt64 sample,
                                   LodCoefficient *coefficient);

#endif
