/* LOD against the network, side by side, with the fine and the coarse solution as references. */
#ifndef LODNET_COMPARE_COMPARE_H
#define LODNET_COMPARE_COMPARE_H

#include "compare/checks.h"

/* What one comparison found, for one coefficient and one right-hand side. Relative L2 errors of
   coarse-mesh solutions against the fine one are of their Q1 functions on the fine mesh. */
typedef struct {
  double    norm_difference, norm;                 /* |S - S_hat|_2, |S|_2 */
  double    lod_fine, dnn_fine, coarse_fine;       /* relative L2 against fine */
  double    dnn_lod;                               /* relative L2 of u_hat against u, coarse mesh */
  double    seconds_operator[2], seconds_solve[2]; /* lod, dnn */
  double    seconds_fine, seconds_coarse;
  LodChecks checks[2];                 /* of S and S_hat */
  double    out_of_range;              /* LodModelOutOfRange */
  PetscBool average;                   /* S_hat is averaged over symmetries */
  double   *lod, *dnn, *coarse, *fine; /* nodal values; owned */
} LodComparison;

/* Before the loads of a comparison are allocated: refuses what this machine has no memory for and
   says what will take long (LodSolveForesee). Collective. */
PetscErrorCode LodComparisonForesee(MPI_Comm comm, const LodGrid *grid, PetscInt n_rhs,
                                    PetscBool quiet);

/* Runs both operators and both references, each set up once for the coefficient and solved for all
   loads rhs[n_rhs][fine nodes] (LodLoadOfRhs), into comparisons[n_rhs]. What does not depend on
   the right-hand side is in each of them; seconds_fine and seconds_coarse are those of all
   right-hand sides. `model` must fit (LodModelFits), `average` is that of
   LodLearnedCreate; every rank gets all of the findings. One that
   is not finite is an error; after an error there is nothing to destroy. Collective. */
PetscErrorCode LodComparisonCompute(MPI_Comm comm, const LodGrid *grid,
                                    const LodCoefficient *coefficient, const LodModel *model,
                                    PetscBool average, PetscInt n_rhs, const double *rhs,
                                    PetscBool quiet, LodComparison comparisons[]);

/* The same for one right-hand side given as text, named --rhs in messages, LodComparisonForesee
   included. */
PetscErrorCode LodComparisonComputeText(MPI_Comm comm, const LodGrid *grid,
                                        const LodCoefficient *coefficient, const LodModel *model,
                                        PetscBool average, const char *rhs, PetscBool quiet,
                                        LodComparison *comparison);
PetscErrorCode LodComparisonDestroy(LodComparison *comparison);

/* The table on stdout, and the files in `directory`, both by one rank:
   - report.json: what was compared, mesh, spectral norms, relative L2 errors, checks, seconds; a
   number that is not finite is null.
   - cross-sections.csv: columns section ("y=1/2"; on boxes "y=1100", "y=1100 z=5"), the
   coordinates, fine, lod, dnn, coarse; one row a fine node of the line, the coarse solutions there
   being their Q1 functions.
   - pictures (plot.h) cross-section-along-x, -y, -z, and in two and three dimensions, there on
     the middle plane: coefficient (log scale from contrast 10 on), solution-fine, solution-lod,
     solution-dnn, error-lod and error-dnn (minus fine), difference (dnn minus lod); in one: errors
     (as curves). */
PetscErrorCode LodComparisonPrint(const LodComparison *comparison);
PetscErrorCode LodComparisonWrite(const LodComparison *comparison, const LodGrid *grid,
                                  const LodCoefficient *coefficient, const char *coefficient_path,
                                  const char *model_path, const char *rhs, const char *directory);

/* Checks before the work that LodComparisonWrite can write its files to `directory` and that none
   of them is one of inputs[n_inputs] (LodOutputsCheck). */
PetscErrorCode LodComparisonCheckOutputs(const char *directory, PetscInt n_inputs,
                                         const char *const inputs[]);

#endif
