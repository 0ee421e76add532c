/* The comparison: a network that gives the exact operators differs by rounding only, an untrained
   one is measured for what it is, and the report holds what was found. */
#include <dirent.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/random.h"
#include "check_lodnet.h"
#include "compare/compare.h"
#include "lod/exact.h"
#include "solver/solve.h"

/* A coefficient with independent values in [1,5]. */
static LodCoefficient Coefficient(PetscInt cells, unsigned long long seed) {
  LodCoefficient coefficient;
  assert_ok(LodCoefficientCreate(2, LOD_CUBE(cells), &coefficient));
  for (PetscInt i = 0; i < cells * cells; i++)
    coefficient.values[i] = 1 + 4 * LodRandomUniform(seed, 0, (uint64_t)i);
  return coefficient;
}

/* A model for `grid` with one hidden layer; its parameters are 0. */
static LodModel *Model(const LodGrid *grid) {
  PetscInt  width[3] = {LodGridPatchValues(grid), 8, LodGridOperatorSize(grid)};
  LodModel *model;
  assert_ok(PetscNew(&model));
  const LodNetworkShape shape = LodNetworkPlainShape(2, width);
  assert_ok(LodNetworkCreate(&shape, &model->network));
  model->signature = (LodSignature){.dim = grid->dim,
                                    .ell = grid->ell,
                                    .ratio = LodGridCoefficientRatio(grid, 0),
                                    .fine_ratio = LodGridRefinement(grid, 0),
                                    .smallest = 1,
                                    .largest = 5};
  model->inp_scale = model->out_scale = 1;
  return model;
}

/* One coarse cell, fixed on its left side, two free nodes: a network whose output bias is vec S_T
 * is then exact. */
