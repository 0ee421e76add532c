/* What lod-solve does: its options, one problem, many coefficients. */
#ifndef LODNET_COMMON_SOLVE_H
#define LODNET_COMMON_SOLVE_H

#include "common/options.h"
#include "common/quantities.h"
#include "solver/solve.h"

/* What the command line said, or a problem file in its place. */
typedef struct {
  LodProblemOptions  problem;
  LodQuantityOptions quantities;
  const char        *method_name; /* NULL until LodSolveCommandSettle */
  const char        *method_where;
  const char        *output, *previous;
  PetscBool          operators, many, correct, reconstruct;
  LodMethod          method;
  char               model[LOD_PATH_MAX]; /* where the one is that comes with lodnet */
} LodSolveCommand;

/* argp parser of all options of lod-solve, for its `children`; its input is a LodSolveCommand. */
extern const struct argp lod_solve_argp;

/* Reads the problem file, takes from it what the options leave open, and refuses what does not go
   together, before anything else is read. Collective; Destroy frees what this has read. */
PetscErrorCode LodSolveCommandSettle(LodSolveCommand *command);
PetscErrorCode LodSolveCommandDestroy(LodSolveCommand *command);

/* Finds out on rank 0, before the work, whether `output` can be written after it, and is no input.
   Collective. */
PetscErrorCode LodSolveCommandCheckOutput(const LodSolveCommand *command, const char *output);

/* Refuses outputs that are files which values of the problem, as read, come from. Collective. */
PetscErrorCode LodSolveCommandCheckValues(const LodSolveCommand *command,
                                          const LodProblem      *problem);

/* Reads one problem and solves it; rank 0 writes the solution and says what was done. Collective.
 */
PetscErrorCode LodSolveOne(const LodSolveCommand *command);

/* The same for all coefficients of a file and all right-hand sides, by one process, which
   CheckOneProcess wants. */
PetscErrorCode LodSolveSeries(const LodSolveCommand *command);
PetscErrorCode LodSolveCheckOneProcess(void);

/* Quantities of interest of a solution: computed if an option asks for them or names data of the
   problem, else empty. Owned. Check refuses places that do not fit the problem, CheckOutput
   (collective) a report that cannot be written; InFile puts them into what goes to the solution
   file, Report writes them where they were asked for, Print tells them. Request is what is asked
   for at places. */
typedef struct {
  LodQuantities quantities;
  char         *names;  /* LodQuantitiesNames */
  double       *values; /* [quantities.n] */
} LodSolveQuantities;
LodQuantityRequest LodSolveQuantitiesRequest(const LodSolveCommand *command);
PetscErrorCode     LodSolveQuantitiesCheckOutput(const LodSolveCommand *command);
PetscErrorCode LodSolveQuantitiesCheck(const LodSolveCommand *command, const LodProblem *problem);
PetscErrorCode LodSolveQuantitiesCompute(const LodSolveCommand *command, const LodProblem *problem,
                                         const LodData *data, const LodSolveResult *result,
                                         LodSolveQuantities *quantities);
void LodSolveQuantitiesInFile(const LodSolveQuantities *quantities, LodSolution *solution);
PetscErrorCode LodSolveQuantitiesReport(const LodSolveCommand *command, const LodProblem *problem,
                                        const LodSolveResult     *result,
                                        const LodSolveQuantities *quantities);
void           LodSolveQuantitiesPrint(const LodSolveCommand *command, const LodProblem *problem,
                                       const LodSolveQuantities *quantities);
PetscErrorCode LodSolveQuantitiesDestroy(LodSolveQuantities *quantities);

/* The effective tensor instead of a solution (--effective), or with --many those of all samples:
   reads, computes, and rank 0 says what was found. Collective. Check refuses what does not go
   together with it, before defaults are set.
 */
PetscErrorCode LodSolveEffective(const LodSolveCommand *command);
PetscErrorCode LodSolveEffectiveCheck(const LodSolveCommand *command);

#endif
