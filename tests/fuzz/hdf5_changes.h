/* Changed HDF5 files. An input is a recipe: byte 0 says which of a few valid files to start from,
   and every eight bytes that follow are a step, a change made through HDF5 (shape, type and layout
   of a dataset, attributes, links, values) or, as the last ones, of the bytes of the file. An input
   that begins as an HDF5 file does is taken as it is, so that a file can be given too. */
#ifndef LODNET_TESTS_FUZZ_HDF5_CHANGES_H
#define LODNET_TESTS_FUZZ_HDF5_CHANGES_H

#include "fuzz.h"

/* --- What a target of HDF5 files offers; FuzzStart and the others are in hdf5_changes.c. --- */

/* Makes valid file number `number` at `path`; PETSC_FALSE if there are no more. */
PetscBool FuzzHdf5Base(size_t number, const char *path);

/* Reads a file; fails by FuzzFail. */
void FuzzHdf5Read(const char *path);

/* Files of tests/fuzz/seeds that are seeds of the target too, a pattern of glob. */
extern const char fuzz_hdf5_seeds[];

enum { FUZZ_STEP = 8 };

/* Changes file `path` by one step through HDF5. */
void FuzzHdf5Structure(const char *path, const uint8_t step[FUZZ_STEP]);

#endif
