/* Running gnuplot. */
#ifndef LODNET_IO_GNUPLOT_PRIVATE_H
#define LODNET_IO_GNUPLOT_PRIVATE_H

#include <petscsys.h>

/* Runs `directory`/NAME.gp, which must write its pictures to the files that its variables `png` and
   `svg` name, and puts NAME.png and NAME.svg in place when both are whole. A missing gnuplot, or
   one that fails, is an error with gnuplot's own words. */
PetscErrorCode LodGnuplotRender(const char *directory, const char *name);

#endif
