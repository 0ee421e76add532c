/* Counter-based random numbers. */
#ifndef LODNET_BASE_RANDOM_H
#define LODNET_BASE_RANDOM_H

#include <petscsys.h>

/* Counter-based random numbers: number `counter` of stream `stream` of `seed`, the same on every
   machine and for any order of calls and number of threads (Philox4x32-10: J. Salmon et al.,
   "Parallel random numbers: as easy as 1, 2, 3", SC 2011). LodRandomUniform lies in [0,1) with 53
   random bits; LodRandomNormal is standard normal (Box-Muller over counters 2c and 2c+1). */
uint64_t LodRandomBits(uint64_t seed, uint64_t stream, uint64_t counter);
double   LodRandomUniform(uint64_t seed, uint64_t stream, uint64_t counter);
double   LodRandomNormal(uint64_t seed, uint64_t stream, uint64_t counter);

#endif
