/* Training on a small problem with real pairs. */
#include <math.h>
#include <omp.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "check_lodnet.h"
#include "check_network.h"
#include "compare/evaluation.h"
#include "config/config.h"
#include "train/state.h"

/* Directory of this process, and its pairs.h5; made by SetUp, removed by TearDown. */
static char      directory[64], pairs_path[96], history_path[96];
static LodConfig config;

/* 12 coefficients on 4 x 4 coarse cells of 2 x 2 values, l = 1: 36 inputs, 64 outputs. */
static void SetUp(void) {
  LodConfigDefaults(&config);
  snprintf(config.path, sizeof config.path, "test.toml");
  config.seed = (PetscInt64)(test_seed() % 1000000);
  config.grid = (LodGrid){LOD_UNIT_CUBE(2, 4, 8, 16), .ell = 1};
  config.n_families = 1;
  config.families[0].count = 12;
  config.families[0].n_scales = 1;
  config.families[0].scales[0] = 8;
  config.network = (LodNetworkSettings){.n_hidden = 2, .hidden = {48, 48}, .normalise = PETSC_TRUE};
  config.training.epochs = 30;
  config.training.batch = 50; /* 160 training pairs: the last batch is short */
  config.training.loss = LOD_LOSS_ENTRIES;
  config.training.n_steps = 2;
  config.training.step_from[0] = 0;
  config.training.step_rate[0] = 3e-3;
  config.training.step_from[1] = 25;
  config.training.step_rate[1] = 3e-4;
  snprintf(directory, sizeof directory, "/tmp/lodnet-test-train-%d", (int)getpid());
  snprintf(pairs_path, sizeof pairs_path, "%s/pairs.h5", directory);
  snprintf(history_path, sizeof history_path, "%s/history.csv", directory);
  assert_ok(LodDirectoryMake(directory));
}

static void TearDown(void) {
  char path[LOD_PATH_MAX];
  assert_ok(LodCheckpointPath(directory, path));
  unlink(path);
  unlink(pairs_path);
  unlink(history_path);
  rmdir(directory);
}

/* How the tests train. */
static LodTrainOptions options = {.directory = directory, .quiet = PETSC_TRUE};

/* Trains from the config; the pairs are made if they are not there. */
static LodModel *Train(void) {
  LodPairs *pairs;
  LodModel *model;
  assert_ok(LodConfigMakePairs(&config, pairs_path, PETSC_TRUE));
  assert_ok(LodPairsOpen(pairs_path, &pairs));
  assert_ok(LodConfigTrain(&config, pairs, &options, &model));
  assert_ok(LodPairsClose(&pairs));
  return model;
}

START_TEST(loss_falls_and_the_history_is_written) {
  LodModel     *model = Train();
  const double *rows = model->history.history;
  char          line[256];
  int           lines = 0;
  ck_assert_int_eq(model->history.epochs, 30);
  ck_assert_double_lt(rows[29 * 5 + 2], 0.2 * rows[2]);
  ck_assert_double_lt(rows[29 * 5 + 3], 0.5 * rows[3]);
  for (PetscInt e = 0; e < 30; e++) {
    ck_assert_double_eq(rows[e * 5], e + 1);
    ck_assert_double_eq(rows[e * 5 + 4], e < 25 ? 3e-3 : 3e-4);
    ck_assert_double_ge(rows[e * 5 + 3], rows[(model->history.best_epoch - 1) * 5 + 3]);
  }
  FILE *csv = fopen(history_path, "r");
  ck_assert_ptr_nonnull(csv);
  ck_assert_ptr_nonnull(fgets(line, sizeof line, csv));
  ck_assert_str_eq(line, "epoch,seconds,train_loss,validation_loss,learning_rate\n");
  while (fgets(line, sizeof line, csv)) {
    double row[5];
    ck_assert_int_eq(
        sscanf(line, "%lf,%lf,%lf,%lf,%lf", &row[0], &row[1], &row[2], &row[3], &row[4]), 5);
    ck_assert_double_eq_tol(row[2], rows[lines * 5 + 2], 1e-8 * row[2]);
    ck_assert_double_eq_tol(row[3], rows[lines * 5 + 3], 1e-8 * row[3]);
    lines++;
  }
  fclose(csv);
  ck_assert_int_eq(lines, 30);
  assert_ok(LodModelDestroy(&model));
}
END_TEST

START_TEST(model_knows_what_it_was_trained_for) {
  config.training.epochs = 2;
  config.grid.natural[0][1] = PETSC_TRUE;
  LodModel           *model = Train();
  const LodSignature *signature = &model->signature;
  ck_assert_int_eq(signature->dim, 2);
  ck_assert_int_eq(signature->ell, 1);
  ck_assert_int_eq(signature->ratio, 2);
  ck_assert_int_eq(signature->fine_ratio, 2);
  ck_assert_int_eq(signature->coarse, 4);
  ck_assert(signature->natural[0][1] && !signature->natural[0][0]);
  ck_assert(signature->smallest == 1 && signature->largest == 5);
  ck_assert_str_eq(signature->families, "iid");
  /* Mean and deviation of uniform values in [1, 5], from 10 coefficients of 64 values. */
  ck_assert_double_eq_tol(model->inp_shift, 3, 0.3);
  ck_assert_double_eq_tol(1 / model->inp_scale, 4 / sqrt(12), 0.15);
  ck_assert_double_gt(model->out_scale, 0);
  ck_assert_int_eq(model->seed, config.seed);
  ck_assert_ptr_nonnull(strstr(model->config, "48"));
  assert_ok(LodModelDestroy(&model));
}
END_TEST

