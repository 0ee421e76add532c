/* The options of quantities of interest and effective tensors. */
#include <string.h>

#include "base/numbers.h"
#include "common/quantities.h"

enum { KEY_QUANTITIES = 0x600, KEY_POINT, KEY_MEAN, KEY_REPORT, KEY_EFFECTIVE };

/* Reads "0.2,0.8" from the first `length` letters of a text into values[]; returns how many there
   were. What is no number ends the program. */
static PetscInt ParseCorner(const struct argp_state *state, const char *option, const char *text,
                            size_t length, double values[LOD_MAX_DIM]) {
  PetscInt n = 0;
  char     number[64];
  for (const char *begin = text, *end = text + length; begin <= end; n++) {
    const char  *comma = memchr(begin, ',', (size_t)(end - begin));
    const size_t size = (size_t)((comma ? comma : end) - begin);
    if (n == LOD_MAX_DIM)
      argp_error(state, "%s %s: has more than %d coordinates", option, text, LOD_MAX_DIM);
    if (size >= sizeof number) argp_error(state, "%s %s: is not a number", option, text);
    (void)snprintf(number, sizeof number, "%.*s", (int)size, begin);
    const char *wrong = LodRealParse(number, &values[n]);
    if (wrong) argp_error(state, "%s %s: '%s' %s", option, text, number, wrong);
    begin += size + 1;
  }
  return n;
}

/* A point, "0.2,0.8", or with `box` a box, "0,0:0.5,1". */
static void ParsePlace(const struct argp_state *state, const char *option, const char *text,
                       PetscBool box, PetscInt *n_places, LodQuantityPlace places[]) {
  const char *colon = strchr(text, ':');
  if (*n_places == LOD_MAX_PLACES)
    argp_error(state, "%s: given more than %d times", option, LOD_MAX_PLACES);
  LodQuantityPlace *place = &places[(*n_places)++];
  *place = (LodQuantityPlace){.text = text};
  if (box && !colon)
    argp_error(state, "%s %s: has no ':' between two corners, as in 0,0:0.5,1", option, text);
  const size_t first = box ? (size_t)(colon - text) : strlen(text);
  place->n = ParseCorner(state, option, text, first, place->low);
  if (!box) {
    memcpy(place->high, place->low, sizeof place->high);
    return;
  }
  if (ParseCorner(state, option, colon + 1, strlen(colon + 1), place->high) != place->n)
    argp_error(state, "%s %s: its corners have not as many coordinates", option, text);
}

/* Takes one option (argp's parser function). */
static error_t ParseQuantityOption(int key, char *argument, struct argp_state *state) {
  LodQuantityOptions *options = state->input;

  switch (key) {
  case ARGP_KEY_INIT:
    *options = (LodQuantityOptions){0};
    return 0;
  case KEY_QUANTITIES:
    break;
  case KEY_POINT:
    ParsePlace(state, "--point", argument, PETSC_FALSE, &options->n_points, options->points);
    break;
  case KEY_MEAN:
    ParsePlace(state, "--mean", argument, PETSC_TRUE, &options->n_means, options->means);
    break;
  case KEY_REPORT:
    options->report = argument;
    break;
  case KEY_EFFECTIVE:
    options->effective = PETSC_TRUE;
    options->kinds = argument;
    return 0;
  default:
    return ARGP_ERR_UNKNOWN;
  }
  options->wanted = PETSC_TRUE;
  return 0;
}

static const struct argp_option quantity_option_table[] = {
    {"quantities", KEY_QUANTITIES, NULL, 0,
     "print and write flows into D through its faces, their balance, and energies (printed too "
     "where an option names boundary data)",
     1},
    {"point", KEY_POINT, "X,Y", 0, "also the value at a point (may be given several times)", 1},
    {"mean", KEY_MEAN, "X0,Y0:X1,Y1", 0, "also the mean over a box (may be given several times)",
     1},
    {"report", KEY_REPORT, "R.json", 0,
     "where quantities, or the effective tensor, go as JSON (default: beside the solution, .json "
     "in place of .h5; of the tensor none)",
     1},
    {"effective", KEY_EFFECTIVE, "KIND", OPTION_ARG_OPTIONAL,
     "print the effective tensor instead: of a periodic medium (default), with linear values on "
     "all faces, of the flow through the sample; or several, --effective=periodic,linear,flow",
     1},
    {0}};

const struct argp lod_quantity_argp = {
    quantity_option_table, ParseQuantityOption, NULL, NULL, NULL, NULL, NULL};
