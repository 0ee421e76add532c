/* What the library says while it works: warnings, messages, and the progress of long work. It goes
   to the thread's reporter; without one nothing is said. Programs install one that writes to the
   terminal (apps/common), hosts their own. */
#ifndef LODNET_BASE_REPORT_H
#define LODNET_BASE_REPORT_H

#include "base/progress.h"

typedef enum {
  LOD_SAY_WARNING,      /* what was done is not what was asked for, or cannot be trusted */
  LOD_SAY_ANNOUNCEMENT, /* what long work is likely to cost, before it begins */
  LOD_SAY_MESSAGE       /* what was done: a line of the work's protocol */
} LodSaying;

/* Where a loop is when its progress is reported. One that ends may still go on: its display makes
   room for a message. */
typedef enum { LOD_LOOP_BEGINS, LOD_LOOP_RUNS, LOD_LOOP_ENDS } LodLoopState;

/* Takes what is said. `text` is one line without newline, valid during the call only. Every loop
   begins and ends; `follow` returns after how many seconds it wants to hear of it again. Functions
   may be NULL. They are called by the thread that works, on every rank, and must not call lodnet.
 */
typedef struct {
  void (*say)(void *context, LodSaying kind, const char *text);
  double (*follow)(void *context, const LodProgress *progress, LodLoopState state);
  void *context;
} LodReporter;

/* Chooses the calling thread's reporter, copied; NULL: none. */
void LodReportTo(const LodReporter *reporter);

/* Says a warning, or a message, in one line (printf's, without newline). A warning's text says what
   to do about it. */
void LodWarn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void LodSay(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* For the parts that report: the thread's reporter. */
const LodReporter *LodReporterOfThread(void);

#endif
