/* How the compressed system is solved: the choice of solvers, apart from the system itself. */
#ifndef LODNET_SYSTEM_COARSE_SOLVER_PRIVATE_H
#define LODNET_SYSTEM_COARSE_SOLVER_PRIVATE_H

#include <petscksp.h>

/* Solvers of one matrix whose values may change; the second is made when the first fails. */
typedef struct {
  Mat       matrix; /* borrowed */
  PetscInt  dim;
  KSP       first;  /* options with prefix -lod_ */
  KSP       direct; /* sparse direct, options with prefix -lod_direct_; NULL: not made yet */
  PetscBool falls_back;
} LodCoarseSolver;

/* Chooses the solver by the number of unknowns and ranks: up to LOD_DIRECT_UNKNOWNS BiCGStab with
   an incomplete factorisation by one process, sparse direct by several; above GMRES with algebraic
   multigrid. What fails to converge is solved by a sparse direct solver. A KSP or PC type among the
   options with prefix -lod_ takes the place of all this; other options (tolerances, monitors) are
   laid on top of it. Collective. */
#define LOD_DIRECT_UNKNOWNS 20000
PetscErrorCode LodCoarseSolverCreate(Mat matrix, PetscInt dim, LodCoarseSolver *solver);
PetscErrorCode LodCoarseSolverDestroy(LodCoarseSolver *solver);

/* Solves; collective. */
PetscErrorCode LodCoarseSolverSolve(LodCoarseSolver *solver, Vec load, Vec unknowns);

#endif
