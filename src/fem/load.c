/* The fine load of a right-hand side, by adaptive quadrature.

   Every fine cell is covered by parts, boxes, at first one (or more, so that small meshes too are
   looked at in many points). In a part f is evaluated at 3^d Gauss points, whose rule integrates f
   times a hat function exactly where f has degree 4 in each coordinate, and beside the 2^d corners.
   The quadratic through the Gauss points foretells the values there, and the miss tells how good
   the rule is; corners see jumps that pass between Gauss points and the sides. Parts with a large
   error are halved along the axes that it comes from, level by level, until it is small or enough
   points are spent: a jump along a side costs few, a curved one more. Lengths and volumes are those
   of fine cells until the end. */
#include "fem/load.h"

#include <math.h>
#include <omp.h>

#include "base/report.h"

/* Gauss points of a part along an axis, and distance of what is evaluated beside its corners. */
#define GAUSS 3
#define MAX_GAUSS 27
#define MAX_POINTS (MAX_GAUSS + LOD_MAX_CORNERS)
#define BESIDE 0x1p-10

/* Points that one thread evaluates together, and parts that are integrated before they are added to
   the load in order. */
#define BLOCK_POINTS 4096
#define BATCH 16384

/* The error of a part, relative to the mean of |f| in a fine cell, that it is halved for. */
#define TOLERANCE 1e-8

/* The error of the whole, relative to the integral of |f|, that is worth more points, and a warning
   if they do not suffice. */
#define LARGE_ERROR 1e-3

/* Parts that may be spent on any mesh, and times that a part is halved at most. */
#define FREE_PARTS (1 << 17)
#define MOST_LEVELS 40

/* Gauss-Legendre points and weights in (0,1), then the points beside the ends. */
static const double place[GAUSS + 2] = {0.11270166537925831, 0.5, 0.88729833462074169, BESIDE,
                                        1 - BESIDE};
static const double gauss_weight[GAUSS] = {5. / 18, 8. / 18, 5. / 18};

/* A box in a fine cell. */
typedef struct {
  PetscInt cell;
  double first[LOD_MAX_DIM], side[LOD_MAX_DIM]; /* in the cell, whose side is 1; 1 for axes >= d */
  double load[LOD_MAX_CORNERS]; /* integrals of f times the corner functions of the cell */
  double size, error;           /* integral of |f|; estimated error */
  unsigned halved;              /* axes to halve it along: bit 0 is x */
} Part;

typedef struct {
  const LodGrid *grid;
  LodBox         cells, pieces;
  PetscInt       n_gauss, n_points;               /* 3^d, and with the 2^d corners */
  double         weight[MAX_GAUSS];               /* of the Gauss points in a cell */
  double         foretold[LOD_MAX_DIM][GAUSS][2]; /* [axis][Gauss point][end]: see Contract */
  LodField      *f;
  LodLoadMap     map;    /* of load[] */
  const double  *factor; /* of f in the coefficient cells, or NULL: 1 */
  double        *work;   /* [thread][axis or value][BLOCK_POINTS] */
  double        *load;
  double         size, error; /* of the parts added: integral of |f|, errors */
  Part          *rest;        /* of the level: parts with a large error, not added */
  size_t         n_rest, room;
} Quadrature;

/* out[2^d] = sums over the Gauss points of values[3^d] times weight[axis][point][corner's side],
   multiplied over the axes; one axis after the other. */
static void Contract(PetscInt dim, const double weight[][GAUSS][2], const double *values,
                     double *out) {
  double        buffer[2][MAX_GAUSS];
  const double *from = values;
  for (PetscInt axis = 0; axis < dim; axis++) {
    const PetscInt inner = (PetscInt)1 << axis, outer = LodPower(GAUSS, dim - 1 - axis);
    double        *to = axis + 1 == dim ? out : buffer[axis % 2];
    for (PetscInt o = 0; o < outer; o++)
      for (PetscInt side = 0; side < 2; side++)
        for (PetscInt i = 0; i < inner; i++)
          to[(o * 2 + side) * inner + i] =
              weight[axis][0][side] * from[(o * GAUSS + 0) * inner + i] +
              weight[axis][1][side] * from[(o * GAUSS + 1) * inner + i] +
              weight[axis][2][side] * from[(o * GAUSS + 2) * inner + i];
    from = to;
  }
}

