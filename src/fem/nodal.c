/* Nodal vectors on tensor-product meshes: mass, prolongation, load and norms are one-dimensional
   operations along one axis after the other. */
#include "fem/nodal.h"

#include <math.h>

#include "base/units.h"
#include "fem/element.h"
#include "fem/load.h"

/* The layout of an array of nodes seen along one axis: `before` values stand between neighbours
   (the product of the sizes of faster axes), `after` is the number of such planes. */
typedef struct {
  PetscInt before, after;
} AxisView;

/* View of an array with node counts size[] along `axis`. */
static AxisView ViewAlong(PetscInt dim, const PetscInt size[], PetscInt axis) {
  AxisView view = {1, 1};
  for (PetscInt other = 0; other < PetscMin(dim, LOD_MAX_DIM); other++) {
    if (other < axis) view.before *= size[other];
    if (other > axis) view.after *= size[other];
  }
  return view;
}

/* values <- (one-dimensional Q1 mass matrix of n nodes, cell side `side`) values, along one axis.
 */
static void MassAlong(AxisView view, PetscInt n, double side, double *values) {
  for (PetscInt plane = 0; plane < view.after; plane++)
    for (PetscInt line = 0; line < view.before; line++) {
      double *node = values + plane * n * view.before + line;
      double  left = 0;
      for (PetscInt i = 0; i < n; i++) {
        double here = node[i * view.before];
        double right = i + 1 < n ? node[(i + 1) * view.before] : 0;
        double diagonal = i == 0 || i + 1 == n ? 2 : 4; /* an end node has one cell only */
        node[i * view.before] = side / 6 * (left + diagonal * here + right);
        left = here;
      }
    }
}

/* fine[] = interpolation of coarse[] along one axis, `ratio` fine cells a coarse cell. */
static void InterpolateAlong(AxisView view, PetscInt cells, PetscInt ratio, const double *coarse,
                             double *fine) {
  PetscInt n_coarse = cells + 1, n_fine = cells * ratio + 1, step = view.before;
  for (PetscInt plane = 0; plane < view.after; plane++)
    for (PetscInt line = 0; line < step; line++) {
      const double *c = coarse + plane * n_coarse * step + line;
      double       *f = fine + plane * n_fine * step + line;
      for (PetscInt i = 0; i < n_fine; i++) {
        PetscInt low = i / ratio, high = PetscMin(low + 1, cells);
        double   weight = (double)(i % ratio) / (double)ratio;
        f[i * step] = (1 - weight) * c[low * step] + weight * c[high * step];
      }
    }
}

PetscErrorCode LodNodesProlongate(PetscInt dim, const PetscInt from[], const double *coarse,
                                  const PetscInt to[], double *fine) {
  const LodBox nodes = LodBoxNodes(dim, from);
  PetscInt     size[LOD_MAX_DIM] = {nodes.size[0], nodes.size[1], nodes.size[2]};
  PetscInt     largest = LodNodeCount(dim, to);
  double      *now, *next;
  PetscFunctionBeginUser;
  for (PetscInt axis = 0; axis < dim; axis++)
    PetscCheck(from[axis] >= 1 && to[axis] >= from[axis] && to[axis] % from[axis] == 0,
               PETSC_COMM_SELF, PETSC_ERR_ARG_SIZ,
               "the finer mesh (%" PetscInt_FMT
               " cells) must be a multiple of the coarser (%" PetscInt_FMT ")",
               to[axis], from[axis]);
  PetscCall(PetscMalloc2(largest, &now, largest, &next));
  PetscCall(PetscArraycpy(now, coarse, LodBoxCount(&nodes)));
  for (PetscInt axis = 0; axis < dim; axis++) {
    AxisView view = ViewAlong(dim, size, axis);
    InterpolateAlong(view, from[axis], to[axis] / from[axis], now, next);
    size[axis] = to[axis] + 1;
    double *swap = now;
    now = next, next = swap;
  }
  PetscCall(PetscArraycpy(fine, now, largest));
  if (dim % 2)
    PetscCall(PetscFree2(next, now)); /* swapped an odd number of times */
  else
    PetscCall(PetscFree2(now, next));
  PetscFunctionReturn(0);
}

/* values <- M values, the Q1 mass matrix on all nodes of a mesh with cells of sides side[]. */
static void ApplyMass(PetscInt dim, const PetscInt cells[], const double side[], double *values) {
  const LodBox nodes = LodBoxNodes(dim, cells);
  for (PetscInt axis = 0; axis < dim; axis++)
    MassAlong(ViewAlong(dim, nodes.size, axis), nodes.size[axis], side[axis], values);
}

