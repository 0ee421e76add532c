/* The choice between the two exact paths. */
#include <lodnet/base.h>
#include <lodnet/exact.h>

PetscErrorCode LodExactCreate(const LodGrid *grid, LodLocalOperators **operators) {
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
  if (choice == 0)
    PetscCall(LodExactSharedCreate(grid, operators));
  else
    PetscCall(LodExactPatchCreate(grid, operators));
  PetscFunctionReturn(0);
}
