/* Plain Q1 problems with PETSc: the fine reference and the plain coarse solution. */
#include "fem/q1_system_private.h"

#include "base/events.h"
#include "base/progress.h"
#include "base/units.h"
#include "fem/digits.h"
#include "fem/element.h"
#include "fem/nodal.h"

/* Relative residual to which CG goes. */
#define RESIDUAL 1e-10

/* Makes the stiffness matrix over the free nodes, without values. */
static PetscErrorCode CreateStiffness(MPI_Comm comm, const LodCellMatrices *source,
                                      Mat *stiffness) {
  const PetscInt width = LodPower(3, source->grid->dim);
  const LodBox   free_nodes = LodGridFreeNodes(source->grid, source->cells);
  PetscFunctionBeginUser;
  PetscCall(MatCreateAIJ(comm, PETSC_DECIDE, PETSC_DECIDE, LodBoxCount(&free_nodes),
                         LodBoxCount(&free_nodes), width, NULL, width - 1, NULL, stiffness));
  PetscCall(MatSetOption(*stiffness, MAT_NEW_NONZERO_ALLOCATION_ERR, PETSC_FALSE));
  PetscCall(MatSetOption(*stiffness, MAT_SPD, PETSC_TRUE));
  PetscFunctionReturn(0);
}

/* Computes the values of the stiffness matrix, each rank its own rows. */
static PetscErrorCode FillStiffness(const LodCellMatrices *source, Mat stiffness) {
  PetscInt width = LodPower(3, source->grid->dim), first, last;
  LodBox   free_nodes = LodGridFreeNodes(source->grid, source->cells);
  PetscFunctionBeginUser;
  PetscCall(MatGetOwnershipRange(stiffness, &first, &last));
  for (PetscInt row = first; row < last; row++) {
    double   stencil[LOD_MAX_STENCIL], values[LOD_MAX_STENCIL];
    PetscInt node[LOD_MAX_DIM], columns[LOD_MAX_STENCIL], n_columns = 0;
    LodBoxIndex(&free_nodes, row, node);
    LodMatrixStencil(source, node, stencil);
    LodRowNeighbours(&free_nodes, node, columns);
    for (PetscInt i = 0; i < width; i++) {
      if (columns[i] < 0) continue;
      values[n_columns] = stencil[i];
      columns[n_columns++] = columns[i];
    }
    PetscCall(MatSetValues(stiffness, 1, &row, n_columns, columns, values, INSERT_VALUES));
  }
  PetscCall(MatAssemblyBegin(stiffness, MAT_FINAL_ASSEMBLY));
  PetscCall(MatAssemblyEnd(stiffness, MAT_FINAL_ASSEMBLY));
  PetscFunctionReturn(0);
}

/* Takes this rank's part of a Vec over the free nodes of a mesh from nodes[], all its nodes. */
static PetscErrorCode FillVec(const LodGrid *grid, const PetscInt cells[], const double *nodes,
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

PetscErrorCode LodKspSolve(KSP solver, const char *what, Vec rhs, Vec solution) {
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
             " iterations, residual %.6g; other solvers can be chosen by PETSc options after --",
             what, KSPConvergedReasons[reason], iterations, (double)residual);
  PetscFunctionReturn(0);
}

PetscErrorCode LodPreconditionerSetMultigrid(PC preconditioner) {
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
  PC           preconditioner;
  MatNullSpace constants;
  PetscFunctionBeginUser;
  PetscCall(KSPCreate(PetscObjectComm((PetscObject)stiffness), solver));
  PetscCall(KSPSetOperators(*solver, stiffness, stiffness));
  PetscCall(KSPSetOptionsPrefix(*solver, prefix));
  /* Where constants are free, multigrid is not quite definite on what is perpendicular to them: at
     contrasts of 1e7 plain CG breaks down a digit before the end, flexible CG does not. */
  PetscCall(MatGetNullSpace(stiffness, &constants));
  PetscCall(KSPSetType(*solver, constants ? KSPFCG : KSPCG));
  PetscCall(KSPSetNormType(*solver, KSP_NORM_UNPRECONDITIONED));
  PetscCall(KSPSetTolerances(*solver, residual, 0, PETSC_DEFAULT, 1000));
  PetscCall(KSPGetPC(*solver, &preconditioner));
  PetscCall(LodPreconditionerSetMultigrid(preconditioner));
  PetscCall(KSPSetFromOptions(*solver));
  PetscFunctionReturn(0);
}

