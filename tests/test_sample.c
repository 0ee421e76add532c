/* The families of coefficients: reproducible, of the right law, the right way up; bad parameters
   refused. */
#include <math.h>
#include <omp.h>
#include <png.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/random.h"
#include "check_lodnet.h"
#include "sample/sample.h"
#include "sample/sample_private.h"

/* A directory of this process for the pictures; removed by main. */
static char directory[64];

/* directory/picture.png. */
static const char *picture_path(void) {
  static char path[128];
  snprintf(path, sizeof path, "%s/picture.png", directory);
  return path;
}

/* Defaults of a family. */
static LodSampleSettings defaults(LodFamily family) {
  LodSampleSettings settings;
  LodSampleDefaults(&settings);
  settings.family = family;
  LodFamilyDefaults(&settings);
  return settings;
}

/* Draws a sample that must succeed. */
static LodCoefficient draw(const LodSampleSettings *settings, PetscInt dim, PetscInt cells,
                           unsigned long long seed, PetscInt64 number) {
  LodCoefficient coefficient;
  assert_ok(LodSampleDraw(settings, dim, LOD_CUBE(cells), (PetscInt64)seed, number, &coefficient));
  return coefficient;
}

/* Writes a PNG of `bits` per sample, 1 or 3 (RGB) samples a pixel, from big-endian rows. */
static void write_png(int width, int height, int bits, int channels, const png_byte *pixels) {
  FILE       *file = fopen(picture_path(), "wb");
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
  png_infop   info = png_create_info_struct(png);
  png_init_io(png, file);
  png_set_IHDR(png, info, (png_uint_32)width, (png_uint_32)height, bits,
               channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  for (int row = 0; row < height; row++)
    png_write_row(png, pixels + row * width * channels * bits / 8);
  png_write_end(png, NULL);
  png_destroy_write_struct(&png, &info);
  fclose(file);
}

/* Draws an image sample of the picture written last. */
static LodCoefficient draw_picture(PetscInt cells, double alpha, double beta,
                                   PetscBool logarithmic) {
  LodSampleSettings settings = defaults(LOD_FAMILY_IMAGE);
  settings.alpha = alpha;
  settings.beta = beta;
  settings.logarithmic = logarithmic;
  snprintf(settings.image, sizeof settings.image, "%s", picture_path());
  return draw(&settings, 2, cells, 0, 0);
}

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
  LodCoefficient coefficient = draw(&settings, 2, 32, test_seed(), 0);
  int            high = 0;
  for (PetscInt i = 0; i < 32 * 32; i++) {
    ck_assert(coefficient.values[i] == 3 || coefficient.values[i] == 12);
    high += coefficient.values[i] == 12;
  }
  ck_assert(high > 0 && high < 32 * 32);
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

START_TEST(picture_row_0_is_the_top) {
  const png_byte pixels[6] = {0, 51, 102, 153, 204, 255}; /* 3 wide, 2 high */
  write_png(3, 2, 8, 1, pixels);
  LodCoefficient coefficient = draw_picture(6, 1, 2, PETSC_FALSE);
  for (int y = 0; y < 6; y++)
    for (int x = 0; x < 6; x++)
      ck_assert_double_eq_tol(coefficient.values[y * 6 + x],
                              1 + pixels[(y < 3 ? 3 : 0) + x / 2] / 255.0, 1e-14);
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

START_TEST(picture_is_averaged_over_cells) {
  unsigned long long seed = test_seed();
  png_byte           pixels[7 * 5];
  double             mean = 0, found = 0;
  for (int i = 0; i < 35; i++) {
    pixels[i] = (png_byte)LodRandomBits(seed, 0, (uint64_t)i);
    mean += pixels[i] / 255.0 / 35;
  }
  write_png(7, 5, 8, 1, pixels);
  LodCoefficient coefficient = draw_picture(3, 1, 2, PETSC_FALSE);
  for (int i = 0; i < 9; i++)
    found += coefficient.values[i] / 9;
  ck_assert_double_eq_tol(found, 1 + mean, 1e-13);
  /* Lower left cell: pixels 0, 1 and a third of 2 along x; rows 4 and two thirds of 3. */
  double       sum = 0;
  const double wx[3] = {1, 1, 1.0 / 3}, wy[2] = {1, 2.0 / 3};
  for (int y = 0; y < 2; y++)
    for (int x = 0; x < 3; x++)
      sum += wx[x] * wy[y] * pixels[(4 - y) * 7 + x] / 255.0;
  ck_assert_double_eq_tol(coefficient.values[0], 1 + sum / (7.0 / 3 * 5.0 / 3), 1e-13);
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

START_TEST(picture_of_16_bits_in_log_scale) {
  const png_byte pixels[8] = {0, 0, 0x40, 0x01, 0x80, 0x02, 0xff, 0xff};
  write_png(2, 2, 16, 1, pixels);
  LodCoefficient coefficient = draw_picture(2, 0.01, 100, PETSC_TRUE);
  ck_assert_double_eq_tol(coefficient.values[2], 0.01, 1e-15);
  ck_assert_double_eq_tol(coefficient.values[3], 0.01 * pow(1e4, 0x4001 / 65535.0), 1e-14);
  ck_assert_double_eq_tol(coefficient.values[0], 0.01 * pow(1e4, 0x8002 / 65535.0), 1e-13);
  ck_assert_double_eq_tol(coefficient.values[1], 100, 1e-12);
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

START_TEST(picture_in_colour_becomes_luma) {
  const png_byte pixels[3] = {255, 0, 51};
  write_png(1, 1, 8, 3, pixels);
  LodCoefficient coefficient = draw_picture(1, 1, 2, PETSC_FALSE);
  ck_assert_double_eq_tol(coefficient.values[0], 1 + 0.2126 + 0.0722 * 0.2, 1e-14);
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

START_TEST(rejects_bad_pictures) {
  png_byte          pixels[64 * 64];
  LodSampleSettings settings = defaults(LOD_FAMILY_IMAGE);
  LodCoefficient    coefficient;
  for (int i = 0; i < 64 * 64; i++)
    pixels[i] = (png_byte)LodRandomBits(1, 1, (uint64_t)i);
  write_png(64, 64, 8, 1, pixels);
  snprintf(settings.image, sizeof settings.image, "%s", picture_path());
  LodErrorClear();
  ck_assert_int_eq(truncate(picture_path(), 1000), 0);
  assert_refuses(LodSampleDraw(&settings, 2, LOD_CUBE(8), 0, 0, &coefficient), "damaged PNG");
  LodErrorClear();
  ck_assert_int_eq(truncate(picture_path(), 3), 0);
  assert_refuses(LodSampleDraw(&settings, 2, LOD_CUBE(8), 0, 0, &coefficient), "not a PNG");
  LodErrorClear();
  unlink(picture_path());
  assert_refuses(LodSampleDraw(&settings, 2, LOD_CUBE(8), 0, 0, &coefficient), "No such file");
  LodErrorClear();
}
END_TEST

START_TEST(rejects_pictures_larger_than_the_memory) {
  LodSampleSettings settings = defaults(LOD_FAMILY_IMAGE);
  LodCoefficient    coefficient;
  FILE             *file = fopen(picture_path(), "wb");
  png_structp       png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
  png_infop         info = png_create_info_struct(png);
  png_init_io(png, file);
  png_set_IHDR(png, info, 1000000, 1000000, 1, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  png_write_chunk(png, (png_const_bytep) "IDAT", (png_const_bytep) "", 0);
  png_destroy_write_struct(&png, &info);
  fclose(file);
  snprintf(settings.image, sizeof settings.image, "%s", picture_path());
  LodErrorClear();
  assert_refuses(LodSampleDraw(&settings, 2, LOD_CUBE(8), 0, 0, &coefficient),
                 "picture.png: 9e+03 GB of memory are needed");
  LodErrorClear();
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
  snprintf(directory, sizeof directory, "/tmp/lodnet-test-XXXXXX");
  if (!mkdtemp(directory)) return 1;
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
  tcase_add_test(tests, picture_row_0_is_the_top);
  tcase_add_test(tests, picture_is_averaged_over_cells);
  tcase_add_test(tests, picture_of_16_bits_in_log_scale);
  tcase_add_test(tests, picture_in_colour_becomes_luma);
  tcase_add_test(tests, rejects_bad_pictures);
  tcase_add_test(tests, rejects_pictures_larger_than_the_memory);
  tcase_add_test(tests, rejects_bad_parameters);
  tcase_add_test(tests, rejects_values_that_are_no_coefficient);
  tcase_add_test(tests, names_of_families_go_both_ways);
  suite_add_tcase(suite, tests);
  int failed = test_run(suite, argc, argv);
  unlink(picture_path());
  rmdir(directory);
  return failed;
}
