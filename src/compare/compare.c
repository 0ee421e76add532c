/* The comparison itself: four solutions of one problem and the distances between them. */
#include "compare/compare.h"

#include <math.h>

#include "base/error.h"
#include "compare/compare_private.h"
#include "fem/nodal.h"
#include "lod/exact.h"
#include "nn/learned.h"
#include "solver/exact_digits.h"
#include "solver/solve.h"

double LodQ1Value(PetscInt dim, const PetscInt cells[], const double *values,
                  const double point[LOD_MAX_DIM]) {
  PetscInt first[LOD_MAX_DIM] = {0}, corners = (PetscInt)1 << dim;
  double   weight[LOD_MAX_DIM] = {0}, sum = 0;

  for (PetscInt axis = 0; axis < dim; axis++) {
    double position = point[axis] * (double)cells[axis];
    first[axis] = PetscMax(0, PetscMin((PetscInt)position, cells[axis] - 1));
    weight[axis] = position - (double)first[axis];
  }
  for (PetscInt corner = 0; corner < corners; corner++) {
    PetscInt node = 0;
    double   product = 1;
    for (PetscInt axis = dim - 1; axis >= 0; axis--) {
      PetscInt high = (corner >> axis) & 1;
      node = node * (cells[axis] + 1) + first[axis] + high;
      product *= high ? weight[axis] : 1 - weight[axis];
    }
    /* A product of exactly 0 must not read a value: it may belong to the far side of a jump. */
    if (product != 0) sum += product * values[node];
  }
  return sum;
}

/* Both operators for the coefficient: solutions, times, and the distance of the two matrices. The
   two runs differ in the source of the local operators alone. */
static PetscErrorCode CompareOperators(MPI_Comm comm, const LodGrid *grid,
                                       const LodCoefficient *coefficient, LodModel *model,
                                       const double *rhs, PetscBool quiet,
                                       LodComparison *comparison) {
  LodLocalOperators *operators[2] = {NULL, NULL};
  LodCoarseSystem   *system[2] = {NULL, NULL};
  double            *solution[2] = {comparison->lod, comparison->dnn};

  PetscFunctionBeginUser;
  PetscCall(LodExactCreate(grid, &operators[0]));
  PetscCall(LodLearnedCreate(grid, model, &operators[1]));
  for (int i = 0; i < 2; i++) {
    PetscCall(LodCoarseSystemCreate(comm, grid, &system[i]));
    PetscCall(LodSolveCompressed(system[i], operators[i], coefficient, rhs, quiet, solution[i],
                                 &comparison->seconds_operator[i], &comparison->seconds_solve[i]));
    PetscCall(LodCheckOperator(system[i], grid, &comparison->checks[i]));
  }
  PetscCall(LodExactCheckDigits(comm, grid, coefficient, rhs, comparison->lod));
  PetscCall(LodOutOfRange(model, grid, coefficient, &comparison->out_of_range));
  PetscCall(LodSpectralNormDifference(system[0], system[1], &comparison->norm_difference,
                                      &comparison->norm));
  for (int i = 0; i < 2; i++) {
    PetscCall(LodCoarseSystemDestroy(&system[i]));
    PetscCall(LodLocalOperatorsDestroy(&operators[i]));
  }
  PetscFunctionReturn(0);
}

/* One of the reference solutions and its time; takes over its values. */
static PetscErrorCode SolveReference(MPI_Comm comm, LodMethod method, const LodGrid *grid,
                                     const LodCoefficient *coefficient, const double *rhs,
                                     PetscBool quiet, double **values, double *seconds) {
  const LodSolveOptions options = {.quiet = quiet};
  LodSolveResult        result;

  PetscFunctionBeginUser;
  PetscCall(LodMethodSolve(comm, method, grid, coefficient, rhs, &options, &result));
  *values = result.values;
  result.values = NULL;
  *seconds = result.seconds_operator + result.seconds_solve;
  PetscCall(LodSolveResultDestroy(&result));
  PetscFunctionReturn(0);
}

/* Relative L2 errors: of the coarse solutions against the fine one, and of dnn against lod. */
static PetscErrorCode MeasureErrors(const LodGrid *grid, LodComparison *comparison) {
  const double *coarse[3] = {comparison->lod, comparison->dnn, comparison->coarse};
  double       *error[3] = {&comparison->lod_fine, &comparison->dnn_fine, &comparison->coarse_fine};
  double       *interpolated;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(LodNodeCount(grid->dim, grid->fine), &interpolated));
  for (int i = 0; i < 3; i++) {
    PetscCall(LodProlongate(grid->dim, grid->coarse, coarse[i], grid->fine, interpolated));
    PetscCall(LodRelativeL2(grid->dim, grid->fine, interpolated, comparison->fine, error[i]));
  }
  PetscCall(PetscFree(interpolated));
  PetscCall(LodRelativeL2(grid->dim, grid->coarse, comparison->dnn, comparison->lod,
                          &comparison->dnn_lod));
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

PetscErrorCode LodCompare(MPI_Comm comm, const LodGrid *grid, const LodCoefficient *coefficient,
                          LodModel *model, const char *rhs, PetscBool quiet,
                          LodComparison *comparison) {
  double *load;

  PetscFunctionBeginUser;
  *comparison = (LodComparison){.average = model->average};
  for (int i = 0; i < 2; i++)
    PetscCall(LodSolveForesee(comm, grid,
                              &(LodSolveWork){.method = i ? LOD_METHOD_FINE : LOD_METHOD_LOD,
                                              .coefficients = 1,
                                              .n_rhs = 3,
                                              .quiet = quiet}));
  PetscCall(PetscMalloc1(LodNodeCount(grid->dim, grid->fine), &load));
  PetscErrorCode error = LodRightHandSide(grid, rhs, load);
  PetscCall(LodErrorAgree(comm, error));
  PetscCall(PetscCalloc1(LodNodeCount(grid->dim, grid->coarse), &comparison->lod));
  PetscCall(PetscCalloc1(LodNodeCount(grid->dim, grid->coarse), &comparison->dnn));
  PetscCall(CompareOperators(comm, grid, coefficient, model, load, quiet, comparison));
  PetscCall(SolveReference(comm, LOD_METHOD_COARSE, grid, coefficient, load, quiet,
                           &comparison->coarse, &comparison->seconds_coarse));
  PetscCall(SolveReference(comm, LOD_METHOD_FINE, grid, coefficient, load, quiet, &comparison->fine,
                           &comparison->seconds_fine));
  PetscCall(PetscFree(load));
  PetscCall(MeasureErrors(grid, comparison));
  PetscCall(CheckFindings(comparison));
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
