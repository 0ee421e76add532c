/* Kernel, symmetry, coercivity, range. */
#include "compare/checks.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/random.h"
#include "fem/q1_system.h"

/* Steps of Lanczos' method; the smallest value is found to several digits in far fewer. */
#define MOST_STEPS 400

/* kernel_residual; operators of a system are finite, hence fmax loses nothing. */
static PetscErrorCode KernelResidual(MPI_Comm comm, LodCoarseSystem *system, const LodGrid *grid,
                                     double *residual) {
  const PetscInt corners = LodGridCorners(grid), size = LodGridOperatorSize(grid);
  PetscInt       first, last;
  const double  *operators;
  double         worst = 0;
  PetscFunctionBeginUser;
  PetscCall(LodCoarseSystemOperators(system, &first, &last, &operators));
  for (PetscInt cell = 0; cell < last - first; cell++, operators += size) {
    double column[LOD_MAX_CORNERS] = {0}, largest = DBL_MIN, sum = 0;
    for (PetscInt z = 0; z < size; z += corners) {
      double row = 0;
      for (PetscInt j = 0; j < corners; j++) {
        row += operators[z + j];
        column[j] += operators[z + j];
        largest = fmax(largest, fabs(operators[z + j]));
      }
      sum = fmax(sum, fabs(row));
    }
    for (PetscInt j = 0; j < corners; j++)
      sum = fmax(sum, fabs(column[j]));
    worst = fmax(worst, sum / largest);
  }
  PetscCallMPI(MPI_Allreduce(&worst, residual, 1, MPI_DOUBLE, MPI_MAX, comm));
  PetscFunctionReturn(0);
}

/* The stiffness of A = 1. */
static PetscErrorCode PlainStiffness(MPI_Comm comm, const LodGrid *grid, Mat *stiffness) {
  LodGrid        plain = *grid;
  LodCoefficient one;
  PetscFunctionBeginUser;
  PetscCall(PetscArraycpy(plain.coefficient, grid->coarse, LOD_MAX_DIM));
  PetscCall(LodCoefficientCreate(grid->dim, grid->coarse, &one));
  for (PetscInt i = 0; i < LodGridCells(grid); i++)
    one.values[i] = 1;
  PetscErrorCode error = LodCoarseStiffness(comm, &plain, &one, stiffness);
  PetscCall(LodCoefficientDestroy(&one));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Conjugate gradients for `part`, set up to keep Lanczos' matrix; options with prefix -check_. */
static PetscErrorCode CreateLanczos(Mat part, Mat stiffness, KSP *lanczos) {
  MPI_Comm    comm = PetscObjectComm((PetscObject)part);
  PetscMPIInt n_ranks;
  PC          preconditioner;
  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_size(comm, &n_ranks));
  PetscCall(KSPCreate(comm, lanczos));
  PetscCall(KSPSetOperators(*lanczos, part, stiffness));
  PetscCall(KSPSetOptionsPrefix(*lanczos, "check_"));
  PetscCall(KSPSetType(*lanczos, KSPCG));
  PetscCall(KSPSetTolerances(*lanczos, 1e-10, PETSC_DEFAULT, PETSC_DEFAULT, MOST_STEPS));
  PetscCall(KSPGetPC(*lanczos, &preconditioner));
  PetscCall(PCSetType(preconditioner, PCCHOLESKY));
  if (n_ranks > 1) PetscCall(PCFactorSetMatSolverType(preconditioner, MATSOLVERMUMPS));
  PetscCall(KSPSetComputeEigenvalues(*lanczos, PETSC_TRUE));
  PetscCall(KSPSetFromOptions(*lanczos));
  PetscFunctionReturn(0);
}

/* Solves with conjugate gradients. Where `part` is not definite they break down, and PETSc's
   Lanczos matrix with them; then `part` is moved up by *shift times the stiffness, far enough. */
static PetscErrorCode SolveShifted(KSP lanczos, Mat part, Mat stiffness, Vec rhs, Vec solution,
                                   double *shift) {
  KSPConvergedReason reason;
  PetscReal          norm, unit;
  PetscFunctionBeginUser;
  PetscCall(MatNorm(part, NORM_FROBENIUS, &norm));
  PetscCall(MatNorm(stiffness, NORM_FROBENIUS, &unit));
  *shift = 0;
  PetscCall(KSPSolve(lanczos, rhs, solution));
  PetscCall(KSPGetConvergedReason(lanczos, &reason));
  while (reason == KSP_DIVERGED_INDEFINITE_MAT && isfinite(*shift) && unit > 0) {
    const double step = *shift > 0 ? 3 * *shift : norm / unit;
    PetscCall(MatAXPY(part, step, stiffness, SUBSET_NONZERO_PATTERN));
    *shift += step;
    PetscCall(KSPSetOperators(lanczos, part, stiffness));
    PetscCall(KSPSolve(lanczos, rhs, solution));
    PetscCall(KSPGetConvergedReason(lanczos, &reason));
  }
  PetscFunctionReturn(0);
}

