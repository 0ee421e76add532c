/* A value of a problem's text. */
#include "problem/value.h"

#include <math.h>
#include <omp.h>
#include <string.h>

#include "base/error.h"
#include "fem/face_load.h"
#include "fem/mesh_field.h"
#include "io/hdf5_file.h"

/* A mesh that numbers may be on. */
typedef struct {
  PetscInt  cells[LOD_MAX_DIM];
  PetscBool at_nodes;
} Place;

/* Finds the place of an array of shape dims[rank] on the meshes of a grid of as many axes: cells
   before nodes, the coefficient mesh before the fine one. */
static PetscBool FindPlace(const LodGrid *grid, int rank, const hsize_t *dims, Place *place) {
  const PetscInt *const meshes[] = {grid->coefficient, grid->fine};
  if (grid->dim == 0) {
    *place = (Place){.cells = {1, 1, 1}};
    return (PetscBool)(rank == 0 || (rank == 1 && dims[0] == 1));
  }
  for (int nodes = 0; nodes < 2; nodes++)
    for (int mesh = 0; mesh < 2; mesh++) {
      PetscBool fits = (PetscBool)(rank == (int)grid->dim);
      for (PetscInt axis = 0; axis < grid->dim && fits; axis++)
        fits = (PetscBool)(dims[rank - 1 - axis] == (hsize_t)(meshes[mesh][axis] + nodes));
      if (!fits) continue;
      *place = (Place){.at_nodes = (PetscBool)nodes};
      for (PetscInt axis = 0; axis < grid->dim; axis++)
        place->cells[axis] = meshes[mesh][axis];
      return PETSC_TRUE;
    }
  return PETSC_FALSE;
}

/* Raises the input error of a shape that is on no mesh; `face` is NULL for values on D alone. */
static PetscErrorCode RefuseShape(const LodGrid *grid, const LodGrid *face, const char *where,
                                  const char *text, int rank, const hsize_t *dims) {
  char shape[LOD_SHAPE_TEXT], coefficient[LOD_CELLS_TEXT], fine[LOD_CELLS_TEXT];
  PetscFunctionBeginUser;
  LodInputError("%s: %s: has the shape %s; wanted is a value per cell or node of the coefficient "
                "mesh (%s cells) or the fine mesh (%s)%s, x last",
                where, text, LodHdf5ShapeText(rank, dims, shape),
                LodCellsText(grid->dim, grid->coefficient, coefficient),
                LodCellsText(grid->dim, grid->fine, fine), face ? ", of D or of the face" : "");
}

/* The name of the only dataset of a file, where none is given: the list is of quoted names. */
static PetscErrorCode OnlyDataset(const LodHdf5 *file, const char *where,
                                  char dataset[LOD_PATH_MAX]) {
  const size_t length = strlen(file->datasets);
  PetscFunctionBeginUser;
  LodCheckInput(length > 2 && !strstr(file->datasets, "', "),
                "%s: @%s: which dataset? The file holds %s; write @%s:NAME", where, file->path,
                length ? file->datasets : "none", file->path);
  (void)snprintf(dataset, LOD_PATH_MAX, "%.*s", (int)length - 2, file->datasets + 1);
  PetscFunctionReturn(0);
}

