/* Cross sections and pictures of a comparison. */
#include <math.h>
#include <stdio.h>

#include <lodnet/compare.h>
#include <lodnet/plot.h>

#include "compare/compare_private.h"
#include "io/text_file_private.h"

/* Pictures of solutions have at least this many pixels per axis. */
#define PICTURE_PIXELS 256

/* The solutions in the order of the columns and curves. */
enum { N_SOLUTIONS = 4 };
static const char *const column_name[N_SOLUTIONS] = {"fine", "lod", "dnn", "coarse"};
static const char *const curve_name[N_SOLUTIONS] = {"fine", "LOD", "network", "coarse Q1"};
static const char *const axis_name[LOD_MAX_DIM] = {"x", "y", "z"};

/* The line along one axis through the middle of the domain. */
typedef struct {
  PetscInt axis;
  PetscInt points;              /* F + 1 */
  char     name[16];            /* what is fixed: "y=1/2", "y=z=1/2"; "all" in one dimension */
  double  *position;            /* position[points] along the axis */
  double  *values[N_SOLUTIONS]; /* values[solution][points], of the Q1 functions */
} Section;

/* Evaluates the four solutions at the fine nodes of the middle line along `axis`. */
static PetscErrorCode SectionCreate(const LodComparison *comparison, const LodGrid *grid,
                                    PetscInt axis, Section *section) {
  const double *solution[N_SOLUTIONS] = {comparison->fine, comparison->lod, comparison->dnn,
                                         comparison->coarse};

  PetscFunctionBeginUser;
  *section = (Section){.axis = axis, .points = grid->fine + 1};
  for (PetscInt other = 0; other < grid->dim; other++) {
    if (other == axis) continue;
    PetscCall(PetscStrlcat(section->name, axis_name[other], sizeof section->name));
    PetscCall(PetscStrlcat(section->name, "=", sizeof section->name));
  }
  PetscCall(PetscStrlcat(section->name, grid->dim > 1 ? "1/2" : "all", sizeof section->name));
  PetscCall(PetscMalloc1(section->points, &section->position));
  for (int i = 0; i < N_SOLUTIONS; i++) {
    PetscInt cells = i == 0 ? grid->fine : grid->coarse;
    PetscCall(PetscMalloc1(section->points, &section->values[i]));
    for (PetscInt node = 0; node < section->points; node++) {
      double point[LOD_MAX_DIM] = {0.5, 0.5, 0.5};
      point[axis] = section->position[node] = (double)node / (double)grid->fine;
      section->values[i][node] = LodQ1Value(grid->dim, cells, solution[i], point);
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
      LodPrintNumber(stream, axis == section->axis ? section->position[node] : 0.5, "");
    }
    for (int i = 0; i < N_SOLUTIONS; i++) {
      fputc(',', stream);
      LodPrintNumber(stream, section->values[i][node], "");
    }
    fputc('\n', stream);
  }
}

/* Draws a section. The coarse solutions keep their values at coarse nodes only, so that the marks
   show the mesh; the lines between are then the Q1 functions all the same. */
static PetscErrorCode SectionPlot(Section *section, const LodGrid *grid, const char *directory) {
  char          name[64], title[64];
  const double *values[N_SOLUTIONS];

  PetscFunctionBeginUser;
  for (int i = 0; i < N_SOLUTIONS; i++) {
    values[i] = section->values[i];
    for (PetscInt node = 0; node < section->points && i > 0; node++)
      if (node % (grid->fine / grid->coarse)) section->values[i][node] = NAN;
  }
  (void)snprintf(name, sizeof name, "cross-section-along-%s", axis_name[section->axis]);
  (void)snprintf(title, sizeof title,
                 grid->dim > 1 ? "Solutions on the line %s" : "The solutions%.0s", section->name);
  PetscCall(LodPlotCurves(directory, name, title, axis_name[section->axis], "u", section->points,
                          section->position, N_SOLUTIONS, curve_name, values));
  PetscFunctionReturn(0);
}

PetscErrorCode LodCrossSectionsWrite(const LodComparison *comparison, const LodGrid *grid,
                                     const char *directory) {
  Section     section[LOD_MAX_DIM];
  LodTextFile file;

  PetscFunctionBeginUser;
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    PetscCall(SectionCreate(comparison, grid, axis, &section[axis]));
  PetscCall(LodTextFileBegin(&file, directory, "cross-sections.csv"));
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

/* Draws the Q1 function of nodal coarse values on the (middle) plane as `name`. */
static PetscErrorCode PlotSolution(const LodGrid *grid, const double *values, const char *directory,
                                   const char *name, const char *title) {
  PetscInt pixels = grid->coarse * ((PICTURE_PIXELS + grid->coarse - 1) / grid->coarse);
  double  *picture;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1((size_t)pixels * (size_t)pixels, &picture));
  for (PetscInt i = 0; i < pixels * pixels; i++) {
    double point[LOD_MAX_DIM] = {((double)(i % pixels) + 0.5) / (double)pixels,
                                 ((double)(i / pixels) + 0.5) / (double)pixels, 0.5};
    picture[i] = LodQ1Value(grid->dim, grid->coarse, values, point);
  }
  PetscCall(LodPlotField(directory, name, title, pixels, pixels, picture, PETSC_FALSE));
  PetscCall(PetscFree(picture));
  PetscFunctionReturn(0);
}

PetscErrorCode LodComparisonPictures(const LodComparison *comparison, const LodGrid *grid,
                                     const LodCoefficient *coefficient, const char *directory) {
  const PetscInt cells = coefficient->cells, nodes = LodPower(grid->coarse + 1, grid->dim);
  double         smallest, largest, *difference;

  PetscFunctionBeginUser;
  if (grid->dim < 2) PetscFunctionReturn(0);
  PetscCall(LodCoefficientRange(coefficient, &smallest, &largest));
  const double *plane = coefficient->values +
                        (grid->dim == 3 ? (size_t)(cells / 2) * (size_t)cells * (size_t)cells : 0);
  PetscCall(LodPlotField(directory, "coefficient", "Coefficient A", cells, cells, plane,
                         largest > 10 * smallest ? PETSC_TRUE : PETSC_FALSE));
  PetscCall(
      PlotSolution(grid, comparison->lod, directory, "solution-lod", "Solution, exact operator"));
  PetscCall(
      PlotSolution(grid, comparison->dnn, directory, "solution-dnn", "Solution, learned operator"));
  PetscCall(PetscMalloc1(nodes, &difference));
  for (PetscInt node = 0; node < nodes; node++)
    difference[node] = comparison->dnn[node] - comparison->lod[node];
  PetscCall(
      PlotSolution(grid, difference, directory, "difference", "Difference, learned minus exact"));
  PetscCall(PetscFree(difference));
  PetscFunctionReturn(0);
}
