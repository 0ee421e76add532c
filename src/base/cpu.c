/* Which processor this is. */
#include "base/cpu.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/report.h"

/* Found once, by FindLevel. */
static LodCpuLevel    level_here;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* What the processor has (and the operating system saves). */
static LodCpuLevel MachineLevel(void) {
#ifdef __x86_64__
  if (__builtin_cpu_supports("x86-64-v4")) return LOD_CPU_AVX512;
  if (__builtin_cpu_supports("x86-64-v3")) return LOD_CPU_AVX2;
#endif
  return LOD_CPU_BASELINE;
}

/* The most that LODNET_CPU allows. */
static LodCpuLevel AllowedLevel(void) {
  static const struct {
    const char *name;
    LodCpuLevel level;
  } known[] = {{"x86-64", LOD_CPU_BASELINE},
               {"x86-64-v2", LOD_CPU_BASELINE},
               {"x86-64-v3", LOD_CPU_AVX2},
               {"x86-64-v4", LOD_CPU_AVX512}};
  const char *named = getenv("LODNET_CPU");
  if (!named || !named[0]) return LOD_CPU_AVX512;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strcmp(named, known[i].name) == 0) return known[i].level;
  LodWarn("LODNET_CPU is '%s'; it takes x86-64, x86-64-v2, x86-64-v3 or x86-64-v4: ignored", named);
  return LOD_CPU_AVX512;
}

/* Sets level_here. */
static void FindLevel(void) {
  const LodCpuLevel machine = MachineLevel(), allowed = AllowedLevel();
  level_here = machine < allowed ? machine : allowed;
}

LodCpuLevel LodCpuLevelHere(void) {
  pthread_once(&once, FindLevel);
  return level_here;
}

const char *LodCpuLevelName(LodCpuLevel level) {
#ifdef __x86_64__
  static const char *const names[] = {"x86-64", "x86-64-v3", "x86-64-v4"};
  return names[level];
#else
  return "baseline";
#endif
}
