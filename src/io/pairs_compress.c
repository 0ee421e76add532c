/* The compressed copy of a complete pairs file.

   Compressed rows have sizes that are known only when they are written, so that HDF5's index moves
   while a file grows; a kill then may leave it unreadable. Samples are therefore collected
   uncompressed, and compressed in one pass at the end. */
#include <unistd.h>

#include "io/hdf5_private.h"
#include "io/pairs_private.h"

/* Copies a dataset row by row; row[] is workspace for one. */
static PetscErrorCode CopyRows(LodHdf5 *from, LodHdf5 *to, const char *name, hid_t type,
                               PetscInt samples, PetscInt done, LodProgress *progress, void *row) {
  PetscFunctionBeginUser;
  for (PetscInt sample = 0; sample < samples; sample++) {
    PetscCall(LodHdf5ReadRows(from, name, type, (hsize_t)sample, 1, row));
    PetscCall(LodHdf5WriteRows(to, name, type, (hsize_t)sample, 1, row));
    PetscCall(LodProgressUpdate(progress, done + sample + 1));
  }
  PetscFunctionReturn(0);
}

/* Copies all samples from one open file to the other. */
static PetscErrorCode CopySamples(const LodConfig *config, LodHdf5 *from, LodHdf5 *to,
                                  PetscBool quiet) {
  const LodGrid *grid = &config->grid;
  const PetscInt samples = LodPairsSamples(config);
  const hid_t    type = LodPairsType(config);
  const size_t   values = (size_t)LodPower(grid->coefficient, grid->dim);
  const size_t   numbers = (size_t)LodGridCells(grid) * (size_t)LodGridOperatorSize(grid);
  LodProgress    progress;
  double        *row;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(PetscMax(values, numbers), &row));
  PetscCall(LodProgressBegin(&progress, "compressing", "rows", 2 * (PetscInt64)samples, quiet));
  PetscErrorCode error = CopyRows(from, to, "coefficients", type, samples, 0, &progress, row);
  if (!error) error = CopyRows(from, to, "operators", type, samples, samples, &progress, row);
  PetscCall(LodProgressEnd(&progress));
  PetscCall(PetscFree(row));
  PetscCall(error);
  PetscCall(LodPairsWriteCounter(to, samples));
  PetscFunctionReturn(0);
}

/* Makes and fills the new file, and closes it. */
static PetscErrorCode CopyAll(const LodConfig *config, const char *text, LodHdf5 *from, LodHdf5 *to,
                              PetscBool quiet) {
  PetscFunctionBeginUser;
  PetscErrorCode error = LodPairsCreateDatasets(config, text, config->pairs.compression, to);
  if (!error) error = CopySamples(config, from, to, quiet);
  const PetscErrorCode closing = LodHdf5Close(to);
  PetscCall(error);
  PetscCall(closing);
  PetscFunctionReturn(0);
}

PetscErrorCode LodPairsCompress(const LodConfig *config, const char *text, const char *partial,
                                const char *path, PetscBool quiet) {
  LodHdf5       from, to;
  LodAtomicFile packed;

  PetscFunctionBeginUser;
  PetscCall(LodAtomicFileBegin(&packed, path));
  PetscErrorCode error = LodHdf5Open(partial, &from);
  if (!error) {
    error = LodHdf5OpenUpdate(packed.temporary, PETSC_TRUE, &to);
    if (!error) error = CopyAll(config, text, &from, &to, quiet);
    PetscCall(LodHdf5Close(&from));
  }
  if (error) PetscCall(LodAtomicFileAbort(&packed));
  PetscCall(error);
  PetscCall(LodAtomicFileCommit(&packed));
  unlink(partial);
  PetscFunctionReturn(0);
}
