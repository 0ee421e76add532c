/* Fluxes through the faces of coarse cells that balance the sources of every cell
   (src/README.md, "Equilibrated fluxes"). */
#ifndef LODNET_FEM_EQUILIBRATE_H
#define LODNET_FEM_EQUILIBRATE_H

#include "grid/coefficient.h"

/* moments[coarse cell][corner] = a_T(u, phi) - l_T(phi), phi the cell's corner functions: what
   flows into the cell, tested with them. u[fine nodes]; `rest` (fine nodes, or NULL) is subtracted
   from it, which undoes that `source`, [coarse cell][fine nodes of the closed cell, x fastest], is
   l_T of the hat functions minus a_T(rest, .). OpenMP threads; the result does not depend on their
   number.
 */
PetscErrorCode LodCellMoments(const LodGrid *grid, const LodCoefficient *coefficient,
                              const double *u, const double *rest, const double *source,
                              double *moments);

/* The box of faces across an axis: N + 1 along it, N along the others; and of those of one side of
 * D.
 */
LodBox LodFaceBox(const LodGrid *grid, PetscInt axis);
LodBox LodSideFaceBox(const LodGrid *grid, PetscInt axis);

/* Equilibrates the flux of a fine function u that solves a(u, phi_z) = l(phi_z) for the free coarse
   nodes z: flux[axis][faces of LodFaceBox, x fastest] is the integral of -A grad u . e_axis over
   the face, corrected so that for each coarse cell what flows out is the integral of f, with wells,
   minus that of c u. Through a Dirichlet face flows what the equations of its nodes say; through a
   face that is not, inflow[axis][side][LodSideFaceBox], the integral of A grad u . n that is known
   there (q, or r (g - u)); NULL: 0. Walls of a mask are closed.

   *imbalance (or NULL) is the largest violation of a cell, relative to the largest flux: what
   solving for u has left of the equations, rounding if they hold. With coarse = fine cells in the
   grid the faces are those of the fine mesh. OpenMP threads; the result does not depend on their
   number. */
PetscErrorCode LodFluxEquilibrate(const LodGrid *grid, const LodCoefficient *coefficient,
                                  const double *u, const double *moments,
                                  const double *const inflow[LOD_MAX_DIM][2],
                                  double *const flux[LOD_MAX_DIM], double *imbalance);

#endif
