/* The object behind LodSolver of lodnet.h. */
#ifndef LODNET_SOLVER_LIBRARY_SOLVER_PRIVATE_H
#define LODNET_SOLVER_LIBRARY_SOLVER_PRIVATE_H

#include <lodnet.h>

#include "problem/value.h"
#include "solver/solve.h"
#include "solver/sparse_private.h"

struct LodSolver {
  MPI_Comm         comm; /* PETSc's inner one */
  LodGrid          grid;
  PetscBool        natural[LOD_MAX_DIM][2]; /* of the mesh: faces that no condition tells of */
  LodMethod        method;
  const PetscInt  *cells;   /* of the mesh of loads and solutions: the grid's */
  size_t           n_nodes; /* of that mesh */
  const LodModel  *model;   /* for dnn; borrowed */
  PetscBool        allow_range, average;
  LodConditions    conditions;   /* owned */
  LodCoefficient   coefficient;  /* owned */
  PetscBool        is_set;       /* it fits the conditions; cleared by new ones */
  PetscBool        is_assembled; /* the system, for it */
  LodMethodSystem *system;
  double          *load, *boundary; /* [n_nodes]: what the conditions give; NULL: nothing; owned */
  LodSparseRows    matrix, mass;    /* made when asked for; of the present coefficient, mesh */

  /* Of the latest LodSolverSolveProblem; result.values is NULL if there is none. Owned. */
  LodData        data;
  LodSolveResult result;
  char          *rhs; /* f as text; NULL if it was none */
};

/* Checks that a solver is none that is NULL; and that it has a coefficient. */
PetscErrorCode LodSolverCheck(const LodSolver *solver, const char *where);
PetscErrorCode LodCheckSolverIsSet(const LodSolver *solver, const char *where);

/* Makes the system for the solver's grid, in place of the one that there is. Collective; the
   libraries are locked. */
PetscErrorCode LodSolverMakeSystem(LodSolver *solver);

/* Computes the operator unless that is done. Collective; without the lock. */
PetscErrorCode LodSolverAssemble(LodSolver *solver);

/* Forgets the latest problem; the coefficient too. */
PetscErrorCode LodSolverForgetProblem(LodSolver *solver);
PetscErrorCode LodSolverForgetCoefficient(LodSolver *solver);

#endif
