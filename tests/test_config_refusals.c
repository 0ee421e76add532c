/* Configs and meshes: each kind of bad input with the message it gets. */
#include <math.h>

#include "config_files.h"

/* A bad config and what its message says behind "FILE: ". */
typedef struct {
  const char *text, *message;
} BadConfig;

/* Asserts the exact messages of n bad configs. */
static void assert_messages(size_t n, const BadConfig *bad) {
  static LodConfig config;
  char             expected[LOD_MESSAGE_MAX];
  for (size_t i = 0; i < n; i++) {
    ck_assert_int_eq(read_text(bad[i].text, &config), LOD_ERR_INPUT);
    snprintf(expected, sizeof expected, "%s: %s", path_of("config.toml"), bad[i].message);
    ck_assert_str_eq(LodErrorMessage(), expected);
  }
  LodErrorClear();
}
#define ASSERT_MESSAGES(bad) assert_messages(sizeof(bad) / sizeof((bad)[0]), (bad))

START_TEST(names_line_and_column_of_syntax_errors) {
  static const BadConfig bad[] = {{"seed = 1\n[mesh\n", ": line 2, column 6: "},
                                  {"seed = \n", ": line 1, column 8: "},
                                  {"[split]\ntrain = 0.8\ntrain = 0.9\n", ": line 3, column "},
                                  {"seed = 1\nx = \"\xff\"\n", ": line 2, column "},
                                  {"[output]\ndirectory = \"a\n", ": line 2, column "}};
  static LodConfig       config;
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
    assert_refuses(read_text(bad[i].text, &config), bad[i].message);
}
END_TEST

START_TEST(suggests_the_nearest_key) {
  static const BadConfig bad[] = {
      {"[training]\nbatch = 4\n  epoch = 7\n",
       "line 3, column 3: unknown key \"epoch\" in [training]; did you mean \"epochs\"?"},
      {"sed = 1\n", "line 1, column 1: unknown key \"sed\"; did you mean \"seed\"?"},
      {"[trainig]\nepochs = 1\n",
       "line 1, column 2: unknown table \"trainig\"; did you mean \"training\"?"},
      {"[[samples]]\nfamily = \"iid\"\n",
       "line 1, column 3: unknown table \"samples\"; did you mean \"sample\"?"},
      {"[split]\nquarantine = 1\n", "line 2, column 1: unknown key \"quarantine\" in [split]; the "
                                    "keys are train, validation, test"},
      {"[[sample]]\n[[sample]]\nscale = [4]\n",
       "line 3, column 1: unknown key \"scale\" in [[sample]]; did you mean \"scales\"?"},
      {"[training]\nschedule = [{from = 0, rat = 1.0}]\n",
       "line 2, column 24: unknown key \"rat\" in schedule; did you mean \"rate\"?"},
      {"[mesh]\ncoars = 2\n",
       "line 2, column 1: unknown key \"coars\" in [mesh]; did you mean \"coarse\"?"},
  };
  ASSERT_MESSAGES(bad);
}
END_TEST

START_TEST(names_the_expected_and_the_found_type) {
  static const BadConfig bad[] = {
      {"seed = \"one\"\n", "line 1, column 1: \"seed\" must be an integer, not a string"},
      {"[training]\nepochs = 2.0\n", "line 2, column 1: \"epochs\" in [training] must be an "
                                     "integer, not a floating-point number"},
      {"[split]\ntrain = true\n",
       "line 2, column 1: \"train\" in [split] must be a number, not true or false"},
      {"[network]\nhidden = 4\n",
       "line 2, column 1: \"hidden\" in [network] must be a list of integers, not an integer"},
      {"[network]\nhidden = [4,\n  \"x\"]\n",
       "line 3, column 3: entry 2 of \"hidden\" in [network] must be an integer, not a string"},
      {"[network]\nnormalise = 1\n",
       "line 2, column 1: \"normalise\" in [network] must be true or false, not an integer"},
      {"mesh = 3\n", "line 1, column 1: \"mesh\" must be a table, not an integer"},
      {"[sample]\ncount = 3\n", "line 1, column 2: \"sample\" must be a list of tables, not a "
                                "table"},
      {"sample = [1]\n",
       "line 1, column 11: entry 1 of \"sample\" must be a table, not an integer"},
      {"[output]\ndirectory = 1979-05-27\n",
       "line 2, column 1: \"directory\" in [output] must be a string, not a date or time"},
      {"[mesh]\nnatural = \"right\"\n",
       "line 2, column 1: \"natural\" in [mesh] must be a list of strings, not a string"},
  };
  ASSERT_MESSAGES(bad);
}
END_TEST