/* Writes the points of a part, coordinate by coordinate. */
static void PlacePoints(const Quadrature *q, const Part *part, double *const points[LOD_MAX_DIM]) {
  PetscInt index[LOD_MAX_DIM], below = 1;
  LodBoxIndex(&q->cells, part->cell, index);
  for (PetscInt axis = 0; axis < q->grid->dim; axis++, below *= GAUSS) {
    double x[GAUSS + 2];
    for (int i = 0; i < GAUSS + 2; i++)
      x[i] = ((double)index[axis] + (part->first[axis] + part->side[axis] * place[i])) *
             q->grid->extent[axis] / (double)q->grid->fine[axis];
    for (PetscInt p = 0; p < q->n_gauss; p++)
      points[axis][p] = x[p / below % GAUSS];
    for (PetscInt p = q->n_gauss; p < q->n_points; p++)
      points[axis][p] = x[GAUSS + ((p - q->n_gauss) >> axis & 1)];
  }
}

/* The error that a part may have, from what is known of the integral of |f|. */
static double Allowed(const Quadrature *q) {
  return TOLERANCE * q->size / (double)LodBoxCount(&q->cells);
}

/* The axes along which f is rough, as bits: those where the largest second difference of f at the
   Gauss points, or the largest difference of the miss between two corners, is not small against
   that of the roughest axis; all if f is constant. */
static unsigned RoughAxes(const Quadrature *q, const double *values, const double *miss) {
  const PetscInt dim = q->grid->dim;
  double         rough[LOD_MAX_DIM] = {0}, largest = 0;
  unsigned       axes = 0;
  for (PetscInt axis = 0, step = 1; axis < dim; axis++, step *= GAUSS) {
    for (PetscInt p = 0; p < q->n_gauss; p++)
      if (p / step % GAUSS == 1)
        rough[axis] = fmax(rough[axis], fabs(values[p - step] - 2 * values[p] + values[p + step]));
    for (PetscInt c = 0; c < LodGridCorners(q->grid); c++)
      rough[axis] = fmax(rough[axis], fabs(miss[c] - miss[c ^ (PetscInt)1 << axis]));
    largest = fmax(largest, rough[axis]);
  }
  for (PetscInt axis = 0; axis < dim; axis++)
    if (rough[axis] >= largest / 8) axes |= 1U << axis;
  return axes;
}

/* The error of a part of this volume and what to do about it. Where the quadratic misses as much as
   f varies (jumps) an eighth of that, the error's size on average over places of a jump; it falls
   with the square of the miss where that is small against the variation: a smooth f misses by h^3
   and varies by h, the rule's own error is h^6. */
static void EstimateError(const Quadrature *q, const double *values, double volume, Part *part) {
  double lowest = values[0], highest = values[0], largest = 0, miss[LOD_MAX_CORNERS];
  Contract(q->grid->dim, q->foretold, values, miss);
  for (PetscInt p = 0; p < q->n_points; p++) {
    lowest = fmin(lowest, values[p]);
    highest = fmax(highest, values[p]);
  }
  for (PetscInt c = 0; c < LodGridCorners(q->grid); c++) {
    miss[c] -= values[q->n_gauss + c];
    largest = fmax(largest, fabs(miss[c]));
  }
  const double spread = highest - lowest, ratio = spread > 0 ? fmin(1, largest / spread) : 0;
  part->error = volume * spread / 8 * ratio * ratio;
  if (part->error > Allowed(q)) part->halved = RoughAxes(q, values, miss);
}

