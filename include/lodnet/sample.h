/* Making coefficients: the families of config.h. */
#ifndef LODNET_SAMPLE_H
#define LODNET_SAMPLE_H

#include <lodnet/coefficient.h>
#include <lodnet/config.h>

/* Draws coefficient number `number` of the family into a new coefficient of `cells` cells per axis.
   The result depends on (settings, dim, cells, seed, number) alone: the same bytes in any order of
   calls and for any number of threads. All values are finite and > 0, or an input error says why
   not (an expression that is not positive names the point and its value).

   The dataset of a config is numbered through: family 0's coefficients come first. */
PetscErrorCode LodSample(const LodSampleSettings *settings, PetscInt dim, PetscInt cells,
                         PetscInt64 seed, PetscInt64 number, LodCoefficient *coefficient);

/* Defaults of one family, and its name from and to text ("iid", "sine", ...); an unknown name is an
   input error that lists the known ones. */
void           LodSampleDefaults(LodSampleSettings *settings);
const char    *LodFamilyName(LodFamily family);
PetscErrorCode LodFamilyFromName(const char *name, const char *where, LodFamily *family);

/* Checks the parameters that the family uses, for a mesh of `cells` cells per axis. */
PetscErrorCode LodSampleValidate(const LodSampleSettings *settings, PetscInt dim, PetscInt cells,
                                 const char *where);

#endif
