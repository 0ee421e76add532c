/* The periodic problem: operators of cells -> matrix on the torus -> correctors -> tensor. */
#include "system/periodic_system.h"

#include <math.h>

#include "base/error.h"
#include "base/units.h"
#include "system/coarse_solver_private.h"

struct LodPeriodicSystem {
  MPI_Comm        comm; /* PETSc's of the matrix; borrowed */
  LodPeriodicMesh mesh;
  PetscInt *unknown; /* [nodes of the torus]: its number; -1: the first node of D, or outside */
  PetscInt  n_unknowns;
  Mat       matrix; /* over the unknowns */
  LodCoarseSolver solver;
  Vec             load, unknowns;
  PetscInt        first, last; /* this rank's cells */
  double         *operators;   /* [T - first][z][j] */
};

/* Nodes around a cell, and its corners. */
static PetscInt NodesAround(const LodPeriodicMesh *mesh) {
  return LodPower(2 * mesh->ell + 2, mesh->dim);
}
static PetscInt Corners(const LodPeriodicMesh *mesh) {
  return (PetscInt)1 << mesh->dim;
}

size_t LodPeriodicOperatorSize(const LodPeriodicMesh *mesh) {
  return (size_t)NodesAround(mesh) * (size_t)Corners(mesh);
}

double LodPeriodicOperatorBytes(const LodPeriodicMesh *mesh) {
  /* The operator, its rows and columns, and PETSc's record of where they go. */
  const double entry = sizeof(double) + 2 * sizeof(PetscInt) + 3 * sizeof(PetscCount);
  return entry * (double)LodPeriodicOperatorSize(mesh);
}

/* The position on the torus of a node given by any index along each axis. */
static PetscInt Position(const LodPeriodicMesh *mesh, const PetscInt index[LOD_MAX_DIM]) {
  PetscInt position = 0;
  for (PetscInt axis = mesh->dim - 1; axis >= 0; axis--) {
    const PetscInt cells = mesh->cells[axis], wrapped = index[axis] % cells;
    position = position * cells + (wrapped < 0 ? wrapped + cells : wrapped);
  }
  return position;
}

/* The nodes around a cell, as a box of indices that are not wrapped; and its lowest corner. */
static LodBox NodesOfCell(const LodPeriodicMesh *mesh, PetscInt cell,
                          PetscInt corner[LOD_MAX_DIM]) {
  const LodBox cells = LodBoxCells(mesh->dim, mesh->cells);
  LodBox       nodes = LodBoxCube(mesh->dim, 2 * mesh->ell + 2);
  LodBoxIndex(&cells, cell, corner);
  for (PetscInt axis = 0; axis < mesh->dim; axis++)
    nodes.first[axis] = corner[axis] - mesh->ell;
  return nodes;
}

/* The unknowns of the nodes around a cell, and of its corners. */
static void UnknownsOfCell(const LodPeriodicSystem *system, PetscInt cell, PetscInt around[],
                           PetscInt corners[LOD_MAX_CORNERS]) {
  const LodPeriodicMesh *mesh = &system->mesh;
  PetscInt               corner[LOD_MAX_DIM], node[LOD_MAX_DIM];
  const LodBox           nodes = NodesOfCell(mesh, cell, corner);
  for (PetscInt z = 0; z < LodBoxCount(&nodes); z++) {
    LodBoxIndex(&nodes, z, node);
    around[z] = system->unknown[Position(mesh, node)];
  }
  for (PetscInt j = 0; j < Corners(mesh); j++) {
    LodCornerNode(corner, j, node);
    corners[j] = system->unknown[Position(mesh, node)];
  }
}

/* Numbers the unknowns: the nodes of cells that meet D, but the first of them. */
static PetscErrorCode NumberUnknowns(LodPeriodicSystem *system) {
  const LodPeriodicMesh *mesh = &system->mesh;
  const PetscInt         n_nodes = LodCellCount(mesh->dim, mesh->cells);
  PetscFunctionBeginUser;
  PetscCall(PetscCalloc1(n_nodes, &system->unknown));
  for (PetscInt cell = 0; cell < n_nodes; cell++) { /* as many cells as nodes */
    PetscInt corner[LOD_MAX_DIM], node[LOD_MAX_DIM];
    if (mesh->inside && !mesh->inside[cell]) continue;
    (void)NodesOfCell(mesh, cell, corner);
    for (PetscInt j = 0; j < Corners(mesh); j++) {
      LodCornerNode(corner, j, node);
      system->unknown[Position(mesh, node)] = 1;
    }
  }
  PetscInt number = -1;
  for (PetscInt node = 0; node < n_nodes; node++)
    system->unknown[node] = system->unknown[node] ? number++ : -1;
  system->n_unknowns = PetscMax(number, 0);
  system->mesh.inside = NULL; /* the caller's */
  PetscFunctionReturn(0);
}

