/* Reads settings from TOML, row by row of the tables in tables.c. */
#include <errno.h>
#include <libgen.h>
#include <stddef.h>
#include <string.h>

#include "config/tables_private.h"
#include "grid/faces.h"
#include "sample/sample.h"

/* Larger files are not configs. */
#define LARGEST_FILE 1048576

/* What messages call the types of TOML, by LodTomlType. */
static const char *const type_names[] = {
    "a table",       "a list",        "a string", "an integer", "a floating-point number",
    "true or false", "a date or time"};

const char *LodTomlTypeName(LodTomlType type) {
  return type_names[type];
}

/* What each kind of setting expects, by LodSettingKind. */
static const struct {
  LodTomlType type;
  const char *name, *plural;
} expected[] = {
    [LOD_KIND_INTEGER] = {LOD_TOML_INTEGER, "an integer", "a list of integers"},
    [LOD_KIND_SEED] = {LOD_TOML_INTEGER, "an integer", NULL},
    [LOD_KIND_REAL] = {LOD_TOML_REAL, "a number", NULL},
    [LOD_KIND_BOOLEAN] = {LOD_TOML_BOOLEAN, "true or false", NULL},
    [LOD_KIND_TEXT] = {LOD_TOML_TEXT, "a string", NULL},
    [LOD_KIND_PATH] = {LOD_TOML_TEXT, "a string", NULL},
    [LOD_KIND_CHOICE] = {LOD_TOML_TEXT, "a string", NULL},
    [LOD_KIND_FAMILY] = {LOD_TOML_TEXT, "a string", NULL},
    [LOD_KIND_MESH] = {LOD_TOML_TEXT, "a string", NULL},
    [LOD_KIND_CELLS] = {LOD_TOML_INTEGER, "an integer", NULL},
    [LOD_KIND_EXTENT] = {LOD_TOML_REAL, "a number", NULL},
    [LOD_KIND_FACES] = {LOD_TOML_TEXT, "a string", "a list of strings"},
    [LOD_KIND_TABLE] = {LOD_TOML_TABLE, "a table", NULL},
    [LOD_KIND_TABLES] = {LOD_TOML_TABLE, "a table", "a list of tables"},
    [LOD_KIND_MESH_NAME] = {LOD_TOML_TEXT, "a string", NULL},
};

/* " in [training]", or "" for a whole file, as text[64]. */
static const char *InTable(const LodTable *table, char *text) {
  (void)snprintf(text, 64, "%s%s", table->name[0] ? " in " : "", table->name);
  return text;
}

const char *LodSettingsName(const LodTable *table, const LodSetting *setting, size_t entry,
                            char *text) {
  char   in[64];
  size_t used = 0;
  if (entry) used = (size_t)snprintf(text, LOD_TEXT_MAX, "entry %zu of ", entry);
  (void)snprintf(text + used, LOD_TEXT_MAX - used, "\"%s\"%s", setting->key, InTable(table, in));
  return text;
}

/* Levenshtein's distance of two words of at most 63 characters; 64 if one is longer. */
static size_t EditDistance(const char *a, const char *b) {
  size_t row[64], length = strlen(b);
  if (strlen(a) >= 64 || length >= 64) return 64;
  for (size_t j = 0; j <= length; j++)
    row[j] = j;
  for (size_t i = 1; a[i - 1]; i++) {
    size_t diagonal = row[0]; /* entry (i-1, j-1) of the table whose row i-1 `row` still holds */
    row[0] = i;
    for (size_t j = 1; j <= length; j++) {
      const size_t replace = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = PetscMin(replace, PetscMin(row[j], row[j - 1]) + 1);
    }
  }
  return row[length];
}

