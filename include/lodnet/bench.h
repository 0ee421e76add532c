/* Speed of the exact operators and of the fine solve, measured: what lod-bench prints.

   The coefficient is the same for the same numbers of cells: independent values uniform in [1, 5]
   on the coefficient cells, seed 1. Every measurement is repeated after one run that warms up
   (memory, analyses that later runs reuse) and does not count. One process measures. */
#ifndef LODNET_BENCH_H
#define LODNET_BENCH_H

#include <lodnet/exact.h>
#include <stdio.h>

/* Median, smallest and largest of the repeats. */
typedef struct {
  double median, smallest, largest;
} LodSpread;

/* The spread of n >= 1 values, which it sorts. */
LodSpread LodSpreadOf(PetscInt n, double values[]);

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
  LodExactWork work[LOD_EXACT_PHASES];          /* by the cost model */
  double       flops, flops_padded;             /* of all phases */
  double       gemm_rate;                       /* flops per second of LodGemmRate */
  double       gemm_share, gemm_share_padded;   /* flops / median seconds / gemm_rate */
  size_t       peak_bytes;     /* held by the path at its peak, by its own account */
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

/* Measures LodFineSolve (CG with a multigrid preconditioner) for f = 1 with one thread, to relative
   tolerance 1e-8 unless -fine_ksp_rtol is set. Of the grid it uses dim, coefficient and fine. */
PetscErrorCode LodBenchFine(const LodGrid *grid, PetscInt repeats, LodBenchFineResult *result);

/* Flops per second of `threads` products of large square matrices side by side, one a thread by
   OpenBLAS's dgemm with one thread each; the best of several. */
PetscErrorCode LodGemmRate(PetscInt threads, double *rate);

/* The processor's name as the system tells it, "unknown" if it does not. */
void LodProcessorName(char name[256]);

/* For people and, as one JSON object, for programs. */
void LodBenchExactPrint(FILE *stream, const LodBenchExactSettings *settings,
                        const LodBenchExactResult *result);
void LodBenchExactPrintJson(FILE *stream, const LodBenchExactSettings *settings,
                            const LodBenchExactResult *result);
void LodBenchFinePrint(FILE *stream, const LodGrid *grid, PetscInt repeats,
                       const LodBenchFineResult *result);
void LodBenchFinePrintJson(FILE *stream, const LodGrid *grid, PetscInt repeats,
                           const LodBenchFineResult *result);

#endif
