/* Q1 finite elements on the Cartesian meshes: cell matrices of the form
   a(u, v) = int A grad u . grad v + c u v + int over Robin faces of r u v. Every matrix of a cell,
   for whatever purpose, comes from here. */
#ifndef LODNET_FEM_ELEMENT_H
#define LODNET_FEM_ELEMENT_H

#include "grid/coefficient.h"

#define LOD_MAX_CORNERS_SQUARED (LOD_MAX_CORNERS * LOD_MAX_CORNERS)

/* Stiffness (A = 1) and mass matrix of one cell with the sides side[dim], [a][b] over corners, x
   fastest. */
void LodElementStiffness(PetscInt dim, const double side[], double matrix[]);
void LodElementMass(PetscInt dim, const double side[], double matrix[]);

/* Integrals of products of the corner functions of a cell, and of their derivatives, [a][b] each:
   over the cell of grad . grad, of the products, over its face LOD_FACE + 2 axis + side of the
   products (in one dimension the value at the point), and over the cell of
   (d_p Lam_a d_q Lam_b + d_q Lam_a d_p Lam_b) / (2 if p = q) for the component (p, q) of A in the
   place LOD_COMPONENT + LodTensorComponent. */
enum {
  LOD_LAPLACE,
  LOD_MASS,
  LOD_FACE,
  LOD_COMPONENT = LOD_FACE + 2 * LOD_MAX_DIM,
  LOD_N_TABLES = LOD_COMPONENT + LOD_MAX_COMPONENTS
};

/* The tables of all cells of a mesh of D that refines the coefficient mesh. */
typedef struct {
  PetscInt dim, corners;
  PetscInt cells[LOD_MAX_DIM]; /* of the mesh */
  PetscInt ratio[LOD_MAX_DIM]; /* cells of the mesh along a coefficient cell */
  double   table[LOD_N_TABLES][LOD_MAX_CORNERS_SQUARED];
} LodCellTables;

/* Tables of the cells of the mesh of cells[] (multiples of the coefficient cells). */
void LodCellTablesInit(const LodGrid *grid, const PetscInt cells[], LodCellTables *tables);

/* In other units: all matrices times 2^exponent. */
void LodCellTablesScale(int exponent, LodCellTables *tables);

/* The position among the coefficient cells of the one in which the cell of the mesh lies. */
PetscInt LodCellPosition(const LodCellTables *tables, const LodCoefficient *coefficient,
                         const PetscInt index[LOD_MAX_DIM]);

/* Whether the cell lies on a Robin face. Cells that do not have the matrix of every other one in
   the same coefficient cell. */
PetscBool LodCellIsOnRobin(const LodCellTables *tables, const LodCoefficient *coefficient,
                           const PetscInt index[LOD_MAX_DIM]);

/* matrix[a][b] = the whole form of the corner functions b and a on the cell with multi-index
   index[] of the mesh; 0 outside the mask, and in rows and columns of nodes on Dirichlet walls
   (grid/domain.h). LodCellRow: row a of it alone, [b]. */
void LodCellMatrix(const LodCellTables *tables, const LodCoefficient *coefficient,
                   const PetscInt index[LOD_MAX_DIM], double matrix[]);
void LodCellRow(const LodCellTables *tables, const LodCoefficient *coefficient,
                const PetscInt index[LOD_MAX_DIM], PetscInt a, double row[LOD_MAX_CORNERS]);

/* matrix[a][b] += factor * integral of grad Lam_b . grad Lam_a over sub-cell number `part` of
   `inside`, the box of sub-cells into which a cell with the sides side[] is divided, Lam being the
   cell's corner functions. */
void LodCellStiffnessPart(const LodBox *inside, const double side[], PetscInt part, double factor,
                          double matrix[]);

/* The box of coefficient cells in a coarse cell, [0, E/N) along each axis. */
LodBox LodCellInside(const LodGrid *grid);

/* Value of the corner function `corner` of a coarse cell at fine node `local` of it, the cell being
   divided into the box `inside` of fine cells. */
double LodCornerFunction(const LodBox *inside, PetscInt corner, const PetscInt local[LOD_MAX_DIM]);

/* The whole form of the coarse corner functions on one coarse cell, a_T(Lam_b, Lam_a) as
   matrix[a][b]; A and c are constant on the coefficient cells, so the integral is the exact sum
   over what each shares with the coarse cell, whether N divides E or not. At Dirichlet walls the
   corner functions are cut, and those of corners on a wall or outside are 0. `index` is the coarse
   cell's multi-index. */
void LodCellStiffness(const LodGrid *grid, const LodCoefficient *coefficient,
                      const PetscInt index[LOD_MAX_DIM], double matrix[]);

#endif
