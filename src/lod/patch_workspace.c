/* The memory of one thread that solves corrector problems of patches. */
#include <stdlib.h>
#include <string.h>

#include "lod/local_operators.h"
#include "lod/patch_problem_private.h"

size_t LodPatchMemory(const LodGrid *grid, const LodPatchWorkspace *work) {
  size_t nodes = (size_t)LodGridPatchNodes(grid), corners = (size_t)LodGridCorners(grid);
  return work->common.memory_usage +
         (nodes * (nodes + corners + 4) + corners * (size_t)LodSourceSize(grid)) * sizeof(double) +
         nodes * sizeof(PetscInt);
}

LodPatchStatus LodPatchWorkspaceBegin(const LodGrid *grid, LodPatchWorkspace *work) {
  size_t nodes = (size_t)LodGridPatchNodes(grid), corners = (size_t)LodGridCorners(grid);
  memset(work, 0, sizeof *work);
  if (!cholmod_start(&work->common)) return LOD_PATCH_NO_MEMORY;
  work->common.print = 0;
  work->common.error_handler = NULL;
  work->schur = malloc(nodes * nodes * sizeof(double));
  work->multipliers = malloc(nodes * (corners + 3) * sizeof(double));
  work->pinned = malloc((nodes + corners + 2) * sizeof(double));
  work->constraint_row = malloc(nodes * sizeof(PetscInt));
  work->functionals = malloc(corners * (size_t)LodSourceSize(grid) * sizeof(double));
  return work->schur && work->multipliers && work->pinned && work->constraint_row &&
                 work->functionals
             ? LOD_PATCH_OK
             : LOD_PATCH_NO_MEMORY;
}

void LodPatchWorkspaceEnd(LodPatchWorkspace *work) {
  while (work->shapes) {
    LodPatchShape *shape = work->shapes;
    work->shapes = shape->next;
    cholmod_free_sparse(&shape->matrix, &work->common);
    cholmod_free_factor(&shape->factor, &work->common);
    free(shape);
  }
  cholmod_free_dense(&work->right, &work->common);
  cholmod_free_dense(&work->solved, &work->common);
  cholmod_free_dense(&work->solve_y, &work->common);
  cholmod_free_dense(&work->solve_e, &work->common);
  cholmod_finish(&work->common);
  free(work->schur);
  free(work->multipliers);
  free(work->pinned);
  free(work->constraint_row);
  free(work->functionals);
  free(work->held);
  memset(work, 0, sizeof *work);
}
