/* Shared by the samplers: one function a family. Each fills values[cells] (x fastest); the
   settings are valid. `number` is the number of the sample in its dataset. */
#ifndef LODNET_SAMPLE_SAMPLE_PRIVATE_H
#define LODNET_SAMPLE_SAMPLE_PRIVATE_H

#include "grid/coefficient.h"
#include "sample/settings.h"

/* Loops over fewer entries than this are not worth starting threads for. */
#define LOD_SAMPLE_PARALLEL 4096

/* Random stream of a sample. The upper half ("SAMP") keeps samples apart from every other use of
   the run's seed (the split, the initial weights), which number their streams from 0. */
static inline uint64_t LodSampleStream(PetscInt64 number) {
  return ((uint64_t)0x53414d50 << 32) | (uint64_t)number;
}

/* Midpoint of the cell at `position` of a mesh of cells[], in parts of the extents. */
static inline void LodSampleMidpoint(PetscInt dim, const PetscInt cells[], PetscInt position,
                                     double point[LOD_MAX_DIM]) {
  for (PetscInt axis = 0; axis < LOD_MAX_DIM; axis++) {
    point[axis] = axis < dim ? ((double)(position % cells[axis]) + 0.5) / (double)cells[axis] : 0;
    if (axis < dim) position /= cells[axis];
  }
}

/* exp of a Gaussian field with covariance variance * exp(-|x - y| / correlation_length) at the cell
   midpoints. */
PetscErrorCode LodSampleLognormal(const LodSampleSettings *settings, PetscInt dim,
                                  const PetscInt cells[], PetscInt64 seed, PetscInt64 number,
                                  double *values);

/* The Gaussian field itself and, unless NULL, a second, independent one of the same law. */
PetscErrorCode LodSampleGaussian(const LodSampleSettings *settings, PetscInt dim,
                                 const PetscInt cells[], PetscInt64 seed, PetscInt64 number,
                                 double *field, double *second);

/* Sets to `value` the cells that a body of so many cells width covers at one point of its axis
   (point[] in units of cells): the cell that holds the point, and all whose midpoint is within half
   the width. */
void LodSampleMark(PetscInt dim, const PetscInt cells[], const double point[LOD_MAX_DIM],
                   double width, double value, double *values);

/* Straight inclusions in a background. */
PetscErrorCode LodSampleChannels(const LodSampleSettings *settings, PetscInt dim,
                                 const PetscInt cells[], PetscInt64 seed, PetscInt64 number,
                                 double *values);

/* The Gaussian field of the darcy family at cell midpoints, and the coefficient made of it. */
PetscErrorCode LodSampleDarcyField(PetscInt dim, const PetscInt cells[], PetscInt64 seed,
                                   PetscInt64 number, double *values);
PetscErrorCode LodSampleDarcy(const LodSampleSettings *settings, PetscInt dim,
                              const PetscInt cells[], PetscInt64 seed, PetscInt64 number,
                              double *values);

/* Meandering channels in a rough background; dim is 2 or 3. */
PetscErrorCode LodSampleReservoir(const LodSampleSettings *settings, PetscInt dim,
                                  const PetscInt cells[], PetscInt64 seed, PetscInt64 number,
                                  double *values);

/* A lognormal field that is smaller across tilted layers, and layers with directions; dim is 2 or
   3, the coefficient has symmetric tensors. */
PetscErrorCode LodSampleAnisotropic(const LodSampleSettings *settings, PetscInt64 seed,
                                    PetscInt64 number, LodCoefficient *coefficient);
void LodSampleLayers(const LodSampleSettings *settings, PetscInt64 seed, PetscInt64 number,
                     LodCoefficient *coefficient);

/* Reads number first + `number` of the settings' file into a coefficient of its cells. A value that
   is none is an input error with the number of the coefficient. */
PetscErrorCode LodSampleFile(const LodSampleSettings *settings, PetscInt64 number,
                             LodCoefficient *coefficient);

/* Checks that the file is there and has enough coefficients of these cells. */
PetscErrorCode LodSampleFileValidate(const LodSampleSettings *settings, PetscInt dim,
                                     const PetscInt cells[], const char *where);

/* Grey values of a picture; dim is 2. */
PetscErrorCode LodSampleImage(const LodSampleSettings *settings, const PetscInt cells[],
                              double *values);

#endif
