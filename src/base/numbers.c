/* Numbers on the command line, read strictly. */
#include "base/numbers.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
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
