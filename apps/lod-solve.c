/* lod-solve: one coefficient, one method, one solution file. */
#include <argp.h>

#include "base/error.h"
#include "base/events.h"
#include "base/expression.h"
#include "common/options.h"
#include "common/program.h"
#include "solver/solve.h"

const char *argp_program_version = "lod-solve " LODNET_VERSION;

/* What the command line said. */
typedef struct {
  LodProblemOptions problem;
  const char       *method, *output, *previous;
  PetscBool         operators, many;
} Options;

static const struct argp_option option_table[] = {
    {"method", 'm', "NAME", 0, "lod (default), dnn, fine or coarse; see below", 0},
    {"output", 'o', "S.h5", 0, "where the solution goes (default solution.h5)", 0},
    {"previous", 'p', "S.h5", 0,
     "start from the operators of an earlier solution, made with --operators: only cells whose "
     "patch of A has changed are computed",
     2},
    {"many", 'n', NULL, 0,
     "the dataset holds many coefficients along its first axis; --rhs may be given several times; "
     "the solution gets the axes sample and right-hand side in front",
     2},
    {"operators", 'O', NULL, 0, "also write the local operators of all coarse cells", 2},
    {0}};

static const char documentation[] =
    "Solve -div(A grad u) = f on an interval or a box, of sides 1 by default, A read from "
    "COEFFICIENT.h5, "
    "with u = 0 on all faces that --neumann does not name.\v"
    "Methods: lod, the exact compressed operator; dnn, the one that a trained network gives "
    "(without --model the one that comes with lodnet, for E/N = 8, F/E = 2, l = 2 in two "
    "dimensions); fine, Q1 on the fine mesh; coarse, Q1 on the coarse mesh. N, E and F are the "
    "coarse, coefficient and fine cells per axis. What follows -- goes to "
    "PETSc.\n\n" LOD_EXPRESSION_HELP "\n\n"
    "Examples:\n"
    "  lod-solve coefficient.h5 --coarse 32 --rhs '1 + x' --output u.h5\n"
    "  lod-solve long.h5 --coarse 15x55 --extent 1200x2200\n"
    "  lod-solve coefficient.h5 --method fine -- -fine_ksp_monitor\n"
    "  lod-solve intact.h5 --operators --output intact-u.h5\n"
    "  lod-solve cracked.h5 --previous intact-u.h5\n"
    "  lod-solve coefficient.h5 --method dnn\n"
    "  lod-solve samples.h5 --many --method dnn --model m.h5 --rhs 1 --rhs x\n\n"
    "The solution u.h5 is written with its axes, and beside it u.vtk for ParaView, PyVista and "
    "meshio (not with --many). "
    "Exit status: 0 done, 1 failed while running, 2 unusable input.";

/* Takes one word of the command line (argp's parser function). */
static error_t ParseOption(int key, char *argument, struct argp_state *state) {
  Options *options = state->input;

  switch (key) {
  case ARGP_KEY_INIT:
    state->child_inputs[0] = &options->problem;
    return 0;
  case 'm':
    options->method = argument;
    return 0;
  case 'o':
    options->output = argument;
    return 0;
  case 'p':
    options->previous = argument;
    return 0;
  case 'n':
    options->many = PETSC_TRUE;
    return 0;
  case 'O':
    options->operators = PETSC_TRUE;
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
  LodCheckInput(*method == LOD_METHOD_DNN || !options->problem.model,
                "--model %s: --method %s uses no model (--method dnn does)", options->problem.model,
                options->method);
  LodCheckInput(*method == LOD_METHOD_DNN || !options->problem.average,
                "--average: --method %s averages nothing (--method dnn does)", options->method);
  LodCheckInput(*method == LOD_METHOD_DNN || !options->problem.allow_range,
                "--allow-range: --method %s takes any values (--method dnn has a range)",
                options->method);
  LodCheckInput(!options->operators || *method == LOD_METHOD_LOD || *method == LOD_METHOD_DNN,
                "--operators: --method %s has no local operators", options->method);
  LodCheckInput(options->many || options->problem.n_rhs <= 1,
                "--rhs: several right-hand sides need --many");
  LodCheckInput(!options->many || (!options->operators && !options->previous),
                "--many: %s is for one coefficient",
                options->operators ? "--operators" : "--previous");
  LodCheckInput(!options->previous || *method == LOD_METHOD_LOD,
                "--previous: --method %s does not start from earlier operators (--method lod does)",
                options->method);
  PetscFunctionReturn(0);
}

/* Finds out on rank 0, before the work, whether `output` can be written after it, and is no input.
   Collective. */
static PetscErrorCode CheckOutput(const Options *options, const char *output) {
  const LodProblemOptions *problem = &options->problem;
  const char *const        inputs[] = {problem->coefficient, problem->model, problem->mesh.mesh,
                                       options->previous};
  PetscMPIInt              rank;
  PetscErrorCode           error = 0;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(PETSC_COMM_WORLD, &rank));
  if (rank == 0) error = LodOutputsCheck(NULL, 1, &output, 4, inputs);
  PetscCall(LodErrorAgree(PETSC_COMM_WORLD, error));
  PetscFunctionReturn(0);
}

