/* The discrete problem of one method. */
#include "solver/method_system.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/report.h"
#include "base/session.h"
#include "fem/boundary.h"
#include "fem/nodal.h"
#include "fem/q1_system.h"
#include "grid/domain.h"
#include "lod/exact.h"
#include "lod/update.h"
#include "nn/learned.h"
#include "solver/exact_digits.h"

/* On boxes of 8 x 8 coarse cells with A between 1 and 5 the error against the fine solution passes
   that of plain Q1 between ratios of 10 and 30. */
#define LONG_CELLS 20.

struct LodMethodSystem {
  MPI_Comm              comm;
  LodGrid               grid;
  LodMethod             method;
  LodSolveOptions       options;
  const LodCoefficient *coefficient; /* borrowed; NULL: not assembled */
  LodLocalOperators    *operators;   /* lod, dnn */
  LodLocalOperators    *updated;     /* those that start from earlier ones, or NULL */
  LodLocalOperators    *exact;       /* dnn: of reconstructions; NULL: none yet */
  const double         *source;      /* borrowed: of the latest assembly, or NULL */
  LodCoarseSystem      *compressed;
  LodQ1System          *q1;     /* fine, coarse */
  LodExactDigits       *digits; /* lod: of the present coefficient; NULL: not made yet */
  LodMethodWork         work;
};

static const char *const method_name[] = {"lod", "dnn", "fine", "coarse"};

const char *LodMethodName(LodMethod method) {
  return method_name[method];
}

PetscErrorCode LodMethodFromName(const char *name, const char *where, LodMethod *method) {
  PetscFunctionBeginUser;
  for (int i = 0; i <= LOD_METHOD_COARSE; i++)
    if (!strcmp(name, method_name[i])) {
      *method = (LodMethod)i;
      PetscFunctionReturn(0);
    }
  LodInputError("%s: unknown method; known: lod, dnn, fine, coarse", where);
}

PetscBool LodMethodCompresses(LodMethod method) {
  return (PetscBool)(method == LOD_METHOD_LOD || method == LOD_METHOD_DNN);
}

const PetscInt *LodMethodCells(LodMethod method, const LodGrid *grid) {
  return method == LOD_METHOD_FINE ? grid->fine : grid->coarse;
}

/* Makes the source of local operators and the compressed system. */
static PetscErrorCode SetUp(LodMethodSystem *system) {
  const LodPrevious *previous = system->options.previous;
  PetscFunctionBeginUser;
  if (!LodMethodCompresses(system->method)) {
    PetscCall(LodQ1SystemCreate(system->comm, &system->grid,
                                system->method == LOD_METHOD_FINE ? LOD_Q1_FINE : LOD_Q1_COARSE,
                                &system->q1));
    PetscFunctionReturn(0);
  }
  if (system->method == LOD_METHOD_LOD)
    PetscCall(LodExactCreate(&system->grid, &system->operators));
  else
    PetscCall(LodLearnedCreate(&system->grid, system->options.model, system->options.average,
                               &system->operators));
  if (previous)
    PetscCall(LodUpdateCreate(system->operators, &previous->coefficient, previous->operators,
                              &system->updated));
  PetscCall(LodCoarseSystemCreate(system->comm, &system->grid, &system->compressed));
  PetscFunctionReturn(0);
}

/* Warns of coarse cells in which the localised operator is no better than plain Q1: a corrector
   then crosses many cells along the short sides, and the projection of a long cell sees little. */
static void WarnOfLongCells(const LodGrid *grid) {
  double side[LOD_MAX_DIM], shortest = HUGE_VAL, longest = 0;
  LodGridSides(grid, grid->coarse, side);
  for (PetscInt axis = 0; axis < grid->dim; axis++) {
    shortest = PetscMin(shortest, side[axis]);
    longest = PetscMax(longest, side[axis]);
  }
  if (longest > LONG_CELLS * shortest)
    LodWarn("the longest side of a coarse cell is %.3g times its shortest; beyond %g times lod can "
            "be worse than coarse: choose coarse cells of similar sides, or compare with "
            "the method fine",
            longest / shortest, LONG_CELLS);
}

