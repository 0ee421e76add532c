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

/* Shifts below the spectrum that are tried, in units of the quotient of the matrices' norms. */
#define FIRST_SHIFT 1e-8
#define SHIFT_GROWTH 8
#define MOST_SHIFTS 40

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

/* The residual of an eigenvalue of the operator that is iterated with relative to it: of the matrix
   or, with a shift as context, of its inverse after the shift. 0 at the last restart, so that the
   estimate at hand, which is one from within the spectrum, is taken where values lie too close
   together. */
static PetscErrorCode Residual(EPS eps, PetscScalar value, PetscScalar imaginary,
                               PetscReal residual, PetscReal *error, void *context) {
  const double *shift = context;
  PetscInt      restarts;
  PetscFunctionBeginUser;
  (void)imaginary;
  PetscCall(EPSGetIterationNumber(eps, &restarts));
  *error = shift ? residual * PetscAbsReal(value - *shift) : residual / PetscAbsReal(value);
  if (restarts >= MOST_RESTARTS) *error = 0;
  PetscFunctionReturn(0);
}

/* A new solver for one eigenvalue of matrix v = c stiffness v, both symmetric, the second positive
   definite or, NULL, the identity; `shift` is that of Residual. */
static PetscErrorCode CreateSolver(Mat matrix, Mat stiffness, double *shift, EPS *eps) {
  PetscInt n;
  PetscFunctionBeginUser;
  PetscCall(BeginSlepc());
  PetscCall(MatGetSize(matrix, &n, NULL));
  PetscCall(EPSCreate(PetscObjectComm((PetscObject)matrix), eps));
  PetscCall(EPSSetOperators(*eps, matrix, stiffness));
  PetscCall(EPSSetProblemType(*eps, stiffness ? EPS_GHEP : EPS_HEP));
  PetscCall(EPSSetDimensions(*eps, 1, PetscMin(n, MOST_VECTORS), PETSC_DEFAULT));
  PetscCall(EPSSetTolerances(*eps, TOLERANCE, MOST_RESTARTS));
  PetscCall(EPSSetConvergenceTestFunction(*eps, Residual, shift, NULL));
  PetscCall(EPSSetOptionsPrefix(*eps, "check_"));
  PetscFunctionReturn(0);
}

/* Its eigenvalue; destroys it. Options with prefix -check_ lie on top. */
static PetscErrorCode SolveAndDestroy(EPS *eps, double *value) {
  Mat matrix;
  Vec start;
  PetscFunctionBeginUser;
  PetscCall(EPSGetOperators(*eps, &matrix, NULL));
  PetscCall(StartVector(matrix, &start));
  PetscCall(EPSSetInitialSpace(*eps, 1, &start));
  PetscCall(EPSSetFromOptions(*eps));
  PetscCall(EPSSolve(*eps));
  PetscCall(EPSGetEigenvalue(*eps, 0, value, NULL));
  PetscCall(EPSDestroy(eps));
  PetscCall(VecDestroy(&start));
  PetscFunctionReturn(0);
}

