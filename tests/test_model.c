/* Models on disk and in the place of the exact operators. */
#include <hdf5.h>
#include <math.h>
#include <omp.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/random.h"
#include "check_lodnet.h"
#include "check_network.h"
#include "lod/exact.h"
#include "lod/structure.h"
#include "nn/learned.h"

static char path[128]; /* of the model that the test in progress writes */

/* Two dimensions, 4 x 4 coarse cells, k = 2, q = 2, l = 1. */
static const LodGrid grid = {LOD_UNIT_CUBE(2, 4, 8, 16), .ell = 1};

/* A model with random parameters for `grid`, values in [1, 5]. */
static LodModel *RandomModel(uint64_t seed) {
  const PetscInt width[] = {LodGridPatchValues(&grid), 23, 40, LodGridOperatorSize(&grid)};
  LodModel      *model;
  assert_ok(PetscNew(&model));
  const LodNetworkShape shape = LodNetworkPlainShape(3, width);
  assert_ok(LodNetworkCreate(&shape, &model->network));
  float *parameters = LodNetworkParameters(model->network);
  for (PetscInt64 i = 0; i < LodNetworkParameterCount(model->network); i++)
    parameters[i] = (float)LodRandomNormal(seed, 1, (uint64_t)i);
  model->signature = (LodSignature){.dim = 2,
                                    .ell = 1,
                                    .ratio = 2,
                                    .fine_ratio = 2,
                                    .coarse = 4,
                                    .smallest = 1,
                                    .largest = 5,
                                    .families = "iid, sine"};
  model->inp_shift = 3.25;
  model->inp_scale = 0.7;
  model->out_scale = 1.75;
  model->structure.zero_sums = PETSC_TRUE;
  model->seed = 41;
  model->history.epochs = 2;
  model->history.best_epoch = 1;
  assert_ok(PetscMalloc1(10, &model->history.history));
  for (int i = 0; i < 10; i++)
    model->history.history[i] = LodRandomUniform(seed, 2, (uint64_t)i);
  assert_ok(PetscStrallocpy("seed = 41\n", &model->config));
  return model;
}

/* A coefficient for `grid` with values in (1, 5). */
static LodCoefficient RandomCoefficient(uint64_t seed) {
  LodCoefficient coefficient;
  assert_ok(LodCoefficientCreate(2, grid.coefficient, &coefficient));
  for (PetscInt i = 0; i < 64; i++)
    coefficient.values[i] = 1.01 + 3.9 * LodRandomUniform(seed, 3, (uint64_t)i);
  return coefficient;
}

/* Names the file of a test and makes sure that it is not there. */
static void SetUp(void) {
  snprintf(path, sizeof path, "/tmp/lodnet-test-model-%d.h5", (int)getpid());
  unlink(path);
}

static void TearDown(void) {
  unlink(path);
}

START_TEST(model_survives_the_disk) {
  LodModel *model = RandomModel(test_seed()), *read;
  assert_ok(LodModelWrite(model, path));
  assert_ok(LodModelRead(path, &read));
  ck_assert_int_eq(LodNetworkLayers(read->network), 3);
  ck_assert_mem_eq(LodNetworkShapeOf(read->network), LodNetworkShapeOf(model->network),
                   sizeof(LodNetworkShape));
  ck_assert_mem_eq(LodNetworkParameters(read->network), LodNetworkParameters(model->network),
                   (size_t)LodNetworkParameterCount(model->network) * sizeof(float));
  ck_assert_mem_eq(&read->signature, &model->signature, sizeof(LodSignature));
  ck_assert_mem_eq(read->history.history, model->history.history, 10 * sizeof(double));
  ck_assert_int_eq(read->history.epochs, 2);
  ck_assert_int_eq(read->history.best_epoch, 1);
  ck_assert(read->inp_shift == 3.25 && read->inp_scale == 0.7 && read->out_scale == 1.75);
  ck_assert(read->structure.zero_sums && read->seed == 41);
  ck_assert_str_eq(read->config, "seed = 41\n");
  assert_ok(LodModelDestroy(&read));
  assert_ok(LodModelDestroy(&model));
  ck_assert_ptr_null(model);
  assert_ok(LodModelDestroy(&model));
}
END_TEST

/* Asserts that the model does not fit a changed grid, for the reason given. */
static void AssertMisfit(const LodModel *model, LodGrid changed, const LodCoefficient *coefficient,
                         const char *reason) {
  LodErrorClear();
  assert_refuses(LodModelFits(model, "m.h5", &changed, coefficient, "c.h5", PETSC_FALSE), reason);
  LodErrorClear();
}

