/* lod-solve: one coefficient, one method, one solution file. */
#include <argp.h>

#include "base/error.h"
#include "base/expression.h"
#include "common/program.h"
#include "common/solve.h"

const char *argp_program_version = "lod-solve " LODNET_VERSION;

static const char documentation[] =
    "Solve -div(A grad u) + c u = f on an interval or a box, of sides 1 by default, A read from "
    "COEFFICIENT.h5, with u = 0 on all faces unless options say what else holds there; or the "
    "problem that PROBLEM.toml describes, in place of which options and a coefficient file can be "
    "given.\v"
    "Methods: lod, the exact compressed operator; dnn, the one that a trained network gives "
    "(without --model the one that comes with lodnet, for E/N = 8, F/E = 2, l = 2 in two "
    "dimensions); fine, Q1 on the fine mesh; coarse, Q1 on the coarse mesh. N, E and F are the "
    "coarse, coefficient and fine cells per axis. What follows -- goes to "
    "PETSc.\n\n" LOD_VALUE_HELP LOD_EXPRESSION_HELP "\n\n"
    "Examples:\n"
    "  lod-solve coefficient.h5 --coarse 32 --rhs '1 + x' --output u.h5\n"
    "  lod-solve coefficient.h5 --dirichlet left=1 --neumann bottom,top --rhs 0\n"
    "  lod-solve configs/problem.toml coefficient.h5 --ell 3\n"
    "  lod-solve long.h5 --coarse 15x55 --extent 1200x2200\n"
    "  lod-solve coefficient.h5 --method fine -- -fine_ksp_monitor\n"
    "  lod-solve intact.h5 --operators --output intact-u.h5\n"
    "  lod-solve cracked.h5 --previous intact-u.h5\n"
    "  lod-solve coefficient.h5 --method dnn\n"
    "  lod-solve coefficient.h5 --effective\n"
    "  lod-solve coefficient.h5 --effective=linear,flow --report K.json\n"
    "  lod-solve samples.h5 --many --method dnn --model m.h5 --rhs 1 --rhs x\n\n"
    "The solution u.h5 is written with its axes, and beside it u.vtk for ParaView, PyVista and "
    "meshio (not with --many). "
    "Exit status: 0 done, 1 failed while running, 2 unusable input.";

/* Gives all words to lod_solve_argp (argp's parser function). */
static error_t ParseOption(int key, char *argument, struct argp_state *state) {
  (void)argument;
  if (key != ARGP_KEY_INIT) return ARGP_ERR_UNKNOWN;
  state->child_inputs[0] = state->input;
  return 0;
}

/* The program: settle what is asked for, then one problem or many. */
static PetscErrorCode Run(LodSolveCommand *command) {
  PetscFunctionBeginUser;
  if (command->problem.keys) {
    PetscCall(LodProblemPrintKeys());
    PetscFunctionReturn(0);
  }
  PetscCall(LodSolveCommandSettle(command));
  PetscCall(LodSolveCommandCheckOutputs(command));
  if (command->quantities.effective)
    PetscCall(LodSolveEffective(command));
  else
    PetscCall(command->many ? LodSolveSeries(command) : LodSolveOne(command));
  PetscCall(LodSolveCommandDestroy(command));
  PetscFunctionReturn(0);
}

/* Parses the program's own words, then hands over to PETSc's start, Run, and the one end. */
int main(int argc, char **argv) {
  const struct argp_child children[] = {{&lod_solve_argp, 0, NULL, 0}, {0}};
  const struct argp       parser = {NULL,
                                    ParseOption,
                                    "COEFFICIENT.h5 [-- PETSC-OPTIONS]\n"
                                          "PROBLEM.toml [COEFFICIENT.h5] [-- PETSC-OPTIONS]",
                                    documentation,
                                    children,
                                    NULL,
                                    NULL};
  static LodSolveCommand  command = {.problem = {.rhs = {"1"}, .rhs_where = "--rhs"}};

  LodProgramParse(&parser, argc, argv, &command);
  PetscErrorCode error = LodProgramBegin(argc, argv);
  if (!error) error = Run(&command);
  return LodProgramEnd("lod-solve", error);
}
