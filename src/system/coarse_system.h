/* The compressed problem S u = M f: assembly from local operators of any source, and solution. */
#ifndef LODNET_SYSTEM_COARSE_SYSTEM_H
#define LODNET_SYSTEM_COARSE_SYSTEM_H

#include <petscksp.h>

#include "lod/local_operators.h"

/* The matrix, its structure preallocated once a mesh; one object serves many coefficients. Rows and
   columns are the free coarse nodes. Cells are shared out to the ranks in contiguous ranges. */
typedef struct LodCoarseSystem LodCoarseSystem;

PetscErrorCode LodCoarseSystemCreate(MPI_Comm comm, const LodGrid *grid, LodCoarseSystem **system);
PetscErrorCode LodCoarseSystemDestroy(LodCoarseSystem **system);

/* Computes the local operators of this rank's cells and assembles S = sum_T Phi_T(S_T); with their
   local loads of source[], if that is not NULL (local_operators.h); no progress bar if `quiet`.
   Locks the libraries (session.h) after the local operators only: several threads may compute these
   at the same time, each for a system of its own. Collective. */
PetscErrorCode LodCoarseSystemAssemble(LodCoarseSystem *system, LodLocalOperators *operators,
                                       const double *source, PetscBool quiet);

/* The matrix (borrowed), which is S in units of 2^exponent (0 unless the entries of S are so large
   or small that squares of them would leave double precision), and this rank's local operators of
   the last assembly, operators[cell - first][z][j] (borrowed), in the units of A. */
PetscErrorCode LodCoarseSystemMatrix(LodCoarseSystem *system, Mat *matrix, int *exponent);
PetscErrorCode LodCoarseSystemOperators(LodCoarseSystem *system, PetscInt *first, PetscInt *last,
                                        const double **operators);

/* The sum of the local loads of the latest assembly, which had a source: the corrected right-hand
   side at all coarse nodes, on every rank. Collective. */
PetscErrorCode LodCoarseSystemCorrectedLoad(LodCoarseSystem *system, double *load);

/* form = S u at all coarse nodes, those of Dirichlet faces too, on every rank; u is given at all
   coarse nodes. Collective. */
PetscErrorCode LodCoarseSystemApply(LodCoarseSystem *system, const double *u, double *form);

/* Solves S u = load, load[coarse nodes] being the integrals of f times the hat functions of all
   coarse nodes, and boundary[coarse nodes] the values of u at Dirichlet nodes, 0 elsewhere (NULL:
   u = 0 there), and gives u at all coarse nodes on every rank, to about the accuracy of a direct
   solver. By one process BiCGStab with incomplete factors, by several a sparse direct solver, and
   above 20000 unknowns GMRES with algebraic multigrid; an iteration that does not get there in a
   few steps gives way to a sparse direct solver. Options with prefix -lod_ lie on top, a
   -lod_ksp_type or -lod_pc_type among them chooses another KSP. The result does not depend on the
   units of A and f. Where constants are free (LodConstantsAreFree) the loads of all nodes must add
   up to 0, and the solution is that of mean 0. LodCoarseSystemSolve: the same for the load rhs[] of
   f on the *fine* mesh (LodLoadFromText), with u = 0 at Dirichlet nodes. Collective. */
PetscErrorCode LodCoarseSystemSolveLoad(LodCoarseSystem *system, const double *load,
                                        const double *boundary, double *solution);
PetscErrorCode LodCoarseSystemSolve(LodCoarseSystem *system, const double *rhs, double *solution);

#endif
