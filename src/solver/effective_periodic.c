/* Effective tensors of periodic media. The coefficient is continued by some of its own periods'
   cells on all sides: the patches of the cells of one period are then uncut, their operators are
   computed as any, and the torus puts them together. */
#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "fem/digits.h"
#include "grid/domain.h"
#include "lod/exact.h"
#include "nn/learned.h"
#include "solver/effective_private.h"
#include "system/periodic_system.h"

/* The largest part of a tensor that other last digits may change, as for solutions (digits.h). */
#define MOST_DIFFERENCE 1e-6

/* The mesh of a period and `margin` coarse cells around it. */
static LodGrid Continued(const LodGrid *grid, PetscInt margin) {
  LodGrid wide = *grid;
  for (PetscInt axis = 0; axis < grid->dim; axis++) {
    const PetscInt added = 2 * margin;
    wide.coarse[axis] += added;
    wide.coefficient[axis] += added * LodGridCoefficientRatio(grid, axis);
    wide.fine[axis] += added * LodGridFineRatio(grid, axis);
    wide.extent[axis] *= (double)wide.coarse[axis] / (double)grid->coarse[axis];
    wide.natural[axis][0] = wide.natural[axis][1] = PETSC_FALSE;
  }
  return wide;
}

/* The cell of the period, counted along each axis, that a cell of the continued mesh repeats. */
static void CellOfPeriod(PetscInt dim, const PetscInt cells[], const PetscInt margin[],
                         PetscInt index[LOD_MAX_DIM]) {
  for (PetscInt axis = 0; axis < dim; axis++) {
    const PetscInt wrapped = (index[axis] - margin[axis]) % cells[axis];
    index[axis] = wrapped < 0 ? wrapped + cells[axis] : wrapped;
  }
}

/* Fills in A and, if mask[] is not NULL, the mask of the continued mesh. */
static PetscErrorCode FillContinued(const LodCoefficient *coefficient, const LodGrid *wide,
                                    unsigned char *mask, LodCoefficient *continued) {
  const LodBox own = LodBoxCells(coefficient->dim, coefficient->cells);
  const LodBox all = LodBoxCells(wide->dim, wide->coefficient);
  const size_t n = (size_t)coefficient->components;
  PetscInt     margin[LOD_MAX_DIM] = {0};
  PetscFunctionBeginUser;
  for (PetscInt axis = 0; axis < wide->dim; axis++)
    margin[axis] = (wide->coefficient[axis] - coefficient->cells[axis]) / 2;
  for (PetscInt cell = 0; cell < LodBoxCount(&all); cell++) {
    PetscInt index[LOD_MAX_DIM];
    LodBoxIndex(&all, cell, index);
    CellOfPeriod(wide->dim, coefficient->cells, margin, index);
    const PetscInt repeated = LodBoxPosition(&own, index);
    PetscCall(PetscArraycpy(continued->values + (size_t)cell * n,
                            coefficient->values + (size_t)repeated * n, n));
    if (mask) mask[cell] = coefficient->mask[repeated];
  }
  PetscFunctionReturn(0);
}