START_TEST(misfit_names_the_number_that_differs) {
  uint64_t       seed = test_seed();
  LodModel      *model = RandomModel(seed);
  LodCoefficient coefficient = RandomCoefficient(seed), cube;
  LodGrid        changed = grid;
  assert_ok(LodModelFits(model, "m.h5", &grid, &coefficient, "c.h5", PETSC_FALSE));
  changed.coarse[0] = changed.coarse[1] = 2;
  AssertMisfit(model, changed, &coefficient,
               "m.h5: was trained for k = 2 coefficient cells per coarse cell, c.h5 has k = 4");
  changed = grid;
  changed.ell = 2;
  AssertMisfit(model, changed, &coefficient, "ell = 1, the mesh for c.h5 has ell = 2");
  changed = grid;
  changed.fine[0] = changed.fine[1] = 32;
  AssertMisfit(model, changed, &coefficient, "q = 2 fine cells per coefficient cell");
  changed = grid;
  changed.natural[0][1] = PETSC_TRUE;
  AssertMisfit(model, changed, &coefficient,
               "Dirichlet condition on the face x = 1, the mesh for c.h5 has a natural one");
  assert_ok(LodCoefficientCreate(3, LOD_CUBE(8), &cube));
  changed = grid;
  changed.dim = 3;
  AssertMisfit(model, changed, &cube, "dimension 2, c.h5 has dimension 3");
  assert_ok(LodCoefficientDestroy(&cube));
  /* In two dimensions S_T does not depend on h: another N with the same k is fine. */
  changed = (LodGrid){LOD_UNIT_CUBE(2, 16, 32, 64), .ell = 1};
  assert_ok(LodCoefficientCreate(2, LOD_CUBE(32), &cube));
  for (PetscInt i = 0; i < 32 * 32; i++)
    cube.values[i] = 2;
  assert_ok(LodModelFits(model, "m.h5", &changed, &cube, "c.h5", PETSC_FALSE));
  assert_ok(LodCoefficientDestroy(&cube));
  assert_ok(LodCoefficientDestroy(&coefficient));
  assert_ok(LodModelDestroy(&model));
}
END_TEST

START_TEST(values_outside_the_training_range_are_refused_unless_allowed) {
  uint64_t       seed = test_seed();
  LodModel      *model = RandomModel(seed);
  LodCoefficient coefficient = RandomCoefficient(seed);
  coefficient.values[17] = 5 * (1 + 1e-7); /* rounding is forgiven */
  assert_ok(LodModelFits(model, "m.h5", &grid, &coefficient, "c.h5", PETSC_FALSE));
  coefficient.values[17] = 5.1;
  AssertMisfit(model, grid, &coefficient,
               "trained on values from 1 to 5, the largest value of c.h5 is 5.1");
  coefficient.values[17] = 0.5;
  AssertMisfit(model, grid, &coefficient, "the smallest value of c.h5 is 0.5");
  assert_ok(LodModelFits(model, "m.h5", &grid, &coefficient, "c.h5", PETSC_TRUE));
  assert_ok(LodCoefficientDestroy(&coefficient));
  assert_ok(LodModelDestroy(&model));
}
END_TEST

/* Writes a good model, lets `damage` change the open file, and asserts that reading it is refused.
 */
static void AssertDefect(void (*damage)(hid_t file), const char *reason) {
  LodModel *model = RandomModel(1), *read;
  assert_ok(LodModelWrite(model, path));
  hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
  ck_assert(file >= 0);
  damage(file);
  H5Fclose(file);
  LodErrorClear();
  assert_refuses(LodModelRead(path, &read), reason);
  ck_assert_msg(strstr(LodErrorMessage(), path) != NULL, "no file name: %s", LodErrorMessage());
  ck_assert_ptr_null(read);
  LodErrorClear();
  unlink(path);
  assert_ok(LodModelDestroy(&model));
}

/* The damages: a missing layer, bias and attribute, a wrong shape, a parameter that is no number,
   a scale of zero, an impossible dimension, and a signature that asks for another network. */
