/* Counting of work and memory from the plans of the shared elimination. */
#ifndef LODNET_LOD_EXACT_COST_PRIVATE_H
#define LODNET_LOD_EXACT_COST_PRIVATE_H

#include "lod/exact.h"
#include "lod/window_private.h"

/* Checks that there are so many bytes for the shared elimination. */
PetscErrorCode LodExactCheckMemory(double bytes);

/* LodExactEstimate, and that n_ranks ranks have the part of its memory that is needed for certain,
   the formulas being formulas. The plans, once made, are asked again. */
PetscErrorCode LodExactEstimateWithin(const LodGrid *grid, PetscMPIInt n_ranks, LodExactCost *cost);

/* Flops of eliminating the first n_eliminated of n variables of a symmetric front: for pivot i one
   square root, n-i-1 divisions, (n-i-1)(n-i)/2 multiplications and as many subtractions, together
   (n-i)^2. */
double LodFrontFlops(PetscInt n_eliminated, PetscInt n);

/* Bytes of the upper triangle of a symmetric matrix of n variables. */
double LodTriangleBytes(PetscInt n);

/* sum += times * part. */
void LodWorkAdd(LodExactWork *sum, double times, LodExactWork part);

/* Work of eliminating a plan's front alone, of a whole merge (LodMergeBlocks), and of all merges of
   a window (LodWindowMerge). */
LodExactWork LodFrontWork(const LodMergePlan *plan);
LodExactWork LodMergeWork(const LodMergePlan *plan);
LodExactWork LodWindowWork(const LodWindow *window);

/* Bytes that a plan and a window hold. */
size_t LodMergeMemory(const LodMergePlan *plan);
size_t LodWindowMemory(const LodWindow *window);

#endif
