/* LOD against the network, side by side, with the fine and the coarse solution as references. */
#ifndef LODNET_COMPARE_COMPARE_H
#define LODNET_COMPARE_COMPARE_H

#include "compare/checks.h"
#include "problem/data.h"

/* Errors of the solutions by both operators, [0] exact, [1] learned, and by plain Q1, relative to
   the fine solution. */
typedef struct {
  double l2[2], energy[2]; /* of u_ms */
  double coarse_energy;    /* of the plain coarse solution */
  double seconds[2];       /* what u_ms took */
} LodFieldErrors;

/* What one comparison found, for one coefficient and one right-hand side. Relative L2 errors of
   coarse-mesh solutions against the fine one are of their Q1 functions on the fine mesh: for u_H,
   which approximates averages of u, they are no measure of what is known of u. That is the
   fine-scale field u_ms: the solution with the exact correctors, for the learned one too. */
typedef struct {
  double         norm_difference, norm;           /* |S - S_hat|_2, |S|_2 */
  double         lod_fine, dnn_fine, coarse_fine; /* relative L2 of u_H against fine */
  double         dnn_lod;                         /* relative L2 of u_hat against u, coarse mesh */
  double         seconds_operator[2], seconds_solve[2]; /* lod, dnn */
  double         seconds_fine, seconds_coarse;
  LodChecks      checks[2];                 /* of S and S_hat */
  double         out_of_range;              /* LodModelOutOfRange */
  PetscBool      average;                   /* S_hat is averaged over symmetries */
  PetscBool      correct;                   /* with load correctors */
  double        *lod, *dnn, *coarse, *fine; /* nodal values; owned */
  double        *field[2];                  /* u_ms, at fine nodes; NULL unless asked for; owned */
  LodFieldErrors errors;                    /* if there are fields */
} LodComparison;

/* What is compared beside the problem; borrowed. */
typedef struct {
  const LodModel *model;    /* must fit (LodModelFits) */
  PetscBool       average;  /* as in LodLearnedCreate */
  PetscInt        n_fields; /* the first so many right-hand sides get u_ms and its errors, each for
                               at most 8 times the time of the exact operator */
  PetscBool     correct;    /* with exact load correctors for both operators */
  const double *boundary, *source; /* of LodData: u at Dirichlet nodes; parts of the load for load
                                      correctors, of one right-hand side. NULL: none */
  PetscBool   quiet;
  const char *rhs_where; /* what messages call f where it is text; NULL: --rhs */
} LodComparisonOptions;

/* Before the loads of a comparison are allocated: refuses what this machine has no memory for and
   says what will take long (LodSolveForesee). Collective. */
PetscErrorCode LodComparisonForesee(MPI_Comm comm, const LodGrid *grid, PetscInt n_rhs,
                                    PetscBool quiet);

/* Runs both operators and both references, each set up once for the coefficient and solved for all
   loads rhs[n_rhs][fine nodes] (LodData), into comparisons[n_rhs]. What does not depend on
   the right-hand side is in each of them; seconds_fine and seconds_coarse are those of all
   right-hand sides. Every rank gets all of the findings. One that
   is not finite is an error; after an error there is nothing to destroy. Collective. */
PetscErrorCode LodComparisonCompute(MPI_Comm comm, const LodGrid *grid,
                                    const LodCoefficient *coefficient, PetscInt n_rhs,
                                    const double *rhs, const LodComparisonOptions *options,
                                    LodComparison comparisons[]);

/* The same for one right-hand side given as text, named --rhs in messages, and conditions (NULL:
   none) that have been applied (data.h), LodComparisonForesee included; options->boundary and, with
   correct, options->source are made here. */
PetscErrorCode LodComparisonComputeText(MPI_Comm comm, const LodGrid *grid,
                                        const LodCoefficient *coefficient,
                                        const LodConditions *conditions, const char *rhs,
                                        const LodComparisonOptions *options,
                                        LodComparison              *comparison);
PetscErrorCode LodComparisonDestroy(LodComparison *comparison);

/* The table on stdout, and the files in `directory`, both by one rank:
   - report.json: what was compared, mesh, spectral norms, relative L2 errors of u_H, checks,
   seconds; in `fine_scale`, if there are fields, relative L2 and energy errors of u_ms and its
   seconds; a number that is not finite is null.
   - cross-sections.csv: columns section ("y=1/2"; on boxes "y=1100", "y=1100 z=5"), the
   coordinates, fine, lod, dnn, coarse, lod_ms, dnn_ms; one row a fine node of the line, the coarse
   solutions there being their Q1 functions, and u_ms empty if it was not asked for.
   - pictures (plot.h) cross-section-along-x, -y, -z, and in two and three dimensions, there on
     the middle plane: coefficient (log scale from contrast 10 on), solution-fine, solution-lod,
     solution-dnn, error-lod and error-dnn (minus fine), difference (dnn minus lod); in one: errors
     (as curves). Of both operators they show u_ms if it is there, else u_H. */
PetscErrorCode LodComparisonPrint(const LodComparison *comparison);
PetscErrorCode LodComparisonWrite(const LodComparison *comparison, const LodGrid *grid,
                                  const LodCoefficient *coefficient, const char *coefficient_path,
                                  const char *model_path, const char *rhs, const char *directory);

/* Checks before the work that LodComparisonWrite can write its files to `directory` and that none
   of them is one of inputs[n_inputs] (LodOutputsCheck). */
PetscErrorCode LodComparisonCheckOutputs(const char *directory, PetscInt n_inputs,
                                         const char *const inputs[]);

#endif
