/* A training config: reading, checking, writing. */
#include "config/config.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "base/data.h"
#include "config/tables_private.h"
#include "sample/sample.h"

/* Sets `output` to results/STEM for a config file DIRECTORY/STEM.toml. */
static void DefaultOutput(const char *path, char output[LOD_PATH_MAX]) {
  const char *slash = strrchr(path, '/'), *stem = slash ? slash + 1 : path;
  const char *dot = strrchr(stem, '.');
  const int   length = (int)(dot && dot > stem ? (size_t)(dot - stem) : strlen(stem));
  (void)snprintf(output, LOD_PATH_MAX, "results/%.*s", PetscMin(length, LOD_PATH_MAX - 16), stem);
}

/* Checks that a network that learns turned pairs may do so: natural faces would have to turn too.
 */
static PetscErrorCode ValidateSymmetry(const LodConfig *config, const char *where) {
  PetscFunctionBeginUser;
  LodCheckInput(!config->network.symmetric || !LodGridHasNaturalFaces(&config->grid),
                "%s: symmetric in [network] needs u = 0 on all faces of the mesh", where);
  PetscFunctionReturn(0);
}

/* Checks what the parts of a network ask of each other and of the mesh. */
static PetscErrorCode ValidateNetwork(const LodConfig *config, const char *where) {
  PetscFunctionBeginUser;
  PetscCall(ValidateSymmetry(config, where));
  PetscCall(LodNetworkSettingsCheck(&config->network, config->grid.ell, where));
  LodCheckInput(!config->network.structure.zero_sums || !LodGridOperatorIsLarge(&config->grid),
                "%s: zero_sums in [network]: the local operators of this mesh have more than %d "
                "numbers; set it to false",
                where, LOD_MAX_STRUCTURED_NUMBERS);
  PetscFunctionReturn(0);
}

/* Checks that the loss makes sense for operators as the network gives them. */
static PetscErrorCode ValidateLoss(const LodConfig *config, const char *where) {
  PetscFunctionBeginUser;
  LodCheckInput(config->training.loss != LOD_LOSS_ENERGY || config->network.structure.zero_sums,
                "%s: loss = \"energy\" in [training] needs zero_sums = true in [network]: it does "
                "not see constants",
                where);
  LodCheckInput(config->training.loss == LOD_LOSS_ENTRIES || !LodGridOperatorIsLarge(&config->grid),
                "%s: loss in [training]: the local operators of this mesh have more than %d "
                "numbers; only \"entries\" takes them",
                where, LOD_MAX_STRUCTURED_NUMBERS);
  PetscFunctionReturn(0);
}

/* Checks the mesh of training pairs: what networks learn is tested by solutions with u = 0. */
static PetscErrorCode ValidateGrid(const LodGrid *grid, const char *where) {
  PetscFunctionBeginUser;
  PetscCall(LodGridValidate(grid, where));
  LodCheckInput(!LodGridIsClosed(grid),
                "%s: every face is natural; at least one face needs u = 0 for a unique solution",
                where);
  PetscFunctionReturn(0);
}

/* Checks mesh, samples, network and loss with the places where the file sets them. */
static PetscErrorCode ValidateInPlace(const LodSettingsFile *file, const LodConfig *config) {
  char               where[LOD_WHERE_MAX];
  const LodTomlNode *root = LodTomlRoot(file->document);
  const LodTomlNode *mesh = LodSettingsFind(root, "mesh");
  const LodTomlNode *sample = LodSettingsFind(root, "sample");
  const LodTomlNode *network = LodSettingsFind(root, "network");
  const LodTomlNode *training = LodSettingsFind(root, "training");
  const LodTomlNode *loss = training ? LodSettingsFind(training, "loss") : NULL;

  PetscFunctionBeginUser;
  if (mesh) {
    LodSettingsPlace(file, mesh, where);
    PetscCall(ValidateGrid(&config->grid, where));
  }
  for (PetscInt i = 0; sample && i < config->n_families; i++) {
    LodSettingsPlace(file, &sample->children[i], where);
    PetscCall(
        LodSampleValidate(&config->families[i], config->grid.dim, config->grid.coefficient, where));
  }
  if (network) {
    LodSettingsPlace(file, network, where);
    PetscCall(ValidateNetwork(config, where));
  }
  if (loss) {
    LodSettingsPlace(file, loss, where);
    PetscCall(ValidateLoss(config, where));
  }
  PetscFunctionReturn(0);
}

/* Where the config is that a file's name or the name of one that comes with lodnet stands for:
   `given` itself or found[LOD_PATH_MAX]. What has a slash or a dot is a file. */
static PetscErrorCode FindConfig(const char *given, char found[LOD_PATH_MAX], const char **path) {
  char        name[LOD_PATH_MAX];
  struct stat status;

  PetscFunctionBeginUser;
  *path = given;
  if (strpbrk(given, "/.") || (stat(given, &status) == 0 && !S_ISDIR(status.st_mode)))
    PetscFunctionReturn(0);
  LodCheckInput(snprintf(name, sizeof name, "%s.toml", given) < (int)sizeof name,
                "%.200s...: the config's name is too long", given);
  PetscCall(LodDataPath(LOD_DATA_CONFIG, name, given, found));
  *path = found;
  PetscFunctionReturn(0);
}

