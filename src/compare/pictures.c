/* Cross sections and pictures of a comparison. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text_file.h"
#include "compare/compare_private.h"
#include "fem/nodal.h"
#include "io/plot.h"

/* Pictures of solutions have at least this many pixels per axis. */
#define PICTURE_PIXELS 256

/* The solutions in the order of the columns and curves. */
enum { FINE, LOD, DNN, COARSE, LOD_FIELD, DNN_FIELD, N_SOLUTIONS };
static const char *const column_name[N_SOLUTIONS] = {"fine",   "lod",    "dnn",
                                                     "coarse", "lod_ms", "dnn_ms"};

/* Curves of a picture, and their names: with the fine-scale fields, or without. */
#define MAX_CURVES 5
typedef struct {
  int         n, solution[MAX_CURVES];
  const char *name[MAX_CURVES];
} Curves;
static const Curves with_fields = {5,
                                   {FINE, LOD_FIELD, DNN_FIELD, COARSE, LOD},
                                   {"fine", "LOD, u_ms", "network, u_ms", "coarse Q1", "LOD, u_H"}};
static const Curves without_fields = {
    4, {FINE, LOD, DNN, COARSE}, {"fine", "LOD", "network", "coarse Q1"}};
static const char *const axis_name[LOD_MAX_DIM] = {"x", "y", "z"};

/* Pictures of a solution, or of one minus another, `minus` (N_SOLUTIONS: none); LOD and DNN stand
   for their fine-scale fields where there are some. */
static const struct {
  int         solution, minus;
  const char *name, *title, *field_title;
} pictures[] = {{FINE, N_SOLUTIONS, "solution-fine", "Solution, fine mesh", "Solution, fine mesh"},
                {LOD, N_SOLUTIONS, "solution-lod", "Solution, exact operator",
                 "Fine-scale field u_ms, exact operator"},
                {DNN, N_SOLUTIONS, "solution-dnn", "Solution, learned operator",
                 "Fine-scale field u_ms, learned operator"},
                {LOD, FINE, "error-lod", "Error, exact operator minus fine mesh",
                 "Error of u_ms, exact operator minus fine mesh"},
                {DNN, FINE, "error-dnn", "Error, learned operator minus fine mesh",
                 "Error of u_ms, learned operator minus fine mesh"},
                {DNN, LOD, "difference", "Difference, learned minus exact operator",
                 "Difference of u_ms, learned minus exact operator"}};
enum { N_PICTURES = sizeof pictures / sizeof pictures[0] };

/* The other files: the names of a table and two pictures, and how those along an axis begin. */
#define CROSS_SECTIONS "cross-sections.csv"
#define ALONG "cross-section-along-"
#define COEFFICIENT "coefficient"
#define ERRORS "errors"

/* The line along one axis through the middle of the domain. */
typedef struct {
  PetscInt axis;
  PetscInt points;             /* F + 1 along the axis */
  char     name[64];           /* what is fixed: "y=1/2", "y=z=1/2", "y=1100 z=5"; "all" in one
                                  dimension */
  double *position;            /* position[points] along the axis */
  double *values[N_SOLUTIONS]; /* values[solution][points], of the Q1 functions */
} Section;

/* The coordinate of the middle of D along an axis, as names and titles say it. */
static void MiddleText(const LodGrid *grid, PetscInt axis, char text[24]) {
  if (grid->extent[axis] == 1)
    (void)snprintf(text, 24, "1/2");
  else
    (void)snprintf(text, 24, "%.6g", 0.5 * grid->extent[axis]);
}

