/* The coefficient in memory, and its restriction R_T to the patch of a coarse cell. */
#include "grid/coefficient.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"

PetscErrorCode LodCoefficientCreateTensor(PetscInt dim, const PetscInt cells[], PetscInt components,
                                          LodCoefficient *coefficient) {
  double   count = 1;
  PetscInt least = 1;
  char     text[LOD_CELLS_TEXT];
  PetscFunctionBeginUser;
  *coefficient = (LodCoefficient){0};
  PetscCheck(dim >= 1 && dim <= LOD_MAX_DIM, PETSC_COMM_SELF, PETSC_ERR_ARG_OUTOFRANGE,
             "a coefficient has 1 to 3 axes, not %" PetscInt_FMT, dim);
  PetscCheck(components == 1 || components == dim || components == dim * (dim + 1) / 2,
             PETSC_COMM_SELF, PETSC_ERR_ARG_OUTOFRANGE,
             "a tensor in %" PetscInt_FMT " dimensions has not %" PetscInt_FMT " components", dim,
             components);
  for (PetscInt axis = 0; axis < dim; axis++) {
    least = PetscMin(least, cells[axis]);
    count *= (double)cells[axis];
  }
  LodCheckInput(least >= 1 && count < (double)PETSC_MAX_INT,
                "a coefficient of %s cells %s%" PetscInt_FMT
                " axes is impossible: the number of cells must be at least 1 and fit an index",
                LodCellsText(dim, cells, text),
                LodCellsAreCube(dim, cells) ? "along each of " : "on ", dim);
  PetscCall(LodMemoryCheck(count * (double)components * sizeof(double), "coefficient",
                           "choose fewer cells"));
  PetscCall(PetscCalloc1((size_t)count * (size_t)components, &coefficient->values));
  coefficient->dim = dim;
  coefficient->components = components;
  for (PetscInt axis = 0; axis < LOD_MAX_DIM; axis++)
    coefficient->cells[axis] = axis < dim ? cells[axis] : 1;
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoefficientCreate(PetscInt dim, const PetscInt cells[],
                                    LodCoefficient *coefficient) {
  PetscFunctionBeginUser;
  PetscCall(LodCoefficientCreateTensor(dim, cells, 1, coefficient));
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoefficientOfOnes(PetscInt dim, const PetscInt cells[],
                                    LodCoefficient *coefficient) {
  PetscFunctionBeginUser;
  PetscCall(LodCoefficientCreate(dim, cells, coefficient));
  for (size_t i = 0; i < LodCoefficientCount(coefficient); i++)
    coefficient->values[i] = 1;
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoefficientDestroy(LodCoefficient *coefficient) {
  PetscFunctionBeginUser;
  if (!coefficient) PetscFunctionReturn(0);
  PetscCall(PetscFree(coefficient->values));
  PetscCall(PetscFree(coefficient->reaction));
  PetscCall(PetscFree(coefficient->mask));
  for (PetscInt axis = 0; axis < LOD_MAX_DIM; axis++)
    for (int side = 0; side < 2; side++)
      PetscCall(PetscFree(coefficient->robin[axis][side]));
  memset(coefficient, 0, sizeof *coefficient);
  PetscFunctionReturn(0);
}

LodBox LodCoefficientFaceBox(const LodCoefficient *coefficient, PetscInt axis, PetscInt side) {
  LodBox box = LodBoxCells(coefficient->dim, coefficient->cells);
  box.first[axis] = side ? coefficient->cells[axis] - 1 : 0;
  box.size[axis] = 1;
  return box;
}

/* Fills the copies of the arrays of a coefficient; `copy` has its A only. */
static PetscErrorCode CopyArrays(const LodCoefficient *from, LodCoefficient *copy) {
  const size_t n_cells = (size_t)LodCoefficientCells(from);
  PetscFunctionBeginUser;
  PetscCall(PetscArraycpy(copy->values, from->values, LodCoefficientCount(from)));
  if (from->reaction) {
    PetscCall(PetscMalloc1(n_cells, &copy->reaction));
    PetscCall(PetscArraycpy(copy->reaction, from->reaction, n_cells));
  }
  if (from->mask) {
    PetscCall(PetscMalloc1(n_cells, &copy->mask));
    PetscCall(PetscArraycpy(copy->mask, from->mask, n_cells));
  }
  for (PetscInt axis = 0; axis < from->dim; axis++)
    for (int side = 0; side < 2; side++) {
      const LodBox face = LodCoefficientFaceBox(from, axis, side);
      const size_t count = (size_t)LodBoxCount(&face);
      if (!from->robin[axis][side]) continue;
      PetscCall(PetscMalloc1(count, &copy->robin[axis][side]));
      PetscCall(PetscArraycpy(copy->robin[axis][side], from->robin[axis][side], count));
    }
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoefficientCopy(const LodCoefficient *coefficient, LodCoefficient *copy) {
  PetscFunctionBeginUser;
  PetscCall(LodCoefficientCreateTensor(coefficient->dim, coefficient->cells,
                                       coefficient->components, copy));
  copy->dirichlet_walls = coefficient->dirichlet_walls;
  PetscErrorCode error = CopyArrays(coefficient, copy);
  if (error) PetscCall(LodCoefficientDestroy(copy));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* values[] times a factor; NULL is accepted. */
static void Scale(size_t count, double factor, double *values) {
  for (size_t i = 0; values && i < count; i++)
    values[i] *= factor;
}

void LodCoefficientScale(LodCoefficient *coefficient, double factor) {
  Scale(LodCoefficientCount(coefficient), factor, coefficient->values);
  Scale((size_t)LodCoefficientCells(coefficient), factor, coefficient->reaction);
  for (PetscInt axis = 0; axis < coefficient->dim; axis++)
    for (int side = 0; side < 2; side++) {
      const LodBox face = LodCoefficientFaceBox(coefficient, axis, side);
      Scale((size_t)LodBoxCount(&face), factor, coefficient->robin[axis][side]);
    }
}

void LodCoefficientTensor(const LodCoefficient *coefficient, PetscInt position,
                          double tensor[LOD_MAX_DIM][LOD_MAX_DIM]) {
  const PetscInt dim = coefficient->dim, n = coefficient->components;
  const double  *values = coefficient->values + (size_t)position * (size_t)n;
  for (PetscInt p = 0; p < dim; p++)
    for (PetscInt q = p; q < dim; q++)
      tensor[p][q] = tensor[q][p] = n == 1 || n == dim ? (p == q ? values[n == 1 ? 0 : p] : 0)
                                                       : values[LodTensorComponent(dim, p, q)];
}

void LodCoefficientMeans(const LodCoefficient *coefficient, double *means) {
  const PetscInt dim = coefficient->dim;
  for (PetscInt i = 0; i < LodCoefficientCells(coefficient); i++) {
    double tensor[LOD_MAX_DIM][LOD_MAX_DIM], trace = 0;
    if (coefficient->components == 1) {
      means[i] = coefficient->values[i];
      continue;
    }
    LodCoefficientTensor(coefficient, i, tensor);
    for (PetscInt axis = 0; axis < dim; axis++)
      trace += tensor[axis][axis];
    means[i] = trace / (double)dim;
  }
}

PetscBool LodCoefficientHasRobin(const LodCoefficient *coefficient) {
  for (PetscInt axis = 0; axis < coefficient->dim; axis++)
    if (coefficient->robin[axis][0] || coefficient->robin[axis][1]) return PETSC_TRUE;
  return PETSC_FALSE;
}

PetscBool LodCoefficientIsPlain(const LodCoefficient *coefficient) {
  return (PetscBool)(coefficient->components == 1 && !coefficient->reaction && !coefficient->mask &&
                     !LodCoefficientHasRobin(coefficient));
}

PetscErrorCode LodCoefficientCheckPlain(const LodCoefficient *coefficient, const char *who,
                                        const char *where) {
  PetscFunctionBeginUser;
  LodCheckInput(LodCoefficientIsPlain(coefficient),
                "%s: takes a number A per cell; %s has %s: use lod", who, where,
                coefficient->components > 1 ? "tensors"
                : coefficient->reaction     ? "a reaction c"
                : coefficient->mask         ? "a mask"
                                            : "Robin faces");
  PetscFunctionReturn(0);
}

const char *LodCoefficientKind(const LodCoefficient *coefficient) {
  return coefficient->components == 1                  ? "a number"
         : coefficient->components == coefficient->dim ? "diagonal"
                                                       : "symmetric";
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
  PetscCheck(coefficient->components == 1, PETSC_COMM_SELF, PETSC_ERR_ARG_WRONG,
             "the values of a patch are numbers, A is %s", LodCoefficientKind(coefficient));
  LodPatchGather(grid, cell, coefficient->values, NULL, values);
  PetscFunctionReturn(0);
}

/* Whether some of the numbers, if there are any, is not 0. */
static PetscBool AreSomeNotZero(PetscInt count, const double *values) {
  for (PetscInt i = 0; i < count && values; i++)
    if (values[i] != 0) return PETSC_TRUE;
  return PETSC_FALSE;
}

PetscBool LodConstantsAreFree(const LodGrid *grid, const LodCoefficient *coefficient) {
  if (coefficient->mask && coefficient->dirichlet_walls) return PETSC_FALSE;
  if (AreSomeNotZero(LodCoefficientCells(coefficient), coefficient->reaction)) return PETSC_FALSE;
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    for (PetscInt side = 0; side < 2; side++) {
      const LodBox face = LodCoefficientFaceBox(coefficient, axis, side);
      if (!grid->natural[axis][side] ||
          AreSomeNotZero(LodBoxCount(&face), coefficient->robin[axis][side]))
        return PETSC_FALSE;
    }
  return PETSC_TRUE;
}
