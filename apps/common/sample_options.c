/* The options of lod-sample. */
#include "common/sample_options.h"

#include <stddef.h>
#include <string.h>

#include "common/command_line.h"

/* Options without a short form. Those from KEY_FIRST on belong to some families only. */
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
     "anisotropic or layers (default iid)",
     0},
    {"expression", KEY_EXPRESSION, "EXPR", 0,
     "A at cell midpoints, a function of x, y, z; see below", 0},
    {"image", KEY_IMAGE, "FILE.png", 0,
     "grey values, averaged over each cell; the picture is stretched to the square, its top at "
     "y = 1; two dimensions",
     0},
    {"resample", KEY_RESAMPLE, "FILE.h5", 0,
     "the coefficient of a file on other cells: each gets the mean of what it covers "
     "(--resample-mean); "
     "with --number or --count those of a file of many",
     0},
    {"cells", KEY_CELLS, "E", 0,
     "cells per axis, or along x, y, z: 60x220 (default 256, of --resample those of the file)", 0},
    {"extent", KEY_EXTENT, "LENGTH", 0,
     "side lengths of the domain, likewise, for x, y, z in expressions and correlation lengths "
     "(default 1)",
     0},
    {"dim", KEY_DIM, "D", 0, "dimension, 1, 2 or 3 (default 2, or as many as --cells has numbers)",
     0},
    {"seed", KEY_SEED, "S", 0, "seed of the random numbers (default 0)", 0},
    {"number", KEY_NUMBER, "N", 0, "which draw of this seed, from 0 (default 0)", 0},
    {"count", KEY_COUNT, "N", 0,
     "so many draws from --number on, in one dataset, coefficients (draw, E per axis), for "
     "lod-solve --many and lod-train",
     0},
    {"output", 'o', "FILE.h5", 0, "where it goes (default coefficient.h5)", 0},
    {"quiet", 'q', 0, 0, "print errors and warnings only", 0},
    {0, 0, 0, 0, "Values (iid, sine, channels, image, darcy, reservoir, layers):", 2},
    {"alpha", KEY_ALPHA, "A", 0, "smallest value (default 1, darcy 3, reservoir 1e-3)", 0},
    {"beta", KEY_BETA, "B", 0, "largest value (default 5, darcy 12, reservoir 1e4)", 0},
    {0, 0, 0, 0, "Parameters of single families:", 3},
    {"scale", KEY_SCALE, "N[,N...]", 0,
     "iid: pieces per axis, each with one value; of a list, draw number n takes entry n in turn "
     "(default E)",
     0},
    {"correlation-length", KEY_LENGTH, "L", 0,
     "lognormal, anisotropic, reservoir: in the units of --extent (default 0.1)", 0},
    {"variance", KEY_VARIANCE, "V", 0, "lognormal, anisotropic: of log A (default 1)", 0},
    {"ratio", KEY_RATIO, "R", 0, "anisotropic: A along layers over A across them (default 10)", 0},
    {"angle", KEY_ANGLE, "DEGREES", 0,
     "anisotropic: of the layers with the x axis, in the plane of the first and the last axis "
     "(default 30)",
     0},
    {"layers", KEY_LAYERS, "N", 0,
     "layers: how many along the last axis; A is beta in a direction of each and alpha across it "
     "(default 8)",
     0},
    {"channels", KEY_CHANNELS, "N", 0, "channels, reservoir: how many (default 8)", 0},
    {"channel-width", KEY_WIDTH, "N", 0, "channels, reservoir: in cells (default 1, reservoir 5)",
     0},
    {"low", KEY_LOW, 0, 0, "channels: of value A in a background of B, not of B in A", 0},
    {"log", KEY_LOG, 0, 0, "image: map grey to [A, B] on a logarithmic scale", 0},
    {"dataset", KEY_DATASET, "NAME", 0,
     "--resample: dataset of the file (default coefficient, else coefficients)", 0},
    {"resample-mean", KEY_MEAN, "NAME", 0,
     "--resample: geometric (default), arithmetic or harmonic", 0},
    {0}};

