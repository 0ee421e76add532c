/* Plain Q1 problems with PETSc: the fine reference and the plain coarse solution. */
#include "fem/q1_system.h"

#include "base/events.h"
#include "base/progress.h"
#include "base/units.h"
#include "fem/digits.h"
#include "fem/element.h"
#include "fem/nodal.h"
#include "fem/stencil.h"

/* Relative residual to which CG goes. */
#define RESIDUAL 1e-10

/* Assembles the stiffness matrix over the free nodes, each rank its own rows. */
static PetscErrorCode AssembleStiffness(MPI_Comm comm, const LodCellMatrices *source,
                                        Mat *stiffness) {
  PetscInt dim = source->grid->dim, width = LodPower(3, dim), first, last;
  LodBox   free_nodes = LodGridFreeNodes(source->grid, source->cells);
  PetscFunctionBeginUser;
  PetscCall(MatCreateAIJ(comm, PETSC_DECIDE, PETSC_DECIDE, LodBoxCount(&free_nodes),
                         LodBoxCount(&free_nodes), width, NULL, width - 1, NULL, stiffness));
  PetscCall(MatSetOption(*stiffness, MAT_NEW_NONZERO_ALLOCATION_ERR, PETSC_FALSE));
  PetscCall(MatSetOption(*stiffness, MAT_SPD, PETSC_TRUE));
  PetscCall(MatGetOwnershipRange(*stiffness, &first, &last));
  for (PetscInt row = first; row < last; row++) {
    double   stencil[LOD_MAX_STENCIL], values[LOD_MAX_STENCIL];
    PetscInt node[LOD_MAX_DIM], columns[LOD_MAX_STENCIL], n_columns = 0;
    LodBoxIndex(&free_nodes, row, node);
    LodRowStencil(source, node, stencil);
    LodRowNeighbours(&free_nodes, node, columns);
    for (PetscInt i = 0; i < width; i++) {
      if (columns[i] < 0) continue;
      values[n_columns] = stencil[i];
      columns[n_columns++] = columns[i];
    }
    PetscCall(MatSetValues(*stiffness, 1, &row, n_columns, columns, values, INSERT_VALUES));
  }
  PetscCall(MatAssemblyBegin(*stiffness, MAT_FINAL_ASSEMBLY));
  PetscCall(MatAssemblyEnd(*stiffness, MAT_FINAL_ASSEMBLY));
  PetscFunctionReturn(0);
}

PetscErrorCode LodNodesToVec(const LodGrid *grid, const PetscInt cells[], const double *nodes,
                             Vec vector) {
  LodBox       free_nodes = LodGridFreeNodes(grid, cells), all = LodBoxNodes(grid->dim, cells);
  PetscInt     first, last;
  PetscScalar *values;
  PetscFunctionBeginUser;
  PetscCall(VecGetOwnershipRange(vector, &first, &last));
  PetscCall(VecGetArrayWrite(vector, &values));
  for (PetscInt row = first; row < last; row++) {
    PetscInt node[LOD_MAX_DIM];
    LodBoxIndex(&free_nodes, row, node);
    values[row - first] = nodes[LodBoxPosition(&all, node)];
  }
  PetscCall(VecRestoreArrayWrite(vector, &values));
  PetscFunctionReturn(0);
}

PetscErrorCode LodVecToNodes(const LodGrid *grid, const PetscInt cells[], Vec vector,
                             double *nodes) {
  LodBox             free_nodes = LodGridFreeNodes(grid, cells);
  LodBox             all = LodBoxNodes(grid->dim, cells);
  VecScatter         scatter;
  Vec                whole;
  const PetscScalar *values;
  PetscFunctionBeginUser;
  PetscCall(VecScatterCreateToAll(vector, &scatter, &whole));
  PetscCall(VecScatterBegin(scatter, vector, whole, INSERT_VALUES, SCATTER_FORWARD));
  PetscCall(VecScatterEnd(scatter, vector, whole, INSERT_VALUES, SCATTER_FORWARD));
  PetscCall(PetscArrayzero(nodes, LodBoxCount(&all)));
  PetscCall(VecGetArrayRead(whole, &values));
  for (PetscInt row = 0; row < LodBoxCount(&free_nodes); row++) {
    PetscInt node[LOD_MAX_DIM];
    LodBoxIndex(&free_nodes, row, node);
    nodes[LodBoxPosition(&all, node)] = values[row];
  }
  PetscCall(VecRestoreArrayRead(whole, &values));
  PetscCall(VecScatterDestroy(&scatter));
  PetscCall(VecDestroy(&whole));
  PetscFunctionReturn(0);
}

