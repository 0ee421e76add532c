/* Equilibrated fluxes: what flows out of a coarse cell is what its sources give. */
#include <math.h>
#include <omp.h>
#include <string.h>

#include "base/random.h"
#include "check_lodnet.h"
#include "fem/equilibrate.h"
#include "fem/load.h"
#include "fem/nodal.h"
#include "fem/q1_system.h"

/* The coarse cell that is a hole where there are holes. */
#define HOLE 1

/* A random problem and a random function that satisfies its coarse equations. */
typedef struct {
  LodGrid        grid;
  LodCoefficient coefficient;
  PetscInt       n_closed; /* fine nodes of a closed coarse cell */
  double        *u;        /* [fine nodes] */
  double        *source;   /* [coarse cell][closed nodes] */
  double        *inflow[LOD_MAX_DIM][2];
} Problem;

/* n random numbers in [low, high). */
static double *random_numbers(size_t n, double low, double high, uint64_t seed, uint64_t stream) {
  double *numbers = malloc(n * sizeof *numbers);
  for (size_t i = 0; i < n; i++)
    numbers[i] = low + (high - low) * LodRandomUniform(seed, stream, i);
  return numbers;
}

/* Sides of several lengths and cells that differ from axis to axis; each face is natural or not by
   chance. */
static LodGrid random_grid(PetscInt dim, uint64_t seed) {
  LodGrid grid = {.dim = dim, .coarse = {3, dim > 1 ? 2 : 1, dim > 2 ? 3 : 1}, .ell = 1};
  for (PetscInt axis = 0; axis < LOD_MAX_DIM; axis++) {
    grid.coefficient[axis] = axis < dim ? 2 * grid.coarse[axis] : 1;
    grid.fine[axis] = axis < dim ? 2 * grid.coefficient[axis] : 1;
    grid.extent[axis] = 0.5 + (double)axis;
    for (int side = 0; side < 2; side++)
      grid.natural[axis][side] =
          (PetscBool)(LodRandomUniform(seed, 9, (uint64_t)(2 * axis + side)) < 0.5);
  }
  return grid;
}

/* The place of coarse node `corner` of a cell among the fine nodes of the closed cell. */
static PetscInt corner_place(const LodGrid *grid, PetscInt corner) {
  PetscInt place = 0;
  for (PetscInt axis = grid->dim - 1; axis >= 0; axis--) {
    const PetscInt ratio = LodGridFineRatio(grid, axis);
    place = place * (ratio + 1) + (corner >> axis & 1 ? ratio : 0);
  }
  return place;
}

/* The coarse node at `corner` of cell number `cell`. */
static PetscInt node_of(const LodGrid *grid, PetscInt cell, PetscInt corner,
                        PetscInt index[LOD_MAX_DIM]) {
  const LodBox cells = LodBoxCells(grid->dim, grid->coarse);
  const LodBox nodes = LodBoxNodes(grid->dim, grid->coarse);
  LodBoxIndex(&cells, cell, index);
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    index[axis] += corner >> axis & 1;
  return LodBoxPosition(&nodes, index);
}

/* Changes the source in one cell at each free coarse node so that the node's equation holds: its
   hat function is 1 there, all others 0. */
static void satisfy_equations(Problem *problem) {
  const LodGrid *grid = &problem->grid;
  const PetscInt corners = LodGridCorners(grid), cells = LodGridCells(grid);
  const LodBox   free_nodes = LodGridFreeNodes(grid, grid->coarse);
  double        *moments = malloc((size_t)(cells * corners) * sizeof *moments);
  double        *defect = calloc((size_t)LodNodeCount(grid->dim, grid->coarse), sizeof *defect);
  PetscInt       index[LOD_MAX_DIM];
  assert_ok(
      LodCellMoments(grid, &problem->coefficient, problem->u, NULL, problem->source, moments));
  for (PetscInt i = 0; i < cells * corners; i++)
    defect[node_of(grid, i / corners, i % corners, index)] += moments[i];
  for (PetscInt i = 0; i < cells * corners; i++) {
    const PetscInt node = node_of(grid, i / corners, i % corners, index);
    if (LodBoxPosition(&free_nodes, index) < 0) continue;
    if (problem->coefficient.mask && i / corners == HOLE) continue; /* others are at the node too */
    problem->source[i / corners * problem->n_closed + corner_place(grid, i % corners)] +=
        defect[node];
    defect[node] = 0;
  }
  free(moments);
  free(defect);
}