START_TEST(names_the_range_and_the_value) {
  static const BadConfig bad[] = {
      {"seed = -1\n", "line 1, column 1: \"seed\" is -1, must be at least 0"},
      {"[training]\nepochs = 0\n",
       "line 2, column 1: \"epochs\" in [training] is 0, must be at least 1"},
      {"[training]\nbatch = 9000000000\n", "line 2, column 1: \"batch\" in [training] is "
                                           "9000000000, must be from 1 to 2147483647"},
      {"[mesh]\ndimension = 4\n",
       "line 2, column 1: \"dimension\" in [mesh] is 4, must be from 1 to 3"},
      {"[training]\nbeta1 = 1\n", "line 2, column 1: \"beta1\" in [training] is 1, must be at "
                                  "least 0 and less than 1"},
      {"[training]\nepsilon = nan\n", "line 2, column 1: \"epsilon\" in [training] is nan, must be "
                                      "greater than 0 and finite"},
      {"[[sample]]\nbeta = inf\n",
       "line 2, column 1: \"beta\" in [[sample]] is inf, must be greater than 0 and finite"},
      {"[training]\nschedule = [{from = 0, rate = 0}]\n",
       "line 2, column 24: \"rate\" in schedule is 0, must be greater than 0"},
      {"[network]\nhidden = [4, 0]\n",
       "line 2, column 14: entry 2 of \"hidden\" in [network] is 0, must be at least 1"},
      {"[[sample]]\nscales = [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]\n",
       "line 2, column 1: \"scales\" in [[sample]] has 17 entries, must have at most 16"},
      {"[output]\ndirectory = \"\"\n", "line 2, column 1: \"directory\" must not be empty"},
  };
  ASSERT_MESSAGES(bad);
}
END_TEST

START_TEST(refuses_parts_that_do_not_fit_together) {
  static const BadConfig bad[] = {
      {"[mesh]\ncoarse = 7\n", "line 1, column 2: coefficient cells (256) must be a multiple of "
                               "coarse cells (7)"},
      {"seed = 2\n\n[[sample]]\n[[sample]]\nscales = [8, 24]\n",
       "line 4, column 1: scale 24 does not divide the 256 coefficient cells per axis"},
      {"[[sample]]\nalpha = 5\nbeta = 1\n",
       "line 1, column 1: beta is 1, must be finite and at least alpha = 5"},
      {"[[sample]]\nfamily = \"sine\"\nscales = [8]\n",
       "line 3, column 1: family \"sine\" does not use \"scales\""},
      {"[[sample]]\nfamily = \"lognormal\"\nalpha = 1\n",
       "line 3, column 1: family \"lognormal\" does not use \"alpha\""},
      {"[[sample]]\nfamily = \"idd\"\n", "line 2, column 1: no family 'idd'; the families are iid, "
                                         "sine, expression, lognormal, channels, image, darcy, "
                                         "reservoir, anisotropic, layers, file"},
      {"[split]\ntrain = 0.5\n", "[split] train + validation + test is 0.7, must be 1"},
      {"[training]\nschedule = []\n", "schedule in [training] must begin with an entry from = 0"},
      {"[training]\nschedule = [{from = 0, rate = 1}, {from = 0, rate = 2}]\n",
       "schedule in [training] must be in ascending order, but from = 0 follows from = 0"},
      {"[training]\nschedule = [{from = 0}]\n",
       "line 2, column 13: missing key \"rate\" in schedule"},
      {"sample = []\n", "there is no [[sample]]"},
      {"[[sample]]\ncount = 2000000000\n[[sample]]\ncount = 2000000000\n",
       "the samples are 4000000000 coefficients, must be at most 2147483647"},
      {"[mesh]\nell = 1000000000\n",
       "line 1, column 2: a patch of ell = 1000000000 layers has 2.56000000256e+20 coefficient "
       "values and 1.6000000032e+19 operator entries, must be at most 2147483647 each: choose "
       "fewer "
       "layers"},
      {"[mesh]\nnatural = [\"right\", \"front\"]\n",
       "line 2, column 21: no face \"front\"; the faces in 2 dimensions are left, right, bottom, "
       "top"},
      {"[mesh]\nnatural = [\"left\", \"right\", \"top\", \"bottom\"]\n",
       "line 1, column 2: every face is natural; at least one face needs u = 0 for a unique "
       "solution"},
  };
  ASSERT_MESSAGES(bad);
}
END_TEST