/* Writes to text[LOD_TEXT_MAX] which key was probably meant, or else which keys there are. */
static void Suggest(const LodTable *table, const char *key, char *text) {
  size_t   nearest = 64, used;
  PetscInt best = 0;
  for (PetscInt i = 0; i < table->n; i++) {
    const size_t distance = EditDistance(key, table->settings[i].key);
    if (distance < nearest) nearest = distance, best = i;
  }
  if (nearest <= 1 + strlen(key) / 3) {
    (void)snprintf(text, LOD_TEXT_MAX, "did you mean \"%s\"?", table->settings[best].key);
    return;
  }
  used = (size_t)snprintf(text, LOD_TEXT_MAX, "the keys are");
  for (PetscInt i = 0; i < table->n && used < LOD_TEXT_MAX; i++)
    used += (size_t)snprintf(text + used, LOD_TEXT_MAX - used, "%s%s", i ? ", " : " ",
                             table->settings[i].key);
}

/* Refuses keys of a table that are none of its settings. */
static PetscErrorCode CheckKeys(const LodSettingsFile *file, const LodTomlNode *node,
                                const LodTable *table) {
  char in[64], suggestion[LOD_TEXT_MAX];
  PetscFunctionBeginUser;
  for (size_t i = 0; i < node->n_children; i++) {
    const LodTomlNode *child = &node->children[i];
    PetscInt           known = 0;
    while (known < table->n && strcmp(child->key, table->settings[known].key) != 0)
      known++;
    if (known < table->n) continue;
    const PetscBool is_table =
        (PetscBool)(child->type == LOD_TOML_TABLE ||
                    (child->n_children && child->children[0].type == LOD_TOML_TABLE));
    Suggest(table, child->key, suggestion);
    LodRefuseNode(file, child, "unknown %s \"%.200s\"%s; %s", is_table ? "table" : "key",
                  child->key, InTable(table, in), suggestion);
  }
  PetscFunctionReturn(0);
}

/* Refuses the absence of a required key. */
static PetscErrorCode CheckRequired(const LodSettingsFile *file, const LodTomlNode *node,
                                    const LodTable *table) {
  char in[64];
  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < table->required; i++) {
    if (LodSettingsFind(node, table->settings[i].key)) continue;
    if (!table->name[0]) LodInputError("%s: lacks key \"%s\"", file->path, table->settings[i].key);
    LodRefuseNode(file, node, "missing key \"%s\"%s", table->settings[i].key, InTable(table, in));
  }
  PetscFunctionReturn(0);
}

/* Refuses a key that the family of a [[sample]] does not use. */
static PetscErrorCode CheckFamily(const LodSettingsFile *file, const LodTomlNode *child,
                                  const LodSetting *setting, const LodSampleSettings *sample) {
  PetscFunctionBeginUser;
  if (!LodSettingIsUsed(setting, sample))
    LodRefuseNode(file, child, "family \"%s\" does not use \"%s\"", LodFamilyName(sample->family),
                  setting->key);
  PetscFunctionReturn(0);
}

/* The directory of a file, to text[LOD_PATH_MAX]. */
static void DirectoryOf(const char *path, char *text) {
  char copy[LOD_PATH_MAX];
  (void)snprintf(copy, sizeof copy, "%s", path);
  (void)snprintf(text, LOD_PATH_MAX, "%s", dirname(copy));
}

int LodSettingsPath(const LodSettingsFile *file, const char *name, size_t capacity, char *path) {
  char relative[LOD_PATH_MAX], *absolute = NULL;
  if (name[0] != '/') {
    DirectoryOf(file->path, relative);
    absolute = realpath(relative, NULL);
  }
  const int length =
      snprintf(path, capacity, "%s%s%s", absolute ? absolute : "", absolute ? "/" : "", name);
  free(absolute);
  return length;
}

/* Whether a setting's text is the name of a file. */
static PetscBool IsPath(const LodSetting *setting, const char *text) {
  const size_t length = strlen(text);
  if (setting->kind == LOD_KIND_MESH_NAME)
    return (PetscBool)(strchr(text, '/') ||
                       (length > 5 && strcmp(text + length - 5, ".toml") == 0));
  return (PetscBool)(setting->kind == LOD_KIND_PATH);
}

/* Copies a string to field[capacity]; a path becomes absolute, so that it stays valid when the
   resolved settings are read from another place. */
