/* TOML texts that would overflow the parser's stack are refused before it sees them. */
#include <string.h>

#include "config/toml_adapter_private.h"
#include "check_lodnet.h"

/* Text `start`, then `word` `count` times, then `end`; overwritten by the next call. */
static const char *repeated(const char *start, const char *word, int count, const char *end) {
  static char text[1 << 20];
  char       *place = stpcpy(text, start);
  for (int i = 0; i < count; i++)
    place = stpcpy(place, word);
  strcpy(place, end);
  return text;
}

/* Whether a text is good. */
static int accepted(const char *text) {
  LodTomlDocument *document = NULL;
  LodTomlError     error;
  const int        failed = LodTomlParse(text, strlen(text), &document, &error);
  LodTomlFree(document);
  return !failed;
}

/* Asserts that a text is refused at that place, for the reason. */
static void assert_refused(const char *text, unsigned line, unsigned column, const char *reason) {
  LodTomlDocument *document = NULL;
  LodTomlError     error;
  ck_assert_int_eq(LodTomlParse(text, strlen(text), &document, &error), 1);
  ck_assert_ptr_null(document);
  ck_assert_uint_eq(error.line, line);
  ck_assert_uint_eq(error.column, column);
  ck_assert_msg(strstr(error.message, reason), "%s", error.message);
}

START_TEST(refuses_long_dotted_keys) {
  ck_assert(accepted(repeated("a", ".a", 15, " = 1")));
  assert_refused(repeated("# ä\na", ".a", 40000, " = 1"), 2, 32, "parts of a dotted key");
  assert_refused(repeated("\n[a", " . 'ä'", 40000, "]"), 2, 94, "parts of a dotted key");
  assert_refused(repeated("x = {a", ".a", 40000, " = 1}"), 1, 37, "parts of a dotted key");
}
END_TEST

START_TEST(refuses_deep_lists_and_tables) {
  ck_assert(accepted(repeated("a = ", "[", 16, "]]]]]]]]]]]]]]]]")));
  assert_refused(repeated("a = ", "[", 100000, ""), 1, 21, "lists and tables");
  assert_refused(repeated("a = ", "[\n", 100000, ""), 17, 1, "lists and tables");
  assert_refused(repeated("a = ", "{b=", 100000, ""), 1, 53, "lists and tables");
  assert_refused(repeated("a = ", "[{b=", 100000, ""), 1, 37, "lists and tables");
}
END_TEST

START_TEST(counts_nothing_in_strings_and_comments) {
  ck_assert(accepted(repeated("a = \"", ".[{", 100, "\\\"[[[[[[[[[[[[[[[[[[[[\"")));
  ck_assert(accepted(repeated("a = '", ".[{", 100, "\\'")));
  ck_assert(accepted(repeated("a = \"\"\"", "\"[.\n", 100, "\"\"\"\"\"")));
  ck_assert(accepted(repeated("a = '''", "'[.\n\\", 100, "'''''")));
  ck_assert(accepted(repeated("a = 1 # \"'", ".[{", 100, "\n'b.\"' = ''")));
  ck_assert(accepted(repeated("'", ".", 100, "' = [1.5, 2.5]")));
  ck_assert(accepted(repeated("a = [", "1.5, {b.c = 2.5},\n", 100, "]")));
  assert_refused(repeated("a = \"\"\"\\\"\"\"\"\nb = ", "[", 100, ""), 2, 21, "lists and tables");
}
END_TEST

START_TEST(what_ends_too_soon_is_left_to_the_parser) {
  ck_assert(!accepted("a = \"..."));
  ck_assert(!accepted("a = \"\"\"..."));
  ck_assert(!accepted("a = \"\\"));
  ck_assert(!accepted("a = ["));
  ck_assert(!accepted("]]]]]]"));
  ck_assert(accepted(""));
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("toml");
  TCase *tests = tcase_create("toml");
  tcase_add_test(tests, refuses_long_dotted_keys);
  tcase_add_test(tests, refuses_deep_lists_and_tables);
  tcase_add_test(tests, counts_nothing_in_strings_and_comments);
  tcase_add_test(tests, what_ends_too_soon_is_left_to_the_parser);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
