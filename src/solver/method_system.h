/* The discrete problem of one method: assembled for a coefficient, solved for many loads. */
#ifndef LODNET_SOLVER_METHOD_SYSTEM_H
#define LODNET_SOLVER_METHOD_SYSTEM_H

#include "io/solution.h"
#include "nn/model.h"
#include "system/coarse_system.h"

typedef enum { LOD_METHOD_LOD, LOD_METHOD_DNN, LOD_METHOD_FINE, LOD_METHOD_COARSE } LodMethod;

/* A method's name as in options and files ("lod"), and back; an unknown name is an input error that
   lists the known ones. */
const char    *LodMethodName(LodMethod method);
PetscErrorCode LodMethodFromName(const char *name, const char *where, LodMethod *method);

/* Whether a method compresses the problem by local operators: lod and dnn. */
PetscBool LodMethodCompresses(LodMethod method);

/* Cells per axis of the mesh on which loads and solutions of a method live: coarse, or fine for
 * fine. */
const PetscInt *LodMethodCells(LodMethod method, const LodGrid *grid);

/* What a method is run with beside the problem; everything may be left 0, borrowed. */
typedef struct {
  const LodModel    *model;          /* for LOD_METHOD_DNN */
  PetscBool          average;        /* its operators averaged over symmetries (average.h) */
  const LodPrevious *previous;       /* for LOD_METHOD_LOD: operators to start from (update.h) */
  PetscBool          keep_operators; /* lod and dnn: LodMethodSolve gathers the local operators */
  PetscBool          correct;        /* lod: with load correctors (data.h, source) */
  PetscBool          reconstruct;    /* LodMethodSolve gives the fine-scale field too */
  PetscBool          quiet;
} LodSolveOptions;

typedef struct LodMethodSystem LodMethodSystem;

/* Makes what does not depend on the coefficient: plans, buffers, the structure of the matrix.
   Collective, as all functions here. */
PetscErrorCode LodMethodSystemCreate(MPI_Comm comm, const LodGrid *grid, LodMethod method,
                                     const LodSolveOptions *options, LodMethodSystem **system);
PetscErrorCode LodMethodSystemDestroy(LodMethodSystem **system);

/* Computes the operator for a coefficient, borrowed until the next one or the end. Local operators
   are computed without the lock of session.h, all else is done under it. With source[] (data.h;
   NULL: none), which only the method lod takes, also the local loads of load correctors. */
PetscErrorCode LodMethodSystemAssemble(LodMethodSystem *system, const LodCoefficient *coefficient,
                                       const double *source);

/* Leaves the source of the latest assembly, which need not stay, out of what follows. */
void LodMethodSystemForgetSource(LodMethodSystem *system);

/* Solves for loads[n_rhs][nodes] on all nodes of the mesh of LodMethodCells and boundary[nodes], g
   at Dirichlet nodes and 0 elsewhere (NULL: u = 0 there), into solutions[n_rhs][nodes], on every
   rank. Where the contrast puts digits in doubt, they are checked
   (digits.h): a solution that does not stand is an error. */
PetscErrorCode LodMethodSystemSolve(LodMethodSystem *system, PetscInt n_rhs, const double *loads,
                                    const double *boundary, double *solutions);

/* The right-hand side of the compressed problem with the load correctors of the source of the
   latest assembly, load[coarse nodes], on every rank. */
PetscErrorCode LodMethodSystemCorrectedLoad(LodMethodSystem *system, double *load);

/* fine[fine nodes], on every rank: the fine-scale field u_ms of a solution. lod: with the
   correctors of the solution and, if the latest assembly had a source, of that, and with the fine
   part of boundary[fine nodes] (NULL: 0); dnn: the same with exact correctors; fine: the solution;
   coarse: its values at fine nodes. */
PetscErrorCode LodMethodSystemReconstruct(LodMethodSystem *system, const double *solution,
                                          const double *boundary, double *fine);

/* form[z] = a(u, phi_z), S u where the method compresses, at all nodes of its mesh, those of
   Dirichlet faces too, on every rank; u is given at all nodes. */
PetscErrorCode LodMethodSystemApply(LodMethodSystem *system, const double *u, double *form);

/* The matrix over the free nodes in units of 2^exponent, and the compressed system (NULL unless
   LodMethodCompresses): both borrowed. */
PetscErrorCode   LodMethodSystemMatrix(LodMethodSystem *system, Mat *matrix, int *exponent);
LodCoarseSystem *LodMethodSystemCompressed(LodMethodSystem *system);

/* Seconds that the latest assembly and the latest call of solve took, and how many local operators
   were computed, not taken over from earlier ones. */
typedef struct {
  double   seconds_operator, seconds_solve, seconds_reconstruct;
  PetscInt n_computed;
} LodMethodWork;
LodMethodWork LodMethodSystemWork(const LodMethodSystem *system);

#endif
