/* Files of coefficients, one and many. */
#include "hdf5_changes.h"
#include "io/coefficient_file.h"
#include "pairs/coefficient_series.h"

const char fuzz_hdf5_seeds[] = "tests/fuzz/seeds/coefficient/*.h5";

PetscBool FuzzHdf5Base(size_t number, const char *path) {
  static const hsize_t shapes[][4] = {{8, 8}, {4, 4, 4}, {3, 4, 4}};
  float                values[64];
  LodHdf5              file;
  if (number >= sizeof shapes / sizeof shapes[0]) return PETSC_FALSE;
  for (int i = 0; i < 64; i++)
    values[i] = (float)(1 + i % 5);
  FuzzOk(LodHdf5Create(path, &file));
  FuzzOk(LodHdf5WriteArray(&file, "coefficient", H5T_NATIVE_FLOAT, number ? 3 : 2, shapes[number],
                           values));
  FuzzOk(LodHdf5WriteText(&file, "/", "made_by", "a test"));
  FuzzOk(LodHdf5Commit(&file));
  return PETSC_TRUE;
}

/* Reads all coefficients of a series. */
static void ReadSeries(const char *path) {
  LodCoefficientSeries series;
  LodCoefficient       coefficient;
  if (!FuzzAccepted(LodCoefficientSeriesOpen(path, NULL, &series))) return;
  FuzzOk(LodCoefficientSeriesCreate(&series, &coefficient));
  for (PetscInt i = 0; i < PetscMin(series.count, 8); i++)
    if (FuzzAccepted(LodCoefficientSeriesRead(&series, i, &coefficient)))
      FuzzOk(LodCoefficientValidate(&coefficient, path));
  FuzzOk(LodCoefficientDestroy(&coefficient));
  FuzzOk(LodCoefficientSeriesClose(&series));
}

void FuzzHdf5Read(const char *path) {
  LodCoefficient coefficient;
  if (FuzzAccepted(LodCoefficientRead(path, NULL, &coefficient))) {
    FuzzOk(LodCoefficientValidate(&coefficient, path));
    FuzzOk(LodCoefficientDestroy(&coefficient));
  }
  ReadSeries(path);
}
