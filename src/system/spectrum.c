/* Extreme singular values and eigenvalues of coarse matrices. */
#include "system/spectrum.h"

#include <math.h>
#include <slepceps.h>

#include "base/random.h"

/* Residuals relative to the value: it is off by their square over the gap to the next one, and
   never by more than this. */
#define TOLERANCE 1e-6

/* Basis of the Krylov spaces, and how often they are restarted at most. */
#define MOST_VECTORS 64
#define MOST_RESTARTS 15

/* Ends SLEPc along with PETSc, unless a host has. */
static PetscErrorCode EndSlepc(void) {
  return SlepcInitializeCalled ? SlepcFinalize() : 0;
}

/* Starts SLEPc, unless a host has: only here, since programs that need no spectrum start faster
   without it. */
static PetscErrorCode BeginSlepc(void) {
  PetscFunctionBeginUser;
  if (SlepcInitializeCalled) PetscFunctionReturn(0);
  PetscCall(SlepcInitializeNoArguments());
  PetscCall(PetscRegisterFinalize(EndSlepc));
  PetscFunctionReturn(0);
}

/* A new vector to start with, scattered and the same on any number of ranks. */
static PetscErrorCode StartVector(Mat matrix, Vec *start) {
  PetscInt first, last;
  PetscFunctionBeginUser;
  PetscCall(MatCreateVecs(matrix, start, NULL));
  PetscCall(VecGetOwnershipRange(*start, &first, &last));
  for (PetscInt i = first; i < last; i++)
    PetscCall(VecSetValue(*start, i, LodRandomUniform(1, 1, (uint64_t)i) - 0.5, INSERT_VALUES));
  PetscCall(VecAssemblyBegin(*start));
  PetscCall(VecAssemblyEnd(*start));
  PetscFunctionReturn(0);
}

/* The residual of an eigenvalue relative to it; 0 at the last restart, so that the estimate at
   hand, which is one from within the spectrum, is taken where values lie too close together. */
static PetscErrorCode Residual(EPS eps, PetscScalar value, PetscScalar imaginary,
                               PetscReal residual, PetscReal *error, void *context) {
  PetscInt restarts;
  PetscFunctionBeginUser;
  (void)imaginary, (void)context;
  PetscCall(EPSGetIterationNumber(eps, &restarts));
  *error = restarts < MOST_RESTARTS ? residual / PetscAbsReal(value) : 0;
  PetscFunctionReturn(0);
}

/* The largest or smallest c with matrix v = c stiffness v for some v, both symmetric, the second
   positive definite or, NULL, the identity. Options with prefix -check_ lie on top. */
static PetscErrorCode ExtremeEigenvalue(Mat matrix, Mat stiffness, EPSWhich which, double *value) {
  EPS      eps;
  Vec      start;
  PetscInt n;
  PetscFunctionBeginUser;
  PetscCall(BeginSlepc());
  PetscCall(MatGetSize(matrix, &n, NULL));
  PetscCall(StartVector(matrix, &start));
  PetscCall(EPSCreate(PetscObjectComm((PetscObject)matrix), &eps));
  PetscCall(EPSSetOperators(eps, matrix, stiffness));
  PetscCall(EPSSetProblemType(eps, stiffness ? EPS_GHEP : EPS_HEP));
  PetscCall(EPSSetWhichEigenpairs(eps, which));
  PetscCall(EPSSetDimensions(eps, 1, PetscMin(n, MOST_VECTORS), PETSC_DEFAULT));
  PetscCall(EPSSetTolerances(eps, TOLERANCE, MOST_RESTARTS));
  PetscCall(EPSSetConvergenceTestFunction(eps, Residual, NULL, NULL));
  PetscCall(EPSSetInitialSpace(eps, 1, &start));
  PetscCall(EPSSetOptionsPrefix(eps, "check_"));
  PetscCall(EPSSetFromOptions(eps));
  PetscCall(EPSSolve(eps));
  PetscCall(EPSGetEigenvalue(eps, 0, value, NULL));
  PetscCall(EPSDestroy(&eps));
  PetscCall(VecDestroy(&start));
  PetscFunctionReturn(0);
}

/* |matrix|_2. */
static PetscErrorCode SpectralNorm(Mat matrix, double *norm) {
  Mat normal; /* its transpose times itself */
  PetscFunctionBeginUser;
  PetscCall(MatNorm(matrix, NORM_FROBENIUS, norm));
  if (*norm == 0 || !isfinite(*norm)) PetscFunctionReturn(0);
  PetscCall(MatCreateNormal(matrix, &normal));
  PetscCall(ExtremeEigenvalue(normal, NULL, EPS_LARGEST_REAL, norm));
  PetscCall(MatDestroy(&normal));
  *norm = sqrt(*norm);
  PetscFunctionReturn(0);
}

PetscErrorCode LodMatrixNormDifference(Mat matrix, Mat other, double *difference, double *norm) {
  Mat gap;
  PetscFunctionBeginUser;
  PetscCall(MatDuplicate(matrix, MAT_COPY_VALUES, &gap));
  PetscCall(MatAXPY(gap, -1, other, SAME_NONZERO_PATTERN));
  PetscCall(SpectralNorm(gap, difference));
  PetscCall(SpectralNorm(matrix, norm));
  PetscCall(MatDestroy(&gap));
  PetscFunctionReturn(0);
}

PetscErrorCode LodSpectralNormDifference(LodCoarseSystem *system, LodCoarseSystem *other,
                                         double *difference, double *norm) {
  Mat matrix, other_matrix, scaled;
  int exponent, other_exponent;
  PetscFunctionBeginUser;
  PetscCall(LodCoarseSystemMatrix(system, &matrix, &exponent));
  PetscCall(LodCoarseSystemMatrix(other, &other_matrix, &other_exponent));
  PetscCall(MatDuplicate(other_matrix, MAT_COPY_VALUES, &scaled));
  PetscCall(MatScale(scaled, ldexp(1, other_exponent - exponent)));
  PetscCall(LodMatrixNormDifference(matrix, scaled, difference, norm));
  PetscCall(MatDestroy(&scaled));
  *difference = ldexp(*difference, exponent);
  *norm = ldexp(*norm, exponent);
  PetscFunctionReturn(0);
}

PetscErrorCode LodSmallestEigenvalue(Mat part, Mat stiffness, double *smallest) {
  PetscInt n;
  PetscFunctionBeginUser;
  *smallest = HUGE_VAL;
  PetscCall(MatGetSize(part, &n, NULL));
  if (n > 0) PetscCall(ExtremeEigenvalue(part, stiffness, EPS_SMALLEST_REAL, smallest));
  PetscFunctionReturn(0);
}
