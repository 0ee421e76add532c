/* Expressions: values, and what is refused. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/expression.h"
#include "base/random.h"
#include "check_lodnet.h"

/* Creates an expression that must be refused with `text` in the message. */
static void refuses(const char *expression, PetscInt dim, const char *text) {
  LodExpression *parsed;
  LodErrorClear();
  assert_refuses(LodExpressionCreate(expression, dim, "--rhs", &parsed), text);
  ck_assert_int_eq(strncmp(LodErrorMessage(), "--rhs: ", 7), 0);
  ck_assert_ptr_null(parsed);
  LodErrorClear();
}

START_TEST(evaluates_as_c_does) {
  unsigned long long seed = test_seed();
  LodExpression     *expression;
  assert_ok(LodExpressionCreate("1 + x*sin(2*pi*y) - e^z*1e-3", 3, "test", &expression));
  for (int i = 0; i < 100; i++) {
    double point[3], value;
    for (int axis = 0; axis < 3; axis++)
      point[axis] = LodRandomUniform(seed, (uint64_t)axis, (uint64_t)i);
    assert_ok(LodExpressionEvaluate(expression, point, &value));
    ck_assert_double_eq_tol(
        value, 1 + point[0] * sin(2 * M_PI * point[1]) - pow(M_E, point[2]) * 1e-3, 1e-14);
  }
  assert_ok(LodExpressionDestroy(&expression));
  ck_assert_ptr_null(expression);
  assert_ok(LodExpressionDestroy(&expression));
}
END_TEST

START_TEST(rejects_what_does_not_parse_with_position) {
  refuses("1 + ", 2, "end of expression");
  refuses("2 + q*x", 2, "at position 5");
  refuses("sin(x", 2, "parenthesis");
  refuses("", 2, "expression");
  refuses("1 + z", 2, "variables: x, y;");
  refuses("x, y", 2, "2 values");
  refuses("x = 3", 2, "assignment");
}
END_TEST

/* A name that is not known is answered with what is; a place is counted in the text as given. */
START_TEST(rejects_unknown_names_with_the_known) {
  refuses("sinn(x)", 2, "\"sinn\" (variables: x, y; constants: pi, e; functions: sin, cos,");
  refuses("1 + floor(x)", 2, "at position 5");
  refuses("sin  (x) + q", 2, "at position 12");
  refuses("1 + ", 2, "pi, e)");
}
END_TEST

START_TEST(rejects_names_of_files_as_such) {
  refuses("f.h5", 2, "--rhs: 'f.h5' is the name of a file; an expression of x, y is wanted");
  refuses("./test_expression.c", 3, "is the name of a file; an expression of x, y, z");
}
END_TEST

/* Every function that help texts name, and no more than one name each. */
START_TEST(knows_the_functions_that_help_lists) {
  const char *list = LOD_EXPRESSION_FUNCTIONS;
  int         count = 0;
  while (*list) {
    size_t          length = strspn(list, "abcdefghijklmnopqrstuvwxyz0123456789");
    LodExpression  *expression;
    char            text[64];
    const PetscBool two = (PetscBool)(strncmp(list, "atan2", 5) == 0);
    (void)snprintf(text, sizeof text, "%.*s(%s)", (int)length, list, two ? "x, 1" : "x");
    assert_ok(LodExpressionCreate(text, 1, "test", &expression));
    assert_ok(LodExpressionDestroy(&expression));
    count++;
    list += strcspn(list, ",");
    list += strspn(list, ", ");
  }
  ck_assert_int_eq(count, 26);
}
END_TEST

START_TEST(blanks_before_a_parenthesis_do_not_matter) {
  LodExpression *expression;
  double         value;
  assert_ok(LodExpressionCreate("sin (pi*x) + max \t( 2 , x ) * (1 + x)", 1, "test", &expression));
  assert_ok(LodExpressionEvaluate(expression, (double[3]){0.5, 0, 0}, &value));
  ck_assert_double_eq(value, 4);
  assert_ok(LodExpressionDestroy(&expression));
}
END_TEST

