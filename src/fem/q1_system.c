/* Plain Q1 problems with PETSc: the fine reference and the plain coarse solution. */
#include "fem/q1_system.h"

#include "base/error.h"
#include "base/events.h"
#include "base/progress.h"
#include "base/units.h"
#include "fem/boundary.h"
#include "fem/digits.h"
#include "fem/element.h"
#include "fem/nodal.h"
#include "fem/stencil.h"

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
  PC preconditioner;
  PetscFunctionBeginUser;
  PetscCall(KSPCreate(PetscObjectComm((PetscObject)stiffness), solver));
  PetscCall(KSPSetOperators(*solver, stiffness, stiffness));
  PetscCall(KSPSetOptionsPrefix(*solver, prefix));
  PetscCall(KSPSetType(*solver, KSPCG));
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

/* The stiffness matrix of one of the meshes and its solver. The matrix' structure serves all
   coefficients; the solver is made anew for each. */
struct LodQ1System {
  MPI_Comm              comm; /* of the caller, who keeps it */
  LodGrid               grid;
  LodQ1Mesh             mesh;
  const PetscInt       *cells;       /* of that mesh, per axis: grid's */
  const char           *prefix;      /* of options */
  const char           *what;        /* in messages */
  const LodCoefficient *coefficient; /* borrowed; NULL: none yet */
  int                   exponent;    /* the matrix is in units of 2^exponent */
  PetscBool             in_doubt;    /* solutions are to be checked (digits.h) */
  PetscBool             ready;       /* matrix and solver are those of the coefficient as it is */
  PetscBool             is_free;     /* constants are (LodConstantsAreFree) */
  Mat                   stiffness;
  KSP                   solver;
  Vec                   load, unknowns;
  double                seconds_assembly, seconds_setup;
};

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

/* What the matrices of the cells are computed from: the tables on the fine mesh, the matrices
   themselves on the coarse one, which the caller frees. */
typedef struct {
  LodCellTables   tables;
  double         *matrices;
  LodCellMatrices source;
} CellSource;

/* Makes it in units of 2^exponent, if `changed` with other last digits (digits.h). */
static PetscErrorCode MakeSource(const LodQ1System *system, PetscBool changed, CellSource *made) {
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
  if (changed)
    LodDigitsPerturb(LodGridCorners(grid), n_cells, LOD_DIGITS_FACTOR, made->matrices);
  made->source.matrix = made->matrices;
  PetscFunctionReturn(0);
}

/* Assembles the matrix, if `changed` with other last digits. */
static PetscErrorCode AssembleSystem(LodQ1System *system, PetscBool changed) {
  CellSource made;
  PetscFunctionBeginUser;
  PetscCall(MakeSource(system, changed, &made));
  PetscErrorCode error = 0;
  if (!system->stiffness) error = CreateStiffness(system->comm, &made.source, &system->stiffness);
  if (!error) error = FillStiffness(&made.source, system->stiffness);
  PetscCall(PetscFree(made.matrices));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Tells the solver of the constants where they are free: it then works in what is perpendicular to
   them. */
static PetscErrorCode SetKernel(LodQ1System *system) {
  MatNullSpace constants = NULL;
  PetscFunctionBeginUser;
  system->is_free = LodConstantsAreFree(&system->grid, system->coefficient);
  if (system->is_free) PetscCall(MatNullSpaceCreate(system->comm, PETSC_TRUE, 0, NULL, &constants));
  PetscCall(MatSetNullSpace(system->stiffness, constants));
  PetscCall(MatNullSpaceDestroy(&constants));
  PetscFunctionReturn(0);
}

/* Matrix and solver of the coefficient; if `changed` with other last digits, and solved to a
   smaller residual, which shows what the first left unsolved. */
static PetscErrorCode SetUp(LodQ1System *system, PetscBool changed) {
  const double start = LodSeconds();
  PetscFunctionBeginUser;
  system->ready = PETSC_FALSE;
  PetscCall(KSPDestroy(&system->solver)); /* before: its hierarchy is what takes memory */
  PetscCall(LodEventBegin(LOD_EVENT_Q1_ASSEMBLY));
  PetscCall(AssembleSystem(system, changed));
  PetscCall(LodEventEnd(LOD_EVENT_Q1_ASSEMBLY));
  PetscCall(SetKernel(system));
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
  PetscCall(SetUp(system, PETSC_FALSE));
  PetscFunctionReturn(0);
}

/* Makes sure that matrix and solver are those of the coefficient: a check of digits may have taken
   their place. */
static PetscErrorCode BeReady(LodQ1System *system) {
  PetscFunctionBeginUser;
  PetscCheck(system->coefficient, system->comm, PETSC_ERR_ORDER,
             "the %s system has no coefficient yet", system->what);
  if (!system->ready) PetscCall(SetUp(system, PETSC_FALSE));
  PetscFunctionReturn(0);
}

PetscErrorCode LodQ1SystemMatrix(LodQ1System *system, Mat *stiffness, int *exponent) {
  PetscFunctionBeginUser;
  PetscCall(BeReady(system));
  *stiffness = system->stiffness;
  *exponent = system->exponent;
  PetscFunctionReturn(0);
}

/* The form of a function at all nodes, in units of 2^*exponent, if `changed` with other last digits.
   Every rank computes its share of the nodes and has all of them then. */
static PetscErrorCode Apply(const LodQ1System *system, PetscBool changed, const double *u,
                            double *form, int *exponent) {
  const PetscInt64 n_nodes = LodNodeCount(system->grid.dim, system->cells);
  const int        unit = LodUnitsExponent(LodUnitsLargest((size_t)n_nodes, u));
  PetscMPIInt      rank, n_ranks;
  CellSource       made;
  double          *scaled;
  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(system->comm, &rank));
  PetscCallMPI(MPI_Comm_size(system->comm, &n_ranks));
  PetscCall(MakeSource(system, changed, &made));
  PetscCall(PetscMalloc1(n_nodes, &scaled));
  LodUnitsScale(-unit, (size_t)n_nodes, u, scaled);
  PetscCall(PetscArrayzero(form, n_nodes));
  LodFormApply(&made.source, scaled, (PetscInt)(n_nodes * rank / n_ranks),
               (PetscInt)(n_nodes * (rank + 1) / n_ranks), form);
  PetscCall(PetscFree(scaled));
  PetscCall(PetscFree(made.matrices));
  PetscCall(LodRanksSum(system->comm, (size_t)n_nodes, form));
  *exponent = system->exponent + unit;
  PetscFunctionReturn(0);
}

