/* Faces of D by name. */
#ifndef LODNET_GRID_FACES_H
#define LODNET_GRID_FACES_H

#include "grid/grid.h"

/* Parses a list of faces "right" or "left,top" into grid->natural (adds to what is set); an input
   error lists the names that `dim` allows. */
PetscErrorCode LodGridSetNatural(LodGrid *grid, const char *faces, const char *where);

/* Marks one face natural, by its name. */
PetscErrorCode LodGridSetFace(LodGrid *grid, const char *face, const char *where);

/* The names of the faces by [axis][low, high]. */
extern const char *const lod_face_names[LOD_MAX_DIM][2];

#endif
