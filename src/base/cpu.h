/* Which processor this is, and code for every kind of it.

   The project is compiled for any x86-64. The few loops that gain from wide registers, kernels, are
   files *_kernel.c, listed in src/meson.build, which is compiled once per level of LodCpuLevel: a
   level is what the compiler is told (-march=x86-64-v3) and what the processor must have. Such a
   file defines one constant table of functions (and of sizes that depend on the level) and nothing
   else that is visible:

     const LodFrontKernel LOD_AT_LEVEL(LodFrontKernel) = {...};

   and its header says LOD_KERNEL(LodFrontKernel), which declares the tables of all levels and
   defines LodFrontKernelHere(), the one for this processor. A kernel is a function of its own, not
   the body of a parallel loop (which the compiler moves elsewhere), and calls nothing but what is
   inline or a library's. On other architectures there is one level.

   Levels differ in rounding; on one level results are the same for any number of threads. */
#ifndef LODNET_BASE_CPU_H
#define LODNET_BASE_CPU_H

typedef enum {
  LOD_CPU_BASELINE, /* x86-64 and x86-64-v2, or what an other architecture is compiled for */
  LOD_CPU_AVX2,     /* x86-64-v3: AVX2 and FMA */
  LOD_CPU_AVX512,   /* x86-64-v4 */
  LOD_CPU_LEVELS
} LodCpuLevel;

/* The highest level that the processor has, at most the one that the environment's LODNET_CPU names
   (x86-64, x86-64-v2, x86-64-v3 or x86-64-v4); found at the first call and the same from then on,
   for all threads. Another word in LODNET_CPU is warned of and means nothing. */
LodCpuLevel LodCpuLevelHere(void);

/* The level's name, "x86-64-v3"; of the baseline of other architectures, "baseline". */
const char *LodCpuLevelName(LodCpuLevel level);

#define LOD_JOIN_(left, right) left##right
#define LOD_JOIN(left, right) LOD_JOIN_(left, right)

/* In a kernel's file: the name of its table on the level that the file is compiled for. */
#define LOD_AT_LEVEL(Kernel) LOD_JOIN(Kernel, LOD_KERNEL_LEVEL)

#ifdef __x86_64__
#define LOD_KERNEL(Kernel)                                                                         \
  extern const Kernel         Kernel##Baseline, Kernel##Avx2, Kernel##Avx512;                      \
  static inline const Kernel *Kernel##Here(void) {                                                 \
    static const Kernel *const levels[] = {&Kernel##Baseline, &Kernel##Avx2, &Kernel##Avx512};     \
    return levels[LodCpuLevelHere()];                                                              \
  }
#else
#define LOD_KERNEL(Kernel)                                                                         \
  extern const Kernel         Kernel##Baseline;                                                    \
  static inline const Kernel *Kernel##Here(void) {                                                 \
    return &Kernel##Baseline;                                                                      \
  }
#endif

#endif
