/* Effective tensors: the choice of what the boundary does, and what is asked of every kind. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/progress.h"
#include "solver/effective_private.h"

static const char *const kind_name[LOD_EFFECTIVE_KINDS] = {"periodic", "linear", "flow"};

const char *LodEffectiveName(LodEffectiveKind kind) {
  return kind_name[kind];
}

PetscErrorCode LodEffectiveFromName(const char *name, const char *where, LodEffectiveKind *kind) {
  PetscFunctionBeginUser;
  for (int i = 0; i < LOD_EFFECTIVE_KINDS; i++)
    if (!strcmp(name, kind_name[i])) {
      *kind = (LodEffectiveKind)i;
      PetscFunctionReturn(0);
    }
  LodInputError("%s: unknown kind of boundary; known: periodic, linear, flow", where);
}

/* Values of x_axis at all nodes of a mesh. */
static void Coordinate(const LodGrid *grid, const PetscInt cells[], PetscInt axis, double *values) {
  const LodBox nodes = LodBoxNodes(grid->dim, cells);
  for (PetscInt node = 0; node < LodBoxCount(&nodes); node++) {
    PetscInt index[LOD_MAX_DIM];
    LodBoxIndex(&nodes, node, index);
    values[node] = grid->extent[axis] * ((double)index[axis] / (double)cells[axis]);
  }
}

/* x_axis at Dirichlet nodes and 0 elsewhere. */
static void LinearData(const LodGrid *grid, const PetscInt cells[], PetscInt axis,
                       double *boundary) {
  const LodBox nodes = LodBoxNodes(grid->dim, cells);
  const LodBox free_nodes = LodGridFreeNodes(grid, cells);
  Coordinate(grid, cells, axis, boundary);
  for (PetscInt node = 0; node < LodBoxCount(&nodes); node++) {
    PetscInt index[LOD_MAX_DIM];
    LodBoxIndex(&nodes, node, index);
    if (LodBoxPosition(&free_nodes, index) >= 0) boundary[node] = 0;
  }
}

/* The sum of a form's values at all nodes times those of a test function. */
static double Tested(size_t n_nodes, const double *form, const double *test) {
  double sum = 0;
  for (size_t node = 0; node < n_nodes; node++)
    sum += form[node] * test[node];
  return sum;
}

/* Arrays on all nodes of the mesh of a method; of u and its form one for each axis. */
typedef struct {
  size_t  n_nodes;
  double *zero, *boundary, *u, *form;
} Work;

/* The solution with u = x_axis on all Dirichlet faces, and its form. */
static PetscErrorCode SolveAxis(LodMethodSystem *system, const LodGrid *grid,
                                const PetscInt cells[], PetscInt axis, Work *work) {
  double *u = work->u + (size_t)axis * work->n_nodes;
  PetscFunctionBeginUser;
  LinearData(grid, cells, axis, work->boundary);
  PetscCall(LodMethodSystemSolve(system, 1, work->zero, work->boundary, u));
  PetscCall(LodMethodSystemApply(system, u, work->form + (size_t)axis * work->n_nodes));
  PetscFunctionReturn(0);
}

