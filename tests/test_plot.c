/* Plots: the pictures, the script and the data are there, whole, and say what was plotted. */
#include <math.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/error.h"
#include "base/lengths.h"
#include "check_lodnet.h"
#include "io/plot.h"

/* Extents of the unit square. */
static const double unit_square[] = {1, 1};

/* Makes a fresh directory for one test; LODNET_TEST_KEEP names one that is kept to look at. */
static const char *Directory(char name[64]) {
  const char *kept = getenv("LODNET_TEST_KEEP");
  if (kept) return kept;
  snprintf(name, 64, "/tmp/lodnet-plot-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(name));
  return name;
}

/* Reads a whole small file, ended with 0; *size without it. The caller frees it. */
static char *Contents(const char *directory, const char *name, size_t *size) {
  char path[LOD_PATH_MAX];
  snprintf(path, sizeof path, "%s/%s", directory, name);
  FILE *stream = fopen(path, "rb");
  ck_assert_msg(stream != NULL, "%s is missing", path);
  size_t room = 1 << 22;
  char  *text = malloc(room);
  *size = fread(text, 1, room - 1, stream);
  text[*size] = 0;
  fclose(stream);
  return text;
}

/* Checks NAME's four files: PNG signature, whole SVG, script, data, and no temporary left. Removes
   them and the directory. */
static void CheckAndRemove(const char *directory, const char *name) {
  static const char *const endings[] = {"png", "svg", "gp", "csv"};
  char                     file[64], path[LOD_PATH_MAX];
  for (int i = 0; i < 4; i++) {
    size_t size;
    snprintf(file, sizeof file, "%s.%s", name, endings[i]);
    char *text = Contents(directory, file, &size);
    if (i == 0) {
      ck_assert_uint_gt(size, 5000);
      ck_assert_int_eq(memcmp(text, "\x89PNG\r\n\x1a\n", 8), 0);
      ck_assert_ptr_nonnull(memmem(text + size - 16, 16, "IEND", 4));
    }
    if (i == 1) {
      ck_assert_ptr_nonnull(strstr(text, "<svg"));
      ck_assert_ptr_nonnull(strstr(text, "</svg>"));
    }
    free(text);
    snprintf(path, sizeof path, "%s/%s", directory, file);
    if (!getenv("LODNET_TEST_KEEP")) ck_assert_int_eq(unlink(path), 0);
  }
  if (!getenv("LODNET_TEST_KEEP")) ck_assert_int_eq(rmdir(directory), 0); /* nothing else left */
}

START_TEST(history_makes_four_files) {
  char        name[64];
  const char *directory = Directory(name);
  double      history[20][5];
  for (int i = 0; i < 20; i++) {
    double rows[5] = {i + 1, 2. * i, 0.5 * exp(-0.2 * i) + 0.01, 0.5 * exp(-0.15 * i) + 0.02,
                      i < 5 ? 1e-4 : 1e-5};
    memcpy(history[i], rows, sizeof rows);
  }
  assert_ok(LodPlotHistory(directory, "loss", "loss of entries", 20, history[0]));
  size_t size;
  char  *data = Contents(directory, "loss.csv", &size);
  ck_assert_int_eq(strncmp(data, "epoch,seconds,train_loss", 24), 0);
  free(data);
  char *script = Contents(directory, "loss.gp", &size);
  ck_assert_ptr_nonnull(strstr(script, "label '1e-05'"));
  free(script);
  CheckAndRemove(directory, "loss");
}
END_TEST

START_TEST(history_of_one_epoch_is_drawn) {
  char        name[64];
  const char *directory = Directory(name);
  double      history[5] = {1, 0.5, 0.3, NAN, 1e-4};
  assert_ok(LodPlotHistory(directory, "one", "loss", 1, history));
  CheckAndRemove(directory, "one");
}
END_TEST

START_TEST(curves_skip_missing_values_and_take_any_label) {
  enum { N = 129 };
  char              name[64];
  const char       *directory = Directory(name);
  double            x[N], fine[N], lod[N], dnn[N], coarse[N];
  const char *const labels[] = {"fine", "LOD", "network 'u_hat'", "coarse Q1"};
  for (int i = 0; i < N; i++) {
    x[i] = i / (N - 1.);
    fine[i] = sin(PETSC_PI * x[i]) + 0.01 * sin(40 * x[i]);
    lod[i] = dnn[i] = coarse[i] = NAN;
    if (i % 4) continue;
    lod[i] = sin(PETSC_PI * x[i]);
    dnn[i] = 0.97 * sin(PETSC_PI * x[i]);
    coarse[i] = 0.8 * sin(PETSC_PI * x[i]);
  }
  const double *values[] = {fine, lod, dnn, coarse};
  assert_ok(LodPlotCurves(directory, "curves", "Cross section at y = 1/2, f_{1} = 'x'\n", "x", "u",
                          N, x, 4, labels, values));
  size_t size;
  char  *data = Contents(directory, "curves.csv", &size);
  ck_assert_ptr_nonnull(strstr(data, "\"network 'u_hat'\""));
  ck_assert_ptr_nonnull(strstr(data, ",,,\n"));
  free(data);
  CheckAndRemove(directory, "curves");
}
END_TEST

START_TEST(field_is_drawn_also_logarithmic_and_constant) {
  enum { N = 64 };
  char        name[64];
  const char *directory = Directory(name);
  double      values[N * N], flat[4] = {0, 0, 0, 0};
  for (int i = 0; i < N * N; i++)
    values[i] = exp(4 * sin(0.1 * (i % N)) * sin(0.07 * (i / N))); /* not symmetric in x and y */
  assert_ok(LodPlotField(directory, "field", "A", (PetscInt[]){N, N}, unit_square, values,
                         LOD_FIELD_LOGARITHMIC));
  CheckAndRemove(directory, "field");
  directory = Directory(name);
  assert_ok(LodPlotField(directory, "flat", "0", (PetscInt[]){2, 2}, unit_square, flat,
                         LOD_FIELD_LINEAR));
  CheckAndRemove(directory, "flat");
}
END_TEST

/* Checks that NAME.gp of the directory has each of the texts, up to NULL; then removes NAME. */
static void CheckScript(const char *directory, const char *name, const char *const *texts) {
  char   file[64];
  size_t size;
  snprintf(file, sizeof file, "%s.gp", name);
  char *script = Contents(directory, file, &size);
  for (; *texts; texts++)
    ck_assert_msg(strstr(script, *texts) != NULL, "no %s in\n%s", *texts, script);
  free(script);
  CheckAndRemove(directory, name);
}

START_TEST(difference_is_coloured_both_ways_from_zero) {
  char              name[64];
  const char       *directory = Directory(name);
  const double      values[4] = {-1, 0, NAN, 3}, none[4] = {0, 0, 0, 0};
  const char *const symmetric[] = {"set cbrange [-3:3]", "4 '#ffffff'", NULL};
  const char *const unit[] = {"set cbrange [-1:1]", "4 '#ffffff'", NULL};
  assert_ok(LodPlotField(directory, "difference", "d", (PetscInt[]){2, 2}, unit_square, values,
                         LOD_FIELD_DIVERGING));
  CheckScript(directory, "difference", symmetric);
  directory = Directory(name);
  assert_ok(LodPlotField(directory, "none", "d", (PetscInt[]){2, 2}, unit_square, none,
                         LOD_FIELD_DIVERGING));
  CheckScript(directory, "none", unit);
}
END_TEST

START_TEST(tiny_and_huge_values_are_shown_in_powers_of_ten) {
  static const int powers[] = {-300, -12, 9, 300};
  for (int i = 0; i < 4; i++) {
    char              name[64], unit[64];
    const char       *directory = Directory(name);
    const double      scale = pow(10, powers[i]), x[3] = {0, 0.5, 1};
    const double      y[4] = {1.5 * scale, 2.5 * scale, 4.5 * scale, 2 * scale};
    const char *const labels[] = {"y"}, *const texts[] = {unit, NULL};
    snprintf(unit, sizeof unit, " 10^{%d}'", powers[i]);
    assert_ok(LodPlotCurves(directory, "curve", "t", "x", "y", 3, x, 1, labels,
                            (const double *const[]){y}));
    CheckScript(directory, "curve", texts);
    directory = Directory(name);
    assert_ok(LodPlotField(directory, "field", "t", (PetscInt[]){2, 2}, unit_square, y,
                           LOD_FIELD_LINEAR));
    CheckScript(directory, "field", (const char *const[]){unit, "[1.5", ":4.5", NULL});
  }
}
END_TEST

START_TEST(rounding_is_not_stretched_over_the_axis) {
  char              name[64];
  const char       *directory = Directory(name);
  const double      x[3] = {0, 0.5, 1}, y[4] = {4, 4 + 4e-15, 4 - 4e-15, 4};
  const char *const labels[] = {"y"};
  assert_ok(LodPlotCurves(directory, "curve", "t", "x", "y", 3, x, 1, labels,
                          (const double *const[]){y}));
  CheckScript(directory, "curve", (const char *const[]){"set yrange [2", ":6", NULL});
  directory = Directory(name);
  assert_ok(
      LodPlotField(directory, "field", "t", (PetscInt[]){2, 2}, unit_square, y, LOD_FIELD_LINEAR));
  CheckScript(directory, "field", (const char *const[]){"set cbrange [1.99", ":6", NULL});
}
END_TEST

START_TEST(loss_says_which_it_is_and_has_labels_however_small_its_range) {
  char              name[64];
  const char       *directory = Directory(name);
  double            history[3][5] = {{1, 1, 0.11, 0.12, 1e-3}, {2, 2, 0.11, 0.12, 1e-4}};
  const char *const texts[] = {"set ylabel 'loss (energy), relative' noenhanced",
                               "ytics (1e-2, 2e-2, 5e-2, 1e-1, 2e-1, 5e-1", "label '0.001'",
                               "label '0.0001'", NULL};
  assert_ok(LodPlotHistory(directory, "loss", "loss (energy), relative", 2, history[0]));
  CheckScript(directory, "loss", texts);
}
END_TEST

START_TEST(missing_gnuplot_is_an_error_that_says_so) {
  char          name[64], path[LOD_PATH_MAX];
  const char   *directory = Directory(name);
  double        x[2] = {0, 1}, y[2] = {0, 1};
  const char   *labels[] = {"y"};
  const double *values[] = {y};
  char         *search = strdup(getenv("PATH"));
  setenv("PATH", "/nonexistent", 1);
  PetscErrorCode error = LodPlotCurves(directory, "lost", "t", "x", "y", 2, x, 1, labels, values);
  setenv("PATH", search, 1);
  free(search);
  ck_assert_int_ne(error, 0);
  ck_assert_int_ne(error, LOD_ERR_INPUT);
  ck_assert_ptr_nonnull(strstr(LodErrorMessage(), "gnuplot is not installed"));
  LodErrorClear();
  /* Script and data stay for a run by hand; no half-written picture does. */
  snprintf(path, sizeof path, "%s/lost.png", directory);
  ck_assert_int_ne(access(path, F_OK), 0);
  snprintf(path, sizeof path, "rm -r '%s'", directory);
  if (!getenv("LODNET_TEST_KEEP")) ck_assert_int_eq(system(path), 0);
}
END_TEST

/* A limit on the size of files stands for a full disk. */
START_TEST(full_disk_leaves_no_part_of_a_file) {
  enum { N = 64 };
  char          name[64];
  const char   *directory = Directory(name);
  double        values[N * N];
  struct rlimit before, small;
  for (int i = 0; i < N * N; i++)
    values[i] = sin(i);
  ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
  small = (struct rlimit){.rlim_cur = 2000, .rlim_max = before.rlim_max};
  ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
  PetscErrorCode error = LodPlotField(directory, "full", "t", (PetscInt[]){N, N}, unit_square,
                                      values, LOD_FIELD_LINEAR);
  ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
  ck_assert_int_ne(error, 0);
  ck_assert_ptr_nonnull(strstr(LodErrorMessage(), "full.csv: cannot write: File too large"));
  LodErrorClear();
  if (!getenv("LODNET_TEST_KEEP")) ck_assert_int_eq(rmdir(directory), 0);
}
END_TEST

START_TEST(directory_that_is_missing_is_refused) {
  double        x[2] = {0, 1};
  const char   *labels[] = {"y"};
  const double *values[] = {x};
  assert_refuses(LodPlotCurves("/nonexistent/place", "a", "t", "x", "y", 2, x, 1, labels, values),
                 "/nonexistent/place/a.csv");
  LodErrorClear();
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("plot");
  TCase *tests = tcase_create("plot");
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, history_makes_four_files);
  tcase_add_test(tests, history_of_one_epoch_is_drawn);
  tcase_add_test(tests, curves_skip_missing_values_and_take_any_label);
  tcase_add_test(tests, field_is_drawn_also_logarithmic_and_constant);
  tcase_add_test(tests, difference_is_coloured_both_ways_from_zero);
  tcase_add_test(tests, tiny_and_huge_values_are_shown_in_powers_of_ten);
  tcase_add_test(tests, rounding_is_not_stretched_over_the_axis);
  tcase_add_test(tests, loss_says_which_it_is_and_has_labels_however_small_its_range);
  tcase_add_test(tests, missing_gnuplot_is_an_error_that_says_so);
  tcase_add_test(tests, full_disk_leaves_no_part_of_a_file);
  tcase_add_test(tests, directory_that_is_missing_is_refused);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
