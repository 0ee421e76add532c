/* The options of lod-sample. */
#include "common/sample_options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/command_line.h"

/* LodSampleOptions without a short form. Those from KEY_FIRST on belong to some families only. */
enum {
  KEY_FAMILY = 256,
  KEY_CELLS,
  KEY_EXTENT,
  KEY_DIM,
  KEY_SEED,
  KEY_NUMBER,
  KEY_COUNT,
  KEY_FIRST,
  KEY_EXPRESSION = KEY_FIRST,
  KEY_IMAGE,
  KEY_ALPHA,
  KEY_BETA,
  KEY_SCALE,
  KEY_LENGTH,
  KEY_VARIANCE,
  KEY_RATIO,
  KEY_ANGLE,
  KEY_LAYERS,
  KEY_CHANNELS,
  KEY_WIDTH,
  KEY_LOW,
  KEY_LOG,
  KEY_RESAMPLE,
  KEY_DATASET,
  KEY_MEAN,
  KEY_END
};

static const struct argp_option option_table[] = {
    {0, 0, 0, 0, "What to make:", 1},
    {"family", KEY_FAMILY, "NAME", 0,
     "iid, sine, expression, lognormal, channels, image, darcy or reservoir; with tensors "
     "anisotropic or layers; default iid",
     0},
    {"expression", KEY_EXPRESSION, "EXPR", 0,
     "A at cell midpoints, a function of x, y, z; see below", 0},
    {"image", KEY_IMAGE, "FILE.png", 0,
     "Grey values, averaged over each cell; the picture is stretched to the square, its top at "
     "y = 1; two dimensions",
     0},
    {"resample", KEY_RESAMPLE, "FILE.h5", 0,
     "The coefficient of a file on other cells: each gets the mean of what it covers "
     "(--resample-mean); "
     "with "
     "--number or --count those of a file of many",
     0},
    {"cells", KEY_CELLS, "E", 0,
     "Cells per axis, or along x, y, z: 60x220; default 256, of --resample those of the file", 0},
    {"extent", KEY_EXTENT, "LENGTH", 0,
     "Side lengths of the domain, likewise, for x, y, z in expressions and correlation lengths; "
     "default 1",
     0},
    {"dim", KEY_DIM, "D", 0, "Dimension, 1, 2 or 3; default 2, or as many as --cells has numbers",
     0},
    {"seed", KEY_SEED, "S", 0, "Seed of the random numbers; default 0", 0},
    {"number", KEY_NUMBER, "N", 0, "Which draw of this seed, from 0; default 0", 0},
    {"count", KEY_COUNT, "N", 0,
     "So many draws from --number on, in one dataset, coefficients (draw, E per axis), for "
     "lod-solve "
     "--many and lod-train",
     0},
    {"output", 'o', "FILE.h5", 0, "Default coefficient.h5", 0},
    {"quiet", 'q', 0, 0, "Print errors and warnings only", 0},
    {0, 0, 0, 0, "Values (iid, sine, channels, image, darcy, reservoir, layers):", 2},
    {"alpha", KEY_ALPHA, "A", 0, "Smallest value; default 1, darcy 3, reservoir 1e-3", 0},
    {"beta", KEY_BETA, "B", 0, "Largest value; default 5, darcy 12, reservoir 1e4", 0},
    {0, 0, 0, 0, "Parameters of single families:", 3},
    {"scale", KEY_SCALE, "N[,N...]", 0,
     "iid: pieces per axis, each with one value; of a list, draw number n takes entry n in turn; "
     "default E",
     0},
    {"correlation-length", KEY_LENGTH, "L", 0,
     "lognormal, anisotropic, reservoir: in the units of --extent; default 0.1", 0},
    {"variance", KEY_VARIANCE, "V", 0, "lognormal, anisotropic: of log A; default 1", 0},
    {"ratio", KEY_RATIO, "R", 0, "anisotropic: A along layers over A across them; default 10", 0},
    {"angle", KEY_ANGLE, "DEGREES", 0,
     "anisotropic: of the layers with the x axis, in the plane of the first and the last axis; "
     "default 30",
     0},
    {"layers", KEY_LAYERS, "N", 0,
     "layers: how many along the last axis; A is beta in a direction of each and alpha across it; "
     "default 8",
     0},
    {"channels", KEY_CHANNELS, "N", 0, "channels, reservoir: how many; default 8", 0},
    {"channel-width", KEY_WIDTH, "N", 0, "channels, reservoir: in cells; default 1, reservoir 5",
     0},
    {"low", KEY_LOW, 0, 0, "channels: of value A in a background of B, not of B in A", 0},
    {"log", KEY_LOG, 0, 0, "image: map grey to [A, B] on a logarithmic scale", 0},
    {"dataset", KEY_DATASET, "NAME", 0,
     "--resample: dataset of the file; default coefficient, else coefficients", 0},
    {"resample-mean", KEY_MEAN, "NAME", 0,
     "--resample: geometric, arithmetic or harmonic; default geometric", 0},
    {0}};

