/* The kinds of effective tensors, one function each. */
#ifndef LODNET_SOLVER_EFFECTIVE_PRIVATE_H
#define LODNET_SOLVER_EFFECTIVE_PRIVATE_H

#include "solver/effective.h"

/* LodEffectiveCompute for the periodic medium, checked. */
PetscErrorCode LodEffectivePeriodic(MPI_Comm comm, const LodGrid *grid,
                                    const LodCoefficient *coefficient, LodMethod method,
                                    const LodSolveOptions *options,
                                    double                 tensor[LOD_MAX_DIM][LOD_MAX_DIM]);

#endif
