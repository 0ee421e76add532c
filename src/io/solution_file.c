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

/* Writes the fine-scale field and its fluxes. */
static PetscErrorCode WriteFields(const LodSolution *solution, LodHdf5 *file) {
  static const char *const face_name[LOD_MAX_DIM] = {"face_flux_x", "face_flux_y", "face_flux_z"};
  const LodSolutionFields *fields = solution->fields;
  const LodGrid           *grid = solution->grid;
  const int                dim = (int)grid->dim;
  hsize_t                  shape[LOD_MAX_DIM + 1];
  PetscFunctionBeginUser;
  LodMeshShape(grid->dim, grid->fine, 1, shape);
  PetscCall(LodHdf5WriteArray(file, "fine_solution", H5T_NATIVE_DOUBLE, dim, shape, fields->fine));
  LodMeshShape(grid->dim, grid->coefficient, 0, shape);
  shape[dim] = (hsize_t)dim;
  PetscCall(LodHdf5WriteArray(file, "flux", H5T_NATIVE_DOUBLE, dim + 1, shape, fields->flux));
  for (int axis = 0; axis < dim && fields->face_flux[axis]; axis++) {
    LodMeshShape(grid->dim, fields->face_cells, 0, shape);
    shape[dim - 1 - axis]++;
    PetscCall(LodHdf5WriteArray(file, face_name[axis], H5T_NATIVE_DOUBLE, dim, shape,
                                fields->face_flux[axis]));
    PetscCall(LodHdf5WriteDouble(file, face_name[axis], "imbalance", fields->imbalance));
  }
  PetscFunctionReturn(0);
}

/* Writes the local operators of all cells. */
static PetscErrorCode WriteOperators(const LodSolution *solution, LodHdf5 *file) {
  const LodGrid *grid = solution->grid;
  hsize_t        dims[LOD_MAX_DIM + 2];
  const int      rank = LodSolutionOperatorsShape(grid, dims);

  PetscFunctionBeginUser;
  PetscCall(LodHdf5WriteArray(file, "local_operators", H5T_NATIVE_DOUBLE, rank, dims,
                              solution->operators));
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

/* Writes the conditions that are not "". */
static PetscErrorCode WriteConditions(const LodSolution *solution, LodHdf5 *file) {
  const char *const names[] = {"boundary", "wells", "reaction"};
  const char *const texts[] = {solution->boundary, solution->wells, solution->reaction};

  PetscFunctionBeginUser;
  for (int i = 0; i < 3; i++)
    if (texts[i] && texts[i][0]) PetscCall(LodHdf5WriteText(file, "/", names[i], texts[i]));
  PetscFunctionReturn(0);
}

PetscErrorCode LodSolutionWriteAttributes(const LodSolution *solution, LodHdf5 *file) {
  const LodGrid *grid = solution->grid;
  char           faces[64];

  PetscFunctionBeginUser;
  PetscCall(LodSolutionNaturalFaces(grid, faces));
  PetscCall(LodHdf5WriteText(file, "/", "method", solution->method));
  PetscCall(LodHdf5WriteInt(file, "/", "average", solution->average));
  PetscCall(LodHdf5WriteInt(file, "/", "correct", solution->correct));
  PetscCall(LodHdf5WriteText(file, "/", "rhs", solution->rhs));
  PetscCall(WriteConditions(solution, file));
  PetscCall(LodHdf5WriteText(file, "/", "natural", faces));
  PetscCall(LodHdf5WriteText(file, "/", "version", LODNET_VERSION));
  PetscCall(LodMeshAttributesWrite(file, grid));
  PetscCall(LodHdf5WriteDouble(file, "/", "seconds_operator", solution->seconds_operator));
  PetscCall(LodHdf5WriteDouble(file, "/", "seconds_solve", solution->seconds_solve));
  PetscFunctionReturn(0);
}

PetscErrorCode LodSolutionWriteQuantityNames(const LodSolution *solution, LodHdf5 *file) {
  PetscFunctionBeginUser;
  PetscCall(LodHdf5WriteText(file, "quantities", "names", solution->quantity_names));
  PetscCall(LodHdf5WriteText(file, "quantities", "of", solution->quantities_of));
  PetscFunctionReturn(0);
}

/* Writes quantities of interest. */
static PetscErrorCode WriteQuantities(const LodSolution *solution, LodHdf5 *file) {
  const hsize_t n = (hsize_t)solution->n_quantities;
  PetscFunctionBeginUser;
  PetscCall(LodHdf5WriteArray(file, "quantities", H5T_NATIVE_DOUBLE, 1, &n, solution->quantities));
  PetscCall(LodSolutionWriteQuantityNames(solution, file));
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
  if (solution->fields) PetscCall(WriteFields(solution, file));
  if (solution->operators || solution->fields) {
    PetscCall(LodCoefficientWriteTo(solution->coefficient, file));
    PetscCall(LodRatesWriteTo(solution->coefficient, file));
  }
  if (solution->n_quantities > 0) PetscCall(WriteQuantities(solution, file));
  PetscCall(LodSolutionWriteAttributes(solution, file));
  PetscFunctionReturn(0);
}

/* LodSolutionWrite of a solution as files show it. */
static PetscErrorCode WriteFiles(const LodSolution *solution, const char *path) {
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

PetscErrorCode LodSolutionWrite(const LodSolution *solution, const char *path) {
  LodSolutionMasked masked;

  PetscFunctionBeginUser;
  PetscCall(LodSolutionMaskedBegin(solution, &masked));
  PetscErrorCode error = WriteFiles(&masked.solution, path);
  PetscCall(LodSolutionMaskedEnd(&masked));
  PetscCall(error);
  PetscFunctionReturn(0);
}