/* Copies a text argument; ends the program if it is too long or empty. */
static void CopyText(struct argp_state *state, const char *name, const char *text, size_t size,
                     char *target) {
  if (!text[0]) argp_error(state, "%s: is empty", name);
  if (strlen(text) >= size) argp_error(state, "%s: longer than %d characters", name, (int)size - 1);
  snprintf(target, size, "%s", text);
}

/* Parses "8,16,32" into the scales. */
static void ParseScales(struct argp_state *state, const char *text, LodSampleSettings *settings) {
  char copy[256], *rest = copy, *item;
  CopyText(state, "--scale", text, sizeof copy, copy);
  settings->n_scales = 0;
  while ((item = strsep(&rest, ","))) {
    if (settings->n_scales == LOD_MAX_SCALES)
      argp_error(state, "--scale: more than %d scales", LOD_MAX_SCALES);
    settings->scales[settings->n_scales++] =
        (PetscInt)LodOptionInteger(state, "--scale", item, 1, PETSC_MAX_INT);
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

/* How the text of an option is read. */
typedef enum { READ_TEXT, READ_NUMBER, READ_COUNT, READ_FLAG, READ_SCALES, READ_MEAN } Reading;

/* An option that belongs to some families only: a bit for each of them, and the member of
   LodSampleSettings that it sets, a char[size], double, PetscInt of at most `most`, or PetscBool.
 */
typedef struct {
  unsigned  families;
  Reading   reading;
  size_t    offset, size;
  long long most;
} Parameter;

/* Shorthands for the table. */
#define BIT(family) (1U << LOD_FAMILY_##family)
#define MEMBER(name) offsetof(LodSampleSettings, name), sizeof(((LodSampleSettings *)0)->name)
#define HAVE_RANGE                                                                                 \
  (BIT(IID) | BIT(SINE) | BIT(CHANNELS) | BIT(IMAGE) | BIT(RESERVOIR) | BIT(LAYERS) | BIT(DARCY))

static const Parameter parameters[KEY_END - KEY_FIRST] = {
    [KEY_EXPRESSION - KEY_FIRST] = {BIT(EXPRESSION), READ_TEXT, MEMBER(expression), 0},
    [KEY_IMAGE - KEY_FIRST] = {BIT(IMAGE), READ_TEXT, MEMBER(image), 0},
    [KEY_ALPHA - KEY_FIRST] = {HAVE_RANGE, READ_NUMBER, MEMBER(alpha), 0},
    [KEY_BETA - KEY_FIRST] = {HAVE_RANGE, READ_NUMBER, MEMBER(beta), 0},
    [KEY_SCALE - KEY_FIRST] = {BIT(IID), READ_SCALES, MEMBER(scales), 0},
    [KEY_LENGTH - KEY_FIRST] = {BIT(LOGNORMAL) | BIT(RESERVOIR) | BIT(ANISOTROPIC), READ_NUMBER,
                                MEMBER(correlation_length), 0},
    [KEY_VARIANCE -
        KEY_FIRST] = {BIT(LOGNORMAL) | BIT(ANISOTROPIC), READ_NUMBER, MEMBER(variance), 0},
    [KEY_RATIO - KEY_FIRST] = {BIT(ANISOTROPIC), READ_NUMBER, MEMBER(ratio), 0},
    [KEY_ANGLE - KEY_FIRST] = {BIT(ANISOTROPIC), READ_NUMBER, MEMBER(angle), 0},
    [KEY_LAYERS - KEY_FIRST] = {BIT(LAYERS), READ_COUNT, MEMBER(layers), PETSC_MAX_INT},
    [KEY_CHANNELS -
        KEY_FIRST] = {BIT(CHANNELS) | BIT(RESERVOIR), READ_COUNT, MEMBER(channels), 100000},
    [KEY_WIDTH - KEY_FIRST] = {BIT(CHANNELS) | BIT(RESERVOIR), READ_COUNT, MEMBER(channel_width),
                               PETSC_MAX_INT},
    [KEY_LOW - KEY_FIRST] = {BIT(CHANNELS), READ_FLAG, MEMBER(channel_low), 0},
    [KEY_LOG - KEY_FIRST] = {BIT(IMAGE), READ_FLAG, MEMBER(logarithmic), 0},
    [KEY_RESAMPLE - KEY_FIRST] = {BIT(FILE), READ_TEXT, MEMBER(file), 0},
    [KEY_DATASET - KEY_FIRST] = {BIT(FILE), READ_TEXT, MEMBER(dataset), 0},
    [KEY_MEAN - KEY_FIRST] = {BIT(FILE), READ_MEAN, 0, 0, 0}};

/* The name of an option. */
static const char *OptionName(int key) {
  const struct argp_option *option = option_table;
  while (option->key != key)
    option++;
  return option->name;
}

/* Sets the family that an option asks for by itself, if it is one of these. */
static void SetImpliedFamily(struct argp_state *state, int key, LodSampleOptions *options) {
  if (key == KEY_EXPRESSION) SetFamily(state, options, LOD_FAMILY_EXPRESSION);
  if (key == KEY_IMAGE) SetFamily(state, options, LOD_FAMILY_IMAGE);
  if (key == KEY_RESAMPLE) SetFamily(state, options, LOD_FAMILY_FILE);
}

/* Options that belong to some families only. Returns ARGP_ERR_UNKNOWN for others. */
static error_t ParseParameter(int key, char *text, struct argp_state *state) {
  LodSampleOptions *options = state->input;
  if (key < KEY_FIRST || key >= KEY_END) return ARGP_ERR_UNKNOWN;

  const Parameter *parameter = &parameters[key - KEY_FIRST];
  char             name[64];
  void            *member = (char *)&options->settings + parameter->offset;
  (void)snprintf(name, sizeof name, "--%s", OptionName(key));
  SetImpliedFamily(state, key, options);
  switch (parameter->reading) {
  case READ_TEXT:
    CopyText(state, name, text, parameter->size, member);
    break;
  case READ_NUMBER:
    *(double *)member = LodOptionReal(state, name, text, -PETSC_MAX_REAL, PETSC_MAX_REAL);
    break;
  case READ_COUNT:
    *(PetscInt *)member = (PetscInt)LodOptionInteger(state, name, text, 1, parameter->most);
    break;
  case READ_FLAG:
    *(PetscBool *)member = PETSC_TRUE;
    break;
  case READ_SCALES:
    ParseScales(state, text, &options->settings);
    break;
  case READ_MEAN:
    options->mean = text;
    break;
  }
  options->given |= 1ul << (key - KEY_FIRST);
  return 0;
}

/* Ends the program if an option was used that the family does not have: it would be ignored. */
static void CheckParameters(struct argp_state *state, const LodSampleOptions *options) {
  for (int key = KEY_FIRST; key < KEY_END; key++)
    if (WasGiven(options, key) &&
        !(parameters[key - KEY_FIRST].families >> options->settings.family & 1))
      argp_error(state, "--%s has no meaning for family %s", OptionName(key),
                 LodFamilyName(options->settings.family));
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
    options->dim = (PetscInt)LodOptionInteger(state, "--dim", text, 1, LOD_MAX_DIM);
    break;
  case KEY_SEED:
    options->seed = LodOptionInteger(state, "--seed", text, 0, INT64_MAX);
    break;
  case KEY_NUMBER:
    options->number = LodOptionInteger(state, "--number", text, 0, UINT32_MAX);
    break;
  case KEY_COUNT:
    options->count = (PetscInt)LodOptionInteger(state, "--count", text, 1, PETSC_MAX_INT);
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
