/* The compressed problem S u = M f: assembly from local operators, whatever their source, and
 * solve. */
#ifndef LODNET_COARSE_SYSTEM_H
#define LODNET_COARSE_SYSTEM_H

#include <lodnet/fem.h>
#include <lodnet/local_operators.h>
#include <petscksp.h>

/* The matrix, its structure preallocated once a mesh; one object serves many coefficients. Rows and
   columns are the free coarse nodes. Cells are shared out to the ranks in contiguous ranges. */
typedef struct LodCoarseSystem LodCoarseSystem;

PetscErrorCode LodCoarseSystemCreate(MPI_Comm comm, const LodGrid *grid, LodCoarseSystem **system);
PetscErrorCode LodCoarseSystemDestroy(LodCoarseSystem **system);

/* Computes the local operators of this rank's cells and assembles S = sum_T Phi_T(S_T). Collective.
 */
PetscErrorCode LodCoarseSystemAssemble(LodCoarseSystem *system, LodLocalOperators *operators);

/* The matrix (borrowed), and this rank's local operators of the last assembly,
   operators[cell - first][z][j] (borrowed). */
PetscErrorCode LodCoarseSystemMatrix(LodCoarseSystem *system, Mat *matrix);
PetscErrorCode LodCoarseSystemOperators(LodCoarseSystem *system, PetscInt *first, PetscInt *last,
                                        const double **operators);

/* Solves S u = (f, phi_z), rhs[] being the load of f on the *fine* mesh (LodFineLoad), and gives u
   at all (N+1)^d coarse nodes on every rank. By one process to the
   accuracy of a direct solver: BiCGStab with incomplete factors, and where it does not get there in
   a few steps, sparse direct; by several sparse direct. Options with prefix -lod_ choose another
   KSP. Collective. */
PetscErrorCode LodCoarseSystemSolve(LodCoarseSystem *system, const double *rhs, double *solution);

/* |S - S_hat|_2 and |S|_2 by power iteration on B^T B (deterministic start); collective. */
PetscErrorCode LodSpectralNormDifference(Mat matrix, Mat other, double *difference, double *norm);

#endif
