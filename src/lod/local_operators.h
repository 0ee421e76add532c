/* Where local operators S_T come from. The exact path (exact.h) and the learned one (learned.h)
   both implement this one interface; the coarse system does not know which of them it has. */
#ifndef LODNET_LOD_LOCAL_OPERATORS_H
#define LODNET_LOD_LOCAL_OPERATORS_H

#include "grid/coefficient.h"

typedef struct LodLocalOperators LodLocalOperators;

/* What one call computes and says; everything 0 stands for all cells, operators only, with
   progress.

   Sources: source[T][i] = l_T(hat_i), the part of the right-hand side l on coarse cell T and its
   faces, i over the fine nodes of the closed cell, F/N + 1 along each axis, x fastest, of *all*
   coarse cells. The load corrector R_T solves a(R_T, w) = l_T(w) on the patch of T as correctors
   do, and the local load L_T[z] = l_T(phi_z) - a(R_T, phi_z) is one more column of S_T. */
typedef struct {
  const PetscBool *wanted; /* [all coarse cells], borrowed; NULL: every cell is wanted */
  PetscBool        quiet;  /* no progress bar */
  const double *source; /* [all coarse cells][fine nodes of the closed cell], borrowed, or NULL */
  double       *loads;  /* [T - first][z]: L_T, rows as in S_T; written if there is a source */
} LodComputeOptions;

/* The interface. Callers use the functions below, which check what is common to all sources. */
struct LodLocalOperators {
  LodGrid               grid;
  const char           *name;        /* "lod" or "dnn", as files and tables call it */
  const LodCoefficient *coefficient; /* that of LodLocalOperatorsSetCoefficient, borrowed */

  /* Implements LodLocalOperatorsSetCoefficient; the coefficient fits the grid. NULL: whatever is
     computed does not depend on it. */
  PetscErrorCode (*set_coefficient)(LodLocalOperators *self, const LodCoefficient *coefficient);

  /* Implements LodLocalOperatorsCompute; first < last, and options are there. */
  PetscErrorCode (*compute)(LodLocalOperators *self, PetscInt first, PetscInt last,
                            const LodComputeOptions *options, double *operators);

  /* Implements LodLocalOperatorsCorrect for the wanted cells of the options, whose source it takes;
     first < last. NULL: there are no correctors, and no local loads either. */
  PetscErrorCode (*correct)(LodLocalOperators *self, PetscInt first, PetscInt last,
                            const LodComputeOptions *options, const double *coarse, double *fine);

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
   the result does not depend on their number. A source of local operators without correctors
   refuses options->source with PETSC_ERR_SUP. */
PetscErrorCode LodLocalOperatorsCompute(LodLocalOperators *operators, PetscInt first, PetscInt last,
                                        const LodComputeOptions *options, double *values);

/* The fine-scale part of a solution: adds to fine[fine nodes] the sum over the coarse cells first
   <= T < last of

     q_T = R_T - sum over the corners j of T of coarse[T_j] Q_j,

   coarse[coarse nodes] being u_H and R_T the load corrector of source[T] as in LodComputeOptions
   (NULL: 0), so that u_ms = u_H + sum over all T of q_T, and + e if the source has -a_T(e, .). Uses
   all threads of the rank; the result does not depend on their number. Operators without
   correctors, as learned ones, refuse with PETSC_ERR_SUP. */
PetscErrorCode LodLocalOperatorsCorrect(LodLocalOperators *operators, PetscInt first, PetscInt last,
                                        const double *coarse, const double *source, PetscBool quiet,
                                        double *fine);

/* Fine nodes of a closed coarse cell: numbers of one cell's source. */
static inline PetscInt LodSourceSize(const LodGrid *grid) {
  PetscInt count = 1;
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    count *= LodGridFineRatio(grid, axis) + 1;
  return count;
}

/* Destroys *operators and sets it NULL; NULL is accepted. */
PetscErrorCode LodLocalOperatorsDestroy(LodLocalOperators **operators);

#endif
