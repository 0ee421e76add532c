/* The problems of data/forms.h5 (data/forms.py tells what is in it), read for tests. */
#ifndef LODNET_TESTS_FORMS_CASES_H
#define LODNET_TESTS_FORMS_CASES_H

#include <math.h>
#include <string.h>

#include "check_lodnet.h"
#include "grid/domain.h"
#include "io/hdf5_file.h"
#include "problem/data.h"

/* Their names, those with masks last. */
static const char *const forms_names[] = {
    "line_robin",    "square_robin",    "line",          "line_covered",
    "square_scalar", "square_diagonal", "square_tensor", "square_covered",
    "cube",          "cube_covered",    "corner",        "holes",
    "holes_tensor",  "walls",           "walls_covered", "cube_holes"};
#define FORMS_N 16
#define FORMS_MASKED 10 /* the first with a mask */

/* One of them: how C code takes it. */
typedef struct {
  const char    *name;
  LodHdf5        file;
  LodGrid        grid;
  LodFaceKind    faces[LOD_MAX_DIM][2];
  LodCoefficient coefficient;
  LodData        data; /* as in the file */
} Forms;

/* Whether patches cover D, so that u_ms with correction is the fine solution. */
static inline PetscBool forms_is_covered(const Forms *forms) {
  return (PetscBool)(forms->grid.ell >= LodGridCoveringLayers(&forms->grid));
}

/* The path of a dataset of the problem. */
static inline const char *forms_path(const Forms *forms, const char *name, char path[128]) {
  snprintf(path, 128, "%s/%s", forms->name, name);
  return path;
}

/* Reads an array of the problem; NULL if there is none. The caller frees it with PetscFree. */
static inline double *forms_read(Forms *forms, const char *name) {
  char      path[128];
  int       rank;
  hsize_t   dims[8], count = 1;
  PetscBool exists;
  double   *values;
  assert_ok(LodHdf5Exists(&forms->file, forms_path(forms, name, path), &exists));
  if (!exists) return NULL;
  assert_ok(LodHdf5Shape(&forms->file, path, &rank, dims));
  for (int axis = 0; axis < rank; axis++)
    count *= dims[axis];
  assert_ok(PetscMalloc1(count, &values));
  assert_ok(LodHdf5ReadArray(&forms->file, path, H5T_NATIVE_DOUBLE, values));
  return values;
}

/* Reads the list of cells of a mesh. */
static inline void forms_cells(Forms *forms, const char *name, PetscInt cells[LOD_MAX_DIM]) {
  PetscInt64 list[LOD_MAX_DIM] = {1, 1, 1};
  assert_ok(LodHdf5ReadInts(&forms->file, forms->name, name, 1, 1000, (int)forms->grid.dim, list));
  for (PetscInt axis = 0; axis < LOD_MAX_DIM; axis++)
    cells[axis] = (PetscInt)list[axis];
}

/* Reads mesh and faces. */
static inline void forms_read_mesh(Forms *forms) {
  LodGrid   *grid = &forms->grid;
  PetscInt64 faces[2 * LOD_MAX_DIM], ell;
  int        rank;
  hsize_t    dims[8];
  char       path[128];
  assert_ok(LodHdf5Shape(&forms->file, forms_path(forms, "f", path), &rank, dims));
  *grid = (LodGrid){.dim = rank};
  forms_cells(forms, "coarse", grid->coarse);
  forms_cells(forms, "cells", grid->coefficient);
  forms_cells(forms, "fine", grid->fine);
  assert_ok(LodHdf5ReadInt(&forms->file, forms->name, "ell", &ell));
  grid->ell = (PetscInt)ell;
  assert_ok(LodHdf5ReadDoubles(&forms->file, forms->name, "extent", rank, grid->extent));
  assert_ok(LodHdf5ReadInts(&forms->file, forms->name, "faces", 1, 4, 2 * rank, faces));
  for (int i = 0; i < 2 * rank; i++) {
    forms->faces[i / 2][i % 2] = (LodFaceKind)faces[i];
    grid->natural[i / 2][i % 2] = (PetscBool)(faces[i] != LOD_FACE_DIRICHLET);
  }
}

/* Reads the coefficient with all that belongs to it. */
static inline void forms_read_coefficient(Forms *forms) {
  const LodGrid  *grid = &forms->grid;
  LodCoefficient *coefficient = &forms->coefficient;
  int             rank;
  hsize_t         dims[8];
  char            path[128];
  PetscInt64      walls;
  assert_ok(LodHdf5Shape(&forms->file, forms_path(forms, "coefficient", path), &rank, dims));
  assert_ok(LodCoefficientCreateTensor(grid->dim, grid->coefficient, (PetscInt)dims[rank - 1],
                                       coefficient));
  assert_ok(LodHdf5ReadArray(&forms->file, path, H5T_NATIVE_DOUBLE, coefficient->values));
  coefficient->reaction = forms_read(forms, "reaction");
  for (int axis = 0; axis < grid->dim; axis++)
    for (int side = 0; side < 2; side++) {
      char name[32];
      snprintf(name, sizeof name, "robin_%d_%d", axis, side);
      coefficient->robin[axis][side] = forms_read(forms, name);
    }
  double *mask = forms_read(forms, "mask");
  if (!mask) return;
  const PetscInt n_cells = LodCoefficientCells(coefficient);
  unsigned char *inside = malloc((size_t)n_cells);
  for (PetscInt cell = 0; cell < n_cells; cell++)
    inside[cell] = mask[cell] != 0;
  assert_ok(LodHdf5ReadInt(&forms->file, forms->name, "walls", &walls));
  assert_ok(LodDomainSetMask(coefficient, inside, (PetscBool)walls, "mask"));
  free(inside);
  assert_ok(PetscFree(mask));
}

/* Reads problem number `number`; forms_close frees it. */
static inline Forms forms_open(int number) {
  Forms forms = {.name = forms_names[number]};
  assert_ok(LodHdf5Open("data/forms.h5", &forms.file));
  forms_read_mesh(&forms);
  forms_read_coefficient(&forms);
  assert_ok(LodCoefficientValidate(&forms.coefficient, forms.name));
  assert_ok(LodDomainCheck(&forms.grid, &forms.coefficient, forms.name));
  forms.data = (LodData){forms_read(&forms, "load"), forms_read(&forms, "source"),
                         forms_read(&forms, "boundary")};
  return forms;
}

static inline void forms_close(Forms *forms) {
  assert_ok(LodDataDestroy(&forms->data));
  assert_ok(LodCoefficientDestroy(&forms->coefficient));
  assert_ok(LodHdf5Close(&forms->file));
}

/* Compares values[count] with a dataset of the problem, relative to its largest number, or to
   `size` where that is larger. */
static inline void forms_check_of_size(Forms *forms, const char *name, size_t count,
                                       const double *values, double size, double tolerance) {
  double *expected = forms_read(forms, name), difference = 0, largest = size;
  ck_assert_ptr_nonnull(values);
  ck_assert_ptr_nonnull(expected);
  for (size_t i = 0; i < count; i++) {
    const double here = fabs(values[i] - expected[i]);
    difference = isnan(here) ? INFINITY : fmax(difference, here);
    largest = fmax(largest, fabs(expected[i]));
  }
  ck_assert_msg(difference <= tolerance * largest, "%s/%s: off by %.3e of %.3e", forms->name, name,
                difference, largest);
  assert_ok(PetscFree(expected));
}

/* The same without a size of its own. */
static inline void forms_check(Forms *forms, const char *name, size_t count, const double *values,
                               double tolerance) {
  forms_check_of_size(forms, name, count, values, 0, tolerance);
}

#endif
