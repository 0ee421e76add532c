/* HDF5 files that are written piece by piece. */
#include "io/hdf5_stream.h"

#include "io/hdf5_file.h"

PetscErrorCode LodHdf5StreamBegin(const char *path, LodHdf5Stream *stream) {
  PetscFunctionBeginUser;
  PetscCall(LodAtomicFileBegin(&stream->atomic, path));
  PetscCall(PetscNew(&stream->file));
  PetscErrorCode error = LodHdf5OpenUpdate(stream->atomic.temporary, PETSC_TRUE, stream->file);
  if (error) PetscCall(LodHdf5StreamAbort(stream));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5StreamCommit(LodHdf5Stream *stream) {
  PetscFunctionBeginUser;
  PetscErrorCode error = LodHdf5Close(stream->file);
  if (error) PetscCall(LodHdf5StreamAbort(stream));
  PetscCall(error);
  PetscCall(PetscFree(stream->file));
  PetscCall(LodAtomicFileCommit(&stream->atomic));
  PetscFunctionReturn(0);
}

PetscErrorCode LodHdf5StreamAbort(LodHdf5Stream *stream) {
  PetscFunctionBeginUser;
  if (stream->file) (void)LodHdf5Close(stream->file); /* whether that succeeds no longer matters */
  PetscCall(PetscFree(stream->file));
  PetscCall(LodAtomicFileAbort(&stream->atomic));
  PetscFunctionReturn(0);
}
