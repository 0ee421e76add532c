/* Reads the settings of problem files, which keep their places: what they say can be judged only
   when the coefficient is known. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "config/tables_private.h"

/* Writes "FILE: line L, column C: NAME" to where[LOD_WHERE_MAX]. */
static void Place(const LodSettingsFile *file, const LodTomlNode *node, const char *name,
                  char *where) {
  LodSettingsPlace(file, node, where);
  const size_t used = strlen(where);
  (void)snprintf(where + used, LOD_WHERE_MAX - used, ": %s", name);
}

/* Writes the shortest decimal that reads back as the same number. */
static void WriteNumber(double value, size_t capacity, char *text) {
  for (int digits = 1; digits <= 17; digits++) {
    (void)snprintf(text, capacity, "%.*g", digits, value);
    if (strtod(text, NULL) == value) return;
  }
}

/* Reads a number, an expression or "@FILE", whose file counts from the settings' folder; `key` is
   the node that messages point to. */
static PetscErrorCode ReadValue(const LodSettingsFile *file, const LodTomlNode *key,
                                const LodTomlNode *node, const char *name, LodPlacedText *value) {
  const size_t capacity = sizeof value->text;
  PetscFunctionBeginUser;
  Place(file, key, name, value->where);
  if (node->type == LOD_TOML_INTEGER || node->type == LOD_TOML_REAL) {
    if (!isfinite(node->real)) LodRefuseNode(file, key, "%s must be finite", name);
    WriteNumber(node->real, capacity, value->text);
    PetscFunctionReturn(0);
  }
  if (node->type != LOD_TOML_TEXT)
    LodRefuseNode(file, key, "%s must be a number or a string, not %s", name,
                  LodTomlTypeName(node->type));
  if (!node->text[0]) LodRefuseNode(file, key, "%s must not be empty", name);
  value->text[0] = '@';
  const int length = node->text[0] == '@' && node->text[1]
                         ? 1 + LodSettingsPath(file, node->text + 1, capacity - 1, value->text + 1)
                         : snprintf(value->text, capacity, "%s", node->text);
  if (length >= (int)capacity)
    LodRefuseNode(file, key, "%s is longer than %zu characters", name, capacity - 1);
  PetscFunctionReturn(0);
}

/* Reads one number or a list of one for each axis. */
static PetscErrorCode ReadNumbers(const LodSettingsFile *file, const LodTomlNode *node,
                                  const LodTable *table, const LodSetting *setting,
                                  LodPlacedNumbers *numbers) {
  const PetscBool whole = (PetscBool)(setting->kind == LOD_KIND_COUNTS);
  const PetscBool list = (PetscBool)(node->type == LOD_TOML_ARRAY);
  const size_t    n = list ? node->n_children : 1;
  char            name[LOD_TEXT_MAX], where[LOD_WHERE_MAX];
  size_t          used = 0;

  PetscFunctionBeginUser;
  (void)LodSettingsName(table, setting, 0, name);
  Place(file, node, name, numbers->where);
  if (n < 1 || n > LOD_MAX_DIM)
    LodRefuseNode(file, node, "%s has %zu entries, must have one for each axis", name, n);
  for (size_t i = 0; i < n; i++) {
    const LodTomlNode *one = list ? &node->children[i] : node;
    (void)LodSettingsName(table, setting, list ? i + 1 : 0, name);
    if (one->type != LOD_TOML_INTEGER && (whole || one->type != LOD_TOML_REAL))
      LodRefuseNode(file, one, "%s must be %s, not %s", name, whole ? "an integer" : "a number",
                    LodTomlTypeName(one->type));
    LodSettingsPlace(file, one, where);
    PetscCall(LodSettingsCheckNumber(setting, one->real, where, name));
    numbers->numbers[i] = one->real;
    if (i > 0) numbers->text[used++] = ',';
    WriteNumber(one->real, sizeof numbers->text - used, numbers->text + used);
    used += strlen(numbers->text + used);
  }
  numbers->n = (PetscInt)n;
  PetscFunctionReturn(0);
}

