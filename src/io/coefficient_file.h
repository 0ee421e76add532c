/* Coefficients in HDF5 files. */
#ifndef LODNET_IO_COEFFICIENT_FILE_H
#define LODNET_IO_COEFFICIENT_FILE_H

#include "grid/coefficient.h"
#include "io/mask_file.h"

/* Reads dataset `dataset` (NULL: "coefficient") of an HDF5 file: floating-point numbers or integers
   (booleans count as 0 and 1). Shapes: (E_x), (E_y,E_x) or (E_z,E_y,E_x) for a number A a cell, all
   finite and > 0; with one more axis of d = 2 or 3 entries for diagonal tensors, with two for
   symmetric ones, positive definite. The attribute `dimension` of the dataset, if it is there, is
   d. Without it (1,E) and (E,1) are one-dimensional, and (E_y,E_x,2) has diagonal tensors in two
   dimensions, being a box of two cells along x in three with `dimension` = 3 only; (2,2,2) is a
   cube. LodCoefficientWrite writes the attribute where it is needed. Every defect is an input error
   that names the file, the dataset and what was found (a wrong name lists the datasets that are
   there). A dataset `mask` beside it is the coefficient's mask (mask_file.h); outside of D its
   values may be anything. */
PetscErrorCode LodCoefficientRead(const char *path, const char *dataset,
                                  LodCoefficient *coefficient);

/* The same with the mask of a source; and from a file that is open. */
PetscErrorCode LodCoefficientReadMasked(const char *path, const char *dataset,
                                        const LodMaskSource *mask, LodCoefficient *coefficient);
PetscErrorCode LodCoefficientReadFrom(LodHdf5 *file, const char *dataset, const LodMaskSource *mask,
                                      LodCoefficient *coefficient);

/* Writes `coefficient` (float64) and the attributes `made_by` (the text given, e.g. the command
   line that made it) and `version`, atomically. */
PetscErrorCode LodCoefficientWrite(const LodCoefficient *coefficient, const char *path,
                                   const char *made_by);

/* The same dataset, and `mask` if there is one, in a file that is being written. */
PetscErrorCode LodCoefficientWriteTo(const LodCoefficient *coefficient, LodHdf5 *file);

/* How files store A: the shape of one coefficient, whose rank it returns; its numbers, which are
   the coefficient's own values or an array that the caller frees; and the attribute `dimension` of
   a dataset, where that is needed. */
int LodCoefficientStoredShape(const LodCoefficient *coefficient, hsize_t shape[LOD_MAX_DIM + 2]);
PetscErrorCode LodCoefficientToStored(const LodCoefficient *coefficient, double **stored);
PetscErrorCode LodCoefficientLabel(const LodCoefficient *coefficient, const char *dataset,
                                   LodHdf5 *file);

/* The reaction c as dataset `reaction` and the rates of Robin faces as `robin_left`, .., shaped as
   the cells of D and of the face (one along its axis), where a coefficient has them: written, and
   read into one that has A; finite and not negative, or an input error. */
PetscErrorCode LodRatesWriteTo(const LodCoefficient *coefficient, LodHdf5 *file);
PetscErrorCode LodRatesReadFrom(LodHdf5 *file, LodCoefficient *coefficient);

/* What a dataset of coefficients is: their dimension and cells along x, y, z, how many there are (1
   if there is no axis for that), the components of A and how many numbers of a cell the file has
   (1, d or d*d), and whether they are booleans. */
typedef struct {
  PetscInt  count, dim, cells[LOD_MAX_DIM], components, stored;
  PetscBool boolean;
} LodCoefficientLayout;

/* Checks that a dataset can be a coefficient, or with `many` a series of them along the first axis:
   numbers, axes as above, not empty, not larger than an index can count. `where`: FILE: NAME.
 */
PetscErrorCode LodCoefficientCheckLayout(const LodHdf5Dataset *dataset, const char *where,
                                         PetscBool many, LodCoefficientLayout *layout);

/* Takes A from the numbers of the file, stored[cell][layout's `stored`] (the coefficient's own
   values if they are the same); the coefficient was created with the cells and components of the
   layout. A tensor that is not symmetric, to 1e-12 of its largest entry, is an input error that
   names the cell. */
PetscErrorCode LodCoefficientFromStored(const LodCoefficientLayout *layout, const double *stored,
                                        const char *where, LodCoefficient *coefficient);

/* What follows the name of a dataset of booleans in messages. */
#define LOD_BOOLEANS_NOTE                                                                          \
  " (booleans: false is 0, which is no coefficient; write a value for either)"

#endif
