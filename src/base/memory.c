/* How much memory there is, and what is said when it does not suffice. */
#include "base/memory.h"

#include <math.h>
#include <stdalign.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/error.h"
#include "base/process.h"

/* Below that nobody is asked what there is. */
#define SMALL 1e7

/* The number after `key` in a file of lines, or infinity. */
static double ReadNumber(const char *path, const char *key) {
  char   line[256], format[64];
  double number = HUGE_VAL;
  FILE  *file = fopen(path, "r");
  if (!file) return number;
  (void)snprintf(format, sizeof format, "%s%%lf", key);
  while (fgets(line, sizeof line, file))
    if (sscanf(line, format, &number) == 1) break;
  (void)fclose(file);
  return number;
}

/* What is left of the memory that the process' group of processes may have; infinity: no limit. */
static double GroupMemory(void) {
  const double most = ReadNumber("/sys/fs/cgroup/memory.max", ""); /* "max": no limit */
  const double used = ReadNumber("/sys/fs/cgroup/memory.current", "");
  const double cache = ReadNumber("/sys/fs/cgroup/memory.stat", "inactive_file ");
  if (isinf(most) || isinf(used)) return most;
  return fmax(0, most - used + (isinf(cache) ? 0 : cache)); /* cached files give way */
}

double LodMemoryAvailable(void) {
  struct rlimit limit;
  double        least = 1024 * ReadNumber("/proc/meminfo", "MemAvailable: ");
  least = fmin(least, GroupMemory());
  if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
    const double used = 1024 * ReadNumber("/proc/self/status", "VmSize: ");
    least = fmin(least, fmax(0, (double)limit.rlim_cur - (isinf(used) ? 0 : used)));
  }
  return least;
}

PetscErrorCode LodMemoryCheck(double bytes, const char *what, const char *remedy) {
  PetscFunctionBeginUser;
  if (bytes < SMALL) PetscFunctionReturn(0);
  const double available = LodMemoryAvailable();
  LodCheckInput(bytes <= available, "%s: %.3g GB of memory are needed, %.3g GB are available%s%s",
                what, bytes / 1e9, available / 1e9, remedy[0] ? ": " : "", remedy);
  PetscFunctionReturn(0);
}

/* Whether PETSc's own allocations are the C library's, so that ours and its may free each other's:
   wherever there is memalign, or malloc's alignment suffices. */
#if defined PETSC_HAVE_MEMALIGN || (defined PETSC_HAVE_DOUBLE_ALIGN_MALLOC && PETSC_MEMALIGN == 16)
#define FREE_IS_FREE 1
#else
#define FREE_IS_FREE 0
#endif

/* Raises the error of an allocation of `bytes` that failed at that place of a program. */
static PetscErrorCode RaiseOutOfMemory(size_t bytes, int line, const char function[],
                                       const char file[]) {
  return PetscError(PETSC_COMM_SELF, line, function, file, PETSC_ERR_MEM, PETSC_ERROR_INITIAL,
                    "out of memory: %s wanted %.3g MB, %.3g MB are available",
                    function ? function : "the program", (double)bytes / 1e6,
                    LodMemoryAvailable() / 1e6);
}

/* What PetscMalloc and PetscCalloc call, here with an error that says how much was wanted: that of
   PETSc 3.18 has a line's number for its code and no message. */
static PetscErrorCode Allocate(size_t bytes, PetscBool clear, int line, const char function[],
                               const char file[], void **result) {
  const PetscBool aligned = (PetscBool)(PETSC_MEMALIGN <= alignof(max_align_t));
  *result = NULL;
  if (bytes == 0) return 0;
  if (aligned)
    *result = clear ? calloc(1, bytes) : malloc(bytes); /* calloc: zero pages cost nothing yet */
  else if (posix_memalign(result, PETSC_MEMALIGN, bytes) != 0)
    *result = NULL;
  if (!*result) return RaiseOutOfMemory(bytes, line, function, file);
  if (clear && !aligned) memset(*result, 0, bytes);
  return 0;
}

/* What PetscFree calls. */
static PetscErrorCode Free(void *pointer, int line, const char function[], const char file[]) {
  (void)line, (void)function, (void)file;
  free(pointer);
  return 0;
}

/* What PetscRealloc calls. */
static PetscErrorCode Reallocate(size_t bytes, int line, const char function[], const char file[],
                                 void **result) {
  if (bytes == 0) {
    free(*result);
    *result = NULL;
    return 0;
  }
  void *moved = realloc(*result, bytes);
  if (!moved) return RaiseOutOfMemory(bytes, line, function, file);
  *result = moved;
  return 0;
}

PetscErrorCode LodMemoryHandlers(void) {
  PetscBool debugs, eachcall, fills;
  PetscFunctionBeginUser;
  PetscCall(PetscMallocGetDebug(&debugs, &eachcall, &fills));
  if (debugs || !FREE_IS_FREE) PetscFunctionReturn(0);
  PetscCall(PetscMallocClear());
  PetscCall(PetscMallocSet(Allocate, Free, Reallocate));
  PetscFunctionReturn(0);
}
