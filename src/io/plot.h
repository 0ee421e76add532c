/* Pictures through gnuplot: the script and the data stay beside the picture, so that anyone can
   change it. Each function writes NAME.gp, its data NAME.csv, NAME.png and NAME.svg into
   `directory`. If gnuplot is missing or fails, that is an error that says so. */
#ifndef LODNET_IO_PLOT_H
#define LODNET_IO_PLOT_H

#include <petscsys.h>

/* Checks before the work that the files of picture `name` can be written and are no inputs
   (file.h, LodOutputsCheck). */
PetscErrorCode LodPlotCheckOutputs(const char *directory, const char *name, PetscInt n_inputs,
                                   const char *const inputs[]);

/* Loss over epochs, train and validation, log axis, step sizes above it.
   history[n][LOD_HISTORY_COLUMNS] as in model.h; `label` says which loss it is, and in which unit.
 */
PetscErrorCode LodPlotHistory(const char *directory, const char *name, const char *label,
                              PetscInt n, const double *history);

/* Curves y_c(x) over common x[n], increasing: values[c][n], at most 6 curves; readable in greyscale
   (dashes and marks differ). Curve 0 is the reference, a broad line without marks. A value that is
   not finite is no point: its curve joins the neighbours. Numbers far from 1 are shown in units of
   a power of ten, here and in fields. */
PetscErrorCode LodPlotCurves(const char *directory, const char *name, const char *title,
                             const char *x_label, const char *y_label, PetscInt n, const double *x,
                             PetscInt n_curves, const char *const *labels,
                             const double *const *values);

/* How values become colours: from the smallest to the largest, linearly or by their logarithm, or
   both ways from zero, which is white, as far as the largest magnitude. */
typedef enum { LOD_FIELD_LINEAR, LOD_FIELD_LOGARITHMIC, LOD_FIELD_DIVERGING } LodFieldScale;

/* A field over the rectangle (0, extent[0]) x (0, extent[1]) as a picture with colour bar
   (greyscale-safe but for the sign of a diverging one): values[n[1]][n[0]], one for each of n[0] x
   n[1] equal pixels, the first row at y = 0.
   A value that is not finite, or on a logarithmic scale not positive, has no colour. */
PetscErrorCode LodPlotField(const char *directory, const char *name, const char *title,
                            const PetscInt n[2], const double extent[2], const double *values,
                            LodFieldScale scale);

#endif
