/* Whether a solution with exact operators has kept its digits. */
#ifndef LODNET_SOLVER_EXACT_DIGITS_H
#define LODNET_SOLVER_EXACT_DIGITS_H

#include "grid/coefficient.h"

/* Checks a solution of the coarse system with exact local operators: where the contrast puts its
   digits in doubt, computes operators and solution again with everything rounded otherwise, and
   makes an error of a solution that does not stand (fem.h, LOD_SAFE_CONTRAST). Collective. */
PetscErrorCode LodExactCheckDigits(MPI_Comm comm, const LodGrid *grid,
                                   const LodCoefficient *coefficient, const double *rhs,
                                   const double *solution);

#endif
