/* Element matrices of Q1 on boxes. Every one is a sum of tensor products of one-dimensional ones:
   stiffness = sum over axes of (stiffness on that axis) x (mass on the others). */
#include "fem/element.h"

#include <string.h>

#include "base/units.h"
#include "grid/domain.h"

/* The corner's offset, 0 or 1, along `axis`. */
static inline PetscInt CornerOffset(PetscInt corner, PetscInt axis) {
  return corner >> axis & 1;
}

/* Integrals over an interval, [i][j] of the hat functions i and j of its ends: of the products of
   their derivatives, of the products, and of the derivative of i times j. */
typedef struct {
  double stiffness[2][2], mass[2][2], mixed[2][2];
} Interval;

/* Tensor product over axes of one-dimensional 2x2 matrices, the `chosen` axis with its stiffness,
   the others with their mass; chosen < 0: mass on all. Gives entry (a, b). */
static double TensorEntry(PetscInt dim, PetscInt chosen, PetscInt a, PetscInt b,
                          const Interval interval[]) {
  double product = 1;
  for (PetscInt axis = 0; axis < dim; axis++) {
    PetscInt i = CornerOffset(a, axis), j = CornerOffset(b, axis);
    product *= axis == chosen ? interval[axis].stiffness[i][j] : interval[axis].mass[i][j];
  }
  return product;
}

/* The integral of d_p Lam_a d_q Lam_b for two different axes. */
static double MixedEntry(PetscInt dim, PetscInt p, PetscInt q, PetscInt a, PetscInt b,
                         const Interval interval[]) {
  double product = 1;
  for (PetscInt axis = 0; axis < dim; axis++) {
    PetscInt i = CornerOffset(a, axis), j = CornerOffset(b, axis);
    product *= axis == p   ? interval[axis].mixed[i][j]
               : axis == q ? interval[axis].mixed[j][i]
                           : interval[axis].mass[i][j];
  }
  return product;
}

/* The integral of Lam_a Lam_b over the face of the cell at `side` of `chosen`. */
static double FaceEntry(PetscInt dim, PetscInt chosen, PetscInt side, PetscInt a, PetscInt b,
                        const Interval interval[]) {
  double product = 1;
  for (PetscInt axis = 0; axis < dim; axis++) {
    PetscInt i = CornerOffset(a, axis), j = CornerOffset(b, axis);
    product *= axis == chosen ? (i == side && j == side ? 1 : 0) : interval[axis].mass[i][j];
  }
  return product;
}

/* matrix[a][b] += factor * (sum over axes of tensor products). */
static void AddTensorStiffness(PetscInt dim, double factor, const Interval interval[],
                               double matrix[]) {
  PetscInt corners = (PetscInt)1 << dim;
  for (PetscInt a = 0; a < corners; a++)
    for (PetscInt b = 0; b < corners; b++)
      for (PetscInt axis = 0; axis < dim; axis++)
        matrix[a * corners + b] += factor * TensorEntry(dim, axis, a, b, interval);
}

/* The integrals of the two hat functions of an interval of length `length` over its part from t to
   s, 0 <= t < s <= 1: those of (1-x)^2, x(1-x), x^2 over [t, s], times length. */
static Interval PartMatrices(double length, double t, double s) {
  double   one = s - t, first = (s * s - t * t) / 2, second = (s * s * s - t * t * t) / 3;
  Interval result;
  result.mass[0][0] = length * (one - 2 * first + second);
  result.mass[0][1] = result.mass[1][0] = length * (first - second);
  result.mass[1][1] = length * second;
  result.stiffness[0][0] = result.stiffness[1][1] = one / length;
  result.stiffness[0][1] = result.stiffness[1][0] = -one / length;
  for (int i = 0; i < 2; i++) { /* the derivatives are -1/length and 1/length */
    result.mixed[i][0] = (i ? 1 : -1) * (one - first);
    result.mixed[i][1] = (i ? 1 : -1) * first;
  }
  return result;
}

