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

PetscErrorCode LodSolutionWriteVtk(const LodSolution *solution, const char *path) {
  const LodBox   nodes = LodBoxNodes(solution->grid->dim, solution->cells);
  const PetscInt count = LodBoxCount(&nodes);
  double         spacing[LOD_MAX_DIM];
  LodTextFile    file;

  PetscFunctionBeginUser;
  LodGridSides(solution->grid, solution->cells, spacing);
  for (PetscInt axis = nodes.dim; axis < LOD_MAX_DIM; axis++)
    spacing[axis] = spacing[0]; /* of no account, but must not be 0 */
  PetscCall(LodTextFileBegin(&file, NULL, path));
  fprintf(file.stream,
          "# vtk DataFile Version 3.0\n"
          "lodnet %s, method %s\n"
          "BINARY\n"
          "DATASET STRUCTURED_POINTS\n"
          "DIMENSIONS %d %d %d\n"
          "ORIGIN 0 0 0\n"
          "SPACING %.17g %.17g %.17g\n"
          "POINT_DATA %lld\n"
          "SCALARS solution double 1\n"
          "LOOKUP_TABLE default\n",
          LODNET_VERSION, solution->method, (int)nodes.size[0], (int)nodes.size[1],
          (int)nodes.size[2], spacing[0], spacing[1], spacing[2], (long long)count);
  PutNumbers(file.stream, count, solution->values);
  fputc('\n', file.stream);
  PetscCall(LodTextFileCommit(&file));
  PetscFunctionReturn(0);
}
