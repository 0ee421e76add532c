/* Domains with holes: masks in every method, against boxes that they leave, the fine solution and
   the reference path. */
#include <math.h>
#include <string.h>

#include "base/random.h"
#include "check_lodnet.h"
#include "fem/nodal.h"
#include "grid/domain.h"
#include "lod/exact.h"
#include "solver/solve.h"

/* Random numbers one after the other. */
typedef struct {
  unsigned long long seed;
  uint64_t           stream, next;
} Draw;

static double uniform(Draw *draw, double low, double high) {
  return low + (high - low) * LodRandomUniform(draw->seed, draw->stream, draw->next++);
}

static PetscInt integer(Draw *draw, PetscInt low, PetscInt high) {
  return low + (PetscInt)(LodRandomBits(draw->seed, draw->stream, draw->next++) %
                          (uint64_t)(high - low + 1));
}

/* A grid with as many coarse cells, k coefficient cells in each and q fine cells in these. */
static LodGrid grid_of(PetscInt dim, const PetscInt coarse[], PetscInt k, PetscInt q,
                       PetscInt ell) {
  LodGrid grid = {.dim = dim, .ell = ell};
  for (PetscInt axis = 0; axis < LOD_MAX_DIM; axis++) {
    grid.coarse[axis] = axis < dim ? coarse[axis] : 1;
    grid.coefficient[axis] = axis < dim ? coarse[axis] * k : 1;
    grid.fine[axis] = axis < dim ? coarse[axis] * k * q : 1;
    grid.extent[axis] = 1 + 0.3 * (double)axis;
  }
  return grid;
}

/* A with eigenvalues in [1/e, e], and c at random. */
static LodCoefficient random_medium(const LodGrid *grid, Draw *draw) {
  const PetscInt dim = grid->dim;
  const PetscInt components = integer(draw, 0, 1) ? 1 : dim;
  LodCoefficient coefficient;
  assert_ok(LodCoefficientCreateTensor(dim, grid->coefficient, components, &coefficient));
  for (size_t i = 0; i < LodCoefficientCount(&coefficient); i++)
    coefficient.values[i] = exp(uniform(draw, -1, 1));
  if (integer(draw, 0, 1)) {
    assert_ok(PetscMalloc1(LodCoefficientCells(&coefficient), &coefficient.reaction));
    for (PetscInt i = 0; i < LodCoefficientCells(&coefficient); i++)
      coefficient.reaction[i] = uniform(draw, 0, 2);
  }
  return coefficient;
}

/* Data with the load of f = 1 and, at Dirichlet nodes, g of coordinates; with parts of cells. */
static LodData data_of(const LodGrid *grid, const LodCoefficient *coefficient, const char *rhs,
                       char *g) {
  LodConditions conditions = {0};
  LodData       data;
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    for (int side = 0; side < 2; side++)
      conditions.faces[axis][side] = (LodFaceCondition){
          .kind = grid->natural[axis][side] ? LOD_FACE_NATURAL : LOD_FACE_DIRICHLET,
          .value = grid->natural[axis][side] ? NULL : g,
          .where = (char *)"face"};
  assert_ok(LodDataCreate(grid, coefficient, &conditions, rhs, "rhs", PETSC_TRUE, &data));
  return data;
}

static LodSolveResult solve(const LodGrid *grid, const LodCoefficient *coefficient,
                            const LodData *data, LodMethod method) {
  LodSolveResult        result;
  const LodSolveOptions options = {
      .correct = PETSC_TRUE, .reconstruct = PETSC_TRUE, .quiet = PETSC_TRUE};
  assert_ok(LodMethodSolve(PETSC_COMM_SELF, method, grid, coefficient, data, &options, &result));
  return result;
}

/* Masks every cell with a probability of one in four; whether D is one that has a solution. */
static PetscBool mask_at_random(const LodGrid *grid, LodCoefficient *coefficient, Draw *draw) {
  const PetscInt n_cells = LodCoefficientCells(coefficient);
  unsigned char *mask = malloc((size_t)n_cells);
  for (PetscInt cell = 0; cell < n_cells; cell++)
    mask[cell] = integer(draw, 0, 3) > 0;
  mask[0] = 1;
  assert_ok(LodDomainSetMask(coefficient, mask, (PetscBool)integer(draw, 0, 1), "random mask"));
  free(mask);
  const PetscErrorCode error = LodDomainCheck(grid, coefficient, "random mask");
  LodErrorClear();
  return (PetscBool)(error == 0);
}

