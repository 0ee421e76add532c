/* Checks of settings that a network must obey wherever they come from. */
#include "nn/settings.h"

#include <math.h>

#include "base/error.h"

PetscErrorCode LodNetworkSettingsCheck(const LodNetworkSettings *network, PetscInt ell,
                                       const char *where) {
  PetscFunctionBeginUser;
  /* It must learn the difference to a constant, whatever the scale, to be exact for constants. */
  LodCheckInput(!network->exact_constants || (network->baseline && network->scale_equivariant),
                "%s: exact_constants in [network] needs baseline and scale_equivariant", where);
  LodCheckInput(network->n_encoder == 0 || ell < LOD_MAX_RINGS,
                "%s: encoder in [network] takes ell up to %d, not %" PetscInt_FMT, where,
                LOD_MAX_RINGS - 1, ell);
  LodCheckInput(network->n_encoder > 0 || network->n_codes == 0,
                "%s: codes in [network] needs an encoder", where);
  LodCheckInput(network->n_encoder > 0 || !network->bounds,
                "%s: bounds in [network] needs an encoder", where);
  LodCheckInput(network->n_encoder > 0 || !network->lines,
                "%s: lines in [network] needs an encoder", where);
  for (PetscInt i = 0; i < network->n_codes; i++)
    LodCheckInput(network->codes[i] <= network->encoder[network->n_encoder - 1],
                  "%s: codes in [network] takes %" PetscInt_FMT
                  " numbers; the encoder gives %" PetscInt_FMT,
                  where, network->codes[i], network->encoder[network->n_encoder - 1]);
  PetscFunctionReturn(0);
}

PetscBool LodOperatorIsLarge(const LodGrid *grid) {
  return (PetscBool)(pow(2 * (2 * (double)grid->ell + 2), (double)grid->dim) >
                     LOD_MAX_STRUCTURED_NUMBERS);
}
