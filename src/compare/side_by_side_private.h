/* Exact and learned operator of one coefficient, side by side: what every evaluation of a model
   does. */
#ifndef LODNET_COMPARE_SIDE_BY_SIDE_PRIVATE_H
#define LODNET_COMPARE_SIDE_BY_SIDE_PRIVATE_H

#include "nn/model.h"
#include "system/coarse_system.h"

/* [0] exact, [1] learned: two coarse systems that differ in the source of the local operators
   alone. Times are those of the latest assembly and solve. */
typedef struct {
  LodGrid            grid;
  LodLocalOperators *source[2];
  LodCoarseSystem   *system[2];
  const double      *loads; /* the source of the latest assembly, or NULL; borrowed */
  double             seconds_operator[2], seconds_solve[2];
} LodSideBySide;

/* Takes the mesh of `exact`, a source of exact local operators, computed or stored; borrowed, like
   the model, until the end. `average`: as LodLearnedCreate. One object serves many coefficients.
   Collective, as all functions here. */
PetscErrorCode LodSideBySideCreate(MPI_Comm comm, LodLocalOperators *exact, const LodModel *model,
                                   PetscBool average, LodSideBySide **both);
PetscErrorCode LodSideBySideDestroy(LodSideBySide **both);

/* Computes both operators for a coefficient; with source[] (data.h; NULL: none), borrowed until the
   next one, also the local loads of the exact load correctors, whose sum load[coarse nodes] of
   LodSideBySideLoad both are then solved for. */
PetscErrorCode LodSideBySideAssemble(LodSideBySide *both, const LodCoefficient *coefficient,
                                     const double *source, PetscBool quiet);
PetscErrorCode LodSideBySideLoad(LodSideBySide *both, double *load);

/* Solves with both for a load on the coarse nodes (LodLoadRestrict), boundary[] there as in
   LodCoarseSystemSolveLoad, into exact[] and learned[] there; error is the relative L2 error of the
   second. */
PetscErrorCode LodSideBySideSolve(LodSideBySide *both, const double *load, const double *boundary,
                                  double *exact, double *learned, double *error);

/* field[fine nodes], on every rank: u_ms of a solution[coarse nodes] by operator i, with the exact
   correctors for either, those of the source and the fine part of boundary[fine nodes] (NULL: 0)
   too if the latest assembly had one. */
PetscErrorCode LodSideBySideReconstruct(LodSideBySide *both, int i, const double *solution,
                                        const double *boundary, PetscBool quiet, double *field);

#endif
