/* Exact local operators by localized orthogonal decomposition. */
#ifndef LODNET_EXACT_H
#define LODNET_EXACT_H

#include <lodnet/local_operators.h>

/* The reference path: for every cell T the corrector problem on its patch,

     [K C^T; C 0] [Q_j; lam] = [b_j; 0],   b_j = a_T(Lam_j, .),

   by a sparse Cholesky factorisation of K (CHOLMOD; the symbolic part is reused for all patches of
   one shape) and the dense Schur complement C K^-1 C^T, then S_T straight from its definition,
   S_T[z,j] = a_T(Lam_j, phi_z) - a(Q_j, phi_z). Source: Kroepfl, Maier, Peterseim, Adv. Cont.
   Discr. Models 2022:29, section 2; Engwer, Henning, Malqvist, Peterseim, "Efficient implementation
   of the localized orthogonal decomposition method", CMAME 350 (2019), section 3. Cost for d = 2:
   O(n^1.5) for the factor and O(n log n) for each of the (2l+2)^2 + 4 right-hand sides, n = ((2l+1)
   F/N)^2. */
PetscErrorCode LodExactPatchCreate(const LodGrid *grid, LodLocalOperators **operators);

/* The default path: shared elimination. Every cell is condensed once onto its boundary and its
   functionals, every line of 2l+1 cells once, and a patch adds only its last eliminations; by fact
   1 of DESIGN section 2 the multipliers are the operator, so nothing is substituted back. Same
   results as LodExactPatchCreate (tests/test_shared.c). */
PetscErrorCode LodExactSharedCreate(const LodGrid *grid, LodLocalOperators **operators);

/* The exact path that programs use: shared, or what the PETSc option -lod_exact (shared, patch)
 * says. */
PetscErrorCode LodExactCreate(const LodGrid *grid, LodLocalOperators **operators);

#endif
