/* Operators after a local change of the coefficient, against computing all of them again. */
#include <string.h>

#include "base/random.h"
#include "exact_properties.h"
#include "lod/exact.h"
#include "lod/update.h"

/* Inner and cut patches in one, two and three dimensions. */
static const LodGrid meshes[] = {
    {LOD_UNIT_CUBE(1, 12, 24, 48), .ell = 2},
    {LOD_UNIT_CUBE(2, 9, 18, 36), .ell = 2},
    {LOD_UNIT_CUBE(2, 8, 8, 32), .ell = 1, .natural = {{0, 1}, {0, 0}}},
    {LOD_UNIT_CUBE(3, 5, 5, 10), .ell = 1},
};
enum { N_MESHES = sizeof meshes / sizeof meshes[0] };

/* Cells whose patch holds one of the values where two coefficients differ, found by asking every
   patch for all of its values. */
static PetscInt seen_cells(const LodGrid *grid, const double *a, const double *b, PetscBool *seen) {
  const PetscInt length = LodGridPatchValues(grid);
  float         *marks = malloc((size_t)length * sizeof *marks);
  double  *differs = malloc((size_t)LodCellCount(grid->dim, grid->coefficient) * sizeof *differs);
  PetscInt count = 0;
  for (PetscInt i = 0; i < LodCellCount(grid->dim, grid->coefficient); i++)
    differs[i] = a[i] != b[i];
  for (PetscInt cell = 0; cell < LodGridCells(grid); cell++) {
    LodPatchGather(grid, cell, differs, NULL, marks);
    seen[cell] = PETSC_FALSE;
    for (PetscInt i = 0; i < length; i++)
      if (marks[i] > 0) seen[cell] = PETSC_TRUE;
    count += seen[cell] ? 1 : 0;
  }
  free(marks);
  free(differs);
  return count;
}

/* A copy of a coefficient with `n_defects` values changed. */
static LodCoefficient damaged(const LodGrid *grid, const LodCoefficient *intact, int n_defects,
                              unsigned long long seed) {
  const PetscInt count = LodCellCount(grid->dim, grid->coefficient);
  LodCoefficient coefficient;
  assert_ok(LodCoefficientCreate(grid->dim, grid->coefficient, &coefficient));
  memcpy(coefficient.values, intact->values, (size_t)count * sizeof(double));
  for (int i = 0; i < n_defects; i++)
    coefficient.values[LodRandomBits(seed, 7, (uint64_t)i) % (uint64_t)count] *= 100;
  return coefficient;
}

/* Updates with operators of unwanted cells spoilt on purpose, which must stay as they are, and the
   rest bitwise as computed from nothing; with both exact paths. */
static void check_update(OperatorsCreate create, const LodGrid *grid, int n_defects,
                         unsigned long long seed) {
  const PetscInt     cells = LodGridCells(grid), size = LodGridOperatorSize(grid);
  LodCoefficient     before = random_coefficient(grid, seed, 1, 20);
  LodCoefficient     after = damaged(grid, &before, n_defects, seed);
  double            *previous = all_operators(create, grid, &before);
  double            *wanted = all_operators(create, grid, &after);
  double            *found = malloc((size_t)(cells * size) * sizeof *found);
  PetscBool         *seen = malloc((size_t)cells * sizeof *seen);
  const PetscInt     n_seen = seen_cells(grid, before.values, after.values, seen);
  LodLocalOperators *source, *update;
  PetscInt           count;
  for (PetscInt cell = 0; cell < cells; cell++)
    if (!seen[cell]) previous[cell * size] = wanted[cell * size] = 1e9 + cell;
  assert_ok(create(grid, &source));
  assert_ok(LodUpdateCreate(source, &before, previous, &update));
  assert_ok(LodLocalOperatorsSetCoefficient(update, &after));
  assert_ok(LodUpdateCount(update, &count));
  ck_assert_int_eq(count, n_seen);
  ck_assert(n_defects == 0 || (count > 0 && (count < cells || grid->dim == 3)));
  assert_ok(LodLocalOperatorsCompute(update, 0, cells, NULL, found));
  ck_assert_mem_eq(found, wanted, (size_t)(cells * size) * sizeof *found);
  assert_ok(LodLocalOperatorsDestroy(&update));
  assert_ok(LodLocalOperatorsCompute(source, 0, cells, NULL, found)); /* the source is as it was */
  ck_assert(found[0] < 1e9);
  assert_ok(LodLocalOperatorsDestroy(&source));
  assert_ok(LodCoefficientDestroy(&before));
  assert_ok(LodCoefficientDestroy(&after));
  free(previous), free(wanted), free(found), free(seen);
}

START_TEST(changed_cells_and_no_others_are_computed) {
  unsigned long long seed = test_seed();
  for (int n_defects = 0; n_defects <= 2; n_defects++) {
    check_update(LodExactSharedCreate, &meshes[_i], n_defects, seed);
    check_update(LodExactPatchCreate, &meshes[_i], n_defects, seed);
  }
}
END_TEST

/* A range of cells, as a rank asks for it. */
START_TEST(part_of_an_update_is_that_part_of_the_whole) {
  const LodGrid     *grid = &meshes[1];
  const PetscInt     cells = LodGridCells(grid), size = LodGridOperatorSize(grid);
  const PetscInt     first = 20, last = 61;
  unsigned long long seed = test_seed();
  LodCoefficient     before = random_coefficient(grid, seed, 1, 20);
  LodCoefficient     after = damaged(grid, &before, 1, seed);
  double            *previous = all_operators(LodExactSharedCreate, grid, &before);
  double            *wanted = all_operators(LodExactSharedCreate, grid, &after);
  double            *found = malloc((size_t)(cells * size) * sizeof *found);
  LodLocalOperators *source, *update;
  assert_ok(LodExactSharedCreate(grid, &source));
  assert_ok(LodUpdateCreate(source, &before, previous, &update));
  assert_ok(LodLocalOperatorsSetCoefficient(update, &after));
  assert_ok(LodLocalOperatorsCompute(update, first, last, NULL, found));
  ck_assert_mem_eq(found, wanted + first * size, (size_t)((last - first) * size) * sizeof *found);
  assert_ok(LodLocalOperatorsDestroy(&update));
  assert_ok(LodLocalOperatorsDestroy(&source));
  assert_ok(LodCoefficientDestroy(&before));
  assert_ok(LodCoefficientDestroy(&after));
  free(previous), free(wanted), free(found);
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("update");
  TCase *tests = tcase_create("update");
  tcase_add_loop_test(tests, changed_cells_and_no_others_are_computed, 0, N_MESHES);
  tcase_add_test(tests, part_of_an_update_is_that_part_of_the_whole);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
