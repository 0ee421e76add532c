/* The problem that a command line names. */
#include <string.h>

#include "base/error.h"
#include "base/events.h"
#include "common/options.h"
#include "grid/domain.h"
#include "io/coefficient_file.h"
#include "problem/data.h"

enum { KEY_KEYS = 0x600, KEY_MASK, KEY_WALLS };

/* Takes the coefficient file, or a problem file, which ends in .toml. */
static void TakeArgument(LodProblemOptions *options, const char *argument,
                         const struct argp_state *state) {
  const size_t length = strlen(argument);
  if (length > 5 && strcmp(argument + length - 5, ".toml") == 0) {
    if (options->problem) argp_error(state, "%s: a second problem file", argument);
    options->problem = argument;
  } else {
    if (options->coefficient)
      argp_error(state, "%s: a second coefficient file%s", argument,
                 strchr(argument, '=')
                     ? ", or a value without its option: --dirichlet left=1 --dirichlet right=0"
                     : "");
    options->coefficient = argument;
  }
}

/* Takes one option or the coefficient file (argp's parser function). */
static error_t ParseProblemOption(int key, char *argument, struct argp_state *state) {
  LodProblemOptions *options = state->input;

  switch (key) {
  case ARGP_KEY_INIT:
    state->child_inputs[0] = &options->mesh;
    state->child_inputs[1] = &options->conditions;
    state->child_inputs[2] = &options->resample;
    return 0;
  case 'M':
    options->model = argument;
    return 0;
  case 'd':
    options->dataset = argument;
    return 0;
  case KEY_MASK:
    options->mask = argument;
    return 0;
  case KEY_WALLS:
    options->walls = argument;
    return 0;
  case 'f':
    if (options->n_rhs == LOD_MAX_RHS)
      argp_error(state, "--rhs: more than %d right-hand sides", LOD_MAX_RHS);
    options->rhs[options->n_rhs++] = argument;
    return 0;
  case 'R':
    options->allow_range = PETSC_TRUE;
    return 0;
  case 'a':
    options->average = PETSC_TRUE;
    return 0;
  case 'q':
    options->quiet = PETSC_TRUE;
    return 0;
  case KEY_KEYS:
    options->keys = PETSC_TRUE;
    return 0;
  case ARGP_KEY_ARG:
    TakeArgument(options, argument, state);
    return 0;
  case ARGP_KEY_END:
    if (!options->coefficient && !options->problem && !options->keys)
      argp_error(state, "no coefficient file given, and no problem file");
    return 0;
  default:
    return ARGP_ERR_UNKNOWN;
  }
}

static const struct argp_option problem_option_table[] = {
    {"model", 'M', "M.h5", 0, "trained model (default: the one that comes with lodnet)", 0},
    {"dataset", 'd', "NAME", 0, "dataset of COEFFICIENT.h5 (default coefficient)", 0},
    {"mask", KEY_MASK, "M.h5[:NAME]", 0,
     "cells that are in the domain: booleans or integers, 0 outside (default: dataset mask of "
     "COEFFICIENT.h5, if there is one)",
     0},
    {"walls", KEY_WALLS, "NAME", 0,
     "what holds where the mask ends: natural (no flow, the default) or dirichlet (u = 0)", 0},
    {"rhs", 'f', "VALUE", 0, "right-hand side f of x, y, z (default 1); see below", 0},
    {NULL, 0, NULL, 0, "More:", 5},
    {"allow-range", 'R', NULL, 0, "take values of A outside those that the model was trained for",
     5},
    {"average", 'a', NULL, 0,
     "average the learned operators over the symmetries of the cube: more accurate, 2^d d! times "
     "the cost",
     5},
    {"quiet", 'q', NULL, 0, "print errors and warnings only", 5},
    {"keys", KEY_KEYS, NULL, 0, "print all keys of a problem file, and stop", 5},
    {0}};

static const struct argp_child problem_children[] = {{&lod_mesh_argp, 0, "Mesh:", 1},
                                                     {&lod_condition_argp, 0, "Conditions:", 2},
                                                     {&lod_resample_argp, 0, "Other cells:", 3},
                                                     {0}};

const struct argp lod_problem_argp = {
    problem_option_table, ParseProblemOption, NULL, NULL, problem_children, NULL, NULL};

