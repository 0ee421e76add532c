/* lod-bench: how long exact and learned operators, fine solve and training take on this machine. */
#include <argp.h>
#include <math.h>
#include <string.h>

#include "base/data.h"
#include "base/report.h"
#include "base/start.h"
#include "bench/bench.h"
#include "common/command_line.h"
#include "common/program.h"
#include "io/json.h"

/* Most cells per axis, layers and repeats that an option may ask for. */
#define MOST_CELLS 1000000
#define MOST_REPEATS 100000

const char *argp_program_version = "lod-bench " LODNET_VERSION;

/* What the command line said; 0 and NULL where it said nothing. */
typedef struct {
  const char *benchmark, *method, *config, *model;
  const char *given[3]; /* the last option given of each group below; NULL: none */
  PetscInt    coarse, coefficient, fine, ell, dim, threads, repeats, cells;
  PetscBool   whole, json;
} Options;

/* Groups of options that not every benchmark has: the mesh of exact and fine, what exact has alone,
   and the network. */
enum { GIVEN_MESH, GIVEN_EXACT, GIVEN_NETWORK };

/* Options without a short form. */
enum { KEY_CELLS = 256 };

static const struct argp_option option_table[] = {
    {"repeats", 'R', "R", 0, "measurements after the one that warms up (default 5)", 0},
    {"json", 'j', NULL, 0, "print one JSON object and nothing else", 0},
    {"threads", 't', "T", 0, "threads (default 1); fine has one always", 0},
    {NULL, 0, NULL, 0, "For exact and fine:", 1},
    {"dim", 'd', "D", 0, "dimension: 1, 2 (default) or 3", 1},
    {"fine", 'F', "F", 0, "fine cells per axis (default 16384, 512, 64 for D = 1, 2, 3)", 1},
    {"coefficient-cells", 'E', "E", 0,
     "coefficient cells per axis (default F/2 if the coarse cells divide it, else F)", 1},
    {NULL, 0, NULL, 0, "For exact alone:", 2},
    {"coarse", 'N', "N", 0, "coarse cells per axis (default 1024, 32, 8 for D = 1, 2, 3)", 2},
    {"ell", 'l', "L", 0, "layers of coarse cells around a patch's centre (default 2, 2, 1)", 2},
    {"method", 'm', "NAME", 0,
     "shared (default), the shared elimination; patch, every patch by itself", 2},
    {"whole", 'w', NULL, 0,
     "with --method patch: compute all cells, not one line of each kind (takes long)", 2},
    {NULL, 0, NULL, 0, "For network and train:", 3},
    {"config", 'c', "C.toml", 0,
     "the network that this config asks for, untrained (default: paper.toml of the configs that "
     "come with lodnet)",
     3},
    {"model", 'M', "M.h5", 0, "network: a trained model instead", 3},
    {"cells", KEY_CELLS, "N", 0, "network: coarse cells, N^d of them (default: the config's)", 3},
    {0}};

static const char documentation[] =
    "Measure, for a random coefficient with values in [1, 5]: exact, the exact local operators, in "
    "seconds per coarse cell, alone, with local loads, and the reconstruction of a solution; fine, "
    "assembly, set-up and multigrid solve to relative residual 1e-8 "
    "of the fine problem, with one thread; network, a network's forward pass for all cells of a "
    "mesh, "
    "and all from a coefficient to the solution with the learned operator; train, steps of "
    "training.\v"
    "Times are wall-clock medians of the repeats, beside the smallest and the largest. For exact "
    "the flops of the cost model (src/lod/exact.h) over the time are compared with the rate "
    "of OpenBLAS's dgemm on as many threads, measured in the same run. What follows -- goes to "
    "PETSc.\n\n"
    "Examples:\n"
    "  lod-bench exact --coarse 32 --fine 512 --ell 2 --threads 2\n"
    "  lod-bench exact --method patch --json\n"
    "  lod-bench fine --fine 512\n"
    "  lod-bench network --model model.h5 --cells 16384\n"
    "  lod-bench train --config quickstart --threads 2\n\n"
    "Exit status: 0 done, 1 failed while running, 2 unusable input.";

/* Takes an option of `exact` alone. */
static error_t ParseExactOption(int key, char *argument, const struct argp_state *state,
                                Options *options) {
  switch (key) {
  case 'N':
    options->coarse = (PetscInt)LodOptionInteger(state, "--coarse", argument, 1, MOST_CELLS);
    options->given[GIVEN_EXACT] = "--coarse";
    return 0;
  case 'l':
    options->ell = (PetscInt)LodOptionInteger(state, "--ell", argument, 1, MOST_CELLS);
    options->given[GIVEN_EXACT] = "--ell";
    return 0;
  case 'm':
    options->method = argument;
    options->given[GIVEN_EXACT] = "--method";
    return 0;
  case 'w':
    options->whole = PETSC_TRUE;
    options->given[GIVEN_EXACT] = "--whole";
    return 0;
  default:
    return ARGP_ERR_UNKNOWN;
  }
}

