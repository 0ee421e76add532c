/* Options: numbers are read strictly, and the mesh follows the rules that the help text states. */
#include <string.h>

#include "base/error.h"
#include "base/numbers.h"
#include "check_lodnet.h"
#include "common/options.h"

START_TEST(whole_numbers_are_read_whole_or_refused) {
  static const char *const refused[] = {
      "", " 1", "1 ", "7x", "1.5", "0x8", "-", "1e3", "99999999999999999999"};
  PetscInt64 value = 5;
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
    ck_assert_msg(LodIntegerParse(refused[i], &value) != NULL, "\"%s\" was accepted", refused[i]);
  ck_assert_int_eq(value, 5); /* untouched */
  ck_assert_ptr_null(LodIntegerParse("-42", &value));
  ck_assert_int_eq(value, -42);
}
END_TEST

START_TEST(real_numbers_are_finite_or_refused) {
  static const char *const refused[] = {"", " 1", "1 ", "1,5", "nan", "inf", "1e999", "one"};
  double                   value = 5;
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
    ck_assert_msg(LodRealParse(refused[i], &value) != NULL, "\"%s\" was accepted", refused[i]);
  ck_assert_double_eq(value, 5);
  ck_assert_ptr_null(LodRealParse("-2.5e-3", &value));
  ck_assert_double_eq(value, -2.5e-3);
}
END_TEST

/* Resolves options for a two-dimensional coefficient of 64 cells per axis in "a.h5". */
static PetscErrorCode Resolve(LodMeshOptions options, const LodSignature *signature, LodGrid *grid,
                              char origin[LOD_TEXT_MAX]) {
  return LodMeshOptionsResolve(&options, 2, LOD_CUBE(64), "a.h5", signature, grid, origin);
}

START_TEST(defaults_follow_the_stated_rule_and_say_so) {
  LodGrid grid;
  char    origin[LOD_TEXT_MAX];
  assert_ok(Resolve((LodMeshOptions){0}, NULL, &grid, origin));
  ck_assert_int_eq(grid.dim, 2);
  ck_assert_int_eq(grid.coarse[0], 8);
  ck_assert_int_eq(grid.coefficient[0], 64);
  ck_assert_int_eq(grid.fine[0], 128);
  ck_assert_int_eq(grid.ell, 2);
  ck_assert_ptr_nonnull(strstr(origin, "N = E/8, F = 2E, l = 2"));
}
END_TEST

/* Of boxes with other numbers of cells along other axes the first of 8, 4, 2, 7, 5, 3 that divides
   all; a mesh without any needs --coarse, unless N does not matter. */
START_TEST(boxes_take_the_first_ratio_that_divides) {
  static const struct {
    PetscInt cells[LOD_MAX_DIM], ratio;
  } rules[] = {{{64, 128}, 8}, {{60, 220}, 4},  {{8, 20}, 4},  {{14, 42}, 2}, {{21, 63}, 7},
               {{15, 45}, 5},  {{9, 21}, 3},    {{16, 16}, 8}, {{35, 70}, 7}, {{12, 12}, 0},
               {{64, 65}, 0},  {{121, 143}, 0}, {{20, 20}, 0}, {{6, 10}, 2},  {{1, 8}, 0}};
  LodMeshOptions none = {0}, any = {.any_coarse = PETSC_TRUE};
  LodGrid        grid;
  for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
    const PetscInt *cells = rules[i].cells, ratio = rules[i].ratio;
    ck_assert_int_eq(LodGridDefaults(2, cells, &grid), ratio);
    if (!ratio) {
      assert_refuses(LodMeshOptionsResolve(&none, 2, cells, "a.h5", NULL, &grid, NULL), "--coarse");
      LodErrorClear();
      assert_ok(LodMeshOptionsResolve(&any, 2, cells, "a.h5", NULL, &grid, NULL));
      continue;
    }
    assert_ok(LodMeshOptionsResolve(&none, 2, cells, "a.h5", NULL, &grid, NULL));
    for (PetscInt axis = 0; axis < 2; axis++) {
      ck_assert_int_eq(grid.coarse[axis], cells[axis] / ratio);
      ck_assert_int_eq(grid.fine[axis], 2 * cells[axis]);
    }
  }
}
END_TEST

START_TEST(a_model_sets_what_options_leave_open) {
  LodSignature signature = {.dim = 2, .ell = 3, .ratio = 4, .fine_ratio = 3};
  LodGrid      grid;
  char         origin[LOD_TEXT_MAX];
  assert_ok(Resolve((LodMeshOptions){.ell = 1}, &signature, &grid, origin));
  ck_assert_int_eq(grid.coarse[0], 16);
  ck_assert_int_eq(grid.fine[0], 192);
  ck_assert_int_eq(grid.ell, 1);
}
END_TEST

START_TEST(single_options_override) {
  LodGrid grid;
  char    origin[LOD_TEXT_MAX];
  assert_ok(Resolve((LodMeshOptions){.coarse = {4}, .fine = {64}, .ell = 1}, NULL, &grid, origin));
  ck_assert_int_eq(grid.coarse[0], 4);
  ck_assert_int_eq(grid.fine[0], 64);
  ck_assert_int_eq(grid.ell, 1);
  ck_assert_ptr_nonnull(strstr(origin, "options"));
}
END_TEST

START_TEST(numbers_that_do_not_divide_are_refused) {
  LodGrid        grid;
  LodMeshOptions none = {0};
  LodSignature   signature = {.dim = 2, .ell = 1, .ratio = 7, .fine_ratio = 2};
  assert_refuses(Resolve((LodMeshOptions){.coarse = {7}}, NULL, &grid, NULL), "--coarse 7: ");
  LodErrorClear();
  assert_refuses(Resolve((LodMeshOptions){.fine = {100}}, NULL, &grid, NULL), "--fine 100: ");
  LodErrorClear();
  assert_refuses(LodMeshOptionsResolve(&none, 2, LOD_CUBE(12), "a.h5", NULL, &grid, NULL),
                 "a.h5: 12 cells");
  LodErrorClear();
  assert_refuses(Resolve(none, &signature, &grid, NULL), "a.h5: 64 cells");
  LodErrorClear();
}
END_TEST

START_TEST(natural_faces_are_taken_by_name) {
  LodGrid grid;
  assert_ok(Resolve((LodMeshOptions){.neumann = "right"}, NULL, &grid, NULL));
  ck_assert(grid.natural[0][1]);
  ck_assert(!grid.natural[0][0] && !grid.natural[1][0] && !grid.natural[1][1]);
  assert_refuses(Resolve((LodMeshOptions){.neumann = "rigth"}, NULL, &grid, NULL),
                 "--neumann rigth");
  LodErrorClear();
  assert_ok(Resolve((LodMeshOptions){.neumann = "left,right,top,bottom"}, NULL, &grid, NULL));
  ck_assert(grid.natural[0][0] && grid.natural[0][1] && grid.natural[1][0] && grid.natural[1][1]);
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("options");
  TCase *tests = tcase_create("options");
  tcase_add_test(tests, whole_numbers_are_read_whole_or_refused);
  tcase_add_test(tests, real_numbers_are_finite_or_refused);
  tcase_add_test(tests, defaults_follow_the_stated_rule_and_say_so);
  tcase_add_test(tests, boxes_take_the_first_ratio_that_divides);
  tcase_add_test(tests, a_model_sets_what_options_leave_open);
  tcase_add_test(tests, single_options_override);
  tcase_add_test(tests, numbers_that_do_not_divide_are_refused);
  tcase_add_test(tests, natural_faces_are_taken_by_name);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
