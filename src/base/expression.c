/* Functions given as text, through muParser's C interface. */
#include "base/expression.h"

#include <ctype.h>
#include <math.h>
#include <muParserDLL.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/numbers.h"

/* Points that muParser takes at once: it parses anew in every call. */
#define BULK 4096

/* Longest expression: muParser writes its messages, which quote what they do not understand, to
   2048 bytes of its own without looking. */
#define LONGEST 1900

/* muParser's code of a name that it does not know. */
#define UNKNOWN_NAME 1

struct LodExpression {
  muParserHandle_t parser;
  PetscInt         dim;
  double          *point; /* the variables, whose addresses the parser holds: point[axis][BULK] */
  char            *text, *where;
};

/* Whether `text` contains an assignment (= that is not part of ==, <=, >=, !=), which muParser
   would carry out on the variables. */
static PetscBool HasAssignment(const char *text) {
  for (const char *c = text; *c; c++) {
    if (*c != '=') continue;
    if (c[1] == '=')
      c++;
    else if (c == text || !strchr("<>!", c[-1]))
      return PETSC_TRUE;
  }
  return PETSC_FALSE;
}

/* muParser's message, which it keeps in one place for all threads. */
static void CopyMessage(muParserHandle_t parser, char message[256]) {
#pragma omp critical(lod_parser_message)
  (void)snprintf(message, 256, "%s", mupGetErrorMsg(parser));
}

/* The same without muParser's own position, which it counts from 0. */
static void ParserMessage(muParserHandle_t parser, char message[256]) {
  CopyMessage(parser, message);
  char *position = strstr(message, " at position ");
  if (position) *position = '\0';
  char *found = strstr(message, " found");
  if (found && found[6] == '\0') *found = '\0';
}

/* Moves every parenthesis that follows a name and blanks to the name, "sin (x)" to "sin( x)", which
   muParser takes as the call it is; all other places keep their numbers. */
static void JoinCalls(char *text) {
  for (char *c = text; *c; c++) {
    char *end = c;
    if (*c != '(') continue;
    while (end > text && isspace((unsigned char)end[-1]))
      end--;
    if (end == c || end == text || !(isalnum((unsigned char)end[-1]) || end[-1] == '_')) continue;
    *c = ' ';
    *end = '(';
  }
}

/* Raises the input error of a text that muParser does not take. */
static PetscErrorCode RefuseText(const LodExpression *expression) {
  static const char *const variables[] = {"x", "x, y", "x, y, z"};
  const char              *text = expression->text, *known = variables[expression->dim - 1];
  const size_t             length = strlen(text);
  char                     message[256];

  PetscFunctionBeginUser;
  LodCheckInput((length < 3 || strcmp(text + length - 3, ".h5") != 0) && access(text, F_OK) != 0,
                "%s: '%s' is the name of a file; an expression of %s is wanted, like '1 + x'",
                expression->where, text, known);
  ParserMessage(expression->parser, message);
  LodInputError("%s: expression '%s': at position %d: %s (variables: %s; constants: pi, e%s)",
                expression->where, text, PetscMax(0, (int)mupGetErrorPos(expression->parser)) + 1,
                message, known,
                mupGetErrorCode(expression->parser) == UNKNOWN_NAME
                    ? "; functions: " LOD_EXPRESSION_FUNCTIONS
                    : "");
}

/* Parses the text by evaluating it once at the middle of D; the value itself is not judged here. */
static PetscErrorCode Parse(LodExpression *expression) {
  int results = 0;

  PetscFunctionBeginUser;
  LodCheckInput(!HasAssignment(expression->text),
                "%s: expression '%s': an assignment (=) is not allowed; == compares",
                expression->where, expression->text);
  mupEvalMulti(expression->parser, &results);
  if (mupError(expression->parser)) PetscCall(RefuseText(expression));
  LodCheckInput(results == 1, "%s: expression '%s': gives %d values, must be one (a comma?)",
                expression->where, expression->text, results);
  PetscFunctionReturn(0);
}

/* Error handler of muParser: nothing to do, errors are asked for after each call. */
static void IgnoreError(muParserHandle_t parser) {
  (void)parser;
}

