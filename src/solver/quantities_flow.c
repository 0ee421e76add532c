/* Flows into D, and their balance. */
#include "grid/faces.h"
#include "solver/quantities_private.h"

/* Sum of a load over all nodes: l(1). */
static double LoadOfOne(const LodGrid *grid, const double *load) {
  const PetscInt n_nodes = LodNodeCount(grid->dim, grid->fine);
  double         sum = 0;
  for (PetscInt node = 0; node < n_nodes; node++)
    sum += load[node];
  return sum;
}

/* What one face gives to the sum of the load: its data alone, integrated as in that. */
static PetscErrorCode FacePart(const LodQuantityProblem *problem, const LodCoefficient *open,
                               PetscInt axis, int side, double *part) {
  const LodFaceCondition *face = &problem->conditions->faces[axis][side];
  LodConditions           alone = {0};
  LodData                 data;
  PetscFunctionBeginUser;
  *part = 0;
  if ((face->kind != LOD_FACE_FLUX && face->kind != LOD_FACE_ROBIN) || !face->value)
    PetscFunctionReturn(0);
  alone.faces[axis][side] = *face;
  PetscCall(LodDataCreate(problem->grid, open, &alone, NULL, NULL, PETSC_FALSE, &data));
  *part = LoadOfOne(problem->grid, data.load);
  PetscCall(LodDataDestroy(&data));
  PetscFunctionReturn(0);
}

/* The sum of the whole load, source[] included, over all hat functions. */
static PetscErrorCode Whole(const LodQuantityProblem *problem, const LodCoefficient *open,
                            double *sum) {
  LodData data;
  PetscFunctionBeginUser;
  if (open->dirichlet_walls == problem->coefficient->dirichlet_walls) {
    *sum = LoadOfOne(problem->grid, problem->data->load);
    PetscFunctionReturn(0);
  }
  PetscCall(LodDataCreate(problem->grid, open, problem->conditions, problem->rhs,
                          problem->rhs_where, PETSC_FALSE, &data));
  *sum = LoadOfOne(problem->grid, data.load);
  PetscCall(LodDataDestroy(&data));
  PetscFunctionReturn(0);
}

PetscErrorCode LodQuantityPartsCompute(const LodQuantityProblem *problem, LodQuantityParts *parts) {
  const LodConditions *conditions = problem->conditions;
  LodCoefficient       open = *problem->coefficient; /* borrows; no hat function is cut */
  PetscFunctionBeginUser;
  open.dirichlet_walls = PETSC_FALSE;
  *parts = (LodQuantityParts){0};
  PetscCall(Whole(problem, &open, &parts->source));
  if (!conditions) PetscFunctionReturn(0);
  for (PetscInt axis = 0; axis < problem->grid->dim; axis++)
    for (int side = 0; side < 2; side++) {
      PetscCall(FacePart(problem, &open, axis, side, &parts->face[axis][side]));
      parts->source -= parts->face[axis][side];
    }
  for (PetscInt well = 0; well < conditions->n_wells; well++)
    parts->wells += conditions->wells[well].rate;
  parts->source -= parts->wells;
  PetscFunctionReturn(0);
}

/* Shares out what flows in at a node, form - load, to its Dirichlet faces, in proportion to the
   integral of its hat function there: of the faces across axis a that is 1/H_a times what is the
   same for all of them. */
static void ShareOut(const LodGrid *grid, const PetscInt cells[], const double side_length[],
                     const PetscInt node[LOD_MAX_DIM], double inflow,
                     double flows[LOD_MAX_DIM][2]) {
  double total = 0;
  for (int pass = 0; pass < 2; pass++)
    for (PetscInt axis = 0; axis < grid->dim; axis++)
      for (int side = 0; side < 2; side++) {
        if (grid->natural[axis][side] || node[axis] != (side ? cells[axis] : 0)) continue;
        if (pass == 0)
          total += 1 / side_length[axis];
        else
          flows[axis][side] += inflow / side_length[axis] / total;
      }
}

/* The flows through Dirichlet faces. */
static void DirichletFlows(const LodGrid *grid, const LodSolveResult *result,
                           double flows[LOD_MAX_DIM][2]) {
  const LodBox nodes = LodBoxNodes(grid->dim, result->cells);
  double       side_length[LOD_MAX_DIM];
  LodGridSides(grid, result->cells, side_length);
  for (PetscInt position = 0; position < LodBoxCount(&nodes); position++) {
    const double inflow = result->form[position] - result->load[position];
    PetscInt     node[LOD_MAX_DIM];
    LodBoxIndex(&nodes, position, node);
    ShareOut(grid, result->cells, side_length, node, inflow, flows);
  }
}

