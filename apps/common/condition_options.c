/* What holds on the faces of D and inside, as a command line or a problem file says it. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/numbers.h"
#include "common/options.h"

enum { KEY_DIRICHLET = 0x500, KEY_FLUX, KEY_ROBIN, KEY_WELL, KEY_REACTION };

/* Notes an option that says what holds on a face. */
static void TakeFace(LodConditionOptions *options, LodFaceKind kind, const char *argument,
                     const struct argp_state *state) {
  if (options->n_faces == LOD_MAX_FACE_OPTIONS)
    argp_error(state, "more than %d conditions on faces", LOD_MAX_FACE_OPTIONS);
  options->faces[options->n_faces].kind = kind;
  options->faces[options->n_faces++].text = argument;
}

/* Takes one option (argp's parser function). */
static error_t ParseConditionOption(int key, char *argument, struct argp_state *state) {
  LodConditionOptions *options = state->input;

  switch (key) {
  case ARGP_KEY_INIT:
    *options = (LodConditionOptions){0};
    return 0;
  case KEY_DIRICHLET:
    TakeFace(options, LOD_FACE_DIRICHLET, argument, state);
    return 0;
  case KEY_FLUX:
    TakeFace(options, LOD_FACE_FLUX, argument, state);
    return 0;
  case KEY_ROBIN:
    TakeFace(options, LOD_FACE_ROBIN, argument, state);
    return 0;
  case KEY_WELL:
    if (options->n_wells == LOD_MAX_WELLS)
      argp_error(state, "--well: more than %d wells", LOD_MAX_WELLS);
    options->wells[options->n_wells++] = argument;
    return 0;
  case KEY_REACTION:
    options->reaction = argument;
    return 0;
  default:
    return ARGP_ERR_UNKNOWN;
  }
}

static const struct argp_option condition_option_table[] = {
    {"dirichlet", KEY_DIRICHLET, "FACE=VALUE", 0, "u = VALUE on a face (default: 0 on all)", 1},
    {"flux", KEY_FLUX, "FACE=VALUE", 0, "A grad u . n = VALUE there: what flows in", 1},
    {"robin", KEY_ROBIN, "FACE=R,G", 0, "A grad u . n = R (G - u) there", 1},
    {"well", KEY_WELL, "X,Y=RATE", 0, "a source of that rate in a point; may be given many times",
     1},
    {"reaction", KEY_REACTION, "VALUE", 0, "c of -div(A grad u) + c u = f (default 0)", 1},
    {0}};

const struct argp lod_condition_argp = {
    condition_option_table, ParseConditionOption, NULL, NULL, NULL, NULL, NULL};

/* The options by the kind of condition. */
static const char *const option_names[] = {[LOD_FACE_UNSET] = "",
                                           [LOD_FACE_DIRICHLET] = "--dirichlet",
                                           [LOD_FACE_NATURAL] = "--neumann",
                                           [LOD_FACE_FLUX] = "--flux",
                                           [LOD_FACE_ROBIN] = "--robin"};

/* The comma that parts "R,G", outside of all parentheses, or NULL. */
static char *FindComma(char *text) {
  int open = 0;
  for (char *c = text; *c; c++) {
    open += (*c == '(') - (*c == ')');
    if (*c == ',' && open == 0) return c;
  }
  return NULL;
}

/* Takes `text`, "FACE=VALUE" or "FACE=R,G", apart, and sets the condition. */
static PetscErrorCode SetFace(LodFaceKind kind, char *text, PetscInt dim,
                              LodConditions *conditions) {
  const char *option = option_names[kind];
  const char *wanted = kind == LOD_FACE_ROBIN ? "FACE=R,G" : "FACE=VALUE";
  char       *value = strchr(text, '='), *comma, *rate = NULL;
  char        where[64];

  PetscFunctionBeginUser;
  LodCheckInput(value, "%s %s: has no =, %s is wanted, like %s left=%s", option, text, wanted,
                option, kind == LOD_FACE_ROBIN ? "2,0" : "1");
  *value++ = 0;
  (void)snprintf(where, sizeof where, "%s %.40s", option, text);
  if (kind == LOD_FACE_ROBIN) {
    comma = FindComma(value);
    LodCheckInput(comma, "%s: '%s' has no comma, %s is wanted", where, value, wanted);
    *comma = 0;
    rate = value;
    value = comma + 1;
    LodCheckInput(rate[0], "%s: R is empty, %s is wanted", where, wanted);
  }
  LodCheckInput(value[0], "%s: there is no value after %c, %s is wanted", where, rate ? ',' : '=',
                wanted);
  PetscCall(LodConditionsSetFace(conditions, dim, text, kind, value, rate, where));
  PetscFunctionReturn(0);
}