PetscErrorCode LodQ1SystemApply(LodQ1System *system, const double *u, double *form) {
  const size_t n_nodes = (size_t)LodNodeCount(system->grid.dim, system->cells);
  int          exponent;
  PetscFunctionBeginUser;
  PetscCheck(system->coefficient, system->comm, PETSC_ERR_ORDER,
             "the %s system has no coefficient yet", system->what);
  PetscCall(Apply(system, PETSC_FALSE, u, form, &exponent));
  LodUnitsScale(exponent, n_nodes, form, form);
  PetscFunctionReturn(0);
}

/* Boundary values g as solves take them: their form, in units of 2^exponent, and room for a load.
   Without any everything is NULL. */
typedef struct {
  const double *boundary;
  double       *form, *load;
  int           exponent;
} Lifting;

/* Makes it, if `changed` with other last digits; LiftingEnd frees it. */
static PetscErrorCode LiftingBegin(const LodQ1System *system, PetscBool changed,
                                   const double *boundary, Lifting *lifting) {
  const size_t n_nodes = (size_t)LodNodeCount(system->grid.dim, system->cells);
  PetscFunctionBeginUser;
  *lifting = (Lifting){.boundary = boundary};
  if (!boundary) PetscFunctionReturn(0);
  PetscCall(PetscMalloc1(n_nodes, &lifting->form));
  PetscCall(PetscMalloc1(n_nodes, &lifting->load));
  PetscCall(Apply(system, changed, boundary, lifting->form, &lifting->exponent));
  PetscFunctionReturn(0);
}

/* Frees what LiftingBegin has made. */
static PetscErrorCode LiftingEnd(Lifting *lifting) {
  PetscFunctionBeginUser;
  PetscCall(PetscFree(lifting->form));
  PetscCall(PetscFree(lifting->load));
  PetscFunctionReturn(0);
}

/* Takes what rounding has left of a constant out of a load. */
static PetscErrorCode RemoveConstants(Mat stiffness, Vec load) {
  MatNullSpace constants;
  PetscFunctionBeginUser;
  PetscCall(MatGetNullSpace(stiffness, &constants));
  PetscCall(MatNullSpaceRemove(constants, load));
  PetscFunctionReturn(0);
}

/* Solves for one load with the solver as it is; adds to the iterations, and raises the residual, of
 *statistics. */
static PetscErrorCode SolveLoad(LodQ1System *system, const double *load, const Lifting *lifting,
                                double *solution, LodSolveStatistics *statistics) {
  const size_t n_nodes = (size_t)LodNodeCount(system->grid.dim, system->cells);
  PetscReal    residual, load_norm;
  PetscInt     iterations;
  int          exponent, unit = 0;
  PetscFunctionBeginUser;
  if (system->is_free) PetscCall(LodLoadCheckBalance(n_nodes, load));
  if (lifting->boundary) {
    unit = LodLoadLift(n_nodes, load, lifting->form, lifting->exponent, lifting->load);
    load = lifting->load;
  }
  PetscCall(LodLoadToVec(&system->grid, system->cells, load, system->load, &exponent));
  if (system->is_free) PetscCall(RemoveConstants(system->stiffness, system->load));
  PetscCall(LodEventBegin(LOD_EVENT_Q1_SOLVE));
  PetscCall(LodKspSolve(system->solver, system->what, system->load, system->unknowns));
  PetscCall(LodEventEnd(LOD_EVENT_Q1_SOLVE));
  PetscCall(LodVecToNodes(&system->grid, system->cells, system->unknowns, solution));
  PetscCall(
      LodSolutionToUnits(system->what, exponent + unit - system->exponent, n_nodes, solution));
  for (size_t node = 0; node < n_nodes && lifting->boundary; node++)
    solution[node] += lifting->boundary[node];
  if (system->is_free) LodNodesSubtractMean(system->grid.dim, system->cells, solution);
  PetscCall(VecNorm(system->load, NORM_2, &load_norm));
  PetscCall(KSPGetResidualNorm(system->solver, &residual));
  PetscCall(KSPGetIterationNumber(system->solver, &iterations));
  statistics->iterations += iterations;
  if (load_norm > 0) statistics->residual = PetscMax(statistics->residual, residual / load_norm);
  PetscFunctionReturn(0);
}