/* coarse[] = fine[] times the transpose of the interpolation along one axis: a coarse hat function
   is the combination of the fine ones by its values weight[ratio + o] at the o-th fine node from
   its middle. */
static void RestrictAlong(AxisView view, PetscInt cells, PetscInt ratio, const double *weight,
                          const double *fine, double *coarse) {
  const PetscInt n_coarse = cells + 1, n_fine = cells * ratio + 1, step = view.before;
  for (PetscInt plane = 0; plane < view.after; plane++)
    for (PetscInt node = 0; node < n_coarse; node++) {
      const PetscInt first = node > 0 ? 1 - ratio : 0, last = node < cells ? ratio - 1 : 0;
      const double  *f = fine + (plane * n_fine + node * ratio) * step;
      double        *c = coarse + (plane * n_coarse + node) * step;
      for (PetscInt line = 0; line < step; line++)
        c[line] = 0;
      for (PetscInt o = first; o <= last; o++)
        for (PetscInt line = 0; line < step; line++)
          c[line] += weight[ratio + o] * f[o * step + line];
    }
}

/* LodLoadRestrict on a mesh that is coarser than the fine one along some axis. */
static PetscErrorCode Restrict(const LodGrid *grid, const double *fine, const PetscInt cells[],
                               double *coarse) {
  const PetscInt last = grid->dim - 1;
  const LodBox   nodes = LodBoxNodes(grid->dim, grid->fine);
  PetscInt       size[LOD_MAX_DIM] = {nodes.size[0], nodes.size[1], nodes.size[2]}, most = 1;
  const size_t   largest = (size_t)(LodBoxCount(&nodes) / size[last]) * (size_t)(cells[last] + 1);
  const double  *from = fine;
  double        *buffer[2], *weight;
  PetscFunctionBeginUser;
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    most = PetscMax(most, grid->fine[axis] / cells[axis]);
  PetscCall(PetscMalloc3(largest, &buffer[0], largest, &buffer[1], 2 * (size_t)most + 1, &weight));
  /* The last axis first: its values lie in long lines, and it leaves few for the others. */
  for (PetscInt axis = last; axis >= 0; axis--) {
    const PetscInt ratio = grid->fine[axis] / cells[axis];
    double        *to = axis > 0 ? buffer[axis % 2] : coarse;
    for (PetscInt o = -ratio; o <= ratio; o++)
      weight[ratio + o] = 1 - (double)PetscAbsInt(o) / (double)ratio;
    RestrictAlong(ViewAlong(grid->dim, size, axis), cells[axis], ratio, weight, from, to);
    size[axis] = cells[axis] + 1;
    from = to;
  }
  PetscCall(PetscFree3(buffer[0], buffer[1], weight));
  PetscFunctionReturn(0);
}

PetscErrorCode LodLoadRestrict(const LodGrid *grid, const double *rhs, const PetscInt cells[],
                               double *load) {
  PetscFunctionBeginUser;
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    PetscCheck(cells[axis] >= 1 && grid->fine[axis] % cells[axis] == 0, PETSC_COMM_SELF,
               PETSC_ERR_ARG_SIZ,
               "%" PetscInt_FMT " cells do not divide the fine mesh's %" PetscInt_FMT, cells[axis],
               grid->fine[axis]);
  if (LodCellsEqual(grid->dim, cells, grid->fine))
    PetscCall(PetscArraycpy(load, rhs, LodNodeCount(grid->dim, cells)));
  else
    PetscCall(Restrict(grid, rhs, cells, load));
  PetscFunctionReturn(0);
}

PetscErrorCode LodLoadFromNodes(const LodGrid *grid, const PetscInt cells[], const double *values,
                                double *load) {
  double side[LOD_MAX_DIM];
  PetscFunctionBeginUser;
  if (load != values) PetscCall(PetscArraycpy(load, values, LodNodeCount(grid->dim, cells)));
  LodGridSides(grid, cells, side);
  ApplyMass(grid->dim, cells, side, load);
  PetscFunctionReturn(0);
}

PetscErrorCode LodNodesEvaluate(LodExpression *expression, const LodGrid *grid,
                                const PetscInt cells[], double *values) {
  const LodBox nodes = LodBoxNodes(grid->dim, cells);
  PetscFunctionBeginUser;
  for (PetscInt node = 0; node < LodBoxCount(&nodes); node++) {
    PetscInt index[LOD_MAX_DIM];
    double   point[LOD_MAX_DIM] = {0, 0, 0};
    LodBoxIndex(&nodes, node, index);
    for (PetscInt axis = 0; axis < grid->dim; axis++)
      point[axis] = grid->extent[axis] * ((double)index[axis] / (double)cells[axis]);
    PetscCall(LodExpressionEvaluate(expression, point, &values[node]));
  }
  PetscFunctionReturn(0);
}