static void LoseLayer(hid_t file) {
  H5Ldelete(file, "layer1", H5P_DEFAULT);
}
static void LoseBias(hid_t file) {
  H5Ldelete(file, "layer2/bias", H5P_DEFAULT);
}
static void LoseConfig(hid_t file) {
  H5Adelete(file, "config");
}
static void LoseHistory(hid_t file) {
  H5Ldelete(file, "history", H5P_DEFAULT);
}
static void ChangeShape(hid_t file) {
  hsize_t shape[] = {40, 22};
  H5Ldelete(file, "layer1/weight", H5P_DEFAULT);
  static const float zeros[40 * 22];
  hid_t              space = H5Screate_simple(2, shape, NULL);
  hid_t dataset = H5Dcreate2(file, "layer1/weight", H5T_IEEE_F32LE, space, H5P_DEFAULT, H5P_DEFAULT,
                             H5P_DEFAULT);
  ck_assert(H5Dwrite(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, zeros) >= 0);
  H5Dclose(dataset);
  H5Sclose(space);
}
/* Claims weights of more than a gigabyte that are not in the file. */
static void ClaimWeights(hid_t file) {
  hsize_t shape[] = {1 << 23, 36};
  H5Ldelete(file, "layer0/weight", H5P_DEFAULT);
  hid_t space = H5Screate_simple(2, shape, NULL);
  H5Dclose(H5Dcreate2(file, "layer0/weight", H5T_IEEE_F32LE, space, H5P_DEFAULT, H5P_DEFAULT,
                      H5P_DEFAULT));
  H5Sclose(space);
}
static void SpoilBias(hid_t file) {
  float bias[23] = {[4] = NAN};
  hid_t dataset = H5Dopen2(file, "layer0/bias", H5P_DEFAULT);
  H5Dwrite(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, bias);
  H5Dclose(dataset);
}
/* Replaces a number of a group. */
static void SetNumber(hid_t file, const char *group, const char *name, double value) {
  H5Adelete_by_name(file, group, name, H5P_DEFAULT);
  hid_t space = H5Screate(H5S_SCALAR);
  hid_t attribute = H5Acreate_by_name(file, group, name, H5T_IEEE_F64LE, space, H5P_DEFAULT,
                                      H5P_DEFAULT, H5P_DEFAULT);
  ck_assert(H5Awrite(attribute, H5T_NATIVE_DOUBLE, &value) >= 0);
  H5Aclose(attribute);
  H5Sclose(space);
}
static void ZeroScale(hid_t file) {
  SetNumber(file, "normalisation", "out_scale", 0);
}
static void FourDimensions(hid_t file) {
  SetNumber(file, "signature", "dimension", 4);
}
static void HalfLayer(hid_t file) {
  SetNumber(file, "signature", "ell", 1.5);
}
static void HugeFineRatio(hid_t file) {
  SetNumber(file, "signature", "fine_per_coefficient", 1 << 22);
}
static void ConstantsWithoutBaseline(hid_t file) {
  SetNumber(file, "structure", "exact_constants", 1);
}
static void LinesWithoutEncoder(hid_t file) {
  SetNumber(file, "structure", "lines", 1);
}
static void OtherRatio(hid_t file) {
  SetNumber(file, "signature", "coefficient_per_coarse", 3);
}
static void HugeRatio(hid_t file) {
  SetNumber(file, "signature", "coefficient_per_coarse", 1 << 20);
}

START_TEST(every_defect_of_a_file_is_refused) {
  LodModel *read;
  AssertDefect(LoseLayer, "no dataset 'layer1/weight'");
  AssertDefect(LoseBias, "no dataset 'layer2/bias'");
  AssertDefect(LoseConfig, "attribute config is missing");
  AssertDefect(LoseHistory, "no dataset 'history'");
  AssertDefect(ChangeShape, "layer1/weight has 22 columns, not 23");
  AssertDefect(ClaimWeights, "layer0/weight: was never written");
  AssertDefect(HalfLayer, "attribute ell of signature is 1.5; it must be an integer");
  AssertDefect(HugeFineRatio, "fine_per_coefficient of signature is 4194304");
  AssertDefect(ConstantsWithoutBaseline, "needs baseline and scale_equivariant");
  AssertDefect(LinesWithoutEncoder, "lines in [network] needs an encoder");
  AssertDefect(SpoilBias, "layer0/bias: entry 4 is not finite");
  AssertDefect(ZeroScale, "attribute out_scale of normalisation is 0");
  AssertDefect(FourDimensions,
               "attribute dimension of signature is 4; it must lie between 1 and 3");
  AssertDefect(OtherRatio, "layer0/weight has 36 columns, not 81");
  AssertDefect(HugeRatio, "too many values");
  assert_refuses(LodModelRead(path, &read), path); /* no such file */
  LodErrorClear();
}
END_TEST