/* Names the middle line along `axis` by the coordinates that are fixed on it. */
static void NameSection(const LodGrid *grid, PetscInt axis, char name[64]) {
  char   text[2][24], axes[2] = {0, 0};
  int    n = 0;
  size_t used = 0;
  for (PetscInt other = 0; other < grid->dim; other++) {
    if (other == axis) continue;
    axes[n] = axis_name[other][0];
    MiddleText(grid, other, text[n++]);
  }
  const PetscBool same = (PetscBool)(n == 2 && strcmp(text[0], text[1]) == 0);
  if (n == 0) (void)snprintf(name, 64, "all");
  if (same) (void)snprintf(name, 64, "%c=%c=%s", axes[0], axes[1], text[0]);
  for (int i = 0; i < n && !same; i++)
    used += (size_t)snprintf(name + used, 64 - used, "%s%c=%s", i ? " " : "", axes[i], text[i]);
}

/* The solutions of a comparison, as functions on their meshes. */
typedef struct {
  const PetscInt *cells;
  const double   *values; /* NULL stands for 0 */
} Nodal;
static void AllSolutions(const LodComparison *comparison, const LodGrid *grid,
                         Nodal solutions[N_SOLUTIONS + 1]) {
  const Nodal all[N_SOLUTIONS + 1] = {[FINE] = {grid->fine, comparison->fine},
                                      [LOD] = {grid->coarse, comparison->lod},
                                      [DNN] = {grid->coarse, comparison->dnn},
                                      [COARSE] = {grid->coarse, comparison->coarse},
                                      [LOD_FIELD] = {grid->fine, comparison->field[0]},
                                      [DNN_FIELD] = {grid->fine, comparison->field[1]}};
  memcpy(solutions, all, sizeof all);
}

/* Evaluates all solutions at the fine nodes of the middle line along `axis`. */
static PetscErrorCode SectionCreate(const LodComparison *comparison, const LodGrid *grid,
                                    PetscInt axis, Section *section) {
  Nodal solutions[N_SOLUTIONS + 1];

  PetscFunctionBeginUser;
  AllSolutions(comparison, grid, solutions);
  *section = (Section){.axis = axis, .points = grid->fine[axis] + 1};
  NameSection(grid, axis, section->name);
  PetscCall(PetscMalloc1(section->points, &section->position));
  for (int i = 0; i < N_SOLUTIONS; i++) {
    const Nodal *u = &solutions[i];
    PetscCall(PetscMalloc1(section->points, &section->values[i]));
    for (PetscInt node = 0; node < section->points; node++) {
      double point[LOD_MAX_DIM] = {0.5, 0.5, 0.5};
      point[axis] = (double)node / (double)grid->fine[axis];
      section->position[node] = grid->extent[axis] * point[axis];
      section->values[i][node] =
          u->values ? LodNodesValueAt(grid->dim, u->cells, u->values, point) : NAN;
    }
  }
  PetscFunctionReturn(0);
}

/* Frees a section. */
static PetscErrorCode SectionDestroy(Section *section) {
  PetscFunctionBeginUser;
  PetscCall(PetscFree(section->position));
  for (int i = 0; i < N_SOLUTIONS; i++)
    PetscCall(PetscFree(section->values[i]));
  PetscFunctionReturn(0);
}

/* Prints a section's rows of cross-sections.csv. */
static void SectionPrint(const Section *section, const LodGrid *grid, FILE *stream) {
  for (PetscInt node = 0; node < section->points; node++) {
    fputs(section->name, stream);
    for (PetscInt axis = 0; axis < grid->dim; axis++) {
      fputc(',', stream);
      LodNumberPrint(
          stream, axis == section->axis ? section->position[node] : 0.5 * grid->extent[axis], "");
    }
    for (int i = 0; i < N_SOLUTIONS; i++) {
      fputc(',', stream);
      LodNumberPrint(stream, section->values[i][node], "");
    }
    fputc('\n', stream);
  }
}

/* The curves that a section has. */
static const Curves *SectionCurves(const Section *section, const double *values[MAX_CURVES]) {
  const Curves *curves = isfinite(section->values[LOD_FIELD][0]) ? &with_fields : &without_fields;
  for (int c = 0; c < curves->n; c++)
    values[c] = section->values[curves->solution[c]];
  return curves;
}

/* Draws a section. The coarse solutions keep their values at coarse nodes only, so that the marks
   show the mesh; the lines between are then the Q1 functions all the same. */
