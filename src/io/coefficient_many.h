/* Many coefficients in one dataset, written one by one. */
#ifndef LODNET_IO_COEFFICIENT_MANY_H
#define LODNET_IO_COEFFICIENT_MANY_H

#include "grid/coefficient.h"
#include "io/hdf5_file.h"
#include "io/hdf5_stream.h"

/* The dataset of an open file that holds coefficients: `given` or, if that is NULL, `coefficient`,
   or `coefficients` where there is only that. Whether it is there is for opening it to say. */
PetscErrorCode LodCoefficientDataset(LodHdf5 *file, const char *given, const char **name);

/* Begins a file of many coefficients, of which one is in memory at a time: dataset `coefficients`
   (count, then as LodCoefficientWrite has one; float64), its attributes, all of the cells and
   components of `like`. Write fills one row. LodHdf5StreamCommit or Abort end it. */
PetscErrorCode LodCoefficientsBegin(const char *path, PetscInt count, const LodCoefficient *like,
                                    const char *made_by, LodHdf5Stream *stream);
PetscErrorCode LodCoefficientsWrite(LodHdf5Stream *stream, PetscInt number,
                                    const LodCoefficient *coefficient);

#endif
