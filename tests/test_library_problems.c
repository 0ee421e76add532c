/* The public library: boundary data, wells, media, and what is known of a solution. */
#include <math.h>

#include "library_calls.h"

/* A solver on `cells` coefficient cells per axis in boxes of 4, with patches that cover D. */
static LodSolver *create_covering(int dim, int cells, LodSolverMethod method, LodMesh *mesh) {
  *mesh = small_mesh(dim);
  for (int axis = 0; axis < dim; axis++) {
    mesh->coefficient[axis] = cells;
    mesh->coarse[axis] = cells / 4;
    mesh->fine[axis] = dim < 3 ? 2 * cells : cells;
    mesh->extent[axis] = 1 + 0.5 * axis;
  }
  mesh->ell = cells / 4 - 1 > 1 ? cells / 4 - 1 : 1;
  return create(mesh, method, NULL);
}

/* Nodes of the fine mesh. */
static size_t count_fine(const LodMesh *mesh) {
  size_t count = 1;
  for (int axis = 0; axis < mesh->dim; axis++)
    count *= (size_t)mesh->fine[axis] + 1;
  return count;
}

/* Random tensors L L^T + 1/10, the upper triangle by rows; the caller frees them. */
static double *draw_tensors(const LodMesh *mesh, unsigned long long seed) {
  const int    dim = mesh->dim, components = dim * (dim + 1) / 2;
  const size_t count = count_cells(mesh);
  double      *values = malloc(count * (size_t)components * sizeof *values), *place = values;
  for (size_t cell = 0; cell < count; cell++) {
    double root[3][3];
    for (int i = 0; i < 9; i++)
      root[i / 3][i % 3] = (draw(&seed) - 3) / 2;
    for (int p = 0; p < dim; p++)
      for (int q = p; q < dim; q++, place++) {
        *place = p == q ? 0.1 : 0;
        for (int k = 0; k < dim; k++)
          *place += root[p][k] * root[q][k];
      }
  }
  return values;
}

/* Everything that there is: u given on the left, a flux, a Robin face, a well. */
static void set_conditions(LodSolver *solver, int dim) {
  const double point[1][3] = {{0.3, 0.4, 0.5}}, rate = 2;
  assert_done(
      LodSolverSetFace(solver, "left", LODNET_FACE_DIRICHLET, dim > 1 ? "sin(9*y)" : "1.5", NULL));
  assert_done(LodSolverSetFace(solver, "right", LODNET_FACE_ROBIN, "1 + x", "2 + x"));
  if (dim > 1) assert_done(LodSolverSetFace(solver, "top", LODNET_FACE_FLUX, "cos(20*x)", NULL));
  if (dim > 1) assert_done(LodSolverSetFace(solver, "bottom", LODNET_FACE_NATURAL, NULL, NULL));
  for (int side = 0; side < 2 && dim > 2; side++)
    assert_done(LodSolverSetFace(solver, side ? "back" : "front", LODNET_FACE_NATURAL, NULL, NULL));
  assert_done(LodSolverSetWells(solver, 1, point, &rate));
}

/* What a solver knows of the problem; the caller frees fine and flux. */
typedef struct {
  double  *fine, *flux;
  LodFlows flows;
} Known;

static Known solve_all(LodSolver *solver, const LodMesh *mesh, const LodMedium *medium) {
  const LodSource f = {.expression = "exp(x) + 10*(x > 0.4)", .correct = 1};
  double         *u = malloc(count_nodes(solver) * sizeof *u);
  Known           known = {.fine = malloc(count_fine(mesh) * sizeof(double)),
                           .flux = malloc(count_cells(mesh) * (size_t)mesh->dim * sizeof(double))};
  set_conditions(solver, mesh->dim);
  assert_done(LodSolverSetMedium(solver, medium));
  assert_done(LodSolverSolveProblem(solver, &f, u));
  assert_done(LodSolverFineSolution(solver, known.fine));
  assert_done(LodSolverFlux(solver, known.flux));
  assert_done(LodSolverFlows(solver, &known.flows));
  free(u);
  return known;
}

/* Asserts that two arrays agree up to a part of the larger entries. */
static void assert_close(size_t count, const double *u, const double *v, double part) {
  double largest = 0;
  for (size_t i = 0; i < count; i++)
    largest = fmax(largest, fabs(v[i]));
  ck_assert_double_gt(largest, 0);
  for (size_t i = 0; i < count; i++)
    ck_assert_double_eq_tol(u[i], v[i], part * largest);
}

