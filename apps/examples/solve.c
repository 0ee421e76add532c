/* Draws a coefficient of 128 x 128 cells, solves -div(A grad u) = 1 on the unit square with its
   exact compressed operator, and prints u in the middle.

     cc solve.c -o solve $(pkg-config --cflags --libs lodnet) && ./solve */
#include <lodnet.h>
#include <stdio.h>

int main(void) {
  enum { CELLS = 128, NODES = CELLS / 8 + 1 }; /* per axis, see LodMeshDefaults */
  static double A[CELLS * CELLS], load[NODES * NODES], u[NODES * NODES];
  const int     cells[] = {CELLS, CELLS};
  LodMesh       mesh;
  LodSampler    sampler;
  LodSolver    *solver = NULL;

  int error = LodSamplerDefaults("iid", &sampler) ||
              LodSamplerDraw(&sampler, 2, cells, 1, 0, A) || /* seed 1, its first coefficient */
              LodMeshDefaults(2, cells, NULL, &mesh) ||
              LodSolverCreate(MPI_COMM_SELF, &mesh, NULL, &solver) ||
              LodSolverSetCoefficient(solver, A) || LodSolverLoadExpression(solver, "1", load) ||
              LodSolverSolve(solver, 1, load, u);
  if (error)
    fprintf(stderr, "%s\n", LodLastError());
  else
    printf("u(1/2, 1/2) = %.4f\n", u[NODES * NODES / 2]);
  LodSolverDestroy(&solver);
  return error || LodLibraryEnd();
}