/* Reads the model, if there is one, and settles mesh and conditions. */
static PetscErrorCode ReadRest(const LodProblemOptions *options, LodProblem *problem) {
  char   path[LOD_PATH_MAX + 256];
  double growth[LOD_MAX_DIM];

  PetscFunctionBeginUser;
  (void)snprintf(path, sizeof path, "%s%s%s", options->coefficient, options->dataset ? ": " : "",
                 options->dataset ? options->dataset : "");
  if (options->model) PetscCall(LodModelRead(options->model, &problem->model));
  PetscCall(LodResampleOptionsApply(&options->resample, &options->mesh, path, options->quiet,
                                    &problem->coefficient, growth));
  PetscCall(LodMeshOptionsResolve(
      &options->mesh, problem->coefficient.dim, problem->coefficient.cells, path,
      problem->model ? &problem->model->signature : NULL, &problem->grid, problem->origin));
  for (PetscInt axis = 0; axis < problem->grid.dim; axis++)
    problem->grid.extent[axis] *= growth[axis];
  PetscCall(LodConditionOptionsResolve(&options->conditions, options->mesh.neumann, options->file,
                                       problem->grid.dim, path, &problem->conditions));
  PetscCall(LodConditionsApply(&problem->conditions, &problem->grid, &problem->coefficient));
  (void)snprintf(path, sizeof path, "%s%s", options->mask ? "--mask " : options->coefficient,
                 options->mask ? options->mask : ": mask");
  PetscCall(LodDomainCheck(&problem->grid, &problem->coefficient, path));
  if (problem->model)
    PetscCall(LodModelFits(problem->model, options->model, &problem->grid, &problem->coefficient,
                           options->coefficient, options->allow_range));
  PetscFunctionReturn(0);
}

/* Refuses a mask for many coefficients. */
static PetscErrorCode RefuseMask(const LodProblemOptions *options, LodHdf5 *file) {
  PetscFunctionBeginUser;
  LodCheckInput(!options->mask && !options->walls, "--many: --%s is for one coefficient",
                options->mask ? "mask" : "walls");
  PetscCall(LodMaskRefuse(file, "--many"));
  PetscFunctionReturn(0);
}

/* Reads one coefficient with its mask. */
static PetscErrorCode ReadMasked(const LodProblemOptions *options, LodCoefficient *coefficient) {
  LodMaskSource mask = {.text = options->mask};
  char          where[LOD_WHERE_MAX + 64];

  PetscFunctionBeginUser;
  if (options->walls) {
    (void)snprintf(where, sizeof where, "%s %.40s",
                   options->walls_where ? options->walls_where : "--walls", options->walls);
    PetscCall(LodWallsFromName(options->walls, where, &mask.walls));
  }
  PetscCall(LodCoefficientReadMasked(options->coefficient, options->dataset, &mask, coefficient));
  PetscFunctionReturn(0);
}

/* Reads the coefficient, or opens a series and reads its first. */
static PetscErrorCode ReadCoefficient(const LodProblemOptions *options,
                                      LodCoefficientSeries *series, LodCoefficient *coefficient) {
  PetscFunctionBeginUser;
  if (series) {
    PetscCall(LodCoefficientSeriesOpen(options->coefficient, options->dataset, series));
    PetscCall(RefuseMask(options, series->file));
    PetscCall(LodCoefficientSeriesCreate(series, coefficient));
    PetscCall(LodCoefficientSeriesRead(series, 0, coefficient));
  } else {
    PetscCall(ReadMasked(options, coefficient));
  }
  PetscFunctionReturn(0);
}

/* Checks that all ranks have the same conditions and f: problem files can differ. */
static PetscErrorCode CheckSameConditions(const LodProblemOptions *options,
                                          const LodProblem        *problem) {
  const LodConditions *conditions = &problem->conditions;
  const char          *what = options->problem ? options->problem : "conditions";
  const char          *given[] = {conditions->reaction, options->rhs[0]};
  char                *texts[2];

  PetscFunctionBeginUser;
  PetscCall(LodConditionsBoundaryText(conditions, &problem->grid, &texts[0]));
  PetscCall(LodConditionsWellsText(conditions, problem->grid.dim, &texts[1]));
  for (int i = 0; i < 2; i++) {
    const char *text = given[i] ? given[i] : "";
    PetscCall(LodRanksCheckSame(PETSC_COMM_WORLD, text, strlen(text), what));
    PetscCall(LodRanksCheckSame(PETSC_COMM_WORLD, texts[i], strlen(texts[i]), what));
    PetscCall(PetscFree(texts[i]));
  }
  PetscFunctionReturn(0);
}

