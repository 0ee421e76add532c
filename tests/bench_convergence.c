/* The convergence table of results/convergence: relative L2 errors against the fine solution for
   N = 4 ... 32, l growing like log N, E = 256, F = 512, f = 1. */
#include <math.h>

#include "base/random.h"
#include "common/program.h"
#include "convergence_errors.h"
#include "grid/coefficient.h"

/* One coefficient's rows; the observed order compares each row with the one above it. */
static PetscErrorCode print_rows(const char *name, const LodCoefficient *coefficient) {
  static const PetscInt coarse[] = {4, 8, 16, 32}, ell[] = {1, 2, 2, 3};
  Errors                previous = {0, 0};
  PetscFunctionBeginUser;
  for (int level = 0; level < 4; level++) {
    LodGrid grid = {LOD_UNIT_CUBE(2, coarse[level], 256, 512), .ell = ell[level]};
    Errors  errors;
    PetscCall(solve_errors(&grid, coefficient, &errors));
    printf("| %s | %d | %d | %.3e | ", name, (int)coarse[level], (int)ell[level], errors.lod);
    if (level > 0) printf("%.2f", log2(previous.lod / errors.lod));
    printf(" | %.3e | %.1f |\n", errors.coarse, errors.coarse / errors.lod);
    fflush(stdout);
    previous = errors;
  }
  PetscFunctionReturn(0);
}

/* Both coefficients. */
static PetscErrorCode print_table(void) {
  LodCoefficient coefficient;
  PetscFunctionBeginUser;
  PetscCall(LodCoefficientCreate(2, LOD_CUBE(256), &coefficient));
  printf("| coefficient | N | l | LOD | order | coarse Q1 | coarse / LOD |\n");
  printf("|---|---|---|---|---|---|---|\n");
  fill_sine(&coefficient);
  PetscCall(print_rows("sine", &coefficient));
  for (PetscInt i = 0; i < 256 * 256; i++)
    coefficient.values[i] = 1 + 4 * LodRandomUniform(1, 1, (uint64_t)i);
  PetscCall(print_rows("iid in [1, 5]", &coefficient));
  PetscCall(LodCoefficientDestroy(&coefficient));
  PetscFunctionReturn(0);
}

int main(int argc, char **argv) {
  PetscErrorCode error = LodProgramBegin(argc, argv);
  if (!error) error = print_table();
  return LodProgramEnd("bench_convergence", error);
}
