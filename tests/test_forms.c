/* All forms of the problem against an independent implementation (data/forms.py): boundary data,
   sources, tensors, reaction, masks. */
#include "forms_cases.h"
#include "grid/faces.h"
#include "lod/exact.h"
#include "solver/solve.h"

#define TOLERANCE 1e-9

/* A constructor of a source of local operators. */
typedef PetscErrorCode (*Create)(const LodGrid *, LodLocalOperators **);

/* The paths of a problem: both where there is no mask. */
static Create path_of(int number, int path) {
  if (number >= FORMS_MASKED) return LodExactCreate;
  return path ? LodExactPatchCreate : LodExactSharedCreate;
}

/* S_T and L_T of all cells. */
static void check_operators(Forms *forms, LodLocalOperators *source) {
  const LodGrid *grid = &forms->grid;
  const PetscInt n_cells = LodGridCells(grid);
  const size_t   n_operators = (size_t)n_cells * (size_t)LodGridOperatorSize(grid);
  const size_t   n_loads = (size_t)n_cells * (size_t)LodGridPatchNodes(grid);
  double        *operators = malloc(n_operators * sizeof *operators);
  double        *loads = malloc(n_loads * sizeof *loads);
  assert_ok(LodLocalOperatorsSetCoefficient(source, &forms->coefficient));
  assert_ok(LodLocalOperatorsCompute(
      source, 0, n_cells,
      &(LodComputeOptions){.quiet = PETSC_TRUE, .source = forms->data.source, .loads = loads},
      operators));
  forms_check(forms, "local_operators", n_operators, operators, TOLERANCE);
  forms_check(forms, "local_loads", n_loads, loads, TOLERANCE);
  free(operators);
  free(loads);
}

START_TEST(local_operators_and_loads_match) {
  for (int path = 0; path < 2; path++) {
    Forms              forms = forms_open(_i);
    LodLocalOperators *source;
    assert_ok(path_of(_i, path)(&forms.grid, &source));
    check_operators(&forms, source);
    assert_ok(LodLocalOperatorsDestroy(&source));
    forms_close(&forms);
  }
}
END_TEST

/* Solves by a method, as programs do. */
static LodSolveResult solve(const Forms *forms, LodMethod method, PetscBool correct) {
  LodSolveResult        result;
  const LodSolveOptions options = {
      .correct = correct, .reconstruct = PETSC_TRUE, .quiet = PETSC_TRUE};
  assert_ok(LodMethodSolve(PETSC_COMM_SELF, method, &forms->grid, &forms->coefficient, &forms->data,
                           &options, &result));
  return result;
}

/* form - load of a solution, of which loads are the size. */
static void check_flow(Forms *forms, const char *name, const LodSolveResult *result) {
  const size_t n_nodes = (size_t)LodNodeCount(forms->grid.dim, result->cells);
  double      *flow = malloc(n_nodes * sizeof *flow), size = 0;
  for (size_t i = 0; i < n_nodes; i++) {
    flow[i] = result->form[i] - result->load[i];
    size = fmax(size, fabs(result->load[i]));
  }
  forms_check_of_size(forms, name, n_nodes, flow, size, TOLERANCE);
  free(flow);
}

START_TEST(solutions_and_flows_match) {
  static const char *const names[2][3] = {{"plain_coarse", "plain_ms", "plain_flow"},
                                          {"corrected_coarse", "corrected_ms", "corrected_flow"}};
  for (int correct = 0; correct < 2; correct++) {
    Forms          forms = forms_open(_i);
    LodSolveResult result = solve(&forms, LOD_METHOD_LOD, (PetscBool)correct);
    const size_t   n_coarse = (size_t)LodNodeCount(forms.grid.dim, forms.grid.coarse);
    const size_t   n_fine = (size_t)LodNodeCount(forms.grid.dim, forms.grid.fine);
    forms_check(&forms, names[correct][0], n_coarse, result.values, TOLERANCE);
    forms_check(&forms, names[correct][1], n_fine, result.fine, TOLERANCE);
    if (correct && forms_is_covered(&forms))
      forms_check(&forms, "fine", n_fine, result.fine, TOLERANCE);
    check_flow(&forms, names[correct][2], &result);
    assert_ok(LodSolveResultDestroy(&result));
    forms_close(&forms);
  }
}
END_TEST

