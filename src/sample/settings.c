/* The families of coefficients: names, defaults, and which parameters are allowed. */
#include "sample/settings.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/expression.h"
#include "sample/sample.h"
#include "sample/sample_private.h"

/* More channels than that would be drawn for hours. */
#define MOST_CHANNELS 100000

/* Names of the families. */
static const char *const family_names[LOD_FAMILY_COUNT] = {
    [LOD_FAMILY_IID] = "iid",
    [LOD_FAMILY_SINE] = "sine",
    [LOD_FAMILY_EXPRESSION] = "expression",
    [LOD_FAMILY_LOGNORMAL] = "lognormal",
    [LOD_FAMILY_CHANNELS] = "channels",
    [LOD_FAMILY_IMAGE] = "image",
    [LOD_FAMILY_DARCY] = "darcy",
    [LOD_FAMILY_RESERVOIR] = "reservoir",
    [LOD_FAMILY_ANISOTROPIC] = "anisotropic",
    [LOD_FAMILY_LAYERS] = "layers",
    [LOD_FAMILY_FILE] = "file",
};

void LodSampleDefaults(LodSampleSettings *settings) {
  memset(settings, 0, sizeof *settings);
  settings->family = LOD_FAMILY_IID;
  settings->count = 1;
  settings->n_scales = 0; /* the cells of the mesh */
  settings->correlation_length = 0.1;
  settings->variance = 1;
  settings->ratio = 10;
  settings->angle = 30;
  settings->layers = 8;
  settings->channels = 8;
  LodFamilyDefaults(settings);
  for (int axis = 0; axis < LOD_MAX_DIM; axis++)
    settings->extent[axis] = 1;
}

void LodFamilyDefaults(LodSampleSettings *settings) {
  settings->alpha = 1;
  settings->beta = 5;
  settings->channel_width = 1;
  if (settings->family == LOD_FAMILY_DARCY) {
    settings->alpha = 3;
    settings->beta = 12;
  } else if (settings->family == LOD_FAMILY_RESERVOIR) {
    settings->alpha = 1e-3;
    settings->beta = 1e4;
    settings->channel_width = 5;
  }
}

const char *LodSampleInput(const LodSampleSettings *settings) {
  return settings->family == LOD_FAMILY_IMAGE  ? settings->image
         : settings->family == LOD_FAMILY_FILE ? settings->file
                                               : NULL;
}

PetscBool LodFamilyHasRange(LodFamily family) {
  return (PetscBool)(family != LOD_FAMILY_EXPRESSION && family != LOD_FAMILY_LOGNORMAL &&
                     family != LOD_FAMILY_ANISOTROPIC && family != LOD_FAMILY_FILE);
}

PetscBool LodFamilyHasTensors(LodFamily family) {
  return (PetscBool)(family == LOD_FAMILY_ANISOTROPIC || family == LOD_FAMILY_LAYERS);
}

PetscBool LodFamilyVaries(LodFamily family) {
  return (PetscBool)(family != LOD_FAMILY_SINE && family != LOD_FAMILY_EXPRESSION &&
                     family != LOD_FAMILY_IMAGE);
}

void LodFamilyList(char known[LOD_TEXT_MAX]) {
  size_t used = 0;
  for (int i = 0; i < LOD_FAMILY_COUNT; i++)
    used +=
        (size_t)snprintf(known + used, LOD_TEXT_MAX - used, "%s%s", i ? ", " : "", family_names[i]);
}

const char *LodFamilyName(LodFamily family) {
  return (unsigned)family < LOD_FAMILY_COUNT ? family_names[family] : "unknown";
}

PetscErrorCode LodFamilyFromName(const char *name, const char *where, LodFamily *family) {
  char known[LOD_TEXT_MAX];

  PetscFunctionBeginUser;
  for (int i = 0; i < LOD_FAMILY_COUNT; i++)
    if (strcmp(name, family_names[i]) == 0) {
      *family = (LodFamily)i;
      PetscFunctionReturn(0);
    }
  LodFamilyList(known);
  LodInputError("%s: no family '%s'; the families are %s", where, name, known);
  PetscFunctionReturn(0);
}

