/* Exact local operators by localized orthogonal decomposition. */
#ifndef LODNET_LOD_EXACT_H
#define LODNET_LOD_EXACT_H

#include "lod/local_operators.h"

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
   functionals, every line of 2l+1 cells once, and a patch adds only its last eliminations; the
   multipliers of the constraints I_h Q_j = 0 are the operator, so nothing is substituted back. Same
   results as LodExactPatchCreate (tests/test_shared.c). */
PetscErrorCode LodExactSharedCreate(const LodGrid *grid, LodLocalOperators **operators);

/* The shared path for all patches that the mask of the coefficient does not touch, the reference
   path for the others. */
PetscErrorCode LodExactMaskedCreate(const LodGrid *grid, LodLocalOperators **operators);

/* The exact path in use: shared, or what the PETSc option -lod_exact (shared, patch) says; for any
   mask. */
PetscErrorCode LodExactCreate(const LodGrid *grid, LodLocalOperators **operators);

/* Before anything is planned or allocated: refuses a mesh that this machine has no memory for, and
   says (progress.h, LodWorkAnnounce) if the exact operators of `times` coefficients will take long
   by the shared path on `n_ranks` processes. Local loads take a hundredth more memory, corrections
   less than operators, or for few large cells, whose fronts are all kept, up to twice as much; both
   are asked for once more from their plans. */
PetscErrorCode LodExactForesee(const LodGrid *grid, double times, PetscMPIInt n_ranks,
                               PetscBool quiet);

/* Cost model.

   The shared path works in three phases: every cell once, windows (lines, and for d = 3 slabs, of
   2l+1 cells), patches; the reference path has patches only. Its plans tell the exact number of
   operations, which the functions below sum up. For d > 1 and a ratio r = F/N that grows with l
   fixed, a cell (its own share of all phases) takes

     r^(3(d-1)) [ c_d + sum over axes a = 0..d-1 of (2l+1)^(3a) w(2(d-1-a)) ]  flops,
     w(s) = sum over i = 2..l+1 of g(s i + 1) + sum over i = 2..l of g(s i + 1) + g(s (2l+1)),
     g(m) = 1/3 + m + m^2,   c_2 = 371/6,   c_3 = 1077/14,

   the terms being the cell (nested dissection), the windows along each axis but the last, and the
   patch (a = d-1). Each merge of a window along axis a eliminates (2l+1)^a r^(d-1) nodes, keeping m
   times as many: g(m) is their Cholesky elimination. Memory moves O((l + 1) (2l+1)^(2a) r^(2(d-1)))
   bytes a window. The columns carried along (functionals, tests, loads: about 2 (2l+2)^d) are of
   lower order in r, but at r = 16, l = 2 they double the number; the functions count them. */
typedef enum {
  LOD_EXACT_CELLS,
  LOD_EXACT_WINDOWS,
  LOD_EXACT_PATCHES,
  LOD_EXACT_PHASES
} LodExactPhase;

/* flops: of the eliminations, an addition, multiplication, division and square root being one each;
   flops_padded: the same for sizes as they are padded to whole vector registers; bytes: what is
   read and written when fronts are cleared, filled from their children, eliminated (each entry
   once: a front is taken to stay in the cache) and packed. */
typedef struct {
  double flops, flops_padded, bytes;
} LodExactWork;

/* Work of one call of compute, and the bytes that the object holds at its peak: plans, stored
   blocks and one workspace a thread. The caller's array of operators is not among them. */
typedef struct {
  LodExactWork work[LOD_EXACT_PHASES];
  size_t       memory;
} LodExactCost;

/* What compute(first, last) costs with as many threads as OpenMP would now use; computes nothing.
   `operators` must come from LodExactSharedCreate. */
PetscErrorCode LodExactSharedCost(const LodLocalOperators *operators, PetscInt first, PetscInt last,
                                  LodExactCost *cost);

/* About the same for all cells of a grid by the shared path, from formulas and at once: flops
   within a quarter and memory within a half of what the plans tell where the work is worth a
   thought; flops_padded is left 0, bytes are those of fronts that no cache holds. */
PetscErrorCode LodExactEstimate(const LodGrid *grid, LodExactCost *cost);

/* Seconds that this work takes on this machine with as many threads as OpenMP would now use; where
   it is more than a moment, the rate of one elimination is measured for that (some 50 ms). */
PetscErrorCode LodExactSecondsOf(const LodExactCost *cost, double *seconds);

/* Seconds of wall clock that the latest call of compute spent in each phase. */
PetscErrorCode LodExactSharedSeconds(const LodLocalOperators *operators,
                                     double                   seconds[LOD_EXACT_PHASES]);

/* The same for LodExactPatchCreate: flops from CHOLMOD's analysis of each patch's shape (which must
   have been met by a call of compute), those of the dense parts added; bytes are not modelled
   (NaN). `memory` is CHOLMOD's own account of its peak so far. */
PetscErrorCode LodExactPatchCost(const LodLocalOperators *operators, PetscInt first, PetscInt last,
                                 LodExactCost *cost);

#endif