/* Smallest eigenvalue of part v = c stiffness v, both symmetric, the second positive definite; part
   may be changed. */
static PetscErrorCode SmallestEigenvalue(Mat part, Mat stiffness, double *smallest) {
  KSP       lanczos;
  Vec       rhs, solution;
  PetscInt  first, last, n = 0;
  PetscReal real[MOST_STEPS + 1], imaginary[MOST_STEPS + 1];
  double    shift = 0;
  PetscFunctionBeginUser;
  *smallest = HUGE_VAL;
  PetscCall(MatGetSize(part, &n, NULL));
  if (n == 0) PetscFunctionReturn(0); /* no unknowns: every bound holds */
  PetscCall(CreateLanczos(part, stiffness, &lanczos));
  PetscCall(MatCreateVecs(part, &solution, &rhs));
  PetscCall(VecGetOwnershipRange(rhs, &first, &last));
  for (PetscInt i = first; i < last; i++)
    PetscCall(VecSetValue(rhs, i, LodRandomUniform(1, 1, (uint64_t)i) - 0.5, INSERT_VALUES));
  PetscCall(VecAssemblyBegin(rhs));
  PetscCall(VecAssemblyEnd(rhs));
  PetscCall(SolveShifted(lanczos, part, stiffness, rhs, solution, &shift));
  PetscCall(KSPComputeEigenvalues(lanczos, MOST_STEPS + 1, real, imaginary, &n));
  for (PetscInt i = 0; i < n; i++) /* fmin passes over what is not a number */
    PetscCheck(isfinite(real[i] - shift), PETSC_COMM_SELF, PETSC_ERR_FP,
               "Lanczos' method: an energy of the operator is %g", real[i] - shift);
  for (PetscInt i = 0; i < n; i++)
    *smallest = fmin(*smallest, real[i] - shift);
  PetscCall(VecDestroy(&rhs));
  PetscCall(VecDestroy(&solution));
  PetscCall(KSPDestroy(&lanczos));
  PetscFunctionReturn(0);
}

PetscErrorCode LodCheckOperator(LodCoarseSystem *system, const LodGrid *grid, LodChecks *checks) {
  Mat    matrix, transposed, stiffness;
  double gap, norm;
  int    exponent;
  PetscFunctionBeginUser;
  PetscCall(LodCoarseSystemMatrix(system, &matrix, &exponent));
  MPI_Comm comm = PetscObjectComm((PetscObject)matrix);
  PetscCall(KernelResidual(comm, system, grid, &checks->kernel_residual));
  PetscCall(MatTranspose(matrix, MAT_INITIAL_MATRIX, &transposed));
  PetscCall(LodMatrixNormDifference(matrix, transposed, &gap, &norm));
  checks->symmetry_defect = norm == 0 ? 0 : gap / norm;
  PetscCheck(isfinite(checks->symmetry_defect), comm, PETSC_ERR_FP,
             "the symmetry defect of the operator is %g / %g", gap, norm);
  PetscCall(MatAXPY(transposed, 1, matrix, SAME_NONZERO_PATTERN));
  PetscCall(MatScale(transposed, 0.5)); /* the symmetric part */
  PetscCall(PlainStiffness(comm, grid, &stiffness));
  PetscCall(SmallestEigenvalue(transposed, stiffness, &checks->coercivity));
  checks->coercivity = ldexp(checks->coercivity, exponent);
  PetscCall(MatDestroy(&stiffness));
  PetscCall(MatDestroy(&transposed));
  PetscFunctionReturn(0);
}

PetscErrorCode LodOutOfRange(const LodModel *model, const LodGrid *grid,
                             const LodCoefficient *coefficient, double *fraction) {
  const LodBox all = LodBoxCells(grid->dim, grid->coefficient);
  PetscInt     outside = 0;
  PetscFunctionBeginUser;
  for (PetscInt cell = 0; cell < LodGridCells(grid); cell++) {
    LodBox patch = LodGridPatchBox(grid, cell);
    double smallest = HUGE_VAL, largest = 0;
    for (PetscInt axis = 0; axis < grid->dim; axis++) {
      patch.first[axis] *= LodGridCoefficientRatio(grid, axis);
      patch.size[axis] *= LodGridCoefficientRatio(grid, axis);
    }
    for (PetscInt i = 0; i < LodBoxCount(&patch); i++) {
      PetscInt index[LOD_MAX_DIM];
      LodBoxIndex(&patch, i, index);
      const double value = coefficient->values[LodBoxPosition(&all, index)];
      smallest = PetscMin(smallest, value);
      largest = PetscMax(largest, value);
    }
    outside += !LodModelTakes(model, smallest, largest);
  }
  *fraction = (double)outside / (double)LodGridCells(grid);
  PetscFunctionReturn(0);
}
