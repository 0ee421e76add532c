/* fail WHEN STATUS: a program of several ranks that fails on purpose, to see how it ends. Rank 1
   (`waited`: while the others wait for it in a collective call; `agreed`: and all ranks agree on
   it), all ranks (`all`), or rank 0 when the others are done (`late`). STATUS is 1 or 2. */
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "common/program.h"

/* Fails as `when` says. */
static PetscErrorCode Run(const char *when, PetscErrorCode code) {
  PetscMPIInt    rank;
  PetscErrorCode error = 0;
  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(PETSC_COMM_WORLD, &rank));
  const PetscBool fails =
      (PetscBool)(strcmp(when, "all") == 0 || (strcmp(when, "late") == 0 ? rank == 0 : rank == 1));
  if (strcmp(when, "late") == 0 && rank == 0) sleep(1);
  if (fails)
    error = PetscError(PETSC_COMM_SELF, __LINE__, __func__, __FILE__, code, PETSC_ERROR_INITIAL,
                       "rank %d fails", rank);
  if (strcmp(when, "agreed") == 0) error = LodErrorAgree(PETSC_COMM_WORLD, error);
  if (strcmp(when, "waited") == 0 && !error) PetscCallMPI(MPI_Barrier(PETSC_COMM_WORLD));
  PetscCall(error);
  PetscFunctionReturn(0);
}

int main(int argc, char **argv) {
  const PetscErrorCode code = argc > 2 && argv[2][0] == '2' ? LOD_ERR_INPUT : PETSC_ERR_LIB;
  const char          *when = argc > 1 ? argv[1] : "all";
  PetscErrorCode       error = LodProgramBegin(1, argv);
  if (!error) error = Run(when, code);
  return LodProgramEnd("fail", error);
}
