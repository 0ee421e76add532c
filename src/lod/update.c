/* Local operators after a local change of the coefficient. */
#include "lod/update.h"

#include <string.h>

#include "base/error.h"
#include "fem/element.h"

/* State of an updating source. */
typedef struct {
  LodLocalOperators    *source;    /* borrowed */
  const LodCoefficient *previous;  /* borrowed */
  const double         *operators; /* borrowed, [cell][z][j] */
  PetscBool            *changed;   /* [cell] */
  PetscInt              count;     /* of changed cells */
} Update;

/* Whether a run of numbers differs; NULL stands for zeros. */
static PetscBool RunDiffers(const double *a, const double *b, PetscInt first, PetscInt count,
                            PetscInt per_cell) {
  const size_t from = (size_t)first * (size_t)per_cell, n = (size_t)count * (size_t)per_cell;
  if (!a && !b) return PETSC_FALSE;
  if (a && b) return (PetscBool)(memcmp(a + from, b + from, n * sizeof *a) != 0);
  for (size_t i = from; i < from + n; i++)
    if ((a ? a : b)[i] != 0) return PETSC_TRUE;
  return PETSC_FALSE;
}

/* Whether the rates of Robin faces of two coefficients differ on a row of coefficient cells from
   index[] along x, of a coarse cell. */
static PetscBool RobinDiffers(const LodCoefficient *a, const LodCoefficient *b,
                              const PetscInt index[LOD_MAX_DIM], PetscInt count) {
  for (PetscInt axis = 0; axis < a->dim; axis++)
    for (PetscInt side = 0; side < 2; side++) {
      const LodBox face = LodCoefficientFaceBox(a, axis, side);
      PetscInt     at[LOD_MAX_DIM] = {index[0], index[1], index[2]}, length = count;
      if (axis == 0) { /* the row meets the face in one cell */
        if (face.first[0] < at[0] || face.first[0] >= at[0] + count) continue;
        at[0] = face.first[0];
        length = 1;
      }
      const PetscInt first = LodBoxPosition(&face, at);
      if (first >= 0 && RunDiffers(a->robin[axis][side], b->robin[axis][side], first, length, 1))
        return PETSC_TRUE;
    }
  return PETSC_FALSE;
}

/* Whether two coefficients differ on a coarse cell. */
static PetscBool DiffersOn(const LodGrid *grid, PetscInt cell, const LodCoefficient *a,
                           const LodCoefficient *b) {
  const LodBox mesh = LodBoxCells(grid->dim, grid->coarse);
  const LodBox all = LodBoxCells(grid->dim, grid->coefficient);
  LodBox       inside = LodCellInside(grid);
  PetscInt     index[LOD_MAX_DIM];
  if (a->components != b->components) return PETSC_TRUE;
  LodBoxIndex(&mesh, cell, index);
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    inside.first[axis] = index[axis] * inside.size[axis];
  for (PetscInt row = 0; row < LodBoxCount(&inside); row += inside.size[0]) {
    LodBoxIndex(&inside, row, index);
    const PetscInt first = LodBoxPosition(&all, index);
    if (RunDiffers(a->values, b->values, first, inside.size[0], a->components) ||
        RunDiffers(a->reaction, b->reaction, first, inside.size[0], 1) ||
        RobinDiffers(a, b, index, inside.size[0]))
      return PETSC_TRUE;
  }
  return PETSC_FALSE;
}

/* changed[cell] of all coarse cells: whether the patch N^l(T) holds a number, of A, c or
   a Robin rate, in which two coefficients differ, by however little; *count of them. Both
   coefficients must fit the grid. */
static PetscErrorCode FindChangedCells(const LodGrid *grid, const LodCoefficient *previous,
                                       const LodCoefficient *coefficient, PetscBool *changed,
                                       PetscInt *count) {
  const LodBox mesh = LodBoxCells(grid->dim, grid->coarse);
  PetscFunctionBeginUser;
  *count = 0;
  PetscCall(PetscArrayzero(changed, LodGridCells(grid)));
  for (PetscInt cell = 0; cell < LodGridCells(grid); cell++) {
    if (!DiffersOn(grid, cell, previous, coefficient)) continue;
    /* T sees the cell if and only if the cell's own patch holds T. */
    const LodBox patch = LodGridPatchBox(grid, cell);
    for (PetscInt i = 0; i < LodBoxCount(&patch); i++) {
      PetscInt index[LOD_MAX_DIM];
      LodBoxIndex(&patch, i, index);
      const PetscInt seeing = LodBoxPosition(&mesh, index);
      *count += changed[seeing] ? 0 : 1;
      changed[seeing] = PETSC_TRUE;
    }
  }
  PetscFunctionReturn(0);
}