/* The results of a part from the values of f at its points. */
static void IntegratePart(const Quadrature *q, Part *part, const double *values) {
  const PetscInt dim = q->grid->dim;
  double         weight[LOD_MAX_DIM][GAUSS][2], volume = 1;
  for (PetscInt axis = 0; axis < dim; axis++) {
    for (int i = 0; i < GAUSS; i++) {
      const double x = part->first[axis] + part->side[axis] * place[i];
      weight[axis][i][0] = part->side[axis] * gauss_weight[i] * (1 - x);
      weight[axis][i][1] = part->side[axis] * gauss_weight[i] * x;
    }
    volume *= part->side[axis];
  }
  Contract(dim, (const double(*)[GAUSS][2])weight, values, part->load);
  part->size = 0;
  for (PetscInt p = 0; p < q->n_gauss; p++)
    part->size += volume * q->weight[p] * fabs(values[p]);
  EstimateError(q, values, volume, part);
}

/* Integrates a block of parts. Returns the first of their
   points, counted over the block, where f is not finite, or -1. */
static PetscInt IntegrateBlock(const Quadrature *q, PetscInt n, Part *parts) {
  const size_t   length = BLOCK_POINTS, thread = (size_t)omp_get_thread_num();
  double        *work = q->work + thread * (LOD_MAX_DIM + 1) * length;
  double        *values = work + LOD_MAX_DIM * length;
  double *const  points[LOD_MAX_DIM] = {work, work + length, work + 2 * length};
  const PetscInt count = n * q->n_points;
  for (PetscInt i = 0; i < n; i++) {
    const PetscInt first = i * q->n_points;
    double *const  own[LOD_MAX_DIM] = {points[0] + first, points[1] + first, points[2] + first};
    PlacePoints(q, &parts[i], own);
  }
  const PetscInt bad =
      q->f->values(q->f, (int)thread, count, (const double *const *)points, values);
  if (bad < count) return bad;
  for (PetscInt i = 0; i < n; i++)
    IntegratePart(q, &parts[i], values + i * q->n_points);
  return -1;
}

/* Raises the error of a point of `part`, by evaluating f there again. */
static PetscErrorCode RefusePoint(const Quadrature *q, const Part *part, PetscInt point) {
  double  x[LOD_MAX_DIM][MAX_POINTS] = {{0}}, value = 0;
  double *points[LOD_MAX_DIM] = {x[0], x[1], x[2]};
  PetscFunctionBeginUser;
  PlacePoints(q, part, points);
  const double here[LOD_MAX_DIM] = {x[0][point], x[1][point], x[2][point]};
  (void)q->f->values(q->f, 0, 1, (const double *const[]){here, here + 1, here + 2}, &value);
  PetscCall(q->f->refuse(q->f, here, value));
  PetscFunctionReturn(0);
}

/* Integrates parts, in parallel. */
static PetscErrorCode IntegrateParts(Quadrature *q, PetscInt n, Part *parts) {
  const PetscInt block = BLOCK_POINTS / q->n_points;
  PetscInt       bad = PETSC_MAX_INT; /* the first point where f is not finite, over all parts */
  PetscFunctionBeginUser;
#pragma omp parallel for schedule(dynamic) num_threads(q->f->n_threads) reduction(min : bad)
  for (PetscInt first = 0; first < n; first += block) {
    const PetscInt found = IntegrateBlock(q, PetscMin(block, n - first), parts + first);
    if (found >= 0) bad = PetscMin(bad, first * q->n_points + found);
  }
  if (bad < PETSC_MAX_INT) PetscCall(RefusePoint(q, parts + bad / q->n_points, bad % q->n_points));
  PetscFunctionReturn(0);
}

/* What a part's error adds to that of the whole. A jump that is not along a side crosses many parts
   of a cell, about the smallest side over the volume; their errors have both signs. */
static double SummedError(const Part *part) {
  double smallest = 1, volume = 1;
  for (PetscInt axis = 0; axis < LOD_MAX_DIM; axis++) {
    smallest = fmin(smallest, part->side[axis]);
    volume *= part->side[axis];
  }
  return part->error * sqrt(volume / smallest);
}