/* Checks 0 < alpha <= beta, both finite. */
static PetscErrorCode ValidateRange(const LodSampleSettings *settings, const char *where) {
  PetscFunctionBeginUser;
  LodCheckInput(isfinite(settings->alpha) && settings->alpha > 0,
                "%s: alpha is %.9g, must be finite and greater than 0", where, settings->alpha);
  LodCheckInput(isfinite(settings->beta) && settings->beta >= settings->alpha,
                "%s: beta is %.9g, must be finite and at least alpha = %.9g", where, settings->beta,
                settings->alpha);
  PetscFunctionReturn(0);
}

/* Checks that every scale divides the cells of the mesh. */
static PetscErrorCode ValidateScales(const LodSampleSettings *settings, PetscInt dim,
                                     const PetscInt cells[], const char *where) {
  PetscFunctionBeginUser;
  LodCheckInput(settings->n_scales >= 0 && settings->n_scales <= LOD_MAX_SCALES,
                "%s: %" PetscInt_FMT " scales, must be at most %d", where, settings->n_scales,
                LOD_MAX_SCALES);
  for (PetscInt i = 0; i < settings->n_scales; i++)
    for (PetscInt axis = 0; axis < dim; axis++)
      LodCheckInput(settings->scales[i] >= 1 && cells[axis] % settings->scales[i] == 0,
                    "%s: scale %" PetscInt_FMT " does not divide the %" PetscInt_FMT
                    " coefficient cells per axis",
                    where, settings->scales[i], cells[axis]);
  PetscFunctionReturn(0);
}

/* Checks what the image family needs: a file that can be opened, and a plane to map it to. */
static PetscErrorCode ValidateImage(const LodSampleSettings *settings, PetscInt dim,
                                    const char *where) {
  PetscFunctionBeginUser;
  LodCheckInput(settings->image[0], "%s: the image family needs an image file", where);
  LodCheckInput(dim == 2, "%s: an image makes a coefficient of 2 dimensions, not %" PetscInt_FMT,
                where, dim);
  FILE *file = fopen(settings->image, "rb");
  LodCheckInput(file, "%s: image %s: %s", where, settings->image, strerror(errno));
  fclose(file);
  PetscFunctionReturn(0);
}

/* Checks the parameters of a Gaussian field. */
static PetscErrorCode ValidateField(const LodSampleSettings *settings, const char *where) {
  PetscFunctionBeginUser;
  LodCheckInput(isfinite(settings->correlation_length) && settings->correlation_length > 0,
                "%s: correlation length is %.9g, must be finite and greater than 0", where,
                settings->correlation_length);
  LodCheckInput(isfinite(settings->variance) && settings->variance >= 0,
                "%s: variance is %.9g, must be finite and at least 0", where, settings->variance);
  PetscFunctionReturn(0);
}

/* Checks the parameters of channels. */
static PetscErrorCode ValidateChannels(const LodSampleSettings *settings, PetscInt dim,
                                       const PetscInt cells[], const char *where) {
  PetscInt fewest = cells[0];
  PetscFunctionBeginUser;
  for (PetscInt axis = 1; axis < dim; axis++)
    fewest = PetscMin(fewest, cells[axis]);
  LodCheckInput(settings->channels >= 1 && settings->channels <= MOST_CHANNELS,
                "%s: %" PetscInt_FMT " channels, must be 1 to %d", where, settings->channels,
                MOST_CHANNELS);
  LodCheckInput(settings->channel_width >= 1 && settings->channel_width <= fewest,
                "%s: channel width is %" PetscInt_FMT " cells, must be 1 to %" PetscInt_FMT, where,
                settings->channel_width, fewest);
  PetscFunctionReturn(0);
}

