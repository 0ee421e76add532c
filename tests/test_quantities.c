/* Quantities of interest: of linear functions exactly, of random problems by their balances. */
#include <math.h>
#include <string.h>

#include "base/random.h"
#include "check_lodnet.h"
#include "fem/element.h"
#include "grid/domain.h"
#include "grid/faces.h"
#include "random_medium.h"
#include "solver/quantities.h"

/* A problem, solved, and its quantities. */
typedef struct {
  LodGrid        grid;
  LodCoefficient coefficient;
  LodConditions  conditions;
  LodData        data;
  LodSolveResult result;
  LodQuantities  quantities;
} Solved;

/* Solves for f, with conditions and coefficient set, and computes the quantities of a request. */
static void solve(Solved *problem, LodMethod method, const char *rhs, PetscBool fine_field,
                  const LodQuantityRequest *request) {
  const PetscBool       source = (PetscBool)(fine_field && method == LOD_METHOD_LOD);
  const LodSolveOptions options = {
      .correct = source, .reconstruct = fine_field, .quiet = PETSC_TRUE};
  const LodQuantityProblem asked = {.grid = &problem->grid,
                                    .coefficient = &problem->coefficient,
                                    .conditions = &problem->conditions,
                                    .data = &problem->data,
                                    .rhs = rhs,
                                    .rhs_where = "rhs",
                                    .request = request};
  LodQuantityParts         parts;
  assert_ok(LodConditionsApply(&problem->conditions, &problem->grid, &problem->coefficient));
  assert_ok(LodDataCreate(&problem->grid, &problem->coefficient, &problem->conditions, rhs, "rhs",
                          source, &problem->data));
  assert_ok(LodMethodSolve(PETSC_COMM_SELF, method, &problem->grid, &problem->coefficient,
                           &problem->data, &options, &problem->result));
  assert_ok(LodQuantityPartsCompute(&asked, &parts));
  assert_ok(LodQuantitiesCompute(&asked, &parts, &problem->result, &problem->quantities));
}

/* Frees what solve() has made, for another solve; or everything. */
static void forget_solution(Solved *problem) {
  assert_ok(LodQuantitiesDestroy(&problem->quantities));
  assert_ok(LodSolveResultDestroy(&problem->result));
  assert_ok(LodDataDestroy(&problem->data));
  assert_ok(PetscFree(problem->coefficient.reaction));
  for (int i = 0; i < 2 * LOD_MAX_DIM; i++)
    assert_ok(PetscFree(problem->coefficient.robin[i / 2][i % 2]));
}
static void forget(Solved *problem) {
  forget_solution(problem);
  assert_ok(LodConditionsDestroy(&problem->conditions));
  assert_ok(LodCoefficientDestroy(&problem->coefficient));
}

/* The value of a name, which must be there. */
static double value(const Solved *problem, const char *name) {
  const double found = LodQuantitiesValue(&problem->quantities, name);
  ck_assert_msg(!isnan(found), "no quantity %s", name);
  return found;
}

/* The inflow of a face. */
static double inflow(const Solved *problem, PetscInt axis, int side) {
  char name[64];
  (void)snprintf(name, sizeof name, "inflow_%s", lod_face_names[axis][side]);
  return value(problem, name);
}

/* A box of few cells. */
static LodGrid box(PetscInt dim) {
  return (LodGrid){.dim = dim,
                   .coarse = {3, dim > 1 ? 2 : 1, dim > 2 ? 2 : 1},
                   .coefficient = {6, dim > 1 ? 4 : 1, dim > 2 ? 2 : 1},
                   .fine = {12, dim > 1 ? 8 : 1, dim > 2 ? 4 : 1},
                   .ell = 2,
                   .extent = {1.5, 0.8, 1.2}};
}

/* u = 1 + 3 x_axis, A = 2, g on the faces across the axis, the others natural: flows, energy,
   values and means are known, by every method. */
