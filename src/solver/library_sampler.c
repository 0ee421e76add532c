/* Samplers of lodnet.h. */
#include <string.h>

#include "base/error.h"
#include "sample/sample.h"
#include "solver/library.h"

/* Copies a text of the user into a setting; a NULL leaves it empty. */
static PetscErrorCode CopyText(const char *text, size_t size, const char *where, const char *name,
                               char *setting) {
  PetscFunctionBeginUser;
  LodCheckInput(!text || strlen(text) < size, "%s: sampler.%s has %zu characters, at most %zu fit",
                where, name, text ? strlen(text) : 0, size - 1);
  (void)snprintf(setting, size, "%s", text ? text : "");
  PetscFunctionReturn(0);
}

/* LodSamplerDefaults. */
static PetscErrorCode Defaults(const char *family, LodSampler *sampler) {
  static const char where[] = "LodSamplerDefaults";
  LodSampleSettings settings;
  PetscFunctionBeginUser;
  PetscCall(LodPointerCheck(family, where, "family"));
  PetscCall(LodPointerCheck(sampler, where, "sampler"));
  LodSampleDefaults(&settings);
  PetscCall(LodFamilyFromName(family, where, &settings.family));
  LodFamilyDefaults(&settings);
  *sampler = (LodSampler){.family = LodFamilyName(settings.family),
                          .alpha = settings.alpha,
                          .beta = settings.beta,
                          .correlation_length = settings.correlation_length,
                          .variance = settings.variance,
                          .channels = settings.channels,
                          .channel_width = settings.channel_width};
  PetscFunctionReturn(0);
}

int LodSamplerDefaults(const char *family, LodSampler *sampler) {
  LOD_LIBRARY_CALL(Defaults(family, sampler));
}

/* The settings of a sampler. */
static PetscErrorCode ToSettings(const LodSampler *sampler, const char *where,
                                 LodSampleSettings *settings) {
  PetscFunctionBeginUser;
  PetscCall(LodPointerCheck(sampler, where, "sampler"));
  PetscCall(LodPointerCheck(sampler->family, where, "sampler.family"));
  LodSampleDefaults(settings);
  PetscCall(LodFamilyFromName(sampler->family, where, &settings->family));
  LodCheckInput(!LodFamilyHasTensors(settings->family),
                "%s: sampler.family: %s has tensors, values[] are numbers; lod-sample draws them",
                where, LodFamilyName(settings->family));
  LodCheckInput(sampler->scale >= 0, "%s: sampler.scale is %d, must not be negative", where,
                sampler->scale);
  settings->alpha = sampler->alpha;
  settings->beta = sampler->beta;
  settings->n_scales = sampler->scale > 0;
  settings->scales[0] = sampler->scale;
  settings->correlation_length = sampler->correlation_length;
  settings->variance = sampler->variance;
  settings->channels = sampler->channels;
  settings->channel_width = sampler->channel_width;
  settings->channel_low = (PetscBool)(sampler->channel_low != 0);
  settings->logarithmic = (PetscBool)(sampler->logarithmic != 0);
  PetscCall(CopyText(sampler->expression, sizeof settings->expression, where, "expression",
                     settings->expression));
  PetscCall(CopyText(sampler->image, sizeof settings->image, where, "image", settings->image));
  PetscFunctionReturn(0);
}

/* LodSamplerDraw. */
static PetscErrorCode Draw(const LodSampler *sampler, int dim, const int *cells, int64_t seed,
                           int64_t number, double *values) {
  static const char where[] = "LodSamplerDraw";
  LodSampleSettings settings;
  LodCoefficient    wanted, drawn;
  PetscFunctionBeginUser;
  PetscCall(ToSettings(sampler, where, &settings));
  PetscCall(LodCoefficientAround(dim, cells, values, where, &wanted));
  LodLibrariesLock(); /* FFTW's plans */
  PetscErrorCode error = LodSampleDraw(&settings, dim, wanted.cells, seed, number, &drawn);
  LodLibrariesUnlock();
  PetscCall(error);
  PetscCall(PetscArraycpy(values, drawn.values, LodCellCount(dim, wanted.cells)));
  PetscCall(LodCoefficientDestroy(&drawn));
  PetscFunctionReturn(0);
}

int LodSamplerDraw(const LodSampler *sampler, int dim, const int *cells, int64_t seed,
                   int64_t number, double *values) {
  LOD_LIBRARY_CALL(Draw(sampler, dim, cells, seed, number, values));
}
