/* Exact local operators as pairs.h5 holds them: a source of local operators that reads. */
#ifndef LODNET_PAIRS_STORED_H
#define LODNET_PAIRS_STORED_H

#include "lod/local_operators.h"
#include "pairs/pairs.h"

/* The exact local operators of the sample that *sample names, as pairs.h5 holds them (single
   precision); set_coefficient is not needed. Both arguments are borrowed. */
PetscErrorCode LodStoredCreate(LodPairs *pairs, LodSplit split, const PetscInt64 *sample,
                               LodLocalOperators **operators);

#endif
