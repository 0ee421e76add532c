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

/* Cells per axis: one number if there are as many along every axis, else a list. */
static json_t *Cells(PetscInt dim, const PetscInt cells[]) {
  json_t *list = json_array();
  if (LodCellsAreCube(dim, cells)) {
    json_decref(list);
    return json_integer(cells[0]);
  }
  for (PetscInt axis = 0; axis < dim; axis++)
    json_array_append_new(list, json_integer(cells[axis]));
  return list;
}

/* Side lengths of D; NULL if it is the unit cube. */
static json_t *Extent(const LodGrid *grid) {
  char    text[LOD_CELLS_TEXT];
  json_t *list = NULL;
  if (LodExtentText(grid, text)[0]) list = json_array();
  for (PetscInt axis = 0; axis < grid->dim && list; axis++)
    json_array_append_new(list, json_real(grid->extent[axis]));
  return list;
}

json_t *LodJsonMesh(const LodGrid *grid) {
  json_t *natural = json_array();
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    json_array_append_new(natural,
                          json_pack("[b, b]", grid->natural[axis][0], grid->natural[axis][1]));
  return json_pack("{s:i, s:o, s:o, s:o, s:o*, s:i, s:o}", "dimension", (int)grid->dim, "coarse",
                   Cells(grid->dim, grid->coarse), "coefficient_cells",
                   Cells(grid->dim, grid->coefficient), "fine", Cells(grid->dim, grid->fine),
                   "extent", Extent(grid), "ell", (int)grid->ell, "natural", natural);
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