/* With patches that cover D and load correctors lod is the fine method: solution, flux, flows. */
START_TEST(corrected_problems_are_the_fine_ones) {
  LodMesh    mesh, same;
  const int  cells = _i < 3 ? 16 : 8;
  LodSolver *lod = create_covering(_i, cells, LODNET_METHOD_LOD, &mesh);
  LodSolver *fine = create_covering(_i, cells, LODNET_METHOD_FINE, &same);
  double    *values = draw_tensors(&mesh, common_seed);
  double    *reaction = draw_values(&mesh, common_seed + 1);
  LodMedium  medium = {.values = values, .components = _i * (_i + 1) / 2, .reaction = reaction};
  Known      found = solve_all(lod, &mesh, &medium), expected = solve_all(fine, &same, &medium);
  assert_close(count_fine(&mesh), found.fine, expected.fine, 1e-7);
  assert_close(count_cells(&mesh) * (size_t)_i, found.flux, expected.flux, 1e-5);
  const double *flows = &found.flows.inflow[0][0], *others = &expected.flows.inflow[0][0];
  for (size_t i = 0; i < sizeof(LodFlows) / sizeof(double); i++)
    ck_assert_msg(fabs(flows[i] - others[i]) <= 1e-6 * expected.flows.energy, "%zu: %g, %g", i,
                  flows[i], others[i]);
  ck_assert_double_eq_tol(found.flows.wells, 2, 1e-12);
  ck_assert_double_gt(fabs(found.flows.inflow[0][0]), 0);
  ck_assert_double_eq_tol(found.flows.balance, 0, 1e-8 * found.flows.energy);
  assert_done(LodSolverDestroy(&lod));
  assert_done(LodSolverDestroy(&fine));
  free(values), free(reaction);
  free(found.fine), free(found.flux), free(expected.fine), free(expected.flux);
}
END_TEST

/* Through an interval flows the harmonic mean; of a constant tensor the effective one is itself,
   whatever the kind. */
START_TEST(flows_and_effective_tensors_are_known) {
  static const char *const kinds[] = {"periodic", "linear", "flow"};
  LodMesh                  mesh;
  LodSolver *solver = create_covering(1, 16, _i ? LODNET_METHOD_FINE : LODNET_METHOD_LOD, &mesh);
  double    *values = draw_values(&mesh, common_seed), resistance = 0, u[33], tensor[3][3];
  LodFlows   flows;
  for (int cell = 0; cell < 16; cell++)
    resistance += 1 / values[cell] / 16;
  for (int kind = 0; kind < 3; kind++) {
    assert_done(LodSolverSetMedium(solver, &(LodMedium){.values = values}));
    assert_done(LodSolverEffective(solver, kinds[kind], tensor));
    /* In a periodic medium patches do not cover D. */
    ck_assert_double_eq_tol(tensor[0][0], 1 / resistance, kind || _i ? 1e-9 : 1e-2);
  }
  assert_done(LodSolverSetFace(solver, "left", LODNET_FACE_DIRICHLET, "1", NULL));
  assert_done(LodSolverSetMedium(solver, &(LodMedium){.values = values}));
  assert_done(LodSolverSolveProblem(solver, &(LodSource){.correct = 1}, u));
  assert_done(LodSolverFlows(solver, &flows));
  ck_assert_double_eq_tol(flows.inflow[0][0], 1 / resistance, 1e-9);
  ck_assert_double_eq_tol(flows.inflow[0][1], -1 / resistance, 1e-9);
  ck_assert_double_eq_tol(flows.energy, 1 / resistance, 1e-9);
  assert_done(LodSolverDestroy(&solver));
  free(values);
}
END_TEST

/* 1 + 2x. */
static double linear(void *context, const double point[3]) {
  return *(const double *)context + 2 * point[0];
}

/* f in four ways, and as a load, to which conditions are added. */
START_TEST(ways_of_giving_f_agree) {
  LodMesh    mesh;
  LodSolver *solver = create_covering(2, 16, LODNET_METHOD_LOD, &mesh);
  double    *values = draw_values(&mesh, common_seed), one = 1, u[25], v[25], load[25];
  double    *nodal = malloc(33 * 33 * sizeof *nodal);
  for (int i = 0; i < 33 * 33; i++)
    nodal[i] = 1 + 2 * (i % 33) / 32.0;
  const LodSource ways[] = {{.function = linear, .context = &one},
                            {.function = linear, .context = &one, .serial = 1},
                            {.fine_values = nodal}};
  set_conditions(solver, 2);
  assert_done(LodSolverSetMedium(solver, &(LodMedium){.values = values}));
  assert_done(LodSolverSolveProblem(solver, &(LodSource){.expression = "1 + 2*x"}, u));
  for (int way = 0; way < 3; way++) {
    assert_done(LodSolverSolveProblem(solver, &ways[way], v));
    assert_close(25, v, u, 1e-10);
  }
  assert_done(LodSolverLoadExpression(solver, "1 + 2*x", load));
  assert_done(LodSolverSolve(solver, 1, load, v));
  assert_close(25, v, u, 1e-10);
  assert_done(LodSolverSolveProblem(solver, &(LodSource){.cell_values = values}, u));
  assert_done(LodSolverLoadCells(solver, values, load));
  assert_done(LodSolverSolve(solver, 1, load, v));
  assert_close(25, v, u, 1e-10);
  assert_refuses(
      LodSolverSolveProblem(solver, &(LodSource){.expression = "1", .cell_values = values}, u),
      "LodSolverSolveProblem", "in 2 ways");
  assert_done(LodSolverDestroy(&solver));
  free(values), free(nodal);
}
END_TEST