/* Parses an integer of at least `least` that fits the type of `most`; ends the program if it is
   none. */
static long long ParseInteger(struct argp_state *state, const char *name, const char *text,
                              long long least, long long most) {
  char *end;
  errno = 0;
  long long value = strtoll(text, &end, 10);
  if (errno || end == text || *end || value < least || value > most)
    argp_error(state, "--%s: '%s' is not an integer from %lld to %lld", name, text, least, most);
  return value;
}

/* Parses a number; ends the program if it is none. Its range is checked with the family. */
static double ParseNumber(struct argp_state *state, const char *name, const char *text) {
  char *end;
  errno = 0;
  double value = strtod(text, &end);
  if (errno == ERANGE || end == text || *end)
    argp_error(state, "--%s: '%s' is not a number", name, text);
  return value;
}

/* Copies a text argument; ends the program if it is too long or empty. */
static void CopyText(struct argp_state *state, const char *name, const char *text, size_t size,
                     char *target) {
  if (!text[0]) argp_error(state, "--%s: is empty", name);
  if (strlen(text) >= size)
    argp_error(state, "--%s: longer than %d characters", name, (int)size - 1);
  snprintf(target, size, "%s", text);
}

/* Parses "8,16,32" into the scales. */
static void ParseScales(struct argp_state *state, const char *text, LodSampleSettings *settings) {
  char copy[256], *rest = copy, *item;
  CopyText(state, "scale", text, sizeof copy, copy);
  settings->n_scales = 0;
  while ((item = strsep(&rest, ","))) {
    if (settings->n_scales == LOD_MAX_SCALES)
      argp_error(state, "--scale: more than %d scales", LOD_MAX_SCALES);
    settings->scales[settings->n_scales++] =
        (PetscInt)ParseInteger(state, "scale", item, 1, PETSC_MAX_INT);
  }
}

/* Whether an option of single families was used. */
static int WasGiven(const LodSampleOptions *options, int key) {
  return (int)(options->given >> (key - KEY_FIRST) & 1);
}

/* Sets the family; a second, different one ends the program. */
static void SetFamily(struct argp_state *state, LodSampleOptions *options, LodFamily family) {
  if (options->family_given && options->settings.family != family)
    argp_error(state, "both family %s and family %s are asked for",
               LodFamilyName(options->settings.family), LodFamilyName(family));
  options->settings.family = family;
  options->family_given = 1;
}

/* Finds the family named on the command line. */
static void ParseFamily(struct argp_state *state, const char *name, LodSampleOptions *options) {
  char known[LOD_TEXT_MAX];
  for (int family = 0; family < LOD_FAMILY_COUNT; family++)
    if (strcmp(name, LodFamilyName((LodFamily)family)) == 0) {
      SetFamily(state, options, (LodFamily)family);
      return;
    }
  LodFamilyList(known);
  argp_error(state, "--family: no family '%s'; the families are %s", name, known);
}

