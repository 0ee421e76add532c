/* Reading pairs.h5: counts, gathering mini-batches, single coefficients.

   Operators that are too many for the memory are read from the file when they are asked for. Where
   they are compressed that would decompress a whole sample for every pair, so they are unpacked
   first, to a scratch file beside it that has no name and ends with the process. */
#include "pairs/pairs.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/report.h"
#include "io/mesh_attributes.h"
#include "pairs/pairs_private.h"

/* Operators up to this size are kept in memory, larger ones read when they are asked for. */
#define MOST_BYTES ((double)(1 << 30))

struct LodPairs {
  LodHdf5      file;
  LodGrid      grid;
  PetscInt     samples;
  float       *coefficients; /* [samples][E^d] */
  float       *operators;    /* [samples][N^d][operator size], or NULL if they stay in the file */
  size_t       unpacked;     /* bytes of the scratch file that operators[] is, 0 if it is memory */
  LodPairsRows stored;       /* the operators in the file */
  PetscInt     count[3];     /* samples in each split */
  PetscInt    *member[3];    /* member[split][count]: their numbers */
};

/* The attributes that hold a mesh, and `natural_faces` with bit 2 * axis + side for each. */
PetscErrorCode LodPairsWriteGrid(LodHdf5 *file, const LodGrid *grid) {
  PetscInt64 faces = 0;

  PetscFunctionBeginUser;
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    for (int side = 0; side < 2; side++)
      faces |= (PetscInt64)(grid->natural[axis][side] != 0) << (2 * axis + side);
  PetscCall(LodHdf5WriteInt(file, "/", "dimension", grid->dim));
  PetscCall(LodMeshAttributesWrite(file, grid));
  PetscCall(LodHdf5WriteInt(file, "/", "natural_faces", faces));
  PetscFunctionReturn(0);
}

/* Reads one attribute that must fit a PetscInt. */
static PetscErrorCode ReadSize(LodHdf5 *file, const char *name, PetscInt *value) {
  PetscInt64 number;

  PetscFunctionBeginUser;
  PetscCall(LodHdf5ReadBounded(file, "/", name, 0, PETSC_MAX_INT, &number));
  *value = (PetscInt)number;
  PetscFunctionReturn(0);
}

/* Reads the mesh, attributes of the file. */
static PetscErrorCode ReadGrid(LodHdf5 *file, LodGrid *grid) {
  PetscInt faces = 0;

  PetscFunctionBeginUser;
  memset(grid, 0, sizeof *grid);
  PetscCall(ReadSize(file, "dimension", &grid->dim));
  PetscCall(LodMeshAttributesRead(file, grid));
  PetscCall(ReadSize(file, "natural_faces", &faces));
  for (PetscInt axis = 0; axis < LOD_MAX_DIM; axis++)
    for (int side = 0; side < 2; side++)
      grid->natural[axis][side] = (PetscBool)(faces >> (2 * axis + side) & 1);
  PetscCall(LodGridValidate(grid, file->path));
  PetscFunctionReturn(0);
}

/* Sorts the samples into the lists of their splits; split[samples] is room for what the file says.
 */
static PetscErrorCode SortSamples(LodPairs *pairs, PetscInt64 *split) {
  PetscFunctionBeginUser;
  PetscCall(LodHdf5ReadIntegers(&pairs->file, "split", 0, 2, pairs->samples, split));
  for (int part = 0; part < 3; part++)
    PetscCall(PetscMalloc1(pairs->samples, &pairs->member[part]));
  for (PetscInt i = 0; i < pairs->samples; i++)
    pairs->member[split[i]][pairs->count[split[i]]++] = i;
  PetscFunctionReturn(0);
}

/* The same, with the room. */
static PetscErrorCode ReadSplit(LodPairs *pairs) {
  PetscInt64 *split;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(pairs->samples, &split));
  PetscErrorCode error = SortSamples(pairs, split);
  PetscCall(PetscFree(split));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodPairsCheckShapes(LodHdf5 *file, const LodGrid *grid, PetscInt samples) {
  hsize_t       shape[1 + LOD_MAX_DIM] = {(hsize_t)samples};
  const hsize_t operators[] = {(hsize_t)samples, (hsize_t)LodGridCells(grid),
                               (hsize_t)LodGridPatchNodes(grid), (hsize_t)LodGridCorners(grid)};

  PetscFunctionBeginUser;
  LodMeshShape(grid->dim, grid->coefficient, 0, shape + 1);
  PetscCall(LodHdf5CheckShape(file, "coefficients", 1 + (int)grid->dim, shape));
  PetscCall(LodHdf5CheckShape(file, "operators", 4, operators));
  PetscCall(LodHdf5CheckShape(file, "split", 1, shape));
  PetscFunctionReturn(0);
}

