/* The thread's reporter, and what is said in a line. */
#include "base/report.h"

#include <stdarg.h>
#include <stdio.h>

/* Longest line that is said. */
#define LONGEST 2048

static _Thread_local LodReporter reporter;

void LodReportTo(const LodReporter *chosen) {
  reporter = chosen ? *chosen : (LodReporter){0};
}

const LodReporter *LodReporterOfThread(void) {
  return &reporter;
}

/* Says a line. */
__attribute__((format(printf, 2, 0))) static void Say(LodSaying kind, const char *format,
                                                      va_list arguments) {
  char text[LONGEST];
  if (!reporter.say) return;
  (void)vsnprintf(text, sizeof text, format, arguments);
  reporter.say(reporter.context, kind, text);
}

void LodWarn(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  Say(LOD_SAY_WARNING, format, arguments);
  va_end(arguments);
}

void LodSay(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  Say(LOD_SAY_MESSAGE, format, arguments);
  va_end(arguments);
}
