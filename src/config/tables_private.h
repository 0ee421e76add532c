/* What the tables of a config and of a mesh file hold: one row a key. Reading, checking of ranges
   and writing are loops over these rows, so that a new setting is one new row. */
#ifndef LODNET_CONFIG_TABLES_PRIVATE_H
#define LODNET_CONFIG_TABLES_PRIVATE_H

#include "config/config.h"
#include "config/problem_file.h"
#include "config/toml_adapter_private.h"

/* The kinds of settings, with the type of the field they fill. */
typedef enum {
  LOD_KIND_INTEGER, /* PetscInt, or PetscInt[capacity] with its length at `count` */
  LOD_KIND_SEED,    /* PetscInt64 */
  LOD_KIND_REAL,    /* double */
  LOD_KIND_BOOLEAN, /* PetscBool */
  LOD_KIND_TEXT,    /* char[capacity] */
  LOD_KIND_PATH,    /* char[capacity]: a file; relative names count from the config's directory */
  LOD_KIND_CHOICE,  /* an enumeration, by name, see `choices` */
  LOD_KIND_FAMILY,  /* LodFamily, by name */
  LOD_KIND_MESH,    /* LodGrid: the name of a mesh to start from; never written */
  LOD_KIND_CELLS,   /* PetscInt[LOD_MAX_DIM] of a LodGrid: one number, or one for each axis */
  LOD_KIND_EXTENT,  /* double[LOD_MAX_DIM] of a LodGrid, likewise; never written */
  LOD_KIND_FACES,   /* LodGrid: a list of the faces that are natural */
  LOD_KIND_TABLE,   /* a structure, see `table` */
  LOD_KIND_TABLES,  /* an array of up to `capacity` structures with its length at `count` */
  /* Of problem files (problem_file.h), never written; read by toml_placed.c. */
  LOD_KIND_MESH_NAME, /* char[capacity]: a mesh's name, or as LOD_KIND_PATH a file */
  LOD_KIND_VALUE,     /* LodPlacedText: a number, an expression, or "@FILE" */
  LOD_KIND_NUMBERS,   /* LodPlacedNumbers: a number, or a list of one for each axis */
  LOD_KIND_COUNTS,    /* the same, of integers */
  LOD_KIND_POINTS,    /* LodPlacedNumbers[capacity] with its length at `count` */
  LOD_KIND_FACE       /* LodPlacedFace */
} LodSettingKind;

typedef struct LodTable LodTable;

typedef struct {
  const char     *key;
  LodSettingKind  kind;
  size_t          offset; /* of the field in the structure around it */
  size_t          stride; /* in a list of tables: bytes from one table's field to the next one's */
  size_t          size;   /* LOD_KIND_TABLES: of one structure; 0 if its fields have strides */
  double          low, high;             /* numbers: the range */
  PetscBool       above_low, below_high; /* numbers: that end does not belong to it */
  size_t          count;                 /* lists: offset of the PetscInt that holds the length */
  PetscInt        capacity;              /* lists: most entries; texts: bytes */
  unsigned        families;              /* bit LodFamily set: that family uses it; 0: not asked */
  const LodTable *table;
  const char *const *choices;  /* LOD_KIND_CHOICE: names in the order of the values, then NULL */
  const char        *help;     /* what it means, with its unit */
  const char        *standard; /* its default in words, where that is not one value; NULL: that of
                                  LodConfigDefaults */
} LodSetting;

struct LodTable {
  const char       *name;       /* "[training]" in messages and output, "" for a whole file */
  PetscInt          n;          /* rows */
  PetscInt          required;   /* the first ones that must be there */
  const LodSetting *settings;   /* settings[n], in the order in which they are read and written */
  void (*defaults)(void *base); /* fills a new entry of a list of tables, or NULL */
};

extern const LodTable lod_config_table;  /* LodConfig: a training config */
extern const LodTable lod_pairs_table;   /* LodConfig: the part that determines the pairs */
extern const LodTable lod_mesh_table;    /* LodGrid: a mesh file */
extern const LodTable lod_problem_table; /* LodProblemFile: a problem */

/* Whether a setting is a list whose length is kept in a field. */
static inline PetscBool LodSettingIsCounted(const LodSetting *setting) {
  return (PetscBool)(setting->kind == LOD_KIND_TABLES ||
                     (setting->kind == LOD_KIND_INTEGER && setting->capacity > 0));
}