PetscErrorCode LodMethodSystemCreate(MPI_Comm comm, const LodGrid *grid, LodMethod method,
                                     const LodSolveOptions *options, LodMethodSystem **system) {
  PetscFunctionBeginUser;
  *system = NULL;
  PetscCheck(method != LOD_METHOD_DNN || options->model, PETSC_COMM_SELF, PETSC_ERR_ARG_NULL,
             "the method dnn needs a model");
  PetscCheck(method == LOD_METHOD_LOD || !options->previous, PETSC_COMM_SELF, PETSC_ERR_ARG_INCOMP,
             "only the method lod starts from previous operators");
  PetscCall(PetscNew(system));
  (*system)->comm = comm;
  (*system)->grid = *grid;
  (*system)->method = method;
  (*system)->options = *options;
  PetscErrorCode error = SetUp(*system);
  if (!error && method == LOD_METHOD_LOD) WarnOfLongCells(grid);
  if (error) PetscCall(LodMethodSystemDestroy(system));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodMethodSystemDestroy(LodMethodSystem **system) {
  PetscFunctionBeginUser;
  if (!*system) PetscFunctionReturn(0);
  PetscCall(LodExactDigitsDestroy(&(*system)->digits));
  PetscCall(LodQ1SystemDestroy(&(*system)->q1));
  PetscCall(LodCoarseSystemDestroy(&(*system)->compressed));
  PetscCall(LodLocalOperatorsDestroy(&(*system)->updated));
  PetscCall(LodLocalOperatorsDestroy(&(*system)->exact));
  PetscCall(LodLocalOperatorsDestroy(&(*system)->operators));
  PetscCall(PetscFree(*system));
  PetscFunctionReturn(0);
}

/* Assembles the compressed system for a coefficient. */
static PetscErrorCode AssembleCompressed(LodMethodSystem *system, const LodCoefficient *coefficient,
                                         const double *source) {
  LodLocalOperators *operators = system->updated ? system->updated : system->operators;
  PetscFunctionBeginUser;
  PetscCall(LodLocalOperatorsSetCoefficient(operators, coefficient));
  PetscCall(LodCoarseSystemAssemble(system->compressed, operators, source, system->options.quiet));
  system->work.n_computed = LodGridCells(&system->grid);
  if (system->updated) PetscCall(LodUpdateCount(system->updated, &system->work.n_computed));
  PetscFunctionReturn(0);
}

/* Assembles the plain Q1 problem for a coefficient. */
static PetscErrorCode AssembleQ1(LodMethodSystem *system, const LodCoefficient *coefficient) {
  PetscFunctionBeginUser;
  LodLibrariesLock();
  PetscErrorCode error = LodQ1SystemAssemble(system->q1, coefficient);
  LodLibrariesUnlock();
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodMethodSystemAssemble(LodMethodSystem *system, const LodCoefficient *coefficient,
                                       const double *source) {
  const double start = LodSeconds();
  PetscFunctionBeginUser;
  system->coefficient = NULL;
  PetscCall(LodExactDigitsDestroy(&system->digits));
  PetscErrorCode error = system->compressed ? AssembleCompressed(system, coefficient, source)
                                            : AssembleQ1(system, coefficient);
  PetscCall(error);
  system->coefficient = coefficient;
  system->source = source;
  system->work.seconds_operator = LodSeconds() - start;
  PetscFunctionReturn(0);
}

void LodMethodSystemForgetSource(LodMethodSystem *system) {
  system->source = NULL;
}

/* Solves the compressed problem. */
static PetscErrorCode SolveCompressed(LodMethodSystem *system, PetscInt n_rhs, const double *loads,
                                      const double *boundary, double *solutions) {
  const size_t n_nodes = (size_t)LodNodeCount(system->grid.dim, system->grid.coarse);
  const double start = LodSeconds();
  PetscFunctionBeginUser;
  for (PetscInt f = 0; f < n_rhs; f++)
    PetscCall(LodCoarseSystemSolveLoad(system->compressed, loads + (size_t)f * n_nodes, boundary,
                                       solutions + (size_t)f * n_nodes));
  system->work.seconds_solve = LodSeconds() - start;
  if (system->method != LOD_METHOD_LOD) PetscFunctionReturn(0);
  if (!system->digits)
    PetscCall(
        LodExactDigitsCreate(system->comm, &system->grid, system->coefficient, &system->digits));
  for (PetscInt f = 0; f < n_rhs; f++)
    PetscCall(LodExactDigitsCheck(system->digits, loads + (size_t)f * n_nodes, boundary,
                                  solutions + (size_t)f * n_nodes));
  PetscFunctionReturn(0);
}

/* Solves the plain Q1 problem. */
static PetscErrorCode SolveQ1(LodMethodSystem *system, PetscInt n_rhs, const double *loads,
                              const double *boundary, double *solutions) {
  LodSolveStatistics statistics;
  PetscFunctionBeginUser;
  PetscCall(LodQ1SystemSolveLoads(system->q1, n_rhs, loads, boundary, solutions, &statistics));
  system->work.seconds_operator = statistics.seconds_assembly + statistics.seconds_setup;
  system->work.seconds_solve = statistics.seconds_solve;
  PetscFunctionReturn(0);
}

PetscErrorCode LodMethodSystemSolve(LodMethodSystem *system, PetscInt n_rhs, const double *loads,
                                    const double *boundary, double *solutions) {
  PetscFunctionBeginUser;
  PetscCheck(system->coefficient, PETSC_COMM_SELF, PETSC_ERR_ORDER, "no coefficient is set");
  LodLibrariesLock();
  PetscErrorCode error = system->compressed
                             ? SolveCompressed(system, n_rhs, loads, boundary, solutions)
                             : SolveQ1(system, n_rhs, loads, boundary, solutions);
  LodLibrariesUnlock();
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodMethodSystemApply(LodMethodSystem *system, const double *u, double *form) {
  PetscFunctionBeginUser;
  PetscCheck(system->coefficient, PETSC_COMM_SELF, PETSC_ERR_ORDER, "no coefficient is set");
  LodLibrariesLock();
  PetscErrorCode error = system->compressed ? LodCoarseSystemApply(system->compressed, u, form)
                                            : LodQ1SystemApply(system->q1, u, form);
  LodLibrariesUnlock();
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodMethodSystemCorrectedLoad(LodMethodSystem *system, double *load) {
  PetscFunctionBeginUser;
  PetscCheck(system->compressed, PETSC_COMM_SELF, PETSC_ERR_SUP,
             "the method %s has no load correctors", LodMethodName(system->method));
  LodLibrariesLock();
  PetscErrorCode error = LodCoarseSystemCorrectedLoad(system->compressed, load);
  LodLibrariesUnlock();
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Adds the correctors of this rank's cells to fine[]. */
static PetscErrorCode AddCorrectors(LodMethodSystem *system, const double *solution, double *fine) {
  LodLocalOperators *exact = system->updated ? system->updated : system->operators;
  PetscInt           first, last;
  const double      *ignored;
  PetscFunctionBeginUser;
  if (system->method == LOD_METHOD_DNN) {
    if (!system->exact) PetscCall(LodExactCreate(&system->grid, &system->exact));
    PetscCall(LodLocalOperatorsSetCoefficient(system->exact, system->coefficient));
    exact = system->exact;
  }
  PetscCall(LodCoarseSystemOperators(system->compressed, &first, &last, &ignored));
  PetscCall(LodLocalOperatorsCorrect(exact, first, last, solution, system->source,
                                     system->options.quiet, fine));
  PetscFunctionReturn(0);
}

/* Adds `part` of the fine mesh, or what `coarse` is there, to fine[]; one of them is NULL. */
static PetscErrorCode AddPart(const LodGrid *grid, const double *boundary, const double *coarse,
                              double *fine) {
  const PetscInt n_fine = LodNodeCount(grid->dim, grid->fine);
  double        *part;
  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(n_fine, &part));
  PetscErrorCode error = coarse
                             ? LodNodesProlongate(grid->dim, grid->coarse, coarse, grid->fine, part)
                             : LodBoundaryRest(grid, boundary, part);
  for (PetscInt node = 0; node < n_fine && !error; node++)
    fine[node] += part[node];
  PetscCall(PetscFree(part));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* LodMethodSystemReconstruct of a compressed problem: correctors, u_H and e, in this order. */
static PetscErrorCode ReconstructCompressed(LodMethodSystem *system, const double *solution,
                                            const double *boundary, double *fine) {
  const LodGrid *grid = &system->grid;
  const size_t   n_fine = (size_t)LodNodeCount(grid->dim, grid->fine);
  PetscFunctionBeginUser;
  PetscCall(PetscArrayzero(fine, n_fine));
  PetscErrorCode error = AddCorrectors(system, solution, fine);
  LodLibrariesLock();
  error = LodErrorAgree(system->comm, error);
  if (!error) error = LodRanksSum(system->comm, n_fine, fine);
  LodLibrariesUnlock();
  PetscCall(error);
  PetscCall(AddPart(grid, NULL, solution, fine));
  if (boundary && system->source) PetscCall(AddPart(grid, boundary, NULL, fine));
  PetscFunctionReturn(0);
}

PetscErrorCode LodMethodSystemReconstruct(LodMethodSystem *system, const double *solution,
                                          const double *boundary, double *fine) {
  const LodGrid *grid = &system->grid;
  const double   start = LodSeconds();
  PetscFunctionBeginUser;
  PetscCheck(system->coefficient, PETSC_COMM_SELF, PETSC_ERR_ORDER, "no coefficient is set");
  if (system->compressed)
    PetscCall(ReconstructCompressed(system, solution, boundary, fine));
  else
    PetscCall(LodNodesProlongate(grid->dim, LodMethodCells(system->method, grid), solution,
                                 grid->fine, fine));
  LodDomainFillNodes(grid, system->coefficient, grid->fine, 0, 0, fine);
  if (LodConstantsAreFree(grid, system->coefficient))
    LodNodesSubtractMean(grid->dim, grid->fine, fine);
  system->work.seconds_reconstruct = LodSeconds() - start;
  PetscFunctionReturn(0);
}

PetscErrorCode LodMethodSystemMatrix(LodMethodSystem *system, Mat *matrix, int *exponent) {
  PetscFunctionBeginUser;
  if (system->compressed)
    PetscCall(LodCoarseSystemMatrix(system->compressed, matrix, exponent));
  else
    PetscCall(LodQ1SystemMatrix(system->q1, matrix, exponent));
  PetscFunctionReturn(0);
}

LodCoarseSystem *LodMethodSystemCompressed(LodMethodSystem *system) {
  return system->compressed;
}

LodMethodWork LodMethodSystemWork(const LodMethodSystem *system) {
  return system->work;
}
