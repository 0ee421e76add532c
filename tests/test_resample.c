/* Coefficients on other cells: means over what each covers, exact for any numbers of cells. */
#include <math.h>
#include <string.h>

#include "base/random.h"
#include "check_lodnet.h"
#include "grid/resample.h"

/* A coefficient of random cells and values between 1e-3 and 1e3; `stream` chooses it. */
static LodCoefficient random_coefficient(uint64_t seed, uint64_t stream, PetscInt dim,
                                         PetscInt most) {
  PetscInt       cells[LOD_MAX_DIM] = {1, 1, 1};
  LodCoefficient coefficient;
  for (PetscInt axis = 0; axis < dim; axis++)
    cells[axis] = 1 + (PetscInt)(LodRandomBits(seed, stream, (uint64_t)axis) % (uint64_t)most);
  assert_ok(LodCoefficientCreate(dim, cells, &coefficient));
  for (PetscInt i = 0; i < LodCoefficientCells(&coefficient); i++)
    coefficient.values[i] = pow(10, 6 * LodRandomUniform(seed, stream, 100 + (uint64_t)i) - 3);
  return coefficient;
}

/* The mean of `from` over new cell `cell`, on cells so small that they divide both: what it is. */
static double plain_mean(const LodCoefficient *from, const PetscInt cells[], PetscInt cell,
                         LodMean mean) {
  const LodBox old = LodBoxCells(from->dim, from->cells), new = LodBoxCells(from->dim, cells);
  PetscInt     index[LOD_MAX_DIM], at[LOD_MAX_DIM] = {0};
  LodBox       small = {.dim = from->dim, .size = {1, 1, 1}};
  double       sum = 0;
  LodBoxIndex(&new, cell, index);
  for (PetscInt axis = 0; axis < from->dim; axis++)
    small.size[axis] = from->cells[axis]; /* of the E E' small cells along an axis E are in it */
  const PetscInt count = LodBoxCount(&small);
  for (PetscInt i = 0; i < count; i++) {
    LodBoxIndex(&small, i, at);
    for (PetscInt axis = 0; axis < from->dim; axis++)
      at[axis] = (index[axis] * from->cells[axis] + at[axis]) / cells[axis];
    const double value = from->values[LodBoxPosition(&old, at)];
    sum += mean == LOD_MEAN_ARITHMETIC  ? value
           : mean == LOD_MEAN_GEOMETRIC ? log(value)
                                        : 1 / value;
  }
  sum /= count;
  return mean == LOD_MEAN_ARITHMETIC ? sum : mean == LOD_MEAN_GEOMETRIC ? exp(sum) : 1 / sum;
}

START_TEST(values_are_means_over_what_cells_cover) {
  const uint64_t seed = test_seed();
  for (uint64_t round = 0; round < 60; round++) {
    const PetscInt dim = 1 + (PetscInt)(round % 3), most = dim == 3 ? 6 : 13;
    const LodMean  mean = (LodMean)(round / 3 % 3);
    LodCoefficient from = random_coefficient(seed, 2 * round, dim, most), to;
    LodCoefficient wanted = random_coefficient(seed, 2 * round + 1, dim, most);
    assert_ok(LodCoefficientResample(&from, wanted.cells, mean, "test", &to));
    for (PetscInt i = 0; i < LodCoefficientCells(&to); i++) {
      const double plain = plain_mean(&from, wanted.cells, i, mean);
      ck_assert_double_eq_tol(to.values[i], plain, 1e-12 * plain);
    }
    assert_ok(LodCoefficientDestroy(&from));
    assert_ok(LodCoefficientDestroy(&wanted));
    assert_ok(LodCoefficientDestroy(&to));
  }
}
END_TEST

