/* lod-compare: exact and learned operator side by side on one coefficient. */
#include <argp.h>

#include "base/error.h"
#include "base/events.h"
#include "base/expression.h"
#include "base/file.h"
#include "common/options.h"
#include "common/program.h"
#include "compare/compare.h"

const char *argp_program_version = "lod-compare " LODNET_VERSION;

/* What the command line said. */
typedef struct {
  LodProblemOptions problem;
  const char       *output;
  PetscBool         correct;
} Options;

static const struct argp_option option_table[] = {
    {"output", 'o', "DIR", 0, "directory for report, data and pictures (default comparison)", 0},
    {"correct", 'c', NULL, 0,
     "both with exact correctors of the right-hand side and of boundary data", 0},
    {0}};

static const char documentation[] =
    "Solve -div(A grad u) = f with the exact compressed operator (lod) and the one that a trained "
    "network gives (dnn), A read from COEFFICIENT.h5, or the problem of PROBLEM.toml, and "
    "compare them with each other and with the fine and coarse Q1 solutions.\v"
    "Prints a table and writes to DIR: report.json, cross-sections.csv (columns section, "
    "coordinates, fine, lod, dnn, coarse, and lod_ms and dnn_ms, the fine-scale fields of both "
    "solutions by the exact correctors), and pictures of cross sections, in two and three "
    "dimensions (there on the middle plane) also of the coefficient, the solutions, the errors of "
    "lod and "
    "dnn against fine, and the difference of dnn and lod, in one of the errors, as PNG and SVG, "
    "each beside its gnuplot script and data. The mesh has the E/N, F/E and l that the model was "
    "trained for, and in one and three dimensions its N; without --model it is the one that comes "
    "with lodnet. What follows -- goes to PETSc.\n\n" LOD_VALUE_HELP LOD_EXPRESSION_HELP "\n\n"
    "Examples:\n"
    "  lod-compare coefficient.h5 --model model.h5 --rhs '1 + x' --output sine\n"
    "  lod-compare a.h5 --dirichlet left=y --well 0.2,0.8=1 --output wells\n\n"
    "Exit status: 0 done, 1 failed while running, 2 unusable input.";

/* Takes one word of the command line (argp's parser function). */
static error_t ParseOption(int key, char *argument, struct argp_state *state) {
  Options *options = state->input;

  switch (key) {
  case ARGP_KEY_INIT:
    state->child_inputs[0] = &options->problem;
    return 0;
  case 'o':
    options->output = argument;
    return 0;
  case 'c':
    options->correct = PETSC_TRUE;
    return 0;
  case ARGP_KEY_END:
    if (options->problem.n_rhs > 1) argp_error(state, "--rhs: compares for one right-hand side");
    return 0;
  default:
    return ARGP_ERR_UNKNOWN;
  }
}

/* Makes the output directory on rank 0, before the work, and finds out whether the files in it can
   be written and are no inputs. Collective. */
static PetscErrorCode MakeOutput(const Options *options) {
  const LodProblemOptions *problem = &options->problem;
  const char *const        inputs[] = {problem->coefficient, problem->model, problem->mesh.mesh};
  PetscMPIInt              rank;
  PetscErrorCode           error = 0;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(PETSC_COMM_WORLD, &rank));
  if (rank == 0) error = LodDirectoryMake(options->output);
  if (rank == 0 && !error) error = LodComparisonCheckOutputs(options->output, 3, inputs);
  PetscCall(LodErrorAgree(PETSC_COMM_WORLD, error));
  PetscFunctionReturn(0);
}

/* Prints the heading and the table. */
static PetscErrorCode Print(const LodProblemOptions *options, const LodProblem *problem,
                            const LodComparison *comparison) {
  PetscFunctionBeginUser;
  printf("%s, f = %s%s, ", options->coefficient, options->rhs[0],
         comparison->correct ? " with correction" : "");
  LodProblemPrintMesh(problem);
  putchar('\n');
  LodConditionsPrint(stdout, &problem->conditions, &problem->grid);
  putchar('\n');
  PetscCall(LodComparisonPrint(comparison));
  PetscFunctionReturn(0);
}

