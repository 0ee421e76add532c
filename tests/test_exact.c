/* The reference path: properties of the local operators over random coefficients. */
#include <omp.h>
#include <string.h>

#include "base/error.h"
#include "exact_properties.h"
#include "lod/exact.h"

/* Meshes with inner and cut patches, one for each dimension; natural faces in the second. */
static const LodGrid meshes[] = {
    {LOD_UNIT_CUBE(1, 7, 28, 56), .ell = 2},
    {LOD_UNIT_CUBE(2, 5, 20, 40), .ell = 1, .natural = {{1, 0}, {0, 1}}},
    {LOD_UNIT_CUBE(2, 6, 12, 24), .ell = 2},
    {LOD_UNIT_CUBE(3, 3, 6, 12), .ell = 1},
};
enum { N_MESHES = sizeof meshes / sizeof meshes[0] };

START_TEST(rows_and_columns_sum_to_zero) {
  check_sums(LodExactPatchCreate, &meshes[_i], test_seed(), 100, 1e-11);
}
END_TEST

START_TEST(scaling_is_linear) {
  check_scaling(LodExactPatchCreate, &meshes[_i], test_seed(), 100, 1e-11);
}
END_TEST

START_TEST(symmetries_permute_entries) {
  static const Symmetry symmetries[] = {{{0, 1, 2}, {1, 0, 0}},  /* x reversed */
                                        {{1, 0, 2}, {0, 0, 0}},  /* x and y exchanged */
                                        {{1, 0, 2}, {1, 0, 0}},  /* quarter turn */
                                        {{2, 0, 1}, {0, 1, 0}}}; /* cube: axes cycled */
  unsigned long long    seed = test_seed();
  const LodGrid        *grid = &meshes[_i == 0 ? 0 : _i + 1]; /* those without natural faces */
  PetscInt              count = grid->dim == 1 ? 1 : grid->dim == 2 ? 3 : 4;
  for (PetscInt i = 0; i < count; i++)
    check_symmetry(LodExactPatchCreate, grid, &symmetries[i], seed, 100, 1e-11);
}
END_TEST

/* Rows of nodes outside D are zero: the first cell's patch is cut on every low side. */
START_TEST(rows_outside_are_zero) {
  const LodGrid *grid = &meshes[2];
  LodCoefficient coefficient = random_coefficient(grid, test_seed(), 5, 10);
  double        *operators = all_operators(LodExactPatchCreate, grid, &coefficient);
  LodBox         uncut = LodGridUncutPatchBox(grid, 0);
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    uncut.size[axis]++;
  PetscInt n_outside = 0;
  for (PetscInt z = 0; z < LodGridPatchNodes(grid); z++) {
    PetscInt node[LOD_MAX_DIM];
    LodBoxIndex(&uncut, z, node);
    if (node[0] >= 0 && node[1] >= 0) continue;
    n_outside++;
    for (PetscInt j = 0; j < 4; j++)
      ck_assert_double_eq(operators[z * 4 + j], 0);
  }
  ck_assert_int_eq(n_outside, 36 - 16);
  free(operators);
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

/* Bitwise the same for 1 to 4 threads. */
START_TEST(operators_do_not_depend_on_thread_count) {
  const LodGrid *grid = &meshes[1];
  LodCoefficient coefficient = random_coefficient(grid, test_seed(), 6, 1000);
  size_t         bytes = (size_t)(LodGridCells(grid) * LodGridOperatorSize(grid)) * sizeof(double);
  double        *first = NULL;
  for (int threads = 1; threads <= 4; threads++) {
    omp_set_num_threads(threads);
    double *operators = all_operators(LodExactPatchCreate, grid, &coefficient);
    if (!first)
      first = operators;
    else
      ck_assert_int_eq(memcmp(first, operators, bytes), 0);
    if (operators != first) free(operators);
  }
  free(first);
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

START_TEST(impossible_meshes_are_refused) {
  LodLocalOperators *source;
  LodGrid            grid = meshes[2];
  grid.coefficient[0] = 13;
  assert_refuses(LodExactPatchCreate(&grid, &source), "must be a multiple of coarse cells");
  LodErrorClear();
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("exact");
  TCase *tests = tcase_create("exact");
  tcase_add_loop_test(tests, rows_and_columns_sum_to_zero, 0, N_MESHES);
  tcase_add_loop_test(tests, scaling_is_linear, 0, N_MESHES);
  tcase_add_loop_test(tests, symmetries_permute_entries, 0, N_MESHES - 1);
  tcase_add_test(tests, rows_outside_are_zero);
  tcase_add_test(tests, operators_do_not_depend_on_thread_count);
  tcase_add_test(tests, impossible_meshes_are_refused);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
