/* Data of a problem: what texts and datasets become on the meshes, and what is refused. */
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/random.h"
#include "base/report.h"
#include "check_lodnet.h"
#include "fem/load.h"
#include "io/hdf5_file.h"
#include "problem/data.h"

/* Numbers for the tests of a dataset, beside which nothing else is in the file. */
#define FILE_NAME "problem-data.h5"

static const LodGrid box = {.dim = 2,
                            .coarse = {3, 2, 1},
                            .coefficient = {6, 4, 1},
                            .fine = {12, 12, 1},
                            .ell = 1,
                            .extent = {1.5, 2, 1}};
static const LodGrid cube = {LOD_UNIT_CUBE(3, 2, 4, 8), .ell = 1};
enum { FINE_NODES = 13 * 13 };

/* A = 1 on a grid with conditions applied to both, and their data. */
typedef struct {
  LodGrid        grid;
  LodCoefficient coefficient;
  LodConditions  conditions;
  LodData        data;
} Made;

static Made begin(const LodGrid *grid) {
  Made made = {.grid = *grid};
  assert_ok(LodCoefficientOfOnes(grid->dim, grid->coefficient, &made.coefficient));
  return made;
}

static PetscErrorCode make(Made *made, const char *rhs, PetscBool source) {
  PetscFunctionBeginUser;
  PetscCall(LodConditionsApply(&made->conditions, &made->grid, &made->coefficient));
  PetscCall(LodDataCreate(&made->grid, &made->coefficient, &made->conditions, rhs, "--rhs", source,
                          &made->data));
  PetscFunctionReturn(0);
}

static void end(Made *made) {
  assert_ok(LodDataDestroy(&made->data));
  assert_ok(LodConditionsDestroy(&made->conditions));
  assert_ok(LodCoefficientDestroy(&made->coefficient));
}

static void set_face(Made *made, const char *face, LodFaceKind kind, const char *value,
                     const char *rate) {
  assert_ok(LodConditionsSetFace(&made->conditions, made->grid.dim, face, kind, value, rate, face));
}

/* The sum of load[node] times a linear function a + b . x of the node: l of that function. */
static double moment(const LodGrid *grid, const double *load, double a, const double b[]) {
  const LodBox nodes = LodBoxNodes(grid->dim, grid->fine);
  double       sum = 0;
  for (PetscInt i = 0; i < LodBoxCount(&nodes); i++) {
    PetscInt node[LOD_MAX_DIM];
    double   value = a;
    LodBoxIndex(&nodes, i, node);
    for (PetscInt axis = 0; axis < grid->dim; axis++)
      value += b[axis] * grid->extent[axis] * (double)node[axis] / (double)grid->fine[axis];
    sum += load[i] * value;
  }
  return sum;
}

static void write_array(const char *name, int rank, const hsize_t *dims, const double *values) {
  LodHdf5 file;
  assert_ok(LodHdf5Create(FILE_NAME, &file));
  assert_ok(LodHdf5WriteArray(&file, name, H5T_NATIVE_DOUBLE, rank, dims, values));
  assert_ok(LodHdf5Commit(&file));
}

static double largest_difference(size_t count, const double *a, const double *b) {
  double largest = 0;
  for (size_t i = 0; i < count; i++)
    largest = fmax(largest, fabs(a[i] - b[i]));
  return largest;
}

/* In three dimensions, int over the face x = 1 of q, q y and q z, for a q of degree 4: exact. */
START_TEST(fluxes_are_integrated_over_their_face) {
  Made made = begin(&cube);
  set_face(&made, "right", LOD_FACE_FLUX, "x*y^4 + z^2", NULL);
  assert_ok(make(&made, "0", PETSC_FALSE));
  const double none[3] = {0}, along_y[3] = {0, 1, 0}, along_z[3] = {0, 0, 1}, across[3] = {1, 0, 0};
  ck_assert_double_eq_tol(moment(&cube, made.data.load, 1, none), 1. / 5 + 1. / 3, 1e-12);
  ck_assert_double_eq_tol(moment(&cube, made.data.load, 0, along_y), 1. / 6 + 1. / 6, 1e-12);
  ck_assert_double_eq_tol(moment(&cube, made.data.load, 0, along_z), 1. / 10 + 1. / 4, 1e-12);
  ck_assert_double_eq_tol(moment(&cube, made.data.load, 0, across), 1. / 5 + 1. / 3, 1e-12);
  end(&made);
}
END_TEST

