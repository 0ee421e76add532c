/* Pictures: each function writes data, then a gnuplot script beside it, then renders it. */
#include <lodnet/plot.h>

#include <math.h>

#include "io/gnuplot_private.h"
#include "io/text_file_private.h"

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
} curve_style[MAX_CURVES] = {{"#9a9a9a", "solid", 5.0, 0},     {"#000000", "solid", 1.8, 6},
                             {"#c2410c", "(14,6)", 2.2, 5},    {"#1d6fb8", "(3,5)", 2.2, 8},
                             {"#7a5195", "(14,5,3,5)", 2., 4}, {"#2f855a", "(6,4)", 2., 12}};

/* Begins `directory`/NAME + `ending`. */
static PetscErrorCode BeginPart(LodTextFile *file, const char *directory, const char *name,
                                const char *ending) {
  char file_name[LOD_PATH_MAX];

  PetscFunctionBeginUser;
  int length = snprintf(file_name, sizeof file_name, "%s%s", name, ending);
  LodCheckInput(length > 0 && (size_t)length < sizeof file_name, "%s: the file name is too long",
                name);
  PetscCall(LodTextFileBegin(file, directory, file_name));
  PetscFunctionReturn(0);
}

/* Prints `text` as a gnuplot string: single quotes, inside which only the quote itself is special.
 */
static void PrintString(FILE *stream, const char *text) {
  fputc('\'', stream);
  for (const char *letter = text; *letter; letter++) {
    if (*letter == '\'') fputc('\'', stream);
    fputc(*letter == '\n' ? ' ' : *letter, stream);
  }
  fputc('\'', stream);
}

/* Prints `COMMAND 'text' noenhanced`: names and formulas must not turn into sub- and superscripts.
 */
static void PrintTextSetting(FILE *stream, const char *command, const char *text) {
  fprintf(stream, "%s ", command);
  PrintString(stream, text);
  fputs(" noenhanced\n", stream);
}

/* The top of every script: how to run it, where the pictures go, and the look that all share. */
static void PrintHead(FILE *stream, const char *name, int width, int height) {
  fprintf(stream, "# Makes %s.png and %s.svg from %s.csv:  gnuplot %s.gp\n", name, name, name,
          name);
  fprintf(stream, "if (!exists(\"png\")) png = '%s.png'\n", name);
  fprintf(stream, "if (!exists(\"svg\")) svg = '%s.svg'\n", name);
  fprintf(stream,
          "set encoding utf8\n"
          "set datafile separator ','\n"
          "set terminal pngcairo size %d,%d fontscale 1.0 font 'Sans,20' linewidth 1.4\n"
          "set output png\n"
          "set border linewidth 1.2 linecolor rgb '#333333'\n"
          "set tics nomirror out textcolor rgb '#222222'\n"
          "set key noenhanced samplen 3 spacing 1.15\n",
          width, height);
}

/* The end of every script: the same plot once more as SVG (sizes there are in points of 1/96 inch,
   so the picture is drawn at two thirds of its pixels with text to match). */
static void PrintTail(FILE *stream, int width, int height) {
  fprintf(stream,
          "set terminal svg size %d,%d font 'Sans,13' background rgb 'white'\n"
          "set output svg\n"
          "replot\n"
          "unset output\n",
          2 * width / 3, 2 * height / 3);
}

/* Marks each epoch at which the step size changes with a thin line and the new value. */
static void PrintRateChanges(FILE *stream, PetscInt n, const double *history) {
  for (PetscInt i = 1; i < n; i++) {
    double rate = history[5 * i + 4];
    if (rate == history[5 * (i - 1) + 4]) continue;
    double between = 0.5 * (history[5 * i] + history[5 * (i - 1)]);
    fprintf(stream,
            "set arrow from first %.17g, graph 0 to first %.17g, graph 1 nohead dashtype (2,4) "
            "linewidth 1.2 linecolor rgb '#777777'\n"
            "set label 'step size %g' at first %.17g, graph 0.03 rotate by 90 offset -0.8,0 "
            "textcolor rgb '#555555'\n",
            between, between, rate, between);
  }
}

/* The log axis of the loss: powers of ten, and where they would leave too few labels (less than two
   decades) 1, 2, 5 times each. */
static void PrintLossAxis(FILE *stream, PetscInt n, const double *history) {
  double smallest = INFINITY, largest = 0;

  for (PetscInt i = 0; i < n; i++)
    for (int column = 2; column < 4; column++) {
      double loss = history[5 * i + column];
      if (!(loss > 0) || !isfinite(loss)) continue;
      smallest = fmin(smallest, loss);
      largest = fmax(largest, loss);
    }
  fprintf(stream, "set logscale y\n");
  if (!(largest < 100 * smallest)) {
    fprintf(stream, "set format y '10^{%%L}'\nset mytics 10\n");
    return;
  }
  const char *comma = "";
  fprintf(stream, "set format y '%%g'\nset ytics (");
  for (int power = (int)floor(log10(smallest)); power <= (int)floor(log10(largest)) + 1; power++)
    for (int digit = 1; digit <= 5; digit += 1 + 2 * (digit / 2)) {
      fprintf(stream, "%s%de%d", comma, digit, power);
      comma = ", ";
    }
  fprintf(stream, ")\n");
}

