/* Q1 finite elements on the Cartesian meshes: nodal vectors, their loads, norms.

   Nodal vectors here are plain arrays over all nodes of a mesh, boundary included, x fastest,
   unless a PETSc Vec is named, which holds the free nodes (LodGridFreeNodes) only. */
#ifndef LODNET_FEM_NODAL_H
#define LODNET_FEM_NODAL_H

#include "base/expression.h"
#include "grid/coefficient.h"

/* Nodal values of an expression on all nodes of a mesh of D. values[] is the caller's. */
PetscErrorCode LodNodesEvaluate(LodExpression *expression, const LodGrid *grid,
                                const PetscInt cells[], double *values);

/* The load of the hat functions of a mesh (whose cells divide the fine ones along each axis), which
   are combinations of fine ones: the fine load rhs[] times the transpose of the interpolation.
   load[], on all nodes. */
PetscErrorCode LodLoadRestrict(const LodGrid *grid, const double *rhs, const PetscInt cells[],
                               double *load);

/* Q1 interpolation of nodal values from a mesh of from[] cells to one of to[] (multiples). */
PetscErrorCode LodNodesProlongate(PetscInt dim, const PetscInt from[], const double *coarse,
                                  const PetscInt to[], double *fine);

/* The Q1 function with values[nodes of the mesh of cells[]] at a point given in parts of the
   extents. */
double LodNodesValueAt(PetscInt dim, const PetscInt cells[], const double *values,
                       const double point[LOD_MAX_DIM]);

/* The mean over the box of a Q1 function; and takes it away. */
double LodNodesMean(PetscInt dim, const PetscInt cells[], const double *u);
void   LodNodesSubtractMean(PetscInt dim, const PetscInt cells[], double *u);

/* ||u|| in L2(D) of a Q1 function, and ||u - v|| / ||v||, for which extents do not matter; both on
   a mesh of cells[]. */
PetscErrorCode LodNodesNormL2(const LodGrid *grid, const PetscInt cells[], const double *u,
                              double *norm);
PetscErrorCode LodNodesRelativeL2(PetscInt dim, const PetscInt cells[], const double *u,
                                  const double *v, double *error);

/* sqrt(a(u - v, u - v) / a(v, v)), a the whole form (element.h), for Q1 functions u, v on the
   coarse mesh; exact. LodFineRelativeEnergy: the same on the fine mesh, by all threads; the result
   does not depend on their number. */
PetscErrorCode LodNodesRelativeEnergy(const LodGrid *grid, const LodCoefficient *coefficient,
                                      const double *u, const double *v, double *error);
PetscErrorCode LodFineRelativeEnergy(const LodGrid *grid, const LodCoefficient *coefficient,
                                     const double *u, const double *v, double *error);

#endif
