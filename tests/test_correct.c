/* Load correctors and reconstruction by both exact paths: against each other, and where patches
   cover D against the fine solution, which they must give exactly. */
#include <omp.h>

#include "base/error.h"
#include "exact_properties.h"
#include "fem/load.h"
#include "fine_problem.h"
#include "io/hdf5_file.h"
#include "lod/average.h"
#include "lod/exact.h"
#include "lod/update.h"

/* Inner and cut patches and such that cover D, in one, two and three dimensions; all kinds of
   faces; boxes; ratios that are no powers of two. */
static const LodGrid meshes[] = {
    {LOD_UNIT_CUBE(1, 9, 27, 54), .ell = 2},
    {LOD_UNIT_CUBE(1, 4, 8, 48), .ell = 3, .natural = {{1, 0}}},
    {LOD_UNIT_CUBE(2, 5, 10, 20), .ell = 1},
    {LOD_UNIT_CUBE(2, 4, 12, 24), .ell = 1, .natural = {{1, 0}, {0, 1}}},
    {LOD_UNIT_CUBE(2, 3, 9, 18), .ell = 2, .natural = {{0, 0}, {1, 1}}},
    {.dim = 2,
     .coarse = {4, 3, 1},
     .coefficient = {8, 3, 1},
     .fine = {16, 21, 1},
     .ell = 1,
     .natural = {{0, 1}, {0, 0}},
     .extent = {3, 1, 1}},
    {.dim = 2,
     .coarse = {3, 2, 1},
     .coefficient = {9, 2, 1},
     .fine = {18, 12, 1},
     .ell = 2,
     .natural = {{1, 1}, {1, 0}},
     .extent = {1, 2, 1}},
    {LOD_UNIT_CUBE(2, 1, 4, 12), .ell = 1},
    {LOD_UNIT_CUBE(2, 6, 6, 18), .ell = 2, .natural = {{1, 0}, {0, 0}}},
    {LOD_UNIT_CUBE(3, 3, 3, 6), .ell = 1, .natural = {{0, 1}, {0, 0}, {1, 0}}},
    {.dim = 3,
     .coarse = {2, 2, 1},
     .coefficient = {4, 2, 2},
     .fine = {4, 6, 4},
     .ell = 1,
     .natural = {{0, 0}, {1, 0}, {1, 1}},
     .extent = {1, 2, 0.5}},
    /* No Dirichlet face: patches that float, their sides being faces of D, and such that do not. */
    {LOD_UNIT_CUBE(1, 6, 12, 36), .ell = 3, .natural = {{1, 1}}},
    {LOD_UNIT_CUBE(2, 3, 6, 12), .ell = 1, .natural = {{1, 1}, {1, 1}}},
    {LOD_UNIT_CUBE(2, 1, 4, 8), .ell = 1, .natural = {{1, 1}, {1, 1}}},
    {LOD_UNIT_CUBE(3, 2, 2, 4), .ell = 1, .natural = {{1, 1}, {1, 1}, {1, 1}}},
};
enum { N_MESHES = sizeof meshes / sizeof meshes[0] };

/* Streams of random numbers. */
enum { COEFFICIENT = 1, SOURCE, COARSE, REST, TENSOR, REACTION, ROBIN };

/* count numbers in (-1, 1); the caller frees them. */
static double *random_numbers(unsigned long long seed, uint64_t stream, size_t count) {
  double *numbers = malloc(count * sizeof *numbers);
  for (size_t i = 0; i < count; i++)
    numbers[i] = 2 * LodRandomUniform(seed, stream, (uint64_t)i) - 1;
  return numbers;
}

/* A random medium: a number a cell, or a tensor with a reaction and Robin rates on natural faces.
 */
typedef enum { NUMBERS, TENSORS } Medium;

