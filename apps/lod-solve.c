/* lod-solve: one coefficient, one method, one solution file. */
#include <argp.h>
#include <errno.h>

#include <lodnet/options.h>
#include <lodnet/solution.h>
#include <lodnet/solve.h>

/* Samples that the network takes at once. */
#define BATCH 1024

const char *argp_program_version = "lod-solve " LODNET_VERSION;

/* What the command line said. */
typedef struct {
  LodMeshOptions mesh;
  const char    *coefficient, *method, *model, *dataset, *rhs, *output, *previous;
  PetscBool      operators, allow_range, quiet;
} Options;

static const struct argp_option option_table[] = {
    {"method", 'm', "NAME", 0, "lod (default), dnn, fine or coarse", 0},
    {"model", 'M', "M.h5", 0, "trained model, for --method dnn", 0},
    {"dataset", 'd', "NAME", 0, "dataset of COEFFICIENT.h5 (default coefficient)", 0},
    {"rhs", 'f', "EXPR", 0, "right-hand side f of x, y, z (default 1)", 0},
    {"output", 'o', "S.h5", 0, "where the solution goes (default solution.h5)", 0},
    {"previous", 'p', "S.h5", 0,
     "start from the operators of an earlier solution, made with --operators: only cells whose "
     "patch "
     "of A has changed are computed",
     2},
    {"operators", 'O', NULL, 0, "also write the local operators of all coarse cells", 2},
    {"allow-range", 'R', NULL, 0, "take values of A outside those that the model was trained for",
     2},
    {"quiet", 'q', NULL, 0, "print errors only", 2},
    {0}};

static const char documentation[] =
    "Solve -div(A grad u) = f on the unit interval, square or cube, A read from COEFFICIENT.h5, "
    "with u = 0 on all faces that --neumann does not name.\v"
    "Methods: lod, the exact compressed operator; dnn, the one that a trained network gives; fine, "
    "Q1 on the fine mesh; coarse, Q1 on the coarse mesh. N, E and F are the coarse, coefficient "
    "and fine cells per axis. What follows -- goes to PETSc.\n\n"
    "Example:\n"
    "  lod-solve coefficient.h5 --coarse 32 --rhs '1 + x' --output u.h5\n"
    "  lod-solve coefficient.h5 --method fine -- -fine_ksp_monitor\n"
    "  lod-solve intact.h5 --operators --output intact-u.h5\n"
    "  lod-solve cracked.h5 --previous intact-u.h5\n\n"
    "The solution is written with its axes; paraview u.xdmf shows it. "
    "Exit status: 0 done, 1 failed while running, 2 unusable input.";

/* Takes one word of the command line (argp's parser function). */
static error_t ParseOption(int key, char *argument, struct argp_state *state) {
  Options *options = state->input;

  switch (key) {
  case ARGP_KEY_INIT:
    state->child_inputs[0] = &options->mesh;
    return 0;
  case 'm':
    options->method = argument;
    return 0;
  case 'M':
    options->model = argument;
    return 0;
  case 'd':
    options->dataset = argument;
    return 0;
  case 'f':
    options->rhs = argument;
    return 0;
  case 'o':
    options->output = argument;
    return 0;
  case 'p':
    options->previous = argument;
    return 0;
  case 'O':
    options->operators = PETSC_TRUE;
    return 0;
  case 'R':
    options->allow_range = PETSC_TRUE;
    return 0;
  case 'q':
    options->quiet = PETSC_TRUE;
    return 0;
  case ARGP_KEY_ARG:
    if (options->coefficient) argp_error(state, "%s: a second coefficient file", argument);
    options->coefficient = argument;
    return 0;
  case ARGP_KEY_END:
    if (!options->coefficient) argp_error(state, "no coefficient file given");
    return 0;
  default:
    return ARGP_ERR_UNKNOWN;
  }
}

