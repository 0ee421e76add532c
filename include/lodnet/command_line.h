/* The words of a command line, and numbers among them, read strictly.

   Programs parse with argp before MPI starts. A value that is no number ends the program there with
   status 2 and `PROGRAM: --OPTION VALUE: what is wrong`. */
#ifndef LODNET_COMMAND_LINE_H
#define LODNET_COMMAND_LINE_H

#include <argp.h>
#include <petscsys.h>

/* argp_parse for the words before `--`. What is wrong with them ends the program with status 2 and
   one message on several ranks too: rank 0 speaks, and another only if it is alone with its words.
   Called once, before LodProgramBegin. */
void LodProgramParse(const struct argp *parser, int argc, char **argv, void *options);

/* Reads a whole number or a finite real number; blanks, trailing letters and numbers that do not
   fit are refused. Returns NULL, or what is wrong in words. *value is set on success only. */
const char *LodParseInteger(const char *text, PetscInt64 *value);
const char *LodParseReal(const char *text, double *value);

/* The same for the argument of option `option` ("--coarse") inside an argp parser: a number that
   cannot be read or is outside [smallest, largest] ends the program with status 2. */
PetscInt64 LodOptionInteger(const struct argp_state *state, const char *option, const char *text,
                            PetscInt64 smallest, PetscInt64 largest);
double     LodOptionReal(const struct argp_state *state, const char *option, const char *text,
                         double smallest, double largest);

#endif
