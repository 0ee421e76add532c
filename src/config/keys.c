/* All keys of a config as a table for people. */
#include <math.h>
#include <string.h>

#include "base/text_file.h"
#include "config/tables_private.h"
#include "sample/sample.h"

/* The range of a setting: of its numbers, or the names that it takes. */
static void PrintRange(FILE *stream, const LodSetting *setting) {
  static const char *const kinds[] = {[LOD_KIND_INTEGER] = "integer",
                                      [LOD_KIND_SEED] = "integer",
                                      [LOD_KIND_REAL] = "number",
                                      [LOD_KIND_BOOLEAN] = "",
                                      [LOD_KIND_TEXT] = "text",
                                      [LOD_KIND_PATH] = "file name",
                                      [LOD_KIND_CHOICE] = "",
                                      [LOD_KIND_FAMILY] = "",
                                      [LOD_KIND_MESH] = "name",
                                      [LOD_KIND_CELLS] = "integer, or a list of one for each axis,",
                                      [LOD_KIND_EXTENT] = "number, or a list of one for each axis,",
                                      [LOD_KIND_FACES] =
                                          "list of left, right, bottom, top, front, back",
                                      [LOD_KIND_TABLE] = "",
                                      [LOD_KIND_TABLES] = "list of {",
                                      [LOD_KIND_MESH_NAME] = "name",
                                      [LOD_KIND_VALUE] = "number or text",
                                      [LOD_KIND_NUMBERS] = "number, or a list of one for each axis",
                                      [LOD_KIND_COUNTS] = "integer, or a list of one for each axis",
                                      [LOD_KIND_POINTS] = "list of lists of numbers",
                                      [LOD_KIND_FACE] = "table or text"};
  const PetscBool          is_number =
      (PetscBool)(setting->kind == LOD_KIND_INTEGER || setting->kind == LOD_KIND_SEED ||
                  setting->kind == LOD_KIND_REAL || setting->kind == LOD_KIND_CELLS ||
                  setting->kind == LOD_KIND_EXTENT);
  const PetscBool is_list = (PetscBool)(setting->kind == LOD_KIND_INTEGER && setting->capacity > 0);
  if (is_list)
    fprintf(stream, "list of up to %d integers", (int)setting->capacity);
  else
    fputs(kinds[setting->kind], stream);
  if (setting->kind == LOD_KIND_BOOLEAN) fputs("true or false", stream);
  for (int i = 0; setting->kind == LOD_KIND_CHOICE && setting->choices[i]; i++)
    fprintf(stream, "%s%s", i ? ", " : "", setting->choices[i]);
  for (int i = 0; setting->kind == LOD_KIND_FAMILY && i < LOD_FAMILY_COUNT; i++)
    fprintf(stream, "%s%s", i ? ", " : "", LodFamilyName((LodFamily)i));
  for (PetscInt i = 0; setting->kind == LOD_KIND_TABLES && i < setting->table->n; i++)
    fprintf(stream, "%s%s", setting->table->settings[i].key,
            i + 1 < setting->table->n ? ", " : "}");
  if (!is_number) return;
  fprintf(stream, "%s%g", setting->above_low ? " > " : " from ", setting->low);
  if (!setting->above_low && !(setting->high < PETSC_MAX_INT)) fputs(" on", stream);
  if (setting->high < PETSC_MAX_INT)
    fprintf(stream, "%s%g", setting->below_high ? ", < " : " to ", setting->high);
}

/* The families that use a setting, if not all do. */
static void PrintFamilies(FILE *stream, const LodSetting *setting) {
  const char *before = " (";
  for (int i = 0; setting->families && i < LOD_FAMILY_COUNT; i++) {
    if (!(setting->families & 1U << i)) continue;
    fprintf(stream, "%s%s", before, LodFamilyName((LodFamily)i));
    before = ", ";
  }
  if (setting->families) fputc(')', stream);
}

/* The rows of one table; `base` holds the defaults. */
static void PrintTable(FILE *stream, const LodTable *table, const char *base) {
  for (PetscInt i = 0; i < table->n; i++) {
    const LodSetting *setting = &table->settings[i];
    if (setting->table && !setting->help) {
      PrintTable(stream, setting->table, base + setting->offset);
      continue;
    }
    fprintf(stream, "| `%s` | `%s` | ", table->name[0] ? table->name : "(top)", setting->key);
    if (setting->standard)
      LodPrintCell(stream, setting->standard, "|");
    else
      LodSettingsWriteValue(stream, setting, base, 0);
    fputs(" | ", stream);
    PrintRange(stream, setting);
    fputs(" | ", stream);
    LodPrintCell(stream, setting->help ? setting->help : "", "|");
    PrintFamilies(stream, setting);
    fputs(" |\n", stream);
  }
}

void LodSettingsWriteKeys(FILE *stream, const LodTable *table, const void *base) {
  fputs("| table | key | default | range | meaning |\n|---|---|---|---|---|\n", stream);
  PrintTable(stream, table, base);
}

PetscErrorCode LodConfigWriteKeys(FILE *stream) {
  LodConfig *config;
  PetscFunctionBeginUser;
  PetscCall(PetscNew(&config));
  LodConfigDefaults(config);
  LodSettingsWriteKeys(stream, &lod_config_table, config);
  PetscCall(PetscFree(config));
  PetscFunctionReturn(0);
}
