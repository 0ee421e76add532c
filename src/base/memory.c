/* How much memory there is. */
#include <lodnet/base.h>
#include <math.h>
#include <sys/resource.h>

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

double LodMemoryAvailable(void) {
  struct rlimit limit;
  double        least = 1024 * ReadNumber("/proc/meminfo", "MemAvailable: ");
  least = fmin(least, ReadNumber("/sys/fs/cgroup/memory.max", "")); /* "max": no limit */
  if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
    least = fmin(least, (double)limit.rlim_cur);
  return least;
}

PetscErrorCode LodCheckMemory(double bytes, const char *what, const char *remedy) {
  const double available = LodMemoryAvailable();
  PetscFunctionBeginUser;
  LodCheckInput(bytes <= available, "%s: %.3g GB of memory are needed, %.3g GB are available%s%s",
                what, bytes / 1e9, available / 1e9, remedy[0] ? ": " : "", remedy);
  PetscFunctionReturn(0);
}
