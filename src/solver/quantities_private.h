/* The kinds of quantities, a file each. */
#ifndef LODNET_SOLVER_QUANTITIES_PRIVATE_H
#define LODNET_SOLVER_QUANTITIES_PRIVATE_H

#include "solver/quantities.h"

/* The Q1 function that quantities are of; borrowed. */
typedef struct {
  const PetscInt
               *cells; /* of its mesh: coarse or fine; with c, Robin faces or holes the fine one */
  const double *values;
} LodQuantityField;

/* Appends a quantity; its name is printf's. */
PetscErrorCode LodQuantitiesAdd(LodQuantities *quantities, double value, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* inflow_*, source, wells, reaction, balance. */
PetscErrorCode LodQuantitiesAddFlows(const LodQuantityProblem *problem,
                                     const LodQuantityParts *parts, const LodSolveResult *result,
                                     const LodQuantityField *u, LodQuantities *quantities);

/* point *, mean *. */
PetscErrorCode LodQuantitiesAddPlaces(const LodQuantityProblem *problem, const LodQuantityField *u,
                                      LodQuantities *quantities);

/* Whether the cell `index` of the mesh cells[] lies in D, and the position of its coefficient cell;
   a mesh that does not refine the coefficient's is for a D without holes, and *position then 0. */
PetscBool LodQuantityCellIsInside(const LodCoefficient *coefficient, const PetscInt cells[],
                                  const PetscInt index[LOD_MAX_DIM], PetscInt *position);

#endif
