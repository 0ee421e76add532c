/* lod-sample: makes coefficients. */
#include <argp.h>
#include <string.h>

#include "base/error.h"
#include "base/events.h"
#include "base/expression.h"
#include "base/progress.h"
#include "common/program.h"
#include "common/sample_options.h"
#include "grid/resample.h"

const char *argp_program_version = "lod-sample " LODNET_VERSION;

static const char description[] =
    "Makes diffusion coefficients: one positive number per cell of a Cartesian mesh of the unit "
    "square (interval, cube), written to an HDF5 file that lod-solve and lod-compare read. The "
    "same options give the same bytes.\v" LOD_EXPRESSION_HELP "\n\n"
    "Examples:\n"
    "  lod-sample --family lognormal --variance 2 --seed 7 --output rough.h5\n"
    "  lod-sample --expression '2 + sin(2*pi*x)*sin(2*pi*y)' --cells 128\n"
    "  lod-sample --image configs/micrograph.png --alpha 1 --beta 1000 --log\n"
    "  lod-sample --family reservoir --cells 60x220 --extent 1200x2200 --correlation-length 100\n"
    "  lod-sample --family anisotropic --ratio 100 --angle 20 --cells 64\n"
    "  lod-sample --family lognormal --cells 64 --count 1000 --output ensemble.h5\n"
    "  lod-sample --resample rough.h5 --cells 100 --resample-mean harmonic";

/* The command line as one text, for the file's `made_by`; the caller frees it with PetscFree. */
static PetscErrorCode CommandLine(int argc, char **argv, char **text) {
  size_t length = 1, used = 0;

  PetscFunctionBeginUser;
  for (int i = 0; i < argc; i++)
    length += strlen(argv[i]) + 3;
  PetscCall(PetscMalloc1(length, text));
  for (int i = 0; i < argc; i++) {
    const char *word = i ? argv[i] : "lod-sample";
    const char *quote = strpbrk(word, " *()$&|;<>\"") || !word[0] ? "'" : "";
    used +=
        (size_t)snprintf(*text + used, length - used, "%s%s%s%s", i ? " " : "", quote, word, quote);
  }
  PetscFunctionReturn(0);
}

/* Looks into the file of --resample: its cells are those of the coefficients unless --cells says
   others. An axis in front of theirs numbers them if one is asked for, or --cells or --dim tell of
   fewer axes. */
static PetscErrorCode OpenSource(LodSampleOptions *options) {
  const PetscBool      many = (PetscBool)(options->count > 0 || options->number >= 0);
  LodCoefficientLayout layout;
  char                 text[LOD_CELLS_TEXT];

  PetscFunctionBeginUser;
  if (options->settings.family != LOD_FAMILY_FILE) PetscFunctionReturn(0);
  LodCheckInput(options->settings.file[0], "--family file: which one --resample says");
  PetscCall(LodSampleFileLayout(&options->settings, options->dim, many, "--resample", &layout));
  options->dim = layout.dim;
  LodCheckInput(options->n_cells <= 1 || options->n_cells == layout.dim,
                "--cells: has numbers for %d axes, %s has coefficients of %s cells",
                (int)options->n_cells, options->settings.file,
                LodCellsText(layout.dim, layout.cells, text));
  for (PetscInt axis = 0; axis < LOD_MAX_DIM; axis++) {
    options->from[axis] = layout.cells[axis];
    if (!options->n_cells) options->cells[axis] = layout.cells[axis];
  }
  PetscFunctionReturn(0);
}

/* Draws coefficient number `number`, from a file on the cells that are wanted. The caller destroys
 *source, what is in the file. */
static PetscErrorCode Draw(const LodSampleOptions *options, PetscInt64 number,
                           LodCoefficient *source, LodCoefficient *coefficient) {
  const PetscBool file = (PetscBool)(options->settings.family == LOD_FAMILY_FILE);
  LodMean         mean;

  PetscFunctionBeginUser;
  PetscCall(LodMeanFromName(options->mean, "--resample-mean", &mean));
  if (!file) {
    PetscCall(LodSampleDraw(&options->settings, options->dim, options->cells, options->seed, number,
                            coefficient));
    PetscFunctionReturn(0);
  }
  PetscCall(LodSampleDraw(&options->settings, options->dim, options->from, options->seed, number,
                          source));
  PetscCall(
      LodCoefficientResample(source, options->cells, mean, options->settings.file, coefficient));
  PetscFunctionReturn(0);
}

/* Says what averaging has done to A. */
static void PrintMeans(const char *mean, const LodCoefficient *source,
                       const LodCoefficient *coefficient) {
  char from[LOD_CELLS_TEXT], means[256];
  LodMeansCompare(source, coefficient, means);
  printf("averaged from %s cells, %s mean; means of A over D: %s\n",
         LodCellsText(source->dim, source->cells, from), mean, means);
}

/* Says where a lognormal field is not exact. */
static PetscErrorCode PrintField(const LodSampleOptions *options) {
  const LodSampleSettings *settings = &options->settings;
  PetscInt                 size[LOD_MAX_DIM];
  double                   clipped;

  PetscFunctionBeginUser;
  if (settings->family != LOD_FAMILY_LOGNORMAL && settings->family != LOD_FAMILY_ANISOTROPIC)
    PetscFunctionReturn(0);
  PetscCall(LodLognormalEmbedding(settings, options->dim, options->cells, size, &clipped));
  if (clipped > 0)
    printf("note: the Gaussian field is not exact: negative eigenvalues, %.2g of the variance, "
           "were cut off (correlation length %.6g is large)\n",
           clipped, settings->correlation_length);
  PetscFunctionReturn(0);
}

