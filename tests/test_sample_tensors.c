/* Families of tensors. */
#include <math.h>
#include <string.h>

#include "base/random.h"
#include "sample_draws.h"

/* A v for a symmetric tensor of the coefficient's cell. */
static void apply(const LodCoefficient *coefficient, PetscInt cell, const double v[],
                  double result[]) {
  double tensor[LOD_MAX_DIM][LOD_MAX_DIM];
  LodCoefficientTensor(coefficient, cell, tensor);
  for (PetscInt p = 0; p < coefficient->dim; p++) {
    result[p] = 0;
    for (PetscInt q = 0; q < coefficient->dim; q++)
      result[p] += tensor[p][q] * v[q];
  }
}

/* Asserts that v is an eigenvector of a cell with that eigenvalue. */
static void check_eigenvector(const LodCoefficient *coefficient, PetscInt cell, const double v[],
                              double value) {
  double result[LOD_MAX_DIM];
  apply(coefficient, cell, v, result);
  for (PetscInt p = 0; p < coefficient->dim; p++)
    ck_assert_double_eq_tol(result[p], value * v[p], 1e-12 * value);
}

START_TEST(anisotropic_is_lognormal_along_tilted_layers) {
  const unsigned long long seed = test_seed();
  LodSampleSettings        tensors = defaults(LOD_FAMILY_ANISOTROPIC);
  LodSampleSettings        numbers = defaults(LOD_FAMILY_LOGNORMAL);
  tensors.ratio = 1 + 99 * LodRandomUniform(seed, 1, 0);
  tensors.angle = 720 * LodRandomUniform(seed, 1, 1) - 360;
  const double angle = tensors.angle * PETSC_PI / 180;
  for (PetscInt dim = 2; dim <= 3; dim++) {
    LodCoefficient drawn, field;
    assert_ok(LodSampleDraw(&tensors, dim, LOD_CUBE(8), (PetscInt64)seed, 3, &drawn));
    assert_ok(LodSampleDraw(&numbers, dim, LOD_CUBE(8), (PetscInt64)seed, 3, &field));
    ck_assert_int_eq(drawn.components, dim * (dim + 1) / 2);
    for (PetscInt cell = 0; cell < LodCoefficientCells(&drawn); cell += 7) {
      double along[LOD_MAX_DIM] = {cos(angle)}, across[LOD_MAX_DIM] = {-sin(angle)};
      along[dim - 1] = sin(angle);
      across[dim - 1] = cos(angle);
      check_eigenvector(&drawn, cell, along, field.values[cell]);
      check_eigenvector(&drawn, cell, across, field.values[cell] / tensors.ratio);
      if (dim == 3) check_eigenvector(&drawn, cell, (double[]){0, 1, 0}, field.values[cell]);
    }
    assert_ok(LodCoefficientDestroy(&drawn));
    assert_ok(LodCoefficientDestroy(&field));
  }
}
END_TEST

START_TEST(layers_have_a_direction_each) {
  const unsigned long long seed = test_seed();
  LodSampleSettings        settings = defaults(LOD_FAMILY_LAYERS);
  settings.layers = 4;
  for (PetscInt dim = 2; dim <= 3; dim++) {
    LodCoefficient drawn;
    double         angles[4] = {0};
    assert_ok(LodSampleDraw(&settings, dim, LOD_CUBE(8), (PetscInt64)seed, 5, &drawn));
    const PetscInt n = drawn.components, count = LodCoefficientCells(&drawn), layer = count / 4;
    for (PetscInt cell = 0; cell < count; cell++)
      ck_assert_mem_eq(drawn.values + cell * n, drawn.values + cell / layer * layer * n,
                       (size_t)n * sizeof(double));
    for (int i = 0; i < 4; i++) {
      const double *values = drawn.values + i * layer * n;
      const double  yy = values[LodTensorComponent(dim, 1, 1)];
      const double  angle = atan2(2 * values[1], values[0] - yy) / 2; /* of the eigenvalue beta */
      check_eigenvector(&drawn, i * layer, (double[]){cos(angle), sin(angle), 0}, settings.beta);
      check_eigenvector(&drawn, i * layer, (double[]){-sin(angle), cos(angle), 0}, settings.alpha);
      if (dim == 3) check_eigenvector(&drawn, i * layer, (double[]){0, 0, 1}, settings.alpha);
      angles[i] = angle;
      for (int other = 0; other < i; other++)
        ck_assert_double_ne(angles[i], angles[other]);
    }
    assert_ok(LodCoefficientDestroy(&drawn));
  }
}
END_TEST

