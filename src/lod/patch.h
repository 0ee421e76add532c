/* The patch N^l(T) and its index sets. */
#ifndef LODNET_LOD_PATCH_H
#define LODNET_LOD_PATCH_H

#include "grid/grid.h"

/* Everything is a box in global indices; a number in a box is the position in it, x fastest. */
typedef struct {
  PetscInt  cell;                    /* T */
  PetscInt  cell_index[LOD_MAX_DIM]; /* T's multi-index */
  LodBox    cells;                   /* coarse cells, cut at the boundary of D */
  LodBox    coarse_nodes;            /* coarse nodes of these cells */
  LodBox    uncut_nodes;             /* (2l+2)^d nodes of the uncut patch: rows of S_T */
  LodBox    unknowns;                /* fine nodes where a corrector may be nonzero */
  PetscBool masked;                  /* a mask touches it (masked_private.h) */
} LodPatch;

/* Whether correctors may have any value at every fine node of the patch: all its sides are natural
   faces of D. The stiffness of such a patch is singular, unless c or r is positive somewhere. Not
   if a mask touches it: its unknowns are told by LodMaskedHolds. */
PetscBool LodPatchFloats(const LodGrid *grid, const LodPatch *patch);

/* The patch of coarse cell `cell`. */
LodPatch LodGridPatch(const LodGrid *grid, PetscInt cell);

#endif
