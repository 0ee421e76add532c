/* The compressed problem: coarse matrix from local operators, right-hand side, solve. */
#include "system/coarse_system.h"

#include <math.h>

#include "base/error.h"
#include "base/events.h"
#include "base/session.h"
#include "base/units.h"
#include "fem/boundary.h"
#include "fem/nodal.h"
#include "fem/q1_system.h"
#include "grid/domain.h"
#include "lod/patch.h"
#include "system/coarse_solver_private.h"

/* Operators whose largest entry has an exponent of at most this size go into the matrix as they
   are. */
#define PLAIN_EXPONENT 64

struct LodCoarseSystem {
  LodGrid         grid;
  Mat             matrix;   /* S over the free coarse nodes, in units of 2^exponent */
  int             exponent; /* the same on every rank */
  Mat             pinned;   /* where constants are free: the same with u = 0 at the first node */
  PetscBool       is_free;  /* they are for the latest coefficient, and `pinned` is solved with */
  LodCoarseSolver solver;   /* set up once a matrix, used for all its right-hand sides */
  Vec             load, unknowns;
  PetscInt        first, last; /* this rank's cells */
  double         *operators;   /* [cell - first][z][j] */
  double         *loads;       /* [cell - first][z]: their local loads, if there are any */
  PetscBool       corrects;    /* the latest assembly had a source */
};

/* Phi_T as index pairs: for each entry [z][j] of a cell's local operator its row and column in S,
   -1 where it is dropped (Dirichlet nodes, nodes outside D). */
