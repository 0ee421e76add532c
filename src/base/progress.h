/* Progress of long work, and what it is likely to cost. */
#ifndef LODNET_BASE_PROGRESS_H
#define LODNET_BASE_PROGRESS_H

#include <petscsys.h>

/* Progress of a loop of `total` steps, told to the thread's reporter (report.h) unless `quiet`.
   LodProgressUpdate may be called as often as one likes (it reports when the reporter has asked to
   hear again), by the thread that began. */
typedef struct {
  const char *label;       /* what the loop does, e.g. "pairs" */
  const char *unit;        /* what one step is, e.g. "cells" */
  PetscInt64  total, done; /* steps */
  double      start, next; /* seconds, monotonic clock: of the beginning and of the next report */
  PetscBool   shown;       /* some of it has been reported */
  PetscBool   enabled;
} LodProgress;

PetscErrorCode LodProgressBegin(LodProgress *progress, const char *label, const char *unit,
                                PetscInt64 total, PetscBool quiet);
PetscErrorCode LodProgressUpdate(LodProgress *progress, PetscInt64 done);
PetscErrorCode LodProgressEnd(LodProgress *progress);

/* Says, unless `quiet`, what a piece of work is likely to cost, before it begins, if that is more
   than ten seconds: `WHAT: about 140 s, 3.1 GB; ADVICE`. */
PetscErrorCode LodWorkAnnounce(const char *what, double seconds, double bytes, const char *advice,
                               PetscBool quiet);

/* Seconds on the monotonic clock. */
double LodSeconds(void);

#endif