START_TEST(plain_galerkin_solutions_match) {
  static const LodMethod methods[2] = {LOD_METHOD_FINE, LOD_METHOD_COARSE};
  for (int i = 0; i < 2; i++) {
    Forms          forms = forms_open(_i);
    LodSolveResult result = solve(&forms, methods[i], PETSC_FALSE);
    forms_check(&forms, i ? "q1" : "fine", (size_t)LodNodeCount(forms.grid.dim, result.cells),
                result.values, TOLERANCE);
    if (i == 0) check_flow(&forms, "fine_flow", &result);
    assert_ok(LodSolveResultDestroy(&result));
    forms_close(&forms);
  }
}
END_TEST

/* Text that names a dataset of the problem, if it is there. */
static char *text_of(Forms *forms, const char *prefix, int axis, int side) {
  char      name[64], path[128], text[192], *copy = NULL;
  PetscBool exists;
  snprintf(name, sizeof name, "%s_%d_%d", prefix, axis, side);
  assert_ok(LodHdf5Exists(&forms->file, forms_path(forms, name, path), &exists));
  snprintf(text, sizeof text, "@data/forms.h5:%s", path);
  if (exists) assert_ok(PetscStrallocpy(text, &copy));
  return copy;
}

/* The conditions that the problem's datasets are; wells of at most 4. */
static LodConditions conditions_of(Forms *forms, LodWell wells[4]) {
  LodConditions conditions = {0};
  int           rank;
  hsize_t       dims[8];
  char          path[128];
  for (int axis = 0; axis < forms->grid.dim; axis++)
    for (int side = 0; side < 2; side++) {
      LodFaceCondition *face = &conditions.faces[axis][side];
      face->kind = forms->faces[axis][side];
      face->where = (char *)lod_face_names[axis][side];
      face->value = text_of(forms, face->kind == LOD_FACE_ROBIN ? "value" : "flux", axis, side);
      face->rate = text_of(forms, "robin", axis, side);
      if (face->kind == LOD_FACE_DIRICHLET) {
        char text[192];
        snprintf(text, sizeof text, "@data/forms.h5:%s", forms_path(forms, "boundary", path));
        assert_ok(PetscStrallocpy(text, &face->value));
      }
    }
  double *values = forms_read(forms, "wells");
  if (!values) return conditions;
  assert_ok(LodHdf5Shape(&forms->file, forms_path(forms, "wells", path), &rank, dims));
  const PetscInt dim = forms->grid.dim;
  conditions.n_wells = (PetscInt)dims[0];
  conditions.wells = wells;
  for (PetscInt well = 0; well < conditions.n_wells; well++) {
    wells[well] = (LodWell){.rate = values[well * (dim + 1) + dim], .where = (char *)"well"};
    memcpy(wells[well].point, values + well * (dim + 1), (size_t)dim * sizeof(double));
  }
  assert_ok(PetscFree(values));
  return conditions;
}

START_TEST(data_of_datasets_match) {
  Forms         forms = forms_open(_i);
  LodWell       wells[4];
  LodConditions conditions = conditions_of(&forms, wells);
  LodData       data;
  char          rhs[160];
  const size_t  n_fine = (size_t)LodNodeCount(forms.grid.dim, forms.grid.fine);
  const size_t  n_source = (size_t)LodGridCells(&forms.grid) * (size_t)LodSourceSize(&forms.grid);
  snprintf(rhs, sizeof rhs, "@data/forms.h5:%s/f", forms.name);
  assert_ok(
      LodDataCreate(&forms.grid, &forms.coefficient, &conditions, rhs, "--rhs", PETSC_TRUE, &data));
  forms_check(&forms, "load", n_fine, data.load, TOLERANCE);
  forms_check(&forms, "source", n_source, data.source, TOLERANCE);
  if (data.boundary) forms_check(&forms, "boundary", n_fine, data.boundary, TOLERANCE);
  for (int axis = 0; axis < forms.grid.dim; axis++)
    for (int side = 0; side < 2; side++) {
      assert_ok(PetscFree(conditions.faces[axis][side].value));
      assert_ok(PetscFree(conditions.faces[axis][side].rate));
    }
  assert_ok(LodDataDestroy(&data));
  forms_close(&forms);
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("forms");
  TCase *all = tcase_create("forms");
  tcase_set_timeout(all, 60);
  tcase_add_loop_test(all, local_operators_and_loads_match, 0, FORMS_N);
  tcase_add_loop_test(all, plain_galerkin_solutions_match, 0, FORMS_N);
  tcase_add_loop_test(all, solutions_and_flows_match, 0, FORMS_N);
  tcase_add_loop_test(all, data_of_datasets_match, 0, FORMS_N);
  suite_add_tcase(suite, all);
  return test_run(suite, argc, argv);
}
