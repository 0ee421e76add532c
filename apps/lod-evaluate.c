/* lod-evaluate: a trained model on a set of coefficients that it never saw. */
#include <argp.h>

#include "base/data.h"
#include "base/error.h"
#include "base/events.h"
#include "base/file.h"
#include "common/program.h"
#include "compare/evaluation.h"

const char *argp_program_version = "lod-evaluate " LODNET_VERSION;

/* Options without a short form. */
enum { KEY_NO_PICTURES = 256 };

/* What the command line said. */
typedef struct {
  const char *model, *set, *output;
  PetscBool   average, no_pictures, quiet;
} Options;

static const struct argp_option option_table[] = {
    {"set", 's', "FILE.toml", 0,
     "the coefficients: a file with a seed and [[sample]] tables as configs have them (default: "
     "evaluation.toml of the configs that come with lodnet)",
     0},
    {"output", 'o', "DIR", 0, "directory for tables and pictures (default evaluation)", 0},
    {"average", 'a', NULL, 0,
     "average the learned operators over the symmetries of the cube, as lod-solve does", 0},
    {"no-pictures", KEY_NO_PICTURES, NULL, 0, "write the tables only", 0},
    {"quiet", 'q', NULL, 0, "print errors and warnings only", 0},
    {0}};

static const char documentation[] =
    "Compare learned with exact and fine solutions on a fixed set of coefficients, for f = 1, x "
    "and sin(pi x) sin(pi y), on the mesh that the model was trained for; without MODEL.h5 of the "
    "one that comes with lodnet.\v"
    "DIR gets evaluation.csv, evaluation.md and, in a folder for each coefficient, cross sections "
    "for f = 1. Errors to the fine solution are, for f = 1, those of u_ms, the fine-scale field of "
    "both solutions by the exact correctors; evaluation.csv has those of the coarse solutions too. "
    "Coefficients outside the range of the training are evaluated all the same and "
    "marked. What follows -- goes to PETSc.\n\n"
    "Example:\n"
    "  lod-evaluate model.h5 --output results/model\n\n"
    "Exit status: 0 done, 1 failed while running, 2 unusable input.";

/* Takes one word of the command line (argp's parser function). */
static error_t ParseOption(int key, char *argument, struct argp_state *state) {
  Options *options = state->input;

  switch (key) {
  case 's':
    options->set = argument;
    return 0;
  case 'o':
    options->output = argument;
    return 0;
  case 'a':
    options->average = PETSC_TRUE;
    return 0;
  case 'q':
    options->quiet = PETSC_TRUE;
    return 0;
  case KEY_NO_PICTURES:
    options->no_pictures = PETSC_TRUE;
    return 0;
  case ARGP_KEY_ARG:
    if (options->model) argp_error(state, "%s: a second model", argument);
    options->model = argument;
    return 0;
  default:
    return ARGP_ERR_UNKNOWN;
  }
}

/* Reads, evaluates, writes. */
static PetscErrorCode Evaluate(const Options *options) {
  const char *const outputs[] = {"evaluation.csv", "evaluation.md"};
  const char *const inputs[] = {options->model, options->set};
  LodModel         *model = NULL;
  LodEvaluation     evaluation;
  PetscMPIInt       n_ranks;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_size(PETSC_COMM_WORLD, &n_ranks));
  LodCheckInput(n_ranks == 1, "runs as one process on many threads: start it without mpiexec");
  PetscCall(LodEventBegin(LOD_EVENT_READ));
  PetscCall(LodModelRead(options->model, &model));
  PetscCall(LodEventEnd(LOD_EVENT_READ));
  PetscCall(LodDirectoryMake(options->output));
  PetscCall(LodOutputsCheck(options->output, 2, outputs, 2, inputs));
  PetscCall(LodEvaluationCompute(model, options->average, options->set, options->output,
                                 options->no_pictures ? PETSC_FALSE : PETSC_TRUE, options->quiet,
                                 &evaluation));
  PetscCall(LodEventBegin(LOD_EVENT_WRITE));
  PetscCall(LodEvaluationWrite(&evaluation, model->signature.dim, options->model, options->output));
  PetscCall(LodEventEnd(LOD_EVENT_WRITE));
  if (!options->quiet) printf("tables: %s/evaluation.csv, evaluation.md\n", options->output);
  PetscCall(LodEvaluationDestroy(&evaluation));
  PetscCall(LodModelDestroy(&model));
  PetscFunctionReturn(0);
}

/* The program: what was not given comes with lodnet. */
static PetscErrorCode Run(Options *options) {
  char model[LOD_PATH_MAX], set[LOD_PATH_MAX];

  PetscFunctionBeginUser;
  if (!options->model) {
    PetscCall(LodModelDefaultPath(model));
    options->model = model;
  }
  if (!options->set) {
    PetscCall(LodDataPath(LOD_DATA_CONFIG, "evaluation.toml", "--set", set));
    options->set = set;
  }
  PetscCall(Evaluate(options));
  PetscFunctionReturn(0);
}

/* Parses the program's own words, then hands over to PETSc's start, Run, and the one end. */
int main(int argc, char **argv) {
  const struct argp parser = {
      option_table, ParseOption, "[MODEL.h5] [-- PETSC-OPTIONS]", documentation, NULL, NULL, NULL};
  Options options = {.output = "evaluation"};

  LodProgramParse(&parser, argc, argv, &options);
  PetscErrorCode error = LodProgramBegin(argc, argv);
  if (!error) error = Run(&options);
  return LodProgramEnd("lod-evaluate", error);
}