START_TEST(means_are_ordered_and_the_own_one_is_kept) {
  const uint64_t seed = test_seed();
  for (uint64_t round = 0; round < 30; round++) {
    LodCoefficient from = random_coefficient(seed, round, 2, 20), to[3];
    const LodMeans means = LodCoefficientVolumeMeans(&from);
    const double   own[] = {[LOD_MEAN_GEOMETRIC] = means.geometric,
                            [LOD_MEAN_ARITHMETIC] = means.arithmetic,
                            [LOD_MEAN_HARMONIC] = means.harmonic};
    for (int mean = 0; mean < 3; mean++) {
      assert_ok(
          LodCoefficientResample(&from, (PetscInt[]){7, 11}, (LodMean)mean, "test", &to[mean]));
      const LodMeans kept = LodCoefficientVolumeMeans(&to[mean]);
      const double   now[] = {[LOD_MEAN_GEOMETRIC] = kept.geometric,
                              [LOD_MEAN_ARITHMETIC] = kept.arithmetic,
                              [LOD_MEAN_HARMONIC] = kept.harmonic};
      ck_assert_double_eq_tol(now[mean], own[mean], 1e-12 * own[mean]);
    }
    for (PetscInt i = 0; i < 77; i++) {
      const double harmonic = to[LOD_MEAN_HARMONIC].values[i];
      const double geometric = to[LOD_MEAN_GEOMETRIC].values[i];
      ck_assert_double_le(harmonic, geometric * (1 + 1e-12));
      ck_assert_double_le(geometric, to[LOD_MEAN_ARITHMETIC].values[i] * (1 + 1e-12));
    }
    for (int mean = 0; mean < 3; mean++)
      assert_ok(LodCoefficientDestroy(&to[mean]));
    assert_ok(LodCoefficientDestroy(&from));
  }
}
END_TEST

START_TEST(finer_cells_keep_the_values_to_the_bit) {
  const uint64_t seed = test_seed();
  for (int mean = 0; mean < 3; mean++) {
    LodCoefficient from = random_coefficient(seed, (uint64_t)mean, 2, 9), to, back;
    const PetscInt finer[] = {3 * from.cells[0], 5 * from.cells[1]};
    assert_ok(LodCoefficientResample(&from, finer, (LodMean)mean, "test", &to));
    for (PetscInt y = 0; y < finer[1]; y++)
      for (PetscInt x = 0; x < finer[0]; x++)
        ck_assert_double_eq(to.values[y * finer[0] + x],
                            from.values[y / 5 * from.cells[0] + x / 3]);
    assert_ok(LodCoefficientResample(&to, from.cells, (LodMean)mean, "test", &back));
    for (PetscInt i = 0; i < LodCoefficientCells(&from); i++)
      ck_assert_double_eq_tol(back.values[i], from.values[i], 1e-13 * from.values[i]);
    assert_ok(LodCoefficientDestroy(&from));
    assert_ok(LodCoefficientDestroy(&to));
    assert_ok(LodCoefficientDestroy(&back));
  }
}
END_TEST

START_TEST(padding_repeats_the_last_cells) {
  const uint64_t seed = test_seed();
  LodCoefficient from = random_coefficient(seed, 0, 3, 5), to;
  const PetscInt longer[] = {from.cells[0] + 2, from.cells[1], from.cells[2] + 1};
  assert_ok(LodCoefficientPad(&from, longer, "test", &to));
  for (PetscInt z = 0; z < longer[2]; z++)
    for (PetscInt y = 0; y < longer[1]; y++)
      for (PetscInt x = 0; x < longer[0]; x++) {
        const PetscInt old_x = PetscMin(x, from.cells[0] - 1),
                       old_z = PetscMin(z, from.cells[2] - 1);
        ck_assert_double_eq(to.values[(z * longer[1] + y) * longer[0] + x],
                            from.values[(old_z * from.cells[1] + y) * from.cells[0] + old_x]);
      }
  assert_ok(LodCoefficientDestroy(&from));
  assert_ok(LodCoefficientDestroy(&to));
}
END_TEST

START_TEST(names_of_means_go_both_ways) {
  LodMean mean;
  for (int i = 0; i < 3; i++) {
    assert_ok(LodMeanFromName(LodMeanName((LodMean)i), "test", &mean));
    ck_assert_int_eq(mean, i);
  }
  assert_refuses(LodMeanFromName("mean", "--mean", &mean), "--mean: no mean 'mean'; the means are");
  LodErrorClear();
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("resample");
  TCase *tests = tcase_create("resample");
  tcase_add_test(tests, values_are_means_over_what_cells_cover);
  tcase_add_test(tests, means_are_ordered_and_the_own_one_is_kept);
  tcase_add_test(tests, finer_cells_keep_the_values_to_the_bit);
  tcase_add_test(tests, padding_repeats_the_last_cells);
  tcase_add_test(tests, names_of_means_go_both_ways);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
