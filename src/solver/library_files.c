/* Coefficient files of lodnet.h. */
#include <stdlib.h>
#include <string.h>

#include "io/coefficient_file.h"
#include "solver/library.h"

/* LodCoefficientFileRead. */
static PetscErrorCode Read(const char *path, const char *dataset, int *dim, int cells[3],
                           double **values) {
  static const char where[] = "LodCoefficientFileRead";
  LodCoefficient    coefficient;
  PetscFunctionBeginUser;
  PetscCall(LodPointerCheck(values, where, "values"));
  *values = NULL;
  PetscCall(LodPointerCheck(path, where, "path"));
  PetscCall(LodPointerCheck(dim, where, "dim"));
  PetscCall(LodPointerCheck(cells, where, "cells"));
  LodLibrariesLock();
  PetscErrorCode error = LodCoefficientRead(path, dataset, &coefficient);
  LodLibrariesUnlock();
  if (!error) error = LodCoefficientCheckPlain(&coefficient, where, path);
  if (error) PetscCall(LodCoefficientDestroy(&coefficient));
  PetscCall(error);
  const size_t count = (size_t)LodCellCount(coefficient.dim, coefficient.cells);
  *values = malloc(count * sizeof **values);
  if (*values) memcpy(*values, coefficient.values, count * sizeof **values);
  *dim = (int)coefficient.dim;
  for (int axis = 0; axis < 3; axis++)
    cells[axis] = (int)coefficient.cells[axis];
  PetscCall(LodCoefficientDestroy(&coefficient));
  PetscCheck(*values, PETSC_COMM_SELF, PETSC_ERR_MEM, "%s: no memory for %zu values", where, count);
  PetscFunctionReturn(0);
}

int LodCoefficientFileRead(const char *path, const char *dataset, int *dim, int cells[3],
                           double **values) {
  LOD_LIBRARY_CALL(Read(path, dataset, dim, cells, values));
}

/* LodCoefficientFileWrite. */
static PetscErrorCode Write(const char *path, int dim, const int *cells, const double *values) {
  static const char where[] = "LodCoefficientFileWrite";
  LodCoefficient    coefficient;
  PetscFunctionBeginUser;
  PetscCall(LodPointerCheck(path, where, "path"));
  PetscCall(LodCoefficientAround(dim, cells, values, where, &coefficient));
  PetscCall(LodCoefficientValidate(&coefficient, "LodCoefficientFileWrite: values"));
  LodLibrariesLock();
  PetscErrorCode error = LodCoefficientWrite(&coefficient, path, where);
  LodLibrariesUnlock();
  PetscCall(error);
  PetscFunctionReturn(0);
}

int LodCoefficientFileWrite(const char *path, int dim, const int *cells, const double *values) {
  LOD_LIBRARY_CALL(Write(path, dim, cells, values));
}
