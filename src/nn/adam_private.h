/* One step of Adam on a stretch of parameters. */
#ifndef LODNET_NN_ADAM_PRIVATE_H
#define LODNET_NN_ADAM_PRIVATE_H

#include <petscsystypes.h>

#include "base/cpu.h"

/* Constants of one step: decay rates, what is left of them, the bias corrections 1 - beta1^t and
   1 - beta2^t, step size and epsilon. */
typedef struct {
  float beta1, beta2, rest1, rest2, correction1, correction2, rate, epsilon;
} LodAdamStep;

/* What depends on the processor: updates parameters first <= i < last and their moments. */
typedef struct {
  void (*update)(const LodAdamStep *step, PetscInt64 first, PetscInt64 last, const float *gradient,
                 float *parameter, float *first_moment, float *second_moment);
} LodAdamKernel;
LOD_KERNEL(LodAdamKernel)

#endif
