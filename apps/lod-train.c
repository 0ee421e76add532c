/* lod-train: from a config to a trained model, in one command. */
#include <argp.h>
#include <string.h>
#include <unistd.h>

#include "base/events.h"
#include "base/file.h"
#include "base/report.h"
#include "common/program.h"
#include "compare/evaluation.h"
#include "config/config.h"
#include "io/plot.h"
#include "sample/sample.h"

/* Name of the picture of the loss. */
#define LOSS_PLOT "loss"

/* A mean relative error on the test coefficients that is worth a warning. */
#define BAD 0.2

const char *argp_program_version = "lod-train " LODNET_VERSION;

/* Options without a short form. */
enum { KEY_KEYS = 256, KEY_PRINT_CONFIG };

/* What the command line said. */
typedef struct {
  const char *config, *output;
  PetscBool   pairs_only, resume, quiet, keys, print_config;
} Options;

/* The files of a run, all in its output directory. */
typedef struct {
  char pairs[LOD_PATH_MAX], model[LOD_PATH_MAX], history[LOD_PATH_MAX];
} Files;

static const struct argp_option option_table[] = {
    {"output", 'o', "DIR", 0, "where everything goes (default: what the config says)", 0},
    {"pairs-only", 'p', NULL, 0, "make the training pairs and stop", 0},
    {"resume", 'r', NULL, 0,
     "go on from DIR/checkpoint.h5 if an earlier run left it; do nothing if DIR holds a model that "
     "this config made",
     0},
    {"quiet", 'q', NULL, 0, "print errors and warnings only", 0},
    {"keys", KEY_KEYS, NULL, 0, "print all keys of a config with default, range and meaning", 1},
    {"print-config", KEY_PRINT_CONFIG, NULL, 0, "print the config with all its defaults, and stop",
     1},
    {0}};

static const char documentation[] =
    "Sample coefficients, compute their exact local operators, train a network on these pairs, and "
    "try it on the coefficients held back for the test. CONFIG.toml is a file or, without the "
    ".toml, "
    "the name of a config that comes with lodnet.\v"
    "DIR gets pairs.h5, model.h5, history.csv, and the loss as loss.png and loss.svg beside their "
    "gnuplot script and data; while training goes on checkpoint.h5. Pairs of an earlier run with "
    "the same mesh, samples and seed are used again, unfinished ones continued. What follows -- "
    "goes to PETSc.\n\n"
    "Examples:\n"
    "  lod-train quickstart --output results/quickstart\n"
    "  lod-train my.toml --pairs-only\n"
    "  lod-solve coefficient.h5 --method dnn --model results/quickstart/model.h5\n\n"
    "Exit status: 0 done, 1 failed while running, 2 unusable input.";

/* Takes one word of the command line (argp's parser function). */
static error_t ParseOption(int key, char *argument, struct argp_state *state) {
  Options *options = state->input;

  switch (key) {
  case 'o':
    options->output = argument;
    return 0;
  case 'p':
    options->pairs_only = PETSC_TRUE;
    return 0;
  case 'r':
    options->resume = PETSC_TRUE;
    return 0;
  case 'q':
    options->quiet = PETSC_TRUE;
    return 0;
  case KEY_KEYS:
    options->keys = PETSC_TRUE;
    return 0;
  case KEY_PRINT_CONFIG:
    options->print_config = PETSC_TRUE;
    return 0;
  case ARGP_KEY_ARG:
    if (options->config) argp_error(state, "%s: a second config file", argument);
    options->config = argument;
    return 0;
  case ARGP_KEY_END:
    if (!options->config && (!options->keys || options->print_config))
      argp_error(state, "no config file given");
    return 0;
  default:
    return ARGP_ERR_UNKNOWN;
  }
}

/* Checks that what a run leaves in its directory can be written, and is neither the config nor one
   of its pictures and files. */
static PetscErrorCode CheckOutputs(const LodConfig *config) {
  const char *const outputs[] = {"pairs.h5", "model.h5", "checkpoint.h5", "history.csv"};
  const char       *inputs[1 + LOD_MAX_FAMILIES] = {config->path};
  const PetscInt    n_inputs = 1 + config->n_families;

  PetscFunctionBeginUser;
  for (PetscInt f = 0; f < config->n_families; f++)
    inputs[1 + f] = LodSampleInput(&config->families[f]);
  PetscCall(LodOutputsCheck(config->output, sizeof outputs / sizeof outputs[0], outputs, n_inputs,
                            inputs));
  PetscCall(LodPlotCheckOutputs(config->output, LOSS_PLOT, n_inputs, inputs));
  PetscFunctionReturn(0);
}

/* Reads the config, makes the output directory, and finds out before the work whether it can be
   written to. */