/* Reads the numbers of an open dataset, which must be finite. */
static PetscErrorCode ReadNumbers(LodHdf5Dataset *dataset, const char *where, const char *text,
                                  double **numbers) {
  size_t count = 1;
  PetscFunctionBeginUser;
  for (int axis = 0; axis < dataset->rank; axis++)
    count *= (size_t)dataset->dims[axis];
  PetscCall(PetscMalloc1(count, numbers));
  PetscErrorCode error = LodHdf5DatasetRead(dataset, H5T_NATIVE_DOUBLE, *numbers);
  for (size_t i = 0; i < count && !error; i++)
    if (!isfinite((*numbers)[i]))
      error = LodErrorRaise(LOD_ERR_INPUT, "%s: %s: number %zu is %.9g, must be finite", where,
                            text, i, (*numbers)[i]);
  if (error) PetscCall(PetscFree(*numbers));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* The function of an open dataset; `face` (NULL: none) is where it may be on too, which *on_face
   tells. */
static PetscErrorCode FieldOfDataset(const LodGrid *grid, const LodGrid *face,
                                     LodHdf5Dataset *dataset, const char *text, const char *where,
                                     PetscBool *on_face, LodValue *value) {
  Place   place;
  double *numbers;
  PetscFunctionBeginUser;
  *on_face = PETSC_FALSE;
  if (!FindPlace(grid, dataset->rank, dataset->dims, &place)) {
    *on_face = (PetscBool)(face && FindPlace(face, dataset->rank, dataset->dims, &place));
    if (!*on_face) PetscCall(RefuseShape(grid, face, where, text, dataset->rank, dataset->dims));
  }
  PetscCall(ReadNumbers(dataset, where, text, &numbers));
  const LodGrid *on = *on_face ? face : grid;
  value->by_cells = (PetscBool)(!place.at_nodes && on->dim > 0);
  PetscCall(LodFieldFromMesh(on->dim, on->extent, place.cells, place.at_nodes, numbers, where, text,
                             omp_get_max_threads(), &value->field));
  PetscFunctionReturn(0);
}

/* The function of `@FILE:DATASET`. */
static PetscErrorCode FieldOfFile(const LodGrid *grid, const LodGrid *face, const char *text,
                                  const char *where, PetscBool *on_face, LodValue *value) {
  char           path[LOD_PATH_MAX], name[LOD_PATH_MAX];
  LodHdf5        file;
  LodHdf5Dataset dataset;
  PetscFunctionBeginUser;
  LodHdf5SplitName(text + 1, path, name);
  PetscCall(LodHdf5Open(path, &file));
  PetscErrorCode error = name[0] ? 0 : OnlyDataset(&file, where, name);
  if (!error) {
    error = LodHdf5DatasetOpen(&file, name, &dataset);
    if (!error) error = FieldOfDataset(grid, face, &dataset, text, where, on_face, value);
    PetscCall(LodHdf5DatasetClose(&dataset));
  }
  PetscCall(LodHdf5Close(&file));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Either kind of function, on D or, which *on_face tells, on the face. */
static PetscErrorCode FieldOfText(const LodGrid *grid, const LodGrid *face, const char *text,
                                  const char *where, PetscBool *on_face, LodValue *value) {
  PetscFunctionBeginUser;
  *value = (LodValue){0};
  *on_face = PETSC_FALSE;
  if (text[0] == '@')
    PetscCall(FieldOfFile(grid, face, text, where, on_face, value));
  else
    PetscCall(LodFieldFromText(text, grid->dim, where, omp_get_max_threads(), &value->field));
  PetscFunctionReturn(0);
}

PetscErrorCode LodValueCreate(const LodGrid *grid, const char *text, const char *where,
                              LodValue *value) {
  PetscBool on_face;
  PetscFunctionBeginUser;
  PetscCall(FieldOfText(grid, NULL, text, where, &on_face, value));
  PetscFunctionReturn(0);
}

PetscErrorCode LodValueCreateOnFace(const LodGrid *grid, PetscInt axis, PetscInt side,
                                    const char *text, const char *where, LodValue *value) {
  const LodGrid face = LodFaceGrid(grid, axis);
  PetscBool     on_face;
  LodField     *whole;
  PetscFunctionBeginUser;
  PetscCall(FieldOfText(grid, &face, text, where, &on_face, value));
  if (on_face) PetscFunctionReturn(0);
  whole = value->field;
  value->field = NULL;
  PetscCall(LodFieldOnFace(grid, axis, side, &whole, &value->field));
  PetscFunctionReturn(0);
}

PetscErrorCode LodValueDestroy(LodValue *value) {
  PetscFunctionBeginUser;
  PetscCall(LodFieldDestroy(&value->field));
  PetscFunctionReturn(0);
}
