/* Faces of D by name. */
#ifndef LODNET_GRID_FACES_H
#define LODNET_GRID_FACES_H

#include "grid/grid.h"

/* What holds on a face of D. Unset: u = 0, unless the grid has it natural. */
typedef enum {
  LOD_FACE_UNSET,
  LOD_FACE_DIRICHLET, /* u = g */
  LOD_FACE_NATURAL,   /* A grad u . n = 0 */
  LOD_FACE_FLUX,      /* A grad u . n = q */
  LOD_FACE_ROBIN      /* A grad u . n = r (g - u) */
} LodFaceKind;

/* The face of that name; an input error lists the names that `dim` allows. */
PetscErrorCode LodFaceFind(PetscInt dim, const char *face, const char *where, PetscInt *axis,
                           int *side);

/* Parses a list of faces "right" or "left,top" into grid->natural (adds to what is set); an input
   error lists the names that `dim` allows. */
PetscErrorCode LodGridSetNatural(LodGrid *grid, const char *faces, const char *where);

/* Marks one face natural, by its name. */
PetscErrorCode LodGridSetFace(LodGrid *grid, const char *face, const char *where);

/* The names of the faces by [axis][low, high]. */
extern const char *const lod_face_names[LOD_MAX_DIM][2];

#endif
