/* What a solve will need, before anything large is allocated. */
#include "base/error.h"
#include "base/memory.h"
#include "base/progress.h"
#include "lod/exact.h"
#include "solver/solve.h"

/* Bytes of an entry of the coarse system: the local operator, its row and column, and PETSc's
   record of where it goes. */
#define ENTRY_BYTES 40

/* What a reconstruction takes of the time of the exact operators. */
#define RECONSTRUCTION 1.3

/* Q1 with multigrid: bytes and seconds an unknown in 1, 2 and 3 dimensions, measured with BoomerAMG
   on one core of an AMD EPYC (Zen 3); the hierarchy is what takes them. */
static const double unknown_bytes[LOD_MAX_DIM] = {300, 450, 4700};
static const double unknown_seconds[LOD_MAX_DIM] = {1e-6, 2e-6, 45e-6};

/* Checks the memory for the local operators of all cells and the matrix made of them. */
static PetscErrorCode CheckCoarseSystem(const LodGrid *grid, const LodSolveWork *work) {
  const double entries = (double)LodGridCells(grid) * (double)LodGridOperatorSize(grid);
  const double each = ENTRY_BYTES + (work->keep_operators ? (double)sizeof(double) : 0) +
                      (work->previous ? (double)sizeof(double) : 0);
  PetscFunctionBeginUser;
  PetscCall(LodMemoryCheck(entries * each, "local operators of all cells",
                           "choose fewer layers (ell) or coarse cells (coarse)"));
  PetscFunctionReturn(0);
}

/* Checks the memory for a Q1 solve on a mesh, and announces it. */
static PetscErrorCode ForeseeQ1(const LodGrid *grid, const PetscInt cells[],
                                const LodSolveWork *work, PetscMPIInt n_ranks) {
  const LodBox    nodes = LodGridFreeNodes(grid, cells);
  const double    unknowns = (double)LodBoxCount(&nodes);
  const double    bytes = unknowns * unknown_bytes[grid->dim - 1];
  const double    times = (double)work->coefficients * (double)work->n_rhs / (double)n_ranks;
  const PetscBool fine = LodCellsEqual(grid->dim, cells, grid->fine);
  char            what[96];
  PetscFunctionBeginUser;
  (void)snprintf(what, sizeof what, "%s solve of %.0f unknowns", fine ? "fine" : "coarse",
                 unknowns);
  PetscCall(LodMemoryCheck(
      bytes, what, fine ? "choose fewer fine cells (fine)" : "choose fewer coarse cells (coarse)"));
  PetscCall(LodWorkAnnounce(what, times * unknowns * unknown_seconds[grid->dim - 1], bytes,
                            fine ? "fewer fine cells (fine) cost less"
                                 : "fewer coarse cells (coarse) cost less",
                            work->quiet));
  PetscFunctionReturn(0);
}

/* Checks the memory for a fine-scale field on every rank, with what it is summed of, and on one of
   them for what LodFluxesCompute makes: the field of u_H, the parts of the load on all cells,
   moments and fluxes. */
static PetscErrorCode CheckFields(const LodGrid *grid, const LodSolveWork *work,
                                  PetscMPIInt n_ranks) {
  const PetscBool fine = (PetscBool)(work->method == LOD_METHOD_FINE);
  const PetscInt *cells = fine ? grid->fine : grid->coarse;
  const double    nodes = (double)LodNodeCount(grid->dim, grid->fine), dim = (double)grid->dim;
  const double    corners = (double)LodGridCorners(grid);
  double          sources = (double)LodCellCount(grid->dim, cells), numbers;
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    sources *= (double)(fine ? 2 : LodGridFineRatio(grid, axis) + 1);
  numbers = 2 * nodes * (double)n_ranks + 2 * nodes + sources +
            (double)LodCellCount(grid->dim, cells) * (corners + dim) +
            (double)LodCellCount(grid->dim, grid->coefficient) * dim;
  PetscFunctionBeginUser;
  PetscCall(LodMemoryCheck(numbers * sizeof(double), "fine-scale field and its fluxes",
                           "choose fewer fine cells (fine)"));
  PetscFunctionReturn(0);
}

/* LodSolveForesee on one of n_ranks ranks. */
static PetscErrorCode Foresee(const LodGrid *grid, const LodSolveWork *work, PetscMPIInt n_ranks) {
  const double nodes = (double)LodNodeCount(grid->dim, grid->fine);
  PetscFunctionBeginUser;
  if (work->reconstruct) PetscCall(CheckFields(grid, work, n_ranks));
  PetscCall(LodMemoryCheck(nodes * (double)(work->n_rhs + 1) * (double)n_ranks * sizeof(double),
                           "values at the nodes of the fine mesh",
                           "choose fewer fine cells (fine)"));
  if (work->method == LOD_METHOD_FINE || work->method == LOD_METHOD_COARSE) {
    PetscCall(ForeseeQ1(grid, work->method == LOD_METHOD_FINE ? grid->fine : grid->coarse, work,
                        n_ranks));
    PetscFunctionReturn(0);
  }
  PetscCall(CheckCoarseSystem(grid, work));
  const PetscBool exact = (PetscBool)(work->method == LOD_METHOD_LOD);
  const double    times = (double)work->coefficients * ((exact && !work->previous ? 1 : 0) +
                                                     (work->reconstruct ? RECONSTRUCTION : 0));
  if (exact || work->reconstruct) PetscCall(LodExactForesee(grid, times, n_ranks, work->quiet));
  PetscFunctionReturn(0);
}

PetscErrorCode LodSolveForesee(MPI_Comm comm, const LodGrid *grid, const LodSolveWork *work) {
  PetscMPIInt n_ranks;
  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_size(comm, &n_ranks));
  PetscCall(LodErrorAgree(comm, Foresee(grid, work, n_ranks)));
  PetscFunctionReturn(0);
}
