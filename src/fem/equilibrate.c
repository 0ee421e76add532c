/* Equilibration node by node (M. Ainsworth, J. T. Oden, A posteriori error estimation in finite
   element analysis, 2000, chapter 6). Around a coarse node lie up to 2^d cells, joined by the faces
   that meet there; a cell is named by its slot, whose bit `axis` says on which side of the node it
   lies. Unknown are the moments x of A grad u . e_axis on these faces with the node's hat function:
   those closest to the averages of u's own fluxes for which every cell gets its moment. */
#include "fem/equilibrate.h"

#include <math.h>
#include <string.h>

#include "base/units.h"
#include "fem/flux.h"

/* Faces at a node, d 2^(d-1). */
#define MAX_FACES 12

/* The conductance of a closed face relative to the largest, where nothing else can balance a cell,
   and the part of the largest moment that solving for u may have left of an equation. */
#define CLOSED 1e-10
#define NOTHING 1e-9

/* Pivots below that part of the diagonal are rounding: the cells that are left float. */
#define FLOATING 1e-13

typedef struct {
  const LodGrid        *grid;
  const LodCoefficient *coefficient;
  LodBox                cells, coefficient_cells; /* coarse cells */
  const double         *u, *moments;
  double                nothing; /* a moment that is rounding */
  double *const        *flux;
} Work;

/* What meets at a node. */
typedef struct {
  PetscInt corners;                 /* slots */
  PetscInt cell[LOD_MAX_CORNERS];   /* [slot]: number of the cell, -1 outside D */
  double   moment[LOD_MAX_CORNERS]; /* [slot] */
  PetscInt n_faces;                 /* those whose flux is not known */
  PetscInt slot[MAX_FACES][2];      /* [face][low, high side]: -1 outside D */
  PetscInt axis[MAX_FACES];         /* across which it lies */
  PetscInt place[MAX_FACES];        /* in flux[axis] */
  double   x[MAX_FACES];            /* moment of A grad u . e_axis */
  double   conductance[MAX_FACES];  /* a correction is cheap where it is large */
} Star;

LodBox LodFaceBox(const LodGrid *grid, PetscInt axis) {
  LodBox box = LodBoxCells(grid->dim, grid->coarse);
  box.size[axis]++;
  return box;
}

LodBox LodSideFaceBox(const LodGrid *grid, PetscInt axis) {
  LodBox box = LodBoxCells(grid->dim, grid->coarse);
  box.size[axis] = 1;
  return box;
}

/* A grad u . e_axis in the middle of a fine cell, and A's entry there; false outside D. */
static PetscBool FineFlux(const Work *work, const PetscInt index[], PetscInt axis, double *flux,
                          double *entry) {
  const LodGrid *grid = work->grid;
  PetscInt       cell[LOD_MAX_DIM] = {0};
  double         gradient[LOD_MAX_DIM], product[LOD_MAX_DIM], tensor[LOD_MAX_DIM][LOD_MAX_DIM];
  if (index[axis] < 0 || index[axis] >= grid->fine[axis]) return PETSC_FALSE;
  for (PetscInt other = 0; other < grid->dim; other++)
    cell[other] = index[other] / LodGridRefinement(grid, other);
  const PetscInt number = LodBoxPosition(&work->coefficient_cells, cell);
  if (!LodCoefficientHasCell(work->coefficient, number)) return PETSC_FALSE;
  LodCellGradient(grid, grid->fine, work->u, index, gradient);
  LodCoefficientApply(work->coefficient, number, gradient, product);
  *flux = product[axis];
  LodCoefficientTensor(work->coefficient, number, tensor);
  *entry = tensor[axis][axis];
  return PETSC_TRUE;
}

/* The average of A grad u . e_axis on the two sides of a fine face, of which index[] is the cell on
   the high side, and what the face conducts. The side with the smaller A counts more, whose flux
   errs less (A. Ern, A. Stephansen, P. Zunino, IMA J. Numer. Anal. 29, 2009). Walls conduct
   nothing; `wall`: a side without a cell is one, else the boundary of D. */