static PetscErrorCode ReadText(const LodSettingsFile *file, const LodTomlNode *node,
                               const LodSetting *setting, char *field) {
  const size_t capacity = (size_t)setting->capacity;
  PetscFunctionBeginUser;
  if (!node->text[0]) LodRefuseNode(file, node, "\"%s\" must not be empty", setting->key);
  const int length = IsPath(setting, node->text)
                         ? LodSettingsPath(file, node->text, capacity, field)
                         : snprintf(field, capacity, "%s", node->text);
  if (length >= setting->capacity)
    LodRefuseNode(file, node, "\"%s\" is longer than %d characters", setting->key,
                  (int)setting->capacity - 1);
  PetscFunctionReturn(0);
}

/* Checks the type of one value; an integer serves as a number. */
static PetscErrorCode CheckType(const LodSettingsFile *file, const LodTomlNode *node,
                                const LodSetting *setting, const char *name) {
  const LodTomlType wanted = expected[setting->kind].type;
  PetscFunctionBeginUser;
  if (node->type != wanted && !(wanted == LOD_TOML_REAL && node->type == LOD_TOML_INTEGER))
    LodRefuseNode(file, node, "%s must be %s, not %s", name, expected[setting->kind].name,
                  type_names[node->type]);
  PetscFunctionReturn(0);
}

/* Sets the defaults that go with a family just read, the first field of its settings; what the file
   says of them is read after it. */
static void SetFamilyDefaults(LodSampleSettings *settings) {
  _Static_assert(offsetof(LodSampleSettings, family) == 0, "the family is the first field");
  LodFamilyDefaults(settings);
}

/* Reads the name of one of a setting's choices. */
static PetscErrorCode ReadChoice(const LodSetting *setting, const char *name, const char *where,
                                 int *value) {
  char   known[256] = "";
  size_t used = 0;
  PetscFunctionBeginUser;
  for (int i = 0; setting->choices[i]; i++) {
    if (strcmp(name, setting->choices[i]) == 0) {
      *value = i;
      PetscFunctionReturn(0);
    }
    used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", i ? ", " : "",
                             setting->choices[i]);
  }
  LodInputError("%s: no %s '%s'; there are %s", where, setting->key, name, known);
  PetscFunctionReturn(0);
}

/* Reads one value that is neither a table nor a list into `field`; `entry`: see Name. */
static PetscErrorCode ReadValue(const LodSettingsFile *file, const LodTomlNode *node,
                                const LodTable *table, const LodSetting *setting, size_t entry,
                                void *field) {
  char where[LOD_WHERE_MAX], directory[LOD_PATH_MAX], name[LOD_TEXT_MAX];
  PetscFunctionBeginUser;
  LodSettingsPlace(file, node, where);
  PetscCall(CheckType(file, node, setting, LodSettingsName(table, setting, entry, name)));
  switch (setting->kind) {
  case LOD_KIND_INTEGER:
    PetscCall(LodSettingsCheckNumber(setting, node->real, where, name));
    *(PetscInt *)field = (PetscInt)node->integer;
    break;
  case LOD_KIND_SEED:
    PetscCall(LodSettingsCheckNumber(setting, node->real, where, name));
    *(PetscInt64 *)field = node->integer;
    break;
  case LOD_KIND_REAL:
    PetscCall(LodSettingsCheckNumber(setting, node->real, where, name));
    *(double *)field = node->real;
    break;
  case LOD_KIND_BOOLEAN:
    *(PetscBool *)field = node->boolean ? PETSC_TRUE : PETSC_FALSE;
    break;
  case LOD_KIND_CHOICE:
    PetscCall(ReadChoice(setting, node->text, where, field));
    break;
  case LOD_KIND_FAMILY:
    PetscCall(LodFamilyFromName(node->text, where, field));
    SetFamilyDefaults(field);
    break;
  case LOD_KIND_FACES:
    PetscCall(LodGridSetFace(field, node->text, where));
    break;
  case LOD_KIND_MESH:
    DirectoryOf(file->path, directory);
    PetscCall(LodMeshReadFrom(node->text, directory, where, field));
    break;
  default:
    PetscCall(ReadText(file, node, setting, field));
    break;
  }
  PetscFunctionReturn(0);
}

