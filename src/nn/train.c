/* Training: mini-batches in a shuffled order, Adam, validation, the best parameters kept. */
#include <lodnet/sample.h>
#include <lodnet/train.h>
#include <math.h>
#include <string.h>

#include "nn/batch_private.h"
#include "nn/train_private.h"

/* The stream of random numbers of epoch e's order is this plus e. */
#define ORDER_STREAM UINT64_C(0x6f72646572000000)
/* And that of the symmetries by which its pairs are turned. */
#define TURN_STREAM UINT64_C(0x7475726e00000000)

/* Columns of a history row. */
enum { EPOCH, SECONDS, TRAIN, VALIDATION, RATE, COLUMNS };

/* One training run. */
typedef struct {
  const LodConfig *config;
  LodPairs        *pairs;
  LodModel        *model;
  LodBatch         pairs_now; /* the mini-batch */
  PetscInt        *symmetry;  /* [batch]: how each of its pairs is turned */
  PetscInt         batch;
  PetscInt64       n_train, n_validation; /* pairs */
  PetscInt64      *order;                 /* [max(n_train, n_validation)] */
  PetscInt64       step;                  /* of Adam, from 1 */
  float           *out;                   /* [batch][n_out] */
  float           *first, *second, *best; /* moments; best parameters so far */
  double           best_loss;
} Run;

/* order[n] = a permutation of 0..n-1 that depends on seed and epoch alone (Fisher and Yates). */
static void Shuffle(PetscInt64 n, PetscInt64 seed, PetscInt epoch, PetscInt64 *order) {
  for (PetscInt64 i = 0; i < n; i++)
    order[i] = i;
  for (PetscInt64 i = n - 1; i > 0; i--) {
    const uint64_t bits =
        LodRandomBits((uint64_t)seed, ORDER_STREAM + (uint64_t)epoch, (uint64_t)i);
    const PetscInt64 other = (PetscInt64)(bits % (uint64_t)(i + 1)), kept = order[i];
    order[i] = order[other];
    order[other] = kept;
  }
}

double LodLearningRate(const LodTrainingSettings *settings, PetscInt epoch) {
  double rate = settings->step_rate[0];
  for (PetscInt i = 0; i < settings->n_steps; i++)
    if (settings->step_from[i] <= epoch) rate = settings->step_rate[i];
  return rate;
}

/* Chooses how to turn the pairs order[begin..begin + n) of an epoch, all by chance. */
static const PetscInt *ChooseSymmetries(Run *run, PetscInt epoch, PetscInt64 begin, PetscInt n) {
  const uint64_t count = (uint64_t)run->pairs_now.n_symmetries;
  if (count == 1) return NULL;
  for (PetscInt i = 0; i < n; i++)
    run->symmetry[i] =
        (PetscInt)(LodRandomBits((uint64_t)run->config->seed, TURN_STREAM + (uint64_t)epoch,
                                 (uint64_t)(begin + i)) %
                   count);
  return run->symmetry;
}

/* One pass over the training pairs; *loss is the mean over them, each at the time of its step. */
static PetscErrorCode TrainEpoch(Run *run, PetscInt epoch, PetscBool quiet, double *loss) {
  const LodNetworkProjection projection = LodBatchProjection(&run->pairs_now);
  LodNetwork                *network = run->model->network;
  const double               rate = LodLearningRate(&run->config->training, epoch);
  LodProgress                progress;
  double                     sum = 0, mean = 0;
  PetscFunctionBeginUser;
  Shuffle(run->n_train, run->config->seed, epoch, run->order);
  PetscCall(LodProgressBegin(&progress, "training", "pairs", run->n_train, quiet));
  for (PetscInt64 begin = 0; begin < run->n_train; begin += run->batch) {
    const PetscInt n = (PetscInt)PetscMin(run->batch, run->n_train - begin);
    PetscCall(LodBatchGather(&run->pairs_now, LOD_SPLIT_TRAIN, n, run->order + begin,
                             ChooseSymmetries(run, epoch, begin, n)));
    PetscCall(LodNetworkBackward(network, n, run->pairs_now.inp, run->pairs_now.target, &projection,
                                 &mean));
    PetscCheck(isfinite(mean), PETSC_COMM_SELF, PETSC_ERR_FP,
               "training: the loss is %.9g in epoch %" PetscInt_FMT ", step %lld: a smaller "
               "learning rate than %.3e may help",
               mean, epoch + 1, (long long)(begin / run->batch + 1), rate);
    PetscCall(LodNetworkAdam(network, &run->config->training, rate, ++run->step, run->first,
                             run->second));
    sum += mean * (double)n;
    PetscCall(LodProgressUpdate(&progress, begin + n));
  }
  PetscCall(LodProgressEnd(&progress));
  *loss = sum / (double)run->n_train * run->model->out_scale * run->model->out_scale;
  PetscFunctionReturn(0);
}

