/* Reading pairs.h5: counts, gathering mini-batches, single coefficients. */
#include <string.h>

#include "io/pairs_private.h"

/* Operators up to this size are kept in memory, larger ones read when they are asked for. */
#define MOST_BYTES ((double)(1 << 30))

struct LodPairs {
  LodHdf5   file;
  LodGrid   grid;
  PetscInt  samples;
  float    *coefficients; /* [samples][E^d] */
  float    *operators;    /* [samples][N^d][operator size], or NULL if they stay in the file */
  PetscInt  count[3];     /* samples in each split */
  PetscInt *member[3];    /* member[split][count]: their numbers */
};

/* The attributes that hold a mesh, and `natural_faces` with bit 2 * axis + side for each. */
PetscErrorCode LodPairsWriteGrid(LodHdf5 *file, const LodGrid *grid) {
  PetscInt64 faces = 0;

  PetscFunctionBeginUser;
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    for (int side = 0; side < 2; side++)
      faces |= (PetscInt64)(grid->natural[axis][side] != 0) << (2 * axis + side);
  PetscCall(LodHdf5WriteInt(file, "/", "dimension", grid->dim));
  PetscCall(LodHdf5WriteInt(file, "/", "coarse", grid->coarse));
  PetscCall(LodHdf5WriteInt(file, "/", "coefficient_cells", grid->coefficient));
  PetscCall(LodHdf5WriteInt(file, "/", "fine", grid->fine));
  PetscCall(LodHdf5WriteInt(file, "/", "ell", grid->ell));
  PetscCall(LodHdf5WriteInt(file, "/", "natural_faces", faces));
  PetscFunctionReturn(0);
}

/* Reads one attribute that must fit a PetscInt. */
static PetscErrorCode ReadSize(LodHdf5 *file, const char *name, PetscInt *value) {
  PetscInt64 number;

  PetscFunctionBeginUser;
  PetscCall(LodHdf5ReadInt(file, "/", name, &number));
  LodCheckInput(number >= 0 && number <= PETSC_MAX_INT, "%s: attribute %s is %lld", file->path,
                name, (long long)number);
  *value = (PetscInt)number;
  PetscFunctionReturn(0);
}

PetscErrorCode LodPairsReadGrid(LodHdf5 *file, LodGrid *grid) {
  PetscInt faces;

  PetscFunctionBeginUser;
  memset(grid, 0, sizeof *grid);
  PetscCall(ReadSize(file, "dimension", &grid->dim));
  PetscCall(ReadSize(file, "coarse", &grid->coarse));
  PetscCall(ReadSize(file, "coefficient_cells", &grid->coefficient));
  PetscCall(ReadSize(file, "fine", &grid->fine));
  PetscCall(ReadSize(file, "ell", &grid->ell));
  PetscCall(ReadSize(file, "natural_faces", &faces));
  for (PetscInt axis = 0; axis < LOD_MAX_DIM; axis++)
    for (int side = 0; side < 2; side++)
      grid->natural[axis][side] = (PetscBool)(faces >> (2 * axis + side) & 1);
  PetscCall(LodGridValidate(grid, file->path));
  PetscFunctionReturn(0);
}

/* Sorts the samples into the lists of their splits. */
static PetscErrorCode ReadSplit(LodPairs *pairs) {
  int32_t *split;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(pairs->samples, &split));
  PetscCall(
      LodHdf5ReadRows(&pairs->file, "split", H5T_NATIVE_INT32, 0, (hsize_t)pairs->samples, split));
  for (int part = 0; part < 3; part++)
    PetscCall(PetscMalloc1(pairs->samples, &pairs->member[part]));
  for (PetscInt i = 0; i < pairs->samples; i++) {
    const int32_t part = split[i];
    if (part < 0 || part > 2) PetscCall(PetscFree(split));
    LodCheckInput(part >= 0 && part <= 2, "%s: split: sample %" PetscInt_FMT " has the value %d",
                  pairs->file.path, i, part);
    pairs->member[part][pairs->count[part]++] = i;
  }
  PetscCall(PetscFree(split));
  PetscFunctionReturn(0);
}

/* Checks rank and shape of a dataset. */
static PetscErrorCode CheckDataset(LodHdf5 *file, const char *name, int rank,
                                   const hsize_t *expected) {
  hsize_t dims[8];
  int     found;

  PetscFunctionBeginUser;
  PetscCall(LodHdf5Shape(file, name, &found, dims));
  LodCheckInput(found == rank, "%s: %s: has %d axes, must have %d", file->path, name, found, rank);
  for (int axis = 0; axis < rank; axis++)
    LodCheckInput(dims[axis] == expected[axis],
                  "%s: %s: has length %llu along axis %d, must be "
                  "%llu",
                  file->path, name, (unsigned long long)dims[axis], axis,
                  (unsigned long long)expected[axis]);
  PetscFunctionReturn(0);
}

/* Reads what is kept in memory from the open file, checking that its parts fit together; the
   operators only if they take at most `most_bytes`. */
static PetscErrorCode Load(LodPairs *pairs, double most_bytes) {
  LodHdf5       *file = &pairs->file;
  const LodGrid *grid = &pairs->grid;
  hsize_t        dims[8];
  int            rank;
  int64_t        complete = 0;

  PetscFunctionBeginUser;
  PetscCall(LodPairsReadGrid(file, &pairs->grid));
  PetscCall(LodHdf5Shape(file, "split", &rank, dims));
  LodCheckInput(rank == 1 && dims[0] >= 1 && dims[0] < PETSC_MAX_INT,
                "%s: split: must be a list of at least one number", file->path);
  pairs->samples = (PetscInt)dims[0];
  const hsize_t samples = dims[0], cells = (hsize_t)grid->coefficient;
  const hsize_t shape[] = {samples, (hsize_t)LodGridCells(grid), (hsize_t)LodGridPatchNodes(grid),
                           (hsize_t)LodGridCorners(grid)};
  PetscCall(CheckDataset(file, "coefficients", 1 + (int)grid->dim,
                         (hsize_t[]){samples, cells, cells, cells}));
  PetscCall(CheckDataset(file, "operators", 4, shape));
  PetscCall(LodHdf5ReadRows(file, "complete", H5T_NATIVE_INT64, 0, 1, &complete));
  LodCheckInput(complete == (int64_t)samples, "%s: only %lld of %lld samples are complete",
                file->path, (long long)complete, (long long)samples);
  PetscCall(ReadSplit(pairs));
  const size_t values = (size_t)LodPower(grid->coefficient, grid->dim);
  PetscCall(PetscMalloc1(samples * values, &pairs->coefficients));
  PetscCall(LodHdf5ReadArray(file, "coefficients", H5T_NATIVE_FLOAT, pairs->coefficients));
  const double size = (double)samples * (double)shape[1] * (double)shape[2] * (double)shape[3];
  if (size * sizeof(float) <= most_bytes) {
    PetscCall(PetscMalloc1((size_t)size, &pairs->operators));
    PetscCall(LodHdf5ReadArray(file, "operators", H5T_NATIVE_FLOAT, pairs->operators));
  }
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
  p->file.id = H5I_INVALID_HID;
  PetscErrorCode error = LodHdf5Open(path, &p->file);
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
    PetscCall(PetscFree((*pairs)->operators));
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
      PetscCall(LodHdf5ReadBlock(&pairs->file, "operators", H5T_NATIVE_FLOAT,
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
  const size_t     values = (size_t)LodPower(grid->coefficient, grid->dim);
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
  const PetscInt count = LodPower(pairs->grid.coefficient, pairs->grid.dim);

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
