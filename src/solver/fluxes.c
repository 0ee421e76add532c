/* The fluxes of a fine-scale field: what equilibration needs to know of a problem. */
#include "solver/fluxes.h"

#include "fem/boundary.h"
#include "fem/equilibrate.h"
#include "fem/flux.h"
#include "fem/load_layout.h"
#include "fem/nodal.h"

/* A problem and its solution, seen from the mesh whose cells are balanced; borrowed. */
typedef struct {
  LodGrid               grid; /* its coarse cells are those */
  const LodCoefficient *coefficient;
  const LodConditions  *conditions;
  const char           *rhs, *rhs_where;
  const LodData        *data;
  const double         *u; /* u_ms */
} Problem;

/* Adds to inflow[faces] minus the integral of r u over each face of one side. */
static void SubtractRobin(const Problem *problem, PetscInt axis, PetscInt side, double *inflow) {
  const LodGrid *grid = &problem->grid;
  const double  *robin = problem->coefficient->robin[axis][side];
  const LodBox   nodes = LodBoxNodes(grid->dim, grid->fine);
  const LodBox   coarse = LodSideFaceBox(grid, axis);
  const LodBox   rates = LodCoefficientFaceBox(problem->coefficient, axis, side);
  const PetscInt corners = LodGridCorners(grid);
  LodBox         faces = LodBoxCells(grid->dim, grid->fine);
  double         sides[LOD_MAX_DIM], area = 1;
  faces.size[axis] = 1;
  LodGridSides(grid, grid->fine, sides);
  for (PetscInt other = 0; other < grid->dim; other++)
    if (other != axis) area *= sides[other];
  for (PetscInt face = 0; face < LodBoxCount(&faces); face++) {
    PetscInt index[LOD_MAX_DIM], owner[LOD_MAX_DIM], value[LOD_MAX_DIM];
    double   sum = 0;
    LodBoxIndex(&faces, face, index);
    for (PetscInt other = 0; other < LOD_MAX_DIM; other++) {
      const PetscBool along = (PetscBool)(other < grid->dim && other != axis);
      owner[other] = along ? index[other] / LodGridFineRatio(grid, other) : 0;
      value[other] = along ? index[other] / LodGridRefinement(grid, other) : 0;
    }
    value[axis] = side ? grid->coefficient[axis] - 1 : 0;
    for (PetscInt corner = 0; corner < corners; corner++) {
      PetscInt node[LOD_MAX_DIM] = {0};
      if (corner >> axis & 1) continue; /* those of the face */
      for (PetscInt other = 0; other < grid->dim; other++)
        node[other] = index[other] + (corner >> other & 1);
      node[axis] = side ? grid->fine[axis] : 0;
      sum += problem->u[LodBoxPosition(&nodes, node)];
    }
    inflow[LodBoxPosition(&coarse, owner)] -=
        robin[LodBoxPosition(&rates, value)] * area * sum * 2 / (double)corners;
  }
}

/* inflow[faces of one side] = what the conditions of that side alone give to the loads of the cells
   there, minus, if it is Robin, what a() has of it. A new array; NULL where nothing flows. */
static PetscErrorCode SideInflow(const Problem *problem, PetscInt axis, PetscInt side,
                                 double **inflow) {
  const LodGrid *grid = &problem->grid;
  const LodBox   faces = LodSideFaceBox(grid, axis), cells = LodBoxCells(grid->dim, grid->coarse);
  const size_t   n_closed = LodLoadCount(grid, LOD_LOAD_CELLS) / (size_t)LodGridCells(grid);
  const LodFaceKind kind =
      problem->conditions ? problem->conditions->faces[axis][side].kind : LOD_FACE_UNSET;
  LodConditions alone = {0};
  LodData       data;
  PetscFunctionBeginUser;
  *inflow = NULL;
  if (kind != LOD_FACE_FLUX && kind != LOD_FACE_ROBIN) PetscFunctionReturn(0);
  alone.faces[axis][side] = problem->conditions->faces[axis][side];
  PetscCall(LodDataCreate(grid, problem->coefficient, &alone, NULL, NULL, PETSC_TRUE, &data));
  PetscErrorCode error = PetscCalloc1(LodBoxCount(&faces), inflow);
  for (PetscInt face = 0; face < LodBoxCount(&faces) && !error; face++) {
    PetscInt index[LOD_MAX_DIM];
    LodBoxIndex(&faces, face, index);
    index[axis] = side ? grid->coarse[axis] - 1 : 0;
    const double *own = data.source + (size_t)LodBoxPosition(&cells, index) * n_closed;
    for (size_t i = 0; i < n_closed; i++)
      (*inflow)[face] += own[i];
  }
  PetscCall(LodDataDestroy(&data));
  PetscCall(error);
  if (kind == LOD_FACE_ROBIN && problem->coefficient->robin[axis][side])
    SubtractRobin(problem, axis, side, *inflow);
  PetscFunctionReturn(0);
}