/* LodSampleOptions that belong to some families only. Returns ARGP_ERR_UNKNOWN for others. */
static error_t ParseParameter(int key, char *text, struct argp_state *state) {
  LodSampleOptions  *options = state->input;
  LodSampleSettings *settings = &options->settings;

  switch (key) {
  case KEY_EXPRESSION:
    SetFamily(state, options, LOD_FAMILY_EXPRESSION);
    CopyText(state, "expression", text, sizeof settings->expression, settings->expression);
    break;
  case KEY_IMAGE:
    SetFamily(state, options, LOD_FAMILY_IMAGE);
    CopyText(state, "image", text, sizeof settings->image, settings->image);
    break;
  case KEY_ALPHA:
    settings->alpha = ParseNumber(state, "alpha", text);
    break;
  case KEY_BETA:
    settings->beta = ParseNumber(state, "beta", text);
    break;
  case KEY_SCALE:
    ParseScales(state, text, settings);
    break;
  case KEY_LENGTH:
    settings->correlation_length = ParseNumber(state, "correlation-length", text);
    break;
  case KEY_VARIANCE:
    settings->variance = ParseNumber(state, "variance", text);
    break;
  case KEY_RATIO:
    settings->ratio = ParseNumber(state, "ratio", text);
    break;
  case KEY_ANGLE:
    settings->angle = ParseNumber(state, "angle", text);
    break;
  case KEY_LAYERS:
    settings->layers = (PetscInt)ParseInteger(state, "layers", text, 1, PETSC_MAX_INT);
    break;
  case KEY_CHANNELS:
    settings->channels = (PetscInt)ParseInteger(state, "channels", text, 1, 100000);
    break;
  case KEY_WIDTH:
    settings->channel_width =
        (PetscInt)ParseInteger(state, "channel-width", text, 1, PETSC_MAX_INT);
    break;
  case KEY_LOW:
    settings->channel_low = PETSC_TRUE;
    break;
  case KEY_LOG:
    settings->logarithmic = PETSC_TRUE;
    break;
  case KEY_RESAMPLE:
    SetFamily(state, options, LOD_FAMILY_FILE);
    CopyText(state, "resample", text, sizeof settings->file, settings->file);
    break;
  case KEY_DATASET:
    CopyText(state, "dataset", text, sizeof settings->dataset, settings->dataset);
    break;
  case KEY_MEAN:
    options->mean = text;
    break;
  default:
    return ARGP_ERR_UNKNOWN;
  }
  options->given |= 1ul << (key - KEY_FIRST);
  return 0;
}

/* Ends the program if an option was used that the family does not have: it would be ignored. */
static void CheckParameters(struct argp_state *state, const LodSampleOptions *options) {
  const unsigned iid = 1U << LOD_FAMILY_IID, sine = 1U << LOD_FAMILY_SINE,
                 expression = 1U << LOD_FAMILY_EXPRESSION, lognormal = 1U << LOD_FAMILY_LOGNORMAL,
                 channels = 1U << LOD_FAMILY_CHANNELS, image = 1U << LOD_FAMILY_IMAGE,
                 reservoir = 1U << LOD_FAMILY_RESERVOIR, file = 1U << LOD_FAMILY_FILE,
                 anisotropic = 1U << LOD_FAMILY_ANISOTROPIC, layers = 1U << LOD_FAMILY_LAYERS;
  const unsigned range =
      iid | sine | channels | image | reservoir | layers | 1U << LOD_FAMILY_DARCY;
  const unsigned belongs[KEY_END - KEY_FIRST] = {
      [KEY_EXPRESSION - KEY_FIRST] = expression,
      [KEY_IMAGE - KEY_FIRST] = image,
      [KEY_ALPHA - KEY_FIRST] = range,
      [KEY_BETA - KEY_FIRST] = range,
      [KEY_SCALE - KEY_FIRST] = iid,
      [KEY_LENGTH - KEY_FIRST] = lognormal | reservoir | anisotropic,
      [KEY_VARIANCE - KEY_FIRST] = lognormal | anisotropic,
      [KEY_RATIO - KEY_FIRST] = anisotropic,
      [KEY_ANGLE - KEY_FIRST] = anisotropic,
      [KEY_LAYERS - KEY_FIRST] = layers,
      [KEY_CHANNELS - KEY_FIRST] = channels | reservoir,
      [KEY_WIDTH - KEY_FIRST] = channels | reservoir,
      [KEY_LOW - KEY_FIRST] = channels,
      [KEY_LOG - KEY_FIRST] = image,
      [KEY_RESAMPLE - KEY_FIRST] = file,
      [KEY_DATASET - KEY_FIRST] = file,
      [KEY_MEAN - KEY_FIRST] = file};
  for (const struct argp_option *option = option_table; option->name || option->doc; option++) {
    const int at = option->key - KEY_FIRST;
    if (option->key < KEY_FIRST || !WasGiven(options, option->key)) continue;
    if (!(belongs[at] >> options->settings.family & 1))
      argp_error(state, "--%s has no meaning for family %s", option->name,
                 LodFamilyName(options->settings.family));
  }
}

