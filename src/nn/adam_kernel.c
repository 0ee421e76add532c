/* Adam; compiled once per level (base/cpu.h). */
#include <math.h>

#include "nn/adam_private.h"

/* Implements LodAdamKernel.update. Kingma and Ba, algorithm 1. */
static void Update(const LodAdamStep *step, PetscInt64 first, PetscInt64 last,
                   const float *gradient, float *restrict parameter, float *restrict first_moment,
                   float *restrict second_moment) {
  const LodAdamStep s = *step;
  for (PetscInt64 i = first; i < last; i++) {
    first_moment[i] = s.beta1 * first_moment[i] + s.rest1 * gradient[i];
    second_moment[i] = s.beta2 * second_moment[i] + s.rest2 * gradient[i] * gradient[i];
    parameter[i] -= s.rate * (first_moment[i] / s.correction1) /
                    (sqrtf(second_moment[i] / s.correction2) + s.epsilon);
  }
}

const LodAdamKernel LOD_AT_LEVEL(LodAdamKernel) = {.update = Update};
