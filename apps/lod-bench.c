/* lod-bench: how long the exact operators and the fine solve take on this machine. */
#include <argp.h>
#include <errno.h>
#include <string.h>

#include <lodnet/base.h>
#include <lodnet/bench.h>
#include <lodnet/options.h>

/* Most cells per axis, layers, threads and repeats that an option may ask for. */
#define MOST_CELLS 1000000
#define MOST_THREADS 4096
#define MOST_REPEATS 100000

const char *argp_program_version = "lod-bench " LODNET_VERSION;

/* What the command line said; 0 and NULL where it said nothing. */
typedef struct {
  const char *benchmark, *method, *only_exact; /* the last option that `fine` does not have */
  PetscInt    coarse, coefficient, fine, ell, dim, threads, repeats;
  PetscBool   whole, json;
} Options;

static const struct argp_option option_table[] = {
    {"dim", 'd', "D", 0, "dimension: 1, 2 (default) or 3", 1},
    {"fine", 'F', "F", 0, "fine cells per axis (default 16384, 512, 64 for D = 1, 2, 3)", 1},
    {"coefficient-cells", 'E', "E", 0,
     "coefficient cells per axis (default F/2 if the coarse cells divide it, else F)", 1},
    {"repeats", 'R', "R", 0, "measurements after the one that warms up (default 5)", 1},
    {"json", 'j', NULL, 0, "print one JSON object and nothing else", 1},
    {NULL, 0, NULL, 0, "For exact alone:", 2},
    {"coarse", 'N', "N", 0, "coarse cells per axis (default 1024, 32, 8 for D = 1, 2, 3)", 2},
    {"ell", 'l', "L", 0, "layers of coarse cells around a patch's centre (default 2, 2, 1)", 2},
    {"threads", 't', "T", 0, "threads (default 1)", 2},
    {"method", 'm', "NAME", 0,
     "shared (default), the shared elimination; patch, every patch by itself", 2},
    {"whole", 'w', NULL, 0,
     "with --method patch: compute all cells, not one line of each kind (takes long)", 2},
    {0}};

static const char documentation[] =
    "Measure, for a random coefficient with values in [1, 5]: exact, the exact local operators, in "
    "seconds per coarse cell; fine, assembly, set-up and multigrid solve to relative residual 1e-8 "
    "of the fine problem, with one thread.\v"
    "Times are wall-clock medians of the repeats, beside the smallest and the largest. For exact "
    "the flops of the cost model (include/lodnet/exact.h) over the time are compared with the rate "
    "of OpenBLAS's dgemm on as many threads, measured in the same run. What follows -- goes to "
    "PETSc.\n\n"
    "Example:\n"
    "  lod-bench exact --coarse 32 --fine 512 --ell 2 --threads 2\n"
    "  lod-bench exact --method patch --json\n"
    "  lod-bench fine --fine 512\n\n"
    "Exit status: 0 done, 1 failed while running, 2 unusable input.";

/* Takes an option of `exact` alone. */
static error_t ParseExactOption(int key, char *argument, const struct argp_state *state,
                                Options *options) {
  switch (key) {
  case 'N':
    options->coarse = (PetscInt)LodOptionInteger(state, "--coarse", argument, 1, MOST_CELLS);
    options->only_exact = "--coarse";
    return 0;
  case 'l':
    options->ell = (PetscInt)LodOptionInteger(state, "--ell", argument, 1, MOST_CELLS);
    options->only_exact = "--ell";
    return 0;
  case 't':
    options->threads = (PetscInt)LodOptionInteger(state, "--threads", argument, 1, MOST_THREADS);
    options->only_exact = "--threads";
    return 0;
  case 'm':
    options->method = argument;
    options->only_exact = "--method";
    return 0;
  case 'w':
    options->whole = PETSC_TRUE;
    options->only_exact = "--whole";
    return 0;
  default:
    return ARGP_ERR_UNKNOWN;
  }
}

/* Takes one word of the command line (argp's parser function). */
static error_t ParseOption(int key, char *argument, struct argp_state *state) {
  Options *options = state->input;

  switch (key) {
  case 'd':
    options->dim = (PetscInt)LodOptionInteger(state, "--dim", argument, 1, LOD_MAX_DIM);
    return 0;
  case 'F':
    options->fine = (PetscInt)LodOptionInteger(state, "--fine", argument, 2, MOST_CELLS);
    return 0;
  case 'E':
    options->coefficient =
        (PetscInt)LodOptionInteger(state, "--coefficient-cells", argument, 1, MOST_CELLS);
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
    if (!options->benchmark) argp_error(state, "no benchmark named: exact or fine");
    return 0;
  default:
    return ParseExactOption(key, argument, state, options);
  }
}

/* Settles the mesh; the fine problem has no coarse cells, and 1 divides everything. */
static LodGrid Mesh(const Options *options, PetscBool exact) {
  static const PetscInt coarse[] = {1024, 32, 8}, fine[] = {16384, 512, 64}, ell[] = {2, 2, 1};
  PetscInt              d = options->dim - 1;
  LodGrid               grid = {.dim = options->dim, .coarse = 1, .ell = 1};

  if (exact) {
    grid.coarse = options->coarse ? options->coarse : coarse[d];
    grid.ell = options->ell ? options->ell : ell[d];
  }
  grid.fine = options->fine ? options->fine : fine[d];
  grid.coefficient = options->coefficient;
  if (!grid.coefficient)
    grid.coefficient = grid.fine % (2 * grid.coarse) == 0 ? grid.fine / 2 : grid.fine;
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
  (options->json ? LodBenchExactPrintJson : LodBenchExactPrint)(stdout, &settings, &result);
  PetscFunctionReturn(0);
}

/* Measures and prints the fine solve. */
static PetscErrorCode RunFine(const Options *options) {
  LodGrid            grid = Mesh(options, PETSC_FALSE);
  LodBenchFineResult result;

  PetscFunctionBeginUser;
  LodCheckInput(!options->only_exact, "%s: fine has no such option (exact does)",
                options->only_exact);
  PetscCall(LodBenchFine(&grid, options->repeats, &result));
  (options->json ? LodBenchFinePrintJson : LodBenchFinePrint)(stdout, &grid, options->repeats,
                                                              &result);
  PetscFunctionReturn(0);
}

/* The program: choose, measure, print. */
static PetscErrorCode Run(const Options *options) {
  PetscMPIInt n_ranks;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_size(PETSC_COMM_WORLD, &n_ranks));
  LodCheckInput(n_ranks == 1, "measures one process, not %d: start it without mpiexec", n_ranks);
  if (!strcmp(options->benchmark, "exact"))
    PetscCall(RunExact(options));
  else if (!strcmp(options->benchmark, "fine"))
    PetscCall(RunFine(options));
  else
    LodInputError("%s: unknown benchmark; known: exact, fine", options->benchmark);
  PetscFunctionReturn(0);
}

/* Parses the program's own words, then hands over to PETSc's start, Run, and the one end. */
int main(int argc, char **argv) {
  const struct argp parser = {
      option_table, ParseOption, "exact|fine [-- PETSC-OPTIONS]", documentation, NULL, NULL, NULL};
  Options options = {.method = "shared", .dim = 2, .threads = 1, .repeats = 5};

  argv[0] = program_invocation_short_name; /* for argp's messages */
  argp_err_exit_status = 2;
  argp_parse(&parser, LodProgramOwnArguments(argc, argv), argv, 0, NULL, &options);
  PetscErrorCode error = LodProgramBegin(argc, argv);
  if (!error) error = Run(&options);
  return LodProgramEnd("lod-bench", error);
}
