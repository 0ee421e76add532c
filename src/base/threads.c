/* How many threads. */
#include <lodnet/base.h>

#include <omp.h>

#include "base/base_private.h"

/* More threads than this a processor only cost memory: each has its workspace. */
#define MOST_PER_PROCESSOR 8

void LodThreadsLimit(void) {
  const int processors = omp_get_num_procs(), most = MOST_PER_PROCESSOR * processors;
  const int wanted = omp_get_max_threads(), limit = omp_get_thread_limit();
  if (wanted > most)
    LodWarn("OMP_NUM_THREADS: %d threads are asked for, %d are used, %d for each of the %d "
            "processors that this process may use",
            wanted, most, MOST_PER_PROCESSOR, processors);
  /* OMP_THREAD_LIMIT: workspaces are for the threads that there will be. */
  if (wanted > most || wanted > limit) omp_set_num_threads(most < limit ? most : limit);
}
