/* Ensembles: layers of reservoirs, coefficients from files, many of them in one dataset. */
#include <math.h>
#include <omp.h>
#include <string.h>
#include <unistd.h>

#include "base/random.h"
#include "config/config.h"
#include "pairs/coefficient_series.h"
#include "sample_draws.h"

/* A directory of this process for the files; removed by main. */
static char directory[64];

/* directory/NAME. */
static const char *path_of(const char *name) {
  static char path[128];
  snprintf(path, sizeof path, "%s/%s", directory, name);
  return path;
}

/* Whether the cells where A is above `threshold` connect the two ends of axis 1 by faces. */
static int connects(const LodCoefficient *coefficient, double threshold) {
  const LodBox   all = LodBoxCells(coefficient->dim, coefficient->cells);
  const PetscInt count = LodBoxCount(&all);
  PetscInt      *queue = malloc((size_t)count * sizeof *queue), n = 0, index[LOD_MAX_DIM];
  unsigned char *seen = calloc((size_t)count, 1);
  int            reached = 0;
  for (PetscInt i = 0; i < count; i++) {
    LodBoxIndex(&all, i, index);
    if (index[1] == 0 && coefficient->values[i] > threshold) queue[n++] = i, seen[i] = 1;
  }
  for (PetscInt i = 0; i < n; i++) {
    LodBoxIndex(&all, queue[i], index);
    reached = reached || index[1] == coefficient->cells[1] - 1;
    for (int face = 0; face < 2 * coefficient->dim; face++) {
      PetscInt other[LOD_MAX_DIM];
      memcpy(other, index, sizeof other);
      other[face / 2] += face % 2 ? 1 : -1;
      const PetscInt position = LodBoxPosition(&all, other);
      if (position < 0 || seen[position] || !(coefficient->values[position] > threshold)) continue;
      seen[position] = 1;
      queue[n++] = position;
    }
  }
  free(queue);
  free(seen);
  return reached;
}

START_TEST(a_reservoir_is_bimodal_and_its_channels_cross_it) {
  const unsigned long long seed = test_seed();
  LodSampleSettings        settings = defaults(LOD_FAMILY_RESERVOIR);
  settings.correlation_length = 0.05;
  for (PetscInt64 number = 0; number < 12; number++) {
    const PetscInt dim = number % 4 == 3 ? 3 : 2, flat[] = {30, 110, 1}, solid[] = {14, 20, 10};
    LodCoefficient coefficient;
    settings.channels = 1 + (PetscInt)(number % 3);
    settings.channel_width = 3 + (PetscInt)(number % 2);
    assert_ok(LodSampleDraw(&settings, dim, dim == 2 ? flat : solid, (PetscInt64)seed, number,
                            &coefficient));
    for (PetscInt i = 0; i < LodCoefficientCells(&coefficient); i++) {
      const double part = (log10(coefficient.values[i]) + 3) / 7; /* of the range of log A */
      ck_assert(coefficient.values[i] >= 1e-3 && coefficient.values[i] <= 1e4);
      ck_assert_msg(part < 0.4 + 1e-9 || part > 0.6 - 1e-9, "A = %g", coefficient.values[i]);
    }
    ck_assert(connects(&coefficient, pow(10, -3 + 7 * 0.5)));
    assert_ok(LodCoefficientDestroy(&coefficient));
  }
}
END_TEST

START_TEST(a_reservoir_depends_on_seed_and_number_alone) {
  const PetscInt64 seed = (PetscInt64)test_seed();
  const int        threads = omp_get_max_threads();
  for (PetscInt dim = 2; dim <= 3; dim++) {
    LodSampleSettings settings = defaults(LOD_FAMILY_RESERVOIR);
    LodCoefficient    one, other, three;
    const PetscInt   *cells = dim == 2 ? LOD_CUBE(72) : LOD_CUBE(18);
    omp_set_num_threads(1);
    assert_ok(LodSampleDraw(&settings, dim, cells, seed, 5, &one));
    omp_set_num_threads(3);
    assert_ok(LodSampleDraw(&settings, dim, cells, seed, 6, &other));
    assert_ok(LodSampleDraw(&settings, dim, cells, seed, 5, &three));
    const size_t bytes = (size_t)LodCoefficientCells(&one) * sizeof *one.values;
    ck_assert_mem_eq(one.values, three.values, bytes);
    ck_assert_mem_ne(one.values, other.values, bytes);
    assert_ok(LodCoefficientDestroy(&one));
    assert_ok(LodCoefficientDestroy(&other));
    assert_ok(LodCoefficientDestroy(&three));
  }
  omp_set_num_threads(threads);
}
END_TEST

START_TEST(a_reservoir_has_two_or_three_dimensions) {
  const LodSampleSettings settings = defaults(LOD_FAMILY_RESERVOIR);
  LodCoefficient          coefficient;
  assert_refuses(LodSampleDraw(&settings, 1, LOD_CUBE(8), 0, 0, &coefficient),
                 "a reservoir has 2 or 3 dimensions, not 1");
  LodErrorClear();
}
END_TEST

