/* Where local operators S_T come from. The exact path (exact.h) and the learned one (learned.h)
   both implement this one interface; the coarse system does not know which of them it has. */
#ifndef LODNET_LOD_LOCAL_OPERATORS_H
#define LODNET_LOD_LOCAL_OPERATORS_H

#include "grid/coefficient.h"

typedef struct LodLocalOperators LodLocalOperators;

struct LodLocalOperators {
  LodGrid     grid;
  const char *name; /* "lod" or "dnn", as files and tables call it */

  /* Takes the coefficient to work on, borrowed until the next call or destroy. It must have
     grid.dim axes and grid.coefficient cells per axis. */
  PetscErrorCode (*set_coefficient)(LodLocalOperators *self, const LodCoefficient *coefficient);

  /* Computes S_T for the coarse cells first <= T < last (x fastest) into
     operators[T - first][z][j], z over the (2l+2)^d nodes of the uncut patch, j over the 2^d
     corners of T (S_T[z,j] = a_T(Lam_j, phi_z) - a(Q_j, phi_z)); rows of nodes outside D are 0. Of
     cells that are not wanted nothing is computed and operators[] is left as it is. Uses all
     threads of the rank; the result does not depend on their number. */
  PetscErrorCode (*compute)(LodLocalOperators *self, PetscInt first, PetscInt last,
                            double *operators);

  /* Changes the last digits of the fine cells' stiffness from now on (fem.h, LodDigitsPerturb), to
     see what rounding does. NULL: there is no such thing, as in learned operators. */
  PetscErrorCode (*perturb)(LodLocalOperators *self);

  PetscErrorCode (*destroy)(LodLocalOperators *self); /* frees `data` */
  void *data;
  const PetscBool
           *wanted; /* wanted[cell] of all coarse cells, borrowed; NULL: every cell is wanted */
  PetscBool quiet;  /* no progress bar */
};

/* Whether the operator of a cell is to be computed. */
static inline PetscBool LodIsWanted(const LodLocalOperators *operators, PetscInt cell) {
  return operators->wanted ? operators->wanted[cell] : PETSC_TRUE;
}

/* Destroys *operators and sets it NULL; NULL is accepted. */
PetscErrorCode LodLocalOperatorsDestroy(LodLocalOperators **operators);

#endif
