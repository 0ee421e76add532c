/* The compressed problem: coarse matrix from local operators, right-hand side, solve. */
#include <lodnet/base.h>
#include <lodnet/coarse_system.h>
#include <lodnet/events.h>

#include "lod/patch_private.h"
#include <string.h>

/* Relative residual of the iterative solver, about that of a direct one, and its most steps. */
#define RESIDUAL 1e-14
#define MOST_STEPS 40

struct LodCoarseSystem {
  LodGrid   grid;
  Mat       matrix; /* S over the free coarse nodes */
  KSP       solver; /* set up once a matrix, used for all its right-hand sides */
  KSP       direct; /* where that fails if `falls_back`; made when first needed */
  PetscBool falls_back;
  Vec       load, unknowns;
  PetscInt  first, last; /* this rank's cells */
  double   *operators;   /* [cell - first][z][j] */
};

/* Phi_T as index pairs: for each entry [z][j] of a cell's local operator its row and column in S,
   -1 where it is dropped (Dirichlet nodes, nodes outside D). */
static void LocalToGlobal(const LodGrid *grid, PetscInt cell, PetscInt rows[], PetscInt columns[]) {
  LodPatch patch = LodPatchOf(grid, cell);
  LodBox   free_nodes = LodGridFreeNodes(grid, grid->coarse);
  PetscInt corners = LodGridCorners(grid), entry = 0;
  for (PetscInt z = 0; z < LodBoxCount(&patch.uncut_nodes); z++) {
    PetscInt node[LOD_MAX_DIM], corner_node[LOD_MAX_DIM];
    LodBoxIndex(&patch.uncut_nodes, z, node);
    PetscInt row = LodBoxPosition(&free_nodes, node);
    for (PetscInt j = 0; j < corners; j++, entry++) {
      for (PetscInt axis = 0; axis < LOD_MAX_DIM; axis++)
        corner_node[axis] = patch.cell_index[axis] + (j >> axis & 1);
      PetscInt column = LodBoxPosition(&free_nodes, corner_node);
      rows[entry] = row < 0 || column < 0 ? -1 : row;
      columns[entry] = row < 0 || column < 0 ? -1 : column;
    }
  }
}

/* Makes the matrix. Its structure is given to PETSc in coordinate form, one coordinate for each
   entry of each local operator, so that an assembly is one call on the array of local operators. */
static PetscErrorCode CreateMatrix(MPI_Comm comm, LodCoarseSystem *system) {
  const LodGrid *grid = &system->grid;
  LodBox         free_nodes = LodGridFreeNodes(grid, grid->coarse);
  PetscInt       size = LodGridOperatorSize(grid), n_cells = system->last - system->first;
  PetscInt      *rows, *columns;
  PetscFunctionBeginUser;
  PetscCall(PetscMalloc2((size_t)n_cells * (size_t)size, &rows, (size_t)n_cells * (size_t)size,
                         &columns));
  for (PetscInt c = 0; c < n_cells; c++)
    LocalToGlobal(grid, system->first + c, rows + c * size, columns + c * size);
  PetscCall(MatCreate(comm, &system->matrix));
  PetscCall(MatSetSizes(system->matrix, PETSC_DECIDE, PETSC_DECIDE, LodBoxCount(&free_nodes),
                        LodBoxCount(&free_nodes)));
  PetscCall(MatSetType(system->matrix, MATAIJ));
  PetscCall(MatSetPreallocationCOO(system->matrix, (PetscCount)n_cells * size, rows, columns));
  PetscCall(PetscFree2(rows, columns));
  PetscFunctionReturn(0);
}

/* A sparse direct solver, MUMPS in parallel and PETSc's own LU alone; options with `prefix` have
   the last word. */
static PetscErrorCode CreateDirect(LodCoarseSystem *system, const char *prefix, KSP *solver) {
  MPI_Comm    comm = PetscObjectComm((PetscObject)system->matrix);
  PC          preconditioner;
  PetscMPIInt n_ranks;
  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_size(comm, &n_ranks));
  PetscCall(KSPCreate(comm, solver));
  PetscCall(KSPSetOperators(*solver, system->matrix, system->matrix));
  PetscCall(KSPSetOptionsPrefix(*solver, prefix));
  PetscCall(KSPSetType(*solver, KSPPREONLY));
  PetscCall(KSPSetTolerances(*solver, 1e-12, PETSC_DEFAULT, PETSC_DEFAULT, 10000));
  PetscCall(KSPGetPC(*solver, &preconditioner));
  PetscCall(PCSetType(preconditioner, PCLU));
  if (n_ranks > 1) PetscCall(PCFactorSetMatSolverType(preconditioner, MATSOLVERMUMPS));
  PetscCall(KSPSetFromOptions(*solver));
  PetscFunctionReturn(0);
}

/* Whether the user has chosen something about the solver. */
static PetscErrorCode SolverIsChosen(PetscBool *chosen) {
  char *options;
  PetscFunctionBeginUser;
  PetscCall(PetscOptionsGetAll(NULL, &options));
  *chosen = (PetscBool)(strstr(options, "-lod_") != NULL);
  PetscCall(PetscFree(options));
  PetscFunctionReturn(0);
}

/* The solver of one process: BiCGStab with an incomplete factorisation to the accuracy of a direct
   one, which takes 6 to 8 steps on all but extreme coefficients and half the time at N = 32. The
   few steps are allowed for that; the direct solver does the rest. */