START_TEST(directions_are_uniform) {
  /* 2000 layers: the mean of cos 2 angle, of deviation 1/sqrt(2), is 0 but for 7 sigma. */
  LodSampleSettings settings = defaults(LOD_FAMILY_LAYERS);
  LodCoefficient    drawn;
  double            sum = 0;
  settings.layers = 2000;
  assert_ok(LodSampleDraw(&settings, 2, (PetscInt[]){1, 2000}, (PetscInt64)test_seed(), 0, &drawn));
  for (PetscInt i = 0; i < 2000; i++) /* xx - yy = (beta - alpha) cos 2 angle */
    sum += (drawn.values[3 * i] - drawn.values[3 * i + 2]) / (settings.beta - settings.alpha);
  ck_assert_double_le(fabs(sum / 2000), 7 * sqrt(0.5 / 2000));
  assert_ok(LodCoefficientDestroy(&drawn));
}
END_TEST

START_TEST(same_arguments_same_bytes) {
  const LodFamily families[] = {LOD_FAMILY_ANISOTROPIC, LOD_FAMILY_LAYERS};
  for (int f = 0; f < 2; f++) {
    LodSampleSettings settings = defaults(families[f]);
    LodCoefficient    one, two, other;
    assert_ok(LodSampleDraw(&settings, 2, LOD_CUBE(16), 1, 2, &one));
    assert_ok(LodSampleDraw(&settings, 2, LOD_CUBE(16), 1, 3, &other));
    assert_ok(LodSampleDraw(&settings, 2, LOD_CUBE(16), 1, 2, &two));
    ck_assert_mem_eq(one.values, two.values, LodCoefficientCount(&one) * sizeof(double));
    ck_assert(memcmp(one.values, other.values, LodCoefficientCount(&one) * sizeof(double)) != 0);
    assert_ok(LodCoefficientDestroy(&one));
    assert_ok(LodCoefficientDestroy(&two));
    assert_ok(LodCoefficientDestroy(&other));
  }
}
END_TEST

START_TEST(rejects_bad_parameters) {
  const struct {
    LodFamily   family;
    PetscInt    dim, layers;
    double      ratio, angle;
    const char *says;
  } bad[] = {{LOD_FAMILY_ANISOTROPIC, 1, 1, 2, 0, "need 2 or 3 dimensions"},
             {LOD_FAMILY_LAYERS, 1, 1, 2, 0, "need 2 or 3 dimensions"},
             {LOD_FAMILY_ANISOTROPIC, 2, 1, 0, 0, "ratio is 0"},
             {LOD_FAMILY_ANISOTROPIC, 2, 1, 2, 361, "angle is 361"},
             {LOD_FAMILY_LAYERS, 2, 9, 2, 0, "9 layers, must be 1 to the 8 cells"}};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    LodSampleSettings settings = defaults(bad[i].family);
    LodCoefficient    drawn;
    settings.layers = bad[i].layers;
    settings.ratio = bad[i].ratio;
    settings.angle = bad[i].angle;
    LodErrorClear();
    assert_refuses(LodSampleDraw(&settings, bad[i].dim, LOD_CUBE(8), 0, 0, &drawn), bad[i].says);
  }
  LodErrorClear();
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("sample_tensors");
  TCase *tests = tcase_create("sample_tensors");
  tcase_add_test(tests, anisotropic_is_lognormal_along_tilted_layers);
  tcase_add_test(tests, layers_have_a_direction_each);
  tcase_add_test(tests, directions_are_uniform);
  tcase_add_test(tests, same_arguments_same_bytes);
  tcase_add_test(tests, rejects_bad_parameters);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
