/* What the measurements found, for people and for programs. */
#include <cblas.h>

#include "bench/bench_private.h"
#include "io/json.h"

static const char *const phase_names[LOD_EXACT_PHASES] = {"cells", "windows", "patches"};

/* The one phase that a path without sharing has; the shared path has all. */
static int FirstPhase(const LodBenchExactSettings *settings) {
  return settings->path == LOD_BENCH_SHARED ? LOD_EXACT_CELLS : LOD_EXACT_PATCHES;
}

void LodBenchPrintMachine(FILE *stream, PetscInt threads) {
  char processor[256];
  LodProcessorName(processor);
  fprintf(stream, "machine   %s, OpenBLAS core %s, %d thread%s\n", processor,
          openblas_get_corename(), (int)threads, threads == 1 ? "" : "s");
}

/* Prints one row of the table of phases. */
static void PrintPhase(FILE *stream, const LodBenchExactResult *r, int phase) {
  double seconds = r->phase_seconds[phase].median, flops = r->work[phase].flops;
  fprintf(stream, "%-9s %9.4f  %5.1f %%  %12.4f  ", phase_names[phase], 1e3 * seconds,
          100 * seconds / r->seconds.median, 1e-6 * flops);
  if (r->work[phase].bytes >= 0)
    fprintf(stream, "%9.4f", 1e-6 * r->work[phase].bytes);
  else
    fprintf(stream, "%9s", "-"); /* not modelled */
  if (flops > 0)
    fprintf(stream, "  %9.1f %%\n", 100 * flops / seconds / r->gemm_rate);
  else
    fprintf(stream, "  %11s\n", "-");
}

void LodBenchExactPrint(FILE *stream, const LodBenchExactSettings *settings,
                        const LodBenchExactResult *r) {
  const LodGrid *grid = &settings->grid;
  int            n_cells = (int)LodGridCells(grid);
  fprintf(stream, "exact     %s path, d = %d, N = %d, E = %d, F = %d, l = %d\n",
          LodBenchPathName(settings->path), (int)grid->dim, (int)grid->coarse[0],
          (int)grid->coefficient[0], (int)grid->fine[0], (int)grid->ell);
  LodBenchPrintMachine(stream, settings->threads);
  if (r->cells_computed == n_cells)
    fprintf(stream, "cells     all %d\n", n_cells);
  else
    fprintf(stream, "cells     %d of %d: one line of each kind, weighted by how many there are\n",
            (int)r->cells_computed, n_cells);
  fprintf(stream, "time      %.4f ms a cell (%.4f to %.4f, %d repeats)\n", 1e3 * r->seconds.median,
          1e3 * r->seconds.smallest, 1e3 * r->seconds.largest, (int)settings->repeats);
  fprintf(stream,
          "rate      %.2f Gflop/s, %.1f %% of dgemm's %.2f Gflop/s (%.1f %% with padding)\n",
          1e-9 * r->flops / r->seconds.median, 100 * r->gemm_share, 1e-9 * r->gemm_rate,
          100 * r->gemm_share_padded);
  fprintf(stream, "memory    %.2f MB held by the path; the process grew by %.2f MB\n",
          1e-6 * (double)r->peak_bytes, 1e-6 * (double)r->resident_bytes);
  fprintf(stream, "\n%-9s %9s  %7s  %12s  %9s  %11s\n", "phase", "ms a cell", "share",
          "Mflop a cell", "MB a cell", "of dgemm");
  for (int phase = FirstPhase(settings); phase < LOD_EXACT_PHASES; phase++)
    PrintPhase(stream, r, phase);
}

void LodBenchSpreadJson(FILE *stream, const char *name, LodSpread spread, const char *end) {
  char key[64];
  LodJsonNumber(stream, name, spread.median, ", ");
  (void)snprintf(key, sizeof key, "%s_min", name);
  LodJsonNumber(stream, key, spread.smallest, ", ");
  (void)snprintf(key, sizeof key, "%s_max", name);
  LodJsonNumber(stream, key, spread.largest, end);
}

void LodBenchBeginJson(FILE *stream, const char *benchmark, PetscInt threads, PetscInt repeats) {
  char processor[256];
  LodProcessorName(processor);
  fputs("{\n  ", stream);
  LodJsonText(stream, "benchmark", benchmark, ",\n  ");
  LodJsonText(stream, "version", LODNET_VERSION, ",\n  ");
  LodJsonText(stream, "cpu", processor, ",\n  ");
  LodJsonText(stream, "openblas_core", openblas_get_corename(), ",\n  ");
  fprintf(stream, "\"threads\": %d,\n  \"repeats\": %d,\n  ", (int)threads, (int)repeats);
}