START_TEST(network_that_knows_the_answer_agrees_with_lod) {
  unsigned long long seed = test_seed();
  LodGrid            grid = {LOD_UNIT_CUBE(2, 1, 4, 8), .ell = 1};
  grid.natural[0][1] = grid.natural[1][0] = grid.natural[1][1] = PETSC_TRUE;
  LodCoefficient     coefficient = Coefficient(grid.coefficient[0], seed);
  LodModel          *model = Model(&grid);
  PetscInt           size = LodGridOperatorSize(&grid);
  LodLocalOperators *exact;
  LodComparison      found;
  double             answer[64];

  assert_ok(LodExactCreate(&grid, &exact));
  assert_ok(LodLocalOperatorsSetCoefficient(exact, &coefficient));
  assert_ok(LodLocalOperatorsCompute(exact, 0, 1, NULL, answer));
  assert_ok(LodLocalOperatorsDestroy(&exact));
  float *output_bias =
      LodNetworkParameters(model->network) + LodNetworkParameterCount(model->network) - size;
  for (PetscInt i = 0; i < size; i++)
    output_bias[i] = (float)answer[i];
  assert_ok(LodComparisonComputeText(
      PETSC_COMM_WORLD, &grid, &coefficient, NULL, "1 + y",
      &(LodComparisonOptions){.model = model, .n_fields = 1, .quiet = PETSC_TRUE}, &found));
  ck_assert_double_gt(found.norm, 0.1);
  ck_assert_double_lt(found.norm_difference, 1e-5 * found.norm);
  ck_assert_double_lt(found.dnn_lod, 1e-5);
  ck_assert_double_lt(fabs(found.lod_fine - found.dnn_fine), 1e-5);
  assert_ok(LodComparisonDestroy(&found));
  assert_ok(LodModelDestroy(&model));
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

/* Checks that every method alone gives what the comparison holds. */
static void CheckAgainstSingleRuns(const LodGrid *grid, const LodCoefficient *coefficient,
                                   LodModel *model, const LodComparison *found) {
  const double *expected[4] = {found->lod, found->dnn, found->fine, found->coarse};
  double       *rhs = malloc((size_t)LodNodeCount(grid->dim, grid->fine) * sizeof *rhs);
  assert_ok(LodLoadOfRhs(grid, "1", rhs));
  for (int method = 0; method < 4; method++) {
    const LodSolveOptions options = {
        .model = model, .keep_operators = (PetscBool)(method < 2), .quiet = PETSC_TRUE};
    LodSolveResult result;
    assert_ok(LodMethodSolve(PETSC_COMM_WORLD, (LodMethod)method, grid, coefficient,
                             &(LodData){.load = rhs}, &options, &result));
    ck_assert_int_eq(result.cells[0], (method == LOD_METHOD_FINE ? grid->fine : grid->coarse)[0]);
    ck_assert((result.operators != NULL) == (method < 2));
    ck_assert_int_eq(memcmp(result.values, expected[method],
                            (size_t)LodNodeCount(grid->dim, result.cells) * sizeof(double)),
                     0);
    assert_ok(LodSolveResultDestroy(&result));
  }
  free(rhs);
}

START_TEST(untrained_network_is_measured_and_runs_repeat) {
  unsigned long long seed = test_seed();
  LodGrid            grid = {LOD_UNIT_CUBE(2, 4, 8, 16), .ell = 1};
  LodCoefficient     coefficient = Coefficient(grid.coefficient[0], seed);
  LodModel          *model = Model(&grid);
  LodComparison      found;

  assert_ok(LodNetworkInitialize(model->network, (PetscInt64)(seed % 1000)));
  assert_ok(LodComparisonComputeText(
      PETSC_COMM_WORLD, &grid, &coefficient, NULL, "1",
      &(LodComparisonOptions){.model = model, .n_fields = 1, .quiet = PETSC_TRUE}, &found));
  ck_assert(isfinite(found.dnn_fine) && isfinite(found.norm_difference));
  ck_assert_double_gt(found.norm_difference, 0.01 * found.norm); /* it has learned nothing */
  ck_assert_double_gt(found.dnn_lod, 0.01);
  ck_assert_double_lt(found.lod_fine, 0.2);
  ck_assert_double_gt(found.lod_fine, 0);
  ck_assert_double_lt(found.coarse_fine, 1);
  CheckAgainstSingleRuns(&grid, &coefficient, model, &found);
  assert_ok(LodComparisonPrint(&found));
  assert_ok(LodComparisonDestroy(&found));
  assert_ok(LodModelDestroy(&model));
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

/* Patches that cover D, load correctors: the fine-scale field of the exact operator is the fine
   solution, whatever f and g; without correctors it is not. */
START_TEST(corrected_field_is_the_fine_solution) {
  unsigned long long seed = test_seed();
  char               text[] = "sin(7*x) + y*y", flow[] = "exp(y)", where[] = "here";
  LodGrid            grid = {LOD_UNIT_CUBE(2, 3, 6, 12), .ell = 2};
  LodCoefficient     coefficient = Coefficient(grid.coefficient[0], seed);
  LodModel          *model = Model(&grid);
  LodConditions      conditions = {0};
  LodComparison      found;
  conditions.faces[0][0] = (LodFaceCondition){LOD_FACE_DIRICHLET, text, NULL, where};
  conditions.faces[0][1] = (LodFaceCondition){LOD_FACE_FLUX, flow, NULL, where};
  conditions.faces[1][0].kind = conditions.faces[1][1].kind = LOD_FACE_NATURAL;
  assert_ok(LodConditionsApply(&conditions, &grid, &coefficient));
  assert_ok(LodNetworkInitialize(model->network, (PetscInt64)(seed % 1000)));
  for (int correct = 0; correct < 2; correct++) {
    assert_ok(LodComparisonComputeText(
        PETSC_COMM_WORLD, &grid, &coefficient, &conditions, "x*y",
        &(LodComparisonOptions){
            .model = model, .n_fields = 1, .correct = (PetscBool)correct, .quiet = PETSC_TRUE},
        &found));
    ck_assert_int_eq(found.correct, correct);
    if (correct)
      ck_assert_double_lt(found.errors.energy[0], 1e-7); /* what the fine solve leaves */
    else
      ck_assert_double_gt(found.errors.energy[0], 1e-3);
    assert_ok(LodComparisonDestroy(&found));
  }
  assert_ok(LodModelDestroy(&model));
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

/* Reads a whole small file of a directory into text[size]. */
static void Read(const char *directory, const char *name, size_t size, char *text) {
  char path[LOD_PATH_MAX];
  snprintf(path, sizeof path, "%s/%s", directory, name);
  FILE *stream = fopen(path, "r");
  ck_assert_msg(stream != NULL, "%s is missing", path);
  size_t count = fread(text, 1, size - 1, stream);
  text[count] = 0;
  fclose(stream);
}

/* Checks that a comparison would not write over any of the files that one has made, if they were
   its inputs; removes them and the directory and returns how many there were. */
static int RemoveDirectory(const char *directory) {
  char           path[2 * LOD_PATH_MAX];
  int            count = 0;
  struct dirent *entry;
  DIR           *stream = opendir(directory);
  ck_assert_ptr_nonnull(stream);
  while ((entry = readdir(stream))) {
    if (entry->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
    const char *const input = path;
    assert_refuses(LodComparisonCheckOutputs(directory, 1, &input), entry->d_name);
    LodErrorClear();
    ck_assert_int_eq(unlink(path), 0);
    count++;
  }
  closedir(stream);
  ck_assert_int_eq(rmdir(directory), 0);
  return count;
}

/* Nodal values of 1 + x + 10 y: a Q1 function, the same on every mesh. */
static double *Plane(PetscInt cells, double factor) {
  double *values;
  assert_ok(PetscMalloc1((size_t)(cells + 1) * (size_t)(cells + 1), &values));
  for (PetscInt y = 0; y <= cells; y++)
    for (PetscInt x = 0; x <= cells; x++)
      values[y * (cells + 1) + x] = factor * (1 + (x + 10. * y) / (double)cells);
  return values;
}

/* Checks every row of cross-sections.csv against the plane; odd N: 1/2 is no coarse mesh line. */
static void CheckSections(char *text, PetscInt fine) {
  int   rows = 0;
  char *rest, *line = strtok_r(text, "\n", &rest);
  ck_assert_str_eq(line, "section,x,y,fine,lod,dnn,coarse,lod_ms,dnn_ms");
  while ((line = strtok_r(NULL, "\n", &rest))) {
    char   section[16];
    double x, y, u[4];
    ck_assert_int_eq(
        sscanf(line, "%15[^,],%lf,%lf,%lf,%lf,%lf,%lf", section, &x, &y, u, u + 1, u + 2, u + 3),
        7);
    ck_assert_double_eq(strcmp(section, "x=1/2") ? y : x, 0.5);
    ck_assert_str_eq(section, rows <= fine ? "y=1/2" : "x=1/2");
    for (int i = 0; i < 4; i++)
      ck_assert_double_lt(fabs(u[i] - (i == 2 ? 2 : 1) * (1 + x + 10 * y)), 1e-12);
    rows++;
  }
  ck_assert_int_eq(rows, 2 * (fine + 1));
}

START_TEST(report_sections_and_pictures_hold_what_was_found) {
  static const char *const keys[] = {"\"coefficient\": \"a \\\"b\\\".h5\"",
                                     "\"model\": \"m.h5\"",
                                     "\"rhs\": \"1\"",
                                     "\"coarse\": 3",
                                     "\"fine\": 12",
                                     "\"difference\": 0.125",
                                     "\"dnn_lod\": null",
                                     "\"lod_fine\": 0.25",
                                     "\"lod_operator\": 2"};
  LodGrid                  grid = {LOD_UNIT_CUBE(2, 3, 6, 12), .ell = 1};
  LodCoefficient           coefficient = Coefficient(grid.coefficient[0], test_seed());
  LodComparison made = {.norm_difference = 0.125, .norm = 1, .lod_fine = 0.25, .dnn_lod = NAN};
  char          directory[64] = "/tmp/lodnet-compare-XXXXXX", text[8192];

  made.seconds_operator[0] = 2;
  made.lod = Plane(grid.coarse[0], 1);
  made.dnn = Plane(grid.coarse[0], 2);
  made.coarse = Plane(grid.coarse[0], 1);
  made.fine = Plane(grid.fine[0], 1);
  ck_assert_ptr_nonnull(mkdtemp(directory));
  assert_ok(LodComparisonWrite(&made, &grid, &coefficient, "a \"b\".h5", "m.h5", "1", directory));
  Read(directory, "report.json", sizeof text, text);
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
    ck_assert_msg(strstr(text, keys[i]) != NULL, "%s is missing in\n%s", keys[i], text);
  Read(directory, "cross-sections.csv", sizeof text, text);
  CheckSections(text, grid.fine[0]);
  ck_assert_int_eq(RemoveDirectory(directory), 2 + 9 * 4); /* nine pictures, four files each */
  assert_ok(LodComparisonDestroy(&made));
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

START_TEST(one_dimension_has_its_solutions_and_errors_as_curves) {
  LodGrid        grid = {LOD_UNIT_CUBE(1, 2, 4, 8), .ell = 1};
  LodCoefficient coefficient;
  LodComparison  made = {.norm = 1};
  char           directory[64] = "/tmp/lodnet-compare-XXXXXX", text[8192];
  double        *coarse[3];

  assert_ok(LodCoefficientCreate(1, grid.coefficient, &coefficient));
  for (int i = 0; i < 3; i++)
    assert_ok(PetscCalloc1(3, &coarse[i]));
  made.lod = coarse[0];
  made.dnn = coarse[1];
  made.coarse = coarse[2];
  made.dnn[1] = 1;
  assert_ok(PetscCalloc1(9, &made.fine));
  for (int i = 0; i <= 8; i++)
    made.fine[i] = -i;
  ck_assert_ptr_nonnull(mkdtemp(directory));
  assert_ok(LodComparisonWrite(&made, &grid, &coefficient, "a.h5", "m.h5", "1", directory));
  Read(directory, "errors.csv", sizeof text, text);
  ck_assert_ptr_nonnull(strstr(text, "\n0.125,0,1,1.25,1\n")); /* x, fine, LOD, network, coarse */
  ck_assert_int_eq(RemoveDirectory(directory), 2 + 2 * 4);
  assert_ok(LodComparisonDestroy(&made));
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

START_TEST(bad_right_hand_side_is_refused) {
  LodGrid   grid = {LOD_UNIT_CUBE(2, 1, 1, 1), .ell = 1};
  double    rhs[4];
  LodMethod method;
  assert_refuses(LodLoadOfRhs(&grid, "1 +", rhs), "--rhs");
  LodErrorClear();
  assert_refuses(LodMethodFromName("lud", "--method lud", &method), "--method lud: unknown");
  LodErrorClear();
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("compare");
  TCase *tests = tcase_create("compare");
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, network_that_knows_the_answer_agrees_with_lod);
  tcase_add_test(tests, untrained_network_is_measured_and_runs_repeat);
  tcase_add_test(tests, corrected_field_is_the_fine_solution);
  tcase_add_test(tests, report_sections_and_pictures_hold_what_was_found);
  tcase_add_test(tests, one_dimension_has_its_solutions_and_errors_as_curves);
  tcase_add_test(tests, bad_right_hand_side_is_refused);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
