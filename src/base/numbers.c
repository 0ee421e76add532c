/* Numbers on the command line, read strictly. */
#include <lodnet/command_line.h>

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>

const char *LodParseInteger(const char *text, PetscInt64 *value) {
  char *end = NULL;

  if (!*text || isspace((unsigned char)*text)) return "not a whole number";
  errno = 0;
  long long parsed = strtoll(text, &end, 10);
  if (end == text || *end) return "not a whole number";
  if (errno) return "too large a number";
  *value = parsed;
  return NULL;
}

const char *LodParseReal(const char *text, double *value) {
  char *end = NULL;

  if (!*text || isspace((unsigned char)*text)) return "not a number";
  double parsed = strtod(text, &end);
  if (end == text || *end || isnan(parsed)) return "not a number";
  if (isinf(parsed)) return "not a finite number";
  *value = parsed;
  return NULL;
}

PetscInt64 LodOptionInteger(const struct argp_state *state, const char *option, const char *text,
                            PetscInt64 smallest, PetscInt64 largest) {
  PetscInt64  value = smallest;
  const char *wrong = LodParseInteger(text, &value);

  if (wrong) argp_failure(state, 2, 0, "%s %s: %s", option, text, wrong);
  if (value < smallest || value > largest)
    argp_failure(state, 2, 0, "%s %s: must lie between %lld and %lld", option, text,
                 (long long)smallest, (long long)largest);
  return value;
}

double LodOptionReal(const struct argp_state *state, const char *option, const char *text,
                     double smallest, double largest) {
  double      value = smallest;
  const char *wrong = LodParseReal(text, &value);

  if (wrong) argp_failure(state, 2, 0, "%s %s: %s", option, text, wrong);
  if (value < smallest || value > largest)
    argp_failure(state, 2, 0, "%s %s: must lie between %g and %g", option, text, smallest, largest);
  return value;
}
