/* Evaluation of a model on a set of coefficients. */
#include "check_lodnet.h"

#include <lodnet/compare.h>
#include <lodnet/evaluation.h>
#include <lodnet/sample.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

static const LodGrid grid = {.dim = 2, .coarse = 4, .coefficient = 8, .fine = 16, .ell = 1};

/* A model for `grid` with random parameters, small enough that its operators are near the baseline
   and their system can be solved. */
static LodModel *near_baseline(uint64_t seed) {
  const LodNetworkSettings settings = {.n_hidden = 1, .hidden = {8}};
  const LodNetworkShape    shape = LodModelShape(&grid, &settings);
  LodModel                *model;
  assert_ok(PetscNew(&model));
  assert_ok(LodNetworkCreate(&shape, 16, &model->network));
  for (PetscInt64 i = 0; i < LodNetworkParameterCount(model->network); i++)
    LodNetworkParameters(model->network)[i] = (float)(0.01 * LodRandomNormal(seed, 1, (uint64_t)i));
  model->signature = (LodSignature){
      .dim = 2, .ell = 1, .ratio = 2, .fine_ratio = 2, .coarse = 4, .smallest = 1, .largest = 5};
  model->inp_scale = model->out_scale = 1;
  model->zero_sums = model->scale_equivariant = model->baseline = PETSC_TRUE;
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

/* Rows are what LodCompare says of the same coefficients, and the second run says the same. */
START_TEST(rows_are_comparisons_of_the_set) {
  char          directory[] = "/tmp/lodnet-evaluation-XXXXXX", set[64], csv[64], line[512];
  LodModel     *model = near_baseline(test_seed());
  LodEvaluation first, second;
  ck_assert_ptr_nonnull(mkdtemp(directory));
  snprintf(set, sizeof set, "%s/set.toml", directory);
  write_set(set);
  assert_ok(LodEvaluateModel(model, set, directory, PETSC_FALSE, PETSC_TRUE, &first));
  assert_ok(LodEvaluateModel(model, set, directory, PETSC_FALSE, PETSC_TRUE, &second));
  ck_assert_int_eq(first.n_rows, 3);
  ck_assert_mem_eq(first.rows, second.rows, 3 * sizeof *first.rows);
  ck_assert_str_eq(first.rows[0].name, "1 + x");
  ck_assert_str_eq(first.rows[1].name, "iid [1, 5] on 4");
  ck_assert(first.rows[0].in_range && first.rows[1].in_range && !first.rows[2].in_range);

  LodSampleSettings family;
  LodCoefficient    coefficient;
  LodComparison     found;
  LodSampleDefaults(&family);
  family.family = LOD_FAMILY_EXPRESSION;
  snprintf(family.expression, sizeof family.expression, "1 + x");
  assert_ok(LodSample(&family, 2, 8, 5, 0, &coefficient));
  for (int f = 0; f < LOD_EVALUATION_RHS; f++) {
    assert_ok(LodCompare(PETSC_COMM_SELF, &grid, &coefficient, model, LodEvaluationRhs(2, f),
                         PETSC_TRUE, &found));
    ck_assert_double_eq(first.rows[0].dnn_lod[f], found.dnn_lod);
    ck_assert_double_eq(first.rows[0].lod_fine[f], found.lod_fine);
    ck_assert_double_eq(first.rows[0].dnn_fine[f], found.dnn_fine);
    ck_assert_double_eq(first.rows[0].norm_difference, found.norm_difference);
    ck_assert(first.rows[0].dnn_lod[f] > 1e-6 && first.rows[0].energy[f] > 1e-6);
    assert_ok(LodComparisonDestroy(&found));
  }
  assert_ok(LodCoefficientDestroy(&coefficient));

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

int main(int argc, char **argv) {
  Suite *suite = suite_create("evaluation");
  TCase *tests = tcase_create("evaluation");
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, rows_are_comparisons_of_the_set);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
