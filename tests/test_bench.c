/* Cost model and measurements: what can be checked of them without a clock. */
#include <math.h>

#include "bench/bench.h"
#include "check_lodnet.h"
#include "lod/exact_cost_private.h"

/* Operations of eliminating n_eliminated of n variables, counted one by one as they are done on the
   upper triangle. */
static long count_flops(int n_eliminated, int n) {
  long flops = 0;
  for (int i = 0; i < n_eliminated; i++) {
    flops++; /* square root */
    for (int j = i + 1; j < n; j++)
      flops++; /* division */
    for (int j = i + 1; j < n; j++)
      for (int k = j; k < n; k++)
        flops += 2; /* product and difference */
  }
  return flops;
}

START_TEST(flops_are_those_of_the_loops) {
  for (int n = 1; n <= 12; n++)
    for (int n_eliminated = 0; n_eliminated <= n; n_eliminated++)
      ck_assert_double_eq(LodFrontFlops(n_eliminated, n), (double)count_flops(n_eliminated, n));
}
END_TEST

START_TEST(spread_is_median_and_ends) {
  double          odd[] = {5, 1, 3}, even[] = {4, 1, 2, 8};
  const LodSpread three = LodSpreadCompute(3, odd), four = LodSpreadCompute(4, even);
  ck_assert(three.smallest == 1 && three.median == 3 && three.largest == 5);
  ck_assert(four.smallest == 1 && four.median == 3 && four.largest == 8);
}
END_TEST

/* Parts of a mesh cost at least their share and at most what the whole does; the whole is what its
   closed phases say. */
START_TEST(cost_of_a_part_lies_below_that_of_the_whole) {
  const LodGrid      grid = {LOD_UNIT_CUBE(2, 9, 18, 36), .ell = 1};
  LodLocalOperators *operators;
  LodExactCost       whole, part;
  assert_ok(LodExactSharedCreate(&grid, &operators));
  assert_ok(LodExactSharedCost(operators, 0, 81, &whole));
  assert_ok(LodExactSharedCost(operators, 40, 41, &part));
  for (int phase = 0; phase < LOD_EXACT_PHASES; phase++) {
    ck_assert_double_gt(part.work[phase].flops, 0);
    ck_assert_double_le(part.work[phase].flops, part.work[phase].flops_padded);
    ck_assert_double_lt(part.work[phase].flops, whole.work[phase].flops);
    ck_assert_double_gt(whole.work[phase].bytes, 0);
  }
  /* One inner patch: 9 cells of 81, its 3 lines. */
  ck_assert_double_eq_tol(part.work[LOD_EXACT_CELLS].flops,
                          whole.work[LOD_EXACT_CELLS].flops * 9 / 81,
                          1e-9 * whole.work[LOD_EXACT_CELLS].flops);
  ck_assert_uint_gt(whole.memory, 0);
  assert_ok(LodLocalOperatorsDestroy(&operators));
}
END_TEST

/* One line of each kind stands for all of them. */
START_TEST(sampled_lines_have_the_flops_of_all_cells) {
  LodBenchExactSettings settings = {.grid = {LOD_UNIT_CUBE(2, 7, 14, 28), .ell = 1},
                                    .path = LOD_BENCH_PATCH,
                                    .threads = 1,
                                    .repeats = 1};
  LodBenchExactResult   sampled, whole;
  assert_ok(LodBenchExact(&settings, &sampled));
  settings.whole = PETSC_TRUE;
  assert_ok(LodBenchExact(&settings, &whole));
  ck_assert_int_eq(whole.cells_computed, 49);
  ck_assert_int_eq(sampled.cells_computed, 21);
  ck_assert_double_eq_tol(sampled.flops, whole.flops, 1e-3 * whole.flops);
  ck_assert(sampled.seconds.median > 0 && sampled.gemm_rate > 0 && sampled.peak_bytes > 0);
}
END_TEST

START_TEST(fine_solve_reaches_its_tolerance) {
  const LodGrid      grid = {LOD_UNIT_CUBE(2, 1, 16, 32), .ell = 1};
  LodBenchFineResult result;
  assert_ok(LodBenchFine(&grid, 2, &result));
  ck_assert_double_le(result.residual, 1e-8);
  ck_assert_int_ge(result.iterations, 1);
  ck_assert_double_ge(result.seconds.largest, result.seconds.smallest);
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("bench");
  TCase *tests = tcase_create("bench");
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, flops_are_those_of_the_loops);
  tcase_add_test(tests, spread_is_median_and_ends);
  tcase_add_test(tests, cost_of_a_part_lies_below_that_of_the_whole);
  tcase_add_test(tests, sampled_lines_have_the_flops_of_all_cells);
  tcase_add_test(tests, fine_solve_reaches_its_tolerance);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
