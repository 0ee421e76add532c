/* Plain Q1 problems with PETSc: the fine reference and the plain coarse solution. */
#ifndef LODNET_FEM_Q1_SYSTEM_H
#define LODNET_FEM_Q1_SYSTEM_H

#include <petscksp.h>

#include "grid/coefficient.h"

/* Q1 solution of -div(A grad u) = f on the fine mesh or, for the plain coarse solution,
   on the coarse one (element integrals of the
   piecewise constant A are then exact sums over the coefficient cells inside). `rhs` is the load of
   f on the fine mesh (LodFineLoad). Gives u at all nodes of the mesh, on every rank. Solved by
   PETSc, CG with a multigrid preconditioner to relative tolerance 1e-10 unless options with prefix
   -fine_ / -coarse_ say otherwise. The result does not depend on the units of A and f; an error if
   rounding has taken its digits (see below). Collective. */
typedef struct {
  double   seconds_assembly, seconds_setup, seconds_solve;
  PetscInt iterations;
  double   residual; /* relative */
} LodSolveStatistics;

PetscErrorCode LodFineSolve(MPI_Comm comm, const LodGrid *grid, const LodCoefficient *coefficient,
                            const double *rhs, double *solution, LodSolveStatistics *statistics);
PetscErrorCode LodCoarseQ1Solve(MPI_Comm comm, const LodGrid *grid,
                                const LodCoefficient *coefficient, const double *rhs,
                                double *solution, LodSolveStatistics *statistics);

/* The stiffness matrix of Q1 on the coarse mesh over its free nodes, rows and columns as in
   LodCoarseSystem; the caller destroys it. Collective. */
PetscErrorCode LodCoarseStiffness(MPI_Comm comm, const LodGrid *grid,
                                  const LodCoefficient *coefficient, Mat *stiffness);

/* The same load as a Vec over the free nodes of that mesh, in units of 2^*exponent, in which its
   largest entry is about 1 (base.h, Units). Collective. */
PetscErrorCode LodLoadVec(const LodGrid *grid, const double *rhs, const PetscInt cells[], Vec load,
                          int *exponent);

/* Between a Vec over the free nodes of a mesh and an array over all its nodes. LodNodesToVec takes
   this rank's part from nodes[]; LodVecToNodes gives all values on every rank, 0 at Dirichlet
   nodes. Both collective. */
PetscErrorCode LodNodesToVec(const LodGrid *grid, const PetscInt cells[], const double *nodes,
                             Vec vector);
PetscErrorCode LodVecToNodes(const LodGrid *grid, const PetscInt cells[], Vec vector,
                             double *nodes);

/* Makes a preconditioner algebraic multigrid, the best that this PETSc has. */
PetscErrorCode LodMultigrid(PC preconditioner);

/* KSPSolve that turns failure to converge into an error; `what` names the solve in the message. */
PetscErrorCode LodSolve(KSP solver, const char *what, Vec rhs, Vec solution);

#endif
