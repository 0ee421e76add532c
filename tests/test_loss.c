/* Losses of local operators against their definitions. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/random.h"
#include "check_lodnet.h"
#include "fem/element.h"
#include "lod/structure.h"
#include "train/loss.h"

/* Operators of 36 nodes, 4 corners. */
#define NODES 36
#define CORNERS 4
#define SIZE (NODES * CORNERS)

static const LodGrid grid = {LOD_UNIT_CUBE(2, 6, 6, 12), .ell = 2};

static LodLoss *make_loss(LodLossKind kind, PetscBool zero_sums, double weight) {
  const LodTrainingSettings settings = {.loss = kind, .moment_weight = weight};
  LodLoss                  *loss;
  assert_ok(LodLossCreate(&grid, &settings, zero_sums, &loss));
  return loss;
}

/* A cell whose patch is cut on two faces, on one, or not at all. */
static LodBox inside_of(int i) {
  static const PetscInt cells[] = {0, 8, 14};
  return LodGridInsideNodes(&grid, cells[i]);
}

static void fill(uint64_t seed, float *difference) {
  for (int i = 0; i < SIZE; i++)
    difference[i] = (float)LodRandomNormal(seed, 1, (uint64_t)i);
}

/* J is quadratic, so the gradient in a direction is the central difference whatever the step; for
   all kinds, all cuts, with and, but for the energy loss, without zero sums. */
START_TEST(gradient_is_that_of_finite_differences) {
  const LodLossKind kind = (LodLossKind)(_i / 6);
  const PetscBool   zero_sums = (PetscBool)(_i % 2 || kind == LOD_LOSS_ENERGY);
  const LodBox      inside = inside_of(_i / 2 % 3);
  LodLoss          *loss = make_loss(kind, zero_sums, 30);
  uint64_t          seed = test_seed();
  float             gradient[SIZE], moved[SIZE];
  fill(seed, gradient);
  const double value = LodLossApply(loss, &inside, gradient);
  ck_assert_double_gt(value, 0);
  for (int i = 0; i < SIZE; i++) {
    double difference = 0;
    for (int sign = -1; sign <= 1; sign += 2) {
      fill(seed, moved);
      moved[i] += (float)sign;
      difference += sign * LodLossApply(loss, &inside, moved) / 2;
    }
    ck_assert_double_eq_tol((double)gradient[i], difference, 1e-5 * (1 + value));
  }
  assert_ok(LodLossDestroy(&loss));
}
END_TEST

/* The energy does not see constants: a network could leave them as wrong as they are. */
START_TEST(energy_needs_zero_sums) {
  const LodTrainingSettings settings = {.loss = LOD_LOSS_ENERGY};
  LodLoss                  *loss = NULL;
  LodErrorClear();
  assert_refuses(LodLossCreate(&grid, &settings, PETSC_FALSE, &loss), "needs zero_sums");
  ck_assert_ptr_null(loss);
}
END_TEST

/* What zero sums leave of a plane wave, a pair of entries, and anything outside D. */
START_TEST(sums_and_rows_outside_cost_nothing) {
  const LodBox inside = inside_of(0);
  LodLoss     *loss = make_loss((LodLossKind)_i, PETSC_TRUE, 30);
  float        difference[SIZE];
  for (int z = 0; z < NODES; z++)
    for (int j = 0; j < CORNERS; j++)
      difference[z * CORNERS + j] = (float)z + 3 * (float)j; /* a sum of rows and columns */
  ck_assert_double_lt(LodLossApply(loss, &inside, difference), 1e-10);
  memset(difference, 0, sizeof difference);
  difference[0] = 1; /* a corner of the uncut patch, outside D */
  ck_assert_double_lt(LodLossApply(loss, &inside, difference), 1e-20);
  assert_ok(LodLossDestroy(&loss));
}
END_TEST

/* For E = r c^T the energy loss is r^T K_P^+ r c^T K_T^+ c: solved for by E = K_P v (K_T u)^T,
   which gives v^T K_P v u^T K_T u, up to the scaling that every pair shares. */
