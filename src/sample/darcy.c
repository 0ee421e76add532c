/* Two-valued coefficients of a Gaussian field: the operator-learning benchmark of Z. Li et al.,
   "Fourier neural operator for parametric partial differential equations", ICLR 2021, section 5.2.

   The field has the covariance (-Laplace + 9)^-2 with natural conditions: the sum over the cosines
   phi_k(x) = product of sqrt(2) cos(pi k_a x_a), or 1 where k_a = 0, of xi_k / (pi^2 |k|^2 + 9)
   phi_k(x) with independent standard normal xi_k. The constant is left out, as in the published
   data: with it, half of all coefficients would have hardly more than one value. At cell midpoints
   the sum is a discrete cosine transform. */
#include <fftw3.h>
#include <math.h>

#include "base/random.h"
#include "sample/sample_private.h"

/* Fills values[] with the coefficients of the transform. */
static void FillModes(PetscInt dim, const PetscInt cells[], PetscInt64 seed, PetscInt64 number,
                      double *values) {
  const PetscInt count = LodCellCount(dim, cells);

#pragma omp parallel for schedule(static) if (count > LOD_SAMPLE_PARALLEL)
  for (PetscInt i = 0; i < count; i++) {
    PetscInt rest = i;
    double   squares = 0, factor = 1;
    for (PetscInt axis = 0; axis < dim; rest /= cells[axis++]) {
      const double k = (double)(rest % cells[axis]);
      squares += k * k;
      if (k > 0) factor *= M_SQRT1_2; /* FFTW's transform has 2 cos where phi has sqrt(2) cos */
    }
    const double deviation = i == 0 ? 0 : 1 / (M_PI * M_PI * squares + 9);
    values[i] =
        deviation * factor * LodRandomNormal((uint64_t)seed, LodSampleStream(number), (uint64_t)i);
  }
}

PetscErrorCode LodSampleDarcyField(PetscInt dim, const PetscInt cells[], PetscInt64 seed,
                                   PetscInt64 number, double *values) {
  int                 sizes[LOD_MAX_DIM] = {1, 1, 1}; /* slowest first */
  const fftw_r2r_kind kinds[LOD_MAX_DIM] = {FFTW_REDFT01, FFTW_REDFT01, FFTW_REDFT01};

  PetscFunctionBeginUser;
  for (PetscInt axis = 0; axis < dim; axis++)
    sizes[dim - 1 - axis] = (int)cells[axis];
  /* FFTW_ESTIMATE does no timing: the plan and the bytes of the result are the same each time. One
     thread plans at a time, as in Transform of lognormal.c. */
  fftw_plan plan;
#pragma omp critical(lod_fftw_planner)
  plan = fftw_plan_r2r((int)dim, sizes, values, values, kinds, FFTW_ESTIMATE);
  PetscCheck(plan, PETSC_COMM_SELF, PETSC_ERR_LIB, "FFTW made no plan for size %d", sizes[0]);
  FillModes(dim, cells, seed, number, values);
  fftw_execute(plan);
#pragma omp critical(lod_fftw_planner)
  fftw_destroy_plan(plan);
  PetscFunctionReturn(0);
}

PetscErrorCode LodSampleDarcy(const LodSampleSettings *settings, PetscInt dim,
                              const PetscInt cells[], PetscInt64 seed, PetscInt64 number,
                              double *values) {
  PetscFunctionBeginUser;
  PetscCall(LodSampleDarcyField(dim, cells, seed, number, values));
  for (PetscInt i = 0; i < LodCellCount(dim, cells); i++)
    values[i] = values[i] > 0 ? settings->beta : settings->alpha;
  PetscFunctionReturn(0);
}
