/* A value of a problem's text: an expression, or a dataset on a mesh. */
#ifndef LODNET_PROBLEM_VALUE_H
#define LODNET_PROBLEM_VALUE_H

#include "base/field.h"
#include "grid/grid.h"

/* What a text stands for. */
typedef struct {
  LodField *field;    /* owned */
  PetscBool by_cells; /* an array on cells: no values at nodes */
} LodValue;

/* The function on D that `text` stands for: an expression of x, y, z, or `@FILE.h5:DATASET`,
   numbers on the cells or nodes of the coefficient or the fine mesh, recognised by their shape;
   without :DATASET the only one of the file. A file that does not fit is an input error that begins
   with `where`. Both texts are borrowed while there is a field. */
PetscErrorCode LodValueCreate(const LodGrid *grid, const char *text, const char *where,
                              LodValue *value);

/* The same on a face, in coordinates of the face (face_load.h); arrays may also be on the meshes of
   the face. */
PetscErrorCode LodValueCreateOnFace(const LodGrid *grid, PetscInt axis, PetscInt side,
                                    const char *text, const char *where, LodValue *value);

PetscErrorCode LodValueDestroy(LodValue *value);

#endif