START_TEST(energy_is_the_dual_norm) {
  const LodBox inside = inside_of(2);
  LodLoss     *loss = make_loss(LOD_LOSS_ENERGY, PETSC_TRUE, 0);
  const LodBox nodes = LodBoxCube(2, 6), cells = LodBoxCube(2, 5);
  double       element[16], ratio = 0;
  uint64_t     seed = test_seed();
  LodElementStiffness(2, (double[]){1, 1}, element);
  for (uint64_t draw = 0; draw < 5; draw++) {
    double v[NODES], r[NODES] = {0}, u[CORNERS], c[CORNERS] = {0}, energy_v = 0, energy_u = 0;
    float  difference[SIZE];
    for (int z = 0; z < NODES; z++)
      v[z] = LodRandomNormal(seed, 10 + draw, (uint64_t)z);
    for (int j = 0; j < CORNERS; j++)
      u[j] = LodRandomNormal(seed, 20 + draw, (uint64_t)j);
    for (PetscInt cell = 0; cell < LodBoxCount(&cells); cell++)
      for (PetscInt a = 0; a < CORNERS; a++)
        for (PetscInt b = 0; b < CORNERS; b++) {
          PetscInt index[2][LOD_MAX_DIM];
          for (int side = 0; side < 2; side++) {
            LodBoxIndex(&cells, cell, index[side]);
            index[side][0] += (side ? b : a) & 1;
            index[side][1] += (side ? b : a) >> 1;
          }
          r[LodBoxPosition(&nodes, index[0])] +=
              element[a * CORNERS + b] * v[LodBoxPosition(&nodes, index[1])];
        }
    for (PetscInt a = 0; a < CORNERS; a++)
      for (PetscInt b = 0; b < CORNERS; b++)
        c[a] += element[a * CORNERS + b] * u[b];
    for (int z = 0; z < NODES; z++)
      energy_v += v[z] * r[z];
    for (int j = 0; j < CORNERS; j++)
      energy_u += u[j] * c[j];
    for (int i = 0; i < SIZE; i++)
      difference[i] = (float)(r[i / CORNERS] * c[i % CORNERS]);
    const double found = LodLossApply(loss, &inside, difference) / (energy_v * energy_u);
    if (draw) ck_assert_double_eq_tol(found, ratio, 1e-5 * ratio);
    ratio = found;
  }
  assert_ok(LodLossDestroy(&loss));
}
END_TEST

/* A row of affine weights costs 1 + w times what an oscillating one of the same size does. */
START_TEST(moments_weigh_affine_functions) {
  const LodBox inside = inside_of(2);
  LodLoss     *loss = make_loss(LOD_LOSS_MOMENTS, PETSC_TRUE, 30);
  float        affine[SIZE], wave[SIZE];
  double       squares[2] = {0, 0};
  for (int z = 0; z < NODES; z++)
    for (int j = 0; j < CORNERS; j++) {
      const int i = z * CORNERS + j, sign = j % 2 ? 1 : -1;
      affine[i] = (float)sign * ((float)(z % 6) - 2.5f);
      wave[i] = (float)(z % 2 ? sign : -sign) * (z / 6 % 2 ? 1.f : -1.f);
      squares[0] += (double)(affine[i] * affine[i]);
      squares[1] += (double)(wave[i] * wave[i]);
    }
  const double first = LodLossApply(loss, &inside, affine) / squares[0];
  const double second = LodLossApply(loss, &inside, wave) / squares[1];
  ck_assert_double_eq_tol(first / second, 31, 1e-4);
  assert_ok(LodLossDestroy(&loss));
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("loss");
  TCase *tests = tcase_create("loss");
  tcase_add_loop_test(tests, gradient_is_that_of_finite_differences, 0, 18);
  tcase_add_test(tests, energy_needs_zero_sums);
  tcase_add_loop_test(tests, sums_and_rows_outside_cost_nothing, 0, 3);
  tcase_add_test(tests, energy_is_the_dual_norm);
  tcase_add_test(tests, moments_weigh_affine_functions);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