/* Random A with contrast 1e4, c, u and source; known inflows through all faces. */
static Problem random_problem(PetscInt dim, uint64_t seed) {
  Problem      problem = {.grid = random_grid(dim, seed), .n_closed = LodPower(5, dim)};
  LodGrid     *grid = &problem.grid;
  const size_t n_cells = (size_t)LodCellCount(dim, grid->coefficient);
  assert_ok(LodCoefficientCreate(dim, grid->coefficient, &problem.coefficient));
  for (size_t i = 0; i < n_cells; i++)
    problem.coefficient.values[i] = pow(10, 4 * LodRandomUniform(seed, 1, i));
  assert_ok(PetscMalloc1(n_cells, &problem.coefficient.reaction));
  for (size_t i = 0; i < n_cells; i++)
    problem.coefficient.reaction[i] = 3 * LodRandomUniform(seed, 2, i);
  problem.u = random_numbers((size_t)LodNodeCount(dim, grid->fine), -1, 1, seed, 3);
  problem.source = random_numbers((size_t)(LodGridCells(grid) * problem.n_closed), -9, 9, seed, 4);
  for (PetscInt axis = 0; axis < dim; axis++)
    for (int side = 0; side < 2; side++) {
      const LodBox box = LodSideFaceBox(grid, axis);
      problem.inflow[axis][side] =
          random_numbers((size_t)LodBoxCount(&box), -2, 2, seed, (uint64_t)(10 + 2 * axis + side));
    }
  satisfy_equations(&problem);
  return problem;
}

static void destroy(Problem *problem) {
  assert_ok(LodCoefficientDestroy(&problem->coefficient));
  free(problem->u);
  free(problem->source);
  for (PetscInt axis = 0; axis < problem->grid.dim; axis++)
    for (int side = 0; side < 2; side++)
      free(problem->inflow[axis][side]);
}

/* Arrays for the fluxes. */
static void allocate(const LodGrid *grid, double *flux[LOD_MAX_DIM]) {
  for (PetscInt axis = 0; axis < grid->dim; axis++) {
    const LodBox box = LodFaceBox(grid, axis);
    flux[axis] = malloc((size_t)LodBoxCount(&box) * sizeof(double));
  }
}

/* Equilibrates. */
static double equilibrate(const Problem *problem, double *flux[LOD_MAX_DIM]) {
  const LodGrid *grid = &problem->grid;
  double *moments = malloc((size_t)(LodGridCells(grid) * LodGridCorners(grid)) * sizeof(double));
  const double *inflow[LOD_MAX_DIM][2] = {{NULL}};
  double        imbalance;
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    for (int side = 0; side < 2; side++)
      inflow[axis][side] = problem->inflow[axis][side];
  allocate(grid, flux);
  assert_ok(
      LodCellMoments(grid, &problem->coefficient, problem->u, NULL, problem->source, moments));
  assert_ok(LodFluxEquilibrate(grid, &problem->coefficient, problem->u, moments, inflow, flux,
                               &imbalance));
  free(moments);
  return imbalance;
}

/* The integral of c u over a coarse cell, by the mean of the corners of each fine cell, which is
   exact for Q1. */
static double reaction_of(const Problem *problem, PetscInt cell) {
  const LodGrid *grid = &problem->grid;
  const LodBox   coarse = LodBoxCells(grid->dim, grid->coarse);
  const LodBox   fine = LodBoxCells(grid->dim, grid->fine);
  const LodBox   nodes = LodBoxNodes(grid->dim, grid->fine);
  const LodBox   values = LodBoxCells(grid->dim, grid->coefficient);
  double         side[LOD_MAX_DIM], volume = 1, sum = 0;
  LodGridSides(grid, grid->fine, side);
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    volume *= side[axis];
  for (PetscInt i = 0; i < LodBoxCount(&fine); i++) {
    PetscInt index[LOD_MAX_DIM], owner[LOD_MAX_DIM] = {0}, value[LOD_MAX_DIM] = {0};
    LodBoxIndex(&fine, i, index);
    for (PetscInt axis = 0; axis < grid->dim; axis++) {
      owner[axis] = index[axis] / LodGridFineRatio(grid, axis);
      value[axis] = index[axis] / LodGridRefinement(grid, axis);
    }
    if (LodBoxPosition(&coarse, owner) != cell) continue;
    double mean = 0;
    for (PetscInt corner = 0; corner < LodGridCorners(grid); corner++) {
      PetscInt node[LOD_MAX_DIM] = {0};
      LodCornerNode(index, corner, node);
      mean += problem->u[LodBoxPosition(&nodes, node)] / (double)LodGridCorners(grid);
    }
    sum += volume * mean * problem->coefficient.reaction[LodBoxPosition(&values, value)];
  }
  return sum;
}

