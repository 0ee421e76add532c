/* Pairs for training. */
#include "config/config.h"
#include "hdf5_changes.h"
#include "training_files.h"

const char fuzz_hdf5_seeds[] = "tests/fuzz/seeds/pairs/*.h5";

PetscBool FuzzHdf5Base(size_t number, const char *path) {
  static LodConfig config;
  if (number > 1) return PETSC_FALSE;
  FuzzConfig((PetscBool)number, &config);
  FuzzPairs(&config, path);
  return PETSC_TRUE;
}

/* Gathers the first and the last pair of a split, and its first coefficient. */
static void Gather(LodPairs *pairs, const LodGrid *grid, LodSplit split) {
  PetscInt64     samples = 0, count = 0;
  LodCoefficient coefficient;
  float         *inp, *target;
  FuzzOk(LodPairsCount(pairs, split, &samples, &count));
  if (!count) return;
  const PetscInt64 index[] = {0, count - 1};
  FuzzOk(PetscMalloc2(2 * (size_t)LodGridPatchValues(grid), &inp,
                      2 * (size_t)LodGridOperatorSize(grid), &target));
  (void)FuzzAccepted(LodPairsGather(pairs, split, 2, index, inp, target));
  FuzzOk(PetscFree2(inp, target));
  if (FuzzAccepted(LodPairsCoefficient(pairs, split, 0, &coefficient)))
    FuzzOk(LodCoefficientDestroy(&coefficient));
}

void FuzzHdf5Read(const char *path) {
  LodPairs *pairs;
  LodGrid   grid;
  if (!FuzzAccepted(LodPairsOpen(path, &pairs))) return;
  FuzzOk(LodPairsGrid(pairs, &grid));
  FuzzOk(LodGridValidate(&grid, path));
  for (int split = LOD_SPLIT_TRAIN; split <= LOD_SPLIT_TEST; split++)
    Gather(pairs, &grid, (LodSplit)split);
  FuzzOk(LodPairsClose(&pairs));
}
