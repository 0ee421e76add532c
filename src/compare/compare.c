/* The comparison itself: four solutions of one problem and the distances between them. */
#include "compare/compare.h"

#include <math.h>

#include "compare/compare_private.h"
#include "compare/side_by_side.h"
#include "fem/nodal.h"
#include "fem/q1_system.h"
#include "lod/exact.h"
#include "solver/exact_digits.h"
#include "solver/solve.h"

double LodQ1Value(PetscInt dim, PetscInt cells, const double *values,
                  const double point[LOD_MAX_DIM]) {
  PetscInt first[LOD_MAX_DIM] = {0}, corners = (PetscInt)1 << dim;
  double   weight[LOD_MAX_DIM] = {0}, sum = 0;

  for (PetscInt axis = 0; axis < dim; axis++) {
    double position = point[axis] * (double)cells;
    first[axis] = PetscMax(0, PetscMin((PetscInt)position, cells - 1));
    weight[axis] = position - (double)first[axis];
  }
  for (PetscInt corner = 0; corner < corners; corner++) {
    PetscInt node = 0;
    double   product = 1;
    for (PetscInt axis = dim - 1; axis >= 0; axis--) {
      PetscInt high = (corner >> axis) & 1;
      node = node * (cells + 1) + first[axis] + high;
      product *= high ? weight[axis] : 1 - weight[axis];
    }
    /* A product of exactly 0 must not read a value: it may belong to the far side of a jump. */
    if (product != 0) sum += product * values[node];
  }
  return sum;
}

/* What the operators of a coefficient show by themselves: checks and distance. */
static PetscErrorCode MeasureOperators(LodSideBySide *both, const LodCoefficient *coefficient,
                                       const LodModel *model, LodComparison *common) {
  PetscFunctionBeginUser;
  for (int i = 0; i < 2; i++) {
    common->seconds_operator[i] = both->seconds_operator[i];
    PetscCall(LodCheckOperator(both->system[i], &both->grid, &common->checks[i]));
  }
  PetscCall(LodOutOfRange(model, &both->grid, coefficient, &common->out_of_range));
  PetscCall(LodSpectralNormDifference(both->system[0], both->system[1], &common->norm_difference,
                                      &common->norm));
  PetscFunctionReturn(0);
}

/* Both operators for the coefficient, and their solutions for all loads; fills comparisons[n_rhs],
   in which nothing is. */
static PetscErrorCode CompareOperators(MPI_Comm comm, LodSideBySide *both,
                                       const LodCoefficient *coefficient, const LodModel *model,
                                       PetscInt n_rhs, const double *rhs, PetscBool quiet,
                                       LodComparison comparisons[]) {
  const LodGrid *grid = &both->grid;
  const size_t   n_fine = (size_t)LodPower(grid->fine + 1, grid->dim);
  const size_t   n_coarse = (size_t)LodPower(grid->coarse + 1, grid->dim);
  LodComparison  common = {.average = model->average};
  PetscFunctionBeginUser;
  PetscCall(LodSideBySideAssemble(both, coefficient, quiet));
  PetscCall(MeasureOperators(both, coefficient, model, &common));
  for (PetscInt f = 0; f < n_rhs; f++) {
    LodComparison *found = &comparisons[f];
    *found = common;
    PetscCall(PetscMalloc1(n_coarse, &found->lod));
    PetscCall(PetscMalloc1(n_coarse, &found->dnn));
    PetscCall(LodSideBySideSolve(both, rhs + (size_t)f * n_fine, found->lod, found->dnn,
                                 &found->dnn_lod));
    for (int i = 0; i < 2; i++)
      found->seconds_solve[i] = both->seconds_solve[i];
    PetscCall(LodExactCheckDigits(comm, grid, coefficient, rhs + (size_t)f * n_fine, found->lod));
  }
  PetscFunctionReturn(0);
}