static PetscErrorCode SectionPlot(Section *section, const LodGrid *grid, const char *directory) {
  char          name[64], title[96];
  const double *values[MAX_CURVES];

  PetscFunctionBeginUser;
  for (int i = LOD; i <= COARSE; i++)
    for (PetscInt node = 0; node < section->points; node++)
      if (node % LodGridFineRatio(grid, section->axis)) section->values[i][node] = NAN;
  const Curves *curves = SectionCurves(section, values);
  (void)snprintf(name, sizeof name, ALONG "%s", axis_name[section->axis]);
  (void)snprintf(title, sizeof title,
                 grid->dim > 1 ? "Solutions on the line %s" : "The solutions%.0s", section->name);
  PetscCall(LodPlotCurves(directory, name, title, axis_name[section->axis], "u", section->points,
                          section->position, curves->n, curves->name, values));
  PetscFunctionReturn(0);
}

/* The title of a field's picture: in three dimensions with the plane that it shows. */
static void FieldTitle(const LodGrid *grid, const char *title, char text[128]) {
  char middle[24] = "";
  if (grid->dim == 3) MiddleText(grid, 2, middle);
  (void)snprintf(text, 128, "%s%s%s", title, grid->dim == 3 ? ", z = " : "", middle);
}

PetscErrorCode LodCrossSectionsWrite(const LodComparison *comparison, const LodGrid *grid,
                                     const char *directory) {
  Section     section[LOD_MAX_DIM];
  LodTextFile file;

  PetscFunctionBeginUser;
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    PetscCall(SectionCreate(comparison, grid, axis, &section[axis]));
  PetscCall(LodTextFileBegin(&file, directory, CROSS_SECTIONS));
  fputs("section", file.stream);
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    fprintf(file.stream, ",%s", axis_name[axis]);
  for (int i = 0; i < N_SOLUTIONS; i++)
    fprintf(file.stream, ",%s", column_name[i]);
  fputc('\n', file.stream);
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    SectionPrint(&section[axis], grid, file.stream);
  PetscCall(LodTextFileCommit(&file));
  for (PetscInt axis = 0; axis < grid->dim; axis++) {
    PetscCall(SectionPlot(&section[axis], grid, directory));
    PetscCall(SectionDestroy(&section[axis]));
  }
  PetscFunctionReturn(0);
}

/* Draws the solutions of a one-dimensional problem minus the fine one. */
static PetscErrorCode PlotErrors(const LodComparison *comparison, const LodGrid *grid,
                                 const char *directory) {
  Section       section;
  const double *values[MAX_CURVES];

  PetscFunctionBeginUser;
  PetscCall(SectionCreate(comparison, grid, 0, &section));
  for (int i = N_SOLUTIONS - 1; i >= 0; i--)
    for (PetscInt node = 0; node < section.points; node++)
      section.values[i][node] -= section.values[FINE][node];
  const Curves *curves = SectionCurves(&section, values);
  PetscCall(LodPlotCurves(directory, ERRORS, "Errors: solutions minus the fine one", "x",
                          "error of u", section.points, section.position, curves->n, curves->name,
                          values));
  PetscCall(SectionDestroy(&section));
  PetscFunctionReturn(0);
}