static void AverageFlux(const Work *work, const PetscInt index[], PetscInt axis, PetscBool wall,
                        double *flux, double *conductance) {
  PetscInt  low[LOD_MAX_DIM] = {index[0], index[1], index[2]};
  double    side_flux[2] = {0, 0}, entry[2] = {0, 0};
  PetscBool there[2];
  low[axis]--;
  there[0] = FineFlux(work, low, axis, &side_flux[0], &entry[0]);
  there[1] = FineFlux(work, index, axis, &side_flux[1], &entry[1]);
  *flux = *conductance = 0;
  if (there[0] && there[1]) {
    const double share = entry[0] / (entry[0] + entry[1]);
    *flux = (1 - share) * side_flux[0] + share * side_flux[1];
    *conductance = 2 * share * entry[1];
  } else if (!wall && (there[0] || there[1])) {
    *flux = side_flux[there[0] ? 0 : 1];
    *conductance = entry[there[0] ? 0 : 1];
  }
}

/* The averaged moment on a coarse face at `node`, and its conductance. `high` is the slot of the
   cell on its high side. */
static void FaceMoment(const Work *work, const PetscInt node[], PetscInt axis, PetscInt high,
                       PetscBool wall, double *moment, double *conductance) {
  const LodGrid *grid = work->grid;
  LodBox         faces = LodBoxCube(grid->dim, 1);
  double         side[LOD_MAX_DIM];
  LodGridSides(grid, grid->fine, side);
  for (PetscInt other = 0; other < grid->dim; other++)
    if (other != axis) faces.size[other] = LodGridFineRatio(grid, other);
  *moment = *conductance = 0;
  for (PetscInt face = 0; face < LodBoxCount(&faces); face++) {
    PetscInt index[LOD_MAX_DIM];
    double   weight = 1, flux, conducts;
    LodBoxIndex(&faces, face, index);
    for (PetscInt other = 0; other < grid->dim; other++) {
      const PetscInt ratio = LodGridFineRatio(grid, other), up = high >> other & 1;
      if (other != axis) {
        const double t = ((double)index[other] + 0.5) / (double)ratio;
        weight *= side[other] * (up ? 1 - t : t);
      }
      index[other] += (node[other] - (other == axis || up ? 0 : 1)) * ratio;
    }
    AverageFlux(work, index, axis, wall, &flux, &conducts);
    *moment += weight * flux;
    *conductance += weight * conducts;
  }
}

/* Gathers what meets at a node. */
static void StarSetUp(const Work *work, const PetscInt node[], Star *star) {
  const LodGrid *grid = work->grid;
  PetscInt       index[LOD_MAX_DIM];
  star->corners = LodGridCorners(grid);
  star->n_faces = 0;
  for (PetscInt s = 0; s < star->corners; s++) {
    LodCornerCell(node, star->corners - 1 - s, index);
    star->cell[s] = LodBoxPosition(&work->cells, index);
    star->moment[s] = 0;
    if (star->cell[s] >= 0) /* the node is the corner opposite to the slot */
      star->moment[s] = work->moments[(size_t)star->cell[s] * (size_t)star->corners +
                                      (size_t)(star->corners - 1 - s)];
  }
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    for (PetscInt low = 0; low < star->corners; low++) {
      if (low >> axis & 1) continue;
      const PetscInt  slot[2] = {low, low | (PetscInt)1 << axis};
      const PetscBool there[2] = {(PetscBool)(star->cell[slot[0]] >= 0),
                                  (PetscBool)(star->cell[slot[1]] >= 0)};
      const PetscBool inside = (PetscBool)(there[0] && there[1]);
      if (!there[0] && !there[1]) continue;
      if (!inside && grid->natural[axis][there[0] ? 1 : 0]) continue;
      const PetscInt face = star->n_faces++;
      const LodBox   box = LodFaceBox(grid, axis);
      for (PetscInt other = 0; other < grid->dim; other++)
        index[other] = node[other] - (other == axis || low >> other & 1 ? 0 : 1);
      star->axis[face] = axis;
      star->place[face] = LodBoxPosition(&box, index);
      for (int i = 0; i < 2; i++)
        star->slot[face][i] = there[i] ? slot[i] : -1;
      FaceMoment(work, node, axis, slot[1], inside, &star->x[face], &star->conductance[face]);
    }
}

