/* Values at Dirichlet nodes: u = u_0 + g, with g any function that has them and u_0 = 0 there. */
#ifndef LODNET_FEM_BOUNDARY_H
#define LODNET_FEM_BOUNDARY_H

#include "fem/stencil.h"

/* form[node] = a(u, hat function of the node), u on all nodes of the mesh, for the nodes first <=
   node < last of all; the others stay as they are. By all threads; the result does not depend on
   their number. */
void LodFormApply(const LodCellMatrices *source, const double *u, PetscInt first, PetscInt last,
                  double *form);

/* What g takes away from a load: lifted[] = load[] - form[], form = a(g, hat functions) being in
   units of 2^form_exponent. Returns the exponent of the units of lifted[], in which both are at
   most about 1. */
int LodLoadLift(size_t count, const double *load, const double *form, int form_exponent,
                double *lifted);

/* Boundary values at the nodes of a mesh of cells[], taken from those at the fine nodes. */
void LodBoundaryOn(const LodGrid *grid, const double *boundary, const PetscInt cells[],
                   double *values);

/* e: boundary[fine nodes] minus the Q1 interpolant of its values at coarse Dirichlet nodes, at fine
   Dirichlet nodes; rest[fine nodes] is 0 at all others. */
PetscErrorCode LodBoundaryRest(const LodGrid *grid, const double *boundary, double *rest);

/* Where constants are free (LodConstantsAreFree): an input error unless the load of all nodes of a
   mesh adds up to 0, but for 1e-6 of its size, which quadrature may leave. */
PetscErrorCode LodLoadCheckBalance(size_t count, const double *load);

#endif
