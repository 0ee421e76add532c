/* The effective tensor of a sample: the constant K that stands for A on large scales. */
#ifndef LODNET_SOLVER_EFFECTIVE_H
#define LODNET_SOLVER_EFFECTIVE_H

#include "solver/method_system.h"

/* What is done at the boundary of the sample while a mean gradient is applied along x_j (section
   "Effective tensors" of src/README.md): the medium goes on periodically; u = x_j on all faces; or
   u = x_j on the two faces across axis j and A grad u . n = 0 on the others. */
typedef enum {
  LOD_EFFECTIVE_PERIODIC,
  LOD_EFFECTIVE_LINEAR,
  LOD_EFFECTIVE_FLOW,
  LOD_EFFECTIVE_KINDS
} LodEffectiveKind;

/* The name of one ("periodic"), and the kind of a name; an unknown one is an input error. */
const char    *LodEffectiveName(LodEffectiveKind kind);
PetscErrorCode LodEffectiveFromName(const char *name, const char *where, LodEffectiveKind *kind);

/* A tensor, [i][j]: the mean over the sample of component i of A grad u_j; entries beyond the
   dimension are 0. And the seconds that it took. */
typedef struct {
  LodEffectiveKind kind;
  double           tensor[LOD_MAX_DIM][LOD_MAX_DIM];
  double           seconds;
} LodEffective;

/* K by one method. `grid` has no natural faces: the boundary is part of what is asked for. Input
   errors: natural faces, reaction, Robin faces, options->previous, walls of holes with u = 0, for
   the periodic medium a D that falls into parts; the kind flow for a learned operator, whose faces
   had u = 0. On every rank; collective. */
PetscErrorCode LodEffectiveCompute(MPI_Comm comm, const LodGrid *grid,
                                   const LodCoefficient *coefficient, LodMethod method,
                                   const LodSolveOptions *options, LodEffectiveKind kind,
                                   LodEffective *effective);

/* |K - K^T| / |K| (Frobenius): 0 of the exact tensor but for flow, of a compressed one a measure of
   its error. */
double LodEffectiveAsymmetry(PetscInt dim, const LodEffective *effective);

/* The bounds of K as a quadratic form: voigt = mean of A, reuss = (mean of A^-1)^-1, both with A =
   0 in holes; and least[i] = 1 / (mean of A^-1)_ii <= K_ii, which holds for every kind. */
typedef struct {
  double voigt[LOD_MAX_DIM][LOD_MAX_DIM], reuss[LOD_MAX_DIM][LOD_MAX_DIM], least[LOD_MAX_DIM];
} LodEffectiveBounds;
void LodEffectiveBoundsCompute(const LodCoefficient *coefficient, LodEffectiveBounds *bounds);

/* How far the diagonal of K lies beyond its bounds, relative to them; 0: inside, as K of the exact
   problem and of the method fine are. */
double LodEffectiveOutsideBy(PetscInt dim, const LodEffective *effective,
                             const LodEffectiveBounds *bounds);

/* What a program says of tensors of one method, of one coefficient or of many samples: to the
   terminal, and to a file (JSON, whole or absent); of many samples the means and the standard
   deviations of one. Warn does of tensors that lie beyond their bounds by more than 1 %, of the
   worst. */
typedef struct {
  const LodGrid *grid;
  const char *coefficient, *method, *model; /* names of files and of the method; model NULL: none */
  PetscInt    samples, n;                   /* n kinds of each */
  const LodEffective       *effective;      /* [samples][n] */
  const LodEffectiveBounds *bounds;         /* [samples] */
} LodEffectiveFindings;
void           LodEffectiveWarn(const LodEffectiveFindings *findings);
void           LodEffectivePrint(const LodEffectiveFindings *findings);
PetscErrorCode LodEffectiveReport(const LodEffectiveFindings *findings, const char *path);

#endif
