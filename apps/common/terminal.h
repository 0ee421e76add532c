/* What programs say, and where. */
#ifndef LODNET_COMMON_TERMINAL_H
#define LODNET_COMMON_TERMINAL_H

#include "base/report.h"

/* The reporter of programs; rank 0 speaks: warnings and announcements as `PROGRAM: ...` on standard
   error, messages on standard output. Loops show on standard error: on a terminal a bar, once the
   loop has run for a second, ten times a second, erased at the end; elsewhere (a log file) lines,
   the first after ten seconds, then one every half minute, in long runs after every tenth of the
   time so far, at most ten minutes. */
extern const LodReporter lod_terminal_reporter;

#endif
