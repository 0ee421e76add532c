/* Numbers among the words of a command line, read strictly. Programs parse with argp before MPI
   starts. A value that is no number ends the program there with status 2 and
   `PROGRAM: --OPTION VALUE: what is wrong`. */
#ifndef LODNET_COMMON_COMMAND_LINE_H
#define LODNET_COMMON_COMMAND_LINE_H

#include <argp.h>
#include <petscsys.h>

/* The argument `text` of an option ("--coarse") as a number in [smallest, largest]; called inside
   an argp parser. */
PetscInt64 LodOptionInteger(const struct argp_state *state, const char *option, const char *text,
                            PetscInt64 smallest, PetscInt64 largest);
double     LodOptionReal(const struct argp_state *state, const char *option, const char *text,
                         double smallest, double largest);

/* A number for each axis, "15x55", x first; one number stands for every axis and is numbers[0]
   alone, the others being 0. Returns how many were given, up to 3. Extents are positive. */
PetscInt LodOptionCells(const struct argp_state *state, const char *option, const char *text,
                        PetscInt smallest, PetscInt largest, PetscInt numbers[3]);
PetscInt LodOptionExtent(const struct argp_state *state, const char *option, const char *text,
                         double numbers[3]);

#endif