/* r is a mean over each coefficient cell of the face, g is integrated as it is. */
START_TEST(robin_rates_and_reactions_are_means) {
  Made made = begin(&box);
  set_face(&made, "top", LOD_FACE_ROBIN, "x", "x^2");
  assert_ok(LodConditionsSetReaction(&made.conditions, "x*y", "--reaction"));
  assert_ok(make(&made, "0", PETSC_FALSE));
  double expected = 0;
  for (int cell = 0; cell < 6; cell++) {
    const double a = 0.25 * cell, b = a + 0.25, mean = (b * b * b - a * a * a) / 3 / 0.25;
    ck_assert_double_eq_tol(made.coefficient.robin[1][1][cell], mean, 1e-12);
    expected += mean * (b * b - a * a) / 2;
    for (int row = 0; row < 4; row++)
      ck_assert_double_eq_tol(made.coefficient.reaction[6 * row + cell],
                              (a + 0.125) * (0.5 * row + 0.25), 1e-12);
  }
  ck_assert_double_eq_tol(moment(&box, made.data.load, 1, (double[3]){0}), expected, 1e-12);
  ck_assert(made.grid.natural[1][1] && !made.grid.natural[1][0]);
  end(&made);
}
END_TEST

/* A well's rate and its place, wherever it lies: in cells, on sides, in corners. */
START_TEST(wells_keep_rate_and_place) {
  static const double points[][2] = {{0.33, 1.21}, {0.5, 1}, {0.125, 0.7}, {1.5, 0.2}, {0, 2}};
  for (int w = 0; w < 5; w++) {
    Made made = begin(&box);
    for (int face = 0; face < 4; face++)
      if (face != 2)
        set_face(&made, lod_face_names[face / 2][face % 2], LOD_FACE_NATURAL, NULL, NULL);
    assert_ok(LodConditionsAddWell(&made.conditions, (double[3]){points[w][0], points[w][1]}, -3,
                                   "--well"));
    assert_ok(make(&made, "0", PETSC_TRUE));
    ck_assert_double_eq_tol(moment(&box, made.data.load, 1, (double[3]){0}), -3, 1e-14);
    for (int axis = 0; axis < 2; axis++)
      ck_assert_double_eq_tol(moment(&box, made.data.load, 0, (double[3]){axis == 0, axis == 1}),
                              -3 * points[w][axis], 1e-13);
    end(&made);
  }
}
END_TEST

/* Cell by cell and at once: the same load. */
START_TEST(sources_add_up_to_the_load) {
  static const LodGrid *const grids[] = {&box, &cube};
  for (int g = 0; g < 2; g++)
    for (int constant = 0; constant < 2; constant++) {
      Made           whole = begin(grids[g]), parts = begin(grids[g]);
      double        *sum;
      const PetscInt n = LodNodeCount(grids[g]->dim, grids[g]->fine);
      for (int i = 0; i < 2; i++) {
        Made *made = i ? &parts : &whole;
        set_face(made, "right", LOD_FACE_FLUX, constant ? "2" : "sin(7*y)", NULL);
        set_face(made, "bottom", LOD_FACE_ROBIN, constant ? "1" : "exp(x)", "2 + x");
        assert_ok(LodConditionsAddWell(&made->conditions, (double[3]){0.4, 0.5, 0.6}, 5, "--well"));
        assert_ok(make(made, constant ? "3" : "x < 0.3 ? y : cos(9*x)", (PetscBool)i));
      }
      ck_assert_ptr_null(whole.data.source);
      assert_ok(PetscMalloc1(n, &sum));
      assert_ok(LodLoadGather(grids[g], parts.data.source, sum));
      ck_assert_double_le(largest_difference((size_t)n, sum, whole.data.load), 1e-14);
      ck_assert_double_le(largest_difference((size_t)n, parts.data.load, whole.data.load), 1e-14);
      assert_ok(PetscFree(sum));
      end(&whole);
      end(&parts);
    }
}
END_TEST

