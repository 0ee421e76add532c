/* Values at Dirichlet nodes. */
#include "fem/boundary.h"

#include <math.h>

#include "base/error.h"
#include "base/units.h"
#include "fem/nodal.h"

/* Largest part of a load by which its sum may differ from 0 where it must vanish: what is taken for
   an error of quadrature, whose own tolerance at jumps is 1e-8 a cell. */
#define MOST_UNBALANCED 1e-6

void LodFormApply(const LodCellMatrices *source, const double *u, PetscInt first, PetscInt last,
                  double *form) {
  const LodBox   nodes = LodBoxNodes(source->grid->dim, source->cells);
  const PetscInt width = LodPower(3, source->grid->dim);
#pragma omp parallel for schedule(static)
  for (PetscInt row = first; row < last; row++) {
    double   stencil[LOD_MAX_STENCIL], sum = 0;
    PetscInt node[LOD_MAX_DIM], neighbours[LOD_MAX_STENCIL];
    LodBoxIndex(&nodes, row, node);
    LodRowStencil(source, node, stencil);
    LodRowNeighbours(&nodes, node, neighbours);
    for (PetscInt i = 0; i < width; i++)
      if (neighbours[i] >= 0) sum += stencil[i] * u[neighbours[i]];
    form[row] = sum;
  }
}

int LodLoadLift(size_t count, const double *load, const double *form, int form_exponent,
                double *lifted) {
  const int exponent = PetscMax(LodUnitsExponent(LodUnitsLargest(count, load)), form_exponent);
  LodUnitsScale(-exponent, count, load, lifted);
  const double unit = ldexp(1, PetscMax(form_exponent - exponent, -2000)); /* at most 1 */
  for (size_t i = 0; i < count; i++)
    lifted[i] -= unit * form[i];
  return exponent;
}

void LodBoundaryOn(const LodGrid *grid, const double *boundary, const PetscInt cells[],
                   double *values) {
  const LodBox nodes = LodBoxNodes(grid->dim, cells), fine = LodBoxNodes(grid->dim, grid->fine);
  for (PetscInt node = 0; node < LodBoxCount(&nodes); node++) {
    PetscInt index[LOD_MAX_DIM];
    LodBoxIndex(&nodes, node, index);
    for (PetscInt axis = 0; axis < grid->dim; axis++)
      index[axis] *= grid->fine[axis] / cells[axis];
    values[node] = boundary[LodBoxPosition(&fine, index)];
  }
}

PetscErrorCode LodBoundaryRest(const LodGrid *grid, const double *boundary, double *rest) {
  const LodBox nodes = LodBoxNodes(grid->dim, grid->fine);
  const LodBox free_nodes = LodGridFreeNodes(grid, grid->fine);
  double      *coarse;
  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(LodNodeCount(grid->dim, grid->coarse), &coarse));
  LodBoundaryOn(grid, boundary, grid->coarse, coarse);
  PetscErrorCode error = LodNodesProlongate(grid->dim, grid->coarse, coarse, grid->fine, rest);
  PetscCall(PetscFree(coarse));
  PetscCall(error);
  for (PetscInt node = 0; node < LodBoxCount(&nodes); node++) {
    PetscInt index[LOD_MAX_DIM];
    LodBoxIndex(&nodes, node, index);
    rest[node] = LodBoxPosition(&free_nodes, index) < 0 ? boundary[node] - rest[node] : 0;
  }
  PetscFunctionReturn(0);
}

PetscErrorCode LodLoadCheckBalance(size_t count, const double *load) {
  const int exponent = LodUnitsExponent(LodUnitsLargest(count, load));
  double    sum = 0, size = 0;
  PetscFunctionBeginUser;
  for (size_t i = 0; i < count; i++) {
    const double part = ldexp(load[i], -exponent);
    sum += part;
    size += fabs(part);
  }
  LodCheckInput(fabs(sum) <= MOST_UNBALANCED * size,
                "boundary conditions: no face gives u, hence sources and inflow must add up to 0; "
                "they add up to %.9g, %.3g %% of their size: change f, a flux or a well by that, "
                "or give u on a face",
                ldexp(sum, exponent), 100 * fabs(sum) / size);
  PetscFunctionReturn(0);
}