/* The factor of the coefficient cell that a fine cell lies in. */
static double Factor(const Quadrature *q, const PetscInt cell[LOD_MAX_DIM]) {
  PetscInt piece[LOD_MAX_DIM] = {0};
  if (!q->factor) return 1;
  for (PetscInt axis = 0; axis < q->grid->dim; axis++)
    piece[axis] = LodGridPiece(q->grid, axis, cell[axis]);
  return q->factor[LodBoxPosition(&q->pieces, piece)];
}

/* Adds a part to the load. */
static void Add(Quadrature *q, const Part *part) {
  PetscInt index[LOD_MAX_DIM];
  size_t   corner_place[LOD_MAX_CORNERS];
  LodBoxIndex(&q->cells, part->cell, index);
  LodLoadPlaces(&q->map, index, corner_place);
  const double factor = Factor(q, index);
  for (PetscInt corner = 0; corner < LodGridCorners(q->grid); corner++)
    q->load[corner_place[corner]] += factor * part->load[corner];
  q->error += SummedError(part);
}

/* Keeps a part for the next level. */
static PetscErrorCode Keep(Quadrature *q, const Part *part) {
  PetscFunctionBeginUser;
  if (q->n_rest == q->room) {
    q->room = 2 * q->room + BATCH;
    PetscCall(PetscRealloc(q->room * sizeof(Part), &q->rest));
  }
  q->rest[q->n_rest++] = *part;
  PetscFunctionReturn(0);
}

/* Part `number` of the mesh whose cells are the fine ones divided into m^d. */
static Part FirstPart(const Quadrature *q, PetscInt m, PetscInt number) {
  LodBox   mesh = q->cells;
  Part     part = {.cell = 0};
  PetscInt index[LOD_MAX_DIM], cell[LOD_MAX_DIM];
  for (PetscInt axis = 0; axis < mesh.dim; axis++)
    mesh.size[axis] *= m;
  LodBoxIndex(&mesh, number, index);
  for (PetscInt axis = 0; axis < LOD_MAX_DIM; axis++) {
    cell[axis] = index[axis] / m;
    part.first[axis] = (double)(index[axis] % m) / (double)m;
    part.side[axis] = axis < q->grid->dim ? 1 / (double)m : 1;
  }
  part.cell = LodBoxPosition(&q->cells, cell);
  return part;
}

/* How many pieces a part is to be cut into. */
static PetscInt Pieces(const Part *whole) {
  PetscInt pieces = 1;
  for (PetscInt axis = 0; axis < LOD_MAX_DIM; axis++)
    if (whole->halved >> axis & 1) pieces *= 2;
  return pieces;
}

/* One of its pieces. */
static Part Piece(const Part *whole, PetscInt number) {
  Part part = {.cell = whole->cell};
  for (PetscInt axis = 0; axis < LOD_MAX_DIM; axis++) {
    part.first[axis] = whole->first[axis];
    part.side[axis] = whole->side[axis];
    if (!(whole->halved >> axis & 1)) continue;
    part.side[axis] /= 2;
    part.first[axis] += (double)(number & 1) * part.side[axis];
    number >>= 1;
  }
  return part;
}

/* Integrates all n parts of a level: the first one, m to a side of a cell, or, with `wholes`, their
   pieces. Good ones are added, others kept. */
