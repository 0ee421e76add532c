/* Solution of plain Q1 problems, with boundary values, and their form. */
#include "base/error.h"
#include "base/events.h"
#include "base/progress.h"
#include "base/units.h"
#include "fem/boundary.h"
#include "fem/digits.h"
#include "fem/nodal.h"
#include "fem/q1_system_private.h"

/* The form of a function at all nodes, in units of 2^*exponent, if `changed` with other last
   digits. Every rank computes its share of the nodes and has all of them then. */
static PetscErrorCode Apply(const LodQ1System *system, PetscBool changed, const double *u,
                            double *form, int *exponent) {
  const PetscInt64 n_nodes = LodNodeCount(system->grid.dim, system->cells);
  const int        unit = LodUnitsExponent(LodUnitsLargest((size_t)n_nodes, u));
  PetscInt         first, last;
  LodQ1CellSource  made;
  double          *scaled;
  PetscFunctionBeginUser;
  PetscCall(LodRanksShare(system->comm, n_nodes, &first, &last));
  PetscCall(LodQ1CellSourceMake(system, changed, &made));
  PetscCall(PetscMalloc1(n_nodes, &scaled));
  LodUnitsScale(-unit, (size_t)n_nodes, u, scaled);
  PetscCall(PetscArrayzero(form, n_nodes));
  LodFormApply(&made.source, scaled, first, last, form);
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
  PetscCall(LodQ1SystemSetUp(system, PETSC_TRUE));
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
  PetscCall(LodQ1SystemBeReady(system));
  const double   start = LodSeconds();
  PetscErrorCode error = LiftingBegin(system, PETSC_FALSE, boundary, &lifting);
  for (PetscInt f = 0; f < n_rhs && !error; f++)
    error = SolveLoad(system, loads + (size_t)f * n_nodes, &lifting,
                      solutions + (size_t)f * n_nodes, &found);
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
