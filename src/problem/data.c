/* Loads and boundary values of a problem. */
#include "problem/data.h"

#include <math.h>

#include "base/error.h"
#include "fem/boundary.h"
#include "fem/load.h"
#include "grid/domain.h"
#include "problem/data_private.h"
#include "problem/value.h"

/* Every cell's part in D, 1 or 0; NULL if all are. The caller frees it. */
static PetscErrorCode MaskFactor(const LodCoefficient *coefficient, double **factor) {
  const PetscInt count = LodCoefficientCells(coefficient);
  PetscFunctionBeginUser;
  *factor = NULL;
  if (!coefficient->mask) PetscFunctionReturn(0);
  PetscCall(PetscMalloc1(count, factor));
  for (PetscInt cell = 0; cell < count; cell++)
    (*factor)[cell] = LodCoefficientHasCell(coefficient, cell) ? 1 : 0;
  PetscFunctionReturn(0);
}

/* The load of f. */
static PetscErrorCode DensityLoad(const LodGrid *grid, const LodCoefficient *coefficient,
                                  LodField *density, LodLoadLayout layout, double *load) {
  double *factor;
  PetscFunctionBeginUser;
  PetscCall(MaskFactor(coefficient, &factor));
  PetscErrorCode error = LodFieldIntegrate(grid, density, layout, factor, load);
  PetscCall(PetscFree(factor));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodSourceSubtractRest(const LodGrid *grid, const LodCoefficient *coefficient,
                                     const double *boundary, double *source) {
  const LodBox     cells = LodBoxCells(grid->dim, grid->fine);
  const PetscInt   corners = LodGridCorners(grid);
  const LodLoadMap nodes = LodLoadMapOf(grid, LOD_LOAD_NODES);
  const LodLoadMap closed = LodLoadMapOf(grid, LOD_LOAD_CELLS);
  LodCellTables    tables;
  double          *rest;
  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(LodNodeCount(grid->dim, grid->fine), &rest));
  PetscErrorCode error = LodBoundaryRest(grid, boundary, rest);
  LodCellTablesInit(grid, grid->fine, &tables);
  for (PetscInt cell = 0; cell < LodBoxCount(&cells) && !error; cell++) {
    PetscInt index[LOD_MAX_DIM];
    size_t   node[LOD_MAX_CORNERS], own[LOD_MAX_CORNERS];
    double   matrix[LOD_MAX_CORNERS_SQUARED], size = 0;
    LodBoxIndex(&cells, cell, index);
    LodLoadPlaces(&nodes, index, node);
    for (PetscInt b = 0; b < corners; b++)
      size += fabs(rest[node[b]]);
    if (size == 0) continue;
    LodLoadPlaces(&closed, index, own);
    LodCellMatrix(&tables, coefficient, index, matrix);
    for (PetscInt a = 0; a < corners; a++)
      for (PetscInt b = 0; b < corners; b++)
        source[own[a]] -= matrix[a * corners + b] * rest[node[b]];
  }
  PetscCall(PetscFree(rest));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Takes the load of a constant, with the sum `excess`, away from both. */
static PetscErrorCode SpreadEvenly(const LodGrid *grid, const LodCoefficient *coefficient,
                                   double excess, LodData *data) {
  const LodLoadLayout layouts[] = {LOD_LOAD_NODES, LOD_LOAD_CELLS};
  double *const       loads[] = {data->load, data->source};
  const PetscInt      n_cells = LodCoefficientCells(coefficient);
  const double        cell = LodGridVolume(grid) / (double)n_cells;
  double              inside = 0, *density, *part;
  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < n_cells; i++)
    inside += LodCoefficientHasCell(coefficient, i) ? cell : 0;
  PetscCall(PetscMalloc1(n_cells, &density));
  for (PetscInt i = 0; i < n_cells; i++)
    density[i] = LodCoefficientHasCell(coefficient, i) ? excess / inside : 0;
  PetscErrorCode error = 0;
  for (int l = 0; l < 2 && !error; l++) {
    const size_t count = LodLoadCount(grid, layouts[l]);
    if (!loads[l]) continue;
    error = PetscMalloc1(count, &part);
    if (error) break;
    error = LodCellIntegrate(grid, density, layouts[l], part);
    for (size_t i = 0; i < count && !error; i++)
      loads[l][i] -= part[i];
    PetscCall(PetscFree(part));
  }
  PetscCall(PetscFree(density));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodDataBalance(const LodGrid *grid, const LodCoefficient *coefficient,
                              LodData *data) {
  const PetscInt n_nodes = LodNodeCount(grid->dim, grid->fine);
  double         sum = 0;
  PetscFunctionBeginUser;
  if (!LodConstantsAreFree(grid, coefficient)) PetscFunctionReturn(0);
  PetscCall(LodLoadCheckBalance((size_t)n_nodes, data->load));
  for (PetscInt node = 0; node < n_nodes; node++)
    sum += data->load[node];
  PetscCall(SpreadEvenly(grid, coefficient, sum, data));
  PetscFunctionReturn(0);
}

/* Refuses what is integrated over coefficient cells where fine cells do not lie in one each
   (LodGridValidateCoarse). */
static PetscErrorCode CheckNested(const LodGrid *grid, const LodCoefficient *coefficient,
                                  const LodConditions *conditions, const char *rhs,
                                  const char *where) {
  static const char remedy[] =
      "choose N so that it divides the coefficient cells, or as fine cells "
      "(fine) a common multiple";
  PetscBool lies_in_one = PETSC_TRUE;
  char      fine[LOD_CELLS_TEXT];
  PetscFunctionBeginUser;
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    if (grid->fine[axis] % grid->coefficient[axis] != 0) lies_in_one = PETSC_FALSE;
  if (lies_in_one) PetscFunctionReturn(0);
  (void)LodCellsText(grid->dim, grid->fine, fine);
  LodCheckInput(!rhs || rhs[0] != '@', "%s: a dataset is not integrated on %s fine cells: %s",
                where, fine, remedy);
  LodCheckInput(!coefficient->mask, "mask: is not respected by %s fine cells: %s", fine, remedy);
  LodCheckInput(!LodConstantsAreFree(grid, coefficient),
                "boundary data: every face is natural: not on %s fine cells: %s", fine, remedy);
  for (PetscInt face = 0; conditions && face < 2 * grid->dim; face++) {
    const LodFaceCondition *given = &conditions->faces[face / 2][face % 2];
    LodCheckInput(given->kind != LOD_FACE_ROBIN && (!given->value || given->value[0] != '@'),
                  "%s: rates and datasets are not integrated on %s fine cells: %s", given->where,
                  fine, remedy);
  }
  PetscFunctionReturn(0);
}

/* Takes the parts of nodes on Dirichlet walls out of source[coarse cell][node of the closed cell]:
   there is no function there to be tested with. */
static PetscErrorCode CutSource(const LodGrid *grid, const LodCoefficient *coefficient,
                                double *source) {
  const LodBox all = LodBoxNodes(grid->dim, grid->fine);
  double      *kept, *place = source;
  PetscFunctionBeginUser;
  if (!coefficient->mask) PetscFunctionReturn(0);
  PetscCall(PetscMalloc1(LodBoxCount(&all), &kept));
  for (PetscInt node = 0; node < LodBoxCount(&all); node++)
    kept[node] = 1;
  LodDomainFillNodes(grid, coefficient, grid->fine, 0, 0, kept);
  for (PetscInt cell = 0; cell < LodGridCells(grid); cell++) {
    const LodBox own = LodCellFineNodes(grid, cell);
    for (PetscInt i = 0; i < LodBoxCount(&own); i++) {
      PetscInt node[LOD_MAX_DIM];
      LodBoxIndex(&own, i, node);
      *place++ *= kept[LodBoxPosition(&all, node)];
    }
  }
  PetscCall(PetscFree(kept));
  PetscFunctionReturn(0);
}

/* LodDataCreateOf, leaving what is made in *data. */
static PetscErrorCode Create(const LodGrid *grid, const LodCoefficient *coefficient,
                             const LodConditions *conditions, LodField *density, PetscBool source,
                             LodData *data) {
  const LodLoadLayout layout = source ? LOD_LOAD_CELLS : LOD_LOAD_NODES;
  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(LodLoadCount(grid, LOD_LOAD_NODES), &data->load));
  if (source) PetscCall(PetscMalloc1(LodLoadCount(grid, layout), &data->source));
  double *const load = source ? data->source : data->load;
  PetscCall(PetscArrayzero(load, LodLoadCount(grid, layout)));
  if (density) PetscCall(DensityLoad(grid, coefficient, density, layout, load));
  if (conditions) {
    PetscCall(LodFacesAddLoad(grid, coefficient, conditions, layout, load));
    PetscCall(LodWellsAddLoad(grid, coefficient, conditions, layout, load));
    PetscCall(LodBoundaryCreate(grid, coefficient, conditions, &data->boundary));
  }
  if (source) PetscCall(CutSource(grid, coefficient, data->source));
  if (source) PetscCall(LodLoadGather(grid, data->source, data->load));
  LodDomainFillNodes(grid, coefficient, grid->fine, 0, 0, data->load);
  if (data->boundary) LodDomainFillNodes(grid, coefficient, grid->fine, 0, 0, data->boundary);
  if (density) PetscCall(LodDataBalance(grid, coefficient, data));
  if (source && data->boundary)
    PetscCall(LodSourceSubtractRest(grid, coefficient, data->boundary, data->source));
  PetscFunctionReturn(0);
}