/* What flows out of a cell, and the part of it that was known. */
static double outflow_of(const Problem *problem, double *const flux[], PetscInt cell,
                         double *known) {
  const LodGrid *grid = &problem->grid;
  const LodBox   cells = LodBoxCells(grid->dim, grid->coarse);
  PetscInt       index[LOD_MAX_DIM];
  double         out = 0;
  *known = 0;
  LodBoxIndex(&cells, cell, index);
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    for (int side = 0; side < 2; side++) {
      const LodBox box = LodFaceBox(grid, axis), on = LodSideFaceBox(grid, axis);
      PetscInt     face[LOD_MAX_DIM] = {index[0], index[1], index[2]};
      face[axis] += side;
      const double here = flux[axis][LodBoxPosition(&box, face)];
      out += side ? here : -here;
      if (!grid->natural[axis][side] || face[axis] != (side ? grid->coarse[axis] : 0)) continue;
      face[axis] = 0;
      const double inflow = problem->inflow[axis][side][LodBoxPosition(&on, face)];
      ck_assert_double_eq(side ? -here : here, inflow);
      *known += inflow;
    }
  return out;
}

/* In every cell outflow = the sum of the source, which holds the known inflow too, minus that
   inflow (which the outflow counts once more), minus the integral of c u. */
START_TEST(fluxes_balance_the_sources_of_every_cell) {
  const uint64_t seed = test_seed();
  for (PetscInt dim = 1; dim <= 3; dim++)
    for (uint64_t draw = 0; draw < 6; draw++) {
      Problem problem = random_problem(dim, seed + 10 * draw);
      double *flux[LOD_MAX_DIM] = {NULL};
      ck_assert_double_lt(equilibrate(&problem, flux), 1e-12);
      for (PetscInt cell = 0; cell < LodGridCells(&problem.grid); cell++) {
        double known, sources = 0, size = 0;
        double out = outflow_of(&problem, flux, cell, &known);
        for (PetscInt i = 0; i < problem.n_closed; i++)
          sources += problem.source[cell * problem.n_closed + i];
        for (PetscInt axis = 0; axis < dim; axis++) {
          const LodBox box = LodFaceBox(&problem.grid, axis);
          for (PetscInt face = 0; face < LodBoxCount(&box); face++)
            size = fmax(size, fabs(flux[axis][face]));
        }
        ck_assert_double_eq_tol(out, sources - known - reaction_of(&problem, cell), 1e-12 * size);
      }
      for (PetscInt axis = 0; axis < dim; axis++)
        free(flux[axis]);
      destroy(&problem);
    }
}
END_TEST

/* cos(pi x / 2) sin(pi y) on the unit square, natural on the left: solved by coarse Q1, whose
   solution is a fine function that satisfies the coarse equations. Returns the largest error of a
   flux through a face, per length of the face. */
