/* Fields over a rectangle: data, then a gnuplot script beside it, then the picture. */
#include <math.h>

#include "io/gnuplot_private.h"
#include "io/plot.h"
#include "io/plot_private.h"

/* Cividis (J. Nunez, C. Anderton, R. Renslow, PLOS ONE 13(7), 2018): its lightness grows steadily,
   so it reads the same in grey and with colour-deficient sight. */
static const char sequential[] =
    "0 '#00224e', 1 '#123570', 2 '#3b496c', 3 '#575d6d', 4 '#707173', 5 '#8a8678', 6 '#a59c74', "
    "7 '#c3b369', 8 '#e1cc55', 9 '#fee838'";

/* RdBu of ColorBrewer (C. Brewer, colorbrewer2.org), white at zero, told apart by colour-deficient
   sight too; what differs from white differs from zero, also in grey. */
static const char diverging[] =
    "0 '#2166ac', 1 '#4393c3', 2 '#92c5de', 3 '#d1e5f0', 4 '#ffffff', 5 '#fddbc7', 6 '#f4a582', "
    "7 '#d6604d', 8 '#b2182b'";

/* Data of a field plot: n_y rows of n_x values, the first row at the bottom (small y). */
static PetscErrorCode WriteField(const char *directory, const char *name, PetscInt n_x,
                                 PetscInt n_y, const double *values) {
  LodTextFile data;

  PetscFunctionBeginUser;
  PetscCall(LodPlotBeginPart(&data, directory, name, ".csv"));
  for (PetscInt i = 0; i < n_x * n_y; i++) {
    if (isfinite(values[i])) fprintf(data.stream, "%.8g", values[i]);
    fputc((i + 1) % n_x ? ',' : '\n', data.stream);
  }
  PetscCall(LodTextFileCommit(&data));
  PetscFunctionReturn(0);
}

/* Prints palette, range and axis of the colours for the n values; returns the unit they are shown
   in. Values that are all the same get a range around them. */
static double PrintColours(FILE *stream, PetscInt n, const double *values, LodFieldScale scale) {
  const PetscBool logarithmic = (PetscBool)(scale == LOD_FIELD_LOGARITHMIC);
  double          extent[2] = {INFINITY, -INFINITY};

  LodPlotExtent(n, values, logarithmic, extent);
  if (!(extent[0] <= extent[1])) extent[0] = extent[1] = logarithmic ? 1 : 0; /* nothing to show */
  const double largest = fmax(fabs(extent[0]), fabs(extent[1]));
  const double unit = logarithmic ? 1 : LodPlotUnit(largest);
  if (scale == LOD_FIELD_DIVERGING) {
    extent[1] = largest == 0 ? 1 : largest;
    extent[0] = -extent[1];
  } else if (LodPlotIsFlat(extent)) {
    const double widen = largest == 0 ? 1 : 0.5 * largest;
    extent[0] -= widen;
    extent[1] += widen;
  }
  fprintf(stream, "set palette defined (%s)\nset cbrange [%.17g:%.17g]\n",
          scale == LOD_FIELD_DIVERGING ? diverging : sequential, extent[0] / unit,
          extent[1] / unit);
  if (logarithmic) {
    LodPlotPrintLogAxis(stream, "cb", extent);
  } else {
    fputs("set format cb '%.9g'\n", stream);
  }
  LodPlotPrintUnit(stream, unit, "screen 0.81, screen 0.945");
  return unit;
}

/* Prints the axes, which in the unit square have tics at quarters. */
static void PrintAxes(FILE *stream, const double extent[2]) {
  fprintf(stream,
          "set xlabel 'x'\nset ylabel 'y' rotate by 0 offset 2.2,0\n"
          "set xrange [0:%.9g]\nset yrange [0:%.9g]\nset size ratio -1\n",
          extent[0], extent[1]);
  if (extent[0] == 1 && extent[1] == 1) fputs("set xtics 0.25\nset ytics 0.25\n", stream);
  fputs("unset key\nset margins at screen 0.13, at screen 0.80, at screen 0.11, "
        "at screen 0.914\n",
        stream);
}

/* A field over a rectangle; see plot.h. */
PetscErrorCode LodPlotField(const char *directory, const char *name, const char *title,
                            const PetscInt n[2], const double extent[2], const double *values,
                            LodFieldScale scale) {
  const int   width = 1200, height = 1000;
  LodTextFile script;

  PetscFunctionBeginUser;
  PetscCheck(n[0] >= 1 && n[1] >= 1, PETSC_COMM_SELF, PETSC_ERR_ARG_OUTOFRANGE,
             "%s: a field needs values", name);
  PetscCall(WriteField(directory, name, n[0], n[1], values));
  PetscCall(LodPlotBeginPart(&script, directory, name, ".gp"));
  LodPlotPrintHead(script.stream, name, width, height);
  LodPlotPrintSetting(script.stream, "set title", title);
  PrintAxes(script.stream, extent);
  const double unit = PrintColours(script.stream, n[0] * n[1], values, scale);
  fprintf(script.stream,
          "plot '%s.csv' matrix using (($1 + 0.5) * %.17g):(($2 + 0.5) * %.17g):($3/%.17g) with "
          "image\n",
          name, extent[0] / (double)n[0], extent[1] / (double)n[1], unit);
  LodPlotPrintTail(script.stream, width, height);
  PetscCall(LodTextFileCommit(&script));
  PetscCall(LodGnuplotRender(directory, name));
  PetscFunctionReturn(0);
}
