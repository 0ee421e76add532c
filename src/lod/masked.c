/* Interpolation and constraints where a mask cuts coarse cells. */
#include "lod/masked_private.h"

#include <cblas.h>
#include <math.h>
#include <petscblaslapack.h>
#include <stdlib.h>

#include "fem/element.h"

/* Eigenvalues of a matrix with unit diagonal below this share of the largest count as 0. */
#define RANK_TOLERANCE 1e-12

/* Adds one fine cell `local` of the coarse cell to products[a][i], the integrals of Lam_a times the
   fine hat functions over the closed cell's nodes. */
static void AddMass(const LodBox *inside, const LodBox *nodes, const double *mass,
                    const PetscInt local[LOD_MAX_DIM], double *products) {
  const PetscInt corners = (PetscInt)1 << inside->dim, n_nodes = LodBoxCount(nodes);
  PetscInt       node[LOD_MAX_DIM];
  for (PetscInt b = 0; b < corners; b++) {
    double values[LOD_MAX_CORNERS];
    LodCornerNode(local, b, node);
    for (PetscInt a = 0; a < corners; a++)
      values[a] = LodCornerFunction(inside, a, node);
    for (PetscInt i = 0; i < corners; i++) {
      LodCornerNode(local, i, node);
      const PetscInt place = LodBoxPosition(nodes, node);
      for (PetscInt a = 0; a < corners; a++)
        products[a * n_nodes + place] += values[a] * mass[b * corners + i];
    }
  }
}

/* products <- the inverse of the Gram matrix of the corner functions times products. */
static PetscBool SolveGram(const LodBox *inside, const LodBox *nodes, double *products) {
  int    corners = 1 << inside->dim, n_nodes = (int)LodBoxCount(nodes), info;
  double gram[LOD_MAX_CORNERS * LOD_MAX_CORNERS] = {0};
  for (int i = 0; i < n_nodes; i++) {
    PetscInt node[LOD_MAX_DIM];
    LodBoxIndex(nodes, i, node);
    for (int b = 0; b < corners; b++) {
      const double value = LodCornerFunction(inside, b, node);
      for (int a = 0; a < corners; a++)
        gram[b * corners + a] += products[a * n_nodes + i] * value;
    }
  }
  LAPACKpotrf_("L", &corners, gram, &corners, &info);
  if (info) return PETSC_FALSE;
  for (int i = 0; i < n_nodes; i++) {
    double column[LOD_MAX_CORNERS];
    int    one = 1;
    for (int a = 0; a < corners; a++)
      column[a] = products[a * n_nodes + i];
    LAPACKpotrs_("L", &corners, &one, gram, &corners, column, &corners, &info);
    for (int a = 0; a < corners; a++)
      products[a * n_nodes + i] = column[a];
  }
  return PETSC_TRUE;
}

PetscBool LodMaskedFunctionals(const LodGrid *grid, const LodCoefficient *coefficient,
                               const PetscInt cell[LOD_MAX_DIM], double *functionals) {
  const PetscInt corners = LodGridCorners(grid);
  const LodBox   inside = LodFineInside(grid);
  const LodBox   nodes = LodBoxClosed(inside);
  PetscInt       index[LOD_MAX_DIM], global[LOD_MAX_DIM] = {0, 0, 0};
  double         mass[LOD_MAX_CORNERS * LOD_MAX_CORNERS];
  const double   unit[LOD_MAX_DIM] = {1, 1, 1}; /* the projection does not depend on the sides */
  const PetscInt n_nodes = LodBoxCount(&nodes);
  LodElementMass(grid->dim, unit, mass);
  for (PetscInt i = 0; i < corners * n_nodes; i++)
    functionals[i] = 0;
  for (PetscInt c = 0; c < LodBoxCount(&inside); c++) {
    LodBoxIndex(&inside, c, index);
    for (PetscInt axis = 0; axis < grid->dim; axis++)
      global[axis] = cell[axis] * inside.size[axis] + index[axis];
    if (LodDomainHasFineCell(grid, coefficient, global))
      AddMass(&inside, &nodes, mass, index, functionals);
  }
  if (!SolveGram(&inside, &nodes, functionals)) return PETSC_FALSE;
  for (PetscInt i = 0; i < n_nodes; i++) {
    LodBoxIndex(&nodes, i, index);
    for (PetscInt axis = 0; axis < grid->dim; axis++)
      global[axis] = cell[axis] * inside.size[axis] + index[axis];
    if (LodDomainNode(grid, coefficient, grid->fine, global) == LOD_NODE_INSIDE) continue;
    for (PetscInt a = 0; a < corners; a++)
      functionals[a * n_nodes + i] = 0;
  }
  return PETSC_TRUE;
}

double LodMaskedWeight(const LodGrid *grid, const LodCoefficient *coefficient,
                       const PetscInt cell[LOD_MAX_DIM], const PetscInt node[LOD_MAX_DIM]) {
  const LodBox mesh = LodBoxCells(grid->dim, grid->coarse);
  double       all = 0;
  for (PetscInt corner = 0; corner < LodGridCorners(grid); corner++) {
    PetscInt around[LOD_MAX_DIM];
    LodCornerCell(node, corner, around);
    if (LodBoxPosition(&mesh, around) >= 0)
      all += (double)LodDomainCoarseCell(grid, coefficient, around);
  }
  return (double)LodDomainCoarseCell(grid, coefficient, cell) / all;
}

