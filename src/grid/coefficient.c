/* The coefficient in memory, and its restriction R_T to the patch of a coarse cell. */
#include "grid/coefficient.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

PetscErrorCode LodCoefficientCreate(PetscInt dim, const PetscInt cells[],
                                    LodCoefficient *coefficient) {
  double   count = 1;
  PetscInt least = 1;
  char     text[LOD_CELLS_TEXT];
  PetscFunctionBeginUser;
  *coefficient = (LodCoefficient){0};
  PetscCheck(dim >= 1 && dim <= LOD_MAX_DIM, PETSC_COMM_SELF, PETSC_ERR_ARG_OUTOFRANGE,
             "a coefficient has 1 to 3 axes, not %" PetscInt_FMT, dim);
  for (PetscInt axis = 0; axis < dim; axis++) {
    least = PetscMin(least, cells[axis]);
    count *= (double)cells[axis];
  }
  LodCheckInput(least >= 1 && count < (double)PETSC_MAX_INT,
                "a coefficient of %s cells %s%" PetscInt_FMT
                " axes is impossible: the number of cells must be at least 1 and fit an index",
                LodCellsText(dim, cells, text),
                LodCellsAreCube(dim, cells) ? "along each of " : "on ", dim);
  PetscCall(LodMemoryCheck(count * sizeof(double), "coefficient", "choose fewer cells"));
  PetscCall(PetscCalloc1((size_t)count, &coefficient->values));
  coefficient->dim = dim;
  for (PetscInt axis = 0; axis < LOD_MAX_DIM; axis++)
    coefficient->cells[axis] = axis < dim ? cells[axis] : 1;
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoefficientOfOnes(PetscInt dim, const PetscInt cells[],
                                    LodCoefficient *coefficient) {
  PetscFunctionBeginUser;
  PetscCall(LodCoefficientCreate(dim, cells, coefficient));
  for (PetscInt i = 0; i < LodCoefficientCount(coefficient); i++)
    coefficient->values[i] = 1;
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoefficientDestroy(LodCoefficient *coefficient) {
  PetscFunctionBeginUser;
  if (coefficient) {
    PetscCall(PetscFree(coefficient->values));
    memset(coefficient, 0, sizeof *coefficient);
  }
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoefficientRange(const LodCoefficient *coefficient, double *smallest,
                                   double *largest) {
  const size_t  count = (size_t)LodCoefficientCount(coefficient);
  const double *values = coefficient->values;
  double        least = values[0], most = values[0], spoilt = 0; /* 0 times what is not finite */

  PetscFunctionBeginUser;
#pragma omp simd reduction(min : least) reduction(max : most) reduction(+ : spoilt)
  for (size_t i = 0; i < count; i++) {
    least = values[i] < least ? values[i] : least;
    most = values[i] > most ? values[i] : most;
    spoilt += 0 * values[i];
  }
  *smallest = least + spoilt;
  *largest = most + spoilt;
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoefficientValidate(const LodCoefficient *coefficient, const char *where) {
  PetscInt count = LodCoefficientCount(coefficient);
  PetscInt index[LOD_MAX_DIM];
  char     cell[64] = "";
  size_t   used = 0;

  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < count; i++) {
    double value = coefficient->values[i];
    if (isfinite(value) && value > 0) continue;
    LodBox box = LodBoxCells(coefficient->dim, coefficient->cells);
    LodBoxIndex(&box, i, index);
    for (PetscInt axis = coefficient->dim - 1; axis >= 0; axis--)
      used += (size_t)snprintf(cell + used, sizeof cell - used, "[%d]", (int)index[axis]);
    LodInputError("%s: cell %s is %.9g; every value must be finite and greater than 0", where, cell,
                  value);
  }
  PetscFunctionReturn(0);
}

void LodPatchGather(const LodGrid *grid, PetscInt cell, const double *wide, const float *narrow,
                    float *values) {
  const LodBox all = LodBoxCells(grid->dim, grid->coefficient);
  LodBox       patch = LodGridUncutPatchBox(grid, cell);
  PetscInt     index[LOD_MAX_DIM];

  for (PetscInt axis = 0; axis < grid->dim; axis++) {
    patch.first[axis] *= LodGridCoefficientRatio(grid, axis);
    patch.size[axis] *= LodGridCoefficientRatio(grid, axis);
  }
  /* A row of the patch runs along x and lies inside D for x in [begin, end). */
  const PetscInt length = patch.size[0], rows = LodBoxCount(&patch) / length;
  const PetscInt begin = PetscMax(0, -patch.first[0]);
  const PetscInt end = PetscMin(length, grid->coefficient[0] - patch.first[0]);
  memset(values, 0, (size_t)(rows * length) * sizeof *values);
  for (PetscInt row = 0; row < rows; row++) {
    LodBoxIndex(&patch, row * length, index);
    index[0] += begin;
    const PetscInt source = LodBoxPosition(&all, index);
    float         *target = values + row * length;
    if (source < 0) continue;
    if (narrow)
      memcpy(target + begin, narrow + source, (size_t)(end - begin) * sizeof *values);
    else
      for (PetscInt i = begin; i < end; i++)
        target[i] = (float)wide[source + i - begin];
  }
}

PetscErrorCode LodCoefficientCheckFits(const LodCoefficient *coefficient, const LodGrid *grid) {
  char has[LOD_CELLS_TEXT], wants[LOD_CELLS_TEXT];
  PetscFunctionBeginUser;
  PetscCheck(coefficient->dim == grid->dim &&
                 LodCellsEqual(grid->dim, coefficient->cells, grid->coefficient),
             PETSC_COMM_SELF, PETSC_ERR_ARG_SIZ,
             "the coefficient has %s cells per axis in %" PetscInt_FMT
             " dimensions, the mesh wants %s in %" PetscInt_FMT,
             LodCellsText(coefficient->dim, coefficient->cells, has), coefficient->dim,
             LodCellsText(grid->dim, grid->coefficient, wants), grid->dim);
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoefficientRestrict(const LodCoefficient *coefficient, const LodGrid *grid,
                                      PetscInt cell, float *values) {
  PetscFunctionBeginUser;
  PetscCall(LodCoefficientCheckFits(coefficient, grid));
  PetscCheck(cell >= 0 && cell < LodGridCells(grid), PETSC_COMM_SELF, PETSC_ERR_ARG_OUTOFRANGE,
             "coarse cell %" PetscInt_FMT " does not exist", cell);
  LodPatchGather(grid, cell, coefficient->values, NULL, values);
  PetscFunctionReturn(0);
}
