/* How many threads. */
#include <omp.h>

#include "base/process.h"
#include "base/report.h"
#include "base/start.h"

/* More threads than this a processor only cost memory: each has its workspace. */
#define MOST_PER_PROCESSOR 8

PetscInt LodThreadsMost(void) {
  return MOST_PER_PROCESSOR * omp_get_num_procs();
}

void LodThreadsLimit(void) {
  const int processors = omp_get_num_procs(), most = (int)LodThreadsMost();
  const int wanted = omp_get_max_threads(), limit = omp_get_thread_limit(); /* OMP_THREAD_LIMIT */
  const int used = PetscMin(wanted, PetscMin(most, limit));
  if (wanted > most)
    LodWarn("OMP_NUM_THREADS: %d threads are asked for, %d are used: at most %d for each of the %d "
            "processors that this process may use",
            wanted, used, MOST_PER_PROCESSOR, processors);
  if (used < wanted) omp_set_num_threads(used); /* workspaces are for the threads that there are */
}
