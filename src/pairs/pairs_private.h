/* Shared by the files that make pairs.h5 and pairs.c, which reads it. */
#ifndef LODNET_PAIRS_PAIRS_PRIVATE_H
#define LODNET_PAIRS_PAIRS_PRIVATE_H

#include "io/hdf5_file.h"
#include "pairs/pairs.h"

/* Number of coefficients that a config asks for, all families together. */
PetscInt LodPairsSamples(const LodPairsPlan *plan);

/* The family (index into plan->families) that sample number `sample` is drawn from. */
PetscInt LodPairsFamily(const LodPairsPlan *plan, PetscInt sample);

/* The number that sample `sample` is drawn with: its own, or, from a file, its place in its family.
 */
PetscInt LodPairsNumber(const LodPairsPlan *plan, PetscInt sample);

/* Shares the samples out: split[samples] gets a LodSplit each. Depends on the config alone. Each
   part has samples of each family and, for iid, scale in proportion, and, if its fraction is not 0,
   at least one sample; with too few samples for that, test goes short first, then validation. */
PetscErrorCode LodPairsShare(const LodPairsPlan *plan, int32_t *split);

/* Writes the mesh as attributes of the file. */
PetscErrorCode LodPairsWriteGrid(LodHdf5 *file, const LodGrid *grid);

/* Checks that coefficients, operators and split have the shapes of so many samples on a grid. */
PetscErrorCode LodPairsCheckShapes(LodHdf5 *file, const LodGrid *grid, PetscInt samples);

/* Everything of a new pairs file but the counter: settings, mesh, split, and the datasets that hold
   the samples, compressed or not. */
PetscErrorCode LodPairsCreateDatasets(const LodPairsPlan *plan, const char *text,
                                      PetscInt compression, LodHdf5 *file);

/* Makes the dataset of checksums, and writes those of one sample, from its numbers as reading gives
   them (double for 64 bits, else float). A file without that dataset (of an earlier version) gets
   none. */
PetscErrorCode LodPairsCreateChecksums(LodHdf5 *file, PetscInt samples);
PetscErrorCode LodPairsWriteChecksums(LodHdf5 *file, PetscInt sample, const void *coefficient,
                                      size_t coefficient_bytes, const void *operators,
                                      size_t operators_bytes);

/* The coefficients or operators of a pairs file for reading sample by sample. A sample of another
   checksum than its own is an input error. */
typedef struct LodPairsRows {
  LodHdf5Dataset dataset;
  int            column;
  size_t         count; /* numbers of one sample */
  PetscBool      wide;  /* row[count] are double, else float */
  PetscInt64    *checksums;
} LodPairsRows;

PetscErrorCode LodPairsRowsOpen(LodHdf5 *file, PetscBool operators, LodPairsRows *rows);
PetscErrorCode LodPairsRowsRead(LodPairsRows *rows, PetscInt sample, void *row);
PetscErrorCode LodPairsRowsClose(LodPairsRows *rows);

/* Sets how many samples are complete, after everything else has been handed to the system. */
PetscErrorCode LodPairsWriteCounter(LodHdf5 *file, PetscInt64 complete);

/* Makes the compressed file `path` of the complete file `partial`, which is deleted then. A kill in
   between leaves `partial` as it was. */
PetscErrorCode LodPairsCompress(const LodPairsPlan *plan, const char *text, const char *partial,
                                const char *path, PetscBool quiet);

/* LodPairsOpen with a choice of how many bytes of operators may be kept in memory; beyond that they
   are read from the file when they are asked for. */
PetscErrorCode LodPairsOpenWithin(const char *path, double most_bytes, LodPairs **pairs);

#endif
