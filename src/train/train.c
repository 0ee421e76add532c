/* Training: mini-batches in a shuffled order, Adam, validation, the best parameters kept. */
#include "train/train.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/events.h"
#include "base/random.h"
#include "base/report.h"
#include "base/text_file.h"
#include "io/history.h"
#include "train/batch.h"
#include "train/state.h"

/* The stream of random numbers of epoch e's order is this plus e. */
#define ORDER_STREAM UINT64_C(0x6f72646572000000)
/* And that of the symmetries by which its pairs are turned. */
#define TURN_STREAM UINT64_C(0x7475726e00000000)

/* A run whose mean loss over an epoch is that many times the first epoch's has diverged. */
#define DIVERGED 10

/* Most pairs that the loss of a network that says 0 is taken over. */
#define MOST_JUDGED 8192

/* One training run. */
typedef struct {
  const LodTrainPlan    *plan;
  const LodTrainOptions *options;
  LodPairs              *pairs;
  LodModel              *model;
  LodNetworkRun         *passes;    /* through the model's network */
  LodBatch               pairs_now; /* the mini-batch */
  PetscInt              *symmetry;  /* [batch]: how each of its pairs is turned */
  PetscInt               batch;
  PetscInt64             n_train, n_validation; /* pairs */
  PetscInt64            *order;                 /* [max(n_train, n_validation)] */
  float                 *out;                   /* [batch][n_out] */
  LodTrainingState       state;
  double                 start, saved; /* of this run, and of the latest checkpoint: LodSeconds */
  LodProgress            progress;     /* over all pairs that are still to come */
  PetscInt64             seen;         /* by this run */
  char                   label[64];
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

double LodTrainingRate(const LodTrainingSettings *settings, PetscInt epoch) {
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
        (PetscInt)(LodRandomBits((uint64_t)run->plan->seed, TURN_STREAM + (uint64_t)epoch,
                                 (uint64_t)(begin + i)) %
                   count);
  return run->symmetry;
}

/* Writes DIRECTORY/checkpoint.h5. */
static PetscErrorCode SaveCheckpoint(Run *run) {
  LodTrainingState state = run->state;
  char             path[LOD_PATH_MAX];
  PetscFunctionBeginUser;
  state.seconds += LodSeconds() - run->start;
  PetscCall(LodCheckpointPath(run->options->directory, path));
  PetscCall(LodCheckpointWrite(path, run->model, &state));
  run->saved = LodSeconds();
  PetscFunctionReturn(0);
}

/* A loss relative to the trivial one; itself if that is 0, which no loss can be relative to. */
static double Relative(const Run *run, double loss) {
  const double trivial = run->model->history.trivial;
  return trivial > 0 ? loss / trivial : loss;
}

/* Shows how far the run is. */
static PetscErrorCode ShowProgress(Run *run, PetscInt epoch, PetscInt n) {
  const double scale = run->model->out_scale * run->model->out_scale;
  PetscFunctionBeginUser;
  run->seen += n;
  (void)snprintf(run->label, sizeof run->label, "epoch %d, relative loss %.3e", (int)epoch + 1,
                 Relative(run, scale * run->state.sum / (double)run->state.begin));
  PetscCall(LodProgressUpdate(&run->progress, run->seen));
  PetscFunctionReturn(0);
}

/* One step: the next n pairs of the epoch's order. */
static PetscErrorCode Step(Run *run, PetscInt epoch, PetscInt n) {
  const LodNetworkLoss loss = LodBatchLoss(&run->pairs_now);
  const double         rate = LodTrainingRate(&run->plan->training, epoch);
  LodTrainingState    *state = &run->state;
  LodNetwork          *network = run->model->network;
  double               mean = 0;
  PetscFunctionBeginUser;
  PetscCall(LodBatchGather(&run->pairs_now, LOD_SPLIT_TRAIN, n, run->order + state->begin,
                           ChooseSymmetries(run, epoch, state->begin, n)));
  PetscCall(LodNetworkBackward(run->passes, n + loss.n_anchors, run->pairs_now.inp,
                               run->pairs_now.target, &loss, &mean));
  PetscCheck(isfinite(mean), PETSC_COMM_SELF, PETSC_ERR_FP,
             "training: the loss is %.9g in epoch %" PetscInt_FMT ", step %lld: a smaller "
             "learning rate than %.3e may help; the last good checkpoint is kept",
             mean, epoch + 1, (long long)(state->begin / run->batch + 1), rate);
  PetscCall(LodNetworkAdam(network, LodNetworkGradients(run->passes), &run->plan->training.adam,
                           rate, ++state->step, state->first, state->second));
  state->sum += mean * (double)n;
  state->begin += n;
  PetscFunctionReturn(0);
}

/* What is left of an epoch's pass over the training pairs; *loss is the mean over them, each at the
   time of its step. */
static PetscErrorCode TrainEpoch(Run *run, PetscInt epoch, double *loss) {
  const double interval = 60 * run->plan->training.checkpoint_minutes;
  PetscFunctionBeginUser;
  Shuffle(run->n_train, run->plan->seed, epoch, run->order);
  while (run->state.begin < run->n_train) {
    const PetscInt n = (PetscInt)PetscMin(run->batch, run->n_train - run->state.begin);
    PetscCall(LodEventBegin(LOD_EVENT_TRAINING_STEP));
    PetscCall(Step(run, epoch, n));
    PetscCall(LodEventEnd(LOD_EVENT_TRAINING_STEP));
    PetscCall(ShowProgress(run, epoch, n));
    if (run->state.begin < run->n_train && LodSeconds() - run->saved >= interval)
      PetscCall(SaveCheckpoint(run));
  }
  *loss = run->state.sum / (double)run->n_train * run->model->out_scale * run->model->out_scale;
  PetscFunctionReturn(0);
}

/* Loss of pair i of a mini-batch of n; the outputs are in run->out, those of the anchors last. That
   of pair i is overwritten. */
static double SampleLoss(Run *run, PetscInt n, PetscInt i) {
  const LodNetworkLoss loss = LodBatchLoss(&run->pairs_now);
  const size_t         n_out = (size_t)run->pairs_now.n_out;
  float               *out = run->out + (size_t)i * n_out;
  const float         *target = run->pairs_now.target + (size_t)i * n_out;
  for (size_t o = 0; o < n_out; o++)
    out[o] -= target[o];
  if (loss.n_anchors) {
    const float *anchor = run->out + (size_t)(n + loss.anchor[i]) * n_out;
    for (size_t o = 0; o < n_out; o++)
      out[o] -= anchor[o];
  }
  return loss.apply(loss.context, i, out);
}

/* Loss, over training pairs that lie evenly among all, of a network whose output is 0: its
   operators are those of a constant coefficient, or 0 without baseline. */
static PetscErrorCode FindTrivialLoss(Run *run) {
  const PetscInt64 count = PetscMin(run->n_train, MOST_JUDGED);
  const size_t     n_rows = (size_t)(run->batch + run->pairs_now.anchors.n);
  double           sum = 0;
  PetscFunctionBeginUser;
  for (PetscInt64 i = 0; i < count; i++)
    run->order[i] = i * run->n_train / count;
  for (PetscInt64 begin = 0; begin < count; begin += run->batch) {
    const PetscInt n = (PetscInt)PetscMin(run->batch, count - begin);
    PetscCall(LodBatchGather(&run->pairs_now, LOD_SPLIT_TRAIN, n, run->order + begin, NULL));
    PetscCall(PetscArrayzero(run->out, n_rows * (size_t)run->pairs_now.n_out));
    for (PetscInt i = 0; i < n; i++)
      sum += SampleLoss(run, n, i);
  }
  run->model->history.trivial = sum / (double)count * run->model->out_scale * run->model->out_scale;
  PetscCheck(isfinite(sum), PETSC_COMM_SELF, PETSC_ERR_FP,
             "training: the loss of a network that says 0 is %.9g: the operators of the pairs are "
             "not finite",
             sum);
  if (!run->options->quiet)
    LodSay("training: losses are relative to that of a network that says 0%s",
           run->model->structure.baseline ? ", which gives operators of constant coefficients"
                                          : "");
  PetscFunctionReturn(0);
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
    PetscCall(
        LodNetworkForward(run->passes, n + run->pairs_now.anchors.n, run->pairs_now.inp, run->out));
    for (PetscInt i = 0; i < n; i++)
      sum += SampleLoss(run, n, i);
  }
  *loss = sum / (double)run->n_validation * run->model->out_scale * run->model->out_scale;
  PetscCheck(isfinite(*loss), PETSC_COMM_SELF, PETSC_ERR_FP,
             "training: the validation loss is %.9g after epoch %" PetscInt_FMT ", step %lld",
             *loss, epoch + 1, (long long)run->state.step);
  PetscFunctionReturn(0);
}

