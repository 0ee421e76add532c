/* Local operators averaged over the symmetries of the cube. */
#ifndef LODNET_LOD_AVERAGE_H
#define LODNET_LOD_AVERAGE_H

#include "lod/local_operators.h"

/* A source of local operators whose S_T are the means over all symmetries g of the cube of what
   `source` gives for the turned coefficient A o g, turned back. Exact operators stay what they
   are, since the symmetries permute their entries; learned ones become equivariant, and the part of
   their error that is not goes, at 2^d d! times the cost. D must be a cube (LodGridIsCube) with u =
   0 on all faces. Owns the source, also if there is an error. */
PetscErrorCode LodAveragedCreate(LodLocalOperators *source, LodLocalOperators **averaged);

#endif