/* Loss of pair i of the mini-batch, its output being in run->out, which is overwritten. */
static double SampleLoss(Run *run, PetscInt i) {
  const LodNetworkProjection projection = LodBatchProjection(&run->pairs_now);
  const size_t               n_out = (size_t)run->pairs_now.n_out;
  float                     *out = run->out + (size_t)i * n_out;
  const float               *target = run->pairs_now.target + (size_t)i * n_out;
  double                     sum = 0;
  for (size_t o = 0; o < n_out; o++)
    out[o] -= target[o];
  if (projection.apply) projection.apply(projection.context, i, out);
  for (size_t o = 0; o < n_out; o++)
    sum += 0.5 * (double)out[o] * (double)out[o];
  return sum;
}

/* Loss of the present parameters on the validation pairs. */
static PetscErrorCode Validate(Run *run, PetscInt epoch, double *loss) {
  double sum = 0;
  PetscFunctionBeginUser;
  for (PetscInt64 i = 0; i < run->n_validation; i++)
    run->order[i] = i;
  for (PetscInt64 begin = 0; begin < run->n_validation; begin += run->batch) {
    const PetscInt n = (PetscInt)PetscMin(run->batch, run->n_validation - begin);
    PetscCall(LodBatchGather(&run->pairs_now, LOD_SPLIT_VALIDATION, n, run->order + begin, NULL));
    PetscCall(LodNetworkForward(run->model->network, n, run->pairs_now.inp, run->out));
    for (PetscInt i = 0; i < n; i++)
      sum += SampleLoss(run, i);
  }
  *loss = sum / (double)run->n_validation * run->model->out_scale * run->model->out_scale;
  PetscCheck(isfinite(*loss), PETSC_COMM_SELF, PETSC_ERR_FP,
             "training: the validation loss is %.9g after epoch %" PetscInt_FMT ", step %lld",
             *loss, epoch + 1, (long long)run->step);
  PetscFunctionReturn(0);
}

PetscErrorCode LodHistoryWrite(const LodHistory *history, const char *path) {
  LodAtomicFile file;
  PetscFunctionBeginUser;
  PetscCall(LodAtomicFileBegin(&file, path));
  FILE *stream = fopen(file.temporary, "w");
  int   failed = !stream;
  if (stream) {
    fprintf(stream, "epoch,seconds,train_loss,validation_loss,learning_rate\n");
    for (PetscInt e = 0; e < history->epochs; e++) {
      const double *row = history->history + e * COLUMNS;
      fprintf(stream, "%.0f,%.3f,%.9g,%.9g,%.9g\n", row[EPOCH], row[SECONDS], row[TRAIN],
              row[VALIDATION], row[RATE]);
    }
    failed = ferror(stream);
    failed |= fclose(stream);
  }
  if (failed) PetscCall(LodAtomicFileAbort(&file));
  PetscCheck(!failed, PETSC_COMM_SELF, PETSC_ERR_FILE_WRITE, "%s: cannot write", path);
  PetscCall(LodAtomicFileCommit(&file));
  PetscFunctionReturn(0);
}

/* Takes down what an epoch gave, in memory, in history.csv and on the terminal; keeps the
   parameters if they are the best so far. */
static PetscErrorCode Record(Run *run, const double row[COLUMNS], const char *directory,
                             PetscBool quiet) {
  LodHistory  *history = &run->model->history;
  LodNetwork  *network = run->model->network;
  const double loss = run->n_validation ? row[VALIDATION] : row[TRAIN];
  char         path[LOD_PATH_MAX];
  PetscFunctionBeginUser;
  memcpy(history->history + history->epochs * COLUMNS, row, COLUMNS * sizeof *row);
  history->epochs++;
  if (history->epochs == 1 || loss < run->best_loss) {
    run->best_loss = loss;
    history->best_epoch = history->epochs;
    memcpy(run->best, LodNetworkParameters(network),
           (size_t)LodNetworkParameterCount(network) * sizeof *run->best);
  }
  PetscCall(PetscSNPrintf(path, sizeof path, "%s/history.csv", directory));
  PetscCall(LodHistoryWrite(history, path));
  if (!quiet) {
    printf("epoch %3.0f of %d   loss: training %.3e, validation %.3e   rate %.1e   %6.1f s%s\n",
           row[EPOCH], (int)run->config->training.epochs, row[TRAIN], row[VALIDATION], row[RATE],
           row[SECONDS], history->best_epoch == history->epochs ? "  best" : "");
    fflush(stdout);
  }
  PetscFunctionReturn(0);
}