START_TEST(covering_patches_give_the_fine_solution) {
  const PetscInt most[4] = {0, 5, 3, 2};
  Draw           draw = {.seed = test_seed(), .stream = (uint64_t)_i};
  for (PetscInt dim = 1; dim <= 3; dim++) {
    PetscInt coarse[LOD_MAX_DIM];
    for (PetscInt axis = 0; axis < LOD_MAX_DIM; axis++)
      coarse[axis] = integer(&draw, 1, most[dim]);
    LodGrid grid = grid_of(dim, coarse, dim < 3 ? 3 : 2, dim < 3 ? integer(&draw, 1, 2) : 1, 1);
    grid.ell = LodGridCoveringLayers(&grid);
    for (PetscInt face = 0; face < 2 * dim; face++)
      grid.natural[face / 2][face % 2] = (PetscBool)(integer(&draw, 0, 2) > 0);
    LodCoefficient coefficient = random_medium(&grid, &draw);
    if (LodGridIsClosed(&grid) && !coefficient.reaction) grid.natural[0][0] = PETSC_FALSE;
    while (!mask_at_random(&grid, &coefficient, &draw))
      continue;
    char           g[] = "1 + x";
    LodData        data = data_of(&grid, &coefficient, "1 - 2*x", g);
    LodSolveResult lod = solve(&grid, &coefficient, &data, LOD_METHOD_LOD);
    LodSolveResult fine = solve(&grid, &coefficient, &data, LOD_METHOD_FINE);
    double         error;
    assert_ok(LodFineRelativeEnergy(&grid, &coefficient, lod.fine, fine.values, &error));
    ck_assert_double_le(error, 1e-8);
    assert_ok(LodSolveResultDestroy(&lod));
    assert_ok(LodSolveResultDestroy(&fine));
    assert_ok(LodDataDestroy(&data));
    assert_ok(LodCoefficientDestroy(&coefficient));
  }
}
END_TEST

/* The largest difference of values at the nodes of a mesh from those at the same nodes of one that
   is twice as long along x; without those on the right end unless `end`. */
static double largest_difference(PetscInt dim, const PetscInt long_cells[], const double *on_long,
                                 const PetscInt cells[], const double *values, PetscBool end) {
  const LodBox all = LodBoxNodes(dim, long_cells), nodes = LodBoxNodes(dim, cells);
  double       difference = 0;
  for (PetscInt i = 0; i < LodBoxCount(&nodes); i++) {
    PetscInt node[LOD_MAX_DIM];
    LodBoxIndex(&nodes, i, node);
    const double here = fabs(values[i] - on_long[LodBoxPosition(&all, node)]);
    if (end || node[0] < cells[0]) difference = isnan(here) ? INFINITY : fmax(difference, here);
  }
  return difference;
}

/* The right half of a box masked away: whatever is solved must be what the left half gives, with
   that end natural or Dirichlet. */
