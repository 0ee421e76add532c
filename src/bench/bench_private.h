/* What the measurements share. */
#ifndef LODNET_BENCH_PRIVATE_H
#define LODNET_BENCH_PRIVATE_H

#include <lodnet/bench.h>

/* The coefficient that is measured, new. */
PetscErrorCode LodBenchCoefficient(const LodGrid *grid, LodCoefficient *coefficient);

/* A path's name. */
const char *LodBenchPathName(LodBenchPath path);

#endif