static PetscErrorCode Level(Quadrature *q, PetscInt n, PetscInt m, const Part *wholes) {
  Part          *parts;
  PetscInt       piece = 0;
  PetscErrorCode error = 0;
  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(PetscMin(n, BATCH), &parts));
  for (PetscInt first = 0; first < n && !error; first += BATCH) {
    const PetscInt count = PetscMin(BATCH, n - first);
    for (PetscInt i = 0; i < count; i++) {
      parts[i] = wholes ? Piece(wholes, piece++) : FirstPart(q, m, first + i);
      if (wholes && piece == Pieces(wholes)) wholes++, piece = 0;
    }
    error = IntegrateParts(q, count, parts);
    for (PetscInt i = 0; i < count && !error && m > 0; i++)
      q->size += parts[i].size;
    for (PetscInt i = 0; i < count && !error; i++) {
      if (parts[i].error <= Allowed(q))
        Add(q, &parts[i]);
      else
        error = Keep(q, &parts[i]);
    }
  }
  PetscCall(PetscFree(parts));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Adds those of the kept parts that are good by what is known now, or all. Gives the sum of the
   others' errors and the number of their pieces. */
static void Settle(Quadrature *q, PetscBool all, double *error, double *pieces) {
  size_t kept = 0;
  *error = *pieces = 0;
  for (size_t i = 0; i < q->n_rest; i++) {
    if (all || q->rest[i].error <= Allowed(q)) {
      Add(q, &q->rest[i]);
    } else {
      *error += SummedError(&q->rest[i]);
      *pieces += (double)Pieces(&q->rest[i]);
      q->rest[kept++] = q->rest[i];
    }
  }
  q->n_rest = kept;
}

/* The whole integral. Refinement may double the cost, and cost a level of all cells where nothing
   else makes the result right. */
static PetscErrorCode Integrate(Quadrature *q) {
  static const PetscInt fewest[] = {16384, 128, 16}; /* parts along an axis of a cube */
  const PetscInt        dim = q->grid->dim;
  PetscInt              m = 1;
  double                spent = 0, error, pieces;
  PetscFunctionBeginUser;
  while (LodBoxCount(&q->cells) * pow((double)m, (double)dim) < pow(fewest[dim - 1], (double)dim))
    m *= 2;
  const PetscInt n = LodBoxCount(&q->cells) * LodPower(m, dim);
  const double   most = fmax(n, FREE_PARTS);
  PetscCall(Level(q, n, m, NULL));
  for (int level = 0; level < MOST_LEVELS; level++) {
    Settle(q, PETSC_FALSE, &error, &pieces);
    spent += pieces;
    if (q->n_rest == 0 || pieces > PETSC_MAX_INT) break;
    if (spent > (error > LARGE_ERROR * q->size ? ldexp(most, (int)dim) : most)) break;
    Part *wholes = q->rest;
    q->rest = NULL;
    q->n_rest = q->room = 0;
    PetscErrorCode failed = Level(q, (PetscInt)pieces, 0, wholes);
    PetscCall(PetscFree(wholes));
    PetscCall(failed);
  }
  Settle(q, PETSC_TRUE, &error, &pieces);
  PetscFunctionReturn(0);
}

/* The rule: weights of the Gauss points, and the values near the ends of the parabolas that are 1
   at one of them. */
static void SetRule(Quadrature *q) {
  for (PetscInt p = 0; p < q->n_gauss; p++) {
    q->weight[p] = 1;
    for (PetscInt axis = 0, rest = p; axis < q->grid->dim; axis++, rest /= GAUSS)
      q->weight[p] *= gauss_weight[rest % GAUSS];
  }
  for (PetscInt axis = 0; axis < LOD_MAX_DIM; axis++)
    for (int i = 0; i < GAUSS; i++)
      for (int end = 0; end < 2; end++) {
        q->foretold[axis][i][end] = 1;
        for (int other = 0; other < GAUSS; other++)
          if (other != i)
            q->foretold[axis][i][end] *=
                (place[GAUSS + end] - place[other]) / (place[i] - place[other]);
      }
}