/* Data of the loss plot: history[n][5] as CSV. */
static PetscErrorCode WriteHistory(const char *directory, const char *name, PetscInt n,
                                   const double *history) {
  LodTextFile data;

  PetscFunctionBeginUser;
  PetscCall(BeginPart(&data, directory, name, ".csv"));
  fprintf(data.stream, "epoch,seconds,train_loss,validation_loss,learning_rate\n");
  for (PetscInt i = 0; i < n; i++)
    for (int column = 0; column < 5; column++) {
      LodPrintNumber(data.stream, history[5 * i + column], "");
      fputc(column < 4 ? ',' : '\n', data.stream);
    }
  PetscCall(LodTextFileCommit(&data));
  PetscFunctionReturn(0);
}

/* Loss over epochs; see plot.h. */
PetscErrorCode LodPlotHistory(const char *directory, const char *name, PetscInt n,
                              const double *history) {
  const int   width = 1200, height = 800;
  LodTextFile script;

  PetscFunctionBeginUser;
  PetscCheck(n >= 1, PETSC_COMM_SELF, PETSC_ERR_ARG_OUTOFRANGE, "%s: no epochs to plot", name);
  PetscCall(WriteHistory(directory, name, n, history));
  PetscCall(BeginPart(&script, directory, name, ".gp"));
  PrintHead(script.stream, name, width, height);
  fprintf(script.stream, "set xlabel 'epoch'\nset ylabel 'loss'\n"
                         "set offsets 0.5, 0.5, 0, 0\n"
                         "set grid ytics linetype 1 linecolor rgb '#e4e4e4' linewidth 0.8\n");
  PrintLossAxis(script.stream, n, history);
  PrintRateChanges(script.stream, n, history);
  fprintf(script.stream,
          "plot '%s.csv' skip 1 using 1:3 with linespoints linewidth 2 linecolor rgb '#000000' "
          "pointtype 7 pointsize 1.1 pointinterval %d title 'training', \\\n"
          "  '' skip 1 using 1:4 with linespoints linewidth 2 dashtype (12,6) "
          "linecolor rgb '#c2410c' pointtype 4 pointsize 1.3 pointinterval %d title 'validation'\n",
          name, 1 + (int)n / MARKS_PER_CURVE, 1 + (int)n / MARKS_PER_CURVE);
  PrintTail(script.stream, width, height);
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
  PetscCall(BeginPart(&data, directory, name, ".csv"));
  fprintf(data.stream, "\"%s\"", x_label);
  for (PetscInt curve = 0; curve < n_curves; curve++)
    fprintf(data.stream, ",\"%s\"", labels[curve]);
  fputc('\n', data.stream);
  for (PetscInt i = 0; i < n; i++) {
    LodPrintNumber(data.stream, x[i], "");
    for (PetscInt curve = 0; curve < n_curves; curve++) {
      fputc(',', data.stream);
      LodPrintNumber(data.stream, values[curve][i], "");
    }
    fputc('\n', data.stream);
  }
  PetscCall(LodTextFileCommit(&data));
  PetscFunctionReturn(0);
}

/* Prints one curve's part of the plot command: column `curve` + 2 of the data. Points without a
   value are skipped and the curve joins its neighbours. */
static void PrintCurve(FILE *stream, PetscInt curve, const char *label, PetscInt n,
                       const double *values) {
  int marked = 0;

  for (PetscInt i = 0; i < n; i++)
    marked += isfinite(values[i]) ? 1 : 0;
  fprintf(stream, "skip 1 using 1:%d with %s linewidth %g dashtype %s linecolor rgb '%s' ",
          (int)curve + 2, curve_style[curve].mark ? "linespoints" : "lines",
          curve_style[curve].width, curve_style[curve].dashes, curve_style[curve].colour);
  if (curve_style[curve].mark)
    fprintf(stream, "pointtype %d pointsize 1.4 pointinterval %d ", curve_style[curve].mark,
            1 + marked / (2 * MARKS_PER_CURVE));
  fputs("title ", stream);
  PrintString(stream, label);
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
  PetscCall(BeginPart(&script, directory, name, ".gp"));
  PrintHead(script.stream, name, width, height);
  PrintTextSetting(script.stream, "set title", title);
  PrintTextSetting(script.stream, "set xlabel", x_label);
  PrintTextSetting(script.stream, "set ylabel", y_label);
  fprintf(script.stream,
          "set xrange [%.17g:%.17g]\n"
          "set grid ytics linetype 1 linecolor rgb '#e4e4e4' linewidth 0.8\n"
          "set offsets 0, 0, graph 0.04, graph 0\n"
          "set key below center horizontal Left reverse maxrows 1 height 0.6\n",
          x[0], x[n - 1]);
  for (PetscInt curve = 0; curve < n_curves; curve++) {
    if (curve == 0) {
      fprintf(script.stream, "plot '%s.csv' ", name);
    } else {
      fputs(", \\\n  '' ", script.stream);
    }
    PrintCurve(script.stream, curve, labels[curve], n, values[curve]);
  }
  fputc('\n', script.stream);
  PrintTail(script.stream, width, height);
  PetscCall(LodTextFileCommit(&script));
  PetscCall(LodGnuplotRender(directory, name));
  PetscFunctionReturn(0);
}

