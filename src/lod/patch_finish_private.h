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
   failed. */
int LodPatchFinishCompute(const LodPatchFinish *finish, const LodBlock *block, const double *corner,
                          double *workspace, double *entries);

/* Work of LodPatchFinishCompute, and the bytes that the object holds. */
LodExactWork LodPatchFinishWork(const LodPatchFinish *finish);
size_t       LodPatchFinishMemory(const LodPatchFinish *finish);

#endif
