/* The families of coefficients: reproducible, of the right law; bad parameters refused. */
#include <math.h>
#include <omp.h>
#include <string.h>

#include "base/error.h"
#include "base/random.h"
#include "sample/sample_private.h"
#include "sample_draws.h"

START_TEST(same_seed_same_bytes_for_any_number_of_threads) {
  unsigned long long seed = test_seed();
  const LodFamily    families[] = {LOD_FAMILY_IID, LOD_FAMILY_SINE, LOD_FAMILY_LOGNORMAL,
                                   LOD_FAMILY_CHANNELS, LOD_FAMILY_DARCY};
  const PetscInt     cells[] = {6000, 72, 18}; /* enough for the samplers to use threads */
  const int          threads = omp_get_max_threads();
  for (int f = 0; f < 5; f++)
    for (PetscInt dim = 1; dim <= 3; dim++) {
      LodSampleSettings settings = defaults(families[f]);
      /* Two draws of few intervals on a line can be the same. */
      const PetscBool two_valued =
          (PetscBool)(families[f] == LOD_FAMILY_CHANNELS || families[f] == LOD_FAMILY_DARCY);
      omp_set_num_threads(1);
      LodCoefficient one = draw(&settings, dim, cells[dim - 1], seed, 5);
      omp_set_num_threads(3);
      LodCoefficient other = draw(&settings, dim, cells[dim - 1], seed, 6);
      LodCoefficient three = draw(&settings, dim, cells[dim - 1], seed, 5);
      size_t         bytes = (size_t)LodPower(cells[dim - 1], dim) * sizeof *one.values;
      ck_assert_mem_eq(one.values, three.values, bytes);
      if (families[f] != LOD_FAMILY_SINE && (dim > 1 || !two_valued))
        ck_assert_mem_ne(one.values, other.values, bytes);
      assert_ok(LodCoefficientDestroy(&one));
      assert_ok(LodCoefficientDestroy(&other));
      assert_ok(LodCoefficientDestroy(&three));
    }
  omp_set_num_threads(threads);
}
END_TEST

START_TEST(iid_is_uniform_in_range_and_constant_on_pieces) {
  unsigned long long seed = test_seed();
  LodSampleSettings  settings = defaults(LOD_FAMILY_IID);
  const PetscInt     scales[] = {64, 16};
  settings.n_scales = 2;
  memcpy(settings.scales, scales, sizeof scales);
  for (PetscInt64 number = 0; number < 4; number++) {
    LodCoefficient coefficient = draw(&settings, 2, 64, seed, number);
    PetscInt       scale = scales[number % 2], side = 64 / scale, changes = 0;
    double         mean = 0;
    ck_assert_int_eq(LodSampleScale(&settings, 64, number), scale);
    for (PetscInt y = 0; y < 64; y++)
      for (PetscInt x = 0; x < 64; x++) {
        const double value = coefficient.values[y * 64 + x];
        ck_assert(value >= 1 && value <= 5);
        ck_assert_double_eq(value, coefficient.values[y / side * side * 64 + x / side * side]);
        if (x) changes += value != coefficient.values[y * 64 + x - 1];
        mean += value / 4096;
      }
    ck_assert_int_eq(changes, 64 * (scale - 1));
    /* Six standard errors of the mean of scale^2 uniform numbers on an interval of length 4. */
    ck_assert_double_eq_tol(mean, 3, 6 * 4 / sqrt(12) / (double)scale);
    assert_ok(LodCoefficientDestroy(&coefficient));
  }
}
END_TEST

START_TEST(sine_is_the_formula_at_midpoints) {
  LodSampleSettings settings = defaults(LOD_FAMILY_SINE);
  LodSampleSettings text = defaults(LOD_FAMILY_EXPRESSION);
  settings.alpha = 1;
  settings.beta = 3;
  snprintf(text.expression, sizeof text.expression, "2 + sin(2*pi*x)*sin(2*pi*y)");
  LodCoefficient sine = draw(&settings, 2, 20, 0, 0), expression = draw(&text, 2, 20, 0, 0);
  for (int y = 0; y < 20; y++)
    for (int x = 0; x < 20; x++) {
      double value = 2 + sin(2 * M_PI * (x + 0.5) / 20) * sin(2 * M_PI * (y + 0.5) / 20);
      ck_assert_double_eq_tol(sine.values[y * 20 + x], value, 1e-14);
      ck_assert_double_eq_tol(expression.values[y * 20 + x], value, 1e-14);
    }
  assert_ok(LodCoefficientDestroy(&sine));
  assert_ok(LodCoefficientDestroy(&expression));
}
END_TEST