/* Writes so many iid coefficients of cells[] to directory/NAME; with `bad`, number 2 has a negative
   value in its third cell. */
static void write_many(const char *name, PetscInt count, PetscInt dim, const PetscInt cells[],
                       PetscInt64 seed, PetscBool bad) {
  const LodSampleSettings settings = defaults(LOD_FAMILY_IID);
  LodHdf5Stream           stream;
  for (PetscInt i = 0; i < count; i++) {
    LodCoefficient coefficient;
    assert_ok(LodSampleDraw(&settings, dim, cells, seed, i, &coefficient));
    if (i == 0)
      assert_ok(LodCoefficientsBegin(path_of(name), count, &coefficient, "test", &stream));
    if (bad && i == 2) coefficient.values[2] = -1;
    assert_ok(LodCoefficientsWrite(&stream, i, &coefficient));
    assert_ok(LodCoefficientDestroy(&coefficient));
  }
  assert_ok(LodHdf5StreamCommit(&stream));
}

/* The file family on directory/NAME. */
static LodSampleSettings from_file(const char *name) {
  LodSampleSettings settings = defaults(LOD_FAMILY_FILE);
  snprintf(settings.file, sizeof settings.file, "%s", path_of(name));
  return settings;
}

START_TEST(draws_from_a_file_are_its_rows) {
  const PetscInt64        seed = (PetscInt64)test_seed();
  const LodSampleSettings iid = defaults(LOD_FAMILY_IID);
  const PetscInt          cells[] = {5, 3, 2};
  for (PetscInt dim = 1; dim <= 3; dim++) {
    write_many("many.h5", 4, dim, cells, seed, PETSC_FALSE);
    LodSampleSettings settings = from_file("many.h5");
    settings.first = 1;
    settings.count = 3;
    for (PetscInt64 number = 2; number >= 0; number--) {
      LodCoefficient read, drawn;
      assert_ok(LodSampleDraw(&settings, dim, cells, 77, number, &read));
      assert_ok(LodSampleDraw(&iid, dim, cells, seed, number + 1, &drawn));
      ck_assert_mem_eq(read.values, drawn.values,
                       (size_t)LodCoefficientCells(&drawn) * sizeof *drawn.values);
      assert_ok(LodCoefficientDestroy(&read));
      assert_ok(LodCoefficientDestroy(&drawn));
    }
  }
}
END_TEST

START_TEST(a_series_finds_coefficients_by_their_name) {
  LodCoefficientSeries series;
  write_many("many.h5", 3, 2, (PetscInt[]){4, 1, 1}, 1, PETSC_FALSE);
  assert_ok(LodCoefficientSeriesOpen(path_of("many.h5"), NULL, &series));
  ck_assert_str_eq(series.dataset, "coefficients");
  ck_assert(series.count == 3 && series.dim == 2 && series.cells[0] == 4 && series.cells[1] == 1);
  assert_ok(LodCoefficientSeriesClose(&series));
}
END_TEST

START_TEST(refuses_files_that_do_not_fit) {
  LodCoefficient    coefficient;
  LodSampleSettings settings = from_file("many.h5");
  write_many("many.h5", 4, 2, LOD_CUBE(6), 1, PETSC_TRUE);
  settings.first = 2;
  settings.count = 3;
  assert_refuses(LodSampleDraw(&settings, 2, LOD_CUBE(6), 1, 0, &coefficient),
                 "3 coefficients from number 2 on are asked for, but ");
  assert_refuses(LodSampleDraw(&settings, 2, LOD_CUBE(6), 1, 0, &coefficient), "many.h5 has 4");
  LodErrorClear();
  settings.count = 1;
  assert_refuses(LodSampleDraw(&settings, 2, LOD_CUBE(6), 1, 0, &coefficient),
                 "many.h5: coefficients[2]: cell [0][2] is -1");
  LodErrorClear();
  assert_refuses(LodSampleDraw(&settings, 2, LOD_CUBE(6), 1, 2, &coefficient),
                 "coefficients: has 4 coefficients, no number 4");
  LodErrorClear();
  assert_refuses(LodSampleDraw(&settings, 2, LOD_CUBE(8), 1, 0, &coefficient),
                 "many.h5 has coefficients of 6 cells, the mesh 8 coefficient cells per axis");
  LodErrorClear();
  assert_refuses(LodSampleDraw(&settings, 1, LOD_CUBE(6), 1, 0, &coefficient),
                 "coefficients: has 3 axes; coefficients of 1 dimensions have 1");
  LodErrorClear();
  snprintf(settings.dataset, sizeof settings.dataset, "A");
  assert_refuses(LodSampleDraw(&settings, 2, LOD_CUBE(6), 1, 0, &coefficient), "no dataset 'A'");
  LodErrorClear();
  settings.file[0] = 0;
  assert_refuses(LodSampleDraw(&settings, 2, LOD_CUBE(6), 1, 0, &coefficient),
                 "the file family needs a file");
  LodErrorClear();
}
END_TEST

