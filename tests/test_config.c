/* Configs and meshes: what the shipped ones say, defaults, what is written reads back, and each
   kind of bad input with the message it gets. */
#include <glob.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/random.h"
#include "check_lodnet.h"
#include "config/config.h"
#include "grid/faces.h"

/* A directory of this process for the files; removed by main. */
static char directory[64];

/* directory/NAME. */
static const char *path_of(const char *name) {
  static char path[128];
  snprintf(path, sizeof path, "%s/%s", directory, name);
  return path;
}

/* Writes a file of that name and returns its path. */
static const char *write_file(const char *name, const char *text, size_t length) {
  const char *path = path_of(name);
  FILE       *file = fopen(path, "wb");
  ck_assert_uint_eq(fwrite(text, 1, length, file), length);
  fclose(file);
  return path;
}

/* Reads a config of that text, named config.toml. */
static PetscErrorCode read_text(const char *text, LodConfig *config) {
  LodErrorClear();
  return LodConfigRead(write_file("config.toml", text, strlen(text)), config);
}

/* Reads a config that must be good. */
static const LodConfig *good(const char *text) {
  static LodConfig config;
  assert_ok(read_text(text, &config));
  return &config;
}

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
                                         "sine, expression, lognormal, channels, image, darcy"},
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

START_TEST(defaults_are_the_papers_mesh_and_the_structured_network) {
  const LodConfig *config = good("");
  ck_assert_int_eq(config->seed, 1);
  ck_assert_int_eq(config->grid.dim, 2);
  ck_assert_int_eq(config->grid.coarse[0], 32);
  ck_assert_int_eq(config->grid.coefficient[0], 256);
  ck_assert_int_eq(config->grid.fine[0], 512);
  ck_assert_int_eq(config->grid.ell, 2);
  ck_assert_int_eq(config->n_families, 1);
  ck_assert_int_eq(config->families[0].count, 500);
  ck_assert_double_eq(config->train, 0.8);
  ck_assert_double_eq(config->validation, 0.1);
  ck_assert_double_eq(config->test, 0.1);
  ck_assert_double_eq(config->training.adam.beta1, 0.9);
  ck_assert_double_eq(config->training.adam.beta2, 0.999);
  ck_assert_double_eq(config->training.adam.epsilon, 1e-8);
  /* Network and training are those of structured.toml, to the last number. */
  static LodConfig structured;
  assert_ok(LodConfigRead("../configs/structured.toml", &structured));
  ck_assert_mem_eq(&config->network, &structured.network, sizeof config->network);
  ck_assert_mem_eq(&config->training, &structured.training, sizeof config->training);
  ck_assert_str_eq(config->output, "results/config");
}
END_TEST

/* Reads a config from the text of another and asserts that it gives the same text. */
static void assert_round_trip(const LodConfig *config) {
  static LodConfig again;
  char            *text, *text_again;
  assert_ok(LodConfigWrite(config, &text));
  assert_ok(LodConfigRead(write_file("again.toml", text, strlen(text)), &again));
  assert_ok(LodConfigWrite(&again, &text_again));
  ck_assert_str_eq(text, text_again);
  again.network.normalise = config->network.normalise ? PETSC_FALSE : PETSC_TRUE;
  assert_ok(PetscFree(text_again));
  assert_ok(LodConfigWrite(&again, &text_again));
  ck_assert_str_ne(text, text_again);
  assert_ok(PetscFree(text));
  assert_ok(PetscFree(text_again));
}

