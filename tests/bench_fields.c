/* The tables of results/convergence: energy errors of the fine-scale field against the fine
   solution, with and without load correctors, for N = 8, 16, 32 and for l = 1, 2, 3. The problem is
   that of published tables: 256 x 256 independent values in [1, 100] (or [1, 5]), F = 1024. An
   argument gives another F.
 */
#include <stdlib.h>

#include "base/random.h"
#include "common/program.h"
#include "convergence_errors.h"

#define CELLS 256
static const char mixed[] = "(x + cos(3*pi*x))*y^3";

/* One row: N and l, without and with correction. */
static PetscErrorCode print_row(PetscInt n, PetscInt ell, const LodGrid *mesh,
                                const LodCoefficient *coefficient, const char *rhs,
                                const double *fine) {
  LodGrid     grid = *mesh;
  LodData     data;
  FieldErrors plain, corrected;
  PetscFunctionBeginUser;
  grid.coarse[0] = grid.coarse[1] = n;
  grid.ell = ell;
  PetscCall(LodDataCreate(&grid, coefficient, NULL, rhs, "f", PETSC_TRUE, &data));
  PetscCall(solve_field_errors(&grid, coefficient, &data, PETSC_FALSE, fine, &plain));
  PetscCall(solve_field_errors(&grid, coefficient, &data, PETSC_TRUE, fine, &corrected));
  printf("| %d | %d | %.2e | %.2e | %.2e | %.2e | %.2e |\n", (int)n, (int)ell, plain.energy,
         corrected.energy, plain.field, corrected.field, corrected.coarse);
  fflush(stdout);
  PetscCall(LodDataDestroy(&data));
  PetscFunctionReturn(0);
}

/* The table of one coefficient and f: N grows at l = 2, then l at N = 32. */
static PetscErrorCode print_table(double largest, PetscInt n_fine, const char *rhs) {
  static const PetscInt rows[][2] = {{8, 2}, {16, 2}, {32, 1}, {32, 2}, {32, 3}};
  const LodGrid         mesh = {LOD_UNIT_CUBE(2, 8, CELLS, n_fine), .ell = 2};
  LodCoefficient        coefficient;
  LodData               data;
  double               *fine;
  PetscFunctionBeginUser;
  PetscCall(LodCoefficientCreate(2, mesh.coefficient, &coefficient));
  for (PetscInt i = 0; i < CELLS * CELLS; i++)
    coefficient.values[i] = 1 + (largest - 1) * LodRandomUniform(1, 1, (uint64_t)i);
  PetscCall(LodDataCreate(&mesh, &coefficient, NULL, rhs, "f", PETSC_FALSE, &data));
  PetscCall(PetscMalloc1(LodNodeCount(2, mesh.fine), &fine));
  PetscCall(LodQ1FineSolve(PETSC_COMM_SELF, &mesh, &coefficient, data.load, fine, NULL));
  printf("\nA in [1, %g], f = %s, F = %d\n\n", largest, rhs, (int)n_fine);
  printf("| N | l | energy | energy, corrected | L2 | L2, corrected | L2 of u_H, corrected |\n");
  printf("|---|---|---|---|---|---|---|\n");
  for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++)
    PetscCall(print_row(rows[row][0], rows[row][1], &mesh, &coefficient, rhs, fine));
  PetscCall(PetscFree(fine));
  PetscCall(LodDataDestroy(&data));
  PetscCall(LodCoefficientDestroy(&coefficient));
  PetscFunctionReturn(0);
}

/* All tables. */
static PetscErrorCode print_tables(PetscInt n_fine) {
  PetscFunctionBeginUser;
  PetscCall(print_table(100, n_fine, mixed));
  PetscCall(print_table(100, n_fine, "1"));
  PetscCall(print_table(5, n_fine, "1"));
  PetscFunctionReturn(0);
}

int main(int argc, char **argv) {
  const PetscInt n_fine = argc > 1 ? (PetscInt)strtol(argv[1], NULL, 10) : 1024;
  PetscErrorCode error = LodProgramBegin(argc, argv);
  if (!error) error = print_tables(n_fine);
  return LodProgramEnd("bench_fields", error);
}
