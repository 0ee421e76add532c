/* What the measurements share. */
#ifndef LODNET_BENCH_BENCH_PRIVATE_H
#define LODNET_BENCH_BENCH_PRIVATE_H

#include "bench/bench.h"

/* The coefficient that is measured, new. */
PetscErrorCode LodBenchCoefficient(const LodGrid *grid, LodCoefficient *coefficient);

/* A path's name. */
const char *LodBenchPathName(LodBenchPath path);

/* Flops of one layer of a network for one row. */
double LodBenchLayerFlops(const LodNetwork *network, PetscInt layer);

/* A new JSON object with what every benchmark says of itself: its name, version, machine, threads
   and repeats; and adds NAME, NAME_min and NAME_max to an object. */
json_t *LodBenchJson(const char *benchmark, PetscInt threads, PetscInt repeats);
void    LodBenchAddSpread(json_t *object, const char *name, LodSpread spread);

/* Prints for people which machine it was, and one line of times. */
void LodBenchPrintMachine(FILE *stream, PetscInt threads);
void LodBenchPrintSeconds(FILE *stream, const char *label, LodSpread spread);

#endif
