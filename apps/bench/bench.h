/* Speed of the exact operators, of the fine solve, of networks and of their training, measured:
   what lod-bench prints.

   The coefficient is the same for the same numbers of cells: independent values uniform in [1, 5]
   on the coefficient cells, seed 1. Every measurement is repeated after one run that warms up
   (memory, analyses that later runs reuse) and does not count. One process measures. */
#ifndef LODNET_BENCH_BENCH_H
#define LODNET_BENCH_BENCH_H

#include <jansson.h>
#include <stdio.h>

#include "config/config.h"
#include "lod/exact.h"
#include "nn/learned.h"

/* Median, smallest and largest of the repeats. */
typedef struct {
  double median, smallest, largest;
} LodSpread;

/* The spread of n >= 1 values, which it sorts. */
LodSpread LodSpreadCompute(PetscInt n, double values[]);

/* The two exact paths (exact.h), by name: "shared", "patch"; an unknown name is an input error. */
typedef enum { LOD_BENCH_SHARED, LOD_BENCH_PATCH } LodBenchPath;
PetscErrorCode LodBenchPathFromName(const char *name, const char *where, LodBenchPath *path);

typedef struct {
  LodGrid      grid; /* no natural faces */
  LodBenchPath path;
  PetscInt     threads, repeats;
  PetscBool    whole; /* patch path: all cells, not only one line of each kind */
} LodBenchExactSettings;

/* Everything but the memory is per coarse cell. The shared path computes all cells. The patch path
   computes one line of cells along x for each kind of line (its distance from the boundary, counted
   up to l + 1 cells along each other axis) and weights it with how many such lines there are:
   patches of one shape cost the same, so this estimates the mean over all cells at a fraction of
   the time.
 */
typedef struct {
  PetscInt     cells_computed;                  /* in one repeat */
  LodSpread    seconds;                         /* wall clock */
  LodSpread    phase_seconds[LOD_EXACT_PHASES]; /* the patch path has one phase, patches */
  LodSpread    loads_seconds;                   /* operators with local loads */
  LodSpread    correct_seconds;        /* a reconstruction, all of LodLocalOperatorsCorrect */
  LodExactWork work[LOD_EXACT_PHASES]; /* by the cost model */
  double       flops, flops_padded;    /* of all phases */
  double       gemm_rate;              /* flops per second of LodGemmRate */
  double       gemm_share, gemm_share_padded; /* flops / median seconds / gemm_rate */
  size_t       peak_bytes;                    /* held by the path at its peak, by its own account */
  size_t       resident_bytes; /* growth of the process's peak resident memory meanwhile */
} LodBenchExactResult;

/* Measures the exact operators with `threads` OpenMP threads. */
PetscErrorCode LodBenchExact(const LodBenchExactSettings *settings, LodBenchExactResult *result);

typedef struct {
  LodSpread seconds; /* assembly, set-up and solve together */
  LodSpread seconds_assembly, seconds_setup, seconds_solve;
  PetscInt  iterations;
  double    residual; /* relative, of the last repeat */
} LodBenchFineResult;

/* Measures LodQ1FineSolve (CG with a multigrid preconditioner) for f = 1 with one thread, to
   relative tolerance 1e-8 unless -fine_ksp_rtol is set. Of the grid it uses dim, coefficient and
   fine. */
PetscErrorCode LodBenchFine(const LodGrid *grid, PetscInt repeats, LodBenchFineResult *result);

/* Flops per second of `threads` products of large square matrices side by side, one a thread by
   OpenBLAS's dgemm with one thread each; the best of several. */
PetscErrorCode LodGemmRate(PetscInt threads, double *rate);

/* The same for single precision, by oneDNN's sgemm. */
PetscErrorCode LodGemmRateSingle(PetscInt threads, double *rate);

/* A model for speed alone: the network that a config asks for, with its first random weights. */
PetscErrorCode LodBenchModel(const LodConfig *config, LodModel **model);

/* A network on all `cells` = N^d cells of a mesh, and the way from a coefficient in memory to the
   solution with the learned operator: restriction, network, scatter, assembly into PETSc's matrix,
   factorisation and solve, structures reused from one coefficient to the next. */
typedef struct {
  PetscInt64 parameters;
  PetscInt   coarse;                    /* N */
  double     flops;                     /* of the network, per cell */
  LodSpread  seconds;                   /* of the network, per cell */
  double     gemm_rate, gemm_share;     /* of LodGemmRateSingle */
  LodSpread  end_to_end;                /* seconds for the whole way */
  LodSpread  parts[LOD_LEARNED_PHASES]; /* restriction, network, scatter: of the whole */
  LodSpread  seconds_assembly, seconds_solve;
} LodBenchNetworkResult;

/* Measures with `threads` OpenMP threads on the mesh of the model with N = `coarse`. */
PetscErrorCode LodBenchNetwork(const LodModel *model, PetscInt coarse, PetscInt threads,
                               PetscInt repeats, LodBenchNetworkResult *result);

/* Training steps of a config: seconds of one mini-batch each, loading, forward, backward (measured
   as forward and backward together less forward), Adam; and the rate of all of them but the extra
   forward pass. The pairs are of a few of the config's coefficients, made for the purpose in a
   temporary directory. */
typedef struct {
  PetscInt   batch;
  PetscInt64 parameters;
  double     flops; /* of one sample: forward, and backward without the input's derivative */
  LodSpread  seconds_load, seconds_forward, seconds_backward, seconds_update;
  double     samples_per_second, gemm_rate, gemm_share;
} LodBenchTrainResult;

PetscErrorCode LodBenchTrain(const LodConfig *config, PetscInt threads, PetscInt repeats,
                             LodBenchTrainResult *result);

/* The processor's name as the system tells it, "unknown" if it does not. */
void LodProcessorName(char name[256]);

/* Prints for people. */
void LodBenchExactPrint(FILE *stream, const LodBenchExactSettings *settings,
                        const LodBenchExactResult *result);
void LodBenchFinePrint(FILE *stream, const LodGrid *grid, PetscInt repeats,
                       const LodBenchFineResult *result);
void LodBenchNetworkPrint(FILE *stream, PetscInt cells, PetscInt threads, PetscInt repeats,
                          const LodBenchNetworkResult *result);
void LodBenchTrainPrint(FILE *stream, PetscInt threads, PetscInt repeats,
                        const LodBenchTrainResult *result);

/* The same for programs, as a new JSON object. */
json_t *LodBenchExactJson(const LodBenchExactSettings *settings, const LodBenchExactResult *result);
json_t *LodBenchFineJson(const LodGrid *grid, PetscInt repeats, const LodBenchFineResult *result);
json_t *LodBenchNetworkJson(PetscInt cells, PetscInt threads, PetscInt repeats,
                            const LodBenchNetworkResult *result);
json_t *LodBenchTrainJson(PetscInt threads, PetscInt repeats, const LodBenchTrainResult *result);

#endif
