/* The object behind LodSolver of lodnet.h. */
#ifndef LODNET_SOLVER_LIBRARY_SOLVER_PRIVATE_H
#define LODNET_SOLVER_LIBRARY_SOLVER_PRIVATE_H

#include <lodnet.h>

#include "solver/method_system.h"
#include "solver/sparse_private.h"

struct LodSolver {
  MPI_Comm         comm; /* PETSc's inner one */
  LodGrid          grid;
  LodMethod        method;
  const PetscInt  *cells;   /* of the mesh of loads and solutions: the grid's */
  size_t           n_nodes; /* of that mesh */
  const LodModel  *model;   /* for dnn; borrowed */
  PetscBool        allow_range, average;
  LodCoefficient   coefficient; /* owned */
  PetscBool        is_set;      /* the system is assembled for it */
  LodMethodSystem *system;
  LodSparseRows    matrix, mass; /* made when asked for; matrix of the present coefficient */
};

/* Checks that a solver is none that is NULL; and that it has a coefficient. */
PetscErrorCode LodSolverCheck(const LodSolver *solver, const char *where);
PetscErrorCode LodCheckSolverIsSet(const LodSolver *solver, const char *where);

#endif