/* Writes history.csv, atomically. */
static PetscErrorCode WriteHistory(const LodHistory *history, const char *path) {
  LodTextFile file;
  PetscFunctionBeginUser;
  PetscCall(LodTextFileBegin(&file, NULL, path));
  fprintf(file.stream, LOD_HISTORY_NAMES "\n");
  for (PetscInt e = 0; e < history->epochs; e++) {
    const double *row = history->history + (size_t)e * LOD_HISTORY_COLUMNS;
    fprintf(file.stream, "%.0f,%.3f,%.9g,%.9g,%.9g\n", row[LOD_HISTORY_EPOCH],
            row[LOD_HISTORY_SECONDS], row[LOD_HISTORY_TRAIN], row[LOD_HISTORY_VALIDATION],
            row[LOD_HISTORY_RATE]);
  }
  PetscCall(LodTextFileCommit(&file));
  PetscFunctionReturn(0);
}

/* Says how an epoch went. */
static PetscErrorCode SayEpoch(Run *run, const double row[LOD_HISTORY_COLUMNS]) {
  const LodHistory *history = &run->model->history;
  PetscFunctionBeginUser;
  if (run->options->quiet) PetscFunctionReturn(0);
  PetscCall(LodProgressEnd(&run->progress)); /* makes room for the line; the bar comes back */
  LodSay(
      "epoch %3.0f of %d   relative loss: training %.3e, validation %.3e   rate %.1e   %6.1f s%s",
      row[LOD_HISTORY_EPOCH], (int)run->plan->training.epochs,
      Relative(run, row[LOD_HISTORY_TRAIN]), Relative(run, row[LOD_HISTORY_VALIDATION]),
      row[LOD_HISTORY_RATE], row[LOD_HISTORY_SECONDS],
      history->best_epoch == history->epochs ? "  best" : "");
  PetscFunctionReturn(0);
}

