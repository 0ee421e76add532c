/* Extreme singular values and eigenvalues of matrices of which the answer is known. */
#include <math.h>

#include "base/random.h"
#include "check_lodnet.h"
#include "system/spectrum.h"

#include <petscblaslapack.h> /* after petscsys.h */

/* A new tridiagonal matrix of n rows. */
static Mat tridiagonal(PetscInt n, const double *diagonal, double below, double above) {
  Mat matrix;
  assert_ok(MatCreateSeqAIJ(PETSC_COMM_SELF, n, n, 3, NULL, &matrix));
  for (PetscInt i = 0; i < n; i++) {
    assert_ok(MatSetValue(matrix, i, i, diagonal[i], INSERT_VALUES));
    if (i > 0) assert_ok(MatSetValue(matrix, i, i - 1, below, INSERT_VALUES));
    if (i + 1 < n) assert_ok(MatSetValue(matrix, i, i + 1, above, INSERT_VALUES));
  }
  assert_ok(MatAssemblyBegin(matrix, MAT_FINAL_ASSEMBLY));
  assert_ok(MatAssemblyEnd(matrix, MAT_FINAL_ASSEMBLY));
  return matrix;
}

/* Rows of the matrices, fewer and more than a basis holds. */
static const PetscInt rows[] = {1, 2, 3, 50, 200};
#define N_ROWS ((int)(sizeof rows / sizeof *rows))

/* The second difference has 2 - 2 cos(j pi / (n + 1)), j = 1 to n. */
START_TEST(second_difference_has_its_largest_and_smallest_value) {
  const PetscInt n = rows[_i];
  const double   angle = PETSC_PI / (double)(n + 1);
  double         two[200], one[200], norm, difference, smallest;
  for (PetscInt i = 0; i < n; i++)
    two[i] = 2, one[i] = 1;
  Mat matrix = tridiagonal(n, two, -1, -1), identity = tridiagonal(n, one, 0, 0);
  assert_ok(LodMatrixNormDifference(matrix, identity, &difference, &norm));
  ck_assert_double_eq_tol(norm, 2 - 2 * cos((double)n * angle), 1e-6);
  ck_assert_double_eq_tol(
      difference, fmax(fabs(1 - 2 * cos((double)n * angle)), fabs(1 - 2 * cos(angle))), 1e-6);
  assert_ok(LodSmallestEigenvalue(matrix, identity, &smallest));
  ck_assert_double_eq_tol(smallest, 2 - 2 * cos(angle), 1e-6);
  assert_ok(LodSmallestEigenvalue(identity, matrix, &smallest));
  const double inverse = 1 / (2 - 2 * cos((double)n * angle)); /* the others lie close above it */
  ck_assert_double_eq_tol(smallest, inverse, 1e-9 * inverse);
  assert_ok(MatDestroy(&matrix));
  assert_ok(MatDestroy(&identity));
}
END_TEST

/* diag(d) against diag(e): extreme ratios, of either sign; the norm is the largest |d|. */
START_TEST(diagonal_matrices_have_their_ratios) {
  const PetscInt           n = rows[_i];
  const unsigned long long seed = test_seed();
  double d[200], e[200], largest = 0, ratio = HUGE_VAL, norm, difference, smallest;
  for (PetscInt i = 0; i < n; i++) {
    d[i] = 2 * LodRandomUniform(seed, 1, (uint64_t)i) - 1;
    e[i] = 1 + LodRandomUniform(seed, 2, (uint64_t)i);
    largest = fmax(largest, fabs(d[i]));
    ratio = fmin(ratio, d[i] / e[i]);
  }
  Mat matrix = tridiagonal(n, d, 0, 0), stiffness = tridiagonal(n, e, 0, 0);
  assert_ok(LodMatrixNormDifference(matrix, matrix, &difference, &norm));
  ck_assert_double_eq(difference, 0);
  ck_assert_double_eq_tol(norm, largest, 1e-6);
  assert_ok(LodSmallestEigenvalue(matrix, stiffness, &smallest));
  ck_assert_double_eq_tol(smallest, ratio, 1e-6);
  assert_ok(MatDestroy(&matrix));
  assert_ok(MatDestroy(&stiffness));
}
END_TEST

