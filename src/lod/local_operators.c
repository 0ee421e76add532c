/* Destruction of any source of local operators. */
#include "lod/local_operators.h"

PetscErrorCode LodLocalOperatorsDestroy(LodLocalOperators **operators) {
  PetscFunctionBeginUser;
  if (!*operators) PetscFunctionReturn(0);
  if ((*operators)->destroy) PetscCall((*operators)->destroy(*operators));
  PetscCall(PetscFree(*operators));
  PetscFunctionReturn(0);
}