PetscErrorCode LodConfigRead(const char *given, LodConfig *config) {
  char            found[LOD_PATH_MAX];
  const char     *path;
  LodSettingsFile file;

  PetscFunctionBeginUser;
  LodConfigDefaults(config);
  PetscCall(FindConfig(given, found, &path));
  PetscCall(LodSettingsOpen(path, &file));
  (void)snprintf(config->path, sizeof config->path, "%s", path);
  DefaultOutput(path, config->output);
  PetscErrorCode error =
      LodSettingsRead(&file, LodTomlRoot(file.document), &lod_config_table, config);
  if (!error) {
    LodConfigComplete(LodTomlRoot(file.document), config);
    error = ValidateInPlace(&file, config);
  }
  PetscCall(LodSettingsClose(&file));
  PetscCall(error);
  PetscCall(LodConfigValidate(config, path));
  PetscFunctionReturn(0);
}

/* Checks each family, their number and how many coefficients they make together. */
static PetscErrorCode ValidateFamilies(const LodConfig *config, const char *where) {
  char       sample[LOD_WHERE_MAX];
  PetscInt64 count = 0;

  PetscFunctionBeginUser;
  LodCheckInput(config->n_families >= 1, "%s: there is no [[sample]]", where);
  for (PetscInt i = 0; i < config->n_families; i++) {
    (void)snprintf(sample, sizeof sample, "%.*s: [[sample]] %d", LOD_PATH_MAX, where, (int)i + 1);
    PetscCall(LodSampleValidate(&config->families[i], config->grid.dim, config->grid.coefficient,
                                sample));
    LodCheckInput(!LodFamilyHasTensors(config->families[i].family),
                  "%s: family %s has tensors; networks take a number A per cell", sample,
                  LodFamilyName(config->families[i].family));
    count += config->families[i].count;
  }
  LodCheckInput(count <= PETSC_MAX_INT,
                "%s: the samples are %lld coefficients, must be at most %lld", where,
                (long long)count, (long long)PETSC_MAX_INT);
  PetscFunctionReturn(0);
}

/* Checks that the mesh is one to train on: the unit interval, square or cube. */
static PetscErrorCode ValidateMesh(const LodConfig *config, const char *where) {
  const LodGrid *grid = &config->grid;
  PetscBool      unit = LodGridIsCube(grid);
  PetscFunctionBeginUser;
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    if (grid->extent[axis] != 1) unit = PETSC_FALSE;
  LodCheckInput(unit,
                "%s: [mesh]: models are trained on the unit interval, square or cube with as "
                "many cells along every axis, and serve boxes of such cells of any size",
                where);
  PetscFunctionReturn(0);
}

PetscErrorCode LodConfigValidate(const LodConfig *config, const char *where) {
  const LodTrainingSettings *training = &config->training;
  const double               parts = config->train + config->validation + config->test;

  PetscFunctionBeginUser;
  PetscCall(LodSettingsCheck(&lod_config_table, config, where));
  PetscCall(ValidateGrid(&config->grid, where));
  PetscCall(ValidateMesh(config, where));
  PetscCall(ValidateFamilies(config, where));
  PetscCall(ValidateNetwork(config, where));
  PetscCall(ValidateLoss(config, where));
  LodCheckInput(fabs(parts - 1) <= 1e-9,
                "%s: [split] train + validation + test is %.15g, must be 1", where, parts);
  LodCheckInput(config->pairs.bits == 16 || config->pairs.bits == 32 || config->pairs.bits == 64,
                "%s: bits in [pairs] is %" PetscInt_FMT ", must be 16, 32 or 64", where,
                config->pairs.bits);
  LodCheckInput(training->n_steps >= 1 && training->step_from[0] == 0,
                "%s: schedule in [training] must begin with an entry from = 0", where);
  for (PetscInt i = 1; i < training->n_steps; i++)
    LodCheckInput(training->step_from[i] > training->step_from[i - 1],
                  "%s: schedule in [training] must be in ascending order, but from = %" PetscInt_FMT
                  " follows from = %" PetscInt_FMT,
                  where, training->step_from[i], training->step_from[i - 1]);
  LodCheckInput(config->output[0], "%s: directory in [output] must not be empty", where);
  PetscFunctionReturn(0);
}

PetscErrorCode LodConfigWrite(const LodConfig *config, char **text) {
  PetscFunctionBeginUser;
  PetscCall(LodSettingsWrite(&lod_config_table, config, text));
  PetscFunctionReturn(0);
}

PetscErrorCode LodConfigWritePairs(const LodConfig *config, char **text) {
  PetscFunctionBeginUser;
  PetscCall(LodSettingsWrite(&lod_pairs_table, config, text));
  PetscFunctionReturn(0);
}
