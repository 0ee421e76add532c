// Solves -div(A grad u) = f for a coefficient with a crack, f a lambda, and prints u in the middle.
//
//   c++ solve.cpp -o solve $(pkg-config --cflags --libs lodnet) && ./solve
#include <cmath>
#include <iostream>
#include <lodnet.h>
#include <stdexcept>
#include <vector>

// Turns codes into exceptions.
static void check(int error) {
  if (error) throw std::runtime_error(LodLastError());
}

int main() try {
  const int           cells[] = {128, 128};
  std::vector<double> A(cells[0] * cells[1], 1.0);
  for (int i = 20; i < 100; i++)
    A[64 * cells[0] + i] = 0.01; // x is the fastest index
  const auto f = [](void *, const double *x) { return std::sin(M_PI * x[0]) * x[1]; };

  LodMesh    mesh;
  LodSolver *solver = nullptr;
  int        nodes[3];
  size_t     count = 0;
  check(LodMeshDefaults(2, cells, nullptr, &mesh));
  check(LodSolverCreate(MPI_COMM_SELF, &mesh, nullptr, &solver));
  check(LodSolverNodes(solver, nodes, &count));
  std::vector<double> load(count), u(count);
  check(LodSolverSetCoefficient(solver, A.data()));
  check(LodSolverLoadFunction(solver, f, nullptr, 0, load.data()));
  check(LodSolverSolve(solver, 1, load.data(), u.data()));
  std::cout << "u(1/2, 1/2) = " << u[count / 2] << "\n";
  check(LodSolverDestroy(&solver));
  return LodLibraryEnd();
} catch (const std::exception &error) {
  std::cerr << error.what() << "\n";
  return 1;
}