/* The same with a copy of the text. */
static PetscErrorCode SetFaceOption(LodFaceKind kind, const char *text, PetscInt dim,
                                    LodConditions *conditions) {
  char *copy;
  PetscFunctionBeginUser;
  PetscCall(PetscStrallocpy(text, &copy));
  PetscErrorCode error = SetFace(kind, copy, dim, conditions);
  PetscCall(PetscFree(copy));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Sets the faces of --neumann, that were found good before. */
static PetscErrorCode SetNatural(const char *faces, PetscInt dim, LodConditions *conditions) {
  LodGrid named = {.dim = dim};
  char    where[64];
  PetscFunctionBeginUser;
  (void)snprintf(where, sizeof where, "--neumann %.40s", faces);
  PetscCall(LodGridSetNatural(&named, faces, where));
  for (PetscInt i = 0; i < 2 * dim; i++)
    if (named.natural[i / 2][i % 2])
      PetscCall(LodConditionsSetFace(conditions, dim, lod_face_names[i / 2][i % 2],
                                     LOD_FACE_NATURAL, NULL, NULL, where));
  PetscFunctionReturn(0);
}

/* Adds a well, "X,Y=RATE". */
static PetscErrorCode AddWell(char *text, PetscInt dim, const char *path,
                              LodConditions *conditions) {
  char       *rate = strchr(text, '='), *rest = text, *number;
  double      point[LOD_MAX_DIM] = {0}, value;
  PetscInt    n = 0;
  const char *wrong;
  char        where[96];

  PetscFunctionBeginUser;
  LodCheckInput(rate, "--well %s: has no =, X,Y=RATE is wanted, like --well 0.2,0.8=1", text);
  *rate++ = 0;
  (void)snprintf(where, sizeof where, "--well %.80s", text);
  while ((number = strsep(&rest, ","))) {
    LodCheckInput(n < dim, "%s: has more than %d coordinates, but %s has %d axes", where, (int)dim,
                  path, (int)dim);
    wrong = LodRealParse(number, &point[n++]);
    LodCheckInput(!wrong, "%s: coordinate '%s': %s", where, number, wrong);
  }
  LodCheckInput(n == dim, "%s: has %d coordinate%s, but %s has %d axes", where, (int)n,
                n == 1 ? "" : "s", path, (int)dim);
  wrong = LodRealParse(rate, &value);
  LodCheckInput(!wrong, "%s: rate '%s': %s", where, rate, wrong);
  PetscCall(LodConditionsAddWell(conditions, point, value, where));
  PetscFunctionReturn(0);
}

/* The same with a copy of the text. */
static PetscErrorCode AddWellOption(const char *text, PetscInt dim, const char *path,
                                    LodConditions *conditions) {
  char *copy;
  PetscFunctionBeginUser;
  PetscCall(PetscStrallocpy(text, &copy));
  PetscErrorCode error = AddWell(copy, dim, path, conditions);
  PetscCall(PetscFree(copy));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Takes over the faces of a problem file that the options left open. */
static PetscErrorCode TakeFileFaces(const LodProblemFile *file, PetscInt dim,
                                    LodConditions *conditions) {
  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < 2 * LOD_MAX_DIM; i++) {
    const LodPlacedFace *face = &file->faces[i / 2][i % 2];
    if (face->kind == LOD_FACE_UNSET) continue;
    if (conditions->faces[i / 2][i % 2].kind != LOD_FACE_UNSET) continue;
    PetscCall(LodConditionsSetFace(conditions, dim, lod_face_names[i / 2][i % 2], face->kind,
                                   face->kind == LOD_FACE_NATURAL ? NULL : face->value.text,
                                   face->kind == LOD_FACE_ROBIN ? face->rate.text : NULL,
                                   face->value.where));
  }
  PetscFunctionReturn(0);
}

/* Takes over the rest: c, and the wells. */
static PetscErrorCode TakeFileSources(const LodConditionOptions *options,
                                      const LodProblemFile *file, PetscInt dim, const char *path,
                                      LodConditions *conditions) {
  PetscFunctionBeginUser;
  if (!options->reaction && file->reaction.text[0])
    PetscCall(LodConditionsSetReaction(conditions, file->reaction.text, file->reaction.where));
  for (PetscInt i = 0; i < file->n_wells && options->n_wells == 0; i++) {
    const LodPlacedWell *well = &file->wells[i];
    LodCheckInput(well->at.n == dim, "%s: has %d coordinate%s, but %s has %d axes", well->at.where,
                  (int)well->at.n, well->at.n == 1 ? "" : "s", path, (int)dim);
    PetscCall(LodConditionsAddWell(conditions, well->at.numbers, well->rate, well->at.where));
  }
  PetscFunctionReturn(0);
}

/* LodConditionOptionsResolve, which leaves what there is to the caller after an error. */
static PetscErrorCode Resolve(const LodConditionOptions *options, const char *neumann,
                              const LodProblemFile *file, PetscInt dim, const char *path,
                              LodConditions *conditions) {
  PetscFunctionBeginUser;
  if (neumann) PetscCall(SetNatural(neumann, dim, conditions));
  for (PetscInt i = 0; i < options->n_faces; i++)
    PetscCall(SetFaceOption(options->faces[i].kind, options->faces[i].text, dim, conditions));
  if (options->reaction) {
    LodCheckInput(options->reaction[0], "--reaction: there is no value");
    PetscCall(LodConditionsSetReaction(conditions, options->reaction, "--reaction"));
  }
  for (PetscInt i = 0; i < options->n_wells; i++)
    PetscCall(AddWellOption(options->wells[i], dim, path, conditions));
  if (file) {
    PetscCall(TakeFileFaces(file, dim, conditions));
    PetscCall(TakeFileSources(options, file, dim, path, conditions));
  }
  PetscFunctionReturn(0);
}

PetscErrorCode LodConditionOptionsResolve(const LodConditionOptions *options, const char *neumann,
                                          const LodProblemFile *file, PetscInt dim,
                                          const char *path, LodConditions *conditions) {
  PetscFunctionBeginUser;
  *conditions = (LodConditions){.n_wells = 0};
  PetscErrorCode error = Resolve(options, neumann, file, dim, path, conditions);
  if (error) PetscCall(LodConditionsDestroy(conditions));
  PetscCall(error);
  PetscFunctionReturn(0);
}
