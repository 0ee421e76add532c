/* Calls from several threads of a program at once, and what calls leave of the threads' settings.
 */
#include <omp.h>
#include <pthread.h>
#include <string.h>

#include "check_lodnet.h"
#include "exact_properties.h"
#include "nn/learned.h"
#include "nn/network_run.h"
#include "sample/sample.h"
#include "structured_model.h"

/* Fields drawn, and the cells per axis of the first; every one has another size and other plans. */
enum { FIELDS = 48, CELLS = 9 };

/* Draws field `number`; 0 if it fails, else the sum of its values. */
static double sum_of_field(PetscInt number) {
  LodSampleSettings settings;
  LodCoefficient    coefficient;
  double            sum = 0;
  LodSampleDefaults(&settings);
  settings.family = LOD_FAMILY_LOGNORMAL;
  if (LodSampleDraw(&settings, 2, LOD_CUBE(CELLS + number), 1, number, &coefficient)) return 0;
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
  const int      threads = omp_get_max_threads();
  LodNetwork    *network = NULL;
  LodNetworkRun *run = NULL;
  omp_set_num_threads(3);
  assert_ok(LodNetworkCreate(&shape, &network));
  assert_ok(LodNetworkRunCreate(network, 4, &run));
  ck_assert_int_eq(omp_get_max_threads(), 3);
  assert_ok(LodNetworkRunDestroy(&run));
  assert_ok(LodNetworkDestroy(&network));
  omp_set_num_threads(threads);
}
END_TEST

/* Rounds of each of two threads that use one model. */
enum { ROUNDS = 20 };

/* What one of them works on: its coefficient, and the operators that it must find each time. */
typedef struct {
  const LodGrid        *grid;
  const LodModel       *model;
  const LodCoefficient *coefficient;
  double               *expected;
  int                   right;
} Work;

/* Bytes of all local operators. */
static size_t operators_bytes(const LodGrid *grid) {
  return (size_t)LodGridCells(grid) * (size_t)LodGridOperatorSize(grid) * sizeof(double);
}

/* Computes into operators[cell][z][j], with a source made and destroyed for it. */
static PetscErrorCode compute_learned(const Work *work, double *operators) {
  LodLocalOperators *learned = NULL;
  PetscErrorCode     error = LodLearnedCreate(work->grid, work->model, PETSC_FALSE, &learned);
  if (!error) error = LodLocalOperatorsSetCoefficient(learned, work->coefficient);
  if (!error)
    error = LodLocalOperatorsCompute(learned, 0, LodGridCells(work->grid), NULL, operators);
  return LodLocalOperatorsDestroy(&learned) ? PETSC_ERR_LIB : error;
}

/* A thread: counts the rounds that give what is expected. */
static void *count_right(void *context) {
  Work        *work = context;
  const size_t bytes = operators_bytes(work->grid);
  double      *found = malloc(bytes);
  for (int round = 0; round < ROUNDS; round++) {
    memset(found, 0, bytes);
    if (!compute_learned(work, found) && !memcmp(found, work->expected, bytes)) work->right++;
  }
  free(found);
  return NULL;
}

/* 40 of 40 are right, to the last bit. */
START_TEST(one_model_serves_two_threads) {
  const LodGrid            grid = {LOD_UNIT_CUBE(2, 6, 24, 24), .ell = 1};
  const unsigned long long seed = test_seed();
  LodModel                *model = structured_model(&grid, (PetscBool)_i, 0.3, seed);
  LodCoefficient           coefficients[2];
  Work                     works[2];
  pthread_t                threads[2];
  for (int t = 0; t < 2; t++) {
    coefficients[t] = random_coefficient(&grid, seed, (uint64_t)t + 1, 5);
    works[t] = (Work){&grid, model, &coefficients[t], malloc(operators_bytes(&grid)), 0};
    assert_ok(compute_learned(&works[t], works[t].expected));
  }
  for (int t = 0; t < 2; t++)
    ck_assert_int_eq(pthread_create(&threads[t], NULL, count_right, &works[t]), 0);
  for (int t = 0; t < 2; t++) {
    pthread_join(threads[t], NULL);
    ck_assert_int_eq(works[t].right, ROUNDS);
    assert_ok(LodCoefficientDestroy(&coefficients[t]));
    free(works[t].expected);
  }
  assert_ok(LodModelDestroy(&model));
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("threads");
  TCase *tests = tcase_create("threads");
  tcase_add_test(tests, lognormal_fields_are_drawn_by_several_threads);
  tcase_add_test(tests, a_network_leaves_the_number_of_threads);
  tcase_add_loop_test(tests, one_model_serves_two_threads, 0, 2);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
