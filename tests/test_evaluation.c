/* Evaluation of a model on a set of coefficients. */
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/random.h"
#include "check_lodnet.h"
#include "compare/compare_private.h"
#include "sample/sample.h"
#include "solver/solve.h"

static const LodGrid grid = {LOD_UNIT_CUBE(2, 4, 8, 16), .ell = 1};

/* A model for `grid` with random parameters, small enough that its operators are near the baseline
   and their system can be solved. */
static LodModel *near_baseline(uint64_t seed) {
  const LodNetworkSettings settings = {.n_hidden = 1, .hidden = {8}};
  const LodNetworkShape    shape = LodModelShape(&grid, &settings);
  LodModel                *model;
  assert_ok(PetscNew(&model));
  assert_ok(LodNetworkCreate(&shape, &model->network));
  for (PetscInt64 i = 0; i < LodNetworkParameterCount(model->network); i++)
    LodNetworkParameters(model->network)[i] = (float)(0.01 * LodRandomNormal(seed, 1, (uint64_t)i));
  model->signature = (LodSignature){
      .dim = 2, .ell = 1, .ratio = 2, .fine_ratio = 2, .coarse = 4, .smallest = 1, .largest = 5};
  model->inp_scale = model->out_scale = 1;
  model->structure.zero_sums = model->structure.scale_equivariant = model->structure.baseline =
      PETSC_TRUE;
  return model;
}

/* Writes a set of three coefficients; the iid scales but one do not fit the mesh. */
static void write_set(const char *path) {
  FILE *file = fopen(path, "w");
  ck_assert_ptr_nonnull(file);
  fputs("seed = 5\n[[sample]]\nfamily = \"expression\"\nexpression = \"1 + x\"\n"
        "[[sample]]\nfamily = \"iid\"\ncount = 2\nscales = [4, 64]\n"
        "[[sample]]\nfamily = \"lognormal\"\nvariance = 9\n",
        file);
  ck_assert_int_eq(fclose(file), 0);
}

/* Asserts that a row is what LodComparisonCompute says of the set's first coefficient. */
static void check_first_row(const LodModel *model, const LodEvaluationRow *row) {
  LodSampleSettings family;
  LodCoefficient    coefficient;
  LodComparison     found;
  LodSampleDefaults(&family);
  family.family = LOD_FAMILY_EXPRESSION;
  snprintf(family.expression, sizeof family.expression, "1 + x");
  assert_ok(LodSampleDraw(&family, 2, LOD_CUBE(8), 5, 0, &coefficient));
  for (int f = 0; f < LOD_EVALUATION_RHS; f++) {
    double rhs[17 * 17]; /* alone: all at once must give the same */
    assert_ok(LodLoadOfRhs(&grid, LodEvaluationRhs(2, f), rhs));
    assert_ok(LodComparisonCompute(
        PETSC_COMM_SELF, &grid, &coefficient, 1, rhs,
        &(LodComparisonOptions){.model = model, .n_fields = f == 0, .quiet = PETSC_TRUE}, &found));
    ck_assert_double_eq(row->dnn_lod[f], found.dnn_lod);
    ck_assert_double_eq(row->lod_fine[f], found.lod_fine);
    ck_assert_double_eq(row->dnn_fine[f], found.dnn_fine);
    ck_assert_double_eq(row->norm_difference, found.norm_difference);
    for (int i = 0; i < 2 && f == 0; i++) {
      ck_assert_double_eq(row->errors.l2[i], found.errors.l2[i]);
      ck_assert_double_eq(row->errors.energy[i], found.errors.energy[i]);
      ck_assert_double_gt(found.errors.energy[i], 0);
    }
    ck_assert(row->dnn_lod[f] > 1e-6 && row->energy[f] > 1e-6);
    assert_ok(LodComparisonDestroy(&found));
  }
  assert_ok(LodCoefficientDestroy(&coefficient));
}

/* Rows are what LodComparisonCompute says of the same coefficients, and the second run says the
   same. */
START_TEST(rows_are_comparisons_of_the_set) {
  char          directory[] = "/tmp/lodnet-evaluation-XXXXXX", set[64], csv[64], line[512];
  LodModel     *model = near_baseline(test_seed());
  LodEvaluation first, second;
  ck_assert_ptr_nonnull(mkdtemp(directory));
  snprintf(set, sizeof set, "%s/set.toml", directory);
  write_set(set);
  assert_ok(
      LodEvaluationCompute(model, PETSC_FALSE, set, directory, PETSC_FALSE, PETSC_TRUE, &first));
  assert_ok(
      LodEvaluationCompute(model, PETSC_FALSE, set, directory, PETSC_FALSE, PETSC_TRUE, &second));
  ck_assert_int_eq(first.n_rows, 3);
  ck_assert_mem_eq(first.rows, second.rows, 3 * sizeof *first.rows);
  ck_assert_str_eq(first.rows[0].name, "1 + x");
  ck_assert_str_eq(first.rows[1].name, "iid [1, 5] on 4");
  ck_assert(first.rows[0].in_range && first.rows[1].in_range && !first.rows[2].in_range);
  check_first_row(model, &first.rows[0]);
  int lines = 0;
  assert_ok(LodEvaluationWrite(&first, 2, "m.h5", directory));
  snprintf(csv, sizeof csv, "%s/evaluation.csv", directory);
  FILE *file = fopen(csv, "r");
  ck_assert_ptr_nonnull(file);
  while (fgets(line, sizeof line, file))
    lines++;
  fclose(file);
  ck_assert_int_eq(lines, 1 + 3 * LOD_EVALUATION_RHS);
  unlink(csv), unlink(set);
  snprintf(csv, sizeof csv, "%s/evaluation.md", directory);
  ck_assert_int_eq(unlink(csv), 0);
  ck_assert_int_eq(rmdir(directory), 0);
  assert_ok(LodEvaluationDestroy(&first));
  assert_ok(LodEvaluationDestroy(&second));
  assert_ok(LodModelDestroy(&model));
}
END_TEST