/* Prints one phase as a member of "phases". */
static void PrintPhaseJson(FILE *stream, const LodBenchExactResult *r, int phase) {
  fprintf(stream, "\n    \"%s\": {", phase_names[phase]);
  LodBenchSpreadJson(stream, "seconds_per_cell", r->phase_seconds[phase], ", ");
  LodJsonNumber(stream, "flops_per_cell", r->work[phase].flops, ", ");
  LodJsonNumber(stream, "flops_per_cell_padded", r->work[phase].flops_padded, ", ");
  LodJsonNumber(stream, "bytes_per_cell", r->work[phase].bytes,
                phase + 1 < LOD_EXACT_PHASES ? "}," : "}");
}

void LodBenchExactPrintJson(FILE *stream, const LodBenchExactSettings *settings,
                            const LodBenchExactResult *r) {
  LodBenchBeginJson(stream, "exact", settings->threads, settings->repeats);
  LodJsonText(stream, "method", LodBenchPathName(settings->path), ",\n  ");
  LodJsonMesh(stream, &settings->grid, ",\n  ");
  fprintf(stream, "\"cells\": %d,\n  \"cells_computed\": %d,\n  ",
          (int)LodGridCells(&settings->grid), (int)r->cells_computed);
  LodBenchSpreadJson(stream, "seconds_per_cell", r->seconds, ",\n  ");
  LodJsonNumber(stream, "flops_per_cell", r->flops, ", ");
  LodJsonNumber(stream, "flops_per_cell_padded", r->flops_padded, ",\n  ");
  LodJsonNumber(stream, "gemm_flops_per_second", r->gemm_rate, ",\n  ");
  LodJsonNumber(stream, "gemm_share", r->gemm_share, ", ");
  LodJsonNumber(stream, "gemm_share_padded", r->gemm_share_padded, ",\n  ");
  fprintf(stream, "\"peak_bytes\": %zu, \"resident_bytes\": %zu,\n  \"phases\": {", r->peak_bytes,
          r->resident_bytes);
  for (int phase = FirstPhase(settings); phase < LOD_EXACT_PHASES; phase++)
    PrintPhaseJson(stream, r, phase);
  fputs("\n  }\n}\n", stream);
}

void LodBenchPrintSeconds(FILE *stream, const char *label, LodSpread spread) {
  fprintf(stream, "%-9s %.4f s (%.4f to %.4f)\n", label, spread.median, spread.smallest,
          spread.largest);
}

void LodBenchFinePrint(FILE *stream, const LodGrid *grid, PetscInt repeats,
                       const LodBenchFineResult *r) {
  fprintf(stream, "fine      d = %d, E = %d, F = %d, %d repeats\n", (int)grid->dim,
          (int)grid->coefficient[0], (int)grid->fine[0], (int)repeats);
  LodBenchPrintMachine(stream, 1);
  LodBenchPrintSeconds(stream, "time", r->seconds);
  LodBenchPrintSeconds(stream, "assembly", r->seconds_assembly);
  LodBenchPrintSeconds(stream, "set-up", r->seconds_setup);
  LodBenchPrintSeconds(stream, "solve", r->seconds_solve);
  fprintf(stream, "CG        %d iterations to relative residual %.1e\n", (int)r->iterations,
          r->residual);
}

void LodBenchFinePrintJson(FILE *stream, const LodGrid *grid, PetscInt repeats,
                           const LodBenchFineResult *r) {
  LodBenchBeginJson(stream, "fine", 1, repeats);
  fprintf(stream, "\"mesh\": {\"dimension\": %d, \"coefficient_cells\": %d, \"fine\": %d},\n  ",
          (int)grid->dim, (int)grid->coefficient[0], (int)grid->fine[0]);
  LodBenchSpreadJson(stream, "seconds", r->seconds, ",\n  ");
  LodBenchSpreadJson(stream, "seconds_assembly", r->seconds_assembly, ",\n  ");
  LodBenchSpreadJson(stream, "seconds_setup", r->seconds_setup, ",\n  ");
  LodBenchSpreadJson(stream, "seconds_solve", r->seconds_solve, ",\n  ");
  fprintf(stream, "\"iterations\": %d,\n  ", (int)r->iterations);
  LodJsonNumber(stream, "relative_residual", r->residual, "\n}\n");
}