/* Reads a list of points. */
static PetscErrorCode ReadPoints(const LodSettingsFile *file, const LodTomlNode *node,
                                 const LodTable *table, const LodSetting *setting, char *base) {
  LodPlacedNumbers *points = (void *)(base + setting->offset);
  char              name[LOD_TEXT_MAX];
  PetscFunctionBeginUser;
  (void)LodSettingsName(table, setting, 0, name);
  if (node->type != LOD_TOML_ARRAY)
    LodRefuseNode(file, node, "%s must be a list of points, not %s", name,
                  LodTomlTypeName(node->type));
  if (node->n_children > (size_t)setting->capacity)
    LodRefuseNode(file, node, "%s has %zu entries, must have at most %d", name, node->n_children,
                  (int)setting->capacity);
  for (size_t i = 0; i < node->n_children; i++)
    PetscCall(ReadNumbers(file, &node->children[i], table, setting, &points[i]));
  *(PetscInt *)(void *)(base + setting->count) = (PetscInt)node->n_children;
  PetscFunctionReturn(0);
}

/* Reads the two values of {robin = [r, g]}. */
static PetscErrorCode ReadRobin(const LodSettingsFile *file, const LodTomlNode *key,
                                const LodTomlNode *node, const char *name, LodPlacedFace *face) {
  PetscFunctionBeginUser;
  if (node->type != LOD_TOML_ARRAY || node->n_children != 2)
    LodRefuseNode(file, key, "robin of %s must be a list of two values, [r, g]", name);
  PetscCall(ReadValue(file, key, &node->children[0], name, &face->rate));
  PetscCall(ReadValue(file, key, &node->children[1], name, &face->value));
  PetscFunctionReturn(0);
}

/* Reads what holds on a face. */
static PetscErrorCode ReadFace(const LodSettingsFile *file, const LodTomlNode *node,
                               const char *name, LodPlacedFace *face) {
  const LodTomlNode *child =
      node->type == LOD_TOML_TABLE && node->n_children == 1 ? &node->children[0] : NULL;
  const char *kind = child ? child->key : node->type == LOD_TOML_TEXT ? node->text : "";

  PetscFunctionBeginUser;
  if (!child && strcmp(kind, "natural") == 0) {
    face->kind = LOD_FACE_NATURAL;
    Place(file, node, name, face->value.where);
  } else if (child && strcmp(kind, "dirichlet") == 0) {
    face->kind = LOD_FACE_DIRICHLET;
    PetscCall(ReadValue(file, node, child, name, &face->value));
  } else if (child && strcmp(kind, "flux") == 0) {
    face->kind = LOD_FACE_FLUX;
    PetscCall(ReadValue(file, node, child, name, &face->value));
  } else if (child && strcmp(kind, "robin") == 0) {
    face->kind = LOD_FACE_ROBIN;
    PetscCall(ReadRobin(file, node, child, name, face));
  } else {
    LodRefuseNode(file, node,
                  "%s must be \"natural\", {dirichlet = g}, {flux = q} or {robin = [r, g]}", name);
  }
  PetscFunctionReturn(0);
}

PetscErrorCode LodSettingsReadPlaced(const LodSettingsFile *file, const LodTomlNode *node,
                                     const LodTable *table, const LodSetting *setting, char *base) {
  void *field = base + setting->offset;
  char  name[LOD_TEXT_MAX];
  PetscFunctionBeginUser;
  (void)LodSettingsName(table, setting, 0, name);
  if (setting->kind == LOD_KIND_VALUE)
    PetscCall(ReadValue(file, node, node, name, field));
  else if (setting->kind == LOD_KIND_FACE)
    PetscCall(ReadFace(file, node, name, field));
  else if (setting->kind == LOD_KIND_POINTS)
    PetscCall(ReadPoints(file, node, table, setting, base));
  else
    PetscCall(ReadNumbers(file, node, table, setting, field));
  PetscFunctionReturn(0);
}