/* The coefficient on the continued mesh; the caller destroys it. */
static PetscErrorCode ContinueCoefficient(const LodCoefficient *coefficient, const LodGrid *wide,
                                          LodCoefficient *continued) {
  unsigned char *mask = NULL;
  PetscFunctionBeginUser;
  PetscCall(
      LodCoefficientCreateTensor(wide->dim, wide->coefficient, coefficient->components, continued));
  PetscErrorCode error = 0;
  if (coefficient->mask) error = PetscMalloc1(LodCoefficientCells(continued), &mask);
  if (!error) error = FillContinued(coefficient, wide, mask, continued);
  if (!error && mask) error = LodDomainSetMask(continued, mask, PETSC_FALSE, "mask");
  PetscCall(PetscFree(mask));
  if (error) PetscCall(LodCoefficientDestroy(continued));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* The source of local operators of a method. */
static PetscErrorCode CreateSource(const LodGrid *wide, LodMethod method,
                                   const LodSolveOptions *options, LodLocalOperators **source) {
  PetscFunctionBeginUser;
  if (method == LOD_METHOD_LOD)
    PetscCall(LodExactCreate(wide, source));
  else
    PetscCall(LodLearnedCreate(wide, options->model, options->average, source));
  PetscFunctionReturn(0);
}

/* Numbers of cells of the continued mesh: of those of the period first <= T < last. */
static PetscInt NumberInside(const LodGrid *grid, const LodGrid *wide, PetscInt margin,
                             PetscInt cell) {
  const LodBox own = LodBoxCells(grid->dim, grid->coarse);
  const LodBox all = LodBoxCells(wide->dim, wide->coarse);
  PetscInt     index[LOD_MAX_DIM];
  LodBoxIndex(&own, cell, index);
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    index[axis] += margin;
  return LodBoxPosition(&all, index);
}

/* Has a source on the continued mesh compute the operators of the period's cells first <= T < last
   into operators[T - first][z][j]. */
static PetscErrorCode ComputeInside(LodLocalOperators *source, const LodGrid *grid, PetscInt margin,
                                    PetscInt first, PetscInt last, PetscBool quiet,
                                    double *operators) {
  const LodGrid *wide = &source->grid;
  const size_t   size = (size_t)LodGridOperatorSize(grid);
  PetscBool     *wanted;
  double        *values;
  PetscFunctionBeginUser;
  if (first == last) PetscFunctionReturn(0);
  const PetscInt low = NumberInside(grid, wide, margin, first);
  const PetscInt high = NumberInside(grid, wide, margin, last - 1) + 1;
  PetscCall(PetscCalloc1(LodGridCells(wide), &wanted));
  for (PetscInt cell = first; cell < last; cell++)
    wanted[NumberInside(grid, wide, margin, cell)] = PETSC_TRUE;
  PetscErrorCode error = PetscMalloc1((size_t)(high - low) * size, &values);
  if (!error)
    error = LodLocalOperatorsCompute(
        source, low, high, &(LodComputeOptions){.wanted = wanted, .quiet = quiet}, values);
  for (PetscInt cell = first; cell < last && !error; cell++)
    error =
        PetscArraycpy(operators + (size_t)(cell - first) * size,
                      values + (size_t)(NumberInside(grid, wide, margin, cell) - low) * size, size);
  PetscCall(PetscFree(values));
  PetscCall(PetscFree(wanted));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* The compressed operators of cells of the period. A patch reaches `ell` cells beyond its own; one
   more keeps its outer nodes off the boundary of the continued mesh, where I_h is 0. */
static PetscErrorCode CompressedOperators(const LodGrid *grid, const LodCoefficient *coefficient,
                                          LodMethod method, const LodSolveOptions *options,
                                          PetscBool changed, PetscInt first, PetscInt last,
                                          double *operators) {
  const PetscInt     margin = grid->ell + 1;
  const LodGrid      wide = Continued(grid, margin);
  LodLocalOperators *source = NULL;
  LodCoefficient     continued;
  PetscFunctionBeginUser;
  PetscCall(LodGridValidate(&wide, "mesh with the layers around a period"));
  PetscCall(LodMemoryCheck(
      (double)LodGridCells(&wide) * (double)LodGridOperatorSize(grid) * (double)sizeof(double),
      "local operators of all cells", "choose fewer layers (ell) or coarse cells (coarse)"));
  PetscCall(ContinueCoefficient(coefficient, &wide, &continued));
  PetscErrorCode error = CreateSource(&wide, method, options, &source);
  if (!error && changed) {
    LodCoefficientScale(&continued, LOD_DIGITS_FACTOR);
    error = source->perturb(source);
  }
  if (!error) error = LodLocalOperatorsSetCoefficient(source, &continued);
  if (!error) error = ComputeInside(source, grid, margin, first, last, options->quiet, operators);
  PetscCall(LodLocalOperatorsDestroy(&source));
  PetscCall(LodCoefficientDestroy(&continued));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* The cell matrices of Q1 on the fine or the coarse mesh. */
static void CellMatrices(const LodGrid *grid, const LodCoefficient *coefficient, LodMethod method,
                         PetscInt first, PetscInt last, double *matrices) {
  const PetscInt *cells = LodMethodCells(method, grid), size = LodPower(4, grid->dim);
  const LodBox    mesh = LodBoxCells(grid->dim, cells);
  LodCellTables   tables;
  LodCellTablesInit(grid, grid->fine, &tables);
  for (PetscInt cell = first; cell < last; cell++) {
    double  *matrix = matrices + (size_t)(cell - first) * (size_t)size;
    PetscInt index[LOD_MAX_DIM];
    LodBoxIndex(&mesh, cell, index);
    if (method == LOD_METHOD_COARSE)
      LodCellStiffness(grid, coefficient, index, matrix);
    else
      LodCellMatrix(&tables, coefficient, index, matrix);
  }
}

/* Fills in the operators of this rank's cells, if `changed` with other last digits (digits.h). */
static PetscErrorCode FillOperators(LodPeriodicSystem *system, const LodGrid *grid,
                                    const LodCoefficient *coefficient, LodMethod method,
                                    const LodSolveOptions *options, PetscBool changed) {
  PetscInt first, last;
  double  *operators;
  PetscFunctionBeginUser;
  LodPeriodicSystemCells(system, &first, &last, &operators);
  if (LodMethodCompresses(method)) {
    PetscCall(
        CompressedOperators(grid, coefficient, method, options, changed, first, last, operators));
  } else {
    CellMatrices(grid, coefficient, method, first, last, operators);
    if (changed) LodDigitsPerturb(LodGridCorners(grid), last - first, LOD_DIGITS_FACTOR, operators);
  }
  PetscFunctionReturn(0);
}

/* Checks a tensor against the one with the last digits changed, where the contrast puts them in
   doubt. Learned operators have errors far above that. */
static PetscErrorCode CheckDigits(LodPeriodicSystem *system, MPI_Comm comm, const LodGrid *grid,
                                  const LodCoefficient *coefficient, LodMethod method,
                                  const LodSolveOptions *options,
                                  double                 tensor[LOD_MAX_DIM][LOD_MAX_DIM]) {
  double    again[LOD_MAX_DIM][LOD_MAX_DIM], difference = 0, size = 0, smallest, largest;
  PetscBool doubt;
  PetscFunctionBeginUser;
  if (method == LOD_METHOD_DNN) PetscFunctionReturn(0);
  PetscCall(LodDigitsAreInDoubt(grid, coefficient,
                                method == LOD_METHOD_COARSE ? grid->coarse : grid->fine, &doubt));
  if (!doubt) PetscFunctionReturn(0);
  PetscCall(
      LodErrorAgree(comm, FillOperators(system, grid, coefficient, method, options, PETSC_TRUE)));
  PetscCall(LodPeriodicSystemTensor(system, again));
  for (PetscInt i = 0; i < grid->dim; i++)
    for (PetscInt j = 0; j < grid->dim; j++) {
      difference = hypot(difference, again[i][j] / LOD_DIGITS_FACTOR - tensor[i][j]);
      size = hypot(size, tensor[i][j]);
    }
  PetscCall(LodCoefficientRange(coefficient, &smallest, &largest));
  PetscCheck(
      difference <= MOST_DIFFERENCE * size, comm, PETSC_ERR_FP,
      "the effective tensor is lost in rounding: computed again with the last digits changed "
      "it differs by %.1e; the contrast of the coefficient (%.3g) is too large for double "
      "precision where it stands: raise the smallest or cut the largest values",
      difference / size, largest / smallest);
  PetscFunctionReturn(0);
}

/* Appends the neighbours of a cell around the torus, those that share a node with it, to a list of
   cells of one part of D. */
static void AddNeighbours(const LodCoefficient *coefficient, PetscInt cell, PetscBool *found,
                          PetscInt *list, PetscInt *n) {
  static const PetscInt margin[LOD_MAX_DIM] = {0};
  const LodBox          cells = LodBoxCells(coefficient->dim, coefficient->cells);
  LodBox                around = LodBoxCube(coefficient->dim, 3);
  LodBoxIndex(&cells, cell, around.first);
  for (PetscInt axis = 0; axis < coefficient->dim; axis++)
    around.first[axis]--;
  for (PetscInt i = 0; i < LodBoxCount(&around); i++) {
    PetscInt index[LOD_MAX_DIM];
    LodBoxIndex(&around, i, index);
    CellOfPeriod(coefficient->dim, coefficient->cells, margin, index);
    const PetscInt other = LodBoxPosition(&cells, index);
    if (found[other] || !LodCoefficientHasCell(coefficient, other)) continue;
    found[other] = PETSC_TRUE;
    list[(*n)++] = other;
  }
}

/* Refuses a D that does not hang together around the torus: what stands alone is held by nothing.
 */
static PetscErrorCode CheckHangsTogether(const LodCoefficient *coefficient) {
  const PetscInt n_cells = LodCoefficientCells(coefficient);
  const LodBox   cells = LodBoxCells(coefficient->dim, coefficient->cells);
  PetscInt      *list, n = 0, first = 0, index[LOD_MAX_DIM];
  PetscBool     *found;
  PetscFunctionBeginUser;
  if (!coefficient->mask) PetscFunctionReturn(0);
  PetscCall(PetscMalloc1(n_cells, &list));
  PetscErrorCode error = PetscCalloc1(n_cells, &found);
  if (error) PetscCall(PetscFree(list));
  PetscCall(error);
  while (!LodCoefficientHasCell(coefficient, first))
    first++;
  found[first] = PETSC_TRUE;
  list[n++] = first;
  for (PetscInt i = 0; i < n; i++)
    AddNeighbours(coefficient, list[i], found, list, &n);
  for (first = 0; first < n_cells; first++)
    if (LodCoefficientHasCell(coefficient, first) && !found[first]) break;
  PetscCall(PetscFree(list));
  PetscCall(PetscFree(found));
  LodBoxIndex(&cells, PetscMin(first, n_cells - 1), index);
  LodCheckInput(first == n_cells,
                "effective tensor: cell (x %d, y %d, z %d) belongs to a part of the domain that "
                "nothing joins to the rest of the periodic medium: take it out of the mask",
                (int)index[0], (int)index[1], (int)index[2]);
  PetscFunctionReturn(0);
}

/* Marks the cells of the mesh of a method that meet D, a new array; NULL if there are no holes. */
static PetscErrorCode CellsInside(const LodGrid *grid, const LodCoefficient *coefficient,
                                  LodMethod method, PetscBool **inside) {
  const LodBox cells = LodBoxCells(grid->dim, LodMethodCells(method, grid));
  PetscFunctionBeginUser;
  *inside = NULL;
  if (!coefficient->mask) PetscFunctionReturn(0);
  PetscCall(PetscMalloc1(LodBoxCount(&cells), inside));
  for (PetscInt cell = 0; cell < LodBoxCount(&cells); cell++) {
    PetscInt index[LOD_MAX_DIM];
    LodBoxIndex(&cells, cell, index);
    (*inside)[cell] = method == LOD_METHOD_FINE
                          ? LodDomainHasFineCell(grid, coefficient, index)
                          : (PetscBool)(LodDomainCoarseCell(grid, coefficient, index) > 0);
  }
  PetscFunctionReturn(0);
}

/* Makes the system of a period. Collective. */
static PetscErrorCode CreateSystem(MPI_Comm comm, const LodGrid *grid,
                                   const LodCoefficient *coefficient, LodMethod method,
                                   LodPeriodicSystem **system) {
  LodPeriodicMesh mesh = {.dim = grid->dim, .ell = LodMethodCompresses(method) ? grid->ell : 0};
  PetscBool      *inside = NULL;
  PetscFunctionBeginUser;
  PetscCall(PetscArraycpy(mesh.cells, LodMethodCells(method, grid), grid->dim));
  LodGridSides(grid, mesh.cells, mesh.side);
  PetscErrorCode error =
      LodMemoryCheck((double)LodCellCount(grid->dim, mesh.cells) * LodPeriodicOperatorBytes(&mesh),
                     "matrix of the period",
                     method == LOD_METHOD_FINE ? "choose fewer fine cells (fine)"
                                               : "choose fewer coarse cells (coarse)");
  if (!error) error = CheckHangsTogether(coefficient);
  if (!error) error = CellsInside(grid, coefficient, method, &inside);
  PetscCall(LodErrorAgree(comm, error));
  mesh.inside = inside;
  error = LodPeriodicSystemCreate(comm, &mesh, system);
  PetscCall(PetscFree(inside));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodEffectivePeriodic(MPI_Comm comm, const LodGrid *grid,
                                    const LodCoefficient *coefficient, LodMethod method,
                                    const LodSolveOptions *options,
                                    double                 tensor[LOD_MAX_DIM][LOD_MAX_DIM]) {
  LodPeriodicSystem *system;
  PetscFunctionBeginUser;
  PetscCall(CreateSystem(comm, grid, coefficient, method, &system));
  PetscErrorCode error =
      LodErrorAgree(comm, FillOperators(system, grid, coefficient, method, options, PETSC_FALSE));
  if (!error) error = LodPeriodicSystemTensor(system, tensor);
  if (!error) error = CheckDigits(system, comm, grid, coefficient, method, options, tensor);
  PetscCall(LodPeriodicSystemDestroy(&system));
  PetscCall(error);
  PetscFunctionReturn(0);
}