/* The epochs; on return the network has the parameters of the best. */
static PetscErrorCode RunEpochs(Run *run, const char *directory, PetscBool quiet) {
  LodNetwork    *network = run->model->network;
  const PetscInt epochs = run->config->training.epochs;
  const double   start = LodSeconds();
  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(epochs * COLUMNS, &run->model->history.history));
  for (PetscInt epoch = 0; epoch < epochs; epoch++) {
    double row[COLUMNS] = {[EPOCH] = epoch + 1};
    row[RATE] = LodLearningRate(&run->config->training, epoch);
    PetscCall(TrainEpoch(run, epoch, quiet, &row[TRAIN]));
    row[VALIDATION] = row[TRAIN];
    if (run->n_validation) PetscCall(Validate(run, epoch, &row[VALIDATION]));
    row[SECONDS] = LodSeconds() - start;
    PetscCall(Record(run, row, directory, quiet));
  }
  memcpy(LodNetworkParameters(network), run->best,
         (size_t)LodNetworkParameterCount(network) * sizeof *run->best);
  PetscFunctionReturn(0);
}

/* Allocates the buffers of a run whose model is made. */
static PetscErrorCode CreateBuffers(Run *run) {
  const size_t count = (size_t)LodNetworkParameterCount(run->model->network);
  const size_t batch = (size_t)run->batch;
  PetscFunctionBeginUser;
  PetscCall(LodBatchCreate(run->pairs, run->model, run->batch, run->config->network.symmetric,
                           &run->pairs_now));
  PetscCall(PetscMalloc3(PetscMax(run->n_train, run->n_validation), &run->order, batch,
                         &run->symmetry, batch * (size_t)run->pairs_now.n_out, &run->out));
  PetscCall(PetscCalloc3(count, &run->first, count, &run->second, count, &run->best));
  PetscFunctionReturn(0);
}

/* Frees them. */
static PetscErrorCode DestroyBuffers(Run *run) {
  PetscFunctionBeginUser;
  PetscCall(LodBatchDestroy(&run->pairs_now));
  PetscCall(PetscFree3(run->order, run->symmetry, run->out));
  PetscCall(PetscFree3(run->first, run->second, run->best));
  PetscFunctionReturn(0);
}

/* Everything between finding out how many pairs there are and the trained model. */
static PetscErrorCode SetUpAndRun(Run *run, const char *directory, PetscBool quiet) {
  PetscFunctionBeginUser;
  PetscCall(LodModelPrepare(run->config, run->pairs, run->batch, run->model));
  PetscCall(CreateBuffers(run));
  PetscCall(RunEpochs(run, directory, quiet));
  PetscFunctionReturn(0);
}

PetscErrorCode LodTrain(const LodConfig *config, LodPairs *pairs, const char *directory,
                        PetscBool quiet, LodModel **model) {
  Run        run = {.config = config, .pairs = pairs};
  PetscInt64 samples;
  PetscFunctionBeginUser;
  *model = NULL;
  PetscCall(LodPairsCount(pairs, LOD_SPLIT_TRAIN, &samples, &run.n_train));
  PetscCall(LodPairsCount(pairs, LOD_SPLIT_VALIDATION, &samples, &run.n_validation));
  LodCheckInput(run.n_train >= 1, "%s: no coefficient is left for training", config->path);
  run.batch = (PetscInt)PetscMin(config->training.batch, PetscMax(run.n_train, run.n_validation));
  PetscCall(PetscNew(&run.model));
  PetscErrorCode error = SetUpAndRun(&run, directory, quiet);
  PetscCall(DestroyBuffers(&run));
  if (error) PetscCall(LodModelDestroy(&run.model));
  PetscCall(error);
  *model = run.model;
  PetscFunctionReturn(0);
}