/* Refuses options that do not go together, before anything is read. */
static PetscErrorCode CheckOptions(const Options *options, LodMethod *method) {
  char where[64];

  PetscFunctionBeginUser;
  (void)snprintf(where, sizeof where, "--method %.40s", options->method);
  PetscCall(LodMethodFromName(options->method, where, method));
  LodCheckInput(*method != LOD_METHOD_DNN || options->model,
                "--method dnn: needs a trained model: give --model M.h5");
  LodCheckInput(*method == LOD_METHOD_DNN || !options->model,
                "--model %s: --method %s uses no model (--method dnn does)", options->model,
                options->method);
  LodCheckInput(!options->operators || *method == LOD_METHOD_LOD || *method == LOD_METHOD_DNN,
                "--operators: --method %s has no local operators", options->method);
  LodCheckInput(!options->previous || *method == LOD_METHOD_LOD,
                "--previous: --method %s does not start from earlier operators (--method lod does)",
                options->method);
  PetscFunctionReturn(0);
}

/* Finds out on rank 0, before the work, whether the output can be written after it. Collective. */
static PetscErrorCode CheckOutput(const char *path) {
  LodAtomicFile  file;
  PetscMPIInt    rank;
  PetscErrorCode error = 0;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(PETSC_COMM_WORLD, &rank));
  if (rank == 0) error = LodAtomicFileBegin(&file, path);
  PetscCall(LodErrorAgree(PETSC_COMM_WORLD, error));
  if (rank == 0) PetscCall(LodAtomicFileAbort(&file));
  PetscFunctionReturn(0);
}

/* Reads the model, if there is one, and settles the mesh. */
static PetscErrorCode SetUpMesh(const Options *options, const LodCoefficient *coefficient,
                                LodGrid *grid, LodModel **model, char origin[LOD_TEXT_MAX]) {
  PetscFunctionBeginUser;
  if (options->model) PetscCall(LodModelRead(options->model, BATCH, model));
  PetscCall(LodMeshOptionsResolve(&options->mesh, coefficient->dim, coefficient->cells,
                                  options->coefficient, *model ? &(*model)->signature : NULL, grid,
                                  origin));
  if (*model)
    PetscCall(LodModelFits(*model, options->model, grid, coefficient, options->coefficient,
                           options->allow_range));
  PetscFunctionReturn(0);
}

/* Writes the solution file. */
static PetscErrorCode WriteSolution(const Options *options, const LodGrid *grid,
                                    const LodCoefficient *coefficient,
                                    const LodSolveResult *result) {
  LodSolution solution = {.grid = grid,
                          .method = LodMethodName(result->method),
                          .rhs = options->rhs,
                          .cells = result->cells,
                          .values = result->values,
                          .seconds_operator = result->seconds_operator,
                          .seconds_solve = result->seconds_solve,
                          .operators = result->operators,
                          .coefficient = coefficient};

  PetscFunctionBeginUser;
  PetscCall(LodSolutionWrite(&solution, options->output));
  PetscFunctionReturn(0);
}

/* Prints what was done. */
static PetscErrorCode PrintSummary(const Options *options, const LodGrid *grid, const char *origin,
                                   const LodSolveResult *result) {
  char     xdmf[LOD_PATH_MAX];
  PetscInt nodes = LodPower(result->cells + 1, grid->dim);
  double   smallest = result->values[0], largest = result->values[0];

  PetscFunctionBeginUser;
  for (PetscInt node = 1; node < nodes; node++) {
    smallest = PetscMin(smallest, result->values[node]);
    largest = PetscMax(largest, result->values[node]);
  }
  printf("method    %s, f = %s\n", LodMethodName(result->method), options->rhs);
  printf("mesh      d = %d, N = %d, E = %d, F = %d, l = %d (%s)\n", (int)grid->dim,
         (int)grid->coarse, (int)grid->coefficient, (int)grid->fine, (int)grid->ell, origin);
  if (options->previous)
    printf("previous  %s: %d of %d cells computed anew\n", options->previous,
           (int)result->n_computed, (int)LodGridCells(grid));
  printf("operator  %.3g s\nsolve     %.3g s\n", result->seconds_operator, result->seconds_solve);
  printf("solution  from %.9g to %.9g at %lld nodes\n", smallest, largest, (long long)nodes);
  printf("file      %s", options->output);
  if (grid->dim > 1) {
    PetscCall(LodSolutionXdmfPath(options->output, xdmf));
    printf(" (ParaView: %s)", xdmf);
  }
  putchar('\n');
  PetscFunctionReturn(0);
}