/* The same over its sub-interval number `part` of `parts`. */
static Interval IntervalMatrices(double length, PetscInt part, PetscInt parts) {
  return PartMatrices(length, (double)part / (double)parts, (double)(part + 1) / (double)parts);
}

void LodElementStiffness(PetscInt dim, const double side[], double matrix[]) {
  Interval interval[LOD_MAX_DIM];
  for (PetscInt axis = 0; axis < dim; axis++)
    interval[axis] = IntervalMatrices(side[axis], 0, 1);
  for (PetscInt i = 0; i < LodPower(4, dim); i++)
    matrix[i] = 0;
  AddTensorStiffness(dim, 1, interval, matrix);
}

void LodElementMass(PetscInt dim, const double side[], double matrix[]) {
  Interval interval[LOD_MAX_DIM];
  PetscInt corners = (PetscInt)1 << dim;
  for (PetscInt axis = 0; axis < dim; axis++)
    interval[axis] = IntervalMatrices(side[axis], 0, 1);
  for (PetscInt a = 0; a < corners; a++)
    for (PetscInt b = 0; b < corners; b++)
      matrix[a * corners + b] = TensorEntry(dim, -1, a, b, interval);
}

void LodCellStiffnessPart(const LodBox *inside, const double side[], PetscInt part, double factor,
                          double matrix[]) {
  Interval interval[LOD_MAX_DIM];
  PetscInt index[LOD_MAX_DIM];
  LodBoxIndex(inside, part, index);
  for (PetscInt axis = 0; axis < inside->dim; axis++)
    interval[axis] = IntervalMatrices(side[axis], index[axis], inside->size[axis]);
  AddTensorStiffness(inside->dim, factor, interval, matrix);
}

/* Fills the tables from the one-dimensional integrals. */
static void FillTables(const Interval interval[], LodCellTables *tables) {
  const PetscInt dim = tables->dim, corners = tables->corners;
  memset(tables->table, 0, sizeof tables->table);
  AddTensorStiffness(dim, 1, interval, tables->table[LOD_LAPLACE]);
  for (PetscInt a = 0; a < corners; a++)
    for (PetscInt b = 0; b < corners; b++) {
      const PetscInt entry = a * corners + b;
      tables->table[LOD_MASS][entry] = TensorEntry(dim, -1, a, b, interval);
      for (PetscInt face = 0; face < 2 * dim; face++)
        tables->table[LOD_FACE + face][entry] = FaceEntry(dim, face / 2, face % 2, a, b, interval);
      for (PetscInt p = 0; p < dim; p++)
        for (PetscInt q = p; q < dim; q++)
          tables->table[LOD_COMPONENT + LodTensorComponent(dim, p, q)][entry] =
              p == q
                  ? TensorEntry(dim, p, a, b, interval)
                  : MixedEntry(dim, p, q, a, b, interval) + MixedEntry(dim, q, p, a, b, interval);
    }
}

void LodCellTablesInit(const LodGrid *grid, const PetscInt cells[], LodCellTables *tables) {
  double   side[LOD_MAX_DIM];
  Interval interval[LOD_MAX_DIM];
  *tables = (LodCellTables){.dim = grid->dim, .corners = LodGridCorners(grid)};
  LodGridSides(grid, cells, side);
  for (PetscInt axis = 0; axis < grid->dim; axis++) {
    tables->cells[axis] = cells[axis];
    tables->ratio[axis] = cells[axis] / grid->coefficient[axis];
    interval[axis] = IntervalMatrices(side[axis], 0, 1);
  }
  FillTables(interval, tables);
}

void LodCellTablesScale(int exponent, LodCellTables *tables) {
  LodUnitsScale(exponent, (size_t)LOD_N_TABLES * LOD_MAX_CORNERS_SQUARED, tables->table[0],
                tables->table[0]);
}

