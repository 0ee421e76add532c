/* Progress of long work, and what it is likely to cost. */
#ifndef LODNET_BASE_PROGRESS_H
#define LODNET_BASE_PROGRESS_H

#include <petscsys.h>

/* Progress of a loop of `total` steps, with rate and time left, on stderr of rank 0 unless `quiet`.
   On a terminal a bar, once the loop has run for a second; elsewhere (a log file) lines, the first
   after ten seconds, then one every half minute, in long runs after every tenth of the time so far,
   at most ten minutes. LodProgressUpdate may be called as often as one likes (it redraws ten times
   a second at most), by one thread at a time. LodProgressEnd erases the bar. */
typedef struct {
  const char *label;       /* what the loop does, e.g. "pairs" */
  const char *unit;        /* what one step is, e.g. "cells" */
  PetscInt64  total, done; /* steps */
  double      start, next; /* seconds, monotonic clock: of the beginning and of the next output */
  PetscBool   shown, enabled, terminal;
} LodProgress;

PetscErrorCode LodProgressBegin(LodProgress *progress, const char *label, const char *unit,
                                PetscInt64 total, PetscBool quiet);
PetscErrorCode LodProgressUpdate(LodProgress *progress, PetscInt64 done);
PetscErrorCode LodProgressEnd(LodProgress *progress);

/* Says on stderr of rank 0, unless `quiet`, what a piece of work is likely to cost, before it
   begins, if that is more than ten seconds: `PROGRAM: WHAT: about 140 s, 3.1 GB; ADVICE`. */
PetscErrorCode LodAnnounce(const char *what, double seconds, double bytes, const char *advice,
                           PetscBool quiet);

/* Seconds on the monotonic clock. */
double LodSeconds(void);

#endif
