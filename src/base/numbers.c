/* Numbers in text. */
#include "base/numbers.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

const char *LodIntegerParse(const char *text, PetscInt64 *value) {
  char *end = NULL;

  if (!*text || isspace((unsigned char)*text)) return "not a whole number";
  errno = 0;
  long long parsed = strtoll(text, &end, 10);
  if (end == text || *end) return "not a whole number";
  if (errno) return "too large a number";
  *value = parsed;
  return NULL;
}

const char *LodRealParse(const char *text, double *value) {
  char *end = NULL;

  if (!*text || isspace((unsigned char)*text)) return "not a number";
  double parsed = strtod(text, &end);
  if (end == text || *end || isnan(parsed)) return "not a number";
  if (isinf(parsed)) return "not a finite number";
  *value = parsed;
  return NULL;
}

const char *LodPointText(PetscInt dim, const double point[], char text[LOD_POINT_TEXT]) {
  size_t used = 0;
  text[0] = '\0';
  for (PetscInt axis = 0; axis < dim; axis++)
    used += (size_t)snprintf(text + used, LOD_POINT_TEXT - used, "%s%.6g", axis ? ", " : "",
                             point[axis]);
  return text;
}
