/* Coefficients from pictures: the right way up, averaged over cells; bad pictures refused. */
#include <math.h>
#include <png.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/random.h"
#include "sample_draws.h"

/* A directory of this process for the pictures; removed by main. */
static char directory[64];

/* directory/picture.png. */
static const char *picture_path(void) {
  static char path[128];
  snprintf(path, sizeof path, "%s/picture.png", directory);
  return path;
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

int main(int argc, char **argv) {
  Suite *suite = suite_create("pictures");
  TCase *tests = tcase_create("pictures");
  snprintf(directory, sizeof directory, "/tmp/lodnet-test-XXXXXX");
  if (!mkdtemp(directory)) return 1;
  tcase_add_test(tests, picture_row_0_is_the_top);
  tcase_add_test(tests, picture_is_averaged_over_cells);
  tcase_add_test(tests, picture_of_16_bits_in_log_scale);
  tcase_add_test(tests, picture_in_colour_becomes_luma);
  tcase_add_test(tests, rejects_bad_pictures);
  tcase_add_test(tests, rejects_pictures_larger_than_the_memory);
  suite_add_tcase(suite, tests);
  int failed = test_run(suite, argc, argv);
  unlink(picture_path());
  rmdir(directory);
  return failed;
}