/* The learned operators are the network's output, scaled, for each cell by itself. */
START_TEST(learned_operators_are_the_network_of_the_patch) {
  uint64_t           seed = test_seed();
  LodModel          *model = RandomModel(seed);
  LodCoefficient     coefficient = RandomCoefficient(seed);
  LodLocalOperators *learned;
  const PetscInt     n_inp = LodGridPatchValues(&grid), size = LodGridOperatorSize(&grid);
  double            *all = calloc((size_t)(16 * size), sizeof *all);
  double            *some = calloc((size_t)(16 * size), sizeof *some);
  float              inp[36], out[64];
  int                threads = omp_get_max_threads();
  ck_assert(n_inp == 36 && size == 64);
  model->structure.zero_sums = PETSC_FALSE;
  assert_ok(LodLearnedCreate(&grid, model, PETSC_FALSE, &learned));
  ck_assert_str_eq(learned->name, "dnn");
  assert_ok(LodLocalOperatorsSetCoefficient(learned, &coefficient));
  assert_ok(LodLocalOperatorsCompute(learned, 0, 16, NULL, all));
  omp_set_num_threads(threads + 1);
  assert_ok(LodLocalOperatorsCompute(learned, 5, 9, NULL, some));
  omp_set_num_threads(threads);
  ck_assert_mem_eq(some, all + 5 * size, (size_t)(4 * size) * sizeof *some);
  /* Cell (1, 1) has its whole patch inside D; cell 0 lacks the row of nodes below and left. */
  assert_ok(LodCoefficientRestrict(&coefficient, &grid, 5, inp));
  for (PetscInt i = 0; i < n_inp; i++)
    inp[i] = (inp[i] - 3.25f) * 0.7f;
  network_forward(model->network, 1, inp, out);
  for (PetscInt i = 0; i < size; i++)
    ck_assert_double_eq_tol(all[5 * size + i], 1.75 * (double)out[i],
                            1e-5 * fabs(all[5 * size + i]));
  assert_ok(LodCoefficientRestrict(&coefficient, &grid, 0, inp));
  for (PetscInt i = 0; i < n_inp; i++)
    inp[i] = i < 12 || i % 6 < 2 ? 0 : (inp[i] - 3.25f) * 0.7f;
  network_forward(model->network, 1, inp, out);
  for (PetscInt z = 0; z < 16; z++)
    for (PetscInt j = 0; j < 4; j++) {
      const double expected = z < 4 || z % 4 == 0 ? 0 : 1.75 * (double)out[4 * z + j];
      ck_assert_double_eq_tol(all[4 * z + j], expected, 1e-30 + 1e-5 * fabs(expected));
    }
  free(all);
  free(some);
  assert_ok(LodLocalOperatorsDestroy(&learned));
  assert_ok(LodCoefficientDestroy(&coefficient));
  assert_ok(LodModelDestroy(&model));
}
END_TEST

/* Whatever is not finite on its way through the network is an error, also where a rectifier would
   hide it: huge weights, and values of A that single precision does not hold. */