/* Refuses parameters that are not finite: behind an activation the loss need not show them. */
static PetscErrorCode CheckParameters(const Run *run) {
  const float     *parameters = LodNetworkParameters(run->model->network);
  const PetscInt64 count = LodNetworkParameterCount(run->model->network);
  PetscFunctionBeginUser;
  for (PetscInt64 i = 0; i < count; i++)
    PetscCheck(isfinite(parameters[i]), PETSC_COMM_SELF, PETSC_ERR_FP,
               "training: parameter %lld is %.6g after epoch %" PetscInt_FMT
               ", step %lld: a smaller "
               "learning rate may help; the last good checkpoint is kept",
               (long long)i, (double)parameters[i], run->model->history.epochs,
               (long long)run->state.step);
  PetscFunctionReturn(0);
}

/* Takes down what an epoch gave, in memory, in history.csv and on the terminal; keeps the
   parameters if they are the best so far. */
static PetscErrorCode Record(Run *run, const double row[LOD_HISTORY_COLUMNS]) {
  LodHistory  *history = &run->model->history;
  LodNetwork  *network = run->model->network;
  const double loss = row[run->n_validation ? LOD_HISTORY_VALIDATION : LOD_HISTORY_TRAIN];
  char         path[LOD_PATH_MAX];
  PetscFunctionBeginUser;
  memcpy(history->history + (size_t)history->epochs * LOD_HISTORY_COLUMNS, row,
         LOD_HISTORY_COLUMNS * sizeof *row);
  history->epochs++;
  PetscCall(CheckParameters(run));
  PetscCheck(row[LOD_HISTORY_TRAIN] <= DIVERGED * history->history[LOD_HISTORY_TRAIN],
             PETSC_COMM_SELF, PETSC_ERR_FP,
             "training: diverges: the loss is %.3e in epoch %.0f, step %lld, %.3e in the first: a "
             "smaller learning rate than %.3e may help; the last good checkpoint is kept",
             row[LOD_HISTORY_TRAIN], row[LOD_HISTORY_EPOCH], (long long)run->state.step,
             history->history[LOD_HISTORY_TRAIN], row[LOD_HISTORY_RATE]);
  if (history->epochs == 1 || loss < run->state.best_loss) {
    run->state.best_loss = loss;
    history->best_epoch = history->epochs;
    memcpy(run->state.best, LodNetworkParameters(network),
           (size_t)LodNetworkParameterCount(network) * sizeof *run->state.best);
  }
  PetscCall(PetscSNPrintf(path, sizeof path, "%s/history.csv", run->options->directory));
  PetscCall(WriteHistory(history, path));
  PetscCall(SayEpoch(run, row));
  PetscFunctionReturn(0);
}