static PetscErrorCode CreateIterative(LodCoarseSystem *system, KSP *solver) {
  PC preconditioner;
  PetscFunctionBeginUser;
  PetscCall(KSPCreate(PETSC_COMM_SELF, solver));
  PetscCall(KSPSetOperators(*solver, system->matrix, system->matrix));
  PetscCall(KSPSetOptionsPrefix(*solver, "lod_"));
  PetscCall(KSPSetType(*solver, KSPBCGS));
  PetscCall(KSPSetTolerances(*solver, RESIDUAL, PETSC_DEFAULT, PETSC_DEFAULT, MOST_STEPS));
  PetscCall(KSPGetPC(*solver, &preconditioner));
  PetscCall(PCSetType(preconditioner, PCILU));
  PetscCall(PCFactorSetLevels(preconditioner, system->grid.dim < 3 ? 1 : 0));
  PetscFunctionReturn(0);
}

/* The solver: options with prefix -lod_ start from the direct one. */
static PetscErrorCode CreateSolver(MPI_Comm comm, LodCoarseSystem *system) {
  PetscMPIInt n_ranks;
  PetscBool   chosen = PETSC_FALSE;
  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_size(comm, &n_ranks));
  PetscCall(SolverIsChosen(&chosen));
  system->falls_back = (PetscBool)(n_ranks == 1 && !chosen);
  if (system->falls_back)
    PetscCall(CreateIterative(system, &system->solver));
  else
    PetscCall(CreateDirect(system, "lod_", &system->solver));
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoarseSystemCreate(MPI_Comm comm, const LodGrid *grid, LodCoarseSystem **system) {
  PetscMPIInt rank, n_ranks;
  PetscInt    n_cells = LodGridCells(grid);
  PetscFunctionBeginUser;
  PetscCall(LodGridValidate(grid, "mesh"));
  PetscCallMPI(MPI_Comm_rank(comm, &rank));
  PetscCallMPI(MPI_Comm_size(comm, &n_ranks));
  PetscCall(PetscNew(system));
  (*system)->grid = *grid;
  (*system)->first = (PetscInt)((PetscInt64)n_cells * rank / n_ranks);
  (*system)->last = (PetscInt)((PetscInt64)n_cells * (rank + 1) / n_ranks);
  PetscCall(
      PetscMalloc1((size_t)((*system)->last - (*system)->first) * (size_t)LodGridOperatorSize(grid),
                   &(*system)->operators));
  PetscCall(CreateMatrix(comm, *system));
  PetscCall(MatCreateVecs((*system)->matrix, &(*system)->unknowns, &(*system)->load));
  PetscCall(CreateSolver(comm, *system));
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoarseSystemDestroy(LodCoarseSystem **system) {
  PetscFunctionBeginUser;
  if (!*system) PetscFunctionReturn(0);
  PetscCall(KSPDestroy(&(*system)->solver));
  PetscCall(KSPDestroy(&(*system)->direct));
  PetscCall(VecDestroy(&(*system)->load));
  PetscCall(VecDestroy(&(*system)->unknowns));
  PetscCall(MatDestroy(&(*system)->matrix));
  PetscCall(PetscFree((*system)->operators));
  PetscCall(PetscFree(*system));
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoarseSystemAssemble(LodCoarseSystem *system, LodLocalOperators *operators) {
  MPI_Comm comm = PetscObjectComm((PetscObject)system->matrix);
  PetscFunctionBeginUser;
  PetscCall(LodEventBegin(LOD_EVENT_ASSEMBLY));
  PetscErrorCode error =
      operators->compute(operators, system->first, system->last, system->operators);
  PetscCall(LodErrorAgree(comm, error));
  PetscCall(MatSetValuesCOO(system->matrix, system->operators, INSERT_VALUES));
  PetscCall(LodEventEnd(LOD_EVENT_ASSEMBLY));
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoarseSystemMatrix(LodCoarseSystem *system, Mat *matrix) {
  *matrix = system->matrix;
  return 0;
}

PetscErrorCode LodCoarseSystemOperators(LodCoarseSystem *system, PetscInt *first, PetscInt *last,
                                        const double **operators) {
  *first = system->first;
  *last = system->last;
  *operators = system->operators;
  return 0;
}

/* Solves for the load in system->load. */
static PetscErrorCode Solve(LodCoarseSystem *system) {
  KSPConvergedReason reason;
  PetscInt           n;
  PetscFunctionBeginUser;
  PetscCall(VecGetSize(system->load, &n));
  if (n == 0) PetscFunctionReturn(0); /* N = 1: no unknowns, which parallel solvers refuse */
  if (system->falls_back) {
    PetscCall(KSPSolve(system->solver, system->load, system->unknowns));
    PetscCall(KSPGetConvergedReason(system->solver, &reason));
    if (reason > 0) PetscFunctionReturn(0);
    if (!system->direct) PetscCall(CreateDirect(system, "lod_direct_", &system->direct));
  }
  PetscCall(LodSolve(system->falls_back ? system->direct : system->solver, "coarse (LOD)",
                     system->load, system->unknowns));
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoarseSystemSolve(LodCoarseSystem *system, const double *rhs, double *solution) {
  const LodGrid *grid = &system->grid;
  double        *load;
  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(LodPower(grid->coarse + 1, grid->dim), &load));
  PetscCall(LodLoad(grid, rhs, grid->coarse, load));
  PetscCall(LodNodesToVec(grid, grid->coarse, load, system->load));
  PetscCall(LodEventBegin(LOD_EVENT_COARSE_SOLVE));
  PetscCall(Solve(system));
  PetscCall(LodEventEnd(LOD_EVENT_COARSE_SOLVE));
  PetscCall(LodVecToNodes(grid, grid->coarse, system->unknowns, solution));
  PetscCall(PetscFree(load));
  PetscFunctionReturn(0);
}
