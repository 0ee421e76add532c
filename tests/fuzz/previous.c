/* Solutions with local operators, from which a later run starts. */
#include <math.h>
#include <unistd.h>

#include "hdf5_changes.h"
#include "io/solution.h"

const char fuzz_hdf5_seeds[] = "tests/fuzz/seeds/previous/*.h5";

static const LodGrid grid = {LOD_UNIT_CUBE(2, 2, 4, 8), .ell = 1};

/* Numbers in one solution, and in the operators of all cells. */
enum { NODES = 9, OPERATORS = 4 * 16 * 4 };

PetscBool FuzzHdf5Base(size_t number, const char *path) {
  double         values[NODES] = {0}, operators[OPERATORS];
  char           vtk[LOD_PATH_MAX];
  LodCoefficient coefficient;
  if (number > 0) return PETSC_FALSE;
  for (int i = 0; i < OPERATORS; i++)
    operators[i] = i;
  FuzzOk(LodCoefficientCreate(grid.dim, grid.coefficient, &coefficient));
  for (int i = 0; i < 16; i++)
    coefficient.values[i] = 1 + i;
  const LodSolution solution = {.grid = &grid,
                                .method = "lod",
                                .rhs = "1",
                                .cells = grid.coarse,
                                .values = values,
                                .operators = operators,
                                .coefficient = &coefficient};
  FuzzOk(LodSolutionWrite(&solution, path));
  FuzzOk(LodCoefficientDestroy(&coefficient));
  FuzzOk(LodSolutionVtkPath(path, vtk));
  unlink(vtk);
  return PETSC_TRUE;
}

void FuzzHdf5Read(const char *path) {
  LodPrevious previous;
  if (!FuzzAccepted(LodPreviousRead(path, &grid, &previous))) return;
  for (int i = 0; i < OPERATORS; i++)
    if (!isfinite(previous.operators[i])) FuzzFail("entry %d is not finite", i);
  for (int axis = 0; axis < grid.dim; axis++)
    if (previous.coefficient.dim != grid.dim ||
        previous.coefficient.cells[axis] != grid.coefficient[axis])
      FuzzFail("a coefficient of another mesh");
  FuzzOk(LodPreviousDestroy(&previous));
}