/* The epochs that are still to come; on return the network has the parameters of the best. */
static PetscErrorCode RunEpochs(Run *run) {
  LodNetwork       *network = run->model->network;
  const LodHistory *history = &run->model->history;
  const PetscInt    epochs = run->plan->training.epochs;
  PetscFunctionBeginUser;
  PetscCall(LodProgressBegin(&run->progress, run->label, "pairs",
                             (epochs - history->epochs) * run->n_train - run->state.begin,
                             run->options->quiet));
  for (PetscInt epoch = history->epochs; epoch < epochs; epoch++) {
    double row[LOD_HISTORY_COLUMNS] = {[LOD_HISTORY_EPOCH] = epoch + 1};
    row[LOD_HISTORY_RATE] = LodTrainingRate(&run->plan->training, epoch);
    PetscCall(TrainEpoch(run, epoch, &row[LOD_HISTORY_TRAIN]));
    row[LOD_HISTORY_VALIDATION] = row[LOD_HISTORY_TRAIN];
    if (run->n_validation) PetscCall(Validate(run, epoch, &row[LOD_HISTORY_VALIDATION]));
    row[LOD_HISTORY_SECONDS] = run->state.seconds + LodSeconds() - run->start;
    PetscCall(Record(run, row));
    run->state.begin = 0;
    run->state.sum = 0;
    PetscCall(SaveCheckpoint(run));
  }
  PetscCall(LodProgressEnd(&run->progress));
  memcpy(LodNetworkParameters(network), run->state.best,
         (size_t)LodNetworkParameterCount(network) * sizeof *run->state.best);
  PetscFunctionReturn(0);
}