/* The same, with both operators made and destroyed. */
static PetscErrorCode SolveCompressed(MPI_Comm comm, const LodGrid *grid,
                                      const LodCoefficient *coefficient, LodModel *model,
                                      PetscInt n_rhs, const double *rhs, PetscBool quiet,
                                      LodComparison comparisons[]) {
  LodLocalOperators *exact = NULL;
  LodSideBySide     *both = NULL;
  PetscFunctionBeginUser;
  PetscErrorCode error = LodExactCreate(grid, &exact);
  if (!error) error = LodSideBySideCreate(comm, exact, model, &both);
  if (!error)
    error = CompareOperators(comm, both, coefficient, model, n_rhs, rhs, quiet, comparisons);
  PetscCall(LodSideBySideDestroy(&both));
  PetscCall(LodLocalOperatorsDestroy(&exact));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* One of the reference solutions for all loads, solutions[n_rhs][nodes], and their time. */
static PetscErrorCode SolveReference(MPI_Comm comm, const LodGrid *grid, LodQ1Mesh mesh,
                                     const LodCoefficient *coefficient, PetscInt n_rhs,
                                     const double *rhs, double *solutions, double *seconds) {
  LodQ1System       *system = NULL;
  LodSolveStatistics statistics = {0};
  PetscFunctionBeginUser;
  PetscErrorCode error = LodQ1SystemCreate(comm, grid, mesh, &system);
  if (!error) error = LodQ1SystemAssemble(system, coefficient);
  if (!error) error = LodQ1SystemSolve(system, n_rhs, rhs, solutions, &statistics);
  PetscCall(LodQ1SystemDestroy(&system));
  PetscCall(error);
  *seconds = statistics.seconds_assembly + statistics.seconds_setup + statistics.seconds_solve;
  PetscFunctionReturn(0);
}

/* Copies the solutions of all loads, [n_rhs][nodes], to one array a comparison. */
static PetscErrorCode KeepReference(const LodGrid *grid, LodQ1Mesh mesh, PetscInt n_rhs,
                                    const double *solutions, double seconds,
                                    LodComparison comparisons[]) {
  const PetscBool fine = (PetscBool)(mesh == LOD_Q1_FINE);
  const size_t    n = (size_t)LodPower((fine ? grid->fine : grid->coarse) + 1, grid->dim);
  PetscFunctionBeginUser;
  for (PetscInt f = 0; f < n_rhs; f++) {
    double **values = fine ? &comparisons[f].fine : &comparisons[f].coarse;
    *(fine ? &comparisons[f].seconds_fine : &comparisons[f].seconds_coarse) = seconds;
    PetscCall(PetscMalloc1(n, values));
    PetscCall(PetscArraycpy(*values, solutions + (size_t)f * n, n));
  }
  PetscFunctionReturn(0);
}

/* Both reference solutions of all comparisons. */
static PetscErrorCode SolveReferences(MPI_Comm comm, const LodGrid *grid,
                                      const LodCoefficient *coefficient, PetscInt n_rhs,
                                      const double *rhs, LodComparison comparisons[]) {
  static const LodQ1Mesh meshes[] = {LOD_Q1_COARSE, LOD_Q1_FINE};
  double                *solutions;
  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1((size_t)n_rhs * (size_t)LodPower(grid->fine + 1, grid->dim), &solutions));
  PetscErrorCode error = 0;
  for (int i = 0; i < 2 && !error; i++) {
    double seconds = 0;
    error = SolveReference(comm, grid, meshes[i], coefficient, n_rhs, rhs, solutions, &seconds);
    if (!error) error = KeepReference(grid, meshes[i], n_rhs, solutions, seconds, comparisons);
  }
  PetscCall(PetscFree(solutions));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Relative L2 errors of the coarse solutions against the fine one. */
static PetscErrorCode MeasureErrors(const LodGrid *grid, LodComparison *comparison) {
  const double *coarse[3] = {comparison->lod, comparison->dnn, comparison->coarse};
  double       *error[3] = {&comparison->lod_fine, &comparison->dnn_fine, &comparison->coarse_fine};
  double       *interpolated;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(LodPower(grid->fine + 1, grid->dim), &interpolated));
  for (int i = 0; i < 3; i++) {
    PetscCall(LodProlongate(grid->dim, grid->coarse, coarse[i], grid->fine, interpolated));
    PetscCall(LodRelativeL2(grid->dim, grid->fine, interpolated, comparison->fine, error[i]));
  }
  PetscCall(PetscFree(interpolated));
  PetscFunctionReturn(0);
}

