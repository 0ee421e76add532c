/* Quantities at places: values at points, means over boxes. */
#include <math.h>

#include "base/error.h"
#include "fem/nodal.h"
#include "solver/quantities_private.h"

/* Checks that a point, or a corner of a box, lies in D's box. */
static PetscErrorCode CheckInside(const char *option, const LodQuantityPlace *place,
                                  const LodGrid *grid) {
  PetscFunctionBeginUser;
  LodCheckInput(place->n == grid->dim, "%s %s: has %d coordinate%s, but D has %d axes", option,
                place->text, (int)place->n, place->n == 1 ? "" : "s", (int)grid->dim);
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    LodCheckInput(place->low[axis] >= 0 && place->high[axis] <= grid->extent[axis],
                  "%s %s: lies outside D, whose %c goes from 0 to %.9g", option, place->text,
                  "xyz"[axis], grid -> extent[axis]);
  PetscFunctionReturn(0);
}

/* The part of the interval [low, high] in cell i of n that divide [0, length]. */
static void Overlap(double low, double high, PetscInt i, PetscInt n, double length,
                    double part[2]) {
  part[0] = PetscMax(low, length * ((double)i / (double)n));
  part[1] = PetscMin(high, length * ((double)(i + 1) / (double)n));
}

/* The cells of a mesh that a box may meet. */
static LodBox CellsOfBox(const LodGrid *grid, const PetscInt cells[],
                         const LodQuantityPlace *place) {
  LodBox box = LodBoxCells(grid->dim, cells);
  for (PetscInt axis = 0; axis < grid->dim; axis++) {
    const double n = (double)cells[axis];
    const double first = floor(place->low[axis] / grid->extent[axis] * n) - 1;
    const double last = ceil(place->high[axis] / grid->extent[axis] * n) + 1;
    box.first[axis] = (PetscInt)PetscMax(0, first);
    box.size[axis] = (PetscInt)PetscMin(n, last) - box.first[axis];
  }
  return box;
}

/* The volume of a box in D, and if u is not NULL the integral of u over it: over a part of a cell
   that is a box, Q1 functions have the mean that they have in its middle. A point has volume 0. */
static double VolumeInside(const LodGrid *grid, const LodCoefficient *coefficient,
                           const LodQuantityPlace *place, const PetscInt cells[], const double *u,
                           double *integral) {
  const LodBox met = CellsOfBox(grid, cells, place);
  double       total = 0;
  if (integral) *integral = 0;
  for (PetscInt cell = 0; cell < LodBoxCount(&met); cell++) {
    PetscInt index[LOD_MAX_DIM], position;
    double   middle[LOD_MAX_DIM] = {0}, volume = 1;
    LodBoxIndex(&met, cell, index);
    for (PetscInt axis = 0; axis < grid->dim; axis++) {
      double part[2];
      Overlap(place->low[axis], place->high[axis], index[axis], cells[axis], grid->extent[axis],
              part);
      volume *= PetscMax(0, part[1] - part[0]);
      middle[axis] = (part[0] + part[1]) / 2 / grid->extent[axis];
    }
    if (!(volume > 0) || !LodQuantityCellIsInside(coefficient, cells, index, &position)) continue;
    total += volume;
    if (integral) *integral += volume * LodNodesValueAt(grid->dim, cells, u, middle);
  }
  return total;
}

/* Whether a point touches a cell of D. */
static PetscBool PointIsInside(const LodGrid *grid, const LodCoefficient *coefficient,
                               const LodQuantityPlace *place) {
  const PetscInt *cells = grid->coefficient;
  const LodBox    met = CellsOfBox(grid, cells, place);
  for (PetscInt cell = 0; cell < LodBoxCount(&met); cell++) {
    PetscInt  index[LOD_MAX_DIM], position;
    PetscBool touches = PETSC_TRUE;
    LodBoxIndex(&met, cell, index);
    for (PetscInt axis = 0; axis < grid->dim; axis++) {
      double part[2];
      Overlap(place->low[axis], place->high[axis], index[axis], cells[axis], grid->extent[axis],
              part);
      if (part[0] > part[1]) touches = PETSC_FALSE;
    }
    if (touches && LodQuantityCellIsInside(coefficient, cells, index, &position)) return PETSC_TRUE;
  }
  return PETSC_FALSE;
}

PetscErrorCode LodQuantityRequestCheck(const LodQuantityRequest *request, const LodGrid *grid,
                                       const LodCoefficient *coefficient) {
  PetscFunctionBeginUser;
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    LodCheckInput(
        !coefficient->reaction || grid->fine[axis] % grid->coefficient[axis] == 0,
        "--quantities: the integral of c u needs fine cells (fine) that are a multiple of "
        "the coefficient cells");
  for (PetscInt i = 0; i < request->n_points; i++) {
    const LodQuantityPlace *point = &request->points[i];
    const char             *option = point->where ? point->where : "--point";
    PetscCall(CheckInside(option, point, grid));
    LodCheckInput(PointIsInside(grid, coefficient, point), "%s %s: lies in a hole of D", option,
                  point->text);
  }
  for (PetscInt i = 0; i < request->n_means; i++) {
    const LodQuantityPlace *box = &request->means[i];
    const char             *option = box->where ? box->where : "--mean";
    PetscCall(CheckInside(option, box, grid));
    for (PetscInt axis = 0; axis < grid->dim; axis++)
      LodCheckInput(box->low[axis] < box->high[axis], "%s %s: is empty along %c: from %.9g to %.9g",
                    option, box->text, "xyz"[axis], box -> low[axis], box -> high[axis]);
    LodCheckInput(VolumeInside(grid, coefficient, box, grid->coefficient, NULL, NULL) > 0,
                  "%s %s: lies in a hole of D", option, box->text);
  }
  PetscFunctionReturn(0);
}

PetscErrorCode LodQuantitiesAddPlaces(const LodQuantityProblem *problem, const LodQuantityField *u,
                                      LodQuantities *quantities) {
  const LodGrid            *grid = problem->grid;
  const LodQuantityRequest *request = problem->request;
  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < request->n_points; i++) {
    const LodQuantityPlace *place = &request->points[i];
    double                  point[LOD_MAX_DIM] = {0};
    for (PetscInt axis = 0; axis < grid->dim; axis++)
      point[axis] = place->low[axis] / grid->extent[axis];
    PetscCall(LodQuantitiesAdd(quantities, LodNodesValueAt(grid->dim, u->cells, u->values, point),
                               "point %s", place->text));
  }
  for (PetscInt i = 0; i < request->n_means; i++) {
    const LodQuantityPlace *place = &request->means[i];
    double                  integral;
    const double            volume =
        VolumeInside(grid, problem->coefficient, place, u->cells, u->values, &integral);
    PetscCall(LodQuantitiesAdd(quantities, integral / volume, "mean %s", place->text));
  }
  PetscFunctionReturn(0);
}
