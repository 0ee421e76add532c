/* Functions of a point: expressions, one parser a thread, and functions of the program. */
#include "base/field.h"

#include <math.h>

#include "base/error.h"
#include "base/expression.h"
#include "base/numbers.h"

PetscErrorCode LodFieldDestroy(LodField **field) {
  PetscFunctionBeginUser;
  if (!*field) PetscFunctionReturn(0);
  PetscCall((*field)->destroy(*field));
  PetscCall(PetscFree(*field));
  PetscFunctionReturn(0);
}

/* Implements LodField.values for expressions: data is an array of them, one a thread. */
static PetscInt TextValues(LodField *self, int thread, PetscInt count,
                           const double *const points[3], double *values) {
  LodExpression **expressions = self->data;
  return LodExpressionValues(expressions[thread], count, points, values);
}

/* Implements LodField.refuse: an expression says itself what is wrong with a point. */
static PetscErrorCode TextRefuse(LodField *self, const double point[3], double value) {
  LodExpression **expressions = self->data;
  PetscFunctionBeginUser;
  PetscCall(LodExpressionEvaluate(expressions[0], point, &value));
  SETERRQ(PETSC_COMM_SELF, PETSC_ERR_FP, "muParser cannot evaluate many points at once");
}

/* Implements LodField.destroy. */
static PetscErrorCode TextDestroy(LodField *self) {
  LodExpression **expressions = self->data;
  PetscFunctionBeginUser;
  for (int thread = 0; thread < self->n_threads; thread++)
    PetscCall(LodExpressionDestroy(&expressions[thread]));
  PetscCall(PetscFree(expressions));
  PetscFunctionReturn(0);
}

PetscErrorCode LodFieldFromText(const char *text, PetscInt dim, const char *where, int n_threads,
                                LodField **field) {
  LodExpression **expressions = NULL;
  PetscErrorCode  error;
  PetscFunctionBeginUser;
  *field = NULL;
  error = PetscCalloc1(n_threads, &expressions);
  if (!error) error = PetscNew(field);
  if (error) PetscCall(PetscFree(expressions));
  PetscCall(error);
  **field = (LodField){.values = TextValues,
                       .refuse = TextRefuse,
                       .destroy = TextDestroy,
                       .where = where,
                       .name = text,
                       .n_threads = n_threads,
                       .data = expressions};
  for (int thread = 0; thread < n_threads && !error; thread++)
    error = LodExpressionCreate(text, dim, where, &expressions[thread]);
  if (!error) (*field)->constant = LodExpressionIsConstant(expressions[0]);
  if (error) PetscCall(LodFieldDestroy(field));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* A function of the program. */
typedef struct {
  double (*value)(void *context, const double point[3]);
  void    *context;
  PetscInt dim;
} Function;

/* Implements LodField.values for functions. */
static PetscInt FunctionValues(LodField *self, int thread, PetscInt count,
                               const double *const points[3], double *values) {
  const Function *function = self->data;
  (void)thread;
  for (PetscInt p = 0; p < count; p++) {
    double point[3] = {0};
    for (PetscInt axis = 0; axis < function->dim; axis++)
      point[axis] = points[axis][p];
    values[p] = function->value(function->context, point);
    if (!isfinite(values[p])) return p;
  }
  return count;
}

/* Implements LodField.refuse. */
static PetscErrorCode FunctionRefuse(LodField *self, const double point[3], double value) {
  const Function *function = self->data;
  char            place[LOD_POINT_TEXT];
  PetscFunctionBeginUser;
  LodInputError("%s: at the point (%s) it is %.9g, not a finite number", self->where,
                LodPointText(function->dim, point, place), value);
}

/* Implements LodField.destroy. */
static PetscErrorCode FunctionDestroy(LodField *self) {
  return PetscFree(self->data);
}

PetscErrorCode LodFieldFromFunction(double (*value)(void *context, const double point[3]),
                                    void *context, PetscInt dim, const char *where, int n_threads,
                                    LodField **field) {
  Function *function;
  PetscFunctionBeginUser;
  *field = NULL;
  PetscCall(PetscNew(&function));
  *function = (Function){value, context, dim};
  PetscErrorCode error = PetscNew(field);
  if (error) PetscCall(PetscFree(function));
  PetscCall(error);
  **field = (LodField){.values = FunctionValues,
                       .refuse = FunctionRefuse,
                       .destroy = FunctionDestroy,
                       .where = where,
                       .name = "f",
                       .n_threads = n_threads,
                       .data = function};
  PetscFunctionReturn(0);
}