/* Conditions hold in place of earlier ones, from the next medium on, on a system for their faces.
 */
START_TEST(conditions_are_replaced) {
  LodMesh    mesh;
  LodSolver *solver = create_covering(2, 16, LODNET_METHOD_LOD, &mesh), *fresh;
  double    *values = draw_values(&mesh, common_seed), u[25], v[25];
  LodSource  f = {.expression = "1", .correct = 1};
  LodFlows   flows;
  LodSparse  matrix;
  set_conditions(solver, 2);
  assert_done(LodSolverSetMedium(solver, &(LodMedium){.values = values}));
  assert_done(LodSolverSolveProblem(solver, &f, u));
  assert_done(LodSolverMass(solver, &matrix));
  ck_assert_int_eq(matrix.n, 20);
  for (int face = 0; face < 4; face++)
    assert_done(LodSolverSetFace(solver, (const char *[]){"left", "right", "bottom", "top"}[face],
                                 LODNET_FACE_DIRICHLET, face ? NULL : "y*(1.5 - y)", NULL));
  assert_refuses(LodSolverSolveProblem(solver, &f, u), "LodSolverSolveProblem", "no coefficient");
  assert_refuses(LodSolverFlows(solver, &flows), "LodSolverFlows", "SolveProblem first");
  assert_done(LodSolverSetWells(solver, 0, NULL, NULL));
  assert_done(LodSolverSetCoefficient(solver, values));
  assert_done(LodSolverSolveProblem(solver, &f, u));
  assert_done(LodSolverMatrix(solver, &matrix));
  ck_assert_int_eq(matrix.n, 9);
  fresh = create(&mesh, LODNET_METHOD_LOD, NULL);
  assert_done(LodSolverSetFace(fresh, "left", LODNET_FACE_DIRICHLET, "y*(1.5 - y)", NULL));
  assert_done(LodSolverSetMedium(fresh, &(LodMedium){.values = values}));
  assert_done(LodSolverSolveProblem(fresh, &f, v));
  assert_close(25, u, v, 1e-12);
  f.correct = 0; /* the source of load correctors does not stay */
  assert_done(LodSolverSolveProblem(solver, &f, u));
  assert_done(LodSolverFlows(solver, &flows));
  assert_done(LodSolverDestroy(&solver));
  assert_done(LodSolverDestroy(&fresh));
  free(values);
}
END_TEST

/* What is wrong with conditions is said with the function and the place. */
START_TEST(conditions_are_refused_by_name) {
  LodMesh      mesh;
  LodSolver   *solver = create_covering(2, 16, LODNET_METHOD_LOD, &mesh);
  double      *values = draw_values(&mesh, common_seed), u[25];
  const double out[1][3] = {{0.5, 7, 0}}, rate = 1, wrong = NAN;
  const double in[1][3] = {{0.5, 0.5, 0}};
  LodMedium    medium = {.values = values};
  assert_refuses(LodSolverSetFace(solver, "front", LODNET_FACE_NATURAL, NULL, NULL),
                 "LodSolverSetFace", "top");
  assert_refuses(LodSolverSetFace(solver, "top", (LodSolverFace)9, NULL, NULL), "top", "kind is 9");
  assert_refuses(LodSolverSetFace(solver, "top", LODNET_FACE_NATURAL, "1", NULL), "top", "natural");
  assert_refuses(LodSolverSetFace(solver, "top", LODNET_FACE_FLUX, NULL, NULL), "top", "value");
  assert_refuses(LodSolverSetFace(solver, "top", LODNET_FACE_ROBIN, "1", NULL), "top", "rate");
  assert_refuses(LodSolverSetFace(solver, "top", LODNET_FACE_FLUX, "1", "2"), "top", "rate");
  assert_refuses(LodSolverSetWells(solver, 1, out, &rate), "well 0", "coordinate 1 is 7");
  assert_refuses(LodSolverSetWells(solver, 1, in, &wrong), "well 0", "rate is nan");
  assert_refuses(LodSolverSetWells(solver, 1, NULL, &rate), "LodSolverSetWells", "points");
  assert_done(LodSolverSetFace(solver, "top", LODNET_FACE_ROBIN, "1", "x - 0.5"));
  assert_refuses(LodSolverSetMedium(solver, &medium), "face \"top\"", "at least 0");
  assert_done(LodSolverSetFace(solver, "top", LODNET_FACE_DIRICHLET, "1 +", NULL));
  assert_refuses(LodSolverSetMedium(solver, &medium), "face \"top\"", "1 +");
  for (int face = 0; face < 4; face++)
    assert_done(LodSolverSetFace(solver, (const char *[]){"left", "right", "bottom", "top"}[face],
                                 LODNET_FACE_NATURAL, NULL, NULL));
  assert_done(LodSolverSetMedium(solver, &medium));
  assert_refuses(LodSolverSolveProblem(solver, &(LodSource){.expression = "1"}, u), "", "0");
  assert_refuses(LodSolverMatrix(solver, &(LodSparse){0}), "LodSolverMatrix", "singular");
  assert_done(LodSolverDestroy(&solver));
  free(values);
}
END_TEST