PetscErrorCode LodSolve(KSP solver, const char *what, Vec rhs, Vec solution) {
  KSPConvergedReason reason;
  PetscInt           iterations;
  PetscReal          residual;
  PetscFunctionBeginUser;
  PetscCall(KSPSolve(solver, rhs, solution));
  PetscCall(KSPGetConvergedReason(solver, &reason));
  PetscCall(KSPGetIterationNumber(solver, &iterations));
  PetscCall(KSPGetResidualNorm(solver, &residual));
  PetscCheck(reason > 0, PetscObjectComm((PetscObject)solver), PETSC_ERR_NOT_CONVERGED,
             "the %s solve did not converge: %s after %" PetscInt_FMT
             " iterations, residual %g; other solvers can be chosen by PETSc options after --",
             what, KSPConvergedReasons[reason], iterations, (double)residual);
  PetscFunctionReturn(0);
}

PetscErrorCode LodMultigrid(PC preconditioner) {
  PetscFunctionBeginUser;
#if defined(PETSC_HAVE_HYPRE)
  PetscCall(PCSetType(preconditioner, PCHYPRE));
  PetscCall(PCHYPRESetType(preconditioner, "boomeramg"));
#else
  PetscCall(PCSetType(preconditioner, PCGAMG));
#endif
  PetscFunctionReturn(0);
}

/* The preconditioned CG solver of a stiffness matrix to a relative residual; options with `prefix`
   have the last word. */
static PetscErrorCode CreateSolver(Mat stiffness, const char *prefix, double residual,
                                   KSP *solver) {
  PC preconditioner;
  PetscFunctionBeginUser;
  PetscCall(KSPCreate(PetscObjectComm((PetscObject)stiffness), solver));
  PetscCall(KSPSetOperators(*solver, stiffness, stiffness));
  PetscCall(KSPSetOptionsPrefix(*solver, prefix));
  PetscCall(KSPSetType(*solver, KSPCG));
  PetscCall(KSPSetNormType(*solver, KSP_NORM_UNPRECONDITIONED));
  PetscCall(KSPSetTolerances(*solver, residual, 0, PETSC_DEFAULT, 1000));
  PetscCall(KSPGetPC(*solver, &preconditioner));
  PetscCall(LodMultigrid(preconditioner));
  PetscCall(KSPSetFromOptions(*solver));
  PetscFunctionReturn(0);
}

/* What tells the fine and the plain coarse problem apart. */
typedef struct {
  const char *prefix, *what; /* of options, in messages */
  int         exponent;      /* the cell matrices are in units of 2^exponent */
  double      residual;      /* relative, to solve to */
} Q1Problem;

PetscErrorCode LodLoadVec(const LodGrid *grid, const double *rhs, const PetscInt cells[], Vec load,
                          int *exponent) {
  const size_t n_nodes = (size_t)LodNodeCount(grid->dim, cells);
  double      *nodes;
  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(n_nodes, &nodes));
  PetscCall(LodLoad(grid, rhs, cells, nodes));
  *exponent = LodExponent(LodLargest(n_nodes, nodes));
  LodScaleByPower(-*exponent, n_nodes, nodes, nodes);
  PetscCall(LodNodesToVec(grid, cells, nodes, load));
  PetscCall(PetscFree(nodes));
  PetscFunctionReturn(0);
}

/* What PETSc holds of a problem that is being solved. */
typedef struct {
  Mat stiffness;
  KSP solver;
  Vec load, unknowns;
} Q1System;

