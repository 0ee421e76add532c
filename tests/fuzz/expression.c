/* Expressions: the first byte gives the dimension, the rest is the text. */
#include <math.h>
#include <string.h>

#include "base/expression.h"
#include "fuzz.h"

static const char *const words[] = {
    "x",    "y",    "z",    "pi",   "e",   "sin(", "cos(", "tan(",  "asin(", "acos(", "atan(",
    "sinh", "cosh", "tanh", "log2", "ln(", "log(", "exp(", "sqrt(", "sign(", "rint(", "abs(",
    "min(", "max(", "sum(", "avg(", "^",   "*",    "/",    "+",     "-",     "(",     ")",
    ",",    "?",    ":",    "&&",   "||",  "==",   "!=",   "<=",    ">=",    "<",     ">",
    "=",    "_pi",  "_e",   "1e9",  "\"",  "#",    "!",    "{",     "}",     ";",     NULL};

static const char *const seeds[] = {
    "\001"
    "1",
    "\001"
    "1 + x*sin(2*pi*y)",
    "\002"
    "2 + sin(2*pi*x)*cos(pi*z) + abs(y - 0.5)^2",
    "\001"
    "(x > 0.25 && x < 0.75) || y == 0.5 ? exp(-x^2/0.01) : min(x, y, 1e-3)",
    "\000"
    "x < 0.5 ? 1 : sqrt(avg(x, 1, 2)) + sum(1, x) - log10(x + 1)",
    "\001"
    "1/(x - 0.5)",
};

void FuzzStart(void) {}

size_t FuzzSeed(size_t number, uint8_t *data, size_t most) {
  static const char *const patterns[] = {"tests/fuzz/seeds/expression/*", NULL};
  const size_t             n = sizeof seeds / sizeof seeds[0];
  if (number >= n) return FuzzSeedFile(patterns, number - n, data, most);
  const size_t length = 1 + strlen(seeds[number] + 1);
  memcpy(data, seeds[number], length);
  return length;
}

size_t FuzzMutate(FuzzRandom *random, uint8_t *data, size_t size, size_t most) {
  return FuzzMutateBytes(random, words, data, size, most);
}

/* Evaluates at corners, on the axes and inside. */
static void Evaluate(LodExpression *expression) {
  static const double at[] = {0, 1.0 / 3, 0.5, 1};
  double              value = 0;
  for (int i = 0; i < 64; i++) {
    const double point[] = {at[i & 3], at[i >> 2 & 3], at[i >> 4]};
    if (FuzzAccepted(LodExpressionEvaluate(expression, point, &value)) && !isfinite(value))
      FuzzFail("the value %g is not finite", value);
  }
}

void FuzzOne(const uint8_t *data, size_t size) {
  static char    text[FUZZ_INPUT_MAX + 1];
  LodExpression *expression;
  if (size < 1) return;
  memcpy(text, data + 1, size - 1);
  text[size - 1] = 0;
  if (!FuzzAccepted(LodExpressionCreate(text, 1 + data[0] % 3, "--rhs", &expression))) return;
  Evaluate(expression);
  FuzzOk(LodExpressionDestroy(&expression));
}
