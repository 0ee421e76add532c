/* Steps 2 to 4 of a patch problem (patch_problem.c), its right-hand sides being there. */
#include <cblas.h>

#include "lod/masked_private.h"
#include "lod/patch_problem_private.h"

#include <petscblaslapack.h>

/* Pinning. Where a patch floats (patch.h), K may be singular. One node p is pinned then: K has the
   row and column of the identity there, and right[] one column more, K_p. Steps 2 and 3 are those
   of the other nodes, for t = 0, t being the value at p; with v = C_p - C K^-1 K_p and w = (C K^-1
   C^T)^-1 v the multipliers become lam + w t, Q = W - Y lam - (K^-1 K_p) t, and row p of the system
   says t = (b_p - K_p K^-1 b - v lam) / (v w + K_pp - K_p K^-1 K_p). */

void LodPatchPin(cholmod_sparse *matrix, size_t column, LodPatchWorkspace *work) {
  const int *start = matrix->p, *rows = matrix->i;
  double    *values = matrix->x, *pin = (double *)work->right->x + column * work->right->d;
  int        node = (int)matrix->ncol;
  for (PetscBool has_neighbours = PETSC_FALSE; !has_neighbours && node > 0;) {
    node--; /* unknowns outside a mask have none */
    for (int i = start[node]; i < start[node + 1]; i++)
      if (rows[i] != node && values[i] != 0) has_neighbours = PETSC_TRUE;
  }
  for (int i = start[node]; i < start[node + 1]; i++) {
    pin[rows[i]] = values[i];
    values[i] = rows[i] == node ? 1 : 0;
  }
  work->pinned_node = node;
}

/* Takes the pinned node's row out of all right-hand sides, into pinned[]. */
static void TakePinnedRow(LodPatchWorkspace *work) {
  for (size_t column = 0; column < work->right->ncol; column++) {
    double *value = (double *)work->right->x + column * work->right->d + work->pinned_node;
    work->pinned[column] = *value;
    *value = 0;
  }
}

/* The dot product of two columns, by number, over the unknowns. */
static double ColumnProduct(const cholmod_dense *a, PetscInt i, const cholmod_dense *b,
                            PetscInt j) {
  return cblas_ddot((int)a->nrow, (const double *)a->x + (size_t)i * a->d, 1,
                    (const double *)b->x + (size_t)j * b->d, 1);
}

/* Writes v behind the right-hand sides of step 3, where it becomes w, and behind that. */
static void FillPinnedColumn(LodPatchWorkspace *work, PetscInt m, PetscInt columns) {
  double *w = work->multipliers + (size_t)m * (size_t)columns;
  for (PetscInt c = 0; c < m; c++)
    w[c] = w[m + c] = work->pinned[c] - ColumnProduct(work->right, c, work->solved, m + columns);
}

/* Computes t[] of all columns and adds w t to the multipliers. */
static LodPatchStatus ReleasePin(LodPatchWorkspace *work, PetscInt m, PetscInt columns, double *t) {
  const PetscInt pin = m + columns; /* column of K_p */
  const double  *w = work->multipliers + (size_t)m * (size_t)columns, *v = w + m;
  const double   pivot = work->pinned[pin] + cblas_ddot(m, v, 1, w, 1) -
                       ColumnProduct(work->right, pin, work->solved, pin);
  if (!(pivot > 0)) return LOD_PATCH_NOT_DEFINITE;
  for (PetscInt j = 0; j < columns; j++) {
    double *lam = work->multipliers + (size_t)j * (size_t)m;
    t[j] = (work->pinned[m + j] - ColumnProduct(work->right, pin, work->solved, m + j) -
            cblas_ddot(m, v, 1, lam, 1)) /
           pivot;
    cblas_daxpy(m, t[j], w, 1, lam, 1);
  }
  return LOD_PATCH_OK;
}

/* Step 3 for m > 0 constraints and so many columns of W, and for v if there is a pinned node. */
static LodPatchStatus SolveMultipliers(const LodPatch *patch, LodPatchWorkspace *work, PetscInt m,
                                       PetscInt columns, PetscBool pinned) {
  const double  *constraint = work->right->x, *y = work->solved->x;
  const int      n = (int)work->right->nrow, ld = (int)work->solved->d;
  const PetscInt all = columns + (pinned ? 1 : 0);
  PetscBLASInt   info;
  cblas_dgemm(CblasColMajor, CblasTrans, CblasNoTrans, m, m, n, 1, constraint, (int)work->right->d,
              y, ld, 0, work->schur, m);
  cblas_dgemm(CblasColMajor, CblasTrans, CblasNoTrans, m, columns, n, 1, constraint,
              (int)work->right->d, y + (size_t)m * (size_t)ld, ld, 0, work->multipliers, m);
  if (pinned) FillPinnedColumn(work, m, columns);
  if (patch->masked) {
    info = LodMaskedSolve(m, work->schur, (int)all, work->multipliers);
    if (info) return info == 1 ? LOD_PATCH_NO_MEMORY : LOD_PATCH_CONSTRAINTS;
    return LOD_PATCH_OK;
  }
  LAPACKpotrf_("L", &m, work->schur, &m, &info);
  if (info) return LOD_PATCH_CONSTRAINTS;
  LAPACKpotrs_("L", &m, &all, work->schur, &m, work->multipliers, &m, &info);
  return info ? LOD_PATCH_CONSTRAINTS : LOD_PATCH_OK;
}

LodPatchStatus LodPatchSolveColumns(const LodPatch *patch, LodPatchWorkspace *work,
                                    const LodPatchShape *shape, PetscInt n_constraints,
                                    PetscInt columns, const double **q) {
  const PetscInt  m = n_constraints;
  const PetscBool pinned = (PetscBool)((PetscInt)work->right->ncol > m + columns);
  LodPatchStatus  status = LOD_PATCH_OK;
  double          t[LOD_MAX_CORNERS + 1] = {0};
  if (pinned) TakePinnedRow(work);
  if (!cholmod_solve2(CHOLMOD_A, shape->factor, work->right, NULL, &work->solved, NULL,
                      &work->solve_y, &work->solve_e, &work->common))
    return LOD_PATCH_NO_MEMORY;
  const int ld = (int)work->solved->d, n = (int)work->solved->nrow;
  double   *y = work->solved->x, *w = y + (size_t)m * (size_t)ld;
  *q = w;
  if (m > 0) status = SolveMultipliers(patch, work, m, columns, pinned);
  if (!status && pinned) status = ReleasePin(work, m, columns, t);
  if (status) return status;
  if (m > 0)
    cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, n, columns, m, -1, y, ld,
                work->multipliers, m, 1, w, ld);
  for (PetscInt j = 0; j < columns && pinned; j++) {
    cblas_daxpy(n, -t[j], w + (size_t)columns * (size_t)ld, 1, w + (size_t)j * (size_t)ld, 1);
    w[(size_t)j * (size_t)ld + (size_t)work->pinned_node] = t[j];
  }
  return LOD_PATCH_OK;
}
