/* Zero sums, cut patches and symmetries of local operators. */
#include "lod/structure.h"

#include <string.h>

LodBox LodGridInsideNodes(const LodGrid *grid, PetscInt cell) {
  const LodBox cut = LodGridPatchBox(grid, cell), uncut = LodGridUncutPatchBox(grid, cell);
  LodBox       inside = LodBoxClosed(cut);
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    inside.first[axis] = cut.first[axis] - uncut.first[axis];
  return inside;
}

void LodOperatorClearOutside(PetscInt ell, const LodBox *inside, double *operators) {
  const LodBox   nodes = LodBoxCube(inside->dim, 2 * ell + 2);
  const PetscInt corners = (PetscInt)1 << inside->dim;
  PetscInt       index[LOD_MAX_DIM];
  if (LodBoxCount(inside) == LodBoxCount(&nodes)) return;
  for (PetscInt z = 0; z < LodBoxCount(&nodes); z++) {
    LodBoxIndex(&nodes, z, index);
    if (LodBoxPosition(inside, index) < 0)
      memset(operators + (ptrdiff_t)z * corners, 0, (size_t)corners * sizeof *operators);
  }
}

void LodOperatorZeroSums(PetscInt ell, const LodBox *inside, double *operators) {
  const LodBox   nodes = LodBoxCube(inside->dim, 2 * ell + 2);
  const PetscInt corners = (PetscInt)1 << inside->dim, count = LodBoxCount(inside);
  const PetscInt across = inside->size[0]; /* rows that follow each other */
  double         column[LOD_MAX_CORNERS] = {0};
  PetscInt       index[LOD_MAX_DIM];
  /* The two projections, on vanishing row sums and on vanishing column sums, commute. */
  for (PetscInt first = 0; first < count; first += across) {
    LodBoxIndex(inside, first, index);
    double *row = operators + (ptrdiff_t)LodBoxPosition(&nodes, index) * corners;
    for (PetscInt z = 0; z < across; z++, row += corners) {
      double mean = 0;
      for (PetscInt j = 0; j < corners; j++)
        mean += row[j] / (double)corners;
      for (PetscInt j = 0; j < corners; j++) {
        row[j] -= mean;
        column[j] += row[j];
      }
    }
  }
  for (PetscInt j = 0; j < corners; j++)
    column[j] /= (double)count;
  for (PetscInt first = 0; first < count; first += across) {
    LodBoxIndex(inside, first, index);
    double *row = operators + (ptrdiff_t)LodBoxPosition(&nodes, index) * corners;
    for (PetscInt z = 0; z < across; z++, row += corners)
      for (PetscInt j = 0; j < corners; j++)
        row[j] -= column[j];
  }
}

/* A symmetry: new axis a is old axis `axis[a]`, turned round if `flip[a]`. */
typedef struct {
  PetscInt axis[LOD_MAX_DIM], flip[LOD_MAX_DIM];
} Symmetry;

PetscInt LodSymmetryCount(PetscInt dim) {
  static const PetscInt count[] = {1, 2, 8, 48};
  return count[dim];
}

/* Symmetry number s = flips + 2^dim * permutation. */
static Symmetry SymmetryOf(PetscInt dim, PetscInt symmetry) {
  static const PetscInt axes[][LOD_MAX_DIM] = {{0, 1, 2}, {1, 0, 2}, {0, 2, 1},
                                               {2, 1, 0}, {1, 2, 0}, {2, 0, 1}};
  const PetscInt        corners = (PetscInt)1 << dim;
  Symmetry              s = {{0}, {0}};
  for (PetscInt a = 0; a < LOD_MAX_DIM; a++) {
    s.axis[a] = axes[symmetry / corners][a];
    s.flip[a] = symmetry >> a & (a < dim);
  }
  return s;
}

void LodSymmetryTable(PetscInt dim, PetscInt symmetry, PetscInt size, PetscInt *table) {
  const Symmetry s = SymmetryOf(dim, symmetry);
  const LodBox   box = LodBoxCube(dim, size);
  for (PetscInt i = 0; i < LodBoxCount(&box); i++) {
    PetscInt to[LOD_MAX_DIM], from[LOD_MAX_DIM] = {0, 0, 0};
    LodBoxIndex(&box, i, to);
    for (PetscInt a = 0; a < dim; a++)
      from[s.axis[a]] = s.flip[a] ? size - 1 - to[a] : to[a];
    table[i] = LodBoxPosition(&box, from);
  }
}

LodBox LodSymmetryBox(PetscInt symmetry, PetscInt size, const LodBox *box) {
  const Symmetry s = SymmetryOf(box->dim, symmetry);
  LodBox         turned = *box;
  for (PetscInt a = 0; a < box->dim; a++) {
    const PetscInt low = box->first[s.axis[a]];
    turned.size[a] = box->size[s.axis[a]];
    turned.first[a] = s.flip[a] ? size - low - turned.size[a] : low;
  }
  return turned;
}

PetscInt LodSymmetryInverse(PetscInt dim, PetscInt symmetry) {
  const Symmetry s = SymmetryOf(dim, symmetry);
  PetscInt       inverse = 0;
  for (; inverse < LodSymmetryCount(dim); inverse++) {
    const Symmetry t = SymmetryOf(dim, inverse);
    PetscBool      undoes = PETSC_TRUE;
    for (PetscInt a = 0; a < dim; a++)
      if (t.axis[s.axis[a]] != a || t.flip[s.axis[a]] != s.flip[a]) undoes = PETSC_FALSE;
    if (undoes) break;
  }
  return inverse;
}