PetscInt LodCellPosition(const LodCellTables *tables, const LodCoefficient *coefficient,
                         const PetscInt index[LOD_MAX_DIM]) {
  PetscInt position = 0;
  for (PetscInt axis = tables->dim - 1; axis >= 0; axis--)
    position = position * coefficient->cells[axis] + index[axis] / tables->ratio[axis];
  return position;
}

/* The rate of the Robin face of D at `side` of `axis` at the cell of the mesh; 0 if the cell does
   not lie there. */
static double RobinRate(const LodCellTables *tables, const LodCoefficient *coefficient,
                        const PetscInt index[LOD_MAX_DIM], PetscInt axis, PetscInt side) {
  const double *rates = coefficient->robin[axis][side];
  PetscInt      position = 0;
  if (!rates || index[axis] != (side ? tables->cells[axis] - 1 : 0)) return 0;
  for (PetscInt other = tables->dim - 1; other >= 0; other--)
    if (other != axis)
      position = position * coefficient->cells[other] + index[other] / tables->ratio[other];
  return rates[position];
}

PetscBool LodCellIsOnRobin(const LodCellTables *tables, const LodCoefficient *coefficient,
                           const PetscInt index[LOD_MAX_DIM]) {
  for (PetscInt axis = 0; axis < tables->dim; axis++)
    if ((coefficient->robin[axis][0] && index[axis] == 0) ||
        (coefficient->robin[axis][1] && index[axis] == tables->cells[axis] - 1))
      return PETSC_TRUE;
  return PETSC_FALSE;
}

/* entries[i] += factor * table[i], count of them. */
static inline void AddTable(PetscInt count, double factor, const double *table, double *entries) {
  for (PetscInt i = 0; i < count; i++)
    entries[i] += factor * table[i];
}

/* Puts 0 into rows and columns of nodes on Dirichlet walls; entries[] as in FillEntries. */
static void CutEntries(const LodCellTables *tables, const LodCoefficient *coefficient,
                       const PetscInt index[LOD_MAX_DIM], PetscInt first, PetscInt count,
                       double *entries) {
  PetscBool cut[LOD_MAX_CORNERS];
  for (PetscInt a = 0; a < tables->corners; a++) {
    PetscInt node[LOD_MAX_DIM];
    LodCornerNode(index, a, node);
    cut[a] = (PetscBool)(LodDomainFineNode(coefficient, tables->cells, node) != LOD_NODE_INSIDE);
  }
  for (PetscInt i = 0; i < count; i++)
    if (cut[(first + i) / tables->corners] || cut[(first + i) % tables->corners]) entries[i] = 0;
}

/* entries[] = those first <= i < first + count of the matrix [a][b] of a cell of the mesh. */
static void FillEntries(const LodCellTables *tables, const LodCoefficient *coefficient,
                        const PetscInt index[LOD_MAX_DIM], PetscInt first, PetscInt count,
                        double *entries) {
  const PetscInt dim = tables->dim, n = coefficient->components;
  const PetscInt position = LodCellPosition(tables, coefficient, index);
  const double  *values = coefficient->values + (size_t)position * (size_t)n;
  memset(entries, 0, (size_t)count * sizeof *entries);
  if (!LodCoefficientHasCell(coefficient, position)) return;
  if (n == 1) AddTable(count, values[0], tables->table[LOD_LAPLACE] + first, entries);
  for (PetscInt i = 0; n > 1 && i < n; i++) {
    const PetscInt place = n == dim ? LodTensorComponent(dim, i, i) : i;
    AddTable(count, values[i], tables->table[LOD_COMPONENT + place] + first, entries);
  }
  if (coefficient->reaction)
    AddTable(count, coefficient->reaction[position], tables->table[LOD_MASS] + first, entries);
  for (PetscInt axis = 0; axis < dim; axis++) {
    if (index[axis] > 0 && index[axis] < tables->cells[axis] - 1) continue; /* as most are */
    for (PetscInt side = 0; side < 2; side++) {
      const double rate = RobinRate(tables, coefficient, index, axis, side);
      if (rate > 0)
        AddTable(count, rate, tables->table[LOD_FACE + 2 * axis + side] + first, entries);
    }
  }
  if (coefficient->dirichlet_walls) CutEntries(tables, coefficient, index, first, count, entries);
}

