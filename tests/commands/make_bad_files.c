/* Makes the unusable coefficient files of the command line tests in the folder named on the command
   line: every defect a coefficient file can have, one a file. */
#include <hdf5.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Writes `name`.h5 with one dataset of doubles. */
static void Write(const char *folder, const char *name, const char *dataset, int rank,
                  const hsize_t *dims, const double *values) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s.h5", folder, name);
  hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  hid_t space = H5Screate_simple(rank, dims, NULL);
  hid_t data =
      H5Dcreate2(file, dataset, H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  if (file < 0 || data < 0 ||
      H5Dwrite(data, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0)
    exit(1);
  H5Dclose(data);
  H5Sclose(space);
  H5Fclose(file);
}

/* Writes a file of text strings under the right name. */
static void WriteStrings(const char *folder) {
  char path[4096];
  snprintf(path, sizeof path, "%s/text.h5", folder);
  const hsize_t dims[] = {2, 2};
  hid_t         file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  hid_t         type = H5Tcopy(H5T_C_S1), space = H5Screate_simple(2, dims, NULL);
  H5Tset_size(type, 4);
  hid_t data = H5Dcreate2(file, "coefficient", type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  if (H5Dwrite(data, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, "one two for six") < 0) exit(1);
  H5Dclose(data);
  H5Sclose(space);
  H5Tclose(type);
  H5Fclose(file);
}

int main(int argc, char **argv) {
  enum { N = 16 };
  static double values[N * N];
  const hsize_t square[] = {N, N}, oblong[] = {N, N / 2}, empty[] = {0, 0}, four[] = {4, 4, 4, 4};
  if (argc != 2) return 2;
  for (int i = 0; i < N * N; i++)
    values[i] = 1 + i % 3;
  Write(argv[1], "good", "coefficient", 2, square, values);
  Write(argv[1], "other-name", "permeability", 2, square, values);
  Write(argv[1], "rank-four", "coefficient", 4, four, values);
  Write(argv[1], "oblong", "coefficient", 2, oblong, values);
  Write(argv[1], "empty", "coefficient", 2, empty, values);
  static const struct {
    const char *name;
    double      value;
  } bad[] = {{"nan", NAN}, {"infinite", INFINITY}, {"zero", 0}, {"negative", -2.5}};
  for (int b = 0; b < 4; b++) {
    values[3 * N + 5] = bad[b].value;
    Write(argv[1], bad[b].name, "coefficient", 2, square, values);
  }
  WriteStrings(argv[1]);
  return 0;
}