START_TEST(expression_takes_x_along_the_fast_index) {
  LodSampleSettings settings = defaults(LOD_FAMILY_EXPRESSION);
  snprintf(settings.expression, sizeof settings.expression, "100*z + 10*y + x");
  LodCoefficient coefficient = draw(&settings, 3, 2, 0, 0);
  ck_assert_double_eq_tol(coefficient.values[1] - coefficient.values[0], 0.5, 1e-12);
  ck_assert_double_eq_tol(coefficient.values[2] - coefficient.values[0], 5, 1e-12);
  ck_assert_double_eq_tol(coefficient.values[4] - coefficient.values[0], 50, 1e-12);
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

/* Mean over `draws` fields of log A(p) and of products log A(p) log A(q) at two cells. The averages
   of independent fields have known standard errors: sqrt(v/n), and sqrt((v^2 + c^2)/n) for the
   product (Isserlis' theorem). */
static void check_covariance(unsigned long long seed, PetscInt dim, PetscInt cells, PetscInt p,
                             PetscInt q, double distance) {
  enum { DRAWS = 2000 };
  LodSampleSettings settings = defaults(LOD_FAMILY_LOGNORMAL);
  settings.variance = 1.7;
  settings.correlation_length = 0.15;
  const double covariance = 1.7 * exp(-distance / 0.15);
  double       mean = 0, variance = 0, product = 0;
  for (int i = 0; i < DRAWS; i++) {
    LodCoefficient coefficient = draw(&settings, dim, cells, seed, i);
    const double   a = log(coefficient.values[p]), b = log(coefficient.values[q]);
    mean += a / DRAWS;
    variance += a * a / DRAWS;
    product += a * b / DRAWS;
    assert_ok(LodCoefficientDestroy(&coefficient));
  }
  ck_assert_double_eq_tol(mean, 0, 5 * sqrt(1.7 / DRAWS));
  ck_assert_double_eq_tol(variance, 1.7, 5 * sqrt(2 * 1.7 * 1.7 / DRAWS));
  ck_assert_double_eq_tol(product, covariance,
                          5 * sqrt((1.7 * 1.7 + covariance * covariance) / DRAWS));
}

START_TEST(lognormal_has_mean_variance_and_covariance) {
  unsigned long long seed = test_seed();
  check_covariance(seed, 1, 32, 3, 6, 3.0 / 32);
  check_covariance(seed, 2, 12, 12 * 4 + 5, 12 * 3 + 6, sqrt(2) / 12);
  check_covariance(seed, 3, 6, 7, 7 + 36, 1.0 / 6);
}
END_TEST

START_TEST(lognormal_of_no_variance_is_one) {
  LodSampleSettings settings = defaults(LOD_FAMILY_LOGNORMAL);
  settings.variance = 0;
  LodCoefficient coefficient = draw(&settings, 2, 8, 1, 0);
  for (int i = 0; i < 64; i++)
    ck_assert_double_eq(coefficient.values[i], 1);
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

START_TEST(lognormal_says_when_it_is_not_exact) {
  LodSampleSettings settings = defaults(LOD_FAMILY_LOGNORMAL);
  LodCoefficient    coefficient;
  PetscInt          size[LOD_MAX_DIM];
  double            clipped;
  assert_ok(LodLognormalEmbedding(&settings, 2, LOD_CUBE(64), size, &clipped));
  ck_assert_double_eq(clipped, 0);
  settings.correlation_length = 1;
  assert_ok(LodLognormalEmbedding(&settings, 3, LOD_CUBE(12), size, &clipped));
  ck_assert(clipped >= 0 && clipped < 1e-2 && size[0] > 24);
  settings.correlation_length = 50;
  LodErrorClear();
  assert_refuses(LodSampleDraw(&settings, 3, LOD_CUBE(12), 0, 0, &coefficient),
                 "correlation length 50");
  LodErrorClear();
}
END_TEST

/* Number of connected parts (over edges and corners) of the cells of value `value`; 2d. */
static int count_parts(const LodCoefficient *coefficient, double value) {
  const int n = (int)coefficient->cells[0];
  int      *stack = malloc((size_t)(n * n) * sizeof *stack), parts = 0;
  char     *seen = calloc((size_t)(n * n), 1);
  for (int start = 0; start < n * n; start++) {
    if (seen[start] || coefficient->values[start] != value) continue;
    int depth = 0;
    parts++;
    seen[start] = 1;
    stack[depth++] = start;
    while (depth) {
      const int cell = stack[--depth];
      for (int dy = -1; dy <= 1; dy++)
        for (int dx = -1; dx <= 1; dx++) {
          const int x = cell % n + dx, y = cell / n + dy;
          if (x < 0 || x >= n || y < 0 || y >= n || seen[y * n + x]) continue;
          if (coefficient->values[y * n + x] != value) continue;
          seen[y * n + x] = 1;
          stack[depth++] = y * n + x;
        }
    }
  }
  free(stack);
  free(seen);
  return parts;
}

START_TEST(a_channel_is_connected_thin_and_of_two_values) {
  unsigned long long seed = test_seed();
  LodSampleSettings  settings = defaults(LOD_FAMILY_CHANNELS);
  settings.channels = 1;
  settings.beta = 1000;
  for (PetscInt64 number = 0; number < 40; number++) {
    settings.channel_width = 1 + (PetscInt)(number % 4);
    settings.channel_low = (PetscBool)(number % 2);
    LodCoefficient coefficient = draw(&settings, 2, 64, seed, number);
    const double   inside = settings.channel_low ? 1 : 1000, outside = 1001 - inside;
    int            cells = 0;
    for (int i = 0; i < 64 * 64; i++) {
      cells += coefficient.values[i] == inside;
      ck_assert(coefficient.values[i] == inside || coefficient.values[i] == outside);
    }
    ck_assert_int_eq(count_parts(&coefficient, inside), 1);
    /* At most 3/4 of the side long; a line of one cell's width touches at most 2 cells a step. */
    ck_assert_int_le(cells, (48 + 4) * (int)(settings.channel_width + 1));
    assert_ok(LodCoefficientDestroy(&coefficient));
  }
}
END_TEST

/* Covariance of the field between two midpoints against the series, summed up here in the plainest
   way; and both values about equally often. */
START_TEST(darcy_field_has_the_covariance_of_its_series) {
  enum { CELLS = 8, N = 4000 };
  unsigned long long seed = test_seed();
  const PetscInt     a = 1 + 2 * CELLS, b = 3 + 5 * CELLS;
  double             measured[3] = {0}, expected[3] = {0}, field[CELLS * CELLS], positive = 0;
  for (PetscInt number = 0; number < N; number++) {
    assert_ok(LodSampleDarcyField(2, LOD_CUBE(CELLS), (PetscInt64)seed, number, field));
    measured[0] += field[a] * field[a] / N;
    measured[1] += field[b] * field[b] / N;
    measured[2] += field[a] * field[b] / N;
    positive += (field[a] > 0) / (double)N;
  }
  for (int k = 1; k < CELLS * CELLS; k++) {
    const int    kx = k % CELLS, ky = k / CELLS;
    const double deviation = 1 / (M_PI * M_PI * (kx * kx + ky * ky) + 9);
    const double norm = (kx ? sqrt(2) : 1) * (ky ? sqrt(2) : 1);
    const double at_a = norm * cos(M_PI * kx * 1.5 / CELLS) * cos(M_PI * ky * 2.5 / CELLS);
    const double at_b = norm * cos(M_PI * kx * 3.5 / CELLS) * cos(M_PI * ky * 5.5 / CELLS);
    expected[0] += deviation * deviation * at_a * at_a;
    expected[1] += deviation * deviation * at_b * at_b;
    expected[2] += deviation * deviation * at_a * at_b;
  }
  /* Six standard errors; a product of normal variables has at most twice the variances' product. */
  for (int i = 0; i < 3; i++)
    ck_assert_double_eq_tol(measured[i], expected[i],
                            6 * sqrt(2 * expected[0] * expected[1] / N) *
                                (i < 2 ? expected[i] / sqrt(expected[0] * expected[1]) : 1));
  ck_assert_double_eq_tol(positive, 0.5, 6 * 0.5 / sqrt(N));
}
END_TEST

START_TEST(darcy_has_two_values) {
  LodSampleSettings settings = defaults(LOD_FAMILY_DARCY);
  LodCoefficient    coefficient = draw(&settings, 2, 32, test_seed(), 0);
  int               high = 0;
  for (PetscInt i = 0; i < 32 * 32; i++) {
    ck_assert(coefficient.values[i] == 3 || coefficient.values[i] == 12);
    high += coefficient.values[i] == 12;
  }
  ck_assert(high > 0 && high < 32 * 32);
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

/* Validates settings that must be refused with `text` in the message, for 2 axes of 12 cells. */
static void refuses(const LodSampleSettings *settings, const char *text) {
  LodErrorClear();
  assert_refuses(LodSampleValidate(settings, 2, LOD_CUBE(12), "f.toml: sample 1"), text);
  ck_assert_int_eq(strncmp(LodErrorMessage(), "f.toml: sample 1: ", 18), 0);
  LodErrorClear();
}

START_TEST(rejects_bad_parameters) {
  LodSampleSettings settings = defaults(LOD_FAMILY_IID);
  assert_ok(LodSampleValidate(&settings, 2, LOD_CUBE(12), "f.toml"));
  settings.alpha = 0;
  refuses(&settings, "alpha is 0,");
  settings = defaults(LOD_FAMILY_IID);
  settings.beta = 0.5;
  refuses(&settings, "beta is 0.5");
  settings = defaults(LOD_FAMILY_IID);
  settings.n_scales = 2;
  settings.scales[0] = 4;
  settings.scales[1] = 5;
  refuses(&settings, "scale 5 does not divide");
  settings = defaults(LOD_FAMILY_IID);
  settings.count = 0;
  refuses(&settings, "count is 0");
  settings = defaults(LOD_FAMILY_SINE);
  settings.count = 2;
  refuses(&settings, "same coefficient every time");
  settings = defaults(LOD_FAMILY_LOGNORMAL);
  settings.correlation_length = (double)NAN;
  refuses(&settings, "correlation length is nan");
  settings = defaults(LOD_FAMILY_LOGNORMAL);
  settings.variance = -1;
  refuses(&settings, "variance is -1");
  settings = defaults(LOD_FAMILY_CHANNELS);
  settings.channels = 0;
  refuses(&settings, "0 channels");
  settings = defaults(LOD_FAMILY_CHANNELS);
  settings.channel_width = 13;
  refuses(&settings, "channel width is 13");
  settings = defaults(LOD_FAMILY_EXPRESSION);
  refuses(&settings, "needs an expression");
  snprintf(settings.expression, sizeof settings.expression, "1 + z");
  refuses(&settings, "position 5");
  settings = defaults(LOD_FAMILY_IMAGE);
  refuses(&settings, "needs an image");
}
END_TEST

START_TEST(rejects_values_that_are_no_coefficient) {
  LodSampleSettings settings = defaults(LOD_FAMILY_EXPRESSION);
  LodCoefficient    coefficient;
  snprintf(settings.expression, sizeof settings.expression, "x - 0.25");
  LodErrorClear();
  assert_refuses(LodSampleDraw(&settings, 2, LOD_CUBE(4), 0, 0, &coefficient),
                 "at the point (0.125, 0.125) it is -0.125");
  ck_assert_ptr_null(coefficient.values);
  LodErrorClear();
  settings = defaults(LOD_FAMILY_LOGNORMAL);
  settings.variance = 1e7;
  assert_refuses(LodSampleDraw(&settings, 2, LOD_CUBE(16), 0, 0, &coefficient), "cell [");
  LodErrorClear();
}
END_TEST

START_TEST(names_of_families_go_both_ways) {
  LodFamily family;
  for (int i = LOD_FAMILY_IID; i < LOD_FAMILY_COUNT; i++) {
    assert_ok(LodFamilyFromName(LodFamilyName((LodFamily)i), "test", &family));
    ck_assert_int_eq(family, i);
  }
  LodErrorClear();
  assert_refuses(LodFamilyFromName("iids", "f.toml:3", &family), "iid, sine, expression");
  LodErrorClear();
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("sample");
  TCase *tests = tcase_create("sample");
  tcase_add_test(tests, same_seed_same_bytes_for_any_number_of_threads);
  tcase_add_test(tests, iid_is_uniform_in_range_and_constant_on_pieces);
  tcase_add_test(tests, sine_is_the_formula_at_midpoints);
  tcase_add_test(tests, expression_takes_x_along_the_fast_index);
  tcase_add_test(tests, lognormal_has_mean_variance_and_covariance);
  tcase_add_test(tests, lognormal_of_no_variance_is_one);
  tcase_add_test(tests, lognormal_says_when_it_is_not_exact);
  tcase_add_test(tests, a_channel_is_connected_thin_and_of_two_values);
  tcase_add_test(tests, darcy_field_has_the_covariance_of_its_series);
  tcase_add_test(tests, darcy_has_two_values);
  tcase_add_test(tests, rejects_bad_parameters);
  tcase_add_test(tests, rejects_values_that_are_no_coefficient);
  tcase_add_test(tests, names_of_families_go_both_ways);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
