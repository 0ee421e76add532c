/* Local operators after a local change of the coefficient (a defect, a growing crack): only patches
   that see the change are computed again, the others are taken over. */
#ifndef LODNET_LOD_UPDATE_H
#define LODNET_LOD_UPDATE_H

#include "lod/local_operators.h"

/* A source of local operators that starts from those of a previous coefficient,
   operators[cell][z][j] of all cells, and has `source` compute the changed ones. The result is, to
   the last bit, that of computing all with `source`, and the cost is in proportion to the changed
   cells and their neighbours; with local loads (LodComputeOptions.source) all patches are
   eliminated all the same. Coefficients with another mask or other walls are an input error.
   Source, coefficient and operators are borrowed. */
PetscErrorCode LodUpdateCreate(LodLocalOperators *source, const LodCoefficient *previous,
                               const double *operators, LodLocalOperators **updated);

/* How many cells the present coefficient makes the source of LodUpdateCreate compute, of all. */
PetscErrorCode LodUpdateCount(const LodLocalOperators *updated, PetscInt *count);

#endif
