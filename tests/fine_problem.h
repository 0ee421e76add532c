/* A fine problem as plainly as it can be written, dense: what corrected solutions are held against.
   Everything is over all nodes of the fine mesh. */
#ifndef LODNET_TESTS_FINE_PROBLEM_H
#define LODNET_TESTS_FINE_PROBLEM_H

#include <math.h>
#include <petscblaslapack.h>
#include <string.h>

#include "check_lodnet.h"
#include "fem/element.h"
#include "lod/interpolation_private.h"

/* The nodes of a cell of a mesh of cells[], as numbers in its box of nodes. */
static inline void cell_nodes(PetscInt dim, const PetscInt cells[], PetscInt cell,
                              PetscInt nodes[LOD_MAX_CORNERS]) {
  const LodBox mesh = LodBoxCells(dim, cells), all = LodBoxNodes(dim, cells);
  PetscInt     index[LOD_MAX_DIM], node[LOD_MAX_DIM];
  LodBoxIndex(&mesh, cell, index);
  for (PetscInt corner = 0; corner < (PetscInt)1 << dim; corner++) {
    LodCornerNode(index, corner, node);
    nodes[corner] = LodBoxPosition(&all, node);
  }
}

/* The number of the coarse cell that a fine cell lies in. */
static inline PetscInt coarse_cell_of(const LodGrid *grid, PetscInt fine_cell) {
  const LodBox fine = LodBoxCells(grid->dim, grid->fine);
  const LodBox coarse = LodBoxCells(grid->dim, grid->coarse);
  PetscInt     index[LOD_MAX_DIM];
  LodBoxIndex(&fine, fine_cell, index);
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    index[axis] /= LodGridFineRatio(grid, axis);
  return LodBoxPosition(&coarse, index);
}

/* The matrix a_T(Lam_b, Lam_a) of a fine cell: of numbers from the stiffness of a cell with A = 1,
   else as everywhere. */
static inline void fine_cell_matrix(const LodGrid *grid, const LodCoefficient *coefficient,
                                    PetscInt fine_cell, double *matrix) {
  const LodBox fine = LodBoxCells(grid->dim, grid->fine);
  const LodBox own = LodBoxCells(grid->dim, grid->coefficient);
  PetscInt     index[LOD_MAX_DIM];
  double       side[LOD_MAX_DIM];
  LodBoxIndex(&fine, fine_cell, index);
  if (!LodCoefficientIsPlain(coefficient)) {
    LodCellTables tables;
    LodCellTablesInit(grid, grid->fine, &tables);
    LodCellMatrix(&tables, coefficient, index, matrix);
    return;
  }
  LodGridSides(grid, grid->fine, side);
  LodElementStiffness(grid->dim, side, matrix);
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    index[axis] /= LodGridRefinement(grid, axis);
  for (PetscInt i = 0; i < LodPower(4, grid->dim); i++)
    matrix[i] *= coefficient->values[LodBoxPosition(&own, index)];
}

/* The matrix of the form a over all nodes, dense; the caller frees it. */
static inline double *fine_matrix(const LodGrid *grid, const LodCoefficient *coefficient) {
  const PetscInt n = LodNodeCount(grid->dim, grid->fine), corners = LodGridCorners(grid);
  double        *matrix = calloc((size_t)n * (size_t)n, sizeof *matrix);
  for (PetscInt cell = 0; cell < LodCellCount(grid->dim, grid->fine); cell++) {
    PetscInt nodes[LOD_MAX_CORNERS];
    double   own[LOD_MAX_CORNERS * LOD_MAX_CORNERS];
    cell_nodes(grid->dim, grid->fine, cell, nodes);
    fine_cell_matrix(grid, coefficient, cell, own);
    for (PetscInt a = 0; a < corners; a++)
      for (PetscInt b = 0; b < corners; b++)
        matrix[(size_t)nodes[a] * (size_t)n + (size_t)nodes[b]] += own[a * corners + b];
  }
  return matrix;
}

/* Whether a node of a mesh, by number, is Dirichlet. */
static inline PetscBool node_is_dirichlet(const LodGrid *grid, const PetscInt cells[],
                                          PetscInt node) {
  const LodBox nodes = LodBoxNodes(grid->dim, cells);
  PetscInt     index[LOD_MAX_DIM];
  LodBoxIndex(&nodes, node, index);
  return LodGridIsDirichlet(grid, cells, index);
}

/* Solves matrix u = load at the nodes of a mesh that are not Dirichlet, u being given at the
   others, and where constants are in the kernel at node 0. The matrix, n x n by rows, need not be
   symmetric. */