/* Makes the matrix, its structure in coordinate form: one coordinate for each entry of each
   operator, negative where a node takes part that is no unknown. */
static PetscErrorCode CreateMatrix(MPI_Comm comm, LodPeriodicSystem *system) {
  const LodPeriodicMesh *mesh = &system->mesh;
  const PetscInt         n_unknowns = system->n_unknowns;
  const PetscInt         n_around = NodesAround(mesh), n_corners = Corners(mesh);
  const size_t count = (size_t)(system->last - system->first) * LodPeriodicOperatorSize(mesh);
  PetscInt    *rows, *columns, *around, corners[LOD_MAX_CORNERS];
  size_t       entry = 0;
  PetscFunctionBeginUser;
  PetscCall(MatCreate(comm, &system->matrix));
  PetscCall(MatSetSizes(system->matrix, PETSC_DECIDE, PETSC_DECIDE, n_unknowns, n_unknowns));
  PetscCall(MatSetType(system->matrix, MATAIJ));
  PetscCall(PetscMalloc3(count, &rows, count, &columns, n_around, &around));
  for (PetscInt cell = system->first; cell < system->last; cell++) {
    UnknownsOfCell(system, cell, around, corners);
    for (PetscInt z = 0; z < n_around; z++)
      for (PetscInt j = 0; j < n_corners; j++, entry++) {
        const PetscBool dropped = (PetscBool)(around[z] < 0 || corners[j] < 0);
        rows[entry] = dropped ? -1 : around[z];
        columns[entry] = dropped ? -1 : corners[j];
      }
  }
  PetscErrorCode error = MatSetPreallocationCOO(system->matrix, (PetscCount)count, rows, columns);
  PetscCall(PetscFree3(rows, columns, around));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Makes everything in *system, whose mesh is set. */
static PetscErrorCode SetUp(MPI_Comm comm, LodPeriodicSystem *system) {
  PetscFunctionBeginUser;
  PetscCall(LodRanksShare(comm, LodCellCount(system->mesh.dim, system->mesh.cells), &system->first,
                          &system->last));
  PetscCall(
      PetscCalloc1((size_t)(system->last - system->first) * LodPeriodicOperatorSize(&system->mesh),
                   &system->operators));
  PetscCall(NumberUnknowns(system));
  PetscCall(CreateMatrix(comm, system));
  system->comm = PetscObjectComm((PetscObject)system->matrix);
  PetscCall(MatCreateVecs(system->matrix, &system->unknowns, &system->load));
  PetscCall(VecSetOption(system->load, VEC_IGNORE_NEGATIVE_INDICES, PETSC_TRUE));
  PetscCall(LodCoarseSolverCreate(system->matrix, system->mesh.dim, &system->solver));
  PetscFunctionReturn(0);
}

PetscErrorCode LodPeriodicSystemCreate(MPI_Comm comm, const LodPeriodicMesh *mesh,
                                       LodPeriodicSystem **system) {
  PetscFunctionBeginUser;
  PetscCall(PetscNew(system));
  (*system)->mesh = *mesh;
  PetscErrorCode error = SetUp(comm, *system);
  if (error) PetscCall(LodPeriodicSystemDestroy(system));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodPeriodicSystemDestroy(LodPeriodicSystem **system) {
  PetscFunctionBeginUser;
  if (!*system) PetscFunctionReturn(0);
  PetscCall(LodCoarseSolverDestroy(&(*system)->solver));
  PetscCall(VecDestroy(&(*system)->load));
  PetscCall(VecDestroy(&(*system)->unknowns));
  PetscCall(MatDestroy(&(*system)->matrix));
  PetscCall(PetscFree((*system)->operators));
  PetscCall(PetscFree((*system)->unknown));
  PetscCall(PetscFree(*system));
  PetscFunctionReturn(0);
}

void LodPeriodicSystemCells(LodPeriodicSystem *system, PetscInt *first, PetscInt *last,
                            double **operators) {
  *first = system->first;
  *last = system->last;
  *operators = system->operators;
}

/* The unit of the operators of all ranks, in which the largest entry is about 1. */
static PetscErrorCode FindExponent(const LodPeriodicSystem *system, int *exponent) {
  const size_t size = LodPeriodicOperatorSize(&system->mesh);
  double       largest = 0;
  PetscInt     n_wrong = 0;
  PetscFunctionBeginUser;
  for (PetscInt cell = system->first; cell < system->last; cell++) {
    const double here =
        LodUnitsLargest(size, system->operators + (size_t)(cell - system->first) * size);
    if (!isfinite(here)) n_wrong++;
    largest = PetscMax(largest, here);
  }
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &largest, 1, MPI_DOUBLE, MPI_MAX, system->comm));
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &n_wrong, 1, MPIU_INT, MPI_SUM, system->comm));
  PetscCheck(n_wrong == 0, system->comm, PETSC_ERR_FP,
             "the operators of %" PetscInt_FMT " cells are not finite: A or its contrast is too "
             "large for double precision",
             n_wrong);
  *exponent = LodUnitsExponent(largest);
  PetscFunctionReturn(0);
}

