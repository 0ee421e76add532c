/* Functions of x, y, z given as text, through muParser: "1 + x*sin(2*pi*y)".

   Variables are x, y, z, those of the dimension only; constants pi and e. Operators, by falling
   precedence: ^ (from the right), * and /, + and -, < <= == != >= > (1 where true, 0 where not),
   &&, ||, and CONDITION ? A : B. Functions are those of LOD_EXPRESSION_FUNCTIONS: log is the
   natural logarithm, as ln; rint rounds to the nearest integer; min, max, sum and avg (mean) take
   any number of arguments. */
#ifndef LODNET_BASE_EXPRESSION_H
#define LODNET_BASE_EXPRESSION_H

#include <petscsys.h>

/* The functions of one argument, of two, and of any number, for help texts and messages. */
#define LOD_EXPRESSION_FUNCTIONS                                                                   \
  "sin, cos, tan, asin, acos, atan, atan2, sinh, cosh, tanh, asinh, acosh, atanh, exp, ln, log "   \
  "(the same), log2, log10, sqrt, abs, sign, rint, min, max, sum, avg"

/* What an expression may contain, for help texts. */
#define LOD_EXPRESSION_HELP                                                                        \
  "Expressions (EXPR) are made of x, y, z, pi, e, numbers, + - * / ^, comparisons, && and ||, "    \
  "CONDITION ? A : B, and the functions " LOD_EXPRESSION_FUNCTIONS "."

typedef struct LodExpression LodExpression;

/* Parses `text` with variables x, y, z (those of the dimension only) and the constants pi and e. An
   input error begins with `where` and names the position and what is wrong there. */
PetscErrorCode LodExpressionCreate(const char *text, PetscInt dim, const char *where,
                                   LodExpression **expression);

/* The value at point[dim]. A value that is not finite is an input error naming the point. Not safe
   for two threads on one expression. */
PetscErrorCode LodExpressionEvaluate(LodExpression *expression, const double point[3],
                                     double *value);

/* The values at `count` points, coordinate `axis` of point p being points[axis][p]. Returns the
   first point whose value is not finite, or `count`; raises no error, so that threads may call it,
   each with an expression of its own. */
PetscInt LodExpressionValues(LodExpression *expression, PetscInt count,
                             const double *const points[3], double *values);

/* Whether the expression contains no variable. */
PetscBool LodExpressionIsConstant(LodExpression *expression);

/* Destroys *expression and sets it NULL; NULL is accepted. */
PetscErrorCode LodExpressionDestroy(LodExpression **expression);

#endif
