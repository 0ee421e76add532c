/* Curves and training histories: data, then a gnuplot script beside it, then the picture. */
#include "io/plot.h"

#include <math.h>

#include "io/gnuplot_private.h"
#include "io/history.h"
#include "io/plot_private.h"

/* Most curves one picture can tell apart. */
#define MAX_CURVES 6

/* About how many marks a curve carries. */
#define MARKS_PER_CURVE 17

/* How curve c is drawn. The lightness of the colours differs as well as their hue, and each has its
   own dashes and mark, so that print in grey keeps them apart. Curve 0 is the reference. */
static const struct {
  const char *colour, *dashes;
  double      width;
  int         mark; /* gnuplot's point type; 0: none */
  double      mark_size;
} curve_style[MAX_CURVES] = {
    {"#9a9a9a", "solid", 5.0, 0, 0},     {"#000000", "solid", 1.8, 7, 1.0},
    {"#c2410c", "(14,6)", 2.2, 4, 2.2},  {"#1d6fb8", "(3,5)", 2.2, 8, 1.8},
    {"#7a5195", "(14,5,3,5)", 2., 6, 3}, {"#2f855a", "(6,4)", 2., 12, 1.8}};

/* Marks each epoch at which the step size changes with a thin line, and above the frame the step
   size from there on; of lines that lie too close for their labels the first has one. */
static void PrintRates(FILE *stream, PetscInt n, const double *history) {
  const double first = history[0] - 0.5, last = history[LOD_HISTORY_COLUMNS * (n - 1)] + 0.5;
  double       labelled = -INFINITY;

  fprintf(stream, "set label 'step size' at graph 0, graph 1.04 right offset -1,0 "
                  "textcolor rgb '#555555'\n");
  for (PetscInt i = 0; i < n; i++) {
    const double *row = history + LOD_HISTORY_COLUMNS * i;
    const double *before = i ? row - LOD_HISTORY_COLUMNS : row;
    const double  rate = row[LOD_HISTORY_RATE];
    if (i > 0 && rate == before[LOD_HISTORY_RATE]) continue;
    const double between = i ? 0.5 * (row[LOD_HISTORY_EPOCH] + before[LOD_HISTORY_EPOCH]) : first;
    if (i > 0)
      fprintf(stream,
              "set arrow from first %.17g, graph 0 to first %.17g, graph 1 nohead dashtype (2,4) "
              "linewidth 1.2 linecolor rgb '#777777'\n",
              between, between);
    if (between - labelled < 0.035 * (last - first)) continue;
    labelled = between;
    fprintf(stream,
            "set label '%g' at first %.17g, graph 1.03 rotate by 50 left textcolor rgb '#555555'\n",
            rate, between);
  }
}

/* Data of the loss plot: history[n][LOD_HISTORY_COLUMNS] as CSV. */
static PetscErrorCode WriteHistory(const char *directory, const char *name, PetscInt n,
                                   const double *history) {
  LodTextFile data;

  PetscFunctionBeginUser;
  PetscCall(LodPlotBeginPart(&data, directory, name, ".csv"));
  fprintf(data.stream, LOD_HISTORY_NAMES "\n");
  for (PetscInt i = 0; i < n; i++)
    for (int column = 0; column < LOD_HISTORY_COLUMNS; column++) {
      LodNumberPrint(data.stream, history[LOD_HISTORY_COLUMNS * i + column], "");
      fputc(column + 1 < LOD_HISTORY_COLUMNS ? ',' : '\n', data.stream);
    }
  PetscCall(LodTextFileCommit(&data));
  PetscFunctionReturn(0);
}

