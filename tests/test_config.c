/* Configs and meshes: what the shipped ones say, defaults, and what is written reads back. */
#include <glob.h>
#include <math.h>

#include "base/random.h"
#include "config_files.h"
#include "grid/faces.h"
#include "io/hdf5_file.h"

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
    "[[sample]]\nfamily = \"reservoir\"\nchannels = 3\nchannel_width = 2\n"
    "[[sample]]\nfamily = \"file\"\nfile = \"own.h5\"\ndataset = \"A\"\nfirst = 1\ncount = 2\n"
    "[pairs]\nbits = 64\ncompression = 5\n"
    "[network]\nhidden = []\nnormalise = true\nzero_sums = true\nencoder = [9, 8]\n"
    "scale_equivariant = true\nbaseline = true\nexact_constants = true\n"
    "codes = [8, 3]\nbounds = true\nlines = true\nactivation = \"elu\"\n"
    "[training]\nepochs = 7\nbatch = 11\nbeta1 = 0\nbeta2 = 0.5\nepsilon = 1e-300\n"
    "checkpoint_minutes = 0\nloss = \"moments\"\nmoment_weight = 12.5\n"
    "schedule = [{from = 0, rate = 0.3}, {rate = 1, from = 2}, {from = 5, rate = 1e-9}]\n"
    "[output]\ndirectory = \"back\\\\slash\"\n";

/* A file of three coefficients of 16 x 16 cells, dataset A. */
static void write_coefficients(const char *name) {
  const hsize_t shape[] = {3, 16, 16};
  double       *values = calloc(3 * 256, sizeof *values);
  LodHdf5       file;
  for (int i = 0; i < 3 * 256; i++)
    values[i] = 1;
  assert_ok(LodHdf5Create(path_of(name), &file));
  assert_ok(LodHdf5WriteArray(&file, "A", H5T_NATIVE_DOUBLE, 3, shape, values));
  assert_ok(LodHdf5Commit(&file));
  free(values);
}

START_TEST(every_key_is_read_and_survives_writing) {
  write_file("picture \"1\".png", "", 0);
  write_coefficients("own.h5");
  const LodConfig *config = good(everything);
  ck_assert_int_eq(config->seed, INT64_MAX);
  ck_assert_int_eq(config->grid.coarse[0], 4);
  ck_assert_int_eq(config->grid.ell, 1);
  ck_assert(config->grid.natural[0][0] && !config->grid.natural[0][1]);
  ck_assert(!config->grid.natural[1][0] && config->grid.natural[1][1]);
  ck_assert_int_eq(config->n_families, 9);
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
  ck_assert(config->families[7].alpha == 1e-3 && config->families[7].channel_width == 2);
  ck_assert_str_eq(config->families[8].file, path_of("own.h5"));
  ck_assert_str_eq(config->families[8].dataset, "A");
  ck_assert(config->families[8].first == 1 && config->families[8].count == 2);
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

/* All tests of this file. */
static Suite *config_suite(void) {
  Suite *suite = suite_create("config");
  TCase *tests = tcase_create("config");
  tcase_add_test(tests, defaults_are_the_papers_mesh_and_the_structured_network);
  tcase_add_test(tests, defaults_fit_mesh_samples_and_settings);
  tcase_add_test(tests, paper_has_the_published_number_of_parameters);
  tcase_add_test(tests, shipped_configs_and_meshes_are_good);
  tcase_add_test(tests, every_key_is_read_and_survives_writing);
  tcase_add_test(tests, random_numbers_survive_writing_exactly);
  tcase_add_test(tests, pairs_depend_on_mesh_samples_seed_and_split_only);
  tcase_add_test(tests, meshes_are_found_by_stem_path_and_directory);
  tcase_add_test(tests, configs_are_found_by_name);
  tcase_add_test(tests, faces_are_set_by_name);
  suite_add_tcase(suite, tests);
  return suite;
}

int main(int argc, char **argv) {
  return run_config_tests(config_suite(), argc, argv);
}