/* Reads what a mesh has along each axis: one value for all of them, or a list. The grid's dimension
   has been read. */
static PetscErrorCode ReadPerAxis(const LodSettingsFile *file, const LodTomlNode *node,
                                  const LodTable *table, const LodSetting *setting, char *base) {
  const PetscInt  dim = ((const LodGrid *)(const void *)base)->dim;
  const PetscBool cells = (PetscBool)(setting->kind == LOD_KIND_CELLS);
  const PetscBool list = (PetscBool)(node->type == LOD_TOML_ARRAY);
  const size_t    size = cells ? sizeof(PetscInt) : sizeof(double);
  LodSetting      one = *setting;
  char            name[LOD_TEXT_MAX];
  PetscFunctionBeginUser;
  one.kind = cells ? LOD_KIND_INTEGER : LOD_KIND_REAL;
  if (list && node->n_children != (size_t)dim)
    LodRefuseNode(file, node, "%s has %zu entries, must have %d, one for each axis",
                  LodSettingsName(table, setting, 0, name), node->n_children, (int)dim);
  for (PetscInt axis = 0; axis < (list ? dim : LOD_MAX_DIM); axis++)
    PetscCall(ReadValue(file, list ? &node->children[axis] : node, table, &one,
                        list ? (size_t)axis + 1 : 0, base + setting->offset + (size_t)axis * size));
  PetscFunctionReturn(0);
}

static PetscErrorCode ReadTable(const LodSettingsFile *file, const LodTomlNode *node,
                                const LodTable *table, char *base, size_t index);

/* Reads a list of integers, of faces or of tables; what it held before is forgotten. */
static PetscErrorCode ReadList(const LodSettingsFile *file, const LodTomlNode *node,
                               const LodTable *table, const LodSetting *setting, char *base) {
  char name[LOD_TEXT_MAX];
  PetscFunctionBeginUser;
  if (node->type != LOD_TOML_ARRAY)
    LodRefuseNode(file, node, "%s must be %s, not %s", LodSettingsName(table, setting, 0, name),
                  expected[setting->kind].plural, type_names[node->type]);
  if (node->n_children > (size_t)setting->capacity)
    LodRefuseNode(file, node, "%s has %zu entries, must have at most %d",
                  LodSettingsName(table, setting, 0, name), node->n_children,
                  (int)setting->capacity);
  if (setting->kind == LOD_KIND_FACES)
    memset(((LodGrid *)(void *)base)->natural, 0, sizeof((LodGrid *)0)->natural);
  for (size_t i = 0; i < node->n_children; i++) {
    const LodTomlNode *child = &node->children[i];
    if (setting->kind == LOD_KIND_TABLES) {
      char *entry = base + setting->offset + i * setting->size;
      PetscCall(CheckType(file, child, setting, LodSettingsName(table, setting, i + 1, name)));
      if (setting->table->defaults) setting->table->defaults(entry);
      PetscCall(ReadTable(file, child, setting->table, entry, i));
    } else {
      const size_t size = setting->kind == LOD_KIND_INTEGER ? sizeof(PetscInt) : 0;
      PetscCall(ReadValue(file, child, table, setting, i + 1, base + setting->offset + i * size));
    }
  }
  if (LodSettingIsCounted(setting))
    *(PetscInt *)(void *)(base + setting->count) = (PetscInt)node->n_children;
  PetscFunctionReturn(0);
}