/* Data of a field plot: n_y rows of n_x values, the first row at the bottom (small y). */
static PetscErrorCode WriteField(const char *directory, const char *name, PetscInt n_x,
                                 PetscInt n_y, const double *values) {
  LodTextFile data;

  PetscFunctionBeginUser;
  PetscCall(BeginPart(&data, directory, name, ".csv"));
  for (PetscInt i = 0; i < n_x * n_y; i++) {
    if (isfinite(values[i])) fprintf(data.stream, "%.9g", values[i]);
    fputc((i + 1) % n_x ? ',' : '\n', data.stream);
  }
  PetscCall(LodTextFileCommit(&data));
  PetscFunctionReturn(0);
}

/* The colour range: that of the values, widened if they are all the same. */
static void PrintColourRange(FILE *stream, PetscInt n, const double *values,
                             PetscBool logarithmic) {
  double smallest = INFINITY, largest = -INFINITY;

  for (PetscInt i = 0; i < n; i++) {
    if (!isfinite(values[i]) || (logarithmic && values[i] <= 0)) continue;
    smallest = fmin(smallest, values[i]);
    largest = fmax(largest, values[i]);
  }
  if (smallest > largest) smallest = largest = 1; /* nothing to show */
  if (smallest == largest) {
    double widen = smallest == 0 ? 1 : 0.5 * fabs(smallest);
    smallest -= widen;
    largest += widen;
  }
  fprintf(stream, "set cbrange [%.17g:%.17g]\n", smallest, largest);
  if (logarithmic) fprintf(stream, "set logscale cb\n");
}

/* A field over the unit square; see plot.h. */
PetscErrorCode LodPlotField(const char *directory, const char *name, const char *title,
                            PetscInt n_x, PetscInt n_y, const double *values,
                            PetscBool logarithmic) {
  const int   width = 1200, height = 1000;
  LodTextFile script;

  PetscFunctionBeginUser;
  PetscCheck(n_x >= 1 && n_y >= 1, PETSC_COMM_SELF, PETSC_ERR_ARG_OUTOFRANGE,
             "%s: a field needs values", name);
  PetscCall(WriteField(directory, name, n_x, n_y, values));
  PetscCall(BeginPart(&script, directory, name, ".gp"));
  PrintHead(script.stream, name, width, height);
  PrintTextSetting(script.stream, "set title", title);
  fprintf(script.stream, "set xlabel 'x'\nset ylabel 'y' rotate by 0 offset 2.2,0\n"
                         "set xrange [0:1]\nset yrange [0:1]\nset size ratio -1\n"
                         "set xtics 0.25\nset ytics 0.25\n"
                         "unset key\nset margins at screen 0.13, at screen 0.80, at screen 0.11, "
                         "at screen 0.914\nset format cb '%%g'\n");
  PrintColourRange(script.stream, n_x * n_y, values, logarithmic);
  /* Cividis (J. Nunez, C. Anderton, R. Renslow, PLOS ONE 13(7), 2018): its lightness grows
     steadily, so it reads the same in grey and with colour-deficient sight. */
  fprintf(script.stream,
          "set palette defined (0 '#00224e', 1 '#123570', 2 '#3b496c', 3 '#575d6d', 4 '#707173', "
          "5 '#8a8678', 6 '#a59c74', 7 '#c3b369', 8 '#e1cc55', 9 '#fee838')\n");
  fprintf(script.stream,
          "plot '%s.csv' matrix using (($1 + 0.5) / %d):(($2 + 0.5) / %d):3 with image\n", name,
          (int)n_x, (int)n_y);
  PrintTail(script.stream, width, height);
  PetscCall(LodTextFileCommit(&script));
  PetscCall(LodGnuplotRender(directory, name));
  PetscFunctionReturn(0);
}