static void LocalToGlobal(const LodGrid *grid, PetscInt cell, PetscInt rows[], PetscInt columns[]) {
  LodPatch patch = LodGridPatch(grid, cell);
  LodBox   free_nodes = LodGridFreeNodes(grid, grid->coarse);
  PetscInt corners = LodGridCorners(grid), entry = 0;
  for (PetscInt z = 0; z < LodBoxCount(&patch.uncut_nodes); z++) {
    PetscInt node[LOD_MAX_DIM], corner_node[LOD_MAX_DIM];
    LodBoxIndex(&patch.uncut_nodes, z, node);
    PetscInt row = LodBoxPosition(&free_nodes, node);
    for (PetscInt j = 0; j < corners; j++, entry++) {
      LodCornerNode(patch.cell_index, j, corner_node);
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
  PetscCall(MatCreate(comm, &system->matrix));
  PetscCall(MatSetSizes(system->matrix, PETSC_DECIDE, PETSC_DECIDE, LodBoxCount(&free_nodes),
                        LodBoxCount(&free_nodes)));
  PetscCall(MatSetType(system->matrix, MATAIJ));
  PetscCall(PetscMalloc2((size_t)n_cells * (size_t)size, &rows, (size_t)n_cells * (size_t)size,
                         &columns));
  for (PetscInt c = 0; c < n_cells; c++)
    LocalToGlobal(grid, system->first + c, rows + (size_t)c * (size_t)size,
                  columns + (size_t)c * (size_t)size);
  PetscErrorCode error =
      MatSetPreallocationCOO(system->matrix, (PetscCount)n_cells * size, rows, columns);
  PetscCall(PetscFree2(rows, columns));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Makes everything in *system, whose grid is set. */
static PetscErrorCode SetUp(MPI_Comm comm, LodCoarseSystem *system) {
  const LodGrid *grid = &system->grid;
  PetscFunctionBeginUser;
  PetscCall(LodRanksShare(comm, LodGridCells(grid), &system->first, &system->last));
  PetscCall(PetscMalloc1((size_t)(system->last - system->first) * (size_t)LodGridOperatorSize(grid),
                         &system->operators));
  PetscCall(CreateMatrix(comm, system));
  PetscCall(MatCreateVecs(system->matrix, &system->unknowns, &system->load));
  PetscCall(LodCoarseSolverCreate(system->matrix, grid->dim, &system->solver));
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoarseSystemCreate(MPI_Comm comm, const LodGrid *grid, LodCoarseSystem **system) {
  PetscFunctionBeginUser;
  *system = NULL;
  PetscCall(LodGridValidate(grid, "mesh"));
  PetscCall(PetscNew(system));
  (*system)->grid = *grid;
  PetscErrorCode error = SetUp(comm, *system);
  if (error) PetscCall(LodCoarseSystemDestroy(system));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoarseSystemDestroy(LodCoarseSystem **system) {
  PetscFunctionBeginUser;
  if (!*system) PetscFunctionReturn(0);
  PetscCall(LodCoarseSolverDestroy(&(*system)->solver));
  PetscCall(VecDestroy(&(*system)->load));
  PetscCall(VecDestroy(&(*system)->unknowns));
  PetscCall(MatDestroy(&(*system)->pinned));
  PetscCall(MatDestroy(&(*system)->matrix));
  PetscCall(PetscFree((*system)->operators));
  PetscCall(PetscFree((*system)->loads));
  PetscCall(PetscFree(*system));
  PetscFunctionReturn(0);
}

/* Raises the error of local operators of which one is not finite, and names its cell. */
static PetscErrorCode RefuseInfinite(const LodCoarseSystem *system) {
  const size_t size = (size_t)LodGridOperatorSize(&system->grid);
  size_t       i = 0;
  PetscFunctionBeginUser;
  while (isfinite(system->operators[i]))
    i++;
  SETERRQ(PETSC_COMM_SELF, PETSC_ERR_FP,
          "the local operator of coarse cell %" PetscInt_FMT
          " has an entry %.6g: A or its contrast is too large for double precision",
          system->first + (PetscInt)(i / size), system->operators[i]);
}

/* Finds the unit of the matrix from the local operators of all ranks; an error on every rank if one
   of them is not finite. */
static PetscErrorCode FindExponent(MPI_Comm comm, LodCoarseSystem *system) {
  const size_t   n_cells = (size_t)(system->last - system->first);
  const size_t   count = n_cells * (size_t)LodGridOperatorSize(&system->grid);
  double         largest = LodUnitsLargest(count, system->operators);
  PetscErrorCode error = 0;
  PetscFunctionBeginUser;
  if (!isfinite(largest)) error = RefuseInfinite(system);
  PetscCall(LodErrorAgree(comm, error));
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &largest, 1, MPI_DOUBLE, MPI_MAX, comm));
  system->exponent = LodUnitsExponent(largest);
  if (PetscAbsInt(system->exponent) <= PLAIN_EXPONENT) system->exponent = 0;
  PetscFunctionReturn(0);
}

/* Puts 1 on the diagonal in rows of coarse nodes that a mask leaves outside or holds on a Dirichlet
   wall: they are 0, as their loads are. Collective. */
static PetscErrorCode FillMaskedRows(LodCoarseSystem *system, const LodCoefficient *coefficient) {
  const LodGrid *grid = &system->grid;
  const LodBox   free_nodes = LodGridFreeNodes(grid, grid->coarse);
  PetscInt       first, last;
  Vec            diagonal;
  PetscScalar   *values;
  PetscFunctionBeginUser;
  PetscCall(MatCreateVecs(system->matrix, &diagonal, NULL));
  PetscCall(MatGetDiagonal(system->matrix, diagonal));
  PetscCall(MatGetOwnershipRange(system->matrix, &first, &last));
  PetscCall(VecGetArray(diagonal, &values));
  for (PetscInt row = first; row < last; row++) {
    PetscInt node[LOD_MAX_DIM];
    LodBoxIndex(&free_nodes, row, node);
    if (LodDomainNode(grid, coefficient, grid->coarse, node) != LOD_NODE_INSIDE)
      values[row - first] = 1;
  }
  PetscCall(VecRestoreArray(diagonal, &values));
  PetscCall(MatDiagonalSet(system->matrix, diagonal, INSERT_VALUES));
  PetscCall(VecDestroy(&diagonal));
  PetscFunctionReturn(0);
}

/* Makes the matrix to solve with: S itself or, where constants are in its kernel on both sides, S
   with u = 0 at the first node, whose row the others imply. Collective. */
static PetscErrorCode ChooseMatrix(LodCoarseSystem *system, PetscBool is_free) {
  const PetscInt pin = 0;
  PetscInt       first, last;
  PetscReal      size;
  PetscFunctionBeginUser;
  if (is_free) {
    if (!system->pinned)
      PetscCall(MatDuplicate(system->matrix, MAT_DO_NOT_COPY_VALUES, &system->pinned));
    PetscCall(MatCopy(system->matrix, system->pinned, SAME_NONZERO_PATTERN));
    PetscCall(MatNorm(system->matrix, NORM_INFINITY, &size));
    PetscCall(MatGetOwnershipRange(system->pinned, &first, &last));
    PetscCall(MatSetOption(system->pinned, MAT_KEEP_NONZERO_PATTERN, PETSC_TRUE));
    PetscCall(
        MatZeroRowsColumns(system->pinned, first == 0 && last > 0 ? 1 : 0, &pin, size, NULL, NULL));
  }
  if (is_free == system->is_free) PetscFunctionReturn(0);
  system->is_free = is_free;
  PetscCall(LodCoarseSolverDestroy(&system->solver));
  PetscCall(LodCoarseSolverCreate(is_free ? system->pinned : system->matrix, system->grid.dim,
                                  &system->solver));
  PetscFunctionReturn(0);
}

/* Assembles the matrix from the local operators of a coefficient, whose computation ended with
   `error`. */
static PetscErrorCode FillMatrix(LodCoarseSystem *system, const LodCoefficient *coefficient,
                                 PetscErrorCode error) {
  MPI_Comm     comm = PetscObjectComm((PetscObject)system->matrix);
  const size_t n_cells = (size_t)(system->last - system->first);
  const size_t count = n_cells * (size_t)LodGridOperatorSize(&system->grid);
  PetscFunctionBeginUser;
  PetscCall(LodErrorAgree(comm, error));
  PetscCall(FindExponent(comm, system));
  LodUnitsScale(-system->exponent, count, system->operators, system->operators);
  PetscCall(MatSetValuesCOO(system->matrix, system->operators, INSERT_VALUES));
  if (coefficient && coefficient->mask) PetscCall(FillMaskedRows(system, coefficient));
  LodUnitsScale(system->exponent, count, system->operators, system->operators);
  PetscCall(ChooseMatrix(
      system, (PetscBool)(coefficient && LodConstantsAreFree(&system->grid, coefficient))));
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoarseSystemAssemble(LodCoarseSystem *system, LodLocalOperators *operators,
                                       const double *source, PetscBool quiet) {
  const size_t n_cells = (size_t)(system->last - system->first);
  PetscFunctionBeginUser;
  if (source && !system->loads)
    PetscCall(PetscMalloc1(n_cells * (size_t)LodGridPatchNodes(&system->grid), &system->loads));
  system->corrects = (PetscBool)(source != NULL);
  PetscCall(LodEventBegin(LOD_EVENT_ASSEMBLY));
  const LodComputeOptions options = {.source = source, .loads = system->loads, .quiet = quiet};
  PetscErrorCode          error =
      LodLocalOperatorsCompute(operators, system->first, system->last, &options, system->operators);
  LodLibrariesLock();
  error = FillMatrix(system, operators->coefficient, error);
  LodLibrariesUnlock();
  PetscCall(error);
  PetscCall(LodEventEnd(LOD_EVENT_ASSEMBLY));
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoarseSystemMatrix(LodCoarseSystem *system, Mat *matrix, int *exponent) {
  *matrix = system->matrix;
  *exponent = system->exponent;
  return 0;
}

PetscErrorCode LodCoarseSystemOperators(LodCoarseSystem *system, PetscInt *first, PetscInt *last,
                                        const double **operators) {
  *first = system->first;
  *last = system->last;
  *operators = system->operators;
  return 0;
}

PetscErrorCode LodCoarseSystemCorrectedLoad(LodCoarseSystem *system, double *load) {
  const LodGrid *grid = &system->grid;
  const LodBox   nodes = LodBoxNodes(grid->dim, grid->coarse);
  const double  *part = system->loads;
  PetscFunctionBeginUser;
  PetscCheck(system->corrects, PETSC_COMM_SELF, PETSC_ERR_ORDER, "there are no local loads");
  PetscCall(PetscArrayzero(load, LodBoxCount(&nodes)));
  for (PetscInt cell = system->first; cell < system->last; cell++) {
    const LodPatch patch = LodGridPatch(grid, cell);
    for (PetscInt z = 0; z < LodBoxCount(&patch.uncut_nodes); z++, part++) {
      PetscInt node[LOD_MAX_DIM];
      LodBoxIndex(&patch.uncut_nodes, z, node);
      const PetscInt row = LodBoxPosition(&nodes, node);
      if (row >= 0) load[row] += *part;
    }
  }
  PetscCall(
      LodRanksSum(PetscObjectComm((PetscObject)system->matrix), (size_t)LodBoxCount(&nodes), load));
  PetscFunctionReturn(0);
}

/* form += Phi_T(S_T) u over this rank's cells, in units of 2^exponent; u is about 1. */
static void AddOperators(const LodCoarseSystem *system, const double *u, double *form) {
  const LodGrid *grid = &system->grid;
  const LodBox   nodes = LodBoxNodes(grid->dim, grid->coarse);
  const PetscInt corners = LodGridCorners(grid);
  const double   unit = ldexp(1, -system->exponent);
  const double  *entry = system->operators;
  for (PetscInt cell = system->first; cell < system->last; cell++) {
    const LodPatch patch = LodGridPatch(grid, cell);
    double         at_corner[LOD_MAX_CORNERS];
    for (PetscInt j = 0; j < corners; j++) {
      PetscInt node[LOD_MAX_DIM];
      LodCornerNode(patch.cell_index, j, node);
      at_corner[j] = unit * u[LodBoxPosition(&nodes, node)];
    }
    for (PetscInt z = 0; z < LodBoxCount(&patch.uncut_nodes); z++, entry += corners) {
      PetscInt node[LOD_MAX_DIM];
      LodBoxIndex(&patch.uncut_nodes, z, node);
      const PetscInt row = LodBoxPosition(&nodes, node);
      for (PetscInt j = 0; j < corners && row >= 0; j++)
        form[row] += entry[j] * at_corner[j];
    }
  }
}

/* S u at all coarse nodes in units of 2^*exponent. */
static PetscErrorCode Apply(const LodCoarseSystem *system, const double *u, double *form,
                            int *exponent) {
  const size_t n_nodes = (size_t)LodNodeCount(system->grid.dim, system->grid.coarse);
  const int    unit = LodUnitsExponent(LodUnitsLargest(n_nodes, u));
  double      *scaled;
  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(n_nodes, &scaled));
  LodUnitsScale(-unit, n_nodes, u, scaled);
  PetscCall(PetscArrayzero(form, n_nodes));
  AddOperators(system, scaled, form);
  PetscCall(PetscFree(scaled));
  PetscCall(LodRanksSum(PetscObjectComm((PetscObject)system->matrix), n_nodes, form));
  *exponent = system->exponent + unit;
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoarseSystemApply(LodCoarseSystem *system, const double *u, double *form) {
  int exponent;
  PetscFunctionBeginUser;
  PetscCall(Apply(system, u, form, &exponent));
  LodUnitsScale(exponent, (size_t)LodNodeCount(system->grid.dim, system->grid.coarse), form, form);
  PetscFunctionReturn(0);
}

/* The right-hand side of the first node, where u = 0. Collective. */
static PetscErrorCode PinLoad(Vec load) {
  PetscInt first, last;
  PetscFunctionBeginUser;
  PetscCall(VecGetOwnershipRange(load, &first, &last));
  if (first == 0 && last > 0) PetscCall(VecSetValue(load, 0, 0, INSERT_VALUES));
  PetscCall(VecAssemblyBegin(load));
  PetscCall(VecAssemblyEnd(load));
  PetscFunctionReturn(0);
}

/* Solves for a load in units of 2^exponent, u = 0 at Dirichlet nodes. */
static PetscErrorCode SolveFree(LodCoarseSystem *system, const double *load, int exponent,
                                double *solution) {
  const LodGrid *grid = &system->grid;
  const size_t   n_nodes = (size_t)LodNodeCount(grid->dim, grid->coarse);
  int            unit = 0;
  PetscFunctionBeginUser;
  PetscCall(LodLoadToVec(grid, grid->coarse, load, system->load, &unit));
  if (system->is_free) PetscCall(PinLoad(system->load));
  PetscCall(LodEventBegin(LOD_EVENT_COARSE_SOLVE));
  PetscCall(LodCoarseSolverSolve(&system->solver, system->load, system->unknowns));
  PetscCall(LodEventEnd(LOD_EVENT_COARSE_SOLVE));
  PetscCall(LodVecToNodes(grid, grid->coarse, system->unknowns, solution));
  PetscCall(
      LodSolutionToUnits("coarse (LOD)", exponent + unit - system->exponent, n_nodes, solution));
  if (system->is_free) LodNodesSubtractMean(grid->dim, grid->coarse, solution);
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoarseSystemSolveLoad(LodCoarseSystem *system, const double *load,
                                        const double *boundary, double *solution) {
  const size_t n_nodes = (size_t)LodNodeCount(system->grid.dim, system->grid.coarse);
  double      *lifted, *form;
  int          exponent;
  PetscFunctionBeginUser;
  if (system->is_free) PetscCall(LodLoadCheckBalance(n_nodes, load));
  if (!boundary) {
    PetscCall(SolveFree(system, load, 0, solution));
    PetscFunctionReturn(0);
  }
  PetscCall(PetscMalloc2(n_nodes, &lifted, n_nodes, &form));
  PetscErrorCode error = Apply(system, boundary, form, &exponent);
  if (!error) {
    exponent = LodLoadLift(n_nodes, load, form, exponent, lifted);
    error = SolveFree(system, lifted, exponent, solution);
  }
  for (size_t node = 0; node < n_nodes && !error; node++)
    solution[node] += boundary[node];
  PetscCall(PetscFree2(lifted, form));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoarseSystemSolve(LodCoarseSystem *system, const double *rhs, double *solution) {
  const LodGrid *grid = &system->grid;
  double        *load;
  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(LodNodeCount(grid->dim, grid->coarse), &load));
  PetscErrorCode error = LodLoadRestrict(grid, rhs, grid->coarse, load);
  if (!error) error = LodCoarseSystemSolveLoad(system, load, NULL, solution);
  PetscCall(PetscFree(load));
  PetscCall(error);
  PetscFunctionReturn(0);
}
