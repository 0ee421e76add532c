/* Local operators of tensors, a reaction and Robin faces. */
#include <string.h>

#include "lod/exact.h"
#include "lod/update.h"
#include "tensor_meshes.h"

/* The same of two sets of all local operators. */
static double operators_difference(const LodGrid *grid, const double *found, const double *wanted) {
  return relative_difference(LodGridCells(grid) * LodGridOperatorSize(grid), found, wanted);
}

START_TEST(exact_paths_agree) {
  const unsigned long long seed = test_seed();
  const LodGrid           *grid = &meshes[_i];
  for (int kind = 0; kind < N_KINDS; kind++) {
    LodCoefficient medium = medium_of_kind(grid, kind, seed);
    double        *plain = all_operators(LodExactPatchCreate, grid, &medium);
    double        *shared = all_operators(LodExactSharedCreate, grid, &medium);
    ck_assert_double_le(operators_difference(grid, shared, plain), 1e-12);
    free(plain);
    free(shared);
    assert_ok(LodCoefficientDestroy(&medium));
  }
}
END_TEST

START_TEST(equal_components_are_a_number) {
  /* a 1 as a tensor, both ways, is what the number a is, through other code. */
  const LodGrid *grid = &meshes[_i];
  LodCoefficient number = random_coefficient(grid, test_seed(), 1, 30);
  double        *wanted = all_operators(LodExactSharedCreate, grid, &number);
  for (int kind = 1; kind < 3; kind++) {
    const PetscInt dim = grid->dim, n = components_of[dim - 1][kind];
    LodCoefficient tensor;
    assert_ok(LodCoefficientCreateTensor(dim, grid->coefficient, n, &tensor));
    for (PetscInt i = 0; i < LodCoefficientCells(&tensor); i++)
      for (PetscInt p = 0; p < dim; p++)
        tensor.values[i * n + (n == 1     ? 0
                               : n == dim ? p
                                          : LodTensorComponent(dim, p, p))] = number.values[i];
    double *found = all_operators(LodExactSharedCreate, grid, &tensor);
    ck_assert_double_le(operators_difference(grid, found, wanted), 1e-12);
    free(found);
    assert_ok(LodCoefficientDestroy(&tensor));
  }
  free(wanted);
  assert_ok(LodCoefficientDestroy(&number));
}
END_TEST

START_TEST(diagonal_tensors_are_stretched_boxes) {
  /* With A = diag(s_p^2) the form is that of A = 1 on the box with sides L_p / s_p, times the
     product of the s_p. */
  static const double stretch[LOD_MAX_DIM] = {1.5, 0.4, 2.2};
  const LodGrid      *grid = &meshes[_i];
  const PetscInt      dim = grid->dim, n = LodGridCells(grid) * LodGridOperatorSize(grid);
  LodGrid             box = *grid;
  LodCoefficient      number = random_coefficient(grid, test_seed(), 1, 30), tensor;
  double              product = 1;
  if (dim == 1) {
    assert_ok(LodCoefficientDestroy(&number));
    return; /* there a tensor is a number */
  }
  assert_ok(LodCoefficientCreateTensor(dim, grid->coefficient, dim, &tensor));
  for (PetscInt p = 0; p < dim; p++) {
    box.extent[p] /= stretch[p];
    product *= stretch[p];
    for (PetscInt i = 0; i < LodCoefficientCells(&tensor); i++)
      tensor.values[i * dim + p] = number.values[i] * stretch[p] * stretch[p];
  }
  double *wanted = all_operators(LodExactPatchCreate, &box, &number);
  double *found = all_operators(LodExactSharedCreate, grid, &tensor);
  for (PetscInt i = 0; i < n; i++)
    wanted[i] *= product;
  ck_assert_double_le(operators_difference(grid, found, wanted), 1e-11);
  free(wanted);
  free(found);
  assert_ok(LodCoefficientDestroy(&number));
  assert_ok(LodCoefficientDestroy(&tensor));
}
END_TEST

/* New axis a is old axis `axis[a]`, turned round if `flip[a]`. */
typedef struct {
  PetscInt axis[LOD_MAX_DIM], flip[LOD_MAX_DIM];
} Turn;

