/* Families of tensors: a medium that is anisotropic in one direction, and layers with a direction
   each. All of them are c I + e n n^T for numbers c, e and a unit vector n in a coordinate plane.
 */
#include <math.h>

#include "base/random.h"
#include "sample/sample_private.h"

/* Random stream of the directions of a sample ("PLYS" in the upper half, apart from the others). */
#define DIRECTION_STREAM ((uint64_t)0x504c5953 << 32)

/* Writes c I + e n n^T to the components of one cell, n = (first, second) in the plane of the axes
   0 and `axis`. */
static void SetTensor(PetscInt dim, double c, double e, double first, double second, PetscInt axis,
                      double *values) {
  double n[LOD_MAX_DIM] = {0};
  n[0] = first;
  n[axis] = second;
  for (PetscInt p = 0; p < dim; p++)
    for (PetscInt q = p; q < dim; q++)
      values[LodTensorComponent(dim, p, q)] = (p == q ? c : 0) + e * n[p] * n[q];
}

PetscErrorCode LodSampleAnisotropic(const LodSampleSettings *settings, PetscInt64 seed,
                                    PetscInt64 number, LodCoefficient *coefficient) {
  const PetscInt dim = coefficient->dim, count = LodCoefficientCells(coefficient);
  const double   angle = settings->angle * PETSC_PI / 180;
  double        *field;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(count, &field));
  PetscErrorCode error = LodSampleLognormal(settings, dim, coefficient->cells, seed, number, field);
  for (PetscInt i = 0; i < count && !error; i++) /* n is normal to the layers */
    SetTensor(dim, field[i], field[i] / settings->ratio - field[i], -sin(angle), cos(angle),
              dim - 1, coefficient->values + i * coefficient->components);
  PetscCall(PetscFree(field));
  PetscCall(error);
  PetscFunctionReturn(0);
}

void LodSampleLayers(const LodSampleSettings *settings, PetscInt64 seed, PetscInt64 number,
                     LodCoefficient *coefficient) {
  const PetscInt dim = coefficient->dim, across = coefficient->cells[dim - 1];
  const PetscInt plane = LodCoefficientCells(coefficient) / across;
  const uint64_t stream = DIRECTION_STREAM | (uint64_t)number;
  for (PetscInt i = 0; i < LodCoefficientCells(coefficient); i++) {
    const PetscInt layer = (PetscInt)((PetscInt64)(i / plane) * settings->layers / across);
    const double   angle = PETSC_PI * LodRandomUniform((uint64_t)seed, stream, (uint64_t)layer);
    SetTensor(dim, settings->alpha, settings->beta - settings->alpha, cos(angle), sin(angle), 1,
              coefficient->values + i * coefficient->components);
  }
}
