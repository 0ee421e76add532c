/* Sizes: what is too large is refused by name, more layers than cover the mesh change nothing, and
   cost and memory are told beforehand. */
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/progress.h"
#include "exact_properties.h"
#include "lod/exact.h"
#include "system/coarse_system.h"

/* Grids whose counts do not fit an index of 32 bits, and what the message says. */
static const struct {
  LodGrid     grid;
  const char *message;
} too_large[] = {
    {{LOD_UNIT_CUBE(2, 4, 16, 32), .ell = 16383},
     "ell = 16383 layers has 17178820624 coefficient values and 4294967296 operator entries"},
    {{LOD_UNIT_CUBE(3, 2, 4, 8), .ell = 511}, "ell = 511 layers"},
    {{LOD_UNIT_CUBE(2, 1, 20000, 20000), .ell = 1}, "ell = 1 layers"},
    {{LOD_UNIT_CUBE(1, 4, 16, 32), .ell = 2147483647}, "ell = 2147483647 layers"},
    {{LOD_UNIT_CUBE(3, 2, 2, 2000), .ell = 1}, "more nodes than"},
};

START_TEST(counts_beyond_an_index_are_refused) {
  LodLocalOperators *operators;
  assert_refuses(LodGridValidate(&too_large[_i].grid, "here"), too_large[_i].message);
  LodErrorClear();
  assert_refuses(LodExactSharedCreate(&too_large[_i].grid, &operators), too_large[_i].message);
  LodErrorClear();
  assert_refuses(LodExactPatchCreate(&too_large[_i].grid, &operators), too_large[_i].message);
  LodErrorClear();
}
END_TEST

START_TEST(largest_counts_are_accepted) {
  LodGrid grid = {LOD_UNIT_CUBE(1, 536870911, 536870911, 1073741822)};
  grid.ell = LodGridCoveringLayers(&grid);
  ck_assert_int_eq(grid.ell, 536870910);
  assert_ok(LodGridValidate(&grid, "here"));
  ck_assert_int_eq(LodGridOperatorSize(&grid), 2147483644);
  grid = (LodGrid){LOD_UNIT_CUBE(2, 1, 1, 2), .ell = 11583};
  assert_ok(LodGridValidate(&grid, "here"));
  ck_assert_int_eq(LodGridOperatorSize(&grid), 46336 * 46336);
}
END_TEST

/* The solution for f = x + 1 by one of the exact paths; the caller frees it. */
static double *solve(OperatorsCreate create, const LodGrid *grid,
                     const LodCoefficient *coefficient) {
  const PetscInt n_fine = LodNodeCount(grid->dim, grid->fine);
  double        *rhs = malloc((size_t)n_fine * sizeof *rhs);
  for (PetscInt i = 0; i < n_fine; i++)
    rhs[i] = 1 + (double)(i % (grid->fine[0] + 1)) / (double)grid->fine[0];
  double *solution = solve_lod(create, grid, coefficient, rhs);
  free(rhs);
  return solution;
}

/* With l = N - 1 every patch is D, and any more layers give the same solution, by both paths; `_i`
   is d - 1. */
START_TEST(layers_beyond_the_mesh_change_nothing) {
  const PetscInt           dim = _i + 1, most = dim < 3 ? 5 : 3;
  const unsigned long long seed = test_seed();
  for (PetscInt n = 1; n <= most; n++) {
    LodGrid grid = {LOD_UNIT_CUBE(dim, n, 2 * n, 4 * n)};
    for (PetscInt axis = 0; axis < dim; axis++)
      grid.natural[axis][1] = PETSC_TRUE; /* N = 1 has an unknown then */
    LodCoefficient coefficient = random_coefficient(&grid, seed, (uint64_t)n, 100);
    const PetscInt count = LodPower(n + 1, dim), covering = LodGridCoveringLayers(&grid);
    double        *first = NULL;
    for (int run = 0; run < 6; run++) {
      grid.ell = covering + run / 2 * (run / 2 + 1);
      double *u = solve(run % 2 ? LodExactPatchCreate : LodExactSharedCreate, &grid, &coefficient);
      if (!first) first = u;
      for (PetscInt i = 0; i < count; i++)
        ck_assert_double_le(fabs(u[i] - first[i]), 1e-11 * largest_entry(count, first));
      if (run > 0) free(u);
    }
    ck_assert_double_gt(largest_entry(count, first), 0);
    free(first);
    assert_ok(LodCoefficientDestroy(&coefficient));
  }
}
END_TEST