static double flux_error(PetscInt n) {
  const double pi = acos(-1);
  Problem      problem = {.grid = {LOD_UNIT_CUBE(2, n, n, 2 * n), .ell = 1}, .n_closed = 9};
  LodGrid     *grid = &problem.grid;
  double      *flux[LOD_MAX_DIM] = {NULL}, worst = 0;
  double      *coarse = malloc((size_t)LodNodeCount(2, grid->coarse) * sizeof(double));
  double      *load = calloc((size_t)LodNodeCount(2, grid->fine), sizeof(double));
  grid->natural[0][0] = PETSC_TRUE;
  problem.u = malloc((size_t)LodNodeCount(2, grid->fine) * sizeof(double));
  problem.source = calloc((size_t)(n * n * 9), sizeof(double));
  for (PetscInt i = 0; i < 4 * n * n; i++) { /* f at the middles of fine cells */
    const PetscInt x = i % (2 * n), y = i / (2 * n), cell = y / 2 * n + x / 2;
    const double   h = 0.5 / (double)n, f = 1.25 * pi * pi * cos(pi / 2 * ((double)x + 0.5) * h) *
                                          sin(pi * ((double)y + 0.5) * h);
    for (PetscInt corner = 0; corner < 4; corner++) {
      const PetscInt right = corner & 1, up = corner >> 1;
      problem.source[9 * cell + 3 * (y % 2 + up) + x % 2 + right] += f * h * h / 4;
      load[(y + up) * (2 * n + 1) + x + right] += f * h * h / 4;
    }
  }
  assert_ok(LodCoefficientOfOnes(2, grid->coefficient, &problem.coefficient));
  assert_ok(LodQ1CoarseSolve(PETSC_COMM_SELF, grid, &problem.coefficient, load, coarse, NULL));
  assert_ok(LodNodesProlongate(2, grid->coarse, coarse, grid->fine, problem.u));
  ck_assert_double_lt(equilibrate(&problem, flux), 1e-8);
  for (PetscInt i = 0; i < n * (n + 1); i++) {
    const double H = 1 / (double)n;
    const double x = (double)(i % (n + 1)) * H, y = (double)(i / (n + 1)) * H; /* across x */
    const double across = pi / 2 * sin(pi / 2 * x) * (cos(pi * y) - cos(pi * (y + H))) / pi;
    const double left = (double)(i % n) * H, low = (double)(i / n) * H; /* across y */
    const double along =
        -pi * cos(pi * low) * (sin(pi / 2 * (left + H)) - sin(pi / 2 * left)) / (pi / 2);
    worst = fmax(worst, fabs(flux[0][i] - across) / H);
    worst = fmax(worst, fabs(flux[1][i] - along) / H);
  }
  free(flux[0]), free(flux[1]), free(coarse), free(load);
  destroy(&problem);
  return worst;
}

/* Order two, as far as faces of a regular mesh go. */
START_TEST(fluxes_converge_to_those_of_a_smooth_problem) {
  const double errors[3] = {flux_error(4), flux_error(8), flux_error(16)};
  printf("largest errors of fluxes: %.2e %.2e %.2e\n", errors[0], errors[1], errors[2]);
  ck_assert_double_lt(errors[1], 0.35 * errors[0]);
  ck_assert_double_lt(errors[2], 0.35 * errors[1]);
}
END_TEST

/* Moments and fluxes are the same, bit by bit, by one thread and by four. */
START_TEST(threads_do_not_matter) {
  const uint64_t seed = test_seed();
  const int      threads = omp_get_max_threads();
  for (PetscInt dim = 1; dim <= 3; dim++) {
    Problem problem = random_problem(dim, seed);
    double *one[LOD_MAX_DIM] = {NULL}, *four[LOD_MAX_DIM] = {NULL};
    omp_set_num_threads(1);
    (void)equilibrate(&problem, one);
    omp_set_num_threads(4);
    (void)equilibrate(&problem, four);
    omp_set_num_threads(threads);
    for (PetscInt axis = 0; axis < dim; axis++) {
      const LodBox box = LodFaceBox(&problem.grid, axis);
      ck_assert_mem_eq(one[axis], four[axis], (size_t)LodBoxCount(&box) * sizeof(double));
      free(one[axis]), free(four[axis]);
    }
    destroy(&problem);
  }
}
END_TEST

/* Makes one coarse cell a hole, and others of the coefficient cells with some probability. */
static void punch(Problem *problem, double probability, uint64_t seed) {
  LodGrid     *grid = &problem->grid;
  const LodBox cells = LodBoxCells(grid->dim, grid->coefficient);
  const LodBox coarse = LodBoxCells(grid->dim, grid->coarse);
  assert_ok(PetscMalloc1((size_t)LodBoxCount(&cells), &problem->coefficient.mask));
  memset(problem->source, 0,
         (size_t)(LodGridCells(grid) * problem->n_closed) * sizeof *problem->source);
  for (PetscInt i = 0; i < LodBoxCount(&cells); i++) {
    PetscInt index[LOD_MAX_DIM];
    LodBoxIndex(&cells, i, index);
    for (PetscInt axis = 0; axis < grid->dim; axis++)
      index[axis] /= LodGridCoefficientRatio(grid, axis);
    problem->coefficient.mask[i] =
        (unsigned char)(LodBoxPosition(&coarse, index) != HOLE &&
                        LodRandomUniform(seed, 30, (uint64_t)i) >= probability);
  }
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    for (int side = 0; side < 2; side++) {
      free(problem->inflow[axis][side]);
      problem->inflow[axis][side] = NULL;
      grid->natural[axis][side] = (PetscBool)(axis > 0 || side == 0);
    }
  satisfy_equations(problem);
}

