/* The mesh that a command line asks for. */
#include <limits.h>

#include "common/command_line.h"
#include "common/options.h"
#include "config/config.h"
#include "grid/faces.h"

/* Most cells per axis that an option may ask for; LodGridValidate knows the finer limits. */
#define MOST_CELLS 1000000

enum { KEY_MESH = 0x400, KEY_COARSE, KEY_FINE, KEY_ELL, KEY_EXTENT, KEY_NEUMANN };

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
    (void)LodOptionCells(state, "--coarse", argument, 1, MOST_CELLS, options->coarse);
    return 0;
  case KEY_FINE:
    (void)LodOptionCells(state, "--fine", argument, 1, MOST_CELLS, options->fine);
    return 0;
  case KEY_EXTENT:
    (void)LodOptionExtent(state, "--extent", argument, options->extent);
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
    {"coarse", KEY_COARSE, "N", 0,
     "coarse cells per axis, or NxMxL along x, y and z (default: the model's E/N, else E/8)", 1},
    {"fine", KEY_FINE, "F", 0, "fine cells per axis, likewise (default: the model's F/E, else 2E)",
     1},
    {"extent", KEY_EXTENT, "LENGTH", 0,
     "side lengths of the domain, likewise: 1200x2200 (default 1)", 1},
    {"ell", KEY_ELL, "L", 0,
     "layers of coarse cells around a patch's centre (default: the model's, else 2, in three "
     "dimensions 1)",
     1},
    {"neumann", KEY_NEUMANN, "FACES", 0,
     "natural faces instead of u = 0: some of left,right,bottom,top,front,back", 1},
    {0}};

const struct argp lod_mesh_argp = {
    mesh_option_table, ParseMeshOption, NULL, NULL, NULL, NULL, NULL};

/* What messages call the coarse and the fine cells that were asked for. */
static const char *CoarseName(const LodMeshOptions *options) {
  return options->coarse_where ? options->coarse_where : "--coarse";
}
static const char *FineName(const LodMeshOptions *options) {
  return options->fine_where ? options->fine_where : "--fine";
}

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

/* What else helps where N does not divide E: other cells, near the old ones, that `ratio` or, if
   that is 0, N divides. "" where the program cannot make them. */
static void OtherCells(const LodMeshOptions *options, const LodGrid *grid, PetscInt ratio,
                       char text[192]) {
  PetscInt cells[LOD_MAX_DIM] = {1, 1, 1};
  char     list[LOD_CELLS_TEXT];
  text[0] = 0;
  if (!options->any_cells) return;
  for (PetscInt axis = 0; axis < grid->dim; axis++) {
    const PetscInt64 unit = ratio ? ratio : grid->coarse[axis];
    const PetscInt64 near = (grid->coefficient[axis] + unit / 2) / unit * unit;
    cells[axis] = (PetscInt)PetscMin(PetscMax(near, unit), MOST_CELLS);
  }
  (void)snprintf(text, 192,
                 "; or other cells: --resample %s averages A, --pad repeats the last cells",
                 LodCellsText(grid->dim, cells, list));
}

/* Completes a mesh by rule that has no N: where N does not matter by any, else asks for one. */
static PetscErrorCode CoarseWithoutRule(const LodMeshOptions *options, const char *path,
                                        LodGrid *grid) {
  const PetscBool cube = LodCellsAreCube(grid->dim, grid->coefficient);
  char            divisors[256], text[LOD_CELLS_TEXT], other[192];

  PetscFunctionBeginUser;
  if (options->any_coarse) {
    LodGridAnyCoarse(grid);
    PetscFunctionReturn(0);
  }
  LodCheckInput(!options->any_ratio, "%s: no rule divides %s cells: choose --coarse, any number",
                path, LodCellsText(grid->dim, grid->coefficient, text));
  OtherCells(options, grid, 8, other);
  for (PetscInt axis = 0; axis < grid->dim; axis++) {
    const PetscInt cells = grid->coefficient[axis];
    ListDivisors(cells, divisors);
    LodCheckInput(!cube || cells % 8 == 0,
                  "%s: %d cells per axis are not a multiple of 8: choose --coarse, one of %s, or "
                  "--mesh%s",
                  path, (int)cells, divisors, other);
    LodCheckInput(cube,
                  "%s: no rule divides %s cells: choose --coarse, along %c one of %s, or "
                  "--mesh%s",
                  path, LodCellsText(grid->dim, grid->coefficient, text), "xyz"[axis], divisors,
                  other);
  }
  PetscFunctionReturn(0);
}

