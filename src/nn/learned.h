/* Learned local operators. */
#ifndef LODNET_NN_LEARNED_H
#define LODNET_NN_LEARNED_H

#include "lod/local_operators.h"
#include "nn/model.h"

/* Learned local operators: S_T = Psi(R_T(A)), many cells in one forward pass, rows of nodes outside
   D set to 0; with `average` the mean over all symmetries (average.h). The model is borrowed and
   only read: any number of sources may use it, and those of different threads at the same time. */
PetscErrorCode LodLearnedCreate(const LodGrid *grid, const LodModel *model, PetscBool average,
                                LodLocalOperators **operators);

/* Seconds that the latest call of compute spent on gathering (restriction R_T, or codes), in the
   network, and on turning its output into operators. */
typedef enum {
  LOD_LEARNED_GATHER,
  LOD_LEARNED_NETWORK,
  LOD_LEARNED_SCATTER,
  LOD_LEARNED_PHASES
} LodLearnedPhase;
PetscErrorCode LodLearnedSeconds(const LodLocalOperators *operators,
                                 double                   seconds[LOD_LEARNED_PHASES]);

#endif