/* The moments of all cells. */
static PetscErrorCode Moments(const Problem *problem, const LodData *data, double *moments) {
  double *rest = NULL;
  PetscFunctionBeginUser;
  PetscCheck(data->source, PETSC_COMM_SELF, PETSC_ERR_ARG_NULL,
             "face fluxes need the parts of the load on the cells");
  if (data->boundary) {
    PetscCall(PetscMalloc1(LodNodeCount(problem->grid.dim, problem->grid.fine), &rest));
    PetscCall(LodBoundaryRest(&problem->grid, data->boundary, rest));
  }
  PetscErrorCode error =
      LodCellMoments(&problem->grid, problem->coefficient, problem->u, rest, data->source, moments);
  PetscCall(PetscFree(rest));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* The same with the parts of the load on the cells made, unless they are there. */
static PetscErrorCode MomentsOfData(const Problem *problem, PetscBool given, double *moments) {
  LodData data;
  PetscFunctionBeginUser;
  if (given && problem->data->source) {
    PetscCall(Moments(problem, problem->data, moments));
    PetscFunctionReturn(0);
  }
  PetscCall(LodDataCreate(&problem->grid, problem->coefficient, problem->conditions, problem->rhs,
                          problem->rhs_where, PETSC_TRUE, &data));
  PetscErrorCode error = Moments(problem, &data, moments);
  PetscCall(LodDataDestroy(&data));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Face fluxes into face[], which is allocated; `given`: data's source is on these cells. */
static PetscErrorCode Equilibrate(const Problem *problem, PetscBool given,
                                  double *const face[LOD_MAX_DIM], double *imbalance) {
  const LodGrid *grid = &problem->grid;
  double        *moments, *inflow[LOD_MAX_DIM][2] = {{NULL}};
  const double  *known[LOD_MAX_DIM][2] = {{NULL}};
  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1((size_t)LodGridCells(grid) * (size_t)LodGridCorners(grid), &moments));
  PetscErrorCode error = MomentsOfData(problem, given, moments);
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    for (PetscInt side = 0; side < 2 && !error; side++) {
      error = SideInflow(problem, axis, side, &inflow[axis][side]);
      known[axis][side] = inflow[axis][side];
    }
  if (!error)
    error =
        LodFluxEquilibrate(grid, problem->coefficient, problem->u, moments, known, face, imbalance);
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    for (PetscInt side = 0; side < 2; side++)
      PetscCall(PetscFree(inflow[axis][side]));
  PetscCall(PetscFree(moments));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* LodFluxesCompute, leaving behind what there is after an error. */
static PetscErrorCode Compute(const LodGrid *grid, Problem *problem, const LodSolveResult *result,
                              LodFluxes *fluxes) {
  const PetscBool fine = (PetscBool)(result->method == LOD_METHOD_FINE);
  const size_t    n_cells = (size_t)LodCoefficientCells(problem->coefficient);
  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(n_cells * (size_t)grid->dim, &fluxes->flux));
  PetscCall(LodCellFlux(grid, problem->coefficient, grid->fine, result->fine, fluxes->flux));
  if (!fine) {
    PetscCall(PetscMalloc1(LodNodeCount(grid->dim, grid->fine), &fluxes->interpolated));
    PetscCall(LodNodesProlongate(grid->dim, grid->coarse, result->values, grid->fine,
                                 fluxes->interpolated));
  }
  PetscCall(PetscArraycpy(fluxes->cells, result->cells, LOD_MAX_DIM));
  if (result->method == LOD_METHOD_DNN)
    fluxes->no_faces = "learned operators balance no cells";
  else if (problem->coefficient->mask && problem->coefficient->dirichlet_walls)
    fluxes->no_faces = "the walls take up flow";
  if (fluxes->no_faces) PetscFunctionReturn(0);
  PetscCall(PetscArraycpy(problem->grid.coarse, result->cells, LOD_MAX_DIM));
  for (PetscInt axis = 0; axis < grid->dim; axis++) {
    const LodBox box = LodFaceBox(&problem->grid, axis);
    PetscCall(PetscMalloc1(LodBoxCount(&box), &fluxes->face[axis]));
  }
  PetscCall(Equilibrate(problem, (PetscBool)!fine, fluxes->face, &fluxes->imbalance));
  PetscFunctionReturn(0);
}

PetscErrorCode LodFluxesCompute(const LodGrid *grid, const LodCoefficient *coefficient,
                                const LodConditions *conditions, const char *rhs,
                                const char *rhs_where, const LodData *data,
                                const LodSolveResult *result, LodFluxes *fluxes) {
  Problem problem = {.grid = *grid,
                     .coefficient = coefficient,
                     .conditions = conditions,
                     .rhs = rhs,
                     .rhs_where = rhs_where,
                     .data = data,
                     .u = result->fine};
  PetscFunctionBeginUser;
  PetscCheck(result->fine, PETSC_COMM_SELF, PETSC_ERR_ARG_NULL, "there is no fine-scale field");
  *fluxes = (LodFluxes){0};
  PetscErrorCode error = Compute(grid, &problem, result, fluxes);
  if (error) PetscCall(LodFluxesDestroy(fluxes));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodFluxesDestroy(LodFluxes *fluxes) {
  PetscFunctionBeginUser;
  PetscCall(PetscFree(fluxes->interpolated));
  PetscCall(PetscFree(fluxes->flux));
  for (PetscInt axis = 0; axis < LOD_MAX_DIM; axis++)
    PetscCall(PetscFree(fluxes->face[axis]));
  PetscFunctionReturn(0);
}

LodSolutionFields LodFluxesFields(const LodFluxes *fluxes, const LodSolveResult *result) {
  return (LodSolutionFields){.fine = result->fine,
                             .interpolated = fluxes->interpolated,
                             .flux = fluxes->flux,
                             .face_flux = {fluxes->face[0], fluxes->face[1], fluxes->face[2]},
                             .face_cells = fluxes->cells,
                             .imbalance = fluxes->imbalance};
}