/* Columns first <= j < last by one system on `grid`, whose natural faces are those of the kind. */
static PetscErrorCode Columns(MPI_Comm comm, const LodGrid *grid, const LodCoefficient *coefficient,
                              LodMethod method, const LodSolveOptions *options, PetscInt first,
                              PetscInt last, Work *work) {
  LodMethodSystem *system;
  PetscFunctionBeginUser;
  PetscCall(LodMethodSystemCreate(comm, grid, method, options, &system));
  PetscErrorCode error = LodMethodSystemAssemble(system, coefficient, NULL);
  for (PetscInt axis = first; axis < last && !error; axis++)
    error = SolveAxis(system, grid, LodMethodCells(method, grid), axis, work);
  PetscCall(LodMethodSystemDestroy(&system));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Solves for all columns; for flow every one has other natural faces. */
static PetscErrorCode SolveAll(MPI_Comm comm, const LodGrid *grid,
                               const LodCoefficient *coefficient, LodMethod method,
                               const LodSolveOptions *options, LodEffectiveKind kind, Work *work) {
  LodGrid own = *grid;
  PetscFunctionBeginUser;
  if (kind == LOD_EFFECTIVE_LINEAR)
    PetscCall(Columns(comm, &own, coefficient, method, options, 0, grid->dim, work));
  for (PetscInt axis = 0; axis < grid->dim && kind == LOD_EFFECTIVE_FLOW; axis++) {
    for (PetscInt other = 0; other < grid->dim; other++)
      own.natural[other][0] = own.natural[other][1] = (PetscBool)(other != axis);
    PetscCall(Columns(comm, &own, coefficient, method, options, axis, axis + 1, work));
  }
  PetscFunctionReturn(0);
}

/* The tensor of the solutions. The form of u_j tested with x_i is the integral of component i of A
   grad u_j. Any function with the same values on the Dirichlet faces of u_j does as well: with u_i
   errors of the solutions enter squared. */
static void FillTensor(const LodGrid *grid, const PetscInt cells[], LodEffectiveKind kind,
                       Work *work, double tensor[LOD_MAX_DIM][LOD_MAX_DIM]) {
  const double volume = LodGridVolume(grid);
  for (PetscInt i = 0; i < grid->dim; i++)
    for (PetscInt j = 0; j < grid->dim; j++) {
      const double *test = work->u + (size_t)i * work->n_nodes;
      if (i != j && kind == LOD_EFFECTIVE_FLOW) {
        Coordinate(grid, cells, i, work->boundary);
        test = work->boundary;
      }
      tensor[i][j] = Tested(work->n_nodes, work->form + (size_t)j * work->n_nodes, test) / volume;
    }
}

/* The kinds with Dirichlet data. */
static PetscErrorCode WithDirichletData(MPI_Comm comm, const LodGrid *grid,
                                        const LodCoefficient *coefficient, LodMethod method,
                                        const LodSolveOptions *options, LodEffectiveKind kind,
                                        double tensor[LOD_MAX_DIM][LOD_MAX_DIM]) {
  const PetscInt *cells = LodMethodCells(method, grid);
  Work            work = {.n_nodes = (size_t)LodNodeCount(grid->dim, cells)};
  const size_t    all = (size_t)grid->dim * work.n_nodes;
  PetscFunctionBeginUser;
  PetscCall(PetscMalloc4(work.n_nodes, &work.zero, work.n_nodes, &work.boundary, all, &work.u, all,
                         &work.form));
  PetscCall(PetscArrayzero(work.zero, work.n_nodes));
  PetscErrorCode error = SolveAll(comm, grid, coefficient, method, options, kind, &work);
  if (!error) FillTensor(grid, cells, kind, &work, tensor);
  PetscCall(PetscFree4(work.zero, work.boundary, work.u, work.form));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Refuses what has no effective tensor, or what a method cannot do. */
static PetscErrorCode Check(const LodGrid *grid, const LodCoefficient *coefficient,
                            LodMethod method, const LodSolveOptions *options,
                            LodEffectiveKind kind) {
  PetscFunctionBeginUser;
  LodCheckInput(!coefficient->reaction && !LodCoefficientHasRobin(coefficient),
                "effective tensor: it is one of A alone: leave reaction and Robin faces out");
  LodCheckInput(!coefficient->mask || !coefficient->dirichlet_walls,
                "effective tensor: walls with u = 0 leave no mean gradient: choose natural ones");
  LodCheckInput(
      !LodGridHasNaturalFaces(grid),
      "effective tensor: the boundary is part of what it means: leave its conditions out");
  LodCheckInput(!options->previous,
                "effective tensor: starts from no earlier operators: leave them out");
  LodCheckInput(
      method != LOD_METHOD_DNN || kind != LOD_EFFECTIVE_FLOW || grid->dim == 1,
      "effective tensor: the model was trained with u = 0 on all faces, and the kind flow "
      "has natural ones: choose periodic or linear, or --method lod");
  PetscFunctionReturn(0);
}

PetscErrorCode LodEffectiveCompute(MPI_Comm comm, const LodGrid *grid,
                                   const LodCoefficient *coefficient, LodMethod method,
                                   const LodSolveOptions *options, LodEffectiveKind kind,
                                   LodEffective *effective) {
  const double start = LodSeconds();
  PetscFunctionBeginUser;
  *effective = (LodEffective){.kind = kind};
  PetscCall(LodErrorAgree(comm, Check(grid, coefficient, method, options, kind)));
  if (kind == LOD_EFFECTIVE_PERIODIC)
    PetscCall(LodEffectivePeriodic(comm, grid, coefficient, method, options, effective->tensor));
  else
    PetscCall(WithDirichletData(comm, grid, coefficient, method, options, kind, effective->tensor));
  effective->seconds = LodSeconds() - start;
  PetscFunctionReturn(0);
}

double LodEffectiveAsymmetry(PetscInt dim, const LodEffective *effective) {
  double difference = 0, size = 0;
  for (PetscInt i = 0; i < dim; i++)
    for (PetscInt j = 0; j < dim; j++) {
      difference = hypot(difference, effective->tensor[i][j] - effective->tensor[j][i]);
      size = hypot(size, effective->tensor[i][j]);
    }
  return size > 0 ? difference / size : 0;
}