START_TEST(half_a_box_is_a_box) {
  Draw           draw = {.seed = test_seed(), .stream = 100 + (uint64_t)_i};
  const PetscInt dim = 1 + _i % 3, walls = _i / 3, k = dim < 3 ? 2 : 1;
  const PetscInt coarse[] = {dim < 3 ? 4 : 2, dim < 3 ? 3 : 2, 2};
  const PetscInt twice[] = {2 * coarse[0], coarse[1], coarse[2]};
  LodGrid        half = grid_of(dim, coarse, k, 2, 1), box = grid_of(dim, twice, k, 2, 1);
  box.extent[0] = 2 * half.extent[0];
  for (PetscInt axis = 0; axis < dim; axis++)
    half.natural[axis][1] = box.natural[axis][1] = (PetscBool)(axis > 0);
  half.natural[0][1] = (PetscBool)!walls;
  LodCoefficient on_box, on_half;
  assert_ok(LodCoefficientCreate(dim, box.coefficient, &on_box));
  assert_ok(LodCoefficientCreate(dim, half.coefficient, &on_half));
  const LodBox   all = LodBoxCells(dim, box.coefficient), left = LodBoxCells(dim, half.coefficient);
  unsigned char *mask = calloc((size_t)LodBoxCount(&all), 1);
  for (PetscInt i = 0; i < LodBoxCount(&all); i++)
    on_box.values[i] = NAN;
  for (PetscInt i = 0; i < LodBoxCount(&left); i++) {
    PetscInt cell[LOD_MAX_DIM];
    LodBoxIndex(&left, i, cell);
    const PetscInt place = LodBoxPosition(&all, cell);
    mask[place] = 1;
    on_half.values[i] = on_box.values[place] = exp(uniform(&draw, -1, 1));
  }
  assert_ok(LodDomainSetMask(&on_box, mask, (PetscBool)walls, "half"));
  assert_ok(LodDomainCheck(&box, &on_box, "half"));
  free(mask);
  /* u = 0 on the right end: walls know no other value. */
  char g[64];
  snprintf(g, sizeof g, "%.17g - x", half.extent[0]);
  LodData of_box = data_of(&box, &on_box, "1 + x", g);
  LodData of_half = data_of(&half, &on_half, "1 + x", g);
  for (int method = 0; method < 4; method++) {
    if (method == LOD_METHOD_DNN) continue;
    LodSolveResult a = solve(&box, &on_box, &of_box, (LodMethod)method);
    LodSolveResult b = solve(&half, &on_half, &of_half, (LodMethod)method);
    ck_assert_double_le(largest_difference(dim, a.cells, a.values, b.cells, b.values, PETSC_TRUE),
                        1e-9);
    /* At Dirichlet walls there are no functions to tell the flow with. */
    ck_assert_double_le(
        largest_difference(dim, a.cells, a.form, b.cells, b.form, (PetscBool)!walls), 1e-8);
    ck_assert_double_le(largest_difference(dim, box.fine, a.fine, half.fine, b.fine, PETSC_TRUE),
                        1e-9);
    assert_ok(LodSolveResultDestroy(&a));
    assert_ok(LodSolveResultDestroy(&b));
  }
  assert_ok(LodDataDestroy(&of_box));
  assert_ok(LodDataDestroy(&of_half));
  assert_ok(LodCoefficientDestroy(&on_box));
  assert_ok(LodCoefficientDestroy(&on_half));
}
END_TEST

/* Everything that a source of local operators gives; count[0] operators, count[1] loads, count[2]
   fine nodes. The caller frees it. */
static double *all_of(const LodGrid *grid, LodLocalOperators *source,
                      const LodCoefficient *coefficient, const LodData *data, const double *coarse,
                      const size_t count[3]) {
  double *all = calloc(count[0] + count[1] + count[2], sizeof *all);
  assert_ok(LodLocalOperatorsSetCoefficient(source, coefficient));
  assert_ok(LodLocalOperatorsCompute(
      source, 0, LodGridCells(grid),
      &(LodComputeOptions){.quiet = PETSC_TRUE, .source = data->source, .loads = all + count[0]},
      all));
  assert_ok(LodLocalOperatorsCorrect(source, 0, LodGridCells(grid), coarse, data->source,
                                     PETSC_TRUE, all + count[0] + count[1]));
  assert_ok(LodLocalOperatorsDestroy(&source));
  return all;
}