/* A plan of pairs: two iid coefficients, then three from directory/many.h5, the first left out. */
static LodConfig plan_of_pairs(PetscInt64 seed) {
  LodConfig config;
  LodConfigDefaults(&config);
  config.seed = seed;
  config.grid = (LodGrid){LOD_UNIT_CUBE(2, 3, 6, 12), .ell = 1};
  config.n_families = 2;
  config.families[0] = defaults(LOD_FAMILY_IID);
  config.families[0].count = 2;
  config.families[1] = from_file("many.h5");
  config.families[1].first = 1;
  config.families[1].count = 3;
  return config;
}

START_TEST(pairs_hold_the_coefficients_of_a_file) {
  const PetscInt64 seed = (PetscInt64)(test_seed() % 1000000);
  const LodConfig  config = plan_of_pairs(seed);
  LodHdf5          file;
  write_many("many.h5", 4, 2, LOD_CUBE(6), seed, PETSC_FALSE);
  unlink(path_of("pairs.h5"));
  assert_ok(LodConfigMakePairs(&config, path_of("pairs.h5"), PETSC_TRUE));
  assert_ok(LodHdf5Open(path_of("pairs.h5"), &file));
  for (PetscInt64 row = 0; row < 3; row++) {
    const LodSampleSettings iid = defaults(LOD_FAMILY_IID);
    LodCoefficient          coefficient;
    double                  stored[36];
    assert_ok(
        LodHdf5ReadRows(&file, "coefficients", H5T_NATIVE_DOUBLE, (hsize_t)(2 + row), 1, stored));
    assert_ok(LodSampleDraw(&iid, 2, LOD_CUBE(6), seed, row + 1, &coefficient));
    for (int i = 0; i < 36; i++)
      ck_assert_double_eq(stored[i], (double)(float)coefficient.values[i]);
    assert_ok(LodCoefficientDestroy(&coefficient));
  }
  assert_ok(LodHdf5Close(&file));
  assert_ok(LodConfigMakePairs(&config, path_of("pairs.h5"), PETSC_TRUE)); /* reused */
  write_many("many.h5", 4, 2, LOD_CUBE(6), seed + 1, PETSC_FALSE);
  assert_refuses(LodConfigMakePairs(&config, path_of("pairs.h5"), PETSC_TRUE),
                 "sample 2 (file) is not what the settings give now");
  LodErrorClear();
}
END_TEST

START_TEST(a_change_of_any_coefficient_is_noticed) {
  const PetscInt64 seed = (PetscInt64)(test_seed() % 1000000);
  const LodConfig  config = plan_of_pairs(seed);
  double           values[36];
  LodHdf5          file;
  write_many("many.h5", 4, 2, LOD_CUBE(6), seed, PETSC_FALSE);
  unlink(path_of("pairs.h5"));
  assert_ok(LodConfigMakePairs(&config, path_of("pairs.h5"), PETSC_TRUE));
  assert_ok(LodHdf5OpenUpdate(path_of("many.h5"), PETSC_FALSE, &file));
  assert_ok(LodHdf5ReadRows(&file, "coefficients", H5T_NATIVE_DOUBLE, 3, 1, values));
  values[35] *= 2;
  assert_ok(LodHdf5WriteRows(&file, "coefficients", H5T_NATIVE_DOUBLE, 3, 1, values));
  assert_ok(LodHdf5Close(&file));
  assert_refuses(LodConfigMakePairs(&config, path_of("pairs.h5"), PETSC_TRUE), "sample 4 (file)");
  LodErrorClear();
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("ensembles");
  TCase *tests = tcase_create("ensembles");
  tcase_add_test(tests, a_reservoir_is_bimodal_and_its_channels_cross_it);
  tcase_add_test(tests, a_reservoir_depends_on_seed_and_number_alone);
  tcase_add_test(tests, a_reservoir_has_two_or_three_dimensions);
  tcase_add_test(tests, draws_from_a_file_are_its_rows);
  tcase_add_test(tests, a_series_finds_coefficients_by_their_name);
  tcase_add_test(tests, refuses_files_that_do_not_fit);
  tcase_add_test(tests, pairs_hold_the_coefficients_of_a_file);
  tcase_add_test(tests, a_change_of_any_coefficient_is_noticed);
  suite_add_tcase(suite, tests);
  snprintf(directory, sizeof directory, "/tmp/lodnet-ensembles-XXXXXX");
  if (!mkdtemp(directory)) return 1;
  const int status = test_run(suite, argc, argv);
  unlink(path_of("many.h5"));
  unlink(path_of("pairs.h5"));
  rmdir(directory);
  return status;
}