/* A window may have any number of blocks. */
START_TEST(windows_of_many_blocks_match_reference_path) {
  const LodGrid  grid = {LOD_UNIT_CUBE(1, 90, 90, 180), .ell = 40};
  LodCoefficient coefficient = random_coefficient(&grid, test_seed(), 1, 10);
  const PetscInt count = LodGridCells(&grid) * LodGridOperatorSize(&grid);
  double        *shared = all_operators(LodExactSharedCreate, &grid, &coefficient);
  double        *plain = all_operators(LodExactPatchCreate, &grid, &coefficient);
  for (PetscInt i = 0; i < count; i++)
    ck_assert_double_le(fabs(shared[i] - plain[i]), 1e-9 * largest_entry(count, plain));
  free(shared);
  free(plain);
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

/* The formulas against the plans, on meshes of all kinds. */
START_TEST(estimate_agrees_with_the_plans) {
  static const LodGrid meshes[] = {
      {LOD_UNIT_CUBE(2, 32, 256, 512), .ell = 2}, {LOD_UNIT_CUBE(2, 8, 64, 128), .ell = 7},
      {LOD_UNIT_CUBE(2, 16, 64, 64), .ell = 5},   {LOD_UNIT_CUBE(2, 2, 64, 128), .ell = 1},
      {LOD_UNIT_CUBE(3, 8, 64, 64), .ell = 1},    {LOD_UNIT_CUBE(3, 4, 16, 16), .ell = 3},
  };
  for (size_t m = 0; m < sizeof meshes / sizeof meshes[0]; m++) {
    LodLocalOperators *operators;
    LodExactCost       planned, estimated;
    double             flops[2] = {0, 0};
    assert_ok(LodExactSharedCreate(&meshes[m], &operators));
    assert_ok(LodExactSharedCost(operators, 0, LodGridCells(&meshes[m]), &planned));
    assert_ok(LodExactEstimate(&meshes[m], &estimated));
    for (int phase = 0; phase < LOD_EXACT_PHASES; phase++)
      flops[0] += planned.work[phase].flops, flops[1] += estimated.work[phase].flops;
    const double memory = (double)estimated.memory / (double)planned.memory;
    printf("mesh %zu: flops %.3f, memory %.3f of what is planned\n", m, flops[1] / flops[0],
           memory);
    ck_assert(flops[1] > 0.8 * flops[0] && flops[1] < 1.25 * flops[0]);
    ck_assert(memory > 0.67 && memory < 1.5);
    assert_ok(LodLocalOperatorsDestroy(&operators));
  }
}
END_TEST

/* What no machine has memory for is refused at once, before it is planned. */
START_TEST(hopeless_memory_is_refused_at_once) {
  const LodGrid      wide = {LOD_UNIT_CUBE(2, 512, 512, 4096), .ell = 511};
  const LodGrid      line = {LOD_UNIT_CUBE(1, 400000, 400000, 800000), .ell = 399999};
  const double       start = LodSeconds();
  LodLocalOperators *operators;
  assert_refuses(LodExactSharedCreate(&wide, &operators), "GB of memory are needed");
  ck_assert_ptr_nonnull(strstr(LodErrorMessage(), "choose fewer layers"));
  LodErrorClear();
  assert_refuses(LodExactSharedCreate(&line, &operators), "GB of memory are needed");
  LodErrorClear();
  ck_assert_double_lt(LodSeconds() - start, 5);
}
END_TEST

START_TEST(failed_allocation_says_what_was_wanted) {
#if !defined __SANITIZE_ADDRESS__
  double *array = NULL;
  ck_assert_int_eq(PetscMalloc1((size_t)1 << 45, &array), PETSC_ERR_MEM);
  ck_assert_ptr_nonnull(strstr(LodErrorMessage(), "out of memory: "));
  ck_assert_ptr_nonnull(strstr(LodErrorMessage(), " wanted 2.81e+08 MB, "));
  ck_assert_ptr_nonnull(strstr(LodErrorMessage(), " MB are available"));
  LodErrorClear();
#endif
}
END_TEST

/* What a function prints on stderr, in text[256]. */
static void listen(void (*speak)(void), char text[256]) {
  FILE     *heard = tmpfile();
  const int before = dup(STDERR_FILENO);
  ck_assert_ptr_nonnull(heard);
  fflush(stderr);
  dup2(fileno(heard), STDERR_FILENO);
  speak();
  fflush(stderr);
  dup2(before, STDERR_FILENO);
  close(before);
  rewind(heard);
  text[fread(text, 1, 255, heard)] = 0;
  fclose(heard);
}

/* A loop of 100 steps that has run for 20 s, half of it done. */
static void half_done(PetscBool quiet) {
  LodProgress progress;
  assert_ok(LodProgressBegin(&progress, "exact operators", "cells", 100, quiet));
  assert_ok(LodProgressUpdate(&progress, 1)); /* too early for a word */
  progress.start -= 20;
  progress.next -= 20;
  assert_ok(LodProgressUpdate(&progress, 50));
  assert_ok(LodProgressUpdate(&progress, 51)); /* not again so soon */
  assert_ok(LodProgressEnd(&progress));
}
static void half_done_loud(void) {
  half_done(PETSC_FALSE);
}
static void half_done_quiet(void) {
  half_done(PETSC_TRUE);
}

START_TEST(progress_in_a_log_is_lines) {
  char text[256];
  listen(half_done_loud, text);
  ck_assert_ptr_nonnull(strstr(text, "exact operators:  50%  2.5 cells/s  0:00:2"));
  ck_assert_ptr_eq(strchr(text, '\n'), text + strlen(text) - 1); /* one line */
  ck_assert_ptr_null(strchr(text, '\r'));
  listen(half_done_quiet, text);
  ck_assert_str_eq(text, "");
}
END_TEST

static void announce_long(void) {
  assert_ok(LodWorkAnnounce("exact operators", 140, 3.1e9, "fewer layers cost less", PETSC_FALSE));
}
static void announce_days(void) {
  assert_ok(LodWorkAnnounce("exact operators", 3e5, 3e12, "fewer layers cost less", PETSC_FALSE));
}
static void announce_short(void) {
  assert_ok(LodWorkAnnounce("exact operators", 9, 3.1e9, "fewer layers cost less", PETSC_FALSE));
  assert_ok(LodWorkAnnounce("exact operators", 1e9, 3.1e9, "fewer layers cost less", PETSC_TRUE));
}

START_TEST(long_work_is_announced) {
  char text[256];
  listen(announce_long, text);
  ck_assert_ptr_nonnull(
      strstr(text, ": exact operators: about 140 s, 3.1 GB; fewer layers cost less\n"));
  listen(announce_days, text);
  ck_assert_ptr_nonnull(strstr(text, ": about 3 days, 3e+03 GB; "));
  listen(announce_short, text);
  ck_assert_str_eq(text, "");
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("sizes");
  TCase *tests = tcase_create("sizes");
  tcase_add_loop_test(tests, counts_beyond_an_index_are_refused, 0,
                      (int)(sizeof too_large / sizeof too_large[0]));
  tcase_add_test(tests, largest_counts_are_accepted);
  tcase_add_loop_test(tests, layers_beyond_the_mesh_change_nothing, 0, 3);
  tcase_add_test(tests, windows_of_many_blocks_match_reference_path);
  tcase_add_test(tests, estimate_agrees_with_the_plans);
  tcase_add_test(tests, hopeless_memory_is_refused_at_once);
  tcase_add_test(tests, failed_allocation_says_what_was_wanted);
  tcase_add_test(tests, progress_in_a_log_is_lines);
  tcase_add_test(tests, long_work_is_announced);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
