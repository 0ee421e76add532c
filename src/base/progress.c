/* Progress bars on a terminal. */
#include <lodnet/base.h>
#include <time.h>
#include <unistd.h>

double LodSeconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

PetscErrorCode LodProgressBegin(LodProgress *progress, const char *label, const char *unit,
                                PetscInt64 total, PetscBool quiet) {
  PetscMPIInt rank;
  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(PETSC_COMM_WORLD, &rank));
  *progress = (LodProgress){.label = label, .unit = unit, .total = total};
  progress->start = progress->last = LodSeconds();
  progress->enabled = !quiet && rank == 0 && isatty(STDERR_FILENO) ? PETSC_TRUE : PETSC_FALSE;
  PetscFunctionReturn(0);
}

/* Draws the bar for the present state: label, bar, percentage, rate, time left. */
static void Draw(const LodProgress *progress, double now) {
  enum { WIDTH = 28 };
  char   bar[WIDTH + 1];
  double part = progress->total > 0 ? (double)progress->done / (double)progress->total : 0;
  double rate = (double)progress->done / (now - progress->start);
  double left = rate > 0 ? (double)(progress->total - progress->done) / rate : 0;
  for (int i = 0; i < WIDTH; i++)
    bar[i] = i < (int)(part * WIDTH) ? '#' : '.';
  bar[WIDTH] = 0;
  fprintf(stderr, "\r%-18s [%s] %3d%%  %.4g %s/s  %d:%02d:%02d left \033[K", progress->label, bar,
          (int)(100 * part), rate, progress->unit, (int)left / 3600, (int)left / 60 % 60,
          (int)left % 60);
  fflush(stderr);
}

PetscErrorCode LodProgressUpdate(LodProgress *progress, PetscInt64 done) {
  PetscFunctionBeginUser;
  progress->done = done;
  if (!progress->enabled) PetscFunctionReturn(0);
  double now = LodSeconds();
  if (now - progress->start < 1 || now - progress->last < 0.1) PetscFunctionReturn(0);
  progress->last = now;
  progress->shown = PETSC_TRUE;
  Draw(progress, now);
  PetscFunctionReturn(0);
}

PetscErrorCode LodProgressEnd(LodProgress *progress) {
  PetscFunctionBeginUser;
  if (progress->shown) {
    fprintf(stderr, "\r\033[K");
    fflush(stderr);
  }
  progress->shown = PETSC_FALSE;
  PetscFunctionReturn(0);
}
