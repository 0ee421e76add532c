/* Functions of x, y, z given as text, through muParser: "1 + x*sin(2*pi*y)". */
#ifndef LODNET_EXPRESSION_H
#define LODNET_EXPRESSION_H

#include <petscsys.h>

typedef struct LodExpression LodExpression;

/* Parses `text` with variables x, y, z (those of the dimension only) and the constants pi and e. An
   input error begins with `where` and names the position and what is wrong there. */
PetscErrorCode LodExpressionCreate(const char *text, PetscInt dim, const char *where,
                                   LodExpression **expression);

/* The value at point[dim]. A value that is not finite is an input error naming the point. Not safe
   for two threads on one expression. */
PetscErrorCode LodExpressionEvaluate(LodExpression *expression, const double point[3],
                                     double *value);

/* Destroys *expression and sets it NULL; NULL is accepted. */
PetscErrorCode LodExpressionDestroy(LodExpression **expression);

#endif