/* Loss over epochs; see plot.h. */
PetscErrorCode LodPlotHistory(const char *directory, const char *name, const char *label,
                              PetscInt n, const double *history) {
  const int   width = 1200, height = 800;
  double      extent[2] = {INFINITY, -INFINITY};
  LodTextFile script;

  PetscFunctionBeginUser;
  PetscCheck(n >= 1, PETSC_COMM_SELF, PETSC_ERR_ARG_OUTOFRANGE, "%s: no epochs to plot", name);
  PetscCall(WriteHistory(directory, name, n, history));
  for (PetscInt i = 0; i < n; i++)
    LodPlotExtent(2, history + LOD_HISTORY_COLUMNS * i + LOD_HISTORY_TRAIN, PETSC_TRUE, extent);
  if (!(extent[1] > 0)) extent[0] = extent[1] = 1; /* nothing to show */
  /* At least a decade, which has three labels. */
  const double widen = fmax(1.3, sqrt(10 * extent[0] / extent[1]));
  extent[0] /= widen;
  extent[1] *= widen;
  PetscCall(LodPlotBeginPart(&script, directory, name, ".gp"));
  LodPlotPrintHead(script.stream, name, width, height);
  fprintf(script.stream, "set xlabel 'epoch'\n");
  LodPlotPrintSetting(script.stream, "set ylabel", label);
  fprintf(script.stream,
          "set xrange [%.17g:%.17g]\nset yrange [%.17g:%.17g]\n%s"
          "set tmargin 4.5\nset rmargin 4\nset key opaque\n"
          "set grid ytics linetype 1 linecolor rgb '#e4e4e4' linewidth 0.8\n",
          history[0] - 0.5, history[LOD_HISTORY_COLUMNS * (n - 1)] + 0.5, extent[0], extent[1],
          n <= 20 ? "set xtics 1\n" : "");
  LodPlotPrintLogAxis(script.stream, "y", extent);
  PrintRates(script.stream, n, history);
  fprintf(script.stream,
          "plot '%s.csv' skip 1 using 1:3 with linespoints linewidth 2 linecolor rgb '#000000' "
          "pointtype 7 pointsize 1.1 pointinterval %d title 'training', \\\n"
          "  '' skip 1 using 1:4 with linespoints linewidth 2 dashtype (12,6) "
          "linecolor rgb '#c2410c' pointtype 4 pointsize 1.6 pointinterval %d title 'validation'\n",
          name, 1 + (int)n / MARKS_PER_CURVE, 1 + (int)n / MARKS_PER_CURVE);
  LodPlotPrintTail(script.stream, width, height);
  PetscCall(LodTextFileCommit(&script));
  PetscCall(LodGnuplotRender(directory, name));
  PetscFunctionReturn(0);
}

/* Data of a curves plot: x and one column a curve; a value that is not finite is left empty. */
static PetscErrorCode WriteCurves(const char *directory, const char *name, const char *x_label,
                                  PetscInt n, const double *x, PetscInt n_curves,
                                  const char *const *labels, const double *const *values) {
  LodTextFile data;

  PetscFunctionBeginUser;
  PetscCall(LodPlotBeginPart(&data, directory, name, ".csv"));
  fprintf(data.stream, "\"%s\"", x_label);
  for (PetscInt curve = 0; curve < n_curves; curve++)
    fprintf(data.stream, ",\"%s\"", labels[curve]);
  fputc('\n', data.stream);
  for (PetscInt i = 0; i < n; i++) {
    LodNumberPrint(data.stream, x[i], "");
    for (PetscInt curve = 0; curve < n_curves; curve++) {
      fputc(',', data.stream);
      LodNumberPrint(data.stream, values[curve][i], "");
    }
    fputc('\n', data.stream);
  }
  PetscCall(LodTextFileCommit(&data));
  PetscFunctionReturn(0);
}

/* Prints one curve's part of the plot command: column `curve` + 2 of the data, in units of `unit`.
   Points without a value are skipped and the curve joins its neighbours. */