static LodCoefficient random_medium(const LodGrid *grid, Medium medium, unsigned long long seed,
                                    double contrast) {
  LodCoefficient numbers = random_coefficient(grid, seed, COEFFICIENT, contrast), made;
  const PetscInt dim = grid->dim, components = dim * (dim + 1) / 2;
  const PetscInt count = LodCellCount(dim, grid->coefficient);
  if (medium == NUMBERS) return numbers;
  assert_ok(LodCoefficientCreateTensor(dim, grid->coefficient, components, &made));
  assert_ok(PetscMalloc1(count, &made.reaction));
  for (PetscInt cell = 0; cell < count; cell++) {
    made.reaction[cell] = 10 * LodRandomUniform(seed, REACTION, (uint64_t)cell);
    for (PetscInt p = 0; p < dim; p++)
      for (PetscInt q = p; q < dim; q++) { /* the diagonal dominates */
        const PetscInt i = cell * components + LodTensorComponent(dim, p, q);
        const double   random = LodRandomUniform(seed, TENSOR, (uint64_t)i);
        made.values[i] = numbers.values[cell] * (p == q ? 1 + random : 0.8 * random - 0.4);
      }
  }
  for (PetscInt axis = 0; axis < dim; axis++)
    for (PetscInt side = 0; side < 2; side++) {
      const LodBox face = LodCoefficientFaceBox(&made, axis, side);
      if (!grid->natural[axis][side]) continue;
      assert_ok(PetscMalloc1(LodBoxCount(&face), &made.robin[axis][side]));
      for (PetscInt i = 0; i < LodBoxCount(&face); i++)
        made.robin[axis][side][i] =
            LodRandomUniform(seed, ROBIN, (uint64_t)((i * LOD_MAX_DIM + axis) * 2 + side));
    }
  assert_ok(LodCoefficientDestroy(&numbers));
  return made;
}

/* What one path says of a source and coarse values. */
typedef struct {
  double *operators, *loads, *fine;
} Answers;

static void free_answers(Answers *answers) {
  free(answers->operators), free(answers->loads), free(answers->fine);
}

/* Asks a path. */
static Answers ask(OperatorsCreate create, const LodGrid *grid, const LodCoefficient *coefficient,
                   const double *coarse, const double *source) {
  const size_t       cells = (size_t)LodGridCells(grid), nodes = (size_t)LodGridPatchNodes(grid);
  LodLocalOperators *operators;
  Answers            answers = {malloc(cells * (size_t)LodGridOperatorSize(grid) * sizeof(double)),
                                malloc(cells * nodes * sizeof(double)),
                                calloc((size_t)LodNodeCount(grid->dim, grid->fine), sizeof(double))};
  assert_ok(create(grid, &operators));
  assert_ok(LodLocalOperatorsSetCoefficient(operators, coefficient));
  assert_ok(LodLocalOperatorsCompute(
      operators, 0, (PetscInt)cells,
      &(LodComputeOptions){.quiet = PETSC_TRUE, .source = source, .loads = answers.loads},
      answers.operators));
  if (coarse)
    assert_ok(LodLocalOperatorsCorrect(operators, 0, (PetscInt)cells, coarse, source, PETSC_TRUE,
                                       answers.fine));
  assert_ok(LodLocalOperatorsDestroy(&operators));
  return answers;
}

/* Largest difference of two arrays over the largest entry of the second. */
static double relative_difference(PetscInt count, const double *a, const double *b) {
  double difference = 0;
  for (PetscInt i = 0; i < count; i++) {
    ck_assert(isfinite(a[i]) && isfinite(b[i]));
    difference = fmax(difference, fabs(a[i] - b[i]));
  }
  return difference / fmax(largest_entry(count, b), 1e-300);
}

/* Scatters the operators into a dense coarse matrix over all nodes, the local loads into a load. */
static void assemble(const LodGrid *grid, const Answers *answers, double *matrix, double *load) {
  const LodBox   mesh = LodBoxNodes(grid->dim, grid->coarse);
  const PetscInt n = LodBoxCount(&mesh), corners = LodGridCorners(grid);
  memset(matrix, 0, (size_t)(n * n) * sizeof *matrix);
  memset(load, 0, (size_t)n * sizeof *load);
  for (PetscInt cell = 0; cell < LodGridCells(grid); cell++) {
    LodBox   uncut = LodGridUncutPatchBox(grid, cell);
    PetscInt own[LOD_MAX_CORNERS], node[LOD_MAX_DIM];
    cell_nodes(grid->dim, grid->coarse, cell, own);
    for (PetscInt axis = 0; axis < grid->dim; axis++)
      uncut.size[axis]++;
    for (PetscInt z = 0; z < LodGridPatchNodes(grid); z++) {
      const double *row = answers->operators + (cell * LodGridPatchNodes(grid) + z) * corners;
      LodBoxIndex(&uncut, z, node);
      const PetscInt at = LodBoxPosition(&mesh, node);
      if (at < 0) continue;
      load[at] += answers->loads[cell * LodGridPatchNodes(grid) + z];
      for (PetscInt j = 0; j < corners; j++)
        matrix[at * n + own[j]] += row[j];
    }
  }
}