/* Values of many points are those of each, to the first that is not finite. */
START_TEST(many_points_are_evaluated_as_one) {
  enum { COUNT = 10000 };
  unsigned long long  seed = test_seed();
  LodExpression      *expression;
  static double       x[COUNT], y[COUNT], values[COUNT];
  const double *const points[3] = {x, y, NULL};
  for (int i = 0; i < COUNT; i++) {
    x[i] = LodRandomUniform(seed, 0, (uint64_t)i);
    y[i] = LodRandomUniform(seed, 1, (uint64_t)i);
  }
  assert_ok(LodExpressionCreate("x < 0.5 ? 1/(y - 2) : x*sqrt(y)", 2, "test", &expression));
  ck_assert_int_eq(LodExpressionValues(expression, COUNT, points, values), COUNT);
  ck_assert(!LodExpressionIsConstant(expression));
  for (int i = 0; i < COUNT; i += 7) {
    double value;
    assert_ok(LodExpressionEvaluate(expression, (double[3]){x[i], y[i], 0}, &value));
    ck_assert_double_eq_tol(values[i], value, 1e-15);
  }
  x[5000] = 1, y[5000] = -1;
  ck_assert_int_eq(LodExpressionValues(expression, COUNT, points, values), 5000);
  assert_ok(LodExpressionDestroy(&expression));
  assert_ok(LodExpressionCreate("2*pi", 2, "test", &expression));
  ck_assert(LodExpressionIsConstant(expression));
  assert_ok(LodExpressionDestroy(&expression));
}
END_TEST

START_TEST(long_texts_are_refused_before_muparser_overflows) {
  char text[3001];
  memset(text, 'q', 3000);
  text[3000] = 0;
  refuses(text, 2, "has 3000 characters, must have at most 1900");
  refuses(text + 1100, 2, "at position 1");
}
END_TEST

START_TEST(comparisons_are_not_assignments) {
  LodExpression *expression;
  double         value;
  assert_ok(LodExpressionCreate("x <= 0.5 ? (y == 0.25 ? 7 : 8) : 9", 2, "test", &expression));
  assert_ok(LodExpressionEvaluate(expression, (double[3]){0.5, 0.25, 0}, &value));
  ck_assert_double_eq(value, 7);
  assert_ok(LodExpressionDestroy(&expression));
}
END_TEST

START_TEST(values_that_are_not_finite_name_the_point) {
  LodExpression *expression;
  double         value;
  assert_ok(LodExpressionCreate("1/(x - 0.5)", 2, "f.toml", &expression));
  assert_ok(LodExpressionEvaluate(expression, (double[3]){0.25, 0, 0}, &value));
  ck_assert_double_eq(value, -4);
  assert_refuses(LodExpressionEvaluate(expression, (double[3]){0.5, 0.75, 0}, &value),
                 "f.toml: expression '1/(x - 0.5)': at the point (0.5, 0.75)");
  LodErrorClear();
  assert_ok(LodExpressionDestroy(&expression));
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("expression");
  TCase *tests = tcase_create("expression");
  tcase_add_test(tests, evaluates_as_c_does);
  tcase_add_test(tests, rejects_what_does_not_parse_with_position);
  tcase_add_test(tests, rejects_unknown_names_with_the_known);
  tcase_add_test(tests, rejects_names_of_files_as_such);
  tcase_add_test(tests, knows_the_functions_that_help_lists);
  tcase_add_test(tests, blanks_before_a_parenthesis_do_not_matter);
  tcase_add_test(tests, many_points_are_evaluated_as_one);
  tcase_add_test(tests, long_texts_are_refused_before_muparser_overflows);
  tcase_add_test(tests, comparisons_are_not_assignments);
  tcase_add_test(tests, values_that_are_not_finite_name_the_point);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
