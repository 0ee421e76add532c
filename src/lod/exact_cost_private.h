/* Counting of work and memory from the plans of the shared elimination. */
#ifndef LODNET_LOD_EXACT_COST_PRIVATE_H
#define LODNET_LOD_EXACT_COST_PRIVATE_H

#include "lod/exact.h"
#include "lod/window_private.h"

/* The part of an estimate of memory (LodExactEstimate) that is needed for certain, the formulas
   being formulas. The plans, once made, are asked again. */
#define LOD_EXACT_SLACK 0.5

/* What to do where the shared elimination needs more memory than there is. */
#define LOD_EXACT_REMEDY                                                                           \
  "choose fewer layers (ell) or fine cells (fine), or fewer threads (OMP_NUM_THREADS)"

/* Flops of eliminating the first n_eliminated of n variables of a symmetric front: for pivot i one
   square root, n-i-1 divisions, (n-i-1)(n-i)/2 multiplications and as many subtractions, together
   (n-i)^2. */
double LodFrontFlops(PetscInt n_eliminated, PetscInt n);

/* Bytes of the upper triangle of a symmetric matrix of n variables. */
double LodTriangleBytes(PetscInt n);

/* sum += times * part. */
void LodWorkAdd(LodExactWork *sum, double times, LodExactWork part);

/* Work of eliminating a plan's front alone, of a whole merge (LodMerge), and of all merges of a
   window (LodWindowMerge). */
LodExactWork LodFrontWork(const LodMergePlan *plan);
LodExactWork LodMergeWork(const LodMergePlan *plan);
LodExactWork LodWindowWork(const LodWindow *window);

/* Bytes that a plan and a window hold. */
size_t LodMergeMemory(const LodMergePlan *plan);
size_t LodWindowMemory(const LodWindow *window);

#endif
