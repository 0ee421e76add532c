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

void LodJsonMesh(FILE *stream, const LodGrid *grid, const char *end) {
  fprintf(stream,
          "\"mesh\": {\"dimension\": %d, \"coarse\": %d, \"coefficient_cells\": %d, "
          "\"fine\": %d, \"ell\": %d, \"natural\": [",
          (int)grid->dim, (int)grid->coarse, (int)grid->coefficient, (int)grid->fine,
          (int)grid->ell);
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    fprintf(stream, "%s[%s, %s]", axis ? ", " : "", grid->natural[axis][0] ? "true" : "false",
            grid->natural[axis][1] ? "true" : "false");
  fprintf(stream, "]}%s", end);
}