/* |matrix|_2. */
static PetscErrorCode SpectralNorm(Mat matrix, double *norm) {
  Mat normal; /* its transpose times itself */
  EPS eps;
  PetscFunctionBeginUser;
  PetscCall(MatNorm(matrix, NORM_FROBENIUS, norm));
  if (*norm == 0 || !isfinite(*norm)) PetscFunctionReturn(0);
  PetscCall(MatCreateNormal(matrix, &normal));
  PetscCall(CreateSolver(normal, NULL, NULL, &eps));
  PetscCall(EPSSetWhichEigenpairs(eps, EPS_LARGEST_REAL));
  PetscCall(SolveAndDestroy(&eps, norm));
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

PetscErrorCode LodCoarseSystemNormDifference(LodCoarseSystem *system, LodCoarseSystem *other,
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

/* A new solver that finds the eigenvalue next to the shift by the inverse after it, and whether
   part - shift stiffness is positive definite, by the signs in its factorisation. */
static PetscErrorCode CreateInverse(Mat part, Mat stiffness, double *shift, EPS *eps,
                                    PetscBool *definite) {
  ST       st;
  KSP      ksp;
  PC       pc;
  Mat      factor;
  PetscInt negative;
  PetscFunctionBeginUser;
  PetscCall(CreateSolver(part, stiffness, shift, eps));
  PetscCall(EPSSetWhichEigenpairs(*eps, EPS_TARGET_MAGNITUDE));
  PetscCall(EPSSetTarget(*eps, *shift));
  PetscCall(EPSGetST(*eps, &st));
  PetscCall(STSetType(st, STSINVERT));
  PetscCall(STGetKSP(st, &ksp));
  PetscCall(KSPSetType(ksp, KSPPREONLY));
  PetscCall(KSPGetPC(ksp, &pc));
  PetscCall(PCSetType(pc, PCCHOLESKY));
  PetscCall(PCFactorSetMatSolverType(pc, MATSOLVERMUMPS));
  PetscCall(EPSSetUp(*eps));
  PetscCall(PCFactorGetMatrix(pc, &factor));
  PetscCall(MatGetInertia(factor, &negative, NULL, NULL));
  *definite = (PetscBool)(negative == 0);
  PetscFunctionReturn(0);
}

/* LodSmallestEigenvalue on one rank. High contrast spreads the spectrum over as many magnitudes,
   and the smallest value lies at its dense end: the inverse tells it from the others. A shift is
   below the spectrum if what it leaves is positive definite: one just below 0 for what is coercive,
   else a lower one. */
static PetscErrorCode SmallestOfOwn(Mat part, Mat stiffness, double *smallest) {
  EPS       eps;
  double    size, stiffness_size;
  PetscBool definite;
  PetscFunctionBeginUser;
  PetscCall(MatNorm(part, NORM_INFINITY, &size));
  PetscCall(MatNorm(stiffness, NORM_INFINITY, &stiffness_size));
  *smallest = 0;
  if (size == 0) PetscFunctionReturn(0);
  double shift = -FIRST_SHIFT * size / stiffness_size;
  PetscCall(CreateInverse(part, stiffness, &shift, &eps, &definite));
  for (int step = 1; step < MOST_SHIFTS && !definite; step++) {
    shift *= SHIFT_GROWTH;
    PetscCall(EPSDestroy(&eps));
    PetscCall(CreateInverse(part, stiffness, &shift, &eps, &definite));
  }
  PetscCheck(definite, PETSC_COMM_SELF, PETSC_ERR_FP, "no bound below the spectrum was found");
  PetscCall(SolveAndDestroy(&eps, smallest));
  PetscFunctionReturn(0);
}

PetscErrorCode LodSmallestEigenvalue(Mat part, Mat stiffness, double *smallest) {
  PetscMPIInt n_ranks;
  PetscInt    n;
  Mat         own, own_stiffness;
  PetscFunctionBeginUser;
  *smallest = HUGE_VAL;
  PetscCall(MatGetSize(part, &n, NULL));
  if (n == 0) PetscFunctionReturn(0);
  PetscCallMPI(MPI_Comm_size(PetscObjectComm((PetscObject)part), &n_ranks));
  PetscCall(MatCreateRedundantMatrix(part, n_ranks, PETSC_COMM_SELF, MAT_INITIAL_MATRIX, &own));
  PetscCall(MatCreateRedundantMatrix(stiffness, n_ranks, PETSC_COMM_SELF, MAT_INITIAL_MATRIX,
                                     &own_stiffness));
  PetscCall(SmallestOfOwn(own, own_stiffness, smallest));
  PetscCall(MatDestroy(&own));
  PetscCall(MatDestroy(&own_stiffness));
  PetscFunctionReturn(0);
}