/* x_axis at corner j of a cell, its lowest corner being the origin: rows of an operator sum to
   zero, so that any origin does. */
static inline double CornerCoordinate(const LodPeriodicMesh *mesh, PetscInt axis, PetscInt j) {
  return mesh->side[axis] * (double)(j >> axis & 1);
}

/* The load of w_axis: -S x_axis, cell by cell. */
static PetscErrorCode FillLoad(LodPeriodicSystem *system, PetscInt axis, PetscInt *around,
                               double *values) {
  const LodPeriodicMesh *mesh = &system->mesh;
  const PetscInt         n_around = NodesAround(mesh), n_corners = Corners(mesh);
  PetscInt               corners[LOD_MAX_CORNERS];
  PetscFunctionBeginUser;
  PetscCall(VecSet(system->load, 0));
  for (PetscInt cell = system->first; cell < system->last; cell++) {
    const double *own =
        system->operators + (size_t)(cell - system->first) * LodPeriodicOperatorSize(mesh);
    UnknownsOfCell(system, cell, around, corners);
    for (PetscInt z = 0; z < n_around; z++) {
      values[z] = 0;
      for (PetscInt j = 0; j < n_corners; j++)
        values[z] -= own[z * n_corners + j] * CornerCoordinate(mesh, axis, j);
    }
    PetscCall(VecSetValues(system->load, n_around, around, values, ADD_VALUES));
  }
  PetscCall(VecAssemblyBegin(system->load));
  PetscCall(VecAssemblyEnd(system->load));
  PetscFunctionReturn(0);
}

/* sum[i][j] += what this rank's cells give to the sum over T, z, c of u_i(z) S_T[z][c] u_j(c), u_j
   = x_j + w_j, coordinates counted from the lowest corner of T and w[j][unknowns]. Tested with x_i
   alone it is the integral of component i of A grad u_j; with w_i, which adds nothing, errors of w
   enter squared. */
static void AddForms(const LodPeriodicSystem *system, const double *w, PetscInt *around,
                     double sum[LOD_MAX_DIM][LOD_MAX_DIM]) {
  const LodPeriodicMesh *mesh = &system->mesh;
  const PetscInt         n_corners = Corners(mesh);
  const size_t           n_unknowns = (size_t)system->n_unknowns;
  PetscInt               corners[LOD_MAX_CORNERS], corner[LOD_MAX_DIM], node[LOD_MAX_DIM];
  double                 u[LOD_MAX_DIM][LOD_MAX_CORNERS];
  for (PetscInt cell = system->first; cell < system->last; cell++) {
    const double *row =
        system->operators + (size_t)(cell - system->first) * LodPeriodicOperatorSize(mesh);
    const LodBox nodes = NodesOfCell(mesh, cell, corner);
    UnknownsOfCell(system, cell, around, corners);
    for (PetscInt j = 0; j < mesh->dim; j++)
      for (PetscInt c = 0; c < n_corners; c++)
        u[j][c] = CornerCoordinate(mesh, j, c) +
                  (corners[c] < 0 ? 0 : w[(size_t)j * n_unknowns + (size_t)corners[c]]);
    for (PetscInt z = 0; z < LodBoxCount(&nodes); z++, row += n_corners) {
      double form[LOD_MAX_DIM] = {0};
      LodBoxIndex(&nodes, z, node);
      for (PetscInt j = 0; j < mesh->dim; j++)
        for (PetscInt c = 0; c < n_corners; c++)
          form[j] += row[c] * u[j][c];
      for (PetscInt i = 0; i < mesh->dim; i++) {
        const double x = mesh->side[i] * (double)(node[i] - corner[i]);
        const double test = x + (around[z] < 0 ? 0 : w[(size_t)i * n_unknowns + (size_t)around[z]]);
        for (PetscInt j = 0; j < mesh->dim; j++)
          sum[i][j] += test * form[j];
      }
    }
  }
}

