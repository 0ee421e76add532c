/* A model before its training: what the training pairs say about range and scales. */
#include <lodnet/sample.h>
#include <math.h>
#include <string.h>

#include "nn/train_private.h"

/* Pairs read at once for the statistics of the operators. */
#define PAIRS_AT_ONCE 1000

/* Sums over the training coefficients: number of values, their sum and sum of squares, range. */
typedef struct {
  double count, sum, squares, smallest, largest;
} ValueStatistics;

/* Goes through the coefficients of the training split. */
static PetscErrorCode CollectValues(LodPairs *pairs, ValueStatistics *statistics) {
  PetscInt64     samples, count;
  LodCoefficient coefficient;
  PetscFunctionBeginUser;
  *statistics = (ValueStatistics){.smallest = HUGE_VAL, .largest = 0};
  PetscCall(LodPairsCount(pairs, LOD_SPLIT_TRAIN, &samples, &count));
  for (PetscInt64 sample = 0; sample < samples; sample++) {
    PetscCall(LodPairsCoefficient(pairs, LOD_SPLIT_TRAIN, sample, &coefficient));
    const PetscInt n = LodPower(coefficient.cells, coefficient.dim);
    for (PetscInt i = 0; i < n; i++) {
      const double value = coefficient.values[i];
      statistics->sum += value;
      statistics->squares += value * value;
      statistics->smallest = fmin(statistics->smallest, value);
      statistics->largest = fmax(statistics->largest, value);
    }
    statistics->count += n;
    PetscCall(LodCoefficientDestroy(&coefficient));
  }
  PetscFunctionReturn(0);
}

/* Root of the mean square over all entries of the training operators. */
static PetscErrorCode OperatorScale(LodPairs *pairs, const LodGrid *grid, double *scale) {
  const size_t n_inp = (size_t)LodGridPatchValues(grid), n_out = (size_t)LodGridOperatorSize(grid);
  PetscInt64   samples, count, index[PAIRS_AT_ONCE];
  float       *inp, *target;
  double       squares = 0;
  PetscFunctionBeginUser;
  PetscCall(LodPairsCount(pairs, LOD_SPLIT_TRAIN, &samples, &count));
  PetscCall(PetscMalloc2(PAIRS_AT_ONCE * n_inp, &inp, PAIRS_AT_ONCE * n_out, &target));
  for (PetscInt64 begin = 0; begin < count; begin += PAIRS_AT_ONCE) {
    const PetscInt n = (PetscInt)PetscMin(PAIRS_AT_ONCE, count - begin);
    for (PetscInt i = 0; i < n; i++)
      index[i] = begin + i;
    PetscCall(LodPairsGather(pairs, LOD_SPLIT_TRAIN, n, index, inp, target));
    for (size_t i = 0; i < (size_t)n * n_out; i++)
      squares += (double)target[i] * (double)target[i];
  }
  PetscCall(PetscFree2(inp, target));
  *scale = sqrt(squares / ((double)count * (double)n_out));
  PetscFunctionReturn(0);
}

/* Signature from grid, families and the values seen. A family with bounds counts with them: that no
   value came quite up to beta is chance. */
static PetscErrorCode FillSignature(const LodConfig *config, const LodGrid *grid,
                                    const ValueStatistics *statistics, LodSignature *signature) {
  PetscFunctionBeginUser;
  *signature = (LodSignature){.dim = grid->dim,
                              .ell = grid->ell,
                              .ratio = grid->coefficient / grid->coarse,
                              .fine_ratio = grid->fine / grid->coefficient,
                              .coarse = grid->coarse,
                              .smallest = statistics->smallest,
                              .largest = statistics->largest};
  memcpy(signature->natural, grid->natural, sizeof signature->natural);
  for (PetscInt i = 0; i < config->n_families; i++) {
    const LodSampleSettings *family = &config->families[i];
    const size_t             used = strlen(signature->families);
    snprintf(signature->families + used, sizeof signature->families - used, "%s%s",
             used ? ", " : "", LodFamilyName(family->family));
    if (family->family == LOD_FAMILY_EXPRESSION || family->family == LOD_FAMILY_LOGNORMAL) continue;
    signature->smallest = fmin(signature->smallest, family->alpha);
    signature->largest = fmax(signature->largest, family->beta);
  }
  PetscFunctionReturn(0);
}

/* Shift and scales: those of the training pairs if the config asks for them, else none. A constant
   coefficient or an operator of zeros keeps scale 1. */
static PetscErrorCode FillNormalisation(const LodConfig *config, const LodGrid *grid,
                                        LodPairs *pairs, const ValueStatistics *statistics,
                                        LodModel *model) {
  const double mean = statistics->sum / statistics->count;
  const double variance = statistics->squares / statistics->count - mean * mean;
  double       scale = 0;
  PetscFunctionBeginUser;
  model->inp_shift = 0;
  model->inp_scale = model->out_scale = 1;
  model->zero_sums = config->network.zero_sums;
  if (!config->network.normalise) PetscFunctionReturn(0);
  model->inp_shift = mean;
  if (variance > 1e-12 * mean * mean) model->inp_scale = 1 / sqrt(variance);
  PetscCall(OperatorScale(pairs, grid, &scale));
  if (isfinite(scale) && scale > 0) model->out_scale = scale;
  PetscFunctionReturn(0);
}

PetscErrorCode LodModelPrepare(const LodConfig *config, LodPairs *pairs, PetscInt max_batch,
                               LodModel *model) {
  const PetscInt  n_hidden = config->network.n_hidden;
  PetscInt        width[LOD_MAX_LAYERS + 2];
  LodGrid         grid;
  ValueStatistics statistics;
  PetscFunctionBeginUser;
  PetscCall(LodPairsGrid(pairs, &grid));
  PetscCall(CollectValues(pairs, &statistics));
  PetscCall(FillSignature(config, &grid, &statistics, &model->signature));
  PetscCall(FillNormalisation(config, &grid, pairs, &statistics, model));
  width[0] = LodGridPatchValues(&grid);
  memcpy(width + 1, config->network.hidden, (size_t)n_hidden * sizeof *width);
  width[n_hidden + 1] = LodGridOperatorSize(&grid);
  PetscCall(LodNetworkCreate(n_hidden + 1, width, max_batch, &model->network));
  PetscCall(LodNetworkInitialize(model->network, config->seed));
  PetscCall(LodConfigWrite(config, &model->config));
  model->seed = config->seed;
  PetscFunctionReturn(0);
}
