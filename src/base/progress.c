/* What long work says of itself: its cost beforehand, and how far it is. */
#include "base/progress.h"

#include <stdio.h>
#include <time.h>

#include "base/report.h"

/* Work that takes longer is announced; seconds. */
#define LONG_WORK 10

double LodSeconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

PetscErrorCode LodWorkAnnounce(const char *what, double seconds, double bytes, const char *advice,
                               PetscBool quiet) {
  static const struct {
    double      from, seconds; /* the unit serves from so many seconds on */
    const char *name;
  } units[] = {{2 * 86400, 86400, "days"}, {2 * 3600, 3600, "h"}, {300, 60, "min"}, {0, 1, "s"}};
  const LodReporter *reporter = LodReporterOfThread();
  char               text[1024];
  int                unit = 0;
  PetscFunctionBeginUser;
  if (quiet || !reporter->say || !(seconds > LONG_WORK)) PetscFunctionReturn(0);
  while (seconds < units[unit].from)
    unit++;
  (void)snprintf(text, sizeof text, "%s: about %.0f %s, %.2g GB; %s", what,
                 seconds / units[unit].seconds, units[unit].name, bytes / 1e9, advice);
  reporter->say(reporter->context, LOD_SAY_ANNOUNCEMENT, text);
  PetscFunctionReturn(0);
}

/* Tells the reporter where the loop is; returns after how many seconds it wants to hear again. */
static double Report(const LodProgress *progress, LodLoopState state) {
  const LodReporter *reporter = LodReporterOfThread();
  return reporter->follow(reporter->context, progress, state);
}

PetscErrorCode LodProgressBegin(LodProgress *progress, const char *label, const char *unit,
                                PetscInt64 total, PetscBool quiet) {
  PetscFunctionBeginUser;
  *progress = (LodProgress){.label = label, .unit = unit, .total = total};
  progress->enabled = (PetscBool)(!quiet && LodReporterOfThread()->follow);
  progress->start = LodSeconds();
  if (progress->enabled) progress->next = progress->start + Report(progress, LOD_LOOP_BEGINS);
  PetscFunctionReturn(0);
}

PetscErrorCode LodProgressUpdate(LodProgress *progress, PetscInt64 done) {
  PetscFunctionBeginUser;
  progress->done = done;
  if (!progress->enabled) PetscFunctionReturn(0);
  const double now = LodSeconds();
  if (now < progress->next) PetscFunctionReturn(0);
  progress->shown = PETSC_TRUE;
  progress->next = now + Report(progress, LOD_LOOP_RUNS);
  PetscFunctionReturn(0);
}

PetscErrorCode LodProgressEnd(LodProgress *progress) {
  PetscFunctionBeginUser;
  if (progress->enabled) (void)Report(progress, LOD_LOOP_ENDS);
  progress->shown = PETSC_FALSE;
  PetscFunctionReturn(0);
}