START_TEST(refuses_missing_files) {
  static LodConfig config;
  LodGrid          grid;
  LodErrorClear();
  assert_refuses(LodConfigRead(path_of("absent.toml"), &config),
                 "absent.toml: No such file or directory");
  LodErrorClear();
  assert_refuses(LodConfigRead(directory, &config), ": Is a directory");
  assert_refuses(read_text("[mesh]\nuse = \"papr-2d\"\n", &config),
                 "config.toml: line 2, column 1: no mesh \"papr-2d\": no file papr-2d.toml in ");
  assert_refuses(read_text("[mesh]\nuse = \"absent/m.toml\"\n", &config),
                 "config.toml: line 2, column 1: no mesh file \"absent/m.toml\"");
  LodErrorClear();
  assert_refuses(LodMeshRead("absent", &grid), "absent: no mesh \"absent\"");
}
END_TEST

START_TEST(refuses_what_is_no_text) {
  static LodConfig config;
  static char      large[1048577];
  LodErrorClear();
  assert_refuses(LodConfigRead(write_file("config.toml", "seed = 1\0\n", 10), &config),
                 ": line 1, column 9: ");
  assert_refuses(read_text("[output]\ndirectory = \"a\\u0000b\"\n", &config),
                 "holds the character U+0000");
  memset(large, '\n', sizeof large);
  LodErrorClear();
  assert_refuses(LodConfigRead(write_file("config.toml", large, sizeof large), &config),
                 "is larger than 1048576 bytes");
}
END_TEST

/* Text of `n` times `piece` between `begin` and `end`, to be freed. */
static char *repeated(const char *begin, const char *piece, int n, const char *end) {
  char  *text = NULL;
  size_t length;
  FILE  *stream = open_memstream(&text, &length);
  fputs(begin, stream);
  for (int i = 0; i < n; i++)
    fputs(piece, stream);
  fputs(end, stream);
  fclose(stream);
  return text;
}

START_TEST(refuses_deep_nesting_before_it_exhausts_the_stack) {
  static LodConfig config;
  static const struct {
    const char *begin, *piece, *end, *place;
  } deep[] = {{"a", ".a", " = 1\n", "line 1, column 32: parts of a dotted key: more than 16"},
              {"seed = 1\na", " . \"[,\"", " = 1\n", "line 2, column 108: parts"},
              {"[a", ".'b#'", "]\n", "line 1, column 78: parts"},
              {"x = \"\"\"\n\"\"\"\"\"\na", ".a", " = 1\n", "line 3, column 32: parts"},
              {"x = ", "[", "", "line 1, column 21: lists and tables"},
              {"x = ", "{a=", "", "line 1, column 53: lists and tables"}};
  for (size_t i = 0; i < sizeof deep / sizeof deep[0]; i++) {
    char *text = repeated(deep[i].begin, deep[i].piece, 40000, deep[i].end);
    assert_refuses(read_text(text, &config), deep[i].place);
    free(text);
  }
  good("# a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u.v.w\n[training]\n"
       "schedule = [{from = 0, rate = 1.0}] # [[[[[[[[[[[[[[[[[[[[\n"
       "[output]\ndirectory = 'a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u.v.w'\n");
}
END_TEST

