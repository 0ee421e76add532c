/* A model before its training: what the training pairs say about range and scales. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "sample/sample.h"
#include "train/batch.h"
#include "train/train.h"

/* Pairs read at once for the statistics of the operators. */
#define PAIRS_AT_ONCE 1000

/* Sums over the training coefficients: number of values t (model.h), their sum and sum of squares;
   range of A. */
typedef struct {
  double count, sum, squares, smallest, largest;
} ValueStatistics;

/* Goes through the coefficients of the training split. */
static PetscErrorCode CollectValues(LodPairs *pairs, PetscBool logarithmic,
                                    ValueStatistics *statistics) {
  PetscInt64     samples, count;
  LodCoefficient coefficient;
  double         bad = 1; /* a value that does not fit, if it is not 1 */
  PetscFunctionBeginUser;
  *statistics = (ValueStatistics){.smallest = HUGE_VAL, .largest = 0};
  PetscCall(LodPairsCount(pairs, LOD_SPLIT_TRAIN, &samples, &count));
  for (PetscInt64 sample = 0; sample < samples; sample++) {
    PetscCall(LodPairsCoefficient(pairs, LOD_SPLIT_TRAIN, sample, &coefficient));
    const PetscInt n = LodCoefficientCells(&coefficient);
    for (PetscInt i = 0; i < n; i++) {
      const double value = coefficient.values[i], t = logarithmic ? log(value) : value;
      if (!(value >= (double)FLT_MIN && value <= (double)FLT_MAX)) bad = value;
      statistics->sum += t;
      statistics->squares += t * t;
      statistics->smallest = fmin(statistics->smallest, value);
      statistics->largest = fmax(statistics->largest, value);
    }
    statistics->count += n;
    PetscCall(LodCoefficientDestroy(&coefficient));
    LodCheckInput(bad == 1,
                  "training coefficient %lld has the value %.9g: single precision, in which "
                  "networks compute, holds %.3g to %.3g",
                  (long long)sample + 1, bad, (double)FLT_MIN, (double)FLT_MAX);
  }
  PetscFunctionReturn(0);
}

/* Root of the mean square over all entries of the training targets, as a model of output scale 1
   has them. */
static PetscErrorCode TargetScale(LodPairs *pairs, const LodModel *model,
                                  const LodTrainingSettings *settings, double *scale) {
  PetscInt64 samples, count, index[PAIRS_AT_ONCE];
  LodBatch   batch;
  double     squares = 0;
  PetscFunctionBeginUser;
  PetscCall(LodPairsCount(pairs, LOD_SPLIT_TRAIN, &samples, &count));
  PetscCall(LodBatchCreate(pairs, model, settings, PAIRS_AT_ONCE, PETSC_FALSE, &batch));
  for (PetscInt64 begin = 0; begin < count; begin += PAIRS_AT_ONCE) {
    const PetscInt n = (PetscInt)PetscMin(PAIRS_AT_ONCE, count - begin);
    for (PetscInt i = 0; i < n; i++)
      index[i] = begin + i;
    PetscCall(LodBatchGather(&batch, LOD_SPLIT_TRAIN, n, index, NULL));
    for (size_t i = 0; i < (size_t)n * (size_t)batch.n_out; i++)
      squares += (double)batch.target[i] * (double)batch.target[i];
  }
  *scale = sqrt(squares / ((double)count * (double)batch.n_out));
  PetscCall(LodBatchDestroy(&batch));
  PetscFunctionReturn(0);
}

/* Signature from grid, families and the values seen. A family with bounds counts with them: that no
   value came quite up to beta is chance. */
static PetscErrorCode FillSignature(const LodTrainPlan *plan, const LodGrid *grid,
                                    const ValueStatistics *statistics, LodSignature *signature) {
  PetscFunctionBeginUser;
  *signature = LodSignatureOfGrid(grid, statistics->smallest, statistics->largest);
  for (PetscInt i = 0; i < plan->n_families; i++) {
    const LodSampleSettings *family = &plan->families[i];
    const size_t             used = strlen(signature->families);
    snprintf(signature->families + used, sizeof signature->families - used, "%s%s",
             used ? ", " : "", LodFamilyName(family->family));
    if (!LodFamilyHasRange(family->family)) continue;
    signature->smallest = fmin(signature->smallest, family->alpha);
    signature->largest = fmax(signature->largest, family->beta);
  }
  PetscFunctionReturn(0);
}

/* Shift and scales: those of the training pairs if the config asks for them, else none. A constant
   coefficient or operators of zeros keep scale 1. */
static PetscErrorCode FillNormalisation(const LodTrainPlan *plan, LodPairs *pairs,
                                        const ValueStatistics *statistics, LodModel *model) {
  const double mean = statistics->sum / statistics->count;
  const double variance = statistics->squares / statistics->count - mean * mean;
  double       scale = 0;
  PetscFunctionBeginUser;
  if (!plan->network.normalise) PetscFunctionReturn(0);
  if (!model->structure.scale_equivariant) model->inp_shift = mean;
  /* In no units: a coefficient of small values is no constant one. Logarithms have none. */
  if (variance > 1e-12 * (model->structure.scale_equivariant + mean * mean))
    model->inp_scale = 1 / sqrt(variance);
  PetscCall(TargetScale(pairs, model, &plan->training, &scale));
  PetscCheck(isfinite(scale), PETSC_COMM_SELF, PETSC_ERR_FP,
             "the root mean square of the training operators is %.6g", scale);
  if (scale > 0) model->out_scale = scale;
  PetscFunctionReturn(0);
}

PetscErrorCode LodModelPrepare(const LodTrainPlan *plan, LodPairs *pairs, LodModel *model) {
  const LodNetworkSettings *settings = &plan->network;
  LodGrid                   grid;
  ValueStatistics           statistics;
  PetscFunctionBeginUser;
  PetscCall(LodPairsGrid(pairs, &grid));
  PetscCall(CollectValues(pairs, settings->structure.scale_equivariant, &statistics));
  PetscCall(FillSignature(plan, &grid, &statistics, &model->signature));
  const LodNetworkShape shape = LodModelShape(&grid, settings);
  PetscCall(LodNetworkCreate(&shape, &model->network));
  PetscCall(LodNetworkInitialize(model->network, plan->seed));
  model->inp_shift = 0;
  model->inp_scale = model->out_scale = 1;
  model->structure = settings->structure;
  PetscCall(FillNormalisation(plan, pairs, &statistics, model));
  PetscCall(PetscStrallocpy(plan->text, &model->config));
  model->seed = plan->seed;
  PetscFunctionReturn(0);
}
