/* A thin layer over HDF5: arrays, rows of arrays and attributes by name, errors as messages a user
   can act on. Serial: one process opens a file. */
#ifndef LODNET_HDF5_FILE_H
#define LODNET_HDF5_FILE_H

#include <hdf5.h>
#include <lodnet/base.h>

typedef struct LodHdf5 {
  hid_t         id;
  char          path[LOD_PATH_MAX];
  PetscBool     writing; /* a new file under a temporary name, until LodHdf5Commit */
  LodAtomicFile atomic;  /* while writing */
} LodHdf5;

/* Begins a new file under a temporary name (base.h, LodAtomicFile); it is held in memory until
   LodHdf5Commit writes it and gives it its name. LodHdf5Abort forgets it. Either ends it, whatever
   they return. */
PetscErrorCode LodHdf5Create(const char *path, LodHdf5 *file);
PetscErrorCode LodHdf5Commit(LodHdf5 *file);
PetscErrorCode LodHdf5Abort(LodHdf5 *file);

/* Opens an existing file for reading; input errors: missing, not readable, not HDF5. */
PetscErrorCode LodHdf5Open(const char *path, LodHdf5 *file);
PetscErrorCode LodHdf5Close(LodHdf5 *file);

/* For a file that grows over a long run and is to be continued after a kill: `create` makes an
   empty file under its own name (an old one is replaced), otherwise an existing one is opened for
   reading and writing. Input errors as LodHdf5Open, and if another process has it open. Ends with
   LodHdf5Close. LodHdf5Flush hands everything written so far to the operating system, after which a
   kill cannot lose it. */
PetscErrorCode LodHdf5OpenUpdate(const char *path, PetscBool create, LodHdf5 *file);
PetscErrorCode LodHdf5Flush(LodHdf5 *file);

/* Writes dataset `name` (a path: groups on the way are made) of shape dims[rank], C order. `type`
   is the type in memory (H5T_NATIVE_DOUBLE, ...), stored little endian. */
PetscErrorCode LodHdf5WriteArray(LodHdf5 *file, const char *name, hid_t type, int rank,
                                 const hsize_t *dims, const void *data);

/* Attributes of object `object` ("/" for the file): a number, an integer or a text. */
PetscErrorCode LodHdf5WriteDouble(LodHdf5 *file, const char *object, const char *name,
                                  double value);
PetscErrorCode LodHdf5WriteInt(LodHdf5 *file, const char *object, const char *name,
                               PetscInt64 value);
PetscErrorCode LodHdf5WriteText(LodHdf5 *file, const char *object, const char *name,
                                const char *value);
PetscErrorCode LodHdf5ReadDouble(LodHdf5 *file, const char *object, const char *name,
                                 double *value);
PetscErrorCode LodHdf5ReadInt(LodHdf5 *file, const char *object, const char *name,
                              PetscInt64 *value);
/* Allocates *value with PetscMalloc; the caller frees it with PetscFree. */
PetscErrorCode LodHdf5ReadText(LodHdf5 *file, const char *object, const char *name, char **value);

/* The 16-bit type bfloat16 (8 bits of exponent, 7 of mantissa), for datasets; in memory their
   numbers are H5T_NATIVE_FLOAT, rounded to the nearest when written. The caller closes it
   (H5Tclose). */
PetscErrorCode LodHdf5BFloat16(hid_t *type);

/* Makes dataset `name` of shape dims[rank], rank >= 1, one chunk a row (an index of the first
   axis). With compression 0 all its space on the disk is reserved, so that writing rows later never
   moves anything in the file; else rows are shuffled and deflated at that level, 1 to 9.
   LodHdf5WriteRows and LodHdf5ReadRows transfer rows [first, first + count) of a dataset. */
PetscErrorCode LodHdf5CreateRows(LodHdf5 *file, const char *name, hid_t type, int rank,
                                 const hsize_t *dims, PetscInt compression);
PetscErrorCode LodHdf5WriteRows(LodHdf5 *file, const char *name, hid_t type, hsize_t first,
                                hsize_t count, const void *data);
PetscErrorCode LodHdf5ReadRows(LodHdf5 *file, const char *name, hid_t type, hsize_t first,
                               hsize_t count, void *data);
PetscErrorCode LodHdf5ReadBlock(LodHdf5 *file, const char *name, hid_t type, const hsize_t *first,
                                const hsize_t *count, void *data);

/* Whether a dataset, group or link of that path exists. */
PetscErrorCode LodHdf5Exists(LodHdf5 *file, const char *name, PetscBool *exists);

/* Rank and shape of a dataset; an input error lists the names that are there if it is not. */
PetscErrorCode LodHdf5Shape(LodHdf5 *file, const char *name, int *rank, hsize_t dims[8]);

/* Whether a dataset holds floating-point numbers (and not, say, integers). */
PetscErrorCode LodHdf5IsFloat(LodHdf5 *file, const char *name, PetscBool *is_float);

/* Reads the whole dataset into data[], which must hold its shape; `type` as above. An input error
   if the dataset does not hold numbers. */
PetscErrorCode LodHdf5ReadArray(LodHdf5 *file, const char *name, hid_t type, void *data);

#endif