PetscBool LodMaskTouchesPatch(const LodGrid *grid, const LodCoefficient *coefficient,
                              PetscInt cell) {
  LodBox   box = LodGridPatchBox(grid, cell);
  PetscInt whole = 1;
  if (!coefficient->mask) return PETSC_FALSE;
  for (PetscInt axis = 0; axis < grid->dim; axis++) {
    const PetscInt first = PetscMax(0, box.first[axis] - 1);
    const PetscInt end = PetscMin(grid->coarse[axis], box.first[axis] + box.size[axis] + 1);
    box.first[axis] = first;
    box.size[axis] = end - first;
    whole *= LodGridCoefficientRatio(grid, axis);
  }
  for (PetscInt c = 0; c < LodBoxCount(&box); c++) {
    PetscInt index[LOD_MAX_DIM];
    LodBoxIndex(&box, c, index);
    if (LodDomainCoarseCell(grid, coefficient, index) < whole) return PETSC_TRUE;
  }
  return PETSC_FALSE;
}

LodPatch LodMaskedPatch(const LodGrid *grid, const LodCoefficient *coefficient, PetscInt cell) {
  LodPatch patch = LodGridPatch(grid, cell);
  patch.masked = LodMaskTouchesPatch(grid, coefficient, cell);
  for (PetscInt axis = 0; axis < grid->dim && patch.masked; axis++) {
    const PetscInt low = patch.cells.first[axis], high = low + patch.cells.size[axis];
    if (low > 0) patch.unknowns.first[axis]--, patch.unknowns.size[axis]++;
    if (high < grid->coarse[axis]) patch.unknowns.size[axis]++;
  }
  return patch;
}

PetscBool LodMaskedHolds(const LodGrid *grid, const LodCoefficient *coefficient,
                         const LodPatch *patch, const PetscInt node[LOD_MAX_DIM]) {
  const LodBox mesh = LodBoxCells(grid->dim, grid->fine);
  if (LodDomainNode(grid, coefficient, grid->fine, node) != LOD_NODE_INSIDE) return PETSC_TRUE;
  for (PetscInt corner = 0; corner < LodGridCorners(grid); corner++) {
    PetscInt cell[LOD_MAX_DIM], coarse[LOD_MAX_DIM] = {0, 0, 0};
    LodCornerCell(node, corner, cell);
    if (LodBoxPosition(&mesh, cell) < 0) continue;
    for (PetscInt axis = 0; axis < grid->dim; axis++)
      coarse[axis] = cell[axis] / LodGridFineRatio(grid, axis);
    if (LodBoxPosition(&patch->cells, coarse) < 0 && LodDomainHasFineCell(grid, coefficient, cell))
      return PETSC_TRUE;
  }
  return PETSC_FALSE;
}

/* Scales a matrix to unit diagonal: scales[i] = 1/sqrt(diagonal), 0 where that is 0. */
static void ScaleToUnit(int m, double *matrix, double *scales) {
  for (int i = 0; i < m; i++) {
    const double diagonal = matrix[(size_t)i * (size_t)m + (size_t)i];
    scales[i] = diagonal > 0 ? 1 / sqrt(diagonal) : 0;
  }
  for (int j = 0; j < m; j++)
    for (int i = 0; i < m; i++)
      matrix[(size_t)j * (size_t)m + (size_t)i] *= scales[i] * scales[j];
}

/* right <- V diag(1/value, 0 where it counts as 0) V^T right. */
static void ApplyInverse(int m, const double *vectors, const double *values, double *right,
                         double *work) {
  cblas_dgemv(CblasColMajor, CblasTrans, m, m, 1, vectors, m, right, 1, 0, work, 1);
  for (int i = 0; i < m; i++)
    work[i] = values[i] > RANK_TOLERANCE * values[m - 1] ? work[i] / values[i] : 0;
  cblas_dgemv(CblasColMajor, CblasNoTrans, m, m, 1, vectors, m, work, 1, 0, right, 1);
}

int LodMaskedSolve(int m, double *schur, int columns, double *rights) {
  const size_t n = (size_t)m;
  int          size = 8 * m, info = 0;
  if (m == 0) return 0;
  double *work = malloc((2 * n + (size_t)size) * sizeof *work);
  if (!work) return 1;
  double *scales = work + size, *values = scales + m;
  ScaleToUnit(m, schur, scales);
  LAPACKsyev_("V", "L", &m, schur, &m, values, work, &size, &info);
  for (int column = 0; column < columns && !info; column++) {
    double *right = rights + (size_t)column * n;
    for (int i = 0; i < m; i++)
      right[i] *= scales[i];
    ApplyInverse(m, schur, values, right, work);
    for (int i = 0; i < m; i++)
      right[i] *= scales[i];
  }
  free(work);
  return info ? 2 : 0;
}
