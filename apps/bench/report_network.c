/* What the measurements of networks found, for people and for programs. */
#include "bench/bench_private.h"
#include "io/json.h"

static const char *const part_names[LOD_LEARNED_PHASES] = {"restriction", "network", "scatter"};

json_t *LodBenchNetworkJson(PetscInt cells, PetscInt threads, PetscInt repeats,
                            const LodBenchNetworkResult *r) {
  json_t *object = LodBenchJson("network", threads, repeats), *parts = json_object();
  for (int part = 0; part < LOD_LEARNED_PHASES; part++)
    json_object_set_new(parts, part_names[part], LodJsonNumber(r->parts[part].median));
  json_object_set_new(parts, "assembly", LodJsonNumber(r->seconds_assembly.median));
  json_object_set_new(parts, "solve", LodJsonNumber(r->seconds_solve.median));
  json_object_update_new(
      object, json_pack("{s:i, s:I, s:o, s:o, s:o, s:o}", "cells", (int)cells, "parameters",
                        (json_int_t)r->parameters, "flops_per_cell", LodJsonNumber(r->flops),
                        "gemm_flops_per_second", LodJsonNumber(r->gemm_rate), "gemm_share",
                        LodJsonNumber(r->gemm_share), "parts", parts));
  LodBenchAddSpread(object, "seconds_per_cell", r->seconds);
  LodBenchAddSpread(object, "seconds_end_to_end", r->end_to_end);
  return object;
}

void LodBenchNetworkPrint(FILE *stream, PetscInt cells, PetscInt threads, PetscInt repeats,
                          const LodBenchNetworkResult *r) {
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

json_t *LodBenchTrainJson(PetscInt threads, PetscInt repeats, const LodBenchTrainResult *r) {
  json_t *object = LodBenchJson("train", threads, repeats);
  json_object_update_new(
      object, json_pack("{s:i, s:I, s:o, s:o, s:o, s:o}", "batch", (int)r->batch, "parameters",
                        (json_int_t)r->parameters, "samples_per_second",
                        LodJsonNumber(r->samples_per_second), "flops_per_sample",
                        LodJsonNumber(r->flops), "gemm_flops_per_second",
                        LodJsonNumber(r->gemm_rate), "gemm_share", LodJsonNumber(r->gemm_share)));
  LodBenchAddSpread(object, "seconds_load", r->seconds_load);
  LodBenchAddSpread(object, "seconds_forward", r->seconds_forward);
  LodBenchAddSpread(object, "seconds_backward", r->seconds_backward);
  LodBenchAddSpread(object, "seconds_update", r->seconds_update);
  return object;
}

void LodBenchTrainPrint(FILE *stream, PetscInt threads, PetscInt repeats,
                        const LodBenchTrainResult *r) {
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
