/* Where local operators S_T come from. The exact path (exact.h) and the learned one (learned.h)
   both implement this one interface; the coarse system does not know which of them it has. */
#ifndef LODNET_LOD_LOCAL_OPERATORS_H
#define LODNET_LOD_LOCAL_OPERATORS_H

#include "grid/coefficient.h"

typedef struct LodLocalOperators LodLocalOperators;

/* What one call computes and says; everything 0 stands for all cells, with progress. */
typedef struct {
  const PetscBool *wanted; /* [all coarse cells], borrowed; NULL: every cell is wanted */
  PetscBool        quiet;  /* no progress bar */
} LodComputeOptions;

/* The interface. Callers use the functions below, which check what is common to all sources. */
struct LodLocalOperators {
  LodGrid     grid;
  const char *name; /* "lod" or "dnn", as files and tables call it */

  /* Implements LodLocalOperatorsSetCoefficient; the coefficient fits the grid. NULL: whatever is
     computed does not depend on it. */
  PetscErrorCode (*set_coefficient)(LodLocalOperators *self, const LodCoefficient *coefficient);

  /* Implements LodLocalOperatorsCompute; first < last, and options are there. */
  PetscErrorCode (*compute)(LodLocalOperators *self, PetscInt first, PetscInt last,
                            const LodComputeOptions *options, double *operators);

  /* Changes the last digits of the fine cells' stiffness from now on (digits.h, LodDigitsPerturb),
     to see what rounding does. NULL: there is no such thing, as in learned operators. */
  PetscErrorCode (*perturb)(LodLocalOperators *self);

  PetscErrorCode (*destroy)(LodLocalOperators *self); /* frees `data` */
  void *data;
};

/* Whether the operator of a cell is to be computed. */
static inline PetscBool LodComputeIsWanted(const LodComputeOptions *options, PetscInt cell) {
  return options->wanted ? options->wanted[cell] : PETSC_TRUE;
}

/* Makes a source on a grid, for those who implement one: a copy of `kind`'s functions and name, and
   `bytes` zeroed bytes as its data, freed by kind->destroy, which must accept them as they are.
   After an error *operators is NULL. */
PetscErrorCode LodLocalOperatorsCreate(const LodGrid *grid, const LodLocalOperators *kind,
                                       size_t bytes, LodLocalOperators **operators);

/* Takes the coefficient to work on, borrowed until the next call or destroy. One that has not
   grid.dim axes and grid.coefficient cells per axis is an error. */
PetscErrorCode LodLocalOperatorsSetCoefficient(LodLocalOperators    *operators,
                                               const LodCoefficient *coefficient);

/* Computes S_T for the coarse cells first <= T < last (x fastest) into values[T - first][z][j], z
   over the (2l+2)^d nodes of the uncut patch, j over the 2^d corners of T (S_T[z,j] = a_T(Lam_j,
   phi_z) - a(Q_j, phi_z)); rows of nodes outside D are 0. Of cells that are not wanted nothing is
   computed and values[] is left as it is; options NULL: everything 0. Uses all threads of the rank;
   the result does not depend on their number. */
PetscErrorCode LodLocalOperatorsCompute(LodLocalOperators *operators, PetscInt first, PetscInt last,
                                        const LodComputeOptions *options, double *values);

/* Destroys *operators and sets it NULL; NULL is accepted. */
PetscErrorCode LodLocalOperatorsDestroy(LodLocalOperators **operators);

#endif
