/* Other cells than those of the file: options that change the coefficient when it has been read,
   and say what they do to it. */
#include <string.h>

#include "base/error.h"
#include "base/report.h"
#include "common/command_line.h"
#include "common/options.h"
#include "grid/resample.h"

/* Coarse cells of so many coefficient cells are what --pad makes room for without --coarse. */
#define PAD_RATIO 8

/* Most cells per axis that an option may ask for. */
#define MOST_CELLS 1000000

enum { KEY_RESAMPLE = 0x600, KEY_MEAN, KEY_PAD };

/* Takes one option (argp's parser function). */
static error_t ParseOption(int key, char *argument, struct argp_state *state) {
  LodResampleOptions *options = state->input;

  switch (key) {
  case ARGP_KEY_INIT:
    *options = (LodResampleOptions){.mean = NULL};
    return 0;
  case KEY_RESAMPLE:
    (void)LodOptionCells(state, "--resample", argument, 1, MOST_CELLS, options->cells);
    return 0;
  case KEY_MEAN:
    options->mean = argument;
    return 0;
  case KEY_PAD:
    options->pad = PETSC_TRUE;
    return 0;
  default:
    return ARGP_ERR_UNKNOWN;
  }
}

static const struct argp_option option_table[] = {
    {"resample", KEY_RESAMPLE, "E", 0,
     "average A to E cells per axis, or ExExE along x, y and z, where the coarse cells wanted do "
     "not divide those of the file; says how much that changes A",
     1},
    {"resample-mean", KEY_MEAN, "NAME", 0,
     "for --resample: geometric (default), arithmetic (too large across layers) or harmonic (too "
     "small along them)",
     1},
    {"pad", KEY_PAD, NULL, 0,
     "instead: repeat the last cells along each axis until N divides them (8, without --coarse); D "
     "grows, and its high faces move with what holds there",
     1},
    {0}};

const struct argp lod_resample_argp = {option_table, ParseOption, NULL, NULL, NULL, NULL, NULL};

/* Says what averaging has done. */
static void SayMeans(LodMean mean, const LodCoefficient *old, const LodCoefficient *new) {
  char from[LOD_CELLS_TEXT], to[LOD_CELLS_TEXT], means[256];
  LodMeansCompare(old, new, means);
  LodSay("resampled %s to %s cells by %s means; means of A over D: %s",
         LodCellsText(old->dim, old->cells, from), LodCellsText(new->dim, new->cells, to),
         LodMeanName(mean), means);
}

/* Averages to the cells of the option. */
static PetscErrorCode Resample(const LodResampleOptions *options, const char *path, PetscBool quiet,
                               const LodCoefficient *old, LodCoefficient *new) {
  const PetscInt *given = options->cells;
  const PetscInt  n = given[1] == 0 ? 1 : given[2] == 0 ? 2 : 3;
  PetscInt        cells[LOD_MAX_DIM] = {1, 1, 1};
  LodMean         mean;

  PetscFunctionBeginUser;
  PetscCall(LodMeanFromName(options->mean ? options->mean : "geometric", "--resample-mean", &mean));
  LodCheckInput(n == 1 || n == old->dim, "--resample: has numbers for %d axes, but %s has %d",
                (int)n, path, (int)old->dim);
  for (PetscInt axis = 0; axis < old->dim; axis++)
    cells[axis] = given[n == 1 ? 0 : axis];
  PetscCall(LodCoefficientResample(old, cells, mean, path, new));
  if (!quiet) SayMeans(mean, old, new);
  PetscFunctionReturn(0);
}

/* Repeats the last cells until coarse[] (0: coarse cells of PAD_RATIO) divides them. */
static PetscErrorCode Pad(const PetscInt coarse[], const char *path, PetscBool quiet,
                          const LodCoefficient *old, LodCoefficient *new, double growth[]) {
  PetscInt cells[LOD_MAX_DIM] = {1, 1, 1};
  char     from[LOD_CELLS_TEXT], to[LOD_CELLS_TEXT];
  double   most = 1;

  PetscFunctionBeginUser;
  for (PetscInt axis = 0; axis < old->dim; axis++) {
    const PetscInt n = coarse[0] == 0 ? PAD_RATIO : coarse[coarse[1] == 0 ? 0 : axis];
    LodCheckInput(n > 0, "--coarse: has numbers for fewer axes than %s", path);
    cells[axis] = (old->cells[axis] + n - 1) / n * n;
    growth[axis] = (double)cells[axis] / (double)old->cells[axis];
    most = PetscMax(most, growth[axis]);
  }
  PetscCall(LodCoefficientPad(old, cells, path, new));
  if (!quiet)
    LodSay("padded %s to %s cells by repeating the last: D is longer, by %.3g %% at most, and what "
           "holds on its high faces holds there",
           LodCellsText(old->dim, old->cells, from), LodCellsText(old->dim, cells, to),
           100 * (most - 1));
  PetscFunctionReturn(0);
}

PetscErrorCode LodResampleOptionsApply(const LodResampleOptions *options,
                                       const LodMeshOptions *mesh, const char *path,
                                       PetscBool quiet, LodCoefficient *coefficient,
                                       double growth[LOD_MAX_DIM]) {
  const PetscBool resample = (PetscBool)(options->cells[0] > 0);
  LodCoefficient  changed = {0};

  PetscFunctionBeginUser;
  for (int axis = 0; axis < LOD_MAX_DIM; axis++)
    growth[axis] = 1;
  LodCheckInput(!resample || !options->pad, "--pad: --resample already makes other cells");
  LodCheckInput(resample || !options->mean, "--resample-mean %s: means are for --resample",
                options->mean);
  if (!resample && !options->pad) PetscFunctionReturn(0);
  if (resample)
    PetscCall(Resample(options, path, quiet, coefficient, &changed));
  else
    PetscCall(Pad(mesh->coarse, path, quiet, coefficient, &changed, growth));
  PetscCall(LodCoefficientDestroy(coefficient));
  *coefficient = changed;
  PetscFunctionReturn(0);
}