/* source -= a_T(e, .) in every coarse cell. */
static void subtract_rest(const LodGrid *grid, const LodCoefficient *coefficient, const double *e,
                          double *source) {
  const PetscInt corners = LodGridCorners(grid);
  const LodBox   fine = LodBoxCells(grid->dim, grid->fine);
  LodBox         closed = LodBoxCube(grid->dim, 0);
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    closed.size[axis] = LodGridFineRatio(grid, axis) + 1;
  for (PetscInt cell = 0; cell < LodBoxCount(&fine); cell++) {
    double  *own = source + coarse_cell_of(grid, cell) * LodSourceSize(grid);
    double   matrix[LOD_MAX_CORNERS * LOD_MAX_CORNERS];
    PetscInt nodes[LOD_MAX_CORNERS], index[LOD_MAX_DIM], node[LOD_MAX_DIM] = {0, 0, 0};
    cell_nodes(grid->dim, grid->fine, cell, nodes);
    fine_cell_matrix(grid, coefficient, cell, matrix);
    LodBoxIndex(&fine, cell, index);
    for (PetscInt a = 0; a < corners; a++) {
      for (PetscInt axis = 0; axis < grid->dim; axis++)
        node[axis] = index[axis] % LodGridFineRatio(grid, axis) + (a >> axis & 1);
      for (PetscInt b = 0; b < corners; b++)
        own[LodBoxPosition(&closed, node)] -= matrix[a * corners + b] * e[nodes[b]];
    }
  }
}

/* Whether solutions are unique up to a constant only. */
static PetscBool is_pure_neumann(const LodGrid *grid, const LodCoefficient *coefficient) {
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    if (!grid->natural[axis][0] || !grid->natural[axis][1]) return PETSC_FALSE;
  return (PetscBool)!coefficient->reaction;
}

/* Makes the sum of numbers 0. */
static void balance(size_t count, double *numbers) {
  double sum = 0;
  for (size_t i = 0; i < count; i++)
    sum += numbers[i];
  for (size_t i = 0; i < count; i++)
    numbers[i] -= sum / (double)count;
}

/* Relative energy error of the corrected and reconstructed solution against the fine one, for
   random A, load and boundary data (of which e is the fine-scale rest). */
static double error_to_fine(OperatorsCreate create, const LodGrid *grid, Medium medium,
                            unsigned long long seed, double contrast) {
  const PetscInt n = LodNodeCount(grid->dim, grid->fine);
  const PetscInt n_coarse = LodNodeCount(grid->dim, grid->coarse);
  const size_t   n_source = (size_t)LodGridCells(grid) * (size_t)LodSourceSize(grid);
  LodCoefficient coefficient = random_medium(grid, medium, seed, contrast);
  double        *source = random_numbers(seed, SOURCE, n_source),
         *e = random_numbers(seed, REST, (size_t)n);
  double *coarse = random_numbers(seed, COARSE, (size_t)n_coarse);
  double *load = malloc((size_t)n * sizeof *load), *u = malloc((size_t)n * sizeof *u);
  double *matrix = fine_matrix(grid, &coefficient);
  double *system = malloc((size_t)(n_coarse * n_coarse) * sizeof *system);
  double *coarse_load = malloc((size_t)n_coarse * sizeof *coarse_load);
  for (PetscInt i = 0; i < n; i++)
    if (!node_is_dirichlet(grid, grid->fine, i)) e[i] = 0;
  if (is_pure_neumann(grid, &coefficient)) balance(n_source, source);
  sum_source(grid, source, load);
  prolong(grid, coarse, u);
  for (PetscInt i = 0; i < n; i++)
    u[i] += e[i]; /* the boundary data */
  solve_dense(grid, grid->fine, is_pure_neumann(grid, &coefficient), matrix, load, u);

  subtract_rest(grid, &coefficient, e, source);
  Answers answers = ask(create, grid, &coefficient, NULL, source);
  assemble(grid, &answers, system, coarse_load);
  solve_dense(grid, grid->coarse, is_pure_neumann(grid, &coefficient), system, coarse_load, coarse);
  free_answers(&answers);
  answers = ask(create, grid, &coefficient, coarse, source);
  prolong(grid, coarse, load); /* no longer needed as a load */
  for (PetscInt i = 0; i < n; i++)
    load[i] += answers.fine[i] + e[i] - u[i];
  for (PetscInt i = n - 1; i >= 0 && is_pure_neumann(grid, &coefficient); i--)
    load[i] -= load[0]; /* up to a constant */
  const double error = sqrt(fine_energy(n, matrix, load) / fine_energy(n, matrix, u));
  free_answers(&answers);
  free(source), free(e), free(coarse), free(load), free(u), free(matrix), free(system);
  free(coarse_load);
  assert_ok(LodCoefficientDestroy(&coefficient));
  return error;
}