/* Solves, and writes and prints on rank 0. */
static PetscErrorCode SolveAndReport(const Options *options, LodMethod method, const LodGrid *grid,
                                     const char *origin, const LodCoefficient *coefficient,
                                     LodModel *model) {
  LodSolveResult result;
  LodPrevious    previous;
  double        *rhs;
  PetscMPIInt    rank;
  PetscErrorCode error = 0;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(PETSC_COMM_WORLD, &rank));
  PetscCall(PetscMalloc1(LodPower(grid->fine + 1, grid->dim), &rhs));
  PetscCall(LodRightHandSide(grid, options->rhs, rhs));
  if (options->previous) PetscCall(LodPreviousRead(options->previous, grid, &previous));
  const LodSolveOptions solve = {.model = model,
                                 .previous = options->previous ? &previous : NULL,
                                 .keep_operators = options->operators,
                                 .quiet = options->quiet};
  PetscCall(LodMethodSolve(PETSC_COMM_WORLD, method, grid, coefficient, rhs, &solve, &result));
  if (options->previous) PetscCall(LodPreviousDestroy(&previous));
  PetscCall(PetscFree(rhs));
  if (rank == 0) error = WriteSolution(options, grid, coefficient, &result);
  PetscCall(LodErrorAgree(PETSC_COMM_WORLD, error));
  if (rank == 0 && !options->quiet) PetscCall(PrintSummary(options, grid, origin, &result));
  PetscCall(LodSolveResultDestroy(&result));
  PetscFunctionReturn(0);
}

/* The program: check, read, solve, write. */
static PetscErrorCode Run(const Options *options) {
  LodMethod      method;
  LodCoefficient coefficient;
  LodGrid        grid;
  LodModel      *model = NULL;
  char           origin[LOD_TEXT_MAX];

  PetscFunctionBeginUser;
  PetscCall(CheckOptions(options, &method));
  PetscCall(CheckOutput(options->output));
  PetscCall(LodCoefficientRead(options->coefficient, options->dataset, &coefficient));
  PetscCall(SetUpMesh(options, &coefficient, &grid, &model, origin));
  PetscCall(SolveAndReport(options, method, &grid, origin, &coefficient, model));
  if (model) PetscCall(LodModelDestroy(&model));
  PetscCall(LodCoefficientDestroy(&coefficient));
  PetscFunctionReturn(0);
}

/* Parses the program's own words, then hands over to PETSc's start, Run, and the one end. */
int main(int argc, char **argv) {
  const struct argp_child children[] = {{&lod_mesh_argp, 0, "Mesh:", 1}, {0}};
  const struct argp       parser = {option_table,  ParseOption, "COEFFICIENT.h5 [-- PETSC-OPTIONS]",
                                    documentation, children,    NULL,
                                    NULL};
  Options                 options = {.method = "lod", .rhs = "1", .output = "solution.h5"};

  argv[0] = program_invocation_short_name; /* for argp's messages */
  argp_err_exit_status = 2;
  argp_parse(&parser, LodProgramOwnArguments(argc, argv), argv, 0, NULL, &options);
  PetscErrorCode error = LodProgramBegin(argc, argv);
  if (!error) error = Run(&options);
  return LodProgramEnd("lod-solve", error);
}