/* Sets what has a default of its own in the family and was not given. */
static void SetFamilyDefaults(LodSampleOptions *options) {
  const LodSampleSettings given = options->settings;
  LodFamilyDefaults(&options->settings);
  if (WasGiven(options, KEY_ALPHA)) options->settings.alpha = given.alpha;
  if (WasGiven(options, KEY_BETA)) options->settings.beta = given.beta;
  if (WasGiven(options, KEY_WIDTH)) options->settings.channel_width = given.channel_width;
}

/* Settles the dimension, and what single numbers for all axes stand for. */
static void CompleteAxes(struct argp_state *state, LodSampleOptions *options) {
  const PetscInt  most = PetscMax(options->n_cells, options->n_extent);
  const PetscBool file = (PetscBool)(options->settings.family == LOD_FAMILY_FILE);
  if (!options->dim) options->dim = most > 1 ? most : file ? 0 : 2;
  if (options->n_cells > 1 && options->n_cells != options->dim)
    argp_error(state, "--cells: has numbers for %d axes of %d", (int)options->n_cells,
               (int)options->dim);
  if (options->n_extent > 1 && options->n_extent != options->dim)
    argp_error(state, "--extent: has numbers for %d axes of %d", (int)options->n_extent,
               (int)options->dim);
  for (PetscInt axis = 1; axis < LOD_MAX_DIM; axis++) {
    if (options->n_cells <= 1) options->cells[axis] = options->cells[0];
    if (options->n_extent == 1) options->settings.extent[axis] = options->settings.extent[0];
  }
}

/* argp's parser: one option after the other, then the check of all. */
static error_t ParseOption(int key, char *text, struct argp_state *state) {
  LodSampleOptions *options = state->input;

  switch (key) {
  case ARGP_KEY_INIT:
    *options = (LodSampleOptions){
        .cells = {256}, .number = -1, .output = "coefficient.h5", .mean = "geometric"};
    LodSampleDefaults(&options->settings);
    break;
  case KEY_FAMILY:
    ParseFamily(state, text, options);
    break;
  case KEY_CELLS:
    options->n_cells = LodOptionCells(state, "--cells", text, 1, PETSC_MAX_INT, options->cells);
    break;
  case KEY_EXTENT:
    options->n_extent = LodOptionExtent(state, "--extent", text, options->settings.extent);
    break;
  case KEY_DIM:
    options->dim = (PetscInt)ParseInteger(state, "dim", text, 1, LOD_MAX_DIM);
    break;
  case KEY_SEED:
    options->seed = ParseInteger(state, "seed", text, 0, INT64_MAX);
    break;
  case KEY_NUMBER:
    options->number = ParseInteger(state, "number", text, 0, UINT32_MAX);
    break;
  case KEY_COUNT:
    options->count = (PetscInt)ParseInteger(state, "count", text, 1, PETSC_MAX_INT);
    options->settings.count = options->count;
    break;
  case 'o':
    options->output = text;
    break;
  case 'q':
    options->quiet = 1;
    break;
  case ARGP_KEY_ARG:
    argp_error(state, "unexpected argument '%s'", text);
    break;
  case ARGP_KEY_END:
    CheckParameters(state, options);
    CompleteAxes(state, options);
    SetFamilyDefaults(options);
    break;
  default:
    return ParseParameter(key, text, state);
  }
  return 0;
}

const struct argp lod_sample_argp = {option_table, ParseOption, NULL, NULL, NULL, NULL, NULL};