static void check_linear(PetscInt dim, PetscInt axis, LodMethod method) {
  static const char *const text[] = {"1 + 3*x", "1 + 3*y", "1 + 3*z"};
  Solved                   problem = {.grid = box(dim)};
  const double             lengths[] = {1.5, 0.8, 1.2};
  const LodQuantityPlace   point = {dim, {0.31, 0.47, 0.2}, {0.31, 0.47, 0.2}, "P", NULL};
  const LodQuantityPlace   mean = {dim, {0.1, 0.2, 0.3}, {1.3, 0.33, 0.71}, "B", NULL};
  const double             middle[] = {0.7, 0.265, 0.505};
  double                   area = 1;
  assert_ok(LodCoefficientOfOnes(dim, problem.grid.coefficient, &problem.coefficient));
  LodCoefficientScale(&problem.coefficient, 2);
  for (PetscInt a = 0; a < dim; a++) {
    if (a != axis) area *= lengths[a];
    for (int side = 0; side < 2; side++)
      assert_ok(LodConditionsSetFace(&problem.conditions, dim, lod_face_names[a][side],
                                     a == axis ? LOD_FACE_DIRICHLET : LOD_FACE_NATURAL,
                                     a == axis ? text[axis] : NULL, NULL, "test"));
  }
  solve(&problem, method, "0", PETSC_FALSE,
        &(LodQuantityRequest){.n_points = 1, .n_means = 1, .points = &point, .means = &mean});
  for (PetscInt a = 0; a < dim; a++)
    for (int side = 0; side < 2; side++)
      ck_assert_double_eq_tol(inflow(&problem, a, side), a != axis ? 0 : (side ? 6 : -6) * area,
                              1e-7);
  ck_assert_double_eq_tol(value(&problem, "balance"), 0, 1e-7);
  ck_assert_double_eq_tol(value(&problem, "energy"), 18 * area * lengths[axis], 1e-8);
  ck_assert_double_eq_tol(value(&problem, "load"), 0, 1e-14);
  ck_assert_double_eq_tol(value(&problem, "point P"), 1 + 3 * point.low[axis], 1e-8);
  ck_assert_double_eq_tol(value(&problem, "mean B"), 1 + 3 * middle[axis], 1e-8);
  forget(&problem);
}

START_TEST(linear_functions_are_exact) {
  for (PetscInt dim = 1; dim <= 3; dim++)
    for (PetscInt axis = 0; axis < dim; axis++) {
      check_linear(dim, axis, LOD_METHOD_LOD);
      check_linear(dim, axis, LOD_METHOD_FINE);
      check_linear(dim, axis, LOD_METHOD_COARSE);
    }
}
END_TEST

/* Every kind of condition at once, and all but one face without flow through Dirichlet nodes. */
static void set_conditions(Solved *problem) {
  static const LodWell wells[] = {{{0.41, 0.37, 0.61}, 0.7, NULL}, {{1.2, 0.5, 0.1}, -1.1, NULL}};
  LodConditions       *conditions = &problem->conditions;
  const PetscInt       dim = problem->grid.dim;
  assert_ok(LodConditionsSetFace(conditions, dim, "left", LOD_FACE_DIRICHLET, NULL, NULL, "test"));
  assert_ok(LodConditionsSetFace(conditions, dim, "right", LOD_FACE_ROBIN, "2 + sin(9*x)",
                                 "1.5 + x", "test"));
  if (dim > 1) {
    assert_ok(
        LodConditionsSetFace(conditions, dim, "bottom", LOD_FACE_FLUX, "1 + x", NULL, "test"));
    assert_ok(LodConditionsSetFace(conditions, dim, "top", LOD_FACE_NATURAL, NULL, NULL, "test"));
  }
  for (int side = 0; side < 2 && dim > 2; side++) /* no node is then on two Dirichlet faces */
    assert_ok(LodConditionsSetFace(conditions, dim, lod_face_names[2][side], LOD_FACE_NATURAL, NULL,
                                   NULL, "test"));
  assert_ok(LodConditionsSetReaction(conditions, "1 + x", "test"));
  for (int i = 0; i < 2; i++)
    assert_ok(LodConditionsAddWell(conditions, wells[i].point, wells[i].rate, "test"));
}