/* Compares, prints and writes; rank 0 does the latter two. */
static PetscErrorCode CompareAndReport(const Options *options, const LodProblem *problem) {
  const LodProblemOptions *given = &options->problem;
  const PetscBool          quiet = given->quiet;
  LodComparison            comparison;
  PetscMPIInt              rank;
  PetscErrorCode           error = 0;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(PETSC_COMM_WORLD, &rank));
  PetscCall(LodComparisonComputeText(PETSC_COMM_WORLD, &problem->grid, &problem->coefficient,
                                     &problem->conditions, given->rhs[0],
                                     &(LodComparisonOptions){.model = problem->model,
                                                             .average = given->average,
                                                             .n_fields = 1,
                                                             .correct = options->correct,
                                                             .rhs_where = given->rhs_where,
                                                             .quiet = quiet},
                                     &comparison));
  if (rank == 0 && !quiet) PetscCall(Print(given, problem, &comparison));
  PetscCall(LodEventBegin(LOD_EVENT_WRITE));
  if (rank == 0)
    error = LodComparisonWrite(&comparison, &problem->grid, &problem->coefficient,
                               given->coefficient, given->model, given->rhs[0], options->output);
  PetscCall(LodEventEnd(LOD_EVENT_WRITE));
  PetscCall(LodErrorAgree(PETSC_COMM_WORLD, error));
  if (rank == 0 && !quiet) printf("report, data and pictures: %s\n", options->output);
  PetscCall(LodComparisonDestroy(&comparison));
  PetscFunctionReturn(0);
}

/* The program: read, compare, report. */
static PetscErrorCode Run(Options *options) {
  char       model[LOD_PATH_MAX];
  LodProblem problem;

  PetscFunctionBeginUser;
  if (options->problem.keys) {
    PetscCall(LodProblemPrintKeys());
    PetscFunctionReturn(0);
  }
  PetscErrorCode error = LodProblemOptionsReadFile(&options->problem);
  if (!error) error = LodProblemOptionsTakeFile(&options->problem, PETSC_TRUE);
  if (!error && options->problem.file && options->problem.file->correct)
    options->correct = PETSC_TRUE;
  PetscCall(LodErrorAgree(PETSC_COMM_WORLD, error));
  if (!options->problem.model) {
    PetscCall(LodErrorAgree(PETSC_COMM_WORLD, LodModelDefaultPath(model)));
    options->problem.model = model;
  }
  options->problem.mesh.any_cells = PETSC_TRUE;
  PetscCall(LodProblemRead(&options->problem, NULL, &problem));
  PetscCall(MakeOutput(options));
  PetscCall(CompareAndReport(options, &problem));
  PetscCall(LodProblemDestroy(&problem));
  PetscCall(LodProblemOptionsDestroy(&options->problem));
  PetscFunctionReturn(0);
}

/* Parses the program's own words, then hands over to PETSc's start, Run, and the one end. */
int main(int argc, char **argv) {
  const struct argp_child children[] = {{&lod_problem_argp, 0, NULL, 0}, {0}};
  const struct argp       parser = {option_table,
                                    ParseOption,
                                    "COEFFICIENT.h5 [-- PETSC-OPTIONS]\n"
                                          "PROBLEM.toml [COEFFICIENT.h5] [-- PETSC-OPTIONS]",
                                    documentation,
                                    children,
                                    NULL,
                                    NULL};
  static Options          options = {.problem = {.rhs = {"1"}, .rhs_where = "--rhs"},
                                     .output = "comparison"};

  LodProgramParse(&parser, argc, argv, &options);
  PetscErrorCode error = LodProgramBegin(argc, argv);
  if (!error) error = Run(&options);
  return LodProgramEnd("lod-compare", error);
}
