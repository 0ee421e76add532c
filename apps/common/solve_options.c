/* The options of lod-solve. */
#include "base/error.h"
#include "base/file.h"
#include "common/solve.h"
#include "io/hdf5_file.h"

/* Takes one word of the command line (argp's parser function). */
static error_t ParseSolveOption(int key, char *argument, struct argp_state *state) {
  LodSolveCommand *command = state->input;

  switch (key) {
  case ARGP_KEY_INIT:
    state->child_inputs[0] = &command->problem;
    state->child_inputs[1] = &command->quantities;
    return 0;
  case 'm':
    command->method_name = argument;
    return 0;
  case 'o':
    command->output = argument;
    return 0;
  case 'p':
    command->previous = argument;
    return 0;
  case 'n':
    command->many = PETSC_TRUE;
    return 0;
  case 'O':
    command->operators = PETSC_TRUE;
    return 0;
  case 'c':
    command->correct = PETSC_TRUE;
    return 0;
  case 'r':
    command->reconstruct = PETSC_TRUE;
    return 0;
  default:
    return ARGP_ERR_UNKNOWN;
  }
}

static const struct argp_option solve_option_table[] = {
    {"method", 'm', "NAME", 0, "lod (default), dnn, fine or coarse; see below", 0},
    {"output", 'o', "S.h5", 0, "where the solution goes (default solution.h5)", 0},
    {"correct", 'c', NULL, 0,
     "also compute correctors of the right-hand side and of boundary data (lod)", 0},
    {"reconstruct", 'r', NULL, 0, "also compute the fine-scale field", 0},
    {"previous", 'p', "S.h5", 0,
     "start from the operators of an earlier solution, made with --operators: only cells whose "
     "patch of A has changed are computed",
     5},
    {"many", 'n', NULL, 0,
     "the dataset holds many coefficients along its first axis; --rhs may be given several times; "
     "the solution gets the axes sample and right-hand side in front",
     5},
    {"operators", 'O', NULL, 0, "also write the local operators of all coarse cells", 5},
    {0}};

static const struct argp_child solve_children[] = {
    {&lod_problem_argp, 0, NULL, 0}, {&lod_quantity_argp, 0, "Quantities:", 4}, {0}};

const struct argp lod_solve_argp = {
    solve_option_table, ParseSolveOption, NULL, NULL, solve_children, NULL, NULL};

/* Finds the method by its name, which an option or the problem file gives. */
static PetscErrorCode FindMethod(LodSolveCommand *command) {
  const LodProblemFile *file = command->problem.file;
  char                  where[LOD_WHERE_MAX + 64];
  PetscFunctionBeginUser;
  if (!command->method_name && file && file->method.text[0]) {
    command->method_name = file->method.text;
    command->method_where = file->method.where;
  }
  if (!command->method_name) command->method_name = "lod";
  (void)snprintf(where, sizeof where, "%s %.40s",
                 command->method_where ? command->method_where : "--method", command->method_name);
  PetscCall(LodMethodFromName(command->method_name, where, &command->method));
  PetscFunctionReturn(0);
}

/* Takes points and boxes where the options have none of their kind. */
static PetscErrorCode TakePlaces(const LodProblemFile *file, LodQuantityOptions *quantities) {
  const PetscInt n_points = quantities->n_points ? 0 : file->n_points;
  const PetscInt n_means = quantities->n_means ? 0 : file->n_means;
  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < n_points; i++) {
    const LodPlacedNumbers *point = &file->points[i];
    LodQuantityPlace       *place = &quantities->points[quantities->n_points++];
    *place = (LodQuantityPlace){.n = point->n, .text = point->text, .where = point->where};
    PetscCall(PetscArraycpy(place->low, point->numbers, LOD_MAX_DIM));
    PetscCall(PetscArraycpy(place->high, point->numbers, LOD_MAX_DIM));
  }
  for (PetscInt i = 0; i < n_means; i++) {
    const LodPlacedBox *box = &file->means[i];
    LodQuantityPlace   *place = &quantities->means[quantities->n_means++];
    LodCheckInput(box->from.n == box->to.n, "%s: has %d coordinates, but \"from\" has %d",
                  box->to.where, (int)box->to.n, (int)box->from.n);
    *place = (LodQuantityPlace){.n = box->from.n, .text = box->text, .where = box->from.where};
    PetscCall(PetscArraycpy(place->low, box->from.numbers, LOD_MAX_DIM));
    PetscCall(PetscArraycpy(place->high, box->to.numbers, LOD_MAX_DIM));
  }
  if (!quantities->report && file->report[0]) quantities->report = file->report;
  if (file->quantities || n_points || n_means || file->report[0]) quantities->wanted = PETSC_TRUE;
  PetscFunctionReturn(0);
}

