/* The data of a problem as numbers on its meshes: loads and boundary values.

   With l(v) = int f v + int over flux faces of q v + int over Robin faces of r g v + the sum over
   the wells of rate v(point), g_H the Q1 interpolant of g at coarse Dirichlet nodes (0 at free
   ones) and e the fine function that is g - g_H at fine Dirichlet nodes and 0 at all others. */
#ifndef LODNET_PROBLEM_DATA_H
#define LODNET_PROBLEM_DATA_H

#include "base/field.h"
#include "grid/coefficient.h"
#include "problem/conditions.h"

typedef struct {
  double *load;     /* [fine nodes]: l(hat function of the node); owned */
  double *source;   /* [coarse cell][nodes of the closed cell, x fastest]: the same cell by cell,
                       minus a_T(e, .): what correctors of the load are made of (local_operators.h);
                       NULL unless asked for; owned */
  double *boundary; /* [fine nodes]: g at Dirichlet nodes, 0 elsewhere; NULL: g = 0; owned */
} LodData;

/* Takes over what belongs to the meshes: natural[][] of the grid, and c and r into the coefficient,
   as means over its cells. Everything wrong with them is an input error with its place. */
PetscErrorCode LodConditionsApply(const LodConditions *conditions, LodGrid *grid,
                                  LodCoefficient *coefficient);

/* Integrates f, given as text named `rhs_where` in messages, and all data of the conditions (NULL:
   none), which have been applied to grid and coefficient; with its cells' parts if `source`.
   Without f (rhs NULL) the conditions are part of a problem's, as those of one face: they need not
   balance. After an error nothing is left behind. Not collective: every rank has all. */
PetscErrorCode LodDataCreate(const LodGrid *grid, const LodCoefficient *coefficient,
                             const LodConditions *conditions, const char *rhs,
                             const char *rhs_where, PetscBool source, LodData *data);

/* The same for f as a field (NULL: none), on meshes that lie in one another. */
PetscErrorCode LodDataCreateOf(const LodGrid *grid, const LodCoefficient *coefficient,
                               const LodConditions *conditions, LodField *density, PetscBool source,
                               LodData *data);

/* Frees the arrays and clears the structure; a cleared one is accepted. */
PetscErrorCode LodDataDestroy(LodData *data);

#endif