/* Checks the parameters of tensors. */
static PetscErrorCode ValidateTensors(const LodSampleSettings *settings, PetscInt dim,
                                      const PetscInt cells[], const char *where) {
  PetscFunctionBeginUser;
  LodCheckInput(dim >= 2, "%s: family %s has tensors, which need 2 or 3 dimensions, not 1", where,
                LodFamilyName(settings->family));
  if (settings->family == LOD_FAMILY_LAYERS) {
    LodCheckInput(settings->layers >= 1 && settings->layers <= cells[dim - 1],
                  "%s: %" PetscInt_FMT " layers, must be 1 to the %" PetscInt_FMT
                  " cells along the last axis",
                  where, settings->layers, cells[dim - 1]);
    PetscFunctionReturn(0);
  }
  PetscCall(ValidateField(settings, where));
  LodCheckInput(isfinite(settings->ratio) && settings->ratio > 0,
                "%s: ratio is %.9g, must be finite and greater than 0", where, settings->ratio);
  LodCheckInput(fabs(settings->angle) <= 360, "%s: angle is %.9g, must be from -360 to 360", where,
                settings->angle);
  PetscFunctionReturn(0);
}

/* Checks what the family asks of its own parameters. */
static PetscErrorCode ValidateOwn(const LodSampleSettings *settings, PetscInt dim,
                                  const PetscInt cells[], const char *where) {
  LodExpression *expression;

  PetscFunctionBeginUser;
  switch (settings->family) {
  case LOD_FAMILY_IID:
    PetscCall(ValidateScales(settings, dim, cells, where));
    break;
  case LOD_FAMILY_LOGNORMAL:
    PetscCall(ValidateField(settings, where));
    break;
  case LOD_FAMILY_ANISOTROPIC:
  case LOD_FAMILY_LAYERS:
    PetscCall(ValidateTensors(settings, dim, cells, where));
    break;
  case LOD_FAMILY_RESERVOIR:
    LodCheckInput(dim >= 2, "%s: a reservoir has 2 or 3 dimensions, not 1", where);
    PetscCall(ValidateField(settings, where));
    PetscCall(ValidateChannels(settings, dim, cells, where));
    break;
  case LOD_FAMILY_CHANNELS:
    PetscCall(ValidateChannels(settings, dim, cells, where));
    break;
  case LOD_FAMILY_IMAGE:
    PetscCall(ValidateImage(settings, dim, where));
    break;
  case LOD_FAMILY_FILE:
    PetscCall(LodSampleFileValidate(settings, dim, cells, where));
    break;
  case LOD_FAMILY_EXPRESSION:
    LodCheckInput(settings->expression[0], "%s: the expression family needs an expression", where);
    PetscCall(LodExpressionCreate(settings->expression, dim, where, &expression));
    PetscCall(LodExpressionDestroy(&expression));
    break;
  case LOD_FAMILY_SINE:
  case LOD_FAMILY_DARCY:
    break;
  }
  PetscFunctionReturn(0);
}

PetscErrorCode LodSampleValidate(const LodSampleSettings *settings, PetscInt dim,
                                 const PetscInt cells[], const char *where) {
  const LodFamily family = settings->family;
  PetscInt        least = 1;
  double          count = 1;
  char            text[LOD_CELLS_TEXT];

  PetscFunctionBeginUser;
  LodCheckInput((unsigned)family < LOD_FAMILY_COUNT, "%s: unknown family", where);
  LodCheckInput(dim >= 1 && dim <= LOD_MAX_DIM,
                "%s: dimension is %" PetscInt_FMT ", must be 1, 2 or 3", where, dim);
  for (PetscInt axis = 0; axis < dim; axis++) {
    least = PetscMin(least, cells[axis]);
    count *= (double)cells[axis];
  }
  LodCheckInput(
      least >= 1 && count < (double)PETSC_MAX_INT,
      "%s: %s cells per axis, must be at least 1 and their number in all axes fit an index", where,
      LodCellsText(dim, cells, text));
  LodCheckInput(settings->count >= 1, "%s: count is %" PetscInt_FMT ", must be at least 1", where,
                settings->count);
  LodCheckInput(LodFamilyVaries(family) || settings->count == 1,
                "%s: count is %" PetscInt_FMT ", but family %s gives the same coefficient every "
                "time: must be 1",
                where, settings->count, LodFamilyName(family));
  if (LodFamilyHasRange(family)) PetscCall(ValidateRange(settings, where));
  PetscCall(ValidateOwn(settings, dim, cells, where));
  PetscFunctionReturn(0);
}