static inline void solve_dense(const LodGrid *grid, const PetscInt cells[], PetscBool constants,
                               const double *matrix, const double *load, double *u) {
  const PetscInt n = LodNodeCount(grid->dim, cells);
  PetscInt      *free_nodes = malloc((size_t)n * sizeof *free_nodes);
  PetscBLASInt   m = 0, one = 1, info = 0, *pivots = malloc((size_t)n * sizeof *pivots);
  PetscBool     *given = malloc((size_t)n * sizeof *given);
  for (PetscInt i = 0; i < n; i++) {
    given[i] = (PetscBool)(node_is_dirichlet(grid, cells, i) || (i == 0 && constants));
    if (!given[i]) free_nodes[m++] = i;
  }
  double *system = malloc((size_t)m * (size_t)m * sizeof *system);
  double *rhs = malloc((size_t)m * sizeof *rhs);
  for (PetscBLASInt i = 0; i < m; i++) {
    const double *row = matrix + (size_t)free_nodes[i] * (size_t)n;
    rhs[i] = load[free_nodes[i]];
    for (PetscInt j = 0; j < n; j++)
      if (given[j]) rhs[i] -= row[j] * u[j];
    for (PetscBLASInt j = 0; j < m; j++)
      system[(size_t)j * (size_t)m + (size_t)i] = row[free_nodes[j]];
  }
  if (m > 0) LAPACKgesv_(&m, &one, system, &m, pivots, rhs, &m, &info);
  ck_assert_int_eq(info, 0);
  for (PetscBLASInt i = 0; i < m; i++)
    u[free_nodes[i]] = rhs[i];
  free(free_nodes), free(given), free(pivots), free(system), free(rhs);
}

/* Sums a source, [coarse cell][fine nodes of the closed cell], to a load on all fine nodes. */
static inline void sum_source(const LodGrid *grid, const double *source, double *load) {
  const LodBox coarse = LodBoxCells(grid->dim, grid->coarse);
  const LodBox all = LodBoxNodes(grid->dim, grid->fine);
  memset(load, 0, (size_t)LodBoxCount(&all) * sizeof *load);
  for (PetscInt cell = 0; cell < LodGridCells(grid); cell++) {
    LodBox   nodes = all;
    PetscInt index[LOD_MAX_DIM];
    LodBoxIndex(&coarse, cell, index);
    for (PetscInt axis = 0; axis < grid->dim; axis++) {
      nodes.first[axis] = index[axis] * LodGridFineRatio(grid, axis);
      nodes.size[axis] = LodGridFineRatio(grid, axis) + 1;
    }
    for (PetscInt i = 0; i < LodBoxCount(&nodes); i++) {
      LodBoxIndex(&nodes, i, index);
      load[LodBoxPosition(&all, index)] += *source++;
    }
  }
}

/* fine[] = the Q1 function with the values coarse[] at the coarse nodes. */
static inline void prolong(const LodGrid *grid, const double *coarse, double *fine) {
  const LodBox coarse_nodes = LodBoxNodes(grid->dim, grid->coarse);
  const LodBox fine_nodes = LodBoxNodes(grid->dim, grid->fine);
  for (PetscInt i = 0; i < LodBoxCount(&fine_nodes); i++) {
    PetscInt index[LOD_MAX_DIM];
    LodBoxIndex(&fine_nodes, i, index);
    fine[i] = 0;
    for (PetscInt corner = 0; corner < LodGridCorners(grid); corner++) {
      PetscInt node[LOD_MAX_DIM] = {0, 0, 0};
      double   weight = 1;
      for (PetscInt axis = 0; axis < grid->dim; axis++) {
        const PetscInt ratio = LodGridFineRatio(grid, axis);
        const PetscInt cell = PetscMin(index[axis] / ratio, grid->coarse[axis] - 1);
        const double   t = (double)(index[axis] - cell * ratio) / (double)ratio;
        node[axis] = cell + (corner >> axis & 1);
        weight *= corner >> axis & 1 ? t : 1 - t;
      }
      fine[i] += weight * coarse[LodBoxPosition(&coarse_nodes, node)];
    }
  }
}

/* The square of the energy norm of v. */
static inline double fine_energy(PetscInt n, const double *matrix, const double *v) {
  double energy = 0;
  for (PetscInt i = 0; i < n; i++)
    for (PetscInt j = 0; j < n; j++)
      energy += v[i] * matrix[(size_t)i * (size_t)n + (size_t)j] * v[j];
  return energy;
}

#endif
