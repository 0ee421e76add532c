/* Training configs. What is read must survive being written and read again. */
#include <string.h>

#include "config/tables_private.h"
#include "fuzz.h"

/* Keys and choices of all tables, and what TOML is made of. */
static const char *words[256] = {
    "[",
    "]",
    "{",
    "}",
    "[[",
    "]]",
    ".",
    ",",
    " = ",
    "\n",
    "\"\"\"",
    "'''",
    "\\u0000",
    "\\U0010ffff",
    "true",
    "false",
    "# x\n",
    "e",
    "1979-05-27",
    "\"\"",
    "small-2d",
    "tiny-2d",
    "iid",
    "sine",
    "image",
    "x",
    "expression",
    "elu",
    "lognormal",
    "channels",
    "darcy",
    "energy",
    "relu",
    "/",
    "/dev/zero",
    "left",
    "top",
    "entries",
    "moments",
    "a.",
    "right",
    "..",
    "{from=0, rate=1}",
    "\xef\xbb\xbf",
    "\r\n",
    "\xff\xfe",
};

/* Adds the keys of a table and of those below it. */
static void AddKeys(const LodTable *table, size_t *n) {
  for (PetscInt i = 0; i < table->n && *n + 1 < sizeof words / sizeof words[0]; i++) {
    words[(*n)++] = table->settings[i].key;
    if (table->settings[i].table) AddKeys(table->settings[i].table, n);
  }
}

void FuzzStart(void) {
  size_t n = 0;
  while (words[n])
    n++;
  AddKeys(&lod_config_table, &n);
}

size_t FuzzSeed(size_t number, uint8_t *data, size_t most) {
  static const char *const patterns[] = {"configs/*.toml", "tests/fuzz/seeds/config/*", NULL};
  return FuzzSeedFile(patterns, number, data, most);
}

size_t FuzzMutate(FuzzRandom *random, uint8_t *data, size_t size, size_t most) {
  return FuzzMutateBytes(random, words, data, size, most);
}

void FuzzOne(const uint8_t *data, size_t size) {
  static LodConfig config, again;
  char             path[LOD_PATH_MAX], *first, *second;
  FuzzPath("case.toml", path);
  FuzzWriteFile(path, data, size);
  if (!FuzzAccepted(LodConfigRead(path, &config))) return;
  FuzzOk(LodConfigWrite(&config, &first));
  FuzzPath("again.toml", path);
  FuzzWriteFile(path, (const uint8_t *)first, strlen(first));
  FuzzOk(LodConfigRead(path, &again));
  FuzzOk(LodConfigWrite(&again, &second));
  if (strcmp(first, second) != 0) FuzzFail("settings change on their way through a file");
  FuzzOk(PetscFree(first));
  FuzzOk(PetscFree(second));
}