/* Takes cells from an option, along every axis; which one it is, for messages. */
static PetscErrorCode TakeCells(const char *option, const PetscInt given[], const char *path,
                                PetscInt dim, PetscInt cells[]) {
  const PetscInt n = given[0] == 0 ? 0 : given[1] == 0 ? 1 : given[2] == 0 ? 2 : 3;
  PetscFunctionBeginUser;
  LodCheckInput(n <= 1 || n == dim, "%s: has numbers for %d axes, but %s has %d", option, (int)n,
                path, (int)dim);
  for (PetscInt axis = 0; axis < dim && n > 0; axis++)
    cells[axis] = given[n == 1 ? 0 : axis];
  PetscFunctionReturn(0);
}

/* Takes the extents from the option. */
static PetscErrorCode TakeExtent(const LodMeshOptions *options, const char *path, LodGrid *grid) {
  const double  *given = options->extent;
  const PetscInt n = !(given[0] > 0) ? 0 : !(given[1] > 0) ? 1 : !(given[2] > 0) ? 2 : 3;
  PetscFunctionBeginUser;
  LodCheckInput(n <= 1 || n == grid->dim, "%s: has numbers for %d axes, but %s has %d",
                options->extent_where ? options->extent_where : "--extent", (int)n, path,
                (int)grid->dim);
  for (PetscInt axis = 0; axis < grid->dim && n > 0; axis++)
    grid->extent[axis] = given[n == 1 ? 0 : axis];
  PetscFunctionReturn(0);
}

/* The mesh as the model was trained, but for any cells of the coefficient. */
static PetscErrorCode CollectFromModel(const LodMeshOptions *options, const LodSignature *signature,
                                       const char *path, LodGrid *grid) {
  char other[192];
  PetscFunctionBeginUser;
  OtherCells(options, grid, signature->ratio, other);
  grid->ell = signature->ell;
  for (PetscInt axis = 0; axis < grid->dim; axis++) {
    const PetscInt cells = grid->coefficient[axis];
    grid->coarse[axis] = cells / signature->ratio;
    LodCheckInput(cells <= PETSC_MAX_INT / signature->fine_ratio,
                  "%s: %d cells per axis are too many for the model's %d fine cells in each", path,
                  (int)cells, (int)signature->fine_ratio);
    LodCheckInput(options->coarse[0] || cells % signature->ratio == 0,
                  "%s: %d cells per axis are not a multiple of the model's %d cells per coarse "
                  "cell%s",
                  path, (int)cells, (int)signature->ratio, other);
    grid->fine[axis] = cells * signature->fine_ratio;
  }
  PetscFunctionReturn(0);
}

/* Reads the mesh file, which must be for such a coefficient. */
static PetscErrorCode CollectFromFile(const LodMeshOptions *options, PetscInt dim,
                                      const PetscInt cells[], const char *path, LodGrid *grid) {
  char has[LOD_CELLS_TEXT], wants[LOD_CELLS_TEXT];
  PetscFunctionBeginUser;
  PetscCall(LodMeshRead(options->mesh, grid));
  LodCheckInput(grid->dim != dim - 1,
                "%s: has %d axes, --mesh %s has %d: for many coefficients along the first axis use "
                "--many",
                path, (int)dim, options->mesh, (int)grid->dim);
  LodCheckInput(grid->dim == dim, "--mesh %s: has dimension %d, but %s has %d", options->mesh,
                (int)grid->dim, path, (int)dim);
  LodCheckInput(LodCellsEqual(dim, grid->coefficient, cells),
                "--mesh %s: has %s coefficient cells per axis, but %s has %s", options->mesh,
                LodCellsText(dim, grid->coefficient, has), path, LodCellsText(dim, cells, wants));
  PetscFunctionReturn(0);
}

/* Fills the grid from the mesh file, the model's signature or by rule (LodGridDefaults), with
   single options on top; the numbers are checked by the caller. source[64] names where they are
   from, unless that is the mesh file. */
static PetscErrorCode Collect(const LodMeshOptions *options, PetscInt dim, const PetscInt cells[],
                              const char *path, const LodSignature *signature, LodGrid *grid,
                              char source[64]) {
  const PetscInt ratio = LodGridDefaults(dim, cells, grid);
  PetscFunctionBeginUser;
  if (options->mesh) {
    PetscCall(CollectFromFile(options, dim, cells, path, grid));
  } else if (signature) {
    PetscCall(CollectFromModel(options, signature, path, grid));
    (void)snprintf(source, 64, "as the model was trained");
  } else {
    (void)snprintf(source, 64, "default N = E/%d, F = 2E, l = %d", ratio ? (int)ratio : 8,
                   (int)grid->ell);
    if (!options->coarse[0] && !ratio) {
      PetscCall(CoarseWithoutRule(options, path, grid));
      (void)snprintf(source, 64, "default F = 2E; N does not matter");
    }
  }
  PetscCall(TakeCells(CoarseName(options), options->coarse, path, dim, grid->coarse));
  PetscCall(TakeCells(FineName(options), options->fine, path, dim, grid->fine));
  PetscCall(TakeExtent(options, path, grid));
  if (options->ell) grid->ell = options->ell;
  PetscFunctionReturn(0);
}

