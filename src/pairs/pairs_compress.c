/* The compressed copy of a complete pairs file.

   Compressed rows have sizes that are known only when they are written, so that HDF5's index moves
   while a file grows; a kill then may leave it unreadable. Samples are therefore collected
   uncompressed, and compressed in one pass at the end. */
#include <unistd.h>

#include "base/progress.h"
#include "pairs/pairs_private.h"

/* Copies the open rows, one after the other; row[] is workspace for one pair of rows. */
static PetscErrorCode CopyRows(LodPairsRows *coefficients, LodPairsRows *operators, LodHdf5 *to,
                               PetscInt samples, LodProgress *progress, double *row) {
  const hid_t  type = operators->wide ? H5T_NATIVE_DOUBLE : H5T_NATIVE_FLOAT;
  const size_t size = operators->wide ? sizeof(double) : sizeof(float);
  double      *values = row + operators->count;

  PetscFunctionBeginUser;
  for (PetscInt sample = 0; sample < samples; sample++) {
    PetscCall(LodPairsRowsRead(coefficients, sample, values));
    PetscCall(LodPairsRowsRead(operators, sample, row));
    PetscCall(LodHdf5WriteRows(to, "coefficients", type, (hsize_t)sample, 1, values));
    PetscCall(LodHdf5WriteRows(to, "operators", type, (hsize_t)sample, 1, row));
    PetscCall(LodPairsWriteChecksums(to, sample, values, size * coefficients->count, row,
                                     size * operators->count));
    PetscCall(LodProgressUpdate(progress, sample + 1));
  }
  PetscFunctionReturn(0);
}

/* Copies all samples from one open file to the other. */
static PetscErrorCode CopySamples(const LodPairsPlan *plan, LodHdf5 *from, LodHdf5 *to,
                                  PetscBool quiet) {
  const PetscInt samples = LodPairsSamples(plan);
  LodPairsRows   coefficients, operators;
  LodProgress    progress;
  double        *row = NULL;

  PetscFunctionBeginUser;
  PetscCall(LodPairsRowsOpen(from, PETSC_FALSE, &coefficients));
  PetscCall(LodPairsRowsOpen(from, PETSC_TRUE, &operators));
  PetscCall(PetscMalloc1(coefficients.count + operators.count, &row));
  PetscCall(LodProgressBegin(&progress, "compressing", "samples", samples, quiet));
  PetscErrorCode error = CopyRows(&coefficients, &operators, to, samples, &progress, row);
  PetscCall(LodProgressEnd(&progress));
  PetscCall(PetscFree(row));
  PetscCall(LodPairsRowsClose(&operators));
  PetscCall(LodPairsRowsClose(&coefficients));
  PetscCall(error);
  PetscCall(LodPairsWriteCounter(to, samples));
  PetscFunctionReturn(0);
}

/* Makes and fills the new file, and closes it. */
static PetscErrorCode CopyAll(const LodPairsPlan *plan, const char *text, LodHdf5 *from,
                              LodHdf5 *to, PetscBool quiet) {
  PetscFunctionBeginUser;
  PetscErrorCode error = LodPairsCreateDatasets(plan, text, plan->pairs.compression, to);
  if (!error) error = CopySamples(plan, from, to, quiet);
  const PetscErrorCode closing = LodHdf5Close(to);
  PetscCall(error);
  PetscCall(closing);
  PetscFunctionReturn(0);
}

PetscErrorCode LodPairsCompress(const LodPairsPlan *plan, const char *text, const char *partial,
                                const char *path, PetscBool quiet) {
  LodHdf5       from, to;
  LodAtomicFile packed;

  PetscFunctionBeginUser;
  PetscCall(LodAtomicFileBegin(&packed, path));
  PetscErrorCode error = LodHdf5Open(partial, &from);
  if (!error) {
    error = LodHdf5OpenUpdate(packed.temporary, PETSC_TRUE, &to);
    if (!error) error = CopyAll(plan, text, &from, &to, quiet);
    PetscCall(LodHdf5Close(&from));
  }
  if (error) PetscCall(LodAtomicFileAbort(&packed));
  PetscCall(error);
  PetscCall(LodAtomicFileCommit(&packed));
  unlink(partial);
  PetscFunctionReturn(0);
}