/* Counts the fields of the next record of CSV as RFC 4180 has it, and copies the first to
   field[256]; 0 at the end. */
static int read_record(FILE *file, char *field) {
  int  fields = 0, letter = fgetc(file), quoted = 0;
  char text[512];
  for (size_t length = 0; letter != EOF; letter = fgetc(file)) {
    if (letter == '"' && quoted && (letter = fgetc(file)) != '"')
      quoted = 0;
    else if (letter == '"' && !quoted) {
      quoted = 1;
      continue;
    }
    if (!quoted && (letter == ',' || letter == '\n')) {
      text[length] = 0;
      if (fields++ == 0) strcpy(field, text);
      length = 0;
      if (letter == '\n') return fields;
      continue;
    }
    if (length < 255) text[length++] = (char)letter;
  }
  return fields;
}

/* Writes a set of ten coefficients whose names are hard to tell apart. */
static void write_similar_set(const char *path) {
  FILE *file = fopen(path, "w");
  ck_assert_ptr_nonnull(file);
  fputs("[[sample]]\nfamily = \"channels\"\ncount = 3\nchannels = 1\n"
        "[[sample]]\nfamily = \"channels\"\nchannels = 1\n"
        "[[sample]]\nfamily = \"expression\"\nexpression = \"1+x\"\n"
        "[[sample]]\nfamily = \"expression\"\nexpression = \"1/(x+1)\"\n"
        "[[sample]]\nfamily = \"expression\"\nexpression = \"1*x+1\"\n"
        "[[sample]]\nfamily = \"expression\"\nexpression = \"(x < 0.5) ? 1 : min(2, 3)\"\n",
        file);
  for (int i = 1; i <= 2; i++) { /* the same as far as a name goes */
    fputs("[[sample]]\nfamily = \"expression\"\nexpression = \"1", file);
    for (int j = 0; j < 60; j++)
      fputs("+0*x", file);
    fprintf(file, "+x*%d\"\n", i);
  }
  ck_assert_int_eq(fclose(file), 0);
}

/* Asserts that no two rows have the same name or folder. */
static void check_names_differ(const LodEvaluation *found) {
  for (PetscInt i = 0; i < found->n_rows; i++)
    for (PetscInt j = 0; j < i; j++) {
      char own[LOD_EVALUATION_NAME], other[LOD_EVALUATION_NAME];
      LodEvaluationFolder(found->rows[i].name, own);
      LodEvaluationFolder(found->rows[j].name, other);
      ck_assert_str_ne(found->rows[i].name, found->rows[j].name);
      ck_assert_str_ne(own, other);
      ck_assert_ptr_null(strpbrk(own, "/<>?:|\"' "));
    }
}

/* Draws of one family, families that say the same, names that differ only in what a folder's name
   leaves out, case, or far behind: each has a folder of its own, and CSV holds whatever the name.
 */
START_TEST(every_coefficient_has_its_own_name_and_folder) {
  char          directory[] = "/tmp/lodnet-evaluation-XXXXXX", path[256], field[256], text[256];
  LodModel     *model = near_baseline(test_seed());
  LodEvaluation found;
  ck_assert_ptr_nonnull(mkdtemp(directory));
  snprintf(path, sizeof path, "%s/set.toml", directory);
  write_similar_set(path);
  LodErrorClear();
  assert_ok(
      LodEvaluationCompute(model, PETSC_FALSE, path, directory, PETSC_FALSE, PETSC_TRUE, &found));
  ck_assert_int_eq(found.n_rows, 10);
  ck_assert_str_eq(found.rows[0].name, "channels [1, 5] width 1 1");
  ck_assert_str_eq(found.rows[2].name, "channels [1, 5] width 1 3");
  check_names_differ(&found);
  snprintf(found.rows[1].name, LOD_EVALUATION_NAME, "a \"b\", c/d");
  assert_ok(LodEvaluationWrite(&found, 2, "m.h5", directory));
  unlink(path);
  snprintf(path, sizeof path, "%s/evaluation.csv", directory);
  FILE *file = fopen(path, "r");
  ck_assert_ptr_nonnull(file);
  ck_assert_int_eq(read_record(file, field), 16);
  for (PetscInt i = 0; i < found.n_rows; i++)
    for (int f = 0; f < LOD_EVALUATION_RHS; f++) {
      snprintf(text, sizeof text, "%s", found.rows[i].name);
      ck_assert_int_eq(read_record(file, field), 16);
      ck_assert_str_eq(field, text);
    }
  ck_assert_int_eq(read_record(file, field), 0);
  fclose(file);
  unlink(path);
  snprintf(path, sizeof path, "%s/evaluation.md", directory);
  ck_assert_int_eq(unlink(path), 0);
  ck_assert_int_eq(rmdir(directory), 0);
  assert_ok(LodEvaluationDestroy(&found));
  assert_ok(LodModelDestroy(&model));
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("evaluation");
  TCase *tests = tcase_create("evaluation");
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, rows_are_comparisons_of_the_set);
  tcase_add_test(tests, every_coefficient_has_its_own_name_and_folder);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
