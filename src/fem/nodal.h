/* Q1 finite elements on the Cartesian meshes: nodal vectors, their loads, norms.

   Nodal vectors here are plain arrays over all (cells+1)^d nodes of a mesh, boundary included, x
   fastest, unless a PETSc Vec is named, which holds the free nodes (LodGridFreeNodes) only. */
#ifndef LODNET_FEM_NODAL_H
#define LODNET_FEM_NODAL_H

#include "base/expression.h"
#include "grid/coefficient.h"

/* Nodal values of an expression on all nodes of the mesh of `cells` cells per axis. values[] is the
   caller's, (cells+1)^d long. */
PetscErrorCode LodNodalValues(LodExpression *expression, PetscInt dim, PetscInt cells,
                              double *values);

/* The load of the hat functions of the mesh of `cells` cells per axis (a divisor of F), which are
   combinations of fine ones: the fine load rhs[] times the transpose of the interpolation.
   load[(cells+1)^d], on all nodes. */
PetscErrorCode LodLoad(const LodGrid *grid, const double *rhs, PetscInt cells, double *load);

/* Q1 interpolation of nodal values from a mesh of `from` cells per axis to one of `to` (a
 * multiple). */
PetscErrorCode LodProlongate(PetscInt dim, PetscInt from, const double *coarse, PetscInt to,
                             double *fine);

/* ||u|| in L2(D) of a Q1 function, and ||u - v|| / ||v||; both on the mesh of `cells` per axis. */
PetscErrorCode LodNormL2(PetscInt dim, PetscInt cells, const double *u, double *norm);
PetscErrorCode LodRelativeL2(PetscInt dim, PetscInt cells, const double *u, const double *v,
                             double *error);

/* sqrt(a(u - v, u - v) / a(v, v)), a(u, v) = integral of A grad u . grad v, for Q1 functions u, v
   on the coarse mesh; exact. */
PetscErrorCode LodRelativeEnergy(const LodGrid *grid, const LodCoefficient *coefficient,
                                 const double *u, const double *v, double *error);

#endif
