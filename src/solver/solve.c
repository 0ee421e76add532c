/* One problem, one method. */
#include "solver/solve.h"

#include <string.h>

#include "base/error.h"
#include "base/progress.h"
#include "fem/load.h"
#include "fem/q1_system.h"
#include "lod/exact.h"
#include "lod/update.h"
#include "nn/learned.h"
#include "solver/exact_digits.h"

static const char *const method_name[] = {"lod", "dnn", "fine", "coarse"};

const char *LodMethodName(LodMethod method) {
  return method_name[method];
}

PetscErrorCode LodMethodFromName(const char *name, const char *where, LodMethod *method) {
  PetscFunctionBeginUser;
  for (int i = 0; i < 4; i++)
    if (!strcmp(name, method_name[i])) {
      *method = (LodMethod)i;
      PetscFunctionReturn(0);
    }
  LodInputError("%s: unknown method; known: lod, dnn, fine, coarse", where);
}

PetscErrorCode LodRightHandSide(const LodGrid *grid, const char *expression, double *rhs) {
  PetscFunctionBeginUser;
  PetscCall(LodFineLoad(grid, expression, "--rhs", rhs));
  PetscFunctionReturn(0);
}

PetscErrorCode LodSolveCompressed(LodCoarseSystem *system, LodLocalOperators *operators,
                                  const LodCoefficient *coefficient, const double *rhs,
                                  double *solution, double *seconds_operator,
                                  double *seconds_solve) {
  PetscFunctionBeginUser;
  double start = LodSeconds();
  PetscCall(operators->set_coefficient(operators, coefficient));
  PetscCall(LodCoarseSystemAssemble(system, operators));
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

/* Largest part of a solution's size by which it may have the wrong sign without a word. */
#define MOST_WRONG_SIGN 0.01

double LodWrongSign(size_t n_load, const double *load, size_t n_nodes, const double *solution) {
  double negative = 0, positive = 0;
  int    sign = 0; /* of f; 2: both */
  for (size_t i = 0; i < n_load && sign != 2; i++) {
    if (load[i] > 0) sign = sign < 0 ? 2 : 1;
    if (load[i] < 0) sign = sign > 0 ? 2 : -1;
  }
  for (size_t i = 0; i < n_nodes; i++) {
    negative = PetscMax(negative, -solution[i]);
    positive = PetscMax(positive, solution[i]);
  }
  const double wrong = sign == 1 ? negative : sign == -1 ? positive : 0;
  return wrong > 0 ? wrong / PetscMax(negative, positive) : 0;
}

void LodWarnOfSign(LodMethod method, double wrong) {
  if (wrong <= MOST_WRONG_SIGN) return;
  LodWarn(
      "the solution has the sign that f does not have, by up to %.2g %% of its size, and is wrong "
      "by at least that: %s; compare with --method fine",
      100 * wrong,
      method == LOD_METHOD_DNN ? "the network does not fit this coefficient"
                               : "the contrast in thin structures is high, and the localised "
                                 "operator may have lost its coercivity (other N or --ell may "
                                 "help)");
}

/* What a compressed problem is solved with. */
typedef struct {
  LodLocalOperators *operators, *updated; /* updated: those that start from earlier ones, or NULL */
  LodCoarseSystem   *system;
} Compressed;

/* Solves with exact or learned local operators; the two differ in one line. What is made stays in
 *made, also if there is an error. */
static PetscErrorCode SolveWith(MPI_Comm comm, const LodGrid *grid,
                                const LodCoefficient *coefficient, const double *rhs,
                                const LodSolveOptions *options, Compressed *made,
                                LodSolveResult *result) {
  const LodPrevious *previous = options->previous;

  PetscFunctionBeginUser;
  if (result->method == LOD_METHOD_LOD) {
    PetscCall(LodExactCreate(grid, &made->operators));
  } else {
    PetscCall(LodLearnedCreate(grid, options->model, &made->operators));
  }
  if (previous)
    PetscCall(LodUpdateCreate(made->operators, &previous->coefficient, previous->operators,
                              &made->updated));
  made->operators->quiet = options->quiet;
  PetscCall(LodCoarseSystemCreate(comm, grid, &made->system));
  PetscCall(LodSolveCompressed(made->system, made->updated ? made->updated : made->operators,
                               coefficient, rhs, result->values, &result->seconds_operator,
                               &result->seconds_solve));
  if (result->method == LOD_METHOD_LOD)
    PetscCall(LodExactCheckDigits(comm, grid, coefficient, rhs, result->values));
  LodWarnOfSign(result->method,
                LodWrongSign((size_t)LodNodeCount(grid->dim, grid->fine), rhs,
                             (size_t)LodNodeCount(grid->dim, grid->coarse), result->values));
  result->n_computed = LodGridCells(grid);
  if (made->updated) PetscCall(LodUpdateCount(made->updated, &result->n_computed));
  if (options->keep_operators)
    PetscCall(GatherOperators(comm, grid, made->system, &result->operators));
  PetscFunctionReturn(0);
}

/* The same, with everything made and destroyed. */
static PetscErrorCode SolveCompressed(MPI_Comm comm, const LodGrid *grid,
                                      const LodCoefficient *coefficient, const double *rhs,
                                      const LodSolveOptions *options, LodSolveResult *result) {
  Compressed made = {NULL, NULL, NULL};

  PetscFunctionBeginUser;
  PetscErrorCode error = SolveWith(comm, grid, coefficient, rhs, options, &made, result);
  PetscCall(LodCoarseSystemDestroy(&made.system));
  PetscCall(LodLocalOperatorsDestroy(&made.updated));
  PetscCall(LodLocalOperatorsDestroy(&made.operators));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Solves one of the two reference problems. */
static PetscErrorCode SolveReference(MPI_Comm comm, const LodGrid *grid,
                                     const LodCoefficient *coefficient, const double *rhs,
                                     LodSolveResult *result) {
  LodSolveStatistics statistics = {0};

  PetscFunctionBeginUser;
  if (result->method == LOD_METHOD_FINE) {
    PetscCall(LodFineSolve(comm, grid, coefficient, rhs, result->values, &statistics));
  } else {
    PetscCall(LodCoarseQ1Solve(comm, grid, coefficient, rhs, result->values, &statistics));
  }
  result->seconds_operator = statistics.seconds_assembly + statistics.seconds_setup;
  result->seconds_solve = statistics.seconds_solve;
  PetscFunctionReturn(0);
}

PetscErrorCode LodMethodSolve(MPI_Comm comm, LodMethod method, const LodGrid *grid,
                              const LodCoefficient *coefficient, const double *rhs,
                              const LodSolveOptions *options, LodSolveResult *result) {
  PetscFunctionBeginUser;
  PetscCheck(method != LOD_METHOD_DNN || options->model, PETSC_COMM_SELF, PETSC_ERR_ARG_NULL,
             "the method dnn needs a model");
  PetscCheck(method == LOD_METHOD_LOD || !options->previous, PETSC_COMM_SELF, PETSC_ERR_ARG_INCOMP,
             "only the method lod starts from previous operators");
  *result = (LodSolveResult){.method = method};
  const PetscInt *cells = method == LOD_METHOD_FINE ? grid->fine : grid->coarse;
  PetscCall(PetscArraycpy(result->cells, cells, LOD_MAX_DIM));
  PetscCall(PetscCalloc1(LodNodeCount(grid->dim, result->cells), &result->values));
  const PetscBool compressed = (PetscBool)(method == LOD_METHOD_LOD || method == LOD_METHOD_DNN);
  PetscErrorCode error = compressed ? SolveCompressed(comm, grid, coefficient, rhs, options, result)
                                    : SolveReference(comm, grid, coefficient, rhs, result);
  if (error) PetscCall(LodSolveResultDestroy(result));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodSolveResultDestroy(LodSolveResult *result) {
  PetscFunctionBeginUser;
  PetscCall(PetscFree(result->values));
  PetscCall(PetscFree(result->operators));
  PetscFunctionReturn(0);
}
