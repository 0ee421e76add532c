/* Quantities of interest of a solution: flows through faces, energy, values at points, means. */
#ifndef LODNET_SOLVER_QUANTITIES_H
#define LODNET_SOLVER_QUANTITIES_H

#include "problem/data.h"
#include "solver/solve.h"

/* A point, or a box with the corners low and high, in the coordinates of D. */
typedef struct {
  PetscInt    n; /* how many coordinates were given: the dimension, if they fit */
  double      low[LOD_MAX_DIM], high[LOD_MAX_DIM]; /* of a point the same */
  const char *text;                                /* as it was given, "0.2,0.8"; borrowed */
  const char *where; /* in messages; NULL: --point or --mean; borrowed */
} LodQuantityPlace;

/* What is asked for beside flows and energy; borrowed. */
typedef struct {
  PetscInt                n_points, n_means;
  const LodQuantityPlace *points, *means;
} LodQuantityRequest;

/* Input errors `--point 2,0.5: ...` and `--mean ...`: coordinates that are not as many as D has
   axes, places outside D or in its holes, empty boxes. */
PetscErrorCode LodQuantityRequestCheck(const LodQuantityRequest *request, const LodGrid *grid,
                                       const LodCoefficient *coefficient);

/* Data of the problem, integrated face by face: the parts of the sum of a load. Of flux faces
   face[axis][side] is the integral of q, of Robin faces that of r g, else 0. */
typedef struct {
  double face[LOD_MAX_DIM][2], source, wells;
} LodQuantityParts;

/* What quantities are computed from, all borrowed. */
typedef struct {
  const LodGrid            *grid;
  const LodCoefficient     *coefficient;
  const LodConditions      *conditions; /* NULL: none */
  const LodData            *data;
  const char               *rhs, *rhs_where; /* f, of which data are, and its name in messages */
  const LodQuantityRequest *request;         /* NULL: none */
} LodQuantityProblem;

/* The parts of the load. At Dirichlet walls data->load leaves out the hat functions of their nodes:
   there f and all data are integrated once more, with all of them. */
PetscErrorCode LodQuantityPartsCompute(const LodQuantityProblem *problem, LodQuantityParts *parts);

/* Names and values, the same names for every solution of a problem. Owned. In order:
   - inflow_left, .. of every face: of Dirichlet faces the sum over their nodes z of
     a(u_ms, phi_z) - l(phi_z), a node of several Dirichlet faces counting for each in proportion to
     the integral of its hat function there; of flux faces the integral of q, of Robin faces that of
     r (g - u), of natural ones 0; inflow_walls, where walls of holes have u = 0, what balances the
     rest: rows of their nodes are no part of any system;
   - source, the integral of f; wells, the sum of their rates; reaction, that of c u;
   - balance = inflows + source + wells - reaction, which is 0 of u_ms, in exact numbers; not with
     inflow_walls;
   - energy, a(u, u), and load, l(u), which are the same for a solution where u = 0 is all that is
     given of u: where they differ by more than a tenth a warning says so;
   - point P, the value at each point; mean B, the mean over each box, of its part in D.
   u is u_ms where it was reconstructed, else the solution: `of` says which ("u_ms", "u_H", "u");
   then the energy of a compressed solution is a(P u_H, u_H), which is that of P u_H up to the
   error of localisation. */
typedef struct {
  char   name[96];
  double value;
} LodQuantity;
typedef struct {
  const char  *of;
  PetscInt     n;
  LodQuantity *items;
} LodQuantities;

/* Computes them from a solution, with its load and form; every rank by itself. */
PetscErrorCode LodQuantitiesCompute(const LodQuantityProblem *problem,
                                    const LodQuantityParts *parts, const LodSolveResult *result,
                                    LodQuantities *quantities);
PetscErrorCode LodQuantitiesDestroy(LodQuantities *quantities);

/* The value of a name; NaN if there is none. */
double LodQuantitiesValue(const LodQuantities *quantities, const char *name);

/* Their names, one a line, to be freed with PetscFree; and values[n]. For solution files. */
PetscErrorCode LodQuantitiesNames(const LodQuantities *quantities, char **names);
void           LodQuantitiesValues(const LodQuantities *quantities, double *values);

/* What a report says beside them; borrowed. Of texts NULL is left out. */
typedef struct {
  const LodGrid       *grid;
  const char          *coefficient, *method, *model; /* names of files and of the method */
  const char          *rhs, *boundary, *wells, *reaction;
  PetscBool            correct;
  const LodQuantities *quantities;
  double               seconds_operator, seconds_solve;
} LodQuantityFindings;

/* Writes a report (JSON), whole or not at all. */
PetscErrorCode LodQuantitiesReport(const LodQuantityFindings *findings, const char *path);

/* Prints them on standard output, with labels of ten letters. */
void LodQuantitiesPrint(const LodQuantities *quantities, const LodGrid *grid);

#endif