/* Checks that the parts of the open file fit together, and that all samples are complete. */
static PetscErrorCode CheckParts(LodPairs *pairs) {
  LodHdf5   *file = &pairs->file;
  hsize_t    dims[8];
  int        rank;
  PetscInt64 complete = 0;

  PetscFunctionBeginUser;
  PetscCall(ReadGrid(file, &pairs->grid));
  PetscCall(LodHdf5Shape(file, "split", &rank, dims));
  LodCheckInput(rank == 1 && dims[0] >= 1 && dims[0] < PETSC_MAX_INT,
                "%s: split: must be a list of at least one number", file->path);
  pairs->samples = (PetscInt)dims[0];
  PetscCall(LodPairsCheckShapes(file, &pairs->grid, pairs->samples));
  PetscCall(LodHdf5ReadIntegers(file, "complete", 0, INT64_MAX, 1, &complete));
  LodCheckInput(complete == pairs->samples,
                "%s: only %lld of %" PetscInt_FMT " samples are complete", file->path,
                (long long)complete, pairs->samples);
  PetscFunctionReturn(0);
}

/* Reads all rows into values[samples][rows->count], or if that is NULL only checks them. */
static PetscErrorCode ReadAll(LodPairsRows *rows, PetscInt samples, float *values) {
  double *row;

  PetscFunctionBeginUser;
  if (!values && !rows->checksums) PetscFunctionReturn(0);
  PetscCall(PetscMalloc1(rows->count, &row));
  PetscErrorCode error = 0;
  for (PetscInt sample = 0; sample < samples && !error; sample++) {
    float *target = values ? values + (size_t)sample * rows->count : NULL;
    error = LodPairsRowsRead(rows, sample, target && !rows->wide ? (void *)target : row);
    for (size_t i = 0; i < rows->count && target && rows->wide; i++)
      target[i] = (float)row[i];
  }
  PetscCall(PetscFree(row));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Whether reading a part of a dataset means undoing filters. */
static PetscBool IsFiltered(const LodHdf5Dataset *dataset) {
  const hid_t properties = H5Dget_create_plist(dataset->id);
  const int   n_filters = properties < 0 ? 0 : H5Pget_nfilters(properties);
  if (properties >= 0) H5Pclose(properties);
  return (PetscBool)(n_filters > 0);
}

/* Makes the scratch file for `bytes` bytes of operators and maps it to operators[]; leaves that
   NULL, with a warning, if there is no room for it. */
static PetscErrorCode MapScratch(LodPairs *pairs, size_t bytes) {
  char name[LOD_PATH_MAX + 16];

  PetscFunctionBeginUser;
  (void)snprintf(name, sizeof name, "%s.XXXXXX", pairs->file.path);
  const int descriptor = mkostemp(name, O_CLOEXEC);
  if (descriptor >= 0) unlink(name);
  void *map = MAP_FAILED;
  if (descriptor >= 0 && posix_fallocate(descriptor, 0, (off_t)bytes) == 0)
    map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (descriptor >= 0) close(descriptor);
  if (map == MAP_FAILED) {
    LodWarn("%s: no room beside it to unpack %.3g GB of operators: training will be slow",
            pairs->file.path, (double)bytes * 1e-9);
    PetscFunctionReturn(0);
  }
  pairs->operators = map;
  pairs->unpacked = bytes;
  PetscFunctionReturn(0);
}

/* Reads what is kept in memory from the open file; the operators only if they take at most
   `most_bytes`, and not most of what is free. */
static PetscErrorCode Load(LodPairs *pairs, double most_bytes) {
  LodPairsRows coefficients;
  const double samples = pairs->samples;

  PetscFunctionBeginUser;
  PetscCall(ReadSplit(pairs));
  PetscCall(LodPairsRowsOpen(&pairs->file, PETSC_FALSE, &coefficients));
  PetscErrorCode error =
      LodMemoryCheck(samples * (double)coefficients.count * sizeof(float), pairs->file.path, "");
  if (!error)
    error = PetscMalloc1((size_t)pairs->samples * coefficients.count, &pairs->coefficients);
  if (!error) error = ReadAll(&coefficients, pairs->samples, pairs->coefficients);
  PetscCall(LodPairsRowsClose(&coefficients));
  PetscCall(error);
  PetscCall(LodPairsRowsOpen(&pairs->file, PETSC_TRUE, &pairs->stored));
  const double size = samples * (double)pairs->stored.count * sizeof(float);
  if (size <= most_bytes && size <= 0.5 * LodMemoryAvailable())
    PetscCall(PetscMalloc1((size_t)pairs->samples * pairs->stored.count, &pairs->operators));
  else if (IsFiltered(&pairs->stored.dataset))
    PetscCall(MapScratch(pairs, (size_t)size));
  PetscCall(ReadAll(&pairs->stored, pairs->samples, pairs->operators));
  PetscFunctionReturn(0);
}

PetscErrorCode LodPairsOpen(const char *path, LodPairs **pairs) {
  PetscFunctionBeginUser;
  PetscCall(LodPairsOpenWithin(path, MOST_BYTES, pairs));
  PetscFunctionReturn(0);
}

PetscErrorCode LodPairsOpenWithin(const char *path, double most_bytes, LodPairs **pairs) {
  LodPairs *p;

  PetscFunctionBeginUser;
  *pairs = NULL;
  PetscCall(PetscNew(&p));
  p->file.id = p->stored.dataset.id = H5I_INVALID_HID;
  PetscErrorCode error = LodHdf5Open(path, &p->file);
  if (!error) error = CheckParts(p);
  if (!error) error = Load(p, most_bytes);
  if (error) PetscCall(LodPairsClose(&p));
  PetscCall(error);
  *pairs = p;
  PetscFunctionReturn(0);
}

PetscErrorCode LodPairsClose(LodPairs **pairs) {
  PetscFunctionBeginUser;
  if (*pairs) {
    for (int part = 0; part < 3; part++)
      PetscCall(PetscFree((*pairs)->member[part]));
    PetscCall(PetscFree((*pairs)->coefficients));
    if ((*pairs)->unpacked)
      (void)munmap((*pairs)->operators, (*pairs)->unpacked);
    else
      PetscCall(PetscFree((*pairs)->operators));
    PetscCall(LodPairsRowsClose(&(*pairs)->stored));
    PetscCall(LodHdf5Close(&(*pairs)->file));
    PetscCall(PetscFree(*pairs));
  }
  PetscFunctionReturn(0);
}

PetscErrorCode LodPairsGrid(LodPairs *pairs, LodGrid *grid) {
  PetscFunctionBeginUser;
  *grid = pairs->grid;
  PetscFunctionReturn(0);
}

PetscErrorCode LodPairsCount(LodPairs *pairs, LodSplit split, PetscInt64 *samples,
                             PetscInt64 *count) {
  PetscFunctionBeginUser;
  *samples = pairs->count[split];
  *count = *samples * LodGridCells(&pairs->grid);
  PetscFunctionReturn(0);
}

/* The operators of n pairs into target[n][size], from memory or from the file. */
static PetscErrorCode GatherTargets(LodPairs *pairs, LodSplit split, PetscInt n,
                                    const PetscInt64 *index, float *target) {
  const LodGrid *grid = &pairs->grid;
  const size_t   cells = (size_t)LodGridCells(grid), size = (size_t)LodGridOperatorSize(grid);
  const hsize_t  count[4] = {1, 1, (hsize_t)LodGridPatchNodes(grid), (hsize_t)LodGridCorners(grid)};

  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < n; i++) {
    const size_t sample = (size_t)pairs->member[split][(size_t)index[i] / cells];
    const size_t cell = (size_t)index[i] % cells;
    if (pairs->operators) {
      memcpy(target + (size_t)i * size, pairs->operators + (sample * cells + cell) * size,
             size * sizeof *target);
    } else {
      PetscCall(LodHdf5DatasetReadBlock(&pairs->stored.dataset, H5T_NATIVE_FLOAT,
                                        (hsize_t[]){sample, cell, 0, 0}, count,
                                        target + (size_t)i * size));
    }
  }
  PetscFunctionReturn(0);
}

