/* Random problems of every kind: boundary data, sources, wells, tensors, reaction. */
#ifndef LODNET_TESTS_RANDOM_PROBLEM_H
#define LODNET_TESTS_RANDOM_PROBLEM_H

#include <math.h>
#include <string.h>

#include "base/random.h"
#include "check_lodnet.h"
#include "problem/data.h"
#include "solver/solve.h"

typedef struct {
  unsigned long long seed;
  uint64_t           counter; /* of the random numbers drawn so far */
  LodGrid            grid;
  LodCoefficient     coefficient;
  LodConditions      conditions;
  char               rhs[160];
  LodData            data; /* made by integrate_problem */
} RandomProblem;

/* The next number in (0, 1), and the next integer in [0, n). */
static inline double draw(RandomProblem *problem) {
  return LodRandomUniform(problem->seed, 77, problem->counter++);
}
static inline int draw_integer(RandomProblem *problem, int n) {
  return (int)(draw(problem) * n);
}

/* A rough function of the coordinates, at least `least` if that is not negative. */
static inline void draw_text(RandomProblem *problem, double least, char text[160]) {
  static const char *const names[] = {"x", "y", "z"};
  const double             amplitude = 2 * draw(problem);
  size_t used = (size_t)snprintf(text, 160, "%.3f + %.3f*sin(%.3f", 2 * draw(problem), amplitude,
                                 6 * draw(problem));
  for (PetscInt axis = 0; axis < problem->grid.dim; axis++)
    used +=
        (size_t)snprintf(text + used, 160 - used, " + %.3f*%s", 12 * draw(problem), names[axis]);
  used += (size_t)snprintf(text + used, 160 - used, ")");
  if (least >= 0) (void)snprintf(text + used, 160 - used, " + %.3f", amplitude + least);
}

/* Meshes of a few cells, of any shape, with patches that cover D. */
static inline void draw_grid(RandomProblem *problem, PetscInt dim) {
  static const PetscInt most_coarse[] = {6, 3, 2}, most_fine[] = {4, 2, 1};
  LodGrid              *grid = &problem->grid;
  *grid = (LodGrid){.dim = dim};
  for (PetscInt axis = 0; axis < LOD_MAX_DIM; axis++) {
    const PetscInt there = axis < dim;
    grid->coarse[axis] = there ? 1 + draw_integer(problem, (int)most_coarse[dim - 1]) : 1;
    grid->coefficient[axis] = there ? grid->coarse[axis] * (1 + draw_integer(problem, 2)) : 1;
    grid->fine[axis] =
        there ? grid->coefficient[axis] * (2 + draw_integer(problem, (int)most_fine[dim - 1])) : 1;
    grid->extent[axis] = there ? 0.5 + draw(problem) : 1;
  }
  grid->ell = LodGridCoveringLayers(grid);
}

/* Values of contrast 100; a tensor in a cell is L L^T of a random L, times such a number. */
static inline void draw_coefficient(RandomProblem *problem, PetscInt components) {
  const PetscInt dim = problem->grid.dim;
  assert_ok(LodCoefficientCreateTensor(dim, problem->grid.coefficient, components,
                                       &problem->coefficient));
  double *values = problem->coefficient.values;
  for (PetscInt cell = 0; cell < LodCoefficientCells(&problem->coefficient); cell++) {
    const double scale = pow(100, draw(problem));
    double       lower[LOD_MAX_DIM][LOD_MAX_DIM] = {{0}};
    for (PetscInt p = 0; p < dim; p++)
      for (PetscInt q = 0; q <= p; q++)
        lower[p][q] = p == q ? 0.5 + draw(problem) : 2 * draw(problem) - 1;
    for (PetscInt p = 0; p < dim; p++)
      for (PetscInt q = p; q < dim; q++) {
        double entry = 0;
        for (PetscInt i = 0; i <= p; i++)
          entry += lower[p][i] * lower[q][i];
        if (components == 1 && p == 0 && q == 0) *values++ = scale;
        if (components > 1 && (components > dim || p == q)) *values++ = scale * entry;
      }
  }
}

