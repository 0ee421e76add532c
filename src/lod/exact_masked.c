/* Exact operators of domains with a mask: patches that it does not touch come by the shared path,
   the others by the reference path. Without a mask all of them come by the shared one. */
#include "base/error.h"
#include "lod/exact.h"
#include "lod/masked_private.h"

/* State of the path. */
typedef struct {
  LodLocalOperators *shared, *patch; /* owned; patch is made when a mask first needs it */
  PetscBool         *touched;        /* [cell]: the mask touches its patch; NULL: no mask so far */
  PetscBool         *wanted;         /* [cell]: workspace */
  PetscBool          masked;         /* the present coefficient has a mask */
} MaskedPath;

/* Makes what coefficients with a mask need, unless it is there. */
static PetscErrorCode EnsurePatchPath(const LodGrid *grid, MaskedPath *path) {
  PetscFunctionBeginUser;
  if (!path->touched)
    PetscCall(PetscMalloc2(LodGridCells(grid), &path->touched, LodGridCells(grid), &path->wanted));
  if (!path->patch) PetscCall(LodExactPatchCreate(grid, &path->patch));
  PetscFunctionReturn(0);
}

/* Implements LodLocalOperators.set_coefficient. */
static PetscErrorCode SetCoefficient(LodLocalOperators *self, const LodCoefficient *coefficient) {
  MaskedPath *path = self->data;
  PetscFunctionBeginUser;
  path->masked = (PetscBool)(coefficient->mask != NULL);
  PetscCall(LodLocalOperatorsSetCoefficient(path->shared, coefficient));
  if (!path->masked) PetscFunctionReturn(0);
  PetscCall(EnsurePatchPath(&self->grid, path));
  PetscCall(LodLocalOperatorsSetCoefficient(path->patch, coefficient));
  for (PetscInt cell = 0; cell < LodGridCells(&self->grid); cell++)
    path->touched[cell] = LodMaskTouchesPatch(&self->grid, coefficient, cell);
  PetscFunctionReturn(0);
}

/* The options for those cells that the mask touches, or does not; *n_wanted of first <= T < last.
 */
static LodComputeOptions PartOf(MaskedPath *path, PetscInt first, PetscInt last,
                                const LodComputeOptions *options, PetscBool touched,
                                PetscInt *n_wanted) {
  LodComputeOptions part = *options;
  *n_wanted = 0;
  for (PetscInt cell = first; cell < last; cell++) {
    path->wanted[cell] =
        (PetscBool)(LodComputeIsWanted(options, cell) && path->touched[cell] == touched);
    *n_wanted += path->wanted[cell] ? 1 : 0;
  }
  part.wanted = path->wanted;
  return part;
}

/* Implements LodLocalOperators.compute. */
static PetscErrorCode Compute(LodLocalOperators *self, PetscInt first, PetscInt last,
                              const LodComputeOptions *options, double *operators) {
  MaskedPath *path = self->data;
  PetscFunctionBeginUser;
  if (!path->masked)
    PetscCall(LodLocalOperatorsCompute(path->shared, first, last, options, operators));
  for (int touched = 0; touched < 2 && path->masked; touched++) {
    PetscInt                n_wanted;
    const LodComputeOptions part =
        PartOf(path, first, last, options, (PetscBool)touched, &n_wanted);
    if (n_wanted > 0)
      PetscCall(LodLocalOperatorsCompute(touched ? path->patch : path->shared, first, last, &part,
                                         operators));
  }
  PetscFunctionReturn(0);
}

/* Implements LodLocalOperators.correct. */
static PetscErrorCode Correct(LodLocalOperators *self, PetscInt first, PetscInt last,
                              const LodComputeOptions *options, const double *coarse,
                              double *fine) {
  MaskedPath *path = self->data;
  PetscFunctionBeginUser;
  if (!path->masked)
    PetscCall(path->shared->correct(path->shared, first, last, options, coarse, fine));
  for (int touched = 0; touched < 2 && path->masked; touched++) {
    LodLocalOperators      *source = touched ? path->patch : path->shared;
    PetscInt                n_wanted;
    const LodComputeOptions part =
        PartOf(path, first, last, options, (PetscBool)touched, &n_wanted);
    if (n_wanted > 0) PetscCall(source->correct(source, first, last, &part, coarse, fine));
  }
  PetscFunctionReturn(0);
}

/* Implements LodLocalOperators.perturb. */
static PetscErrorCode Perturb(LodLocalOperators *self) {
  MaskedPath *path = self->data;
  PetscFunctionBeginUser;
  if (path->shared->perturb) PetscCall(path->shared->perturb(path->shared));
  PetscCall(EnsurePatchPath(&self->grid, path));
  PetscCall(path->patch->perturb(path->patch));
  PetscFunctionReturn(0);
}

/* Implements LodLocalOperators.destroy. */
static PetscErrorCode Destroy(LodLocalOperators *self) {
  MaskedPath *path = self->data;
  PetscFunctionBeginUser;
  PetscCall(LodLocalOperatorsDestroy(&path->shared));
  PetscCall(LodLocalOperatorsDestroy(&path->patch));
  PetscCall(PetscFree2(path->touched, path->wanted));
  PetscCall(PetscFree(self->data));
  PetscFunctionReturn(0);
}

PetscErrorCode LodExactMaskedCreate(const LodGrid *grid, LodLocalOperators **operators) {
  static const LodLocalOperators kind = {.name = "lod",
                                         .set_coefficient = SetCoefficient,
                                         .compute = Compute,
                                         .correct = Correct,
                                         .perturb = Perturb,
                                         .destroy = Destroy};
  PetscFunctionBeginUser;
  PetscCall(LodLocalOperatorsCreate(grid, &kind, sizeof(MaskedPath), operators));
  MaskedPath    *path = (*operators)->data;
  PetscErrorCode error = LodExactSharedCreate(grid, &path->shared);
  if (error) PetscCall(LodLocalOperatorsDestroy(operators));
  PetscCall(error);
  PetscFunctionReturn(0);
}