/* Refuses cells from options that do not fit the coefficient's. */
static PetscErrorCode CheckCells(const LodMeshOptions *options, const LodGrid *grid,
                                 const char *path) {
  char text[LOD_CELLS_TEXT], divisors[256], other[192];
  PetscFunctionBeginUser;
  OtherCells(options, grid, 0, other);
  for (PetscInt axis = 0; axis < grid->dim; axis++) {
    const PetscInt cells = grid->coefficient[axis];
    ListDivisors(cells, divisors);
    if (options->coarse[0])
      LodCheckInput(cells % grid->coarse[axis] == 0,
                    "%s %s: does not divide the %d cells per axis of %s; choose one of %s%s",
                    CoarseName(options), LodCellsText(grid->dim, grid->coarse, text), (int)cells,
                    path, divisors, other);
    if (options->fine[0])
      LodCheckInput(grid->fine[axis] % cells == 0,
                    "%s %s: is not a multiple of the %d cells per axis of %s", FineName(options),
                    LodCellsText(grid->dim, grid->fine, text), (int)cells, path);
  }
  PetscFunctionReturn(0);
}

/* Where N need not divide E: unless --fine chooses fine cells, the fewest from 2E on that N
   divides, on which loads are integrated. Tells whether the meshes are not nested. */
static PetscErrorCode FitFine(const LodMeshOptions *options, LodGrid *grid, PetscBool *loose) {
  char fine[LOD_CELLS_TEXT], coarse[LOD_CELLS_TEXT];
  PetscFunctionBeginUser;
  *loose = (PetscBool)(options->any_ratio && !LodGridIsNested(grid));
  for (PetscInt axis = 0; axis < grid->dim && *loose; axis++) {
    const PetscInt64 n = grid->coarse[axis], cells = grid->coefficient[axis];
    if (options->fine[0])
      LodCheckInput(grid->fine[axis] % n == 0, "%s %s: is not a multiple of the coarse cells %s",
                    FineName(options), LodCellsText(grid->dim, grid->fine, fine),
                    LodCellsText(grid->dim, grid->coarse, coarse));
    else
      grid->fine[axis] = (PetscInt)(PetscMax(2, (2 * cells + n - 1) / n) * n);
  }
  PetscFunctionReturn(0);
}

/* Takes no more layers than cover D, unless a network wants them as they are; says so in note. */
static void CoverMesh(const LodMeshOptions *options, const LodSignature *signature, LodGrid *grid,
                      char note[96]) {
  const PetscInt covering = LodGridCoveringLayers(grid);
  note[0] = 0;
  if (signature || options->keep_layers || grid->ell <= covering) return;
  (void)snprintf(note, 96, "; l = %d covers the mesh: %d taken as %d", (int)covering,
                 (int)grid->ell, (int)covering);
  grid->ell = covering;
}

PetscErrorCode LodMeshOptionsResolve(const LodMeshOptions *options, PetscInt dim,
                                     const PetscInt cells[], const char *path,
                                     const LodSignature *signature, LodGrid *grid,
                                     char origin[LOD_TEXT_MAX]) {
  char      where[LOD_TEXT_MAX], note[96], source[64];
  PetscBool loose;

  PetscFunctionBeginUser;
  PetscCall(Collect(options, dim, cells, path, signature, grid, source));
  PetscCall(FitFine(options, grid, &loose));
  if (loose)
    (void)snprintf(source, 64, "N does not divide E: F carries loads only");
  else
    PetscCall(CheckCells(options, grid, path));
  (void)snprintf(where, sizeof where, "%.*s", (int)sizeof where - 1,
                 options->mesh ? options->mesh : path);
  if (options->neumann) {
    (void)snprintf(where, sizeof where, "--neumann %.*s", (int)sizeof where - 16, options->neumann);
    PetscCall(LodGridSetNatural(grid, options->neumann, where));
  }
  CoverMesh(options, signature, grid, note);
  PetscCall(loose ? LodGridValidateCoarse(grid, where) : LodGridValidate(grid, where));
  if (origin) {
    int given = (options->coarse[0] != 0) + (options->fine[0] != 0) + (options->ell != 0);
    (void)snprintf(origin, LOD_TEXT_MAX, "%s%.*s%s",
                   given == 3  ? "as the options say"
                   : given > 0 ? "options, else "
                               : "",
                   given == 3 ? 0 : LOD_TEXT_MAX - 128, options->mesh ? options->mesh : source,
                   note);
  }
  PetscFunctionReturn(0);
}