/* With g = 0 the energy is l(u), whatever else there is; flows balance sources; the flux through
   `bottom` is the integral of its q; and the parts of the load are what they are called. By fine,
   and by lod with correctors and patches that cover D all quantities are the same. */
START_TEST(flows_balance_and_energies_agree) {
  const unsigned long long seed = test_seed();
  for (PetscInt dim = 1; dim <= 3; dim++) {
    Solved                   problem = {.grid = box(dim)}, other = {.grid = box(dim)};
    const double             middle[] = {0.75, 0.4, 0.6};
    LodQuantityPlace         place = {dim, {0.2, 0.1, 0.3}, {1.1, 0.7, 0.9}, "B", NULL};
    const LodQuantityRequest request = {.n_means = 1, .means = &place};
    problem.coefficient = random_medium(&problem.grid, dim * (dim + 1) / 2, 0, seed, (uint64_t)dim);
    assert_ok(LodCoefficientCopy(&problem.coefficient, &other.coefficient));
    set_conditions(&problem);
    set_conditions(&other);
    solve(&problem, LOD_METHOD_FINE, "1 + x", PETSC_FALSE, &request);
    solve(&other, LOD_METHOD_LOD, "1 + x", PETSC_TRUE, &request);
    ck_assert_str_eq(problem.quantities.of, "u");
    ck_assert_str_eq(other.quantities.of, "u_ms");
    const double energy = value(&problem, "energy");
    double       volume = 1;
    for (PetscInt a = 0; a < dim; a++)
      volume *= problem.grid.extent[a];
    ck_assert_double_eq_tol(energy, value(&problem, "load"), 1e-8 * energy);
    ck_assert_double_eq_tol(value(&problem, "balance"), 0, 1e-7);
    ck_assert_double_eq_tol(value(&problem, "wells"), -0.4, 1e-14);
    ck_assert_double_eq_tol(value(&problem, "source"), volume * (1 + middle[0]), 1e-12);
    if (dim > 1)
      ck_assert_double_eq_tol(inflow(&problem, 1, 0), volume / 0.8 * (1 + middle[0]), 1e-12);
    ck_assert_int_eq(problem.quantities.n, other.quantities.n);
    for (PetscInt i = 0; i < problem.quantities.n; i++) {
      ck_assert_str_eq(problem.quantities.items[i].name, other.quantities.items[i].name);
      ck_assert_double_eq_tol(problem.quantities.items[i].value, other.quantities.items[i].value,
                              1e-6);
    }
    forget(&problem);
    forget(&other);
  }
}
END_TEST

/* Fewer layers, no reaction and no Robin face: flows of u_H still balance to rounding, with u = 0
   on all faces too, of nodes that lie on several of them. */
START_TEST(compressed_flows_balance) {
  const unsigned long long seed = test_seed();
  for (PetscInt dim = 1; dim <= 3; dim++)
    for (int method = LOD_METHOD_LOD; method <= LOD_METHOD_COARSE; method++) {
      Solved problem = {.grid = box(dim)};
      if (method == LOD_METHOD_DNN) continue;
      problem.grid.ell = 1;
      problem.coefficient = random_medium(&problem.grid, 1, 0, seed, (uint64_t)dim);
      assert_ok(LodConditionsSetFace(&problem.conditions, dim, "left", LOD_FACE_DIRICHLET, "1",
                                     NULL, "test"));
      solve(&problem, (LodMethod)method, "x", PETSC_FALSE, NULL);
      double total = value(&problem, "source"), size = total;
      for (PetscInt axis = 0; axis < dim; axis++)
        for (int side = 0; side < 2; side++) {
          total += inflow(&problem, axis, side);
          size += fabs(inflow(&problem, axis, side));
        }
      ck_assert_double_eq_tol(total, value(&problem, "balance"), 1e-13 * size);
      ck_assert_double_lt(fabs(total), 1e-8 * size);
      if (method == LOD_METHOD_LOD) ck_assert_double_lt(fabs(total), 1e-10 * size);
      forget(&problem);
    }
}
END_TEST

