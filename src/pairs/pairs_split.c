/* Which coefficients are for training, which for validation, which for the test. */
#include <math.h>
#include <stdlib.h>

#include "base/random.h"
#include "pairs/pairs_private.h"
#include "sample/sample.h"

/* Random stream of the shuffle ("SPLI" in the upper half, apart from those of the samples). */
#define SPLIT_STREAM ((uint64_t)0x53504c49 << 32)

/* One sample, in the order in which samples are shared out. */
typedef struct {
  PetscInt sample, family, scale;
  uint64_t key; /* random */
} Candidate;

PetscInt LodPairsSamples(const LodPairsPlan *plan) {
  PetscInt samples = 0;
  for (PetscInt f = 0; f < plan->n_families; f++)
    samples += plan->families[f].count;
  return samples;
}

PetscInt LodPairsFamily(const LodPairsPlan *plan, PetscInt sample) {
  PetscInt family = 0;
  while (sample >= plan->families[family].count)
    sample -= plan->families[family++].count;
  return family;
}

PetscInt LodPairsNumber(const LodPairsPlan *plan, PetscInt sample) {
  const PetscInt family = LodPairsFamily(plan, sample);
  PetscInt       number = sample;
  if (plan->families[family].family != LOD_FAMILY_FILE) return sample;
  for (PetscInt f = 0; f < family; f++)
    number -= plan->families[f].count;
  return number;
}

/* qsort order: by family, scale, random key, number. */
static int CompareCandidates(const void *left, const void *right) {
  const Candidate *a = left, *b = right;
  if (a->family != b->family) return a->family < b->family ? -1 : 1;
  if (a->scale != b->scale) return a->scale < b->scale ? -1 : 1;
  if (a->key != b->key) return a->key < b->key ? -1 : 1;
  return a->sample < b->sample ? -1 : a->sample > b->sample;
}

/* round(fraction * samples), but at least 1 for a fraction above 0. */
static PetscInt Share(double fraction, PetscInt samples) {
  return fraction > 0 ? PetscMax(1, (PetscInt)lround(fraction * (double)samples)) : 0;
}

/* Gives `part` to `wanted` of the `n` candidates that are still in training, at equal distances
   along their order: each family and scale gives its proportion, up to rounding. */
static void Take(PetscInt n, const Candidate *candidates, PetscInt wanted, LodSplit part,
                 int32_t *split) {
  PetscInt64 left = 0, seen = 0;
  for (PetscInt i = 0; i < n; i++)
    left += split[candidates[i].sample] == LOD_SPLIT_TRAIN;
  for (PetscInt i = 0; i < n; i++) {
    if (split[candidates[i].sample] != LOD_SPLIT_TRAIN) continue;
    /* The integer part of (seen * wanted + left / 2) / left rises `wanted` times in all. */
    const PetscInt64 before = (seen * wanted + left / 2) / left;
    const PetscInt64 after = ((seen + 1) * wanted + left / 2) / left;
    if (after > before) split[candidates[i].sample] = (int32_t)part;
    seen++;
  }
}

PetscErrorCode LodPairsShare(const LodPairsPlan *plan, int32_t *split) {
  const PetscInt n = LodPairsSamples(plan);
  PetscInt       test = Share(plan->test, n), validation = Share(plan->validation, n);
  const PetscInt most = n - (plan->train > 0 ? 1 : 0); /* for the two together */
  Candidate     *candidates;

  PetscFunctionBeginUser;
  validation = PetscMin(validation, most);
  test = PetscMin(test, most - validation);
  PetscCall(PetscMalloc1(n, &candidates));
  for (PetscInt i = 0; i < n; i++) {
    const PetscInt family = LodPairsFamily(plan, i);
    candidates[i] =
        (Candidate){.sample = i,
                    .family = family,
                    .scale = LodSampleScale(&plan->families[family], plan->grid.coefficient[0], i),
                    .key = LodRandomBits((uint64_t)plan->seed, SPLIT_STREAM, (uint64_t)i)};
    split[i] = LOD_SPLIT_TRAIN;
  }
  qsort(candidates, (size_t)n, sizeof *candidates, CompareCandidates);
  Take(n, candidates, test, LOD_SPLIT_TEST, split);
  Take(n, candidates, validation, LOD_SPLIT_VALIDATION, split);
  PetscCall(PetscFree(candidates));
  PetscFunctionReturn(0);
}
