/* The choice between the two exact paths. */
#include <lodnet/base.h>
#include <lodnet/exact.h>

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
    PetscCall(LodExactSharedCreate(grid, operators));
  PetscFunctionReturn(0);
}

PetscErrorCode LodExactPerturb(LodLocalOperators *operators) {
  PetscBool by_patch = PETSC_FALSE;
  PetscFunctionBeginUser;
  PetscCall(IsPatchByPatch(&by_patch));
  if (by_patch)
    PetscCall(LodExactPatchPerturb(operators));
  else
    PetscCall(LodExactSharedPerturb(operators));
  PetscFunctionReturn(0);
}