/* left[slot] = the moment that the fluxes do not give yet; returns the largest. */
static double StarLeft(const Star *star, double left[LOD_MAX_CORNERS]) {
  double largest = 0;
  for (PetscInt s = 0; s < star->corners; s++)
    left[s] = star->moment[s];
  for (PetscInt face = 0; face < star->n_faces; face++) {
    const PetscInt *slot = star->slot[face];
    if (slot[0] >= 0) left[slot[0]] -= star->x[face];
    if (slot[1] >= 0) left[slot[1]] += star->x[face];
  }
  for (PetscInt s = 0; s < star->corners; s++)
    largest = fmax(largest, fabs(left[s]));
  return largest;
}

/* value[] <- potentials p with (graph Laplacian of the conductances) p = value, 0 at one cell of
   those that are joined to no Dirichlet face: L D L^T without pivots. */
static void StarPotentials(const Star *star, const double *conductance, double *value) {
  const PetscInt n = star->corners;
  double         l[LOD_MAX_CORNERS][LOD_MAX_CORNERS] = {{0}}, pivot[LOD_MAX_CORNERS];
  for (PetscInt face = 0; face < star->n_faces; face++) {
    const PetscInt low = star->slot[face][0], high = star->slot[face][1];
    if (low >= 0) l[low][low] += conductance[face];
    if (high >= 0) l[high][high] += conductance[face];
    if (low >= 0 && high >= 0) l[high][low] -= conductance[face]; /* low < high */
  }
  for (PetscInt k = 0; k < n; k++) {
    const double diagonal = l[k][k];
    pivot[k] = diagonal;
    for (PetscInt j = 0; j < k; j++)
      pivot[k] -= l[k][j] * l[k][j] * pivot[j];
    if (!(pivot[k] > FLOATING * diagonal)) pivot[k] = 0;
    for (PetscInt i = k + 1; i < n; i++) {
      for (PetscInt j = 0; j < k; j++)
        l[i][k] -= l[i][j] * l[k][j] * pivot[j];
      l[i][k] = pivot[k] > 0 ? l[i][k] / pivot[k] : 0;
    }
  }
  for (PetscInt k = 0; k < n; k++)
    for (PetscInt j = 0; j < k; j++)
      value[k] -= l[k][j] * value[j];
  for (PetscInt k = 0; k < n; k++)
    value[k] = pivot[k] > 0 ? value[k] / pivot[k] : 0;
  for (PetscInt k = n - 1; k >= 0; k--)
    for (PetscInt i = k + 1; i < n; i++)
      value[k] -= l[i][k] * value[i];
}

/* Corrects the fluxes so that every cell gets its moment: the smallest change, a square counting by
   1 / conductance; steps after the first mend the rounding of large contrasts. */
static void StarCorrect(Star *star, const double *conductance) {
  double left[LOD_MAX_CORNERS];
  for (int step = 0; step < 3; step++) {
    if (StarLeft(star, left) == 0) return;
    StarPotentials(star, conductance, left);
    for (PetscInt face = 0; face < star->n_faces; face++) {
      const PetscInt *slot = star->slot[face];
      star->x[face] += conductance[face] *
                       ((slot[0] >= 0 ? left[slot[0]] : 0) - (slot[1] >= 0 ? left[slot[1]] : 0));
    }
  }
}

/* Equilibrates at a node. A hat function may reach through a wall, and its equation then couples
   cells that no open face joins: only what cannot go another way goes through closed faces. */
static void StarSolve(Star *star, double nothing) {
  double left[LOD_MAX_CORNERS], most = 0;
  StarCorrect(star, star->conductance);
  if (StarLeft(star, left) <= nothing) return;
  for (PetscInt face = 0; face < star->n_faces; face++)
    most = fmax(most, star->conductance[face]);
  PetscBool closed = PETSC_FALSE;
  double    conductance[MAX_FACES];
  for (PetscInt face = 0; face < star->n_faces; face++) {
    if (star->conductance[face] == 0) closed = PETSC_TRUE;
    conductance[face] = fmax(star->conductance[face], most > 0 ? CLOSED * most : 1);
  }
  if (closed) StarCorrect(star, conductance);
}

/* Equilibrates at the nodes of one layer across the last axis. */
static void Layer(const Work *work, PetscInt layer) {
  LodBox nodes = LodBoxNodes(work->grid->dim, work->grid->coarse);
  nodes.first[nodes.dim - 1] = layer;
  nodes.size[nodes.dim - 1] = 1;
  for (PetscInt i = 0; i < LodBoxCount(&nodes); i++) {
    PetscInt node[LOD_MAX_DIM];
    Star     star;
    LodBoxIndex(&nodes, i, node);
    StarSetUp(work, node, &star);
    StarSolve(&star, work->nothing);
    for (PetscInt face = 0; face < star.n_faces; face++)
      work->flux[star.axis[face]][star.place[face]] -= star.x[face];
  }
}