/* Checks that all ranks have read the same: they can stand in different directories, or on nodes
   with different files. */
static PetscErrorCode CheckSame(const LodProblemOptions *options, const LodProblem *problem) {
  const LodGrid        *grid = &problem->grid;
  const LodCoefficient *coefficient = &problem->coefficient;
  PetscInt mesh[] = {grid->dim, grid->ell, 0, 0, 0, 0, 0, 0, 0, 0, 0, coefficient->components};

  PetscFunctionBeginUser;
  for (PetscInt axis = 0; axis < grid->dim; axis++) {
    mesh[2 + axis] = grid->coarse[axis];
    mesh[5 + axis] = grid->coefficient[axis];
    mesh[8 + axis] = grid->fine[axis];
  }
  PetscCall(LodRanksCheckSame(PETSC_COMM_WORLD, mesh, sizeof mesh, "mesh"));
  PetscCall(LodRanksCheckSame(PETSC_COMM_WORLD, grid->extent, sizeof grid->extent, "mesh"));
  PetscCall(CheckSameConditions(options, problem));
  PetscCall(LodRanksCheckSame(PETSC_COMM_WORLD, coefficient->values,
                              LodCoefficientCount(coefficient) * sizeof *coefficient->values,
                              options->coefficient));
  if (coefficient->mask)
    PetscCall(LodRanksCheckSame(PETSC_COMM_WORLD, coefficient->mask,
                                (size_t)LodCoefficientCells(coefficient),
                                options->mask ? options->mask : options->coefficient));
  if (!problem->model) PetscFunctionReturn(0);
  LodNetwork *network = problem->model->network;
  PetscCall(LodRanksCheckSame(PETSC_COMM_WORLD, LodNetworkParameters(network),
                              (size_t)LodNetworkParameterCount(network) * sizeof(float),
                              options->model));
  PetscFunctionReturn(0);
}

PetscErrorCode LodProblemRead(const LodProblemOptions *options, LodCoefficientSeries *series,
                              LodProblem *problem) {
  PetscFunctionBeginUser;
  *problem = (LodProblem){.model = NULL};
  PetscCall(LodEventBegin(LOD_EVENT_READ));
  PetscErrorCode error = ReadCoefficient(options, series, &problem->coefficient);
  if (!error) error = ReadRest(options, problem);
  PetscCall(LodEventEnd(LOD_EVENT_READ));
  error = LodErrorAgree(PETSC_COMM_WORLD, error);
  if (!error) error = CheckSame(options, problem);
  if (error) PetscCall(LodProblemDestroy(problem));
  if (error && series) PetscCall(LodCoefficientSeriesClose(series));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodProblemDestroy(LodProblem *problem) {
  PetscFunctionBeginUser;
  PetscCall(LodModelDestroy(&problem->model));
  PetscCall(LodCoefficientDestroy(&problem->coefficient));
  PetscCall(LodConditionsDestroy(&problem->conditions));
  PetscFunctionReturn(0);
}

void LodProblemPrintMesh(const LodProblem *problem) {
  const LodGrid        *grid = &problem->grid;
  char                  coarse[LOD_CELLS_TEXT], cells[LOD_CELLS_TEXT], fine[LOD_CELLS_TEXT];
  char                  extent[LOD_CELLS_TEXT];
  const LodCoefficient *coefficient = &problem->coefficient;
  (void)LodExtentText(grid, extent);
  printf("d = %d, N = %s, E = %s, F = %s, l = %d%s%s%s%s (%s)", (int)grid->dim,
         LodCellsText(grid->dim, grid->coarse, coarse),
         LodCellsText(grid->dim, grid->coefficient, cells),
         LodCellsText(grid->dim, grid->fine, fine), (int)grid->ell, extent[0] ? ", D = " : "",
         extent, coefficient->components > 1 ? ", A " : "",
         coefficient->components > 1 ? LodCoefficientKind(coefficient) : "", problem->origin);
}
