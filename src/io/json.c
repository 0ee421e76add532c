/* Values and printing of JSON, with jansson. */
#include "io/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

json_t *LodJsonNumber(double number) {
  return isfinite(number) ? json_real(number) : json_null();
}

json_t *LodJsonText(const char *text) {
  json_t *value = json_string(text);
  char   *copy = value ? NULL : strdup(text);
  if (!copy) return value;
  for (char *letter = copy; *letter; letter++)
    if ((unsigned char)*letter > 0x7f) *letter = '?';
  value = json_string(copy);
  free(copy);
  return value;
}

json_t *LodJsonMesh(const LodGrid *grid) {
  json_t *natural = json_array();
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    json_array_append_new(natural,
                          json_pack("[b, b]", grid->natural[axis][0], grid->natural[axis][1]));
  return json_pack("{s:i, s:i, s:i, s:i, s:i, s:o}", "dimension", (int)grid->dim, "coarse",
                   (int)grid->coarse, "coefficient_cells", (int)grid->coefficient, "fine",
                   (int)grid->fine, "ell", (int)grid->ell, "natural", natural);
}

PetscErrorCode LodJsonPrint(FILE *stream, json_t *object) {
  PetscFunctionBeginUser;
  char *text = object ? json_dumps(object, JSON_INDENT(2) | JSON_REAL_PRECISION(17)) : NULL;
  json_decref(object);
  PetscCheck(text, PETSC_COMM_SELF, PETSC_ERR_MEM, "JSON: out of memory");
  fprintf(stream, "%s\n", text);
  free(text);
  PetscFunctionReturn(0);
}
