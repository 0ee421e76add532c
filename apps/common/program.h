/* Start and end of a program. */
#ifndef LODNET_COMMON_PROGRAM_H
#define LODNET_COMMON_PROGRAM_H

#include <argp.h>
#include <petscsys.h>

/* LodProgramOwnArguments splits the command line at the first `--` and returns how many words stand
   before it, which are the program's; LodProgramParse, which main calls first, gives them to
   argp. Everything after it goes to PETSc when LodProgramBegin is called. From then
   on the program ends with status 1 and a message if standard output cannot be written.

   LodProgramBegin(argc, argv) starts MPI, PETSc and the handlers and limits the number of threads;
   `argc`/`argv` are main's whole command line. LodProgramEnd prints the kept message if `error` is
   not 0, removes what unfinished files are left, ends PETSc and returns the exit status for main.
   On several ranks it is collective: the lowest rank with a message prints it, and all return the
   same status. Ranks that do not come to their end within seconds of an error are aborted. */
int            LodProgramOwnArguments(int argc, char **argv);
PetscErrorCode LodProgramBegin(int argc, char **argv);
int            LodProgramEnd(const char *name, PetscErrorCode error);

/* argp_parse for the words before `--`. What is wrong with them ends the program with status 2 and
   one message on several ranks too: rank 0 speaks, and another only if it is alone with its words.
   Called once, before LodProgramBegin. */
void LodProgramParse(const struct argp *parser, int argc, char **argv, void *options);

/* SIGINT, SIGTERM and SIGHUP remove unfinished files before they end the program; writing to a pipe
   that nobody reads, or past the limit for files, fails instead of ending it. LodProgramBegin. */
void LodProgramCatchSignals(void);

/* Makes sure that descriptors 0 to 2 are taken, so that no file that is opened later is mistaken
   for standard output, and that the program ends with status 1 and a message if what it printed
   could not be written. */
void LodStandardStreamsBegin(void);

#endif
