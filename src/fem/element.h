/* Q1 finite elements on the Cartesian meshes: element matrices. */
#ifndef LODNET_FEM_ELEMENT_H
#define LODNET_FEM_ELEMENT_H

#include "grid/coefficient.h"

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

#endif
