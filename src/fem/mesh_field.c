/* Functions given by values on a mesh. */
#include "fem/mesh_field.h"

#include "fem/nodal.h"

/* A function on a mesh. */
typedef struct {
  PetscInt  dim, cells[LOD_MAX_DIM];
  double    extent[LOD_MAX_DIM];
  PetscBool at_nodes;
  double   *values; /* owned */
} MeshFunction;

/* Its value at a point in parts of the extents; outside of the box that of its boundary's cells. */
static double ValueAt(const MeshFunction *function, const double part[LOD_MAX_DIM]) {
  PetscInt position = 0;
  if (function->at_nodes)
    return LodNodesValueAt(function->dim, function->cells, function->values, part);
  for (PetscInt axis = function->dim - 1; axis >= 0; axis--) {
    const PetscInt cells = function->cells[axis], cell = (PetscInt)(part[axis] * (double)cells);
    position = position * cells + PetscMax(0, PetscMin(cell, cells - 1));
  }
  return function->values[position];
}

/* Implements LodField.values. */
static PetscInt Values(LodField *self, int thread, PetscInt count, const double *const points[3],
                       double *values) {
  const MeshFunction *function = self->data;
  (void)thread;
  for (PetscInt p = 0; p < count; p++) {
    double part[LOD_MAX_DIM] = {0};
    for (PetscInt axis = 0; axis < function->dim; axis++)
      part[axis] = points[axis][p] / function->extent[axis];
    values[p] = ValueAt(function, part);
  }
  return count;
}

/* Implements LodField.refuse: every value is finite. */
static PetscErrorCode Refuse(LodField *self, const double point[3], double value) {
  (void)point, (void)value;
  PetscFunctionBeginUser;
  SETERRQ(PETSC_COMM_SELF, PETSC_ERR_PLIB, "%s: %s has no value at a point", self->where,
          self->name);
}

/* Implements LodField.destroy. */
static PetscErrorCode Destroy(LodField *self) {
  MeshFunction *function = self->data;
  PetscFunctionBeginUser;
  if (function) PetscCall(PetscFree(function->values));
  PetscCall(PetscFree(self->data));
  PetscFunctionReturn(0);
}

PetscErrorCode LodFieldFromMesh(PetscInt dim, const double extent[], const PetscInt cells[],
                                PetscBool at_nodes, double *values, const char *where,
                                const char *name, int n_threads, LodField **field) {
  MeshFunction  *function = NULL;
  PetscErrorCode error;
  PetscFunctionBeginUser;
  *field = NULL;
  error = PetscNew(&function);
  if (!error) error = PetscNew(field);
  if (error) {
    PetscCall(PetscFree(values));
    PetscCall(PetscFree(function));
    PetscCall(error);
  }
  *function = (MeshFunction){.dim = dim, .at_nodes = at_nodes, .values = values};
  for (PetscInt axis = 0; axis < dim; axis++) {
    function->cells[axis] = cells[axis];
    function->extent[axis] = extent[axis];
  }
  **field = (LodField){.values = Values,
                       .refuse = Refuse,
                       .destroy = Destroy,
                       .where = where,
                       .name = name,
                       .n_threads = n_threads,
                       .data = function};
  PetscFunctionReturn(0);
}