/* u = 0 on all faces of a square, f = 1, A = 1: by symmetry a quarter flows out through each, nodes
   at corners included; of a box what flows through the four faces is all there is. */
START_TEST(corners_are_shared) {
  Solved problem = {.grid = {LOD_UNIT_CUBE(2, 4, 8, 16), .ell = 1}};
  assert_ok(LodCoefficientOfOnes(2, problem.grid.coefficient, &problem.coefficient));
  for (int method = LOD_METHOD_LOD; method <= LOD_METHOD_COARSE; method++) {
    if (method == LOD_METHOD_DNN) continue;
    solve(&problem, (LodMethod)method, "1", PETSC_FALSE, NULL);
    for (int face = 0; face < 4; face++)
      ck_assert_double_eq_tol(inflow(&problem, face / 2, face % 2), -0.25, 1e-8);
    forget_solution(&problem);
  }
  forget(&problem);
}
END_TEST

/* A random box, places[0], in the left half if there is a hole beyond, into which it goes on then;
   a random point, places[1]; and for the function of the test below the mean and the value there.
 */
static void draw_places(const LodGrid *grid, PetscBool masked, unsigned long long seed,
                        uint64_t trial, LodQuantityPlace places[2], double exact[2]) {
  places[0] = (LodQuantityPlace){.n = 2, .text = "B"};
  places[1] = (LodQuantityPlace){.n = 2, .text = "P"};
  exact[0] = exact[1] = 1;
  for (int axis = 0; axis < 2; axis++) {
    const double length = grid->extent[axis] * (masked && axis == 0 ? 0.5 : 1);
    double       ends[2] = {length * LodRandomUniform(seed, trial, (uint64_t)(2 * axis)),
                            length * LodRandomUniform(seed, trial, (uint64_t)(2 * axis) + 1)};
    if (trial == 0) ends[0] = 0, ends[1] = length;
    places[0].low[axis] = fmin(ends[0], ends[1]);
    places[0].high[axis] = fmax(ends[0], ends[1]);
    places[1].low[axis] = places[1].high[axis] = ends[0];
    const double middle = (ends[0] + ends[1]) / 2;
    exact[0] *= axis == 0 ? 1 + middle : 2 - middle;
    exact[1] *= axis == 0 ? 1 + ends[0] : 2 - ends[0];
  }
  if (masked) places[0].high[0] += 0.75; /* into the hole: counts as far as D goes */
  if (masked)
    exact[0] *= (1 + (places[0].low[0] + 0.75) / 2) /
                (1 + (places[0].low[0] + places[0].high[0] - 0.75) / 2);
}

/* Products of coordinates are Q1: their means over any boxes of any mesh are known, those of boxes
   in one cell too; with a hole only what is in D counts. */
