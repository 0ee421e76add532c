/* What a config says to those who make pairs and train. */
#include "config/config.h"

LodPairsPlan LodConfigPairsPlan(const LodConfig *config, const char *text) {
  return (LodPairsPlan){.path = config->path,
                        .text = text,
                        .seed = config->seed,
                        .grid = config->grid,
                        .n_families = config->n_families,
                        .families = config->families,
                        .train = config->train,
                        .validation = config->validation,
                        .test = config->test,
                        .pairs = config->pairs};
}

/* The plan of a config's training; `text` is borrowed. */
static LodTrainPlan TrainPlan(const LodConfig *config, const char *text) {
  return (LodTrainPlan){.path = config->path,
                        .text = text,
                        .seed = config->seed,
                        .grid = config->grid,
                        .n_families = config->n_families,
                        .families = config->families,
                        .network = config->network,
                        .training = config->training};
}

PetscErrorCode LodConfigMakePairs(const LodConfig *config, const char *path, PetscBool quiet) {
  char *text;
  PetscFunctionBeginUser;
  PetscCall(LodConfigWritePairs(config, &text));
  const LodPairsPlan plan = LodConfigPairsPlan(config, text);
  PetscErrorCode     error = LodPairsMake(&plan, path, quiet);
  PetscCall(PetscFree(text));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodConfigTrain(const LodConfig *config, LodPairs *pairs,
                              const LodTrainOptions *options, LodModel **model) {
  char *text;
  PetscFunctionBeginUser;
  PetscCall(LodConfigWrite(config, &text));
  const LodTrainPlan plan = TrainPlan(config, text);
  PetscErrorCode     error = LodModelTrain(&plan, pairs, options, model);
  PetscCall(PetscFree(text));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodConfigPrepareModel(const LodConfig *config, LodPairs *pairs, LodModel *model) {
  char *text;
  PetscFunctionBeginUser;
  PetscCall(LodConfigWrite(config, &text));
  const LodTrainPlan plan = TrainPlan(config, text);
  PetscErrorCode     error = LodModelPrepare(&plan, pairs, model);
  PetscCall(PetscFree(text));
  PetscCall(error);
  PetscFunctionReturn(0);
}

void LodConfigAdvice(const LodConfig *config, const LodHistory *history,
                     char advice[LOD_MESSAGE_MAX]) {
  const LodTrainPlan plan = TrainPlan(config, "");
  LodTrainingAdvice(&plan, history, advice);
}
