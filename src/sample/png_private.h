/* Pictures as input. */
#ifndef LODNET_SAMPLE_PNG_PRIVATE_H
#define LODNET_SAMPLE_PNG_PRIVATE_H

#include <petscsys.h>

/* Reads a PNG file of any colour type and 1 to 16 bits as grey[height][width] in [0, 1], row 0 at
   the top: stored values over the largest one, no gamma applied; colour becomes luma (Rec. 709
   weights), transparency is ignored. Allocates *grey; the caller frees it with PetscFree. A missing
   file, one that is not PNG or a damaged one is an input error. */
PetscErrorCode LodPngReadGrey(const char *path, PetscInt *width, PetscInt *height, double **grey);

#endif