/* The same for the solution's companion. */
static PetscErrorCode CheckCompanion(const Options *options) {
  char vtk[LOD_PATH_MAX];

  PetscFunctionBeginUser;
  PetscCall(LodSolutionVtkPath(options->output, vtk));
  if (vtk[0]) PetscCall(CheckOutput(options, vtk));
  PetscFunctionReturn(0);
}

/* Writes the solution file. */
static PetscErrorCode WriteSolution(const Options *options, const LodProblem *problem,
                                    const LodSolveResult *result) {
  LodSolution solution = {.grid = &problem->grid,
                          .method = LodMethodName(result->method),
                          .average = options->problem.average,
                          .rhs = options->problem.rhs[0],
                          .cells = result->cells,
                          .values = result->values,
                          .seconds_operator = result->seconds_operator,
                          .seconds_solve = result->seconds_solve,
                          .operators = result->operators,
                          .coefficient = &problem->coefficient};

  PetscFunctionBeginUser;
  PetscCall(LodEventBegin(LOD_EVENT_WRITE));
  PetscCall(LodSolutionWrite(&solution, options->output));
  PetscCall(LodEventEnd(LOD_EVENT_WRITE));
  PetscFunctionReturn(0);
}

/* Prints what was done. */
static PetscErrorCode PrintSummary(const Options *options, const LodProblem *problem,
                                   const LodSolveResult *result) {
  const LodGrid *grid = &problem->grid;
  char           vtk[LOD_PATH_MAX];
  PetscInt       nodes = LodNodeCount(grid->dim, result->cells);
  double         smallest = result->values[0], largest = result->values[0];

  PetscFunctionBeginUser;
  for (PetscInt node = 1; node < nodes; node++) {
    smallest = PetscMin(smallest, result->values[node]);
    largest = PetscMax(largest, result->values[node]);
  }
  printf("method    %s, f = %s\n", LodMethodName(result->method), options->problem.rhs[0]);
  printf("mesh      ");
  LodProblemPrintMesh(problem);
  putchar('\n');
  if (problem->model)
    printf("model     %s%s\n", options->problem.model,
           options->problem.average ? ", averaged over the symmetries" : "");
  if (options->previous)
    printf("previous  %s: %d of %d cells computed anew\n", options->previous,
           (int)result->n_computed, (int)LodGridCells(grid));
  printf("operator  %.3g s\nsolve     %.3g s\n", result->seconds_operator, result->seconds_solve);
  printf("solution  from %.9g to %.9g at %lld nodes\n", smallest, largest, (long long)nodes);
  printf("file      %s", options->output);
  PetscCall(LodSolutionVtkPath(options->output, vtk));
  if (vtk[0]) printf(" (ParaView: %s)", vtk);
  putchar('\n');
  PetscFunctionReturn(0);
}

/* Reads the operators of an earlier run on every rank. Collective. */
static PetscErrorCode ReadPrevious(const Options *options, const LodGrid *grid,
                                   LodPrevious *previous) {
  PetscFunctionBeginUser;
  PetscCall(LodEventBegin(LOD_EVENT_READ));
  PetscErrorCode error = LodPreviousRead(options->previous, grid, previous);
  PetscCall(LodEventEnd(LOD_EVENT_READ));
  PetscCall(LodErrorAgree(PETSC_COMM_WORLD, error));
  PetscCall(LodRanksCheckSame(PETSC_COMM_WORLD, previous->operators,
                              (size_t)LodGridCells(grid) * (size_t)LodGridOperatorSize(grid) *
                                  sizeof *previous->operators,
                              options->previous));
  PetscFunctionReturn(0);
}

