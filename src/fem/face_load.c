/* Integrals over a face of D. */
#include "fem/face_load.h"

#include "fem/load.h"

LodGrid LodFaceGrid(const LodGrid *grid, PetscInt axis) {
  LodGrid face = {.dim = grid->dim - 1, .ell = grid->ell};
  for (PetscInt to = 0; to < LOD_MAX_DIM; to++) {
    const PetscInt  from = to < axis ? to : to + 1;
    const PetscBool there = (PetscBool)(to < face.dim);
    face.coarse[to] = there ? grid->coarse[from] : 1;
    face.coefficient[to] = there ? grid->coefficient[from] : 1;
    face.fine[to] = there ? grid->fine[from] : 1;
    face.extent[to] = there ? grid->extent[from] : 1;
  }
  return face;
}

void LodFaceIndex(PetscInt dim, PetscInt axis, PetscInt across, const PetscInt on_face[LOD_MAX_DIM],
                  PetscInt index[LOD_MAX_DIM]) {
  PetscInt next = 0; /* axis of the face */
  for (PetscInt a = 0; a < LOD_MAX_DIM; a++)
    index[a] = a >= dim ? 0 : a == axis ? across : on_face[next++];
}

/* Points of a face that are handed on together. */
enum { BULK = 256 };

/* A function on a face. */
typedef struct {
  LodField *whole; /* owned */
  PetscInt  dim, axis;
  double    across; /* the coordinate of all points along the axis */
  double    repeated[BULK];
} FaceFunction;

/* Implements LodField.values. */
static PetscInt Values(LodField *self, int thread, PetscInt count, const double *const points[3],
                       double *values) {
  const FaceFunction *face = self->data;
  for (PetscInt first = 0; first < count; first += BULK) {
    const PetscInt n = PetscMin(BULK, count - first);
    const double  *whole[LOD_MAX_DIM] = {face->repeated, face->repeated, face->repeated};
    for (PetscInt axis = 0; axis < face->dim; axis++)
      if (axis != face->axis) whole[axis] = points[axis < face->axis ? axis : axis - 1] + first;
    const PetscInt good = face->whole->values(face->whole, thread, n, whole, values + first);
    if (good < n) return first + good;
  }
  return count;
}

/* Implements LodField.refuse. */
static PetscErrorCode Refuse(LodField *self, const double point[3], double value) {
  const FaceFunction *face = self->data;
  double              whole[LOD_MAX_DIM] = {0};
  PetscFunctionBeginUser;
  for (PetscInt axis = 0; axis < face->dim; axis++)
    whole[axis] = axis == face->axis ? face->across : point[axis < face->axis ? axis : axis - 1];
  PetscCall(face->whole->refuse(face->whole, whole, value));
  PetscFunctionReturn(0);
}

/* Implements LodField.destroy. */
static PetscErrorCode Destroy(LodField *self) {
  FaceFunction *face = self->data;
  PetscFunctionBeginUser;
  PetscCall(LodFieldDestroy(&face->whole));
  PetscCall(PetscFree(self->data));
  PetscFunctionReturn(0);
}

PetscErrorCode LodFieldOnFace(const LodGrid *grid, PetscInt axis, PetscInt side, LodField **whole,
                              LodField **field) {
  FaceFunction  *face = NULL;
  PetscErrorCode error;
  PetscFunctionBeginUser;
  *field = NULL;
  error = PetscNew(&face);
  if (!error) error = PetscNew(field);
  if (error) {
    PetscCall(PetscFree(face));
    PetscCall(LodFieldDestroy(whole));
    PetscCall(error);
  }
  **field = **whole;
  face->whole = *whole;
  *whole = NULL;
  face->dim = grid->dim;
  face->axis = axis;
  face->across = side ? grid->extent[axis] : 0;
  for (int i = 0; i < BULK; i++)
    face->repeated[i] = face->across;
  (*field)->values = Values;
  (*field)->refuse = Refuse;
  (*field)->destroy = Destroy;
  (*field)->data = face;
  PetscFunctionReturn(0);
}

/* Evaluates at points; an input error where a value is not finite. */
static PetscErrorCode Evaluate(LodField *field, PetscInt count, const double *const points[3],
                               double *values) {
  PetscFunctionBeginUser;
  const PetscInt good = field->values(field, 0, count, points, values);
  if (good == count) PetscFunctionReturn(0);
  const double point[LOD_MAX_DIM] = {points[0][good], points[1][good], points[2][good]};
  PetscCall(field->refuse(field, point, values[good]));
  PetscFunctionReturn(0);
}

