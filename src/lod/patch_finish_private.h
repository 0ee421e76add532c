/* From the dense block that is left of a patch to its local operator. */
#ifndef LODNET_LOD_PATCH_FINISH_PRIVATE_H
#define LODNET_LOD_PATCH_FINISH_PRIVATE_H

#include "lod/exact.h"
#include "lod/window_private.h"

/* Where everything goes, for one kind of patch. */
typedef struct LodPatchFinish LodPatchFinish;

PetscErrorCode LodPatchFinishCreate(const LodGrid *grid, const LodWindow *window,
                                    LodPatchFinish **finish);
PetscErrorCode LodPatchFinishDestroy(LodPatchFinish **finish);

/* Doubles of workspace that LodPatchFinishCompute needs. */
size_t LodPatchFinishWorkspace(const LodPatchFinish *finish);

/* Solves for the multipliers and writes entries[z][j]. With all fine nodes eliminated the block is
   D = -[C; g; b] K^-1 [C; g; b]^T; then lam = D_CC^-1 D_Cb, S_T[z,j] = lam_z for nodes z inside the
   patch, and a_T(Lam_j, phi_z) + D_gb - D_gC lam for the nodes whose test column was kept (patch
   boundary, Dirichlet faces). corner[z][j] = a_T(Lam_j, Lam_z). Returns -1, or the pivot that
   failed. If the patch floats, one node is left, too; it goes after the constraints, its pivot
   being negative then.

   If the block has a source column, loads[z] is computed from it as entries[z][j] are from b_j,
   with source[z] = l_T(Lam_z) in place of corner[z][j]; else both are ignored. */
int LodPatchFinishCompute(const LodPatchFinish *finish, const LodBlock *block, const double *corner,
                          const double *source, double *workspace, double *entries, double *loads);

/* For a window of corrections: values[] of its variables in the sense of back substitution, the
   multipliers of the source column and -1 for that. */
int LodPatchFinishMultipliers(const LodPatchFinish *finish, const LodBlock *block,
                              double *workspace, double *values);

/* Work of LodPatchFinishCompute, and the bytes that the object holds. */
LodExactWork LodPatchFinishWork(const LodPatchFinish *finish);
size_t       LodPatchFinishMemory(const LodPatchFinish *finish);

#endif
