/* row FILE DATASET NUMBER [NUMBER] OUTPUT: copies what stands at the given first index or indices
   of a dataset to the dataset `coefficient` of a new file. */
#include <stdlib.h>

#include "base/start.h"
#include "io/hdf5_file.h"

int main(int argc, char **argv) {
  hsize_t shape[8], first[8] = {0}, count[8];
  LodHdf5 file;
  int     rank, fixed = argc - 4;
  size_t  size = 1;
  if (fixed < 1 || LodInitialize(&(int){1}, &(char **){argv})) return 2;
  if (LodHdf5Open(argv[1], &file) || LodHdf5Shape(&file, argv[2], &rank, shape)) return 1;
  for (int axis = 0; axis < rank; axis++) {
    count[axis] = axis < fixed ? 1 : shape[axis];
    if (axis < fixed) first[axis] = (hsize_t)atoi(argv[3 + axis]);
    size *= (size_t)count[axis];
  }
  double *values = malloc(size * sizeof *values);
  if (!values || LodHdf5ReadBlock(&file, argv[2], H5T_NATIVE_DOUBLE, first, count, values))
    return 1;
  if (LodHdf5Close(&file) || LodHdf5Create(argv[argc - 1], &file)) return 1;
  if (LodHdf5WriteArray(&file, "coefficient", H5T_NATIVE_DOUBLE, rank - fixed, shape + fixed,
                        values))
    return 1;
  if (LodHdf5Commit(&file)) return 1;
  free(values);
  return LodFinalize() ? 1 : 0;
}