/* Whether a setting of the structure `base` matters: false for one of a [[sample]] whose family
   does not use it (a family that does not exist uses none). */
static inline PetscBool LodSettingIsUsed(const LodSetting *setting, const void *base) {
  if (!setting->families) return PETSC_TRUE;
  const unsigned family = (unsigned)((const LodSampleSettings *)base)->family;
  return (PetscBool)(family < LOD_FAMILY_COUNT && (setting->families & 1U << family));
}

/* A TOML file that was read. */
typedef struct {
  const char      *path;
  LodTomlDocument *document;
} LodSettingsFile;

/* Opens and parses a file; Close frees it. */
PetscErrorCode LodSettingsOpen(const char *path, LodSettingsFile *file);
PetscErrorCode LodSettingsClose(LodSettingsFile *file);

/* Reads the settings of `node` into the structure `base` of which `table` tells; fields whose keys
   are absent keep their values. An unknown key, a wrong type, a value out of its range and a
   missing key are input errors with line and column. */
PetscErrorCode LodSettingsRead(const LodSettingsFile *file, const LodTomlNode *node,
                               const LodTable *table, void *base);

/* Fills in what a config file leaves open and what its mesh, samples and other settings decide
   (config.h); `config` has been read from `root`. */
void LodConfigComplete(const LodTomlNode *root, LodConfig *config);

/* The child of a table with that key, or NULL. */
const LodTomlNode *LodSettingsFind(const LodTomlNode *node, const char *key);

/* Writes the place of a node, "FILE: line L, column C", to where[LOD_WHERE_MAX]. */
void LodSettingsPlace(const LodSettingsFile *file, const LodTomlNode *node, char *where);

/* Raises an input error with the place of a node; `...` is printf's format and arguments. */
#define LodRefuseNode(file, node, ...)                                                             \
  do {                                                                                             \
    char refuse_where[LOD_WHERE_MAX], refuse_message[LOD_MESSAGE_MAX];                             \
    LodSettingsPlace((file), (node), refuse_where);                                                \
    (void)snprintf(refuse_message, sizeof refuse_message, __VA_ARGS__);                            \
    LodInputError("%s: %s", refuse_where, refuse_message);                                         \
  } while (0)

/* What messages call a setting: "epochs" in [training], or entry `entry` (from 1; 0: none) of it;
   returns text[LOD_TEXT_MAX]. And a type of TOML: "a list". */
const char *LodSettingsName(const LodTable *table, const LodSetting *setting, size_t entry,
                            char *text);
const char *LodTomlTypeName(LodTomlType type);

/* The file that `name` in a settings file means, counted from that file's folder, to
   path[capacity]; returns its length, which may be too much, as snprintf does. */
int LodSettingsPath(const LodSettingsFile *file, const char *name, size_t capacity, char *path);

/* Reads one setting of a kind of problem files into the structure `base`. */
PetscErrorCode LodSettingsReadPlaced(const LodSettingsFile *file, const LodTomlNode *node,
                                     const LodTable *table, const LodSetting *setting, char *base);

/* Checks every range in the structure `base`; `where` begins the messages. */
PetscErrorCode LodSettingsCheck(const LodTable *table, const void *base, const char *where);

/* Checks one number; `name` is what messages call it. */
PetscErrorCode LodSettingsCheckNumber(const LodSetting *setting, double value, const char *where,
                                      const char *name);

/* Writes the structure `base` as TOML; the caller frees *text with PetscFree. */
PetscErrorCode LodSettingsWrite(const LodTable *table, const void *base, char **text);

/* Writes the value of one setting of the structure, entry `index` of a list with strides, as TOML.
 */
void LodSettingsWriteValue(FILE *stream, const LodSetting *setting, const void *structure,
                           size_t index);

/* Writes a table in Markdown of all keys; the structure `base` holds the defaults. */
void LodSettingsWriteKeys(FILE *stream, const LodTable *table, const void *base);

/* LodMeshRead for a name found in a file: a relative path counts from `directory` (then from the
   working directory); `where` is the place of the name. */
PetscErrorCode LodMeshReadFrom(const char *name, const char *directory, const char *where,
                               LodGrid *grid);

#endif