/* Whether two coefficients have the same mask and walls. */
static PetscBool MasksEqual(const LodCoefficient *a, const LodCoefficient *b) {
  if (!a->mask || !b->mask) return (PetscBool)(a->mask == b->mask);
  return (PetscBool)(a->dirichlet_walls == b->dirichlet_walls &&
                     memcmp(a->mask, b->mask, (size_t)LodCoefficientCells(a)) == 0);
}

/* Implements LodLocalOperators.set_coefficient. */
static PetscErrorCode SetCoefficient(LodLocalOperators *self, const LodCoefficient *coefficient) {
  Update *update = self->data;
  PetscFunctionBeginUser;
  PetscCall(LodCoefficientCheckFits(update->previous, &self->grid));
  PetscCall(LodCoefficientCheckFits(coefficient, &self->grid));
  LodCheckInput(MasksEqual(update->previous, coefficient),
                "previous operators: their domain has another mask, or other walls, than this "
                "run's: compute all of them");
  PetscCall(LodLocalOperatorsSetCoefficient(update->source, coefficient));
  PetscCall(FindChangedCells(&self->grid, update->previous, coefficient, update->changed,
                             &update->count));
  PetscFunctionReturn(0);
}

/* Implements LodLocalOperators.compute. */
static PetscErrorCode Compute(LodLocalOperators *self, PetscInt first, PetscInt last,
                              const LodComputeOptions *options, double *operators) {
  const Update *update = self->data;
  const size_t  size = (size_t)LodGridOperatorSize(&self->grid);
  PetscFunctionBeginUser;
  if (options->source) { /* local loads need the elimination of every patch: nothing is saved */
    PetscCall(LodLocalOperatorsCompute(update->source, first, last, options, operators));
    PetscFunctionReturn(0);
  }
  PetscCall(PetscArraycpy(operators, update->operators + (size_t)first * size,
                          (size_t)(last - first) * size));
  PetscCall(LodLocalOperatorsCompute(
      update->source, first, last,
      &(LodComputeOptions){.wanted = update->changed, .quiet = options->quiet}, operators));
  PetscFunctionReturn(0);
}

/* Implements LodLocalOperators.correct. */
static PetscErrorCode Correct(LodLocalOperators *self, PetscInt first, PetscInt last,
                              const LodComputeOptions *options, const double *coarse,
                              double *fine) {
  const Update *update = self->data;
  PetscFunctionBeginUser;
  PetscCall(update->source->correct(update->source, first, last, options, coarse, fine));
  PetscFunctionReturn(0);
}

/* Implements LodLocalOperators.destroy. */
static PetscErrorCode Destroy(LodLocalOperators *self) {
  Update *update = self->data;
  PetscFunctionBeginUser;
  PetscCall(PetscFree(update->changed));
  PetscCall(PetscFree(self->data));
  PetscFunctionReturn(0);
}

PetscErrorCode LodUpdateCreate(LodLocalOperators *source, const LodCoefficient *previous,
                               const double *operators, LodLocalOperators **updated) {
  const LodLocalOperators kind = {.name = source->name,
                                  .set_coefficient = SetCoefficient,
                                  .compute = Compute,
                                  .correct = source->correct ? Correct : NULL,
                                  .destroy = Destroy};
  PetscFunctionBeginUser;
  PetscCall(LodLocalOperatorsCreate(&source->grid, &kind, sizeof(Update), updated));
  Update *update = (*updated)->data;
  *update = (Update){.source = source, .previous = previous, .operators = operators};
  PetscErrorCode error = PetscCalloc1(LodGridCells(&source->grid), &update->changed);
  if (error) PetscCall(LodLocalOperatorsDestroy(updated));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodUpdateCount(const LodLocalOperators *updated, PetscInt *count) {
  PetscFunctionBeginUser;
  PetscCheck(updated->compute == Compute, PETSC_COMM_SELF, PETSC_ERR_ARG_WRONG,
             "the operators must come from LodUpdateCreate");
  *count = ((const Update *)updated->data)->count;
  PetscFunctionReturn(0);
}