/* The number of face `side` of a cell across an axis in LodFaceBox. */
static PetscInt FaceOfCell(const LodGrid *grid, const PetscInt cell[], PetscInt axis,
                           PetscInt side) {
  const LodBox box = LodFaceBox(grid, axis);
  PetscInt     index[LOD_MAX_DIM] = {cell[0], cell[1], cell[2]};
  index[axis] += side;
  return LodBoxPosition(&box, index);
}

/* *imbalance of LodFluxEquilibrate, while the known fluxes are 0. */
static double Imbalance(const Work *work) {
  const LodGrid *grid = work->grid;
  double         worst = 0, largest = 0;
  for (PetscInt cell = 0; cell < LodGridCells(grid); cell++) {
    const double *moments = work->moments + (size_t)cell * (size_t)LodGridCorners(grid);
    PetscInt      index[LOD_MAX_DIM];
    double        out = 0;
    LodBoxIndex(&work->cells, cell, index);
    for (PetscInt corner = 0; corner < LodGridCorners(grid); corner++)
      out += moments[corner];
    for (PetscInt axis = 0; axis < grid->dim; axis++)
      for (PetscInt side = 0; side < 2; side++) {
        const double flux = work->flux[axis][FaceOfCell(grid, index, axis, side)];
        out += side ? flux : -flux;
        largest = fmax(largest, fabs(flux));
      }
    worst = fmax(worst, fabs(out));
  }
  return largest > 0 ? worst / largest : worst > 0 ? PETSC_INFINITY : 0;
}

/* Puts what is known of the fluxes through the faces that are not Dirichlet. */
static void SetKnown(const LodGrid *grid, const double *const inflow[LOD_MAX_DIM][2],
                     double *const flux[LOD_MAX_DIM]) {
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    for (PetscInt side = 0; side < 2; side++) {
      if (!grid->natural[axis][side] || !inflow[axis][side]) continue;
      const LodBox box = LodFaceBox(grid, axis), on = LodSideFaceBox(grid, axis);
      for (PetscInt face = 0; face < LodBoxCount(&on); face++) {
        PetscInt index[LOD_MAX_DIM];
        LodBoxIndex(&on, face, index);
        index[axis] = side ? grid->coarse[axis] : 0;
        flux[axis][LodBoxPosition(&box, index)] =
            side ? -inflow[axis][side][face] : inflow[axis][side][face];
      }
    }
}

PetscErrorCode LodFluxEquilibrate(const LodGrid *grid, const LodCoefficient *coefficient,
                                  const double *u, const double *moments,
                                  const double *const inflow[LOD_MAX_DIM][2],
                                  double *const flux[LOD_MAX_DIM], double *imbalance) {
  const size_t   n_moments = (size_t)LodGridCells(grid) * (size_t)LodGridCorners(grid);
  const Work     work = {.grid = grid,
                         .coefficient = coefficient,
                         .cells = LodBoxCells(grid->dim, grid->coarse),
                         .coefficient_cells = LodBoxCells(grid->dim, grid->coefficient),
                         .u = u,
                         .moments = moments,
                         .nothing = NOTHING * LodUnitsLargest(n_moments, moments),
                         .flux = flux};
  const PetscInt layers = grid->coarse[grid->dim - 1] + 1;
  PetscFunctionBeginUser;
  PetscCall(LodCoefficientCheckFits(coefficient, grid));
  for (PetscInt axis = 0; axis < grid->dim; axis++) {
    const LodBox box = LodFaceBox(grid, axis);
    memset(flux[axis], 0, (size_t)LodBoxCount(&box) * sizeof *flux[axis]);
  }
  /* Neighbouring layers add to the same faces. */
  for (PetscInt parity = 0; parity < 2; parity++)
#pragma omp parallel for schedule(dynamic)
    for (PetscInt layer = parity; layer < layers; layer += 2)
      Layer(&work, layer);
  if (imbalance) *imbalance = Imbalance(&work);
  SetKnown(grid, inflow, flux);
  PetscFunctionReturn(0);
}
