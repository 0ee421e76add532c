/* Values at Dirichlet nodes. */
#include "fem/boundary.h"

#include <math.h>

#include "base/units.h"

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