/* Takes an option of `network` and `train`. */
static error_t ParseNetworkOption(int key, char *argument, struct argp_state *state,
                                  Options *options) {
  switch (key) {
  case 'c':
    options->config = argument;
    options->given[GIVEN_NETWORK] = "--config";
    return 0;
  case 'M':
    options->model = argument;
    options->given[GIVEN_NETWORK] = "--model";
    return 0;
  case KEY_CELLS:
    options->cells = (PetscInt)LodOptionInteger(state, "--cells", argument, 1, PETSC_MAX_INT / 2);
    options->given[GIVEN_NETWORK] = "--cells";
    return 0;
  default:
    return ParseExactOption(key, argument, state, options);
  }
}

/* Takes one word of the command line (argp's parser function). */
static error_t ParseOption(int key, char *argument, struct argp_state *state) {
  Options *options = state->input;

  switch (key) {
  case 'd':
    options->dim = (PetscInt)LodOptionInteger(state, "--dim", argument, 1, LOD_MAX_DIM);
    options->given[GIVEN_MESH] = "--dim";
    return 0;
  case 'F':
    options->fine = (PetscInt)LodOptionInteger(state, "--fine", argument, 2, MOST_CELLS);
    options->given[GIVEN_MESH] = "--fine";
    return 0;
  case 'E':
    options->coefficient =
        (PetscInt)LodOptionInteger(state, "--coefficient-cells", argument, 1, MOST_CELLS);
    options->given[GIVEN_MESH] = "--coefficient-cells";
    return 0;
  case 't':
    options->threads =
        (PetscInt)LodOptionInteger(state, "--threads", argument, 1, LodThreadsMost());
    return 0;
  case 'R':
    options->repeats = (PetscInt)LodOptionInteger(state, "--repeats", argument, 1, MOST_REPEATS);
    return 0;
  case 'j':
    options->json = PETSC_TRUE;
    return 0;
  case ARGP_KEY_ARG:
    if (options->benchmark) argp_error(state, "%s: a second benchmark", argument);
    options->benchmark = argument;
    return 0;
  case ARGP_KEY_END:
    if (!options->benchmark) argp_error(state, "no benchmark named: exact, fine, network or train");
    return 0;
  default:
    return ParseNetworkOption(key, argument, state, options);
  }
}

/* Settles the mesh; the fine problem has no coarse cells, and 1 divides everything. No more layers
   are taken than cover D. */
static LodGrid Mesh(const Options *options, PetscBool exact) {
  static const PetscInt coarse[] = {1024, 32, 8}, fine[] = {16384, 512, 64}, ell[] = {2, 2, 1};
  PetscInt              d = options->dim - 1;
  const PetscInt        n_coarse = !exact ? 1 : options->coarse ? options->coarse : coarse[d];
  const PetscInt        n_fine = options->fine ? options->fine : fine[d];
  const PetscInt        cells = options->coefficient           ? options->coefficient
                                : n_fine % (2 * n_coarse) == 0 ? n_fine / 2
                                                               : n_fine;
  LodGrid               grid = {LOD_UNIT_CUBE(options->dim, n_coarse, cells, n_fine), .ell = 1};

  if (exact) {
    grid.ell = options->ell ? options->ell : ell[d];
    if (grid.ell > LodGridCoveringLayers(&grid)) {
      if (options->ell)
        LodWarn("--ell %d: l = %d covers the mesh and is taken", (int)grid.ell,
                (int)LodGridCoveringLayers(&grid));
      grid.ell = LodGridCoveringLayers(&grid);
    }
  }
  return grid;
}

/* Measures and prints the exact operators. */
static PetscErrorCode RunExact(const Options *options) {
  LodBenchExactSettings settings = {.grid = Mesh(options, PETSC_TRUE),
                                    .threads = options->threads,
                                    .repeats = options->repeats,
                                    .whole = options->whole};
  LodBenchExactResult   result;
  char                  where[64];

  PetscFunctionBeginUser;
  (void)snprintf(where, sizeof where, "--method %.40s", options->method);
  PetscCall(LodBenchPathFromName(options->method, where, &settings.path));
  LodCheckInput(!options->whole || settings.path == LOD_BENCH_PATCH,
                "--whole: --method %s computes all cells anyway", options->method);
  PetscCall(LodBenchExact(&settings, &result));
  if (options->json)
    PetscCall(LodJsonPrint(stdout, LodBenchExactJson(&settings, &result)));
  else
    LodBenchExactPrint(stdout, &settings, &result);
  PetscFunctionReturn(0);
}

/* Measures and prints the fine solve. */
static PetscErrorCode RunFine(const Options *options) {
  LodGrid            grid = Mesh(options, PETSC_FALSE);
  LodBenchFineResult result;

  PetscFunctionBeginUser;
  PetscCall(LodBenchFine(&grid, options->repeats, &result));
  if (options->json)
    PetscCall(LodJsonPrint(stdout, LodBenchFineJson(&grid, options->repeats, &result)));
  else
    LodBenchFinePrint(stdout, &grid, options->repeats, &result);
  PetscFunctionReturn(0);
}

