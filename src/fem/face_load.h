/* Integrals over a face of D, which is a box of one dimension less with meshes of its own. */
#ifndef LODNET_FEM_FACE_LOAD_H
#define LODNET_FEM_FACE_LOAD_H

#include "base/field.h"
#include "fem/load_layout.h"

/* The meshes of the faces across an axis, a point in one dimension (dim = 0): their axes are the
   others of D in the same order, and so are the coordinates of functions on a face. */
LodGrid LodFaceGrid(const LodGrid *grid, PetscInt axis);

/* The function on a face that one on D is there; takes over *whole (sets it NULL), also if there is
   an error. */
PetscErrorCode LodFieldOnFace(const LodGrid *grid, PetscInt axis, PetscInt side, LodField **whole,
                              LodField **field);

/* Adds to integrals[], in a layout of D (nodes or cells), the integrals over a face of q times
   factor[coefficient cells of the face] (NULL: 1) times the hat functions; q is a function on the
   face. LodFaceMeans: means[coefficient cells of the face] of q. */
PetscErrorCode LodFaceIntegrate(const LodGrid *grid, PetscInt axis, PetscInt side, LodField *q,
                                LodLoadLayout layout, const double *factor, double *integrals);
PetscErrorCode LodFaceMeans(const LodGrid *grid, PetscInt axis, LodField *q, double *means);

/* The values of a function on a face at its fine nodes, values[fine nodes of the face]. */
PetscErrorCode LodFaceValues(const LodGrid *grid, PetscInt axis, LodField *g, double *values);

/* The multi-index in D of one on the face; `across` is its entry of the axis. */
void LodFaceIndex(PetscInt dim, PetscInt axis, PetscInt across, const PetscInt on_face[LOD_MAX_DIM],
                  PetscInt index[LOD_MAX_DIM]);

#endif
