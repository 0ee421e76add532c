/* What long work says of itself: its cost beforehand, a bar on a terminal, lines in a log. */
#include "base/progress.h"

#include <errno.h>
#include <math.h>
#include <time.h>
#include <unistd.h>

/* Work that takes longer is announced, and says in a log how far it is; seconds. */
#define LONG_WORK 10

double LodSeconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Whether this process speaks. */
static PetscErrorCode Speaks(PetscBool quiet, PetscBool *speaks) {
  PetscMPIInt rank;
  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(PETSC_COMM_WORLD, &rank));
  *speaks = (PetscBool)(!quiet && rank == 0);
  PetscFunctionReturn(0);
}

PetscErrorCode LodAnnounce(const char *what, double seconds, double bytes, const char *advice,
                           PetscBool quiet) {
  static const struct {
    double      from, seconds; /* the unit serves from so many seconds on */
    const char *name;
  } units[] = {{2 * 86400, 86400, "days"}, {2 * 3600, 3600, "h"}, {300, 60, "min"}, {0, 1, "s"}};
  PetscBool speaks;
  int       unit = 0;
  PetscFunctionBeginUser;
  PetscCall(Speaks(quiet, &speaks));
  if (!speaks || !(seconds > LONG_WORK)) PetscFunctionReturn(0);
  while (seconds < units[unit].from)
    unit++;
  (void)fflush(stdout);
  (void)fprintf(stderr, "%s: %s: about %.0f %s, %.2g GB; %s\n", program_invocation_short_name, what,
                seconds / units[unit].seconds, units[unit].name, bytes / 1e9, advice);
  PetscFunctionReturn(0);
}

PetscErrorCode LodProgressBegin(LodProgress *progress, const char *label, const char *unit,
                                PetscInt64 total, PetscBool quiet) {
  PetscFunctionBeginUser;
  *progress = (LodProgress){.label = label, .unit = unit, .total = total};
  PetscCall(Speaks(quiet, &progress->enabled));
  progress->terminal = isatty(STDERR_FILENO) ? PETSC_TRUE : PETSC_FALSE;
  progress->start = LodSeconds();
  progress->next = progress->start + (progress->terminal ? 1 : LONG_WORK);
  PetscFunctionReturn(0);
}

/* Draws the bar for the present state, or prints the line: label, percentage, rate, time left. */
static void Draw(const LodProgress *progress, double now) {
  enum { WIDTH = 28 };
  char   bar[WIDTH + 1];
  double part = progress->total > 0 ? (double)progress->done / (double)progress->total : 0;
  double rate = (double)progress->done / (now - progress->start);
  double left = rate > 0 ? (double)(progress->total - progress->done) / rate : 0;
  for (int i = 0; i < WIDTH; i++)
    bar[i] = i < (int)(part * WIDTH) ? '#' : '.';
  bar[WIDTH] = 0;
  if (progress->terminal)
    (void)fprintf(stderr, "\r%-18s [%s] ", progress->label, bar);
  else
    (void)fprintf(stderr, "%s: %s: ", program_invocation_short_name, progress->label);
  (void)fprintf(stderr, "%3d%%  %.4g %s/s  %d:%02d:%02d left%s", (int)(100 * part), rate,
                progress->unit, (int)left / 3600, (int)left / 60 % 60, (int)left % 60,
                progress->terminal ? " \033[K" : "\n");
  (void)fflush(stderr);
}

PetscErrorCode LodProgressUpdate(LodProgress *progress, PetscInt64 done) {
  PetscFunctionBeginUser;
  progress->done = done;
  if (!progress->enabled) PetscFunctionReturn(0);
  double now = LodSeconds();
  if (now < progress->next) PetscFunctionReturn(0);
  progress->next = now + 0.1;
  if (!progress->terminal) progress->next = now + fmin(600, fmax(30, (now - progress->start) / 10));
  progress->shown = PETSC_TRUE;
  Draw(progress, now);
  PetscFunctionReturn(0);
}

PetscErrorCode LodProgressEnd(LodProgress *progress) {
  PetscFunctionBeginUser;
  if (progress->shown && progress->terminal) {
    (void)fprintf(stderr, "\r\033[K");
    (void)fflush(stderr);
  }
  progress->shown = PETSC_FALSE;
  PetscFunctionReturn(0);
}
