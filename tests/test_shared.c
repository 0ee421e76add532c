/* The shared elimination against the reference path, and the properties it must have by itself. */
#include <omp.h>
#include <string.h>

#include "base/error.h"
#include "exact_properties.h"
#include "lod/exact.h"

/* Meshes with inner and cut patches in one, two and three dimensions; natural faces; ratios that
   are no powers of two; patches as large as D. */
static const LodGrid meshes[] = {
    {LOD_UNIT_CUBE(1, 9, 27, 54), .ell = 2},
    {LOD_UNIT_CUBE(1, 5, 10, 60), .ell = 1, .natural = {{1, 0}}},
    {LOD_UNIT_CUBE(2, 6, 24, 48), .ell = 2},
    {LOD_UNIT_CUBE(2, 5, 25, 25), .ell = 1},
    {LOD_UNIT_CUBE(2, 5, 10, 30), .ell = 1, .natural = {{1, 0}, {0, 1}}},
    {LOD_UNIT_CUBE(2, 5, 20, 20), .ell = 2, .natural = {{1, 1}, {1, 0}}},
    {LOD_UNIT_CUBE(2, 3, 12, 24), .ell = 3},
    {LOD_UNIT_CUBE(2, 8, 16, 32), .ell = 3},
    {LOD_UNIT_CUBE(2, 1, 4, 8), .ell = 1},
    {LOD_UNIT_CUBE(2, 2, 8, 16), .ell = 1, .natural = {{1, 1}, {0, 0}}},
    {LOD_UNIT_CUBE(2, 2, 64, 128), .ell = 1},
    {LOD_UNIT_CUBE(3, 3, 6, 12), .ell = 1},
    {LOD_UNIT_CUBE(3, 4, 12, 12), .ell = 1, .natural = {{0, 1}, {0, 0}, {1, 0}}},
};
enum { N_MESHES = sizeof meshes / sizeof meshes[0] };

/* Largest difference over largest entry, on one mesh and one contrast. */
static double difference_to_reference(const LodGrid *grid, unsigned long long seed,
                                      double contrast) {
  LodCoefficient coefficient = random_coefficient(grid, seed, (uint64_t)contrast, contrast);
  PetscInt       count = LodGridCells(grid) * LodGridOperatorSize(grid);
  double        *plain = all_operators(LodExactPatchCreate, grid, &coefficient);
  double        *shared = all_operators(LodExactSharedCreate, grid, &coefficient), difference = 0;
  for (PetscInt i = 0; i < count; i++) {
    ck_assert(isfinite(shared[i]));
    difference = fmax(difference, fabs(shared[i] - plain[i]));
  }
  difference /= largest_entry(count, plain);
  free(plain);
  free(shared);
  assert_ok(LodCoefficientDestroy(&coefficient));
  return difference;
}

START_TEST(matches_reference_path) {
  static const double contrasts[] = {1, 1e3, 1e6};
  unsigned long long  seed = test_seed();
  for (int c = 0; c < 3; c++) {
    double difference = difference_to_reference(&meshes[_i], seed, contrasts[c]);
    printf("mesh %d, contrast %g: %.1e\n", _i, contrasts[c], difference);
    ck_assert_double_le(difference, 1e-10);
  }
}
END_TEST

START_TEST(rows_and_columns_sum_to_zero) {
  check_sums(LodExactSharedCreate, &meshes[_i], test_seed(), 100, 1e-11);
}
END_TEST

START_TEST(scaling_is_linear) {
  check_scaling(LodExactSharedCreate, &meshes[_i], test_seed(), 100, 1e-11);
}
END_TEST

START_TEST(quarter_turn_permutes_entries) {
  static const Symmetry turn = {{1, 0, 2}, {1, 0, 0}};
  check_symmetry(LodExactSharedCreate, &meshes[2], &turn, test_seed(), 100, 1e-11);
}
END_TEST

/* Bitwise the same for any number of threads, and for any range of cells asked for. */
START_TEST(operators_do_not_depend_on_threads_or_range) {
  const LodGrid     *grid = &meshes[2];
  LodCoefficient     coefficient = random_coefficient(grid, test_seed(), 6, 1000);
  PetscInt           cells = LodGridCells(grid), size = LodGridOperatorSize(grid);
  double            *whole = all_operators(LodExactSharedCreate, grid, &coefficient);
  double            *part = malloc((size_t)(cells * size) * sizeof(double));
  LodLocalOperators *source;
  assert_ok(LodExactSharedCreate(grid, &source));
  assert_ok(LodLocalOperatorsSetCoefficient(source, &coefficient));
  for (int threads = 1; threads <= 4; threads++) {
    PetscInt first = 5 * threads, last = cells - 3 * threads;
    omp_set_num_threads(threads);
    assert_ok(LodLocalOperatorsCompute(source, first, last, NULL, part));
    ck_assert_int_eq(
        memcmp(part, whole + first * size, (size_t)((last - first) * size) * sizeof(double)), 0);
  }
  assert_ok(LodLocalOperatorsDestroy(&source));
  free(whole);
  free(part);
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

/* Far beyond what double precision can hold: an error that names cell and contrast, and no number
   that is not one. The source goes on working. */
START_TEST(hopeless_contrast_is_refused_by_name) {
  const LodGrid     *grid = &meshes[2];
  LodCoefficient     hopeless = random_coefficient(grid, test_seed(), 3, 1e200);
  LodCoefficient     good = random_coefficient(grid, test_seed(), 4, 10);
  double            *operators = all_operators(LodExactSharedCreate, grid, &good);
  LodLocalOperators *source;
  assert_ok(LodExactSharedCreate(grid, &source));
  assert_ok(LodLocalOperatorsSetCoefficient(source, &hopeless));
  ck_assert_int_ne(LodLocalOperatorsCompute(source, 0, LodGridCells(grid), NULL, operators), 0);
  ck_assert_ptr_nonnull(strstr(LodErrorMessage(), "coarse cell (x "));
  ck_assert_ptr_nonnull(strstr(LodErrorMessage(), "contrast of the coefficient ("));
  LodErrorClear();
  assert_ok(LodLocalOperatorsSetCoefficient(source, &good));
  assert_ok(LodLocalOperatorsCompute(source, 0, LodGridCells(grid), NULL, operators));
  ck_assert(isfinite(largest_entry(LodGridCells(grid) * LodGridOperatorSize(grid), operators)));
  assert_ok(LodLocalOperatorsDestroy(&source));
  free(operators);
  assert_ok(LodCoefficientDestroy(&hopeless));
  assert_ok(LodCoefficientDestroy(&good));
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("shared");
  TCase *tests = tcase_create("shared");
  tcase_add_loop_test(tests, matches_reference_path, 0, N_MESHES);
  tcase_add_loop_test(tests, rows_and_columns_sum_to_zero, 0, N_MESHES);
  tcase_add_loop_test(tests, scaling_is_linear, 0, N_MESHES);
  tcase_add_test(tests, quarter_turn_permutes_entries);
  tcase_add_test(tests, operators_do_not_depend_on_threads_or_range);
  tcase_add_test(tests, hopeless_contrast_is_refused_by_name);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
