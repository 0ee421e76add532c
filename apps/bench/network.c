/* Speed of a network: alone, and from coefficient to solution. */
#include <omp.h>
#include <string.h>

#include "bench/bench_private.h"
#include "fem/load.h"
#include "solver/solve.h"

PetscErrorCode LodBenchModel(const LodConfig *config, LodModel **model) {
  const LodGrid            *grid = &config->grid;
  const LodNetworkSettings *settings = &config->network;
  const LodNetworkShape     shape = LodModelShape(grid, settings);
  PetscFunctionBeginUser;
  PetscCall(PetscNew(model));
  PetscCall(LodNetworkCreate(&shape, &(*model)->network));
  PetscCall(LodNetworkInitialize((*model)->network, config->seed));
  (*model)->signature = LodSignatureOfGrid(grid, 1, 5);
  (*model)->inp_scale = (*model)->out_scale = 1;
  (*model)->structure = settings->structure;
  PetscFunctionReturn(0);
}

double LodBenchLayerFlops(const LodNetwork *network, PetscInt layer) {
  PetscInt n_inp, n_out;
  LodNetworkLayerSize(network, layer, &n_inp, &n_out);
  return 2.0 * (double)n_inp * (double)n_out;
}

/* Flops of the network for one cell, whose values are encoded once. */
static double ForwardFlops(const LodNetwork *network) {
  double flops = 0;
  for (PetscInt l = 0; l < LodNetworkLayers(network); l++)
    flops += LodBenchLayerFlops(network, l);
  return flops;
}

/* What is measured, and where its times go: one row a repeat. */
enum { WHOLE, ASSEMBLY, SOLVE, PHASES, COLUMNS = PHASES + LOD_LEARNED_PHASES };

/* One coefficient from memory to solution. */
static PetscErrorCode SolveOnce(LodCoarseSystem *system, LodLocalOperators *operators,
                                const LodCoefficient *coefficient, const double *rhs,
                                double *solution, double times[COLUMNS]) {
  double operators_time, solve;
  PetscFunctionBeginUser;
  PetscCall(LodSolveCompressed(system, operators, coefficient, rhs, PETSC_TRUE, solution,
                               &operators_time, &solve));
  PetscCall(LodLearnedSeconds(operators, times + PHASES));
  times[WHOLE] = operators_time + solve;
  times[SOLVE] = solve;
  times[ASSEMBLY] = operators_time;
  for (int phase = 0; phase < LOD_LEARNED_PHASES; phase++)
    times[ASSEMBLY] -= times[PHASES + phase];
  PetscFunctionReturn(0);
}

/* Spreads of the measured columns. */
static PetscErrorCode Summarise(PetscInt repeats, double (*times)[COLUMNS], double n_cells,
                                LodBenchNetworkResult *result) {
  LodSpread spreads[COLUMNS];
  double   *column;
  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(repeats, &column));
  for (int c = 0; c < COLUMNS; c++) {
    for (PetscInt i = 0; i < repeats; i++)
      column[i] = times[i][c];
    spreads[c] = LodSpreadCompute(repeats, column);
  }
  PetscCall(PetscFree(column));
  result->end_to_end = spreads[WHOLE];
  result->seconds_assembly = spreads[ASSEMBLY];
  result->seconds_solve = spreads[SOLVE];
  memcpy(result->parts, spreads + PHASES, sizeof result->parts);
  const LodSpread network = result->parts[LOD_LEARNED_NETWORK];
  result->seconds =
      (LodSpread){network.median / n_cells, network.smallest / n_cells, network.largest / n_cells};
  PetscFunctionReturn(0);
}

/* Warms up and repeats, with everything made. */
static PetscErrorCode Repeat(const LodGrid *grid, const LodModel *model, PetscInt repeats,
                             LodBenchNetworkResult *result) {
  const PetscInt     n_fine = LodNodeCount(grid->dim, grid->fine);
  LodLocalOperators *operators;
  LodCoarseSystem   *system;
  LodCoefficient     coefficient;
  double            *rhs, *solution, (*times)[COLUMNS];
  PetscFunctionBeginUser;
  PetscCall(LodBenchCoefficient(grid, &coefficient));
  PetscCall(LodLearnedCreate(grid, model, PETSC_FALSE, &operators));
  PetscCall(LodCoarseSystemCreate(PETSC_COMM_SELF, grid, &system));
  PetscCall(PetscMalloc3(n_fine, &rhs, LodNodeCount(grid->dim, grid->coarse), &solution, repeats,
                         &times));
  PetscCall(LodLoadFromText(grid, "1", "f", rhs));
  PetscCall(SolveOnce(system, operators, &coefficient, rhs, solution, times[0]));
  for (PetscInt i = 0; i < repeats; i++)
    PetscCall(SolveOnce(system, operators, &coefficient, rhs, solution, times[i]));
  PetscCall(Summarise(repeats, times, (double)LodGridCells(grid), result));
  PetscCall(PetscFree3(rhs, solution, times));
  PetscCall(LodCoarseSystemDestroy(&system));
  PetscCall(LodLocalOperatorsDestroy(&operators));
  PetscCall(LodCoefficientDestroy(&coefficient));
  PetscFunctionReturn(0);
}

PetscErrorCode LodBenchNetwork(const LodModel *model, PetscInt coarse, PetscInt threads,
                               PetscInt repeats, LodBenchNetworkResult *result) {
  const LodSignature *signature = &model->signature;
  const int           threads_before = omp_get_max_threads();
  const PetscInt      cells = coarse * signature->ratio;
  const LodGrid grid = {LOD_UNIT_CUBE(signature->dim, coarse, cells, cells * signature->fine_ratio),
                        .ell = signature->ell};
  PetscFunctionBeginUser;
  *result = (LodBenchNetworkResult){.coarse = coarse};
  PetscCheck(threads >= 1 && repeats >= 1, PETSC_COMM_SELF, PETSC_ERR_ARG_OUTOFRANGE,
             "threads and repeats must be at least 1");
  omp_set_num_threads((int)threads);
  PetscCall(Repeat(&grid, model, repeats, result));
  result->parameters = LodNetworkParameterCount(model->network);
  result->flops = ForwardFlops(model->network);
  PetscCall(LodGemmRateSingle(threads, &result->gemm_rate));
  result->gemm_share = result->flops / result->seconds.median / result->gemm_rate;
  omp_set_num_threads(threads_before);
  PetscFunctionReturn(0);
}