/* Reads the config asked for, or else that of the paper. */
static PetscErrorCode ReadConfig(const Options *options, LodConfig *config) {
  char path[LOD_PATH_MAX];

  PetscFunctionBeginUser;
  if (!options->config) PetscCall(LodDataPath(LOD_DATA_CONFIG, "paper.toml", "--config", path));
  PetscCall(LodConfigRead(options->config ? options->config : path, config));
  PetscFunctionReturn(0);
}

/* The model to measure, and how many coarse cells an axis has for the cells asked for. */
static PetscErrorCode ReadModel(const Options *options, LodModel **model, PetscInt *coarse) {
  LodConfig config;

  PetscFunctionBeginUser;
  LodCheckInput(!options->model || !options->config, "--model %s: and --config: choose one",
                options->model);
  if (options->model) {
    PetscCall(LodModelRead(options->model, model));
  } else {
    PetscCall(ReadConfig(options, &config));
    PetscCall(LodBenchModel(&config, model));
  }
  const PetscInt dim = (*model)->signature.dim;
  *coarse = (*model)->signature.coarse;
  if (options->cells) *coarse = (PetscInt)round(pow((double)options->cells, 1.0 / (double)dim));
  LodCheckInput(!options->cells || LodPower(*coarse, dim) == options->cells,
                "--cells %d: is not N^%d for any N", (int)options->cells, (int)dim);
  PetscFunctionReturn(0);
}

/* Measures and prints a network. */
static PetscErrorCode RunNetwork(const Options *options) {
  LodBenchNetworkResult result;
  LodModel             *model = NULL;
  PetscInt              coarse;

  PetscFunctionBeginUser;
  PetscCall(ReadModel(options, &model, &coarse));
  PetscCall(LodBenchNetwork(model, coarse, options->threads, options->repeats, &result));
  const PetscInt cells = LodPower(coarse, model->signature.dim);
  if (options->json)
    PetscCall(LodJsonPrint(
        stdout, LodBenchNetworkJson(cells, options->threads, options->repeats, &result)));
  else
    LodBenchNetworkPrint(stdout, cells, options->threads, options->repeats, &result);
  PetscCall(LodModelDestroy(&model));
  PetscFunctionReturn(0);
}

/* Measures and prints training. */
static PetscErrorCode RunTrain(const Options *options) {
  LodBenchTrainResult result;
  LodConfig           config;

  PetscFunctionBeginUser;
  LodCheckInput(!options->model && !options->cells, "train has no %s",
                options->model ? "--model" : "--cells");
  PetscCall(ReadConfig(options, &config));
  PetscCall(LodBenchTrain(&config, options->threads, options->repeats, &result));
  if (options->json)
    PetscCall(LodJsonPrint(stdout, LodBenchTrainJson(options->threads, options->repeats, &result)));
  else
    LodBenchTrainPrint(stdout, options->threads, options->repeats, &result);
  PetscFunctionReturn(0);
}

/* The benchmarks, and which groups of options each of them has. */
static const struct {
  const char *name;
  PetscErrorCode (*run)(const Options *);
  PetscBool has[3];
} benchmarks[] = {{"exact", RunExact, {PETSC_TRUE, PETSC_TRUE, PETSC_FALSE}},
                  {"fine", RunFine, {PETSC_TRUE, PETSC_FALSE, PETSC_FALSE}},
                  {"network", RunNetwork, {PETSC_FALSE, PETSC_FALSE, PETSC_TRUE}},
                  {"train", RunTrain, {PETSC_FALSE, PETSC_FALSE, PETSC_TRUE}}};

/* The program: choose, measure, print. */
static PetscErrorCode Run(const Options *options) {
  PetscMPIInt n_ranks;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_size(PETSC_COMM_WORLD, &n_ranks));
  LodCheckInput(n_ranks == 1, "measures one process, not %d: start it without mpiexec", n_ranks);
  for (size_t b = 0; b < sizeof benchmarks / sizeof benchmarks[0]; b++) {
    if (strcmp(options->benchmark, benchmarks[b].name) != 0) continue;
    for (int group = 0; group < 3; group++)
      LodCheckInput(!options->given[group] || benchmarks[b].has[group], "%s: %s has no such option",
                    options->given[group], options->benchmark);
    PetscCall(benchmarks[b].run(options));
    PetscFunctionReturn(0);
  }
  LodInputError("%s: unknown benchmark; known: exact, fine, network, train", options->benchmark);
}

/* Parses the program's own words, then hands over to PETSc's start, Run, and the one end. */
int main(int argc, char **argv) {
  const struct argp parser = {
      option_table, ParseOption, "exact|fine|network|train [-- PETSC-OPTIONS]", documentation, NULL,
      NULL,         NULL};
  Options options = {.method = "shared", .dim = 2, .threads = 1, .repeats = 5};

  LodProgramParse(&parser, argc, argv, &options);
  PetscErrorCode error = LodProgramBegin(argc, argv);
  if (!error) error = Run(&options);
  return LodProgramEnd("lod-bench", error);
}