/* A text and the dataset of what it says are the same; wherever the numbers are. */
START_TEST(datasets_are_what_their_values_say) {
  const unsigned long long seed = test_seed();
  static double            values[FINE_NODES], expected[FINE_NODES];
  const double             none[3] = {0};
  for (int i = 0; i < FINE_NODES; i++)
    values[i] = LodRandomUniform(seed, 1, (uint64_t)i) - 0.5;
  Made cells = begin(&box), nodes = begin(&box), fine = begin(&box);
  write_array("f", 2, (hsize_t[]){4, 6}, values);
  assert_ok(make(&cells, "@" FILE_NAME, PETSC_FALSE));
  assert_ok(LodCellLoad(&box, values, expected));
  ck_assert_double_le(largest_difference(FINE_NODES, cells.data.load, expected), 1e-14);
  write_array("f", 2, (hsize_t[]){5, 7}, values);
  assert_ok(make(&nodes, "@" FILE_NAME ":f", PETSC_FALSE));
  double sum = 0;
  for (int i = 0; i < 35; i++) /* the trapezoidal rule is exact for Q1 functions */
    sum += values[i] * 3. / 24 * (i % 7 % 6 ? 1 : 0.5) * (i / 7 % 4 ? 1 : 0.5);
  ck_assert_double_eq_tol(moment(&box, nodes.data.load, 1, none), sum, 1e-13);
  write_array("f", 2, (hsize_t[]){13, 13}, values);
  assert_ok(make(&fine, "@" FILE_NAME ":f", PETSC_FALSE));
  assert_ok(LodLoadFromNodes(&box, box.fine, values, expected));
  ck_assert_double_le(largest_difference(FINE_NODES, fine.data.load, expected), 1e-14);
  end(&cells);
  end(&nodes);
  end(&fine);
  unlink(FILE_NAME);
}
END_TEST

/* On a face: arrays of the face and of D, for g, q and r. */
START_TEST(datasets_on_faces_are_what_their_values_say) {
  static double values[FINE_NODES];
  Made          given = begin(&box), text = begin(&box);
  for (int i = 0; i < FINE_NODES; i++)
    values[i] = i < 13 ? (i + 1) * 0.25 : 99;
  set_face(&text, "left", LOD_FACE_DIRICHLET, "1/4 + 1.5*y", NULL);
  assert_ok(make(&text, "1", PETSC_FALSE));
  write_array("g", 1, (hsize_t[]){13}, values);
  set_face(&given, "left", LOD_FACE_DIRICHLET, "@" FILE_NAME, NULL);
  assert_ok(make(&given, "1", PETSC_FALSE));
  ck_assert_double_le(largest_difference(FINE_NODES, given.data.boundary, text.data.boundary),
                      1e-14);
  end(&given);
  end(&text);
  /* Rows of an array on D: the lowest is on the bottom. */
  given = begin(&box), text = begin(&box);
  write_array("q", 2, (hsize_t[]){4, 6}, values);
  set_face(&given, "bottom", LOD_FACE_ROBIN, "3", "@" FILE_NAME);
  set_face(&text, "bottom", LOD_FACE_ROBIN, "3", "0.25 + 0.25*rint(4*x - 0.5)");
  assert_ok(make(&given, "1", PETSC_FALSE));
  assert_ok(make(&text, "1", PETSC_FALSE));
  ck_assert_double_le(largest_difference(6, given.coefficient.robin[1][0], values), 1e-14);
  ck_assert_double_le(largest_difference(FINE_NODES, given.data.load, text.data.load), 1e-9);
  end(&given);
  end(&text);
  unlink(FILE_NAME);
}
END_TEST

