/* The residual of a fine function, tested with the corner functions of coarse cells. */
#include <omp.h>

#include "fem/element.h"
#include "fem/equilibrate.h"

/* The corner function of a coarse cell at one of its fine nodes, here[] = 0..F/N along each axis.
 */
static double CornerFunction(const LodGrid *grid, PetscInt corner, const PetscInt here[]) {
  double phi = 1;
  for (PetscInt axis = 0; axis < grid->dim; axis++) {
    const double t = (double)here[axis] / (double)LodGridFineRatio(grid, axis);
    phi *= corner >> axis & 1 ? t : 1 - t;
  }
  return phi;
}

/* Adds to residual[fine nodes of the closed coarse cell] the form of u - rest on the fine cell at
   `inner` in the coarse cell at `index`. */
static void AddForm(const LodGrid *grid, const LodCellTables *tables,
                    const LodCoefficient *coefficient, const PetscInt index[],
                    const PetscInt inner[], const double *u, const double *rest, double *residual) {
  const PetscInt corners = LodGridCorners(grid);
  const LodBox   nodes = LodBoxNodes(grid->dim, grid->fine);
  const LodBox   own = LodBoxClosed(LodFineInside(grid));
  PetscInt       cell[LOD_MAX_DIM] = {0}, place[LOD_MAX_CORNERS];
  double         matrix[LOD_MAX_CORNERS_SQUARED], value[LOD_MAX_CORNERS];
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    cell[axis] = index[axis] * LodGridFineRatio(grid, axis) + inner[axis];
  LodCellMatrix(tables, coefficient, cell, matrix);
  for (PetscInt a = 0; a < corners; a++) {
    PetscInt node[LOD_MAX_DIM];
    LodCornerNode(inner, a, node);
    place[a] = LodBoxPosition(&own, node);
    LodCornerNode(cell, a, node);
    const PetscInt number = LodBoxPosition(&nodes, node);
    value[a] = rest ? u[number] - rest[number] : u[number];
  }
  for (PetscInt a = 0; a < corners; a++)
    for (PetscInt b = 0; b < corners; b++)
      residual[place[a]] += matrix[a * corners + b] * value[b];
}

/* LodCellMoments of one coarse cell; residual[nodes of the closed cell] is room. */
static void MomentsOfCell(const LodGrid *grid, const LodCellTables *tables,
                          const LodCoefficient *coefficient, PetscInt cell, const double *u,
                          const double *rest, const double *source, double *residual,
                          double *moments) {
  const LodBox coarse = LodBoxCells(grid->dim, grid->coarse);
  LodBox       inside = LodBoxCube(grid->dim, 1), closed = inside;
  PetscInt     index[LOD_MAX_DIM], here[LOD_MAX_DIM];
  for (PetscInt axis = 0; axis < grid->dim; axis++) {
    inside.size[axis] = LodGridFineRatio(grid, axis);
    closed.size[axis] = inside.size[axis] + 1;
  }
  LodBoxIndex(&coarse, cell, index);
  for (PetscInt i = 0; i < LodBoxCount(&closed); i++)
    residual[i] = -source[cell * LodBoxCount(&closed) + i];
  for (PetscInt part = 0; part < LodBoxCount(&inside); part++) {
    LodBoxIndex(&inside, part, here);
    AddForm(grid, tables, coefficient, index, here, u, rest, residual);
  }
  for (PetscInt corner = 0; corner < LodGridCorners(grid); corner++) {
    moments[corner] = 0;
    for (PetscInt i = 0; i < LodBoxCount(&closed); i++) {
      LodBoxIndex(&closed, i, here);
      moments[corner] += CornerFunction(grid, corner, here) * residual[i];
    }
  }
}

PetscErrorCode LodCellMoments(const LodGrid *grid, const LodCoefficient *coefficient,
                              const double *u, const double *rest, const double *source,
                              double *moments) {
  const PetscInt corners = LodGridCorners(grid);
  size_t         n_closed = 1;
  LodCellTables  tables;
  double        *room;
  PetscFunctionBeginUser;
  PetscCall(LodCoefficientCheckFits(coefficient, grid));
  LodCellTablesInit(grid, grid->fine, &tables);
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    n_closed *= (size_t)LodGridFineRatio(grid, axis) + 1;
  PetscCall(PetscMalloc1(n_closed * (size_t)omp_get_max_threads(), &room));
#pragma omp parallel for schedule(static)
  for (PetscInt cell = 0; cell < LodGridCells(grid); cell++)
    MomentsOfCell(grid, &tables, coefficient, cell, u, rest, source,
                  room + n_closed * (size_t)omp_get_thread_num(),
                  moments + (size_t)cell * (size_t)corners);
  PetscCall(PetscFree(room));
  PetscFunctionReturn(0);
}
