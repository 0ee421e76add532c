/* Q1 finite elements on the Cartesian meshes: element matrices. */
#ifndef LODNET_FEM_ELEMENT_H
#define LODNET_FEM_ELEMENT_H

#include "grid/coefficient.h"

/* Stiffness (A = 1) and mass matrix of one cell with the sides side[dim], [a][b] over corners, x
   fastest. */
void LodElementStiffness(PetscInt dim, const double side[], double matrix[]);
void LodElementMass(PetscInt dim, const double side[], double matrix[]);

/* matrix[a][b] += factor * integral of grad Lam_b . grad Lam_a over sub-cell number `part` of
   `inside`, the box of sub-cells into which a cell with the sides side[] is divided, Lam being the
   cell's corner functions. */
void LodCellStiffnessPart(const LodBox *inside, const double side[], PetscInt part, double factor,
                          double matrix[]);

/* The box of coefficient cells in a coarse cell, [0, E/N) along each axis. */
LodBox LodCellInside(const LodGrid *grid);

/* Stiffness of the coarse corner functions on one coarse cell, a_T(Lam_b, Lam_a) as matrix[a][b]; A
   is constant on the coefficient cells inside, so the integral is the exact sum over them. `index`
   is the coarse cell's multi-index. */
void LodCellStiffness(const LodGrid *grid, const LodCoefficient *coefficient,
                      const PetscInt index[LOD_MAX_DIM], double matrix[]);

#endif