/* Allocates the buffers of a run whose model is made. */
static PetscErrorCode CreateBuffers(Run *run) {
  const size_t count = (size_t)LodNetworkParameterCount(run->model->network);
  const size_t batch = (size_t)run->batch;
  PetscFunctionBeginUser;
  PetscCall(LodBatchCreate(run->pairs, run->model, &run->plan->training, run->batch,
                           run->plan->network.symmetric, &run->pairs_now));
  PetscCall(LodNetworkRunCreate(run->model->network, run->batch + run->pairs_now.anchors.n,
                                &run->passes));
  PetscCall(PetscMalloc3(
      PetscMax(run->n_train, run->n_validation), &run->order, batch, &run->symmetry,
      (batch + (size_t)run->pairs_now.anchors.n) * (size_t)run->pairs_now.n_out, &run->out));
  PetscCall(
      PetscCalloc3(count, &run->state.first, count, &run->state.second, count, &run->state.best));
  PetscCall(PetscMalloc1((size_t)run->plan->training.epochs * LOD_HISTORY_COLUMNS,
                         &run->model->history.history));
  PetscFunctionReturn(0);
}

/* Frees them. */
static PetscErrorCode DestroyBuffers(Run *run) {
  PetscFunctionBeginUser;
  PetscCall(LodNetworkRunDestroy(&run->passes));
  PetscCall(LodBatchDestroy(&run->pairs_now));
  PetscCall(PetscFree3(run->order, run->symmetry, run->out));
  PetscCall(PetscFree3(run->state.first, run->state.second, run->state.best));
  PetscFunctionReturn(0);
}

/* Goes on where the checkpoint of an earlier run stands, if there is one and that is wanted. */
static PetscErrorCode Resume(Run *run) {
  char path[LOD_PATH_MAX];
  PetscFunctionBeginUser;
  PetscCall(LodCheckpointPath(run->options->directory, path));
  if (!run->options->resume || access(path, F_OK) != 0) PetscFunctionReturn(0);
  PetscCall(LodCheckpointRead(path, run->plan->training.epochs, run->model, &run->state));
  LodCheckInput(run->state.begin < run->n_train, "%s: begin: is %lld of %lld pairs", path,
                (long long)run->state.begin, (long long)run->n_train);
  if (!run->options->quiet)
    LodSay("training: continues %s: %d epochs and %lld of %lld pairs are done", path,
           (int)run->model->history.epochs, (long long)run->state.begin, (long long)run->n_train);
  PetscFunctionReturn(0);
}

/* Everything between finding out how many pairs there are and the trained model. */
static PetscErrorCode SetUpAndRun(Run *run) {
  PetscFunctionBeginUser;
  PetscCall(LodModelPrepare(run->plan, run->pairs, run->model));
  PetscCall(CreateBuffers(run));
  PetscCall(FindTrivialLoss(run));
  PetscCall(Resume(run));
  run->start = run->saved = LodSeconds();
  PetscCall(RunEpochs(run));
  PetscFunctionReturn(0);
}

PetscErrorCode LodModelTrain(const LodTrainPlan *plan, LodPairs *pairs,
                             const LodTrainOptions *options, LodModel **model) {
  Run        run = {.plan = plan, .options = options, .pairs = pairs, .label = "training"};
  PetscInt64 samples;
  PetscFunctionBeginUser;
  *model = NULL;
  PetscCall(LodPairsCount(pairs, LOD_SPLIT_TRAIN, &samples, &run.n_train));
  PetscCall(LodPairsCount(pairs, LOD_SPLIT_VALIDATION, &samples, &run.n_validation));
  LodCheckInput(run.n_train >= 1, "%s: no coefficient is left for training", plan->path);
  run.batch = (PetscInt)PetscMin(plan->training.batch, PetscMax(run.n_train, run.n_validation));
  PetscCall(PetscNew(&run.model));
  PetscErrorCode error = SetUpAndRun(&run);
  PetscCall(DestroyBuffers(&run));
  if (error) PetscCall(LodModelDestroy(&run.model));
  PetscCall(error);
  *model = run.model;
  PetscFunctionReturn(0);
}

PetscErrorCode LodCheckpointPath(const char *directory, char path[LOD_PATH_MAX]) {
  PetscFunctionBeginUser;
  PetscCall(PetscSNPrintf(path, LOD_PATH_MAX, "%s/checkpoint.h5", directory));
  PetscFunctionReturn(0);
}
