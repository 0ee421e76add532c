/* What the measurements of networks found, for people and for programs. */
#include "bench/bench_private.h"
#include "io/json.h"

static const char *const part_names[LOD_LEARNED_PHASES] = {"restriction", "network", "scatter"};

/* One JSON object. */
static void PrintNetworkJson(FILE *stream, PetscInt cells, PetscInt threads, PetscInt repeats,
                             const LodBenchNetworkResult *r) {
  LodBenchBeginJson(stream, "network", threads, repeats);
  fprintf(stream, "\"cells\": %d, \"parameters\": %lld,\n  ", (int)cells, (long long)r->parameters);
  LodBenchSpreadJson(stream, "seconds_per_cell", r->seconds, ",\n  ");
  LodJsonNumber(stream, "flops_per_cell", r->flops, ", ");
  LodJsonNumber(stream, "gemm_flops_per_second", r->gemm_rate, ", ");
  LodJsonNumber(stream, "gemm_share", r->gemm_share, ",\n  ");
  LodBenchSpreadJson(stream, "seconds_end_to_end", r->end_to_end, ",\n  \"parts\": {");
  for (int part = 0; part < LOD_LEARNED_PHASES; part++)
    LodJsonNumber(stream, part_names[part], r->parts[part].median, ", ");
  LodJsonNumber(stream, "assembly", r->seconds_assembly.median, ", ");
  LodJsonNumber(stream, "solve", r->seconds_solve.median, "}\n}\n");
}

void LodBenchNetworkPrint(FILE *stream, PetscInt cells, PetscInt threads, PetscInt repeats,
                          PetscBool json, const LodBenchNetworkResult *r) {
  if (json) {
    PrintNetworkJson(stream, cells, threads, repeats, r);
    return;
  }
  fprintf(stream, "network   %lld parameters, %d cells (N = %d), %d repeats\n",
          (long long)r->parameters, (int)cells, (int)r->coarse, (int)repeats);
  LodBenchPrintMachine(stream, threads);
  fprintf(stream, "time      %.3f us a cell (%.3f to %.3f), %.1f %% of sgemm's %.1f Gflop/s\n",
          1e6 * r->seconds.median, 1e6 * r->seconds.smallest, 1e6 * r->seconds.largest,
          100 * r->gemm_share, 1e-9 * r->gemm_rate);
  fprintf(stream, "\nfrom coefficient to solution, seconds:\n");
  LodBenchPrintSeconds(stream, "whole", r->end_to_end);
  for (int part = 0; part < LOD_LEARNED_PHASES; part++)
    LodBenchPrintSeconds(stream, part_names[part], r->parts[part]);
  LodBenchPrintSeconds(stream, "assembly", r->seconds_assembly);
  LodBenchPrintSeconds(stream, "solve", r->seconds_solve);
}

void LodBenchTrainPrint(FILE *stream, PetscInt threads, PetscInt repeats, PetscBool json,
                        const LodBenchTrainResult *r) {
  if (json) {
    LodBenchBeginJson(stream, "train", threads, repeats);
    fprintf(stream, "\"batch\": %d, \"parameters\": %lld,\n  ", (int)r->batch,
            (long long)r->parameters);
    LodJsonNumber(stream, "samples_per_second", r->samples_per_second, ",\n  ");
    LodJsonNumber(stream, "flops_per_sample", r->flops, ", ");
    LodJsonNumber(stream, "gemm_flops_per_second", r->gemm_rate, ", ");
    LodJsonNumber(stream, "gemm_share", r->gemm_share, ",\n  ");
    LodBenchSpreadJson(stream, "seconds_load", r->seconds_load, ",\n  ");
    LodBenchSpreadJson(stream, "seconds_forward", r->seconds_forward, ",\n  ");
    LodBenchSpreadJson(stream, "seconds_backward", r->seconds_backward, ",\n  ");
    LodBenchSpreadJson(stream, "seconds_update", r->seconds_update, "\n}\n");
    return;
  }
  fprintf(stream, "train     %lld parameters, mini-batches of %d, %d repeats\n",
          (long long)r->parameters, (int)r->batch, (int)repeats);
  LodBenchPrintMachine(stream, threads);
  fprintf(stream, "rate      %.0f samples/s, %.1f %% of sgemm's %.1f Gflop/s\n",
          r->samples_per_second, 100 * r->gemm_share, 1e-9 * r->gemm_rate);
  fprintf(stream, "\none mini-batch, seconds:\n");
  LodBenchPrintSeconds(stream, "load", r->seconds_load);
  LodBenchPrintSeconds(stream, "forward", r->seconds_forward);
  LodBenchPrintSeconds(stream, "backward", r->seconds_backward);
  LodBenchPrintSeconds(stream, "update", r->seconds_update);
}
