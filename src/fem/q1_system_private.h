/* What assembly and solution of plain Q1 problems share. */
#ifndef LODNET_FEM_Q1_SYSTEM_PRIVATE_H
#define LODNET_FEM_Q1_SYSTEM_PRIVATE_H

#include "fem/q1_system.h"
#include "fem/stencil.h"

/* The stiffness matrix of one of the meshes and its solver. The matrix' structure serves all
   coefficients; the solver is made anew for each. */
struct LodQ1System {
  MPI_Comm              comm; /* of the caller, who keeps it */
  LodGrid               grid;
  LodQ1Mesh             mesh;
  const PetscInt       *cells;       /* of that mesh, per axis: grid's */
  const char           *prefix;      /* of options */
  const char           *what;        /* in messages */
  const LodCoefficient *coefficient; /* borrowed; NULL: none yet */
  int                   exponent;    /* the matrix is in units of 2^exponent */
  PetscBool             in_doubt;    /* solutions are to be checked (digits.h) */
  PetscBool             ready;       /* matrix and solver are those of the coefficient as it is */
  PetscBool             is_free;     /* constants are (LodConstantsAreFree) */
  Mat                   stiffness;
  KSP                   solver;
  Vec                   load, unknowns;
  double                seconds_assembly, seconds_setup;
};

/* What the matrices of the cells are computed from: the tables on the fine mesh, the matrices
   themselves on the coarse one, which the caller frees. */
typedef struct {
  LodCellTables   tables;
  double         *matrices;
  LodCellMatrices source;
} LodQ1CellSource;

/* Makes it in units of 2^exponent, if `changed` with other last digits (digits.h). */
PetscErrorCode LodQ1CellSourceMake(const LodQ1System *system, PetscBool changed,
                                   LodQ1CellSource *made);

/* Matrix and solver of the coefficient; if `changed` with other last digits, and solved to a
   smaller residual, which shows what the first left unsolved. */
PetscErrorCode LodQ1SystemSetUp(LodQ1System *system, PetscBool changed);

/* Makes sure that matrix and solver are those of the coefficient: a check of digits may have taken
   their place. */
PetscErrorCode LodQ1SystemBeReady(LodQ1System *system);

#endif
