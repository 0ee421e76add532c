/* Symmetries, cut patches and structured models. */
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "check_network.h"
#include "exact_properties.h"
#include "lod/average.h"
#include "lod/baseline.h"
#include "lod/exact.h"
#include "lod/structure.h"
#include "nn/learned.h"
#include "nn/row.h"
#include "structured_model.h"

START_TEST(symmetries_are_a_group_of_permutations) {
  static const PetscInt counts[] = {0, 2, 8, 48};
  for (PetscInt dim = 1; dim <= 3; dim++) {
    const PetscInt n = LodPower(3, dim);
    PetscInt       tables[48][27], inverse[27];
    ck_assert_int_eq(LodSymmetryCount(dim), counts[dim]);
    for (PetscInt s = 0; s < LodSymmetryCount(dim); s++) {
      LodSymmetryTable(dim, s, 3, tables[s]);
      for (PetscInt i = 0; i < n && s == 0; i++)
        ck_assert_int_eq(tables[0][i], i);
      for (PetscInt other = 0; other < s; other++)
        ck_assert_mem_ne(tables[s], tables[other], (size_t)n * sizeof **tables);
    }
    for (PetscInt s = 0; s < LodSymmetryCount(dim); s++) {
      LodSymmetryTable(dim, LodSymmetryInverse(dim, s), 3, inverse);
      for (PetscInt i = 0; i < n; i++)
        ck_assert_int_eq(tables[s][inverse[i]], i);
    }
  }
}
END_TEST

/* Nodes inside D, turned as a box and one by one. */
START_TEST(turned_boxes_hold_the_turned_nodes) {
  const LodGrid grids[] = {{LOD_UNIT_CUBE(2, 4, 4, 8), .ell = 2},
                           {LOD_UNIT_CUBE(3, 3, 3, 6), .ell = 1}};
  for (int g = 0; g < 2; g++) {
    const LodGrid *grid = &grids[g];
    const PetscInt across = 2 * grid->ell + 2;
    const LodBox   nodes = LodBoxCube(grid->dim, across);
    PetscInt       table[64], index[LOD_MAX_DIM];
    for (PetscInt cell = 0; cell < LodGridCells(grid); cell++)
      for (PetscInt s = 0; s < LodSymmetryCount(grid->dim); s++) {
        const LodBox inside = LodGridInsideNodes(grid, cell);
        const LodBox turned = LodSymmetryBox(s, across, &inside);
        LodSymmetryTable(grid->dim, s, across, table);
        for (PetscInt z = 0; z < LodBoxCount(&nodes); z++) {
          LodBoxIndex(&nodes, z, index);
          const PetscBool now = (PetscBool)(LodBoxPosition(&turned, index) >= 0);
          LodBoxIndex(&nodes, table[z], index);
          ck_assert_int_eq(now, LodBoxPosition(&inside, index) >= 0);
        }
      }
  }
}
END_TEST

/* Fact 3 for every symmetry: the operators of the turned coefficient are the turned operators. */
START_TEST(exact_operators_turn_with_the_coefficient) {
  const LodGrid  grid = {LOD_UNIT_CUBE(2, 5, 10, 20), .ell = 1};
  const PetscInt n = LodPower(10, 2), cells = 25, nodes = 16, corners = 4;
  LodCoefficient coefficient = random_coefficient(&grid, test_seed(), 1, 20), turned;
  double        *operators = all_operators(LodExactCreate, &grid, &coefficient);
  PetscInt       values[100], cell[25], node[16], corner[4];
  assert_ok(LodCoefficientCreate(2, LOD_CUBE(10), &turned));
  for (PetscInt s = 0; s < LodSymmetryCount(2); s++) {
    LodSymmetryTable(2, s, 10, values);
    LodSymmetryTable(2, s, 5, cell);
    LodSymmetryTable(2, s, 4, node);
    LodSymmetryTable(2, s, 2, corner);
    for (PetscInt i = 0; i < n; i++)
      turned.values[i] = coefficient.values[values[i]];
    double *found = all_operators(LodExactCreate, &grid, &turned);
    for (PetscInt t = 0; t < cells; t++)
      for (PetscInt z = 0; z < nodes; z++)
        for (PetscInt j = 0; j < corners; j++)
          ck_assert_double_eq_tol(found[(t * nodes + z) * corners + j],
                                  operators[(cell[t] * nodes + node[z]) * corners + corner[j]],
                                  1e-10);
    free(found);
  }
  free(operators);
  assert_ok(LodCoefficientDestroy(&coefficient));
  assert_ok(LodCoefficientDestroy(&turned));
}
END_TEST

