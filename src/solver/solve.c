/* One problem, one method. */
#include "solver/solve.h"

#include "base/progress.h"
#include "fem/boundary.h"
#include "fem/load.h"
#include "fem/nodal.h"
#include "grid/domain.h"
#include "solver/bounds.h"

PetscErrorCode LodLoadOfRhs(const LodGrid *grid, const char *expression, double *rhs) {
  PetscFunctionBeginUser;
  PetscCall(LodLoadFromText(grid, expression, "--rhs", rhs));
  PetscFunctionReturn(0);
}

PetscErrorCode LodSolveCompressed(LodCoarseSystem *system, LodLocalOperators *operators,
                                  const LodCoefficient *coefficient, const double *rhs,
                                  PetscBool quiet, double *solution, double *seconds_operator,
                                  double *seconds_solve) {
  PetscFunctionBeginUser;
  double start = LodSeconds();
  PetscCall(LodLocalOperatorsSetCoefficient(operators, coefficient));
  PetscCall(LodCoarseSystemAssemble(system, operators, NULL, quiet));
  double assembled = LodSeconds();
  PetscCall(LodCoarseSystemSolve(system, rhs, solution));
  *seconds_operator = assembled - start;
  *seconds_solve = LodSeconds() - assembled;
  PetscFunctionReturn(0);
}

/* Gathers the local operators of all ranks, which hold contiguous ranges of cells in the order of
   the ranks, into a new array gathered[cell][z][j] on rank 0. Collective. */
static PetscErrorCode GatherOperators(MPI_Comm comm, const LodGrid *grid, LodCoarseSystem *system,
                                      double **gathered) {
  PetscInt      first, last;
  const double *mine;
  PetscMPIInt   rank, n_ranks, cells[2], *ranges = NULL, *counts = NULL, *offsets = NULL;
  MPI_Datatype  one_cell;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(comm, &rank));
  PetscCallMPI(MPI_Comm_size(comm, &n_ranks));
  PetscCall(LodCoarseSystemOperators(system, &first, &last, &mine));
  PetscCall(PetscMPIIntCast(first, &cells[0]));
  PetscCall(PetscMPIIntCast(last - first, &cells[1]));
  PetscCall(PetscMalloc3(2 * (size_t)n_ranks, &ranges, n_ranks, &offsets, n_ranks, &counts));
  PetscCallMPI(MPI_Gather(cells, 2, MPI_INT, ranges, 2, MPI_INT, 0, comm));
  for (PetscMPIInt i = 0; i < n_ranks && rank == 0; i++) {
    offsets[i] = ranges[2 * i];
    counts[i] = ranges[2 * i + 1];
  }
  if (rank == 0)
    PetscCall(
        PetscMalloc1((size_t)LodGridCells(grid) * (size_t)LodGridOperatorSize(grid), gathered));
  /* One element a cell, so that the counts fit an int on meshes of any size. */
  PetscCallMPI(MPI_Type_contiguous((int)LodGridOperatorSize(grid), MPI_DOUBLE, &one_cell));
  PetscCallMPI(MPI_Type_commit(&one_cell));
  PetscCallMPI(MPI_Gatherv(mine, cells[1], one_cell, rank == 0 ? *gathered : NULL, counts, offsets,
                           one_cell, 0, comm));
  PetscCallMPI(MPI_Type_free(&one_cell));
  PetscCall(PetscFree3(ranges, offsets, counts));
  PetscFunctionReturn(0);
}

/* Boundary values at the nodes of the mesh of the solution; a new array, NULL without any. */
static PetscErrorCode BoundaryOn(const LodGrid *grid, const PetscInt cells[], const LodData *data,
                                 double **boundary) {
  PetscFunctionBeginUser;
  *boundary = NULL;
  if (!data->boundary) PetscFunctionReturn(0);
  PetscCall(PetscMalloc1(LodNodeCount(grid->dim, cells), boundary));
  LodBoundaryOn(grid, data->boundary, cells, *boundary);
  PetscFunctionReturn(0);
}

/* Solution, load and form into a result with room for them. */
static PetscErrorCode FillResult(LodMethodSystem *system, const LodGrid *grid,
                                 const LodCoefficient *coefficient, const LodData *data,
                                 PetscBool correct, LodSolveResult *result) {
  double *boundary;
  PetscFunctionBeginUser;
  PetscCall(BoundaryOn(grid, result->cells, data, &boundary));
  PetscErrorCode error = correct ? LodMethodSystemCorrectedLoad(system, result->load)
                                 : LodLoadRestrict(grid, data->load, result->cells, result->load);
  LodDomainFillNodes(grid, coefficient, result->cells, 0, 0, result->load);
  if (!error) error = LodMethodSystemSolve(system, 1, result->load, boundary, result->values);
  PetscCall(PetscFree(boundary));
  PetscCall(error);
  PetscCall(LodMethodSystemApply(system, result->values, result->form));
  PetscFunctionReturn(0);
}

