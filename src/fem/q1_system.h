/* Plain Q1 problems with PETSc: the fine reference and the plain coarse solution. */
#ifndef LODNET_FEM_Q1_SYSTEM_H
#define LODNET_FEM_Q1_SYSTEM_H

#include <petscksp.h>

#include "grid/coefficient.h"

/* -div(A grad u) = f in Q1 on the fine mesh or, the plain coarse solution, on the coarse mesh
   (element integrals of the piecewise constant A are then exact sums over the coefficient cells
   inside). A coefficient is assembled and its solver set up once; then any number of loads is
   solved for. One object serves many coefficients. Rows and columns of the matrix are the free
   nodes of the mesh. */
typedef struct LodQ1System LodQ1System;
typedef enum { LOD_Q1_FINE, LOD_Q1_COARSE } LodQ1Mesh;

/* What solves took: seconds of the latest assembly and set-up, and of all loads of the call; their
   iterations in all and the largest relative residual. */
typedef struct {
  double   seconds_assembly, seconds_setup, seconds_solve;
  PetscInt iterations;
  double   residual;
} LodSolveStatistics;

/* Creates one without a coefficient; `comm` is the caller's and must stay. Collective. */
PetscErrorCode LodQ1SystemCreate(MPI_Comm comm, const LodGrid *grid, LodQ1Mesh mesh,
                                 LodQ1System **system);
PetscErrorCode LodQ1SystemDestroy(LodQ1System **system);

/* Assembles the matrix of a coefficient, borrowed until the next one or the end, and sets up its
   solver: PETSc's CG with a multigrid preconditioner to relative tolerance 1e-10, unless options
   with prefix -fine_ / -coarse_ say otherwise. Collective. */
PetscErrorCode LodQ1SystemAssemble(LodQ1System *system, const LodCoefficient *coefficient);

/* Solves for loads[n_rhs][nodes], the integrals of f times the hat functions of all nodes of the
   system's mesh, and boundary[nodes], g at Dirichlet nodes and 0 elsewhere (NULL: u = 0 there);
   solutions[n_rhs][nodes] are u at these nodes, on every rank. The result does not
   depend on the units of A and f. Where the contrast puts digits in doubt all loads of the call are
   solved for a second time, and a solution that rounding has taken is an error (digits.h).
   Where constants are free (LodConstantsAreFree) the loads of all nodes must add up to 0, and the
   solution is that of mean 0.
   `statistics` may be NULL. LodQ1SystemSolve: the same for rhs[n_rhs][fine nodes], loads of f on
   the *fine* mesh (LodLoadFromText), u = 0 at Dirichlet nodes. Collective. */
PetscErrorCode LodQ1SystemSolveLoads(LodQ1System *system, PetscInt n_rhs, const double *loads,
                                     const double *boundary, double *solutions,
                                     LodSolveStatistics *statistics);
PetscErrorCode LodQ1SystemSolve(LodQ1System *system, PetscInt n_rhs, const double *rhs,
                                double *solutions, LodSolveStatistics *statistics);

/* form[node] = a(u, hat function of the node) at all nodes of the mesh, those of Dirichlet faces
   too, on every rank; u is given at all nodes. Collective. */
PetscErrorCode LodQ1SystemApply(LodQ1System *system, const double *u, double *form);

/* The matrix of the coefficient in units of 2^*exponent, borrowed until the next assembly or solve.
   Collective. */
PetscErrorCode LodQ1SystemMatrix(LodQ1System *system, Mat *stiffness, int *exponent);

/* One coefficient and one load rhs[fine nodes] at once: solution[nodes of the fine or of the coarse
   mesh]. Collective. */
PetscErrorCode LodQ1FineSolve(MPI_Comm comm, const LodGrid *grid, const LodCoefficient *coefficient,
                              const double *rhs, double *solution, LodSolveStatistics *statistics);
PetscErrorCode LodQ1CoarseSolve(MPI_Comm comm, const LodGrid *grid,
                                const LodCoefficient *coefficient, const double *rhs,
                                double *solution, LodSolveStatistics *statistics);

/* The stiffness matrix of Q1 on the coarse mesh over its free nodes, rows and columns as in
   LodCoarseSystem; the caller destroys it. Collective. */
PetscErrorCode LodQ1CoarseStiffness(MPI_Comm comm, const LodGrid *grid,
                                    const LodCoefficient *coefficient, Mat *stiffness);

/* A load on all nodes of a mesh as a Vec over the free ones, in units of 2^*exponent, in which its
   largest entry is about 1 (units.h). Collective. */
PetscErrorCode LodLoadToVec(const LodGrid *grid, const PetscInt cells[], const double *load,
                            Vec vector, int *exponent);

/* The values of a Vec over the free nodes of a mesh at all its nodes, 0 at Dirichlet nodes, on
   every rank. Collective. */
PetscErrorCode LodVecToNodes(const LodGrid *grid, const PetscInt cells[], Vec vector,
                             double *nodes);

/* Makes a preconditioner algebraic multigrid, the best that this PETSc has. */
PetscErrorCode LodPreconditionerSetMultigrid(PC preconditioner);

/* KSPSolve that turns failure to converge into an error; `what` names the solve in the message. */
PetscErrorCode LodKspSolve(KSP solver, const char *what, Vec rhs, Vec solution);

#endif
