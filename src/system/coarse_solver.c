/* The choice of solvers for the compressed system. */
#include "system/coarse_solver_private.h"

#include <float.h>

#include "fem/q1_system.h"

/* Relative residuals of the iterative solvers, about that of a direct one, and their most steps. */
#define INCOMPLETE_RESIDUAL 1e-14
#define INCOMPLETE_STEPS 40
#define MULTIGRID_RESIDUAL 1e-13
#define MULTIGRID_STEPS 100

/* Whether the user has chosen another solver or preconditioner. */
static PetscErrorCode SolverIsChosen(PetscBool *chosen) {
  PetscBool solver, preconditioner;
  PetscFunctionBeginUser;
  PetscCall(PetscOptionsHasName(NULL, "lod_", "-ksp_type", &solver));
  PetscCall(PetscOptionsHasName(NULL, "lod_", "-pc_type", &preconditioner));
  *chosen = (PetscBool)(solver || preconditioner);
  PetscFunctionReturn(0);
}

/* A solver of the matrix with a prefix for its options and absolute tolerance 0: what is small
   depends on the units. */
static PetscErrorCode CreateKsp(Mat matrix, const char *prefix, KSPType type, double residual,
                                PetscInt steps, KSP *solver) {
  PetscFunctionBeginUser;
  PetscCall(KSPCreate(PetscObjectComm((PetscObject)matrix), solver));
  PetscCall(KSPSetOperators(*solver, matrix, matrix));
  PetscCall(KSPSetOptionsPrefix(*solver, prefix));
  PetscCall(KSPSetType(*solver, type));
  PetscCall(KSPSetTolerances(*solver, residual, 0, PETSC_DEFAULT, steps));
  PetscFunctionReturn(0);
}

/* Factorises whatever pivots there are: PETSc's threshold is an absolute number, and a coefficient
   may well be 1e-16 in a part of D. */
static PetscErrorCode FactorAnyPivot(PC preconditioner, PCType type) {
  PetscFunctionBeginUser;
  PetscCall(PCSetType(preconditioner, type));
  PetscCall(PCFactorSetZeroPivot(preconditioner, DBL_MIN));
  PetscFunctionReturn(0);
}

/* A sparse direct solver: MUMPS in parallel, else UMFPACK, whose ordering is far better than that
   of PETSc's own on more than a few thousand unknowns. Options with `prefix` have the last word. */
static PetscErrorCode CreateDirect(Mat matrix, const char *prefix, KSP *solver) {
  PC          preconditioner;
  PetscInt    n_unknowns;
  PetscMPIInt n_ranks;
  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_size(PetscObjectComm((PetscObject)matrix), &n_ranks));
  PetscCall(MatGetSize(matrix, &n_unknowns, NULL));
  PetscCall(CreateKsp(matrix, prefix, KSPPREONLY, 1e-12, 10000, solver));
  PetscCall(KSPGetPC(*solver, &preconditioner));
  PetscCall(FactorAnyPivot(preconditioner, PCLU));
  if (n_ranks > 1)
    PetscCall(PCFactorSetMatSolverType(preconditioner, MATSOLVERMUMPS));
  else if (n_unknowns > 2000)
    PetscCall(PCFactorSetMatSolverType(preconditioner, MATSOLVERUMFPACK));
  PetscCall(KSPSetFromOptions(*solver));
  PetscFunctionReturn(0);
}

/* BiCGStab with an incomplete factorisation to the accuracy of a direct solver, by one process: 6
   to 8 steps on all but extreme coefficients and half the time at N = 32. */
static PetscErrorCode CreateIncomplete(Mat matrix, PetscInt dim, KSP *solver) {
  PC preconditioner;
  PetscFunctionBeginUser;
  PetscCall(CreateKsp(matrix, "lod_", KSPBCGS, INCOMPLETE_RESIDUAL, INCOMPLETE_STEPS, solver));
  PetscCall(KSPGetPC(*solver, &preconditioner));
  PetscCall(FactorAnyPivot(preconditioner, PCILU));
  PetscCall(PCFactorSetLevels(preconditioner, dim < 3 ? 1 : 0));
  PetscCall(KSPSetFromOptions(*solver));
  PetscFunctionReturn(0);
}

/* GMRES with algebraic multigrid: time in proportion to the unknowns. */
static PetscErrorCode CreateMultigrid(Mat matrix, KSP *solver) {
  PC preconditioner;
  PetscFunctionBeginUser;
  PetscCall(CreateKsp(matrix, "lod_", KSPGMRES, MULTIGRID_RESIDUAL, MULTIGRID_STEPS, solver));
  PetscCall(KSPSetPCSide(*solver, PC_RIGHT)); /* the residual is the true one */
  PetscCall(KSPGetPC(*solver, &preconditioner));
  PetscCall(LodPreconditionerSetMultigrid(preconditioner));
  PetscCall(KSPSetFromOptions(*solver));
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoarseSolverCreate(Mat matrix, PetscInt dim, LodCoarseSolver *solver) {
  PetscMPIInt n_ranks;
  PetscInt    n_unknowns;
  PetscBool   chosen = PETSC_FALSE;
  PetscFunctionBeginUser;
  *solver = (LodCoarseSolver){.matrix = matrix, .dim = dim};
  PetscCallMPI(MPI_Comm_size(PetscObjectComm((PetscObject)matrix), &n_ranks));
  PetscCall(MatGetSize(matrix, &n_unknowns, NULL));
  PetscCall(SolverIsChosen(&chosen));
  solver->falls_back = (PetscBool)(!chosen && (n_ranks == 1 || n_unknowns > LOD_DIRECT_UNKNOWNS));
  if (solver->falls_back && n_unknowns > LOD_DIRECT_UNKNOWNS)
    PetscCall(CreateMultigrid(matrix, &solver->first));
  else if (solver->falls_back)
    PetscCall(CreateIncomplete(matrix, dim, &solver->first));
  else
    PetscCall(CreateDirect(matrix, "lod_", &solver->first));
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoarseSolverDestroy(LodCoarseSolver *solver) {
  PetscFunctionBeginUser;
  PetscCall(KSPDestroy(&solver->first));
  PetscCall(KSPDestroy(&solver->direct));
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoarseSolverSolve(LodCoarseSolver *solver, Vec load, Vec unknowns) {
  KSPConvergedReason reason;
  PetscInt           n_unknowns;
  PetscFunctionBeginUser;
  PetscCall(VecGetSize(load, &n_unknowns));
  if (n_unknowns == 0) PetscFunctionReturn(0); /* N = 1; parallel solvers refuse that */
  if (solver->falls_back) {
    PetscCall(KSPSolve(solver->first, load, unknowns));
    PetscCall(KSPGetConvergedReason(solver->first, &reason));
    if (reason > 0) PetscFunctionReturn(0);
    if (!solver->direct) PetscCall(CreateDirect(solver->matrix, "lod_direct_", &solver->direct));
  }
  PetscCall(LodKspSolve(solver->falls_back ? solver->direct : solver->first, "coarse (LOD)", load,
                        unknowns));
  PetscFunctionReturn(0);
}
