/* solution.h5 and the .xdmf file through which ParaView opens it. */
#include <lodnet/solution.h>

#include <string.h>

#include <lodnet/hdf5_file.h>

#include "io/solution_private.h"
#include "io/text_file_private.h"

PetscErrorCode LodSolutionWriteAxes(const LodSolution *solution, LodHdf5 *file) {
  static const char *const axis_name[LOD_MAX_DIM] = {"x", "y", "z"};
  const hsize_t            nodes = (hsize_t)solution->cells + 1;
  double                  *axis;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(solution->cells + 1, &axis));
  for (PetscInt i = 0; i <= solution->cells; i++)
    axis[i] = (double)i / (double)solution->cells;
  PetscErrorCode error = 0;
  for (PetscInt a = 0; a < solution->grid->dim && !error; a++)
    error = LodHdf5WriteArray(file, axis_name[a], H5T_NATIVE_DOUBLE, 1, &nodes, axis);
  PetscCall(PetscFree(axis));
  PetscCall(error);
  PetscFunctionReturn(0);
}

int LodSolutionOperatorsShape(const LodGrid *grid, hsize_t dims[LOD_MAX_DIM + 2]) {
  int rank = 0;
  dims[rank++] = (hsize_t)LodGridCells(grid);
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    dims[rank++] = (hsize_t)(2 * grid->ell + 2);
  dims[rank++] = (hsize_t)LodGridCorners(grid);
  return rank;
}

/* Writes the local operators of all cells and the coefficient. */
static PetscErrorCode WriteOperators(const LodSolution *solution, LodHdf5 *file) {
  const LodGrid *grid = solution->grid;
  const hsize_t  cells = (hsize_t)grid->coefficient, shape[LOD_MAX_DIM] = {cells, cells, cells};
  hsize_t        dims[LOD_MAX_DIM + 2];
  const int      rank = LodSolutionOperatorsShape(grid, dims);

  PetscFunctionBeginUser;
  PetscCall(LodHdf5WriteArray(file, "local_operators", H5T_NATIVE_DOUBLE, rank, dims,
                              solution->operators));
  PetscCall(LodHdf5WriteArray(file, "coefficient", H5T_NATIVE_DOUBLE, (int)grid->dim, shape,
                              solution->coefficient->values));
  PetscFunctionReturn(0);
}

PetscErrorCode LodSolutionNaturalFaces(const LodGrid *grid, char faces[64]) {
  static const char *const natural_name[LOD_MAX_DIM][2] = {
      {"left", "right"}, {"bottom", "top"}, {"front", "back"}};

  PetscFunctionBeginUser;
  faces[0] = 0;
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    for (int side = 0; side < 2; side++) {
      if (!grid->natural[axis][side]) continue;
      if (faces[0]) PetscCall(PetscStrlcat(faces, ",", 64));
      PetscCall(PetscStrlcat(faces, natural_name[axis][side], 64));
    }
  PetscFunctionReturn(0);
}

PetscErrorCode LodSolutionWriteAttributes(const LodSolution *solution, LodHdf5 *file) {
  const LodGrid *grid = solution->grid;
  char           faces[64];

  PetscFunctionBeginUser;
  PetscCall(LodSolutionNaturalFaces(grid, faces));
  PetscCall(LodHdf5WriteText(file, "/", "method", solution->method));
  PetscCall(LodHdf5WriteText(file, "/", "rhs", solution->rhs));
  PetscCall(LodHdf5WriteText(file, "/", "natural", faces));
  PetscCall(LodHdf5WriteText(file, "/", "version", LODNET_VERSION));
  PetscCall(LodHdf5WriteInt(file, "/", "coarse", grid->coarse));
  PetscCall(LodHdf5WriteInt(file, "/", "coefficient_cells", grid->coefficient));
  PetscCall(LodHdf5WriteInt(file, "/", "fine", grid->fine));
  PetscCall(LodHdf5WriteInt(file, "/", "ell", grid->ell));
  PetscCall(LodHdf5WriteDouble(file, "/", "seconds_operator", solution->seconds_operator));
  PetscCall(LodHdf5WriteDouble(file, "/", "seconds_solve", solution->seconds_solve));
  PetscFunctionReturn(0);
}

/* Writes everything that solution.h5 holds. */
static PetscErrorCode WriteContents(const LodSolution *solution, LodHdf5 *file) {
  const hsize_t nodes = (hsize_t)solution->cells + 1, dims[LOD_MAX_DIM] = {nodes, nodes, nodes};

  PetscFunctionBeginUser;
  PetscCall(LodHdf5WriteArray(file, "solution", H5T_NATIVE_DOUBLE, (int)solution->grid->dim, dims,
                              solution->values));
  PetscCall(LodSolutionWriteAxes(solution, file));
  if (solution->operators) PetscCall(WriteOperators(solution, file));
  PetscCall(LodSolutionWriteAttributes(solution, file));
  PetscFunctionReturn(0);
}