/* Takes from the problem file what the options leave open; where an option gives another method,
   only what that one has. */
static PetscErrorCode TakeFile(LodSolveCommand *command, PetscBool method_is_option) {
  const LodProblemFile *file = command->problem.file;
  const LodMethod       method = command->method;
  PetscFunctionBeginUser;
  if (!file) PetscFunctionReturn(0);
  LodCheckInput(method_is_option || method == LOD_METHOD_DNN ||
                    !(file->model[0] || file->average || file->allow_range),
                "%s: model, average and allow_range in [method] go with name = \"dnn\"",
                file->path);
  if (!command->output && file->output[0]) command->output = file->output;
  if (!method_is_option || LodMethodCompresses(method))
    command->operators = (PetscBool)(command->operators || file->operators);
  if (!method_is_option || method == LOD_METHOD_LOD)
    command->correct = (PetscBool)(command->correct || file->correct);
  command->reconstruct = (PetscBool)(command->reconstruct || file->reconstruct);
  PetscCall(TakePlaces(file, &command->quantities));
  PetscFunctionReturn(0);
}

/* Refuses options of learned methods with others. */
static PetscErrorCode CheckLearned(const LodSolveCommand *command) {
  const LodProblemOptions *problem = &command->problem;
  const char              *name = command->method_name;
  PetscFunctionBeginUser;
  if (command->method == LOD_METHOD_DNN) PetscFunctionReturn(0);
  LodCheckInput(!problem->model, "--model %s: --method %s uses no model (--method dnn does)",
                problem->model, name);
  LodCheckInput(!problem->average, "--average: --method %s averages nothing (--method dnn does)",
                name);
  LodCheckInput(!problem->allow_range,
                "--allow-range: --method %s takes any values (--method dnn has a range)", name);
  PetscFunctionReturn(0);
}

/* Refuses options that do not go together. */
static PetscErrorCode Check(const LodSolveCommand *command) {
  const char *name = command->method_name;
  PetscFunctionBeginUser;
  PetscCall(CheckLearned(command));
  LodCheckInput(!command->operators || LodMethodCompresses(command->method),
                "--operators: --method %s has no local operators", name);
  LodCheckInput(!command->correct || command->method == LOD_METHOD_LOD,
                "--correct: --method %s has no correctors (--method lod does)", name);
  LodCheckInput(command->many || command->problem.n_rhs <= 1,
                "--rhs: several right-hand sides need --many");
  LodCheckInput(!command->many || (!command->operators && !command->previous),
                "--many: %s is for one coefficient",
                command->operators ? "--operators" : "--previous");
  LodCheckInput(!command->many ||
                    (!command->problem.resample.cells[0] && !command->problem.resample.pad),
                "--many: --resample and --pad are for one coefficient (lod-sample --resample "
                "--count makes a file of many)");
  LodCheckInput(!command->many || (!command->correct && !command->reconstruct),
                "--many: %s is for one coefficient",
                command->correct ? "--correct" : "--reconstruct");
  LodCheckInput(!command->many || !command->quantities.report || command->quantities.effective,
                "--report: with --many quantities are in the solution file, for each sample: leave "
                "it out");
  LodCheckInput(!command->previous || command->method == LOD_METHOD_LOD,
                "--previous: --method %s does not start from earlier operators (--method lod does)",
                name);
  PetscFunctionReturn(0);
}