START_TEST(learned_operators_that_are_not_finite_are_refused) {
  static const double values[] = {1e39, 1e-50, 5e-324, 1.7e308};
  LodModel           *model = RandomModel(test_seed());
  LodCoefficient      coefficient = RandomCoefficient(1);
  LodLocalOperators  *learned;
  double             *operators = malloc(16 * 64 * sizeof *operators);
  for (int i = 0; i < 4; i++) {
    coefficient.values[17] = values[i];
    LodErrorClear();
    assert_ok(LodLearnedCreate(&grid, model, PETSC_FALSE, &learned));
    assert_refuses(LodLocalOperatorsSetCoefficient(learned, &coefficient), "single precision");
    assert_ok(LodLocalOperatorsDestroy(&learned));
  }
  coefficient.values[17] = 3;
  for (int i = 0; i < 36 * 23; i++) /* + and - infinity meet in every neuron */
    LodNetworkParameters(model->network)[i] = i % 2 ? 3e38f : -3e38f;
  LodErrorClear();
  assert_ok(LodLearnedCreate(&grid, model, PETSC_FALSE, &learned));
  assert_ok(LodLocalOperatorsSetCoefficient(learned, &coefficient));
  assert_refuses(LodLocalOperatorsCompute(learned, 0, 16, NULL, operators),
                 "beyond single precision");
  assert_ok(LodLocalOperatorsDestroy(&learned));
  assert_ok(LodModelDestroy(&model));
  model = RandomModel(1);
  model->out_scale = 1e308;
  LodErrorClear();
  assert_ok(LodLearnedCreate(&grid, model, PETSC_FALSE, &learned));
  assert_ok(LodLocalOperatorsSetCoefficient(learned, &coefficient));
  ck_assert_int_eq(LodLocalOperatorsCompute(learned, 3, 16, NULL, operators), PETSC_ERR_FP);
  ck_assert_msg(strstr(LodErrorMessage(), "coarse cell 3 is not finite"), "%s", LodErrorMessage());
  LodErrorClear();
  assert_ok(LodLocalOperatorsDestroy(&learned));
  free(operators);
  assert_ok(LodModelDestroy(&model));
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

/* Contrasts that overflow, units at both ends of what a double holds. */
START_TEST(range_is_a_question_of_its_own) {
  LodModel      *model = RandomModel(1);
  LodCoefficient coefficient = RandomCoefficient(1);
  PetscBool      fits;
  assert_ok(LodModelInRange(model, &coefficient, &fits));
  ck_assert(fits);
  coefficient.values[5] = 5.1;
  assert_ok(LodModelInRange(model, &coefficient, &fits));
  ck_assert(!fits);
  model->structure.scale_equivariant = PETSC_TRUE;
  ck_assert(LodModelTakes(model, 1e-310, 4.9e-310) && LodModelTakes(model, 3e307, 1.4e308));
  ck_assert(!LodModelTakes(model, 1e-300, 1e300) && !LodModelTakes(model, 3e307, 1.6e308));
  for (int i = 0; i < 64; i++)
    coefficient.values[i] = i % 2 ? 1e300 : 1e-300;
  LodErrorClear();
  assert_refuses(LodModelFits(model, "m.h5", &grid, &coefficient, "c.h5", PETSC_FALSE),
                 "was trained on a contrast of 5, that of c.h5 is ");
  assert_ok(LodModelFits(model, "m.h5", &grid, &coefficient, "c.h5", PETSC_TRUE));
  assert_ok(LodModelDestroy(&model));
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

/* Zero sums: sums vanish, rows outside stay 0, exact operators pass unchanged, and what is added to
   an exact operator never leaves it further from the exact one than it was. */
START_TEST(zero_sums_project_onto_the_exact_operators) {
  uint64_t           seed = test_seed();
  LodCoefficient     coefficient = RandomCoefficient(seed);
  LodLocalOperators *exact;
  double             operators[16 * 64], changed[64];
  assert_ok(LodExactCreate(&grid, &exact));
  assert_ok(LodLocalOperatorsSetCoefficient(exact, &coefficient));
  assert_ok(LodLocalOperatorsCompute(exact, 0, 16, NULL, operators));
  for (PetscInt cell = 0; cell < 16; cell++) {
    const double *own = operators + cell * 64;
    double        before = 0, after = 0;
    memcpy(changed, own, sizeof changed);
    const LodBox inside = LodGridInsideNodes(&grid, cell);
    LodOperatorZeroSums(grid.ell, &inside, changed);
    for (int i = 0; i < 64; i++)
      ck_assert_double_eq_tol(changed[i], own[i], 1e-10);
    for (int i = 0; i < 64; i++)
      changed[i] = own[i] + LodRandomNormal(seed, 5, (uint64_t)(cell * 64 + i));
    LodOperatorClearOutside(grid.ell, &inside, changed);
    for (int i = 0; i < 64; i++)
      before += pow(changed[i] - own[i], 2);
    LodOperatorZeroSums(grid.ell, &inside, changed);
    for (int z = 0; z < 16; z++) {
      double sum = 0;
      for (int j = 0; j < 4; j++)
        sum += changed[4 * z + j], after += pow(changed[4 * z + j] - own[4 * z + j], 2);
      ck_assert_double_eq_tol(sum, 0, 1e-12);
    }
    for (int j = 0; j < 4; j++) {
      double sum = 0;
      for (int z = 0; z < 16; z++)
        sum += changed[4 * z + j];
      ck_assert_double_eq_tol(sum, 0, 1e-12);
    }
    ck_assert_double_lt(after, before);
    for (int i = 0; i < 16 && cell == 0; i++)
      ck_assert(changed[i] == 0); /* the row of nodes below D */
  }
  assert_ok(LodLocalOperatorsDestroy(&exact));
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("model");
  TCase *tests = tcase_create("model");
  tcase_add_checked_fixture(tests, SetUp, TearDown);
  tcase_add_test(tests, model_survives_the_disk);
  tcase_add_test(tests, misfit_names_the_number_that_differs);
  tcase_add_test(tests, values_outside_the_training_range_are_refused_unless_allowed);
  tcase_add_test(tests, every_defect_of_a_file_is_refused);
  tcase_add_test(tests, learned_operators_that_are_not_finite_are_refused);
  tcase_add_test(tests, range_is_a_question_of_its_own);
  tcase_add_test(tests, learned_operators_are_the_network_of_the_patch);
  tcase_add_test(tests, zero_sums_project_onto_the_exact_operators);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