/* Nothing flows into a coarse cell that is a hole, unless others close so many faces that nothing
   else can balance a hat function that reaches through walls; all cells keep their balance. */
START_TEST(holes_are_closed) {
  const uint64_t seed = test_seed();
  for (PetscInt dim = 2; dim <= 3; dim++)
    for (uint64_t draw = 0; draw < 4; draw++) {
      Problem problem = random_problem(dim, seed + 10 * draw);
      double *flux[LOD_MAX_DIM] = {NULL}, size = 0;
      punch(&problem, draw % 2 ? 0.1 : 0, seed + draw);
      ck_assert_double_lt(equilibrate(&problem, flux), 1e-11);
      for (PetscInt axis = 0; axis < dim; axis++) {
        const LodBox box = LodFaceBox(&problem.grid, axis);
        for (PetscInt face = 0; face < LodBoxCount(&box); face++)
          size = fmax(size, fabs(flux[axis][face]));
      }
      ck_assert_double_gt(size, 0);
      for (PetscInt axis = 0; axis < dim && draw % 2 == 0; axis++) {
        const LodBox box = LodFaceBox(&problem.grid, axis);
        for (int side = 0; side < 2; side++) { /* of the hole, coarse cell (1, 0, 0) */
          PetscInt face[LOD_MAX_DIM] = {1, 0, 0};
          face[axis] += side;
          ck_assert_double_eq(flux[axis][LodBoxPosition(&box, face)], 0);
        }
      }
      for (PetscInt axis = 0; axis < dim; axis++)
        free(flux[axis]);
      destroy(&problem);
    }
}
END_TEST

/* What flows in through the Dirichlet faces is what the equations of their nodes leave; where one
   face is Dirichlet alone, all of its nodes' moments flow through it. */
START_TEST(inflow_is_that_of_the_nodes) {
  const uint64_t seed = test_seed();
  for (PetscInt dim = 1; dim <= 3; dim++) {
    Problem        problem = random_problem(dim, seed);
    LodGrid       *grid = &problem.grid;
    const PetscInt corners = LodGridCorners(grid);
    double        *moments = malloc((size_t)(LodGridCells(grid) * corners) * sizeof(double));
    double        *flux[LOD_MAX_DIM] = {NULL}, nodes = 0, faces = 0, size = 0;
    for (PetscInt axis = 0; axis < dim; axis++)
      for (int side = 0; side < 2; side++)
        grid->natural[axis][side] = (PetscBool)(axis > 0);
    problem.source[0] += 1; /* where the left was natural it let nothing in */
    satisfy_equations(&problem);
    (void)equilibrate(&problem, flux);
    assert_ok(LodCellMoments(grid, &problem.coefficient, problem.u, NULL, problem.source, moments));
    for (PetscInt i = 0; i < LodGridCells(grid) * corners; i++) {
      PetscInt index[LOD_MAX_DIM];
      (void)node_of(grid, i / corners, i % corners, index);
      if (index[0] == 0) nodes += moments[i];
    }
    for (PetscInt face = 0; face < LodGridCells(grid) / grid->coarse[0]; face++) {
      faces += flux[0][face * (grid->coarse[0] + 1)];
      size += fabs(flux[0][face * (grid->coarse[0] + 1)]);
    }
    ck_assert_double_eq_tol(faces, nodes, 1e-12 * size);
    for (PetscInt axis = 0; axis < dim; axis++)
      free(flux[axis]);
    free(moments);
    destroy(&problem);
  }
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("equilibrate");
  TCase *tests = tcase_create("fluxes");
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, fluxes_balance_the_sources_of_every_cell);
  tcase_add_test(tests, fluxes_converge_to_those_of_a_smooth_problem);
  tcase_add_test(tests, threads_do_not_matter);
  tcase_add_test(tests, holes_are_closed);
  tcase_add_test(tests, inflow_is_that_of_the_nodes);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
