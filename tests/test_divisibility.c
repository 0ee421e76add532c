/* Plain Q1 on coarse cells that do not divide those of the coefficient: the same integrals as on
   cells that divide both. */
#include <math.h>
#include <string.h>

#include "base/random.h"
#include "check_lodnet.h"
#include "fem/element.h"
#include "fem/load.h"
#include "fem/q1_system.h"

/* A number from 1 to `most`. */
static PetscInt random_size(uint64_t seed, uint64_t stream, uint64_t counter, PetscInt most) {
  return 1 + (PetscInt)(LodRandomBits(seed, stream, counter) % (uint64_t)most);
}

/* A medium of random cells: round by round a number, diagonal or symmetric tensors, in half of the
   rounds with c, and with r on all faces. */
static LodCoefficient random_medium(uint64_t seed, uint64_t round, PetscInt dim, PetscInt most) {
  const PetscInt kinds[] = {1, dim, dim * (dim + 1) / 2};
  PetscInt       cells[LOD_MAX_DIM] = {1, 1, 1};
  LodCoefficient medium;
  uint64_t       counter = 100;
  for (PetscInt axis = 0; axis < dim; axis++)
    cells[axis] = random_size(seed, round, (uint64_t)axis, most);
  assert_ok(LodCoefficientCreateTensor(dim, cells, dim == 1 ? 1 : kinds[round / 3 % 3], &medium));
  for (PetscInt i = 0; i < LodCoefficientCells(&medium); i++)
    for (PetscInt p = 0; p < medium.components; p++) {
      const double u = LodRandomUniform(seed, round, counter++);
      /* Small beside the diagonal, which is where A of three components has 0 and 2, of six 0,
       * 3, 5. */
      const PetscBool diagonal = (PetscBool)(medium.components <= dim || p == 0 ||
                                             p == medium.components - 1 || (dim == 3 && p == 3));
      medium.values[i * medium.components + p] = diagonal ? 1 + 9 * u : u - 0.5;
    }
  if (round % 2) return medium;
  assert_ok(PetscMalloc1(LodCoefficientCells(&medium), &medium.reaction));
  for (PetscInt i = 0; i < LodCoefficientCells(&medium); i++)
    medium.reaction[i] = 100 * LodRandomUniform(seed, round, counter++);
  for (PetscInt face = 0; face < 2 * dim; face++) {
    const LodBox box = LodCoefficientFaceBox(&medium, face / 2, face % 2);
    double     **rates = &medium.robin[face / 2][face % 2];
    assert_ok(PetscMalloc1(LodBoxCount(&box), rates));
    for (PetscInt i = 0; i < LodBoxCount(&box); i++)
      (*rates)[i] = LodRandomUniform(seed, round, counter++);
  }
  return medium;
}

/* to[cell of `fine`][n] = from[the cell of `wide` in which it lies][n], `fine` refining `wide`. */
static void spread(const LodBox *wide, const LodBox *fine, PetscInt n, const double *from,
                   double *to) {
  for (PetscInt i = 0; i < LodBoxCount(fine); i++) {
    PetscInt index[LOD_MAX_DIM];
    LodBoxIndex(fine, i, index);
    for (PetscInt axis = 0; axis < fine->dim; axis++)
      index[axis] = index[axis] / (fine->size[axis] / wide->size[axis]) + wide->first[axis];
    for (PetscInt p = 0; p < n; p++)
      to[i * n + p] = from[LodBoxPosition(wide, index) * n + p];
  }
}

/* The same medium on coarse[] times as many cells. */
static LodCoefficient refined(const LodCoefficient *medium, const PetscInt coarse[]) {
  const PetscInt dim = medium->dim;
  const LodBox   wide = LodBoxCells(dim, medium->cells);
  PetscInt       cells[LOD_MAX_DIM] = {1, 1, 1};
  LodCoefficient result;
  for (PetscInt axis = 0; axis < dim; axis++)
    cells[axis] = medium->cells[axis] * coarse[axis];
  const LodBox fine = LodBoxCells(dim, cells);
  assert_ok(LodCoefficientCreateTensor(dim, cells, medium->components, &result));
  spread(&wide, &fine, medium->components, medium->values, result.values);
  if (!medium->reaction) return result;
  assert_ok(PetscMalloc1(LodBoxCount(&fine), &result.reaction));
  spread(&wide, &fine, 1, medium->reaction, result.reaction);
  for (PetscInt face = 0; face < 2 * dim; face++) {
    LodBox wide_face = LodCoefficientFaceBox(medium, face / 2, face % 2);
    LodBox fine_face = LodCoefficientFaceBox(&result, face / 2, face % 2);
    memset(wide_face.first, 0, sizeof wide_face.first);
    memset(fine_face.first, 0, sizeof fine_face.first);
    double **rates = &result.robin[face / 2][face % 2];
    assert_ok(PetscMalloc1(LodBoxCount(&fine_face), rates));
    spread(&wide_face, &fine_face, 1, medium->robin[face / 2][face % 2], *rates);
  }
  return result;
}

