/* Speed of the fine solve. */
#include <omp.h>

#include "bench/bench_private.h"
#include "fem/load.h"
#include "fem/q1_system.h"

/* Warms up, then repeats; times[] is workspace, 4 x repeats. */
static PetscErrorCode Repeat(const LodGrid *grid, const LodCoefficient *coefficient,
                             const double *rhs, PetscInt repeats, double *solution, double *times,
                             LodBenchFineResult *result) {
  LodSolveStatistics statistics;
  PetscFunctionBeginUser;
  PetscCall(LodQ1FineSolve(PETSC_COMM_SELF, grid, coefficient, rhs, solution, &statistics));
  for (PetscInt i = 0; i < repeats; i++) {
    PetscCall(LodQ1FineSolve(PETSC_COMM_SELF, grid, coefficient, rhs, solution, &statistics));
    times[i] = statistics.seconds_assembly;
    times[repeats + i] = statistics.seconds_setup;
    times[2 * repeats + i] = statistics.seconds_solve;
    times[3 * repeats + i] = times[i] + times[repeats + i] + times[2 * repeats + i];
  }
  result->seconds_assembly = LodSpreadCompute(repeats, times);
  result->seconds_setup = LodSpreadCompute(repeats, times + repeats);
  result->seconds_solve = LodSpreadCompute(repeats, times + 2 * repeats);
  result->seconds = LodSpreadCompute(repeats, times + 3 * repeats);
  result->iterations = statistics.iterations;
  result->residual = statistics.residual;
  PetscFunctionReturn(0);
}

PetscErrorCode LodBenchFine(const LodGrid *grid, PetscInt repeats, LodBenchFineResult *result) {
  int            threads_before = omp_get_max_threads();
  LodCoefficient coefficient;
  PetscBool      is_set;
  double        *rhs, *solution, *times;
  PetscFunctionBeginUser;
  PetscCall(LodGridValidate(grid, "mesh"));
  PetscCheck(repeats >= 1, PETSC_COMM_SELF, PETSC_ERR_ARG_OUTOFRANGE, "repeats must be at least 1");
  omp_set_num_threads(1);
  PetscCall(PetscOptionsHasName(NULL, NULL, "-fine_ksp_rtol", &is_set));
  if (!is_set) PetscCall(PetscOptionsSetValue(NULL, "-fine_ksp_rtol", "1e-8"));
  PetscInt nodes = LodNodeCount(grid->dim, grid->fine);
  PetscCall(PetscMalloc3(nodes, &rhs, nodes, &solution, 4 * (size_t)repeats, &times));
  PetscCall(LodLoadFromText(grid, "1", "f", rhs));
  PetscCall(LodBenchCoefficient(grid, &coefficient));
  PetscCall(Repeat(grid, &coefficient, rhs, repeats, solution, times, result));
  PetscCall(LodCoefficientDestroy(&coefficient));
  PetscCall(PetscFree3(rhs, solution, times));
  if (!is_set) PetscCall(PetscOptionsClearValue(NULL, "-fine_ksp_rtol"));
  omp_set_num_threads(threads_before);
  PetscFunctionReturn(0);
}