/* The smallest value of a pencil by LAPACK. */
static double dense_smallest(Mat matrix, Mat stiffness, PetscInt n) {
  const PetscBLASInt one = 1, size = (PetscBLASInt)n, length = 8 * size + 8;
  PetscBLASInt       info;
  double            *a, *b, *values, *work;
  Mat                dense[2];
  assert_ok(PetscMalloc2(n, &values, length, &work));
  assert_ok(MatConvert(matrix, MATSEQDENSE, MAT_INITIAL_MATRIX, &dense[0]));
  assert_ok(MatConvert(stiffness, MATSEQDENSE, MAT_INITIAL_MATRIX, &dense[1]));
  assert_ok(MatDenseGetArray(dense[0], &a));
  assert_ok(MatDenseGetArray(dense[1], &b));
  LAPACKsygv_(&one, "N", "U", &size, a, &size, b, &size, values, work, &length, &info);
  ck_assert_int_eq(info, 0);
  const double smallest = values[0];
  assert_ok(MatDenseRestoreArray(dense[0], &a));
  assert_ok(MatDenseRestoreArray(dense[1], &b));
  assert_ok(MatDestroy(&dense[0]));
  assert_ok(MatDestroy(&dense[1]));
  assert_ok(PetscFree2(values, work));
  return smallest;
}

/* -(a u')' for values a of 6 magnitudes, less than nothing in one cell for every second test,
   against the second difference. */
START_TEST(high_contrast_has_the_smallest_value_of_lapack) {
  const PetscInt           n = rows[_i % N_ROWS];
  const unsigned long long seed = test_seed() + (unsigned long long)_i;
  double                   a[201], diagonal[200] = {0}, two[200] = {0}, smallest;
  for (PetscInt i = 0; i <= n; i++)
    a[i] = pow(10, -6 * LodRandomUniform(seed, 1, (uint64_t)i));
  if (_i >= N_ROWS) a[n / 2] = -2 * a[0];
  for (PetscInt i = 0; i < n; i++)
    diagonal[i] = a[i] + a[i + 1], two[i] = 2;
  Mat matrix = tridiagonal(n, diagonal, 0, 0), stiffness = tridiagonal(n, two, -1, -1);
  for (PetscInt i = 1; i < n; i++) {
    assert_ok(MatSetValue(matrix, i, i - 1, -a[i], INSERT_VALUES));
    assert_ok(MatSetValue(matrix, i - 1, i, -a[i], INSERT_VALUES));
  }
  assert_ok(MatAssemblyBegin(matrix, MAT_FINAL_ASSEMBLY));
  assert_ok(MatAssemblyEnd(matrix, MAT_FINAL_ASSEMBLY));
  assert_ok(LodSmallestEigenvalue(matrix, stiffness, &smallest));
  const double expected = dense_smallest(matrix, stiffness, n);
  ck_assert_double_eq_tol(smallest, expected, 1e-6 * fabs(expected) + 1e-12);
  assert_ok(MatDestroy(&matrix));
  assert_ok(MatDestroy(&stiffness));
}
END_TEST

START_TEST(what_is_not_symmetric_has_its_singular_values) {
  const double diagonal[2] = {3, 3};
  double       norm, difference;
  Mat          matrix = tridiagonal(2, diagonal, 0, 1), other = tridiagonal(2, diagonal, 1, 0);
  assert_ok(LodMatrixNormDifference(matrix, other, &difference, &norm));
  ck_assert_double_eq_tol(norm, (1 + sqrt(37)) / 2, 1e-9); /* of [3 1; 0 3] */
  ck_assert_double_eq_tol(difference, 1, 1e-9);
  assert_ok(MatDestroy(&matrix));
  assert_ok(MatDestroy(&other));
}
END_TEST

START_TEST(no_unknowns_have_no_norm_and_every_bound) {
  double norm = 1, difference = 1, smallest = 0;
  Mat    matrix = tridiagonal(0, NULL, 0, 0);
  assert_ok(LodMatrixNormDifference(matrix, matrix, &difference, &norm));
  ck_assert_double_eq(norm, 0);
  ck_assert_double_eq(difference, 0);
  assert_ok(LodSmallestEigenvalue(matrix, matrix, &smallest));
  ck_assert_double_eq(smallest, HUGE_VAL);
  assert_ok(MatDestroy(&matrix));
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("spectrum");
  TCase *tests = tcase_create("spectrum");
  tcase_add_loop_test(tests, second_difference_has_its_largest_and_smallest_value, 0, N_ROWS);
  tcase_add_loop_test(tests, diagonal_matrices_have_their_ratios, 0, N_ROWS);
  tcase_add_loop_test(tests, high_contrast_has_the_smallest_value_of_lapack, 0, 2 * N_ROWS);
  tcase_add_test(tests, what_is_not_symmetric_has_its_singular_values);
  tcase_add_test(tests, no_unknowns_have_no_norm_and_every_bound);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
