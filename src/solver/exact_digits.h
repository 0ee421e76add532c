/* Whether a solution with exact operators has kept its digits. */
#ifndef LODNET_SOLVER_EXACT_DIGITS_H
#define LODNET_SOLVER_EXACT_DIGITS_H

#include "grid/coefficient.h"

/* The exact system of a coefficient once more, with everything rounded otherwise, where the
   contrast puts digits in doubt (digits.h). Create looks at the coefficient, and computes operators
   and matrix if there is doubt; Check solves with them for a load on the coarse nodes and makes an
   error of a solution that does not stand; without doubt it does nothing. Collective. */
typedef struct LodExactDigits LodExactDigits;
PetscErrorCode                LodExactDigitsCreate(MPI_Comm comm, const LodGrid *grid,
                                                   const LodCoefficient *coefficient, LodExactDigits **digits);
PetscErrorCode                LodExactDigitsCheck(LodExactDigits *digits, const double *load,
                                                  const double *boundary, const double *solution);
PetscErrorCode                LodExactDigitsDestroy(LodExactDigits **digits);

#endif