/* The norm of LodNodesNormL2 with the sides of the cells given. */
static PetscErrorCode NormL2(PetscInt dim, const PetscInt cells[], const double side[],
                             const double *u, double *norm) {
  const size_t count = (size_t)LodNodeCount(dim, cells);
  const double largest = LodUnitsLargest(count, u);
  const int    exponent = LodUnitsExponent(largest); /* squares of u may leave double precision */
  double      *scaled, *weighted, square = 0;
  PetscFunctionBeginUser;
  PetscCheck(isfinite(largest), PETSC_COMM_SELF, PETSC_ERR_FP,
             "the norm of a function that is not finite was asked for");
  PetscCall(PetscMalloc2(count, &scaled, count, &weighted));
  LodUnitsScale(-exponent, count, u, scaled);
  PetscCall(PetscArraycpy(weighted, scaled, count));
  ApplyMass(dim, cells, side, weighted);
  for (size_t i = 0; i < count; i++)
    square += scaled[i] * weighted[i];
  PetscCall(PetscFree2(scaled, weighted));
  *norm = ldexp(PetscSqrtReal(PetscMax(square, 0)), exponent);
  PetscFunctionReturn(0);
}

double LodNodesValueAt(PetscInt dim, const PetscInt cells[], const double *values,
                       const double point[LOD_MAX_DIM]) {
  PetscInt first[LOD_MAX_DIM] = {0}, corners = (PetscInt)1 << dim;
  double   weight[LOD_MAX_DIM] = {0}, sum = 0;

  for (PetscInt axis = 0; axis < dim; axis++) {
    double position = point[axis] * (double)cells[axis];
    first[axis] = PetscMax(0, PetscMin((PetscInt)position, cells[axis] - 1));
    weight[axis] = position - (double)first[axis];
  }
  for (PetscInt corner = 0; corner < corners; corner++) {
    PetscInt node = 0;
    double   product = 1;
    for (PetscInt axis = dim - 1; axis >= 0; axis--) {
      PetscInt high = (corner >> axis) & 1;
      node = node * (cells[axis] + 1) + first[axis] + high;
      product *= high ? weight[axis] : 1 - weight[axis];
    }
    /* A product of exactly 0 must not read a value: it may belong to the far side of a jump. */
    if (product != 0) sum += product * values[node];
  }
  return sum;
}

double LodNodesMean(PetscInt dim, const PetscInt cells[], const double *u) {
  const LodBox nodes = LodBoxNodes(dim, cells);
  double       sum = 0;
  for (PetscInt i = 0; i < LodBoxCount(&nodes); i++) {
    PetscInt node[LOD_MAX_DIM];
    double   weight = 1;
    LodBoxIndex(&nodes, i, node);
    for (PetscInt axis = 0; axis < dim; axis++)
      if (node[axis] == 0 || node[axis] == cells[axis]) weight /= 2;
    sum += weight * u[i];
  }
  return sum / (double)LodCellCount(dim, cells);
}

void LodNodesSubtractMean(PetscInt dim, const PetscInt cells[], double *u) {
  const double mean = LodNodesMean(dim, cells, u);
  for (PetscInt i = 0; i < LodNodeCount(dim, cells); i++)
    u[i] -= mean;
}

PetscErrorCode LodNodesNormL2(const LodGrid *grid, const PetscInt cells[], const double *u,
                              double *norm) {
  double side[LOD_MAX_DIM];
  PetscFunctionBeginUser;
  LodGridSides(grid, cells, side);
  PetscCall(NormL2(grid->dim, cells, side, u, norm));
  PetscFunctionReturn(0);
}

PetscErrorCode LodNodesRelativeL2(PetscInt dim, const PetscInt cells[], const double *u,
                                  const double *v, double *error) {
  PetscInt count = LodNodeCount(dim, cells);
  double  *difference, size, side[LOD_MAX_DIM] = {1, 1, 1};
  PetscFunctionBeginUser;
  for (PetscInt axis = 0; axis < dim; axis++) /* the extents cancel */
    side[axis] = 1.0 / (double)cells[axis];
  PetscCall(PetscMalloc1(count, &difference));
  for (PetscInt i = 0; i < count; i++)
    difference[i] = u[i] - v[i];
  PetscCall(NormL2(dim, cells, side, difference, error));
  PetscCall(NormL2(dim, cells, side, v, &size));
  PetscCall(PetscFree(difference));
  /* What is not a number must not pass for 0. */
  *error = size > 0 ? *error / size : (size == 0 && *error == 0 ? 0 : PETSC_INFINITY);
  PetscFunctionReturn(0);
}

