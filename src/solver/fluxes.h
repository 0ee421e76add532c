/* The fluxes of a fine-scale field, for files. */
#ifndef LODNET_SOLVER_FLUXES_H
#define LODNET_SOLVER_FLUXES_H

#include "solver/solve.h"

typedef struct {
  double     *interpolated; /* [fine nodes]: the Q1 function of the solution; NULL if fine; owned */
  double     *flux;         /* [coefficient cell][d]: means of -A grad u_ms; owned */
  double     *face[LOD_MAX_DIM];  /* [axis][faces of `cells` across it]: equilibrate.h; owned */
  PetscInt    cells[LOD_MAX_DIM]; /* whose faces they are: coarse, or fine for the method fine */
  double      imbalance;          /* see LodFluxEquilibrate */
  const char *no_faces;           /* why face[] is NULL; NULL: it is not */
} LodFluxes;

/* Computes them for a result that was reconstructed, from the field alone: LodCellFlux, and face
   fluxes where u_ms satisfies the equations that balance cells: not by learned operators, nor where
   walls of the mask take up flow. `data` of the problem (its source is used if it is there), which
   conditions (or NULL) and f, text named `rhs_where` in messages, made. After an error nothing is
   left behind. Not collective: every rank has all that it takes. */
PetscErrorCode LodFluxesCompute(const LodGrid *grid, const LodCoefficient *coefficient,
                                const LodConditions *conditions, const char *rhs,
                                const char *rhs_where, const LodData *data,
                                const LodSolveResult *result, LodFluxes *fluxes);

/* Frees the arrays; a cleared structure is accepted. */
PetscErrorCode LodFluxesDestroy(LodFluxes *fluxes);

/* The same as what solution files take; borrows from both. */
LodSolutionFields LodFluxesFields(const LodFluxes *fluxes, const LodSolveResult *result);

#endif
