/* Kernel, symmetry, coercivity, range. */
#include "compare/checks.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "fem/q1_system.h"
#include "system/spectrum.h"

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
  PetscCall(LodCoefficientOfOnes(grid->dim, grid->coarse, &one));
  PetscErrorCode error = LodQ1CoarseStiffness(comm, &plain, &one, stiffness);
  PetscCall(LodCoefficientDestroy(&one));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodChecksCompute(LodCoarseSystem *system, const LodGrid *grid, LodChecks *checks) {
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
             "the symmetry defect of the operator is %.6g / %.6g", gap, norm);
  PetscCall(MatAXPY(transposed, 1, matrix, SAME_NONZERO_PATTERN));
  PetscCall(MatScale(transposed, 0.5)); /* the symmetric part */
  PetscCall(PlainStiffness(comm, grid, &stiffness));
  PetscCall(LodSmallestEigenvalue(transposed, stiffness, &checks->coercivity));
  checks->coercivity = ldexp(checks->coercivity, exponent);
  PetscCall(MatDestroy(&stiffness));
  PetscCall(MatDestroy(&transposed));
  PetscFunctionReturn(0);
}

PetscErrorCode LodModelOutOfRange(const LodModel *model, const LodGrid *grid,
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
