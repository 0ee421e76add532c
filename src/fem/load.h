/* The load of a right-hand side on the fine mesh. */
#ifndef LODNET_FEM_LOAD_H
#define LODNET_FEM_LOAD_H

#include "base/field.h"
#include "fem/load_layout.h"

/* The fine load of a right-hand side f: load[nodes of the fine mesh], the integrals of f times the
   hat function of every node of the fine mesh. It is what `rhs` is everywhere: coarse loads follow
   from it exactly.

   LodLoadFromText: f given as text, named `where` in messages; integrated by Gauss points, in more
   and smaller parts of a fine cell where f is not smooth: oscillations and jumps are resolved as
   far as a bounded number of points goes. Where that leaves more than an estimated 0.1 % (of the
   integral of |f|) it warns. A value that is not finite at a point of the quadrature is an input
   error. OpenMP threads; the result does not depend on their number.

   LodFieldLoad: the same for any function, by as many threads as it is for (omp_get_max_threads at
   most).

   LodCellLoad: f has one value per coefficient cell; exact.

   LodLoadFromNodes: f the Q1 function with values[] at the nodes of a mesh of D; exact; `load` may
   be `values`. */
PetscErrorCode LodLoadFromText(const LodGrid *grid, const char *text, const char *where,
                               double *load);
PetscErrorCode LodFieldLoad(const LodGrid *grid, LodField *field, double *load);
PetscErrorCode LodCellLoad(const LodGrid *grid, const double *values, double *load);
PetscErrorCode LodLoadFromNodes(const LodGrid *grid, const PetscInt cells[], const double *values,
                                double *load);

/* The integrals behind them, in any layout (load_layout.h): LodFieldIntegrate of f times
   factor[coefficient cells] (NULL: 1), LodCellIntegrate of a value per coefficient cell.
   LodConstantLoad: the load of a constant. */
PetscErrorCode LodFieldIntegrate(const LodGrid *grid, LodField *field, LodLoadLayout layout,
                                 const double *factor, double *integrals);
PetscErrorCode LodCellIntegrate(const LodGrid *grid, const double *values, LodLoadLayout layout,
                                double *integrals);
void           LodConstantLoad(const LodGrid *grid, double value, double *load);

#endif