/* Whether a patch that is not cut along some axis has its end on the boundary of D there. */
static PetscBool touches(const LodGrid *grid, PetscInt cell) {
  const LodBox mesh = LodBoxCells(grid->dim, grid->coarse);
  PetscInt     index[LOD_MAX_DIM];
  LodBoxIndex(&mesh, cell, index);
  for (PetscInt axis = 0; axis < grid->dim; axis++) {
    const PetscInt low = index[axis] - grid->ell,
                   high = grid->coarse[axis] - 1 - index[axis] - grid->ell;
    if ((low == 0 && high >= 0) || (high == 0 && low >= 0)) return PETSC_TRUE;
  }
  return PETSC_FALSE;
}

/* The operators of A = 1 on any mesh are those of the smallest mesh with the same cuts, where the
   boundary of D does not touch the patch without cutting it. */
START_TEST(baseline_is_the_operator_of_a_constant) {
  const LodGrid grids[] = {{LOD_UNIT_CUBE(1, 9, 18, 36), .ell = 2},
                           {LOD_UNIT_CUBE(2, 7, 14, 28), .ell = 2},
                           {LOD_UNIT_CUBE(2, 3, 6, 12), .ell = 2},
                           {LOD_UNIT_CUBE(2, 6, 6, 24), .ell = 1, .natural = {{1, 0}, {0, 0}}},
                           {LOD_UNIT_CUBE(3, 4, 4, 8), .ell = 1}};
  for (int g = 0; g < 5; g++) {
    const LodGrid *grid = &grids[g];
    const PetscInt size = LodGridOperatorSize(grid);
    LodCoefficient one = random_coefficient(grid, 1, 1, 1);
    double        *operators = all_operators(LodExactCreate, grid, &one), *baseline;
    assert_ok(LodBaselineCreate(grid, &baseline));
    for (PetscInt cell = 0; cell < LodGridCells(grid); cell++) {
      const LodBox  inside = LodGridInsideNodes(grid, cell);
      const double *base = LodBaselineFind(grid, baseline, &inside);
      for (PetscInt i = 0; i < size && !touches(grid, cell); i++)
        ck_assert_double_eq_tol(base[i], operators[cell * size + i], 1e-11);
    }
    assert_ok(PetscFree(baseline));
    assert_ok(LodCoefficientDestroy(&one));
    free(operators);
  }
}
END_TEST

/* Learned operators of a coefficient, of all cells; the caller frees them. */
static double *learned_operators(const LodGrid *grid, const LodModel *model, PetscBool average,
                                 const LodCoefficient *coefficient) {
  const size_t       count = (size_t)(LodGridCells(grid) * LodGridOperatorSize(grid));
  double            *operators = malloc(count * sizeof *operators);
  LodLocalOperators *learned;
  assert_ok(LodLearnedCreate(grid, model, average, &learned));
  assert_ok(LodLocalOperatorsSetCoefficient(learned, coefficient));
  assert_ok(LodLocalOperatorsCompute(learned, 0, LodGridCells(grid), NULL, operators));
  assert_ok(LodLocalOperatorsDestroy(&learned));
  return operators;
}

static const LodGrid learned_grids[] = {{LOD_UNIT_CUBE(2, 5, 15, 30), .ell = 1},
                                        {LOD_UNIT_CUBE(2, 6, 12, 24), .ell = 2},
                                        {LOD_UNIT_CUBE(3, 3, 6, 12), .ell = 1}};

