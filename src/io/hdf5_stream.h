/* A new HDF5 file that is written piece by piece and is either whole or absent. */
#ifndef LODNET_IO_HDF5_STREAM_H
#define LODNET_IO_HDF5_STREAM_H

#include "base/file.h"

/* Unlike a file of LodHdf5Create it is not held in memory, but grows under its temporary name. */
typedef struct {
  struct LodHdf5 *file; /* owned */
  LodAtomicFile   atomic;
} LodHdf5Stream;

/* Begins an empty file; Commit closes it and gives it its name, Abort forgets it. Where Begin or
   Commit fail nothing is left. */
PetscErrorCode LodHdf5StreamBegin(const char *path, LodHdf5Stream *stream);
PetscErrorCode LodHdf5StreamCommit(LodHdf5Stream *stream);
PetscErrorCode LodHdf5StreamAbort(LodHdf5Stream *stream);

#endif
