/* What programs say, and where. */
#include "common/terminal.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

/* Whether this rank speaks. */
static int Speaks(void) {
  PetscMPIInt rank = 0;
  int         running = 0;
  MPI_Initialized(&running);
  if (running) MPI_Comm_rank(PETSC_COMM_WORLD, &rank);
  return rank == 0;
}

/* Says a line; implements LodReporter.say. Both streams keep their order in one log. */
static void Say(void *context, LodSaying kind, const char *text) {
  (void)context;
  if (!Speaks()) return;
  if (kind == LOD_SAY_MESSAGE) {
    printf("%s\n", text);
    (void)fflush(stdout);
    return;
  }
  (void)fflush(stdout);
  fprintf(stderr, "%s: %s%s\n", program_invocation_short_name,
          kind == LOD_SAY_WARNING ? "warning: " : "", text);
}

/* Draws the bar for the present state, or prints the line: label, percentage, rate, time left. */
static void Draw(const LodProgress *progress, double seconds, int terminal) {
  enum { WIDTH = 28 };
  char   bar[WIDTH + 1];
  double part = progress->total > 0 ? (double)progress->done / (double)progress->total : 0;
  double rate = (double)progress->done / seconds;
  double left = rate > 0 ? (double)(progress->total - progress->done) / rate : 0;
  for (int i = 0; i < WIDTH; i++)
    bar[i] = i < (int)(part * WIDTH) ? '#' : '.';
  bar[WIDTH] = 0;
  if (terminal)
    (void)fprintf(stderr, "\r%-18s [%s] ", progress->label, bar);
  else
    (void)fprintf(stderr, "%s: %s: ", program_invocation_short_name, progress->label);
  (void)fprintf(stderr, "%3d%%  %.4g %s/s  %d:%02d:%02d left%s", (int)(100 * part), rate,
                progress->unit, (int)left / 3600, (int)left / 60 % 60, (int)left % 60,
                terminal ? " \033[K" : "\n");
  (void)fflush(stderr);
}

/* Shows a loop; implements LodReporter.follow. */
static double Follow(void *context, const LodProgress *progress, LodLoopState state) {
  const int    terminal = isatty(STDERR_FILENO);
  const double seconds = LodSeconds() - progress->start;
  (void)context;
  if (!Speaks()) return HUGE_VAL;
  if (state == LOD_LOOP_BEGINS) return terminal ? 1 : 10;
  if (state == LOD_LOOP_RUNS) Draw(progress, seconds, terminal);
  if (state == LOD_LOOP_ENDS && progress->shown && terminal) {
    (void)fprintf(stderr, "\r\033[K");
    (void)fflush(stderr);
  }
  return terminal ? 0.1 : fmin(600, fmax(30, seconds / 10));
}

const LodReporter lod_terminal_reporter = {.say = Say, .follow = Follow};