/* What is heard. */
static char heard[LOD_MESSAGE_MAX];

static void hear(void *context, LodSaying kind, const char *text) {
  (void)context;
  if (kind == LOD_SAY_WARNING) (void)snprintf(heard, sizeof heard, "%s", text);
}

START_TEST(faces_that_disagree_are_told) {
  const LodReporter reporter = {.say = hear};
  LodReportTo(&reporter);
  heard[0] = '\0';
  Made made = begin(&box);
  set_face(&made, "left", LOD_FACE_DIRICHLET, "y", NULL);
  set_face(&made, "bottom", LOD_FACE_DIRICHLET, "x", NULL);
  set_face(&made, "right", LOD_FACE_NATURAL, NULL, NULL);
  set_face(&made, "top", LOD_FACE_NATURAL, NULL, NULL);
  assert_ok(make(&made, "0", PETSC_FALSE));
  ck_assert_str_eq(heard, "");
  end(&made);
  /* Given counts more than not given. */
  made = begin(&box);
  set_face(&made, "left", LOD_FACE_DIRICHLET, "1", NULL);
  assert_ok(make(&made, "0", PETSC_FALSE));
  ck_assert_ptr_nonnull(strstr(heard, "bottom"));
  ck_assert_ptr_nonnull(strstr(heard, "what left says counts"));
  ck_assert_double_eq(made.data.boundary[0], 1);
  end(&made);
  /* Of two that are given the later. */
  made = begin(&box);
  set_face(&made, "left", LOD_FACE_DIRICHLET, "1", NULL);
  set_face(&made, "bottom", LOD_FACE_DIRICHLET, "2", NULL);
  assert_ok(make(&made, "0", PETSC_FALSE));
  ck_assert_double_eq(made.data.boundary[0], 2);
  ck_assert_double_eq(made.data.boundary[13], 1);
  end(&made);
  LodReportTo(NULL);
}
END_TEST

/* Zero boundary values are none. */
START_TEST(zeros_are_no_boundary_values) {
  Made made = begin(&box);
  set_face(&made, "left", LOD_FACE_DIRICHLET, "0*y", NULL);
  assert_ok(make(&made, "1", PETSC_TRUE));
  ck_assert_ptr_null(made.data.boundary);
  end(&made);
}
END_TEST

/* Loads that do not balance where u is given nowhere. */
START_TEST(closed_problems_want_balanced_loads) {
  static const char *const rhs[] = {"1", "x < 0.7 ? 8 : -7", "sin(pi*x)", "cos(pi*x)"};
  for (int i = 0; i < 4; i++) {
    Made made = begin(&box);
    for (int face = 0; face < 4; face++)
      set_face(&made, lod_face_names[face / 2][face % 2], LOD_FACE_NATURAL, NULL, NULL);
    made.grid.extent[0] = made.grid.extent[1] = i == 1 ? 1.5 : 1;
    if (i == 0 || i == 2)
      assert_refuses(make(&made, rhs[i], PETSC_FALSE),
                     i == 0 ? "add up to 1," : "add up to 0.6366");
    else
      assert_ok(make(&made, rhs[i], PETSC_FALSE));
    LodErrorClear();
    if (made.data.load)
      ck_assert_double_le(fabs(moment(&made.grid, made.data.load, 1, (double[3]){0})), 1e-14);
    end(&made);
  }
}
END_TEST

