/* Members of JSON objects, printed one by one. */
#include "io/json.h"

#include "base/text_file.h"

void LodJsonText(FILE *stream, const char *key, const char *text, const char *end) {
  fprintf(stream, "\"%s\": \"", key);
  for (const char *letter = text; *letter; letter++) {
    if (*letter == '"' || *letter == '\\') {
      fprintf(stream, "\\%c", *letter);
    } else if ((unsigned char)*letter < 0x20) {
      fprintf(stream, "\\u%04x", (unsigned)(unsigned char)*letter);
    } else {
      fputc(*letter, stream);
    }
  }
  fprintf(stream, "\"%s", end);
}

void LodJsonNumber(FILE *stream, const char *key, double number, const char *end) {
  fprintf(stream, "\"%s\": ", key);
  LodPrintNumber(stream, number, "null");
  fputs(end, stream);
}

/* Prints cells per axis: one number if there are as many along every axis, else a list. */
static void PrintCells(FILE *stream, const char *key, PetscInt dim, const PetscInt cells[]) {
  const PetscBool cube = LodCellsAreCube(dim, cells);
  fprintf(stream, "\"%s\": %s", key, cube ? "" : "[");
  for (PetscInt axis = 0; axis < (cube ? 1 : dim); axis++)
    fprintf(stream, "%s%d", axis ? ", " : "", (int)cells[axis]);
  fputs(cube ? ", " : "], ", stream);
}

/* Prints the extents, unless D is the unit cube. */
static void PrintExtent(FILE *stream, const LodGrid *grid) {
  PetscBool unit = PETSC_TRUE;
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    if (grid->extent[axis] != 1) unit = PETSC_FALSE;
  if (unit) return;
  fputs("\"extent\": [", stream);
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    fprintf(stream, "%s%.17g", axis ? ", " : "", grid->extent[axis]);
  fputs("], ", stream);
}

void LodJsonMesh(FILE *stream, const LodGrid *grid, const char *end) {
  fprintf(stream, "\"mesh\": {\"dimension\": %d, ", (int)grid->dim);
  PrintCells(stream, "coarse", grid->dim, grid->coarse);
  PrintCells(stream, "coefficient_cells", grid->dim, grid->coefficient);
  PrintCells(stream, "fine", grid->dim, grid->fine);
  PrintExtent(stream, grid);
  fprintf(stream, "\"ell\": %d, \"natural\": [", (int)grid->ell);
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    fprintf(stream, "%s[%s, %s]", axis ? ", " : "", grid->natural[axis][0] ? "true" : "false",
            grid->natural[axis][1] ? "true" : "false");
  fprintf(stream, "]}%s", end);
}