/* Whatever the network says, trained or not, on whatever input. */
START_TEST(learned_operators_have_zero_sums_and_the_scale_of_the_coefficient) {
  const LodGrid     *grid = &learned_grids[_i % 3];
  unsigned long long seed = test_seed();
  LodModel          *model = structured_model(grid, (PetscBool)(_i / 3), 0.3, seed);
  LodCoefficient     coefficient = random_coefficient(grid, seed, 2, 1e4);
  const PetscInt     cells = LodGridCells(grid), size = LodGridOperatorSize(grid);
  const PetscInt     corners = LodGridCorners(grid), n = LodCellCount(grid->dim, grid->coefficient);
  double            *operators = learned_operators(grid, model, PETSC_FALSE, &coefficient);
  for (PetscInt i = 0; i < n; i++)
    coefficient.values[i] *= 1024; /* exact in floating point */
  double *scaled = learned_operators(grid, model, PETSC_FALSE, &coefficient);
  for (PetscInt cell = 0; cell < cells; cell++) {
    const double *own = operators + cell * size;
    double        column[LOD_MAX_CORNERS] = {0}, largest = largest_entry(size, own);
    ck_assert_double_gt(largest, 0);
    for (PetscInt z = 0; z < size / corners; z++) {
      double row = 0;
      for (PetscInt j = 0; j < corners; j++) {
        row += own[z * corners + j];
        column[j] += own[z * corners + j];
      }
      ck_assert_double_le(fabs(row), 1e-10 * largest);
    }
    for (PetscInt j = 0; j < corners; j++)
      ck_assert_double_le(fabs(column[j]), 1e-10 * largest);
    for (PetscInt i = 0; i < size; i++)
      ck_assert_double_eq_tol(scaled[cell * size + i], 1024 * own[i], 1e-4 * 1024 * largest);
  }
  free(operators), free(scaled);
  assert_ok(LodModelDestroy(&model));
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

/* S(c A) = c S(A) in whatever unit A is: to the last bit if c is a power of two, else to the
   rounding of single precision. */
START_TEST(learned_operators_do_not_depend_on_units) {
  static const double factors[] = {0x1p-660, 0x1p-127, 0.5,   2, 0x1p127, 0x1p660,
                                   1e-200,   1e-50,    1e-15, 3, 1e39,    1e200};
  const LodGrid      *grid = &learned_grids[_i % 3];
  unsigned long long  seed = test_seed();
  LodModel           *model = structured_model(grid, (PetscBool)(_i / 3), 0.3, seed);
  LodCoefficient      coefficient = random_coefficient(grid, seed, 2, 5);
  const PetscInt      count = LodGridCells(grid) * LodGridOperatorSize(grid);
  const PetscInt      n = LodCellCount(grid->dim, grid->coefficient);
  double             *values = malloc((size_t)n * sizeof *values);
  double             *operators = learned_operators(grid, model, PETSC_FALSE, &coefficient);
  double             *scaled = malloc((size_t)count * sizeof *scaled);
  LodLocalOperators  *learned;
  const double        largest = largest_entry(count, operators);
  memcpy(values, coefficient.values, (size_t)n * sizeof *values);
  assert_ok(LodLearnedCreate(grid, model, PETSC_FALSE, &learned));
  for (size_t f = 0; f < sizeof factors / sizeof factors[0]; f++) {
    int             exponent;
    PetscBool       fits;
    const PetscBool exact = (PetscBool)(frexp(factors[f], &exponent) == 0.5);
    for (PetscInt i = 0; i < n; i++)
      coefficient.values[i] = factors[f] * values[i];
    assert_ok(LodModelInRange(model, &coefficient, &fits));
    ck_assert(fits);
    assert_ok(LodLocalOperatorsSetCoefficient(learned, &coefficient));
    assert_ok(LodLocalOperatorsCompute(learned, 0, LodGridCells(grid), NULL, scaled));
    for (PetscInt i = 0; i < count; i++)
      if (exact)
        ck_assert_double_eq(scaled[i], factors[f] * operators[i]);
      else
        ck_assert_double_le(fabs(scaled[i] / factors[f] - operators[i]), 1e-4 * largest);
  }
  free(operators), free(values), free(scaled);
  assert_ok(LodLocalOperatorsDestroy(&learned));
  assert_ok(LodModelDestroy(&model));
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

/* Shape and switches of a structured model are in its file: the same operators, bit for bit. */
START_TEST(structured_models_survive_the_disk) {
  const LodGrid *grid = &learned_grids[_i % 3];
  uint64_t       seed = test_seed();
  LodModel      *model = structured_model(grid, (PetscBool)(_i / 3), 0.3, seed), *read;
  LodCoefficient coefficient = random_coefficient(grid, seed, 2, 10);
  const size_t   count = (size_t)(LodGridCells(grid) * LodGridOperatorSize(grid));
  char           path[64];
  snprintf(path, sizeof path, "/tmp/lodnet-test-structure-%d.h5", (int)getpid());
  model->structure.exact_constants = PETSC_TRUE;
  model->history.epochs = 1;
  assert_ok(PetscCalloc1(5, &model->history.history));
  assert_ok(LodModelWrite(model, path));
  assert_ok(LodModelRead(path, &read));
  unlink(path);
  double *written = learned_operators(grid, model, PETSC_FALSE, &coefficient);
  double *found = learned_operators(grid, read, PETSC_FALSE, &coefficient);
  ck_assert_mem_eq(LodNetworkShapeOf(read->network), LodNetworkShapeOf(model->network),
                   sizeof(LodNetworkShape));
  ck_assert_mem_eq(found, written, count * sizeof *found);
  free(written), free(found);
  assert_ok(LodModelDestroy(&model));
  assert_ok(LodModelDestroy(&read));
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

/* Whatever the network says, if it is exact for constants; and only then. */
START_TEST(learned_operators_of_constants_are_exact) {
  const LodGrid *grid = &learned_grids[_i % 3];
  const PetscInt size = LodGridOperatorSize(grid);
  LodModel      *model = structured_model(grid, (PetscBool)(_i / 3), 0.3, test_seed());
  LodCoefficient constant = random_coefficient(grid, 1, 1, 1);
  double        *baseline;
  for (PetscInt i = 0; i < LodCellCount(grid->dim, grid->coefficient); i++)
    constant.values[i] = 3.7;
  assert_ok(LodBaselineCreate(grid, &baseline));
  for (int exact = 0; exact < 2; exact++) {
    double gap = 0, largest = 0;
    model->structure.exact_constants = (PetscBool)exact;
    double *operators = learned_operators(grid, model, PETSC_FALSE, &constant);
    for (PetscInt cell = 0; cell < LodGridCells(grid); cell++) {
      const LodBox  inside = LodGridInsideNodes(grid, cell);
      const double *base = LodBaselineFind(grid, baseline, &inside);
      for (PetscInt i = 0; i < size; i++)
        gap = fmax(gap, fabs(operators[cell * size + i] - 3.7 * base[i]));
      largest = fmax(largest, 3.7 * largest_entry(size, base));
    }
    if (exact)
      ck_assert_double_le(gap, 1e-5 * largest);
    else
      ck_assert_double_gt(gap, 1e-3 * largest);
    free(operators);
  }
  assert_ok(PetscFree(baseline));
  assert_ok(LodModelDestroy(&model));
  assert_ok(LodCoefficientDestroy(&constant));
}
END_TEST

/* The learned operators of a turned coefficient are the turned ones, if averaged and only then. */
START_TEST(averages_turn_with_the_coefficient) {
  const LodGrid *grid = &learned_grids[_i % 3];
  const PetscInt n = LodCellCount(grid->dim, grid->coefficient), cells = LodGridCells(grid);
  const PetscInt nodes = LodGridPatchNodes(grid), corners = LodGridCorners(grid);
  const PetscInt symmetry = LodSymmetryCount(grid->dim) - 1;
  PetscInt      *values = malloc((size_t)n * sizeof *values), *cell = malloc(sizeof(PetscInt[64]));
  PetscInt      *node = malloc((size_t)nodes * sizeof *node), corner[LOD_MAX_CORNERS];
  uint64_t       seed = test_seed();
  LodModel      *model = structured_model(grid, PETSC_TRUE, 0.3, seed);
  LodCoefficient coefficient = random_coefficient(grid, seed, 2, 5), turned;
  assert_ok(LodCoefficientCreate(grid->dim, grid->coefficient, &turned));
  LodSymmetryTable(grid->dim, symmetry, grid->coefficient[0], values);
  LodSymmetryTable(grid->dim, symmetry, grid->coarse[0], cell);
  LodSymmetryTable(grid->dim, symmetry, 2 * grid->ell + 2, node);
  LodSymmetryTable(grid->dim, symmetry, 2, corner);
  for (PetscInt i = 0; i < n; i++)
    turned.values[i] = coefficient.values[values[i]];
  for (int average = 0; average < 2; average++) {
    double  gap = 0, largest = 0;
    double *first = learned_operators(grid, model, (PetscBool)average, &coefficient);
    double *second = learned_operators(grid, model, (PetscBool)average, &turned);
    for (PetscInt t = 0; t < cells; t++)
      for (PetscInt z = 0; z < nodes; z++)
        for (PetscInt j = 0; j < corners; j++) {
          const double there = first[(cell[t] * nodes + node[z]) * corners + corner[j]];
          gap = fmax(gap, fabs(second[(t * nodes + z) * corners + j] - there));
          largest = fmax(largest, fabs(there));
        }
    if (average)
      ck_assert_double_le(gap, 1e-12 * largest);
    else
      ck_assert_double_gt(gap, 1e-3 * largest);
    free(first), free(second);
  }
  free(values), free(cell), free(node);
  assert_ok(LodModelDestroy(&model));
  assert_ok(LodCoefficientDestroy(&coefficient));
  assert_ok(LodCoefficientDestroy(&turned));
}
END_TEST

/* What is exact already is not changed, nor what is not wanted; natural faces do not turn. */
START_TEST(averages_of_exact_operators_are_exact) {
  const LodGrid      grid = {LOD_UNIT_CUBE(2, 4, 8, 16), .ell = 1};
  const PetscInt     size = LodGridOperatorSize(&grid);
  LodCoefficient     coefficient = random_coefficient(&grid, test_seed(), 1, 20);
  double            *expected = all_operators(LodExactCreate, &grid, &coefficient);
  double            *found = calloc((size_t)(16 * size), sizeof *found);
  PetscBool          wanted[16] = {[5] = PETSC_TRUE, [9] = PETSC_TRUE};
  LodGrid            natural = grid;
  LodLocalOperators *source, *averaged;
  assert_ok(LodExactCreate(&grid, &source));
  assert_ok(LodAveragedCreate(source, &averaged));
  assert_ok(LodLocalOperatorsSetCoefficient(averaged, &coefficient));
  assert_ok(
      LodLocalOperatorsCompute(averaged, 4, 16, &(LodComputeOptions){.wanted = wanted}, found));
  for (PetscInt cell = 4; cell < 16; cell++)
    for (PetscInt i = 0; i < size; i++)
      ck_assert_double_eq_tol(found[(cell - 4) * size + i],
                              wanted[cell] ? expected[cell * size + i] : 0, 1e-11);
  assert_ok(LodLocalOperatorsDestroy(&averaged));
  natural.natural[0][1] = PETSC_TRUE;
  assert_ok(LodExactCreate(&natural, &source));
  assert_refuses(LodAveragedCreate(source, &averaged), "needs u = 0 on all faces");
  LodErrorClear();
  free(expected), free(found);
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

/* Encoding every cell once gives what the network gives for whole rows, to the last bit. */
START_TEST(shared_encoding_is_that_of_whole_patches) {
  const LodGrid     *grid = &learned_grids[_i];
  unsigned long long seed = test_seed();
  LodModel          *model = structured_model(grid, PETSC_TRUE, 0.3, seed);
  /* The power of two in the middle of these values, by which they are divided, is 1. */
  LodCoefficient coefficient = random_coefficient(grid, seed, 2, 3);
  const PetscInt size = LodGridOperatorSize(grid), n_patch = LodGridPatchValues(grid);
  const PetscInt n_inp = LodNetworkInputs(LodNetworkShapeOf(model->network));
  LodRowOrder    order;
  float         *patch = malloc((size_t)n_patch * sizeof *patch);
  float         *row = malloc((size_t)n_inp * sizeof *row);
  float         *out = malloc((size_t)size * sizeof *out);
  double        *expected = malloc((size_t)size * sizeof *expected), scale, *baseline;
  double        *operators = learned_operators(grid, model, PETSC_FALSE, &coefficient);
  assert_ok(LodRowOrderCreate(model, 0, &order));
  assert_ok(LodBaselineCreate(grid, &baseline));
  for (PetscInt cell = 0; cell < LodGridCells(grid); cell++) {
    const LodBox  inside = LodGridInsideNodes(grid, cell);
    const double *base = LodBaselineFind(grid, baseline, &inside);
    assert_ok(LodCoefficientRestrict(&coefficient, grid, cell, patch));
    LodModelRow(model, &order, patch, row, &scale);
    network_forward(model->network, 1, row, out);
    for (PetscInt i = 0; i < size; i++)
      expected[i] = scale * model->out_scale * (double)out[i];
    LodOperatorClearOutside(grid->ell, &inside, expected);
    LodOperatorZeroSums(grid->ell, &inside, expected);
    for (PetscInt i = 0; i < size; i++)
      ck_assert_double_eq(operators[cell * size + i], expected[i] + scale * base[i]);
  }
  assert_ok(LodRowOrderDestroy(&order));
  assert_ok(PetscFree(baseline));
  free(patch), free(row), free(out), free(expected), free(operators);
  assert_ok(LodModelDestroy(&model));
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("structure");
  TCase *tests = tcase_create("structure");
  tcase_add_test(tests, symmetries_are_a_group_of_permutations);
  tcase_add_test(tests, turned_boxes_hold_the_turned_nodes);
  tcase_add_test(tests, exact_operators_turn_with_the_coefficient);
  tcase_add_loop_test(tests, averages_turn_with_the_coefficient, 0, 3);
  tcase_add_test(tests, averages_of_exact_operators_are_exact);
  tcase_add_test(tests, baseline_is_the_operator_of_a_constant);
  tcase_add_loop_test(tests, learned_operators_have_zero_sums_and_the_scale_of_the_coefficient, 0,
                      6);
  tcase_add_loop_test(tests, structured_models_survive_the_disk, 0, 6);
  tcase_add_loop_test(tests, learned_operators_do_not_depend_on_units, 0, 6);
  tcase_add_loop_test(tests, learned_operators_of_constants_are_exact, 0, 6);
  tcase_add_loop_test(tests, shared_encoding_is_that_of_whole_patches, 0, 3);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