/* Solves; the values are on every rank then. Collective. */
static PetscErrorCode Solve(const Options *options, LodMethod method, const LodProblem *problem,
                            LodSolveResult *result) {
  const LodGrid  *grid = &problem->grid;
  LodSolveOptions solve = {.model = problem->model,
                           .average = options->problem.average,
                           .keep_operators = options->operators,
                           .quiet = options->problem.quiet};
  LodPrevious     previous;
  LodData         data;

  PetscFunctionBeginUser;
  PetscCall(LodSolveForesee(PETSC_COMM_WORLD, grid,
                            &(LodSolveWork){.method = method,
                                            .coefficients = 1,
                                            .n_rhs = 1,
                                            .keep_operators = options->operators,
                                            .previous = (PetscBool)(options->previous != NULL),
                                            .quiet = options->problem.quiet}));
  PetscErrorCode error = LodDataCreate(grid, &problem->coefficient, NULL, options->problem.rhs[0],
                                       "--rhs", PETSC_FALSE, &data);
  PetscCall(LodErrorAgree(PETSC_COMM_WORLD, error));
  if (options->previous) {
    PetscCall(ReadPrevious(options, grid, &previous));
    solve.previous = &previous;
  }
  PetscCall(
      LodMethodSolve(PETSC_COMM_WORLD, method, grid, &problem->coefficient, &data, &solve, result));
  if (options->previous) PetscCall(LodPreviousDestroy(&previous));
  PetscCall(LodDataDestroy(&data));
  PetscFunctionReturn(0);
}

/* Solves for all coefficients of a file and all right-hand sides, and says how fast. */
static PetscErrorCode SolveMany(const Options *options, LodMethod method) {
  const LodProblemOptions *given = &options->problem;
  LodCoefficientSeries     series;
  LodProblem               problem;
  LodManyResult            result;
  PetscMPIInt              n_ranks;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_size(PETSC_COMM_WORLD, &n_ranks));
  LodCheckInput(n_ranks == 1,
                "--many: runs as one process on many threads: start it without mpiexec");
  PetscCall(LodProblemRead(given, &series, &problem));
  const LodManySettings settings = {.method = method,
                                    .grid = &problem.grid,
                                    .model = problem.model,
                                    .model_path = given->model,
                                    .allow_range = given->allow_range,
                                    .average = given->average,
                                    .n_rhs = PetscMax(1, given->n_rhs),
                                    .rhs = given->rhs,
                                    .output = options->output,
                                    .quiet = given->quiet};
  PetscErrorCode        error = LodManySolve(&series, &settings, &result);
  if (!error && !given->quiet) {
    printf("method    %s, %d right-hand side%s\n", LodMethodName(method), (int)settings.n_rhs,
           settings.n_rhs == 1 ? "" : "s");
    printf("solved    %d coefficients in %.3g s, %.4g per second\n", (int)series.count,
           result.seconds, (double)series.count / result.seconds);
    printf("operator  %.3g s\nsolve     %.3g s\n", result.seconds_operator, result.seconds_solve);
    printf("file      %s\n", options->output);
  }
  PetscCall(LodProblemDestroy(&problem));
  PetscCall(LodCoefficientSeriesClose(&series));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* The program: check, read, solve; rank 0 writes and prints. */
static PetscErrorCode Run(Options *options) {
  char           model[LOD_PATH_MAX];
  LodMethod      method;
  LodProblem     problem;
  LodSolveResult result;
  PetscMPIInt    rank;
  PetscErrorCode error = 0;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(PETSC_COMM_WORLD, &rank));
  PetscCall(LodErrorAgree(PETSC_COMM_WORLD, CheckOptions(options, &method)));
  if (method == LOD_METHOD_DNN && !options->problem.model) {
    PetscCall(LodErrorAgree(PETSC_COMM_WORLD, LodModelDefaultPath(model)));
    options->problem.model = model;
  }
  options->problem.mesh.any_coarse = (PetscBool)(method == LOD_METHOD_FINE);
  PetscCall(CheckOutput(options, options->output));
  if (options->many) {
    PetscCall(SolveMany(options, method));
    PetscFunctionReturn(0);
  }
  PetscCall(CheckCompanion(options));
  PetscCall(LodProblemRead(&options->problem, NULL, &problem));
  PetscCall(Solve(options, method, &problem, &result));
  if (rank == 0) error = WriteSolution(options, &problem, &result);
  PetscCall(LodErrorAgree(PETSC_COMM_WORLD, error));
  if (rank == 0 && !options->problem.quiet) PetscCall(PrintSummary(options, &problem, &result));
  PetscCall(LodSolveResultDestroy(&result));
  PetscCall(LodProblemDestroy(&problem));
  PetscFunctionReturn(0);
}

/* Parses the program's own words, then hands over to PETSc's start, Run, and the one end. */
int main(int argc, char **argv) {
  const struct argp_child children[] = {{&lod_problem_argp, 0, NULL, 0}, {0}};
  const struct argp       parser = {option_table,  ParseOption, "COEFFICIENT.h5 [-- PETSC-OPTIONS]",
                                    documentation, children,    NULL,
                                    NULL};
  Options options = {.problem = {.rhs = {"1"}}, .method = "lod", .output = "solution.h5"};

  LodProgramParse(&parser, argc, argv, &options);
  PetscErrorCode error = LodProgramBegin(argc, argv);
  if (!error) error = Run(&options);
  return LodProgramEnd("lod-solve", error);
}