/* LodSolveCommandSettle on one rank. */
static PetscErrorCode Settle(LodSolveCommand *command) {
  const PetscBool method_is_option = (PetscBool)(command->method_name != NULL);
  PetscFunctionBeginUser;
  PetscCall(LodProblemOptionsReadFile(&command->problem));
  PetscCall(FindMethod(command));
  PetscCall(LodSolveEffectiveCheck(command));
  PetscCall(TakeFile(command, method_is_option));
  if (!command->output) command->output = "solution.h5";
  PetscCall(Check(command));
  const PetscBool learned = (PetscBool)(command->method == LOD_METHOD_DNN);
  PetscCall(LodProblemOptionsTakeFile(&command->problem, learned));
  if (learned && !command->problem.model) {
    PetscCall(LodModelDefaultPath(command->model));
    command->problem.model = command->model;
  }
  command->problem.mesh.keep_layers = command->quantities.effective;
  command->problem.mesh.any_coarse = (PetscBool)(command->method == LOD_METHOD_FINE);
  command->problem.mesh.any_cells = (PetscBool)!command->many;
  command->problem.mesh.any_ratio =
      (PetscBool)(command->method == LOD_METHOD_COARSE && !command->quantities.effective);
  PetscFunctionReturn(0);
}

PetscErrorCode LodSolveCommandSettle(LodSolveCommand *command) {
  PetscFunctionBeginUser;
  PetscCall(LodErrorAgree(PETSC_COMM_WORLD, Settle(command)));
  PetscFunctionReturn(0);
}

PetscErrorCode LodSolveCommandCheckOutput(const LodSolveCommand *command, const char *output) {
  const LodProblemOptions *problem = &command->problem;
  char                     path[LOD_PATH_MAX], dataset[LOD_PATH_MAX];
  const char              *mask = problem->mask ? path : NULL;
  const char *const        inputs[] = {problem->coefficient, problem->model,    problem->mesh.mesh,
                                       problem->problem,     command->previous, mask};
  PetscMPIInt              rank;
  PetscErrorCode           error = 0;

  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(PETSC_COMM_WORLD, &rank));
  if (mask) error = LodMaskPath(problem->mask, path, dataset);
  if (rank == 0 && !error) error = LodOutputsCheck(NULL, 1, &output, 6, inputs);
  PetscCall(LodErrorAgree(PETSC_COMM_WORLD, error));
  PetscFunctionReturn(0);
}

/* Refuses outputs that are the file of a value, "@FILE" or "@FILE:DATASET"; other texts and NULL
   pass. */
static PetscErrorCode CheckValue(const LodSolveCommand *command, const char *text) {
  const char *const outputs[] = {command->output, command->quantities.report};
  char              path[LOD_PATH_MAX], dataset[LOD_PATH_MAX];
  const char *const inputs[] = {path};
  PetscFunctionBeginUser;
  if (!text || text[0] != '@') PetscFunctionReturn(0);
  LodHdf5SplitName(text + 1, path, dataset);
  PetscCall(LodOutputsCheck(NULL, outputs[1] ? 2 : 1, outputs, 1, inputs));
  PetscFunctionReturn(0);
}

/* LodSolveCommandCheckValues on one rank. */
static PetscErrorCode CheckValues(const LodSolveCommand *command, const LodProblem *problem) {
  const LodProblemOptions *given = &command->problem;
  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < PetscMax(1, given->n_rhs); i++)
    PetscCall(CheckValue(command, given->rhs[i]));
  for (PetscInt i = 0; i < 2 * problem->grid.dim; i++) {
    const LodFaceCondition *face = &problem->conditions.faces[i / 2][i % 2];
    PetscCall(CheckValue(command, face->value));
    PetscCall(CheckValue(command, face->rate));
  }
  PetscCall(CheckValue(command, problem->conditions.reaction));
  PetscFunctionReturn(0);
}

PetscErrorCode LodSolveCommandCheckValues(const LodSolveCommand *command,
                                          const LodProblem      *problem) {
  PetscMPIInt    rank;
  PetscErrorCode error = 0;
  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(PETSC_COMM_WORLD, &rank));
  if (rank == 0) error = CheckValues(command, problem);
  PetscCall(LodErrorAgree(PETSC_COMM_WORLD, error));
  PetscFunctionReturn(0);
}

PetscErrorCode LodSolveCommandDestroy(LodSolveCommand *command) {
  PetscFunctionBeginUser;
  PetscCall(LodProblemOptionsDestroy(&command->problem));
  PetscFunctionReturn(0);
}
