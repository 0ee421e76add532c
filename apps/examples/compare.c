/* Reads a coefficient that lod-sample or anybody else wrote and tells how far the solution by the
   network that comes with lodnet is from the exact one.

     cc compare.c -o compare $(pkg-config --cflags --libs lodnet)
     lod-sample --cells 128 --output coefficient.h5 && ./compare coefficient.h5 */
#include <lodnet.h>
#include <stdio.h>

int main(int argc, char **argv) {
  int                   dim, cells[3];
  double               *A = NULL;
  LodMesh               mesh;
  LodModel             *model = NULL;
  LodReportOfComparison report;

  int error =
      LodCoefficientFileRead(argc > 1 ? argv[1] : "coefficient.h5", NULL, &dim, cells, &A) ||
      LodModelOpen(NULL, &model) || LodMeshDefaults(dim, cells, model, &mesh) ||
      LodCompareMethods(&mesh, model, A, "1", 0, &report, NULL, NULL);
  if (error)
    fprintf(stderr, "%s\n", LodLastError());
  else
    printf("learned to exact %.2g %%, exact to fine %.2g %%, plain Q1 to fine %.2g %%\n",
           100 * report.dnn_lod, 100 * report.lod_fine, 100 * report.coarse_fine);
  LodFree(A);
  LodModelClose(&model);
  return error || LodLibraryEnd();
}