PetscErrorCode LodLoadToVec(const LodGrid *grid, const PetscInt cells[], const double *load,
                            Vec vector, int *exponent) {
  const size_t n_nodes = (size_t)LodNodeCount(grid->dim, cells);
  double      *scaled;
  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(n_nodes, &scaled));
  *exponent = LodUnitsExponent(LodUnitsLargest(n_nodes, load));
  LodUnitsScale(-*exponent, n_nodes, load, scaled);
  PetscErrorCode error = FillVec(grid, cells, scaled, vector);
  PetscCall(PetscFree(scaled));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodQ1SystemCreate(MPI_Comm comm, const LodGrid *grid, LodQ1Mesh mesh,
                                 LodQ1System **system) {
  const PetscBool fine = (PetscBool)(mesh == LOD_Q1_FINE);
  PetscFunctionBeginUser;
  *system = NULL;
  PetscCall(fine ? LodGridValidate(grid, "mesh") : LodGridValidateCoarse(grid, "mesh"));
  PetscCall(PetscNew(system));
  **system = (LodQ1System){.comm = comm,
                           .grid = *grid,
                           .mesh = mesh,
                           .prefix = fine ? "fine_" : "coarse_",
                           .what = fine ? "fine" : "coarse"};
  (*system)->cells = fine ? (*system)->grid.fine : (*system)->grid.coarse;
  PetscFunctionReturn(0);
}

