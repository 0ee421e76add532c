/* Interpolation and constraints where a mask cuts coarse cells (grid/domain.h). */
#ifndef LODNET_LOD_MASKED_PRIVATE_H
#define LODNET_LOD_MASKED_PRIVATE_H

#include "grid/domain.h"
#include "lod/patch.h"

/* The L2 projection onto the uncut Q1 functions over the part of a coarse cell that lies in D: the
   value at corner a is the sum over the fine nodes i of the closed cell (x fastest) of
   functionals[a][i] u_i; nodes on Dirichlet walls, where u = 0, have 0. The part must not be empty.
   Returns whether the projection could be computed: the corner functions are independent on any
   open set, but not to double precision on one that is too small. */
PetscBool LodMaskedFunctionals(const LodGrid *grid, const LodCoefficient *coefficient,
                               const PetscInt cell[LOD_MAX_DIM], double *functionals);

/* The weight of a coarse cell in the average of I_h at a coarse node: the volume of its part of D
   over that of all cells around the node. */
double LodMaskedWeight(const LodGrid *grid, const LodCoefficient *coefficient,
                       const PetscInt cell[LOD_MAX_DIM], const PetscInt node[LOD_MAX_DIM]);

/* Whether a mask changes anything for the patch of coarse cell `cell`: one of its cells, or of
   those around it, is not wholly in D. */
PetscBool LodMaskTouchesPatch(const LodGrid *grid, const LodCoefficient *coefficient,
                              PetscInt cell);

/* The patch of a coarse cell in D. A corrector vanishes outside of the patch, so that nodes of its
   boundary are unknowns, too, where no cell of D lies beyond. If a mask touches the patch, `masked`
   is set, and the box of unknowns reaches to its boundary; those that are none, being held there,
   on Dirichlet walls, or outside of D, are told by LodMaskedHolds. */
LodPatch  LodMaskedPatch(const LodGrid *grid, const LodCoefficient *coefficient, PetscInt cell);
PetscBool LodMaskedHolds(const LodGrid *grid, const LodCoefficient *coefficient,
                         const LodPatch *patch, const PetscInt node[LOD_MAX_DIM]);

/* Solves schur[m][m] x = rights[columns][m] in place by the pseudo-inverse, for a semidefinite
   matrix (destroyed) and right-hand sides in its range: where D is thin, constraints may depend on
   each other. Returns 0, 1 without memory, or 2 if it fails. */
int LodMaskedSolve(int m, double *schur, int columns, double *rights);

#endif