void LodCellMatrix(const LodCellTables *tables, const LodCoefficient *coefficient,
                   const PetscInt index[LOD_MAX_DIM], double matrix[]) {
  FillEntries(tables, coefficient, index, 0, tables->corners * tables->corners, matrix);
}

void LodCellRow(const LodCellTables *tables, const LodCoefficient *coefficient,
                const PetscInt index[LOD_MAX_DIM], PetscInt a, double row[LOD_MAX_CORNERS]) {
  FillEntries(tables, coefficient, index, a * tables->corners, tables->corners, row);
}

LodBox LodCellInside(const LodGrid *grid) {
  LodBox inside = LodBoxCube(grid->dim, 1);
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    inside.size[axis] = LodGridCoefficientRatio(grid, axis);
  return inside;
}

/* The box of coefficient cells that a coarse cell shares something with; E/N of them along an axis
   where N divides E. */
static LodBox CellsUnder(const LodGrid *grid, const PetscInt index[LOD_MAX_DIM]) {
  LodBox box = LodBoxCube(grid->dim, 1);
  for (PetscInt axis = 0; axis < grid->dim; axis++) {
    const PetscInt64 n = grid->coarse[axis], cells = grid->coefficient[axis];
    box.first[axis] = (PetscInt)(index[axis] * cells / n);
    box.size[axis] = (PetscInt)(((index[axis] + 1) * cells + n - 1) / n) - box.first[axis];
  }
  return box;
}

/* The one-dimensional integrals of the corner functions of a coarse cell with the sides side[] over
   what it shares with a coefficient cell. In parts of the coarse cell that is from
   (jN - iE) / E to ((j+1)N - iE) / E, cut at 0 and 1; quotients of integers, so that it does not
   depend on which numbers divide which. */
static void SharedIntervals(const LodGrid *grid, const PetscInt index[LOD_MAX_DIM],
                            const PetscInt cell[LOD_MAX_DIM], const double side[],
                            Interval interval[]) {
  for (PetscInt axis = 0; axis < grid->dim; axis++) {
    const PetscInt64 n = grid->coarse[axis], cells = grid->coefficient[axis];
    const PetscInt64 begin = cell[axis] * n - index[axis] * cells, end = begin + n;
    interval[axis] = PartMatrices(side[axis], (double)PetscMax(begin, 0) / (double)cells,
                                  (double)PetscMin(end, cells) / (double)cells);
  }
}

/* matrix[a][b] += the whole form of the corner functions of a coarse cell on what it shares with a
   coefficient cell, given by its one-dimensional integrals. The tables are those of a mesh of the
   coefficient cells, but of the coarse functions, which do not vanish on a face of D only if the
   coarse cell lies there. */
static void AddPart(const LodGrid *grid, const LodCoefficient *coefficient,
                    const PetscInt index[LOD_MAX_DIM], const PetscInt cell[LOD_MAX_DIM],
                    const Interval interval[], double matrix[]) {
  LodCellTables tables = {.dim = grid->dim, .corners = LodGridCorners(grid)};
  double        entries[LOD_MAX_CORNERS_SQUARED];
  for (PetscInt axis = 0; axis < grid->dim; axis++) {
    tables.cells[axis] = coefficient->cells[axis];
    tables.ratio[axis] = 1;
  }
  FillTables(interval, &tables);
  for (PetscInt face = 0; face < 2 * grid->dim; face++)
    if (index[face / 2] != (face % 2 ? grid->coarse[face / 2] - 1 : 0))
      memset(tables.table[LOD_FACE + face], 0, sizeof tables.table[LOD_FACE + face]);
  LodCellMatrix(&tables, coefficient, cell, entries);
  AddTable(tables.corners * tables.corners, 1, entries, matrix);
}

