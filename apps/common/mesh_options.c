/* The mesh that a command line asks for. */
#include <limits.h>

#include "common/command_line.h"
#include "common/options.h"
#include "config/config.h"
#include "grid/faces.h"

/* Most cells per axis that an option may ask for; LodGridValidate knows the finer limits. */
#define MOST_CELLS 1000000

enum { KEY_MESH = 0x400, KEY_COARSE, KEY_FINE, KEY_ELL, KEY_NEUMANN };

/* Takes one mesh option (argp's parser function). */
static error_t ParseMeshOption(int key, char *argument, struct argp_state *state) {
  LodMeshOptions *options = state->input;

  switch (key) {
  case ARGP_KEY_INIT:
    *options = (LodMeshOptions){0};
    return 0;
  case KEY_MESH:
    options->mesh = argument;
    return 0;
  case KEY_NEUMANN:
    options->neumann = argument;
    return 0;
  case KEY_COARSE:
    options->coarse = (PetscInt)LodOptionInteger(state, "--coarse", argument, 1, MOST_CELLS);
    return 0;
  case KEY_FINE:
    options->fine = (PetscInt)LodOptionInteger(state, "--fine", argument, 1, MOST_CELLS);
    return 0;
  case KEY_ELL:
    options->ell = (PetscInt)LodOptionInteger(state, "--ell", argument, 1, MOST_CELLS);
    return 0;
  default:
    return ARGP_ERR_UNKNOWN;
  }
}

static const struct argp_option mesh_option_table[] = {
    {"mesh", KEY_MESH, "NAME", 0, "mesh settings: a TOML file, or the name of one in meshes/", 1},
    {"coarse", KEY_COARSE, "N", 0, "coarse cells per axis (default: the model's E/N, else E/8)", 1},
    {"fine", KEY_FINE, "F", 0, "fine cells per axis (default: the model's F/E, else 2E)", 1},
    {"ell", KEY_ELL, "L", 0,
     "layers of coarse cells around a patch's centre (default: the model's, else 2, in three "
     "dimensions 1)",
     1},
    {"neumann", KEY_NEUMANN, "FACES", 0,
     "natural faces instead of u = 0: some of left,right,bottom,top,front,back", 1},
    {0}};

const struct argp lod_mesh_argp = {
    mesh_option_table, ParseMeshOption, NULL, NULL, NULL, NULL, NULL};

/* Lists the numbers that divide `cells`, as many as fit. */
static void ListDivisors(PetscInt cells, char list[256]) {
  size_t used = 0;
  for (PetscInt divisor = 1; divisor <= cells; divisor++) {
    if (cells % divisor != 0) continue;
    if (used > 200) {
      (void)snprintf(list + used, 256 - used, ", ...");
      break;
    }
    used += (size_t)snprintf(list + used, 256 - used, "%s%d", used ? ", " : "", (int)divisor);
  }
}

/* The rule N = E/8; where the coarse mesh does not matter and 8 does not divide E, the largest N
   below that does. */
static PetscErrorCode CoarseByRule(const LodMeshOptions *options, PetscInt cells, const char *path,
                                   LodGrid *grid) {
  char divisors[256];

  PetscFunctionBeginUser;
  grid->coarse = cells / 8;
  if (options->coarse || cells % 8 == 0) PetscFunctionReturn(0);
  ListDivisors(cells, divisors);
  LodCheckInput(options->any_coarse,
                "%s: %d cells per axis are not a multiple of 8: choose --coarse, one of %s, or "
                "--mesh",
                path, (int)cells, divisors);
  grid->coarse = PetscMax(1, grid->coarse);
  while (cells % grid->coarse != 0)
    grid->coarse--;
  PetscFunctionReturn(0);
}

/* Fills the grid from the mesh file, the model's signature or the rule N = E/8, F = 2E, l = 2 (in
   three dimensions 1, where every layer costs ten times the one before), with single options on
   top; the numbers are checked by the caller. `source` names where they are from.
 */
