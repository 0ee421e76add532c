/* Quantities of interest in files for programs. */
#include <string.h>

#include "base/text_file.h"
#include "io/json.h"
#include "solver/quantities.h"

/* The values by their names, and what they are of. */
static json_t *QuantitiesJson(const LodQuantities *quantities) {
  json_t *object = json_pack("{s:s}", "of", quantities->of);
  for (PetscInt i = 0; i < quantities->n; i++)
    json_object_set_new(object, quantities->items[i].name,
                        LodJsonNumber(quantities->items[i].value));
  return object;
}

/* A text or nothing. */
static json_t *TextOrNull(const char *text) {
  return text && text[0] ? LodJsonText(text) : NULL;
}

PetscErrorCode LodQuantitiesReport(const LodQuantityFindings *findings, const char *path) {
  LodTextFile file;
  PetscFunctionBeginUser;
  PetscCall(LodTextFileBegin(&file, NULL, path));
  PetscErrorCode error = LodJsonPrint(
      file.stream,
      json_pack("{s:s, s:o, s:s, s:o*, s:o, s:o, s:o*, s:o*, s:o*, s:b, s:o, s:{s:o, s:o}}",
                "version", LODNET_VERSION, "coefficient", LodJsonText(findings->coefficient),
                "method", findings->method, "model", TextOrNull(findings->model), "mesh",
                LodJsonMesh(findings->grid), "rhs", LodJsonText(findings->rhs), "boundary",
                TextOrNull(findings->boundary), "wells", TextOrNull(findings->wells), "reaction",
                TextOrNull(findings->reaction), "correct", (int)findings->correct, "quantities",
                QuantitiesJson(findings->quantities), "seconds", "operator",
                LodJsonNumber(findings->seconds_operator), "solve",
                LodJsonNumber(findings->seconds_solve)));
  if (error) PetscCall(LodTextFileAbort(&file));
  PetscCall(error);
  PetscCall(LodTextFileCommit(&file));
  PetscFunctionReturn(0);
}

PetscErrorCode LodQuantitiesNames(const LodQuantities *quantities, char **names) {
  size_t length = 1;
  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < quantities->n; i++)
    length += strlen(quantities->items[i].name) + 1;
  PetscCall(PetscCalloc1(length, names));
  char *end = *names;
  for (PetscInt i = 0; i < quantities->n; i++) {
    if (i > 0) *end++ = '\n';
    end = stpcpy(end, quantities->items[i].name);
  }
  PetscFunctionReturn(0);
}

void LodQuantitiesValues(const LodQuantities *quantities, double *values) {
  for (PetscInt i = 0; i < quantities->n; i++)
    values[i] = quantities->items[i].value;
}
