/* Settings of a training run and of meshes, read from TOML.

   One struct a subject, every field with a default; one function reads, one validates. A wrong file
   is an input error with line and column: TOML syntax, an unknown key (with the nearest known one),
   a wrong type, a value out of its range. */
#ifndef LODNET_CONFIG_CONFIG_H
#define LODNET_CONFIG_CONFIG_H

#include <stdio.h>

#include "train/train.h"

#define LOD_MAX_FAMILIES 16

/* A whole training run: configs/NAME.toml. */
typedef struct {
  char                path[LOD_PATH_MAX]; /* the file it came from */
  PetscInt64          seed;
  LodGrid             grid;
  PetscInt            n_families;
  LodSampleSettings   families[LOD_MAX_FAMILIES];
  double              train, validation, test; /* parts of the coefficients; sum 1; 0.8, 0.1, 0.1 */
  LodPairsSettings    pairs;
  LodNetworkSettings  network;
  LodTrainingSettings training;
  char output[LOD_PATH_MAX]; /* default "results/<stem of the config>" , --output overrides */
} LodConfig;

/* Fills in every default (paper mesh, one iid family, structured network, its schedule). A config
   file that says nothing of a setting gets the default for its mesh and samples, see above. */
void LodConfigDefaults(LodConfig *config);

/* Reads and validates a training config: a file or, "paper" for configs/paper.toml, the name of one
   that comes with lodnet (base/data.h). Collective over nothing: every rank reads the file. */
PetscErrorCode LodConfigRead(const char *given, LodConfig *config);

/* Checks all ranges and that the parts fit together; `where` begins each message. */
PetscErrorCode LodConfigValidate(const LodConfig *config, const char *where);

/* The resolved config (every value, defaults too) as TOML that LodConfigRead accepts and that gives
   the same settings. Allocates *text with PetscMalloc; the caller frees it. The same settings give
   the same text. LodConfigWritePairs gives only the part that determines pairs.h5 (mesh, samples,
   seed, split, storage): two runs with the same text have the same pairs. */
PetscErrorCode LodConfigWrite(const LodConfig *config, char **text);
PetscErrorCode LodConfigWritePairs(const LodConfig *config, char **text);

/* Writes a table in Markdown of all keys that a config may have: table, key, default, range,
   meaning with unit. */
PetscErrorCode LodConfigWriteKeys(FILE *stream);

/* Mesh settings. `name` is a TOML file, or the stem of one in meshes/ (looked up in ./meshes, then
   in the directory named by LODNET_MESHES, then among what comes with lodnet: base/data.h). Keys:
   dimension, coarse, coefficient, fine (each one number or a list of one for each axis), ell,
   natural (faces by name: left right bottom top front back, i.e. x low, x high, y low, y high, z
   low, z high), extent (one number or a list; 1). */
PetscErrorCode LodMeshRead(const char *name, LodGrid *grid);

/* The plan of a config's pairs; config and `text` (of LodConfigWritePairs) are borrowed. */
LodPairsPlan LodConfigPairsPlan(const LodConfig *config, const char *text);

/* LodPairsMake, LodModelTrain, LodModelPrepare and LodTrainingAdvice with what a config says. */
PetscErrorCode LodConfigMakePairs(const LodConfig *config, const char *path, PetscBool quiet);
PetscErrorCode LodConfigTrain(const LodConfig *config, LodPairs *pairs,
                              const LodTrainOptions *options, LodModel **model);
PetscErrorCode LodConfigPrepareModel(const LodConfig *config, LodPairs *pairs, LodModel *model);
void           LodConfigAdvice(const LodConfig *config, const LodHistory *history,
                               char advice[LOD_MESSAGE_MAX]);

#endif