/* CheckDigits with room for a solution and for boundary values (NULL: none). */
static PetscErrorCode SolveAgain(LodQ1System *system, PetscInt n_rhs, const double *loads,
                                 const double *boundary, const double *solutions, double *again) {
  const PetscInt     dim = system->grid.dim;
  const size_t       n_nodes = (size_t)LodNodeCount(dim, system->cells);
  LodSolveStatistics ignored = {0};
  Lifting            lifting;
  PetscFunctionBeginUser;
  PetscErrorCode error = LiftingBegin(system, PETSC_TRUE, boundary, &lifting);
  for (PetscInt f = 0; f < n_rhs && !error; f++) {
    error = SolveLoad(system, loads + (size_t)f * n_nodes, &lifting, again, &ignored);
    if (!error)
      error = LodDigitsCompare(system->what, dim, system->cells, system->coefficient,
                               solutions + (size_t)f * n_nodes, again);
  }
  PetscCall(LiftingEnd(&lifting));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Solves a second time with other last digits; an error if a solution does not stand. One matrix
   and one hierarchy are in memory at a time: the next solve sets up the first ones again. */
static PetscErrorCode CheckDigits(LodQ1System *system, PetscInt n_rhs, const double *loads,
                                  const double *boundary, const double *solutions) {
  const size_t n_nodes = (size_t)LodNodeCount(system->grid.dim, system->cells);
  double      *again, *divided = NULL;
  PetscFunctionBeginUser;
  PetscCall(SetUp(system, PETSC_TRUE));
  PetscCall(PetscMalloc1(n_nodes, &again));
  if (boundary) PetscCall(PetscMalloc1(n_nodes, &divided));
  LodDigitsDivide(n_nodes, boundary, divided);
  PetscErrorCode error = SolveAgain(system, n_rhs, loads, divided, solutions, again);
  PetscCall(PetscFree(divided));
  PetscCall(PetscFree(again));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodQ1SystemSolveLoads(LodQ1System *system, PetscInt n_rhs, const double *loads,
                                     const double *boundary, double *solutions,
                                     LodSolveStatistics *statistics) {
  const size_t       n_nodes = (size_t)LodNodeCount(system->grid.dim, system->cells);
  LodSolveStatistics found = {0};
  Lifting            lifting;
  PetscFunctionBeginUser;
  PetscCall(BeReady(system));
  const double   start = LodSeconds();
  PetscErrorCode error = LiftingBegin(system, PETSC_FALSE, boundary, &lifting);
  for (PetscInt f = 0; f < n_rhs && !error; f++)
    error = SolveLoad(system, loads + (size_t)f * n_nodes, &lifting, solutions + (size_t)f * n_nodes,
                      &found);
  PetscCall(LiftingEnd(&lifting));
  PetscCall(error);
  found.seconds_assembly = system->seconds_assembly;
  found.seconds_setup = system->seconds_setup;
  found.seconds_solve = LodSeconds() - start;
  if (statistics) *statistics = found;
  if (system->in_doubt) PetscCall(CheckDigits(system, n_rhs, loads, boundary, solutions));
  PetscFunctionReturn(0);
}

PetscErrorCode LodQ1SystemSolve(LodQ1System *system, PetscInt n_rhs, const double *rhs,
                                double *solutions, LodSolveStatistics *statistics) {
  const size_t   n_fine = (size_t)LodNodeCount(system->grid.dim, system->grid.fine);
  const size_t   n_nodes = (size_t)LodNodeCount(system->grid.dim, system->cells);
  PetscErrorCode error = 0;
  double        *loads;
  PetscFunctionBeginUser;
  if (system->mesh == LOD_Q1_FINE) {
    PetscCall(LodQ1SystemSolveLoads(system, n_rhs, rhs, NULL, solutions, statistics));
    PetscFunctionReturn(0);
  }
  PetscCall(PetscMalloc1((size_t)n_rhs * n_nodes, &loads));
  for (PetscInt f = 0; f < n_rhs && !error; f++)
    error = LodLoadRestrict(&system->grid, rhs + (size_t)f * n_fine, system->cells,
                            loads + (size_t)f * n_nodes);
  if (!error) error = LodQ1SystemSolveLoads(system, n_rhs, loads, NULL, solutions, statistics);
  PetscCall(PetscFree(loads));
  PetscCall(error);
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