/* LodSettingsRead for entry number `index` of a list of tables (0 if it is no list). */
static PetscErrorCode ReadTable(const LodSettingsFile *file, const LodTomlNode *node,
                                const LodTable *table, char *base, size_t index) {
  PetscFunctionBeginUser;
  PetscCall(CheckKeys(file, node, table));
  PetscCall(CheckRequired(file, node, table));
  for (PetscInt i = 0; i < table->n; i++) {
    const LodSetting  *setting = &table->settings[i];
    const LodTomlNode *child = LodSettingsFind(node, setting->key);
    if (!child) continue;
    if (setting->families) PetscCall(CheckFamily(file, child, setting, (void *)base));
    if (LodSettingIsCounted(setting) || setting->kind == LOD_KIND_FACES) {
      PetscCall(ReadList(file, child, table, setting, base));
    } else if (setting->kind == LOD_KIND_CELLS || setting->kind == LOD_KIND_EXTENT) {
      PetscCall(ReadPerAxis(file, child, table, setting, base));
    } else if (setting->kind == LOD_KIND_TABLE) {
      char name[LOD_TEXT_MAX];
      PetscCall(CheckType(file, child, setting, LodSettingsName(table, setting, 0, name)));
      PetscCall(ReadTable(file, child, setting->table, base + setting->offset, 0));
    } else if (setting->kind > LOD_KIND_MESH_NAME) {
      PetscCall(LodSettingsReadPlaced(file, child, table, setting, base));
    } else {
      PetscCall(ReadValue(file, child, table, setting, 0,
                          base + setting->offset + index * setting->stride));
    }
  }
  PetscFunctionReturn(0);
}

PetscErrorCode LodSettingsRead(const LodSettingsFile *file, const LodTomlNode *node,
                               const LodTable *table, void *base) {
  PetscFunctionBeginUser;
  PetscCall(ReadTable(file, node, table, base, 0));
  PetscFunctionReturn(0);
}

const LodTomlNode *LodSettingsFind(const LodTomlNode *node, const char *key) {
  for (size_t i = 0; i < node->n_children; i++)
    if (strcmp(node->children[i].key, key) == 0) return &node->children[i];
  return NULL;
}

void LodSettingsPlace(const LodSettingsFile *file, const LodTomlNode *node, char *where) {
  (void)snprintf(where, LOD_WHERE_MAX, "%s: line %u, column %u", file->path, node->line,
                 node->column);
}

/* Reads a whole file into *text (the caller frees it) of *length bytes. */
static PetscErrorCode ReadFile(const char *path, char **text, size_t *length) {
  PetscFunctionBeginUser;
  LodCheckInput(strlen(path) < LOD_PATH_MAX, "%s: file name is too long", path);
  FILE *stream = fopen(path, "rb");
  PetscCheck(stream || errno != ENOMEM, PETSC_COMM_SELF, PETSC_ERR_MEM, "%s: out of memory", path);
  LodCheckInput(stream, "%s: %s", path, strerror(errno));
  PetscErrorCode error = PetscMalloc1(LARGEST_FILE + 1, text);
  if (error) {
    fclose(stream);
    PetscCall(error);
  }
  errno = 0;
  *length = fread(*text, 1, LARGEST_FILE + 1, stream);
  const int failed = ferror(stream) ? errno : 0;
  fclose(stream);
  if (!failed && *length <= LARGEST_FILE) PetscFunctionReturn(0);
  PetscCall(PetscFree(*text));
  LodCheckInput(!failed, "%s: %s", path, strerror(failed));
  LodInputError("%s: is larger than %d bytes, no TOML settings are", path, LARGEST_FILE);
}

PetscErrorCode LodSettingsOpen(const char *path, LodSettingsFile *file) {
  LodTomlError error;
  char        *text = NULL;
  size_t       length = 0;

  PetscFunctionBeginUser;
  *file = (LodSettingsFile){.path = path};
  PetscCall(ReadFile(path, &text, &length));
  const int failed = LodTomlParse(text, length, &file->document, &error);
  PetscCall(PetscFree(text));
  LodCheckInput(!failed || error.line, "%s: %s", path, error.message);
  LodCheckInput(!failed, "%s: line %u, column %u: %s", path, error.line, error.column,
                error.message);
  PetscFunctionReturn(0);
}

PetscErrorCode LodSettingsClose(LodSettingsFile *file) {
  PetscFunctionBeginUser;
  LodTomlFree(file->document);
  file->document = NULL;
  PetscFunctionReturn(0);
}