PetscErrorCode LodDataCreateOf(const LodGrid *grid, const LodCoefficient *coefficient,
                               const LodConditions *conditions, LodField *density, PetscBool source,
                               LodData *data) {
  PetscFunctionBeginUser;
  *data = (LodData){0};
  PetscErrorCode error = Create(grid, coefficient, conditions, density, source, data);
  if (error) PetscCall(LodDataDestroy(data));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodDataCreate(const LodGrid *grid, const LodCoefficient *coefficient,
                             const LodConditions *conditions, const char *rhs,
                             const char *rhs_where, PetscBool source, LodData *data) {
  LodValue value = {0};
  PetscFunctionBeginUser;
  *data = (LodData){0};
  PetscCall(CheckNested(grid, coefficient, conditions, rhs, rhs_where));
  if (rhs) PetscCall(LodValueCreate(grid, rhs, rhs_where, &value));
  PetscErrorCode error = LodDataCreateOf(grid, coefficient, conditions, value.field, source, data);
  PetscCall(LodValueDestroy(&value));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodDataDestroy(LodData *data) {
  PetscFunctionBeginUser;
  PetscCall(PetscFree(data->load));
  PetscCall(PetscFree(data->source));
  PetscCall(PetscFree(data->boundary));
  PetscFunctionReturn(0);
}
