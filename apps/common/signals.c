/* What signals do to a program. */
#include <signal.h>

#include "base/process.h"
#include "common/program.h"

/* Ctrl-C and TERM: removes the temporary files, then dies of the same signal. */
static void DieOfSignal(int signal_number) {
  LodAtomicFilesRemove();
  signal(signal_number, SIG_DFL);
  raise(signal_number);
}

void LodProgramCatchSignals(void) {
  signal(SIGINT, DieOfSignal);
  signal(SIGTERM, DieOfSignal);
  signal(SIGHUP, DieOfSignal);
  signal(SIGXFSZ, SIG_IGN); /* a write past the size limit fails with EFBIG, and says so */
  signal(SIGPIPE, SIG_IGN);
}
