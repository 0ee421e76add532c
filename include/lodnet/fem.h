/* Q1 finite elements on the Cartesian meshes: element matrices, reference problems, norms.

   Nodal vectors here are plain arrays over all (cells+1)^d nodes of a mesh, boundary included, x
   fastest, unless a PETSc Vec is named, which holds the free nodes (LodGridFreeNodes) only. */
#ifndef LODNET_FEM_H
#define LODNET_FEM_H

#include <lodnet/coefficient.h>
#include <lodnet/expression.h>
#include <lodnet/grid.h>
#include <petscksp.h>

/* Stiffness (A = 1) and mass matrix of one cell of side `side`, [a][b] over corners, x fastest. */
void LodElementStiffness(PetscInt dim, double side, double matrix[]);
void LodElementMass(PetscInt dim, double side, double matrix[]);

/* matrix[a][b] += factor * integral of grad Lam_b . grad Lam_a over sub-cell number `part` (x
   fastest) of the ratio^d sub-cells of a cell of side `side`, Lam being the cell's corner
   functions. */
void LodCellStiffnessPart(PetscInt dim, double side, PetscInt ratio, PetscInt part, double factor,
                          double matrix[]);

/* Stiffness of the coarse corner functions on one coarse cell, a_T(Lam_b, Lam_a) as matrix[a][b]; A
   is constant on k^d coefficient cells inside, so the integral is the exact sum over them. `index`
   is the coarse cell's multi-index. */
void LodCellStiffness(const LodGrid *grid, const LodCoefficient *coefficient,
                      const PetscInt index[LOD_MAX_DIM], double matrix[]);

/* Nodal values of an expression on all nodes of the mesh of `cells` cells per axis. values[] is the
   caller's, (cells+1)^d long. */
PetscErrorCode LodNodalValues(LodExpression *expression, PetscInt dim, PetscInt cells,
                              double *values);

/* Q1 solution of -div(A grad u) = f on the mesh of `cells` cells per axis (a multiple of the
   coefficient's cells, or, for the plain coarse solution, a divisor: element integrals of the
   piecewise constant A are then exact sums over the coefficient cells inside). `rhs` is the load of
   f on the fine mesh (LodFineLoad). Gives u at all nodes of the mesh, on every rank. Solved by
   PETSc, CG with a multigrid preconditioner to relative tolerance 1e-10 unless options with prefix
   -fine_ / -coarse_ say otherwise. The result does not depend on the units of A and f; an error if
   rounding has taken its digits (see below). Collective. */
typedef struct {
  double   seconds_assembly, seconds_setup, seconds_solve;
  PetscInt iterations;
  double   residual; /* relative */
} LodSolveStatistics;

PetscErrorCode LodFineSolve(MPI_Comm comm, const LodGrid *grid, const LodCoefficient *coefficient,
                            const double *rhs, double *solution, LodSolveStatistics *statistics);
PetscErrorCode LodCoarseQ1Solve(MPI_Comm comm, const LodGrid *grid,
                                const LodCoefficient *coefficient, const double *rhs,
                                double *solution, LodSolveStatistics *statistics);

/* Rounding. An assembled matrix holds the small values of A as differences of large ones: what is
   left of them after rounding may be nothing, and no residual shows it. Where the contrast is above
   LOD_SAFE_CONTRAST, solutions are therefore computed a second time, with A multiplied by a factor
   that changes all last digits and the diagonals of all cell matrices raised by 2^-50 of
   themselves, which is what rounding does at least; if the two differ by more than 1e-6 in relative
   L2, neither is given out. Below that contrast rounding takes at most about 1e-7
   (tests/test_contrast.c). In one dimension, where a single cell can cut D, it also grows with the
   number of cells: there the contrast times cells / LOD_SAFE_CELLS counts.

   LodDigitsAreInDoubt asks for that, on a mesh of `cells` per axis. LodDigitsPerturb raises the
   diagonals of cell matrices [m][a][b] and multiplies them by `factor`: LOD_DIGITS_FACTOR, or 1 if
   A is multiplied by that. LodDigitsCompare compares a solution of system `what` with that of the
   changed one, again[], which it takes back to the units of the first; an error if they differ. */
#define LOD_SAFE_CONTRAST 1e6
#define LOD_SAFE_CELLS 128
#define LOD_DIGITS_FACTOR 0.7291203743 /* no power of two */
PetscErrorCode LodDigitsAreInDoubt(const LodCoefficient *coefficient, PetscInt cells,
                                   PetscBool *doubt);
void LodDigitsPerturb(PetscInt corners, PetscInt n_matrices, double factor, double *matrices);
PetscErrorCode LodDigitsCompare(const char *what, PetscInt dim, PetscInt cells,
                                const LodCoefficient *coefficient, const double *solution,
                                double *again);

/* The stiffness matrix of Q1 on the coarse mesh over its free nodes, rows and columns as in
   LodCoarseSystem; the caller destroys it. Collective. */
PetscErrorCode LodCoarseStiffness(MPI_Comm comm, const LodGrid *grid,
                                  const LodCoefficient *coefficient, Mat *stiffness);

/* The fine load of a right-hand side f: load[(F+1)^d], the integrals of f times the hat function of
   every node of the fine mesh. It is what `rhs` is everywhere: coarse loads follow from it exactly.

   LodFineLoad: f given as text, named `where` in messages; integrated by Gauss points, in more and
   smaller parts of a fine cell where f is not smooth: oscillations and jumps are resolved as far as
   a bounded number of points goes. Where that leaves more than an estimated 0.1 % (of the integral
   of |f|) it warns. A value that is not finite at a point of the quadrature is an input error.
   OpenMP threads; the result does not depend on their number.

   LodNodalLoad: f the Q1 function with values[] at the nodes of a mesh of `cells` cells per axis;
   exact; `load` may be `values`. */
PetscErrorCode LodFineLoad(const LodGrid *grid, const char *text, const char *where, double *load);
PetscErrorCode LodNodalLoad(PetscInt dim, PetscInt cells, const double *values, double *load);

/* The load of the hat functions of the mesh of `cells` cells per axis (a divisor of F), which are
   combinations of fine ones: the fine load rhs[] times the transpose of the interpolation.
   load[(cells+1)^d], on all nodes. */
PetscErrorCode LodLoad(const LodGrid *grid, const double *rhs, PetscInt cells, double *load);

/* The same load as a Vec over the free nodes of that mesh, in units of 2^*exponent, in which its
   largest entry is about 1 (base.h, Units). Collective. */
PetscErrorCode LodLoadVec(const LodGrid *grid, const double *rhs, PetscInt cells, Vec load,
                          int *exponent);

/* Between a Vec over the free nodes of a mesh and an array over all its nodes. LodNodesToVec takes
   this rank's part from nodes[]; LodVecToNodes gives all values on every rank, 0 at Dirichlet
   nodes. Both collective. */
PetscErrorCode LodNodesToVec(const LodGrid *grid, PetscInt cells, const double *nodes, Vec vector);
PetscErrorCode LodVecToNodes(const LodGrid *grid, PetscInt cells, Vec vector, double *nodes);

/* Makes a preconditioner algebraic multigrid, the best that this PETSc has. */
PetscErrorCode LodMultigrid(PC preconditioner);

/* KSPSolve that turns failure to converge into an error; `what` names the solve in the message. */
PetscErrorCode LodSolve(KSP solver, const char *what, Vec rhs, Vec solution);

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