static PetscErrorCode Collect(const LodMeshOptions *options, PetscInt dim, PetscInt cells,
                              const char *path, const LodSignature *signature, LodGrid *grid,
                              const char **source) {
  PetscFunctionBeginUser;
  *grid = (LodGrid){.dim = dim, .coefficient = cells, .fine = 2 * cells, .ell = dim < 3 ? 2 : 1};
  if (options->mesh) {
    PetscCall(LodMeshRead(options->mesh, grid));
    LodCheckInput(grid->dim == dim, "--mesh %s: has dimension %d, but %s has %d", options->mesh,
                  (int)grid->dim, path, (int)dim);
    LodCheckInput(grid->coefficient == cells,
                  "--mesh %s: has %d coefficient cells per axis, but %s has %d", options->mesh,
                  (int)grid->coefficient, path, (int)cells);
    *source = options->mesh;
  } else if (signature) {
    grid->ell = signature->ell;
    grid->coarse = cells / signature->ratio;
    LodCheckInput(cells <= PETSC_MAX_INT / signature->fine_ratio,
                  "%s: %d cells per axis are too many for the model's %d fine cells in each", path,
                  (int)cells, (int)signature->fine_ratio);
    LodCheckInput(options->coarse || cells % signature->ratio == 0,
                  "%s: %d cells per axis are not a multiple of the model's %d cells per coarse "
                  "cell",
                  path, (int)cells, (int)signature->ratio);
    grid->fine = cells * signature->fine_ratio;
    *source = "as the model was trained";
  } else {
    PetscCall(CoarseByRule(options, cells, path, grid));
    *source = dim < 3 ? "default N = E/8, F = 2E, l = 2" : "default N = E/8, F = 2E, l = 1";
    if (!options->coarse && cells % 8 != 0) *source = "default F = 2E; N does not matter";
  }
  if (options->coarse) grid->coarse = options->coarse;
  if (options->fine) grid->fine = options->fine;
  if (options->ell) grid->ell = options->ell;
  PetscFunctionReturn(0);
}

/* Takes no more layers than cover D, unless a network wants them as they are; says so in note. */
static void CoverMesh(const LodSignature *signature, LodGrid *grid, char note[96]) {
  const PetscInt covering = LodGridCoveringLayers(grid);
  note[0] = 0;
  if (signature || grid->ell <= covering) return;
  (void)snprintf(note, 96, "; l = %d covers the mesh: %d taken as %d", (int)covering,
                 (int)grid->ell, (int)covering);
  grid->ell = covering;
}

PetscErrorCode LodMeshOptionsResolve(const LodMeshOptions *options, PetscInt dim, PetscInt cells,
                                     const char *path, const LodSignature *signature, LodGrid *grid,
                                     char origin[LOD_TEXT_MAX]) {
  const char *source = NULL;
  char        where[LOD_TEXT_MAX], note[96];

  PetscFunctionBeginUser;
  PetscCall(Collect(options, dim, cells, path, signature, grid, &source));
  if (options->coarse)
    LodCheckInput(cells % options->coarse == 0,
                  "--coarse %d: does not divide the %d cells per axis of %s", (int)options->coarse,
                  (int)cells, path);
  if (options->fine)
    LodCheckInput(options->fine % cells == 0,
                  "--fine %d: is not a multiple of the %d cells per axis of %s", (int)options->fine,
                  (int)cells, path);
  (void)snprintf(where, sizeof where, "%.*s", (int)sizeof where - 1,
                 options->mesh ? options->mesh : path);
  if (options->neumann) {
    (void)snprintf(where, sizeof where, "--neumann %.*s", (int)sizeof where - 16, options->neumann);
    PetscCall(LodGridSetNatural(grid, options->neumann, where));
  }
  CoverMesh(signature, grid, note);
  PetscCall(LodGridValidate(grid, where));
  if (origin) {
    int given = (options->coarse != 0) + (options->fine != 0) + (options->ell != 0);
    (void)snprintf(origin, LOD_TEXT_MAX, "%s%.*s%s",
                   given == 3  ? "as the options say"
                   : given > 0 ? "options, else "
                               : "",
                   given == 3 ? 0 : LOD_TEXT_MAX - 128, source, note);
  }
  PetscFunctionReturn(0);
}