/* Assembles, sets up and solves on the mesh of source->cells; what is made stays in
 *system, also if there is an error. */
static PetscErrorCode SolveSystem(MPI_Comm comm, const LodCellMatrices *source,
                                  const Q1Problem *problem, const double *rhs, Q1System *system,
                                  double *solution, LodSolveStatistics *statistics) {
  const LodGrid *grid = source->grid;
  const size_t   n_nodes = (size_t)LodNodeCount(grid->dim, source->cells);
  double         start = LodSeconds(), assembled, set_up;
  int            load_exponent;
  PetscReal      residual, load_norm;
  PetscFunctionBeginUser;
  PetscCall(LodEventBegin(LOD_EVENT_Q1_ASSEMBLY));
  PetscCall(AssembleStiffness(comm, source, &system->stiffness));
  PetscCall(LodEventEnd(LOD_EVENT_Q1_ASSEMBLY));
  PetscCall(MatCreateVecs(system->stiffness, &system->unknowns, &system->load));
  PetscCall(LodLoadVec(grid, rhs, source->cells, system->load, &load_exponent));
  assembled = LodSeconds();
  PetscCall(LodEventBegin(LOD_EVENT_Q1_SETUP));
  PetscCall(CreateSolver(system->stiffness, problem->prefix, problem->residual, &system->solver));
  PetscCall(KSPSetUp(system->solver));
  PetscCall(LodEventEnd(LOD_EVENT_Q1_SETUP));
  set_up = LodSeconds();
  PetscCall(LodEventBegin(LOD_EVENT_Q1_SOLVE));
  PetscCall(LodSolve(system->solver, problem->what, system->load, system->unknowns));
  PetscCall(LodEventEnd(LOD_EVENT_Q1_SOLVE));
  PetscCall(LodVecToNodes(grid, source->cells, system->unknowns, solution));
  PetscCall(
      LodSolutionToUnits(problem->what, load_exponent - problem->exponent, n_nodes, solution));
  PetscCall(VecNorm(system->load, NORM_2, &load_norm));
  PetscCall(KSPGetResidualNorm(system->solver, &residual));
  if (statistics) {
    statistics->seconds_assembly = assembled - start;
    statistics->seconds_setup = set_up - assembled;
    statistics->seconds_solve = LodSeconds() - set_up;
    statistics->residual = load_norm > 0 ? residual / load_norm : 0;
    PetscCall(KSPGetIterationNumber(system->solver, &statistics->iterations));
  }
  PetscFunctionReturn(0);
}

