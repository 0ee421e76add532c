/* Coefficients in HDF5 files. */
#ifndef LODNET_IO_COEFFICIENT_FILE_H
#define LODNET_IO_COEFFICIENT_FILE_H

#include "grid/coefficient.h"
#include "io/hdf5_file.h"

/* Reads dataset `dataset` (NULL: "coefficient") of an HDF5 file: floating-point numbers or integers
   (booleans count as 0 and 1), shape (E_x), (E_y,E_x) or (E_z,E_y,E_x), all entries finite and
   > 0; (1,E) and (E,1) are one-dimensional unless the dataset has the attribute `dimension` = 2, as
   those of LodCoefficientWrite have. Every defect is an input error that names the file, the
   dataset and what was found (a wrong name lists the datasets that are there). */
PetscErrorCode LodCoefficientRead(const char *path, const char *dataset,
                                  LodCoefficient *coefficient);

/* Writes `coefficient` (float64) and the attributes `made_by` (the text given, e.g. the command
   line that made it) and `version`, atomically. */
PetscErrorCode LodCoefficientWrite(const LodCoefficient *coefficient, const char *path,
                                   const char *made_by);

/* What a dataset of coefficients is: their dimension and cells along x, y, z, how many there are (1
   if there is no axis for that), and whether they are booleans. */
typedef struct {
  PetscInt  count, dim, cells[LOD_MAX_DIM];
  PetscBool boolean;
} LodCoefficientLayout;

/* Checks that a dataset can be a coefficient, or with `many` a series of them along the first axis:
   numbers, 1 to 3 axes, not empty, not larger than an index can count. `where`: FILE: NAME.
 */
PetscErrorCode LodCoefficientCheckLayout(const LodHdf5Dataset *dataset, const char *where,
                                         PetscBool many, LodCoefficientLayout *layout);

/* What follows the name of a dataset of booleans in messages. */
#define LOD_BOOLEANS_NOTE                                                                          \
  " (booleans: false is 0, which is no coefficient; write a value for either)"

#endif