/* Warns of a compressed solution that the exact one cannot be. */
static void WarnOfBounds(const LodGrid *grid, const LodCoefficient *coefficient,
                         const LodData *data, const LodSolveResult *result) {
  const size_t    n_nodes = (size_t)LodNodeCount(grid->dim, result->cells);
  const LodBounds bounds = LodBoundsOf(grid, coefficient, grid->fine, data->load, data->boundary);
  if (!LodMethodCompresses(result->method)) return;
  LodBoundsWarn(result->method, LodBoundsLeftBy(bounds, n_nodes, result->values));
}

PetscErrorCode LodSolveAssembled(LodMethodSystem *system, LodMethod method, const LodGrid *grid,
                                 const LodCoefficient *coefficient, const LodData *data,
                                 PetscBool correct, LodSolveResult *result) {
  PetscFunctionBeginUser;
  *result = (LodSolveResult){.method = method};
  PetscCall(PetscArraycpy(result->cells, LodMethodCells(method, grid), LOD_MAX_DIM));
  const PetscInt n_nodes = LodNodeCount(grid->dim, result->cells);
  PetscErrorCode error = PetscCalloc1(n_nodes, &result->values);
  if (!error) error = PetscCalloc1(n_nodes, &result->load);
  if (!error) error = PetscCalloc1(n_nodes, &result->form);
  if (!error) error = FillResult(system, grid, coefficient, data, correct, result);
  if (error) PetscCall(LodSolveResultDestroy(result));
  PetscCall(error);
  WarnOfBounds(grid, coefficient, data, result);
  PetscFunctionReturn(0);
}

/* LodMethodSolve with the system made. */
static PetscErrorCode SolveWith(MPI_Comm comm, LodMethodSystem *system, LodMethod method,
                                const LodGrid *grid, const LodCoefficient *coefficient,
                                const LodData *data, const LodSolveOptions *options,
                                LodSolveResult *result) {
  /* Q1 needs no correction. */
  const PetscBool correct = (PetscBool)(options->correct && LodMethodCompresses(method));
  PetscFunctionBeginUser;
  PetscCheck(!correct || data->source, PETSC_COMM_SELF, PETSC_ERR_ARG_NULL,
             "load correctors need the parts of the load on coarse cells");
  PetscCall(LodMethodSystemAssemble(system, coefficient, correct ? data->source : NULL));
  PetscCall(LodSolveAssembled(system, method, grid, coefficient, data, correct, result));
  if (options->keep_operators && LodMethodCompresses(result->method))
    PetscCall(GatherOperators(comm, grid, LodMethodSystemCompressed(system), &result->operators));
  if (options->reconstruct) {
    PetscCall(PetscMalloc1(LodNodeCount(grid->dim, grid->fine), &result->fine));
    PetscCall(LodMethodSystemReconstruct(system, result->values, data->boundary, result->fine));
  }
  const LodMethodWork work = LodMethodSystemWork(system);
  result->seconds_operator = work.seconds_operator;
  result->seconds_solve = work.seconds_solve;
  result->seconds_reconstruct = work.seconds_reconstruct;
  result->n_computed = work.n_computed;
  PetscFunctionReturn(0);
}

PetscErrorCode LodMethodSolve(MPI_Comm comm, LodMethod method, const LodGrid *grid,
                              const LodCoefficient *coefficient, const LodData *data,
                              const LodSolveOptions *options, LodSolveResult *result) {
  LodMethodSystem *system;
  PetscFunctionBeginUser;
  *result = (LodSolveResult){0};
  PetscCall(LodMethodSystemCreate(comm, grid, method, options, &system));
  PetscErrorCode error = SolveWith(comm, system, method, grid, coefficient, data, options, result);
  PetscCall(LodMethodSystemDestroy(&system));
  if (error) PetscCall(LodSolveResultDestroy(result));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodSolveResultDestroy(LodSolveResult *result) {
  PetscFunctionBeginUser;
  PetscCall(PetscFree(result->values));
  PetscCall(PetscFree(result->load));
  PetscCall(PetscFree(result->form));
  PetscCall(PetscFree(result->fine));
  PetscCall(PetscFree(result->operators));
  PetscFunctionReturn(0);
}
