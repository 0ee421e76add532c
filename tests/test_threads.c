/* Calls from several threads of a program at once, and what calls leave of the threads' settings.
 */
#include <omp.h>
#include <string.h>

#include "nn/network.h"
#include "sample/sample.h"
#include "check_lodnet.h"

/* Fields drawn, and the cells per axis of the first; every one has another size and other plans. */
enum { FIELDS = 48, CELLS = 9 };

/* Draws field `number`; 0 if it fails, else the sum of its values. */
static double sum_of_field(PetscInt number) {
  LodSampleSettings settings;
  LodCoefficient    coefficient;
  double            sum = 0;
  LodSampleDefaults(&settings);
  settings.family = LOD_FAMILY_LOGNORMAL;
  if (LodSample(&settings, 2, LOD_CUBE(CELLS + number), 1, number, &coefficient)) return 0;
  for (PetscInt i = 0; i < LodCellCount(coefficient.dim, coefficient.cells); i++)
    sum += coefficient.values[i];
  return LodCoefficientDestroy(&coefficient) ? 0 : sum;
}

START_TEST(lognormal_fields_are_drawn_by_several_threads) {
  double alone[FIELDS], together[FIELDS];
  for (PetscInt i = 0; i < FIELDS; i++)
    alone[i] = sum_of_field(i);
  for (int pass = 0; pass < 10; pass++) {
#pragma omp parallel for schedule(dynamic, 1) num_threads(8)
    for (PetscInt i = 0; i < FIELDS; i++)
      together[i] = sum_of_field(i);
    ck_assert_mem_eq(alone, together, sizeof alone);
  }
  for (PetscInt i = 0; i < FIELDS; i++)
    ck_assert_double_gt(alone[i], 0);
}
END_TEST

START_TEST(a_network_leaves_the_number_of_threads) {
  const LodNetworkShape shape = {
      .n_head = 2, .head = {30, 20, 10}, .n_pieces = 1, .activation = LOD_ACTIVATION_RELU};
  const int   threads = omp_get_max_threads();
  LodNetwork *network = NULL;
  omp_set_num_threads(3);
  assert_ok(LodNetworkCreate(&shape, 4, &network));
  ck_assert_int_eq(omp_get_max_threads(), 3);
  assert_ok(LodNetworkDestroy(&network));
  omp_set_num_threads(threads);
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("threads");
  TCase *tests = tcase_create("threads");
  tcase_add_test(tests, lognormal_fields_are_drawn_by_several_threads);
  tcase_add_test(tests, a_network_leaves_the_number_of_threads);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
