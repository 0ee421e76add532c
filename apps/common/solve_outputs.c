/* What lod-solve writes: that it can be written, is nothing that is read, and no file twice. */
#include "base/error.h"
#include "base/file.h"
#include "common/solve.h"
#include "io/hdf5_file.h"
#include "io/mask_file.h"

/* Most files that one run writes, and most values of a problem that can name a file. */
#define MOST_OUTPUTS 3
#define MOST_VALUES (LOD_MAX_RHS + 4 * LOD_MAX_DIM + 1)

/* The files that a command writes; names[] point into it and into the command. */
typedef struct {
  PetscInt    n;
  const char *names[MOST_OUTPUTS];
  char        vtk[LOD_PATH_MAX], report[LOD_PATH_MAX];
} Outputs;

/* Finds what the command writes. */
static PetscErrorCode FindOutputs(const LodSolveCommand *command, Outputs *outputs) {
  PetscFunctionBeginUser;
  outputs->n = 0;
  if (command->quantities.effective) {
    if (command->quantities.report) outputs->names[outputs->n++] = command->quantities.report;
    PetscFunctionReturn(0);
  }
  outputs->names[outputs->n++] = command->output;
  if (command->many) PetscFunctionReturn(0);
  PetscCall(LodSolutionVtkPath(command->output, outputs->vtk));
  if (outputs->vtk[0]) outputs->names[outputs->n++] = outputs->vtk;
  PetscCall(LodSolveQuantitiesPath(command, outputs->report));
  if (outputs->report[0]) outputs->names[outputs->n++] = outputs->report;
  PetscFunctionReturn(0);
}

/* LodSolveCommandCheckOutputs on one rank. */
static PetscErrorCode CheckOutputs(const LodSolveCommand *command) {
  const LodProblemOptions *problem = &command->problem;
  char                     mask[LOD_PATH_MAX] = "", dataset[LOD_PATH_MAX];
  const char *const        inputs[] = {problem->coefficient, problem->model,    problem->mesh.mesh,
                                       problem->problem,     command->previous, mask};
  Outputs                  outputs;

  PetscFunctionBeginUser;
  if (problem->mask) PetscCall(LodMaskPath(problem->mask, mask, dataset));
  PetscCall(FindOutputs(command, &outputs));
  PetscCall(LodOutputsCheck(NULL, outputs.n, outputs.names, 6, inputs));
  PetscFunctionReturn(0);
}

/* Whether a value's text (NULL: none) names a file, and the name. */
static PetscBool PathOfValue(const char *text, char path[LOD_PATH_MAX]) {
  char dataset[LOD_PATH_MAX];
  if (!text || text[0] != '@') return PETSC_FALSE;
  LodHdf5SplitName(text + 1, path, dataset);
  return PETSC_TRUE;
}

/* LodSolveCommandCheckValues on one rank. */
static PetscErrorCode CheckValues(const LodSolveCommand *command, const LodProblem *problem) {
  const char *texts[MOST_VALUES], *inputs[MOST_VALUES];
  char(*paths)[LOD_PATH_MAX];
  Outputs  outputs;
  PetscInt n = 0;

  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < PetscMax(1, command->problem.n_rhs); i++)
    texts[n++] = command->problem.rhs[i];
  for (PetscInt face = 0; face < 2 * LOD_MAX_DIM; face++) {
    texts[n++] = problem->conditions.faces[face / 2][face % 2].value;
    texts[n++] = problem->conditions.faces[face / 2][face % 2].rate;
  }
  texts[n++] = problem->conditions.reaction;
  PetscCall(FindOutputs(command, &outputs));
  PetscCall(PetscMalloc1((size_t)n, &paths));
  for (PetscInt i = 0; i < n; i++)
    inputs[i] = PathOfValue(texts[i], paths[i]) ? paths[i] : NULL;
  PetscErrorCode error = LodOutputsCheck(NULL, outputs.n, outputs.names, n, inputs);
  PetscCall(PetscFree(paths));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodSolveCommandCheckOutputs(const LodSolveCommand *command) {
  PetscMPIInt rank;
  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(PETSC_COMM_WORLD, &rank));
  PetscCall(LodErrorAgree(PETSC_COMM_WORLD, rank == 0 ? CheckOutputs(command) : 0));
  PetscFunctionReturn(0);
}

PetscErrorCode LodSolveCommandCheckValues(const LodSolveCommand *command,
                                          const LodProblem      *problem) {
  PetscMPIInt rank;
  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(PETSC_COMM_WORLD, &rank));
  PetscCall(LodErrorAgree(PETSC_COMM_WORLD, rank == 0 ? CheckValues(command, problem) : 0));
  PetscFunctionReturn(0);
}