/* Prints what the file holds. */
static PetscErrorCode PrintSummary(const LodSampleOptions *options, double smallest,
                                   double largest) {
  char many[64] = "";

  PetscFunctionBeginUser;
  if (options->count) (void)snprintf(many, sizeof many, "%d coefficients, ", (int)options->count);
  printf("%s: %s", options->output, many);
  for (PetscInt axis = 0; axis < options->dim; axis++)
    printf("%s%d", axis ? " x " : "", (int)options->cells[axis]);
  printf(" cells, family %s, %s %.6g to %.6g, contrast %.6g\n",
         LodFamilyName(options->settings.family),
         LodFamilyHasTensors(options->settings.family) ? "eigenvalues" : "values", smallest,
         largest, largest / smallest);
  PetscCall(PrintField(options));
  PetscFunctionReturn(0);
}

/* Draws one, writes it and reports. */
static PetscErrorCode MakeOne(const LodSampleOptions *options, const char *command) {
  LodCoefficient coefficient = {0}, source = {0};
  double         smallest, largest;

  PetscFunctionBeginUser;
  PetscCall(Draw(options, PetscMax(0, options->number), &source, &coefficient));
  PetscCall(LodEventBegin(LOD_EVENT_WRITE));
  PetscCall(LodCoefficientWrite(&coefficient, options->output, command));
  PetscCall(LodEventEnd(LOD_EVENT_WRITE));
  PetscCall(LodCoefficientRange(&coefficient, &smallest, &largest));
  if (!options->quiet) PetscCall(PrintSummary(options, smallest, largest));
  if (!options->quiet && source.values) PrintMeans(options->mean, &source, &coefficient);
  PetscCall(LodCoefficientDestroy(&source));
  PetscCall(LodCoefficientDestroy(&coefficient));
  PetscFunctionReturn(0);
}

/* A file of many draws while it is written. */
typedef struct {
  LodHdf5Stream stream;
  PetscBool     begun;
  double        smallest, largest; /* of all values so far */
} Many;

/* Draws coefficient `i` of the file and writes it; the first begins the file. */
static PetscErrorCode AddDraw(const LodSampleOptions *options, const char *command, PetscInt i,
                              Many *many) {
  LodCoefficient coefficient = {0}, source = {0};
  double         smallest, largest;

  PetscFunctionBeginUser;
  PetscCall(Draw(options, PetscMax(0, options->number) + i, &source, &coefficient));
  PetscCall(LodCoefficientRange(&coefficient, &smallest, &largest));
  many->smallest = i ? PetscMin(many->smallest, smallest) : smallest;
  many->largest = i ? PetscMax(many->largest, largest) : largest;
  if (i == 0)
    PetscCall(LodCoefficientsBegin(options->output, options->count, &coefficient, command,
                                   &many->stream));
  many->begun = PETSC_TRUE;
  PetscCall(LodCoefficientsWrite(&many->stream, i, &coefficient));
  PetscCall(LodCoefficientDestroy(&source));
  PetscCall(LodCoefficientDestroy(&coefficient));
  PetscFunctionReturn(0);
}

/* Draws many, writes them one by one and reports. */
static PetscErrorCode MakeMany(const LodSampleOptions *options, const char *command) {
  Many           many = {.begun = PETSC_FALSE};
  LodProgress    progress;
  PetscErrorCode error = 0;

  PetscFunctionBeginUser;
  PetscCall(LodProgressBegin(&progress, "coefficients", "draws", options->count,
                             (PetscBool)(options->quiet != 0)));
  for (PetscInt i = 0; i < options->count && !error; i++) {
    error = AddDraw(options, command, i, &many);
    if (!error) error = LodProgressUpdate(&progress, i + 1);
  }
  PetscCall(LodProgressEnd(&progress));
  if (error && many.begun) PetscCall(LodHdf5StreamAbort(&many.stream));
  PetscCall(error);
  PetscCall(LodHdf5StreamCommit(&many.stream));
  if (!options->quiet) PetscCall(PrintSummary(options, many.smallest, many.largest));
  PetscFunctionReturn(0);
}

/* Draws, writes and reports; one rank does it. */
static PetscErrorCode Make(LodSampleOptions *options, const char *command) {
  const char *const input = LodSampleInput(&options->settings);

  PetscFunctionBeginUser;
  PetscCall(LodOutputsCheck(NULL, 1, &options->output, 1, &input));
  PetscCall(OpenSource(options));
  if (options->count)
    PetscCall(MakeMany(options, command));
  else
    PetscCall(MakeOne(options, command));
  PetscFunctionReturn(0);
}

/* Makes coefficients on rank 0; the others wait for how it went. */
static PetscErrorCode Run(LodSampleOptions *options, int argc, char **argv) {
  PetscMPIInt    rank;
  PetscErrorCode error = 0;
  char          *command;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(PETSC_COMM_WORLD, &rank));
  PetscCall(CommandLine(argc, argv, &command));
  if (rank == 0) error = Make(options, command);
  PetscCall(PetscFree(command));
  PetscCall(LodErrorAgree(PETSC_COMM_WORLD, error));
  PetscFunctionReturn(0);
}

int main(int argc, char **argv) {
  struct argp      parser = lod_sample_argp;
  const int        own = LodProgramOwnArguments(argc, argv);
  LodSampleOptions options;

  parser.doc = description;
  LodProgramParse(&parser, argc, argv, &options);
  PetscErrorCode error = LodProgramBegin(argc, argv);
  if (!error) error = Run(&options, own, argv);
  return LodProgramEnd("lod-sample", error);
}