/* The mean of u over a fine cell, or over one of its faces (axis >= 0): that of its corners. */
static double MeanOfCorners(const LodGrid *grid, const double *u, const PetscInt cell[LOD_MAX_DIM],
                            PetscInt axis, int side) {
  const LodBox   nodes = LodBoxNodes(grid->dim, grid->fine);
  const PetscInt corners = LodGridCorners(grid);
  double         sum = 0;
  for (PetscInt corner = 0; corner < corners; corner++) {
    PetscInt node[LOD_MAX_DIM];
    if (axis >= 0 && (corner >> axis & 1) != side) continue;
    LodCornerNode(cell, corner, node);
    sum += u[LodBoxPosition(&nodes, node)];
  }
  return sum / (double)(axis >= 0 ? corners / 2 : corners);
}

/* The integral of c u over D. */
static double Reaction(const LodGrid *grid, const LodCoefficient *coefficient, const double *u) {
  const LodBox cells = LodBoxCells(grid->dim, grid->fine);
  double       side_length[LOD_MAX_DIM], volume = 1, sum = 0;
  LodGridSides(grid, grid->fine, side_length);
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    volume *= side_length[axis];
  for (PetscInt cell = 0; cell < LodBoxCount(&cells); cell++) {
    PetscInt index[LOD_MAX_DIM], position;
    LodBoxIndex(&cells, cell, index);
    if (LodQuantityCellIsInside(coefficient, grid->fine, index, &position))
      sum += volume * coefficient->reaction[position] * MeanOfCorners(grid, u, index, -1, 0);
  }
  return sum;
}

/* The integral of r u over a Robin face. */
static double RobinOutflow(const LodGrid *grid, const LodCoefficient *coefficient, PetscInt axis,
                           int side, const double *u) {
  const LodBox face = LodCoefficientFaceBox(coefficient, axis, side);
  LodBox       cells = LodBoxCells(grid->dim, grid->fine);
  double       side_length[LOD_MAX_DIM], area = 1, sum = 0;
  LodGridSides(grid, grid->fine, side_length);
  for (PetscInt a = 0; a < grid->dim; a++)
    if (a != axis) area *= side_length[a];
  cells.first[axis] = side ? grid->fine[axis] - 1 : 0;
  cells.size[axis] = 1;
  for (PetscInt cell = 0; cell < LodBoxCount(&cells); cell++) {
    PetscInt index[LOD_MAX_DIM], on_face[LOD_MAX_DIM] = {0}, position;
    LodBoxIndex(&cells, cell, index);
    if (!LodQuantityCellIsInside(coefficient, grid->fine, index, &position)) continue;
    for (PetscInt a = 0; a < grid->dim; a++)
      on_face[a] = index[a] / LodGridRefinement(grid, a);
    sum += area * coefficient->robin[axis][side][LodBoxPosition(&face, on_face)] *
           MeanOfCorners(grid, u, index, axis, side);
  }
  return sum;
}

/* The inflows of all faces, and their sum. */
static PetscErrorCode AddInflows(const LodQuantityProblem *problem, const LodQuantityParts *parts,
                                 const LodSolveResult *result, const LodQuantityField *u,
                                 LodQuantities *quantities, double *sum) {
  const LodGrid        *grid = problem->grid;
  const LodCoefficient *coefficient = problem->coefficient;
  double                flows[LOD_MAX_DIM][2] = {{0}};
  PetscFunctionBeginUser;
  *sum = 0;
  DirichletFlows(grid, result, flows);
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    for (int side = 0; side < 2; side++) {
      double *flow = &flows[axis][side];
      *flow += parts->face[axis][side];
      if (coefficient->robin[axis][side])
        *flow -= RobinOutflow(grid, coefficient, axis, side, u->values);
      *sum += *flow;
      PetscCall(LodQuantitiesAdd(quantities, *flow, "inflow_%s", lod_face_names[axis][side]));
    }
  PetscFunctionReturn(0);
}

PetscErrorCode LodQuantitiesAddFlows(const LodQuantityProblem *problem,
                                     const LodQuantityParts *parts, const LodSolveResult *result,
                                     const LodQuantityField *u, LodQuantities *quantities) {
  const LodCoefficient *coefficient = problem->coefficient;
  const double          reaction =
      coefficient->reaction ? Reaction(problem->grid, coefficient, u->values) : 0;
  const PetscBool walls = (PetscBool)(coefficient->mask && coefficient->dirichlet_walls);
  double          inflow = 0;
  PetscFunctionBeginUser;
  PetscCall(AddInflows(problem, parts, result, u, quantities, &inflow));
  const double balance = inflow + parts->source + parts->wells - reaction;
  if (walls) PetscCall(LodQuantitiesAdd(quantities, -balance, "inflow_walls"));
  PetscCall(LodQuantitiesAdd(quantities, parts->source, "source"));
  if (problem->conditions && problem->conditions->n_wells > 0)
    PetscCall(LodQuantitiesAdd(quantities, parts->wells, "wells"));
  if (coefficient->reaction) PetscCall(LodQuantitiesAdd(quantities, reaction, "reaction"));
  if (!walls) PetscCall(LodQuantitiesAdd(quantities, balance, "balance"));
  PetscFunctionReturn(0);
}