/* Refuses findings that are not finite: a comparison with them would say nothing. */
static PetscErrorCode CheckFindings(const LodComparison *found) {
  const struct {
    const char *name;
    double      value;
  } findings[] = {{"|S - S_hat|", found->norm_difference},
                  {"|S|", found->norm},
                  {"the L2 error of lod to fine", found->lod_fine},
                  {"the L2 error of dnn to fine", found->dnn_fine},
                  {"the L2 error of coarse to fine", found->coarse_fine},
                  {"the L2 error of dnn to lod", found->dnn_lod},
                  {"the kernel residual of lod", found->checks[0].kernel_residual},
                  {"the kernel residual of dnn", found->checks[1].kernel_residual},
                  {"the symmetry defect of lod", found->checks[0].symmetry_defect},
                  {"the symmetry defect of dnn", found->checks[1].symmetry_defect}};
  PetscFunctionBeginUser;
  for (size_t i = 0; i < sizeof findings / sizeof findings[0]; i++)
    PetscCheck(isfinite(findings[i].value), PETSC_COMM_SELF, PETSC_ERR_FP, "%s is %g",
               findings[i].name, findings[i].value);
  PetscFunctionReturn(0);
}

/* LodCompare, with what is made staying in comparisons[] if there is an error. */
static PetscErrorCode Compare(MPI_Comm comm, const LodGrid *grid, const LodCoefficient *coefficient,
                              LodModel *model, PetscInt n_rhs, const double *rhs, PetscBool quiet,
                              LodComparison comparisons[]) {
  PetscFunctionBeginUser;
  PetscCall(SolveCompressed(comm, grid, coefficient, model, n_rhs, rhs, quiet, comparisons));
  PetscCall(SolveReferences(comm, grid, coefficient, n_rhs, rhs, comparisons));
  for (PetscInt f = 0; f < n_rhs; f++) {
    PetscCall(MeasureErrors(grid, &comparisons[f]));
    PetscCall(CheckFindings(&comparisons[f]));
  }
  PetscFunctionReturn(0);
}

PetscErrorCode LodCompare(MPI_Comm comm, const LodGrid *grid, const LodCoefficient *coefficient,
                          LodModel *model, PetscInt n_rhs, const double *rhs, PetscBool quiet,
                          LodComparison comparisons[]) {
  PetscFunctionBeginUser;
  for (PetscInt f = 0; f < n_rhs; f++)
    comparisons[f] = (LodComparison){0};
  PetscErrorCode error = Compare(comm, grid, coefficient, model, n_rhs, rhs, quiet, comparisons);
  for (PetscInt f = 0; f < n_rhs && error; f++)
    PetscCall(LodComparisonDestroy(&comparisons[f]));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodCompareForesee(MPI_Comm comm, const LodGrid *grid, PetscInt n_rhs,
                                 PetscBool quiet) {
  PetscFunctionBeginUser;
  for (int i = 0; i < 2; i++)
    PetscCall(LodSolveForesee(comm, grid,
                              &(LodSolveWork){.method = i ? LOD_METHOD_FINE : LOD_METHOD_LOD,
                                              .coefficients = 1,
                                              .n_rhs = 3 * n_rhs, /* load and two fine ones */
                                              .quiet = quiet}));
  PetscFunctionReturn(0);
}

PetscErrorCode LodComparisonDestroy(LodComparison *comparison) {
  PetscFunctionBeginUser;
  PetscCall(PetscFree(comparison->lod));
  PetscCall(PetscFree(comparison->dnn));
  PetscCall(PetscFree(comparison->coarse));
  PetscCall(PetscFree(comparison->fine));
  PetscFunctionReturn(0);
}
