/* Writes settings as TOML, row by row of the tables in tables.c. */
#include <stdlib.h>
#include <string.h>

#include "config/tables_private.h"
#include "grid/faces.h"
#include "sample/sample.h"

/* Writes the shortest decimal that reads back as the same number, always as a float of TOML. */
static void WriteReal(FILE *stream, double value) {
  char text[64];
  for (int digits = 1; digits <= 17; digits++) {
    (void)snprintf(text, sizeof text, "%.*g", digits, value);
    if (strtod(text, NULL) == value) break;
  }
  fprintf(stream, "%s%s", text, strpbrk(text, ".e") ? "" : ".0");
}

/* Writes a basic string of TOML. */
static void WriteText(FILE *stream, const char *text) {
  fputc('"', stream);
  for (const unsigned char *c = (const void *)text; *c; c++) {
    if (*c < 0x20 || *c == 0x7f)
      fprintf(stream, "\\u%04X", *c);
    else
      fprintf(stream, *c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
  }
  fputc('"', stream);
}

/* Writes the names of the natural faces. */
static void WriteFaces(FILE *stream, const LodGrid *grid) {
  const char *separator = "";
  fputc('[', stream);
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    for (int side = 0; side < 2; side++) {
      if (!grid->natural[axis][side]) continue;
      fprintf(stream, "%s\"%s\"", separator, lod_face_names[axis][side]);
      separator = ", ";
    }
  fputc(']', stream);
}

/* Writes cells per axis: one number if there are as many along every axis. */
static void WriteCells(FILE *stream, PetscInt dim, const PetscInt cells[]) {
  const PetscBool cube = LodCellsAreCube(dim, cells);
  fputs(cube ? "" : "[", stream);
  for (PetscInt axis = 0; axis < (cube ? 1 : dim); axis++)
    fprintf(stream, "%s%" PetscInt_FMT, axis ? ", " : "", cells[axis]);
  fputs(cube ? "" : "]", stream);
}

static void WriteTable(FILE *stream, const LodTable *table, const char *base, size_t index,
                       const char *separator);

/* Writes a list of integers, or of tables in one line. */
static void WriteList(FILE *stream, const LodSetting *setting, const char *base) {
  const PetscInt n = *(const PetscInt *)(const void *)(base + setting->count);
  const char    *field = base + setting->offset;
  fputc('[', stream);
  for (PetscInt i = 0; i < n; i++) {
    fputs(i ? ", " : "", stream);
    if (setting->kind == LOD_KIND_INTEGER) {
      fprintf(stream, "%" PetscInt_FMT, ((const PetscInt *)(const void *)field)[i]);
    } else {
      fputc('{', stream);
      WriteTable(stream, setting->table, field + (size_t)i * setting->size, (size_t)i, ", ");
      fputc('}', stream);
    }
  }
  fputc(']', stream);
}

void LodSettingsWriteValue(FILE *stream, const LodSetting *setting, const void *structure,
                           size_t index) {
  const char *base = structure;
  const char *field = base + setting->offset + index * setting->stride;
  const void *value = field;
  switch (setting->kind) {
  case LOD_KIND_INTEGER:
    if (LodSettingIsCounted(setting))
      WriteList(stream, setting, base);
    else
      fprintf(stream, "%" PetscInt_FMT, *(const PetscInt *)value);
    break;
  case LOD_KIND_SEED:
    fprintf(stream, "%lld", (long long)*(const PetscInt64 *)value);
    break;
  case LOD_KIND_CELLS:
    WriteCells(stream, ((const LodGrid *)structure)->dim, value);
    break;
  case LOD_KIND_EXTENT:
  case LOD_KIND_REAL:
    WriteReal(stream, *(const double *)value);
    break;
  case LOD_KIND_BOOLEAN:
    fputs(*(const PetscBool *)value ? "true" : "false", stream);
    break;
  case LOD_KIND_CHOICE:
    WriteText(stream, setting->choices[*(const int *)value]);
    break;
  case LOD_KIND_FAMILY:
    WriteText(stream, LodFamilyName(*(const LodFamily *)value));
    break;
  case LOD_KIND_FACES:
    WriteFaces(stream, value);
    break;
  case LOD_KIND_TABLES:
    WriteList(stream, setting, base);
    break;
  default:
    WriteText(stream, field);
    break;
  }
}

/* Writes `key = value` for every setting that is in use, with `separator` between them. */
static void WriteTable(FILE *stream, const LodTable *table, const char *base, size_t index,
                       const char *separator) {
  const char *before = "";
  for (PetscInt i = 0; i < table->n; i++) {
    const LodSetting *setting = &table->settings[i];
    if (setting->kind == LOD_KIND_MESH || setting->kind == LOD_KIND_EXTENT) continue;
    if (!LodSettingIsUsed(setting, base)) continue;
    fprintf(stream, "%s%s = ", before, setting->key);
    LodSettingsWriteValue(stream, setting, base, index);
    before = separator;
  }
}

/* Writes a whole file: values first, then each table under its header. */
static void WriteFile(FILE *stream, const LodTable *table, const char *base) {
  for (PetscInt i = 0; i < table->n; i++) {
    const LodSetting *setting = &table->settings[i];
    PetscInt          n = 1;
    if (!setting->table) {
      fprintf(stream, "%s = ", setting->key);
      LodSettingsWriteValue(stream, setting, base, 0);
      fputc('\n', stream);
      continue;
    }
    if (LodSettingIsCounted(setting)) n = *(const PetscInt *)(const void *)(base + setting->count);
    for (PetscInt entry = 0; entry < n; entry++) {
      fprintf(stream, "\n%s\n", setting->table->name);
      WriteTable(stream, setting->table, base + setting->offset + (size_t)entry * setting->size,
                 (size_t)entry, "\n");
      fputc('\n', stream);
    }
  }
}

PetscErrorCode LodSettingsWrite(const LodTable *table, const void *base, char **text) {
  char  *written = NULL;
  size_t length;

  PetscFunctionBeginUser;
  *text = NULL;
  FILE *stream = open_memstream(&written, &length);
  PetscCheck(stream, PETSC_COMM_SELF, PETSC_ERR_MEM, "no memory for the text of the settings");
  WriteFile(stream, table, base);
  const int      failed = ferror(stream) | fclose(stream);
  PetscErrorCode error = failed ? PETSC_ERR_MEM : PetscStrallocpy(written, text);
  free(written);
  PetscCheck(!error, PETSC_COMM_SELF, error, "no memory for the text of the settings");
  PetscFunctionReturn(0);
}