/* Solves for w_axis, w[unknowns], on every rank. */
static PetscErrorCode Corrector(LodPeriodicSystem *system, PetscInt axis, PetscInt *around,
                                double *values, double *w) {
  const PetscInt     n_unknowns = system->n_unknowns;
  const PetscScalar *solved;
  VecScatter         scatter;
  Vec                whole;
  PetscFunctionBeginUser;
  PetscCall(FillLoad(system, axis, around, values));
  PetscCall(VecSet(system->unknowns, 0));
  PetscCall(LodCoarseSolverSolve(&system->solver, system->load, system->unknowns));
  PetscCall(VecScatterCreateToAll(system->unknowns, &scatter, &whole));
  PetscCall(VecScatterBegin(scatter, system->unknowns, whole, INSERT_VALUES, SCATTER_FORWARD));
  PetscCall(VecScatterEnd(scatter, system->unknowns, whole, INSERT_VALUES, SCATTER_FORWARD));
  PetscCall(VecGetArrayRead(whole, &solved));
  PetscCall(PetscArraycpy(w, solved, n_unknowns));
  PetscCall(VecRestoreArrayRead(whole, &solved));
  PetscCall(VecScatterDestroy(&scatter));
  PetscCall(VecDestroy(&whole));
  PetscFunctionReturn(0);
}

/* LodPeriodicSystemTensor with the operators in units of 2^exponent. */
static PetscErrorCode Tensor(LodPeriodicSystem *system, int exponent,
                             double tensor[LOD_MAX_DIM][LOD_MAX_DIM]) {
  const LodPeriodicMesh *mesh = &system->mesh;
  const size_t           n_unknowns = (size_t)system->n_unknowns;
  double                 volume = 1, *values, *w;
  PetscInt              *around;
  PetscErrorCode         error = 0;
  PetscFunctionBeginUser;
  for (PetscInt axis = 0; axis < mesh->dim; axis++)
    volume *= mesh->side[axis] * (double)mesh->cells[axis];
  PetscCall(MatSetValuesCOO(system->matrix, system->operators, INSERT_VALUES));
  PetscCall(PetscMalloc3(NodesAround(mesh), &around, NodesAround(mesh), &values,
                         (size_t)mesh->dim * n_unknowns, &w));
  for (PetscInt j = 0; j < mesh->dim && !error; j++)
    error = Corrector(system, j, around, values, w + (size_t)j * n_unknowns);
  if (!error) AddForms(system, w, around, tensor);
  PetscCall(PetscFree3(around, values, w));
  PetscCall(error);
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, tensor, LOD_MAX_DIM * LOD_MAX_DIM, MPI_DOUBLE, MPI_SUM,
                             system->comm));
  for (PetscInt i = 0; i < mesh->dim; i++)
    for (PetscInt j = 0; j < mesh->dim; j++)
      tensor[i][j] = ldexp(tensor[i][j] / volume, exponent);
  PetscFunctionReturn(0);
}

PetscErrorCode LodPeriodicSystemTensor(LodPeriodicSystem *system,
                                       double             tensor[LOD_MAX_DIM][LOD_MAX_DIM]) {
  const size_t count =
      (size_t)(system->last - system->first) * LodPeriodicOperatorSize(&system->mesh);
  int exponent;
  PetscFunctionBeginUser;
  PetscCall(PetscArrayzero(&tensor[0][0], LOD_MAX_DIM * LOD_MAX_DIM));
  PetscCall(FindExponent(system, &exponent));
  LodUnitsScale(-exponent, count, system->operators, system->operators);
  PetscErrorCode error = Tensor(system, exponent, tensor);
  LodUnitsScale(exponent, count, system->operators, system->operators);
  PetscCall(error);
  PetscFunctionReturn(0);
}
