/* Speed of training. */
#include <omp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/progress.h"
#include "base/random.h"
#include "bench/bench_private.h"
#include "train/batch.h"
#include "train/state.h"

/* Coefficients whose pairs are trained on, of each of the config's families. */
#define COEFFICIENTS 8

/* What is timed. */
enum { LOAD, FORWARD, BACKWARD, UPDATE, PARTS };

/* The config with few coefficients, all but one of each family for training. */
static LodConfig SmallConfig(const LodConfig *config) {
  LodConfig small = *config;
  for (PetscInt f = 0; f < small.n_families; f++)
    small.families[f].count = PetscMin(small.families[f].count, COEFFICIENTS);
  small.train = 1;
  small.validation = small.test = 0;
  return small;
}

/* One step, pairs from `first` on; times[] gets the seconds of its parts. */
static PetscErrorCode Step(LodBatch *batch, LodModel *model, LodNetworkRun *run,
                           const LodTrainingSettings *settings, PetscInt64 step,
                           const PetscInt64 *index, LodTrainingState *state, float *out,
                           double times[PARTS]) {
  const LodNetworkLoss loss = LodBatchLoss(batch);
  double               mean, start = LodSeconds(), now;
  PetscFunctionBeginUser;
  PetscCall(LodBatchGather(batch, LOD_SPLIT_TRAIN, batch->capacity, index, NULL));
  times[LOAD] = (now = LodSeconds()) - start;
  start = now;
  PetscCall(LodNetworkForward(run, batch->capacity, batch->inp, out));
  times[FORWARD] = (now = LodSeconds()) - start;
  start = now;
  PetscCall(LodNetworkBackward(run, batch->capacity + loss.n_anchors, batch->inp, batch->target,
                               &loss, &mean));
  times[BACKWARD] = (now = LodSeconds()) - start - times[FORWARD];
  start = now;
  PetscCall(LodNetworkAdam(model->network, LodNetworkGradients(run), &settings->adam, 1e-4, step,
                           state->first, state->second));
  times[UPDATE] = LodSeconds() - start;
  PetscFunctionReturn(0);
}

/* Flops of one sample: weights' derivatives cost what the products do, and so do the inputs', which
   the first layer does not need. */
static double SampleFlops(const LodNetwork *network) {
  const PetscInt pieces = LodNetworkShapeOf(network)->n_pieces;
  double         flops = 0;
  for (PetscInt l = 0; l < LodNetworkLayers(network); l++)
    flops += (l ? 3 : 2) * LodBenchLayerFlops(network, l) *
             (double)(l < LodNetworkShapeOf(network)->n_encoder ? pieces : 1);
  return flops;
}

/* Warms up and repeats; times[] is workspace, PARTS x repeats. */
static PetscErrorCode Repeat(LodBatch *batch, LodModel *model, LodNetworkRun *run,
                             const LodTrainingSettings *settings, PetscInt64 n_pairs,
                             PetscInt repeats, LodTrainingState *state, PetscInt64 *index,
                             float *out, double *times, LodBenchTrainResult *result) {
  double one[PARTS], whole = 0;
  PetscFunctionBeginUser;
  for (PetscInt repeat = -1; repeat < repeats; repeat++) {
    for (PetscInt i = 0; i < batch->capacity; i++) /* scattered, as shuffled pairs are */
      index[i] =
          (PetscInt64)(LodRandomBits(1, (uint64_t)(repeat + 1), (uint64_t)i) % (uint64_t)n_pairs);
    PetscCall(Step(batch, model, run, settings, repeat + 2, index, state, out, one));
    for (int part = 0; part < PARTS && repeat >= 0; part++) {
      times[part * repeats + repeat] = one[part];
      whole += one[part];
    }
  }
  result->seconds_load = LodSpreadCompute(repeats, times);
  result->seconds_forward = LodSpreadCompute(repeats, times + repeats);
  result->seconds_backward = LodSpreadCompute(repeats, times + 2 * repeats);
  result->seconds_update = LodSpreadCompute(repeats, times + 3 * repeats);
  result->samples_per_second = (double)batch->capacity * (double)repeats / whole;
  PetscFunctionReturn(0);
}

/* Measures on open pairs. */
static PetscErrorCode Measure(const LodConfig *config, LodPairs *pairs, PetscInt repeats,
                              LodBenchTrainResult *result) {
  LodModel        *model;
  LodNetworkRun   *run;
  LodBatch         batch;
  LodTrainingState state = {0};
  PetscInt64       samples, count, *index;
  float           *out;
  double          *times;
  PetscFunctionBeginUser;
  PetscCall(LodPairsCount(pairs, LOD_SPLIT_TRAIN, &samples, &count));
  result->batch = (PetscInt)PetscMin(config->training.batch, count);
  PetscCall(PetscNew(&model));
  PetscCall(LodConfigPrepareModel(config, pairs, model));
  PetscCall(LodBatchCreate(pairs, model, &config->training, result->batch, PETSC_FALSE, &batch));
  PetscCall(LodNetworkRunCreate(model->network, result->batch + batch.anchors.n, &run));
  result->parameters = LodNetworkParameterCount(model->network);
  result->flops = SampleFlops(model->network);
  PetscCall(PetscCalloc5(result->parameters, &state.first, result->parameters, &state.second,
                         result->batch, &index, (size_t)result->batch * (size_t)batch.n_out, &out,
                         PARTS * (size_t)repeats, &times));
  PetscCall(Repeat(&batch, model, run, &config->training, count, repeats, &state, index, out, times,
                   result));
  PetscCall(PetscFree5(state.first, state.second, index, out, times));
  PetscCall(LodNetworkRunDestroy(&run));
  PetscCall(LodBatchDestroy(&batch));
  PetscCall(LodModelDestroy(&model));
  PetscFunctionReturn(0);
}

PetscErrorCode LodBenchTrain(const LodConfig *config, PetscInt threads, PetscInt repeats,
                             LodBenchTrainResult *result) {
  const LodConfig small = SmallConfig(config);
  const int       threads_before = omp_get_max_threads();
  const char     *parent = getenv("TMPDIR");
  char            directory[LOD_PATH_MAX], path[LOD_PATH_MAX];
  LodPairs       *pairs = NULL;
  PetscFunctionBeginUser;
  *result = (LodBenchTrainResult){0};
  PetscCall(PetscSNPrintf(directory, sizeof directory, "%s/lodnet-bench-XXXXXX",
                          parent ? parent : "/tmp"));
  PetscCheck(mkdtemp(directory), PETSC_COMM_SELF, PETSC_ERR_FILE_WRITE,
             "%s: cannot make a temporary directory", directory);
  PetscCall(PetscSNPrintf(path, sizeof path, "%s/pairs.h5", directory));
  omp_set_num_threads((int)threads);
  PetscErrorCode error = LodConfigMakePairs(&small, path, PETSC_TRUE);
  if (!error) error = LodPairsOpen(path, &pairs);
  if (!error) error = Measure(&small, pairs, repeats, result);
  PetscCall(LodPairsClose(&pairs));
  unlink(path);
  rmdir(directory);
  PetscCall(error);
  PetscCall(LodGemmRateSingle(threads, &result->gemm_rate));
  result->gemm_share = result->samples_per_second * result->flops / result->gemm_rate;
  omp_set_num_threads(threads_before);
  PetscFunctionReturn(0);
}