PetscErrorCode LodFaceValues(const LodGrid *grid, PetscInt axis, LodField *g, double *values) {
  const LodGrid face = LodFaceGrid(grid, axis);
  const LodBox  nodes = LodBoxNodes(face.dim, face.fine);
  double        x[LOD_MAX_DIM][BULK] = {{0}};
  PetscFunctionBeginUser;
  for (PetscInt first = 0; first < LodBoxCount(&nodes); first += BULK) {
    const PetscInt n = PetscMin(BULK, LodBoxCount(&nodes) - first);
    for (PetscInt p = 0; p < n; p++) {
      PetscInt index[LOD_MAX_DIM];
      LodBoxIndex(&nodes, first + p, index);
      for (PetscInt a = 0; a < face.dim; a++)
        x[a][p] = face.extent[a] * ((double)index[a] / (double)face.fine[a]);
    }
    PetscCall(Evaluate(g, n, (const double *const[]){x[0], x[1], x[2]}, values + first));
  }
  PetscFunctionReturn(0);
}

/* Integrals over the face in a layout of its own. */
static PetscErrorCode IntegrateOnFace(const LodGrid *face, LodField *q, LodLoadLayout layout,
                                      const double *factor, double *integrals) {
  static const double nowhere[LOD_MAX_DIM] = {0};
  PetscFunctionBeginUser;
  if (face->dim > 0) {
    PetscCall(LodFieldIntegrate(face, q, layout, factor, integrals));
    PetscFunctionReturn(0);
  }
  PetscCall(Evaluate(q, 1, (const double *const[]){nowhere, nowhere, nowhere}, integrals));
  if (factor) integrals[0] *= factor[0];
  PetscFunctionReturn(0);
}

PetscErrorCode LodFaceMeans(const LodGrid *grid, PetscInt axis, LodField *q, double *means) {
  const LodGrid  face = LodFaceGrid(grid, axis);
  const PetscInt count = LodCellCount(face.dim, face.coefficient);
  PetscFunctionBeginUser;
  PetscCall(IntegrateOnFace(&face, q, LOD_LOAD_PIECES, NULL, means));
  for (PetscInt cell = 0; cell < count; cell++)
    means[cell] *= (double)count / LodGridVolume(&face);
  PetscFunctionReturn(0);
}

/* to[box] += from[face_box], where the face lies `across` along its axis. */
static void AddFace(PetscInt axis, PetscInt across, const LodBox *face_box, const double *from,
                    const LodBox *box, double *to) {
  for (PetscInt i = 0; i < LodBoxCount(face_box); i++) {
    PetscInt on_face[LOD_MAX_DIM], index[LOD_MAX_DIM];
    LodBoxIndex(face_box, i, on_face);
    LodFaceIndex(box->dim, axis, across, on_face, index);
    to[LodBoxPosition(box, index)] += from[i];
  }
}

/* The same for integrals in layout cells. */
static void AddFaceCells(const LodGrid *grid, const LodGrid *face, PetscInt axis, PetscInt side,
                         const double *from, double *to) {
  const LodBox face_cells = LodBoxCells(face->dim, face->coarse);
  const LodBox cells = LodBoxCells(grid->dim, grid->coarse);
  for (PetscInt i = 0; i < LodBoxCount(&face_cells); i++) {
    LodBox   nodes = LodCellFineNodes(grid, 0), face_nodes = LodCellFineNodes(face, 0);
    PetscInt on_face[LOD_MAX_DIM], index[LOD_MAX_DIM];
    LodBoxIndex(&face_cells, i, on_face);
    LodFaceIndex(grid->dim, axis, side ? grid->coarse[axis] - 1 : 0, on_face, index);
    AddFace(axis, side ? LodGridFineRatio(grid, axis) : 0, &face_nodes, from, &nodes,
            to + (size_t)LodBoxPosition(&cells, index) * (size_t)LodBoxCount(&nodes));
    from += LodBoxCount(&face_nodes);
  }
}

PetscErrorCode LodFaceIntegrate(const LodGrid *grid, PetscInt axis, PetscInt side, LodField *q,
                                LodLoadLayout layout, const double *factor, double *integrals) {
  const LodGrid face = LodFaceGrid(grid, axis);
  const LodBox  nodes = LodBoxNodes(grid->dim, grid->fine);
  const LodBox  face_nodes = LodBoxNodes(face.dim, face.fine);
  double       *own;
  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(LodLoadCount(&face, layout), &own));
  PetscErrorCode error = IntegrateOnFace(&face, q, layout, factor, own);
  if (!error && layout == LOD_LOAD_NODES)
    AddFace(axis, side ? grid->fine[axis] : 0, &face_nodes, own, &nodes, integrals);
  else if (!error)
    AddFaceCells(grid, &face, axis, side, own, integrals);
  PetscCall(PetscFree(own));
  PetscCall(error);
  PetscFunctionReturn(0);
}