/* Conditions on all faces, at least one of them with u given, wells, reaction. */
static inline void draw_conditions(RandomProblem *problem) {
  const PetscInt dim = problem->grid.dim;
  const int      given = draw_integer(problem, 2 * (int)dim);
  LodConditions *conditions = &problem->conditions;
  char           value[160], rate[160];
  for (int face = 0; face < 2 * dim; face++) {
    const LodFaceKind kind = face == given
                                 ? LOD_FACE_DIRICHLET
                                 : (LodFaceKind)(LOD_FACE_DIRICHLET + draw_integer(problem, 4));
    const char       *name = lod_face_names[face / 2][face % 2];
    draw_text(problem, -1, value);
    if (draw(problem) < 0.25)
      draw_text(problem, 0, rate);
    else
      (void)snprintf(rate, sizeof rate, "%.3f", 3 * draw(problem));
    assert_ok(LodConditionsSetFace(conditions, dim, name, kind,
                                   kind == LOD_FACE_NATURAL ? NULL : value,
                                   kind == LOD_FACE_ROBIN ? rate : NULL, name));
  }
  for (int well = 0; well < 3; well++) {
    double point[LOD_MAX_DIM] = {0};
    for (PetscInt axis = 0; axis < dim; axis++)
      point[axis] = (0.05 + 0.9 * draw(problem)) * problem->grid.extent[axis];
    assert_ok(LodConditionsAddWell(conditions, point, 2 * draw(problem) - 1, "a well"));
  }
  draw_text(problem, 0, value);
  if (draw(problem) < 0.5) assert_ok(LodConditionsSetReaction(conditions, value, "reaction"));
  draw_text(problem, -1, problem->rhs);
}

/* A problem where u is given nowhere: what flows in on the left flows out on the right, wells come
   in pairs, and f has mean 0. */
static inline void draw_closed_conditions(RandomProblem *problem) {
  const PetscInt dim = problem->grid.dim;
  char           value[160];
  for (int face = 0; face < 2 * dim; face++) {
    const char *name = lod_face_names[face / 2][face % 2];
    (void)snprintf(value, sizeof value, "%d", face == 0 ? 1 : -1);
    assert_ok(LodConditionsSetFace(&problem->conditions, dim, name,
                                   face < 2 ? LOD_FACE_FLUX : LOD_FACE_NATURAL,
                                   face < 2 ? value : NULL, NULL, name));
  }
  for (int well = 0; well < 4; well++) {
    double point[LOD_MAX_DIM] = {0};
    for (PetscInt axis = 0; axis < dim; axis++)
      point[axis] = draw(problem) * problem->grid.extent[axis];
    assert_ok(LodConditionsAddWell(&problem->conditions, point, well % 2 ? 2 : -2, "a well"));
  }
  (void)snprintf(problem->rhs, sizeof problem->rhs, "sin(2*pi*x/%.17g)", problem->grid.extent[0]);
}

/* The data of a problem that is ready. */
static inline void integrate_problem(RandomProblem *problem) {
  assert_ok(LodDataCreate(&problem->grid, &problem->coefficient, &problem->conditions, problem->rhs,
                          "f", PETSC_TRUE, &problem->data));
}

/* A problem of `dim` dimensions with so many components of A; two of one seed and stream are the
   same. `closed`: u is given nowhere. */
static inline RandomProblem random_problem(unsigned long long seed, uint64_t stream, PetscInt dim,
                                           PetscInt components, PetscBool closed) {
  RandomProblem problem = {.seed = seed, .counter = stream << 32};
  draw_grid(&problem, dim);
  draw_coefficient(&problem, components);
  if (closed)
    draw_closed_conditions(&problem);
  else
    draw_conditions(&problem);
  assert_ok(LodConditionsApply(&problem.conditions, &problem.grid, &problem.coefficient));
  integrate_problem(&problem);
  return problem;
}

static inline void destroy_problem(RandomProblem *problem) {
  assert_ok(LodDataDestroy(&problem->data));
  assert_ok(LodConditionsDestroy(&problem->conditions));
  assert_ok(LodCoefficientDestroy(&problem->coefficient));
}

/* Solves by a method; the caller destroys the result. */
static inline LodSolveResult solve_problem(const RandomProblem *problem, LodMethod method,
                                           PetscBool correct) {
  const LodSolveOptions options = {
      .correct = correct, .reconstruct = PETSC_TRUE, .quiet = PETSC_TRUE};
  LodSolveResult result;
  assert_ok(LodMethodSolve(PETSC_COMM_WORLD, method, &problem->grid, &problem->coefficient,
                           &problem->data, &options, &result));
  return result;
}

#endif
