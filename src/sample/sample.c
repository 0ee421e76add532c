/* Drawing one coefficient: the families that are a formula, and the choice of the others. */
#include "sample/sample.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/events.h"
#include "base/expression.h"
#include "base/numbers.h"
#include "base/random.h"
#include "sample/sample_private.h"

PetscInt LodSampleScale(const LodSampleSettings *settings, PetscInt cells, PetscInt64 number) {
  if (settings->family != LOD_FAMILY_IID || settings->n_scales == 0) return cells;
  return settings->scales[number % settings->n_scales];
}

/* Values uniform in [alpha, beta], one draw for each piece, of which there are
   `scale` along an axis. */
static void FillIid(const LodSampleSettings *settings, PetscInt dim, const PetscInt cells[],
                    PetscInt64 seed, PetscInt64 number, double *values) {
  const PetscInt count = LodCellCount(dim, cells);
  const uint64_t stream = LodSampleStream(number);
  const double   alpha = settings->alpha, width = settings->beta - settings->alpha;

#pragma omp parallel for schedule(static) if (count > LOD_SAMPLE_PARALLEL)
  for (PetscInt i = 0; i < count; i++) {
    PetscInt rest = i, piece = 0, stride = 1;
    for (PetscInt axis = 0; axis < dim; axis++) {
      const PetscInt scale = LodSampleScale(settings, cells[axis], number);
      piece += rest % cells[axis] / (cells[axis] / scale) * stride;
      stride *= scale;
      rest /= cells[axis];
    }
    values[i] = alpha + width * LodRandomUniform((uint64_t)seed, stream, (uint64_t)piece);
  }
}

/* (alpha+beta)/2 + (beta-alpha)/2 * product over the axes of sin(2 pi x) at cell midpoints. */
static void FillSine(const LodSampleSettings *settings, PetscInt dim, const PetscInt cells[],
                     double *values) {
  const PetscInt count = LodCellCount(dim, cells);
  const double   middle = (settings->alpha + settings->beta) / 2;
  const double   amplitude = (settings->beta - settings->alpha) / 2;

  for (PetscInt i = 0; i < count; i++) {
    double point[LOD_MAX_DIM], product = 1;
    LodSampleMidpoint(dim, cells, i, point);
    for (PetscInt axis = 0; axis < dim; axis++)
      product *= sin(2 * PETSC_PI * point[axis]);
    values[i] = middle + amplitude * product;
  }
}

/* Values of the expression at cell midpoints; an input error names the first point at which it is
   not positive. */
static PetscErrorCode FillExpression(const LodSampleSettings *settings, LodExpression *expression,
                                     PetscInt dim, const PetscInt cells[], double *values) {
  const PetscInt count = LodCellCount(dim, cells);
  double         point[LOD_MAX_DIM];
  char           place[LOD_POINT_TEXT];

  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < count; i++) {
    LodSampleMidpoint(dim, cells, i, point);
    for (PetscInt axis = 0; axis < dim; axis++)
      point[axis] *= settings->extent[axis];
    PetscCall(LodExpressionEvaluate(expression, point, &values[i]));
    if (values[i] > 0) continue;
    LodInputError("coefficient: expression '%s': at the point (%s) it is %.9g; a coefficient must "
                  "be greater than 0",
                  settings->expression, LodPointText(dim, point, place), values[i]);
  }
  PetscFunctionReturn(0);
}

/* Creates, evaluates and destroys the expression of the settings. */
static PetscErrorCode SampleExpression(const LodSampleSettings *settings, PetscInt dim,
                                       const PetscInt cells[], double *values) {
  LodExpression *expression;

  PetscFunctionBeginUser;
  PetscCall(LodExpressionCreate(settings->expression, dim, "coefficient", &expression));
  PetscErrorCode error = FillExpression(settings, expression, dim, cells, values);
  PetscCall(LodExpressionDestroy(&expression));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Fills a coefficient by the family's sampler. */
static PetscErrorCode Fill(const LodSampleSettings *settings, PetscInt64 seed, PetscInt64 number,
                           LodCoefficient *coefficient) {
  const PetscInt  dim = coefficient->dim;
  const PetscInt *cells = coefficient->cells;
  double         *values = coefficient->values;
  PetscFunctionBeginUser;
  switch (settings->family) {
  case LOD_FAMILY_IID:
    FillIid(settings, dim, cells, seed, number, values);
    break;
  case LOD_FAMILY_SINE:
    FillSine(settings, dim, cells, values);
    break;
  case LOD_FAMILY_EXPRESSION:
    PetscCall(SampleExpression(settings, dim, cells, values));
    break;
  case LOD_FAMILY_LOGNORMAL:
    PetscCall(LodSampleLognormal(settings, dim, cells, seed, number, values));
    break;
  case LOD_FAMILY_CHANNELS:
    PetscCall(LodSampleChannels(settings, dim, cells, seed, number, values));
    break;
  case LOD_FAMILY_IMAGE:
    PetscCall(LodSampleImage(settings, cells, values));
    break;
  case LOD_FAMILY_DARCY:
    PetscCall(LodSampleDarcy(settings, dim, cells, seed, number, values));
    break;
  case LOD_FAMILY_RESERVOIR:
    PetscCall(LodSampleReservoir(settings, dim, cells, seed, number, values));
    break;
  case LOD_FAMILY_ANISOTROPIC:
    PetscCall(LodSampleAnisotropic(settings, seed, number, coefficient));
    break;
  case LOD_FAMILY_LAYERS:
    LodSampleLayers(settings, seed, number, coefficient);
    break;
  case LOD_FAMILY_FILE:
    PetscCall(LodSampleFile(settings, number, coefficient));
    break;
  }
  PetscFunctionReturn(0);
}

PetscErrorCode LodSampleDraw(const LodSampleSettings *settings, PetscInt dim,
                             const PetscInt cells[], PetscInt64 seed, PetscInt64 number,
                             LodCoefficient *coefficient) {
  char where[96];

  PetscFunctionBeginUser;
  memset(coefficient, 0, sizeof *coefficient);
  snprintf(where, sizeof where, "family %s, sample %lld", LodFamilyName(settings->family),
           (long long)number);
  LodCheckInput(number >= 0, "%s: the number of a sample cannot be negative", where);
  PetscCall(LodSampleValidate(settings, dim, cells, where));
  PetscCall(LodCoefficientCreateTensor(
      dim, cells, LodFamilyHasTensors(settings->family) ? dim * (dim + 1) / 2 : 1, coefficient));
  PetscCall(LodEventBegin(LOD_EVENT_SAMPLE));
  PetscErrorCode error = Fill(settings, seed, number, coefficient);
  if (!error) error = LodCoefficientValidate(coefficient, where);
  PetscCall(LodEventEnd(LOD_EVENT_SAMPLE));
  if (error) PetscCall(LodCoefficientDestroy(coefficient));
  PetscCall(error);
  PetscFunctionReturn(0);
}