START_TEST(cell_matrices_are_exact_for_any_numbers_of_cells) {
  const uint64_t seed = test_seed();
  int            loose = 0;
  for (uint64_t round = 0; round < 36; round++) {
    const PetscInt dim = 1 + (PetscInt)(round % 3), most = dim == 3 ? 4 : 9;
    LodCoefficient medium = random_medium(seed, round, dim, most);
    LodGrid        grid = {.dim = dim, .ell = 1, .extent = {1, 1.5, 0.7}}, nested;
    double         largest = 0, difference = 0;
    for (PetscInt axis = 0; axis < LOD_MAX_DIM; axis++) {
      const PetscBool there = (PetscBool)(axis < dim);
      grid.coarse[axis] = there ? random_size(seed, round, 10 + (uint64_t)axis, most) : 1;
      grid.coefficient[axis] = medium.cells[axis];
      grid.fine[axis] = there ? 2 * grid.coarse[axis] : 1;
    }
    loose += !LodGridIsNested(&grid);
    LodCoefficient finer = refined(&medium, grid.coarse);
    nested = grid;
    memcpy(nested.coefficient, finer.cells, sizeof nested.coefficient);
    memcpy(nested.fine, finer.cells, sizeof nested.fine);
    assert_ok(LodGridValidateCoarse(&grid, "test"));
    const LodBox cells = LodBoxCells(dim, grid.coarse);
    for (PetscInt cell = 0; cell < LodBoxCount(&cells); cell++) {
      PetscInt index[LOD_MAX_DIM];
      double   matrix[LOD_MAX_CORNERS_SQUARED], exact[LOD_MAX_CORNERS_SQUARED];
      LodBoxIndex(&cells, cell, index);
      LodCellStiffness(&grid, &medium, index, matrix);
      LodCellStiffness(&nested, &finer, index, exact);
      for (PetscInt i = 0; i < LodPower(4, dim); i++) {
        largest = fmax(largest, fabs(exact[i]));
        difference = fmax(difference, fabs(matrix[i] - exact[i]));
      }
    }
    ck_assert_double_le(difference, 1e-12 * largest);
    assert_ok(LodCoefficientDestroy(&medium));
    assert_ok(LodCoefficientDestroy(&finer));
  }
  ck_assert_int_ge(loose, 10);
}
END_TEST

START_TEST(solutions_are_those_of_cells_that_divide_both) {
  const uint64_t seed = test_seed();
  LodGrid        grid = {LOD_UNIT_CUBE(2, 5, 7, 15), .ell = 1},
          nested = {LOD_UNIT_CUBE(2, 5, 35, 70), .ell = 1};
  LodCoefficient medium, finer;
  double         loads[2][71 * 71], solutions[2][36];
  assert_ok(LodCoefficientCreate(2, grid.coefficient, &medium));
  for (PetscInt i = 0; i < 49; i++)
    medium.values[i] = pow(10, 2 * LodRandomUniform(seed, 0, (uint64_t)i));
  finer = refined(&medium, grid.coarse);
  assert_ok(LodLoadFromText(&grid, "1 + x", "f", loads[0]));
  assert_ok(LodLoadFromText(&nested, "1 + x", "f", loads[1]));
  LodSolveStatistics statistics;
  assert_ok(LodQ1CoarseSolve(PETSC_COMM_SELF, &grid, &medium, loads[0], solutions[0], &statistics));
  assert_ok(
      LodQ1CoarseSolve(PETSC_COMM_SELF, &nested, &finer, loads[1], solutions[1], &statistics));
  for (PetscInt node = 0; node < 36; node++)
    ck_assert_double_eq_tol(solutions[0][node], solutions[1][node], 1e-9);
  assert_ok(LodCoefficientDestroy(&medium));
  assert_ok(LodCoefficientDestroy(&finer));
}
END_TEST

START_TEST(meshes_that_are_not_nested_are_told_apart) {
  LodGrid grid = {LOD_UNIT_CUBE(2, 5, 7, 15), .ell = 1};
  ck_assert(!LodGridIsNested(&grid));
  assert_ok(LodGridValidateCoarse(&grid, "test"));
  assert_refuses(LodGridValidate(&grid, "test"), "must be a multiple of coarse cells");
  LodErrorClear();
  grid.fine[1] = 14;
  assert_refuses(LodGridValidateCoarse(&grid, "test"),
                 "test: fine cells (14) must be a multiple of coarse cells (5)");
  LodErrorClear();
  grid = (LodGrid){LOD_UNIT_CUBE(2, 7, 7, 14), .ell = 1};
  ck_assert(LodGridIsNested(&grid));
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("divisibility");
  TCase *tests = tcase_create("divisibility");
  tcase_add_test(tests, cell_matrices_are_exact_for_any_numbers_of_cells);
  tcase_add_test(tests, solutions_are_those_of_cells_that_divide_both);
  tcase_add_test(tests, meshes_that_are_not_nested_are_told_apart);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
