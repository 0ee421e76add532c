/* Standard output: what is printed there arrives, or the program fails. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/program.h"

/* At the end of the program, after everything that may print (--help, PETSc's -log_view): ends it
   with status 1 if standard output has failed, now or before. */
static void CheckStandardOutput(void) {
  const int failed = ferror(stdout);
  errno = 0;
  if (fclose(stdout) == 0 && !failed) return;
  fprintf(stderr, "%s: standard output: cannot be written%s%s\n", program_invocation_short_name,
          errno ? ": " : "", errno ? strerror(errno) : "");
  _exit(EXIT_FAILURE);
}

void LodStandardStreamsBegin(void) {
  static int begun; /* what is to happen at the end of the process is asked for once */
  if (begun) return;
  begun = 1;
  /* A closed one is opened such that using it fails. */
  for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; descriptor++)
    if (fcntl(descriptor, F_GETFD) < 0 &&
        open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0)
      _exit(EXIT_FAILURE);
  if (atexit(CheckStandardOutput) != 0) _exit(EXIT_FAILURE);
}
