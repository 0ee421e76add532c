/* Draws of the families of coefficients. */
#ifndef LODNET_TESTS_SAMPLE_DRAWS_H
#define LODNET_TESTS_SAMPLE_DRAWS_H

#include "check_lodnet.h"
#include "sample/sample.h"

/* Defaults of a family. */
static inline LodSampleSettings defaults(LodFamily family) {
  LodSampleSettings settings;
  LodSampleDefaults(&settings);
  settings.family = family;
  LodFamilyDefaults(&settings);
  return settings;
}

/* Draws a sample that must succeed. */
static inline LodCoefficient draw(const LodSampleSettings *settings, PetscInt dim, PetscInt cells,
                                  unsigned long long seed, PetscInt64 number) {
  LodCoefficient coefficient;
  assert_ok(LodSampleDraw(settings, dim, LOD_CUBE(cells), (PetscInt64)seed, number, &coefficient));
  return coefficient;
}

#endif
