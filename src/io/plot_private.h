/* What pictures share. */
#ifndef LODNET_IO_PLOT_PRIVATE_H
#define LODNET_IO_PLOT_PRIVATE_H

#include "base/text_file.h"

/* Begins `directory`/NAME + `ending`. */
PetscErrorCode LodPlotBeginPart(LodTextFile *file, const char *directory, const char *name,
                                const char *ending);

/* Prints `text` as a gnuplot string; and `COMMAND 'text' noenhanced`. */
void LodPlotPrintString(FILE *stream, const char *text);
void LodPlotPrintSetting(FILE *stream, const char *command, const char *text);

/* Top and end of every script, for a PNG of width x height pixels. */
void LodPlotPrintHead(FILE *stream, const char *name, int width, int height);
void LodPlotPrintTail(FILE *stream, int width, int height);

/* The power of ten that numbers up to `largest` in magnitude are shown in units of, so that labels
   stay short: 1 from 1e-3 to 1e5. Then the line of the script that says so at a place, unless it is
   1. */
double LodPlotUnit(double largest);
void   LodPlotPrintUnit(FILE *stream, double unit, const char *place);

/* Widens extent[2], smallest and largest, to the finite (and, if `positive`, positive) values. */
void LodPlotExtent(PetscInt n, const double *values, PetscBool positive, double extent[2]);

/* Whether an extent is that of one number as far as the labels of an axis could tell, or of none.
 */
PetscBool LodPlotIsFlat(const double extent[2]);

/* A logarithmic axis ("y", "cb") for values of this extent: powers of ten, and where they would
   leave too few labels (less than two decades) 1, 2, 5 times each. */
void LodPlotPrintLogAxis(FILE *stream, const char *axis, const double extent[2]);

#endif