static const Turn turns[] = {{{1, 0, 2}, {0, 0, 0}},
                             {{0, 1, 2}, {1, 0, 0}},
                             {{1, 0, 2}, {0, 1, 0}},
                             {{1, 2, 0}, {0, 1, 1}},
                             {{2, 1, 0}, {0, 0, 1}}};
enum { N_TURNS = sizeof turns / sizeof turns[0] };

/* Whether the turn leaves the axes >= dim alone. */
static PetscBool turn_serves(const Turn *turn, PetscInt dim) {
  for (PetscInt axis = dim; axis < LOD_MAX_DIM; axis++)
    if (turn->axis[axis] != axis || turn->flip[axis]) return PETSC_FALSE;
  return PETSC_TRUE;
}

/* Where the entry of an old box of sizes size[] at `position` goes in the turned one. */
static PetscInt turned_position(const Turn *turn, PetscInt dim, const PetscInt size[],
                                PetscInt position) {
  const LodBox from = LodBoxCells(dim, size);
  PetscInt     to = 0, old[LOD_MAX_DIM];
  LodBoxIndex(&from, position, old);
  for (PetscInt a = dim - 1; a >= 0; a--) {
    const PetscInt along = turn->axis[a];
    to = to * size[along] + (turn->flip[a] ? size[along] - 1 - old[along] : old[along]);
  }
  return to;
}

/* The turned mesh. */
static LodGrid turned_grid(const Turn *turn, const LodGrid *grid) {
  LodGrid turned = *grid;
  for (PetscInt a = 0; a < grid->dim; a++) {
    const PetscInt along = turn->axis[a];
    turned.coarse[a] = grid->coarse[along];
    turned.coefficient[a] = grid->coefficient[along];
    turned.fine[a] = grid->fine[along];
    turned.extent[a] = grid->extent[along];
    for (PetscInt side = 0; side < 2; side++)
      turned.natural[a][side] = grid->natural[along][side != turn->flip[a]];
  }
  return turned;
}

/* The turned medium: symmetric tensors and a reaction. */
static LodCoefficient turned_medium(const Turn *turn, const LodGrid *grid,
                                    const LodCoefficient *medium) {
  const LodGrid  to = turned_grid(turn, grid);
  const PetscInt dim = grid->dim, n = medium->components;
  LodCoefficient turned;
  assert_ok(LodCoefficientCreateTensor(dim, to.coefficient, n, &turned));
  assert_ok(PetscMalloc1(LodCoefficientCells(medium), &turned.reaction));
  for (PetscInt i = 0; i < LodCoefficientCells(medium); i++) {
    const PetscInt at = turned_position(turn, dim, grid->coefficient, i);
    double         tensor[LOD_MAX_DIM][LOD_MAX_DIM];
    LodCoefficientTensor(medium, i, tensor);
    turned.reaction[at] = medium->reaction[i];
    for (PetscInt p = 0; p < dim; p++)
      for (PetscInt q = p; q < dim; q++)
        turned.values[at * n + LodTensorComponent(dim, p, q)] =
            (turn->flip[p] != turn->flip[q] ? -1 : 1) * tensor[turn->axis[p]][turn->axis[q]];
  }
  return turned;
}

START_TEST(turning_a_problem_turns_its_operators) {
  const unsigned long long seed = test_seed();
  const LodGrid           *grid = &meshes[_i];
  const PetscInt           dim = grid->dim, corners = LodGridCorners(grid), two[] = {2, 2, 2};
  const PetscInt           nodes = 2 * grid->ell + 2, patch[] = {nodes, nodes, nodes};
  const size_t             size = (size_t)LodGridOperatorSize(grid);
  for (int t = 0; t < N_TURNS && dim > 1; t++) {
    const Turn *turn = &turns[t];
    if (!turn_serves(turn, dim)) continue;
    const LodGrid  to = turned_grid(turn, grid);
    LodCoefficient medium =
        random_medium(grid, dim * (dim + 1) / 2, MEDIUM_REACTION, seed, (uint64_t)t);
    LodCoefficient turned = turned_medium(turn, grid, &medium);
    double        *found = all_operators(LodExactSharedCreate, &to, &turned);
    double        *plain = all_operators(LodExactSharedCreate, grid, &medium);
    double        *wanted = malloc((size_t)LodGridCells(grid) * size * sizeof *wanted);
    for (PetscInt i = 0; i < LodGridCells(grid) * (PetscInt)size; i++) {
      const PetscInt cell = i / (PetscInt)size, z = i % (PetscInt)size / corners;
      wanted[(size_t)turned_position(turn, dim, grid->coarse, cell) * size +
             (size_t)(turned_position(turn, dim, patch, z) * corners +
                      turned_position(turn, dim, two, i % corners))] = plain[i];
    }
    ck_assert_double_le(operators_difference(grid, found, wanted), 1e-11);
    free(found), free(plain), free(wanted);
    assert_ok(LodCoefficientDestroy(&medium));
    assert_ok(LodCoefficientDestroy(&turned));
  }
}
END_TEST