/* LodFieldIntegrate with everything made. */
static PetscErrorCode Integral(Quadrature *q) {
  const size_t    count = LodLoadCount(q->grid, q->map.layout);
  const LodField *f = q->f;
  const char     *per_axis = LodCellsAreCube(q->grid->dim, q->grid->fine) ? " per axis" : "";
  const double    volume = LodGridVolume(q->grid);
  char            cells[LOD_CELLS_TEXT];
  PetscFunctionBeginUser;
  PetscCall(PetscArrayzero(q->load, count));
  PetscCall(Integrate(q));
  for (size_t i = 0; i < count; i++)
    q->load[i] = q->load[i] * volume / (double)LodBoxCount(&q->cells);
  (void)LodCellsText(q->grid->dim, q->grid->fine, cells);
  if (q->error > LARGE_ERROR * q->size)
    LodWarn("%s: '%s' is not resolved by the quadrature on %s fine cells%s: its load has an "
            "estimated error of %.2g %%; more fine cells (fine) make that smaller",
            f->where, f->name, cells, per_axis, fmin(100, 100 * q->error / q->size));
  if (q->size == 0)
    LodWarn("%s: '%s' is 0 at all points of the quadrature on %s fine cells%s: what it is between "
            "them is not seen; more fine cells (fine) may show it",
            f->where, f->name, cells, per_axis);
  PetscFunctionReturn(0);
}

/* The integrals of a field that is the same everywhere. */
static PetscErrorCode ConstantIntegral(const LodGrid *grid, LodField *field, LodLoadLayout layout,
                                       const double *factor, double *integrals) {
  static const double middle[LOD_MAX_DIM] = {0.5, 0.5, 0.5};
  const PetscInt      n_pieces = LodCellCount(grid->dim, grid->coefficient);
  double              value, *values;
  PetscFunctionBeginUser;
  if (field->values(field, 0, 1, (const double *const[]){middle, middle + 1, middle + 2}, &value) <
      1)
    PetscCall(field->refuse(field, middle, value));
  if (layout == LOD_LOAD_NODES && !factor) {
    LodConstantLoad(grid, value, integrals);
    PetscFunctionReturn(0);
  }
  PetscCall(PetscMalloc1(n_pieces, &values));
  for (PetscInt piece = 0; piece < n_pieces; piece++)
    values[piece] = factor ? value * factor[piece] : value;
  PetscErrorCode error = LodCellIntegrate(grid, values, layout, integrals);
  PetscCall(PetscFree(values));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodFieldIntegrate(const LodGrid *grid, LodField *field, LodLoadLayout layout,
                                 const double *factor, double *integrals) {
  Quadrature q = {.grid = grid,
                  .load = integrals,
                  .f = field,
                  .map = LodLoadMapOf(grid, layout),
                  .factor = factor};
  PetscFunctionBeginUser;
  if (field->constant) {
    PetscCall(ConstantIntegral(grid, field, layout, factor, integrals));
    PetscFunctionReturn(0);
  }
  q.cells = LodBoxCells(grid->dim, grid->fine);
  q.pieces = LodBoxCells(grid->dim, grid->coefficient);
  q.n_gauss = LodPower(GAUSS, grid->dim);
  q.n_points = q.n_gauss + LodGridCorners(grid);
  SetRule(&q);
  PetscCall(PetscMalloc1((size_t)field->n_threads * (LOD_MAX_DIM + 1) * BLOCK_POINTS, &q.work));
  PetscErrorCode error = Integral(&q);
  PetscCall(PetscFree(q.rest));
  PetscCall(PetscFree(q.work));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodFieldLoad(const LodGrid *grid, LodField *field, double *load) {
  PetscFunctionBeginUser;
  PetscCall(LodFieldIntegrate(grid, field, LOD_LOAD_NODES, NULL, load));
  PetscFunctionReturn(0);
}

PetscErrorCode LodLoadFromText(const LodGrid *grid, const char *text, const char *where,
                               double *load) {
  LodField *field;
  PetscFunctionBeginUser;
  PetscCall(LodFieldFromText(text, grid->dim, where, omp_get_max_threads(), &field));
  PetscErrorCode error = LodFieldLoad(grid, field, load);
  PetscCall(LodFieldDestroy(&field));
  PetscCall(error);
  PetscFunctionReturn(0);
}