/* The loss is in units of S_T: before any step it is that of the plain definition. */
START_TEST(validation_loss_is_that_of_the_model_that_is_kept) {
  config.training.epochs = 5;
  LodModel  *model = Train();
  LodPairs  *pairs;
  PetscInt64 samples, count, index[64];
  float      inp[64 * 36], target[64 * 64], out[64 * 64];
  double     loss = 0;
  assert_ok(LodPairsOpen(pairs_path, &pairs));
  assert_ok(LodPairsCount(pairs, LOD_SPLIT_VALIDATION, &samples, &count));
  ck_assert(count >= 16 && count <= 64);
  for (int i = 0; i < count; i++)
    index[i] = i;
  assert_ok(LodPairsGather(pairs, LOD_SPLIT_VALIDATION, (PetscInt)count, index, inp, target));
  for (int i = 0; i < count * 36; i++)
    if (inp[i] > 0) inp[i] = (inp[i] - (float)model->inp_shift) * (float)model->inp_scale;
  network_forward(model->network, (PetscInt)count, inp, out);
  for (int i = 0; i < count * 64; i++)
    loss += 0.5 * pow(model->out_scale * (double)out[i] - (double)target[i], 2) / (double)count;
  const double *best = model->history.history + (model->history.best_epoch - 1) * 5;
  ck_assert_double_eq_tol(loss, best[3], 1e-4 * loss);
  assert_ok(LodPairsClose(&pairs));
  assert_ok(LodModelDestroy(&model));
}
END_TEST

START_TEST(same_seed_same_parameters_for_any_number_of_threads) {
  int threads = omp_get_max_threads();
  config.training.epochs = 3;
  omp_set_num_threads(1);
  LodModel *one = Train();
  omp_set_num_threads(3);
  LodModel *three = Train();
  config.seed++;
  unlink(pairs_path);
  LodModel *other = Train();
  omp_set_num_threads(threads);
  const size_t bytes = (size_t)LodNetworkParameterCount(one->network) * sizeof(float);
  ck_assert_mem_eq(LodNetworkParameters(one->network), LodNetworkParameters(three->network), bytes);
  ck_assert_mem_ne(LodNetworkParameters(one->network), LodNetworkParameters(other->network), bytes);
  assert_ok(LodModelDestroy(&one));
  assert_ok(LodModelDestroy(&three));
  assert_ok(LodModelDestroy(&other));
}
END_TEST

START_TEST(a_loss_that_is_not_finite_stops_with_epoch_and_step) {
  LodPairs *pairs;
  LodModel *model;
  config.training.step_rate[0] = 1e30;
  assert_ok(LodConfigMakePairs(&config, pairs_path, PETSC_TRUE));
  assert_ok(LodPairsOpen(pairs_path, &pairs));
  PetscErrorCode error = LodConfigTrain(&config, pairs, &options, &model);
  ck_assert(error && error != LOD_ERR_INPUT);
  ck_assert_msg(strstr(LodErrorMessage(), "epoch 1, step 2"), "%s", LodErrorMessage());
  ck_assert_ptr_null(model);
  LodErrorClear();
  assert_ok(LodPairsClose(&pairs));
}
END_TEST

START_TEST(training_brings_the_learned_solution_closer) {
  LodModel *model = Train();
  LodPairs *pairs;
  PetscInt  n;
  double   *trained, *untrained;
  assert_ok(LodPairsOpen(pairs_path, &pairs));
  assert_ok(LodModelEvaluatePairs(pairs, LOD_SPLIT_TEST, model, PETSC_TRUE, &n, &trained));
  ck_assert_int_ge(n, 1);
  assert_ok(LodNetworkInitialize(model->network, 1));
  assert_ok(LodModelEvaluatePairs(pairs, LOD_SPLIT_TEST, model, PETSC_TRUE, &n, &untrained));
  for (PetscInt i = 0; i < n; i++) {
    ck_assert(isfinite(trained[i]));
    ck_assert_double_lt(trained[i], 0.6);
    ck_assert_double_gt(untrained[i], trained[i]);
  }
  assert_ok(PetscFree(trained));
  assert_ok(PetscFree(untrained));
  assert_ok(LodPairsClose(&pairs));
  assert_ok(LodModelDestroy(&model));
}
END_TEST