START_TEST(means_and_values_are_exact) {
  const unsigned long long seed = test_seed();
  const LodGrid            grid = box(2);
  double                   values[13 * 9];
  LodSolveResult           result = {.method = LOD_METHOD_FINE,
                                     .cells = {12, 8, 1},
                                     .values = values,
                                     .load = values,
                                     .form = values};
  LodCoefficient           coefficient;
  LodData                  data = {.load = values};
  assert_ok(LodCoefficientOfOnes(2, grid.coefficient, &coefficient));
  for (int y = 0; y <= 8; y++)
    for (int x = 0; x <= 12; x++)
      values[13 * y + x] = (1 + 1.5 * x / 12) * (2 - 0.8 * y / 8);
  for (int masked = 0; masked < 2; masked++) {
    if (masked) { /* the right half is a hole */
      unsigned char mask[6 * 4];
      for (int i = 0; i < 6 * 4; i++)
        mask[i] = i % 6 < 3;
      assert_ok(LodDomainSetMask(&coefficient, mask, PETSC_FALSE, "test"));
    }
    for (uint64_t trial = 0; trial < 40; trial++) {
      LodQuantityPlace places[2];
      double           exact[2];
      draw_places(&grid, (PetscBool)masked, seed, trial, places, exact);
      const LodQuantityRequest request = {1, 1, &places[1], &places[0]};
      const LodQuantityProblem problem = {
          .grid = &grid, .coefficient = &coefficient, .data = &data, .request = &request};
      LodQuantities quantities;
      assert_ok(LodQuantityRequestCheck(&request, &grid, &coefficient));
      assert_ok(LodQuantitiesCompute(&problem, &(LodQuantityParts){0}, &result, &quantities));
      ck_assert_double_eq_tol(LodQuantitiesValue(&quantities, "mean B"), exact[0], 1e-12);
      ck_assert_double_eq_tol(LodQuantitiesValue(&quantities, "point P"), exact[1], 1e-12);
      assert_ok(LodQuantitiesDestroy(&quantities));
    }
  }
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

/* Asserts that a point or a box is refused. */
static void check_refused(const LodCoefficient *coefficient, PetscBool mean, PetscInt n, double x0,
                          double y0, double x1, double y1, const char *text) {
  const LodGrid            grid = box(2);
  const LodQuantityPlace   place = {n, {x0, y0, 0}, {x1, y1, 0}, "PLACE", NULL};
  const LodQuantityRequest request = {.n_points = !mean, .n_means = mean, &place, &place};
  LodErrorClear();
  assert_refuses(LodQuantityRequestCheck(&request, &grid, coefficient), text);
  LodErrorClear();
}

/* Places outside D, empty boxes, holes, coordinates of another dimension. */
START_TEST(places_are_checked) {
  const LodGrid  grid = box(2);
  LodCoefficient coefficient;
  unsigned char  mask[6 * 4];
  assert_ok(LodCoefficientOfOnes(2, grid.coefficient, &coefficient));
  check_refused(&coefficient, PETSC_FALSE, 2, 1.6, 0.2, 1.6, 0.2,
                "--point PLACE: lies outside D, whose x goes from 0 to 1.5");
  check_refused(&coefficient, PETSC_FALSE, 2, 1, -0.1, 1, -0.1, "whose y goes from 0 to 0.8");
  check_refused(&coefficient, PETSC_FALSE, 3, 1, 0.1, 1, 0.1,
                "has 3 coordinates, but D has 2 axes");
  check_refused(&coefficient, PETSC_TRUE, 2, 0, 0, 1.6, 0.5, "--mean PLACE: lies outside");
  check_refused(&coefficient, PETSC_TRUE, 2, 0.5, 0, 0.5, 0.5, "--mean PLACE: is empty along x");
  check_refused(&coefficient, PETSC_TRUE, 2, 0, 0.5, 0.5, 0.4, "is empty along y");
  for (int i = 0; i < 6 * 4; i++)
    mask[i] = i % 6 < 3;
  assert_ok(LodDomainSetMask(&coefficient, mask, PETSC_FALSE, "test"));
  check_refused(&coefficient, PETSC_FALSE, 2, 1, 0.1, 1, 0.1, "--point PLACE: lies in a hole");
  check_refused(&coefficient, PETSC_TRUE, 2, 0.8, 0.1, 1, 0.2, "--mean PLACE: lies in a hole");
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

/* What flows in through Dirichlet walls of a fine solution by its definition: the sum of a(u, hat)
   - (1, hat) over the nodes of walls, the hat functions not being cut. f = 1. */
static double wall_flow(const Solved *problem) {
  const LodGrid *grid = &problem->grid;
  const LodBox   cells = LodBoxCells(2, grid->fine), nodes = LodBoxNodes(2, grid->fine);
  LodCellTables  tables;
  LodCoefficient open = problem->coefficient; /* borrows; nothing is cut */
  double         sum = 0;
  open.dirichlet_walls = PETSC_FALSE;
  LodCellTablesInit(grid, grid->fine, &tables);
  for (PetscInt cell = 0; cell < LodBoxCount(&cells); cell++) {
    PetscInt index[LOD_MAX_DIM], node[4][LOD_MAX_DIM] = {{0}};
    double   matrix[16];
    LodBoxIndex(&cells, cell, index);
    if (!LodDomainHasFineCell(grid, &problem->coefficient, index)) continue;
    LodCellMatrix(&tables, &open, index, matrix);
    for (int a = 0; a < 4; a++)
      for (int axis = 0; axis < 2; axis++)
        node[a][axis] = index[axis] + (a >> axis & 1);
    for (int a = 0; a < 4; a++) {
      if (LodDomainNode(grid, &problem->coefficient, grid->fine, node[a]) != LOD_NODE_WALL)
        continue;
      sum -= 0.25 / (double)(grid->fine[0] * grid->fine[1]);
      for (int b = 0; b < 4; b++)
        sum += matrix[4 * a + b] * problem->result.values[LodBoxPosition(&nodes, node[b])];
    }
  }
  return sum;
}

/* Walls with u = 0 take up what the faces leave. */
START_TEST(walls_are_part_of_the_balance) {
  for (int walls = 0; walls < 2; walls++)
    for (int method = LOD_METHOD_LOD; method <= LOD_METHOD_COARSE; method++) {
      Solved        problem = {.grid = {LOD_UNIT_CUBE(2, 4, 8, 16), .ell = 1}};
      unsigned char mask[64];
      if (method == LOD_METHOD_DNN) continue;
      for (int i = 0; i < 64; i++)
        mask[i] = !(i % 8 >= 4 && i % 8 < 6 && i / 8 >= 2 && i / 8 < 6);
      assert_ok(LodCoefficientOfOnes(2, problem.grid.coefficient, &problem.coefficient));
      assert_ok(LodDomainSetMask(&problem.coefficient, mask, (PetscBool)walls, "test"));
      solve(&problem, (LodMethod)method, "1", PETSC_FALSE, NULL);
      ck_assert_double_eq_tol(value(&problem, "source"), 1 - 8. / 64, 1e-12);
      const double wall = LodQuantitiesValue(&problem.quantities, "inflow_walls");
      ck_assert_int_eq(!isnan(wall), walls);
      if (!walls) ck_assert_double_eq_tol(value(&problem, "balance"), 0, 1e-8);
      /* Of the fine solution: rows of wall nodes with nothing cut, by cell matrices. */
      if (walls && method == LOD_METHOD_FINE)
        ck_assert_double_eq_tol(wall, wall_flow(&problem), 1e-8);
      if (walls) ck_assert_double_lt(wall, -0.1);
      forget(&problem);
    }
}
END_TEST

/* The suite. */
int main(int argc, char **argv) {
  Suite *suite = suite_create("quantities");
  TCase *cases = tcase_create("quantities");
  tcase_add_test(cases, linear_functions_are_exact);
  tcase_add_test(cases, flows_balance_and_energies_agree);
  tcase_add_test(cases, compressed_flows_balance);
  tcase_add_test(cases, corners_are_shared);
  tcase_add_test(cases, means_and_values_are_exact);
  tcase_add_test(cases, places_are_checked);
  tcase_add_test(cases, walls_are_part_of_the_balance);
  tcase_set_timeout(cases, 60);
  suite_add_tcase(suite, cases);
  return test_run(suite, argc, argv);
}