double LodCornerFunction(const LodBox *inside, PetscInt corner, const PetscInt local[LOD_MAX_DIM]) {
  double product = 1;
  for (PetscInt axis = 0; axis < inside->dim; axis++) {
    double t = (double)local[axis] / (double)inside->size[axis];
    product *= corner >> axis & 1 ? t : 1 - t;
  }
  return product;
}

/* matrix[a][b] += Lam^T fine Lam, the form on one fine cell of the corner functions of the coarse
   cell, of which it is number `part`. */
static void AddFineCell(const LodBox *inside, PetscInt part, const double *fine, double matrix[]) {
  const PetscInt corners = (PetscInt)1 << inside->dim;
  double         values[LOD_MAX_CORNERS][LOD_MAX_CORNERS]; /* [fine corner][coarse corner] */
  PetscInt       local[LOD_MAX_DIM], node[LOD_MAX_DIM];
  LodBoxIndex(inside, part, local);
  for (PetscInt i = 0; i < corners; i++) {
    LodCornerNode(local, i, node);
    for (PetscInt a = 0; a < corners; a++)
      values[i][a] = LodCornerFunction(inside, a, node);
  }
  for (PetscInt i = 0; i < corners; i++)
    for (PetscInt k = 0; k < corners; k++)
      for (PetscInt a = 0; a < corners; a++)
        for (PetscInt b = 0; b < corners; b++)
          matrix[a * corners + b] += values[i][a] * fine[i * corners + k] * values[k][b];
}

/* LodCellStiffness where Dirichlet walls cut the corner functions: a sum over the fine cells. */
static void CutStiffness(const LodGrid *grid, const LodCoefficient *coefficient,
                         const PetscInt index[LOD_MAX_DIM], double matrix[]) {
  const PetscInt corners = LodGridCorners(grid);
  const LodBox   inside = LodFineInside(grid);
  LodCellTables  tables;
  PetscInt       cell[LOD_MAX_DIM];
  LodCellTablesInit(grid, grid->fine, &tables);
  for (PetscInt part = 0; part < LodBoxCount(&inside); part++) {
    double fine[LOD_MAX_CORNERS_SQUARED];
    LodBoxIndex(&inside, part, cell);
    for (PetscInt axis = 0; axis < grid->dim; axis++)
      cell[axis] += index[axis] * inside.size[axis];
    LodCellMatrix(&tables, coefficient, cell, fine);
    AddFineCell(&inside, part, fine, matrix);
  }
  for (PetscInt a = 0; a < corners; a++) {
    LodCornerNode(index, a, cell);
    if (LodDomainNode(grid, coefficient, grid->coarse, cell) == LOD_NODE_INSIDE) continue;
    for (PetscInt b = 0; b < corners; b++)
      matrix[a * corners + b] = matrix[b * corners + a] = 0;
  }
}

void LodCellStiffness(const LodGrid *grid, const LodCoefficient *coefficient,
                      const PetscInt index[LOD_MAX_DIM], double matrix[]) {
  const PetscBool plain = LodCoefficientIsPlain(coefficient);
  const LodBox    all = LodBoxCells(grid->dim, grid->coefficient), under = CellsUnder(grid, index);
  double          side[LOD_MAX_DIM];
  LodGridSides(grid, grid->coarse, side);
  for (PetscInt i = 0; i < LodPower(4, grid->dim); i++)
    matrix[i] = 0;
  if (coefficient->dirichlet_walls) {
    CutStiffness(grid, coefficient, index, matrix);
    return;
  }
  for (PetscInt part = 0; part < LodBoxCount(&under); part++) {
    PetscInt cell[LOD_MAX_DIM];
    Interval interval[LOD_MAX_DIM];
    LodBoxIndex(&under, part, cell);
    SharedIntervals(grid, index, cell, side, interval);
    if (plain) /* what most problems are, quickly */
      AddTensorStiffness(grid->dim, coefficient->values[LodBoxPosition(&all, cell)], interval,
                         matrix);
    else
      AddPart(grid, coefficient, index, cell, interval, matrix);
  }
}