PetscErrorCode LodQ1SystemDestroy(LodQ1System **system) {
  PetscFunctionBeginUser;
  if (!*system) PetscFunctionReturn(0);
  PetscCall(KSPDestroy(&(*system)->solver));
  PetscCall(VecDestroy(&(*system)->unknowns));
  PetscCall(VecDestroy(&(*system)->load));
  PetscCall(MatDestroy(&(*system)->stiffness));
  PetscCall(PetscFree(*system));
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

PetscErrorCode LodQ1CellSourceMake(const LodQ1System *system, PetscBool changed,
                                   LodQ1CellSource *made) {
  const LodGrid *grid = &system->grid;
  const PetscInt n_cells = LodGridCells(grid), size = LodPower(4, grid->dim);
  PetscFunctionBeginUser;
  made->matrices = NULL;
  made->source = (LodCellMatrices){grid, system->coefficient, system->cells, NULL, NULL};
  if (system->mesh == LOD_Q1_FINE) {
    LodCellTablesInit(grid, system->cells, &made->tables);
    LodCellTablesScale(-system->exponent, &made->tables);
    if (changed) LodDigitsPerturbTables(LOD_DIGITS_FACTOR, &made->tables);
    made->source.tables = &made->tables;
    PetscFunctionReturn(0);
  }
  PetscCall(CoarseMatrices(grid, system->coefficient, &made->matrices));
  LodUnitsScale(-system->exponent, (size_t)n_cells * (size_t)size, made->matrices, made->matrices);
  if (changed) LodDigitsPerturb(LodGridCorners(grid), n_cells, LOD_DIGITS_FACTOR, made->matrices);
  made->source.matrix = made->matrices;
  PetscFunctionReturn(0);
}

/* Assembles the matrix, if `changed` with other last digits. */
static PetscErrorCode AssembleSystem(LodQ1System *system, PetscBool changed) {
  LodQ1CellSource made;
  PetscFunctionBeginUser;
  PetscCall(LodQ1CellSourceMake(system, changed, &made));
  PetscErrorCode error = 0;
  if (!system->stiffness) error = CreateStiffness(system->comm, &made.source, &system->stiffness);
  if (!error) error = FillStiffness(&made.source, system->stiffness);
  PetscCall(PetscFree(made.matrices));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Where constants are free, doubles the diagonal in the middle row p: adds a e_p e_p^T, a > 0,
   which makes the matrix positive definite. Since the rows of the rest, and what is on the right,
   add up to 0, so does a u_p: the solution is the one with u_p = 0. Told of the kernel instead,
   multigrid fails on small meshes, whose coarsest matrix is then singular. */
static PetscErrorCode HoldConstants(LodQ1System *system) {
  PetscInt n, first, last;
  Vec      diagonal, held;
  PetscFunctionBeginUser;
  system->is_free = LodConstantsAreFree(&system->grid, system->coefficient);
  if (!system->is_free) PetscFunctionReturn(0);
  PetscCall(MatGetSize(system->stiffness, &n, NULL));
  PetscCall(MatCreateVecs(system->stiffness, &diagonal, &held));
  PetscCall(MatGetDiagonal(system->stiffness, diagonal));
  PetscCall(VecGetOwnershipRange(held, &first, &last));
  if (n / 2 >= first && n / 2 < last) PetscCall(VecSetValue(held, n / 2, 1, INSERT_VALUES));
  PetscCall(VecAssemblyBegin(held));
  PetscCall(VecAssemblyEnd(held));
  PetscCall(VecPointwiseMult(diagonal, diagonal, held));
  PetscCall(MatDiagonalSet(system->stiffness, diagonal, ADD_VALUES));
  PetscCall(VecDestroy(&diagonal));
  PetscCall(VecDestroy(&held));
  PetscFunctionReturn(0);
}

PetscErrorCode LodQ1SystemSetUp(LodQ1System *system, PetscBool changed) {
  const double start = LodSeconds();
  PetscFunctionBeginUser;
  system->ready = PETSC_FALSE;
  PetscCall(KSPDestroy(&system->solver)); /* before: its hierarchy is what takes memory */
  PetscCall(LodEventBegin(LOD_EVENT_Q1_ASSEMBLY));
  PetscCall(AssembleSystem(system, changed));
  PetscCall(LodEventEnd(LOD_EVENT_Q1_ASSEMBLY));
  PetscCall(HoldConstants(system));
  if (!system->load) PetscCall(MatCreateVecs(system->stiffness, &system->unknowns, &system->load));
  const double assembled = LodSeconds();
  PetscCall(LodEventBegin(LOD_EVENT_Q1_SETUP));
  PetscCall(CreateSolver(system->stiffness, system->prefix, changed ? 1e-3 * RESIDUAL : RESIDUAL,
                         &system->solver));
  PetscCall(KSPSetUp(system->solver));
  PetscCall(LodEventEnd(LOD_EVENT_Q1_SETUP));
  if (changed) PetscFunctionReturn(0);
  system->seconds_assembly = assembled - start;
  system->seconds_setup = LodSeconds() - assembled;
  system->ready = PETSC_TRUE;
  PetscFunctionReturn(0);
}

PetscErrorCode LodQ1SystemAssemble(LodQ1System *system, const LodCoefficient *coefficient) {
  PetscFunctionBeginUser;
  system->coefficient = coefficient;
  system->exponent = LodCoefficientExponent(coefficient);
  PetscCall(LodDigitsAreInDoubt(&system->grid, coefficient, system->cells, &system->in_doubt));
  PetscCall(LodQ1SystemSetUp(system, PETSC_FALSE));
  PetscFunctionReturn(0);
}

PetscErrorCode LodQ1SystemBeReady(LodQ1System *system) {
  PetscFunctionBeginUser;
  PetscCheck(system->coefficient, system->comm, PETSC_ERR_ORDER,
             "the %s system has no coefficient yet", system->what);
  if (!system->ready) PetscCall(LodQ1SystemSetUp(system, PETSC_FALSE));
  PetscFunctionReturn(0);
}

PetscErrorCode LodQ1SystemMatrix(LodQ1System *system, Mat *stiffness, int *exponent) {
  PetscFunctionBeginUser;
  PetscCall(LodQ1SystemBeReady(system));
  *stiffness = system->stiffness;
  *exponent = system->exponent;
  PetscFunctionReturn(0);
}

/* Assembles, sets up and solves for one load. */
static PetscErrorCode SolveOnce(MPI_Comm comm, const LodGrid *grid, LodQ1Mesh mesh,
                                const LodCoefficient *coefficient, const double *rhs,
                                double *solution, LodSolveStatistics *statistics) {
  LodQ1System *system = NULL;
  PetscFunctionBeginUser;
  PetscCall(LodQ1SystemCreate(comm, grid, mesh, &system));
  PetscErrorCode error = LodQ1SystemAssemble(system, coefficient);
  if (!error) error = LodQ1SystemSolve(system, 1, rhs, solution, statistics);
  PetscCall(LodQ1SystemDestroy(&system));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodQ1FineSolve(MPI_Comm comm, const LodGrid *grid, const LodCoefficient *coefficient,
                              const double *rhs, double *solution, LodSolveStatistics *statistics) {
  PetscFunctionBeginUser;
  PetscCall(SolveOnce(comm, grid, LOD_Q1_FINE, coefficient, rhs, solution, statistics));
  PetscFunctionReturn(0);
}

PetscErrorCode LodQ1CoarseSolve(MPI_Comm comm, const LodGrid *grid,
                                const LodCoefficient *coefficient, const double *rhs,
                                double *solution, LodSolveStatistics *statistics) {
  PetscFunctionBeginUser;
  PetscCall(SolveOnce(comm, grid, LOD_Q1_COARSE, coefficient, rhs, solution, statistics));
  PetscFunctionReturn(0);
}

PetscErrorCode LodQ1CoarseStiffness(MPI_Comm comm, const LodGrid *grid,
                                    const LodCoefficient *coefficient, Mat *stiffness) {
  LodCellMatrices source = {grid, coefficient, grid->coarse, NULL, NULL};
  double         *matrices;
  PetscFunctionBeginUser;
  PetscCall(CoarseMatrices(grid, coefficient, &matrices));
  source.matrix = matrices;
  PetscErrorCode error = CreateStiffness(comm, &source, stiffness);
  if (!error) error = FillStiffness(&source, *stiffness);
  PetscCall(PetscFree(matrices));
  PetscCall(error);
  PetscFunctionReturn(0);
}