static PetscErrorCode SetUp(const Options *options, LodConfig *config, Files *files) {
  PetscMPIInt n_ranks;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_size(PETSC_COMM_WORLD, &n_ranks));
  LodCheckInput(n_ranks == 1, "runs as one process on many threads: start it without mpiexec");
  PetscCall(LodConfigRead(options->config, config));
  if (config->grid.ell > LodGridCoveringLayers(&config->grid))
    LodWarn(
        "%s: ell = %d is more than the %d layers that cover the mesh: the network's patches lie "
        "mostly outside of it",
        options->config, (int)config->grid.ell, (int)LodGridCoveringLayers(&config->grid));
  if (options->output) {
    LodCheckInput(options->output[0] && strlen(options->output) + 32 < sizeof config->output,
                  "--output: the directory's name is empty or too long");
    PetscCall(PetscStrncpy(config->output, options->output, sizeof config->output));
  }
  PetscCall(LodDirectoryMake(config->output));
  PetscCall(PetscSNPrintf(files->pairs, LOD_PATH_MAX, "%s/pairs.h5", config->output));
  PetscCall(PetscSNPrintf(files->model, LOD_PATH_MAX, "%s/model.h5", config->output));
  PetscCall(PetscSNPrintf(files->history, LOD_PATH_MAX, "%s/history.csv", config->output));
  PetscCall(CheckOutputs(config));
  PetscFunctionReturn(0);
}

/* Whether the model file is there, whole, and made by this config. */
static PetscErrorCode FindFinished(const LodConfig *config, const Files *files,
                                   PetscBool *finished) {
  LodModel *model = NULL;
  char     *text = NULL;

  PetscFunctionBeginUser;
  *finished = PETSC_FALSE;
  if (access(files->model, F_OK) != 0) PetscFunctionReturn(0);
  if (LodModelRead(files->model, &model)) {
    LodWarn("%s; training again", LodErrorMessage());
    LodErrorClear();
    PetscFunctionReturn(0);
  }
  PetscCall(LodConfigWrite(config, &text));
  *finished = (PetscBool)(strcmp(text, model->config) == 0);
  PetscCall(PetscFree(text));
  PetscCall(LodModelDestroy(&model));
  PetscFunctionReturn(0);
}

/* Prints the widths of one part of the network and returns how many parameters it has. */
static long long PrintWidths(PetscInt n_layers, const PetscInt *width) {
  long long parameters = 0;

  printf("%d", (int)width[0]);
  for (PetscInt l = 0; l < n_layers; l++) {
    printf("-%d", (int)width[l + 1]);
    parameters += (width[l] + 1ll) * width[l + 1];
  }
  return parameters;
}

/* Says what is about to be done. */
static void PrintPlan(const LodConfig *config) {
  const LodGrid        *grid = &config->grid;
  const LodNetworkShape shape = LodModelShape(grid, &config->network);
  PetscInt              samples = 0;
  long long             parameters = 0;

  for (PetscInt i = 0; i < config->n_families; i++)
    samples += config->families[i].count;
  printf("lod-train: %s -> %s\n", config->path, config->output);
  printf("mesh: dimension %d, coarse %d, coefficient %d, fine %d, ell %d\n", (int)grid->dim,
         (int)grid->coarse[0], (int)grid->coefficient[0], (int)grid->fine[0], (int)grid->ell);
  printf("samples: %d coefficients, %lld pairs\n", (int)samples,
         (long long)samples * LodGridCells(grid));
  printf("network: ");
  if (shape.n_encoder) {
    parameters += PrintWidths(shape.n_encoder, shape.encoder);
    printf(" for each of %d cells, then ", (int)shape.n_pieces);
  }
  parameters += PrintWidths(shape.n_head, shape.head);
  printf(", %lld parameters\n", parameters);
  fflush(stdout);
}

/* Makes pairs and model and writes the latter; the pairs stay open for the test. */
static PetscErrorCode Train(const LodConfig *config, const Files *files, const Options *options,
                            LodPairs **pairs, LodModel **model) {
  const double    start = LodSeconds();
  const PetscBool quiet = options->quiet;
  char            checkpoint[LOD_PATH_MAX];

  PetscFunctionBeginUser;
  PetscCall(LodConfigMakePairs(config, files->pairs, quiet));
  PetscCall(LodEventBegin(LOD_EVENT_READ));
  PetscCall(LodPairsOpen(files->pairs, pairs));
  PetscCall(LodEventEnd(LOD_EVENT_READ));
  if (!quiet) printf("pairs: %s (%.1f s)\n", files->pairs, LodSeconds() - start);
  const LodTrainOptions train = {
      .directory = config->output, .resume = options->resume, .quiet = quiet};
  PetscCall(LodConfigTrain(config, *pairs, &train, model));
  PetscCall(LodEventBegin(LOD_EVENT_WRITE));
  PetscCall(LodModelWrite(*model, files->model));
  PetscCall(LodEventEnd(LOD_EVENT_WRITE));
  PetscCall(LodCheckpointPath(config->output, checkpoint));
  unlink(checkpoint);
  if (!quiet)
    printf("model: %s (parameters of epoch %d)\n", files->model, (int)(*model)->history.best_epoch);
  PetscFunctionReturn(0);
}