/* Assembles, sets up and solves on the mesh of source->cells. */
static PetscErrorCode SolveOnMesh(MPI_Comm comm, const LodCellMatrices *source,
                                  const Q1Problem *problem, const double *rhs, double *solution,
                                  LodSolveStatistics *statistics) {
  Q1System system = {NULL, NULL, NULL, NULL};
  PetscFunctionBeginUser;
  PetscErrorCode error = SolveSystem(comm, source, problem, rhs, &system, solution, statistics);
  PetscCall(KSPDestroy(&system.solver));
  PetscCall(VecDestroy(&system.unknowns));
  PetscCall(VecDestroy(&system.load));
  PetscCall(MatDestroy(&system.stiffness));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Solves the problem a second time with other last digits, changing the cell matrices, where the
   contrast calls for it; an error if the solution does not stand. */
static PetscErrorCode CheckDigits(MPI_Comm comm, const LodCellMatrices *source,
                                  const Q1Problem *problem, double *matrices, const double *rhs,
                                  const double *solution) {
  const LodGrid *grid = source->grid;
  const PetscInt n_matrices = source->shared ? 1 : LodCellCount(grid->dim, source->cells);
  Q1Problem      closer = *problem;
  PetscBool      doubt;
  double        *again;
  PetscFunctionBeginUser;
  PetscCall(LodDigitsAreInDoubt(grid, source->coefficient, source->cells, &doubt));
  if (!doubt) PetscFunctionReturn(0);
  closer.residual = 1e-3 * problem->residual; /* shows what the first left unsolved */
  LodDigitsPerturb(LodGridCorners(grid), n_matrices, LOD_DIGITS_FACTOR, matrices);
  PetscCall(PetscMalloc1(LodNodeCount(grid->dim, source->cells), &again));
  PetscErrorCode error = SolveOnMesh(comm, source, &closer, rhs, again, NULL);
  if (!error)
    error = LodDigitsCompare(problem->what, grid->dim, source->cells, source->coefficient, solution,
                             again);
  PetscCall(PetscFree(again));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* The exponent of a coefficient's largest value. */
static int CoefficientExponent(const LodCoefficient *coefficient) {
  const PetscInt count = LodCoefficientCount(coefficient);
  return LodExponent(LodLargest((size_t)count, coefficient->values));
}

PetscErrorCode LodFineSolve(MPI_Comm comm, const LodGrid *grid, const LodCoefficient *coefficient,
                            const double *rhs, double *solution, LodSolveStatistics *statistics) {
  double          matrix[LOD_MAX_CORNERS * LOD_MAX_CORNERS], side[LOD_MAX_DIM];
  LodCellMatrices source = {grid, coefficient, grid->fine, matrix, PETSC_TRUE};
  PetscFunctionBeginUser;
  const Q1Problem problem = {"fine_", "fine", CoefficientExponent(coefficient), RESIDUAL};
  LodGridSides(grid, grid->fine, side);
  LodElementStiffness(grid->dim, side, matrix);
  LodScaleByPower(-problem.exponent, (size_t)LodPower(4, grid->dim), matrix, matrix);
  PetscCall(SolveOnMesh(comm, &source, &problem, rhs, solution, statistics));
  PetscCall(CheckDigits(comm, &source, &problem, matrix, rhs, solution));
  PetscFunctionReturn(0);
}

/* The stiffness of every coarse cell, [cell][a][b]; the caller frees it. */
static PetscErrorCode CoarseMatrices(const LodGrid *grid, const LodCoefficient *coefficient,
                                     double **matrices) {
  const PetscInt size = LodPower(4, grid->dim), n_cells = LodGridCells(grid);
  const LodBox   mesh = LodBoxCells(grid->dim, grid->coarse);
  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1((size_t)n_cells * (size_t)size, matrices));
  for (PetscInt cell = 0; cell < n_cells; cell++) {
    PetscInt index[LOD_MAX_DIM];
    LodBoxIndex(&mesh, cell, index);
    LodCellStiffness(grid, coefficient, index, *matrices + (size_t)cell * (size_t)size);
  }
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoarseQ1Solve(MPI_Comm comm, const LodGrid *grid,
                                const LodCoefficient *coefficient, const double *rhs,
                                double *solution, LodSolveStatistics *statistics) {
  LodCellMatrices source = {grid, coefficient, grid->coarse, NULL, PETSC_FALSE};
  double         *matrices;
  PetscFunctionBeginUser;
  PetscCall(CoarseMatrices(grid, coefficient, &matrices));
  const Q1Problem problem = {"coarse_", "coarse", CoefficientExponent(coefficient), RESIDUAL};
  const size_t    size = (size_t)LodGridCells(grid) * (size_t)LodPower(4, grid->dim);
  LodScaleByPower(-problem.exponent, size, matrices, matrices);
  source.matrix = matrices;
  PetscErrorCode error = SolveOnMesh(comm, &source, &problem, rhs, solution, statistics);
  if (!error) error = CheckDigits(comm, &source, &problem, matrices, rhs, solution);
  PetscCall(PetscFree(matrices));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoarseStiffness(MPI_Comm comm, const LodGrid *grid,
                                  const LodCoefficient *coefficient, Mat *stiffness) {
  LodCellMatrices source = {grid, coefficient, grid->coarse, NULL, PETSC_FALSE};
  double         *matrices;
  PetscFunctionBeginUser;
  PetscCall(CoarseMatrices(grid, coefficient, &matrices));
  source.matrix = matrices;
  PetscCall(AssembleStiffness(comm, &source, stiffness));
  PetscCall(PetscFree(matrices));
  PetscFunctionReturn(0);
}