PetscErrorCode LodPairsGather(LodPairs *pairs, LodSplit split, PetscInt n, const PetscInt64 *index,
                              float *inp, float *target) {
  const LodGrid   *grid = &pairs->grid;
  const PetscInt64 cells = LodGridCells(grid), count = cells * pairs->count[split];
  const size_t     values = (size_t)LodCellCount(grid->dim, grid->coefficient);
  const size_t     length = (size_t)LodGridPatchValues(grid);

  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < n; i++)
    PetscCheck(index[i] >= 0 && index[i] < count, PETSC_COMM_SELF, PETSC_ERR_ARG_OUTOFRANGE,
               "pair %lld of %lld does not exist", (long long)index[i], (long long)count);
#pragma omp parallel for schedule(static)
  for (PetscInt i = 0; i < n; i++) {
    const size_t sample = (size_t)pairs->member[split][index[i] / cells];
    LodPatchGather(grid, (PetscInt)(index[i] % cells), NULL, pairs->coefficients + sample * values,
                   inp + (size_t)i * length);
  }
  PetscCall(GatherTargets(pairs, split, n, index, target));
  PetscFunctionReturn(0);
}

PetscErrorCode LodPairsCoefficient(LodPairs *pairs, LodSplit split, PetscInt64 sample,
                                   LodCoefficient *coefficient) {
  const PetscInt count = LodCellCount(pairs->grid.dim, pairs->grid.coefficient);

  PetscFunctionBeginUser;
  PetscCheck(sample >= 0 && sample < pairs->count[split], PETSC_COMM_SELF, PETSC_ERR_ARG_OUTOFRANGE,
             "sample %lld of %" PetscInt_FMT " does not exist", (long long)sample,
             pairs->count[split]);
  PetscCall(LodCoefficientCreate(pairs->grid.dim, pairs->grid.coefficient, coefficient));
  const float *values = pairs->coefficients + (size_t)pairs->member[split][sample] * (size_t)count;
  for (PetscInt i = 0; i < count; i++)
    coefficient->values[i] = (double)values[i];
  PetscFunctionReturn(0);
}
