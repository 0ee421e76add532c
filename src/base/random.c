/* Counter-based random numbers: Philox4x32-10 (J. Salmon et al., SC 2011, section 3.3). */
#include "base/random.h"

#include <math.h>

/* One Philox round: two 32x32 -> 64 bit products, mixed with the key. */
static void PhiloxRound(uint32_t counter[4], const uint32_t key[2]) {
  uint64_t low = (uint64_t)0xD2511F53u * counter[0], high = (uint64_t)0xCD9E8D57u * counter[2];
  uint32_t next[4] = {(uint32_t)(high >> 32) ^ counter[1] ^ key[0], (uint32_t)high,
                      (uint32_t)(low >> 32) ^ counter[3] ^ key[1], (uint32_t)low};
  for (int i = 0; i < 4; i++)
    counter[i] = next[i];
}

uint64_t LodRandomBits(uint64_t seed, uint64_t stream, uint64_t counter) {
  uint32_t state[4] = {(uint32_t)counter, (uint32_t)(counter >> 32), (uint32_t)stream,
                       (uint32_t)(stream >> 32)};
  uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
  for (int round = 0; round < 10; round++) {
    PhiloxRound(state, key);
    key[0] += 0x9E3779B9u; /* the Weyl sequence of the key schedule */
    key[1] += 0xBB67AE85u;
  }
  return (uint64_t)state[1] << 32 | state[0];
}

double LodRandomUniform(uint64_t seed, uint64_t stream, uint64_t counter) {
  return (double)(LodRandomBits(seed, stream, counter) >> 11) * 0x1p-53;
}

double LodRandomNormal(uint64_t seed, uint64_t stream, uint64_t counter) {
  double radius = 1 - LodRandomUniform(seed, stream, 2 * counter); /* in (0,1]: log is finite */
  double angle = LodRandomUniform(seed, stream, 2 * counter + 1);
  return sqrt(-2 * log(radius)) * cos(2 * PETSC_PI * angle);
}