START_TEST(refuses_bad_mesh_files) {
  LodGrid grid = {.dim = 9};
  LodErrorClear();
  assert_refuses(LodMeshRead(write_file("m.toml", "dimension = 2\n", 14), &grid),
                 "m.toml: lacks key \"coarse\"");
  LodErrorClear();
  assert_refuses(LodMeshRead(write_file("m.toml", "use = \"x\"\n", 10), &grid),
                 "m.toml: line 1, column 1: unknown key \"use\"; ");
  ck_assert_int_eq(grid.dim, 9);
}
END_TEST

START_TEST(energy_loss_without_zero_sums_is_refused_with_its_line) {
  static LodConfig  config;
  static const char text[] = "[network]\nzero_sums = false\n[training]\nloss = \"energy\"\n";
  assert_refuses(read_text(text, &config),
                 "line 4, column 1: loss = \"energy\" in [training] needs zero_sums = true");
  LodErrorClear();
  LodConfigDefaults(&config);
  config.training.loss = LOD_LOSS_ENERGY;
  assert_ok(LodConfigValidate(&config, "here"));
  config.network.structure.zero_sums = PETSC_FALSE;
  assert_refuses(LodConfigValidate(&config, "here"), "here: loss = \"energy\" in [training] needs");
}
END_TEST

START_TEST(validates_what_a_program_sets) {
  static LodConfig config;
  LodConfigDefaults(&config);
  config.pairs.bits = 48;
  LodErrorClear();
  assert_refuses(LodConfigValidate(&config, "here"),
                 "here: bits in [pairs] is 48, must be 16, 32 or 64");
  LodConfigDefaults(&config);
  config.network.symmetric = config.grid.natural[1][0] = PETSC_TRUE;
  LodErrorClear();
  assert_refuses(LodConfigValidate(&config, "here"), "here: symmetric in [network]");
  LodErrorClear();
  LodConfigDefaults(&config);
  config.network.structure.scale_equivariant = PETSC_FALSE;
  assert_refuses(LodConfigValidate(&config, "here"),
                 "here: exact_constants in [network] needs baseline and scale_equivariant");
  LodErrorClear();
  LodConfigDefaults(&config);
  assert_ok(LodConfigValidate(&config, "here"));
  config.training.step_rate[1] = -1;
  LodErrorClear();
  assert_refuses(LodConfigValidate(&config, "here"),
                 "here: \"rate\" in schedule is -1, must be greater than 0");
  LodConfigDefaults(&config);
  config.network.n_hidden = LOD_MAX_LAYERS + 1;
  LodErrorClear();
  assert_refuses(LodConfigValidate(&config, "here"),
                 "here: \"hidden\" has 33 entries, must have at most 32");
  LodConfigDefaults(&config);
  config.families[0].n_scales = 1;
  config.families[0].scales[0] = 3;
  LodErrorClear();
  assert_refuses(LodConfigValidate(&config, "here"), "here: [[sample]] 1: scale 3 does not divide");
  LodConfigDefaults(&config);
  config.families[0].family = (LodFamily)77;
  LodErrorClear();
  assert_refuses(LodConfigValidate(&config, "here"), "here: [[sample]] 1: unknown family");
}
END_TEST

/* All tests of this file. */
static Suite *config_suite(void) {
  Suite *suite = suite_create("refusals of configs");
  TCase *tests = tcase_create("refusals of configs");
  tcase_add_test(tests, names_line_and_column_of_syntax_errors);
  tcase_add_test(tests, suggests_the_nearest_key);
  tcase_add_test(tests, names_the_expected_and_the_found_type);
  tcase_add_test(tests, names_the_range_and_the_value);
  tcase_add_test(tests, refuses_parts_that_do_not_fit_together);
  tcase_add_test(tests, refuses_missing_files);
  tcase_add_test(tests, refuses_what_is_no_text);
  tcase_add_test(tests, refuses_deep_nesting_before_it_exhausts_the_stack);
  tcase_add_test(tests, refuses_bad_mesh_files);
  tcase_add_test(tests, energy_loss_without_zero_sums_is_refused_with_its_line);
  tcase_add_test(tests, validates_what_a_program_sets);
  suite_add_tcase(suite, tests);
  return suite;
}

int main(int argc, char **argv) {
  return run_config_tests(config_suite(), argc, argv);
}