/* What the file leaves open follows from mesh, samples and the other settings. */
START_TEST(defaults_fit_mesh_samples_and_settings) {
  const LodConfig *config = good("[mesh]\nuse = \"small-2d\"\n[[sample]]\nfamily = \"iid\"\n"
                                 "count = 40\n"); /* 2048 training pairs */
  ck_assert_int_eq(config->training.batch, 64);
  ck_assert_int_eq(config->training.epochs, 63); /* 2000 steps */
  ck_assert_int_eq(config->training.n_steps, 6);
  ck_assert_int_eq(config->training.step_from[5], 59);
  config = good("[mesh]\nuse = \"small-2d\"\nnatural = [\"left\"]\n[training]\nepochs = 2\n");
  ck_assert(!config->network.symmetric && config->network.structure.zero_sums);
  ck_assert_int_eq(config->training.n_steps, 2);
  ck_assert_double_eq(config->training.step_rate[0], 1e-3);
  config = good("[network]\nencoder = []\n");
  ck_assert(!config->network.structure.bounds && !config->network.structure.lines &&
            !config->network.n_codes);
  ck_assert(config->network.structure.zero_sums && config->network.structure.exact_constants);
  config = good("[network]\nencoder = [24, 16]\nbaseline = false\n");
  ck_assert(config->network.n_codes == 3 && config->network.codes[0] == 16);
  ck_assert(config->network.codes[1] == 8 && config->network.codes[2] == 2);
  ck_assert(!config->network.structure.exact_constants &&
            config->network.structure.scale_equivariant);
  config = good("[mesh]\ndimension = 3\ncoarse = 8\ncoefficient = 8\nfine = 16\nell = 4\n");
  ck_assert(!config->network.structure.zero_sums && config->training.loss == LOD_LOSS_ENTRIES);
  assert_round_trip(config);
  config = good("[mesh]\ndimension = 1\ncoarse = 40\ncoefficient = 80\nfine = 80\nell = 20\n");
  ck_assert_int_eq(config->network.n_encoder, 0);
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

START_TEST(paper_has_the_published_number_of_parameters) {
  static LodConfig config;
  PetscInt64       parameters = 0;
  assert_ok(LodConfigRead("../configs/paper.toml", &config));
  PetscInt inputs = LodGridPatchValues(&config.grid);
  ck_assert_int_eq(inputs, 1600);
  for (PetscInt i = 0; i <= config.network.n_hidden; i++) {
    const PetscInt outputs =
        i < config.network.n_hidden ? config.network.hidden[i] : LodGridOperatorSize(&config.grid);
    parameters += (PetscInt64)(inputs + 1) * outputs;
    inputs = outputs;
  }
  ck_assert_int_eq(inputs, 144);
  ck_assert_int_eq(parameters, 5063504);
}
END_TEST

START_TEST(shipped_configs_and_meshes_are_good) {
  static LodConfig config;
  LodGrid          grid;
  glob_t           found;
  ck_assert_int_eq(glob("../configs/*.toml", 0, NULL, &found), 0);
  for (size_t i = 0; i < found.gl_pathc; i++) {
    if (strstr(found.gl_pathv[i], "/problem")) continue; /* of another kind: test_conditions.c */
    assert_ok(LodConfigRead(found.gl_pathv[i], &config));
    ck_assert_str_eq(config.path, found.gl_pathv[i]);
    assert_round_trip(&config);
  }
  globfree(&found);
  ck_assert_int_eq(glob("../meshes/*.toml", 0, NULL, &found), 0);
  for (size_t i = 0; i < found.gl_pathc; i++)
    assert_ok(LodMeshRead(found.gl_pathv[i], &grid));
  globfree(&found);
}
END_TEST

/* A config that sets every key to something that is not its default. */
static const char everything[] =
    "seed = 9223372036854775807\n"
    "[mesh]\nuse = \"small-2d\"\ncoarse = 4\ncoefficient = 16\nfine = 32\nell = 1\n"
    "natural = [\"top\", \"left\"]\n"
    "[[sample]]\nfamily = \"iid\"\ncount = 3\nalpha = 0.1\nbeta = 7\nscales = [16, 4]\n"
    "[[sample]]\nfamily = \"sine\"\nalpha = 2\n"
    "[[sample]]\nfamily = \"expression\"\nexpression = \"2 + sin(x) *\\ty\"\n"
    "[[sample]]\nfamily = \"lognormal\"\ncount = 2\ncorrelation_length = 0.3\nvariance = 0\n"
    "[[sample]]\nfamily = \"channels\"\ncount = 4\nchannels = 2\nchannel_width = 3\n"
    "channel_low = true\n"
    "[[sample]]\nfamily = \"image\"\nimage = \"picture \\\"1\\\".png\"\nlogarithmic = true\n"
    "[split]\ntrain = 0.5\nvalidation = 0.25\ntest = 0.25\n"
    "[[sample]]\nfamily = \"darcy\"\nbeta = 20\n"
    "[pairs]\nbits = 64\ncompression = 5\n"
    "[network]\nhidden = []\nnormalise = true\nzero_sums = true\nencoder = [9, 8]\n"
    "scale_equivariant = true\nbaseline = true\nexact_constants = true\n"
    "codes = [8, 3]\nbounds = true\nlines = true\nactivation = \"elu\"\n"
    "[training]\nepochs = 7\nbatch = 11\nbeta1 = 0\nbeta2 = 0.5\nepsilon = 1e-300\n"
    "checkpoint_minutes = 0\nloss = \"moments\"\nmoment_weight = 12.5\n"
    "schedule = [{from = 0, rate = 0.3}, {rate = 1, from = 2}, {from = 5, rate = 1e-9}]\n"
    "[output]\ndirectory = \"back\\\\slash\"\n";

START_TEST(every_key_is_read_and_survives_writing) {
  write_file("picture \"1\".png", "", 0);
  const LodConfig *config = good(everything);
  ck_assert_int_eq(config->seed, INT64_MAX);
  ck_assert_int_eq(config->grid.coarse[0], 4);
  ck_assert_int_eq(config->grid.ell, 1);
  ck_assert(config->grid.natural[0][0] && !config->grid.natural[0][1]);
  ck_assert(!config->grid.natural[1][0] && config->grid.natural[1][1]);
  ck_assert_int_eq(config->n_families, 7);
  ck_assert_double_eq(config->families[0].alpha, 0.1);
  ck_assert_int_eq(config->families[0].n_scales, 2);
  ck_assert_int_eq(config->families[0].scales[1], 4);
  ck_assert_double_eq(config->families[1].beta, 5);
  ck_assert_str_eq(config->families[2].expression, "2 + sin(x) *\ty");
  ck_assert_double_eq(config->families[3].correlation_length, 0.3);
  ck_assert_double_eq(config->families[3].variance, 0);
  ck_assert_int_eq(config->families[4].channels, 2);
  ck_assert_int_eq(config->families[4].channel_width, 3);
  ck_assert(config->families[4].channel_low && config->families[5].logarithmic);
  ck_assert_str_eq(config->families[5].image, path_of("picture \"1\".png"));
  ck_assert(config->families[6].alpha == 3 && config->families[6].beta == 20);
  ck_assert(config->pairs.bits == 64 && config->pairs.compression == 5);
  ck_assert_double_eq(config->train, 0.5);
  ck_assert_int_eq(config->network.n_hidden, 0);
  ck_assert(config->network.normalise && config->network.structure.zero_sums);
  ck_assert(config->network.structure.scale_equivariant && config->network.structure.baseline);
  ck_assert(config->network.structure.exact_constants && config->network.structure.bounds);
  ck_assert(config->network.structure.lines);
  ck_assert(config->network.n_codes == 2 && config->network.codes[1] == 3);
  ck_assert_int_eq(config->network.activation, LOD_ACTIVATION_ELU);
  ck_assert_int_eq(config->training.loss, LOD_LOSS_MOMENTS);
  ck_assert_double_eq(config->training.moment_weight, 12.5);
  ck_assert(config->network.n_encoder == 2 && config->network.encoder[0] == 9);
  ck_assert_double_eq(config->training.checkpoint_minutes, 0);
  ck_assert_int_eq(config->training.n_steps, 3);
  ck_assert_int_eq(config->training.step_from[1], 2);
  ck_assert_double_eq(config->training.step_rate[1], 1);
  ck_assert_double_eq(config->training.step_rate[2], 1e-9);
  ck_assert_double_eq(config->training.adam.epsilon, 1e-300);
  ck_assert_str_eq(config->output, "back\\slash");
  assert_round_trip(config);
}
END_TEST

START_TEST(random_numbers_survive_writing_exactly) {
  const uint64_t   seed = test_seed();
  static LodConfig config, again;
  char            *text;
  for (uint64_t i = 0; i < 200; i++) {
    const double rate =
        ldexp(1 + LodRandomUniform(seed, 0, i), (int)(LodRandomBits(seed, 1, i) % 600) - 600);
    LodConfigDefaults(&config);
    config.seed = (PetscInt64)(LodRandomBits(seed, 2, i) >> 1);
    config.training.step_rate[1] = rate;
    config.train = 0.001 + 0.998 * LodRandomUniform(seed, 3, i);
    config.validation = 1 - config.train;
    config.test = 0;
    assert_ok(LodConfigWrite(&config, &text));
    LodErrorClear();
    assert_ok(LodConfigRead(write_file("again.toml", text, strlen(text)), &again));
    ck_assert(again.seed == config.seed && again.training.step_rate[1] == rate &&
              again.train == config.train && again.validation == config.validation);
    assert_ok(PetscFree(text));
  }
}
END_TEST

/* Whether two configs have the same pairs. */
static PetscBool same_pairs(const LodConfig *a, const LodConfig *b) {
  char *text_a, *text_b;
  assert_ok(LodConfigWritePairs(a, &text_a));
  assert_ok(LodConfigWritePairs(b, &text_b));
  const PetscBool same = (PetscBool)(strcmp(text_a, text_b) == 0);
  assert_ok(PetscFree(text_a));
  assert_ok(PetscFree(text_b));
  return same;
}

START_TEST(pairs_depend_on_mesh_samples_seed_and_split_only) {
  static LodConfig first, second;
  LodConfigDefaults(&first);
  second = first;
  second.training.epochs++;
  second.network.normalise = PETSC_TRUE;
  second.families[0].variance = 9; /* of no use to iid */
  snprintf(second.output, sizeof second.output, "elsewhere");
  ck_assert(same_pairs(&first, &second));
  second.seed++;
  ck_assert(!same_pairs(&first, &second));
  second = first;
  second.grid.natural[0][1] = PETSC_TRUE;
  ck_assert(!same_pairs(&first, &second));
  second = first;
  second.families[0].beta = 6;
  ck_assert(!same_pairs(&first, &second));
  second = first;
  second.pairs.bits = 64;
  ck_assert(!same_pairs(&first, &second));
  second = first;
  second.train = 0.7;
  second.test = 0.2;
  ck_assert(!same_pairs(&first, &second));
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

START_TEST(meshes_are_found_by_stem_path_and_directory) {
  static const char mesh[] = "dimension = 1\ncoarse = 3\ncoefficient = 6\nfine = 12\nell = 1\n";
  LodGrid           grid;
  assert_ok(LodMeshRead("paper-2d", &grid)); /* the tests' directory has no meshes */
  ck_assert_int_eq(grid.fine[0], 512);
  assert_ok(LodMeshRead("neumann-right-2d", &grid));
  ck_assert(grid.natural[0][1] && !grid.natural[0][0] && !grid.natural[1][0]);
  write_file("own.toml", mesh, sizeof mesh - 1);
  ck_assert_int_eq(good("[mesh]\nuse = \"own.toml\"\nell = 2\n")->grid.coarse[0], 3);
  ck_assert_int_eq(good("[mesh]\nuse = \"own.toml\"\nell = 2\n")->grid.ell, 2);
  setenv("LODNET_MESHES", directory, 1);
  assert_ok(LodMeshRead("own", &grid));
  unsetenv("LODNET_MESHES");
  ck_assert_int_eq(grid.dim, 1);
}
END_TEST

START_TEST(configs_are_found_by_name) {
  LodConfig config;
  assert_ok(LodConfigRead("paper", &config));
  ck_assert_str_eq(config.output, "results/paper");
  ck_assert_ptr_nonnull(strstr(config.path, "configs/paper.toml"));
  assert_refuses(LodConfigRead("papers", &config), "papers: no config");
  assert_refuses(LodConfigRead("papers.toml", &config), "papers.toml");
}
END_TEST

START_TEST(faces_are_set_by_name) {
  LodGrid grid = {.dim = 2};
  assert_ok(LodGridSetNatural(&grid, "right", "--neumann"));
  ck_assert(grid.natural[0][1] && !grid.natural[0][0]);
  assert_ok(LodGridSetNatural(&grid, "bottom, left", "--neumann"));
  ck_assert(grid.natural[0][0] && grid.natural[0][1] && grid.natural[1][0] && !grid.natural[1][1]);
  LodErrorClear();
  assert_refuses(LodGridSetNatural(&grid, "back", "--neumann"),
                 "--neumann: no face \"back\"; the faces in 2 dimensions are left, right, bottom, "
                 "top");
  LodErrorClear();
  assert_refuses(LodGridSetNatural(&grid, "left,", "--neumann"), "--neumann: no face \"\"");
  grid.dim = 3;
  assert_ok(LodGridSetNatural(&grid, "back", "--neumann"));
  ck_assert(grid.natural[2][1]);
}
END_TEST

/* Removes the files and the directory. */
static void remove_files(void) {
  static const char *const names[] = {"config.toml", "again.toml", "own.toml", "m.toml",
                                      "picture \"1\".png"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    unlink(path_of(names[i]));
  rmdir(directory);
}

/* All tests of this file. */
static Suite *config_suite(void) {
  Suite *suite = suite_create("config");
  TCase *bad = tcase_create("bad input"), *values = tcase_create("values");
  tcase_add_test(bad, names_line_and_column_of_syntax_errors);
  tcase_add_test(bad, suggests_the_nearest_key);
  tcase_add_test(bad, names_the_expected_and_the_found_type);
  tcase_add_test(bad, names_the_range_and_the_value);
  tcase_add_test(bad, refuses_parts_that_do_not_fit_together);
  tcase_add_test(bad, refuses_missing_files);
  tcase_add_test(bad, refuses_what_is_no_text);
  tcase_add_test(bad, refuses_deep_nesting_before_it_exhausts_the_stack);
  tcase_add_test(bad, refuses_bad_mesh_files);
  tcase_add_test(bad, validates_what_a_program_sets);
  tcase_add_test(values, defaults_are_the_papers_mesh_and_the_structured_network);
  tcase_add_test(values, defaults_fit_mesh_samples_and_settings);
  tcase_add_test(bad, energy_loss_without_zero_sums_is_refused_with_its_line);
  tcase_add_test(values, paper_has_the_published_number_of_parameters);
  tcase_add_test(values, shipped_configs_and_meshes_are_good);
  tcase_add_test(values, every_key_is_read_and_survives_writing);
  tcase_add_test(values, random_numbers_survive_writing_exactly);
  tcase_add_test(values, pairs_depend_on_mesh_samples_seed_and_split_only);
  tcase_add_test(values, meshes_are_found_by_stem_path_and_directory);
  tcase_add_test(values, configs_are_found_by_name);
  tcase_add_test(values, faces_are_set_by_name);
  suite_add_tcase(suite, bad);
  suite_add_tcase(suite, values);
  return suite;
}

int main(int argc, char **argv) {
  snprintf(directory, sizeof directory, "/tmp/lodnet-config-XXXXXX");
  if (!mkdtemp(directory)) return 1;
  const int status = test_run(config_suite(), argc, argv);
  remove_files();
  return status;
}
