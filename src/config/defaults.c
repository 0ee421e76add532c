/* Defaults of a training config: the structured network (configs/structured.toml), and what they
   are where mesh, samples or other settings ask for something else. */
#include <math.h>
#include <string.h>

#include "config/tables_private.h"
#include "sample/sample.h"

/* Training pairs that make one batch larger, and the least and largest batch. */
#define PAIRS_A_SAMPLE 32
#define LEAST_BATCH 32
#define LARGEST_BATCH 512

/* Epochs if there are many pairs, and at most; steps that a run on few pairs should have. */
#define EPOCHS 36
#define MOST_EPOCHS 300
#define STEPS 2000

/* Writes the network's defaults for a mesh of the paper. */
static void NetworkDefaults(LodNetworkSettings *network) {
  *network = (LodNetworkSettings){.n_hidden = 4,
                                  .hidden = {288, 256, 224, 192},
                                  .n_encoder = 2,
                                  .encoder = {128, 64},
                                  .n_codes = 3,
                                  .codes = {64, 32, 8},
                                  .activation = LOD_ACTIVATION_ELU,
                                  .normalise = PETSC_TRUE,
                                  .structure = {.zero_sums = PETSC_TRUE,
                                                .baseline = PETSC_TRUE,
                                                .scale_equivariant = PETSC_TRUE,
                                                .exact_constants = PETSC_TRUE,
                                                .bounds = PETSC_TRUE,
                                                .lines = PETSC_TRUE},
                                  .symmetric = PETSC_TRUE};
}

/* The schedule of a run of training->epochs epochs: six rates, each from a certain part of them on.
   On a short run a rate that has no epoch of its own is left out. */
static void DefaultSchedule(LodTrainingSettings *training) {
  static const double from[] = {0, 12, 20, 27, 31, 34}; /* of 36 */
  static const double rate[] = {1e-3, 5e-4, 2e-4, 8e-5, 3e-5, 1e-5};
  training->n_steps = 0;
  for (size_t i = 0; i < sizeof from / sizeof from[0]; i++) {
    const PetscInt epoch = (PetscInt)((double)training->epochs * from[i] / 36);
    if (training->n_steps > 0 && training->step_from[training->n_steps - 1] == epoch)
      training->n_steps--;
    training->step_from[training->n_steps] = epoch;
    training->step_rate[training->n_steps++] = rate[i];
  }
  training->step_rate[0] = rate[0];
}

/* Pairs in the training split. */
static double TrainingPairs(const LodConfig *config) {
  double count = 0;
  for (PetscInt i = 0; i < config->n_families; i++)
    count += (double)config->families[i].count;
  return config->train * count * (double)LodGridCells(&config->grid);
}

/* The batch: a power of two that grows with the number of pairs. */
static PetscInt DefaultBatch(const LodConfig *config) {
  const double pairs = TrainingPairs(config);
  PetscInt     batch = LEAST_BATCH;
  while (batch < LARGEST_BATCH && 2.0 * (double)batch * PAIRS_A_SAMPLE <= pairs)
    batch *= 2;
  return batch;
}

/* The epochs: more if there are few pairs. */
static PetscInt DefaultEpochs(const LodConfig *config) {
  const double steps = ceil(TrainingPairs(config) / (double)config->training.batch);
  return (PetscInt)fmin(fmax(ceil(STEPS / fmax(steps, 1)), EPOCHS), MOST_EPOCHS);
}

void LodConfigDefaults(LodConfig *config) {
  memset(config, 0, sizeof *config);
  config->seed = 1;
  config->grid = (LodGrid){LOD_UNIT_CUBE(LOD_MAX_DIM, 32, 256, 512), .ell = 2};
  config->grid.dim = 2; /* a file may say otherwise, and leave the cells */
  config->n_families = 1;
  LodSampleDefaults(&config->families[0]);
  config->families[0].count = 500;
  config->train = 0.8;
  config->validation = 0.1;
  config->test = 0.1;
  config->pairs.bits = 32;
  NetworkDefaults(&config->network);
  config->training = (LodTrainingSettings){.epochs = EPOCHS,
                                           .batch = LARGEST_BATCH,
                                           .adam.beta1 = 0.9,
                                           .adam.beta2 = 0.999,
                                           .adam.epsilon = 1e-8,
                                           .checkpoint_minutes = 5,
                                           .loss = LOD_LOSS_MOMENTS,
                                           .moment_weight = 30};
  DefaultSchedule(&config->training);
  (void)snprintf(config->output, sizeof config->output, "results/default");
}

/* The network's settings that the file leaves open. */
static void CompleteNetwork(const LodTomlNode *table, const LodGrid *grid,
                            LodNetworkSettings *network) {
#define LEAVES_OPEN(key) (!table || !LodSettingsFind(table, key))
  if (LEAVES_OPEN("encoder") && grid->ell >= LOD_MAX_RINGS) network->n_encoder = 0;
  const PetscInt code = network->n_encoder ? network->encoder[network->n_encoder - 1] : 0;
  if (LEAVES_OPEN("codes")) {
    network->n_codes = code ? 3 : 0;
    network->codes[0] = code;
    network->codes[1] = PetscMax(1, code / 2);
    network->codes[2] = PetscMax(1, code / 8);
  }
  if (LEAVES_OPEN("bounds")) network->structure.bounds = (PetscBool)(code > 0);
  if (LEAVES_OPEN("lines")) network->structure.lines = (PetscBool)(code > 0);
  if (LEAVES_OPEN("zero_sums"))
    network->structure.zero_sums = (PetscBool)!LodGridOperatorIsLarge(grid);
  if (LEAVES_OPEN("exact_constants"))
    network->structure.exact_constants =
        (PetscBool)(network->structure.baseline && network->structure.scale_equivariant);
  if (LEAVES_OPEN("symmetric")) network->symmetric = (PetscBool)!LodGridHasNaturalFaces(grid);
#undef LEAVES_OPEN
}

void LodConfigComplete(const LodTomlNode *root, LodConfig *config) {
  const LodTomlNode   *training = LodSettingsFind(root, "training");
  LodTrainingSettings *settings = &config->training;
  CompleteNetwork(LodSettingsFind(root, "network"), &config->grid, &config->network);
  if (!training || !LodSettingsFind(training, "batch")) settings->batch = DefaultBatch(config);
  if (!training || !LodSettingsFind(training, "epochs")) settings->epochs = DefaultEpochs(config);
  if (!training || !LodSettingsFind(training, "schedule")) DefaultSchedule(settings);
  if ((!training || !LodSettingsFind(training, "loss")) && LodGridOperatorIsLarge(&config->grid))
    settings->loss = LOD_LOSS_ENTRIES;
}
