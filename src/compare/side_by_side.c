/* Exact and learned operator of one coefficient, side by side. */
#include "compare/side_by_side_private.h"

#include "base/error.h"
#include "base/progress.h"
#include "fem/boundary.h"
#include "fem/nodal.h"
#include "nn/learned.h"

PetscErrorCode LodSideBySideCreate(MPI_Comm comm, LodLocalOperators *exact, const LodModel *model,
                                   PetscBool average, LodSideBySide **both) {
  PetscFunctionBeginUser;
  PetscCall(PetscNew(both));
  (*both)->grid = exact->grid;
  (*both)->source[0] = exact;
  PetscErrorCode error = LodLearnedCreate(&exact->grid, model, average, &(*both)->source[1]);
  for (int i = 0; i < 2 && !error; i++)
    error = LodCoarseSystemCreate(comm, &exact->grid, &(*both)->system[i]);
  if (error) PetscCall(LodSideBySideDestroy(both));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodSideBySideDestroy(LodSideBySide **both) {
  PetscFunctionBeginUser;
  if (!*both) PetscFunctionReturn(0);
  for (int i = 0; i < 2; i++)
    PetscCall(LodCoarseSystemDestroy(&(*both)->system[i]));
  PetscCall(LodLocalOperatorsDestroy(&(*both)->source[1]));
  PetscCall(PetscFree(*both));
  PetscFunctionReturn(0);
}

PetscErrorCode LodSideBySideAssemble(LodSideBySide *both, const LodCoefficient *coefficient,
                                     const double *source, PetscBool quiet) {
  PetscFunctionBeginUser;
  both->loads = source;
  for (int i = 0; i < 2; i++) {
    const double start = LodSeconds();
    PetscCall(LodLocalOperatorsSetCoefficient(both->source[i], coefficient));
    PetscCall(
        LodCoarseSystemAssemble(both->system[i], both->source[i], i == 0 ? source : NULL, quiet));
    both->seconds_operator[i] = LodSeconds() - start;
  }
  PetscFunctionReturn(0);
}

PetscErrorCode LodSideBySideSolve(LodSideBySide *both, const double *load, const double *boundary,
                                  double *exact, double *learned, double *error) {
  double *const solution[2] = {exact, learned};
  PetscFunctionBeginUser;
  for (int i = 0; i < 2; i++) {
    const double start = LodSeconds();
    PetscCall(LodCoarseSystemSolveLoad(both->system[i], load, boundary, solution[i]));
    both->seconds_solve[i] = LodSeconds() - start;
  }
  PetscCall(LodNodesRelativeL2(both->grid.dim, both->grid.coarse, learned, exact, error));
  PetscFunctionReturn(0);
}

PetscErrorCode LodSideBySideLoad(LodSideBySide *both, double *load) {
  PetscFunctionBeginUser;
  PetscCall(LodCoarseSystemCorrectedLoad(both->system[0], load));
  PetscFunctionReturn(0);
}

/* The correctors of all ranks, for solution[] by operator i. */
static PetscErrorCode SumCorrectors(LodSideBySide *both, int i, const double *solution,
                                    PetscBool quiet, double *field) {
  const size_t  n_fine = (size_t)LodNodeCount(both->grid.dim, both->grid.fine);
  PetscInt      first, last;
  const double *ignored;
  Mat           matrix;
  int           exponent;
  PetscFunctionBeginUser;
  PetscCall(LodCoarseSystemMatrix(both->system[i], &matrix, &exponent));
  MPI_Comm comm = PetscObjectComm((PetscObject)matrix);
  PetscCall(LodCoarseSystemOperators(both->system[i], &first, &last, &ignored));
  PetscCall(PetscArrayzero(field, n_fine));
  PetscCall(LodErrorAgree(comm, LodLocalOperatorsCorrect(both->source[0], first, last, solution,
                                                         both->loads, quiet, field)));
  PetscCall(LodRanksSum(comm, n_fine, field));
  PetscFunctionReturn(0);
}

PetscErrorCode LodSideBySideReconstruct(LodSideBySide *both, int i, const double *solution,
                                        const double *boundary, PetscBool quiet, double *field) {
  const LodGrid *grid = &both->grid;
  const size_t   n_fine = (size_t)LodNodeCount(grid->dim, grid->fine);
  double        *part;
  PetscFunctionBeginUser;
  PetscCall(SumCorrectors(both, i, solution, quiet, field));
  PetscCall(PetscMalloc1(n_fine, &part));
  PetscErrorCode error = LodNodesProlongate(grid->dim, grid->coarse, solution, grid->fine, part);
  for (size_t node = 0; node < n_fine && !error; node++)
    field[node] += part[node];
  if (!error && boundary && both->loads) {
    error = LodBoundaryRest(grid, boundary, part);
    for (size_t node = 0; node < n_fine && !error; node++)
      field[node] += part[node];
  }
  PetscCall(PetscFree(part));
  PetscCall(error);
  PetscFunctionReturn(0);
}