/* Updates from `before` to `after`, against computing all anew; returns the changed cells. */
static PetscInt updated_cells(const LodGrid *grid, const LodCoefficient *before,
                              const LodCoefficient *after) {
  const PetscInt     cells = LodGridCells(grid), size = LodGridOperatorSize(grid);
  double            *previous = all_operators(LodExactSharedCreate, grid, before);
  double            *wanted = all_operators(LodExactSharedCreate, grid, after);
  double            *found = malloc((size_t)(cells * size) * sizeof *found);
  LodLocalOperators *source, *updated;
  PetscInt           count;
  assert_ok(LodExactSharedCreate(grid, &source));
  assert_ok(LodUpdateCreate(source, before, previous, &updated));
  assert_ok(LodLocalOperatorsSetCoefficient(updated, after));
  assert_ok(LodLocalOperatorsCompute(updated, 0, cells, NULL, found));
  assert_ok(LodUpdateCount(updated, &count));
  ck_assert_mem_eq(found, wanted, (size_t)(cells * size) * sizeof *found);
  assert_ok(LodLocalOperatorsDestroy(&updated));
  assert_ok(LodLocalOperatorsDestroy(&source));
  free(previous), free(wanted), free(found);
  return count;
}

START_TEST(updates_see_every_number) {
  LodGrid        grid = {LOD_UNIT_CUBE(2, 8, 16, 32), .ell = 1, .natural = {{0, 1}, {1, 0}}};
  LodCoefficient before = random_medium(&grid, 3, MEDIUM_REACTION | MEDIUM_ROBIN, test_seed(), 1);
  const PetscInt inner = 9 * 16 + 9; /* in coarse cell (4, 4): seen by 9 patches */
  double        *places[5];
  LodCoefficient after;
  assert_ok(LodCoefficientCopy(&before, &after));
  ck_assert_int_eq(updated_cells(&grid, &before, &after), 0);
  for (int component = 0; component < 3; component++)
    places[component] = &after.values[3 * inner + component];
  places[3] = &after.reaction[inner];
  places[4] = &after.robin[0][1][9]; /* at the right, row 4: seen by 2 x 3 patches */
  for (int i = 0; i < 5; i++) {
    const double kept = *places[i];
    *places[i] *= 1.01;
    ck_assert_int_eq(updated_cells(&grid, &before, &after), i < 4 ? 9 : 6);
    *places[i] = kept;
  }
  assert_ok(PetscFree(after.robin[1][0])); /* all of the lowest two rows */
  ck_assert_int_eq(updated_cells(&grid, &before, &after), 16);
  assert_ok(LodCoefficientDestroy(&before));
  assert_ok(LodCoefficientDestroy(&after));
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("tensor_operators");
  TCase *tests = tcase_create("tensor_operators");
  tcase_add_loop_test(tests, exact_paths_agree, 0, N_MESHES);
  tcase_add_loop_test(tests, equal_components_are_a_number, 0, N_MESHES);
  tcase_add_loop_test(tests, diagonal_tensors_are_stretched_boxes, 0, N_MESHES);
  tcase_add_loop_test(tests, turning_a_problem_turns_its_operators, 0, N_MESHES);
  tcase_add_test(tests, updates_see_every_number);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