/* What the printed losses are relative to: that of outputs 0, here of no operator at all. */
START_TEST(trivial_loss_is_that_of_operators_that_are_0) {
  config.training.epochs = 1;
  LodModel  *model = Train();
  LodPairs  *pairs;
  PetscInt64 samples, count, index[1];
  float      inp[36], target[64];
  double     loss = 0;
  assert_ok(LodPairsOpen(pairs_path, &pairs));
  assert_ok(LodPairsCount(pairs, LOD_SPLIT_TRAIN, &samples, &count));
  for (index[0] = 0; index[0] < count; index[0]++) {
    assert_ok(LodPairsGather(pairs, LOD_SPLIT_TRAIN, 1, index, inp, target));
    for (int i = 0; i < 64; i++)
      loss += 0.5 * (double)target[i] * (double)target[i] / (double)count;
  }
  ck_assert_double_eq_tol(model->history.trivial, loss, 1e-4 * loss);
  assert_ok(LodPairsClose(&pairs));
  assert_ok(LodModelDestroy(&model));
}
END_TEST

START_TEST(advice_follows_from_settings_and_history) {
  /* epoch, seconds, training, validation, rate: falls to the end, validation far above */
  double           rows[] = {1, 1, 8, 40, 1, 2, 2, 4, 30, 1, 3, 3, 2, 20, 1};
  const LodHistory history = {.epochs = 3, .history = rows, .best_epoch = 3, .trivial = 100};
  char             advice[LOD_MESSAGE_MAX];
  LodConfig        other = config;
  LodConfigAdvice(&other, &history, advice);
  ck_assert_msg(strstr(advice, "zero_sums, baseline") && !strstr(advice, "normalise"), "%s",
                advice);
  ck_assert_msg(strstr(advice, "still falls") && strstr(advice, "10.0 times"), "%s", advice);
  LodConfigDefaults(&other);
  rows[7] = rows[12] = 90;
  rows[13] = 91;
  LodConfigAdvice(&other, &history, advice);
  ck_assert_msg(!strstr(advice, "off") && !strstr(advice, "still falls"), "%s", advice);
  ck_assert_msg(!strstr(advice, "validation") && strstr(advice, "another rate"), "%s", advice);
}
END_TEST

/* Values that single precision does not hold would be infinite or "outside D" to the network. */
START_TEST(values_beyond_single_precision_are_refused) {
  LodPairs *pairs;
  LodModel *model;
  config.pairs.bits = 64;
  config.families[0].alpha = 1e-60;
  config.families[0].beta = 5e-60;
  assert_ok(LodConfigMakePairs(&config, pairs_path, PETSC_TRUE));
  assert_ok(LodPairsOpen(pairs_path, &pairs));
  assert_refuses(LodConfigTrain(&config, pairs, &options, &model), "single precision");
  ck_assert_ptr_null(model);
  LodErrorClear();
  assert_ok(LodPairsClose(&pairs));
}
END_TEST

START_TEST(schedule_takes_the_last_step_that_has_begun) {
  const LodTrainingSettings settings = {
      .n_steps = 3, .step_from = {0, 5, 7}, .step_rate = {1e-3, 1e-4, 1e-5}};
  ck_assert_double_eq(LodTrainingRate(&settings, 0), 1e-3);
  ck_assert_double_eq(LodTrainingRate(&settings, 4), 1e-3);
  ck_assert_double_eq(LodTrainingRate(&settings, 5), 1e-4);
  ck_assert_double_eq(LodTrainingRate(&settings, 6), 1e-4);
  ck_assert_double_eq(LodTrainingRate(&settings, 70), 1e-5);
}
END_TEST

/* 5,063,504 parameters. */
START_TEST(the_paper_config_builds_the_paper_network) {
  const PetscInt paper[] = {1600, 1600, 800, 800, 400, 400, 144, 144, 144};
  LodConfig      settings;
  LodNetwork    *network;
  assert_ok(LodConfigRead("../configs/paper.toml", &settings));
  const LodNetworkShape shape = LodModelShape(&settings.grid, &settings.network);
  ck_assert_int_eq(shape.n_encoder, 0);
  ck_assert_int_eq(shape.n_head, 8);
  ck_assert_mem_eq(shape.head, paper, sizeof paper);
  assert_ok(LodNetworkCreate(&shape, &network));
  ck_assert_int_eq(LodNetworkParameterCount(network), 5063504);
  assert_ok(LodNetworkDestroy(&network));
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("train");
  TCase *tests = tcase_create("train");
  tcase_add_checked_fixture(tests, SetUp, TearDown);
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, loss_falls_and_the_history_is_written);
  tcase_add_test(tests, model_knows_what_it_was_trained_for);
  tcase_add_test(tests, validation_loss_is_that_of_the_model_that_is_kept);
  tcase_add_test(tests, same_seed_same_parameters_for_any_number_of_threads);
  tcase_add_test(tests, a_loss_that_is_not_finite_stops_with_epoch_and_step);
  tcase_add_test(tests, training_brings_the_learned_solution_closer);
  tcase_add_test(tests, trivial_loss_is_that_of_operators_that_are_0);
  tcase_add_test(tests, advice_follows_from_settings_and_history);
  tcase_add_test(tests, values_beyond_single_precision_are_refused);
  tcase_add_test(tests, schedule_takes_the_last_step_that_has_begun);
  tcase_add_test(tests, the_paper_config_builds_the_paper_network);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