START_TEST(covering_patches_give_the_fine_solution) {
  const unsigned long long seed = test_seed();
  LodGrid                  grid = meshes[_i];
  grid.ell = LodGridCoveringLayers(&grid);
  for (Medium medium = NUMBERS; medium <= TENSORS; medium++) {
    const double patch = error_to_fine(LodExactPatchCreate, &grid, medium, seed, 100);
    const double shared = error_to_fine(LodExactSharedCreate, &grid, medium, seed, 100);
    printf("mesh %d: %.1e %.1e\n", _i, patch, shared);
    ck_assert_double_le(patch, 1e-10);
    ck_assert_double_le(shared, 1e-10);
  }
}
END_TEST

/* Smaller patches do not: the test above can fail. */
START_TEST(smaller_patches_do_not) {
  if (meshes[_i].ell >= LodGridCoveringLayers(&meshes[_i])) return;
  ck_assert_double_ge(error_to_fine(LodExactPatchCreate, &meshes[_i], NUMBERS, test_seed(), 100),
                      1e-7);
}
END_TEST

/* sum over z of L_T[z] = l_T(1): the hat functions of all nodes sum to 1, and of constants the
   form takes nothing. */
START_TEST(local_loads_sum_to_the_source) {
  const LodGrid           *grid = &meshes[_i];
  const unsigned long long seed = test_seed();
  const PetscInt           nodes = LodGridPatchNodes(grid), size = LodSourceSize(grid);
  LodCoefficient           coefficient = random_coefficient(grid, seed, COEFFICIENT, 100);
  double      *source = random_numbers(seed, SOURCE, (size_t)LodGridCells(grid) * (size_t)size);
  Answers      answers = ask(LodExactPatchCreate, grid, &coefficient, NULL, source);
  const double largest = largest_entry(LodGridCells(grid) * nodes, answers.loads);
  for (PetscInt cell = 0; cell < LodGridCells(grid); cell++) {
    double sum = 0;
    for (PetscInt i = 0; i < size; i++)
      sum -= source[cell * size + i];
    for (PetscInt z = 0; z < nodes; z++)
      sum += answers.loads[cell * nodes + z];
    ck_assert_double_le(fabs(sum), 1e-11 * largest);
  }
  free(source);
  free_answers(&answers);
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

/* The source a_T(Lam_j, .) makes L_T the column j of S_T, and with u_H = Lam_j's value at that
   corner nothing is left to correct. */
START_TEST(columns_of_the_operator_are_local_loads) {
  const LodGrid           *grid = &meshes[_i];
  const unsigned long long seed = test_seed();
  const PetscInt           nodes = LodGridPatchNodes(grid), corners = LodGridCorners(grid);
  const PetscInt           n_coarse = LodNodeCount(grid->dim, grid->coarse);
  LodCoefficient           coefficient = random_coefficient(grid, seed, COEFFICIENT, 100);
  double *source = calloc((size_t)LodGridCells(grid) * (size_t)LodSourceSize(grid), sizeof(double));
  double *coarse = random_numbers(seed, COARSE, (size_t)n_coarse);
  double *fine = malloc((size_t)LodNodeCount(grid->dim, grid->fine) * sizeof *fine);
  prolong(grid, coarse, fine);
  for (PetscInt i = 0; i < LodNodeCount(grid->dim, grid->fine); i++)
    fine[i] = -fine[i];
  subtract_rest(grid, &coefficient, fine, source); /* a_T(u_H, .) */
  Answers      answers = ask(LodExactPatchCreate, grid, &coefficient, coarse, source);
  const double largest = largest_entry(LodGridCells(grid) * nodes, answers.loads);
  for (PetscInt cell = 0; cell < LodGridCells(grid); cell++) {
    PetscInt own[LOD_MAX_CORNERS];
    cell_nodes(grid->dim, grid->coarse, cell, own);
    for (PetscInt z = 0; z < nodes; z++) {
      double sum = -answers.loads[cell * nodes + z];
      for (PetscInt j = 0; j < corners; j++)
        sum += answers.operators[(cell * nodes + z) * corners + j] * coarse[own[j]];
      ck_assert_double_le(fabs(sum), 1e-10 * largest);
    }
  }
  ck_assert_double_le(largest_entry(LodNodeCount(grid->dim, grid->fine), answers.fine), 1e-10);
  free(source), free(coarse), free(fine);
  free_answers(&answers);
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

/* Largest relative difference between both paths: operators, local loads, corrections. */
static void check_paths(const LodGrid *grid, Medium medium, unsigned long long seed,
                        double contrast, double tolerance) {
  const PetscInt cells = LodGridCells(grid), nodes = LodGridPatchNodes(grid);
  LodCoefficient coefficient = random_medium(grid, medium, seed, contrast);
  double      *coarse = random_numbers(seed, COARSE, (size_t)LodNodeCount(grid->dim, grid->coarse));
  double      *source = random_numbers(seed, SOURCE, (size_t)cells * (size_t)LodSourceSize(grid));
  Answers      plain = ask(LodExactPatchCreate, grid, &coefficient, coarse, source);
  Answers      shared = ask(LodExactSharedCreate, grid, &coefficient, coarse, source);
  const double differences[] = {
      relative_difference(cells * LodGridOperatorSize(grid), shared.operators, plain.operators),
      relative_difference(cells * nodes, shared.loads, plain.loads),
      relative_difference(LodNodeCount(grid->dim, grid->fine), shared.fine, plain.fine)};
  for (int i = 0; i < 3; i++)
    printf("%.1e%s", differences[i], i < 2 ? " " : "\n");
  for (int i = 0; i < 3; i++)
    ck_assert_double_le(differences[i], tolerance);
  free_answers(&plain), free_answers(&shared);
  free(coarse), free(source);
  assert_ok(LodCoefficientDestroy(&coefficient));
}

START_TEST(paths_agree) {
  const unsigned long long seed = test_seed();
  check_paths(&meshes[_i], NUMBERS, seed, 1, 1e-12);
  check_paths(&meshes[_i], NUMBERS, seed, 1000, 1e-10);
  check_paths(&meshes[_i], TENSORS, seed, 10, 1e-11);
}
END_TEST

/* Corrections of parts of the cells sum up to that of all, and loads of unwanted cells stay as they
   are. */
START_TEST(parts_are_parts_of_the_whole) {
  static const OperatorsCreate paths[] = {LodExactPatchCreate, LodExactSharedCreate};
  const LodGrid               *grid = &meshes[4 + _i];
  const unsigned long long     seed = test_seed();
  const PetscInt               cells = LodGridCells(grid), nodes = LodGridPatchNodes(grid);
  const PetscInt               n_fine = LodNodeCount(grid->dim, grid->fine);
  LodCoefficient               coefficient = random_coefficient(grid, seed, COEFFICIENT, 50);
  LodLocalOperators           *operators;
  double    *coarse = random_numbers(seed, COARSE, (size_t)LodNodeCount(grid->dim, grid->coarse));
  double    *source = random_numbers(seed, SOURCE, (size_t)cells * (size_t)LodSourceSize(grid));
  double    *values = malloc((size_t)cells * (size_t)LodGridOperatorSize(grid) * sizeof *values);
  double    *fine = calloc((size_t)n_fine, sizeof *fine);
  double    *loads = random_numbers(seed, REST, (size_t)(cells * nodes));
  PetscBool *wanted = malloc((size_t)cells * sizeof *wanted);
  Answers    whole = ask(paths[_i], grid, &coefficient, coarse, source);
  assert_ok(paths[_i](grid, &operators));
  assert_ok(LodLocalOperatorsSetCoefficient(operators, &coefficient));
  for (PetscInt first = 0, last; first < cells; first = last) { /* of lengths 1, 2, 4, .. */
    last = PetscMin(2 * first + 1, cells);
    assert_ok(LodLocalOperatorsCorrect(operators, first, last, coarse, source, PETSC_TRUE, fine));
  }
  ck_assert_double_le(relative_difference(n_fine, fine, whole.fine), 1e-12);
  for (PetscInt cell = 0; cell < cells; cell++)
    wanted[cell] = (PetscBool)(cell % 3 == 1);
  const double before = loads[0];
  assert_ok(LodLocalOperatorsCompute(
      operators, 1, cells,
      &(LodComputeOptions){
          .wanted = wanted, .quiet = PETSC_TRUE, .source = source, .loads = loads + nodes},
      values));
  for (PetscInt cell = 1; cell < cells; cell++)
    if (wanted[cell])
      ck_assert_mem_eq(loads + cell * nodes, whole.loads + cell * nodes,
                       (size_t)nodes * sizeof *loads);
    else
      ck_assert_double_eq(loads[cell * nodes],
                          2 * LodRandomUniform(seed, REST, (uint64_t)(cell * nodes)) - 1);
  ck_assert_double_eq(loads[0], before);
  assert_ok(LodLocalOperatorsDestroy(&operators));
  free_answers(&whole);
  free(coarse), free(source), free(values), free(fine), free(loads), free(wanted);
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

/* Operators that are updated give the local loads and corrections of their source, averaged ones
   refuse both. */
START_TEST(updates_correct_and_averages_do_not) {
  const LodGrid           *grid = &meshes[2];
  const unsigned long long seed = test_seed();
  const PetscInt           cells = LodGridCells(grid);
  LodCoefficient           coefficient = random_coefficient(grid, seed, COEFFICIENT, 50);
  double *coarse = random_numbers(seed, COARSE, (size_t)LodNodeCount(grid->dim, grid->coarse));
  double *source = random_numbers(seed, SOURCE, (size_t)cells * (size_t)LodSourceSize(grid));
  Answers direct = ask(LodExactSharedCreate, grid, &coefficient, coarse, source);
  Answers found = ask(LodExactSharedCreate, grid, &coefficient, NULL, source);
  LodLocalOperators      *exact, *made;
  const LodComputeOptions options = {.quiet = PETSC_TRUE, .source = source, .loads = found.loads};
  assert_ok(LodExactSharedCreate(grid, &exact));
  assert_ok(LodUpdateCreate(exact, &coefficient, direct.operators, &made));
  assert_ok(LodLocalOperatorsSetCoefficient(made, &coefficient));
  memset(found.loads, 0, (size_t)(cells * LodGridPatchNodes(grid)) * sizeof *found.loads);
  assert_ok(LodLocalOperatorsCompute(made, 0, cells, &options, found.operators));
  assert_ok(LodLocalOperatorsCorrect(made, 0, cells, coarse, source, PETSC_TRUE, found.fine));
  ck_assert_mem_eq(found.loads, direct.loads,
                   (size_t)(cells * LodGridPatchNodes(grid)) * sizeof *found.loads);
  ck_assert_mem_eq(found.fine, direct.fine,
                   (size_t)LodNodeCount(grid->dim, grid->fine) * sizeof *found.fine);
  assert_ok(LodLocalOperatorsDestroy(&made));
  assert_ok(LodAveragedCreate(exact, &made)); /* takes the exact ones */
  assert_ok(LodLocalOperatorsSetCoefficient(made, &coefficient));
  ck_assert_int_eq(LodLocalOperatorsCompute(made, 0, cells, &options, found.operators),
                   PETSC_ERR_SUP);
  LodErrorClear();
  ck_assert_int_eq(LodLocalOperatorsCorrect(made, 0, cells, coarse, source, PETSC_TRUE, found.fine),
                   PETSC_ERR_SUP);
  ck_assert_ptr_nonnull(strstr(LodErrorMessage(), "need the exact ones"));
  LodErrorClear();
  assert_ok(LodLocalOperatorsDestroy(&made));
  free_answers(&direct), free_answers(&found);
  free(coarse), free(source);
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

/* u_H and u_ms, without load correction, of an independent implementation; f = 1. At contrast 1e4
   rounding shows, in both. */
START_TEST(matches_independent_reconstruction) {
  static const char *const files[] = {"data/reconstruction_iid.h5",
                                      "data/reconstruction_channels.h5"};
  static const double      tolerances[] = {1e-12, 1e-8};
  const LodGrid            grid = {LOD_UNIT_CUBE(2, 8, 64, 64), .ell = 2};
  enum { N_COARSE = 9 * 9, N_FINE = 65 * 65 };
  static double  coarse[N_COARSE], expected[N_FINE], found[N_FINE], load[N_FINE];
  LodCoefficient coefficient;
  LodHdf5        file;
  assert_ok(LodCoefficientCreate(2, grid.coefficient, &coefficient));
  assert_ok(LodHdf5Open(files[_i], &file));
  assert_ok(LodHdf5ReadArray(&file, "coefficient", H5T_NATIVE_DOUBLE, coefficient.values));
  assert_ok(LodHdf5ReadArray(&file, "petrov_coarse", H5T_NATIVE_DOUBLE, coarse));
  assert_ok(LodHdf5ReadArray(&file, "petrov_ms", H5T_NATIVE_DOUBLE, expected));
  assert_ok(LodHdf5Close(&file));
  for (PetscInt i = 0; i < N_FINE; i++)
    found[i] = 1;
  assert_ok(LodLoadFromNodes(&grid, grid.fine, found, load));
  double *solution = solve_lod(LodExactSharedCreate, &grid, &coefficient, load);
  ck_assert_double_le(relative_difference(N_COARSE, solution, coarse), tolerances[_i]);
  Answers answers = ask(LodExactSharedCreate, &grid, &coefficient, solution, NULL);
  prolong(&grid, solution, found);
  for (PetscInt i = 0; i < N_FINE; i++)
    found[i] += answers.fine[i];
  printf("%s: %.1e\n", files[_i], relative_difference(N_FINE, found, expected));
  ck_assert_double_le(relative_difference(N_FINE, found, expected), tolerances[_i]);
  free(solution);
  free_answers(&answers);
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

/* Bitwise the same for 1 to 4 threads. */
START_TEST(results_do_not_depend_on_threads) {
  static const OperatorsCreate paths[] = {LodExactPatchCreate, LodExactSharedCreate};
  const LodGrid               *grid = &meshes[8];
  const unsigned long long     seed = test_seed();
  const int                    before = omp_get_max_threads();
  LodCoefficient               coefficient = random_coefficient(grid, seed, COEFFICIENT, 1000);
  double *coarse = random_numbers(seed, COARSE, (size_t)LodNodeCount(grid->dim, grid->coarse));
  double *source =
      random_numbers(seed, SOURCE, (size_t)LodGridCells(grid) * (size_t)LodSourceSize(grid));
  omp_set_num_threads(1);
  const Answers first = ask(paths[_i], grid, &coefficient, coarse, source);
  for (int threads = 2; threads <= 4; threads++) {
    omp_set_num_threads(threads);
    Answers answers = ask(paths[_i], grid, &coefficient, coarse, source);
    ck_assert_mem_eq(answers.fine, first.fine,
                     (size_t)LodNodeCount(grid->dim, grid->fine) * sizeof(double));
    ck_assert_mem_eq(answers.loads, first.loads,
                     (size_t)(LodGridCells(grid) * LodGridPatchNodes(grid)) * sizeof(double));
    free_answers(&answers);
  }
  omp_set_num_threads(before);
  free_answers(&(Answers){first.operators, first.loads, first.fine});
  free(coarse), free(source);
  assert_ok(LodCoefficientDestroy(&coefficient));
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("correct");
  TCase *tests = tcase_create("correct");
  tcase_add_loop_test(tests, covering_patches_give_the_fine_solution, 0, N_MESHES);
  tcase_add_loop_test(tests, smaller_patches_do_not, 0, N_MESHES);
  tcase_add_loop_test(tests, local_loads_sum_to_the_source, 0, N_MESHES);
  tcase_add_loop_test(tests, columns_of_the_operator_are_local_loads, 0, N_MESHES);
  tcase_add_loop_test(tests, paths_agree, 0, N_MESHES);
  tcase_add_loop_test(tests, parts_are_parts_of_the_whole, 0, 2);
  tcase_add_test(tests, updates_correct_and_averages_do_not);
  tcase_add_loop_test(tests, matches_independent_reconstruction, 0, 2);
  tcase_add_loop_test(tests, results_do_not_depend_on_threads, 0, 2);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
