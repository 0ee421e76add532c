/* One problem, one method: what lod-solve does and lod-compare does several times. */
#ifndef LODNET_SOLVER_SOLVE_H
#define LODNET_SOLVER_SOLVE_H

#include "pairs/coefficient_series.h"
#include "problem/data.h"
#include "solver/method_system.h"

typedef struct {
  LodMethod method;
  PetscInt  cells[LOD_MAX_DIM]; /* of the mesh the solution lives on: coarse, or fine for fine */
  double   *values;             /* at all its nodes, x fastest, on every rank; owned */
  double   *load; /* at all its nodes: the right-hand side, with correction if asked for; owned */
  double   *form; /* at all its nodes: LodMethodSystemApply of the solution; form - load is what
                     flows in through a Dirichlet node; owned */
  double  *fine;  /* u_ms at the fine nodes, on every rank; NULL unless asked for; owned */
  double   seconds_operator; /* local operators and assembly, or assembly and set-up */
  double   seconds_solve;
  double   seconds_reconstruct;
  double  *operators;  /* local operators of all cells [cell][z][j], rank 0 only, or NULL; owned */
  PetscInt n_computed; /* cells whose local operators were computed and not taken over */
} LodSolveResult;

/* The load of f on the fine mesh (LodLoadFromText), rhs[fine nodes], the caller's. Messages name
   the expression `--rhs`. */
PetscErrorCode LodLoadOfRhs(const LodGrid *grid, const char *expression, double *rhs);

/* Assembles S from `operators` for a coefficient and solves S u = M f on the coarse mesh: the path
   that the exact and the learned operator share. solution[coarse nodes] is the caller's; no
   progress bar if `quiet`. Collective. */
PetscErrorCode LodSolveCompressed(LodCoarseSystem *system, LodLocalOperators *operators,
                                  const LodCoefficient *coefficient, const double *rhs,
                                  PetscBool quiet, double *solution, double *seconds_operator,
                                  double *seconds_solve);

/* Before anything large is allocated: refuses a problem that this machine has no memory for, the
   loads on the fine mesh, coarse system and fine solve included, and says what will take long
   (progress.h, LodWorkAnnounce). `coefficients` and n_rhs: for how many; with keep_operators rank 0
   gathers the local operators of all cells; with reconstruct it makes the fine-scale field, and
   rank 0 its fluxes; `previous`: few operators are computed. Collective. */
typedef struct {
  LodMethod method;
  PetscInt  coefficients, n_rhs;
  PetscBool keep_operators, reconstruct, previous, quiet;
} LodSolveWork;
PetscErrorCode LodSolveForesee(MPI_Comm comm, const LodGrid *grid, const LodSolveWork *work);

/* Solves by `method` for the data of a problem, with the warning of LodBoundsWarn. Collective. */
PetscErrorCode LodMethodSolve(MPI_Comm comm, LodMethod method, const LodGrid *grid,
                              const LodCoefficient *coefficient, const LodData *data,
                              const LodSolveOptions *options, LodSolveResult *result);

/* The part of it that comes after the assembly: solution, load and form with the system assembled
   for the coefficient, if `correct` with data->source. After an error nothing is left behind. */
PetscErrorCode LodSolveAssembled(LodMethodSystem *system, LodMethod method, const LodGrid *grid,
                                 const LodCoefficient *coefficient, const LodData *data,
                                 PetscBool correct, LodSolveResult *result);

PetscErrorCode LodSolveResultDestroy(LodSolveResult *result);

#endif
