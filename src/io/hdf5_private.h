/* Shared by the hdf5_*.c files. */
#ifndef LODNET_IO_HDF5_PRIVATE_H
#define LODNET_IO_HDF5_PRIVATE_H

#include "io/hdf5_file.h"

/* Why the HDF5 call that just failed did so: the operating system's words ("No space left on
   device") if it was asked, else HDF5's innermost message. Call it before any other HDF5 call.
   Returns whether a lock was what failed. */
PetscBool LodHdf5Reason(char reason[256]);

/* The same after a dataset could not be read; names a filter that is not installed. */
void LodHdf5ReadReason(hid_t dataset, char reason[256]);

/* If there is a link of that name, but no dataset behind it: where it leads and why it fails, as
   what follows "NAME: "; else returns false. */
PetscBool LodHdf5LinkReason(const LodHdf5 *file, const char *name, char reason[512]);

/* Sets, in the creation list of a file, group or dataset, what all of ours have: headers that hold
   a checksum, so that damaged attributes and shapes are not taken for good (tracking the order of
   attributes brings the headers of HDF5 1.8, which do), and no time: the same data give the same
   bytes. */
void LodHdf5SetHeaders(hid_t properties);

/* Opens a dataset without a chunk cache: rows are read straight to their place, and a single row of
   a large chunk does not pull in the whole chunk. Negative if that fails. */
hid_t LodHdf5OpenUncached(const LodHdf5 *file, const char *name);

/* Whether a dataset of that class holds numbers; h5py stores booleans as H5T_ENUM. */
static inline PetscBool LodHdf5IsNumber(H5T_class_t kind) {
  return (PetscBool)(kind == H5T_INTEGER || kind == H5T_FLOAT || kind == H5T_ENUM);
}

/* Whether less of a dataset is in the file than its shape claims, so that it cannot be trusted to
   be as large; `defect` says what is wrong, as what follows "FILE: NAME: ". What was never written
   is none if the file names the value that it is to have. */
PetscBool LodHdf5StorageDefect(hid_t dataset, char defect[256]);

/* Input error if reading the file would crash or never end. Also gives the names of its datasets,
   sorted, in quotation marks, as many as fit; "" if there is none. */
PetscErrorCode LodHdf5Probe(const char *path, char datasets[LOD_HDF5_NAMES]);

/* Exact reading of integers: the type in memory for a stored type of integers or floating-point
   numbers, and the integer that a number so read is; false, with the number in words, if it is none
   of 64 bits. */
hid_t     LodHdf5ExactType(hid_t stored);
PetscBool LodHdf5ToInteger(hid_t exact, const void *number, PetscInt64 *integer, char words[32]);

/* Raises "FILE: cannot write WHAT: REASON" if an HDF5 call returned a negative status or handle. */
#define LodHdf5CheckWritten(call, file, what)                                                      \
  do {                                                                                             \
    if ((call) < 0) {                                                                              \
      char lod_hdf5_reason[256];                                                                   \
      (void)LodHdf5Reason(lod_hdf5_reason);                                                        \
      SETERRQ(PETSC_COMM_SELF, PETSC_ERR_FILE_WRITE, "%s: cannot write %s: %s", (file)->path,      \
              (what), lod_hdf5_reason);                                                            \
    }                                                                                              \
  } while (0)

#endif
