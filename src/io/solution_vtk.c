/* The file through which ParaView and meshio show a solution: legacy VTK, structured points, binary
   (W. Schroeder, K. Martin, B. Lorensen, The Visualization Toolkit, "VTK File Formats").
   Version 3.0 of the format: meshio does not read structured points of later ones. It stands for
   itself, so that it may be moved or renamed. */
#include <string.h>

#include "base/error.h"
#include "base/text_file.h"
#include "io/solution_private.h"

PetscErrorCode LodSolutionVtkPath(const char *path, char vtk[LOD_PATH_MAX]) {
  size_t length = strlen(path);

  PetscFunctionBeginUser;
  vtk[0] = 0;
  if (!LodOutputIsFile(path)) PetscFunctionReturn(0);
  if (length > 3 && !strcmp(path + length - 3, ".h5")) {
    length -= 3;
  } else if (length > 5 && !strcmp(path + length - 5, ".hdf5")) {
    length -= 5;
  }
  int printed = snprintf(vtk, LOD_PATH_MAX, "%.*s.vtk", (int)length, path);
  LodCheckInput(printed > 0 && printed < LOD_PATH_MAX, "%.64s...: the file name is too long", path);
  PetscFunctionReturn(0);
}

/* Puts n numbers to the stream, big endian, as the format wants them. */
static void PutNumbers(FILE *stream, PetscInt n, const double *numbers) {
  for (PetscInt i = 0; i < n; i++) {
    unsigned char bytes[8];
    uint64_t      bits;
    memcpy(&bits, &numbers[i], sizeof bits);
    for (int byte = 0; byte < 8; byte++)
      bytes[byte] = (unsigned char)(bits >> (56 - 8 * byte));
    (void)fwrite(bytes, 1, sizeof bytes, stream); /* LodTextFileCommit sees a failure */
  }
}

/* Begins a set of numbers that is read by its name. */
static void PutScalarsHead(FILE *stream, const char *name) {
  fprintf(stream, "SCALARS %s double 1\nLOOKUP_TABLE default\n", name);
}

/* The values at all n points, by name. */
static void PutPoints(FILE *stream, const char *name, PetscInt n, const double *values) {
  PutScalarsHead(stream, name);
  PutNumbers(stream, n, values);
  fputc('\n', stream);
}

/* Puts for each fine cell numbers [first, first + n) of its coefficient cell, values[cell][stride];
   what is missing to `padded` of them is 0. */
static void PutCells(FILE *stream, const LodGrid *grid, const double *values, PetscInt stride,
                     PetscInt first, PetscInt n, PetscInt padded) {
  static const double zero[LOD_MAX_DIM] = {0};
  const LodBox        fine = LodBoxCells(grid->dim, grid->fine);
  const LodBox        coefficient = LodBoxCells(grid->dim, grid->coefficient);
  for (PetscInt cell = 0; cell < LodBoxCount(&fine); cell++) {
    PetscInt index[LOD_MAX_DIM];
    LodBoxIndex(&fine, cell, index);
    for (PetscInt axis = 0; axis < grid->dim; axis++)
      index[axis] /= LodGridRefinement(grid, axis);
    const size_t place = (size_t)LodBoxPosition(&coefficient, index);
    PutNumbers(stream, n, values + place * (size_t)stride + first);
    PutNumbers(stream, padded - n, zero);
  }
  fputc('\n', stream);
}

/* A and the fluxes of the fine cells. A tensor has one set of numbers a component: xx, xy, ... */
static void PutCellFields(FILE *stream, const LodSolution *solution) {
  static const char     axis_name[] = "xyz";
  const LodGrid        *grid = solution->grid;
  const LodCoefficient *coefficient = solution->coefficient;
  const PetscInt        n = coefficient->components, dim = grid->dim;
  PetscInt              component = 0;
  fprintf(stream, "CELL_DATA %lld\n", (long long)LodCellCount(dim, grid->fine));
  for (PetscInt row = 0; row < dim && component < n; row++)
    for (PetscInt column = row; column < (n > dim ? dim : row + 1) && component < n; column++) {
      char name[32] = "coefficient";
      if (n > 1)
        (void)snprintf(name, sizeof name, "coefficient_%c%c", axis_name[row], axis_name[column]);
      PutScalarsHead(stream, name);
      PutCells(stream, grid, coefficient->values, n, component++, 1, 1);
    }
  fputs("VECTORS flux double\n", stream);
  PutCells(stream, grid, solution->fields->flux, dim, 0, dim, LOD_MAX_DIM);
}

/* Puts the mesh of cells[] and what the set of points is. */
static void PutHead(FILE *stream, const LodSolution *solution, const PetscInt cells[]) {
  const LodBox nodes = LodBoxNodes(solution->grid->dim, cells);
  double       spacing[LOD_MAX_DIM];
  LodGridSides(solution->grid, cells, spacing);
  for (PetscInt axis = nodes.dim; axis < LOD_MAX_DIM; axis++)
    spacing[axis] = spacing[0]; /* of no account, but must not be 0 */
  fprintf(stream,
          "# vtk DataFile Version 3.0\n"
          "lodnet %s, method %s\n"
          "BINARY\n"
          "DATASET STRUCTURED_POINTS\n"
          "DIMENSIONS %d %d %d\n"
          "ORIGIN 0 0 0\n"
          "SPACING %.17g %.17g %.17g\n"
          "POINT_DATA %lld\n",
          LODNET_VERSION, solution->method, (int)nodes.size[0], (int)nodes.size[1],
          (int)nodes.size[2], spacing[0], spacing[1], spacing[2], (long long)LodBoxCount(&nodes));
}

PetscErrorCode LodSolutionWriteVtk(const LodSolution *solution, const char *path) {
  const LodSolutionFields *fields = solution->fields;
  const PetscInt           dim = solution->grid->dim;
  const PetscInt          *cells = fields ? solution->grid->fine : solution->cells;
  const PetscInt           n = LodNodeCount(dim, cells);
  LodTextFile              file;

  PetscFunctionBeginUser;
  PetscCall(LodTextFileBegin(&file, NULL, path));
  PutHead(file.stream, solution, cells);
  if (fields) {
    PutPoints(file.stream, "fine_solution", n, fields->fine);
    PutPoints(file.stream, "solution", n,
              fields->interpolated ? fields->interpolated : fields->fine);
    PutCellFields(file.stream, solution);
  } else {
    PutPoints(file.stream, "solution", n, solution->values);
  }
  PetscCall(LodTextFileCommit(&file));
  PetscFunctionReturn(0);
}
