/* Ranges of settings, whether they were read or set by a program. */
#include <math.h>
#include <string.h>

#include "config/tables_private.h"

/* Writes the range of a setting to text[128]. "at most the largest index" goes without saying
   unless that is what `value` breaks. */
static void DescribeRange(const LodSetting *setting, double value, char *text) {
  const PetscBool bounded =
      (PetscBool)(setting->high < PETSC_MAX_INT || (value > setting->high && isfinite(value)));
  if (bounded && !setting->above_low && !setting->below_high)
    (void)snprintf(text, 128, "must be from %.15g to %.15g", setting->low, setting->high);
  else
    (void)snprintf(text, 128, bounded ? "must be %s %.15g and %s %.15g" : "must be %s %.15g",
                   setting->above_low ? "greater than" : "at least", setting->low,
                   setting->below_high ? "less than" : "at most", setting->high);
}

PetscErrorCode LodSettingsCheckNumber(const LodSetting *setting, double value, const char *where,
                                      const char *name) {
  char            range[128];
  const PetscBool above =
      (PetscBool)(setting->above_low ? value > setting->low : value >= setting->low);
  const PetscBool below =
      (PetscBool)(setting->below_high ? value < setting->high : value <= setting->high);

  PetscFunctionBeginUser;
  DescribeRange(setting, value, range);
  LodCheckInput(above && below, "%s: %s is %.15g, %s%s", where, name, value, range,
                isfinite(value) ? "" : " and finite");
  PetscFunctionReturn(0);
}

/* Checks the numbers of one setting: one, a list of integers, or those of a mesh along its axes. */
static PetscErrorCode CheckNumbers(const LodTable *table, const LodSetting *setting,
                                   const char *base, const char *field, const char *where) {
  const PetscBool per_axis =
      (PetscBool)(setting->kind == LOD_KIND_CELLS || setting->kind == LOD_KIND_EXTENT);
  const PetscInt axes = per_axis ? ((const LodGrid *)(const void *)base)->dim : 1;
  char           name[LOD_TEXT_MAX];
  PetscFunctionBeginUser;
  (void)snprintf(name, sizeof name, "\"%s\"%s%s", setting->key, table->name[0] ? " in " : "",
                 table->name);
  if (setting->kind == LOD_KIND_SEED) {
    PetscCall(LodSettingsCheckNumber(setting, (double)*(const PetscInt64 *)(const void *)field,
                                     where, name));
  } else if (setting->kind == LOD_KIND_REAL || setting->kind == LOD_KIND_EXTENT) {
    const double *numbers = (const void *)field;
    for (PetscInt i = 0; i < axes; i++)
      PetscCall(LodSettingsCheckNumber(setting, numbers[i], where, name));
  } else if (setting->kind == LOD_KIND_INTEGER || setting->kind == LOD_KIND_CELLS) {
    const PetscInt *numbers = (const void *)field;
    const PetscInt  n = LodSettingIsCounted(setting)
                            ? *(const PetscInt *)(const void *)(base + setting->count)
                            : axes;
    for (PetscInt i = 0; i < n; i++)
      PetscCall(LodSettingsCheckNumber(setting, (double)numbers[i], where, name));
  }
  PetscFunctionReturn(0);
}

/* LodSettingsCheck for entry number `index` of a list of tables (0 if it is no list). */
static PetscErrorCode CheckTable(const LodTable *table, const char *base, size_t index,
                                 const char *where) {
  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < table->n; i++) {
    const LodSetting *setting = &table->settings[i];
    const char       *field = base + setting->offset + index * setting->stride;
    PetscInt          n = 1;
    if (!LodSettingIsUsed(setting, base)) continue;
    if (LodSettingIsCounted(setting)) {
      n = *(const PetscInt *)(const void *)(base + setting->count);
      LodCheckInput(n >= 0 && n <= setting->capacity,
                    "%s: \"%s\" has %d entries, must have at most %d", where, setting->key, (int)n,
                    (int)setting->capacity);
    }
    PetscCall(CheckNumbers(table, setting, base, field, where));
    for (PetscInt entry = 0; setting->table && entry < n; entry++)
      PetscCall(
          CheckTable(setting->table, field + (size_t)entry * setting->size, (size_t)entry, where));
  }
  PetscFunctionReturn(0);
}

PetscErrorCode LodSettingsCheck(const LodTable *table, const void *base, const char *where) {
  PetscFunctionBeginUser;
  PetscCall(CheckTable(table, base, 0, where));
  PetscFunctionReturn(0);
}