/* The same of media, after which a good one is taken. */
START_TEST(media_are_refused_by_name) {
  LodMesh       mesh;
  LodSolver    *solver = create_covering(2, 16, LODNET_METHOD_LOD, &mesh);
  double       *values = draw_tensors(&mesh, common_seed), u[25], tensor[3][3];
  double       *reaction = draw_values(&mesh, common_seed);
  unsigned char mask[256] = {0};
  LodMedium     medium = {.values = values, .components = 3};
  assert_refuses(LodSolverSetMedium(solver, NULL), "LodSolverSetMedium", "medium is NULL");
  assert_refuses(LodSolverSetMedium(solver, &(LodMedium){0}), "LodSolverSetMedium", "values");
  medium.components = 4;
  assert_refuses(LodSolverSetMedium(solver, &medium), "components is 4", "1, 2 or 3");
  medium.components = 3, medium.dirichlet_walls = 1;
  assert_refuses(LodSolverSetMedium(solver, &medium), "LodSolverSetMedium", "no mask");
  medium.dirichlet_walls = 0, medium.mask = mask;
  assert_refuses(LodSolverSetMedium(solver, &medium), "LodSolverSetMedium: mask", "no cell");
  mask[5 * 16 + 5] = 1;
  assert_refuses(LodSolverSetMedium(solver, &medium), "LodSolverSetMedium: mask", "[5][5]");
  medium.mask = NULL, medium.reaction = reaction, reaction[35] = -1;
  assert_refuses(LodSolverSetMedium(solver, &medium), "LodSolverSetMedium", "[2][3]");
  values[3 * 35] = -1, reaction[35] = 0;
  assert_refuses(LodSolverSetMedium(solver, &medium), "LodSolverSetMedium: values", "[2][3]");
  values[3 * 35] = 100;
  assert_done(LodSolverSetMedium(solver, &medium));
  assert_refuses(LodSolverEffective(solver, "linear", tensor), "effective", "reaction");
  assert_refuses(LodSolverEffective(solver, "round", tensor), "\"round\"", "periodic");
  memset(mask, 1, sizeof mask), mask[0] = 0;
  medium.mask = mask, medium.dirichlet_walls = 1;
  assert_done(LodSolverSetMedium(solver, &medium));
  assert_refuses(LodSolverSolve(solver, 1, u, u), "LodSolverSolve", "holes");
  assert_refuses(LodSolverMatrix(solver, &(LodSparse){0}), "LodSolverMatrix", "holes");
  assert_done(LodSolverSolveProblem(solver, &(LodSource){.cell_values = reaction}, u));
  assert_refuses(LodSolverFlows(solver, &(LodFlows){0}), "LodSolverFlows", "expression");
  assert_done(LodSolverDestroy(&solver));
  free(values), free(reaction);
}
END_TEST

int main(void) {
  TCase *tcase = tcase_create("problems");
  tcase_add_loop_test(tcase, corrected_problems_are_the_fine_ones, 1, 4);
  tcase_add_loop_test(tcase, flows_and_effective_tensors_are_known, 0, 2);
  tcase_add_test(tcase, ways_of_giving_f_agree);
  tcase_add_test(tcase, conditions_are_replaced);
  tcase_add_test(tcase, conditions_are_refused_by_name);
  tcase_add_test(tcase, media_are_refused_by_name);
  return run(tcase);
}