/* Tries the model on the test coefficients, prints how well it did, and warns if it did badly. */
static PetscErrorCode Evaluate(const LodConfig *config, LodPairs *pairs, LodModel *model,
                               PetscBool quiet) {
  PetscInt n = 0;
  double  *errors = NULL, mean = 0, largest = 0;
  char     advice[LOD_MESSAGE_MAX];

  PetscFunctionBeginUser;
  PetscCall(LodModelEvaluatePairs(pairs, LOD_SPLIT_TEST, model, quiet, &n, &errors));
  for (PetscInt i = 0; i < n; i++) {
    mean += errors[i] / (double)n;
    largest = PetscMax(largest, errors[i]);
  }
  if (!quiet && n > 0)
    printf("test: %d held-back coefficients, f = 1: relative L2 error of the learned solution: "
           "mean %.3g %%, max %.3g %%\n",
           (int)n, 100 * mean, 100 * largest);
  if (!quiet && n == 0) printf("test: no coefficients were held back\n");
  LodConfigAdvice(config, &model->history, advice);
  if (mean > BAD)
    LodWarn("the learned solution of the held-back coefficients is %.3g %% wrong in the mean; what "
            "may help: %s",
            100 * mean, advice);
  PetscCall(PetscFree(errors));
  PetscFunctionReturn(0);
}

/* Draws the history; the loss is a mean over pairs (src/train/loss.h), relative to the
   coefficient of each if the network is. */
static PetscErrorCode PlotLoss(const LodConfig *config, const LodModel *model) {
  static const char *const name[] = {[LOD_LOSS_ENTRIES] = "entries",
                                     [LOD_LOSS_ENERGY] = "energy",
                                     [LOD_LOSS_MOMENTS] = "entries and moments"};
  char                     label[128];

  PetscFunctionBeginUser;
  (void)snprintf(label, sizeof label, "loss (%s), %s", name[config->training.loss],
                 model->structure.scale_equivariant ? "relative" : "unit of A\xc2\xb2");
  PetscCall(LodPlotHistory(config->output, LOSS_PLOT, label, model->history.epochs,
                           model->history.history));
  PetscFunctionReturn(0);
}

/* Prints the config with everything that it leaves open. */
static PetscErrorCode PrintConfig(const char *path) {
  LodConfig config;
  char     *text = NULL;

  PetscFunctionBeginUser;
  PetscCall(LodConfigRead(path, &config));
  PetscCall(LodConfigWrite(&config, &text));
  fputs(text, stdout);
  PetscCall(PetscFree(text));
  PetscFunctionReturn(0);
}

/* The program: everything that can fail for want of gnuplot comes last. */
static PetscErrorCode Run(const Options *options) {
  LodConfig config;
  Files     files;
  LodPairs *pairs = NULL;
  LodModel *model = NULL;
  PetscBool finished = PETSC_FALSE;

  PetscFunctionBeginUser;
  if (options->keys) PetscCall(LodConfigWriteKeys(stdout));
  if (options->print_config) PetscCall(PrintConfig(options->config));
  if (options->keys || options->print_config) PetscFunctionReturn(0);
  PetscCall(SetUp(options, &config, &files));
  if (options->resume) PetscCall(FindFinished(&config, &files, &finished));
  if (finished) {
    if (!options->quiet) printf("%s: complete, made by this config\n", files.model);
    PetscFunctionReturn(0);
  }
  if (!options->quiet) PrintPlan(&config);
  if (options->pairs_only) {
    PetscCall(LodConfigMakePairs(&config, files.pairs, options->quiet));
    PetscFunctionReturn(0);
  }
  PetscCall(Train(&config, &files, options, &pairs, &model));
  PetscCall(Evaluate(&config, pairs, model, options->quiet));
  if (!options->quiet) printf("history: %s\n", files.history);
  fflush(stdout);
  PetscCall(PlotLoss(&config, model));
  if (!options->quiet) printf("loss plot: %s/loss.png, loss.svg\n", config.output);
  PetscCall(LodModelDestroy(&model));
  PetscCall(LodPairsClose(&pairs));
  PetscFunctionReturn(0);
}

/* Parses the program's own words, then hands over to PETSc's start, Run, and the one end. */
int main(int argc, char **argv) {
  const struct argp parser = {
      option_table, ParseOption, "CONFIG.toml [-- PETSC-OPTIONS]", documentation, NULL, NULL, NULL};
  Options options = {0};

  LodProgramParse(&parser, argc, argv, &options);
  PetscErrorCode error = LodProgramBegin(argc, argv);
  if (!error) error = Run(&options);
  return LodProgramEnd("lod-train", error);
}
