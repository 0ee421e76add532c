/* A thin layer over HDF5: arrays, rows of arrays and attributes by name, errors as messages a user
   can act on. Serial: one process opens a file. */
#ifndef LODNET_IO_HDF5_FILE_H
#define LODNET_IO_HDF5_FILE_H

#include <hdf5.h>

#include "base/file.h"

/* Longest list of names in a message. */
#define LOD_HDF5_NAMES 512

typedef struct LodHdf5 {
  hid_t     id;
  char      path[LOD_PATH_MAX];
  char      datasets[LOD_HDF5_NAMES]; /* those that were there when it was opened, for messages */
  PetscBool writing;                  /* a new file under a temporary name, until LodHdf5Commit */
  LodAtomicFile atomic;               /* while writing */
} LodHdf5;

/* Begins a new file under a temporary name (file.h, LodAtomicFile); it is held in memory until
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
   is the type in memory (H5T_NATIVE_DOUBLE, ...), stored little endian, with checksums (HDF5's
   Fletcher-32 filter): if a byte of the numbers changes, reading them is an error. */
PetscErrorCode LodHdf5WriteArray(LodHdf5 *file, const char *name, hid_t type, int rank,
                                 const hsize_t *dims, const void *data);

/* The type in memory of a PetscInt. */
#define LOD_HDF5_INT (sizeof(PetscInt) == 8 ? H5T_NATIVE_INT64 : H5T_NATIVE_INT32)

/* Attributes of object `object` ("/" for the file): a number, an integer or a text. A number that
   is no integer, or does not fit, is never read as one: an input error. */
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
/* The same, and an input error unless the integer lies in [least, most]; unless the number is
   finite and, if `positive`, greater than 0. */
PetscErrorCode LodHdf5ReadBounded(LodHdf5 *file, const char *object, const char *name,
                                  PetscInt64 least, PetscInt64 most, PetscInt64 *value);
PetscErrorCode LodHdf5ReadFinite(LodHdf5 *file, const char *object, const char *name,
                                 PetscBool positive, double *value);
/* Lists of up to LOD_HDF5_LIST numbers: written as one number if n is 1; read as n numbers, each of
   them the one if there is only one. Integers as LodHdf5ReadBounded. */
#define LOD_HDF5_LIST 8
PetscErrorCode LodHdf5WriteInts(LodHdf5 *file, const char *object, const char *name, int n,
                                const PetscInt64 *values);
PetscErrorCode LodHdf5WriteDoubles(LodHdf5 *file, const char *object, const char *name, int n,
                                   const double *values);
PetscErrorCode LodHdf5ReadInts(LodHdf5 *file, const char *object, const char *name,
                               PetscInt64 least, PetscInt64 most, int n, PetscInt64 *values);
PetscErrorCode LodHdf5ReadDoubles(LodHdf5 *file, const char *object, const char *name, int n,
                                  double *values);

/* Whether there is an attribute of that name. */
PetscErrorCode LodHdf5HasAttribute(LodHdf5 *file, const char *object, const char *name,
                                   PetscBool *exists);

/* Allocates *value with PetscMalloc; the caller frees it with PetscFree. */
PetscErrorCode LodHdf5ReadText(LodHdf5 *file, const char *object, const char *name, char **value);

/* The 16-bit type bfloat16 (8 bits of exponent, 7 of mantissa), for datasets; in memory their
   numbers are H5T_NATIVE_FLOAT, rounded to the nearest when written. The caller closes it
   (H5Tclose). */
PetscErrorCode LodHdf5BFloat16(hid_t *type);

/* Makes dataset `name` of shape dims[rank], rank >= 1, one chunk a row (an index of the first
   axis), without checksums: all its space on the disk is reserved, so that writing rows later never
   moves anything in the file. */
PetscErrorCode LodHdf5CreateRows(LodHdf5 *file, const char *name, hid_t type, int rank,
                                 const hsize_t *dims);

/* The same in chunks with checksums, shuffled and deflated at level `compression`, 1 to 9, unless
   that is 0. A chunk has at most most[a] indices along axis a (NULL: as many as there are) and
   takes about a megabyte at most. */
PetscErrorCode LodHdf5CreateChunked(LodHdf5 *file, const char *name, hid_t type, int rank,
                                    const hsize_t *dims, const hsize_t *most, PetscInt compression);

