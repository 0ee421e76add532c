/* What the measurements found, for people and for programs. */
#include <cblas.h>

#include "base/cpu.h"
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
  fprintf(stream, "machine   %s, kernels %s, OpenBLAS core %s, %d thread%s\n", processor,
          LodCpuLevelName(LodCpuLevelHere()), openblas_get_corename(), (int)threads,
          threads == 1 ? "" : "s");
}

/* Prints the time of something beside that of the operators alone. */
static void PrintRelative(FILE *stream, const char *label, LodSpread spread, LodSpread operators) {
  fprintf(stream, "%-9s %.4f ms a cell (%.4f to %.4f), %.2f times the operators alone\n", label,
          1e3 * spread.median, 1e3 * spread.smallest, 1e3 * spread.largest,
          spread.median / operators.median);
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
  PrintRelative(stream, "loads", r->loads_seconds, r->seconds);
  PrintRelative(stream, "correct", r->correct_seconds, r->seconds);
  fprintf(stream, "\n%-9s %9s  %7s  %12s  %9s  %11s\n", "phase", "ms a cell", "share",
          "Mflop a cell", "MB a cell", "of dgemm");
  for (int phase = FirstPhase(settings); phase < LOD_EXACT_PHASES; phase++)
    PrintPhase(stream, r, phase);
}

void LodBenchAddSpread(json_t *object, const char *name, LodSpread spread) {
  char key[64];
  json_object_set_new(object, name, LodJsonNumber(spread.median));
  (void)snprintf(key, sizeof key, "%s_min", name);
  json_object_set_new(object, key, LodJsonNumber(spread.smallest));
  (void)snprintf(key, sizeof key, "%s_max", name);
  json_object_set_new(object, key, LodJsonNumber(spread.largest));
}

json_t *LodBenchJson(const char *benchmark, PetscInt threads, PetscInt repeats) {
  char processor[256];
  LodProcessorName(processor);
  return json_pack("{s:s, s:s, s:o, s:s, s:i, s:i}", "benchmark", benchmark, "version",
                   LODNET_VERSION, "cpu", LodJsonText(processor), "openblas_core",
                   openblas_get_corename(), "threads", (int)threads, "repeats", (int)repeats);
}

/* One phase as a JSON object. */
static json_t *PhaseJson(const LodBenchExactResult *r, int phase) {
  json_t *object = json_object();
  LodBenchAddSpread(object, "seconds_per_cell", r->phase_seconds[phase]);
  json_object_update_new(
      object, json_pack("{s:o, s:o, s:o}", "flops_per_cell", LodJsonNumber(r->work[phase].flops),
                        "flops_per_cell_padded", LodJsonNumber(r->work[phase].flops_padded),
                        "bytes_per_cell", LodJsonNumber(r->work[phase].bytes)));
  return object;
}

json_t *LodBenchExactJson(const LodBenchExactSettings *settings, const LodBenchExactResult *r) {
  json_t *object = LodBenchJson("exact", settings->threads, settings->repeats);
  json_t *phases = json_object();
  json_object_update_new(
      object, json_pack("{s:s, s:o, s:i, s:i}", "method", LodBenchPathName(settings->path), "mesh",
                        LodJsonMesh(&settings->grid), "cells", (int)LodGridCells(&settings->grid),
                        "cells_computed", (int)r->cells_computed));
  LodBenchAddSpread(object, "seconds_per_cell", r->seconds);
  LodBenchAddSpread(object, "seconds_per_cell_loads", r->loads_seconds);
  LodBenchAddSpread(object, "seconds_per_cell_correct", r->correct_seconds);
  for (int phase = FirstPhase(settings); phase < LOD_EXACT_PHASES; phase++)
    json_object_set_new(phases, phase_names[phase], PhaseJson(r, phase));
  json_object_update_new(
      object,
      json_pack("{s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:o}", "flops_per_cell",
                LodJsonNumber(r->flops), "flops_per_cell_padded", LodJsonNumber(r->flops_padded),
                "gemm_flops_per_second", LodJsonNumber(r->gemm_rate), "gemm_share",
                LodJsonNumber(r->gemm_share), "gemm_share_padded",
                LodJsonNumber(r->gemm_share_padded), "peak_bytes", (json_int_t)r->peak_bytes,
                "resident_bytes", (json_int_t)r->resident_bytes, "phases", phases));
  return object;
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

json_t *LodBenchFineJson(const LodGrid *grid, PetscInt repeats, const LodBenchFineResult *r) {
  json_t *object = LodBenchJson("fine", 1, repeats);
  json_object_update_new(object,
                         json_pack("{s:{s:i, s:i, s:i}, s:i, s:o}", "mesh", "dimension",
                                   (int)grid->dim, "coefficient_cells", (int)grid->coefficient[0],
                                   "fine", (int)grid->fine[0], "iterations", (int)r->iterations,
                                   "relative_residual", LodJsonNumber(r->residual)));
  LodBenchAddSpread(object, "seconds", r->seconds);
  LodBenchAddSpread(object, "seconds_assembly", r->seconds_assembly);
  LodBenchAddSpread(object, "seconds_setup", r->seconds_setup);
  LodBenchAddSpread(object, "seconds_solve", r->seconds_solve);
  return object;
}