/* Adds one cell's part of a(u - v, u - v) and a(v, v) to sums[2]; stiffness[a][b] is the cell's,
   place[a] the number of its corner a. u and v are multiplied by `scale`, A by `weight`. */
static void AddCellEnergy(PetscInt corners, const double *stiffness, const PetscInt *place,
                          double weight, double scale, const double *u, const double *v,
                          double sums[2]) {
  for (PetscInt a = 0; a < corners; a++)
    for (PetscInt b = 0; b < corners; b++) {
      const double entry = weight * stiffness[a * corners + b];
      const double v_i = scale * v[place[a]], v_j = scale * v[place[b]];
      sums[0] += entry * (scale * u[place[a]] - v_i) * (scale * u[place[b]] - v_j);
      sums[1] += entry * v_i * v_j;
    }
}

/* The numbers of the corners of a cell among the nodes. */
static void CellPlaces(const LodBox *nodes, const PetscInt index[], PetscInt place[]) {
  for (PetscInt a = 0; a < (PetscInt)1 << nodes->dim; a++) {
    PetscInt node[LOD_MAX_DIM];
    LodCornerNode(index, a, node);
    place[a] = LodBoxPosition(nodes, node);
  }
}

/* The sums of AddCellEnergy over the cells of a mesh between two planes across the last axis; cell
   matrices are those of tables (NULL: coarse cells). */
static void LayerEnergy(const LodGrid *grid, const LodCoefficient *coefficient,
                        const LodCellTables *tables, PetscInt layer, double weight, double scale,
                        const double *u, const double *v, double sums[2]) {
  const PetscInt *cells = tables ? tables->cells : grid->coarse;
  const LodBox    nodes = LodBoxNodes(grid->dim, cells);
  LodBox          here = LodBoxCells(grid->dim, cells);
  here.first[here.dim - 1] = layer;
  here.size[here.dim - 1] = 1;
  sums[0] = sums[1] = 0;
  for (PetscInt cell = 0; cell < LodBoxCount(&here); cell++) {
    PetscInt index[LOD_MAX_DIM], place[LOD_MAX_CORNERS];
    double   matrix[LOD_MAX_CORNERS_SQUARED];
    LodBoxIndex(&here, cell, index);
    if (tables)
      LodCellMatrix(tables, coefficient, index, matrix);
    else
      LodCellStiffness(grid, coefficient, index, matrix);
    CellPlaces(&nodes, index, place);
    AddCellEnergy(LodGridCorners(grid), matrix, place, weight, scale, u, v, sums);
  }
}

/* Both relative energies. */
static PetscErrorCode RelativeEnergy(const LodGrid *grid, const LodCoefficient *coefficient,
                                     const LodCellTables *tables, const double *u, const double *v,
                                     double *error) {
  const PetscInt *cells = tables ? tables->cells : grid->coarse;
  const PetscInt  n_layers = cells[grid->dim - 1];
  const size_t    n_nodes = (size_t)LodNodeCount(grid->dim, cells);
  const double    weight = ldexp(1, -LodCoefficientExponent(coefficient));
  const double    scale = ldexp(1, -LodUnitsExponent(LodUnitsLargest(n_nodes, v)));
  double(*layers)[2], sums[2] = {0, 0};
  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(n_layers, &layers));
#pragma omp parallel for schedule(static)
  for (PetscInt layer = 0; layer < n_layers; layer++)
    LayerEnergy(grid, coefficient, tables, layer, weight, scale, u, v, layers[layer]);
  for (PetscInt layer = 0; layer < n_layers; layer++)
    for (int i = 0; i < 2; i++)
      sums[i] += layers[layer][i];
  PetscCall(PetscFree(layers));
  PetscCheck(isfinite(sums[0]) && isfinite(sums[1]), PETSC_COMM_SELF, PETSC_ERR_FP,
             "the energy of a function that is not finite was asked for");
  *error = sums[1] > 0 ? sqrt(sums[0] / sums[1]) : (sums[0] > 0 ? PETSC_INFINITY : 0);
  PetscFunctionReturn(0);
}

PetscErrorCode LodNodesRelativeEnergy(const LodGrid *grid, const LodCoefficient *coefficient,
                                      const double *u, const double *v, double *error) {
  PetscFunctionBeginUser;
  PetscCall(RelativeEnergy(grid, coefficient, NULL, u, v, error));
  PetscFunctionReturn(0);
}

PetscErrorCode LodFineRelativeEnergy(const LodGrid *grid, const LodCoefficient *coefficient,
                                     const double *u, const double *v, double *error) {
  LodCellTables tables;
  PetscFunctionBeginUser;
  LodCellTablesInit(grid, grid->fine, &tables);
  PetscCall(RelativeEnergy(grid, coefficient, &tables, u, v, error));
  PetscFunctionReturn(0);
}
