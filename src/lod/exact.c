/* The choice between the two exact paths, and what the choice will cost. */
#include "lod/exact.h"

#include "base/error.h"
#include "base/progress.h"
#include "lod/exact_cost_private.h"

/* Whether the PETSc option -lod_exact asks for the reference path. */
static PetscErrorCode IsPatchByPatch(PetscBool *by_patch) {
  static const char *const names[] = {"shared", "patch"};
  PetscInt                 choice = 0;
  char                     text[64] = "";
  PetscBool                set, known;
  PetscFunctionBeginUser;
  PetscCall(PetscOptionsGetString(NULL, NULL, "-lod_exact", text, sizeof text, &set));
  if (set) {
    PetscCall(PetscEListFind(2, names, text, &choice, &known));
    LodCheckInput(known, "-lod_exact %s: the exact operators come by \"shared\" or by \"patch\"",
                  text);
  }
  *by_patch = (PetscBool)(choice == 1);
  PetscFunctionReturn(0);
}

PetscErrorCode LodExactCreate(const LodGrid *grid, LodLocalOperators **operators) {
  PetscBool by_patch = PETSC_FALSE;
  PetscFunctionBeginUser;
  PetscCall(IsPatchByPatch(&by_patch));
  if (by_patch)
    PetscCall(LodExactPatchCreate(grid, operators));
  else
    PetscCall(LodExactMaskedCreate(grid, operators));
  PetscFunctionReturn(0);
}

PetscErrorCode LodExactForesee(const LodGrid *grid, double times, PetscMPIInt n_ranks,
                               PetscBool quiet) {
  LodExactCost cost;
  PetscBool    by_patch = PETSC_FALSE;
  double       seconds;
  PetscFunctionBeginUser;
  PetscCall(IsPatchByPatch(&by_patch));
  if (by_patch) PetscFunctionReturn(0);
  PetscCall(LodExactEstimateWithin(grid, n_ranks, &cost));
  const double bytes = (double)cost.memory * (double)n_ranks;
  if (times <= 0) PetscFunctionReturn(0);
  PetscCall(LodExactSecondsOf(&cost, &seconds));
  PetscCall(LodWorkAnnounce(
      "exact operators", times * seconds / (double)n_ranks, bytes,
      grid->ell > 1 ? "fewer layers (ell) cost less" : "fewer fine cells (fine) cost less", quiet));
  PetscFunctionReturn(0);
}