/* Draws the difference of two Q1 functions on the (middle) plane as `name`. */
static PetscErrorCode PlotDifference(const LodGrid *grid, Nodal left, Nodal right,
                                     const char *directory, const char *name, const char *title) {
  PetscInt n[2]; /* pixels along x and y */
  double  *picture;
  char     text[128];

  PetscFunctionBeginUser;
  for (int axis = 0; axis < 2; axis++)
    n[axis] = grid->coarse[axis] * ((PICTURE_PIXELS + grid->coarse[axis] - 1) / grid->coarse[axis]);
  PetscCall(PetscMalloc1((size_t)n[0] * (size_t)n[1], &picture));
  for (PetscInt i = 0; i < n[0] * n[1]; i++) {
    double point[LOD_MAX_DIM] = {((double)(i % n[0]) + 0.5) / (double)n[0],
                                 ((double)(i / n[0]) + 0.5) / (double)n[1], 0.5};
    picture[i] = LodNodesValueAt(grid->dim, left.cells, left.values, point);
    if (right.values) picture[i] -= LodNodesValueAt(grid->dim, right.cells, right.values, point);
  }
  FieldTitle(grid, title, text);
  PetscCall(LodPlotField(directory, name, text, n, grid->extent, picture,
                         right.values ? LOD_FIELD_DIVERGING : LOD_FIELD_LINEAR));
  PetscCall(PetscFree(picture));
  PetscFunctionReturn(0);
}

/* Draws the coefficient, of tensors their mean eigenvalue: in three dimensions its cells above the
   middle plane. */
static PetscErrorCode PlotCoefficient(const LodGrid *grid, const LodCoefficient *coefficient,
                                      const char *directory) {
  const PetscInt *cells = coefficient->cells;
  double          smallest, largest, *means;
  char            title[128];

  PetscFunctionBeginUser;
  FieldTitle(grid, coefficient->components > 1 ? "Mean eigenvalue of A" : "Coefficient A", title);
  PetscCall(LodCoefficientRange(coefficient, &smallest, &largest));
  PetscCall(PetscMalloc1(LodCoefficientCells(coefficient), &means));
  LodCoefficientMeans(coefficient, means);
  const double *plane =
      means +
      (coefficient->dim == 3 ? (size_t)(cells[2] / 2) * (size_t)cells[0] * (size_t)cells[1] : 0);
  PetscErrorCode error =
      LodPlotField(directory, COEFFICIENT, title, cells, grid->extent, plane,
                   largest > 10 * smallest ? LOD_FIELD_LOGARITHMIC : LOD_FIELD_LINEAR);
  PetscCall(PetscFree(means));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodComparisonPictures(const LodComparison *comparison, const LodGrid *grid,
                                     const LodCoefficient *coefficient, const char *directory) {
  Nodal solutions[N_SOLUTIONS + 1];

  PetscFunctionBeginUser;
  AllSolutions(comparison, grid, solutions);
  if (comparison->field[0]) {
    solutions[LOD] = solutions[LOD_FIELD];
    solutions[DNN] = solutions[DNN_FIELD];
  }
  if (grid->dim < 2) {
    PetscCall(PlotErrors(comparison, grid, directory));
    PetscFunctionReturn(0);
  }
  PetscCall(PlotCoefficient(grid, coefficient, directory));
  for (int i = 0; i < N_PICTURES; i++)
    PetscCall(PlotDifference(grid, solutions[pictures[i].solution], solutions[pictures[i].minus],
                             directory, pictures[i].name,
                             comparison->field[0] ? pictures[i].field_title : pictures[i].title));
  PetscFunctionReturn(0);
}

PetscErrorCode LodPicturesCheckOutputs(const char *directory, PetscInt n_inputs,
                                       const char *const inputs[]) {
  const char *const table = CROSS_SECTIONS;
  char              name[64];

  PetscFunctionBeginUser;
  PetscCall(LodOutputsCheck(directory, 1, &table, n_inputs, inputs));
  for (int axis = 0; axis < LOD_MAX_DIM; axis++) {
    (void)snprintf(name, sizeof name, ALONG "%s", axis_name[axis]);
    PetscCall(LodPlotCheckOutputs(directory, name, n_inputs, inputs));
  }
  PetscCall(LodPlotCheckOutputs(directory, COEFFICIENT, n_inputs, inputs));
  PetscCall(LodPlotCheckOutputs(directory, ERRORS, n_inputs, inputs));
  for (int i = 0; i < N_PICTURES; i++)
    PetscCall(LodPlotCheckOutputs(directory, pictures[i].name, n_inputs, inputs));
  PetscFunctionReturn(0);
}