/* A hole in the middle of a box touches some patches and not others. */
START_TEST(untouched_patches_come_by_the_shared_path) {
  Draw           draw = {.seed = test_seed(), .stream = 200 + (uint64_t)_i};
  const PetscInt coarse[] = {7, 6, 1};
  const LodGrid  grid = grid_of(2, coarse, 2, 2, 1);
  LodCoefficient coefficient = random_medium(&grid, &draw);
  unsigned char *mask = malloc((size_t)LodCoefficientCells(&coefficient));
  memset(mask, 1, (size_t)LodCoefficientCells(&coefficient));
  mask[4 * grid.coefficient[0] + 3] = 0;
  assert_ok(LodDomainSetMask(&coefficient, mask, (PetscBool)_i, "hole"));
  free(mask);
  char         g[] = "x*y";
  LodData      data = data_of(&grid, &coefficient, "1", g);
  const size_t n_cells = (size_t)LodGridCells(&grid);
  const size_t count[3] = {n_cells * (size_t)LodGridOperatorSize(&grid),
                           n_cells * (size_t)LodGridPatchNodes(&grid),
                           (size_t)LodNodeCount(2, grid.fine)};
  double      *coarse_values = malloc((size_t)LodNodeCount(2, grid.coarse) * sizeof(double));
  for (PetscInt i = 0; i < LodNodeCount(2, grid.coarse); i++)
    coarse_values[i] = uniform(&draw, -1, 1);
  LodLocalOperators *masked, *patch;
  assert_ok(LodExactMaskedCreate(&grid, &masked));
  assert_ok(LodExactPatchCreate(&grid, &patch));
  double *a = all_of(&grid, masked, &coefficient, &data, coarse_values, count);
  double *b = all_of(&grid, patch, &coefficient, &data, coarse_values, count);
  size_t  same = 0;
  for (size_t i = 0; i < count[0] + count[1] + count[2]; i++) {
    ck_assert_double_le(fabs(a[i] - b[i]), 1e-11);
    if (a[i] == b[i] && b[i] != 0) same++;
  }
  ck_assert_uint_gt(same, 0);        /* some by the one path */
  ck_assert_uint_lt(same, count[0]); /* and others by the other, which rounds otherwise */
  free(a);
  free(b);
  free(coarse_values);
  assert_ok(LodDataDestroy(&data));
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

/* What is wrong with a mask is said with its place. */
START_TEST(masks_without_a_solution_are_refused) {
  const PetscInt coarse[] = {4, 4, 1};
  LodGrid        grid = grid_of(2, coarse, 2, 2, 1);
  LodCoefficient coefficient;
  unsigned char  mask[64] = {0};
  assert_ok(LodCoefficientOfOnes(2, grid.coefficient, &coefficient));
  assert_refuses(LodDomainSetMask(&coefficient, mask, PETSC_FALSE, "m"), "m: no cell is in D");
  LodErrorClear();
  memset(mask, 1, sizeof mask);
  for (int y = 0; y < 8; y++)
    mask[8 * y + 3] = 0;
  grid.natural[0][0] = grid.natural[1][0] = grid.natural[1][1] = PETSC_TRUE;
  assert_ok(LodDomainSetMask(&coefficient, mask, PETSC_FALSE, "m"));
  assert_refuses(LodDomainCheck(&grid, &coefficient, "m"),
                 "m: the part of D around cell [0][0], 24");
  LodErrorClear();
  assert_ok(PetscCalloc1(64, &coefficient.reaction));
  coefficient.reaction[8] = 1e-3; /* c > 0 in one of its cells is enough */
  assert_ok(LodDomainCheck(&grid, &coefficient, "m"));
  coefficient.reaction[8] = 0;
  assert_ok(PetscCalloc1(8, &coefficient.robin[0][0]));
  assert_refuses(LodDomainCheck(&grid, &coefficient, "m"), "[0][0]");
  LodErrorClear();
  coefficient.robin[0][0][5] = 1;
  assert_ok(LodDomainCheck(&grid, &coefficient, "m"));
  coefficient.robin[0][0][5] = 0;
  assert_ok(LodDomainSetMask(&coefficient, mask, PETSC_TRUE, "m"));
  assert_ok(LodDomainCheck(&grid, &coefficient, "m"));
  mask[8 * 5 + 3] = 1; /* a bridge joins both parts */
  assert_ok(LodDomainSetMask(&coefficient, mask, PETSC_FALSE, "m"));
  assert_ok(LodDomainCheck(&grid, &coefficient, "m"));
  memset(mask, 1, sizeof mask);
  assert_ok(LodDomainSetMask(&coefficient, mask, PETSC_TRUE, "m"));
  ck_assert_ptr_null(coefficient.mask);
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("masks");
  TCase *all = tcase_create("masks");
  tcase_set_timeout(all, 60);
  tcase_add_loop_test(all, covering_patches_give_the_fine_solution, 0, 8);
  tcase_add_loop_test(all, half_a_box_is_a_box, 0, 6);
  tcase_add_loop_test(all, untouched_patches_come_by_the_shared_path, 0, 2);
  tcase_add_test(all, masks_without_a_solution_are_refused);
  suite_add_tcase(suite, all);
  return test_run(suite, argc, argv);
}
