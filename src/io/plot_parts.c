/* What pictures share: files, texts, the look, and numbers that fit on an axis. */
#include <math.h>

#include "base/error.h"
#include "io/plot.h"
#include "io/plot_private.h"

/* Begins `directory`/NAME + `ending`. */
PetscErrorCode LodPlotBeginPart(LodTextFile *file, const char *directory, const char *name,
                                const char *ending) {
  char file_name[LOD_PATH_MAX];

  PetscFunctionBeginUser;
  int length = snprintf(file_name, sizeof file_name, "%s%s", name, ending);
  LodCheckInput(length > 0 && (size_t)length < sizeof file_name, "%s: the file name is too long",
                name);
  PetscCall(LodTextFileBegin(file, directory, file_name));
  PetscFunctionReturn(0);
}

PetscErrorCode LodPlotCheckOutputs(const char *directory, const char *name, PetscInt n_inputs,
                                   const char *const inputs[]) {
  static const char *const endings[] = {".csv", ".gp", ".png", ".svg"};
  char                     file_name[LOD_PATH_MAX];
  const char *const        part = file_name;

  PetscFunctionBeginUser;
  for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
    (void)snprintf(file_name, sizeof file_name, "%s%s", name, endings[i]);
    PetscCall(LodOutputsCheck(directory, 1, &part, n_inputs, inputs));
  }
  PetscFunctionReturn(0);
}

/* Prints `text` as a gnuplot string: single quotes, inside which only the quote itself is special.
 */
void LodPlotPrintString(FILE *stream, const char *text) {
  fputc('\'', stream);
  for (const char *letter = text; *letter; letter++) {
    if (*letter == '\'') fputc('\'', stream);
    fputc(*letter == '\n' ? ' ' : *letter, stream);
  }
  fputc('\'', stream);
}

/* Prints `COMMAND 'text' noenhanced`: names and formulas must not turn into sub- and superscripts.
 */
void LodPlotPrintSetting(FILE *stream, const char *command, const char *text) {
  fprintf(stream, "%s ", command);
  LodPlotPrintString(stream, text);
  fputs(" noenhanced\n", stream);
}

/* The top of every script: how to run it, where the pictures go, and the look that all share. */
void LodPlotPrintHead(FILE *stream, const char *name, int width, int height) {
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
          "set format x '%%.9g'\n" /* not the default, whose room for a sign moves the numbers */
          "set key noenhanced samplen 3 spacing 1.15\n",
          width, height);
}

/* The end of every script: the same plot once more as SVG (sizes there are in points of 1/96 inch,
   so the picture is drawn at two thirds of its pixels with text to match). */
void LodPlotPrintTail(FILE *stream, int width, int height) {
  fprintf(stream,
          "set terminal svg size %d,%d font 'Sans,13' background rgb 'white'\n"
          "set output svg\n"
          "replot\n"
          "unset output\n",
          2 * width / 3, 2 * height / 3);
}

double LodPlotUnit(double largest) {
  if (!isfinite(largest) || largest == 0 || (largest >= 1e-3 && largest < 1e5)) return 1;
  return pow(10, floor(log10(largest)));
}

void LodPlotPrintUnit(FILE *stream, double unit, const char *place) {
  if (unit == 1) return;
  fprintf(stream, "set label '\xc3\x97 10^{%d}' at %s left textcolor rgb '#222222'\n",
          (int)lrint(log10(unit)), place);
}

void LodPlotExtent(PetscInt n, const double *values, PetscBool positive, double extent[2]) {
  for (PetscInt i = 0; i < n; i++) {
    if (!isfinite(values[i]) || (positive && values[i] <= 0)) continue;
    extent[0] = fmin(extent[0], values[i]);
    extent[1] = fmax(extent[1], values[i]);
  }
}

PetscBool LodPlotIsFlat(const double extent[2]) {
  const double size = fmax(fabs(extent[0]), fabs(extent[1]));
  return (PetscBool) !(extent[1] - extent[0] > 1e-5 * size);
}

void LodPlotPrintLogAxis(FILE *stream, const char *axis, const double extent[2]) {
  fprintf(stream, "set logscale %s\n", axis);
  if (!(extent[1] < 100 * extent[0])) {
    fprintf(stream, "set format %s '10^{%%L}'\nset m%stics 10\n", axis, axis);
    return;
  }
  const char *comma = "";
  const int   first = (int)floor(log10(extent[0])), last = (int)floor(log10(extent[1])) + 1;
  fprintf(stream, "set format %s '%%g'\nset %stics (", axis, axis);
  for (int power = first; power <= last; power++)
    for (int digit = 1; digit <= 5; digit += 1 + 2 * (digit / 2)) {
      fprintf(stream, "%s%de%d", comma, digit, power);
      comma = ", ";
    }
  fprintf(stream, ")\n");
}
