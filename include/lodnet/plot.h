/* Pictures through gnuplot: the script and the data stay beside the picture, so that anyone can
   change it. Each function writes NAME.gp, its data NAME.csv, NAME.png and NAME.svg into
   `directory`. If gnuplot is missing or fails, that is an error that says so. */
#ifndef LODNET_PLOT_H
#define LODNET_PLOT_H

#include <lodnet/base.h>
#include <lodnet/grid.h>

/* Loss over epochs, train and validation, log axis, step-size changes marked. history[n][5] as in
   model.h. */
PetscErrorCode LodPlotHistory(const char *directory, const char *name, PetscInt n,
                              const double *history);

/* Curves y_c(x) over common x[n], increasing: values[c][n], at most 6 curves; readable in greyscale
   (dashes and marks differ). Curve 0 is the reference, a broad line without marks. A value that is
   not finite is no point: its curve joins the neighbours. */
PetscErrorCode LodPlotCurves(const char *directory, const char *name, const char *title,
                             const char *x_label, const char *y_label, PetscInt n, const double *x,
                             PetscInt n_curves, const char *const *labels,
                             const double *const *values);

/* A field over the unit square as a picture with colour bar (greyscale-safe): values[n_y][n_x], one
   for each of n_x x n_y equal pixels, the first row at y = 0. */
PetscErrorCode LodPlotField(const char *directory, const char *name, const char *title,
                            PetscInt n_x, PetscInt n_y, const double *values,
                            PetscBool logarithmic);

#endif
