/* Models with random parameters. */
#ifndef LODNET_TESTS_STRUCTURED_MODEL_H
#define LODNET_TESTS_STRUCTURED_MODEL_H

#include "base/random.h"
#include "check_lodnet.h"
#include "nn/model.h"

/* A model with random parameters of the given standard deviation and all its structure, with or
   without an encoder. */
static inline LodModel *structured_model(const LodGrid *grid, PetscBool encodes, double deviation,
                                         uint64_t seed) {
  const LodNetworkSettings settings = {.n_encoder = encodes ? 2 : 0,
                                       .encoder = {7, 5},
                                       .n_codes = 2,
                                       .codes = {4, 3},
                                       .structure.bounds = encodes,
                                       .structure.lines = encodes,
                                       .activation = LOD_ACTIVATION_ELU,
                                       .n_hidden = 1,
                                       .hidden = {20}};
  const LodNetworkShape    shape = LodModelShape(grid, &settings);
  LodModel                *model;
  assert_ok(PetscNew(&model));
  assert_ok(LodNetworkCreate(&shape, &model->network));
  for (PetscInt64 i = 0; i < LodNetworkParameterCount(model->network); i++)
    LodNetworkParameters(model->network)[i] =
        (float)(deviation * LodRandomNormal(seed, 1, (uint64_t)i));
  model->signature = LodSignatureOfGrid(grid, 1, 5);
  model->inp_scale = 1.3;
  model->out_scale = 0.4;
  model->structure.zero_sums = model->structure.scale_equivariant = model->structure.baseline =
      PETSC_TRUE;
  model->structure.bounds = model->structure.lines = encodes;
  return model;
}

#endif
