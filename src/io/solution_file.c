/* solution.h5. */
#include "io/coefficient_file.h"
#include "io/mesh_attributes.h"
#include "io/solution_private.h"

PetscErrorCode LodSolutionWriteAxes(const LodSolution *solution, LodHdf5 *file) {
  static const char *const axis_name[LOD_MAX_DIM] = {"x", "y", "z"};
  const LodGrid           *grid = solution->grid;
  PetscErrorCode           error = 0;
  double                  *axis;

  PetscFunctionBeginUser;
  for (PetscInt a = 0; a < grid->dim && !error; a++) {
    const PetscInt cells = solution->cells[a];
    const hsize_t  nodes = (hsize_t)cells + 1;
    PetscCall(PetscMalloc1(nodes, &axis));
    for (PetscInt i = 0; i <= cells; i++)
      axis[i] = grid->extent[a] * ((double)i / (double)cells);
    error = LodHdf5WriteArray(file, axis_name[a], H5T_NATIVE_DOUBLE, 1, &nodes, axis);
    PetscCall(PetscFree(axis));
  }
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

/* Writes the local operators of all cells and what they are of. */
static PetscErrorCode WriteOperators(const LodSolution *solution, LodHdf5 *file) {
  hsize_t   dims[LOD_MAX_DIM + 2];
  const int rank = LodSolutionOperatorsShape(solution->grid, dims);

  PetscFunctionBeginUser;
  PetscCall(LodHdf5WriteArray(file, "local_operators", H5T_NATIVE_DOUBLE, rank, dims,
                              solution->operators));
  PetscCall(LodCoefficientWriteTo(solution->coefficient, file));
  PetscCall(LodRatesWriteTo(solution->coefficient, file));
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
  PetscCall(LodHdf5WriteInt(file, "/", "average", solution->average));
  PetscCall(LodHdf5WriteText(file, "/", "rhs", solution->rhs));
  PetscCall(LodHdf5WriteText(file, "/", "natural", faces));
  PetscCall(LodHdf5WriteText(file, "/", "version", LODNET_VERSION));
  PetscCall(LodMeshAttributesWrite(file, grid));
  PetscCall(LodHdf5WriteDouble(file, "/", "seconds_operator", solution->seconds_operator));
  PetscCall(LodHdf5WriteDouble(file, "/", "seconds_solve", solution->seconds_solve));
  PetscFunctionReturn(0);
}

/* Writes everything that solution.h5 holds. */
static PetscErrorCode WriteContents(const LodSolution *solution, LodHdf5 *file) {
  hsize_t dims[LOD_MAX_DIM];

  PetscFunctionBeginUser;
  LodMeshShape(solution->grid->dim, solution->cells, 1, dims);
  PetscCall(LodHdf5WriteArray(file, "solution", H5T_NATIVE_DOUBLE, (int)solution->grid->dim, dims,
                              solution->values));
  PetscCall(LodSolutionWriteAxes(solution, file));
  if (solution->operators) PetscCall(WriteOperators(solution, file));
  PetscCall(LodSolutionWriteAttributes(solution, file));
  PetscFunctionReturn(0);
}

PetscErrorCode LodSolutionWrite(const LodSolution *solution, const char *path) {
  char    vtk[LOD_PATH_MAX];
  LodHdf5 file;

  PetscFunctionBeginUser;
  PetscCall(LodHdf5Create(path, &file));
  PetscErrorCode error = WriteContents(solution, &file);
  if (error) (void)LodHdf5Abort(&file);
  PetscCall(error);
  PetscCall(LodHdf5Commit(&file));
  PetscCall(LodSolutionVtkPath(path, vtk));
  if (vtk[0]) PetscCall(LodSolutionWriteVtk(solution, vtk));
  PetscFunctionReturn(0);
}
