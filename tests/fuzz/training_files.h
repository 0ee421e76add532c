/* What the targets of training files share: a config, its pairs and an untrained model. */
#ifndef LODNET_TESTS_FUZZ_TRAINING_FILES_H
#define LODNET_TESTS_FUZZ_TRAINING_FILES_H

#include <string.h>

#include "config/config.h"
#include "fuzz.h"

/* Three coefficients on 2 x 2 coarse cells of 2 x 2 values, l = 1: 36 inputs, 64 outputs. With
   `full`, everything that can be switched on. */
static inline void FuzzConfig(PetscBool full, LodConfig *config) {
  LodConfigDefaults(config);
  snprintf(config->path, sizeof config->path, "fuzz.toml");
  config->grid = (LodGrid){LOD_UNIT_CUBE(2, 2, 4, 8), .ell = 1};
  config->families[0].count = 3;
  config->train = 0.4;
  config->validation = config->test = 0.3;
  config->training.epochs = 4;
  config->network = (LodNetworkSettings){.n_hidden = 1, .hidden = {4}};
  if (!full) return;
  config->pairs = (LodPairsSettings){.bits = 16, .compression = 5};
  config->network = (LodNetworkSettings){.n_hidden = 1,
                                         .hidden = {4},
                                         .n_encoder = 2,
                                         .encoder = {4, 3},
                                         .n_codes = 2,
                                         .codes = {3, 1},
                                         .structure.bounds = PETSC_TRUE,
                                         .structure.lines = PETSC_TRUE,
                                         .activation = LOD_ACTIVATION_ELU,
                                         .normalise = PETSC_TRUE,
                                         .structure.zero_sums = PETSC_TRUE,
                                         .structure.scale_equivariant = PETSC_TRUE,
                                         .structure.baseline = PETSC_TRUE,
                                         .structure.exact_constants = PETSC_TRUE};
}

/* Makes the pairs of a config at `path`. */
static inline void FuzzPairs(const LodConfig *config, const char *path) {
  FuzzOk(LodConfigMakePairs(config, path, PETSC_TRUE));
}

#endif
