/* The words of a command line: given to argp, whose messages come once on several ranks, and read
   as numbers. */
#include "common/command_line.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/numbers.h"
#include "common/program.h"

/* Seconds that a rank other than 0 waits before it says what is wrong: when rank 0 has said the
   same and left, mpiexec ends the others before that. */
#define WAIT 2

/* What a rank other than 0 keeps back. It outlives the function that fills it, because argp ends
   the program by itself; `held` is -1 when there is nothing to say. */
static struct {
  int error, output; /* copies of the descriptors 2 and 1 */
  int held;          /* a file in memory that stands in for 2 */
} kept = {-1, -1, -1};

/* At exit of a rank other than 0 in the middle of argp_parse: waits, then says what was held. */
static void SayLate(int status, void *unused) {
  char    text[1024];
  ssize_t n;
  (void)unused;
  if (kept.held < 0 || status == 0) return;
  sleep(WAIT);
  (void)lseek(kept.held, 0, SEEK_SET);
  while ((n = read(kept.held, text, sizeof text)) > 0)
    if (write(kept.error, text, (size_t)n) != n) break;
}

/* Puts what is printed from now on aside; whether that is possible. */
static PetscBool Hold(void) {
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  kept.held = memfd_create("messages", MFD_CLOEXEC);
  kept.error = dup(2);
  kept.output = dup(1);
  if (nowhere < 0 || kept.held < 0 || kept.error < 0 || kept.output < 0) return PETSC_FALSE;
  dup2(kept.held, 2);
  dup2(nowhere, 1);
  close(nowhere);
  return PETSC_TRUE;
}

/* Prints to where it was printed before. */
static void Release(void) {
  dup2(kept.error, 2);
  dup2(kept.output, 1);
  close(kept.error);
  close(kept.output);
  close(kept.held);
  kept.held = -1;
}

/* Refuses a file of PETSc's option -history that cannot be written: PETSc crashes with it. */
static void CheckHistory(int own, int argc, char **argv) {
  for (int i = own + 1; i + 1 < argc; i++) {
    if (strcmp(argv[i], "-history") != 0 || argv[i + 1][0] == '-') continue;
    FILE *file = fopen(argv[i + 1], "a");
    if (!file) argp_failure(NULL, 2, errno, "-history %s", argv[i + 1]);
    if (file) (void)fclose(file);
  }
}

void LodProgramParse(const struct argp *parser, int argc, char **argv, void *options) {
  const int   own = LodProgramOwnArguments(argc, argv);
  const char *rank = getenv("OMPI_COMM_WORLD_RANK"); /* MPI has not started yet */
  if (!rank) rank = getenv("PMI_RANK");
  argp_err_exit_status = 2;
  argv[0] = program_invocation_short_name; /* for argp's messages */
  const PetscBool held = (PetscBool)(rank && atoi(rank) > 0 && Hold());
  if (held) (void)on_exit(SayLate, NULL);
  argp_parse(parser, own, argv, 0, NULL, options);
  CheckHistory(own, argc, argv);
  if (held) Release();
}

PetscInt64 LodOptionInteger(const struct argp_state *state, const char *option, const char *text,
                            PetscInt64 smallest, PetscInt64 largest) {
  PetscInt64  value = smallest;
  const char *wrong = LodIntegerParse(text, &value);

  if (wrong) argp_failure(state, 2, 0, "%s %s: %s", option, text, wrong);
  if (value < smallest || value > largest)
    argp_failure(state, 2, 0, "%s %s: must lie between %lld and %lld", option, text,
                 (long long)smallest, (long long)largest);
  return value;
}

double LodOptionReal(const struct argp_state *state, const char *option, const char *text,
                     double smallest, double largest) {
  double      value = smallest;
  const char *wrong = LodRealParse(text, &value);

  if (wrong) argp_failure(state, 2, 0, "%s %s: %s", option, text, wrong);
  if (value < smallest || value > largest)
    argp_failure(state, 2, 0, "%s %s: must lie between %g and %g", option, text, smallest, largest);
  return value;
}

/* Splits "15x55" into its numbers, as texts; ends the program if there are more than 3. */
static PetscInt Split(const struct argp_state *state, const char *option, const char *text,
                      char copy[128], char *numbers[3]) {
  char    *rest = copy, *number;
  PetscInt n = 0;
  if (strlen(text) >= 128) argp_error(state, "%s %.32s...: too long", option, text);
  (void)snprintf(copy, 128, "%s", text);
  while ((number = strsep(&rest, "x"))) {
    if (n == 3) argp_error(state, "%s %s: more than 3 axes", option, text);
    if (n < 3) numbers[n++] = number;
  }
  return n;
}

PetscInt LodOptionCells(const struct argp_state *state, const char *option, const char *text,
                        PetscInt smallest, PetscInt largest, PetscInt numbers[3]) {
  char           copy[128], *words[3];
  const PetscInt n = Split(state, option, text, copy, words);
  for (PetscInt i = 0; i < 3; i++)
    numbers[i] = i < n ? (PetscInt)LodOptionInteger(state, option, words[i], smallest, largest) : 0;
  return n;
}

PetscInt LodOptionExtent(const struct argp_state *state, const char *option, const char *text,
                         double numbers[3]) {
  char           copy[128], *words[3];
  const PetscInt n = Split(state, option, text, copy, words);
  for (PetscInt i = 0; i < 3; i++)
    numbers[i] = i < n ? LodOptionReal(state, option, words[i], 1e-100, 1e100) : 0;
  return n;
}
