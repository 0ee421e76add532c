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

/* The sum of a form's values at all nodes times x_axis there: the integral over D of a component of
   A grad u. */
static double MeanFlux(const LodGrid *grid, const PetscInt cells[], PetscInt axis,
                       const double *form) {
  const LodBox nodes = LodBoxNodes(grid->dim, cells);
  double       sum = 0;
  for (PetscInt node = 0; node < LodBoxCount(&nodes); node++) {
    PetscInt index[LOD_MAX_DIM];
    LodBoxIndex(&nodes, node, index);
    sum += grid->extent[axis] * ((double)index[axis] / (double)cells[axis]) * form[node];
  }
  return sum;
}

/* Column `axis` of a tensor, with a system that is assembled: u = x_axis on all Dirichlet faces. */
static PetscErrorCode Column(LodMethodSystem *system, const LodGrid *grid, const PetscInt cells[],
                             PetscInt axis, double tensor[LOD_MAX_DIM][LOD_MAX_DIM]) {
  const size_t n_nodes = (size_t)LodNodeCount(grid->dim, cells);
  double       volume = 1, *zero, *boundary, *solution, *form;
  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < grid->dim; i++)
    volume *= grid->extent[i];
  PetscCall(PetscMalloc4(n_nodes, &zero, n_nodes, &boundary, n_nodes, &solution, n_nodes, &form));
  PetscCall(PetscArrayzero(zero, n_nodes));
  LinearData(grid, cells, axis, boundary);
  PetscErrorCode error = LodMethodSystemSolve(system, 1, zero, boundary, solution);
  if (!error) error = LodMethodSystemApply(system, solution, form);
  for (PetscInt i = 0; i < grid->dim && !error; i++)
    tensor[i][axis] = MeanFlux(grid, cells, i, form) / volume;
  PetscCall(PetscFree4(zero, boundary, solution, form));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Columns first <= j < last by one system on `grid`, whose natural faces are those of the kind. */
static PetscErrorCode Columns(MPI_Comm comm, const LodGrid *grid, const LodCoefficient *coefficient,
                              LodMethod method, const LodSolveOptions *options, PetscInt first,
                              PetscInt last, double tensor[LOD_MAX_DIM][LOD_MAX_DIM]) {
  LodMethodSystem *system;
  PetscFunctionBeginUser;
  PetscCall(LodMethodSystemCreate(comm, grid, method, options, &system));
  PetscErrorCode error = LodMethodSystemAssemble(system, coefficient, NULL);
  for (PetscInt axis = first; axis < last && !error; axis++)
    error = Column(system, grid, LodMethodCells(method, grid), axis, tensor);
  PetscCall(LodMethodSystemDestroy(&system));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* The kinds with Dirichlet data; for flow every column has other natural faces. */
static PetscErrorCode WithDirichletData(MPI_Comm comm, const LodGrid *grid,
                                        const LodCoefficient *coefficient, LodMethod method,
                                        const LodSolveOptions *options, LodEffectiveKind kind,
                                        double tensor[LOD_MAX_DIM][LOD_MAX_DIM]) {
  LodGrid own = *grid;
  PetscFunctionBeginUser;
  if (kind == LOD_EFFECTIVE_LINEAR)
    PetscCall(Columns(comm, &own, coefficient, method, options, 0, grid->dim, tensor));
  for (PetscInt axis = 0; axis < grid->dim && kind == LOD_EFFECTIVE_FLOW; axis++) {
    for (PetscInt other = 0; other < grid->dim; other++)
      own.natural[other][0] = own.natural[other][1] = (PetscBool)(other != axis);
    PetscCall(Columns(comm, &own, coefficient, method, options, axis, axis + 1, tensor));
  }
  PetscFunctionReturn(0);
}

/* Refuses what has no effective tensor, or what a method cannot do. */
static PetscErrorCode Check(const LodGrid *grid, const LodCoefficient *coefficient,
                            LodMethod method, const LodSolveOptions *options,
                            LodEffectiveKind kind) {
  PetscBool robin = PETSC_FALSE;
  PetscFunctionBeginUser;
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    if (coefficient->robin[axis][0] || coefficient->robin[axis][1]) robin = PETSC_TRUE;
  LodCheckInput(!coefficient->reaction && !robin,
                "effective tensor: it is one of A alone: leave reaction and Robin faces out");
  LodCheckInput(!coefficient->mask || kind == LOD_EFFECTIVE_FLOW,
                "effective tensor: a domain with holes has one of the kind flow only");
  LodCheckInput(!LodGridHasNaturalFaces(grid),
                "effective tensor: the boundary is part of what it means: leave its conditions out");
  LodCheckInput(!options->previous,
                "effective tensor: starts from no earlier operators: leave them out");
  LodCheckInput(method != LOD_METHOD_DNN || kind != LOD_EFFECTIVE_FLOW || grid->dim == 1,
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
    PetscCall(
        LodEffectivePeriodic(comm, grid, coefficient, method, options, effective->tensor));
  else
    PetscCall(WithDirichletData(comm, grid, coefficient, method, options, kind,
                                effective->tensor));
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