PetscErrorCode LodSolutionXdmfPath(const char *path, char xdmf[LOD_PATH_MAX]) {
  size_t length = strlen(path);

  PetscFunctionBeginUser;
  if (length > 3 && !strcmp(path + length - 3, ".h5")) {
    length -= 3;
  } else if (length > 5 && !strcmp(path + length - 5, ".hdf5")) {
    length -= 5;
  }
  int printed = snprintf(xdmf, LOD_PATH_MAX, "%.*s.xdmf", (int)length, path);
  LodCheckInput(printed > 0 && printed < LOD_PATH_MAX, "%.64s...: the file name is too long", path);
  PetscFunctionReturn(0);
}

PetscBool LodSolutionHasXdmf(const LodGrid *grid, const char *path) {
  return (PetscBool)(grid->dim > 1 && LodOutputIsFile(path));
}

/* Prints text with the letters that XML reserves replaced. */
static void PrintXml(FILE *stream, const char *text) {
  for (const char *letter = text; *letter; letter++) {
    switch (*letter) {
    case '&':
      fputs("&amp;", stream);
      break;
    case '<':
      fputs("&lt;", stream);
      break;
    case '>':
      fputs("&gt;", stream);
      break;
    case '"':
      fputs("&quot;", stream);
      break;
    default:
      fputc(*letter, stream);
    }
  }
}

/* Prints `value` once for each axis, separated by blanks. */
static void PrintPerAxis(FILE *stream, PetscInt dim, const char *value) {
  for (PetscInt axis = 0; axis < dim; axis++)
    fprintf(stream, "%s%s", axis ? " " : "", value);
}

/* Writes the XDMF description of the uniform mesh and its nodal values, in two or three dimensions;
   the data stay in the HDF5 file, named relative to the directory that both are in. */
static PetscErrorCode WriteXdmf(const LodSolution *solution, const char *path) {
  const PetscInt dim = solution->grid->dim;
  const char    *slash = strrchr(path, '/');
  char           xdmf[LOD_PATH_MAX], nodes[32], spacing[32];
  LodTextFile    file;

  PetscFunctionBeginUser;
  PetscCall(LodSolutionXdmfPath(path, xdmf));
  (void)snprintf(nodes, sizeof nodes, "%lld", (long long)solution->cells + 1);
  (void)snprintf(spacing, sizeof spacing, "%.17g", 1 / (double)solution->cells);
  PetscCall(LodTextFileBegin(&file, NULL, xdmf));
  FILE *stream = file.stream;
  fprintf(stream,
          "<?xml version=\"1.0\"?>\n<Xdmf Version=\"3.0\">\n  <Domain>\n"
          "    <Grid Name=\"%s\" GridType=\"Uniform\">\n"
          "      <Topology TopologyType=\"%dDCoRectMesh\" Dimensions=\"",
          solution->method, (int)dim);
  PrintPerAxis(stream, dim, nodes);
  fprintf(stream,
          "\"/>\n      <Geometry GeometryType=\"ORIGIN_%s\">\n"
          "        <DataItem Format=\"XML\" Dimensions=\"%d\">",
          dim == 2 ? "DXDY" : "DXDYDZ", (int)dim);
  PrintPerAxis(stream, dim, "0");
  fprintf(stream, "</DataItem>\n        <DataItem Format=\"XML\" Dimensions=\"%d\">", (int)dim);
  PrintPerAxis(stream, dim, spacing);
  fputs("</DataItem>\n      </Geometry>\n"
        "      <Attribute Name=\"solution\" AttributeType=\"Scalar\" Center=\"Node\">\n"
        "        <DataItem Format=\"HDF\" NumberType=\"Float\" Precision=\"8\" Dimensions=\"",
        stream);
  PrintPerAxis(stream, dim, nodes);
  fputs("\">", stream);
  PrintXml(stream, slash ? slash + 1 : path);
  fputs(":/solution</DataItem>\n      </Attribute>\n    </Grid>\n  </Domain>\n</Xdmf>\n", stream);
  PetscCall(LodTextFileCommit(&file));
  PetscFunctionReturn(0);
}

PetscErrorCode LodSolutionWrite(const LodSolution *solution, const char *path) {
  LodHdf5 file;

  PetscFunctionBeginUser;
  PetscCall(LodHdf5Create(path, &file));
  PetscErrorCode error = WriteContents(solution, &file);
  if (error) (void)LodHdf5Abort(&file);
  PetscCall(error);
  PetscCall(LodHdf5Commit(&file));
  if (LodSolutionHasXdmf(solution->grid, path)) PetscCall(WriteXdmf(solution, path));
  PetscFunctionReturn(0);
}