static void PrintCurve(FILE *stream, PetscInt curve, const char *label, PetscInt n,
                       const double *values, double unit) {
  int marked = 0;

  for (PetscInt i = 0; i < n; i++)
    marked += isfinite(values[i]) ? 1 : 0;
  fprintf(stream, "skip 1 using 1:($%d/%.17g) with %s linewidth %g dashtype %s linecolor rgb '%s' ",
          (int)curve + 2, unit, curve_style[curve].mark ? "linespoints" : "lines",
          curve_style[curve].width, curve_style[curve].dashes, curve_style[curve].colour);
  if (curve_style[curve].mark)
    fprintf(stream, "pointtype %d pointsize %g pointinterval %d ", curve_style[curve].mark,
            curve_style[curve].mark_size, 1 + marked / (2 * MARKS_PER_CURVE));
  fputs("title ", stream);
  LodPlotPrintString(stream, label);
}

/* Prints the vertical axis of all curves: its unit, and a range of its own if the values are all
   the same. Returns the unit. */
static double PrintCurvesAxis(FILE *stream, PetscInt n, PetscInt n_curves,
                              const double *const *values) {
  double extent[2] = {INFINITY, -INFINITY};

  for (PetscInt curve = 0; curve < n_curves; curve++)
    LodPlotExtent(n, values[curve], PETSC_FALSE, extent);
  const double largest = fmax(fabs(extent[0]), fabs(extent[1])), unit = LodPlotUnit(largest);
  fputs("set format y '%.9g'\n", stream);
  LodPlotPrintUnit(stream, unit, "graph 0, graph 1.035");
  if (!isfinite(largest)) {
    fputs("set yrange [0:1]\n", stream); /* nothing to show */
  } else if (LodPlotIsFlat(extent)) {
    const double middle = extent[1] / unit, widen = middle == 0 ? 1 : 0.5 * fabs(middle);
    fprintf(stream, "set yrange [%.17g:%.17g]\n", middle - widen, middle + widen);
  }
  return unit;
}

/* Curves over common x; see plot.h. */
PetscErrorCode LodPlotCurves(const char *directory, const char *name, const char *title,
                             const char *x_label, const char *y_label, PetscInt n, const double *x,
                             PetscInt n_curves, const char *const *labels,
                             const double *const *values) {
  const int   width = 1200, height = 800;
  LodTextFile script;

  PetscFunctionBeginUser;
  PetscCheck(n >= 1 && n_curves >= 1 && n_curves <= MAX_CURVES, PETSC_COMM_SELF,
             PETSC_ERR_ARG_OUTOFRANGE, "%s: a plot needs points and 1 to %d curves", name,
             MAX_CURVES);
  PetscCall(WriteCurves(directory, name, x_label, n, x, n_curves, labels, values));
  PetscCall(LodPlotBeginPart(&script, directory, name, ".gp"));
  LodPlotPrintHead(script.stream, name, width, height);
  LodPlotPrintSetting(script.stream, "set title", title);
  LodPlotPrintSetting(script.stream, "set xlabel", x_label);
  LodPlotPrintSetting(script.stream, "set ylabel", y_label);
  fprintf(script.stream,
          "set xrange [%.17g:%.17g]\n"
          "set grid ytics linetype 1 linecolor rgb '#e4e4e4' linewidth 0.8\n"
          "set offsets 0, 0, graph 0.04, graph 0\n"
          "set rmargin 5\nset key below center horizontal Left reverse height 0.6\n",
          x[0], x[n - 1]);
  const double unit = PrintCurvesAxis(script.stream, n, n_curves, values);
  for (PetscInt curve = 0; curve < n_curves; curve++) {
    if (curve == 0) {
      fprintf(script.stream, "plot '%s.csv' ", name);
    } else {
      fputs(", \\\n  '' ", script.stream);
    }
    PrintCurve(script.stream, curve, labels[curve], n, values[curve], unit);
  }
  fputc('\n', script.stream);
  LodPlotPrintTail(script.stream, width, height);
  PetscCall(LodTextFileCommit(&script));
  PetscCall(LodGnuplotRender(directory, name));
  PetscFunctionReturn(0);
}