/* Writes rows [first, first + count) of a dataset: whole chunks, each written once. */
PetscErrorCode LodHdf5WriteRows(LodHdf5 *file, const char *name, hid_t type, hsize_t first,
                                hsize_t count, const void *data);

/* Splits what names a dataset, "FILE" or "FILE:DATASET"; a file whose name has a colon is known by
   being there. dataset[] is "" if there is none. */
void LodHdf5SplitName(const char *text, char path[LOD_PATH_MAX], char dataset[LOD_PATH_MAX]);

/* Writes a shape as "(8, 9)" into text[], for messages, and returns that. */
#define LOD_SHAPE_TEXT 256
const char *LodHdf5ShapeText(int rank, const hsize_t *shape, char text[LOD_SHAPE_TEXT]);

/* Whether a dataset, group or link of that path exists. */
PetscErrorCode LodHdf5Exists(LodHdf5 *file, const char *name, PetscBool *exists);

/* A dataset opened for reading, for many reads of one. Input errors: it is not there (lists the
   names that are, or says where its link leads), does not hold numbers (integers, floating-point
   numbers or booleans), or less is in the file than its shape claims. Close accepts one that failed
   to open. */
typedef struct LodHdf5Dataset {
  LodHdf5    *file; /* borrowed */
  char        name[256];
  hid_t       id;
  int         rank;
  hsize_t     dims[H5S_MAX_RANK];
  H5T_class_t kind; /* H5T_INTEGER, H5T_FLOAT, or H5T_ENUM: booleans as h5py writes them */
  size_t      size; /* bytes of one number in the file */
} LodHdf5Dataset;

PetscErrorCode LodHdf5DatasetOpen(LodHdf5 *file, const char *name, LodHdf5Dataset *dataset);
PetscErrorCode LodHdf5DatasetClose(LodHdf5Dataset *dataset);

/* Reads all of it; rows [first, first + count), everything along the other axes; or the block
   first[a] <= index[a] < first[a] + count[a]. `type` is the type in memory; if that is one of
   integers see LodHdf5ReadIntegers. A checksum that does not hold is an input error. */
PetscErrorCode LodHdf5DatasetRead(LodHdf5Dataset *dataset, hid_t type, void *data);
PetscErrorCode LodHdf5DatasetReadRows(LodHdf5Dataset *dataset, hid_t type, hsize_t first,
                                      hsize_t count, void *data);
PetscErrorCode LodHdf5DatasetReadBlock(LodHdf5Dataset *dataset, hid_t type, const hsize_t *first,
                                       const hsize_t *count, void *data);

/* The same for one read, by name. */
PetscErrorCode LodHdf5ReadArray(LodHdf5 *file, const char *name, hid_t type, void *data);
PetscErrorCode LodHdf5ReadRows(LodHdf5 *file, const char *name, hid_t type, hsize_t first,
                               hsize_t count, void *data);
PetscErrorCode LodHdf5ReadBlock(LodHdf5 *file, const char *name, hid_t type, const hsize_t *first,
                                const hsize_t *count, void *data);

/* Reads a dataset of `count` entries, each an integer in [least, most] however it is stored; the
   first that is not is an input error with its place. */
PetscErrorCode LodHdf5ReadIntegers(LodHdf5 *file, const char *name, PetscInt64 least,
                                   PetscInt64 most, PetscInt64 count, PetscInt64 *values);

/* Rank and shape of a dataset, all of which is in the file; input errors as LodHdf5DatasetOpen. */
PetscErrorCode LodHdf5Shape(LodHdf5 *file, const char *name, int *rank, hsize_t dims[8]);

/* Checks that a dataset has the shape expected[rank]; the input error names the first number that
   differs. */
PetscErrorCode LodHdf5CheckShape(LodHdf5 *file, const char *name, int rank,
                                 const hsize_t expected[]);

/* Makes an empty group, which is to hold attributes. */
PetscErrorCode LodHdf5CreateGroup(LodHdf5 *file, const char *name);

/* Input error if another process has `path` open through HDF5, which holds a lock on it. */
PetscErrorCode LodHdf5CheckUnlocked(const char *path);

#endif
