/* The switches of a structure, and checks of settings that a network must obey wherever they come
   from. */
#include "nn/settings.h"

#include <math.h>
#include <stddef.h>

#include "base/error.h"

#define SWITCH(field) #field, offsetof(LodStructure, field)

const LodSwitch lod_switches[LOD_SWITCHES] = {{SWITCH(zero_sums), PETSC_FALSE},
                                              {SWITCH(baseline), PETSC_FALSE},
                                              {SWITCH(scale_equivariant), PETSC_FALSE},
                                              {SWITCH(exact_constants), PETSC_FALSE},
                                              {SWITCH(bounds), PETSC_TRUE},
                                              {SWITCH(lines), PETSC_TRUE}};

PetscBool LodSwitchIsOn(const LodSwitch *which, const LodStructure *structure) {
  return *(const PetscBool *)(const void *)((const char *)structure + which->offset);
}

void LodSwitchSet(const LodSwitch *which, LodStructure *structure, PetscBool on) {
  *(PetscBool *)(void *)((char *)structure + which->offset) = on;
}

PetscErrorCode LodNetworkSettingsCheck(const LodNetworkSettings *network, PetscInt ell,
                                       const char *where) {
  PetscFunctionBeginUser;
  /* It must learn the difference to a constant, whatever the scale, to be exact for constants. */
  LodCheckInput(!network->structure.exact_constants ||
                    (network->structure.baseline && network->structure.scale_equivariant),
                "%s: exact_constants in [network] needs baseline and scale_equivariant", where);
  LodCheckInput(network->n_encoder == 0 || ell < LOD_MAX_RINGS,
                "%s: encoder in [network] takes ell up to %d, not %" PetscInt_FMT, where,
                LOD_MAX_RINGS - 1, ell);
  LodCheckInput(network->n_encoder > 0 || network->n_codes == 0,
                "%s: codes in [network] needs an encoder", where);
  for (PetscInt i = 0; i < LOD_SWITCHES; i++)
    LodCheckInput(network->n_encoder > 0 || !lod_switches[i].needs_encoder ||
                      !LodSwitchIsOn(&lod_switches[i], &network->structure),
                  "%s: %s in [network] needs an encoder", where, lod_switches[i].name);
  for (PetscInt i = 0; i < network->n_codes; i++)
    LodCheckInput(network->codes[i] <= network->encoder[network->n_encoder - 1],
                  "%s: codes in [network] takes %" PetscInt_FMT
                  " numbers; the encoder gives %" PetscInt_FMT,
                  where, network->codes[i], network->encoder[network->n_encoder - 1]);
  PetscFunctionReturn(0);
}

PetscBool LodGridOperatorIsLarge(const LodGrid *grid) {
  return (PetscBool)(pow(2 * (2 * (double)grid->ell + 2), (double)grid->dim) >
                     LOD_MAX_STRUCTURED_NUMBERS);
}