/* Makes all that an expression whose dimension is set has. */
static PetscErrorCode SetUp(const char *text, const char *where, LodExpression *e) {
  static const char *const names[] = {"x", "y", "z"};
  char                    *joined;

  PetscFunctionBeginUser;
  PetscCall(PetscStrallocpy(text, &e->text));
  PetscCall(PetscStrallocpy(where, &e->where));
  PetscCall(PetscMalloc1(e->dim * BULK, &e->point));
  PetscCall(PetscStrallocpy(text, &joined));
  JoinCalls(joined);
  e->parser = mupCreate(0);
  mupSetErrorHandler(e->parser, IgnoreError);
  for (PetscInt axis = 0; axis < e->dim; axis++) {
    e->point[axis * BULK] = 0.5;
    mupDefineVar(e->parser, names[axis], &e->point[axis * BULK]);
  }
  mupDefineConst(e->parser, "pi", M_PI);
  mupDefineConst(e->parser, "e", M_E);
  mupSetExpr(e->parser, joined);
  PetscCall(PetscFree(joined));
  PetscCall(Parse(e));
  PetscFunctionReturn(0);
}

PetscErrorCode LodExpressionCreate(const char *text, PetscInt dim, const char *where,
                                   LodExpression **expression) {
  LodExpression *e;

  PetscFunctionBeginUser;
  *expression = NULL;
  LodCheckInput(strlen(text) <= LONGEST,
                "%s: expression '%.40s...': has %zu characters, must have at most %d", where, text,
                strlen(text), LONGEST);
  PetscCheck(dim >= 1 && dim <= 3, PETSC_COMM_SELF, PETSC_ERR_ARG_OUTOFRANGE,
             "an expression has 1 to 3 variables, not %" PetscInt_FMT, dim);
  PetscCall(PetscNew(&e));
  e->dim = dim;
  PetscErrorCode error = SetUp(text, where, e);
  if (error) PetscCall(LodExpressionDestroy(&e));
  PetscCall(error);
  *expression = e;
  PetscFunctionReturn(0);
}

PetscErrorCode LodExpressionEvaluate(LodExpression *expression, const double point[3],
                                     double *value) {
  char place[LOD_POINT_TEXT], message[256];

  PetscFunctionBeginUser;
  for (PetscInt axis = 0; axis < expression->dim; axis++)
    expression->point[axis * BULK] = point[axis];
  *value = mupEval(expression->parser);
  if (mupError(expression->parser) || !isfinite(*value)) {
    (void)LodPointText(expression->dim, point, place);
    CopyMessage(expression->parser, message);
    LodCheckInput(!mupError(expression->parser), "%s: expression '%s': at the point (%s): %s",
                  expression->where, expression->text, place, message);
    LodInputError("%s: expression '%s': at the point (%s) it is %.9g, not a finite number",
                  expression->where, expression->text, place, *value);
  }
  PetscFunctionReturn(0);
}

PetscInt LodExpressionValues(LodExpression *expression, PetscInt count,
                             const double *const points[3], double *values) {
  for (PetscInt first = 0; first < count; first += BULK) {
    const PetscInt n = PetscMin(BULK, count - first);
    for (PetscInt axis = 0; axis < expression->dim; axis++)
      memcpy(&expression->point[axis * BULK], points[axis] + first, (size_t)n * sizeof(double));
    mupEvalBulk(expression->parser, values + first, (int)n);
    if (mupError(expression->parser)) return first;
    for (PetscInt p = first; p < first + n; p++)
      if (!isfinite(values[p])) return p;
  }
  return count;
}

PetscBool LodExpressionIsConstant(LodExpression *expression) {
  return (PetscBool)(mupGetExprVarNum(expression->parser) == 0);
}

PetscErrorCode LodExpressionDestroy(LodExpression **expression) {
  PetscFunctionBeginUser;
  if (*expression) {
    if ((*expression)->parser) mupRelease((*expression)->parser);
    PetscCall(PetscFree((*expression)->point));
    PetscCall(PetscFree((*expression)->text));
    PetscCall(PetscFree((*expression)->where));
    PetscCall(PetscFree(*expression));
  }
  PetscFunctionReturn(0);
}
