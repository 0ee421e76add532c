/* Shared by hdf5_file.c, hdf5_attributes.c and pairs_make.c. */
#ifndef LODNET_IO_HDF5_PRIVATE_H
#define LODNET_IO_HDF5_PRIVATE_H

#include <lodnet/hdf5_file.h>

/* The operating system's reason for the HDF5 call that just failed ("No space left on device"), or
   a general text; call it before any other HDF5 call. */
void LodHdf5Reason(char reason[256]);

/* Raises "FILE: cannot write WHAT: REASON" if an HDF5 call returned a negative status or handle. */
#define LodHdf5CheckWritten(call, file, what)                                                      \
  do {                                                                                             \
    if ((call) < 0) {                                                                              \
      char lod_hdf5_reason[256];                                                                   \
      LodHdf5Reason(lod_hdf5_reason);                                                              \
      SETERRQ(PETSC_COMM_SELF, PETSC_ERR_FILE_WRITE, "%s: cannot write %s: %s", (file)->path,      \
              (what), lod_hdf5_reason);                                                            \
    }                                                                                              \
  } while (0)

/* Input error unless `name` is a dataset that holds integers or floating-point numbers; lists the
   names that are there if it does not exist. */
PetscErrorCode LodHdf5CheckNumbers(LodHdf5 *file, const char *name);

/* Input error if another process has `path` open through HDF5, which holds a lock on it. */
PetscErrorCode LodHdf5CheckUnlocked(const char *path);

#endif
