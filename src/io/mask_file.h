/* Masks in HDF5 files (grid/domain.h). */
#ifndef LODNET_IO_MASK_FILE_H
#define LODNET_IO_MASK_FILE_H

#include "grid/coefficient.h"
#include "io/hdf5_file.h"

/* The walls of a mask: as its dataset says, natural where that says nothing, or one of both. */
typedef enum { LOD_WALLS_AS_STORED, LOD_WALLS_NATURAL, LOD_WALLS_DIRICHLET } LodWalls;

/* Where a mask comes from. */
typedef struct {
  const char *text; /* "FILE" or "FILE:DATASET", its dataset being `mask` unless named; NULL: the
                       dataset `mask` beside the coefficient, if there is one */
  LodWalls walls;
} LodMaskSource;

/* A name, "natural" or "dirichlet", as walls; anything else is an input error that begins with
   `where`. */
PetscErrorCode LodWallsFromName(const char *name, const char *where, LodWalls *walls);

/* The file, and if it is named the dataset, of "FILE" or "FILE:DATASET" (LodHdf5SplitName); an
   input error if either is empty. */
PetscErrorCode LodMaskPath(const char *text, char path[LOD_PATH_MAX], char name[LOD_PATH_MAX]);

/* Gives a coefficient, whose A has been read from `file`, the mask of the source (NULL: that of the
   file): booleans or integers, 0 outside of D, shaped as the cells. The attribute `walls` of the
   dataset may say natural (the default) or dirichlet. Without one it stays without. */
PetscErrorCode LodMaskReadFrom(LodHdf5 *file, const LodMaskSource *source,
                               LodCoefficient *coefficient);

/* An input error that begins with `who` if the file has a mask, for those who take whole boxes. */
PetscErrorCode LodMaskRefuse(LodHdf5 *file, const char *who);

/* Writes the dataset `mask` with its attribute, if the coefficient has one. */
PetscErrorCode LodMaskWriteTo(const LodCoefficient *coefficient, LodHdf5 *file);

#endif