/* Every refusal names its place. */
START_TEST(what_cannot_be_is_refused) {
  static const struct {
    const char *face;
    LodFaceKind kind;
    const char *value, *rate, *message;
  } bad[] = {
      {"left", LOD_FACE_DIRICHLET, "1/(y - 1)", NULL,
       "left: expression '1/(y - 1)': at the point (0, 1)"},
      {"top", LOD_FACE_FLUX, "sqrt(x - 9)", NULL, "top: expression 'sqrt(x - 9)'"},
      {"top", LOD_FACE_FLUX, "1 + ", NULL, "top: expression '1 + '"},
      {"right", LOD_FACE_ROBIN, "1", "y - 1", "right: the rate r is -0.75 in cell [0][5]"},
      {"top", LOD_FACE_FLUX, "@no-such-file.h5", NULL, "no-such-file.h5"},
      {"top", LOD_FACE_FLUX, "@" FILE_NAME ":no", NULL, "no dataset 'no'"},
      {"top", LOD_FACE_FLUX, "@" FILE_NAME, NULL, "top: @" FILE_NAME ": has the shape (2, 3)"},
  };
  write_array("odd", 2, (hsize_t[]){2, 3}, (double[]){1, 2, 3, 4, 5, 6});
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    Made made = begin(&box);
    set_face(&made, bad[i].face, bad[i].kind, bad[i].value, bad[i].rate);
    assert_refuses(make(&made, "1", PETSC_TRUE), bad[i].message);
    LodErrorClear();
    end(&made);
  }
  /* Values per cell are none of u; numbers that are not finite. */
  Made made = begin(&box);
  write_array("g", 1, (hsize_t[]){12}, (double[12]){1});
  set_face(&made, "left", LOD_FACE_DIRICHLET, "@" FILE_NAME, NULL);
  assert_refuses(make(&made, "1", PETSC_FALSE), "needs values at nodes");
  LodErrorClear();
  end(&made);
  made = begin(&box);
  write_array("f", 2, (hsize_t[]){4, 6}, (double[24]){[7] = NAN});
  assert_refuses(make(&made, "@" FILE_NAME, PETSC_FALSE), "--rhs: @" FILE_NAME ": number 7 is nan");
  LodErrorClear();
  end(&made);
  made = begin(&box);
  assert_ok(LodConditionsSetReaction(&made.conditions, "x - 0.25", "--reaction"));
  assert_refuses(make(&made, "1", PETSC_FALSE),
                 "--reaction: the reaction is -0.125 in cell [0][0]");
  LodErrorClear();
  end(&made);
  unlink(FILE_NAME);
}
END_TEST

START_TEST(wells_outside_are_refused) {
  static const struct {
    double      x, y, rate;
    const char *message;
  } bad[] = {
      {1.6, 1, 1, "--well: the point (1.6, 1) lies outside of the domain, which is 1.5x2"},
      {1, -0.1, 1, "--well: the point (1, -0.1) lies outside"},
      {NAN, 1, 1, "--well: the point (nan, 1) lies outside"},
      {1, 1, INFINITY, "--well: the rate is inf"},
      {0, 1, 1, "--well: the point (0, 1) lies on the face left, where u is given"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    Made made = begin(&box);
    assert_ok(LodConditionsAddWell(&made.conditions, (double[3]){bad[i].x, bad[i].y}, bad[i].rate,
                                   "--well"));
    assert_refuses(make(&made, "1", PETSC_FALSE), bad[i].message);
    LodErrorClear();
    end(&made);
  }
}
END_TEST

int main(int argc, char **argv) {
  char folder[] = "/tmp/lodnet-test-XXXXXX"; /* for the files */
  if (!mkdtemp(folder) || chdir(folder)) return 1;
  Suite *suite = suite_create("problem_data");
  TCase *tests = tcase_create("problem_data");
  tcase_add_test(tests, fluxes_are_integrated_over_their_face);
  tcase_add_test(tests, robin_rates_and_reactions_are_means);
  tcase_add_test(tests, wells_keep_rate_and_place);
  tcase_add_test(tests, sources_add_up_to_the_load);
  tcase_add_test(tests, datasets_are_what_their_values_say);
  tcase_add_test(tests, datasets_on_faces_are_what_their_values_say);
  tcase_add_test(tests, faces_that_disagree_are_told);
  tcase_add_test(tests, zeros_are_no_boundary_values);
  tcase_add_test(tests, closed_problems_want_balanced_loads);
  tcase_add_test(tests, what_cannot_be_is_refused);
  tcase_add_test(tests, wells_outside_are_refused);
  suite_add_tcase(suite, tests);
  const int status = test_run(suite, argc, argv);
  return rmdir(folder) ? 1 : status;
}
